"""Who is stopped, and who is not.

Only an exact answer can stop anyone, and only where both the question's flag and the stage's switch are on. What is
missing, unsure or merely not found is never a "no": it is asked once more or put before a person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from milo_app.domain import values
from milo_app.domain.plan import Criterion, CriterionKind, Ideal, Operator, Question, StagePlan

#: How sure a model's quoted reading of a resume must be before it may decide anything.
SURE = 0.9


@dataclass(frozen=True, kw_only=True)
class Given:
    """A current answer as the rules see it. `exact`: chosen, typed or confirmed by the candidate, not guessed."""

    value: Any
    exact: bool


@dataclass(frozen=True, kw_only=True)
class Miss:
    """A dealbreaker that was missed, in words for the report: what was asked, given and expected."""

    question_id: str
    text: str
    given: str
    expected: str


@dataclass(frozen=True, kw_only=True)
class StageVerdict:
    """What the rules make of a stage. `needs_review` and `to_confirm` hold ids of questions or criteria.

    `to_confirm` must be asked of the candidate as exact questions before the stage can be decided.
    `passed` says for each dealbreaker or eligibility criterion whether it is met; None is not known.
    """

    missed: tuple[Miss, ...] = ()
    needs_review: tuple[str, ...] = ()
    to_confirm: tuple[str, ...] = ()
    passed: Mapping[str, bool | None]

    @property
    def stops(self) -> bool:
        return bool(self.missed)


def meets(question: Question, value: Any) -> bool:
    """Whether *value* is the answer hoped for; true where the question hopes for none.

    An empty value meets nothing. A value of another shape (an older version of the question) is no match either.
    """
    if question.ideal is None:
        return True
    if values.is_empty(question, value):
        return False
    try:
        return _OPERATORS[question.ideal.operator](question, value, question.ideal)
    except (TypeError, ValueError):
        return False


def expected(ideal: Ideal, question: Question, language: str = "en") -> str:
    """The ideal in words: `at least 2 years`, `one of Day shift, Night shift`."""
    english, spanish = _WORDS[ideal.operator]
    shown = [_show_one(question, item, language) for item in _items(ideal.value)]
    return (spanish if language == "es" else english).format(*shown, last=shown[-1], all=", ".join(shown))


def decide_stage(stage: StagePlan, answers: Mapping[str, Given], language: str = "en") -> StageVerdict:
    """Decide the dealbreaker questions of a stage from its current answers, by question id."""
    missed: list[Miss] = []
    review: list[str] = []
    passed: dict[str, bool | None] = {}
    for question in stage.questions:
        if not question.dealbreaker or question.ideal is None:
            continue
        given = answers.get(question.id)
        if given is None or not given.exact or values.is_empty(question, given.value):
            passed[question.id] = None
            if stage.enforce:
                review.append(question.id)
            continue
        passed[question.id] = meets(question, given.value)
        if stage.enforce and not passed[question.id]:
            shown = values.show(question, given.value, language)
            hoped = expected(question.ideal, question, language)
            missed.append(Miss(question_id=question.id, text=question.text, given=shown, expected=hoped))
    return StageVerdict(missed=tuple(missed), needs_review=tuple(review), passed=passed)


# --- Resume ---------------------------------------------------------------------------------------------------------


class ReadingStatus(StrEnum):
    SHOWN = "shown"
    NOT_SHOWN = "not_shown"
    UNSURE = "unsure"


class ReadingSource(StrEnum):
    BUILTIN = "builtin"
    MODEL = "model"
    CANDIDATE = "candidate"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a reader found in a resume for one criterion. `quote` stands verbatim in it (checked by `evidence`), from
    character `start` to `end` where the reader knows."""

    status: ReadingStatus
    quote: str = ""
    start: int | None = None
    end: int | None = None
    source: ReadingSource = ReadingSource.BUILTIN
    confidence: float = 0.0

    @property
    def decides_against(self) -> bool:
        """Whether this reading alone may stop a candidate: a quoted, sure "no", and never the built-in reader's."""
        return (
            self.status is ReadingStatus.NOT_SHOWN
            and self.source is not ReadingSource.BUILTIN
            and bool(self.quote.strip())
            and self.confidence >= SURE
        )


UNREAD = Reading(status=ReadingStatus.UNSURE)


def decide_resume(
    stage: StagePlan,
    readings: Mapping[str, Reading],
    confirmed: Mapping[str, bool | None],
    language: str = "en",
) -> StageVerdict:
    """Decide the eligibility criteria of the resume stage.

    *confirmed* holds the candidate's answers to the exact questions, by criterion id. Their own exact answer outranks
    any reading. What no reading shows is asked (`to_confirm`) and, until answered, needs a person.
    """
    missed: list[Miss] = []
    review: list[str] = []
    ask: list[str] = []
    passed: dict[str, bool | None] = {}
    for criterion in stage.criteria:
        if criterion.kind is not CriterionKind.ELIGIBILITY:
            continue
        reading = readings.get(criterion.id, UNREAD)
        passed[criterion.id] = met = _is_met(reading, confirmed.get(criterion.id))
        enforced = stage.enforce and criterion.dealbreaker
        if met is None:
            ask.append(criterion.id)
            if enforced:
                review.append(criterion.id)
        elif not met and enforced:
            missed.append(_resume_miss(criterion, reading, confirmed.get(criterion.id), language))
    return StageVerdict(
        missed=tuple(missed), needs_review=tuple(review), to_confirm=tuple(ask), passed=passed
    )


