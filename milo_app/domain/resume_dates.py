"""Dates in resumes: finding "Jan 2019 – Present" in English and Spanish, and adding up time without counting twice."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan enero ene",
            "february feb febrero",
            "march mar marzo",
            "april apr abril abr",
            "may mayo",
            "june jun junio",
            "july jul julio",
            "august aug agosto ago",
            "september sept sep septiembre setiembre set",
            "october oct octubre",
            "november nov noviembre",
            "december dec diciembre dic",
        ),
        start=1,
    )
    for name in names.split()
}

_NAME = "|".join(sorted(_MONTHS, key=len, reverse=True))
_YEAR = r"(?:19[5-9]\d|20\d\d)"
_OPEN_END = (
    r"present|presente|current(?:ly)?|now|today|to\s+date|ongoing"
    r"|actual(?:idad|mente)?|la\s+actualidad|la\s+fecha|el\s+presente|hoy"
)


def _date(tag: str) -> str:
    """A pattern for one date: a full day, month and year in words or digits, or a bare year."""
    return (
        rf"(?:(?P<iso{tag}>{_YEAR})[-/.](?P<isom{tag}>0[1-9]|1[0-2])(?:[-/.][0-3]\d)?(?!\d)"
        rf"|(?P<a{tag}>[0-3]?\d)(?P<sep{tag}>[/.])(?P<b{tag}>[0-3]?\d)[/.](?P<dayy{tag}>{_YEAR})"
        rf"|(?P<num{tag}>0?[1-9]|1[0-2])\s?[/.-]\s?(?P<numy{tag}>{_YEAR})"
        rf"|(?:[0-3]?\d(?:st|nd|rd|th)?\s+(?:de\s+)?)?(?P<name{tag}>{_NAME})\.?,?\s+(?:[0-3]?\d,\s+)?"
        rf"(?:de(?:l)?\s+)?(?:(?P<namey{tag}>{_YEAR})|['’](?P<short{tag}>\d\d))"
        rf"|(?P<year{tag}>{_YEAR}))"
    )


_DASH = r"[-–—−‒~]+"
_RANGE = re.compile(
    rf"(?<![\w/.-])(?:from\s+|desde\s+(?:el\s+)?|de\s+)?{_date('1')}\s*"
    rf"(?:{_DASH}|\bto\b|\buntil\b|\bthrough\b|\btill?\b|\bhasta\b|\bal?\b|\by\b)\s*(?:la\s+|el\s+|hasta\s+)?"
    rf"(?:(?P<now>{_OPEN_END})\b|{_date('2')}(?![\w/])|(?P<short>\d\d)(?![\w/.]))",
    re.IGNORECASE,
)
_SINCE = re.compile(rf"(?<!\w)(?:since|desde(?:\s+el)?)\s+{_date('1')}(?![\w/])", re.IGNORECASE)
_ONE = re.compile(rf"(?<![\w/.]){_date('1')}(?![\w/])", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Span:
    """A stretch of time in a text. Months count from year 0: `start` is the first, `end` the one after the last.

    `at` and `to` are the characters that say so. `open` means "until now". `rough`: only years were given, so the
    stretch may be up to a year longer or shorter than it looks.
    """

    start: int
    end: int
    at: int
    to: int
    open: bool = False
    rough: bool = False

    @property
    def months(self) -> int:
        return max(0, self.end - self.start)


def month_index(now: datetime) -> int:
    """The month of *now*, counted from year 0."""
    return now.year * 12 + now.month - 1


def spans(text: str, now: datetime) -> list[Span]:
    """Every stretch of time that *text* names, in order. One that begins after *now* or ends before it began is
    left out; an end in the future counts until *now*."""
    found: list[Span] = []
    limit = month_index(now) + 1
    for match in _RANGE.finditer(text):
        span = _from_range(match, limit)
        if span is not None and span.start < limit and span.end > span.start:
            found.append(span)
    taken = [(s.at, s.to) for s in found]
    for match in _SINCE.finditer(text):
        if any(a < match.end() and match.start() < b for a, b in taken):
            continue
        first = _point(match, "1")
        if first is not None and first[0] < limit:
            index, exact = first
            start = index if exact else index + 6
            found.append(
                Span(
                    start=min(start, limit - 1),
                    end=limit,
                    at=match.start(),
                    to=match.end(),
                    open=True,
                    rough=not exact,
                )
            )
    return sorted(found, key=lambda s: s.at)


def last_month(text: str) -> int | None:
    """The last month that the first date in *text* can mean (a bare year means its December), or None."""
    match = _ONE.search(text)
    point = _point(match, "1") if match else None
    if point is None:
        return None
    return point[0] if point[1] else point[0] + 11


def total_months(pieces: Iterable[Span]) -> int:
    """Months covered by at least one of *pieces*; time that two of them share counts once."""
    total, reached = 0, -1
    for piece in sorted(pieces, key=lambda s: s.start):
        start = max(piece.start, reached)
        if piece.end > start:
            total += piece.end - start
            reached = piece.end
    return total


def show_month(index: int) -> str:
    """A month as `YYYY-MM`."""
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def _from_range(match: re.Match[str], limit: int) -> Span | None:
    first = _point(match, "1")
    if first is None:
        return None
    start, start_exact = first
    is_open = match["now"] is not None
    end_exact = True
    if is_open:
        end = limit
    elif match["short"] is not None:
        year = start // 12 // 100 * 100 + int(match["short"])
        end, end_exact = year * 12, False
    else:
        last = _point(match, "2")
        if last is None:
            return None
        end, end_exact = last
        end += 1 if end_exact else 0
    # A bare year stands for its middle, so that "2019 – 2021" is two years whichever months were meant.
    start += 0 if start_exact else 6
    if not end_exact:
        end += 6
        if end <= start <= end + 5:
            end = start + 1
    return Span(
        start=min(start, limit - 1) if start - 6 < limit and not start_exact else start,
        end=min(end, limit),
        at=match.start(),
        to=match.end(),
        open=is_open,
        rough=not (start_exact and end_exact),
    )


def _point(match: re.Match[str], tag: str) -> tuple[int, bool] | None:
    """(month index, whether the month is given) of one date in *match*."""
    part = match.groupdict()
    if part[f"iso{tag}"]:
        return int(part[f"iso{tag}"]) * 12 + int(part[f"isom{tag}"]) - 1, True
    if part[f"dayy{tag}"]:
        a, b, year = int(part[f"a{tag}"]), int(part[f"b{tag}"]), int(part[f"dayy{tag}"])
        # 05/14/2019 is American; 14.05.2019 is day first, and so is the other end of a range with 14/05/2019.
        day_first = part[f"sep{tag}"] == "." or a > 12 or (tag == "2" and int(part.get("a1") or 0) > 12)
        month = b if day_first else a
        return (year * 12 + month - 1, True) if 1 <= month <= 12 else None
    if part[f"numy{tag}"]:
        return int(part[f"numy{tag}"]) * 12 + int(part[f"num{tag}"]) - 1, True
    if part[f"name{tag}"]:
        short = part[f"short{tag}"]
        year = int(part[f"namey{tag}"] or 0) or _century(int(short))
        return year * 12 + _MONTHS[part[f"name{tag}"].lower()] - 1, True
    return int(part[f"year{tag}"]) * 12, False


def _century(two: int) -> int:
    return 1900 + two if two >= 50 else 2000 + two
