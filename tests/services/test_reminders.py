"""What follows by itself: reminders that stop when they should, the end of the time, and who is told."""

from __future__ import annotations

import contextlib
import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from milo_app.adapters.clock import FixedClock
from milo_app.domain import policy as rules
from milo_app.domain import records as r
from milo_app.domain.actors import CandidateActor, MemberActor, SystemActor
from milo_app.domain.errors import Conflict, Forbidden, Gone, NotFound
from milo_app.services import applications, decisions, delivery, invitations, policies, reminders
from milo_app.services.ports import Deps, Instance
from tests import builders
from tests.services import begun

FORM = begun.FORM_STAGE
SMS = {"kind": "sms", "questions": [{"id": "n", "kind": "yes_no", "text": "Nights?"}]}


class Desk:
    """One workspace with one invited candidate, and a clock that can be moved."""

    plan: dict[str, Any] = {}

    def __init__(self, deps: Deps, clock: FixedClock, *stages: dict[str, Any], **person: Any) -> None:
        self.deps, self.clock = deps, clock
        with deps.uow.write(SystemActor()) as uow:
            self.workspace = builders.create_workspace(uow)
            self.member = builders.create_member(uow, self.workspace)
            plan = {"title": "Nurse", "stages": list(stages or (FORM,)), "due_days": 7, **self.plan}
            self.interviewer, _ = builders.create_interviewer(
                uow, self.workspace, plan, created_by=self.member.id
            )
            self.candidate = builders.create_candidate(uow, self.workspace, **person)
            made = builders.create_application(
                uow, self.interviewer, self.candidate, invited_at=None, due_at=None
            )
            invitations.invite(uow, SystemActor(), application_id=made.id, now_ok=True)
        self.id = made.id
        self.actor = MemberActor(
            workspace_id=self.workspace.id, member_id=self.member.id, role=r.Role.ADMIN, name="Robin"
        )
        self.person = CandidateActor(
            workspace_id=self.workspace.id, application_id=self.id, candidate_id=self.candidate.id
        )

    def run(self, service: Callable[..., Any], actor: Any = None, **arguments: Any) -> Any:
        actor = actor or self.actor
        with self.deps.uow.write(actor) as uow:
            return service(uow, actor, **arguments)

    def pass_time(self, hours: float, step: float = 1) -> None:
        """Let the hours go by, sweeping every *step* of them."""
        for _ in range(round(hours / step)):
            self.clock.at += timedelta(hours=step)
            reminders.sweep(self.deps)

    @property
    def application(self) -> r.Application:
        with self.deps.uow.read(SystemActor()) as uow:
            return uow.applications.get(self.id)

    def sent(self, *kinds: str) -> list[tuple[str, str, float]]:
        """(kind, channel, hours since the start) of what was written besides the invitation."""
        with self.deps.uow.read(SystemActor()) as uow:
            found = uow.messages.find(application_id=self.id, direction="out", order="created_at")
        return [
            (m.kind, str(m.channel), (m.created_at - START) / timedelta(hours=1))
            for m in found
            if m.kind != "invitation" and (not kinds or m.kind in kinds)
        ]

    def policy(self, **changes: Any) -> None:
        with self.deps.uow.write(SystemActor()) as uow:
            workspace = uow.workspaces.get(self.workspace.id)
            chosen = replace(policies.of(workspace), **changes)
            uow.workspaces.save(replace(workspace, policy=rules.to_data(chosen)))


START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.fixture
def desk(deps: Deps, clock: FixedClock) -> Desk:
    return Desk(deps, clock)


def test_one_who_never_begins_is_reminded_then_told_and_their_time_ends(desk: Desk) -> None:
    desk.pass_time(24 * 9)
    assert desk.sent() == [
        ("reminder", "email", 24),
        ("reminder", "email", 48),
        ("deadline", "email", 96),
        ("deadline", "email", 144),
        ("expired", "email", pytest.approx(168, abs=2)),
    ]
    assert desk.application.state is r.ApplicationState.EXPIRED
    assert desk.application.look_at is None
    started = desk.run(applications.start, desk.person, application_id=desk.id)
    assert started.started_at is None


def test_sweeping_at_once_and_again_sends_nothing_twice(desk: Desk) -> None:
    desk.clock.at += timedelta(hours=24)
    for _ in range(5):
        with desk.deps.uow.write(SystemActor()) as uow:
            application = uow.applications.lock(desk.id)
            uow.applications.save(replace(application, look_at=uow.now))
        reminders.sweep(desk.deps)
    assert desk.sent() == [("reminder", "email", 24)]


