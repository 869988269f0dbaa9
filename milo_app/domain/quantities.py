"""Numbers and durations in words and figures, and whether what was told meets what was asked ("within five minutes")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from milo_app.domain.words import bare, stem

_WORDS = {
    word: number
    for number, words in {
        0.5: "half medio media", 1: "one un uno una", 2: "two dos couple", 3: "three tres", 4: "four cuatro", 5: "five cinco",
        6: "six seis", 7: "seven siete", 8: "eight ocho", 9: "nine nueve", 10: "ten diez", 11: "eleven once",
        12: "twelve doce dozen", 15: "fifteen quince", 20: "twenty veinte", 30: "thirty treinta", 40: "forty cuarenta",
        45: "fortyfive", 50: "fifty cincuenta", 60: "sixty sesenta", 90: "ninety noventa", 100: "hundred cien",
        1000: "thousand mil",
    }.items()
    for word in words.split()
}  # fmt: skip
#: Seconds of each unit of time.
_UNITS = {
    unit: seconds
    for seconds, units in {
        1: "s sec secs second seconds segundo segundos",
        60: "min mins minute minutes minuto minutos",
        3600: "h hr hrs hour hours hora horas",
        86_400: "day days dia dias",
        604_800: "week weeks semana semanas",
        2_629_800: "month months mes meses",
        31_557_600: "year years yr yrs ano anos",
    }.items()
    for unit in units.split()
}
_AT_MOST = "within|at most|no more than|less than|fewer than|under|up to|below|maximum|max|como maximo|menos de|en menos de|hasta"
_AT_LEAST = "at least|no less than|more than|over|above|minimum|min|from|al menos|mas de|como minimo"
_QUANTITY = re.compile(
    rf"(?:\b(?P<most>{_AT_MOST})\s+(?:of\s+|de\s+)?|\b(?P<least>{_AT_LEAST})\s+(?:of\s+|de\s+)?)?"
    rf"(?<![\w.])(?P<number>\d+(?:[.,]\d+)*|{'|'.join(sorted(_WORDS, key=len, reverse=True))})(?P<plus>\+)?"
    r"(?:\s+(?:a|of|de|or more|or fewer))?(?:\s*(?P<unit>%|[a-z]+))?"
)


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """`value` of a `kind`: seconds of `time`, `%`, or the stem of what is counted ("" where nothing is named). `bound`:
    -1 at most, 1 at least, 0 just so."""

    value: float
    kind: str
    bound: int = 0


def find(text: str) -> list[Quantity]:
    """The quantities in *text*, in order. "One" and "a" alone count nothing, since they mostly are articles."""
    found: list[Quantity] = []
    for hit in _QUANTITY.finditer(bare(text)):
        word, unit = hit["number"], hit["unit"] or ""
        if word in ("one", "un", "una", "uno") and unit not in _UNITS:
            continue
        value = _WORDS.get(word) if not word[0].isdigit() else _figure(word)
        if value is None:
            continue
        bound = -1 if hit["most"] else 1 if hit["least"] or hit["plus"] else 0
        if unit in _UNITS:
            found.append(Quantity(value=value * _UNITS[unit], kind="time", bound=bound))
        elif unit in ("%", "percent", "por"):
            found.append(Quantity(value=value, kind="%", bound=bound))
        else:
            found.append(Quantity(value=value, kind=stem(unit) if len(unit) > 2 else "", bound=bound))
    return found


def _figure(word: str) -> float | None:
    plain = re.sub(r",(?=\d{3}\b)", "", word).replace(",", ".")
    try:
        return float(plain)
    except ValueError:
        return None


def meets(asked: Sequence[Quantity], told: Sequence[Quantity]) -> bool | None:
    """Whether every asked quantity is met by a told one of its kind; None where nothing comparable is told."""
    verdicts: list[bool] = []
    for want in asked:
        same = [one for one in told if one.kind == want.kind]
        if same:
            verdicts.append(any(_meets(want, one) for one in same))
    return all(verdicts) if verdicts else None


def _meets(want: Quantity, told: Quantity) -> bool:
    slack = 1e-6 + abs(want.value) * 0.02
    if want.bound < 0:
        return told.value <= want.value + slack
    if want.bound > 0:
        return told.value >= want.value - slack
    return abs(told.value - want.value) <= slack
