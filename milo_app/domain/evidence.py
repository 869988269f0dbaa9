"""Quotes found again in a candidate's words, and the candidate's identity taken out of them before they are judged.

Both keep exact offsets, so that a quote from a redacted text jumps to its place in the original.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

# --- Quotes ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a quote stands: `text[start:end]` is what is shown."""

    start: int
    end: int


def find(quote: str, text: str) -> Place | None:
    """Where *quote* stands in *text* word for word, or None.

    Only what typesetting changes may differ: blanks and line breaks, kinds of quote marks and dashes, ligatures, and
    quote marks or dots put around the quote. It begins and ends with whole words.
    """
    wanted = _same_form(quote)[0].strip(" \"'.…")
    if not wanted:
        return None
    form, starts, ends = _same_form(text)
    at = form.find(wanted)
    while at >= 0:
        stop = at + len(wanted)
        if not _cuts_word(form, at) and not _cuts_word(form, stop):
            return Place(start=starts[at], end=ends[stop - 1])
        at = form.find(wanted, at + 1)
    return None


def _cuts_word(form: str, at: int) -> bool:
    return 0 < at < len(form) and form[at - 1].isalnum() and form[at].isalnum()


_MARKS = str.maketrans(
    {**dict.fromkeys("‘’‚‛′`´", "'"), **dict.fromkeys("“”„‟″«»", '"'), **dict.fromkeys("‐‑‒–—―−", "-")}
)
_UNSEEN = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")


def _same_form(text: str) -> tuple[str, list[int], list[int]]:
    """*text* in the form that quotes are compared in, and for each sign of it where it came from and ended."""
    form: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for i, sign in enumerate(text):
        if sign in _UNSEEN:
            continue
        if sign.isspace():
            if form and form[-1] == " ":
                ends[-1] = i + 1
                continue
            sign = " "
        for part in unicodedata.normalize("NFKC", sign).translate(_MARKS):
            form.append(part)
            starts.append(i)
            ends.append(i + 1)
    return "".join(form), starts, ends


# --- Identity -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Identity:
    """What is known of the person and must not reach an evaluator. More names or places may be added by the caller."""

    name: str = ""
    email: str = ""
    phone: str = ""
    others: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Span:
    """One replacement: `text[start:end]` of the redacted text stands for `source[from_start:from_end]`."""

    start: int
    end: int
    from_start: int
    from_end: int
    kind: str


@dataclass(frozen=True, kw_only=True)
class Redacted:
    """A text without identity. `spans` are the replacements in order; `source` is what it was made from."""

    text: str
    source: str
    spans: tuple[Span, ...] = ()

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The offsets in the source of `text[start:end]`; a replacement that is cut counts whole."""
        return self._back(start, at_end=False), self._back(end, at_end=True)

    def _back(self, at: int, *, at_end: bool) -> int:
        shift = 0
        for span in self.spans:
            if span.start == span.end:
                # Something was taken out without a mark: what begins here begins after it, what ends here before it.
                if at < span.start or (at == span.start and at_end):
                    break
                shift = span.from_end - span.end
                continue
            if span.start < at < span.end or (at == span.start and not at_end) or (at == span.end and at_end):
                return span.from_end if at_end else span.from_start
            if span.end > at:
                break
            shift = span.from_end - span.end
        return at + shift

    def restored(self) -> str:
        """The source again, put together from this text and its replacements."""
        out: list[str] = []
        done = 0
        for span in self.spans:
            out += [self.text[done : span.start], self.source[span.from_start : span.from_end]]
            done = span.end
        return "".join((*out, self.text[done:]))


def redact(text: str, identity: Identity) -> Redacted:
    """*text* with names, addresses of every kind, ages, schools and words of gender replaced by `[kind]`."""
    out: list[str] = []
    spans: list[Span] = []
    done = length = 0
    for start, end, kind in _merged(_found(text, identity)):
        mark = f"[{kind}]"
        out += [text[done:start], mark]
        length += start - done
        spans.append(Span(start=length, end=length + len(mark), from_start=start, from_end=end, kind=kind))
        length, done = length + len(mark), end
    return Redacted(text="".join((*out, text[done:])), source=text, spans=tuple(spans))


def _merged(found: Iterator[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    """The finds in order, the longer of two that overlap."""
    done = 0
    for start, end, kind in sorted(found, key=lambda hit: (hit[0], -hit[1])):
        if start >= done and end > start:
            yield start, end, kind
            done = end


def _found(text: str, identity: Identity) -> Iterator[tuple[int, int, str]]:
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            yield match.start(), match.end(), kind
    for kind, pattern in _known(identity):
        for match in pattern.finditer(text):
            yield match.start(), match.end(), kind


def _known(identity: Identity) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Patterns for what is known of this person. A part of a name counts only where it is written as a name, since
    Will, Grace and Mark are also words."""
    names = [identity.name, *identity.others]
    for name in filter(str.strip, names):
        yield "name", re.compile(rf"(?<!\w){_spaced(name)}(?:['’]s)?(?!\w)", re.IGNORECASE)
    for part in identity.name.split():
        if len(part) >= 2:
            forms = {
                re.escape(form) for form in (part, part.capitalize(), part.upper()) if form[:1].isupper()
            }
            if forms:
                yield "name", re.compile(rf"(?<!\w)(?:{'|'.join(sorted(forms))})(?:['’]s)?(?!\w)")
    if identity.email.strip():
        yield "email", re.compile(re.escape(identity.email.strip()), re.IGNORECASE)
    digits = re.sub(r"\D", "", identity.phone)
    if len(digits) >= 7:
        yield "phone", re.compile(r"\+?" + r"[\s().-]*".join(digits[-10:]))


