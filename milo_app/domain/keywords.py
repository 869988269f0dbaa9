"""What a text message asks of the sender before it is an answer to anything: stop, start, help, wrong number.

Single words are the carriers' own (they act on them too); sentences that mean the same ("please stop texting me",
"ya no me escriban") are ours to catch. Also how many message segments a text costs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Keyword(StrEnum):
    """STOP ends texts and is never a withdrawal; START brings them back; WRONG_NUMBER suppresses the number."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    WRONG_NUMBER = "wrong_number"
    WHO_IS_THIS = "who_is_this"


def keyword(text: str) -> Keyword | None:
    """The keyword that *text* as a whole means, or None where it is something to answer.

    YES is deliberately none: it may be an answer, and whoever is opted in needs no second opt-in.
    """
    plain = normal(text)
    if found := _EXACT.get(plain):
        return found
    if len(plain.split()) > 12:
        return None
    return next((kind for kind, pattern in _SENTENCES if pattern.search(plain)), None)


def normal(text: str) -> str:
    """*text* in lower case, without accents and punctuation, with single blanks: the form that phrases are matched
    in."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in spread if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w\s]|_", " ", bare.replace("'", "").replace("’", "")).split())


_EXACT: dict[str, Keyword] = {
    **dict.fromkeys(
        (
            *("stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke"),
            *("optout", "opt out", "remove", "parar", "cancelar", "basta", "detener"),
        ),
        Keyword.STOP,
    ),
    **dict.fromkeys(("start", "unstop", "resume texts", "empezar", "iniciar", "reanudar"), Keyword.START),
    **dict.fromkeys(("help", "info", "ayuda"), Keyword.HELP),
}

_SENTENCES: Sequence[tuple[Keyword, re.Pattern[str]]] = (
    (
        Keyword.WRONG_NUMBER,
        re.compile(
            r"\b(wrong (number|person)|numero equivocado|persona equivocada|se equivoco de numero"
            r"|(this|that) is not (my|the right) name|im not (the|that) person|no soy esa persona)\b"
        ),
    ),
    (
        Keyword.STOP,
        re.compile(
            r"\b((stop|quit) (text|texting|messag|messaging|contact|contacting|sending|writing|this|these|it)\w*"
            r"|(dont|do not|never) (ever )?(text|message|contact|write)( to)? me"
            r"|no more (texts?|messages?)|(take|remove) me (off|from)|leave me alone|unsubscribe me|opt me out"
            r"|(please|pls|just) stop|stop (please|pls|now)"
            r"|(deja|dejen|pare|paren|parad) de (escrib|mand|envi|text|contact)\w*"
            r"|no me (escrib|mand|envi|text|contact)\w*|no mas (mensajes|textos)|(quitame|quiteme|borrame) de"
            r"|no quiero (mas )?mensajes)\b"
        ),
    ),
    (
        Keyword.WHO_IS_THIS,
        re.compile(
            r"^((hi|hello|hey|hola|sorry|um|and|y) )?(who (is|are) (this|you|dis)|whos this|who dis|who r u"
            r"|quien (es|eres|habla|escribe)|de parte de quien)\b.{0,30}$"
        ),
    ),
)

# --- Segments -------------------------------------------------------------------------------------------------------

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_DOUBLE = frozenset("^{}\\[~]|€\f")
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u00a0\u2009\u202f\t", " "),
        "…": "...",
        "•": "-",
        "×": "x",
    }
)


@dataclass(frozen=True, kw_only=True)
class Segments:
    """What a text costs: `count` segments in `encoding` (GSM-7 or UCS-2), using `units` of it."""

    encoding: str
    units: int
    count: int


def segments(text: str) -> Segments:
    """How many segments *text* is sent in: 160 septets alone or 153 in parts; with any other sign, 70 or 67."""
    if all(c in _GSM or c in _GSM_DOUBLE for c in text):
        widths, alone, part, encoding = [2 if c in _GSM_DOUBLE else 1 for c in text], 160, 153, "GSM-7"
    else:
        widths, alone, part, encoding = [len(c.encode("utf-16-be")) // 2 for c in text], 70, 67, "UCS-2"
    units = sum(widths)
    if units <= alone:
        return Segments(encoding=encoding, units=units, count=1 if text else 0)
    count, left = 1, part
    for width in widths:  # a sign of two units is never cut in two
        if width > left:
            count, left = count + 1, part
        left -= width
    return Segments(encoding=encoding, units=units, count=count)


def plain(text: str) -> str:
    """*text* with typographic quotes, dashes and blanks in their plain form; letters stay as the writer put them."""
    return text.translate(_PLAIN)


def gsm7(text: str) -> str:
    """*text* in GSM-7 alone, for our own wording: accents that it lacks are dropped, other signs left out."""
    out: list[str] = []
    for c in plain(text):
        if c in _GSM or c in _GSM_DOUBLE:
            out.append(c)
            continue
        out.append("".join(b for b in unicodedata.normalize("NFKD", c) if b in _GSM))
    return "".join(out)
