"""An interviewer's plan: what is asked, in which stages, and how it is judged.

A plan is a value. Editing makes a new plan; a published plan is kept unchanged as a version for everyone who
started under it. `plan_data` turns it into JSON and back, and says what is wrong with it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class StageKind(StrEnum):
    """The four kinds of stage, in their default order."""

    RESUME = "resume"
    FORM = "form"
    SMS = "sms"
    VOICE = "voice"


class QuestionKind(StrEnum):
    """How a question is answered. `long_text` is the open question of a conversation (spoken or written)."""

    SHORT_TEXT = "short_text"
    LONG_TEXT = "long_text"
    YES_NO = "yes_no"
    SINGLE_CHOICE = "single_choice"
    MULTIPLE_CHOICE = "multiple_choice"
    NUMBER = "number"
    SLIDER = "slider"
    DATE = "date"
    FILE = "file"


#: Kinds whose answer is one exact value, so that a rule can decide on it.
STRUCTURED = frozenset(
    {
        QuestionKind.YES_NO,
        QuestionKind.SINGLE_CHOICE,
        QuestionKind.MULTIPLE_CHOICE,
        QuestionKind.NUMBER,
        QuestionKind.SLIDER,
        QuestionKind.DATE,
    }
)

#: Kinds that can be asked in a conversation (text message or speech).
CONVERSATIONAL = frozenset(
    {
        QuestionKind.SHORT_TEXT,
        QuestionKind.LONG_TEXT,
        QuestionKind.YES_NO,
        QuestionKind.SINGLE_CHOICE,
        QuestionKind.NUMBER,
    }
)


class Operator(StrEnum):
    """How an ideal answer is compared with a given one. Dates compare as ISO days."""

    EQ = "eq"
    NEQ = "neq"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    BETWEEN = "between"
    ONE_OF = "one_of"
    INCLUDES = "includes"


@dataclass(frozen=True, kw_only=True)
class Ideal:
    """The answer hoped for: `operator` and `value` (a list for `between`, `one_of` and `includes`)."""

    operator: Operator
    value: Any


class CriterionKind(StrEnum):
    ELIGIBILITY = "eligibility"
    SCORED = "scored"


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """What a resume or an answer is judged against.

    *eligibility*: passed or not. `terms` are words that show it in a resume, `min_years` a length of experience,
    `question` the exact yes/no question asked when the resume does not show it.
    *scored*: 1 to 5; `one` and `five` describe the two ends, `key_points` what a full answer covers, `weight` 1–10.
    """

    id: str
    text: str
    kind: CriterionKind = CriterionKind.SCORED
    one: str = ""
    five: str = ""
    key_points: tuple[str, ...] = ()
    weight: int = 5
    terms: tuple[str, ...] = ()
    min_years: float | None = None
    question: str = ""
    dealbreaker: bool = False
    need: str = ""
    need_hidden: bool = False


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question of a form or a conversation.

    `ideal` says what answer is hoped for; with `dealbreaker` and the stage's `enforce` both on, another answer stops
    the candidate there. `need` is how it reads in "You need: …". `criterion` makes an open question scored.
    `follow_ups` are the recruiter's own wordings; `min_follow_ups`/`max_follow_ups` bound how many are asked.
    """

    id: str
    kind: QuestionKind
    text: str
    help: str = ""
    required: bool = True
    options: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    unit: str = ""
    extensions: tuple[str, ...] = ()
    max_files: int = 1
    ideal: Ideal | None = None
    dealbreaker: bool = False
    need: str = ""
    need_hidden: bool = False
    criterion: Criterion | None = None
    follow_ups: tuple[str, ...] = ()
    min_follow_ups: int = 0
    max_follow_ups: int = 0


@dataclass(frozen=True, kw_only=True)
class StagePlan:
    """One stage. `enforce` is the master switch that lets dealbreakers stop a candidate at this stage.

    `min_score` (percent) is a gate on the stage's score, `weight` its share in the overall score.
    `end_message` is what a stopped candidate reads; empty means the neutral ending.
    `minutes` is the talk's time budget (voice) or the told length (others). `criteria` belong to the resume stage.
    `phone` lets a conversation be taken in a call, `record_calls` keeps its sound with the caller's consent.
    """

    kind: StageKind
    enforce: bool = False
    required: bool = True
    min_score: float | None = None
    weight: int = 1
    minutes: int = 5
    intro: str = ""
    outro: str = ""
    end_message: str = ""
    video: bool = False
    phone: bool = False
    record_calls: bool = False
    questions: tuple[Question, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    nudge_hours: int = 24
    max_nudges: int = 2
    re_records: int = 1

    def question(self, question_id: str) -> Question | None:
        """The question with that id, or None."""
        return next((q for q in self.questions if q.id == question_id), None)


@dataclass(frozen=True, kw_only=True)
class Knowledge:
    """Something a candidate may ask about; the interview answers from here and nowhere else."""

    title: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything that a version of an interviewer asks and says."""

    title: str
    language: str = "en"
    description: str = ""
    location: str = ""
    employment: str = ""
    pay: str = ""
    welcome: str = ""
    thanks: str = ""
    stages: tuple[StagePlan, ...] = ()
    knowledge: tuple[Knowledge, ...] = ()
    interviewer_name: str = "Milo"
    contact_email: str = ""
    deadline_days: int = 30
    due_days: int = 7
    retakes: int = 0
    redirect_url: str = ""
    scheduling_url: str = ""
    drafted_by: str = ""

    def stage(self, kind: StageKind | str) -> StagePlan | None:
        """The stage of that kind, or None where the plan has none."""
        return next((s for s in self.stages if s.kind == kind), None)

    @property
    def kinds(self) -> tuple[StageKind, ...]:
        return tuple(s.kind for s in self.stages)

    @property
    def minutes(self) -> int:
        """How long the whole way takes, as told to candidates."""
        return sum(s.minutes for s in self.stages)

    def scored_criteria(self) -> Iterator[tuple[StagePlan, Question | None, Criterion]]:
        """Every scored criterion with its stage and, where it belongs to one, its question."""
        for stage in self.stages:
            for criterion in stage.criteria:
                if criterion.kind is CriterionKind.SCORED:
                    yield stage, None, criterion
            for question in stage.questions:
                if question.criterion is not None:
                    yield stage, question, question.criterion

    def needs(self) -> list[str]:
        """The lines of "You need: …", made from every enforced dealbreaker that is not hidden."""
        lines: list[str] = []
        for stage in self.stages:
            if not stage.enforce:
                continue
            for thing in (*stage.criteria, *stage.questions):
                if thing.dealbreaker and not thing.need_hidden:
                    line = thing.need or thing.text
                    if line not in lines:
                        lines.append(line)
        return lines


def blank() -> Plan:
    """A plan with nothing in it, for building from scratch."""
    return Plan(title="Untitled role")


def replace_stage(plan: Plan, stage: StagePlan) -> Plan:
    """*plan* with its stage of the same kind replaced."""
    return dataclasses.replace(plan, stages=tuple(stage if s.kind == stage.kind else s for s in plan.stages))
