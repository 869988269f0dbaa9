"""A language model behind any server with OpenAI's chat completions (OpenAI, vLLM, Ollama, llama.cpp)."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import openai
from pydantic import ValidationError

from milo_app.adapters.model import prompts
from milo_app.adapters.model.prompts import Prompt
from milo_app.services.ports import ModelAnswer, ModelFailed

#: What one answer may take at most, in seconds, and how often a busy or unreachable server is tried again.
SECONDS, RETRIES = 60.0, 2
#: What a server may not know, in the order in which it is left out.
_OPTIONAL = ("temperature", "seed", "max_tokens", "max_completion_tokens", "response_format")


@dataclass
class _Spent:
    """What one question has taken so far, over all tries."""

    began: float
    tokens_in: int = 0
    tokens_out: int = 0

    @property
    def ms(self) -> int:
        return round((time.monotonic() - self.began) * 1000)


class OpenAICompatible:
    """Implements `ports.LanguageModel`. The answer is asked for by a strict schema and checked here all the same: a
    server may not know schemas, and a model may not keep to them.

    *price_in* and *price_out* are US dollars for a million tokens; 0 where they are not known.
    """

    name = "openai"

    def __init__(
        self,
        model: str,
        *,
        base_url: str = "",
        key: str = "",
        price_in: float = 0.0,
        price_out: float = 0.0,
        seconds: float = SECONDS,
        retries: int = RETRIES,
    ) -> None:
        self.model = model
        self._prices = (price_in / 1e6, price_out / 1e6)
        self._client = openai.OpenAI(
            api_key=key or "none", base_url=base_url or None, timeout=seconds, max_retries=retries
        )
        #: What this server has refused to be told.
        self._unknown: set[str] = set()

    def version(self, prompt: str) -> str:
        """The prompt with its version, such as `judge-1`."""
        return prompts.prompt(prompt).version

    def ask(self, prompt: str, given: Mapping[str, Any]) -> ModelAnswer:
        """Have *prompt* answered about *given*; an answer that does not fit its shape is asked for once more.

        Raises:
            ModelFailed: with what was spent until then.
        """
        asked, spent = prompts.prompt(prompt), _Spent(time.monotonic())
        messages: list[dict[str, str]] = [
            {"role": "system", "content": asked.text},
            # One JSON string holds what a candidate said: it cannot be ended from within.
            {"role": "user", "content": json.dumps(given, ensure_ascii=False)},
        ]
        problem = ""
        for _ in range(2):
            said = self._say(asked, messages, spent)
            try:
                data = asked.shape.model_validate_json(_plain(said)).model_dump()
            except ValidationError as error:
                problem = _problem(error)
            else:
                return ModelAnswer(
                    data=data,
                    tokens_in=spent.tokens_in,
                    tokens_out=spent.tokens_out,
                    cost=self._cost(spent),
                    ms=spent.ms,
                )
            messages = [
                *messages[:2],
                {"role": "assistant", "content": said or "{}"},
                {
                    "role": "user",
                    "content": f"That did not fit: {problem}. Answer again, with the JSON alone.",
                },
            ]
        raise self._failed("unreadable", f"The model's answer did not fit: {problem}", spent)

    def _say(self, asked: Prompt, messages: list[dict[str, str]], spent: _Spent) -> str:
        """One answer as text, "" where the model said nothing. Raises ModelFailed."""
        while True:
            try:
                done: Any = self._client.chat.completions.create(**self._request(asked, messages))
                break
            except openai.BadRequestError as refused:
                if not self._learnt(refused):
                    raise self._failed("refused", _words(refused), spent) from refused
            except openai.APITimeoutError as slow:
                raise self._failed("timed out", "The model took too long.", spent) from slow
            except openai.RateLimitError as busy:
                raise self._failed("busy", _words(busy), spent) from busy
            except openai.APIConnectionError as lost:
                raise self._failed("unreachable", _words(lost), spent) from lost
            except openai.APIStatusError as error:
                outcome = "unreachable" if error.status_code >= 500 else "refused"
                raise self._failed(outcome, _words(error), spent) from error
            except (openai.OpenAIError, ValueError) as error:  # A body that is no JSON comes as the latter.
                raise self._failed("unreadable", _words(error), spent) from error
        usage = getattr(done, "usage", None)
        spent.tokens_in += int(getattr(usage, "prompt_tokens", 0) or 0)
        spent.tokens_out += int(getattr(usage, "completion_tokens", 0) or 0)
        choices: Any = getattr(done, "choices", None) or ()
        return str(choices[0].message.content or "") if choices else ""

    def _request(self, asked: Prompt, messages: list[dict[str, str]]) -> dict[str, Any]:
        shape = {"name": asked.version.rpartition("-")[0], "strict": True, "schema": asked.schema}
        optional: dict[str, Any] = {
            "temperature": 0,
            "seed": 7,
            "max_tokens": asked.most_tokens,
            "response_format": {"type": "json_schema", "json_schema": shape},
        }
        if "max_tokens" in self._unknown:
            # Models that think first spend tokens on that, too.
            optional["max_completion_tokens"] = asked.most_tokens * 8
        told = {name: value for name, value in optional.items() if name not in self._unknown}
        return {"model": self.model, "messages": messages, **told}

    def _learnt(self, refused: openai.BadRequestError) -> bool:
        """Whether the server named something optional that it does not take, which is then left out for good."""
        words = _words(refused)
        # "max_tokens is not supported, use max_completion_tokens" names both: the first one counts.
        named = [
            (words.find(name), name) for name in _OPTIONAL if name in words and name not in self._unknown
        ]
        if not named:
            return False
        self._unknown.add(min(named)[1])
        return True

    def _cost(self, spent: _Spent) -> float:
        return spent.tokens_in * self._prices[0] + spent.tokens_out * self._prices[1]

    def _failed(self, outcome: str, reason: str, spent: _Spent) -> ModelFailed:
        return ModelFailed(
            outcome,
            reason,
            tokens_in=spent.tokens_in,
            tokens_out=spent.tokens_out,
            cost=self._cost(spent),
            ms=spent.ms,
        )


def _plain(said: str) -> str:
    """The JSON of an answer that came in a code fence or after a model's thoughts."""
    said = re.sub(r"(?s)^\s*<think>.*?</think>", "", said).strip()
    fenced = re.fullmatch(r"(?s)```(?:json)?\s*(.*?)\s*```", said)
    return fenced.group(1) if fenced else said


def _problem(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else str(first["msg"])


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
