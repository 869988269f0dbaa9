"""A policy survives being kept, refuses what makes no sense, and never lets a person be written to too often."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milo_app.domain import policy as policies
from milo_app.domain.errors import Invalid
from milo_app.domain.policy import Act, Nudging, Policy, Standing

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)

policy_values = st.builds(
    Policy,
    off=st.booleans(),
    time_zone=st.sampled_from(["UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]),
    quiet_opens=st.integers(8, 12),
    quiet_closes=st.integers(17, 21),
    business_opens=st.integers(0, 12),
    business_closes=st.integers(13, 24),
    business_days=st.sets(st.integers(0, 6), min_size=1).map(lambda s: tuple(sorted(s))),
    nudges=st.fixed_dictionaries(
        {
            stage: st.builds(Nudging, after_hours=st.integers(1, 168), most=st.integers(0, 10))
            for stage in policies.STAGES
        }
    ),
    deadline_hours=st.sets(st.integers(1, 336), max_size=4).map(lambda s: tuple(sorted(s, reverse=True))),
    per_day=st.integers(1, 10),
    per_week=st.integers(1, 30),
    cooldown_hours=st.integers(1, 168),
    oldest_days=st.integers(1, 365),
    scheduling_url=st.sampled_from(["", "https://cal.example/meet"]),
)


def as_form(policy: Policy) -> dict[str, str]:
    form = {name: str(getattr(policy, name)) for name in policies.LIMITS}
    form |= {name: "on" for name in policies.SWITCHES if getattr(policy, name)}
    form |= {f"day-{day}": "on" for day in policy.business_days}
    for stage, nudging in policy.nudges.items():
        form |= {f"after-{stage}": str(nudging.after_hours), f"most-{stage}": str(nudging.most)}
    return {
        **form,
        "time_zone": policy.time_zone,
        "scheduling_url": policy.scheduling_url,
        "deadline_hours": ", ".join(map(str, policy.deadline_hours)),
    }


@given(policy_values)
def test_a_policy_is_read_back_as_it_was_kept(policy: Policy) -> None:
    assert policies.of(policies.to_data(policy)) == policy


@given(policy_values)
def test_a_form_gives_the_policy_it_shows(policy: Policy) -> None:
    if policy.per_week >= policy.per_day:
        assert policies.from_form(as_form(policy)) == policy


@given(st.dictionaries(st.sampled_from([*policies.LIMITS, *policies.SWITCHES, "nudges", "quiet_hours",
       "deadline_hours", "business_days", "time_zone", "scheduling_url"]),
       st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers()) | st.dictionaries(st.text(), st.integers())))  # fmt: skip
def test_whatever_is_kept_reads_as_a_policy_within_its_limits(data: dict) -> None:
    policy = policies.of(data)
    assert all(least <= getattr(policy, n) <= most for n, (least, most, _) in policies.LIMITS.items())
    assert policies.of(policies.to_data(policy)) == policy


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("quiet_opens", "7"),
        ("quiet_closes", "22"),
        ("time_zone", "Mars/Olympus"),
        ("scheduling_url", "javascript:alert(1)"),
        ("scheduling_url", "http://cal.example"),
        ("deadline_hours", "soon"),
        ("deadline_hours", "1 2 3 4 5"),
        ("most-sms", "11"),
        ("after-form", ""),
        ("per_week", "1"),
        ("business_closes", "8"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_field(field: str, value: str) -> None:
    with pytest.raises(Invalid) as refused:
        policies.from_form({**as_form(Policy()), field: value})
    assert list(refused.value.fields) == [field]


def live_through(
    policy: Policy, days: int, ends_in: int | None, step: int = 1
) -> list[tuple[datetime, Act, int]]:
    """What is sent to somebody who never reacts, looked at when it says so and every *step* hours."""
    standing = Standing(
        stage="start",
        since=NOW,
        active_at=NOW,
        invited_at=NOW,
        ends_at=NOW + timedelta(days=ends_in) if ends_in else None,
        contacts=(NOW,),
    )
    sent: list[tuple[datetime, Act, int]] = []
    now = NOW
    while now <= NOW + timedelta(days=days):
        found = policies.next_contact(policy, standing, now)
        if found.act in (Act.NUDGE, Act.DEADLINE):
            sent.append((now, found.act, found.number))
            standing = replace(
                standing,
                contacts=(*standing.contacts, now),
                nudged=(*standing.nudged, now) if found.act is Act.NUDGE else standing.nudged,
                deadlines=standing.deadlines | {found.number}
                if found.act is Act.DEADLINE
                else standing.deadlines,
            )
        if found.act is Act.WAIT:
            assert found.at is not None and found.at > now
        now += timedelta(hours=step)
    return sent


@given(policy_values, st.integers(1, 20) | st.none())
def test_nobody_is_reminded_more_often_than_the_policy_says(policy: Policy, ends_in: int | None) -> None:
    sent = live_through(policy, 25, ends_in, step=3)
    times = [NOW, *[at for at, _, _ in sent]]
    nudges = [n for _, act, n in sent if act is Act.NUDGE]
    deadlines = [n for _, act, n in sent if act is Act.DEADLINE]
    assert nudges == list(range(1, len(nudges) + 1)) and len(nudges) <= policy.nudges["start"].most
    assert len(set(deadlines)) == len(deadlines) and deadlines == sorted(deadlines, reverse=True)
    assert all(b - a >= timedelta(hours=policy.cooldown_hours) for a, b in itertools.pairwise(times))
    for at in times:
        assert sum(at <= other < at + timedelta(days=1) for other in times) <= policy.per_day
        assert sum(at <= other < at + timedelta(days=7) for other in times) <= policy.per_week
    if ends_in:
        assert all(at < NOW + timedelta(days=ends_in) for at, _, _ in sent)
    if policy.off:
        assert sent == []


def test_by_default_two_reminders_and_two_of_the_deadline() -> None:
    sent = [((at - NOW) / timedelta(hours=1), str(act), n) for at, act, n in live_through(Policy(), 8, 7)]
    assert sent == [(24, "nudge", 1), (48, "nudge", 2), (96, "deadline", 72), (144, "deadline", 24)]


def test_one_who_was_away_for_long_gets_only_the_latest_reminder_of_the_deadline() -> None:
    standing = Standing(
        stage="form",
        since=NOW,
        active_at=NOW,
        invited_at=NOW - timedelta(days=9),
        ends_at=NOW + timedelta(hours=5),
    )
    found = policies.next_contact(Policy(), standing, NOW)
    assert (found.act, found.number) == (Act.DEADLINE, 24)
    given_ = replace(standing, deadlines=frozenset({24}))
    assert policies.next_contact(Policy(), given_, NOW).act is not Act.DEADLINE


def test_a_sign_of_life_moves_the_reminder() -> None:
    standing = Standing(
        stage="form", since=NOW - timedelta(days=2), active_at=NOW - timedelta(hours=1), invited_at=NOW
    )
    assert policies.next_contact(Policy(deadline_hours=()), standing, NOW).at == NOW + timedelta(hours=23)


@given(policy_values, st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)))
def test_members_are_written_to_in_business_hours(policy: Policy, moment: datetime) -> None:
    now = moment.replace(tzinfo=UTC)
    at = policies.office_opens(policy, now)
    there = at.astimezone(ZoneInfo(policy.time_zone))
    assert at >= now and there.weekday() in policy.business_days
    assert policy.business_opens <= there.hour < policy.business_closes


@given(policy_values, st.lists(st.integers(0, 14 * 24), max_size=12))
def test_the_reason_and_the_time_agree(policy: Policy, ago: list[int]) -> None:
    contacts = [NOW - timedelta(hours=h) for h in ago]
    free = policies.free_at(policy, contacts, NOW)
    assert bool(policies.why_not(policy, contacts, NOW)) == (free > NOW)
    assert policies.why_not(policy, contacts, free) == ""
