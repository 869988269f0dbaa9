"""What an answer may be, one object per kind of question.

The shape kept for each kind (always JSON): text → str, yes/no → bool, one choice → str, several → list of str in
the options' order, number and slider → int or float, date → ISO day, file → list of {file_id, name, size}.
`None` stands for "nothing given" in every kind.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, Protocol, cast

from milo_app.domain.errors import Invalid
from milo_app.domain.plan import Question, QuestionKind

SHORT_LIMIT = 300
LONG_LIMIT = 10_000
_BIGGEST = 10**12
_YEARS = (1900, 2150)


def check(question: Question, raw: object, language: str = "en") -> Any:
    """The value to keep for what a browser or the API sent; None where nothing was given.

    Emptiness is no error here, since a half-filled form is saved too: `stages.kinds` asks for what is required.

    Raises:
        Invalid: with a sentence for the candidate under the question's id.
    """
    if raw is None or raw == "" or raw == [] or raw == ():
        return None
    try:
        return _KINDS[question.kind].check(question, raw)
    except _Wrong as wrong:
        raise Invalid(fields={question.id: _sentence(wrong, language)}) from None


def is_empty(question: Question, value: object) -> bool:
    """Whether *value* leaves the question unanswered. False and 0 are answers."""
    return value is None or (isinstance(value, str | list | tuple) and not value)


def show(question: Question, value: object, language: str = "en") -> str:
    """The value in words for people: `Sí`, `2.5 years`, `March 5, 2026`."""
    if is_empty(question, value):
        return "Sin respuesta" if language == "es" else "No answer"
    return _KINDS[question.kind].show(question, value, language)


def plain(text: str) -> str:
    """*text* without characters that nobody types: controls, and those that turn the reading direction of a page."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).encode("utf-8", "ignore").decode()


def comparable(question: Question, value: object) -> Any:
    """The value in a form that two answers, or an answer and an ideal, compare by.

    Numbers become exact fractions and options lose case, so that 2 equals "2.0" and "Day shift" equals "day shift".

    Raises:
        ValueError: when the value has no place in this kind of question.
    """
    return _KINDS[question.kind].comparable(value)


# --- The kinds ------------------------------------------------------------------------------------------------------


class _Wrong(Exception):
    """Why a value cannot be taken: the name of a sentence and what fills it."""

    def __init__(self, sentence: str, **facts: object) -> None:
        super().__init__(sentence)
        self.sentence, self.facts = sentence, facts


class ValueKind(Protocol):
    """What a kind of question must know. `check` gets something that is not empty and raises `_Wrong`."""

    def check(self, question: Question, raw: Any) -> Any: ...

    def show(self, question: Question, value: Any, language: str) -> str: ...

    def comparable(self, value: Any) -> Any: ...


class Text:
    """Words, kept as typed but for outer blanks and characters that no person types."""

    def __init__(self, limit: int, *, one_line: bool) -> None:
        self.limit, self.one_line = limit, one_line

    def check(self, question: Question, raw: Any) -> str | None:
        if not isinstance(raw, str):
            raise _Wrong("text")
        text = plain(raw).strip()
        if self.one_line:
            text = " ".join(text.split())
        if len(text) > self.limit:
            raise _Wrong("too_long", limit=self.limit, over=len(text) - self.limit)
        return text or None

    def show(self, question: Question, value: Any, language: str) -> str:
        return str(value)

    def comparable(self, value: Any) -> str:
        return " ".join(str(value).casefold().split())


class YesNo:
    _WORDS = {"yes": True, "true": True, "no": False, "false": False}

    def check(self, question: Question, raw: Any) -> bool:
        try:
            return self.comparable(raw)
        except ValueError:
            raise _Wrong("yes_no") from None

    def show(self, question: Question, value: Any, language: str) -> str:
        return {("en", True): "Yes", ("es", True): "Sí"}.get(
            (language, bool(value)), "Yes" if value else "No"
        )

    def comparable(self, value: Any) -> bool:
        if isinstance(value, str):
            value = self._WORDS.get(value.strip().casefold())
        if not isinstance(value, bool):
            raise ValueError("neither yes nor no")
        return value