def test_a_stage_by_text_is_reminded_by_text_and_one_that_is_done_no_more(
    deps: Deps, clock: FixedClock
) -> None:
    desk = Desk(deps, clock, SMS, FORM)
    desk.run(applications.start, desk.person, application_id=desk.id)
    desk.pass_time(50)
    assert desk.sent("reminder") == [
        ("reminder", "sms", pytest.approx(24)),
        ("reminder", "sms", pytest.approx(48, abs=2)),
    ]
    desk.run(applications.withdraw, desk.person)
    desk.pass_time(24 * 9)
    assert len(desk.sent("reminder", "deadline", "expired")) == 2


def test_without_consent_to_texts_the_reminder_comes_by_email(deps: Deps, clock: FixedClock) -> None:
    desk = Desk(deps, clock, SMS, sms_consent=False)
    desk.run(applications.start, desk.person, application_id=desk.id)
    desk.pass_time(25)
    assert [(kind, channel) for kind, channel, _ in desk.sent()] == [("reminder", "email")]


def test_an_open_request_pauses_reminders_and_the_clock(desk: Desk) -> None:
    request = desk.run(applications.ask_person, desk.person, kind="accommodation", text="Larger type")
    desk.pass_time(24 * 10, step=6)
    assert desk.sent() == []
    assert desk.application.state is r.ApplicationState.INVITED
    with desk.deps.uow.write(SystemActor()) as uow:
        uow.requests.save(replace(uow.requests.get(request.id), state="closed"))
    desk.pass_time(24)
    assert desk.application.due_at is not None and desk.application.due_at > desk.clock.at + timedelta(days=2)
    assert [kind for kind, *_ in desk.sent()] == ["deadline"]


def test_the_kill_switch_stops_reminders_and_turning_it_back_brings_them(desk: Desk) -> None:
    desk.run(policies.switch, off=True)
    desk.pass_time(30)
    assert desk.sent() == []
    desk.run(policies.switch, off=False)
    desk.pass_time(1)
    assert [kind for kind, *_ in desk.sent()] == ["reminder"]
    with desk.deps.uow.read(SystemActor()) as uow:
        noted = uow.events.find(subject_kind="workspace", kind="policy_changed")
    assert [event.data["off"] for event in noted] == [True, False]


def test_a_reminder_moves_out_of_quiet_hours_and_is_not_lost(deps: Deps, clock: FixedClock) -> None:
    clock.at = START + timedelta(hours=8)  # 15:00 in California
    desk = Desk(_with_quiet_hours(deps), clock, time_zone="America/Los_Angeles", phone=None)
    desk.policy(nudges={s: rules.Nudging(after_hours=10, most=1) for s in rules.STAGES}, cooldown_hours=1)
    desk.pass_time(30, step=0.5)
    (_, _, hours), *_ = desk.sent()
    local_hour = (START + timedelta(hours=hours)).astimezone(rules.ZoneInfo("America/Los_Angeles")).hour
    assert local_hour == 9


def _with_quiet_hours(deps: Deps) -> Deps:
    from milo_app import bootstrap

    instance: Instance = replace(deps.instance, quiet_hours=True)
    bootstrap.database(deps)._instance = instance  # pyright: ignore[reportPrivateUsage]
    return replace(deps, instance=instance)


def test_whoever_went_on_meanwhile_does_not_get_what_was_queued(desk: Desk) -> None:
    desk.pass_time(24)
    desk.run(applications.start, desk.person, application_id=desk.id)
    with desk.deps.uow.read(SystemActor()) as uow:
        (reminder,) = uow.messages.find(application_id=desk.id, kind="reminder")
        assert "went on" in reminders.moot(uow, reminder)


def test_more_time_brings_an_expired_one_back_and_tells_them(desk: Desk) -> None:
    desk.pass_time(24 * 8, step=3)
    desk.run(applications.extend, application_id=desk.id, days=5)
    desk.pass_time(1)
    assert desk.application.state is r.ApplicationState.INVITED
    assert [kind for kind, *_ in desk.sent()][-1] == "stage_ready"
    before = len(desk.sent())
    desk.pass_time(24 * 6, step=3)
    assert [kind for kind, *_ in desk.sent()[before:]][-1] == "expired"


def test_by_hand_reminds_once_and_says_why_not(desk: Desk) -> None:
    desk.clock.at += timedelta(hours=13)
    first = desk.run(reminders.nudge, application_ids=[desk.id])
    again = desk.run(reminders.nudge, application_ids=[desk.id])
    assert [one["outcome"] for one in (*first, *again)] == ["sent", "skipped"]
    assert "last 12 hours" in again[0]["reason"]
    desk.run(applications.withdraw, desk.person)
    desk.clock.at += timedelta(hours=30)
    assert "Nothing is left" in desk.run(reminders.nudge, application_ids=[desk.id])[0]["reason"]
    viewer = replace(desk.actor, role=r.Role.VIEWER)
    with pytest.raises(Forbidden):
        desk.run(reminders.nudge, viewer, application_ids=[desk.id])


