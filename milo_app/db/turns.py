"""Whose turn it is to write to SQLite, which has one writer at a time.

SQLite itself lets those who wait sleep for ever longer and gives the turn to whoever happens to be awake. Here they
wait in the kernel, wake when the turn is free, and people come before work: a process that does durable work lets
every request go first, though never for longer than `_PATIENCE`. A turn ends with its process, however that ended.
"""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Engine

#: How long work lets requests go first, in seconds; then it takes its place among them.
_PATIENCE = 0.25
_LOOK_AGAIN = 0.001
_TURN = "milo_turn"


class Turns:
    """The order of writers of the database file at *path*, seen from one process.

    *patient*: this process does work that nobody looks at while it is done.
    """

    def __init__(self, path: Path, *, patient: bool) -> None:
        self._path, self._patient = path, patient

    def keep(self, engine: Engine) -> None:
        """A turn of *engine* ends when its connection is back in the pool: by then it is committed or rolled back."""

        @event.listens_for(engine, "checkin")
        def _checked_in(_: object, record: sa.pool.ConnectionPoolEntry) -> None:
            _release(record.info)

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
        waiting = os.open(f"{self._path}-waiting", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        turn = -1
        try:
            if self._patient:
                self._let_others(waiting)
            else:
                fcntl.flock(waiting, fcntl.LOCK_SH)
            turn = os.open(f"{self._path}-turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(turn, fcntl.LOCK_EX)
        except BaseException:
            os.close(waiting)
            if turn >= 0:
                os.close(turn)
            raise
        connection.info[_TURN] = (turn, waiting)

    def _let_others(self, waiting: int) -> None:
        """Wait until no request wants to write."""
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            try:
                fcntl.flock(waiting, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(_LOOK_AGAIN)
            else:
                fcntl.flock(waiting, fcntl.LOCK_UN)
                return


def _release(info: dict[str, object]) -> None:
    held = info.pop(_TURN, None)
    if isinstance(held, tuple):
        for descriptor in held:
            os.close(descriptor)