class Choice:
    """One of the options, told apart without regard to case and blanks, kept as the recruiter wrote it."""

    def check(self, question: Question, raw: Any) -> str:
        if not isinstance(raw, str):
            raise _Wrong("option")
        wanted = self.comparable(raw)
        for option in question.options:
            if self.comparable(option) == wanted:
                return option
        raise _Wrong("option")

    def show(self, question: Question, value: Any, language: str) -> str:
        return str(value)

    def comparable(self, value: Any) -> str:
        return " ".join(str(value).casefold().split())


class Choices:
    """Any number of the options, in the options' order; each at most once."""

    _one = Choice()

    def check(self, question: Question, raw: Any) -> list[str]:
        if isinstance(raw, str) or not isinstance(raw, Sequence):
            raise _Wrong("options")
        picked = [self._one.check(question, item) for item in cast(Sequence[object], raw)]
        if len(set(picked)) != len(picked):
            raise _Wrong("repeated")
        return sorted(picked, key=question.options.index)

    def show(self, question: Question, value: Any, language: str) -> str:
        return ", ".join(value)

    def comparable(self, value: Any) -> frozenset[str]:
        items: Sequence[object] = [value] if isinstance(value, str) else value
        return frozenset(self._one.comparable(item) for item in items)


class Number:
    """A finite number within the question's bounds. Text is taken too, since a browser's field sends text."""

    def check(self, question: Question, raw: Any) -> int | float:
        try:
            exact = self.comparable(raw)
        except ValueError:
            raise _Wrong("number") from None
        low, high = question.minimum, question.maximum
        if abs(exact) > _BIGGEST:
            raise _Wrong("number")
        if low is not None and exact < Fraction(str(low)):
            raise _Wrong("too_small", limit=_number(low, question.unit))
        if high is not None and exact > Fraction(str(high)):
            raise _Wrong("too_big", limit=_number(high, question.unit))
        return int(exact) if exact.denominator == 1 else float(exact)

    def show(self, question: Question, value: Any, language: str) -> str:
        return _number(value, question.unit, language)

    def comparable(self, value: Any) -> Fraction:
        if isinstance(value, bool) or not isinstance(value, int | float | str | Fraction):
            raise ValueError("not a number")
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError("not a finite number")
        if isinstance(value, str):
            value = value.strip()
            if not _NUMERIC.fullmatch(value):
                raise ValueError("not a number")
            value = value.replace(",", ".")
        return Fraction(str(value))


class Slider(Number):
    """A number that also stands on one of the slider's steps."""

    def check(self, question: Question, raw: Any) -> int | float:
        value = super().check(question, raw)
        if question.step:
            start = Fraction(str(question.minimum or 0))
            if (Fraction(str(value)) - start) % Fraction(str(question.step)) != 0:
                raise _Wrong("step", step=_number(question.step, question.unit))
        return value


class Day:
    """A calendar day, `YYYY-MM-DD`."""

    def check(self, question: Question, raw: Any) -> str:
        try:
            return self.comparable(raw)
        except ValueError:
            raise _Wrong("date") from None

    def show(self, question: Question, value: Any, language: str) -> str:
        day = date.fromisoformat(value)
        if language == "es":
            return f"{day.day} de {_MESES[day.month - 1]} de {day.year}"
        return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"

    def comparable(self, value: Any) -> str:
        if not isinstance(value, str) or not _ISO_DAY.fullmatch(value.strip()):
            raise ValueError("not an ISO day")
        day = date.fromisoformat(value.strip())
        if not _YEARS[0] <= day.year <= _YEARS[1]:
            raise ValueError("a year nobody means")
        return day.isoformat()


class Files:
    """Files already kept on the server, named by id; whether they are the candidate's own is the service's to check."""

    def check(self, question: Question, raw: Any) -> list[dict[str, Any]]:
        if isinstance(raw, str) or not isinstance(raw, Sequence):
            raise _Wrong("file")
        items = [self._one(question, item) for item in cast(Sequence[object], raw)]
        if len({item["file_id"] for item in items}) != len(items):
            raise _Wrong("repeated")
        if len(items) > question.max_files:
            raise _Wrong("too_many", limit=question.max_files)
        return items

    def _one(self, question: Question, raw: object) -> dict[str, Any]:
        if not isinstance(raw, Mapping):
            raise _Wrong("file")
        item = cast(Mapping[str, object], raw)
        file_id, name, size = item.get("file_id"), item.get("name"), item.get("size")
        fits = isinstance(file_id, str) and isinstance(name, str) and isinstance(size, int)
        if not fits or isinstance(size, bool) or not file_id or not str(name).strip() or cast(int, size) < 0:
            raise _Wrong("file")
        allowed = tuple("." + e.lower().lstrip(".") for e in question.extensions)
        if allowed and not str(name).lower().endswith(allowed):
            raise _Wrong("extension", allowed=", ".join(allowed))
        return {"file_id": file_id, "name": str(name).strip()[:200], "size": size}

    def show(self, question: Question, value: Any, language: str) -> str:
        return ", ".join(item["name"] for item in value)

    def comparable(self, value: Any) -> frozenset[str]:
        return frozenset(item["file_id"] for item in value)


