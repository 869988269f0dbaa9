"""The interviewer as LiveKit's agent: its language model is the interview engine, through `LedTalk`."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from livekit.agents import (
    NOT_GIVEN,
    Agent,
    AgentSession,
    ModelSettings,
    StopResponse,
    UserInputTranscribedEvent,
    UserStateChangedEvent,
    llm,
)
from livekit.agents.voice.turn import TurnHandlingOptions

from milo_app.agents.background import soon
from milo_app.agents.talk import LedTalk, Place
from milo_app.domain.errors import MiloError

log = logging.getLogger(__name__)

#: Seconds of silence, ours and theirs, before the candidate is asked whether they are still there.
SILENCE = 25.0
#: Seconds without a sound after which an answer is taken as given. People think while they answer.
PAUSE = 1.0
#: Seconds that the words of the last sentence may still take once the candidate says that they are done.
WORDS = 4.0
#: Seconds between two looks at what came by other ways, and at the clock.
LOOK = 5.0


class NoModel(llm.LLM[Any]):
    """Stands where LiveKit wants a model. What is said comes from the interview engine, so this is never asked."""

    def chat(self, **_: Any) -> llm.LLMStream:
        """Raises RuntimeError."""
        raise RuntimeError("The interview engine decides what is said.")


class Clock:
    """Where the candidate's own recording stands, as their page tells it from time to time."""

    def __init__(self) -> None:
        self._recording: str | None = None
        self._began = 0.0
        self._from: float | None = None

    def told(self, recording: str | None, at_ms: float) -> None:
        """*recording* stands at *at_ms* now."""
        self._recording, self._began = recording or None, time.monotonic() - at_ms / 1000

    def speech_began(self) -> None:
        """The candidate's first words of an answer are being heard."""
        self._from = self._from or time.monotonic()

    def take(self) -> Place:
        """The place of the answer that has just been given; the next one begins anew."""
        begun, self._from = self._from or time.monotonic(), None
        if self._recording is None:
            return Place()
        at, end = ((moment - self._began) * 1000 for moment in (begun, time.monotonic()))
        return Place(recording_id=self._recording, at_ms=max(0, int(at)), end_ms=max(0, int(end)))


def session_for(
    *, untimed: bool = False, listens: bool = True, stt: Any = None, tts: Any = None
) -> AgentSession[None]:
    """A session that hears and speaks with what there is. Nothing is generated before an answer is whole: the engine
    takes each turn once. *untimed*: an answer is whole when the candidate says so."""
    how: TurnHandlingOptions = {
        "turn_detection": "manual" if untimed or not listens else "vad",
        "endpointing": {"mode": "fixed", "min_delay": PAUSE, "max_delay": 4.0},
        "interruption": {"mode": "vad", "min_duration": 0.6},
        "preemptive_generation": {"enabled": False},
    }
    parts: dict[str, Any] = {name: part for name, part in (("stt", stt), ("tts", tts)) if part is not None}
    return AgentSession(
        llm=NoModel(),
        # LiveKit's own, which comes with it, hears where speech begins and ends.
        vad=NOT_GIVEN if listens else None,
        turn_handling=how,
        user_away_timeout=None if untimed or not listens else SILENCE,
        **parts,
    )


