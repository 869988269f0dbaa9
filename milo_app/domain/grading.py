"""Short answers graded against a reference by their words: how right, from 0 to 1, and which of given labels fits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from milo_app.domain import quantities
from milo_app.domain.evaluation import coverage, is_about, opposed
from milo_app.domain.words import sentences, stems, tokens

_KNOWS_NOT = re.compile(
    r"^\W*(?:i (?:really )?(?:do ?n[o']?t|dont|have no)(?: \w+){0,2} (?:know|idea|remember|understand)|no idea|idk|dunno|not sure"
    r"|no (?:lo )?se|ni idea)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Graded:
    """`right` from 0 to 1; `against`: the answer says the contrary; `off`: it speaks of something else altogether."""

    right: float
    against: bool = False
    off: bool = False


def grade(question: str, references: Sequence[str], answer: str) -> Graded:
    """How right *answer* is. Several *references* that say nearly the same are alternatives, others are points that a
    full answer covers one and all."""
    points = [one for text in references for one in (sentences(text) if len(references) == 1 else (text,))]
    points = [point for point in points if stems(point)]
    if not points or not tokens(answer) or _KNOWS_NOT.search(answer):
        return Graded(right=0.0, off=True)
    graded = [_against_one(question, point, answer) for point in points]
    best = max(graded, key=lambda one: one.right)
    if _alike(points):
        return best
    right = sum(one.right for one in graded) / len(graded)
    against = best.against or (any(one.against for one in graded) and right < 0.5)
    return Graded(right=right, against=against, off=all(one.off for one in graded))


def _against_one(question: str, point: str, answer: str) -> Graded:
    wanted, given = set(stems(point)), set(stems(answer))
    covered = coverage([point], answer, question)
    plain = is_about(point, answer, question)
    asked = quantities.find(point)
    met = quantities.meets(asked, quantities.find(answer)) if asked else None
    # A number that is asked for and told is most of such an answer, whatever words are around it.
    against = met is False or (plain >= 0.3 and opposed(point, answer, question))
    right = _calibrated(0.65 * covered + 0.35 * plain)
    if against:
        right *= 0.35
    elif met:
        right = max(right, 0.6)
    return Graded(
        right=min(1.0, right), against=against, off=not (met or given & (wanted | set(stems(question))))
    )


def _calibrated(share: float) -> float:
    """How right people find an answer that has this share of the expected words: half of them is most of it."""
    return min(1.0, 1.35 * share**0.75)


def _alike(points: Sequence[str]) -> bool:
    """Whether several references are ways of saying one thing."""
    if len(points) < 2:
        return True
    spread = [set(stems(point)) for point in points]
    pairs = [(a, b) for i, a in enumerate(spread) for b in spread[i + 1 :]]
    return sum(len(a & b) / len(a | b) for a, b in pairs) / len(pairs) >= 0.25


#: The least rightness of each kind of label, and words that a label of that kind is called by, the most right first.
_KINDS: Mapping[str, tuple[str, ...]] = {
    "right": ("correct", "right", "true", "pass", "passed", "yes", "good", "entailment", "1"),
    "partly": ("partial", "partially", "incomplete", "partly", "neutral"),
    "against": ("contradictory", "contradiction", "contradicts"),
    "off": ("nondomain", "offtopic", "domain", "blank", "unanswerable"),
    "elsewhere": ("irrelevant", "unrelated"),
    "wrong": ("incorrect", "wrong", "false", "fail", "failed", "no", "bad", "0"),
}


def kind_of(label: str) -> str:
    """What *label* means, by its words: a key of `_KINDS`, or nothing."""
    words = set(re.split(r"[\W_]+", label.casefold()))
    joined = re.sub(r"[\W_]+", "", label.casefold())
    for kind in ("partly", "against", "off", "elsewhere", "wrong", "right"):
        if words & set(_KINDS[kind]) or joined in _KINDS[kind]:
            return kind
    return ""


def label_of(graded: Graded, labels: Sequence[str]) -> str:
    """Which of *labels* fits. Labels whose names say nothing count as levels in the order of their names, the last the
    best."""
    by_kind: dict[str, str] = {}
    for label in sorted(labels):
        by_kind.setdefault(kind_of(label), label)
    if "right" not in by_kind:
        levels = sorted(labels)
        return levels[min(len(levels) - 1, int(graded.right * len(levels)))]
    for kind in _wanted(graded, by_kind):
        if kind in by_kind:
            return by_kind[kind]
    return by_kind["right"]


def _wanted(graded: Graded, by_kind: Mapping[str, str]) -> tuple[str, ...]:
    """Kinds in the order in which they fit."""
    if graded.off:
        return "off", "elsewhere", "wrong", "against", "partly"
    if graded.against:
        return "against", "wrong", "partly", "elsewhere", "off"
    if graded.right >= (0.75 if "partly" in by_kind else 0.6):
        return ("right",)
    if "partly" in by_kind and graded.right >= 0.35:
        return ("partly",)
    return ("wrong", "elsewhere", "against", "off", "partly") if graded.right >= 0.1 else (
        "elsewhere", "wrong", "off", "against", "partly",
    )  # fmt: skip
