"""The built-in evaluator: a deterministic, lexical judgement of an answer against a criterion.

It counts what can be counted (which of the expected points the words touch, how concrete they are) and knows that this
is little: its confidence never exceeds `MOST_SURE`. Tone, style, length beyond the needful and identity play no part.
Whatever evaluator judges, `verify` rejects a verdict whose quotes do not stand in the candidate's words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from milo_app.domain import quantities
from milo_app.domain.evidence import find
from milo_app.domain.opposites import contradicts
from milo_app.domain.plan import Criterion
from milo_app.domain.synonyms import related
from milo_app.domain.words import ENGLISH, SPANISH, bare, language_of, sentences, stems, tokens

#: The built-in evaluator is never surer than this.
MOST_SURE = 0.6
#: Named in every report; raised whenever the rules below change.
VERSION = "lexical-2"
_READABLE = frozenset({"en", "es"})
_STEPS = (0.16, 0.36, 0.56, 0.76)
_LONGEST_QUOTE = 300


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """A verdict: score 1 to 5 or None, at most three reasons, verbatim quotes; `needs_review` says why a person must
    look."""

    score: int | None
    confidence: float
    reasons: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    needs_review: str = ""


class Verdict(Protocol):
    """What `verify` looks at, whoever judged."""

    @property
    def score(self) -> int | None: ...
    @property
    def confidence(self) -> float: ...
    @property
    def reasons(self) -> Sequence[str]: ...
    @property
    def quotes(self) -> Sequence[str]: ...


def verify(verdict: Verdict, text: str) -> bool:
    """Whether a scored verdict may be kept: score 1 to 5, confidence 0 to 1, at most three reasons, and at least one
    quote, each standing verbatim in *text*."""
    return (
        verdict.score in (1, 2, 3, 4, 5)
        and 0 <= verdict.confidence <= 1
        and len(verdict.reasons) <= 3
        and len(verdict.quotes) > 0
        and all(find(quote, text) is not None for quote in verdict.quotes)
    )


def judge(*, question: str, criterion: Criterion, text: str, language: str = "en") -> Judgement:
    """Judge *text* (identity already removed) against one scored criterion.

    An empty *question* means a resume: lines instead of sentences, and no first person to be expected.
    """
    if not any(c.isalnum() for c in text):
        return Judgement(score=None, confidence=0.0, needs_review="no answer")
    spoken, wanted = language_of(text), language_of(_rubric(criterion)) or language
    if (spoken and spoken not in _READABLE) or _is_other_script(text):
        return _unread(text, "the built-in evaluator cannot read this language")
    if spoken and wanted in _READABLE and spoken != wanted:
        return _unread(text, "written in another language than the criterion")
    own = _own_words(text, question, criterion)
    if not own.strip():
        return _verdict(1, 0.5, ("Repeats the question's own words.",), text, ())
    return _judge_own(question, criterion, own)


def _judge_own(question: str, criterion: Criterion, own: str) -> Judgement:
    told, expected = _Told(own), _points(criterion)
    given = Given.of(question, expected)
    points = [_Point.of(point, told, given) for point in expected]
    touched = [point for point in points if point.value >= 0.5]
    covered = sum(point.value for point in points) / len(points) if points else 0.0
    concrete = concreteness(own)
    if criterion.key_points:
        quality = covered + 0.2 * concrete.value * (1 - covered) * (covered > 0.1)
    elif question:
        quality = 0.45 * min(1.0, 1.6 * covered) + 0.55 * concrete.value * min(1.0, 0.35 + 2 * covered)
    else:
        quality = 0.7 * min(1.0, 1.3 * covered) + 0.3 * concrete.value
    quality, remark = _discounted(quality, covered, question, own)
    low = _Point.of(criterion.one, told, given).value
    if low > 0.5 and low > covered + 0.2:
        quality -= 0.15
    score = 1 + sum(quality >= step for step in _STEPS)
    reasons = [
        reason for reason in (remark, _coverage(criterion, points, touched), concrete.reason) if reason
    ]
    sure = _confidence(quality, len(tokens(own)))
    return _verdict(score, sure, reasons, own, [p.quote for p in sorted(touched, key=lambda p: -p.value)])


def _verdict(
    score: int, confidence: float, reasons: Iterable[str], text: str, quotes: Iterable[str]
) -> Judgement:
    chosen = [quote for quote in dict.fromkeys(quotes) if quote][:3] or [_best_sentence(text)]
    return Judgement(
        score=score,
        confidence=round(min(confidence, MOST_SURE), 2),
        reasons=tuple(reasons)[:3] or ("Too little to judge by its words.",),
        quotes=tuple(_cut(quote) for quote in chosen),
    )


def _unread(text: str, why: str) -> Judgement:
    return Judgement(score=None, confidence=0.0, quotes=(_cut(_best_sentence(text)),), needs_review=why)


# --- Coverage -------------------------------------------------------------------------------------------------------


class _Told:
    """The candidate's sentences with their stems, split once for all points."""

    def __init__(self, text: str) -> None:
        self.parts = list(sentences(text))
        self.spread = [set(stems(part)) for part in self.parts]
        self.all = set[str]().union(*self.spread)


