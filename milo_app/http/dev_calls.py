"""The local telephone's calls: a telephone service on this machine, with a page for its handset.

It does what Twilio does, over the same addresses, signed in the same way: asks what to do with a call, connects the line
that is named, and tells what became of it. Only the sound is missing: the page shows what is said, and sends what its
person says, types on the keys, and when they break in.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
import uuid
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any, Literal

import httpx
from fastapi import APIRouter, Depends, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from twilio.request_validator import RequestValidator
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from milo_app import bootstrap, routes
from milo_app.access.running import call as off_loop
from milo_app.domain.errors import Conflict, Invalid, MiloError, NotFound
from milo_app.http import same_origin
from milo_app.http.dev import only_here
from milo_app.services import candidates
from milo_app.services.ports import LocalCall, Switchboard

_SCRIPT = Path(__file__).resolve().parents[1] / "templates" / "dev" / "call.js"
_SECONDS = 30
#: What the page may say to the line; everything else is the service's own.
_PASSED_ON = frozenset({"prompt", "interrupt", "dtmf", "info"})
_CODE_KEYS = 4

router = APIRouter()
guarded = APIRouter(dependencies=[Depends(only_here)])


def _switchboard() -> Switchboard:
    phone = bootstrap.deps().phone
    if not isinstance(phone, Switchboard):
        raise NotFound("Calls go over a real telephone service here, so this telephone stays silent.")
    return phone


class Dial(BaseModel):
    """A call to Milo (`from`, `to`), or what the handset does about one that rings (`call`, `do`)."""

    sender: str = Field(default="", alias="from", max_length=40)
    to: str = Field(default="", max_length=60)
    call: str = Field(default="", max_length=64)
    do: Literal["", "busy", "no-answer", "voicemail"] = ""


@guarded.get(routes.DEV_CALLS_JSON)
async def calls_json(number: str = "", after: str = "") -> JSONResponse:
    """[{id, at, direction, from, to, state}], oldest first; `state` is ringing, in-progress or how it ended."""
    found = await off_loop(_switchboard().calls, number=_plus(number), after=after)
    return JSONResponse([{k: v for k, v in one.items() if not k.endswith("_url")} for one in found])


@guarded.post(routes.DEV_CALLS_JSON)
async def do(request: Request, dial: Dial) -> JSONResponse:
    """Ring Milo up, or leave a call unanswered: {id}. Answering is `/dev/phone/line?call=`, a WebSocket."""
    same_origin.require(request)
    switchboard, public = _switchboard(), bootstrap.settings().public_url
    if dial.call:
        found = await off_loop(switchboard.call, dial.call)
        if found is None or found["state"] != "ringing" or not dial.do:
            raise Conflict("This call does not ring.")
        async with _Service(found) as service:
            await service.leave(dial.do)
        return JSONResponse({"id": found["id"]})
    sender = candidates.clean_phone(_plus(dial.sender))
    if sender is None:
        raise Invalid(fields={"from": "A phone number is needed, like +14155550123."})
    id = await off_loop(
        switchboard.dial,
        sender=sender,
        to=_plus(dial.to) or bootstrap.deps().instance.sms_sender,
        answer_url=f"{public}{routes.TWILIO_VOICE}",
        status_url=f"{public}{routes.TWILIO_VOICE_STATUS}",
    )
    return JSONResponse({"id": id})


def _plus(number: str) -> str:
    """A `+` in a query comes as a blank."""
    return f"+{number.strip()}" if number[:1] == " " and number.strip() else number


@guarded.get("/dev/phone/call.js")
async def script() -> Response:
    """The handset's buttons."""
    return Response(_SCRIPT.read_text(encoding="utf-8"), media_type="text/javascript")


@router.websocket(routes.DEV_CALL_LINE)
async def line(socket: WebSocket, call: str = "") -> None:
    """The handset is taken off the hook. Frames of ConversationRelay go both ways; besides, the page may send `drop`
    (the connection between the services breaks) and hear `say`, `gather` and `over`."""
    try:
        await only_here(socket)
        found = await off_loop(_switchboard().call, call)
        if found is None or found["state"] != "ringing":
            raise NotFound("This call does not ring.")
    except MiloError:
        await socket.close(1008)
        return
    await socket.accept()
    async with _Service(found) as service:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await service.talk(socket)
            await socket.send_json({"type": "over"})
            await socket.close()