class Interviewer(Agent):
    """Leads one talk. *told* is called after each turn that was kept, so that the page shows it."""

    def __init__(self, talk: LedTalk, told: Callable[[], Awaitable[None]] | None = None) -> None:
        super().__init__(instructions="")
        self.talk = talk
        self.clock = Clock()
        self.hands_off = False
        self.begun, self.ended = asyncio.Event(), asyncio.Event()
        self._told = told
        self._speaking, self._spoke, self._transcribed = False, 0.0, 0.0
        self._one_at_a_time = asyncio.Lock()
        self._watching: asyncio.Task[None] | None = None

    # --- What LiveKit calls -----------------------------------------------------------------------------------------

    async def on_enter(self) -> None:
        """Say what is open: the first words of the talk, or where the one before stopped."""
        self.session.on("user_state_changed", self._state_changed)
        self.session.on("user_input_transcribed", self._words_came)
        self._watching = asyncio.create_task(self._watch())
        await self._say(await self._kept(self.talk.begin))
        self.begun.set()

    async def on_exit(self) -> None:
        """Leave nothing running."""
        if self._watching:
            self._watching.cancel()

    async def llm_node(
        self, chat_ctx: llm.ChatContext, tools: list[llm.Tool], model_settings: ModelSettings
    ) -> AsyncIterator[str]:
        """The engine's answer to the candidate's last words, kept before the first word of it is spoken."""
        heard = next((m for m in reversed(chat_ctx.messages()) if m.role == "user"), None)
        words = (heard.text_content or "").strip() if heard is not None else ""
        if heard is None or not words:
            return
        place = self.clock.take()
        said = await self._kept(lambda: self.talk.hear(words, key=f"room:{heard.id}"[:64], place=place))
        if said:
            yield said
        self._end_when_over()

    async def on_user_turn_completed(self, turn_ctx: llm.ChatContext, new_message: llm.ChatMessage) -> None:
        """Words that mean nothing any more are not answered."""
        if self.talk.over or not (new_message.text_content or "").strip():
            raise StopResponse

    # --- What the page asks -----------------------------------------------------------------------------------------

    async def look(self) -> None:
        """Say aloud what came by other ways: typed on the page, pressed, said on the phone."""
        said = await self._kept(self.talk.look)
        if said:
            await self.session.interrupt()
            await self._say(said)
        self._end_when_over()

    async def again(self) -> None:
        """Say once more what is open."""
        await self.session.interrupt()
        await self._say(self.talk.again())

    def hands(self, *, off: bool) -> None:
        """Whether the candidate types or rests. What they had begun to say is no answer then."""
        if off and not self.hands_off:
            self.forget()
        self.hands_off = off

    def forget(self) -> None:
        """The candidate takes back what they have said of this answer."""
        self.clock.take()
        try:
            self.session.clear_user_turn()
        except RuntimeError:
            log.info("The room has closed.")

    async def done(self) -> bool:
        """The candidate says that their answer is whole. Returns whether any words were heard."""
        waits = WORDS if self._speaking or self._transcribed < self._spoke else 0.05
        try:
            words = await self.session.commit_user_turn(transcript_timeout=waits, stt_flush_duration=0.5)
        except RuntimeError:
            return False
        return bool((words or "").strip())

    # --- Within -----------------------------------------------------------------------------------------------------

    def _state_changed(self, event: UserStateChangedEvent) -> None:
        self._speaking = event.new_state == "speaking"
        if self._speaking or event.old_state == "speaking":
            self._spoke = time.monotonic()
        if self._speaking:
            self.clock.speech_began()
        elif event.new_state == "away" and not (self.hands_off or self.talk.paused or self.talk.over):
            soon(self._silence())

    def _words_came(self, event: UserInputTranscribedEvent) -> None:
        if event.is_final:
            self._transcribed = time.monotonic()

    async def _silence(self) -> None:
        await self._say(await self._kept(lambda: self.talk.silence(key=f"room:{uuid.uuid4().hex}")))
        self._end_when_over()

    async def _watch(self) -> None:
        while not self.talk.over:
            await asyncio.sleep(LOOK)
            await self.look()

    async def _kept(self, step: Callable[[], Awaitable[str]]) -> str:
        """One step of the talk at a time; the page is told of what came of it. Where the talk was closed meanwhile,
        nothing is said."""
        async with self._one_at_a_time:
            try:
                said = await step()
            except MiloError as refused:
                log.info("The interview takes no more: %s", refused)
                said = ""
                self._end_when_over()
        if said and self._told:
            await self._told()
        return said

    async def _say(self, words: str) -> None:
        if not words:
            return
        try:
            self.session.say(words)
        except RuntimeError:
            log.info("The room has closed; what was to be said stands on the page.")

    def _end_when_over(self) -> None:
        if self.talk.over:
            self.ended.set()
