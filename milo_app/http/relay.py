"""The line of a call: Twilio's ConversationRelay speaks and listens, we give it words and take what it heard.

The line itself knows only what it is saying right now. Whatever counts is in the turns, so it may break at any moment
and be taken up by another. What comes in is dealt with in its order, one thing at a time.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from twilio.request_validator import RequestValidator

from milo_app import routes
from milo_app.access.running import run
from milo_app.domain.actors import SystemActor
from milo_app.domain.errors import Conflict, Gone, MiloError
from milo_app.http.webhooks import voice
from milo_app.services import call_talk
from milo_app.services.call_talk import Line, Said

log = logging.getLogger(__name__)

router = APIRouter()

_REFUSED, _TOO_LARGE, _BROKEN = 1008, 1009, 1011
#: The longest frame that is read, in characters; an answer of ten minutes is far shorter.
_LONGEST = 64 * 1024
_SENTENCE = re.compile(r"\S.*?(?:[.!?…:]+[\"”»)]*(?=\s)|$)\s*", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Pace:
    """The times of a call, in seconds. Speech is taken to last `letters` to a second until we are told better.

    `silence` is how long the caller may think before they are asked whether they are there, `rest` how long a break on
    the line may be, `keys` how long after the last key a number is taken to be whole, `tick` how often the clock is
    looked at, `doubled` within which the same words again are an echo of the network, `grace` what a goodbye gets on
    top of its own length.
    """

    setup: float = 10.0
    silence: float = 12.0
    rest: float = 180.0
    keys: float = 4.0
    tick: float = 20.0
    doubled: float = 1.0
    grace: float = 1.5
    letters: float = 14.0


@router.websocket(routes.TWILIO_RELAY)
async def relay(socket: WebSocket) -> None:
    """One line of one call, from its upgrade (signed) to its end."""
    signature = socket.headers.get("x-twilio-signature") or ""
    if not any(
        RequestValidator(key).validate(voice.relay_url(), {}, signature) for key in voice.signing_keys()
    ):
        await socket.close(_REFUSED)
        return
    await socket.accept()
    holder = _Holder(socket, getattr(socket.app.state, "pace", Pace()))
    try:
        await holder.hold()
    except _Left:
        log.info("A caller has gone")
    except MiloError as problem:
        log.info("A line was refused: %s", problem.message)
        await _close(socket, _REFUSED)
    except Exception:
        log.exception("A line broke")
        await _close(socket, _BROKEN)


async def _close(socket: WebSocket, code: int) -> None:
    with contextlib.suppress(RuntimeError, WebSocketDisconnect):
        await socket.close(code)


class _Left(Exception):
    """The other side has closed the line."""


class _Holder:
    """Holds one line: waits for the next thing that comes in or falls due, and deals with it."""

    def __init__(self, socket: WebSocket, pace: Pace) -> None:
        self.socket, self.pace = socket, pace
        self.line: Line
        self.said = self.before = Said()
        self.begun = self.ticked = self.quiet_since = time.monotonic()
        #: When what we said will have been spoken.
        self.spoken_at = self.begun
        self.caller_speaks = self.broken_off = self.ending = self.resting = False
        self.keys = ""
        self.count = 0
        self.last_words = ("", 0.0)
        self.inbox: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue(maxsize=200)

    async def hold(self) -> None:
        """Until the call is over. Raises MiloError for a line that has no business here, `_Left` when they hang up."""
        reader = asyncio.create_task(self._read())
        try:
            first = await self._next(self.begun + self.pace.setup)
            if first is None or first.get("type") != "setup":
                raise Gone("used", "A line begins with its setup.")
            parameters = first.get("customParameters")
            proof = str(parameters.get("token", "")) if isinstance(parameters, dict) else ""
            self.line, said = await run(
                call_talk.join, SystemActor(), proof=proof, provider_id=str(first.get("callSid", ""))
            )
            await self._say(said)
            while True:
                when, do = self._due()
                frame = await self._next(when)
                if frame is not None:
                    await self._take(frame)
                elif self.ending:
                    return await self._end()
                else:
                    await do()
        finally:
            reader.cancel()

    async def _read(self) -> None:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            async for text in self.socket.iter_text():
                if len(text) > _LONGEST:
                    await _close(self.socket, _TOO_LARGE)
                    break
                with contextlib.suppress(ValueError):
                    frame = json.loads(text)
                    if isinstance(frame, dict):
                        await self.inbox.put(frame)
        await self.inbox.put(None)

    async def _next(self, until: float) -> dict[str, Any] | None:
        """The next frame, or None when it is *until* before one comes."""
        with contextlib.suppress(TimeoutError):
            wait = max(0.0, until - time.monotonic())
            frame = (
                await asyncio.wait_for(self.inbox.get(), wait)
                if self.inbox.empty()
                else self.inbox.get_nowait()
            )
            if frame is None:
                raise _Left
            return frame
        return None

    # --- What falls due ---------------------------------------------------------------------------------------------

    def _due(self) -> tuple[float, Callable[[], Any]]:
        """What is done next if nothing comes in, and when."""
        pace, quiet = self.pace, max(self.spoken_at, self.quiet_since)
        if self.ending:
            return quiet + pace.grace, self._end
        waiting: list[tuple[float, Callable[[], Any]]] = [
            (self.ticked + pace.tick, self._tick),
            (self.begun + self.line.limit_s, self._limit),
        ]
        if self.keys:
            waiting.append((quiet + pace.keys, self._keys_done))
        elif self.resting:
            waiting.append((quiet + pace.rest, self._rest_over))
        elif not self.caller_speaks and not self.line.untimed:
            waiting.append((quiet + pace.silence, self._silence))
        return min(waiting, key=lambda one: one[0])

    async def _tick(self) -> None:
        self.ticked = time.monotonic()
        # The clock decides only where nobody speaks; whoever does is heard first.
        if not self.caller_speaks and self.ticked >= self.spoken_at:
            await self._hear(event="tick")

    async def _silence(self) -> None:
        if self.broken_off:
            said = await self._ask(call_talk.say_anew, turns=self.said.turns)
            await self._say(said)
        else:
            await self._hear(event="silence")
        self.quiet_since = time.monotonic()

    async def _keys_done(self) -> None:
        keys, self.keys = self.keys, ""
        await self._hear(keys=keys)

    async def _rest_over(self) -> None:
        await self._say(await self._ask(call_talk.hang_up, why="paused"))

    async def _limit(self) -> None:
        await self._say(await self._ask(call_talk.hang_up, why="time"))

    async def _end(self) -> None:
        """End the call from our side, once the goodbye was heard."""
        await self._send(type="end", handoffData=json.dumps({"reason": self.said.over}))
        with contextlib.suppress(_Left):
            while await self._next(time.monotonic() + self.pace.setup) is not None:
                pass
        await _close(self.socket, 1000)

    # --- What comes in ----------------------------------------------------------------------------------------------

    async def _take(self, frame: dict[str, Any]) -> None:
        """One frame. What is not known, or a second setup, is let pass."""
        match frame.get("type"):
            case "prompt":
                await self._prompt(
                    str(frame.get("voicePrompt") or ""), last=frame.get("last", True) is not False
                )
            case "interrupt":
                await self._interrupt(str(frame.get("utteranceUntilInterrupt") or ""))
            case "dtmf":
                await self._key(str(frame.get("digit") or ""))
            case "info":
                self._info(str(frame.get("name") or ""), str(frame.get("value") or ""))
            case "error":
                log.warning("The telephone service complains: %s", str(frame.get("description"))[:300])
            case _:
                pass

    async def _prompt(self, words: str, *, last: bool) -> None:
        now = time.monotonic()
        self.quiet_since = now
        self.caller_speaks = not last
        if not last or not words.strip():
            return
        before, at = self.last_words
        self.last_words = (words, now)
        if words == before and now - at < self.pace.doubled:
            return
        self.keys, self.resting = "", False
        await self._hear(text=words)

    async def _interrupt(self, heard: str) -> None:
        now = time.monotonic()
        self.spoken_at, self.quiet_since = min(self.spoken_at, now), now
        if self.said.turns or self.before.turns:
            self.broken_off = await self._ask(
                call_talk.broken_off, turns=self.said.turns, earlier=self.before.turns, heard=heard
            )

    async def _key(self, digit: str) -> None:
        if len(digit) != 1 or digit not in "0123456789*#":
            return
        self.quiet_since = time.monotonic()
        self.resting = False
        if digit == "#":
            if self.keys:
                await self._keys_done()
        elif self.said.gathers and digit != "*":
            self.keys = (self.keys + digit)[:15]
        else:
            self.keys = ""
            await self._hear(keys=digit)

    def _info(self, name: str, value: str) -> None:
        on = value.lower() in ("on", "true", "1")
        if name == "agentSpeaking" and not on:
            self.spoken_at = min(self.spoken_at, time.monotonic())
        elif name == "clientSpeaking":
            self.caller_speaks, self.quiet_since = on, time.monotonic()

    # --- In and out -------------------------------------------------------------------------------------------------

    async def _hear(self, *, text: str = "", keys: str = "", event: str = "") -> None:
        self.count += 1
        key = f"call:{self.line.call_id}:{self.line.session}:{self.count}"
        said = await self._ask(call_talk.hear, key=key, text=text, keys=keys, event=event)
        if said.words or not event:
            await self._say(said)

    async def _ask(self, service: Callable[..., Any], **facts: Any) -> Any:
        """Run *service* about this call; a race with another writer is run once more."""
        actor = SystemActor(workspace_id=self.line.workspace_id)
        mine = {"call_id": self.line.call_id, "session": self.line.session}
        try:
            return await run(service, actor, **mine, **facts)
        except Conflict:
            return await run(service, actor, **mine, **facts)

    async def _say(self, said: Said) -> None:
        """Stream the words, a sentence at a time, so that speech begins with the first."""
        self.before, self.said = self.said, said
        self.broken_off, self.resting = False, said.resting
        self.ending = bool(said.over)
        text = " ".join(said.words)
        tokens = list(_sentences(text))
        for n, token in enumerate(tokens, 1):
            await self._send(type="text", token=token, last=n == len(tokens))
        now = time.monotonic()
        self.spoken_at = max(self.spoken_at, now) + len(text) / self.pace.letters
        self.quiet_since = now

    async def _send(self, **frame: Any) -> None:
        try:
            await self.socket.send_text(json.dumps(frame, ensure_ascii=False))
        except (RuntimeError, WebSocketDisconnect) as gone:
            raise _Left from gone


def _sentences(text: str) -> Iterator[str]:
    """*text* in sentences, each with the blank behind it, so that together they are the text again."""
    return (match.group() for match in _SENTENCE.finditer(text))
