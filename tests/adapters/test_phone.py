"""Twilio Voice by its own client against a service that keeps what it takes and breaks on demand; the local telephone."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from milo_app.adapters.clock import FixedClock
from milo_app.adapters.phone.local import LocalPhone
from milo_app.adapters.phone.twilio import TwilioPhone
from milo_app.services.ports import OutgoingCall, SendFailed

ACCOUNT, TOKEN = "AC" + "1" * 32, "t" * 32
NUMBER, FROM = "+14155550123", "+15005550006"


class Voice:
    """The far side: calls and recordings by id. `fault`: "", refuse, busy, cut (takes the call, then hangs up)."""

    def __init__(self) -> None:
        self.fault = ""
        self.calls: list[dict[str, Any]] = []
        self.recorded: list[str] = []
        voice = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                if "/Recordings" in self.path:
                    voice.recorded.append(form["RecordingStatusCallback"][0])
                    return self._say(201, {"sid": "RE" + "1" * 32, "status": "in-progress"})
                if voice.fault == "refuse":
                    return self._say(400, {"code": 21211, "message": "Invalid 'To'", "status": 400})
                if voice.fault == "busy":
                    return self._say(429, {"code": 20429, "message": "Too Many Requests", "status": 429})
                sid = f"CA{len(voice.calls):032x}"
                now = format_datetime(datetime.now(UTC))
                voice.calls.append({"sid": sid, "date_created": now, "status": "queued", "form": form})
                if voice.fault == "cut":
                    self.close_connection = True
                    return self.connection.close()
                return self._say(201, voice.calls[-1])

            def do_GET(self) -> None:
                path = urlsplit(self.path).path
                if path.endswith(".mp3"):
                    self.send_response(200)
                    self.end_headers()
                    self.wfile.write(b"ID3" + b"\0" * 200_000)
                    return None
                if path.endswith("/Recordings.json"):
                    return self._say(200, {"recordings": [{"sid": "RE"} for _ in voice.recorded], "page": 0})
                return self._say(200, {"calls": list(reversed(voice.calls)), "page": 0})

            def _say(self, status: int, body: dict[str, Any]) -> None:
                out = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(out)))
                self.end_headers()
                self.wfile.write(out)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()


@pytest.fixture
def voice() -> Iterator[Voice]:
    voice = Voice()
    yield voice
    voice.server.shutdown()
    voice.server.server_close()


def phone_of(voice: Voice) -> TwilioPhone:
    return TwilioPhone(ACCOUNT, TOKEN, number=FROM, base_url=voice.url, timeout=3)


def a_call(key: str = "m1") -> OutgoingCall:
    url = "http://127.0.0.1:3000/webhooks/twilio/voice"
    return OutgoingCall(
        to=NUMBER,
        sender=FROM,
        answer_url=f"{url}?call={key}",
        status_url=f"{url}/status?call={key}",
        limit_s=900,
        key=key,
    )


def test_a_call_is_placed_with_everything_that_is_to_be_told_of_it(voice: Voice) -> None:
    placed = phone_of(voice).place(a_call())
    form = voice.calls[0]["form"]
    assert placed.provider_id == voice.calls[0]["sid"]
    assert form["MachineDetection"] == ["Enable"] and form["TimeLimit"] == ["900"]
    assert form["StatusCallbackEvent"] == ["initiated", "ringing", "answered", "completed"]
    assert form["Url"][0].endswith("?call=m1")


@pytest.mark.parametrize(
    ("fault", "retryable", "unknown"), [("refuse", False, False), ("busy", True, False), ("cut", False, True)]
)
def test_every_no_is_told_for_what_it_is(voice: Voice, fault: str, retryable: bool, unknown: bool) -> None:
    voice.fault = fault
    with pytest.raises(SendFailed) as failed:
        phone_of(voice).place(a_call())
    assert (failed.value.retryable, failed.value.unknown) == (retryable, unknown)


def test_a_call_whose_answer_was_lost_is_found(voice: Voice) -> None:
    voice.fault = "cut"
    phone = phone_of(voice)
    with pytest.raises(SendFailed):
        phone.place(a_call())
    now = datetime.now(UTC)
    assert [one.provider_id for one in phone.find(to=NUMBER, sender=FROM, since=now)] == [
        voice.calls[0]["sid"]
    ]
    assert phone.find(to=NUMBER, sender=FROM, since=now + timedelta(hours=1)) == []


def test_nothing_is_placed_that_could_not_call_back() -> None:
    with pytest.raises(SendFailed, match="MILO_PUBLIC_URL"):
        TwilioPhone(ACCOUNT, TOKEN, number=FROM).place(a_call())


def test_a_call_is_recorded_once_and_its_sound_comes_whole(voice: Voice) -> None:
    phone = phone_of(voice)
    for _ in range(2):
        phone.record("CA" + "0" * 32, status_url="http://127.0.0.1:3000/recording")
    assert len(voice.recorded) == 1
    assert len(b"".join(phone.recording("RE" + "1" * 32))) == 200_003


def test_the_local_telephone_rings_once_a_key_and_ends_once(tmp_path: Path, clock: FixedClock) -> None:
    phone = LocalPhone(tmp_path, b"key", number="+15550100000", clock=clock)
    first = phone.place(a_call())
    assert phone.place(a_call()) == first
    # The work runs in another process: what one sees the other does.
    other = LocalPhone(tmp_path, b"key", number="+15550100000", clock=clock)
    assert other.signing_key == phone.signing_key != LocalPhone(tmp_path, b"another", number="").signing_key
    assert [call["state"] for call in other.calls(number=NUMBER)] == ["ringing"]
    assert other.move(first.provider_id, "completed")
    assert not phone.move(first.provider_id, "in-progress")
    assert [one.provider_id for one in phone.find(to=NUMBER, sender=FROM, since=clock.now())] == [
        first.provider_id
    ]
