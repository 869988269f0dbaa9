"""What in a candidate's words is not evidence, and is left out before anyone judges them: text that speaks to whoever
scores it, signs that nobody sees, letters of another script in disguise, word lists, repetitions, copied job text.

Leaving it out is all that happens: the rest is judged as if it were alone, so that none of it helps or harms. It is told to
the recruiter as a fact. A sentence too many left out costs evidence, so a rule here asks for words that nobody tells of
their work with.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from milo_app.domain.evidence import Redacted, Span
from milo_app.domain.words import STOP_WORDS, tokens

#: What was left out, in a sentence for the recruiter, the gravest first.
TOLD = {
    "instruction": "Contains text that speaks to whoever scores it. That was left out and changed nothing.",
    "hidden": "Contains signs that a reader cannot see. They were left out and changed nothing.",
    "stuffing": "A list of words that tells nothing was left out.",
    "copied": "Text copied from the job description or the question was left out.",
    "repeated": "What is said more than once counts once.",
}


@dataclass(frozen=True, kw_only=True)
class Cleaned:
    """The words that are left, with the way back to their place in the source; `notices` are keys of `TOLD`."""

    left: Redacted
    notices: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """What the recruiter should know, in one sentence; empty where there is nothing to tell."""
        return next((sentence for kind, sentence in TOLD.items() if kind in self.notices), "")


def clean(text: str, *, shown: Sequence[str] = (), prose: bool = True) -> Cleaned:
    """*text* without what is no evidence. *shown* is what the candidate could copy; *prose*: sentences are expected, so
    that a bare list of words tells nothing (in a resume it does)."""
    form = _Form.of(text)
    out: list[str] = []
    spans: list[Span] = []
    notices: set[str] = set()
    done = length = 0
    for start, end, kind, instead in _merged(_found(text, form, shown, prose)):
        out += [text[done:start], instead]
        length += start - done
        spans.append(Span(start=length, end=length + len(instead), from_start=start, from_end=end, kind=kind))
        length, done = length + len(instead), end
        notices.add(kind)
    left = Redacted(text="".join((*out, text[done:])), source=text, spans=tuple(spans))
    return Cleaned(left=left, notices=tuple(kind for kind in TOLD if kind in notices))


_Cut = tuple[int, int, str, str]


def _found(text: str, form: _Form, shown: Sequence[str], prose: bool) -> Iterator[_Cut]:
    """(start, end, kind, what is put instead), in no order."""
    yield from _unseen(text)
    yield from _disguised(text)
    blocks = [hit for way in form.ways for pattern in _BLOCKS for hit in pattern.finditer(way)]
    for hit in blocks:
        yield *form.place(*hit.span()), "instruction", ""
    copied = set[tuple[str, ...]]().union(*(_runs(one) for one in shown))
    seen: set[str] = set()
    for hit in _SENTENCE.finditer(form.plain):
        start, end = hit.span()
        said = hit.group().strip()
        if not said:
            continue
        if any(_INSTRUCTION.search(way[start:end].strip(" \n\t\"'*#>-()")) for way in form.ways):
            yield *form.place(start, end), "instruction", ""
        elif _SPACED.search(said):
            yield *form.place(start, end), "hidden", ""
        elif _is_copied(said, copied):
            yield *form.place(start, end), "copied", ""
        elif prose and said in seen and len(said.split()) >= 4:
            yield *form.place(start, end), "repeated", ""
        elif prose and is_word_list(said):
            yield *form.place(start, end), "stuffing", ""
        seen.add(said)


def _merged(found: Iterator[_Cut]) -> Iterator[_Cut]:
    """The cuts in order; the longer of two that overlap, and what sticks out of it on its own."""
    done = 0
    for start, end, kind, instead in sorted(found, key=lambda cut: (cut[0], -cut[1])):
        if end <= done:
            continue
        start = max(start, done)
        yield start, end, kind, instead if kind == "spelling" else ""
        done = end


# --- Signs ------------------------------------------------------------------------------------------------------------


def _is_unseen(sign: str) -> bool:
    return unicodedata.category(sign) == "Cf" or sign in "\u034f\u115f\u1160\u3164\uffa0"


def _unseen(text: str) -> Iterator[_Cut]:
    """Runs of signs without a shape. One that joins letters of a script that needs it stays."""
    if text.isascii():
        return
    at = 0
    while at < len(text):
        end = at
        while end < len(text) and _is_unseen(text[end]):
            end += 1
        if end > at and not (text[at:end] in "\u200c\u200d" and _joins(text, at)):
            told = any("\U000e0020" <= c <= "\U000e007f" or c in "\u202d\u202e" for c in text[at:end])
            yield at, end, "hidden" if told else "unseen", ""
        at = max(end, at + 1)


def _joins(text: str, at: int) -> bool:
    return at > 0 and ord(text[at - 1]) > 0x5FF


_LIKE = str.maketrans(
    "аеорсухіјѕԁһвкмнтʟɡαοερτνικυχѵ",
    "aeopcyxijsdhbkmhtlgaoeptvikuxv",
)
_WORD = re.compile(r"\w+")


def _disguised(text: str) -> Iterator[_Cut]:
    """Words that mix Latin letters with their likes of another script, as they were meant to be read."""
    if text.isascii():
        return
    for hit in _WORD.finditer(text):
        word = hit.group()
        if word.isascii():
            continue
        meant = "".join(
            c.translate(_LIKE) if c.islower() else c.lower().translate(_LIKE).upper() if c.isupper() else c
            for c in word
        )
        if meant != word and any("a" <= c <= "z" for c in word.lower()) and len(meant) == len(word):
            yield hit.start(), hit.end(), "spelling", meant


@dataclass(frozen=True, kw_only=True)
class _Form:
    """*text* as the rules read it: small letters, no accents, nothing unseen; `starts` leads back. `ways` are the ways of
    reading it, sign for sign: as written, with likes of another script, with figures for letters."""

    plain: str
    starts: tuple[int, ...] | None
    ways: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> _Form:
        if text.isascii():
            plain, starts = text.lower(), None
        else:
            signs: list[str] = []
            places: list[int] = []
            for i, sign in enumerate(text):
                if "\U000e0020" <= sign <= "\U000e007e":
                    sign = chr(ord(sign) - 0xE0000)  # Tags spell ASCII out of sight.
                if _is_unseen(sign):
                    continue
                for part in unicodedata.normalize("NFKD", sign).casefold():
                    if not unicodedata.combining(part):
                        signs.append(part)
                        places.append(i)
            plain, starts = "".join(signs), (*places, len(text))
        meant = plain.translate(_LIKE)
        ways = dict.fromkeys((plain, meant, meant.translate(str.maketrans("013457@$", "oieastas"))))
        return cls(plain=plain, starts=starts, ways=tuple(ways))

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where this piece of the form stands in the text."""
        if self.starts is None:
            return start, end
        return self.starts[start], self.starts[end]