@dataclass(frozen=True, kw_only=True)
class _Point:
    """One thing a full answer covers: how well it is covered (0 to 1), and by which sentence best."""

    text: str
    value: float
    quote: str

    @classmethod
    def of(cls, text: str, told: _Told, given: Given) -> _Point:
        """How well what was told covers the point *text*; of "a or b" the better one counts."""
        if sign := next(
            (sign for word, sign in _SIGN_POINTS if word.fullmatch(bare(text).strip(" ."))), None
        ):
            quote = next((part for part in told.parts if sign in concreteness(part).signs), "")
            return cls(text=text, value=1.0 if quote else 0.0, quote=quote)
        ways = [way for one in _wordings(text) for way in re.split(r"\bor\b|\bo\b|/", one) if stems(way)]
        return max(
            (cls._way(text, way, told, given) for way in ways),
            key=lambda p: p.value,
            default=cls._none(text),
        )

    @classmethod
    def _none(cls, text: str) -> _Point:
        return cls(text=text, value=0.0, quote="")

    @classmethod
    def _way(cls, text: str, way: str, told: _Told, given: Given) -> _Point:
        """Repeating the question's words is no answer, and words of several points tell little about this one. What
        the answer denies and the point does not (or the other way round) is hardly covered."""
        wanted = given.weighed(way)
        overall = _share(wanted, told.all) if wanted else 0.0
        if not overall:
            return cls._none(text)
        shares = [_share(wanted, stems_of) for stems_of in told.spread]
        best = shares.index(max(shares))
        here = max(shares[best], _near(wanted, told.spread, best))
        value = _ramp(0.5 * overall + 0.5 * here, len(wanted))
        clause = _clause(told.parts[best], wanted)
        if value and (denies(clause) != denies(way) or contradicts(set(stems(way)), set(stems(clause)))):
            value *= 0.3
        value *= _quantified(way, told.parts[best])
        return cls(text=text, value=value, quote=told.parts[best])


@dataclass(frozen=True, kw_only=True)
class Given:
    """What the candidate was shown or what every point shares: words that prove little when they come back."""

    asked: frozenset[str] = frozenset()
    common: frozenset[str] = frozenset()

    @classmethod
    def of(cls, question: str, points: Sequence[str]) -> Given:
        spread = Counter(word for point in points for word in set(stems(point)))
        common = frozenset(word for word, n in spread.items() if n >= 2)
        return cls(asked=frozenset(stems(question)), common=common)

    def weighed(self, point: str) -> dict[str, float]:
        """The stems of *point* with their weights: long words say more, shared ones little, the question's none
        (unless there are no others)."""
        words = list(dict.fromkeys(stems(point)))
        own = [word for word in words if word not in self.asked] or words
        return {word: (0.5 + min(len(word), 8) / 8) * (0.3 if word in self.common else 1.0) for word in own}


def coverage(points: Sequence[str], text: str, question: str = "") -> float:
    """How much of *points* the words of *text* touch, 0 to 1; what the built-in grading of short answers rests on."""
    told, given = _Told(text), Given.of(question, points)
    covered = [_Point.of(point, told, given).value for point in points if point.strip()]
    return sum(covered) / len(covered) if covered else 0.0


