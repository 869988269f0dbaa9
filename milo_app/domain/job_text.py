"""Reads a pasted job description by rules: its lines and sections, title, place, pay, and what it requires."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

_LONGEST = 40_000

_BULLET = re.compile(r"^\s*(?:[-*•·▪◦‣–—>✓✔]+|\d{1,2}[.)]|o(?=\s{2,}))\s*")
_HEADINGS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("preferred", re.compile(r"prefer|nice[ -]to[ -]have|bonus|desired|a plus|ideally", re.I)),
    (
        "required",
        re.compile(
            (
                r"require|qualification|must have|you need|you(?:'ll| will)? bring|who you are|about "
                r"you|skills|eligib|what we(?:'re| are) looking for"
            ),
            re.I,
        ),
    ),
    (
        "duties",
        re.compile(
            (
                r"responsib|dut(?:y|ies)|what you(?:'ll| will) do|the (?:role|job|work)|your "
                r"(?:day|tasks)|key tasks|day[- ]to[- ]day"
            ),
            re.I,
        ),
    ),
    (
        "benefits",
        re.compile(r"benefit|perks|we offer|what you(?:'ll| will) get|compensation|pay|salary", re.I),
    ),
    ("schedule", re.compile(r"schedule|shifts?|hours|when you(?:'ll| will) work", re.I)),
    ("about", re.compile(r"about (?:us|the company|our)|who we are|company", re.I)),
)
_LABEL = re.compile(r"^\s*(?:job |position |role )?([a-z /-]{3,24}?)\s*:\s*(\S.*)$", re.I)
_TITLE_LABELS = {"title", "position", "role", "job", "opening", "vacancy"}

_HIRING = re.compile(
    r"\b(?:looking for|hiring|seeking|searching for|in search of|recruiting|needs?)\b:?\s+(?:an?\s+|our "
    r"next\s+|(?:experienced|skilled|motivated|reliable|dedicated|friendly|full[- ]time|part[- ]time)[ "
    r",]+(?:and\s+)?)*"
    r"((?:[A-Za-z/&+#.()-]+ ){0,5}[A-Za-z/&+#()-]+?)(?=\s+(?:to|for|who|with|in|at|that|on|based|and "
    r"join|near)\b|[.,;:!\n]|$)",
    re.I,
)
_TITLE_NOISE = re.compile(
    r"\s*(?:[|–—•·]|\s-\s|\bjob "
    r"description\b|\bneeded\b|\bwanted\b|\bhiring\b|(?<!\bSr)(?<!\bJr)\.\s|\$|\().*$",
    re.I,
)

_PAY = re.compile(
    r"(?:USD|US\$|CA\$|A\$|[$€£])\s?\d[\d.,]*\s?[kK]?\+?"
    r"(?:\s?(?:-|–|—|to|and)\s?(?:USD|US\$|[$€£])?\s?\d[\d.,]*\s?[kK]?)?"
    r"(?:\s?(?:/|per|an?|each)\s?(?:hour|hr|year|yr|week|month|day|mile|annum|shift)\b|\s?(?:annually|hourly|yearly))?",
    re.I,
)
_PLACE = re.compile(
    r"\b(?:in|at|near|based in|located in)\s+((?:[A-Z][A-Za-z.'-]+ "
    r"?){1,3},\s?(?:[A-Z]{2}\b|[A-Z][a-z]+(?: [A-Z][a-z]+)?))"
)
_TOWN = re.compile(r"\b((?:[A-Z][A-Za-z.'-]+ ){0,2}[A-Z][A-Za-z.'-]+,\s?[A-Z]{2})\b")
_KINDS = (
    ("Full time", r"full[- ]?time"),
    ("Part time", r"part[- ]?time"),
    ("Per diem", r"per diem|prn"),
    ("Temporary", r"temporary|\btemp\b|seasonal"),
    ("Contract", r"contract(?:or)?\b(?! negotiation)|freelance|1099"),
    ("Internship", r"intern(?:ship)?\b"),
    ("Apprenticeship", r"apprentice"),
)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the text without its bullet; `section` is the heading it stands under, `bullet` whether it had one."""

    text: str
    section: str
    bullet: bool


@dataclass(frozen=True, kw_only=True)
class JobText:
    """A job description as read. Empty strings where the text says nothing."""

    text: str
    lines: tuple[Line, ...]
    title: str = ""
    location: str = ""
    employment: str = ""
    pay: str = ""
    labels: dict[str, str] = field(default_factory=dict[str, str])

    def under(self, *sections: str) -> list[Line]:
        """The lines under any of those headings."""
        return [line for line in self.lines if line.section in sections]


def read(text: str) -> JobText:
    """Read *text*; what is longer than 40,000 characters is left unread. Never raises."""
    text = _plain(text)[:_LONGEST]
    lines, labels = _sorted(text)
    title = _title(text, lines, labels)
    return JobText(
        text=text,
        lines=tuple(lines),
        title=title,
        location=_location(text, labels),
        employment=_employment(text, labels),
        pay=_pay(text, labels),
        labels=labels,
    )