class _Service:
    """The telephone service, about one call."""

    def __init__(self, call: LocalCall) -> None:
        self.call = call
        self._validator = RequestValidator(bootstrap.deps().phone.signing_key)
        self._begun = time.monotonic()
        self._seconds = 0

    async def __aenter__(self) -> _Service:
        self._http = httpx.AsyncClient(timeout=_SECONDS)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def leave(self, how: str) -> None:
        """Nobody answers, the line is busy, or voicemail takes it."""
        if how != "voicemail":
            await self._end(how)
            return
        await off_loop(_switchboard().move, self.call["id"], "in-progress")
        await self._post(self.call["answer_url"], CallStatus="in-progress", AnsweredBy="machine_start")
        await self._end("completed", AnsweredBy="machine_start")

    async def talk(self, page: WebSocket) -> None:
        """Do what we are told with the call, until it is over or the handset is hung up."""
        await off_loop(_switchboard().move, self.call["id"], "in-progress")
        inbox: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue(maxsize=200)
        reader = asyncio.create_task(_read(page, inbox))
        try:
            await self._tell("in-progress")
            told = await self._post(self.call["answer_url"], CallStatus="in-progress", AnsweredBy="human")
            while told is not None:
                told = await self._do(told, page, inbox)
        finally:
            reader.cancel()
            await self._end("completed")

    async def _do(
        self, told: ET.Element, page: WebSocket, inbox: asyncio.Queue[dict[str, Any] | None]
    ) -> ET.Element | None:
        """One document of TwiML. Returns the next, or None where the call ends."""
        words = " ".join(say.text or "" for say in told.iter("Say"))
        if words:
            await page.send_json({"type": "say", "text": words})
        if (gather := told.find("Gather")) is not None:
            await page.send_json({"type": "gather"})
            keys = await _keys(inbox)
            return None if keys is None else await self._post(gather.attrib["action"], Digits=keys)
        connect_ = told.find("Connect")
        relay = connect_.find("ConversationRelay") if connect_ is not None else None
        if connect_ is None or relay is None:
            return None
        status = await self._relay(relay, page, inbox)
        if status is None:
            return None
        return await self._post(
            connect_.attrib["action"], CallStatus="in-progress", SessionStatus=status, SessionId=self._session
        )

    async def _relay(
        self, relay: ET.Element, page: WebSocket, inbox: asyncio.Queue[dict[str, Any] | None]
    ) -> str | None:
        """Hold the line that we were given. Returns how it ended, or None where the handset was hung up."""
        url, self._session = relay.attrib["url"], f"VX{uuid.uuid4().hex}"
        headers = {"X-Twilio-Signature": self._validator.compute_signature(url, {})}
        parameters = {p.attrib["name"]: p.attrib["value"] for p in relay.iter("Parameter")}
        try:
            async with connect(url, additional_headers=headers, open_timeout=_SECONDS) as ours:
                setup = {
                    "type": "setup",
                    "sessionId": self._session,
                    "callSid": self.call["id"],
                    "from": self.call["from"],
                    "to": self.call["to"],
                    "direction": "inbound" if self.call["direction"] == "in" else "outbound-api",
                    "callStatus": "IN-PROGRESS",
                    "customParameters": parameters,
                }
                await ours.send(json.dumps(setup))
                ended = asyncio.create_task(_hand_on(ours, page))
                try:
                    while True:
                        heard = asyncio.create_task(inbox.get())
                        await asyncio.wait({heard, ended}, return_when=asyncio.FIRST_COMPLETED)
                        if not heard.done():
                            heard.cancel()
                            return await ended
                        frame = heard.result()
                        if frame is None:
                            return None
                        if frame.get("type") == "drop":
                            return "failed"
                        if frame.get("type") in _PASSED_ON:
                            await ours.send(json.dumps(frame))
                finally:
                    ended.cancel()
        except (WebSocketException, OSError, TimeoutError):
            return "failed"

    async def _post(self, url: str, **fields: str) -> ET.Element | None:
        """Ask or tell, signed. Returns the TwiML, where there is any."""
        form = {
            "CallSid": self.call["id"],
            "AccountSid": "AC" + "0" * 32,
            "From": self.call["from"],
            "To": self.call["to"],
            **fields,
        }
        headers = {"X-Twilio-Signature": self._validator.compute_signature(url, form)}
        answer = await self._http.post(url, data=form, headers=headers)
        if answer.status_code != 200 or not answer.text:
            return None
        return ET.fromstring(answer.text)  # noqa: S314  our own answer

    async def _tell(self, status: str, **fields: str) -> None:
        await self._post(self.call["status_url"], CallStatus=status, **fields)

    async def _end(self, state: str, **fields: str) -> None:
        if await off_loop(_switchboard().move, self.call["id"], state):
            seconds = str(int(time.monotonic() - self._begun))
            with contextlib.suppress(httpx.HTTPError):
                await self._tell(state, CallDuration=seconds, **fields)


async def _read(page: WebSocket, inbox: asyncio.Queue[dict[str, Any] | None]) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        async for text in page.iter_text():
            with contextlib.suppress(ValueError):
                frame = json.loads(text[:16_384])
                if isinstance(frame, dict):
                    await inbox.put(frame)
    await inbox.put(None)


async def _keys(inbox: asyncio.Queue[dict[str, Any] | None]) -> str | None:
    """The keys of a code, or None where the handset was hung up."""
    keys = ""
    while len(keys) < _CODE_KEYS:
        frame = await inbox.get()
        if frame is None:
            return None
        if frame.get("type") == "dtmf" and str(frame.get("digit", "")).isdigit():
            keys += str(frame["digit"])
    return keys


async def _hand_on(ours: Any, page: WebSocket) -> str:
    """What the line says goes to the page, until it ends the call or breaks. Returns how it ended."""
    try:
        async for text in ours:
            if json.loads(text).get("type") == "end":
                return "ended"
            await page.send_text(text)
    except ConnectionClosed:
        pass
    return "failed"


router.include_router(guarded)
