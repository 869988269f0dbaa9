"""The language model's part of `doctor`: whether it answers and has the model; else which local server could be used."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import httpx

from milo_app.config import Settings

#: Where servers of this machine usually listen, and what they are called.
LOCAL_SERVERS = (("Ollama", "http://127.0.0.1:11434/v1"), ("llama.cpp", "http://127.0.0.1:8080/v1"))
_SECONDS, _LOCAL_SECONDS = 5.0, 0.5
OPENAI = "https://api.openai.com/v1"


def part(settings: Settings) -> tuple[str, str, str, Callable[[], str]]:
    """(part, local or real, what it is, how to see whether it answers)."""
    if not settings.llm_model:
        what = "built-in evaluator (rules and words), no model"
        return "language model", "local", what, offer
    base = settings.openai_base_url or OPENAI
    parts = urlsplit(base)
    host = f"{parts.hostname or '?'}{f':{parts.port}' if parts.port else ''}"
    key = settings.openai_api_key
    return (
        "language model",
        "real",
        f"{settings.llm_model} at {host}",
        lambda: _has(base, key.get_secret_value() if key else "", settings.llm_model),
    )


def models(base: str, key: str = "", *, seconds: float = _SECONDS) -> list[str]:
    """The models that the server at *base* names. Costs nothing. Raises OSError with a sentence."""
    try:
        reply = httpx.get(
            f"{base.rstrip('/')}/models",
            headers={"Authorization": f"Bearer {key or 'none'}"},
            timeout=seconds,
        )
    except (httpx.HTTPError, httpx.InvalidURL) as problem:
        raise OSError(f"does not answer: {problem or type(problem).__name__}") from problem
    if reply.status_code in (401, 403):
        raise OSError("refuses our key: see OPENAI_API_KEY")
    if reply.status_code != 200:
        raise OSError(f"answers {reply.status_code} at {base}/models: see OPENAI_BASE_URL")
    try:
        return [str(one["id"]) for one in reply.json()["data"]]
    except (ValueError, KeyError, TypeError) as problem:
        raise OSError(f"{base} has no list of models: see OPENAI_BASE_URL") from problem


def _has(base: str, key: str, model: str) -> str:
    known = models(base, key)
    if model in known:
        return "answers, and has the model"
    some = ", ".join(known[:5])
    raise OSError(f"has no model called {model}" + (f"; it has {some}" if some else ""))


def offer(servers: tuple[tuple[str, str], ...] = LOCAL_SERVERS) -> str:
    """What to set so that a server of this machine is used, where one answers; else nothing."""
    for name, base in servers:
        try:
            known = models(base, seconds=_LOCAL_SECONDS)
        except OSError:
            continue
        if known:
            return f"{name} answers here: OPENAI_BASE_URL={base} MILO_LLM_MODEL={known[0]} would use it"
    return ""