def opposed(point: str, text: str, question: str = "") -> bool:
    """Whether the clause of *text* that speaks of *point* says the contrary: denied where the point is not, or the
    other way round, or with the opposite word. To prevent something is no denial of it."""
    wanted = Given.of(question, [point]).weighed(point)
    if not wanted:
        return False
    clause = _clause(" ; ".join(sentences(text)), wanted)
    said = _clause(point, dict.fromkeys(stems(clause), 1.0) or wanted)
    if contradicts(set(stems(point)), set(stems(clause))):
        return True
    if _PREVENTS.search(bare(said)) or _PREVENTS.search(bare(clause)):
        return False
    return denies(said) != denies(clause)


def is_about(point: str, text: str, question: str = "") -> float:
    """The plain share of the words of *point* that *text* has anywhere, 0 to 1, whatever it says about them."""
    wanted = Given.of(question, [point]).weighed(point)
    return _share(wanted, set(stems(text))) if wanted else 0.0


def _wordings(point: str) -> list[str]:
    """The wordings that a rubric allows: "Tells the physician (doctor, provider)" stands for three."""
    hit = re.search(r"(\S+)\s*\(([^()]{2,120})\)", point)
    if hit is None:
        return [point]
    listed = re.sub(
        r"^(?:e\.?g\.?|i\.?e\.?|such as|for example|like|or|p\.? ?ej\.?|como),?\s*",
        "",
        hit[2],
        flags=re.IGNORECASE,
    )
    around = (point[: hit.start()], point[hit.end() :])
    others = [one.strip() for one in re.split(r",|;|/|\bor\b|\bo\b", listed) if one.strip()]
    return [f"{one}".join(around) for one in (hit[1], *others)]


def _quantified(way: str, sentence: str) -> float:
    """What is left of a point's worth after its numbers: all where they are met, most where none is told, little where
    what is told is something else."""
    asked = quantities.find(way)
    if not asked:
        return 1.0
    met = quantities.meets(asked, quantities.find(sentence))
    return 1.0 if met else 0.8 if met is None else 0.35


def _clause(sentence: str, wanted: Mapping[str, float]) -> str:
    """The clause that says it: "I did not wait, I called the doctor" does not deny the call."""
    clauses = re.split(
        r"[,;:]|\b(?:and|but|because|so|then|y|pero|porque)\b|(?=\b(?:without|sin)\b)", sentence
    )
    return max(clauses, key=lambda clause: _share(wanted, set(stems(clause))))


def _share(wanted: Mapping[str, float], given: set[str]) -> float:
    """The share of the wanted stems, by weight, that are given."""
    return sum(weight * _match(word, given) for word, weight in wanted.items()) / sum(wanted.values())


def _near(wanted: Mapping[str, float], spread: Sequence[set[str]], best: int) -> float:
    """The same over the best sentence and its neighbours, a little less worth."""
    around = set[str]().union(*spread[max(0, best - 1) : best + 2])
    return 0.9 * _share(wanted, around)


def _match(word: str, given: set[str]) -> float:
    if word in given:
        return 1.0
    if related(word) & given:
        return 0.7
    if len(word) >= 5 and any(_alike(word, other) for other in given):
        return 0.7
    return 0.0


def _alike(a: str, b: str) -> bool:
    """A common beginning of five letters that is most of both, or one letter mistyped."""
    if len(b) < 5 or abs(len(a) - len(b)) > 3:
        return False
    if a[:5] == b[:5]:
        return True
    if len(a) == len(b):
        return sum(x != y for x, y in zip(a, b, strict=True)) == 1
    short, long = sorted((a, b), key=len)
    return len(long) - len(short) == 1 and any(long[:i] + long[i + 1 :] == short for i in range(len(long)))


def _ramp(share: float, words: int) -> float:
    """Nobody repeats a point word for word: of a long one a good half of the words is all of it; of a short one it
    takes nearly every word."""
    none, full = 0.12 + 0.2 / words, 0.57 + 0.3 / words
    return min(1.0, max(0.0, (share - none) / (full - none)))


def _rubric(criterion: Criterion) -> str:
    return " . ".join((criterion.text, criterion.one, criterion.five, *criterion.key_points))


def _points(criterion: Criterion) -> list[str]:
    """The points of a full answer: those written down, or the clauses of the description of a 5."""
    if criterion.key_points:
        return [point for point in criterion.key_points if point.strip()]
    clauses = re.split(r"[.;:,]|\band\b|\by\b", criterion.five)
    return [clause for clause in clauses if stems(clause)] or [criterion.text]


