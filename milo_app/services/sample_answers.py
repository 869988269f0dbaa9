"""Answers of a made-up candidate, for previews: `strong` meets everything, `weak` scrapes through, `stopped` misses
the first dealbreaker that can stop anyone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

from milo_app.domain import dealbreakers
from milo_app.domain.plan import Criterion, CriterionKind, Plan, Question, QuestionKind, StageKind, StagePlan

How = Literal["strong", "weak", "stopped"]

#: What a preview calls its made-up candidate.
NAME = "Sam Preview"


def stopping(plan: Plan) -> tuple[StageKind, str] | None:
    """(stage, question or criterion id) of the first dealbreaker that stops somebody, or None."""
    for stage in plan.stages:
        if not stage.enforce:
            continue
        for thing in (*stage.criteria, *stage.questions):
            if thing.dealbreaker and (isinstance(thing, Criterion) or _miss(thing, None) is not None):
                return stage.kind, thing.id
    return None


def value(question: Question, how: How, now: datetime, *, miss: bool = False) -> Any:
    """An answer in the shape the question's kind takes; None where none can be made up (a file)."""
    if miss:
        found = _miss(question, now)
        return found if found is not None else _first(question, now)
    if question.kind in (QuestionKind.SHORT_TEXT, QuestionKind.LONG_TEXT):
        return _text(question, how)
    trials = _trials(question, now)
    met = [trial for trial in trials if dealbreakers.meets(question, trial)]
    return met[0] if met else (trials[0] if trials else None)


def resume(stage: StagePlan, plan: Plan, how: How, now: datetime) -> str:
    """The text of a made-up resume. Only a strong one shows what is required; else it has to be asked."""
    year = now.year
    head = f"{NAME}\nsam.preview@example.com | (555) 010-0199\n\n"
    if how != "strong":
        return (
            f"{head}Summary\nReliable and friendly, looking for a new start.\n\nExperience\n"
            f"Helper, Corner Shop, {year - 1} - {year}\nDifferent tasks as needed.\n\nEducation\nSome courses\n"
        )
    years = max([c.min_years or 0 for c in stage.criteria] + [3.0])
    begun = year - int(years) - 3
    shown = [c.terms[0] for c in stage.criteria if c.kind is CriterionKind.ELIGIBILITY and c.terms]
    lines = [f"- {_sentence(c)}" for c in stage.criteria if c.kind is CriterionKind.SCORED]
    points = [point for c in stage.criteria for point in c.key_points]
    return (
        f"{head}Summary\n{plan.title} with {year - begun} years of experience. {'. '.join(shown)}.\n\n"
        f"Experience\n{plan.title}, Sample Company, Jan {begun} - Present\n{chr(10).join(lines)}\n\n"
        f"Licenses and certifications\n{chr(10).join(f'- {s}' for s in shown)}\n\n"
        f"Skills\n{', '.join(dict.fromkeys(points))}\n"
    )


def _sentence(criterion: Criterion) -> str:
    points = ", ".join(criterion.key_points[:6])
    return (
        f"{criterion.text}: {points}; improved results by 20% over two years." if points else criterion.text
    )


def _text(question: Question, how: How) -> str:
    criterion = question.criterion
    if criterion is None:
        return "Nothing to add, thank you." if question.kind is QuestionKind.LONG_TEXT else "Sample"
    if how != "strong":
        return "I always do my best and I get on with everybody."
    points = criterion.key_points or (criterion.text,)
    told = " ".join(f"I took care of this: {point}." for point in points)
    return (
        f"Last year at my job this came up on a busy day. {told} I told my team what I was doing and why, checked the "
        "result afterwards, and it went well: nobody was harmed and we wrote down what we learned."
    )


def _miss(question: Question, now: datetime | None) -> Any:
    """An answer that the rule does not pass, or None."""
    for trial in _trials(question, now):
        if question.ideal is not None and not dealbreakers.meets(question, trial):
            return trial
    return None


def _first(question: Question, now: datetime) -> Any:
    trials = _trials(question, now)
    return trials[0] if trials else _text(question, "weak")


def _trials(question: Question, now: datetime | None) -> list[Any]:
    """Answers to try, likelier ones first."""
    kind = question.kind
    if kind is QuestionKind.YES_NO:
        return [True, False]
    if kind is QuestionKind.SINGLE_CHOICE:
        return list(question.options)
    if kind is QuestionKind.MULTIPLE_CHOICE:
        # All but a last "none of these" first, then each alone.
        return [
            list(question.options[:-1]),
            list(question.options),
            *([o] for o in reversed(question.options)),
        ]
    if kind in (QuestionKind.NUMBER, QuestionKind.SLIDER):
        return _numbers(question)
    if kind is QuestionKind.DATE:
        start = now.date() if now is not None else None
        days = [14, 60, 1, 365, -365, -3650]
        named = question.ideal.value if question.ideal is not None else None
        own = [str(v) for v in (named if isinstance(named, list | tuple) else [named]) if v]
        return (
            [str(start + timedelta(days=d)) for d in days] + own
            if start
            else [*own, "1990-01-01", "2099-01-01"]
        )
    return []


def _numbers(question: Question) -> list[float | int]:
    low = question.minimum if question.minimum is not None else 0
    high = question.maximum if question.maximum is not None else max(low + 100, 100)
    step = question.step or 1
    tried: list[float] = [
        low + step * (int((high - low) / step) * part // 10) for part in (3, 5, 7, 9, 10, 2, 1, 0)
    ]
    ideal = question.ideal.value if question.ideal is not None else None
    for named in ideal if isinstance(ideal, list | tuple) else [ideal]:
        if isinstance(named, int | float) and not isinstance(named, bool):
            tried += [named, named + step, named - step]
    return [int(n) if float(n).is_integer() else n for n in tried if low <= n <= high]
