"""Text messages: the local handset and Twilio."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from milo_app.adapters.clock import SystemClock
from milo_app.services.ports import Clock, HandsetEntry, SendFailed, Sent


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


#: Twilio's reasons that another try cannot help: not a number, unsubscribed, not a mobile, blocked, no permission…
_FINAL_CODES = frozenset({21211, 21214, 21408, 21606, 21608, 21610, 21612, 21614, 21617, 30034, 63038})


class TwilioSms:
    """Sends by Twilio, which knows no idempotency key: a try without an answer is unknown, and looked up, not repeated.

    Implements `ports.Sms`.
    """

    name = "twilio"
    idempotent = False

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        *,
        messaging_service_sid: str | None = None,
        base_url: str = "",
        status_callback: str = "",
        timeout: float = 10,
    ) -> None:
        from twilio.rest import Client  # pyright: ignore[reportMissingTypeStubs]

        self._client = Client(account_sid, auth_token, http_client=_http_client(base_url, timeout))
        self._service = messaging_service_sid
        self._status_callback = status_callback

    def send(self, *, to: str, sender: str, body: str, key: str) -> Sent:
        """Hand the text over.

        Raises:
            SendFailed: `unknown` when the answer was lost after the request may have arrived.
        """
        import requests
        from twilio.base.exceptions import TwilioException, TwilioRestException  # pyright: ignore[reportMissingTypeStubs]

        parameters: dict[str, Any] = {"to": to, "body": body}
        if self._service or sender.startswith("MG"):
            parameters["messaging_service_sid"] = self._service or sender
        else:
            parameters["from_"] = sender
        # Twilio calls back over the internet; a loopback address would be refused.
        if self._status_callback.startswith("https://"):
            parameters["status_callback"] = self._status_callback
        try:
            message = self._client.messages.create(**parameters)
        except TwilioRestException as error:
            reason = f"{error.code or error.status} {error.msg}"
            if error.status >= 500:
                raise SendFailed(reason, retryable=False, unknown=True) from error
            retryable = error.status == 429 and error.code not in _FINAL_CODES
            raise SendFailed(reason, retryable=retryable) from error
        except (requests.ConnectTimeout, requests.exceptions.SSLError) as error:
            raise SendFailed(f"Twilio cannot be reached: {error}", retryable=True) from error
        except requests.ConnectionError as error:
            never_arrived = _never_arrived(error)
            raise SendFailed(
                f"Twilio cannot be reached: {error}", retryable=never_arrived, unknown=not never_arrived
            ) from error
        except (requests.RequestException, TwilioException) as error:
            raise SendFailed(f"Twilio gave no answer: {error}", retryable=False, unknown=True) from error
        return Sent(provider=self.name, provider_id=str(message.sid))


def _never_arrived(error: BaseException) -> bool:
    """Whether the connection was refused or never made, so that the request cannot have arrived."""
    text = repr(error)
    return "NewConnectionError" in text or "NameResolutionError" in text or "Connection refused" in text


def _http_client(base_url: str, timeout: float) -> Any:
    """Twilio's own HTTP client, sent to *base_url* instead where one is given (a proxy, a double in tests)."""
    from twilio.http.http_client import TwilioHttpClient  # pyright: ignore[reportMissingTypeStubs]

    if not base_url:
        return TwilioHttpClient(timeout=timeout)
    base = urlsplit(base_url)

    class RebasedHttpClient(TwilioHttpClient):
        def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
            asked = urlsplit(url)
            # Says which of Twilio's hosts (api, messaging, lookups) was meant.
            kwargs["headers"] = {**(kwargs.get("headers") or {}), "X-Original-Host": asked.netloc}
            path = base.path.rstrip("/") + asked.path
            rebased = urlunsplit((base.scheme, base.netloc, path, asked.query, ""))
            return super().request(method, rebased, *args, **kwargs)

    return RebasedHttpClient(timeout=timeout)
