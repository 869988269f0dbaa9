"""Resend on this machine: keeps what it takes and under which key, calls back signed, twice and out of order, and fails
on demand.

    with ResendDouble(webhook="http://127.0.0.1:3000", faults=Faults({"429": 0.1, "cut": 0.1}, seed=7)) as resend:
        ...  # RESEND_API_URL=resend.url, RESEND_API_KEY=resend.key, RESEND_WEBHOOK_SECRET=resend.secret
        resend.receive("Ana <ana@example.com>", to="reply+…@in.example", text="A question")

By hand: `python -m tests.doubles.resend --port 4011 --webhook http://127.0.0.1:3000`.
"""

from __future__ import annotations

import argparse
import base64
import json
import queue
import random
import re
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import requests
from standardwebhooks import Webhook

from tests.doubles import Faults

_TAG = re.compile(r"[A-Za-z0-9_-]{1,256}")
_ADDRESS = re.compile(r"(?:[^<>@]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)")
#: What an email request may hold, by the official specification.
_FIELDS = frozenset(
    "from to subject bcc cc reply_to html text template headers scheduled_at attachments tags topic_id".split()
)

Said = tuple[int, dict[str, Any] | None]


@dataclass
class Taken:
    """One email that Resend has taken."""

    id: str
    to: str
    key: str
    body: dict[str, Any]
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    last_event: str = "queued"

    def shape(self) -> dict[str, Any]:
        """As the API shows it."""
        shown = {name: self.body.get(name) for name in ("from", "subject", "html", "text")}
        lists = {"to": [self.to], "cc": [], "bcc": [], "reply_to": _listed(self.body.get("reply_to"))}
        return {
            "object": "email",
            "id": self.id,
            "message_id": f"<{self.id}@resend.example>",
            **shown,
            **lists,
            "created_at": self.at.isoformat(),
            "last_event": self.last_event,
        }


