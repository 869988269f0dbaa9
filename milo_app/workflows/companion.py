"""Durable work beside the serving process: a process of its own, so that nobody's page waits while a resume is read.

The serving process starts it, tells it to stop, and starts it again when it dies. The companion ends at once when the
serving process is gone, however that ended: what it had not finished runs at the next start.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
import time

from milo_app import bootstrap, config
from milo_app.workflows import runtime

log = logging.getLogger(__name__)

_READY, _REFUSED = "ready", "refused: "
#: A companion that dies is started again, this much later each time in a row, in seconds.
_PAUSES = (0.0, 1.0, 5.0, 15.0)
#: One that has lived this long, in seconds, had a good start.
_GOOD = 60.0


class Companion:
    """The serving process's end of it, between `start` and `stop`."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._ready = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._tend, name="milo-companion", daemon=True)

    def start(self) -> None:
        """Start the process; `await_ready` says when it works."""
        self._process = _open()
        self._thread.start()

    def await_ready(self, seconds: float = 60.0) -> None:
        """Wait until work is being done.

        Raises:
            runtime.CannotStart: with its own sentence, or when it did not come up in *seconds*.
        """
        until = time.monotonic() + seconds
        while not self._ready.wait(0.05):
            if self._refusal:
                raise runtime.CannotStart(self._refusal)
            if time.monotonic() > until:
                raise runtime.CannotStart("Durable work did not start; the lines above say why.")

    def check(self) -> None:
        """Nothing where work is being done.

        Raises:
            RuntimeError: while the process is down or starting.
        """
        if not self._ready.is_set():
            raise RuntimeError("Durable work is not running.")

    def stop(self, wait: float) -> None:
        """Let it finish what is under way for *wait* seconds, then end it."""
        self._stopping.set()
        process = self._process
        if process is None:
            return
        assert process.stdin is not None
        with contextlib.suppress(OSError):
            process.stdin.write("stop\n")
            process.stdin.flush()
        try:
            process.wait(wait)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    _refusal = ""

    def _tend(self) -> None:
        """Hear what the process says, and start it anew when it ends unasked."""
        failed = 0
        while (process := self._process) is not None:
            born = time.monotonic()
            self._listen(process)
            self._ready.clear()
            process.wait()
            if self._stopping.is_set() or self._refusal:
                return
            failed = 0 if time.monotonic() - born > _GOOD else failed + 1
            log.error("Durable work ended with status %s and is started again", process.returncode)
            if self._stopping.wait(_PAUSES[min(failed, len(_PAUSES) - 1)]):
                return
            self._process = _open()

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == _READY:
                self._ready.set()
            elif line.startswith(_REFUSED):
                self._refusal = line.removeprefix(_REFUSED).strip()
            else:
                sys.stdout.write(line)
                sys.stdout.flush()


def _open() -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "milo_app.workflows.companion"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def main() -> None:
    """Be the companion: work until told to stop, and not a moment longer than the serving process lives."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # Ctrl-C in a terminal reaches both; the serving process decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    told = threading.Event()
    threading.Thread(target=_hear, args=(told,), name="milo-told", daemon=True).start()
    settings = config.load()
    deps = bootstrap.build(settings, patient=True)
    bootstrap.install(settings, deps)
    try:
        running = runtime.start(deps, settings)
    except runtime.CannotStart as problem:
        _say(f"{_REFUSED}{problem}")
        return
    _say(_READY)
    while not told.wait(1.0):
        if running.lost.is_set():
            break
    running.stop()
    sys.stdout.flush()
    os._exit(0)  # threads that still wait for work would hold up the end


def _say(line: str) -> None:
    """Tell the serving process; where it is gone already, so is this one."""
    try:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os._exit(1)


def _hear(told: threading.Event) -> None:
    """Until the serving process says stop. Where it can say nothing any more it is gone, and so is this one."""
    if sys.stdin.readline().strip() != "stop":
        os._exit(1)
    told.set()


if __name__ == "__main__":
    main()
