"""Words as the lexical rules see them: split, brought to a stem, with the ones left out that say nothing.

English and Spanish. Good enough to tell that "assessed" and "assessments" speak of one thing; never shown to anyone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")

ENGLISH = frozenset(
    """a about after all also am an and any are as at be because been before being both but by can could did do does
    doing done down during each even few for from further get got had has have having he her here hers him his how i if
    in into is it its itself just like made make many me more most much my no nor not now of off on once one only or
    other our ours out over own really said same she should so some such than that the their theirs them then there
    these they this those through to too under until up us very was way we well were what when where which while who
    whom why will with would you your yours im ive id ill dont didnt""".split()
)
SPANISH = frozenset(
    """al algo como con cual cuando de del desde donde dos el ella ellas ellos en entre era eran es esa ese eso esta
    estaba este esto fue ha habia han hasta hay he la las le les lo los mas me mi mis muy nada ni no nos nosotros o para
    pero por porque que se ser si sin sobre son su sus tambien te tiene todo tu un una uno unos y ya yo""".split()
)
STOP_WORDS = ENGLISH | SPANISH
#: Small words of languages that the lexical rules cannot read, to tell them from the two that they can.
_OTHERS = {
    "fr": "le les des et est une je il dans pour pas sur avec qui nous vous ce cette mes au aux mais etait ai suis".split(),
    "pt": "o os um uma eu nao em com para mas voce meu minha foi muito na no dos das ele ela isso ao sao tenho".split(),
    "de": "der die das und ich ist nicht ein eine mit auf fur zu den dem wir sie habe war auch bei als von im".split(),
    "it": "il di e che non un una per sono mi ho con ma gli della nel piu anche come questo alla era lo".split(),
    "vi": "toi la va cua co khong mot cac cho duoc trong voi nguoi da lam benh".split(),
    "tl": "ang ng sa na ako ay mga ko at po ito hindi para may kung naman siya".split(),
    "ht": "mwen nan ak pou li yo te yon gen ki pa sa nou se".split(),
    "pl": "i w nie na jest ze z do sie to jak ale mam byl przez dla po co".split(),
}


def language_of(text: str) -> str:
    """The language of *text* by its small words: `en`, `es`, another code, or "" where too little tells."""
    words = tokens(text)
    if len(words) < 5:
        return ""
    counts = {name: sum(word in small for word in words) for name, small in _LANGUAGES.items()}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] >= max(2, len(words) // 10) else ""


_VOWELS = "aeiouy"


def bare(text: str) -> str:
    """*text* in lower case and without accents, of the same words."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in spread if not unicodedata.combining(c))


def tokens(text: str) -> list[str]:
    """The words of *text*, bare, in order, with repeats."""
    return [word.replace("'", "").replace("’", "") for word in _WORD.findall(bare(text))]


def stems(text: str) -> list[str]:
    """The stems of the words that carry meaning, in order, with repeats."""
    return [stem(word) for word in tokens(text) if word not in STOP_WORDS]


def sentences(text: str) -> Iterator[str]:
    """The sentences of *text*, each a verbatim piece of it."""
    for match in re.finditer(r"[^.!?\n]+(?:[.!?](?=\S)[^.!?\n]*)*[.!?]*", text):
        if match.group().strip():
            yield match.group().strip()


def stem(word: str) -> str:
    """A rough stem: the usual endings of number, person and tense are taken off while enough of the word is left."""
    for ending, instead, left in _ENDINGS:
        if word.endswith(ending):
            root = word[: -len(ending)]
            if len(root) >= left and any(c in _VOWELS for c in root):
                return _undouble(root + instead)
    return word


def _undouble(root: str) -> str:
    """`stopp` → `stop`, `plann` → `plan`; `assess` and `call` keep both."""
    if len(root) > 3 and root[-1] == root[-2] and root[-1] not in "sl" + _VOWELS:
        return root[:-1]
    return root.removesuffix("e") if len(root) > 3 else root


#: (ending, put in its place, least letters left before it), longest first within a family.
_ENDINGS: tuple[tuple[str, str, int], ...] = (
    ("itization", "", 4), ("itizing", "", 4), ("itized", "", 4), ("itizes", "", 4), ("itize", "", 4),
    ("izations", "iz", 3), ("ization", "iz", 3), ("iciones", "ic", 3), ("aciones", "", 3), ("ating", "", 4),
    ("ated", "", 4), ("ates", "", 4), ("ate", "", 4), ("ety", "", 3), ("amente", "", 3), ("imiento", "", 3), ("fulness", "", 3), ("mientos", "", 4),
    ("miento", "", 4), ("ations", "", 4), ("ation", "", 4), ("acion", "", 3), ("ments", "", 5), ("ment", "", 5),
    ("nesses", "", 3), ("ness", "", 3), ("ings", "", 3), ("ing", "", 3), ("ately", "", 4), ("ably", "", 4),
    ("ively", "", 4), ("ally", "", 4), ("ly", "", 4), ("ities", "", 4), ("ity", "", 4), ("ies", "y", 2),
    ("ied", "y", 2), ("ives", "", 4), ("ive", "", 4), ("sses", "ss", 2), ("ators", "", 4), ("ator", "", 4),
    ("ers", "", 4), ("er", "", 4), ("ed", "", 3), ("ando", "", 3), ("iendo", "", 3), ("ados", "", 3), ("adas", "", 3),
    ("ado", "", 3), ("ada", "", 3), ("idos", "", 3), ("idas", "", 3), ("ido", "", 3), ("ida", "", 3), ("aba", "", 3),
    ("ar", "", 3), ("ir", "", 3), ("es", "", 3), ("ss", "ss", 2), ("us", "us", 2), ("is", "is", 2), ("s", "", 3),
    ("os", "", 3), ("as", "", 3), ("o", "", 3), ("a", "", 3), ("e", "", 4), ("y", "", 4),
)  # fmt: skip

_LANGUAGES: dict[str, frozenset[str]] = {
    "en": ENGLISH,
    "es": SPANISH,
    **{name: frozenset(small) for name, small in _OTHERS.items()},
}
