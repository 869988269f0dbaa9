"""The two state machines: every move, in every order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milo_app.domain import journey
from milo_app.domain.errors import Conflict, Gone, MiloError
from milo_app.domain.journey import Journey
from milo_app.domain.plan import Plan, StageKind, StagePlan
from milo_app.domain.records import Application, ApplicationState, Decision, StageState
from milo_app.domain.screens import Screen

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=7)
ALL = tuple(StageKind)


def create_plan(*kinds: StageKind) -> Plan:
    return Plan(title="Registered nurse", stages=tuple(StagePlan(kind=kind) for kind in kinds or ALL))


def create_journey(*kinds: StageKind, state: ApplicationState = ApplicationState.INVITED) -> Journey:
    app = Application(
        id="a",
        workspace_id="w",
        interviewer_id="i",
        candidate_id="c",
        state=state,
        created_at=NOW,
        updated_at=NOW,
        due_at=LATER,
        consented_at=NOW,
    )
    plan = create_plan(*kinds)
    return Journey(application=app, stages=journey.lay_out(app, plan, [f"s{k}" for k in plan.kinds]))


def started(*kinds: StageKind) -> Journey:
    j = create_journey(*kinds)
    return journey.start(j.application, j.stages, NOW)


def states(j: Journey) -> list[str]:
    return [str(stage.state) for stage in j.stages]


def through(j: Journey, kind: StageKind, outcome: StageState = StageState.PASSED) -> Journey:
    j = journey.submit_stage(j.application, j.stages, kind, NOW, gated=True)
    return journey.conclude_stage(
        j.application, j.stages, kind, outcome, NOW, stopped_by={"question_id": "q"}
    )


MOVES: dict[str, Callable[[Journey, StageKind], Journey]] = {
    "start": lambda j, k: journey.start(j.application, j.stages, NOW),
    "submit": lambda j, k: journey.submit_stage(j.application, j.stages, k, NOW),
    "submit_gated": lambda j, k: journey.submit_stage(j.application, j.stages, k, NOW, gated=True),
    "evaluate": lambda j, k: journey.evaluate_stage(j.application, j.stages, k, NOW),
    "pass": lambda j, k: journey.conclude_stage(j.application, j.stages, k, "passed", NOW),
    "fail": lambda j, k: journey.conclude_stage(j.application, j.stages, k, "failed", NOW),
    "done": lambda j, k: journey.conclude_stage(j.application, j.stages, k, "done", NOW),
    "skip": lambda j, k: journey.skip_stage(j.application, j.stages, k, NOW),
    "withdraw": lambda j, k: journey.withdraw(j.application, j.stages, NOW),
    "expire": lambda j, k: journey.expire(j.application, j.stages, LATER + timedelta(days=30)),
    "reinstate": lambda j, k: journey.reinstate(j.application, j.stages, NOW, LATER),
    "rejoin": lambda j, k: journey.rejoin(j.application, j.stages, NOW, LATER),
    "extend": lambda j, k: journey.extend(j.application, j.stages, NOW, LATER + timedelta(days=1)),
    "retake": lambda j, k: journey.retake(
        j.application, j.stages, k, [f"{s.id}'" for s in j.stages], NOW, LATER
    ),
}
STEPS = st.lists(st.tuples(st.sampled_from(list(MOVES)), st.sampled_from(ALL)), max_size=40)


class TestEveryOrder:
    @given(steps=STEPS)
    def test_the_machine_never_breaks(self, steps: list[tuple[str, StageKind]]) -> None:
        """Any moves in any order are done or refused; states and stages always fit together; a repeat is a no-op."""
        j = create_journey()
        for move, kind in steps:
            try:
                after = MOVES[move](j, kind)
            except MiloError as refused:
                assert isinstance(refused, Conflict | Gone)
                continue
            self.check(after)
            if move != "retake":
                again = MOVES[move](after, kind)
                assert (again.application, again.stages) == (after.application, after.stages)
                assert not again.events
            j = after

    def check(self, j: Journey) -> None:
        app, given_in = j.application, {"submitted", "evaluating", "passed", "failed", "done"}
        assert states(j).count("open") <= 1
        if app.state == "in_progress":
            assert app.started_at
            assert "failed" not in states(j)
            assert app.stage == next((s.kind for s in j.stages if s.state == "open"), None)
        if app.state in ("evaluating", "completed"):
            assert set(states(j)) <= given_in
            assert app.stage is None
        if app.state == "completed":
            assert set(states(j)) <= {"passed", "failed", "done"}
            assert app.completed_at
        if app.state == "disqualified":
            assert "failed" in states(j)
            assert "open" not in states(j)
        if app.state == "invited":
            assert set(states(j)) == {"locked"}
        # Stages are given in strictly in order: nothing before an open stage is left out.
        order = [state in given_in for state in states(j)]
        assert order == sorted(order, reverse=True)

    @given(steps=STEPS)
    def test_every_state_has_a_screen_and_a_word(self, steps: list[tuple[str, StageKind]]) -> None:
        j = create_journey()
        for move, kind in steps:
            try:
                j = MOVES[move](j, kind)
            except MiloError:
                continue
            assert journey.screen(j.application, j.stages, create_plan()) is not Screen.PROBLEM
            assert journey.api_status(j.application)


class TestStart:
    def test_opens_the_first_stage(self) -> None:
        j = started()
        assert states(j) == ["open", "locked", "locked", "locked"]
        assert (j.application.state, j.application.stage) == ("in_progress", "resume")
        assert j.events == ("application_started", "stage_opened")

    def test_after_the_due_date_is_gone(self) -> None:
        j = create_journey()
        with pytest.raises(Gone):
            journey.start(j.application, j.stages, LATER + timedelta(seconds=1))


class TestSubmit:
    def test_opens_the_next_at_once(self) -> None:
        j = started()
        j = journey.submit_stage(j.application, j.stages, "resume", NOW)
        assert states(j) == ["submitted", "open", "locked", "locked"]
        assert j.application.stage == "form"

    def test_gate_keeps_the_next_locked_until_concluded(self) -> None:
        j = started()
        j = journey.submit_stage(j.application, j.stages, "resume", NOW, gated=True)
        assert states(j) == ["submitted", "locked", "locked", "locked"]
        assert journey.screen(j.application, j.stages, create_plan()) is Screen.WAITING
        j = journey.conclude_stage(j.application, j.stages, "resume", "passed", NOW)
        assert states(j) == ["passed", "open", "locked", "locked"]

    def test_last_stage_leads_to_evaluating_then_completed(self) -> None:
        j = started(StageKind.FORM)
        j = journey.submit_stage(j.application, j.stages, "form", NOW)
        assert j.application.state == "evaluating"
        j = journey.conclude_stage(j.application, j.stages, "form", "done", NOW, score=62.5)
        assert (j.application.state, j.application.completed_at) == ("completed", NOW)
        assert j.stages[0].score == 62.5

    def test_locked_stage_is_refused(self) -> None:
        j = started()
        with pytest.raises(Conflict):
            journey.submit_stage(j.application, j.stages, "voice", NOW)


class TestFail:
    @pytest.mark.parametrize("kind", ALL)
    def test_stops_there_and_comes_back_at_the_next(self, kind: StageKind) -> None:
        """At each of the four stages: later ones are locked; reinstating opens the next, or completes."""
        j = started()
        for earlier in ALL[: ALL.index(kind)]:
            j = through(j, earlier)
        j = through(j, kind, StageState.FAILED)
        assert j.application.state == "disqualified"
        assert j.application.stopped_by == {"question_id": "q"}
        assert set(states(j)[ALL.index(kind) + 1 :]) <= {"locked"}
        assert journey.screen(j.application, j.stages, create_plan()) is Screen.ENDED
        j = journey.reinstate(j.application, j.stages, NOW, LATER)
        assert j.application.stopped_by is None
        assert j.stages[ALL.index(kind)].data["stopped_by"] == {"question_id": "q"}
        assert j.application.state == ("completed" if kind is ALL[-1] else "in_progress")

    def test_does_not_undo_a_withdrawal(self) -> None:
        j = started()
        j = journey.submit_stage(j.application, j.stages, "resume", NOW)
        j = journey.withdraw(j.application, j.stages, NOW)
        j = journey.conclude_stage(j.application, j.stages, "resume", "failed", NOW)
        assert j.application.state == "withdrawn"


class TestRetake:
    def test_opens_only_that_stage_in_a_new_attempt(self) -> None:
        j = started(StageKind.FORM, StageKind.VOICE)
        j = through(through(j, StageKind.FORM), StageKind.VOICE)
        again = journey.retake(j.application, j.stages, "voice", ["n1", "n2"], NOW, LATER)
        assert (again.application.attempt, again.application.state) == (2, "in_progress")
        assert states(again) == ["passed", "open"]
        assert again.stages[0].data["carried_from"] == 1
        assert {s.id for s in again.stages} == {"n1", "n2"}


class TestTime:
    @given(days=st.integers(0, 60), closes=st.none() | st.integers(-5, 60))
    def test_due_is_generous_within_the_closing(self, days: int, closes: int | None) -> None:
        closes_at = None if closes is None else NOW + timedelta(days=closes)
        at = journey.due(NOW, replace(create_plan(), due_days=days), closes_at)
        if closes_at is None or at < closes_at:
            assert at >= NOW + timedelta(hours=72)
        assert closes_at is None or at <= closes_at

    def test_begun_has_a_day_more_and_a_talk_is_not_cut(self) -> None:
        app = started().application
        late = LATER + timedelta(hours=23)
        assert not journey.may_start(app, late)
        assert journey.may_continue(app, late)
        assert not journey.is_overdue(app, late)
        later = LATER + timedelta(hours=25)
        assert journey.is_overdue(app, later)
        assert not journey.is_overdue(app, later, last_activity=later - timedelta(minutes=5))

    def test_expired_comes_back_with_more_time(self) -> None:
        j = create_journey()
        j = journey.expire(j.application, j.stages, LATER + timedelta(minutes=1))
        assert j.application.state == "expired"
        j = journey.extend(j.application, j.stages, LATER + timedelta(days=1), LATER + timedelta(days=4))
        assert j.application.state == "invited"


class TestScreen:
    @pytest.mark.parametrize(
        ("kind", "data", "expected"),
        [
            (StageKind.RESUME, {}, Screen.RESUME),
            (StageKind.FORM, {}, Screen.FORM),
            (StageKind.SMS, {}, Screen.SMS),
            (StageKind.VOICE, {}, Screen.DEVICES),
            (StageKind.VOICE, {"begun": True}, Screen.VOICE),
        ],
    )
    def test_of_each_stage(self, kind: StageKind, data: dict[str, bool], expected: Screen) -> None:
        j = started(kind)
        stages = tuple(replace(stage, data=data) for stage in j.stages)
        assert journey.screen(j.application, stages, create_plan(kind)) is expected

    def test_before_the_first_stage(self) -> None:
        j = create_journey()
        unseen = replace(j.application, consented_at=None)
        assert journey.screen(unseen, j.stages, create_plan()) is Screen.WELCOME
        assert journey.screen(replace(unseen, opened_at=NOW), j.stages, create_plan()) is Screen.CONSENT
        going = started()
        assert (
            journey.screen(replace(going.application, consented_at=None), going.stages, create_plan())
            is Screen.CONSENT
        )


class TestApiStatus:
    @pytest.mark.parametrize(
        ("state", "has_started", "decision", "word"),
        [
            ("invited", False, "none", "pending"),
            ("in_progress", True, "none", "in_progress"),
            ("evaluating", True, "none", "evaluating"),
            ("completed", True, "none", "completed"),
            ("disqualified", True, "none", "knocked_out"),
            ("withdrawn", True, "none", "dismissed"),
            ("expired", False, "none", "pending"),
            ("expired", True, "none", "in_progress"),
            ("completed", True, "shortlisted", "shortlisted"),
            ("invited", False, "dismissed", "dismissed"),
            ("disqualified", True, "shortlisted", "shortlisted"),
        ],
    )
    def test_table(self, state: str, has_started: bool, decision: str, word: str) -> None:
        app = replace(
            create_journey().application,
            state=ApplicationState(state),
            decision=Decision(decision),
            started_at=NOW if has_started else None,
        )
        assert journey.api_status(app) == word
