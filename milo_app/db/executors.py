"""Locks that say which process runs durable work under which name, let go of by the system when it dies.

On SQLite a file lock under MILO_DATA, on PostgreSQL an advisory lock of the database, so that a lock is free exactly
when its process is gone, and another process may take over what it left undone.
"""

from __future__ import annotations

import fcntl
import os
import re
import time
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from milo_app.config import Settings


class ExecutorLocks(Protocol):
    """Names held by live processes."""

    def hold(self, name: str) -> bool:
        """Take *name* until this process ends or lets go; False when another process has it."""
        ...

    def still_held(self) -> bool:
        """Whether every name that this process took is still its own."""
        ...

    def is_free(self, name: str) -> bool:
        """Whether no live process has *name*."""
        ...

    def release(self) -> None: ...


def executor_locks(settings: Settings) -> ExecutorLocks:
    """The locks that fit the database of *settings*."""
    if settings.sqlite:
        return FileLocks(settings.data / "executors")
    return DatabaseLocks(settings.database_url)


#: A look at a lock takes it for an instant; whoever wants to hold it tries for this long, in seconds.
_PATIENCE = 1.0


class FileLocks:
    """One file per name in *folder*."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, int] = {}

    def hold(self, name: str) -> bool:
        deadline = time.monotonic() + _PATIENCE
        while (descriptor := self._take(name)) is None:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        os.truncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        self._held[name] = descriptor
        return True

    def still_held(self) -> bool:
        return True

    def is_free(self, name: str) -> bool:
        if name in self._held:
            return False
        descriptor = self._take(name)
        if descriptor is None:
            return False
        os.close(descriptor)
        return True

    def release(self) -> None:
        for descriptor in self._held.values():
            os.close(descriptor)
        self._held.clear()

    def _take(self, name: str) -> int | None:
        if not re.fullmatch(r"[A-Za-z0-9_.-]{1,100}", name):
            raise ValueError(f"Not a name for an executor: {name!r}")
        self._folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._folder / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return descriptor


class DatabaseLocks:
    """Advisory locks, held by one connection that is kept open for nothing else."""

    def __init__(self, url: str) -> None:
        self._engine = sa.create_engine(
            sa.make_url(url).set(drivername="postgresql+psycopg"),
            isolation_level="AUTOCOMMIT",
            poolclass=sa.NullPool,
            connect_args={
                "keepalives": 1,
                "keepalives_idle": 10,
                "keepalives_interval": 5,
                "keepalives_count": 3,
            },
        )
        self._connection: sa.Connection | None = None
        self._names: set[str] = set()

    def hold(self, name: str) -> bool:
        if self._connection is None:
            self._connection = self._engine.connect()
        deadline = time.monotonic() + _PATIENCE
        while not self._connection.execute(sa.select(sa.func.pg_try_advisory_lock(_key(name)))).scalar_one():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        self._names.add(name)
        return True

    def still_held(self) -> bool:
        """Takes the names again after the connection was lost; False where another process was quicker."""
        if self._connection is not None:
            try:
                self._connection.execute(sa.select(1))
                return True
            except DBAPIError:
                self._connection.invalidate()
                self._connection.close()
                self._connection = None
        names, self._names = self._names, set()
        try:
            return all(self.hold(name) for name in names)
        except DBAPIError:
            self._names = names
            return False

    def is_free(self, name: str) -> bool:
        if name in self._names:
            return False
        with self._engine.connect() as connection:
            if not connection.execute(sa.select(sa.func.pg_try_advisory_lock(_key(name)))).scalar_one():
                return False
            connection.execute(sa.select(sa.func.pg_advisory_unlock(_key(name))))
        return True

    def release(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._names.clear()
        self._engine.dispose()


def _key(name: str) -> sa.ColumnElement[int]:
    return sa.func.hashtextextended(f"milo-executor:{name}", 0)
