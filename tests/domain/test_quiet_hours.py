"""Nobody's phone rings at night, on either night of a clock change, wherever they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milo_app.domain.quiet_hours import known_zones, next_allowed

QUARTER = timedelta(minutes=15)

#: With the nights of 2026 on which their clocks change; some by half an hour, some at midnight, some never.
ZONES = {
    "America/New_York": ("2026-03-08", "2026-11-01"),
    "America/St_Johns": ("2026-03-08", "2026-11-01"),
    "America/Santiago": ("2026-09-06", "2026-04-05"),
    "America/Phoenix": (),
    "Europe/London": ("2026-03-29", "2026-10-25"),
    "Africa/Cairo": ("2026-04-24", "2026-10-29"),
    "Asia/Kolkata": (),
    "Asia/Kathmandu": (),
    "Australia/Adelaide": ("2026-10-04", "2026-04-05"),
    "Australia/Lord_Howe": ("2026-10-04", "2026-04-05"),
    "Pacific/Chatham": ("2026-09-27", "2026-04-05"),
    "Antarctica/Troll": ("2026-03-29", "2026-10-25"),
}
_names = st.lists(st.sampled_from(list(ZONES)), min_size=1, max_size=3, unique=True)


@st.composite
def _moments(draw: st.DrawFn) -> tuple[list[ZoneInfo], datetime]:
    """Zones, and a moment that is often near one of their clock changes."""
    names = draw(_names)
    nights = [night for name in names for night in ZONES[name]] or ["2026-06-15"]
    near = datetime.fromisoformat(draw(st.sampled_from(nights))).replace(tzinfo=UTC)
    away = draw(st.one_of(st.integers(-2 * 86_400, 2 * 86_400), st.integers(-180 * 86_400, 180 * 86_400)))
    return [ZoneInfo(name) for name in names], near + timedelta(seconds=away)


def awake(moment: datetime, zones: list[ZoneInfo], opens: int = 9, closes: int = 20) -> bool:
    return all(opens <= moment.astimezone(zone).hour < closes for zone in zones)


@given(_moments())
def test_the_first_quarter_hour_awake_in_every_zone(case: tuple[list[ZoneInfo], datetime]) -> None:
    zones, now = case
    then = next_allowed(now, zones)
    assert then >= now
    quarters = [now, *(_floor(now) + n * QUARTER for n in range(1, 4 * 48))]
    common = [at for at in quarters if awake(at, zones)]
    # Half a world apart there is no hour that suits both: then it is the stated place that counts.
    assert then == (common or [at for at in quarters if awake(at, zones[:1])])[0]


@given(_moments(), st.integers(0, 12), st.integers(1, 11))
def test_any_hours(case: tuple[list[ZoneInfo], datetime], opens: int, long: int) -> None:
    zones, now = case
    then = next_allowed(now, zones[:1], opens=opens, closes=opens + long)
    assert awake(then, zones[:1], opens, opens + long)
    assert now <= then < now + timedelta(hours=51)  # an hour may be left out by a clock change


def _floor(moment: datetime) -> datetime:
    return moment.replace(minute=moment.minute - moment.minute % 15, second=0, microsecond=0)


@pytest.mark.parametrize(
    ("zone", "evening", "morning"),
    [
        ("America/New_York", "2026-03-08T01:30:00-05:00", "2026-03-08T09:00:00-04:00"),
        ("America/New_York", "2026-11-01T01:30:00-04:00", "2026-11-01T09:00:00-05:00"),
        ("Europe/London", "2026-03-28T23:10:00+00:00", "2026-03-29T09:00:00+01:00"),
        ("Europe/London", "2026-10-24T20:00:00+01:00", "2026-10-25T09:00:00+00:00"),
        ("Australia/Lord_Howe", "2026-10-03T23:59:00+10:30", "2026-10-04T09:00:00+11:00"),
        ("Australia/Lord_Howe", "2026-04-04T23:59:00+11:00", "2026-04-05T09:00:00+10:30"),
        ("Asia/Kathmandu", "2026-06-01T20:00:00+05:45", "2026-06-02T09:00:00+05:45"),
    ],
)
def test_both_nights_of_a_clock_change(zone: str, evening: str, morning: str) -> None:
    found = next_allowed(datetime.fromisoformat(evening), [ZoneInfo(zone)])
    assert found == datetime.fromisoformat(morning)


def test_where_place_and_number_disagree_only_the_overlap_counts() -> None:
    """A New York number in Los Angeles: from 12:00 to 20:00 in New York."""
    zones = known_zones(["America/Los_Angeles", "America/New_York", "Nowhere/Land", ""])
    assert len(zones) == 2
    early = datetime(2026, 6, 1, 13, tzinfo=UTC)  # nine in New York
    assert next_allowed(early, zones) == datetime(2026, 6, 1, 16, tzinfo=UTC)
    late = datetime(2026, 6, 2, 0, 30, tzinfo=UTC)  # half past eight in New York
    assert next_allowed(late, zones) == datetime(2026, 6, 2, 16, tzinfo=UTC)


def test_without_a_zone_it_is_utc() -> None:
    assert next_allowed(datetime(2026, 6, 1, 3, tzinfo=UTC), []).hour == 9
