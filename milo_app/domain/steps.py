"""What goes into the interview engine and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from milo_app.domain.plan import Knowledge
from milo_app.domain.reading import Heard
from milo_app.domain.talk import Act
from milo_app.domain.wording import Medium


@dataclass(frozen=True, kw_only=True)
class Mode:
    """How this talk is led and what it may say. `untimed` waits for the candidate and has no end of time."""

    medium: Medium = Medium.WEB
    language: str = "en"
    untimed: bool = False
    name: str = ""
    company: str = "the company"
    title: str = ""
    interviewer: str = "Milo"
    knowledge: tuple[Knowledge, ...] = ()

    @property
    def timed(self) -> bool:
        return self.medium is not Medium.SMS and not self.untimed


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What a model makes of the candidate's latest words; every part may be missing.

    `heard` reads an exact answer (its quote must stand in the words), `follow_up` words a follow-up to an open one,
    `reply` answers the candidate's own question from the role's knowledge.
    """

    heard: Heard | None = None
    follow_up: str | None = None
    reply: str | None = None


@dataclass(frozen=True, kw_only=True)
class Action:
    """One thing to say. `value` belongs on its turn; `reason` is why a closing turn closes."""

    act: Act
    text: str
    question_id: str | None
    value: dict[str, Any]

    def turn(self) -> dict[str, Any]:
        """The fields of the `records.Turn` that keeps this action."""
        return {
            "action": str(self.act),
            "text": self.text,
            "question_id": self.question_id,
            "value": self.value or None,
        }


@dataclass(frozen=True, kw_only=True)
class ReadAnswer:
    """An answer to keep as a new version. `confirmed`: given exactly or confirmed, so that a rule may decide on it.
    The value of an open question is all that was said to it so far."""

    question_id: str
    value: Any
    confirmed: bool
    turn_seq: int


@dataclass(frozen=True, kw_only=True)
class Review:
    """Something a person has to look at. `reason`: not_understood, not_confirmed, not_transcribed, skipped, silent,
    out_of_time."""

    question_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Step:
    """What comes next: say the actions in order, keep the answers.

    `closed` is finished, time or stopped (may go on), else None. `needs_review` is the whole list as of now. `wants`
    holds what the candidate just asked for besides (human, web, call), `deferred` a question of theirs that nobody
    has answered yet. `waiting` is the id of the question that the candidate's next words belong to.
    """

    actions: tuple[Action, ...] = ()
    answers: tuple[ReadAnswer, ...] = ()
    closed: str | None = None
    needs_review: tuple[Review, ...] = ()
    wants: tuple[str, ...] = ()
    deferred: str = ""
    waiting: str | None = None

    @property
    def text(self) -> str:
        """All actions as one message, for channels that send one."""
        return "\n\n".join(action.text for action in self.actions)
