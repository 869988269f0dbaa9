"""A candidate without a browser, who repeats every call until it is answered, as the browser's outbox does."""

from __future__ import annotations

import asyncio
import hashlib
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from milo_app.domain import consent
from tests.outside import plans
from tests.outside.plans import Json

#: What an outbox tries again: nothing came back, or the server could not at the moment.
_AGAIN = (429, 500, 502, 503, 504)


class Refused(Exception):
    """The server answered, and said no: its status and its body."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(f"{status}: {body}")
        self.status, self.body = status, body


@dataclass
class Said:
    """What the server has confirmed with a 200, and every key that was ever used."""

    answers: dict[str, Json] = field(default_factory=dict)
    turns: dict[str, Json] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    chunks: dict[tuple[str, int, int], str] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    repeats: int = 0


@dataclass
class Candidate:
    """One person with a link, the plan they go through and, by question id, the answers they will give.

    `stop` lists questions that they answer wrongly. `patience` is how long a call is repeated, in seconds.
    """

    url: str
    link: str
    plan: Json
    stop: frozenset[str] = frozenset()
    phone: str = ""
    resume: str = plans.GOOD_RESUME
    recording: tuple[bytes, ...] = ()
    patience: float = 60
    pause: Callable[[], float] = lambda: 0.0
    id: str = ""
    milo: str = "+15550100000"
    said: Said = field(default_factory=Said)
    http: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx.AsyncClient(base_url=self.url, timeout=15, follow_redirects=False)

    # --- Talking to the server ---

    async def call(self, method: str, path: str, **request: Any) -> httpx.Response:
        """The answer to a call, however often it must be repeated for it."""
        end = time.monotonic() + self.patience
        while True:
            answer: httpx.Response | None = None
            problem = ""
            try:
                answer = await self.http.request(method, path, **request)
            except httpx.HTTPError as error:
                problem = repr(error)
            if answer is not None and answer.status_code not in _AGAIN:
                return answer
            if time.monotonic() > end:
                raise AssertionError(
                    f"{method} {path}: no answer in {self.patience} s: {problem or answer.text[:300]}"
                )
            self.said.repeats += 1
            await asyncio.sleep(0.2 if answer is None else 0.5)

    async def json(self, method: str, path: str, **request: Any) -> Any:
        answer = await self.call(method, f"{self.base}{path}", **request)
        body = (
            answer.json()
            if answer.headers.get("content-type", "").startswith("application/json")
            else answer.text
        )
        if answer.status_code >= 400:
            raise Refused(answer.status_code, body)
        return body

    @property
    def base(self) -> str:
        return f"/api/candidate/applications/{self.id}"

    @property
    def cookie(self) -> str:
        return "; ".join(f"{c.name}={c.value}" for c in self.http.cookies.jar)

    def key(self) -> str:
        made = uuid.uuid4().hex
        self.said.keys.add(made)
        return made

    def value(self, question: Json) -> Any:
        return plans.bad(question) if question["id"] in self.stop else plans.good(question)

    # --- The way ---

    async def walk(self) -> Json:
        """From the link to the end; returns the last standing, {screen, stage, state, stamp}."""
        await self.start()
        await self.agree()
        return await self.go_on()

    async def start(self) -> None:
        """Press Start on the page behind the link."""
        path = self.link.removeprefix(self.url).rstrip("/")
        page = await self.call("GET", path)
        assert page.status_code == 200, page.text[:300]
        entered = await self.call("POST", f"{path}/start", headers={"Origin": self.url})
        assert entered.status_code == 303, (entered.status_code, entered.text[:300])
        self.id = entered.headers["location"].split("a=")[1]

    async def agree(self) -> None:
        """Agree to the notice that the page behind Start shows."""
        video = any(stage["kind"] == "voice" and stage.get("video") for stage in self.plan["stages"])
        version = consent.interview("en", video=video).version
        await self.json("POST", "/consent", json={"key": self.key(), "text_version": version})

    async def standing(self) -> Json:
        return await self.json("GET", "")

    async def go_on(self) -> Json:
        """Do whatever stage is open, until none is."""
        doing = {"resume": self.give_resume, "form": self.fill_form, "sms": self.text, "voice": self.talk}
        end = time.monotonic() + max(120, self.patience * 3)
        while time.monotonic() < end:
            now = await self.standing()
            if now["state"] in ("completed", "disqualified", "withdrawn", "expired"):
                return now
            if now["stage"]:
                await doing[now["stage"]]()
            else:
                await asyncio.sleep(0.2)
        raise AssertionError(f"{self.id} is stuck at {now}")

    async def give_resume(self) -> None:
        await self.json("POST", "/resume/text", json={"text": self.resume, "key": self.key()})
        await self.hand_in("resume")

    async def hand_in(self, stage: str) -> None:
        """Submit; what is missing is answered first, what is still being read is waited for."""
        key = self.key()
        end = time.monotonic() + self.patience
        while True:
            try:
                await self.json("POST", f"/stages/{stage}/submit", json={"key": key})
                return
            except Refused as no:
                if no.status == 409:
                    return
                missing = list(no.body.get("missing") or no.body.get("error", {}).get("fields") or [])
                if no.status != 422 or time.monotonic() > end:
                    raise
                known = plans.questions(self.plan)
                for question_id in missing:
                    if question_id in known and question_id not in self.said.answers:
                        await self.save(stage, known[question_id], self.value(known[question_id]))
                await asyncio.sleep(0.2)

    async def save(self, stage: str, question: Json, value: Any) -> Json:
        sent = {
            "key": self.key(),
            "stage": stage,
            "question_id": question["id"],
            "value": value,
            "base_version": self.said.answers.get(question["id"], {}).get("version", 0),
        }
        got = await self.json("POST", "/answers", json=sent)
        self.said.answers[question["id"]] = {**sent, "version": got["version"], "kept": got["value"]}
        return got

    async def fill_form(self) -> None:
        for question in plans.stage_of(self.plan, "form")["questions"]:
            value = self.value(question)
            if value is not None:
                await self.save("form", question, value)
                await asyncio.sleep(self.pause())
        await self.hand_in("form")

    async def text(self) -> None:
        """Answer by text message what was asked by text message; on the page where there is no phone."""
        if not self.phone:
            await self.converse("sms")
            return
        known = plans.questions(self.plan)
        end = time.monotonic() + max(60, self.patience * 2)
        answered: set[str] = set()
        while time.monotonic() < end:
            now = await self.standing()
            if now["stage"] != "sms":
                return
            talk = await self.json("GET", "/conversation/sms")
            last = talk["turns"][-1] if talk["turns"] else None
            if (
                last
                and last["speaker"] == "interviewer"
                and last["id"] not in answered
                and talk["awaiting"] != "nothing"
            ):
                answered.add(last["id"])
                if talk["awaiting"] == "confirmation":
                    await self.send_text("1")
                else:
                    question = known[talk["question"]["id"]]
                    await self.send_text(plans.texted(question, self.value(question)))
            await asyncio.sleep(0.15)
        raise AssertionError(f"{self.id}: the talk by text does not end: {talk}")

    async def send_text(self, body: str) -> None:
        id = self.key()
        sent = {"from": self.phone, "to": self.milo, "body": body, "id": id}
        answer = await self.call("POST", "/dev/phone.json", json=sent)
        assert answer.status_code < 300, answer.text[:300]
        self.said.texts[id] = body

    async def talk(self) -> None:
        """Type every answer of the interview; record something beside where there is a recording."""
        await self.converse("voice", await self.record() if self.recording else None)

    async def converse(self, stage: str, recording: str | None = None, most: int = 60) -> None:
        """Answer what is asked on the page until the talk is over, and hand it in; or give *most* answers."""
        talk = await self.json("POST", f"/conversation/{stage}/begin", json={"key": self.key()})
        known = plans.questions(self.plan)
        given = 0
        while not (over := talk["closed"] or talk["awaiting"] == "nothing") and given < most:
            sent: Json = {"key": self.key(), "stage": stage}
            if talk["question"]:
                sent["question_id"] = talk["question"]["id"]
            if talk["awaiting"] == "confirmation":
                sent |= {"value": True, "text": "Yes"}
            else:
                question = known[talk["question"]["id"]]
                value = self.value(question)
                open_ = question["kind"] in ("long_text", "short_text")
                sent |= (
                    {"text": str(value)} if open_ else {"value": value, "text": plans.texted(question, value)}
                )
            if recording:
                sent |= {"recording_id": recording, "at_ms": 0, "end_ms": 900}
            try:
                talk = await self.json("POST", "/turns", json=sent)
            except Refused as no:
                if no.status != 409:
                    raise
                over = True
                break
            self.said.turns[sent["key"]] = sent
            given += 1
            await asyncio.sleep(self.pause())
        if over and (await self.standing())["stage"] == stage:
            await self.hand_in(stage)

    async def record(self) -> str:
        made = await self.json(
            "POST",
            "/recordings",
            json={"stage": "voice", "media_type": "audio/webm;codecs=opus", "key": self.key()},
        )
        id = made["recording_id"]
        for seq, chunk in enumerate(self.recording):
            digest = hashlib.sha256(chunk).hexdigest()
            await self.json("PUT", f"/recordings/{id}/0/{seq}", content=chunk, headers={"X-SHA256": digest})
            self.said.chunks[id, 0, seq] = digest
            await asyncio.sleep(self.pause())
        await self.json("POST", f"/recordings/{id}/finish", json={"totals": {"0": len(self.recording)}})
        return id

    async def close(self) -> None:
        await self.http.aclose()