def exact_question(criterion: Criterion, language: str = "en") -> str:
    """The yes/no question asked when a resume does not show *criterion*."""
    if criterion.question:
        return criterion.question
    if language == "es":
        return f"No encontramos esto en tu currículum: {criterion.text}. ¿Lo cumples?"
    return f"We could not find this in your resume: {criterion.text}. Do you meet it?"


def _is_met(reading: Reading, confirmed: bool | None) -> bool | None:
    if confirmed is not None:
        return confirmed
    if reading.status is ReadingStatus.SHOWN and reading.quote.strip():
        return True
    return False if reading.decides_against else None


def _resume_miss(criterion: Criterion, reading: Reading, confirmed: bool | None, language: str) -> Miss:
    no, yes = ("No", "Sí") if language == "es" else ("No", "Yes")
    given = no if confirmed is False else f"“{reading.quote}”"
    text = exact_question(criterion, language) if confirmed is False else criterion.text
    return Miss(question_id=criterion.id, text=text, given=given, expected=yes)


# --- Operators ------------------------------------------------------------------------------------------------------


def _equal(q: Question, value: Any, ideal: Ideal) -> bool:
    return values.comparable(q, value) == values.comparable(q, ideal.value)


def _one_of(q: Question, value: Any, ideal: Ideal) -> bool:
    """One answer is among the wanted; of several answers, at least one is."""
    given = values.comparable(q, value)
    wanted = [values.comparable(q, item) for item in ideal.value]
    return given in wanted or (isinstance(given, frozenset) and any(given & item for item in wanted))


def _includes(q: Question, value: Any, ideal: Ideal) -> bool:
    """Every wanted option was chosen."""
    given = values.comparable(q, value)
    wanted = [values.comparable(q, item) for item in ideal.value]
    if isinstance(given, frozenset):
        return all(item <= given for item in wanted)
    return all(item == given for item in wanted)


def _between(q: Question, value: Any, ideal: Ideal) -> bool:
    low, high = sorted(_ordered(q, end) for end in ideal.value)
    return low <= _ordered(q, value) <= high


def _ordered(q: Question, value: Any) -> Any:
    """Numbers and dates have an order; options and yes/no have none."""
    one = values.comparable(q, value)
    if isinstance(one, bool | frozenset):
        raise ValueError("this kind of answer has no order")
    return one


_OPERATORS: Mapping[Operator, Callable[[Question, Any, Ideal], bool]] = {
    Operator.EQ: _equal,
    Operator.NEQ: lambda q, value, ideal: not _equal(q, value, ideal),
    Operator.GT: lambda q, value, ideal: _ordered(q, value) > _ordered(q, ideal.value),
    Operator.GTE: lambda q, value, ideal: _ordered(q, value) >= _ordered(q, ideal.value),
    Operator.LT: lambda q, value, ideal: _ordered(q, value) < _ordered(q, ideal.value),
    Operator.LTE: lambda q, value, ideal: _ordered(q, value) <= _ordered(q, ideal.value),
    Operator.BETWEEN: _between,
    Operator.ONE_OF: _one_of,
    Operator.INCLUDES: _includes,
}

_WORDS: Mapping[Operator, tuple[str, str]] = {
    Operator.EQ: ("{0}", "{0}"),
    Operator.NEQ: ("anything but {0}", "cualquier cosa menos {0}"),
    Operator.GT: ("more than {0}", "más de {0}"),
    Operator.GTE: ("at least {0}", "al menos {0}"),
    Operator.LT: ("less than {0}", "menos de {0}"),
    Operator.LTE: ("at most {0}", "como máximo {0}"),
    Operator.BETWEEN: ("between {0} and {last}", "entre {0} y {last}"),
    Operator.ONE_OF: ("one of {all}", "una de estas: {all}"),
    Operator.INCLUDES: ("all of {all}", "todas estas: {all}"),
}


def _items(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) and value else [value]  # pyright: ignore


def _show_one(question: Question, item: Any, language: str) -> str:
    """One ideal value in words; ideals written as text or as a single option are shown as they are."""
    try:
        exact = values.comparable(question, item)
    except (TypeError, ValueError):
        return str(item)
    if isinstance(exact, frozenset):
        return str(item) if isinstance(item, str) else ", ".join(item)
    return values.show(question, exact if isinstance(exact, bool) else item, language)
