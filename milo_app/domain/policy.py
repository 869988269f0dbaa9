"""How a workspace writes to candidates: when, how often, and about what; and when the next reminder is due.

A policy is kept as JSON in `Workspace.policy`; what is missing there has the default below. `next_contact` is the only
place that decides on a reminder, from facts and a moment given to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from milo_app.domain.errors import Invalid
from milo_app.domain.quiet_hours import known_zones

#: What reminders are counted for: somebody invited who has not begun, and each stage that stands open.
NOT_STARTED = "start"
STAGES = (NOT_STARTED, "resume", "form", "sms", "voice")

#: Hours before the end that a reminder of the deadline may stand at, and how many of them.
_MOST_DEADLINES = 4
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Nudging:
    """Reminders while nothing happens: each *after_hours* after the last sign of life or message, at most *most*."""

    after_hours: int = 24
    most: int = 2


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What a workspace decided. `off` stops every message to candidates, `nudges_off` only reminders.

    Quiet hours are the candidate's (texts and reminders wait for them to pass), business hours the members' own, in
    `time_zone`. `oldest_days`: nobody invited longer ago is reminded. Caps and the cooldown count whatever was sent to a
    candidate unasked; they hold back reminders and messages to many, never what the candidate waits for.
    """

    off: bool = False
    nudges_off: bool = False
    time_zone: str = "UTC"
    quiet_opens: int = 9
    quiet_closes: int = 20
    business_opens: int = 8
    business_closes: int = 18
    business_days: tuple[int, ...] = (0, 1, 2, 3, 4)
    nudges: Mapping[str, Nudging] = field(default_factory=lambda: dict.fromkeys(STAGES, Nudging()))
    deadline_hours: tuple[int, ...] = (72, 24)
    final_notice: bool = True
    completed: bool = True
    stopped: bool = False
    decision: bool = True
    report_ready: bool = True
    scheduling_url: str = ""
    per_day: int = 2
    per_week: int = 5
    cooldown_hours: int = 12
    oldest_days: int = 60
    per_minute: int = 120


#: Whole numbers with the least and the most that makes sense, and their words.
LIMITS: Mapping[str, tuple[int, int, str]] = {
    "quiet_opens": (8, 12, "Texts may begin between 8:00 and 12:00."),
    "quiet_closes": (17, 21, "Texts end between 17:00 and 21:00, by law at 21:00 at the latest."),
    "business_opens": (0, 23, "Give a full hour from 0 to 23."),
    "business_closes": (1, 24, "Give a full hour from 1 to 24."),
    "per_day": (1, 10, "Between 1 and 10 messages a day."),
    "per_week": (1, 30, "Between 1 and 30 messages a week."),
    "cooldown_hours": (1, 168, "Between 1 and 168 hours."),
    "oldest_days": (1, 365, "Between 1 and 365 days."),
    "per_minute": (10, 1000, "Between 10 and 1,000 messages a minute."),
}
SWITCHES = (
    "off", "nudges_off", "final_notice", "completed", "stopped", "decision", "report_ready"
)  # fmt: skip


def of(data: Mapping[str, Any]) -> Policy:
    """The policy kept as *data*. What cannot be read there counts as missing: a message too few beats one too many
    only where a person decided so, and a broken value is nobody's decision."""
    plain = Policy()
    known: dict[str, Any] = {name: bool(data[name]) for name in SWITCHES if name in data}
    hours = data.get("quiet_hours")
    flat = {**data, **({f"quiet_{k}": v for k, v in hours.items()} if isinstance(hours, Mapping) else {})}
    for name, (least, most, _) in LIMITS.items():
        value = flat.get(name)
        if type(value) is int and least <= value <= most:
            known[name] = value
    if known_zones([str(data.get("time_zone", ""))]):
        known["time_zone"] = str(data["time_zone"])
    nudges = data.get("nudges")
    if isinstance(nudges, Mapping):
        known["nudges"] = {**plain.nudges, **_nudges(nudges)}
    for name, good in (("deadline_hours", range(1, 337)), ("business_days", range(7))):
        listed = data.get(name)
        if isinstance(listed, list | tuple):
            known[name] = tuple(
                sorted({n for n in listed if type(n) is int and n in good}, reverse=name[0] == "d")
            )
    if is_link(str(data.get("scheduling_url", ""))):
        known["scheduling_url"] = str(data["scheduling_url"])
    return Policy(**known)


def _nudges(data: Mapping[str, Any]) -> dict[str, Nudging]:
    out: dict[str, Nudging] = {}
    for stage in STAGES:
        one = data.get(stage)
        if isinstance(one, Mapping):
            after, most = one.get("after_hours", 24), one.get("most", 2)
            if type(after) is int and type(most) is int and 1 <= after <= 168 and 0 <= most <= 10:
                out[stage] = Nudging(after_hours=after, most=most)
    return out