_KINDS: Mapping[QuestionKind, ValueKind] = {
    QuestionKind.SHORT_TEXT: Text(SHORT_LIMIT, one_line=True),
    QuestionKind.LONG_TEXT: Text(LONG_LIMIT, one_line=False),
    QuestionKind.YES_NO: YesNo(),
    QuestionKind.SINGLE_CHOICE: Choice(),
    QuestionKind.MULTIPLE_CHOICE: Choices(),
    QuestionKind.NUMBER: Number(),
    QuestionKind.SLIDER: Slider(),
    QuestionKind.DATE: Day(),
    QuestionKind.FILE: Files(),
}

# --- Words ----------------------------------------------------------------------------------------------------------

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u2028-\u202e\u2066-\u2069\ufeff]")
_NUMERIC = re.compile(r"[+-]?[0-9]{1,16}([.,][0-9]{1,9})?")
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTHS = "January February March April May June July August September October November December".split()
_MESES = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()

_SENTENCES: Mapping[str, tuple[str, str]] = {
    "text": ("Please write this as text.", "Escríbelo como texto."),
    "too_long": (
        "This is {over} characters too long: {limit} fit here.",
        "Sobran {over} caracteres: aquí caben {limit}.",
    ),
    "yes_no": ("Please choose yes or no.", "Elige sí o no."),
    "option": ("Please choose one of the options.", "Elige una de las opciones."),
    "options": ("Please choose from the options.", "Elige entre las opciones."),
    "repeated": ("The same thing is in there twice.", "Lo mismo aparece dos veces."),
    "number": ("Please enter a number, such as 2 or 2.5.", "Escribe un número, como 2 o 2,5."),
    "too_small": ("The smallest number possible is {limit}.", "El número más pequeño posible es {limit}."),
    "too_big": ("The largest number possible is {limit}.", "El número más grande posible es {limit}."),
    "step": ("Please use steps of {step}.", "Usa pasos de {step}."),
    "date": ("Please enter a full date.", "Escribe una fecha completa."),
    "file": ("This file did not arrive. Please attach it again.", "El archivo no llegó. Adjúntalo otra vez."),
    "too_many": ("At most {limit} files fit here.", "Aquí caben {limit} archivos como máximo."),
    "extension": (
        "This kind of file cannot be used here: {allowed}.",
        "Este tipo de archivo no sirve: {allowed}.",
    ),
}


def _sentence(wrong: _Wrong, language: str) -> str:
    english, spanish = _SENTENCES[wrong.sentence]
    return (spanish if language == "es" else english).format(**wrong.facts)


def _number(value: float, unit: str = "", language: str = "en") -> str:
    exact = Fraction(str(value))
    digits = f"{exact.numerator:,}" if exact.denominator == 1 else f"{float(exact):,.10g}"
    if len(digits.replace(",", "").lstrip("-")) <= 4:
        digits = digits.replace(",", "")  # 2019 reads as a year, 2,019 as a slip
    if language == "es":
        digits = digits.translate(_SPANISH_DIGITS)
    if unit in ("$", "€", "£"):
        return f"{unit}{digits}"
    joint = "" if unit == "%" else " "
    return f"{digits}{joint}{_singular(unit) if exact == 1 else unit}".strip()


_SPANISH_DIGITS = str.maketrans({",": ".", ".": ","})
_ONE: Mapping[str, str] = {
    **{
        plural: plural[:-1]
        for plural in ("years", "months", "weeks", "days", "hours", "minutes", "miles", "pounds")
    },
    **{plural: plural[:-1] for plural in ("años", "semanas", "días", "horas", "minutos", "millas")},
    "meses": "mes",
}


def _singular(unit: str) -> str:
    return _ONE.get(unit, unit)
