"""Whose turn it is to write to SQLite, which has one writer at a time.

SQLite itself lets those who wait sleep for ever longer and gives the turn to whoever happens to be awake. Here they
wait in the kernel, wake when the turn is free, and people come before work: a process that does durable work lets
every request go first, though never for longer than `_PATIENCE`. A turn ends with its process, however that ended.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Engine

#: How long work lets requests go first, in seconds; then it takes its place among them.
_PATIENCE = 0.25
_LOOK_AGAIN = 0.001
#: While requests come, work rests so long after each of its turns, in seconds; they count as coming for `_BUSY` more.
_REST, _BUSY = 0.015, 0.1
_TURN = "milo_turn"


class Turns:
    """The order of writers of the database file at *path*, seen from one process.

    *patient*: this process does work that nobody looks at while it is done.
    """

    def __init__(self, path: Path, *, patient: bool) -> None:
        self._path, self._patient = path, patient
        # Work of one process wants one turn at a time: a request waits for one of them at most.
        self._gate = threading.Lock()
        self._busy_until = self._ended = 0.0

    def keep(self, engine: Engine) -> None:
        """A turn of *engine* ends when its connection is back in the pool: by then it is committed or rolled back."""

        @event.listens_for(engine, "checkin")
        def _checked_in(_: object, record: sa.pool.ConnectionPoolEntry) -> None:
            if (held := record.info.pop(_TURN, None)) is not None:
                self._release(held)

    def keep_on_write(self, engine: Engine) -> None:
        """Transactions of *engine* mostly read: wait for the turn before the first statement that writes."""

        @event.listens_for(engine, "before_cursor_execute")
        def _take(connection: sa.Connection, _cursor: object, statement: str, *_: object) -> None:
            if not statement.lstrip()[:6].upper().startswith(("SELECT", "PRAGMA", "WITH")):
                self.take(connection)

        self.keep(engine)

    def take(self, connection: sa.Connection) -> None:
        """Wait for the turn, before the transaction of *connection* begins: whoever had SQLite's own lock without it
        would wait for ever."""
        if connection.info.get(_TURN) is not None:
            return
        if self._patient:
            self._gate.acquire()
        waiting = turn = -1
        try:
            waiting = os.open(f"{self._path}-waiting", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if self._patient:
                self._let_others(waiting)
            else:
                fcntl.flock(waiting, fcntl.LOCK_SH)
            turn = os.open(f"{self._path}-turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(turn, fcntl.LOCK_EX)
        except BaseException:
            self._release((turn, waiting))
            raise
        connection.info[_TURN] = (turn, waiting)

    def _let_others(self, waiting: int) -> None:
        """Wait until no request wants to write, and a little longer after the last turn while they keep coming."""
        until = time.monotonic() + _PATIENCE
        while (now := time.monotonic()) < until:
            try:
                fcntl.flock(waiting, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._busy_until = now + _BUSY
            else:
                fcntl.flock(waiting, fcntl.LOCK_UN)
                if now >= self._busy_until or now >= self._ended + _REST:
                    return
            time.sleep(_LOOK_AGAIN)

    def _release(self, descriptors: tuple[int, int]) -> None:
        for descriptor in descriptors:
            if descriptor >= 0:
                os.close(descriptor)
        if self._patient:
            self._ended = time.monotonic()
            self._gate.release()