def test_nobody_reminds_a_stranger(desk: Desk) -> None:
    with desk.deps.uow.write(SystemActor()) as uow:
        elsewhere = builders.create_workspace(uow)
        stranger = builders.create_member(uow, elsewhere)
    actor = MemberActor(workspace_id=elsewhere.id, member_id=stranger.id, role=r.Role.ADMIN)
    with pytest.raises(NotFound):
        desk.run(reminders.nudge, actor, application_ids=[desk.id])


def _finish(desk: Desk) -> None:
    with desk.deps.uow.write(SystemActor()) as uow:
        application = uow.applications.lock(desk.id)
        uow.applications.save(
            replace(application, state=r.ApplicationState.COMPLETED, completed_at=uow.now, look_at=uow.now)
        )


@pytest.mark.parametrize(("notice", "told"), [("own", True), ("all", True), ("none", False)])
def test_a_finished_report_is_told_to_whoever_wants_to_know(desk: Desk, notice: str, told: bool) -> None:
    desk.run(policies.choose_notices, report_ready=notice)
    _finish(desk)
    desk.pass_time(2)
    with desk.deps.uow.read(SystemActor()) as uow:
        found = uow.messages.find(kind="report_ready")
    assert [m.member_id for m in found] == ([desk.member.id] if told else [])


def test_shortlisted_are_offered_a_talk_unless_the_decision_is_taken_back_in_time(desk: Desk) -> None:
    desk.policy(scheduling_url="https://cal.example/nurse")
    _finish(desk)
    desk.pass_time(1)
    desk.run(decisions.decide, application_ids=[desk.id], decision="shortlisted")
    reminders.sweep(desk.deps)
    assert desk.sent("scheduling") == []
    desk.run(decisions.decide, application_ids=[desk.id], decision="none")
    desk.pass_time(2)
    assert desk.sent("scheduling") == []
    desk.run(decisions.decide, application_ids=[desk.id], decision="shortlisted")
    desk.pass_time(2)
    desk.run(decisions.decide, application_ids=[desk.id], decision="shortlisted")
    desk.pass_time(2)
    assert len(desk.sent("scheduling")) == 1
    with desk.deps.uow.read(SystemActor()) as uow:
        (message,) = uow.messages.find(kind="scheduling")
    assert delivery.deliver(desk.deps, message.id) == "sent"
    assert "https://cal.example/nurse" in desk.deps.email.entries()[-1]["links"]  # type: ignore[attr-defined]


def test_a_stopped_candidate_reads_a_message_only_where_the_workspace_sends_one(desk: Desk) -> None:
    def stop() -> None:
        with desk.deps.uow.write(SystemActor()) as uow:
            application = uow.applications.lock(desk.id)
            stopped = replace(
                application,
                state=r.ApplicationState.DISQUALIFIED,
                stopped_by={"stage": "form"},
                look_at=uow.now,
            )
            uow.applications.save(stopped)

    stop()
    desk.pass_time(1)
    assert desk.sent() == []
    desk.policy(stopped=True)
    stop()
    desk.pass_time(1)
    desk.pass_time(1)
    assert [kind for kind, *_ in desk.sent()] == ["stopped"]


def test_only_administrators_change_the_policy(desk: Desk) -> None:
    for role in (r.Role.VIEWER, r.Role.RECRUITER):
        with pytest.raises(Forbidden):
            desk.run(policies.switch, replace(desk.actor, role=role), off=True)
        with pytest.raises(Forbidden):
            desk.run(policies.save, replace(desk.actor, role=role), form={})


def test_whoever_cannot_be_reached_is_not_tried_every_minute(deps: Deps, clock: FixedClock) -> None:
    desk = Desk(deps, clock)
    with deps.uow.write(SystemActor()) as uow:
        uow.candidates.save(replace(uow.candidates.get(desk.candidate.id), email=None, phone=None))
    desk.pass_time(26)
    assert desk.sent() == []
    look_at = desk.application.look_at
    assert look_at is not None and look_at > clock.at + timedelta(hours=20)


