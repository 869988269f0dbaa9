"""The talk that an interviewer in a room leads: the same turns as everywhere, moved in and out and no more.

Nothing is remembered here that the turns do not tell, except what was said aloud already. So whoever is sent after this
one goes on from the same place.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from milo_app.access.running import run
from milo_app.domain.errors import Conflict, Gone, NotFound
from milo_app.services import interviews
from milo_app.services.interviews import Conversation
from milo_app.services.rooms import Session

#: Why a talk is over for good; after a stop the candidate may go on.
_OVER = frozenset({"finished", "time"})


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where words stand in the candidate's own recording, in ms."""

    recording_id: str | None = None
    at_ms: int | None = None
    end_ms: int | None = None


class LedTalk:
    """One interview as the interviewer sees it. Every call returns what is to be said now, "" where nothing is."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.over = False
        self.paused = False
        self._said = 0
        self._open = ""

    async def begin(self) -> str:
        """Ask the first question; or, in a talk that has begun, say once more what is open."""
        talk = await run(interviews.begin, self.session.actor, stage=self.session.stage)
        self._fresh(talk)
        return self._open

    async def hear(self, words: str, *, key: str, place: Place | None = None) -> str:
        """What the candidate said. The same *key* is heard once."""
        where = asdict(place or Place())
        try:
            talk = await self._turn(key=key, text=words, **where)
        except NotFound:
            # The place is the page's word. Where it is none, the words count all the same.
            talk = await self._turn(key=key, text=words)
        return self._fresh(talk)

    async def silence(self, *, key: str) -> str:
        """Nothing was said for a long time."""
        return self._fresh(await self._turn(key=key, event="silence"))

    async def look(self) -> str:
        """What was said since by other ways (typed on the page, by phone), and whether time is up."""
        talk = await run(interviews.conversation, self.session.actor, stage=self.session.stage)
        said = self._fresh(talk)
        if not said and talk.remaining_s == 0 and not self.over:
            return self._fresh(await self._turn(key="tick:room", event="tick"))
        return said

    def again(self) -> str:
        """What is open, once more."""
        return self._open

    async def _turn(self, **what: Any) -> Conversation:
        try:
            return await run(
                interviews.take_turn, self.session.actor, stage=self.session.stage, channel="room", **what
            )
        except (Gone, Conflict):
            # Closed meanwhile, by the candidate's own press or by the clock: there is nothing left to lead.
            self.over = True
            raise

    def _fresh(self, talk: Conversation) -> str:
        """Our turns that were not yet said aloud."""
        ours = [turn for turn in talk.turns if turn["speaker"] != "candidate"]
        fresh = [turn for turn in ours if turn["seq"] > self._said]
        last_theirs = max((turn["seq"] for turn in talk.turns if turn["speaker"] == "candidate"), default=0)
        open_now = [turn for turn in ours if turn["seq"] > last_theirs]
        self._said = max((turn["seq"] for turn in talk.turns), default=0)
        self._open = " ".join(turn["text"] for turn in open_now or ours[-1:])
        self.over = talk.closed in _OVER
        self.paused = bool(ours) and ours[-1]["action"] == "pause"
        return " ".join(turn["text"] for turn in fresh)
