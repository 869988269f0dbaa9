"""A resume read from its text: who it is, where they worked and when, what they can do.

Everything here is a guess that is shown back for correction. Nothing is invented: each value stands in the text, and
offsets are characters of the very text that was given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from milo_app.domain import resume_dates as dates
from milo_app.domain.resume_words import (
    DEGREE_WORDS,
    HEADINGS,
    NAME_STOPS,
    ORGANISATION_WORDS,
    STATES,
    TITLE_WORDS,
    fold,
)

#: How much of a text is looked at, in characters; far more than 30 dense pages.
LIMIT = 200_000


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line that says something: where it stands, and the section it belongs to ("" above the first heading)."""

    text: str
    start: int
    end: int
    section: str = ""
    heading: bool = False
    bullet: bool = False


@dataclass(frozen=True, kw_only=True)
class WorkEntry:
    """One job. `since` and `until` are `YYYY-MM` (`until` may be `present`); `start`–`body_end` is where it stands in
    the text, its head reaching to `head_end`. `pieces` are the stretches of time it covers."""

    title: str
    employer: str
    since: str
    until: str
    months: int
    start: int = 0
    head_end: int = 0
    body_end: int = 0
    pieces: tuple[dates.Span, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What was read. `years` is time in work, overlaps counted once, rounded to a tenth."""

    name: str = ""
    email: str = ""
    phone: str = ""
    location: str = ""
    work: tuple[WorkEntry, ...] = ()
    skills: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    years: float = 0.0
    lines: tuple[Line, ...] = field(default=(), repr=False)


def read_profile(text: str, *, now: datetime) -> Profile:
    """Read a resume's text. Never raises: what is not found is empty."""
    lines = tuple(lines_of(text))
    work = tuple(_work(lines, now))
    months = dates.total_months(piece for entry in work for piece in entry.pieces)
    top = [line for line in lines if not line.heading][:15]
    return Profile(
        name=_name(top),
        email=_email(lines),
        phone=_phone(lines),
        location=_location(top),
        work=work,
        skills=_skills(lines),
        sections=tuple(dict.fromkeys(line.section for line in lines if line.section)),
        years=round(months / 12, 1),
        lines=lines,
    )


def profile_data(profile: Profile) -> dict[str, Any]:
    """The profile as JSON, in the shape that the candidate corrects:
    `{name, email, phone, location, work: [{title, employer, from, to, months}], skills, years}`."""
    return {
        "name": profile.name,
        "email": profile.email,
        "phone": profile.phone,
        "location": profile.location,
        "work": [
            {"title": w.title, "employer": w.employer, "from": w.since, "to": w.until, "months": w.months}
            for w in profile.work
        ],
        "skills": list(profile.skills),
        "years": profile.years,
    }


def lines_of(text: str) -> Iterator[Line]:
    """The lines of *text* that say something, in order; page numbers and running page heads are left out."""
    section, seen = "", set[str]()
    position = 0
    for raw in re.split(r"(?<=[\n\f\v\r\u2028\u2029])", text[:LIMIT]):
        start, position = position, position + len(raw)
        stripped = raw.strip()
        if not stripped or _PAGE_NUMBER.fullmatch(stripped) or not any(c.isalnum() for c in stripped):
            continue
        if _PAGE_MARK.search(stripped):
            head = _PAGE_MARK.sub("", stripped).strip(" |·-–—\t")
            if fold(head) in seen or not head:
                continue
        start += len(raw) - len(raw.lstrip())
        seen.add(fold(stripped))
        heading = _heading(stripped)
        section = heading or section
        # "Skills: telemetry, Epic": a section of one line, which leaves the one around it as it is.
        label, colon, rest = stripped.partition(":")
        within = _heading(label) if colon and rest.strip() and not heading else ""
        yield Line(
            text=stripped,
            start=start,
            end=start + len(stripped),
            section=within or section,
            heading=bool(heading),
            bullet=bool(_BULLET.match(stripped)),
        )


_PAGE_NUMBER = re.compile(
    r"(?:page|página|pagina|pág\.?|p\.)?\s*[-–—]?\s*\d{1,3}\s*(?:(?:of|de|/)\s*\d{1,3})?\s*[-–—]?",
    re.IGNORECASE,
)
_PAGE_MARK = re.compile(
    r"(?<!\w)(?:page|página|pagina|pág\.)\s*\d{1,3}(?:\s*(?:of|de|/)\s*\d{1,3})?(?!\w)", re.IGNORECASE
)
_BULLET = re.compile(r"^(?:[•●▪◦‣∙·*○■□➤►❖✓✔\uf0b7o-]\s+|[–—]\s+|\d{1,2}[.)]\s+)")


def _heading(line: str) -> str:
    """The section that *line* opens, or ""."""
    words = re.sub(r"[^\w\s&/]", " ", fold(line))
    words = " ".join(words.replace("&", " ").replace("/", " ").split())
    if not words or len(words) > 45 or any(c.isdigit() for c in words):
        return ""
    if words in HEADINGS:
        return HEADINGS[words]
    shouted = line.isupper() or line.rstrip().endswith(":")
    kept = [
        w
        for w in words.split()
        if w not in ("and", "y", "of", "de", "my", "mi", "the", "e", "professional", "relevant")
    ]
    if shouted and len(kept) <= 4:
        return next((HEADINGS[w] for w in (" ".join(kept), *kept) if w in HEADINGS), "")
    return ""


# --- Contact ---------------------------------------------------------------------------------------------------------

_EMAIL = re.compile(r"[\w.+%'-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24}")
_PHONE = re.compile(r"(?<![\w.])\+?\(?\d[\d\s().\-–/]{7,22}\d(?!\w)")
_NOT_PHONE = re.compile(r"licen[sc]|lic\.|no\.|npi|ssn|certificat|zip|#", re.IGNORECASE)
_LABEL = re.compile(r"(?:full\s+)?name\s*:|nombre(?:\s+completo)?\s*:", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_][\w'’.\-]*")
_PLACE_STATE = re.compile(
    r"(?<![\w])([A-ZÁÉÍÓÚÑ][\w.'’-]+(?: (?:(?:de|del|la) ){0,2}[A-ZÁÉÍÓÚÑ][\w.'’-]+){0,3}),\s*([A-Z]{2}|[A-ZÁÉÍÓÚÑ][a-záéíóúñ]+(?: [A-Z][a-z]+)?)(?:,?\s+\d{5}(?:-\d{4})?)?(?!\w)"
)
_COUNTRIES = frozenset(
    "méxico mexico españa spain colombia argentina perú peru chile venezuela ecuador guatemala cuba honduras canada"
    " usa philippines india ireland panamá panama bolivia uruguay paraguay nicaragua".split()
)


def _email(lines: Sequence[Line]) -> str:
    for line in lines:
        if line.section == "references":
            continue
        match = _EMAIL.search(line.text)
        if match:
            return match[0].strip(".'")
    return ""


def _phone(lines: Sequence[Line]) -> str:
    for line in lines[:60]:
        if line.section == "references":
            continue
        for match in _PHONE.finditer(line.text):
            digits = re.sub(r"\D", "", match[0])
            before = line.text[max(0, match.start() - 16) : match.start()]
            years = re.fullmatch(r"(?:19|20)\d\d\D+(?:19|20)\d\d", match[0].strip())
            dated = re.fullmatch(r"\d{1,2}/\d{4}\s*[-–]\s*\d{1,2}/\d{4}", match[0].strip())
            if 10 <= len(digits) <= 15 and not years and not dated and not _NOT_PHONE.search(before):
                return match[0].strip()
    return ""


def _name(top: Sequence[Line]) -> str:
    """The first line near the top that can only be a person's name; credentials after a comma are cut off."""
    for line in top[:12]:
        labelled = _LABEL.match(line.text)
        if labelled:
            return _tidy_name(line.text[labelled.end() :].strip())
    for line in top[:6]:
        if line.section and line.section != "summary":
            break
        found = _tidy_name(re.split(r"\s{3,}|\t|\s[|•·–—]\s|[|•]", line.text)[0])
        if found:
            return found
    return ""


def _tidy_name(text: str) -> str:
    first = re.split(r",|\(", text)[0].strip(" .-–—")
    words = first.split()
    while (
        len(words) > 2
        and re.fullmatch(r"(?:[A-Z]\.?){2,6}|[A-Z]{2,4}-[A-Z]{1,3}", words[-1])
        and not first.isupper()
    ):
        words.pop()
    while len(words) > 2 and fold(words[-1]).replace(".", "") in NAME_STOPS:
        words.pop()
    if not 2 <= len(words) <= 6 or not all(_WORD.fullmatch(w) for w in words):
        return ""
    folded = {fold(w).strip(".") for w in words}
    if folded & NAME_STOPS or folded & TITLE_WORDS or folded & ORGANISATION_WORDS:
        return ""
    if not all(w[0].isupper() or fold(w) in _PARTICLES for w in words):
        return ""
    return " ".join(w.capitalize() if w.isupper() and len(w) > 2 else w for w in words)


_PARTICLES = frozenset("de del la las los da dos van von der di y bin al el".split())


def _location(top: Sequence[Line]) -> str:
    for line in top[:10]:
        if line.section not in ("", "summary", "contact"):
            break
        for match in _PLACE_STATE.finditer(line.text):
            if match[2] in STATES or fold(match[2]) in _FOLDED_PLACES:
                return match[0]
    return ""


_FOLDED_PLACES = frozenset(fold(place) for place in _COUNTRIES) | frozenset(
    fold(name) for name in STATES.values()
)


# --- Skills ----------------------------------------------------------------------------------------------------------


def _skills(lines: Sequence[Line]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for line in lines:
        if line.section != "skills" or line.heading:
            continue
        text = _BULLET.sub("", line.text, count=1)
        label, colon, rest = text.partition(":")
        if colon and len(label) < 30:
            text = rest
        for piece in re.split(r"[,;|•·●▪\t]|\s{3,}|\s/\s", text):
            skill = piece.strip(" .-–—")
            if 2 <= len(skill) <= 60 and len(skill.split()) <= 7:
                found.setdefault(fold(skill), skill)
    return tuple(list(found.values())[:40])


# --- Work ------------------------------------------------------------------------------------------------------------

_SEPARATORS = re.compile(
    r"\s*(?:\t|\s{2,}|\s[|•·–—-]\s|[|•·]|,\s|\s@\s|\bat\b\s|\ben\b\s(?=[A-ZÁÉÍÓÚÑ]))\s*|\s*[()]\s*"
)


def _work(lines: Sequence[Line], now: datetime) -> Iterator[WorkEntry]:
    headed = any(line.section == "experience" for line in lines)
    anchors: list[tuple[int, list[dates.Span]]] = []
    for i, line in enumerate(lines):
        if line.heading or (line.section != "experience" if headed else _schooling(lines, i)):
            continue
        found = dates.spans(line.text, now)
        if found and (not line.bullet or len(line.text) < 90):
            anchors.append((i, found))
    for n, (i, found) in enumerate(anchors):
        floor = anchors[n - 1][0] if n else -1
        stop = anchors[n + 1][0] if n + 1 < len(anchors) else len(lines)
        first = _head_start(lines, i, floor)
        last = _head_end(lines, i, found, first, stop)
        end = stop
        if stop < len(lines):
            end = _head_start(lines, stop, last)
        body = [
            line for line in lines[last + 1 : end] if line.section == lines[i].section and not line.heading
        ]
        title, employer = _title_and_employer(lines[first : last + 1], lines[i], found)
        begin, until = min(s.start for s in found), max(s.end for s in found)
        yield WorkEntry(
            title=title,
            employer=employer,
            since=dates.show_month(begin),
            until="present" if any(s.open for s in found) else dates.show_month(until - 1),
            months=dates.total_months(found),
            start=lines[first].start,
            head_end=lines[last].end,
            body_end=body[-1].end if body else lines[last].end,
            pieces=tuple(found),
        )


def _schooling(lines: Sequence[Line], i: int) -> bool:
    """Whether a dated line of a resume without headings is about school, a certificate or a reference, not work."""
    if lines[i].section not in ("", "summary", "contact"):
        return True
    near = " ".join(line.text for line in lines[max(0, i - 1) : i + 2])
    words = set(re.findall(r"\w+", fold(lines[i].text)))
    return bool(words & DEGREE_WORDS) or (
        bool(set(re.findall(r"\w+", fold(near))) & DEGREE_WORDS) and not words & (TITLE_WORDS - {"student"})
    )


def _head_start(lines: Sequence[Line], i: int, floor: int) -> int:
    """The first line of the job whose dates stand in line *i*: up to two short lines above belong to its head."""
    if _says_much(lines[i]):
        return i
    first = i
    while first - 1 > floor and i - first < 2:
        above = lines[first - 1]
        prose = above.text.endswith((".", ";", ",")) or len(above.text) > 90 or above.text[:1].islower()
        if above.heading or above.bullet or prose or above.section != lines[i].section:
            break
        first -= 1
    return first


def _says_much(line: Line) -> bool:
    """Whether the dated line itself names both what was done and where."""
    words = set(re.findall(r"\w+", fold(line.text)))
    return bool(words & TITLE_WORDS) and (
        bool(words & ORGANISATION_WORDS) or len(_SEPARATORS.split(line.text)) > 2
    )


def _head_end(lines: Sequence[Line], i: int, found: Sequence[dates.Span], first: int, stop: int) -> int:
    """The last line of the head: one short line below the dates belongs to it where title or place is still missing."""
    rest = _without_dates(lines[i].text, found)
    if first < i and any(c.isalpha() for c in rest):
        return i
    if first == i and _says_much(lines[i]):
        return i
    if i + 1 < stop and i + 1 < len(lines):
        below = lines[i + 1]
        plain = not (below.heading or below.bullet or below.text.endswith((".", ";")) or len(below.text) > 80)
        if plain and below.section == lines[i].section and (first == i or not rest) and i - first < 2:
            return i + 1
    return i


def _without_dates(text: str, found: Sequence[dates.Span]) -> str:
    for span in sorted(found, key=lambda s: s.at, reverse=True):
        text = text[: span.at] + "\t" + text[span.to :]
    return text.strip(" \t|,·•–—-()")


def _title_and_employer(head: Sequence[Line], dated: Line, found: Sequence[dates.Span]) -> tuple[str, str]:
    parts: list[str] = []
    for line in head:
        text = _without_dates(line.text, found) if line is dated else line.text
        for piece in _SEPARATORS.split(_BULLET.sub("", text, count=1)):
            piece = piece.strip(" .,:;|–—-()\t")
            if len(piece) > 1 and any(c.isalpha() for c in piece) and piece not in STATES:
                parts.append(piece[:120])
    ranked = [(part, set(re.findall(r"\w+", fold(part)))) for part in parts]
    title = next((p for p, w in ranked if w & TITLE_WORDS and not w & ORGANISATION_WORDS), "")
    title = title or next((p for p, w in ranked if w & TITLE_WORDS), "")
    employer = next((p for p, w in ranked if p != title and w & ORGANISATION_WORDS), "")
    rest = [p for p in parts if p not in (title, employer) and fold(p) not in _FOLDED_PLACES]
    if not title and rest:
        title = rest.pop(0) if employer or len(rest) > 1 else ""
    if not employer and rest:
        employer = rest.pop(0)
    return title, employer