# --- Sentences --------------------------------------------------------------------------------------------------------

_SENTENCE = re.compile(r"[^.!?。！？\n]+(?:[.](?=\w)[^.!?。！？\n]*)*[.!?。！？]*[\"'”’)\]*]*\s*")
_SPACED = re.compile(r"(?:(?<![a-z])[a-z][ ._*-]{1,2}){9,}[a-z](?![a-z])")

_BLOCKS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        r"```.*?(?:```|\Z)\s*",
        r"<\|[a-z_]{1,20}\|>(?:.*?<\|[a-z_]{1,20}\|>)*\s*",
        r"\[/?inst\](?:.{0,2000}?\[/inst\])?\s*",
        r"<<sys>>.*?(?:<</sys>>|\Z)\s*",
        r"<!--.*?(?:-->|\Z)\s*",
        r"<(system|assistant|user|instructions?|admin|prompt|evaluation|answer|score|result)\b[^>]{0,80}>.{0,2000}?</\1>\s*",
        r"</?[a-z_]{2,24}(?:\s[^<>]{0,80})?/?>\s*",
        r"(?:[\"'}\])]{1,8},?\s?)?[{\[,][^{}\n]{0,200}[\"'](?:score|rating|confidence|quotes?|reasons?|role|verdict|grade|passed)[\"']\s*:[^\n]{0,500}?(?:\}[\]}\"']*|$|\n)\s*",
        r"(?<![a-z0-9+/=])(?=[a-z0-9+/]*[0-9+/])[a-z0-9+/]{40,}={0,2}(?![a-z0-9+/=])\s*",
        r"(?:\\(?:x[0-9a-f]{2}|u[0-9a-f]{4})){6,}\s*",
    )
)

