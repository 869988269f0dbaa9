"""Running one of our own modules in a process of its own: little memory, little time, no secrets, gone when we are."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]


class TimedOut(Exception):
    """The child was ended because it took too long, by the clock or by the processor."""


class Crashed(Exception):
    """The child ended without a reply: out of memory, or killed by what it read."""


def run(module: str, arguments: Sequence[str], *, seconds: float) -> dict[str, Any]:
    """Run `python -m module arguments…` and return the JSON object that it prints.

    The child gets none of our environment, so that no key is within reach of what it reads. Its standard input stays
    open as long as we live; `live_no_longer_than_parent` in the child watches it.

    Raises:
        TimedOut: after *seconds*, or when the child used up its processor time.
        Crashed: when it printed no JSON object.
    """
    child = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT,
        env={
            "PATH": os.defpath,
            "PYTHONPATH": str(_ROOT),
            "PYTHONIOENCODING": "utf-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            "OMP_NUM_THREADS": "1",
            "RAYON_NUM_THREADS": "1",
        },
        start_new_session=True,
    )
    try:
        # Not `communicate`: it would close the standard input that tells the child we are alive.
        reply = _read_all(child, seconds)
    finally:
        if child.poll() is None:
            child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                stream.close()
    if child.returncode == -signal.SIGXCPU:
        raise TimedOut
    try:
        data = json.loads(reply)
    except ValueError:
        raise Crashed(f"{module} ended with {child.returncode}") from None
    if not isinstance(data, dict):
        raise Crashed(f"{module} replied with no object")
    return data  # pyright: ignore[reportUnknownVariableType]


def _read_all(child: subprocess.Popen[bytes], seconds: float) -> bytes:
    parts: list[bytes] = []

    def drain() -> None:
        assert child.stdout is not None
        parts.append(child.stdout.read())

    reader = threading.Thread(target=drain, daemon=True)
    reader.start()
    reader.join(seconds)
    if reader.is_alive():
        child.kill()
        reader.join(5)
        raise TimedOut
    return b"".join(parts)


def live_no_longer_than_parent() -> None:
    """In the child: end at once when the parent is gone, however it went."""

    def watch() -> None:
        # Straight from the descriptor: a buffered read here would hold up the end of the interpreter.
        while os.read(0, 64):
            pass
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()
    if sys.platform == "linux":
        set_death_signal = 1
        ctypes.CDLL(None, use_errno=True).prctl(set_death_signal, signal.SIGKILL)


def limit(*, memory: int, cpu_seconds: int, file_bytes: int) -> None:
    """In the child: cap address space and written files (bytes) and processor time (seconds)."""
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_CPU, cpu_seconds)
    _lower(resource.RLIMIT_FSIZE, file_bytes)
    if sys.platform == "linux":  # macOS refuses to cap address space.
        _lower(resource.RLIMIT_AS, memory)


def _lower(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
    # A soft limit below the hard one, so that too much processor time ends in SIGXCPU, which we can tell apart.
    more = ceiling + 1 if kind == resource.RLIMIT_CPU and hard == resource.RLIM_INFINITY else ceiling
    resource.setrlimit(kind, (ceiling, more))


def reply(data: dict[str, Any]) -> None:
    """In the child: print the reply and end, without waiting for anything."""
    sys.stdout.write(json.dumps(data))
    sys.stdout.flush()
    os._exit(0)
