"""`doctor`: every part of this instance, whether it is the local or the real one, and whether it answers."""

from __future__ import annotations

import importlib.util
import shutil
import socket
from collections.abc import Callable
from urllib.parse import urlsplit

import typer

from milo_app import bootstrap
from milo_app.cli import doctor_messages, doctor_model
from milo_app.cli.output import Json, faults_told, make_missing, tell
from milo_app.config import Settings
from milo_app.domain.actors import SystemActor
from milo_app.services.ports import Deps

_SECONDS = 3.0
Check = Callable[[], str]


def doctor(as_json: Json = False) -> None:
    """Name every part, say whether it is the local or the real one, and whether it answers. Exit 1 where one does not."""
    with faults_told():
        settings, deps = bootstrap.settings(), bootstrap.deps()
        make_missing()
        parts = [
            {"part": name, "kind": kind, "what": what, **_tried(check)}
            for name, kind, what, check in _parts(settings, deps)
        ]
        ill = [part for part in parts if not part["ok"]]
        lines = [
            f"{'ok  ' if p['ok'] else 'FAIL'}  {p['part']:<18} {p['kind']:<6} {p['what']}"
            f"{'' if not p['note'] else ' - ' + str(p['note'])}"
            for p in parts
        ]
        tell(parts, as_json, "\n".join(lines))
        if ill:
            raise typer.Exit(1)


def _tried(check: Check) -> dict[str, object]:
    try:
        return {"ok": True, "note": check()}
    except Exception as problem:
        said = " ".join(str(problem).split())[:200]
        return {"ok": False, "note": said or type(problem).__name__}


def _parts(settings: Settings, deps: Deps) -> list[tuple[str, str, str, Check]]:
    """(part, local or real, what it is, how to see whether it answers)."""
    local, real = "local", "real"
    readiness = bootstrap.readiness(deps)
    database = local if settings.sqlite else real
    named = "SQLite in MILO_DATA" if settings.sqlite else f"PostgreSQL at {_host(settings.database_url)}"
    parts: list[tuple[str, str, str, Check]] = [
        ("settings", real, f"{settings.env}, {settings.public_url}, data in {settings.data}", lambda: ""),
        ("database", database, named, lambda: _rows(deps)),
    ]
    for name, check in readiness.items():
        if name != "database":
            parts.append((name, database, "durable work" if name == "queue" else "schema", _quiet(check)))
    parts += doctor_messages.parts(settings, deps, _reach)
    if settings.twilio_on and not settings.twilio_from_number:
        parts.append(
            ("calls", real, "Twilio Voice, calls in only: TWILIO_FROM_NUMBER is not set", lambda: "")
        )
    elif settings.twilio_on:
        base = settings.twilio_api_base_url or "https://api.twilio.com"
        what = (
            f"Twilio Voice, from {settings.twilio_from_number}, line at {settings.public_url}/ws/twilio/relay"
        )
        parts.append(("calls", real, what, lambda: _line_reachable(settings, _reach(base))))
    else:
        parts.append(("calls", local, "telephone at /dev/phone; nothing leaves this machine", lambda: ""))
    parts.append(doctor_model.part(settings))
    parts.append(
        (
            "speech",
            real if settings.stt_model else local,
            settings.stt_model or "the browser's own",
            lambda: "",
        )
    )
    if settings.livekit_on:
        able = [
            f"hears with {settings.stt_model}" if deps.rooms.listens else "hears nothing",
            f"speaks with {settings.tts_model}" if deps.rooms.speaks else "has no voice",
        ]
        what = f"LiveKit at {_host(settings.livekit_url)}; {deps.rooms.agent} {' and '.join(able)}"
        parts.append(("video rooms", real, what, deps.rooms.check))
    else:
        parts.append(("video rooms", local, "recording in the browser, uploaded in pieces", lambda: ""))
    parts.append(("files", local, "folder in MILO_DATA", lambda: _space(settings)))
    parts.append(
        (
            "documents",
            local,
            "pypdfium2 and python-docx, in a process of their own",
            _has("pypdfium2", "docx"),
        )
    )
    parts.append(("recordings", local, "PyAV, in a process of its own", _has("av")))
    if settings.redis_url:
        parts.append(
            ("page state", real, f"Redis at {_host(settings.redis_url)}", _reach(settings.redis_url))
        )
    else:
        parts.append(("page state", local, "memory of this process", lambda: ""))
    return parts


def _rows(deps: Deps) -> str:
    with deps.uow.read(SystemActor()) as uow:
        return f"{uow.workspaces.count()} workspaces, {uow.applications.count()} applications"


def _line_reachable(settings: Settings, service: Check) -> str:
    """Twilio speaks only to a line on the internet, over TLS; texts go without."""
    answers = service()
    if settings.public_url.startswith("https://"):
        return answers
    return f"{answers}; calls need MILO_PUBLIC_URL to be an https address on the internet"


def _quiet(check: Callable[[], object]) -> Check:
    def run() -> str:
        check()
        return ""

    return run


def _space(settings: Settings) -> str:
    settings.data.mkdir(parents=True, exist_ok=True)
    probe = settings.data / ".doctor"
    probe.write_text("can be written")
    probe.unlink()
    free = shutil.disk_usage(settings.data).free / 2**30
    if free < 0.5:
        raise OSError(f"only {free:.1f} GiB free")
    return f"{free:.0f} GiB free"


def _has(*modules: str) -> Check:
    def run() -> str:
        missing = [name for name in modules if importlib.util.find_spec(name) is None]
        if missing:
            raise ImportError(f"not installed: {', '.join(missing)}")
        return ""

    return run


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname or '?'}{f':{parts.port}' if parts.port else ''}"


_PORTS = {
    "https": 443,
    "wss": 443,
    "http": 80,
    "ws": 80,
    "smtp": 587,
    "smtps": 465,
    "redis": 6379,
    "rediss": 6379,
}


def _reach(url: str) -> Check:
    """A check that opens a connection and sends nothing, so that it costs nothing and shows no key."""

    def run() -> str:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 443)
        with socket.create_connection((parts.hostname or "", port), timeout=_SECONDS):
            return "reachable"

    return run
