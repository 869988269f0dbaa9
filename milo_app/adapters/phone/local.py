"""The local telephone: calls ring on `/dev/phone` and go nowhere else.

It signs what it asks and tells with a secret of this instance, so that the very checks run which run for Twilio.
"""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from milo_app.adapters.clock import SystemClock
from milo_app.services.ports import Clock, LocalCall, OutgoingCall, SendFailed, Sent

_NAMES = ("id", "at", "direction", "from", "to", "state", "answer_url", "status_url")
_OVER = ("completed", "busy", "no-answer", "failed", "canceled")


class LocalPhone:
    """Keeps the calls in a small SQLite file in MILO_DATA, since the work that places them runs in another process.

    Implements `ports.Phone` and `ports.Switchboard`.
    """

    name = "local phone"
    #: The same key rings once, so a try that died may simply be made again.
    idempotent = True

    def __init__(self, folder: Path, key: bytes, *, number: str, clock: Clock | None = None) -> None:
        """*key* is the instance's, of which the signing secret is derived."""
        self.number = number
        self.signing_key = hmac.new(key, b"local phone", hashlib.sha256).hexdigest()
        self._path = folder / "calls.db"
        self._clock = clock or SystemClock()
        self._lock = threading.Lock()

    def place(self, call: OutgoingCall) -> Sent:
        """Let it ring on the local telephone; the same key rings once."""
        id = "CA" + hashlib.sha256(call.key.encode()).hexdigest()[:32]
        self._keep(id, "out", call.sender, call.to, call.answer_url, call.status_url)
        return Sent(provider=self.name, provider_id=id)

    def find(self, *, to: str, sender: str, since: datetime) -> Sequence[Sent]:
        """The calls placed to *to* since then, oldest first."""
        return [
            Sent(provider=self.name, provider_id=call["id"])
            for call in self.calls(number=to)
            if call["direction"] == "out" and call["from"] == sender and call["at"] >= since.isoformat()
        ]

    def record(self, provider_id: str, *, status_url: str) -> None:
        """There is no sound to record: what is said is text here."""

    def recording(self, recording_id: str) -> Iterator[bytes]:
        """Raises SendFailed: the local telephone records nothing."""
        raise SendFailed("The local telephone records nothing.", retryable=False)

    # --- What the page of the local telephone needs -------------------------------------------------------------------

    def calls(self, *, number: str = "", after: str = "") -> list[LocalCall]:
        """The calls, oldest first: of one *number* (either side), after the call with id *after*."""
        with self._open() as connection:
            rows = connection.execute(
                "SELECT id, at, direction, sender, receiver, state, answer_url, status_url FROM calls "
                "WHERE (:number = '' OR sender = :number OR receiver = :number) "
                "AND rowid > COALESCE((SELECT rowid FROM calls WHERE id = :after), 0) ORDER BY rowid",
                {"number": number, "after": after},
            ).fetchall()
        return [dict(zip(_NAMES, row, strict=True)) for row in rows]  # type: ignore[misc]

    def call(self, id: str) -> LocalCall | None:
        """One call, or None."""
        return next((call for call in self.calls() if call["id"] == id), None)

    def dial(self, *, sender: str, to: str, answer_url: str, status_url: str) -> str:
        """A call from the local telephone to Milo begins to ring. Returns its id."""
        id = "CA" + uuid.uuid4().hex
        self._keep(id, "in", sender, to, answer_url, status_url)
        return id

    def move(self, id: str, state: str) -> bool:
        """Keep a call's new state; False when it had ended before, or is in it already."""
        with self._open() as connection:
            done = connection.execute(
                f"UPDATE calls SET state = ? WHERE id = ? AND state <> ? AND state NOT IN ({','.join('?' * len(_OVER))})",  # noqa: S608  only question marks
                (state, id, state, *_OVER),
            )
            return done.rowcount == 1

    def _keep(self, id: str, direction: str, sender: str, to: str, answer_url: str, status_url: str) -> None:
        at = self._clock.now().isoformat()
        with self._open() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO calls (id, at, direction, sender, receiver, state, answer_url, status_url) "
                "VALUES (?, ?, ?, ?, ?, 'ringing', ?, ?)",
                (id, at, direction, sender, to, answer_url, status_url),
            )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._lock:
            connection = sqlite3.connect(self._path, timeout=30)
            try:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute(
                    "CREATE TABLE IF NOT EXISTS calls (rowid INTEGER PRIMARY KEY, id TEXT UNIQUE, at TEXT, "
                    "direction TEXT, sender TEXT, receiver TEXT, state TEXT, answer_url TEXT, status_url TEXT)"
                )
                with connection:
                    yield connection
            finally:
                connection.close()
