"""Where an interview stands, derived from its turns alone.

Each turn of ours carries in `value["heard"]` how the candidate's words before it were taken, so that the state is a
plain fold over the turns: any prefix of them can be resumed, on any channel, and nothing is interpreted twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from milo_app.domain.plan import STRUCTURED, Question, StagePlan
from milo_app.domain.records import Speaker, Turn

#: A longer silence between two turns is time away from the talk (another day, another device), not time used up.
LONGEST_GAP = timedelta(minutes=5)


class Act(StrEnum):
    """What a turn of ours does. Kept as `Turn.action`."""

    SAY = "say"
    ASK = "ask"
    FOLLOW_UP = "follow_up"
    CLARIFY = "clarify"
    PROMPT = "prompt"
    REPEAT = "repeat"
    NOTE = "note"
    PAUSE = "pause"
    WRAP_UP = "wrap_up"
    READ_BACK = "read_back"
    CONFIRM_AGAIN = "confirm_again"
    PICK = "pick"
    PICK_AGAIN = "pick_again"
    CHANGE = "change"
    BACK = "back"
    CLOSE = "close"


class Took(StrEnum):
    """How the candidate's words were taken. Kept as `value["heard"]["as"]` of our next turn."""

    GREETING = "greeting"
    ANSWER = "answer"
    UNREAD = "unread"
    SILENCE = "silence"
    LEFT = "left"
    ASIDE = "aside"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    PICKED = "picked"
    UNCONFIRMED = "unconfirmed"
    STOPPED = "stopped"
    RESUMED = "resumed"
    AGAIN = "again"
    AFTER = "after"


class Again(StrEnum):
    """A second try at an answer, kept as the candidate's `Turn.action`: at the take that the turn carries, at the answer
    given last, or at a take that technology spoiled, which costs no try."""

    TAKE = "again_take"
    LAST = "again_last"
    FAILED = "again_failed"


class Item(StrEnum):
    """What the candidate was last asked for."""

    NOTHING = "nothing"
    ANSWER = "answer"
    CONFIRMATION = "confirmation"
    PICK = "pick"


@dataclass(kw_only=True)
class Given:
    """What was given to one question so far. `value` of an open question is all its words, a line per turn."""

    value: Any = None
    confirmed: bool = False
    seq: int = 0


@dataclass(frozen=True, kw_only=True)
class Answered:
    """The answer given last: to which question (or follow-up, in its words), in how many turns, and what the question
    had been given before."""

    question_id: str
    follow_up: str | None
    turns: int
    before: Given | None


