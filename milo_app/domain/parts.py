"""Answers that come in several texts: how long to wait for the rest, and how the parts belong together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

#: People send a thought in two or three texts, and carriers cut a long one; this long after the last it is whole.
SETTLED = timedelta(seconds=6)
#: The text ends where no sentence does.
CUT_OFF = timedelta(seconds=20)
#: The text says itself that more is to come.
NUMBERED = timedelta(seconds=60)

#: A text that long may have been cut by a carrier.
_LONG = 140
_MARK = r"(?P<{0}>[1-9])\s?/\s?(?P<{1}>[2-9])"
_PART = re.compile(
    rf"\s*(?:[(\[]?{_MARK.format('n', 'of')}[)\]]?[\s:.\-]+(?P<after>.*\S)"
    rf"|(?P<before>.*\S)\s+[(\[]?{_MARK.format('m', 'off')}[)\]]?)\s*",
    re.DOTALL,
)
_OPEN_END = re.compile(
    r"(?:,|\.\.\.|…|:|-|\b(?:and|but|or|because|so|the|a|to|of|y|pero|o|porque|el|la|de|que))$", re.I
)


def wait(texts: Sequence[str]) -> timedelta:
    """How long after the last of *texts* their answer is taken as whole; nothing where every numbered part is there."""
    marks = [_marked(text) for text in texts]
    totals = {mark[1] for mark in marks if mark}
    if len(totals) == 1 and all(marks):
        total = totals.pop()
        return timedelta() if {mark[0] for mark in marks if mark} == set(range(1, total + 1)) else NUMBERED
    if totals:
        return NUMBERED
    last = texts[-1].strip() if texts else ""
    if _OPEN_END.search(last) or (len(last) >= _LONG and last[-1].isalnum()):
        return CUT_OFF
    return SETTLED


def joined(texts: Sequence[str]) -> str:
    """*texts* as one answer: a line each, or, where every one of them is numbered ("1/2 …"), in that order without the
    numbers."""
    marks = [_marked(text) for text in texts]
    if len(texts) > 1 and all(marks):
        parts = [mark for mark in marks if mark]
        if len({n for n, _, _ in parts}) == len(parts) and len({of for _, of, _ in parts}) == 1:
            return " ".join(words for _, _, words in sorted(parts))
    return "\n".join(text.strip() for text in texts if text.strip())


def _marked(text: str) -> tuple[int, int, str] | None:
    """(which part, of how many, its words), or None for a text without such a mark."""
    found = _PART.fullmatch(text)
    if found is None:
        return None
    n, of = int(found["n"] or found["m"]), int(found["of"] or found["off"])
    return (n, of, (found["after"] or found["before"]).strip()) if n <= of else None
