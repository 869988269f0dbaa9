"""Twilio Messaging on this machine: keeps what it takes, calls back late, twice and out of order, and fails on demand.

Nothing of Milo is in it but the address of its webhooks, so that the real client and the real routes run against it:

    with TwilioDouble(webhook="http://127.0.0.1:3000", faults=Faults({"429": 0.1, "cut": 0.1}, seed=7)) as twilio:
        ...  # TWILIO_API_BASE_URL=twilio.url, TWILIO_ACCOUNT_SID=twilio.sid, TWILIO_AUTH_TOKEN=twilio.token
        twilio.text("+14155550123", "hello")

By hand: `python -m tests.doubles.twilio --port 4010 --webhook http://127.0.0.1:3000`.
"""

from __future__ import annotations

import argparse
import base64
import heapq
import itertools
import json
import random
import re
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import requests
from twilio.request_validator import RequestValidator

from tests.doubles import Faults

#: What Twilio acts on by itself, when it is the whole message.
STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START_WORDS = frozenset({"START", "UNSTOP", "YES"})
HELP_WORDS = frozenset({"HELP", "INFO"})

_ACCOUNT = re.compile(r"/2010-04-01/Accounts/(AC[0-9a-fA-F]{32})(/Messages(?:/(SM[0-9a-f]{32}))?)?\.json")


@dataclass
class Taken:
    """One text that Twilio has taken. `key` is our own id, as the status callback carries it."""

    id: str
    to: str
    body: str
    sender: str | None
    service: str | None
    callback: str
    key: str
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    status: str = "queued"
    error_code: int | None = None

    def shape(self, account: str) -> dict[str, Any]:
        """As the API shows it."""
        at = format_datetime(self.at)
        path = f"/2010-04-01/Accounts/{account}/Messages/{self.id}"
        return {
            "account_sid": account,
            "api_version": "2010-04-01",
            "body": self.body,
            "date_created": at,
            "date_sent": None if self.status in ("accepted", "queued") else at,
            "date_updated": at,
            "direction": "outbound-api",
            "error_code": self.error_code,
            "error_message": None,
            "from": self.sender,
            "messaging_service_sid": self.service,
            "num_media": "0",
            "num_segments": "0" if self.service else "1",
            "price": None,
            "price_unit": "USD",
            "sid": self.id,
            "status": self.status,
            "subresource_uris": {"media": f"{path}/Media.json"},
            "to": self.to,
            "uri": f"{path}.json",
        }