def _spaced(name: str) -> str:
    return r"\s+".join(re.escape(part) for part in name.split())


_STREET = (
    "street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|place|pl|way|terrace|ter|circle|cir"
    "|highway|hwy|parkway|pkwy"
)
_SCHOOL = r"(?:University|College|Institute of Technology|High School|Academy|Polytechnic|Seminary|Law School|School of \w+)"
_CAPITALS = r"(?:(?:[A-ZÁÉÍÓÚÑÜ][\w.’'&-]{0,30}|of|the|at|and|de|del|la|los|las|for|in)[ \t]{1,3})"
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")),
    ("link", re.compile(r"\b(?:https?://|www\.)\S+|\b(?:linkedin|facebook|instagram|github)\.com/\S+", re.IGNORECASE)),
    ("phone", re.compile(r"(?<![\w.])\+?(?:\d[\s().-]{0,2}){9,14}\d(?!\w)|\(\d{3}\)\s?\d{3}[\s.-]?\d{4}\b|\b\d{3}[-.]\d{4}\b")),
    ("address", re.compile(
        rf"\b\d{{1,6}}\s+(?:[NSEW]\.?\s+)?(?:[A-ZÁÉÍÓÚÑ][\w'’.-]*\s+){{1,4}}(?i:{_STREET})\b\.?"
        r"(?:,?\s*(?:Apt|Unit|Suite|Ste|#)\.?\s*\w+)?(?:,\s*[A-Z][\w\s]{1,30},\s*[A-Z]{2}(?:\s+\d{5}(?:-\d{4})?)?)?")),
    ("address", re.compile(r"\b(?:Calle|Avenida|Av\.|Carrera|Paseo|Plaza)\s+[A-ZÁÉÍÓÚÑ0-9][\w\sáéíóúñ]{1,40}?,?\s*(?:#|n[.º°]?\s*)?\d{1,5}\b")),
    ("address", re.compile(r"\b[A-Z]{2}\s+\d{5}(?:-\d{4})?\b|\b(?i:zip(?: code)?):?\s*\d{5}\b")),
    ("age", re.compile(
        r"(?<!\w)(?:(?:I am|I’m|I'm|aged?|age:|edad:?|tengo)\s+)(?:1[4-9]|[2-8]\d)(?:\s+(?:years?[- ]old|years of age|años(?: de edad)?))(?!\w)"
        r"|(?<!\w)(?:aged?|age:|edad:?)\s+(?:1[4-9]|[2-8]\d)(?!\w)"
        r"|(?<!\w)(?:1[4-9]|[2-8]\d)[- ]years?[- ]old(?!\w)|(?<!\w)(?:1[4-9]|[2-8]\d)\s+años de edad"
        r"|(?<!\w)(?:born|nacid[oa])\s+(?:(?:in|on|en|el)\s+)?[\w\s,/.-]{0,24}?(?:19|20)\d{2}(?!\w)"
        r"|(?<!\w)(?:date of birth|dob|birth ?date|fecha de nacimiento)\s*:?\s*[\w\s,/.-]{0,24}?\d{2,4}(?!\w)", re.IGNORECASE)),
    ("school", re.compile(
        rf"(?<!\w)(?:[A-ZÁÉÍÓÚÑ][\w.’'&-]{{0,30}}[ \t]+)(?:{_CAPITALS}{{0,4}}){_SCHOOL}\b(?:[ \t]+(?:of|at|in)(?:[ \t]+[A-Z][\w.-]*){{1,4}})?"
        r"|\b(?:University|College|Universidad|Instituto Tecnol[oó]gico|Colegio|Escuela|Instituto)[ \t]+(?:(?:of|de|del|la|los|at|in|Nacional|Aut[oó]noma)[ \t]+)*"
        r"[A-ZÁÉÍÓÚÑ][\w-]*(?:[ \t]+(?:(?:at|de|del|la)[ \t]+)?[A-ZÁÉÍÓÚÑ][\w-]*){0,3}"
        r"|\b(?:Harvard|Yale|Princeton|Stanford|MIT|UCLA|NYU|Oxford|Cambridge|UNAM)\b")),
    ("person", re.compile(
        r"(?<!\w)(?:(?:mr|mrs|ms|sra?)\.|mr|mrs|ms|miss|sir|madam|ma['’]am|he/him(?:/his)?|she/her(?:/hers)?|they/them"
        r"|he|she|him|her|his|hers|himself|herself|husband|wife|mother|father|mom|dad|mum|woman|women|man|men|girl|boy"
        r"|lady|gentleman|female|male|pregnant|pregnancy|maternity|paternity|señora|señorita|señor|ella|él|esposa|esposo"
        r"|marido|madre|padre|mamá|papá|mujer|hombre|embarazada|embarazo)(?!\w)", re.IGNORECASE)),
)  # fmt: skip
