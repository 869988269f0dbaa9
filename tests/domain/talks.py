"""A driver for interviews in tests: keeps turns as the real drivers do, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from milo_app.domain.interview import Mode, Proposal, Step, next_step
from milo_app.domain.plan import (
    Criterion,
    Ideal,
    Knowledge,
    Operator,
    Question,
    QuestionKind,
    StageKind,
    StagePlan,
)
from milo_app.domain.records import Speaker, Turn
from milo_app.domain.wording import Medium

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

LICENSED = Question(
    id="rn",
    kind=QuestionKind.YES_NO,
    text="Do you hold an RN licence?",
    dealbreaker=True,
    ideal=Ideal(operator=Operator.EQ, value=True),
)
YEARS = Question(id="years", kind=QuestionKind.NUMBER, text="How many years?", unit="years", maximum=60)
SHIFT = Question(id="shift", kind=QuestionKind.SINGLE_CHOICE, text="Which shift?", options=("Day", "Night"))
STORY = Question(
    id="story",
    kind=QuestionKind.LONG_TEXT,
    text="Tell me about a hard shift.",
    min_follow_ups=1,
    max_follow_ups=2,
    follow_ups=("What did you learn?", "Who helped you?"),
    criterion=Criterion(id="calm", text="Stays calm", one="Panics", five="Calm"),
)
PLAIN = Question(id="plain", kind=QuestionKind.LONG_TEXT, text="Why this role?")

SMS = Mode(medium=Medium.SMS, name="Maria Lopez", company="Acme Care", title="Registered Nurse")
WEB = Mode(
    medium=Medium.WEB,
    name="Maria Lopez",
    company="Acme Care",
    title="Registered Nurse",
    knowledge=(Knowledge(title="Pay", text="The pay is 40 dollars an hour."),),
)


def create_stage(*questions: Question, minutes: int = 15, **given: Any) -> StagePlan:
    return StagePlan(
        kind=given.pop("kind", StageKind.SMS),
        questions=questions or (LICENSED, STORY, SHIFT, YEARS, PLAIN),
        minutes=minutes,
        **given,
    )


@dataclass
class Talking:
    """One interview being held: `hear` adds words of the candidate, `speak` lets the engine act and keeps it."""

    stage: StagePlan
    mode: Mode = SMS
    now: datetime = NOW
    turns: list[Turn] = field(default_factory=list[Turn])
    steps: list[Step] = field(default_factory=list[Step])

    def hear(self, text: str = "", *, after: float = 5, key: str | None = None, **fields: Any) -> None:
        self.now += timedelta(seconds=after)
        self._add(speaker=Speaker.CANDIDATE, text=text, key=key, **fields)

    def speak(self, proposal: Proposal | None = None) -> Step:
        step = next_step(self.stage, self.turns, proposal, self.now, self.mode)
        for action in step.actions:
            self._add(speaker=Speaker.INTERVIEWER, **action.turn())
        self.steps.append(step)
        return step

    def reply(self, text: str = "", proposal: Proposal | None = None, **fields: Any) -> Step:
        self.hear(text, **fields)
        return self.speak(proposal)

    def acts(self, *kinds: str) -> list[tuple[str, str | None]]:
        """(action, question) of our turns so far, of these kinds."""
        return [(t.action, t.question_id) for t in self.turns if t.action in kinds]

    def answers(self) -> dict[str, tuple[Any, bool]]:
        """The last version of each answer: value and whether it is confirmed."""
        return {a.question_id: (a.value, a.confirmed) for step in self.steps for a in step.answers}

    def _add(self, **fields: Any) -> None:
        seq = len(self.turns) + 1
        self.turns.append(
            Turn(
                id=f"t{seq}",
                workspace_id="w",
                application_id="a",
                attempt=1,
                stage=str(self.stage.kind),
                seq=seq,
                at=self.now,
                **fields,
            )
        )


def begin(*questions: Question, mode: Mode = SMS, **stage: Any) -> Talking:
    talking = Talking(create_stage(*questions, **stage), mode)
    talking.speak()
    return talking