def _coverage(criterion: Criterion, points: Sequence[_Point], touched: Sequence[_Point]) -> str:
    if not criterion.key_points:
        return (
            "Speaks to what a strong answer needs."
            if touched
            else "Hardly touches what a strong answer needs."
        )
    if not touched:
        return f"Touches none of the {len(points)} expected points."
    named = ", ".join(_short(point.text) for point in touched[:3])
    missing = [_short(point.text) for point in points if point not in touched]
    said = f"Touches {len(touched)} of {len(points)} expected points: {named}."
    return said if not missing or len(said) > 200 else f"{said} Not found: {', '.join(missing[:2])}."


# --- How concrete it is ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Concreteness:
    """How concrete a text is, 0 to 1, and which signs of it were found."""

    value: float
    signs: tuple[str, ...]

    @property
    def reason(self) -> str:
        if not self.signs:
            return "Stays general: no example, action or result."
        return f"Concrete: {', '.join(self.signs[:3])}."


def concreteness(text: str) -> Concreteness:
    """Signs that something was really done: one's own action, an occasion, an outcome, figures, and enough said."""
    plain = bare(text)
    signs = tuple(name for name, pattern, _ in _SIGNS if pattern.search(plain))
    worth = sum(points for name, _, points in _SIGNS if name in signs)
    return Concreteness(value=min(1.0, worth + 0.2 * min(1.0, len(tokens(text)) / 60)), signs=signs)


_SIGNS: tuple[tuple[str, re.Pattern[str], float], ...] = (
    (
        "own actions",
        re.compile(
            r"\b(?:i|we) (?:\w+ly )?(?:(?:[a-z]{2,}ed)|took|made|told|led|wrote|gave|went|kept|spoke|found|built|ran|taught|set"
            r"|did|brought|chose|saw|held|got|put|met|began|sat|let|sent)\b"
            r"|\b(?:hice|llame|avise|pregunte|explique|decidi|organice|trabaje|atendi|revise|escuche|ayude|prepare"
            r"|aplique|logre|cuide|coordine|lidere|ensene|resolvi|di|tome|fui|hable|hicimos|logramos)\b"
        ),
        0.25,
    ),
    (
        "an occasion",
        re.compile(
            r"\b(?:for example|for instance|one (?:time|day|night|shift|patient|of my)|once|last (?:year|month|week|summer"
            r"|winter|spring|fall)|when i (?:was|worked)|at my (?:last|previous|current)|in my (?:last|previous|current)"
            r"|there was|during (?:my|a|the)|a patient|a customer|a colleague|por ejemplo|una vez|el ano pasado"
            r"|cuando trabajaba|en mi (?:ultimo|anterior)|un paciente|una paciente|durante)\b"
        ),
        0.2,
    ),
    (
        "an outcome",
        re.compile(
            r"\b(?:as a result|in the end|so that|therefore|resulted|outcome|improved|reduced|increased|avoided|prevented"
            r"|recovered|solved|resolved|saved|succeeded|achieved|thanked|stable|stabilized|fell by|dropped|went down"
            r"|afterwards|learned|como resultado|al final|mejoro|redujo|aumento|logr|se recupero|estable|aprendi)\w*"
        ),
        0.2,
    ),
    (
        "figures",
        re.compile(
            r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty|hundred|percent|half|dos|tres"
            r"|cuatro|cinco|seis|siete|ocho|nueve|diez|veinte|treinta|cien)\b"
        ),
        0.15,
    ),
)

#: Points that ask for a sign of concreteness and not for words of their own.
_SIGN_POINTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?:the |an? |el |un )?(?:clear |positive )?(?:outcome|result|resultado)s?"), "an outcome"),
    (
        re.compile(r"(?:an? |own |un |concrete |specific )*(?:example|ejemplo)s?(?: propio| concreto)?"),
        "an occasion",
    ),
    (re.compile(r"(?:figures|numbers|metrics|cifras|numeros)"), "figures"),
)

# --- What takes away ------------------------------------------------------------------------------------------------

