"""Scores: exact, in bounds, and honest about what is missing."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milo_app.domain.plan import Criterion, Plan, StageKind, StagePlan
from milo_app.domain.scoring import StageScore, Weighed, of_plan, overall, passes, rounded, stage_score

SCORES = st.integers(1, 5).map(float)
WEIGHED = st.builds(Weighed, weight=st.integers(1, 10), score=SCORES)
GAPPY = st.builds(Weighed, weight=st.integers(1, 10), score=st.none() | SCORES)


def create_stage(*scores: float | None) -> StageScore:
    return stage_score([Weighed(weight=5, score=score) for score in scores])


class TestStageScore:
    @given(given=st.lists(WEIGHED, min_size=1))
    def test_lies_between_its_parts(self, given: list[Weighed]) -> None:
        exact = stage_score(given).exact
        parts = [Fraction(str(w.score)) * 25 - 25 for w in given]
        assert exact is not None
        assert 0 <= min(parts) <= exact <= max(parts) <= 100

    @given(given=st.lists(WEIGHED, min_size=1), data=st.data())
    def test_order_does_not_matter(self, given: list[Weighed], data: st.DataObject) -> None:
        assert stage_score(given).exact == stage_score(data.draw(st.permutations(given))).exact

    @given(given=st.lists(WEIGHED, min_size=1), factor=st.integers(1, 2))
    def test_only_the_ratio_of_weights_counts(self, given: list[Weighed], factor: int) -> None:
        light = [Weighed(weight=min(w.weight, 5), score=w.score) for w in given]
        heavy = [Weighed(weight=w.weight * factor, score=w.score) for w in light]
        assert stage_score(light).exact == stage_score(heavy).exact

    @given(given=st.lists(GAPPY))
    def test_missing_is_left_out_not_nothing(self, given: list[Weighed]) -> None:
        score, known = stage_score(given), [w for w in given if w.score is not None]
        assert score.exact == stage_score(known).exact
        assert (score.scored, score.criteria) == (len(known), len(given))
        assert score.complete == (len(known) == len(given))

    @given(given=st.lists(WEIGHED, min_size=1), index=st.integers(0), data=st.data())
    def test_a_better_answer_never_scores_less(
        self, given: list[Weighed], index: int, data: st.DataObject
    ) -> None:
        at = index % len(given)
        better = data.draw(st.integers(int(given[at].score or 1), 5))
        raised = [*given[:at], Weighed(weight=given[at].weight, score=float(better)), *given[at + 1 :]]
        before, after = stage_score(given).exact, stage_score(raised).exact
        assert before is not None
        assert after is not None
        assert after >= before

    def test_shows_its_arithmetic(self) -> None:
        score = stage_score(
            [Weighed(weight=5, score=4, label="Judgement"), Weighed(weight=3, score=3, label="Teamwork")]
        )
        assert score.lines == (
            "Judgement: 4 of 5 = 75%, weight 5",
            "Teamwork: 3 of 5 = 50%, weight 3",
            "(5 × 75 + 3 × 50) ÷ (5 + 3) ≈ 65.6%",
        )
        assert score.percent == 65.6

    @pytest.mark.parametrize("score", [0, 0.9, 5.1, 50])
    def test_impossible_score_is_refused(self, score: float) -> None:
        with pytest.raises(ValueError, match="between 1 and 5"):
            create_stage(score)


class TestOverall:
    @given(
        stages=st.lists(
            st.tuples(st.integers(1, 10), st.lists(GAPPY, max_size=4).map(stage_score)), max_size=4
        )
    )
    def test_covers_what_it_says(self, stages: list[tuple[int, StageScore]]) -> None:
        whole = overall(stages)
        counting = [s for _, s in stages if s.criteria]
        known = [s.exact for s in counting if s.exact is not None]
        assert (whole.covered, whole.stages) == (len(known), len(counting))
        assert (whole.exact is None) == (not known)
        if whole.exact is not None:
            assert min(known) <= whole.exact <= max(known)

    def test_says_when_it_is_partial(self) -> None:
        whole = overall(
            [(1, create_stage(5)), (1, create_stage(None)), (2, create_stage(3)), (1, create_stage())]
        )
        assert whole.percent == 66.7
        assert whole.coverage() == "partial, 2 of 3 stages"
        assert whole.coverage("es") == "parcial, 2 de 3 etapas"
        assert overall([(1, create_stage(5))]).coverage() == ""

    def test_of_a_plan(self) -> None:
        criteria = tuple(
            Criterion(id=i, text=i, one="1", five="5", weight=w) for i, w in (("a", 1), ("b", 3))
        )
        plan = Plan(title="Role", stages=(StagePlan(kind=StageKind.RESUME, criteria=criteria),))
        by_stage, whole = of_plan(plan, {("resume", "a"): 1.0, ("resume", "b"): 5.0}, ["Resume"])
        assert by_stage["resume"].percent == whole.percent == 75
        assert whole.lines == ("Resume: 75%, weight 1", "(1 × 75) ÷ (1) = 75%")


class TestGate:
    @pytest.mark.parametrize(
        ("gate", "scores", "outcome"),
        [
            (None, (None,), True),
            (50, (3.0,), True),
            (50.1, (3.0,), False),
            (50, (3.0, None), None),
            (50, (None,), None),
        ],
    )
    def test_decides_only_on_a_whole_score(
        self, gate: float | None, scores: tuple[float | None, ...], outcome: bool | None
    ) -> None:
        stage = StagePlan(kind=StageKind.VOICE, min_score=gate)
        assert passes(stage, create_stage(*scores)) is outcome

    def test_compares_the_exact_score(self) -> None:
        """65.625 shows as 65.6 but clears a gate of 65.61."""
        exact = stage_score([Weighed(weight=5, score=4), Weighed(weight=3, score=3)])
        assert passes(StagePlan(kind=StageKind.VOICE, min_score=65.61), exact)


@given(tenths=st.integers(-2000, 2000), rest=st.fractions(0, Fraction(49, 1000)))
def test_rounds_half_up(tenths: int, rest: Fraction) -> None:
    assert rounded(Fraction(abs(tenths), 10) + rest) == abs(tenths) / 10
    assert rounded(Fraction(abs(tenths) * 2 + 1, 20)) == (abs(tenths) + 1) / 10