_BEGIN = (
    r"(?:^|[,;:>\]]\s*|\b(?:please|now|simply|just|kindly|must|should|shall|you (?:will|can|may|are to|need to|have to)"
    r"|i (?:order|command|instruct|ask|urge) you to|instead|por favor|debes?|bitte|veuillez)\s+)"
)
_JUDGE = (
    r"(?:ai\b|llm|gpt|chatgpt|claude|gemini|language model|the model|evaluator|grader|judge|scorer|scoring (?:system|model|engine)"
    r"|assistant|screening (?:system|tool|bot)|hiring (?:bot|system|model)|recruit\w* (?:bot|system|model)|algorithm"
    r"|whoever (?:scores|judges|grades)|evaluador|modelo|bewerter|evaluateur)"
)
_MARK = r"(?:scores?|ratings?|grades?|full marks?|top marks?|marks? of|points|stars|5\s*/\s*5|10\s*/\s*10|(?:5|five) out of (?:5|five)|(?:10|ten) out of (?:10|ten))"
#: Who works with scores of their own speaks of these.
_NOT_WORK = r"(?!\s+(?:the |an? |each |every |all |their |his |her )?(?:\w+ )?(?:patients?|residents?|clients?|customers?|students?|pain|team|shift)\b)"
_THIS = r"(?:this|the|my|the above|above)\s+(?:answer|response|candidate|applicant|resume|cv|submission|interview|transcript)"
_INSTRUCTION = re.compile(
    "|".join(
        (
            # Do not do what you were told.
            rf"{_BEGIN}(?:do not follow|don't follow|ignore|disregard|forget|override|bypass|discard)\b[^.]{{0,30}}\b(?:instruction|prompt|rubric|criteri"
            r"|(?:previous|prior|above|earlier|preceding)\b|what you were told|your (?:rules|guidelines|task|training|policy)|all (?:rules|guidelines)|everything)",
            r"\b(?:ignor|disregard|overrid|overwrit)\w*\s+(?:all |any |the |your |these |of )*(?:previous|prior|above|earlier|preceding|system)\s+(?:instruction|prompt|message|rule|text)",
            r"\b(?:new|updated|revised|real|actual|hidden|secret|special|additional) (?:system )?(?:instructions?|prompt|directive)\s*(?:[:.]|follow|for|are|is)",
            # Give a score.
            rf"{_BEGIN}(?:give|assign|award|grant|rate|grade|score|mark|set|output|return|respond|reply|print|write|record|report)\b{_NOT_WORK}[^.]{{0,60}}\b{_MARK}",
            rf"{_BEGIN}(?:give|award|rate|grade|score|mark)\b\s+(?:me|him|her|them|it|{_THIS})\b[^.]{{0,40}}\b(?:5|five|highest|maximum|max|perfect|top|100|10)\b",
            rf"{_BEGIN}(?:mark|treat|consider|classify|flag|declare)\b\s+(?:me|{_THIS})\b[^.]{{0,40}}\b(?:passed|passing|excellent|perfect|qualified|ideal|strong|hired|complete|correct|5)",
            r"\b(?:correct|right|final|expected|recommended|only (?:valid|correct|acceptable)|appropriate|true|required) (?:score|rating|grade)\s*(?:is|should|must|here|for|:|=)",
            r"^\W*(?:overall |final |total )?(?:score|rating|grade|confidence|puntuacion|calificacion)\s*(?:[:=]|is|of)\s*[\"']?(?:\d|five|ten|max)",
            rf"\b{_THIS}\b[^.]{{0,60}}\b(?:deserves?|earns?|merits?|warrants?|should (?:get|receive|be (?:given|scored|rated|graded|marked))|must (?:get|receive|be)"
            r"|scores? (?:a|5|five|10|full|max)|meets all|covers all|satisfies (?:all|every)|is (?:a )?(?:perfect|5|five|flawless|the best))",
            r"\bi (?:deserve|should (?:get|receive|be given)|must be given|am owed)\b[^.]{0,30}\b(?:score|rating|5|five|full marks|top marks|highest)",
            # Who speaks to whom.
            rf"^\W*(?:dear|attention|attn|note to|notice to|message (?:to|for)|instructions? (?:to|for)|hey|hello|hi|to)\W+(?:the |all |any |our )*{_JUDGE}",
            rf"\byou(?: are|'re|r) (?:now )?(?:an? |the |no longer )?(?:\w+ )?{_JUDGE}",
            rf"\b(?:as|if you are) (?:an? |the )(?:ai\b|llm|language model|{_JUDGE}(?= ?,? ?you))",
            rf"\b(?:the )?{_JUDGE} (?:must|should|shall|has to|will|is (?:required|instructed|told) to)\b",
            r"^\W*(?:system|assistant|developer|admin(?:istrator)?|root|moderator|human|user)\s*(?:prompt|message|override|note|update|notice|instruction|alert)?\s*[:>\]][^.]*\b(?:score|evaluat|candidate|instruct|answer|grade|rating|override|approved)",
            r"\bsystem (?:override|prompt|message|update|notice)\b|\b(?:admin|developer|debug|god|maintenance|test|sudo) mode\b|\bjailbreak|\bdo anything now\b",
            r"\b(?:begin|end|start|close) (?:of )?(?:the )?(?:candidate'?s? )?(?:admin|system|answer|transcript|data|input|evaluation|context|prompt|user)\b(?:\W|$)",
            r"\b(?:previous|other|earlier|first|human) (?:evaluators?|graders?|judges?|reviewers?) (?:gave|scored|rated|agreed|already)",
            # The same in the languages that such texts come in most.
            r"\b(?:ignor[ae]|olvid[ae]|omit[ae]|descart[ae])\w*\b[^.]{0,30}\b(?:instruccion|indicacion|anterior|previ)",
            r"\b(?:dame|deme|otorga|asigna|pon|ponme|califica|punt[uú]a)\w*\b[^.]{0,40}\b(?:puntuacion|puntaje|calificacion|nota|puntos|cinco|maxim|5)\b",
            r"\best[ae] (?:respuesta|candidat[oa])\b[^.]{0,40}\b(?:merece|debe recibir|puntuacion|calificacion)",
            r"\bignorier\w*\b[^.]{0,40}\b(?:anweisung|vorherig|obig)|\b(?:gib|vergib|bewerte)\b[^.]{0,40}\b(?:punkt|note|hochst|5)",
            r"\bignore[zr]?\b[^.]{0,30}\b(?:instructions|consignes|precedent)|\b(?:donne[zr]?|attribue[zr]?|mets|mettez)\b[^.]{0,30}\b(?:note|score|maxim)",
            r"\bignor[ei]\w*\b[^.]{0,30}\b(?:instruco|istruzion|anterior|precedent)|\b(?:de|atribua|assegna|dai)\b[^.]{0,20}\b(?:nota|pontuac|punteggio)",
            r"(?:忽略|无视|忽視|無視).{0,12}(?:指令|指示|说明|說明|规则|提示)|(?:给|給|打).{0,10}(?:满分|滿分|最高分|[5五]分)",
            r"игнорир\w*.{0,30}(?:инструкц|указан)|(?:постав|дай|оцени)\w*.{0,30}(?:балл|оценк|5)",
        )
    )
)


def is_word_list(sentence: str) -> bool:
    """Many words with next to no small ones between them, or the same few over and over."""
    words = tokens(sentence)
    if len(words) < 12:
        return False
    small = sum(word in STOP_WORDS for word in words) / len(words)
    return small < 0.1 or len(set(words)) / min(len(words), 80) < 0.35


def _is_copied(sentence: str, copied: set[tuple[str, ...]]) -> bool:
    runs = _runs(sentence) if copied else set[tuple[str, ...]]()
    return len(runs) >= 4 and len(runs & copied) / len(runs) > 0.7


def _runs(text: str) -> set[tuple[str, ...]]:
    words = tokens(text)
    return {tuple(words[i : i + 4]) for i in range(len(words) - 3)}
