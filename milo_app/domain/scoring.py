"""From scores of 1 to 5 to percents, in exact arithmetic that a person can check line by line.

What is missing is left out and said to be missing; it never counts as nothing. Rounding happens once, at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from milo_app.domain.plan import Plan, StagePlan


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """One criterion's score, 1 to 5, or None where nobody could score it yet."""

    weight: int
    score: float | None
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class StageScore:
    """A stage's score. `exact` is percent, None while nothing in it is scored; `scored` of `criteria` have a score.

    `lines` show the arithmetic, one step a line.
    """

    exact: Fraction | None
    scored: int
    criteria: int
    lines: tuple[str, ...] = ()

    @property
    def percent(self) -> float | None:
        """Rounded to one decimal, for keeping and showing."""
        return None if self.exact is None else rounded(self.exact)

    @property
    def complete(self) -> bool:
        return self.scored >= self.criteria


@dataclass(frozen=True, kw_only=True)
class Overall:
    """The overall score and what it covers: `covered` of `stages` that can have a score have one."""

    exact: Fraction | None
    covered: int
    stages: int
    complete: bool
    lines: tuple[str, ...] = ()

    @property
    def percent(self) -> float | None:
        return None if self.exact is None else rounded(self.exact)

    def coverage(self, language: str = "en") -> str:
        """What the number covers, in words: `3 of 4 stages, partial`; empty when it is everything."""
        if self.complete:
            return ""
        if language == "es":
            return f"parcial, {self.covered} de {self.stages} etapas"
        return f"partial, {self.covered} of {self.stages} stages"


def stage_score(given: Sequence[Weighed], *, criteria: int | None = None) -> StageScore:
    """The weighted mean of (score - 1) / 4, in percent, over the criteria that have a score.

    *criteria* is how many the stage has, where *given* may leave some out.

    Raises:
        ValueError: a score outside 1 to 5, or a weight outside 1 to 10.
    """
    total = max(len(given), criteria or 0)
    scored = [(w, _percent(w)) for w in given if w.score is not None]
    if not scored:
        return StageScore(exact=None, scored=0, criteria=total)
    exact = _mean([(weighed.weight, percent) for weighed, percent in scored])
    lines = [
        f"{weighed.label or 'Criterion'}: {_plain(weighed.score)} of 5 = {_plain(percent)}%, weight {weighed.weight}"
        for weighed, percent in scored
    ]
    lines.append(_sum([(weighed.weight, percent) for weighed, percent in scored], exact))
    return StageScore(exact=exact, scored=len(scored), criteria=total, lines=tuple(lines))


def overall(stages: Sequence[tuple[int, StageScore]], labels: Sequence[str] = ()) -> Overall:
    """The weighted mean over the stages that have a score; stages without any scored criterion take no part.

    *stages* are (weight, score) in the plan's order, *labels* their names for the arithmetic.
    """
    names = dict(enumerate(labels))
    counting = [(i, weight, stage) for i, (weight, stage) in enumerate(stages) if stage.criteria]
    scored = [(i, weight, stage.exact) for i, weight, stage in counting if stage.exact is not None]
    complete = bool(counting) and all(stage.complete for _, _, stage in counting)
    if not scored:
        return Overall(exact=None, covered=0, stages=len(counting), complete=complete)
    exact = _mean([(weight, percent) for _, weight, percent in scored])
    lines = [f"{names.get(i, 'Stage')}: {_plain(percent)}%, weight {weight}" for i, weight, percent in scored]
    lines.append(_sum([(weight, percent) for _, weight, percent in scored], exact))
    return Overall(
        exact=exact, covered=len(scored), stages=len(counting), complete=complete, lines=tuple(lines)
    )


def of_plan(
    plan: Plan, scores: dict[tuple[str, str], float | None], labels: Sequence[str] = ()
) -> tuple[dict[str, StageScore], Overall]:
    """Stage scores by kind, and the overall one, from *scores* by (stage kind, criterion id)."""
    by_stage: dict[str, StageScore] = {}
    for stage in plan.stages:
        kind = str(stage.kind)
        by_stage[kind] = stage_score(
            [
                Weighed(weight=c.weight, score=scores.get((kind, c.id)), label=c.text)
                for s, _, c in plan.scored_criteria()
                if s.kind == stage.kind
            ]
        )
    return by_stage, overall([(s.weight, by_stage[str(s.kind)]) for s in plan.stages], labels)


def passes(stage: StagePlan, score: StageScore) -> bool | None:
    """Whether a stage's score clears its gate; None where that cannot be told because criteria are unscored.

    A gate compares the exact score, never the rounded one.
    """
    if stage.min_score is None:
        return True
    if score.exact is None or not score.complete:
        return None
    return score.exact >= Fraction(str(stage.min_score))


def rounded(exact: Fraction) -> float:
    """To one decimal, half away from zero, as people round."""
    tenths = (abs(exact) * 10 + Fraction(1, 2)).__floor__()
    return (tenths if exact >= 0 else -tenths) / 10


def _percent(weighed: Weighed) -> Fraction:
    score = Fraction(str(weighed.score))
    if not 1 <= score <= 5:
        raise ValueError(f"a score of {weighed.score} is not between 1 and 5")
    return (score - 1) / 4 * 100


def _mean(parts: Sequence[tuple[int, Fraction]]) -> Fraction:
    if any(not 1 <= weight <= 10 for weight, _ in parts):
        raise ValueError("a weight is 1 to 10")
    return sum((weight * percent for weight, percent in parts), Fraction(0)) / sum(
        weight for weight, _ in parts
    )


def _sum(parts: Sequence[tuple[int, Fraction]], exact: Fraction) -> str:
    above = " + ".join(f"{weight} × {_plain(percent)}" for weight, percent in parts)
    below = " + ".join(str(weight) for weight, _ in parts)
    sign = "=" if exact * 10 == int(exact * 10) else "≈"
    return f"({above}) ÷ ({below}) {sign} {_plain(Fraction(str(rounded(exact))))}%"


def _plain(value: Fraction | float | None) -> str:
    """A number without a needless decimal point, to two decimals."""
    return f"{float(value or 0):.2f}".rstrip("0").rstrip(".")