class ResendDouble:
    """A context manager; `url` is the API's address while it runs, `accepted` what it has taken, in order."""

    def __init__(
        self,
        *,
        faults: Faults | None = None,
        webhook: str = "",
        key: str = "re_test_double",
        secret: str = "whsec_" + base64.b64encode(b"milo-double-secret-of-32-bytes!!").decode(),
        rate: int = 0,
        seed: int = 0,
        port: int = 0,
        hang_for: float = 60,
    ) -> None:
        """*webhook* is the root of the Milo that is called back; *rate* the requests a second beyond which it answers
        429 (0: any number)."""
        self.key, self.secret, self.webhook = key, secret, webhook.rstrip("/")
        self.faults, self.hang_for, self.rate = faults or Faults({}, seed=seed), hang_for, rate
        self.accepted: list[Taken] = []
        self.requests: list[dict[str, Any]] = []
        #: What becomes of mail to an address: bounced, soft_bounced, complained, suppressed, failed, delayed.
        self.fates: dict[str, str] = {}
        #: What was answered to each call back: (status, path, event).
        self.called_back: list[tuple[int, str, dict[str, Any]]] = []
        self.received: dict[str, dict[str, Any]] = {}
        self._keys: dict[str, tuple[str, Taken | None]] = {}
        self._recent: list[float] = []
        self._chance, self._lock = random.Random(seed), threading.RLock()
        self._calls: queue.Queue[tuple[str, dict[str, Any]] | None] = queue.Queue()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True
        self._threads = [
            threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True),
            threading.Thread(target=self._call_back, daemon=True),
        ]
        self.stopping = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def env(self) -> dict[str, str]:
        """The settings with which Milo uses it."""
        return {
            "RESEND_API_KEY": self.key,
            "RESEND_API_URL": self.url,
            "RESEND_WEBHOOK_SECRET": self.secret,
        }

    def start(self) -> ResendDouble:
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        self.stopping.set()
        self._calls.put(None)
        self._server.shutdown()
        self._server.server_close()
        for thread in self._threads:
            thread.join(20)

    def __enter__(self) -> ResendDouble:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def emails(self, to: str) -> list[Taken]:
        """What was taken for an address."""
        with self._lock:
            return [one for one in self.accepted if one.to == to]

    def settled(self) -> bool:
        """Whether every call back has been made."""
        return self._calls.unfinished_tasks == 0

    # --- Calling back -----------------------------------------------------------------------------------------------

    def receive(
        self,
        sender: str,
        *,
        to: str,
        text: str | None = None,
        html: str | None = None,
        subject: str = "Re: Your interview",
        headers: Mapping[str, str] | None = None,
        attachments: Sequence[Mapping[str, Any]] = (),
        id: str = "",
    ) -> str:
        """An email comes in: kept, and told by `email.received`, which has no content. Returns its id."""
        id = id or str(uuid.uuid4())
        files = [
            {"id": str(uuid.uuid4()), "content_disposition": "attachment", "content_id": None, **one}
            for one in attachments
        ]
        shared = {
            "from": sender,
            "to": [to],
            "cc": [],
            "bcc": [],
            "received_for": [to],
            "subject": subject,
            "message_id": f"<{id}@mail.example>",
            "created_at": datetime.now(UTC).isoformat(),
        }
        with self._lock:
            self.received[id] = {
                "object": "email",
                "id": id,
                **shared,
                "reply_to": [],
                "html": html,
                "text": text,
                "headers": dict(headers or {}),
                "attachments": files,
            }
        self.tell("email.received", {"email_id": id, **shared, "attachments": files})
        return id

    def tell(self, kind: str, data: Mapping[str, Any], *, times: int = 1) -> str:
        """Call back with one event, *times* times under the same id; returns that id."""
        event = {"type": kind, "created_at": datetime.now(UTC).isoformat(), "data": dict(data)}
        id = f"msg_{uuid.uuid4().hex}"
        for _ in range(times):
            self._calls.put((id, event))
        return id

    def post(self, id: str, event: Mapping[str, Any], *, at: datetime | None = None, secret: str = "") -> int:
        """POST one event to Milo, signed; 0 where nobody answered."""
        body = json.dumps(event)
        try:
            answer = requests.post(
                f"{self.webhook}/webhooks/resend",
                data=body,
                headers={
                    **signed(id, body, secret or self.secret, at=at),
                    "Content-Type": "application/json",
                },
                timeout=15,
            )
        except requests.RequestException:
            return 0
        return answer.status_code

    def _call_back(self) -> None:
        while (call := self._calls.get()) is not None:
            id, event = call
            for _ in range(20):  # what nobody answers is tried again
                status = self.post(id, event) if self.webhook else 200
                with self._lock:
                    self.called_back.append((status, "/webhooks/resend", event))
                if 200 <= status < 500 or self.stopping.wait(0.25):
                    break
            self._calls.task_done()
        self._calls.task_done()

    def _plan(self, taken: Taken) -> None:
        """Tell what becomes of an email: every step, some twice, not always in order."""
        fate = self.fates.get(taken.to, "delivered")
        steps = {
            "delivered": ["sent", "delivered"],
            "bounced": ["sent", "bounced"],
            "soft_bounced": ["sent", "delivery_delayed", "bounced"],
            "complained": ["sent", "delivered", "complained"],
            "delayed": ["sent", "delivery_delayed", "delivered"],
            "suppressed": ["suppressed"],
            "failed": ["failed"],
        }[fate]
        taken.last_event = steps[-1]
        steps = [*steps, "opened"] if self._chance.random() < 0.3 else steps
        told = [(f"msg_{uuid.uuid4().hex}", self._event(taken, step, fate)) for step in steps]
        told += self._chance.sample(told, self._chance.randint(0, len(told)))
        if self._chance.random() < 0.5:
            self._chance.shuffle(told)
        for call in told:
            self._calls.put(call)

    def _event(self, taken: Taken, step: str, fate: str) -> dict[str, Any]:
        data: dict[str, Any] = {
            "email_id": taken.id,
            "message_id": f"<{taken.id}@resend.example>",
            "created_at": taken.at.isoformat(),
            "from": taken.body["from"],
            "to": [taken.to],
            "subject": taken.body["subject"],
            "tags": {tag["name"]: tag["value"] for tag in taken.body.get("tags", [])},
        }
        more = {
            "bounced": {
                "bounce": {
                    "type": "Transient" if fate == "soft_bounced" else "Permanent",
                    "subType": "MailboxFull" if fate == "soft_bounced" else "General",
                    "message": "452 4.2.2 full" if fate == "soft_bounced" else "550 5.1.1 no such user",
                }
            },
            "failed": {"failed": {"reason": "reached_daily_quota"}},
            "suppressed": {"suppressed": {"message": "On the suppression list.", "type": "OnAccount"}},
        }
        at = datetime.now(UTC).isoformat()
        return {"type": f"email.{step}", "created_at": at, "data": data | more.get(step, {})}

    # --- The API ----------------------------------------------------------------------------------------------------

    def answer(self, method: str, path: str, headers: Mapping[str, str], raw: bytes) -> Said:
        """What the API says to one request; None as a body means that the connection is cut."""
        with self._lock:
            self.requests.append({"method": method, "path": path, "headers": dict(headers), "body": raw})
        sign = headers.get("Authorization", "")
        if not sign:
            return _error(401, "missing_api_key", "Missing API Key")
        if sign != f"Bearer {self.key}":
            return _error(401, "invalid_api_key", "API key is invalid")
        if self._too_fast():
            return _error(429, "rate_limit_exceeded", "Too many requests. You can only make few per second.")
        parts = path.strip("/").split("/")
        match (method, *parts):
            case ("POST", "emails"):
                return self._send(headers.get("Idempotency-Key", ""), raw)
            case ("GET", "emails", "receiving", id):
                found = self.received.get(id)
                return (200, found) if found else _error(404, "not_found", "Email not found")
            case ("GET", "emails", id):
                mail = next((one for one in self.accepted if one.id == id), None)
                return (200, mail.shape()) if mail else _error(404, "not_found", "Email not found")
            case ("GET", "domains"):
                return 200, {"object": "list", "has_more": False, "data": []}
            case _:
                return _error(404, "not_found", "The requested endpoint does not exist")

    def _too_fast(self) -> bool:
        now = time.monotonic()
        with self._lock:
            self._recent = [at for at in self._recent if now - at < 1] + [now]
            return 0 < self.rate < len(self._recent)

    def _send(self, key: str, raw: bytes) -> Said:
        fault = self.faults.next()
        if fault == "429":
            return _error(429, "rate_limit_exceeded", "Too many requests.")
        if fault == "cut_before":
            return 0, None
        if fault in ("500", "503"):
            return _error(int(fault), "internal_server_error", "An unexpected error occurred.")
        if fault == "422":
            return _error(422, "validation_error", "The domain is not verified.")
        body = json.loads(raw)
        wrong = _wrong(body, key)
        if wrong:
            return _error(422, "validation_error", wrong)
        with self._lock:
            before = self._keys.get(key) if key else None
            if before is not None:
                if before[0] != raw.decode():
                    return _error(409, "invalid_idempotent_request", "Same key with a different payload.")
                taken = before[1]
                if taken is None:
                    return _error(
                        409, "concurrent_idempotent_requests", "The first request is still under way."
                    )
                return 200, {"id": taken.id}
            taken = Taken(id=str(uuid.uuid4()), to=_listed(body["to"])[0], key=key, body=body)
            self.accepted.append(taken)
            if key:
                self._keys[key] = (raw.decode(), taken)
            # Often before our own answer has arrived.
            self._plan(taken)
        if fault == "hang":
            self.stopping.wait(self.hang_for)
            return 0, None
        if fault == "cut":
            return 0, None
        if fault == "500_after":
            return _error(500, "internal_server_error", "An unexpected error occurred.")
        return 200, {"id": taken.id}