@dataclass
class Talk:
    """The state of one interview. It changes only by `said`, in folding and in deciding alike.

    `item` is what was asked for last, about `question_id`; `waiting` while the reply to it is out, and `repeat` when
    it must be put once more; `follow_up` holds its words where it is one. `clarified`, `prompted` and `asides` tell what
    happened to it. `answered` is the question just answered, `changing` the one to be answered anew. `words` are the
    candidate's turns that were taken as answers, by question. `last` can be answered once more, as often as `tried` is
    below the stage's number; while `redo` is out, `interrupted` is the question (and follow-up) to come back to.
    `replaced` are the ids of turns whose words a newer take stands for.
    """

    stage: StagePlan
    asked: list[str] = field(default_factory=list[str])
    given: dict[str, Given] = field(default_factory=dict[str, Given])
    words: dict[str, list[Turn]] = field(default_factory=dict[str, list[Turn]])
    follow_ups: Counter[str] = field(default_factory=Counter[str])
    review: dict[str, str] = field(default_factory=dict[str, str])
    item: Item = Item.NOTHING
    question_id: str | None = None
    waiting: bool = False
    repeat: bool = False
    clarified: bool = False
    prompted: bool = False
    asides: int = 0
    follow_up: str | None = None
    answered: str | None = None
    rejected: bool = False
    changing: str | None = None
    changes: int = 0
    settled: bool = False
    greeted: bool = False
    wrapped_up: bool = False
    closed: str | None = None
    pending: list[Turn] = field(default_factory=list[Turn])
    last: Answered | None = None
    redo: Answered | None = None
    interrupted: tuple[str, str | None] | None = None
    tried: Counter[str] = field(default_factory=Counter[str])
    replaced: set[str] = field(default_factory=set[str])

    @property
    def question(self) -> Question | None:
        return self.stage.question(self.question_id) if self.question_id else None

    @property
    def over(self) -> bool:
        """Closed for good; after a stop the candidate may go on."""
        return self.closed is not None and self.closed != "stopped"

    def unasked(self) -> Question | None:
        return next((q for q in self.stage.questions if q.id not in self.asked), None)

    def unconfirmed(self) -> list[Question]:
        """The exact questions whose answer was read from words and not yet confirmed, in order."""
        exact = [q for q in self.stage.questions if q.kind in STRUCTURED and q.id in self.given]
        return [q for q in exact if not self.given[q.id].confirmed]

    def may_redo(self, again: Again) -> bool:
        """Whether a second try is there to be had now. What failed technically costs none, and is always granted."""
        answering = self.waiting and self.item is Item.ANSWER and self.question_id is not None
        if again is Again.LAST:
            return (
                self.last is not None
                and self.redo is None
                and self.tried[self.last.question_id] < self.stage.re_records
                and (self.closed == "finished" or (self.closed is None and answering))
            )
        if self.closed or not answering or self.question_id is None:
            return False
        return again is Again.FAILED or self.tried[self.question_id] < self.stage.re_records

    def said(self, act: Act, text: str, question_id: str | None, reason: str = "finished") -> None:
        """Take in a turn of ours; *reason* is why a closing one closes."""
        self.greeted, self.pending = True, []
        if act in _PUTS:
            self._put(act, text, question_id)
        elif act is Act.BACK and self.interrupted:
            self._put(act, text, self.interrupted[0])
            self.follow_up, self.interrupted = self.interrupted[1], None
        elif act in _AGAIN:
            self.waiting, self.repeat = True, False
        elif act is Act.WRAP_UP:
            self.wrapped_up = True
        elif act is Act.CLOSE:
            self.waiting, self.closed = False, reason

    def _put(self, act: Act, text: str, question_id: str | None) -> None:
        """Something new is asked for."""
        self.item, self.question_id, self.waiting = _PUTS.get(act, Item.ANSWER), question_id, True
        self.repeat = self.clarified = self.prompted = False
        self.answered = self.changing = self.follow_up = None
        self.rejected &= act is Act.PICK
        if act is Act.FOLLOW_UP and question_id:
            self.follow_ups[question_id] += 1
            self.follow_up = text
            return
        self.asides = 0
        if act is Act.CHANGE and self.redo:
            self.follow_up = self.redo.follow_up
        if act is Act.ASK and question_id:
            self.asked.append(question_id)

    def heard(self, heard: Mapping[str, Any]) -> None:
        """Take in how the candidate's words were understood: `as` (a `Took`), and what goes with it."""
        took, question_id = Took(heard["as"]), heard.get("question_id")
        pending, self.answered, self.pending = self.pending, None, []
        if took is Took.AFTER:
            return
        self.waiting = False
        self.repeat = took in (Took.UNREAD, Took.SILENCE, Took.ASIDE, Took.RESUMED)
        self.clarified |= took is Took.UNREAD
        self.prompted |= took is Took.SILENCE
        self.asides += took is Took.ASIDE
        if took is Took.RESUMED:
            self.closed = None
        elif took is Took.AGAIN:
            self._again(Again(heard["again"]), pending)
        elif took is Took.ANSWER and question_id:
            redone = self._replace(question_id)
            before = self.given.get(question_id)
            self.last = Answered(
                question_id=question_id,
                follow_up=self.follow_up,
                turns=len(pending),
                before=replace(before) if before else None,
            )
            self.words.setdefault(question_id, []).extend(pending)
            self._answer(question_id, heard)
            if redone:
                self.answered = None  # no new follow-up: the talk goes on where it was
        elif took is Took.LEFT and question_id:
            self.redo = None
            if question_id not in self.given:
                self.review[question_id] = str(heard.get("review", "skipped"))
        elif took is Took.CONFIRMED:
            for question in self.unconfirmed():
                self.given[question.id].confirmed = True
        elif took is Took.REJECTED:
            self.rejected, self.changes = True, self.changes + 1
        elif took is Took.PICKED:
            self.rejected, self.changing = False, question_id
        elif took is Took.UNCONFIRMED:
            self.rejected, self.settled = False, True
            self.review.update({question.id: "not_confirmed" for question in self.unconfirmed()})

    def _again(self, again: Again, pending: Sequence[Turn]) -> None:
        """A second try begins: at what is open, or at the answer given last, whose words count until it is there."""
        if again is not Again.LAST:
            self.repeat = True
            self.replaced.update(turn.id for turn in pending)
            self.tried[self.question_id or ""] += again is Again.TAKE
            self.asides += again is Again.FAILED
        elif self.last is not None:
            self.redo, self.changing = self.last, self.last.question_id
            self.tried[self.last.question_id] += 1
            if self.closed is None and self.question_id:
                self.interrupted = (self.question_id, self.follow_up)
            self.closed = None

    def _replace(self, question_id: str) -> bool:
        """Whether this is the newer take of an answer: what it stands for is no answer any more."""
        redo, self.redo = self.redo, None
        if redo is None or redo.question_id != question_id:
            return False
        words = self.words.get(question_id, [])
        self.words[question_id] = words[: len(words) - redo.turns]
        self.replaced.update(turn.id for turn in words[len(words) - redo.turns :])
        self.given.pop(question_id, None)
        if redo.before is not None:
            self.given[question_id] = replace(redo.before)
        return True

    def _answer(self, question_id: str, heard: Mapping[str, Any]) -> None:
        given, question = self.given.setdefault(question_id, Given()), self.stage.question(question_id)
        value = heard.get("value")
        if question is None or question.kind not in STRUCTURED:
            value = "\n".join(part for part in (given.value, value) if part) or None
        given.value, given.confirmed, given.seq = (
            value,
            bool(heard.get("confirmed")),
            int(heard.get("seq", 0)),
        )
        self.review.pop(question_id, None)
        if heard.get("review"):
            self.review[question_id] = str(heard["review"])
        self.answered = question_id