def test_a_decision_is_told_late_unless_it_changes_or_the_workspace_tells_none(desk: Desk) -> None:
    _finish(desk)

    def dismissed() -> list[r.Message]:
        with desk.deps.uow.write(desk.actor) as uow:
            (decided,) = decisions.decide(uow, desk.actor, application_ids=[desk.id], decision="dismissed")
            return reminders.tell_decision(uow, decided, text="Thank you, and good luck.")

    (message,) = dismissed()
    assert message.due_at == desk.clock.at + reminders.SECOND_THOUGHTS
    assert delivery.deliver(desk.deps, message.id) == "sent"
    assert "good luck" in desk.deps.email.entries()[-1]["text"]  # type: ignore[attr-defined]
    desk.run(decisions.decide, application_ids=[desk.id], decision="none")
    desk.clock.at += timedelta(hours=1)
    (second,) = dismissed()
    desk.run(decisions.decide, application_ids=[desk.id], decision="none")
    assert delivery.deliver(desk.deps, second.id) == "suppressed"
    desk.policy(decision=False)
    desk.clock.at += timedelta(hours=1)
    assert dismissed() == []


def test_a_roles_own_scheduling_link_wins(deps: Deps, clock: FixedClock) -> None:
    class Role(Desk):
        plan = {"scheduling_url": "https://cal.example/ward-7"}

    desk = Role(deps, clock)
    desk.policy(scheduling_url="https://cal.example/everyone")
    _finish(desk)
    desk.run(decisions.decide, application_ids=[desk.id], decision="shortlisted")
    desk.pass_time(2)
    with deps.uow.read(SystemActor()) as uow:
        (message,) = uow.messages.find(kind="scheduling")
    assert message.variables["scheduling_link"] == "https://cal.example/ward-7"


happenings = st.lists(
    st.one_of(
        st.integers(1, 60).map(lambda hours: ("hours", hours)),
        st.sampled_from(
            ["start", "withdraw", "rejoin", "request", "answered", "extend", "nudge", "off", "on"]
        ).map(lambda name: (name, 0)),
    ),
    max_size=14,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happenings)
@example([("hours", 13), ("off", 0), ("nudge", 0), ("hours", 40), ("on", 0), ("hours", 2), ("nudge", 0)])
@example(
    [("start", 0), ("hours", 30), ("withdraw", 0), ("nudge", 0), ("rejoin", 0), ("hours", 50), ("request", 0)]
)
def test_whatever_happens_nobody_is_pressed(
    deps: Deps, clock: FixedClock, things: list[tuple[str, int]]
) -> None:
    """Between any two messages that were sent unasked lies the cooldown, and nothing is sent to one who has left, has a
    request open, or while everything is off."""
    clock.at = START
    desk = Desk(deps, clock)
    quiet = False
    for name, hours in things:
        before = len(desk.sent("reminder", "deadline"))
        _happen(desk, name, hours)
        quiet = {"off": True, "on": False}.get(name, quiet)
        held = desk.application.state not in reminders._LIVE or quiet  # pyright: ignore[reportPrivateUsage]
        if held and name in ("hours", "nudge") and desk.application.state is not r.ApplicationState.EXPIRED:
            assert len(desk.sent("reminder", "deadline")) == before
    with deps.uow.read(SystemActor()) as uow:
        asked = uow.messages.find(
            application_id=desk.id, kind=["invitation", "reminder", "deadline"], order="created_at"
        )
        assert len({m.dedupe for m in asked}) == len(asked)
    moments = sorted({m.created_at for m in asked if m.state is not r.MessageState.SUPPRESSED})
    for earlier, later in itertools.pairwise(moments):
        assert later - earlier >= timedelta(hours=rules.Policy().cooldown_hours)
    per_place = Counter(
        (m.variables.get("place"), bool(m.variables.get("number"))) for m in asked if m.kind == "reminder"
    )
    assert all(n <= 2 for (_, by_itself), n in per_place.items() if by_itself)


def _happen(desk: Desk, name: str, hours: int) -> None:
    services: dict[str, Callable[[], Any]] = {
        "hours": lambda: desk.pass_time(hours, step=3 if hours > 3 else 1),
        "start": lambda: desk.run(applications.start, desk.person, application_id=desk.id),
        "withdraw": lambda: desk.run(applications.withdraw, desk.person),
        "rejoin": lambda: desk.run(applications.rejoin, application_id=desk.id),
        "request": lambda: desk.run(applications.ask_person, desk.person, kind="no_ai"),
        "answered": lambda: _answer_requests(desk),
        "extend": lambda: desk.run(applications.extend, application_id=desk.id),
        "nudge": lambda: desk.run(reminders.nudge, application_ids=[desk.id]),
        "off": lambda: desk.run(policies.switch, off=True),
        "on": lambda: desk.run(policies.switch, off=False),
    }
    with contextlib.suppress(Conflict, Gone):
        services[name]()


def _answer_requests(desk: Desk) -> None:
    with desk.deps.uow.write(desk.actor) as uow:
        for request in uow.requests.find(application_id=desk.id, state="open"):
            uow.requests.save(replace(request, state="closed"))
