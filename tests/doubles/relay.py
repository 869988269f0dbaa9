"""A telephone service on this machine, as far as a call goes: it asks what to do with a call, tells what becomes of it,
and speaks ConversationRelay's protocol to the real line. Nothing of Milo is in it but its addresses.

    service = TelephoneService("http://127.0.0.1:3000", key=token, account="AC…")
    phone = service.answer(call_sid, answer_url)      # what TwiML says is done: connects the line
    phone.hears()                                      # all that is said up to the end of an utterance
    phone.says("I worked nights."); phone.presses("1"); phone.breaks_in("I worked"); phone.drops()
"""

from __future__ import annotations

import contextlib
import json
import uuid
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from typing import Any

import httpx
from twilio.request_validator import RequestValidator
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

_SECONDS = 20.0


@dataclass
class Told:
    """What TwiML asks for: a `relay` with its token, words to `say`, an address for keys (`gather`), or to `hang_up`."""

    relay: str = ""
    token: str = ""
    end: str = ""
    gather: str = ""
    words: str = ""
    hang_up: bool = False
    attributes: dict[str, str] = field(default_factory=dict)


class TelephoneService:
    """Signs everything with *key*, as Twilio does with the account's token."""

    def __init__(self, milo: str, *, key: str, account: str = "AC" + "0" * 32) -> None:
        self.milo, self.account = milo.rstrip("/"), account
        self._validator = RequestValidator(key)
        self._open = contextlib.ExitStack()
        self._http = self._open.enter_context(httpx.Client(timeout=_SECONDS))

    def sign(self, url: str) -> str:
        """What a line to *url* is signed with."""
        return self._validator.compute_signature(url, {})

    def post(self, url: str, *, signed: bool = True, **fields: str) -> httpx.Response:
        """One signed call, with the fields that every call of Twilio has."""
        form = {"AccountSid": self.account, "ApiVersion": "2010-04-01", "CallerName": "", **fields}
        signature = self._validator.compute_signature(url, form) if signed else "forged"
        return self._http.post(url, data=form, headers={"X-Twilio-Signature": signature})

    def ask(self, url: str, **fields: str) -> Told:
        """What is to be done with a call."""
        answer = self.post(url, **fields)
        assert answer.status_code == 200, (answer.status_code, answer.text[:300])
        return read(answer.text)

    def tell(self, url: str, status: str, sid: str, **fields: str) -> int:
        """Say what became of a call. Returns the HTTP status."""
        return self.post(url, CallSid=sid, CallStatus=status, **fields).status_code

    def answer(self, sid: str, url: str, **fields: str) -> Phone:
        """Somebody answers: ask, and connect the line that is named."""
        told = self.ask(url, CallSid=sid, CallStatus="in-progress", **fields)
        assert told.relay, told
        return self.line(told, sid)

    def line(self, told: Told, sid: str, *, setup: bool = True, signature: str | None = None) -> Phone:
        """Open the line that *told* names, signed over that very address."""
        signature = self.sign(told.relay) if signature is None else signature
        headers = {"X-Twilio-Signature": signature}
        opened = connect(told.relay, additional_headers=headers, open_timeout=_SECONDS, close_timeout=1)
        socket = self._open.enter_context(opened)
        phone = Phone(socket, self, told, sid)
        if setup:
            phone.sets_up()
        return phone

    def close(self) -> None:
        """Hang up on every line."""
        self._open.close()


class Phone:
    """One line as the service holds it, with the caller at its other end."""

    def __init__(self, socket: ClientConnection, service: TelephoneService, told: Told, sid: str) -> None:
        self.socket, self.service, self.told, self.sid = socket, service, told, sid
        self.ended: dict[str, Any] | None = None
        self.frames: list[dict[str, Any]] = []

    def sets_up(self, **changes: Any) -> None:
        self.sends(
            {
                "type": "setup",
                "sessionId": f"VX{uuid.uuid4().hex}",
                "accountSid": self.service.account,
                "callSid": self.sid,
                "parentCallSid": "",
                "from": "+15550100000",
                "to": "+14155550123",
                "forwardedFrom": "",
                "callType": "PSTN",
                "callerName": "",
                "direction": "outbound-api",
                "callStatus": "IN-PROGRESS",
                "customParameters": {"token": self.told.token},
                **changes,
            }
        )

    def sends(self, frame: dict[str, Any] | str) -> None:
        self.socket.send(frame if isinstance(frame, str) else json.dumps(frame))

    def says(self, words: str) -> None:
        """The caller speaks; recognised bit by bit, then whole."""
        for n in range(1, len(words.split())):
            part = " ".join(words.split()[:n])
            self.sends({"type": "prompt", "voicePrompt": part, "lang": "en-US", "last": False})
        self.repeats(words)

    def repeats(self, words: str) -> None:
        """The whole of what was recognised, once more."""
        self.sends({"type": "prompt", "voicePrompt": words, "lang": "en-US", "last": True})

    def presses(self, keys: str) -> None:
        for digit in keys:
            self.sends({"type": "dtmf", "digit": digit})

    def breaks_in(self, heard: str) -> None:
        """The caller speaks over us when our words had come to *heard*."""
        frame = {"type": "interrupt", "utteranceUntilInterrupt": heard, "durationUntilInterruptMs": "460"}
        self.sends(frame)

    def hears(self) -> str:
        """The next whole utterance; "" where the call ends instead."""
        said: list[str] = []
        while (frame := self.next_frame()) is not None:
            if frame["type"] == "end":
                self.ended = frame
                self.drops()
                return "".join(said)
            assert frame["type"] == "text", frame
            said.append(frame["token"])
            if frame["last"]:
                return "".join(said)
        return "".join(said)

    def hears_until(self, words: str) -> str:
        """Everything that is said until *words* are among it."""
        heard = ""
        while words not in heard:
            more = self.hears()
            assert more, f"The call ended before {words!r}: {heard!r}"
            heard += more + "\n"
        return heard

    def waits_for_end(self) -> dict[str, Any]:
        """Everything until we end the call. Returns the end frame."""
        while self.ended is None:
            if self.hears() == "" and self.ended is None:
                raise AssertionError("The line closed without an end.")
        return self.ended

    def closed(self) -> int | None:
        """Read until the other side closes; its code."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                self.socket.recv(timeout=_SECONDS)
        return self.socket.close_code

    def drops(self) -> None:
        """The connection breaks."""
        self.socket.close()

    def next_frame(self) -> dict[str, Any] | None:
        """What comes next from the line, or None where it is closed."""
        try:
            frame = json.loads(self.socket.recv(timeout=_SECONDS))
        except ConnectionClosed:
            return None
        self.frames.append(frame)
        return frame


def read(twiml: str) -> Told:
    """What a TwiML document asks for."""
    root = ET.fromstring(twiml)
    told = Told(hang_up=root.find("Hangup") is not None)
    told.words = " ".join(say.text or "" for say in root.iter("Say"))
    if (connect_ := root.find("Connect")) is not None:
        told.end = connect_.attrib.get("action", "")
        relay = connect_.find("ConversationRelay")
        assert relay is not None
        told.relay, told.attributes = relay.attrib["url"], dict(relay.attrib)
        token = relay.find("Parameter")
        assert token is not None
        told.token = token.attrib["value"]
    if (gather := root.find("Gather")) is not None:
        told.gather = gather.attrib["action"]
    return told
