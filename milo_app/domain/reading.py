"""The built-in reader: what a typed or spoken reply means, in English and Spanish, without a model.

It is careful rather than clever. Whatever is hedged, contradictory or open to two readings comes back as not
understood, so that the question is asked again; and nothing it reads decides anything until it is confirmed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from milo_app.domain import values
from milo_app.domain.errors import Invalid
from milo_app.domain.keywords import normal
from milo_app.domain.plan import STRUCTURED, Question, QuestionKind
from milo_app.domain.words import bare, tokens

#: A reading below this is not understood.
ENOUGH = 0.6


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A reading of a reply: the value in the question kind's shape (None: not understood), how sure, from which
    words."""

    value: Any = None
    confidence: float = 0.0
    quote: str = ""

    @property
    def understood(self) -> bool:
        return self.value is not None and self.confidence >= ENOUGH


NOT_UNDERSTOOD = Heard()


def read(question: Question, text: str) -> Heard:
    """Read *text* as the answer to *question*. Open questions take any words."""
    if question.kind not in STRUCTURED:
        return Heard(value=text.strip() or None, confidence=1.0, quote=text.strip())
    reader = _READERS.get(question.kind)
    heard = reader(question, text) if reader and len(text) <= 600 else NOT_UNDERSTOOD
    if not heard.understood:
        return NOT_UNDERSTOOD
    try:
        return Heard(
            value=values.check(question, heard.value), confidence=heard.confidence, quote=text.strip()
        )
    except Invalid:
        return NOT_UNDERSTOOD


def is_thin(text: str) -> bool:
    """Whether an open answer says so little that a follow-up would help it."""
    return len(tokens(text)) < 25


def has_words(text: str) -> bool:
    """Whether *text* says anything in letters or digits; a thumb alone does not."""
    return any(sign.isalnum() for sign in text)


# --- Yes and no -----------------------------------------------------------------------------------------------------

_YES = frozenset(
    """yes yep yeah yea yup yas ye sure correct right true affirmative absolutely definitely certainly indeed
    si claro correcto exacto efectivamente cierto afirmativo sip sep confirm confirmo""".split()
)
_NO = frozenset(
    """no nope nah nop not never none negative neither dont doesnt didnt havent hasnt hadnt cant cannot couldnt isnt
    arent wasnt werent wont without unable false nunca jamas tampoco ninguno ninguna sin negativo falso""".split()
)
_YES_PHRASES = re.compile(
    r"\b(of course|i (do|have|am|can|did|will|hold)|ive|im|we do|that is right|thats right|por supuesto|desde luego"
    r"|asi es|de acuerdo|(lo |la |los |las )?tengo|soy|puedo|cuento con|estoy|he trabajado)\b"
)
_HEDGES = re.compile(
    r"\b(maybe|perhaps|depends?|almost|nearly|soon|sort of|kind of|unsure|(not|im not) (so |too |really )?sure|i think"
    r"|i guess|possibly|probably|partly|expired?|pending|in progress|working on|but|although|dont know|no idea"
    r"|quizas?|tal vez|depende|casi|creo|pronto|no se|no estoy segur[oa]|vencid[oa]|en proceso|pero|aunque|mas o menos"
    r"|probablemente)\b"
)
_NOT_A_NO = re.compile(
    r"\b(no (problem|worries|doubt|hay problema|hay duda)|not (a problem|only)|como no|without (a )?doubt|sin duda)\b"
)
_SURELY_NOT = re.compile(r"\b(of course|claro|por supuesto|desde luego)( que)? (no|not)\b")
#: Too short to be looked for among other words: "y" is also "and", "ya" is also "already".
_REPLIES: Mapping[str, bool] = {"1": True, "y": True, "ya": True, "2": False, "n": False}
_FACES: Mapping[str, bool] = {"👍": True, "👌": True, "✅": True, "✔": True, "👎": False, "❌": False}


