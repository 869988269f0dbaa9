"""A candidate who talks: some questions on the page, some by phone, in calls that they ask for and calls that they make,
and whatever breaks, they come back by one way or the other."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx
from websockets.exceptions import WebSocketException

from milo_app.services.calls import VOICE
from tests.doubles.relay import Phone, TelephoneService, Told, read
from tests.outside import plans
from tests.outside.candidate import _AGAIN, Candidate, Refused
from tests.outside.instance import Instance
from tests.outside.plans import Json

#: Ends what is said before anything is asked, and what is said after the last answer.
_MAY_WE, _GOODBYE = "say no or press 2", "last question"
_BROKEN = (httpx.HTTPError, WebSocketException, OSError, TimeoutError)


@dataclass
class Talker(Candidate):
    """`ways` are those they choose among at each sitting; `aloud` lists what they said where nothing but the
    interviewer's next words tells that it was heard: (question id, words), each of which must stand."""

    instance: Instance = field(kw_only=True)
    service: TelephoneService = field(kw_only=True)
    phones: ThreadPoolExecutor = field(kw_only=True)
    chance: random.Random = field(kw_only=True)
    ways: tuple[str, ...] = ("page", "phone")
    aloud: list[tuple[str, str]] = field(default_factory=list)
    _told: int = 0

    def value(self, question: Json) -> object:
        """Words that nobody says twice, on an open question."""
        if question["kind"] != "long_text":
            return super().value(question)
        self._told += 1
        return f"This is number {self._told} of what I say. {plans.WORDS}"

    async def talk(self) -> None:
        """One sitting: some of the questions by one way."""
        most = self.chance.randint(1, 4)
        way = self.chance.choice(self.ways)
        if way == "page":
            await self.converse("voice", most=most)
        elif way == "phone":
            await self.by_phone(most)
        else:
            await self.in_room(most)

    async def in_room(self, most: int) -> None:
        """Answer *most* questions in a call room."""
        raise NotImplementedError("Nobody gave them a room.")

    # --- By phone ---

    async def by_phone(self, most: int) -> None:
        """Answer *most* questions in one call, unless it breaks."""
        call = await self._asked_for() if self.chance.random() < 0.6 else None
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self.phones, self._call, call, most)

    async def _asked_for(self) -> Json | None:
        """The call that they asked for, once it rings; None where none comes, so that they call themselves."""
        shown = await self.json("GET", "/calls")
        if shown["state"] not in ("", "over"):
            return None
        try:
            await self.json("POST", "/calls", json={"key": self.key()})
        except Refused:
            return None
        newest = (
            "select id, provider_id from message where application_id = ? and channel = 'call'"
            " and direction = 'out' order by created_at desc limit 1"
        )
        end = time.monotonic() + 30
        while time.monotonic() < end:
            rows = await asyncio.to_thread(self.instance.rows, newest, self.id)
            if rows and rows[0]["provider_id"]:
                return rows[0]
            await asyncio.sleep(0.2)
        return None

    def _call(self, call: Json | None, most: int) -> None:
        """One call from its answer to its end."""
        voice, mine = f"{self.url}{VOICE}", f"?call={call['id']}" if call else ""
        sid = call["provider_id"] if call else f"CA{uuid.uuid4().hex}"
        told = self._ask(voice + mine, sid, From=self.phone, To=self.milo, AnsweredBy="human")
        while told is not None and told.relay:
            broke, most = self._on_the_line(told, sid, most)
            told = self._ask(told.end, sid, SessionStatus="failed") if broke else None
        # A call that ends while Milo is down is one that it may never hear of.
        with contextlib.suppress(*_BROKEN):
            self.service.tell(f"{voice}/status{mine}", "completed", sid, CallDuration="60")

    def _ask(self, url: str, sid: str, **fields: str) -> Told | None:
        """What is to be done with the call; None where Milo is down for longer than the service has patience."""
        end = time.monotonic() + self.chance.choice((0.5, 20))
        while True:
            with contextlib.suppress(httpx.HTTPError):
                answer = self.service.post(url, CallSid=sid, CallStatus="in-progress", **fields)
                if answer.status_code not in _AGAIN:
                    assert answer.status_code == 200, (url, answer.status_code, answer.text[:300])
                    return read(answer.text)
            self.said.repeats += 1
            if time.monotonic() > end:
                return None
            time.sleep(0.3)

    def _on_the_line(self, told: Told, sid: str, most: int) -> tuple[bool, int]:
        """Talk until the call is over, they hang up, or the line breaks. Returns whether it broke, and how many
        questions they would still answer."""
        given: tuple[str, str] | None = None
        try:
            phone = self.service.line(told, sid)
            while heard := phone.hears():
                if given is not None:
                    self.aloud.append(given)
                    given, most = None, most - 1
                if _GOODBYE in heard or most <= 0:
                    phone.drops()
                    return False, most
                if _MAY_WE in heard:
                    phone.presses("1")
                    continue
                asked = next((q for q in plans.questions(self.plan).values() if q["text"] in heard), None)
                if asked is not None:
                    time.sleep(self.pause())
                    given = asked["id"], self._say(phone, asked, heard)
            return phone.ended is None, most
        except _BROKEN:
            return True, most

    def _say(self, phone: Phone, question: Json, heard: str) -> str:
        """Answer aloud or by key, now and then before the question is at its end. Returns what will be kept."""
        if self.chance.random() < 0.15:
            phone.breaks_in(heard[: int(len(heard) * 0.9)])
        value = self.value(question)
        if isinstance(value, str):
            phone.repeats(value)
            return value
        keys = {True: "1", False: "2"}[value] if isinstance(value, bool) else f"{value}#"
        phone.presses(keys)
        return keys.removesuffix("#")