def _plain(text: str) -> str:
    text = re.sub(r"<(?:br|/p|/li|/h\d|/div)[^<>]{0,200}>", "\n", text, flags=re.I)
    text = re.sub(r"<li[^<>]{0,200}>", "- ", text, flags=re.I)
    text = html.unescape(re.sub(r"</?[a-zA-Z][^<>]{0,300}>", "", text))
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
    text = "".join(ch for ch in text if ch == "\n" or ch == "\t" or ch.isprintable())
    return re.sub(r"[ \t]+", " ", text).strip()


def _sorted(text: str) -> tuple[list[Line], dict[str, str]]:
    lines: list[Line] = []
    labels: dict[str, str] = {}
    section = ""
    for raw in text.split("\n"):
        bullet = bool(_BULLET.match(raw))
        line = _BULLET.sub("", raw).strip().strip("*#_ ").strip()
        if not line:
            continue
        heading = "" if bullet else _heading(line)
        if heading:
            section = heading
            continue
        label = _LABEL.match(line)
        if label and len(line) <= 160:
            labels.setdefault(label[1].strip().lower(), label[2].strip())
        lines += [Line(text=part, section=section, bullet=bullet) for part in _sentences(line)]
    return lines, labels


def _sentences(line: str) -> list[str]:
    """A paragraph's sentences, so that one of them can be required and the next one not."""
    return [part.strip() for part in re.split(r"(?<=[a-z0-9)+%][.!?])\s+(?=\S)", line) if part.strip()]


def _heading(line: str) -> str:
    """Which section a line opens, or nothing: headings are short, and end in a colon or do not end like a sentence."""
    bare = line.rstrip(":").strip()
    if len(bare) > 48 or len(bare.split()) > 7 or bare.endswith((".", ",", ";")) or ": " in line:
        return ""
    if not (line.endswith(":") or bare.isupper() or bare.istitle() or len(bare.split()) <= 4):
        return ""
    if re.search(r"\d", bare):
        return ""
    return next(
        (name for name, words in _HEADINGS if words.search(bare)), "other" if line.endswith(":") else ""
    )


def _title(text: str, lines: list[Line], labels: dict[str, str]) -> str:
    named = next((labels[k] for k in labels if k in _TITLE_LABELS), "")
    if named:
        return _trimmed(named)
    first = next((line for line in lines if not line.bullet), None)
    if first is not None and first.text == (lines[0].text if lines else ""):
        words = first.text.split()
        if len(words) <= 10 and not first.text.endswith((".", "!", "?")) and ":" not in first.text:
            found = _trimmed(
                re.sub(
                    r"^(?:now hiring|hiring|wanted|we are hiring|job)\b[:!\s-]*", "", first.text, flags=re.I
                )
            )
            if len(found) >= 3:
                return found
    hiring = _HIRING.search(text)
    if hiring:
        found = _trimmed(hiring[1])
        if len(found) >= 3:
            return found[:1].upper() + found[1:]
    return ""


def _trimmed(title: str) -> str:
    cut = _TITLE_NOISE.sub("", title).strip(" -–—:,.") or title.strip()
    return cut[:120].strip()


def _location(text: str, labels: dict[str, str]) -> str:
    for name in ("location", "place", "where", "work location", "city", "address"):
        if labels.get(name):
            return labels[name][:100]
    found = _PLACE.search(text) or _TOWN.search(text[:3000])
    if found:
        return found[1].strip()[:100]
    return "Remote" if re.search(r"\b(?:fully |100% )?remote\b|work from home", text, re.I) else ""


def _employment(text: str, labels: dict[str, str]) -> str:
    for name in ("type", "employment type", "employment", "hours", "schedule"):
        if labels.get(name):
            return labels[name][:100]
    found = [name for name, words in _KINDS if re.search(rf"\b(?:{words})", text, re.I)]
    weekly = re.search(r"\b(\d{1,2}(?:\s?[-–]\s?\d{1,2})?) hours (?:a|per|each) week", text, re.I)
    return ", ".join(found[:2] + ([f"{weekly[1]} hours a week"] if weekly else []))


def _pay(text: str, labels: dict[str, str]) -> str:
    for name in ("pay", "salary", "compensation", "wage", "pay rate", "rate", "hourly rate"):
        if labels.get(name) and re.search(r"\d", labels[name]):
            return labels[name][:100]
    for found in _PAY.finditer(text):
        said = found[0].strip()
        around = text[max(0, found.start() - 40) : found.end() + 25].lower()
        if re.search(r"sign[- ]?on|bonus|tuition|relocation|401|fee|deposit", around):
            continue
        if re.search(
            r"hour|hr|year|annual|annum|month|week|day|mile|shift|pay|salary|wage|compensation|k\b", around
        ):
            return said
    return ""