def to_data(policy: Policy) -> dict[str, Any]:
    """*policy* as JSON data, the shape of `Workspace.policy`; `of` reads it back."""
    data: dict[str, Any] = {name: getattr(policy, name) for name in SWITCHES}
    data |= {name: getattr(policy, name) for name in LIMITS if not name.startswith("quiet_")}
    return {
        **data,
        "time_zone": policy.time_zone,
        "quiet_hours": {"opens": policy.quiet_opens, "closes": policy.quiet_closes},
        "business_days": list(policy.business_days),
        "nudges": {
            stage: {"after_hours": n.after_hours, "most": n.most} for stage, n in policy.nudges.items()
        },
        "deadline_hours": list(policy.deadline_hours),
        "scheduling_url": policy.scheduling_url,
    }


def from_form(form: Mapping[str, Any]) -> Policy:
    """The policy that a form's fields give (all texts; a switch is on where its field is there).

    Fields: the names of `LIMITS`, `SWITCHES`, `time_zone`, `scheduling_url`, `deadline_hours` ("72, 24"), `day-0` to
    `day-6`, and `after-<stage>` and `most-<stage>` for each of `STAGES`.

    Raises:
        Invalid: with a sentence for each field that does not fit.
    """
    wrong: dict[str, str] = {}
    given: dict[str, Any] = {name: bool(form.get(name)) for name in SWITCHES}
    for name, (least, most, words) in LIMITS.items():
        given[name] = _number(form.get(name), least, most, words, name, wrong)
    zone = str(form.get("time_zone", "")).strip()
    if not known_zones([zone]):
        wrong["time_zone"] = "Choose a time zone like America/New_York."
    url = str(form.get("scheduling_url", "")).strip()
    if url and not is_link(url):
        wrong["scheduling_url"] = "Give a whole address that begins with https://."
    nudges = {
        stage: Nudging(
            after_hours=_number(
                form.get(f"after-{stage}"), 1, 168, "Between 1 and 168 hours.", f"after-{stage}", wrong
            ),
            most=_number(form.get(f"most-{stage}"), 0, 10, "Between 0 and 10.", f"most-{stage}", wrong),
        )
        for stage in STAGES
    }
    deadlines = _hours(str(form.get("deadline_hours", "")), wrong)
    days = tuple(day for day in range(7) if form.get(f"day-{day}"))
    if not days:
        wrong["business_days"] = "Choose at least one day."
    if "business_closes" not in wrong and given["business_opens"] >= given["business_closes"]:
        wrong["business_closes"] = "Business hours end after they begin."
    if "per_week" not in wrong and given["per_week"] < given["per_day"]:
        wrong["per_week"] = "A week allows at least as many as a day."
    if wrong:
        raise Invalid(fields=wrong)
    return Policy(
        **given,
        time_zone=zone,
        scheduling_url=url,
        nudges=nudges,
        deadline_hours=deadlines,
        business_days=days,
    )


def _number(value: Any, least: int, most: int, words: str, name: str, wrong: dict[str, str]) -> int:
    text = str(value if value is not None else "").strip()
    if text.isascii() and text.isdigit() and len(text) <= 6 and least <= int(text) <= most:
        return int(text)
    wrong[name] = words
    return least


def _hours(text: str, wrong: dict[str, str]) -> tuple[int, ...]:
    parts = [part for part in text.replace(",", " ").split() if part]
    fit = len(parts) <= _MOST_DEADLINES and all(
        p.isascii() and p.isdigit() and len(p) <= 3 and 1 <= int(p) <= 336 for p in parts
    )
    if not fit:
        wrong["deadline_hours"] = "Up to four numbers of hours from 1 to 336, such as 72, 24; empty for none."
        return ()
    return tuple(sorted({int(p) for p in parts}, reverse=True))


def is_link(url: str) -> bool:
    """Whether *url* is a whole https address that can be sent to somebody."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and "." in (parts.hostname or "") and not any(c.isspace() for c in url)


# --- What is due ----------------------------------------------------------------------------------------------------


class Act(StrEnum):
    """What to do about an application now."""

    NUDGE = "nudge"
    DEADLINE = "deadline"
    WAIT = "wait"
    NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The facts of an unfinished application that reminders follow from.

    `stage` is one of `STAGES`; `since` when it began to wait there, `active_at` the last sign of life; `ends_at` when
    its time runs out; `nudged` when it was reminded of this stage; `deadlines` the hours already reminded of for this
    end; `contacts` when anything at all was sent unasked, newest last.
    """

    stage: str
    since: datetime
    active_at: datetime
    invited_at: datetime
    ends_at: datetime | None = None
    nudged: Sequence[datetime] = ()
    deadlines: frozenset[int] = frozenset()
    contacts: Sequence[datetime] = ()


