"""The local handset: texts that never leave this machine."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from pathlib import Path

from milo_app.adapters.clock import SystemClock
from milo_app.services.ports import Clock, HandsetEntry, Sent


class LocalSms:
    """A handset on this machine: keeps what is sent and what a person types on `/dev/phone`.

    Its own small SQLite file, in MILO_DATA, holds the log; the messages themselves live in Milo's database like any
    other. Implements `ports.Sms` and `ports.Handset`.
    """

    name = "handset"
    idempotent = True

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        self._path = folder / "handset.db"
        self._clock = clock or SystemClock()
        self._lock = threading.Lock()

    def send(self, *, to: str, sender: str, body: str, key: str) -> Sent:
        """Show the text on the handset; the same *key* is shown once."""
        id = "LM" + hashlib.sha256(key.encode()).hexdigest()[:32]
        self._keep(id, "out", sender, to, body, "delivered")
        return Sent(provider=self.name, provider_id=id)

    def received(self, *, id: str, sender: str, to: str, body: str) -> bool:
        """Log a text typed on the handset. False when *id* was logged before: a repeat."""
        return self._keep(id, "in", sender, to, body, "received")

    def entries(self, *, number: str = "", after: str = "") -> list[HandsetEntry]:
        """The log, oldest first: of one *number* (either side), after the entry with id *after* or after a time."""
        with self._lock, self._open() as connection:
            rows = connection.execute(
                "SELECT id, at, direction, sender, receiver, body, state FROM log "
                "WHERE (:number = '' OR sender = :number OR receiver = :number) "
                "AND (:after = '' OR rowid > COALESCE((SELECT rowid FROM log WHERE id = :after), "
                "  (SELECT MAX(rowid) FROM log WHERE at <= :after), 0)) ORDER BY rowid",
                {"number": number, "after": after},
            ).fetchall()
        names = ("id", "at", "direction", "from", "to", "body", "state")
        return [dict(zip(names, row, strict=True)) for row in rows]  # type: ignore[misc]

    def _keep(self, id: str, direction: str, sender: str, receiver: str, body: str, state: str) -> bool:
        at = self._clock.now().isoformat()
        with self._lock, self._open() as connection:
            done = connection.execute(
                "INSERT OR IGNORE INTO log (id, at, direction, sender, receiver, body, state) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (id, at, direction, sender, receiver, body, state),
            )
            return done.rowcount == 1

    def _open(self) -> _Closing:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=30)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS log (rowid INTEGER PRIMARY KEY, id TEXT UNIQUE, at TEXT, direction TEXT, "
            "sender TEXT, receiver TEXT, body TEXT, state TEXT)"
        )
        return _Closing(connection)


class _Closing:
    """Commits and closes a connection; sqlite3's own context manager leaves it open."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> sqlite3.Connection:
        return self._connection

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._connection.commit()
        self._connection.close()