def signed(id: str, body: str, secret: str, *, at: datetime | None = None) -> dict[str, str]:
    """The headers that prove an event, as Resend sends them."""
    at = at or datetime.now(UTC)
    return {
        "svix-id": id,
        "svix-timestamp": str(int(at.timestamp())),
        "svix-signature": Webhook(secret).sign(id, at, body),
    }


def _wrong(body: Mapping[str, Any], key: str) -> str:
    """What the API would find wrong with a request to send."""
    if missing := [name for name in ("from", "to", "subject") if not body.get(name)]:
        return f"Missing `{missing[0]}` field."
    if unknown := set(body) - _FIELDS:
        return f"Unknown field `{min(unknown)}`."
    for address in [body["from"], *_listed(body["to"]), *_listed(body.get("reply_to"))]:
        if not _ADDRESS.fullmatch(address):
            return f"Invalid address `{address}`."
    if not (body.get("html") or body.get("text")):
        return "Missing `html` or `text` field."
    for tag in body.get("tags", []):
        if not (_TAG.fullmatch(tag["name"]) and _TAG.fullmatch(tag["value"])):
            return "Tags should only contain ASCII letters, numbers, underscores, or dashes."
    if not all(isinstance(value, str) for value in (body.get("headers") or {}).values()):
        return "Headers should be text."
    return "The idempotency key must be between 1 and 256 characters." if len(key) > 256 else ""


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])


def _error(status: int, name: str, message: str) -> Said:
    return status, {"statusCode": status, "name": name, "message": message}


def _handler(double: ResendDouble) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length", 0)))
            status, body = double.answer(self.command, urlsplit(self.path).path, self.headers, raw)
            if body is None:
                self.close_connection = True
                return
            payload = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(payload)))
            if status == 429:
                self.send_header("retry-after", "1")
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


def main() -> None:
    """Run it until Ctrl-C, and say with which settings Milo uses it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=4011)
    parser.add_argument("--webhook", default="http://127.0.0.1:3000")
    chosen = parser.parse_args()
    with ResendDouble(port=chosen.port, webhook=chosen.webhook) as double:
        print("\n".join(f"{name}={value}" for name, value in double.env.items()))
        threading.Event().wait()


if __name__ == "__main__":
    main()