def yes_or_no(text: str) -> Heard:
    """Read *text* as yes (True) or no (False); `1` and `2` are the numbers we offer for them."""
    faces = {meant for face, meant in _FACES.items() if face in text}
    plain = normal(text)
    if not plain:
        return Heard(value=faces.pop(), confidence=0.95, quote=text) if len(faces) == 1 else NOT_UNDERSTOOD
    if plain in _REPLIES:
        return Heard(value=_REPLIES[plain], confidence=0.99, quote=text)
    if len(faces) > 1 or _HEDGES.search(plain):
        return NOT_UNDERSTOOD
    said = _NOT_A_NO.sub(" ", _SURELY_NOT.sub("no", plain)).split()
    if said and said[0] in ("1", "2"):
        said[0] = "yes" if said[0] == "1" else "no"
    noes = [word for word in said if word in _NO]
    yeses = [word for word in said if word in _YES]
    verdict = _weigh(said, len(yeses), len(noes), bool(_YES_PHRASES.search(" ".join(said))))
    if verdict.understood and faces and verdict.value not in faces:
        return NOT_UNDERSTOOD
    return verdict


def _weigh(said: list[str], yeses: int, noes: int, phrase: bool) -> Heard:
    """A clear first word counts most; a yes together with a no, or two noes later on, is not clear."""
    sure = 0.95 if len(said) <= 3 else 0.8
    if said and said[0] in _NO:
        return Heard(value=False, confidence=sure) if yeses == 0 and noes <= 2 else NOT_UNDERSTOOD
    if noes == 0 and (yeses or phrase):
        return Heard(value=True, confidence=sure if yeses else 0.75)
    if noes == 1 and yeses == 0:
        return Heard(value=False, confidence=0.75)
    return NOT_UNDERSTOOD


# --- Numbers --------------------------------------------------------------------------------------------------------

_UNITS: Mapping[str, int] = {
    **dict.fromkeys(("zero", "cero", "none", "ninguno", "ninguna", "nada"), 0),
    **dict.fromkeys(("one", "a", "an", "un", "uno", "una"), 1),
    **{word: n for n, pair in enumerate((
        "two dos", "three tres", "four cuatro", "five cinco", "six seis", "seven siete", "eight ocho", "nine nueve",
        "ten diez", "eleven once", "twelve doce", "thirteen trece", "fourteen catorce", "fifteen quince",
        "sixteen dieciseis", "seventeen diecisiete", "eighteen dieciocho", "nineteen diecinueve",
    ), 2) for word in pair.split()},
}  # fmt: skip
_DECADES = {
    word: 10 * n
    for n, pair in enumerate(
        (
            *("twenty veinte", "thirty treinta", "forty cuarenta", "fifty cincuenta", "sixty sesenta"),
            *("seventy setenta", "eighty ochenta", "ninety noventa"),
        ),
        2,
    )
    for word in pair.split()
}
_TENS: Mapping[str, int] = {
    **_DECADES,
    **{"veinti" + word: 20 + n for word, n in _UNITS.items() if 0 < n < 10},
    **{
        word: 100 * n
        for n, word in enumerate(
            (
                *("doscientos", "trescientos", "cuatrocientos", "quinientos"),
                *("seiscientos", "setecientos", "ochocientos", "novecientos"),
            ),
            2,
        )
    },
}
_BIG: Mapping[str, int] = {
    "hundred": 100,
    "cien": 100,
    "ciento": 100,
    "thousand": 1000,
    "mil": 1000,
    "k": 1000,
}
_HALVES = frozenset({"half", "medio", "media"})
_SPANS: Mapping[str, Fraction] = {
    **dict.fromkeys(("year", "years", "yr", "yrs", "ano", "anos"), Fraction(12)),
    **dict.fromkeys(("month", "months", "mo", "mos", "mes", "meses"), Fraction(1)),
    **dict.fromkeys(("week", "weeks", "semana", "semanas"), Fraction(12, 52)),
    **dict.fromkeys(("day", "days", "dia", "dias"), Fraction(12, 365)),
}
_ROUGHLY = frozenset(
    "about around roughly approximately approx like over plus como unos unas mas more".split()
)
_UNCLEAR = re.compile(
    r"\b(less than|fewer than|under|almost|nearly|not quite|up to|between|since|couple|several|few|some|many|or|depends?"
    r"|menos de|casi|hasta|entre|desde|varios|varias|algunos|algunas|muchos|muchas|par|depende|dont|not|never|nunca)\b"
    r"|\d\s*(-|–|to|a)\s*\d"
)
_ARTICLES = frozenset({"a", "an", "un", "una", "uno", "one"})
_TOKEN = re.compile(r"\d[\d.,]*\d|\d|[^\W\d_]+")