@dataclass(frozen=True, kw_only=True)
class Next:
    """What to do: `number` counts reminders of a stage from 1, or names the hours before the deadline; `at` is when to
    look again where there is nothing to do now (None: never)."""

    act: Act
    number: int = 0
    at: datetime | None = None


def next_contact(policy: Policy, standing: Standing, now: datetime) -> Next:
    """What is due *now*, or when to look again. Whatever it says to send keeps every cap and cooldown of *policy*."""
    if policy.off or policy.nudges_off:
        return Next(act=Act.NOTHING)
    due = _due(policy, standing, now)
    if due is None:
        return Next(act=Act.NOTHING)
    at, act, number = due
    if at > now:
        return Next(act=Act.WAIT, at=at)
    free = free_at(policy, standing.contacts, now)
    if free > now:
        return Next(act=Act.WAIT, at=free)
    return Next(act=act, number=number)


def _due(policy: Policy, s: Standing, now: datetime) -> tuple[datetime, Act, int] | None:
    """The earliest reminder not given yet: (when, what, which); a deadline's wins over a nudge at the same time."""
    last = s.invited_at + timedelta(days=policy.oldest_days)
    found: list[tuple[datetime, Act, int]] = []
    nudging = policy.nudges.get(s.stage, Nudging())
    if len(s.nudged) < nudging.most:
        at = max([s.since, s.active_at, *s.nudged, *s.contacts]) + timedelta(hours=nudging.after_hours)
        if at <= last and now <= last:
            found.append((at, Act.NUDGE, len(s.nudged) + 1))
    if s.ends_at is not None and now < s.ends_at:
        found += _deadlines(policy, s, s.ends_at, now)
        # A reminder that would come when it is too late helps nobody.
        found = [one for one in found if one[0] < s.ends_at]
    elif s.ends_at is not None:
        return None
    return min(found, key=lambda one: (max(one[0], now), one[1] is Act.NUDGE), default=None)


def _deadlines(
    policy: Policy, s: Standing, ends_at: datetime, now: datetime
) -> list[tuple[datetime, Act, int]]:
    """The next reminder of the deadline. Of several that are over, only the latest is given; none soon after the
    invitation itself, which names the date too."""
    settled = s.invited_at + timedelta(hours=policy.cooldown_hours)
    open_ = [
        (ends_at - timedelta(hours=hours), hours)
        for hours in sorted(policy.deadline_hours, reverse=True)
        if ends_at - timedelta(hours=hours) >= settled
    ]
    passed = [(at, hours) for at, hours in open_ if at <= now]
    ahead = [(at, hours) for at, hours in open_ if at > now]
    out: list[tuple[datetime, Act, int]] = []
    if passed and not any(done <= passed[-1][1] for done in s.deadlines):
        out.append((passed[-1][0], Act.DEADLINE, passed[-1][1]))
    out += [(at, Act.DEADLINE, hours) for at, hours in ahead[:1] if hours not in s.deadlines]
    return out


def free_at(policy: Policy, contacts: Sequence[datetime], now: datetime) -> datetime:
    """When a person who was written to at *contacts* may next be written to unasked; *now* where at once.

    At most `per_day` within any 24 hours, `per_week` within any seven days, and never within the cooldown.
    """
    moment = now
    sent = sorted(contacts)
    if sent:
        moment = max(moment, sent[-1] + timedelta(hours=policy.cooldown_hours))
    for most, span in ((policy.per_day, _DAY), (policy.per_week, _WEEK)):
        if len(sent) >= most:
            moment = max(moment, sent[-most] + span)
    return moment


def why_not(policy: Policy, contacts: Sequence[datetime], now: datetime) -> str:
    """Why a person may not be written to unasked *now*, in plain words; empty where they may."""
    recent = [at for at in contacts if at > now - timedelta(hours=policy.cooldown_hours)]
    if recent:
        return f"They were written to in the last {_hours_words(policy.cooldown_hours)}."
    if sum(at > now - _DAY for at in contacts) >= policy.per_day:
        return f"They already got {policy.per_day} messages within a day."
    if sum(at > now - _WEEK for at in contacts) >= policy.per_week:
        return f"They already got {policy.per_week} messages within a week."
    return ""


def _hours_words(hours: int) -> str:
    return "hour" if hours == 1 else f"{hours} hours"


def office_opens(policy: Policy, now: datetime) -> datetime:
    """The first moment from *now* on (within a quarter of an hour) within the workspace's business hours."""
    zone = ZoneInfo(policy.time_zone)
    moment = now
    for _ in range(9 * 24 * 4):
        there = moment.astimezone(zone)
        if (
            there.weekday() in policy.business_days
            and policy.business_opens <= there.hour < policy.business_closes
        ):
            return moment
        quarter = moment.replace(second=0, microsecond=0)
        moment = quarter - timedelta(minutes=quarter.minute % 15) + timedelta(minutes=15)
    return now