_DENIES = re.compile(
    r"\b(?:not|never|no|none|without|cannot|cant|dont|doesnt|didnt|havent|hasnt|isnt|arent|wasnt|wont|wouldnt|couldnt"
    r"|nunca|jamas|tampoco|sin|ni)\b"
)
_PREVENTS = re.compile(
    r"\b(?:prevent|avoid|stops?\b|stopp|keeps? \w+(?: \w+)? from|protect|blocks?\b|so that|evit|impid)\w*"
)
_NEVER_DID = re.compile(
    r"\b(?:i (?:have|had|ve)? ?(?:never|not) |ive never|i (?:dont|do not|havent|have no|didnt|did not) (?:really )?"
    r"(?:have|had|know|done|worked|any|experience|remember)|no experience|not familiar|no idea|nothing comes to mind"
    r"|nunca (?:he|lo|la|hice)|no (?:tengo|he|se|recuerdo)|sin experiencia)\b"
)


#: Questions that ask for something that happened; general words are half an answer to them at most.
_BEHAVIOURAL = re.compile(
    r"\b(?:a time|an? (?:example|situation|error|mistake|conversation|case)|tell me about|describe (?:an?|one|how you)"
    r"|cuentame|una vez|un ejemplo|una situacion|describe un)\b"
)


def denies(text: str) -> bool:
    """Whether *text* says that something is not so; two denials in it cancel each other."""
    return len(_DENIES.findall(bare(text).replace("'", "").replace("’", ""))) % 2 == 1


def _discounted(quality: float, covered: float, question: str, own: str) -> tuple[float, str]:
    """The quality after what speaks against it, and the remark for the report."""
    words = tokens(own)
    if question and _is_stuffed(own, words):
        return min(quality, _STEPS[1] - 0.01), "Lists words rather than telling anything."
    plain = bare(own).replace("'", "").replace("’", "")
    if _NEVER_DID.search(plain) and covered < 0.7 and len(words) < 60:
        return min(
            quality, _STEPS[1] - 0.01 if covered > 0.3 else _STEPS[0] - 0.01
        ), "Says that this was not done."
    if _BEHAVIOURAL.search(bare(question)) and not concreteness(own).signs:
        return min(quality, _STEPS[2] - 0.01), ""
    if question and len(words) < 6 and covered < 0.5:
        return min(quality, _STEPS[0] - 0.01), "Too short to show anything."
    return quality, ""


def _is_stuffed(text: str, words: Sequence[str]) -> bool:
    """Many words with hardly any small ones between them, or the same few over and over, are no sentences."""
    if len(words) < 12:
        return False
    small = sum(word in ENGLISH or word in SPANISH for word in words) / len(words)
    return small < 0.15 or len(set(words)) / min(len(words), 80) < 0.35


def _own_words(text: str, question: str, criterion: Criterion) -> str:
    """*text* without the sentences that only repeat what the candidate was shown; the same text where none does."""
    given = _runs(f"{question} . {criterion.text}")
    if not question or not given:
        return text
    parts = list(sentences(text))
    kept = [part for part in parts if not _is_copied(part, given)]
    return text if len(kept) == len(parts) else "\n".join(kept)


def _is_copied(sentence: str, given: set[tuple[str, ...]]) -> bool:
    runs = _runs(sentence)
    return len(runs) >= 3 and len(runs & given) / len(runs) > 0.7


def _runs(text: str) -> set[tuple[str, ...]]:
    words = tokens(text)
    return {tuple(words[i : i + 4]) for i in range(len(words) - 3)}


def _confidence(quality: float, length: int) -> float:
    """Surer far from the border between two scores, and with more to go by."""
    clear = min(min(abs(quality - step) for step in _STEPS) / 0.1, 1.0)
    return 0.3 + 0.15 * clear + 0.15 * min(length / 40, 1.0)


# --- Words for the report -------------------------------------------------------------------------------------------


def _best_sentence(text: str) -> str:
    parts = list(sentences(text)) or [text.strip()]
    return max(parts, key=lambda part: len(set(stems(part))))


def _cut(quote: str) -> str:
    """At most 300 signs, ending with a whole word."""
    if len(quote) <= _LONGEST_QUOTE:
        return quote
    return quote[:_LONGEST_QUOTE].rsplit(" ", 1)[0].rstrip() or quote[:_LONGEST_QUOTE]


def _short(text: str) -> str:
    words = text.strip().rstrip(".").split()
    return " ".join(words[:8]) + ("…" if len(words) > 8 else "")


def _is_other_script(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    return bool(letters) and sum(ord(c) > 0x24F for c in letters) / len(letters) > 0.3