def number(text: str, unit: str = "") -> Heard:
    """Read one number from *text*; a stretch of time is turned into the question's unit ("18 months" → 1.5 years)."""
    plain = bare(text).replace("’", "").replace("'", "")
    if _UNCLEAR.search(plain):
        return NOT_UNDERSTOOD
    words = _TOKEN.findall(plain)
    parts = _parts(words)
    if parts is None:
        return NOT_UNDERSTOOD
    if not parts:
        nothing = bool(re.search(r"\b(none|no experience|sin experiencia)\b", plain)) or plain.strip() in (
            "no",
            "nada",
        )
        return Heard(value=0, confidence=0.8, quote=text) if nothing else NOT_UNDERSTOOD
    wanted = _SPANS.get(bare(unit))
    amount = _total(parts, wanted)
    if amount is None:
        return NOT_UNDERSTOOD
    rough = bool(_ROUGHLY & set(words)) or "+" in text
    value = int(amount) if amount.denominator == 1 else round(float(amount), 2)
    return Heard(value=value, confidence=0.7 if rough else 0.95 if len(words) <= 4 else 0.8, quote=text)


def _total(parts: list[tuple[Fraction, Fraction | None]], wanted: Fraction | None) -> Fraction | None:
    """The parts as one amount in the wanted unit; None where they do not belong together."""
    spans = [span for _, span in parts if span is not None]
    if wanted is None or not spans:
        return parts[0][0] if len(parts) == 1 else None
    if len(spans) != len(parts) or len(set(spans)) != len(spans):
        return None
    return sum((amount * span for amount, span in parts if span is not None), Fraction(0)) / wanted


def _parts(words: Sequence[str]) -> list[tuple[Fraction, Fraction | None]] | None:
    """The amounts among *words* with the length of their unit in months, where one follows; None if malformed."""
    found: list[tuple[Fraction, Fraction | None]] = []
    i = 0
    while i < len(words):
        amount, used = _amount(words, i)
        if amount is None and words[i] in _SPANS and _half(words, i + 1):
            amount, used = Fraction(1), 0  # "año y medio"
        if amount is None:
            i += 1
            continue
        article = used == 1 and words[i] in _ARTICLES and words not in (["one"], ["uno"])
        i += used
        half = _half(words, i)
        i += half
        span = _SPANS.get(words[i]) if i < len(words) else None
        i += span is not None
        half = half or _half(words, i)
        i += half if words[i : i + 1] in (["and"], ["y"]) else 0
        if span is not None or not article:
            found.append((amount + Fraction(bool(half), 2), span))
    return found


def _amount(words: Sequence[str], i: int) -> tuple[Fraction | None, int]:
    """The number that begins at word *i* and how many words it takes."""
    word = words[i]
    if word[0].isdigit():
        digits = _digits(word)
        if digits is not None and i + 1 < len(words) and words[i + 1] in ("k", "mil", "thousand"):
            return digits * 1000, 2
        return digits, 1
    if word in _HALVES:
        return Fraction(1, 2), 2 if i + 1 < len(words) and words[i + 1] in ("a", "an") else 1
    total, part, used = 0, 0, 0
    while i + used < len(words):
        word = words[i + used]
        if word in _UNITS and (used == 0 or (part and part % 10 == 0)):
            part += _UNITS[word]
        elif word in _TENS and part % 100 == 0:
            part += _TENS[word]
        elif word in _BIG and word != "k":
            part = max(part, 1) * _BIG[word]
            if _BIG[word] == 1000:
                total, part = total + part, 0
        elif (
            word in ("and", "y") and used and i + used + 1 < len(words) and _joins(words[i + used + 1], part)
        ):
            pass
        else:
            break
        used += 1
    return (Fraction(total + part), used) if used else (None, 1)