#: What each act that asks for something asks for.
_PUTS: Mapping[Act, Item] = {
    Act.ASK: Item.ANSWER,
    Act.FOLLOW_UP: Item.ANSWER,
    Act.CHANGE: Item.ANSWER,
    Act.READ_BACK: Item.CONFIRMATION,
    Act.PICK: Item.PICK,
}
_AGAIN = frozenset({Act.CLARIFY, Act.PROMPT, Act.REPEAT, Act.PAUSE, Act.CONFIRM_AGAIN, Act.PICK_AGAIN})
_ACTS = frozenset(str(act) for act in Act)


def fold(stage: StagePlan, turns: Iterable[Turn]) -> Talk:
    """The state after *turns* (of one stage and attempt, in any order). A candidate's turn whose key was there before
    is a repeat of the network and counts once."""
    talk, keys = Talk(stage), set[str]()
    for turn in sorted(turns, key=lambda turn: turn.seq):
        if turn.speaker is Speaker.CANDIDATE:
            if turn.key is None or turn.key not in keys:
                talk.pending.append(turn)
            keys.add(turn.key or "")
        elif turn.action in _ACTS:
            value = _value(turn)
            if "heard" in value:
                talk.heard(value["heard"])
            # A turn that the candidate broke off says what they heard, and keeps its whole words beside.
            text = str(value.get("whole") or turn.text)
            talk.said(Act(turn.action), text, turn.question_id, str(value.get("reason", "finished")))
    return talk


def answering(stage: StagePlan, turns: Iterable[Turn]) -> dict[str, list[Turn]]:
    """The candidate's turns that answer each question, by its id: what a report quotes and an evaluator judges.

    "What is the pay?", "repeat that" or "skip" belong to a question too (`Turn.question_id`), but answer nothing.
    """
    return fold(stage, turns).words


def _value(turn: Turn) -> Mapping[str, Any]:
    value: Any = turn.value
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def time_used(turns: Sequence[Turn], now: datetime) -> timedelta:
    """How much of its time the talk has used: pauses, breaks between sittings and long gaps do not count."""
    used, ordered = timedelta(), sorted(turns, key=lambda turn: turn.seq)
    ends = [turn.at for turn in ordered[1:]] + [now]
    sittings = [bool(_value(turn).get("sitting")) for turn in ordered[1:]] + [False]
    for turn, end, new_sitting in zip(ordered, ends, sittings, strict=False):
        if turn.action in (Act.PAUSE, Act.CLOSE) or end <= turn.at or new_sitting:
            continue
        used += min(end - turn.at, LONGEST_GAP)
    return used
