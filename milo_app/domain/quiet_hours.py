"""When a person may be written to by text: 09:00 to 20:00 where they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

OPENS, CLOSES = 9, 20
_STEP = timedelta(minutes=15)


def known_zones(names: Iterable[str]) -> list[ZoneInfo]:
    """The time zones among *names* that exist, in order and once each."""
    zones: dict[str, ZoneInfo] = {}
    for name in names:
        try:
            zones[name] = ZoneInfo(name)
        except (ValueError, OSError, KeyError):  # empty, a path, or unknown
            continue
    return list(zones.values())


def next_allowed(
    now: datetime, zones: Sequence[ZoneInfo], *, opens: int = OPENS, closes: int = CLOSES
) -> datetime:
    """The first moment from *now* on (within a quarter of an hour) that lies between *opens* and *closes* in all zones.

    Where the zones leave no common window (people half a world apart), the first zone alone decides.
    """
    for places in (zones or [ZoneInfo("UTC")], zones[:1]):
        moment = now
        for _ in range(2 * 24 * 4):
            if all(opens <= moment.astimezone(zone).hour < closes for zone in places):
                return moment
            quarter = moment.astimezone(UTC).replace(second=0, microsecond=0)
            moment = quarter - timedelta(minutes=quarter.minute % 15) + _STEP
    return now