def _joins(word: str, part: int) -> bool:
    """Whether an "and" before *word* belongs to the number: `treinta y dos`, `one hundred and five`."""
    return (word in _UNITS and word not in ("a", "an") and part >= 20 and part % 10 == 0) or (
        word in _TENS and part >= 100
    )


def _half(words: Sequence[str], i: int) -> int:
    """How many words an "and a half" at word *i* takes; 0 where there is none."""
    if i >= len(words) or words[i] not in ("and", "y"):
        return 0
    if i + 1 < len(words) and words[i + 1] in _HALVES:
        return 2
    return 3 if list(words[i + 1 : i + 3]) == ["a", "half"] else 0


def _digits(word: str) -> Fraction | None:
    """`52,000` and `52.000` are thousands, `2,5` and `2.5` are not."""
    if re.fullmatch(r"\d{1,3}([.,]\d{3})+", word):
        return Fraction(re.sub(r"[.,]", "", word))
    if re.fullmatch(r"\d{1,12}([.,]\d{1,6})?", word):
        return Fraction(word.replace(",", "."))
    return None


# --- Choices --------------------------------------------------------------------------------------------------------


_LETTERS = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


_ORDINALS: Mapping[str, int] = {
    word: n
    for n, words in enumerate(
        (
            "first 1st primera primero primer",
            "second 2nd segunda segundo",
            "third 3rd tercera tercero tercer",
            "fourth 4th cuarta cuarto",
            "fifth 5th quinta quinto",
        ),
        1,
    )
    for word in words.split()
}


def labels(options: Sequence[str]) -> tuple[str, ...]:
    """What to reply for each option: numbers, or letters where an option itself begins with a digit."""
    if len(options) <= 26 and any(option[:1].isdigit() for option in options):
        return _LETTERS[: len(options)]
    return tuple(str(n) for n in range(1, len(options) + 1))


def choice(options: Sequence[str], text: str) -> Heard:
    """Read one option from its label, its words, or a beginning that only it has."""
    plain = normal(text)
    forms = [normal(option) for option in options]
    label = re.sub(r"^(option|number|choice|opcion|numero|la|el|the|answer)\s+", "", plain)
    for given in (plain, label):
        if given in forms:
            return Heard(value=options[forms.index(given)], confidence=0.98, quote=text)
    if (nth := _ORDINALS.get(re.sub(r"\s+(one|option|choice|opcion)$", "", label))) and nth <= len(options):
        return Heard(value=options[nth - 1], confidence=0.95, quote=text)
    for names in (labels(options), _LETTERS[: len(options)]):
        if label.upper() in names:
            return Heard(value=options[names.index(label.upper())], confidence=0.98, quote=text)
    if _HEDGES.search(plain) or set(plain.split()) & (_NO - {"none", "ninguno", "ninguna"}) or len(plain) < 3:
        return NOT_UNDERSTOOD
    begun = [option for option, form in zip(options, forms, strict=True) if form.startswith(plain)]
    if len(begun) == 1:
        return Heard(value=begun[0], confidence=0.9, quote=text)
    named = [
        (form, option) for option, form in zip(options, forms, strict=True) if f" {form} " in f" {plain} "
    ]
    longest = [
        option for form, option in named if not any(form != other and form in other for other, _ in named)
    ]
    return Heard(value=longest[0], confidence=0.85, quote=text) if len(longest) == 1 else NOT_UNDERSTOOD


_READERS: Mapping[QuestionKind, Callable[[Question, str], Heard]] = {
    QuestionKind.YES_NO: lambda question, text: yes_or_no(text),
    QuestionKind.NUMBER: lambda question, text: number(text, question.unit),
    QuestionKind.SLIDER: lambda question, text: number(text, question.unit),
    QuestionKind.SINGLE_CHOICE: lambda question, text: choice(question.options, text),
}