class TwilioDouble:
    """A context manager; `url` is the API's address while it runs, `accepted` what it has taken, in order."""

    def __init__(
        self,
        *,
        faults: Faults | None = None,
        webhook: str = "",
        sid: str = "AC" + "0" * 32,
        token: str = "a" * 32,
        number: str = "+15005550006",
        advanced_opt_out: bool = False,
        seed: int = 0,
        port: int = 0,
        hang_for: float = 60,
    ) -> None:
        """*webhook* is the root of the Milo that inbound texts go to, as its MILO_PUBLIC_URL says it."""
        self.sid, self.token, self.number = sid, token, number
        self.webhook, self.advanced_opt_out = webhook.rstrip("/"), advanced_opt_out
        self.faults, self.hang_for = faults or Faults({}, seed=seed), hang_for
        self.accepted: list[Taken] = []
        self.requests: list[dict[str, Any]] = []
        #: Numbers and how they fail: at once (21211, 21614) or in a status callback (30003, 30006, 30007…).
        self.refuses: dict[str, int] = {}
        self.undelivered: dict[str, int] = {}
        self.opted_out: set[str] = set()
        #: After how many seconds a text stands in the list.
        self.listed_after = 0.0
        #: What was answered to each call back: (status, path, form).
        self.called_back: list[tuple[int, str, dict[str, str]]] = []
        self._chance = random.Random(seed)
        self._lock = threading.RLock()
        self._callbacks = _Callbacks(self)
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self.stopping = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def env(self) -> dict[str, str]:
        """The settings with which Milo uses it."""
        return {
            "TWILIO_ACCOUNT_SID": self.sid,
            "TWILIO_AUTH_TOKEN": self.token,
            "TWILIO_FROM_NUMBER": self.number,
            "TWILIO_API_BASE_URL": self.url,
        }

    def start(self) -> TwilioDouble:
        self._thread.start()
        self._callbacks.start()
        return self

    def stop(self) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._callbacks.stop()

    def __enter__(self) -> TwilioDouble:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def texts(self, to: str) -> list[Taken]:
        """What was taken for a number."""
        with self._lock:
            return [one for one in self.accepted if one.to == to]

    def settled(self) -> bool:
        """Whether every call back has been made."""
        return self._callbacks.empty()

    # --- Texts from a phone -----------------------------------------------------------------------------------------

    def text(
        self, sender: str, body: str, *, id: str = "", times: int = 1, media: int = 0, **extra: str
    ) -> list[int]:
        """Send a text from a phone to our number, *times* times at once (Twilio repeats what it got no answer to);
        returns the statuses answered. *extra* fields are signed too."""
        id = id or f"SM{uuid.uuid4().hex}"
        word = body.strip().upper()
        with self._lock:
            kind = "STOP" if word in STOP_WORDS else "START" if word in START_WORDS else ""
            kind = kind or ("HELP" if word in HELP_WORDS else "")
            if kind == "STOP":
                self.opted_out.add(sender)
            elif kind == "START":
                self.opted_out.discard(sender)
        form = {
            "ToCountry": "US",
            "ToState": "CA",
            "SmsMessageSid": id,
            "NumMedia": str(media),
            "ToCity": "",
            "FromZip": "",
            "SmsSid": id,
            "FromState": "",
            "SmsStatus": "received",
            "FromCity": "",
            "Body": body,
            "FromCountry": "US",
            "To": self.number,
            "ToZip": "",
            "NumSegments": "1",
            "MessageSid": id,
            "AccountSid": self.sid,
            "From": sender,
            "ApiVersion": "2010-04-01",
        }
        for n in range(media):
            form |= {
                f"MediaUrl{n}": f"https://api.twilio.example/{id}/{n}",
                f"MediaContentType{n}": "image/jpeg",
            }
        if self.advanced_opt_out and kind:
            form["OptOutType"] = kind
        form |= extra
        answers: list[int] = []
        threads = [
            threading.Thread(target=lambda: answers.append(self.post("/webhooks/twilio/sms", form)))
            for _ in range(times)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def post(self, path: str, form: Mapping[str, str], *, token: str = "") -> int:
        """POST a signed form to Milo, as Twilio would; 0 where nobody answered."""
        url = path if path.startswith("http") else f"{self.webhook}{path}"
        signature = RequestValidator(token or self.token).compute_signature(url, dict(form))
        try:
            answer = requests.post(
                url,
                data=urlencode(form),
                headers={
                    "X-Twilio-Signature": signature,
                    "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
                    "User-Agent": "TwilioProxy/1.1",
                },
                timeout=15,
            )
        except requests.RequestException:
            return 0
        return answer.status_code

    # --- The API ----------------------------------------------------------------------------------------------------

    def answer(self, method: str, path: str, query: str, form: dict[str, str], auth: str) -> _Said:
        """What the API says to one request; None as a body means that the connection is cut."""
        with self._lock:
            self.requests.append({"method": method, "path": path, "query": query, "form": form})
        matched = _ACCOUNT.fullmatch(path)
        expected = base64.b64encode(f"{self.sid}:{self.token}".encode()).decode()
        if matched is None:
            return _Said.error(404, 20404, f"The requested resource {path} was not found")
        if auth != f"Basic {expected}" or matched[1] != self.sid:
            return _Said.error(401, 20003, "Authenticate")
        if matched[2] is None:
            return _Said(
                200, {"sid": self.sid, "status": "active", "friendly_name": "Double", "type": "Full"}
            )
        if method == "POST":
            return self._create(form)
        if matched[3]:
            found = next((one for one in self.accepted if one.id == matched[3]), None)
            return _Said(200, found.shape(self.sid)) if found else _Said.error(404, 20404, "Not found")
        return self._list(parse_qs(query))

    def _create(self, form: dict[str, str]) -> _Said:
        refusal = self._refusal(form)
        if refusal:
            return refusal
        fault = self.faults.next()
        if fault == "429":
            return _Said.error(429, 20429, "Too Many Requests")
        if fault in ("500", "503"):
            return _Said.error(int(fault), 20000 + int(fault), "Internal Server Error")
        if fault == "cut_before":
            return _Said(0, None)
        callback = form.get("StatusCallback", "")
        taken = Taken(
            id=f"SM{uuid.uuid4().hex}",
            to=form["To"],
            body=form["Body"],
            sender=form.get("From"),
            service=form.get("MessagingServiceSid"),
            callback=callback,
            key=parse_qs(urlsplit(callback).query).get("m", [""])[0],
            status="accepted" if "MessagingServiceSid" in form else "queued",
        )
        shown = taken.shape(self.sid)
        with self._lock:
            self.accepted.append(taken)
        if callback:
            self._callbacks.plan(taken, self._steps(taken))
        if fault == "hang":
            self.stopping.wait(self.hang_for)
            return _Said(0, None)
        if fault == "cut":
            return _Said(0, None)
        if fault == "500_after":
            return _Said.error(500, 20500, "Internal Server Error")
        return _Said(201, shown)

    def _refusal(self, form: dict[str, str]) -> _Said | None:
        to, body = form.get("To", ""), form.get("Body", "")
        if not to:
            return _Said.error(400, 21604, "A 'To' phone number is required.")
        if "From" not in form and "MessagingServiceSid" not in form:
            return _Said.error(400, 21603, "A 'From' phone number is required.")
        if not body:
            return _Said.error(400, 21602, "Message body is required.")
        if len(body) > 1600:
            return _Said.error(400, 21617, "The concatenated message body exceeds the 1600 character limit.")
        if not re.fullmatch(r"\+[1-9]\d{6,14}", to):
            return _Said.error(400, 21211, f"Invalid 'To' Phone Number: {to}")
        if to in self.opted_out:
            return _Said.error(400, 21610, "Attempt to send to unsubscribed recipient")
        if to in self.refuses:
            return _Said.error(400, self.refuses[to], "This number cannot be texted")
        return None

    def _steps(self, taken: Taken) -> list[str]:
        """The statuses that Twilio will tell: every one, some twice, not always in order."""
        last = "undelivered" if taken.to in self.undelivered else "delivered"
        steps = ["queued", "sending", "sent", last]
        steps += self._chance.sample(steps, self._chance.randint(0, 2))
        if self._chance.random() < 0.5:
            self._chance.shuffle(steps)
        return steps

    def _list(self, query: dict[str, list[str]]) -> _Said:
        to = query.get("To", [""])[0]
        size = int(query.get("PageSize", ["50"])[0])
        page = int(query.get("Page", ["0"])[0])
        with self._lock:
            newest = datetime.now(UTC) - timedelta(seconds=self.listed_after)
            found = [one for one in reversed(self.accepted) if to in ("", one.to) and one.at <= newest]
        base = f"/2010-04-01/Accounts/{self.sid}/Messages.json"
        shown = found[page * size : (page + 1) * size]

        def uri(number: int) -> str:
            return f"{base}?{urlencode({'To': to, 'PageSize': size, 'Page': number})}"

        return _Said(
            200,
            {
                "messages": [one.shape(self.sid) for one in shown],
                "page": page,
                "page_size": size,
                "start": page * size,
                "end": page * size + len(shown),
                "uri": uri(page),
                "first_page_uri": uri(0),
                "next_page_uri": uri(page + 1) if len(found) > (page + 1) * size else None,
                "previous_page_uri": uri(page - 1) if page else None,
            },
        )

    def call_back(self, taken: Taken, status: str) -> int:
        """Tell Milo one status of a text."""
        code = self.undelivered.get(taken.to) if status in ("undelivered", "failed") else None
        with self._lock:
            taken.status, taken.error_code = status, code
        form = {
            "SmsSid": taken.id,
            "SmsStatus": status,
            "MessageStatus": status,
            "To": taken.to,
            "MessageSid": taken.id,
            "AccountSid": self.sid,
            "From": taken.sender or self.number,
            "ApiVersion": "2010-04-01",
        }
        if code:
            form["ErrorCode"] = str(code)
        if status in ("delivered", "undelivered"):
            form["RawDlrDoneDate"] = taken.at.strftime("%y%m%d%H%M")
        answered = self.post(taken.callback, form)
        with self._lock:
            self.called_back.append((answered, taken.callback, form))
        return answered


@dataclass(frozen=True)
class _Said:
    status: int
    body: dict[str, Any] | None

    @classmethod
    def error(cls, status: int, code: int, message: str) -> _Said:
        more = f"https://www.twilio.com/docs/errors/{code}"
        return cls(status, {"code": code, "message": message, "more_info": more, "status": status})


class _Callbacks:
    """Calls back from one thread of its own; what nobody answers is tried again, as with Twilio's retries on."""

    def __init__(self, double: TwilioDouble) -> None:
        self._double = double
        self._due: list[tuple[float, int, Taken, str, int]] = []
        self._count = itertools.count()
        self._wake, self._stopped, self._busy = threading.Condition(), False, False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._wake:
            self._stopped = True
            self._wake.notify()
        self._thread.join(20)

    def empty(self) -> bool:
        with self._wake:
            return not self._due and not self._busy

    def plan(self, taken: Taken, steps: Sequence[str]) -> None:
        # The first comes at once, often before our own answer has arrived.
        for n, status in enumerate(steps):
            self._put(time.monotonic() + n * 0.05, taken, status, 0)

    def _put(self, at: float, taken: Taken, status: str, tries: int) -> None:
        with self._wake:
            heapq.heappush(self._due, (at, next(self._count), taken, status, tries))
            self._wake.notify()

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._stopped and (not self._due or self._due[0][0] > time.monotonic()):
                    pause = self._due[0][0] - time.monotonic() if self._due else None
                    self._wake.wait(pause)
                if self._stopped:
                    return
                _, _, taken, status, tries = heapq.heappop(self._due)
                self._busy = True
            answered = self._double.call_back(taken, status)
            if (answered == 0 or answered >= 500) and tries < 60:
                self._put(time.monotonic() + 0.5, taken, status, tries + 1)
            with self._wake:
                self._busy = False


def _handler(double: TwilioDouble) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            self._answer(dict(parse_qsl(body, keep_blank_values=True)))

        def _answer(self, form: dict[str, str]) -> None:
            url = urlsplit(self.path)
            said = double.answer(
                self.command, url.path, url.query, form, self.headers.get("Authorization") or ""
            )
            if said.body is None:
                self.close_connection = True
                return
            payload = json.dumps(said.body).encode()
            self.send_response(said.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def main() -> None:
    options = argparse.ArgumentParser(description="A Twilio on this machine.")
    options.add_argument("--port", type=int, default=4010)
    options.add_argument(
        "--webhook", default="http://127.0.0.1:3000", help="the root of the Milo to call back"
    )
    given = options.parse_args()
    with TwilioDouble(port=given.port, webhook=given.webhook) as double:
        print("\n".join(f"{name}={value}" for name, value in double.env.items()), flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
