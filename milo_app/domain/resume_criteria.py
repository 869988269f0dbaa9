"""Does a resume show what a role needs? Answered with the words that show it, or honestly with "unsure".

The reader looks for the recruiter's own terms. It never reads "no" out of a resume: what it does not find, or finds
beside words such as *seeking*, *expired* or *not*, is asked of the candidate as one exact question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from milo_app.domain import resume_dates as dates
from milo_app.domain.dealbreakers import Reading, ReadingStatus
from milo_app.domain.plan import Criterion, CriterionKind
from milo_app.domain.resume import LIMIT, Line, Profile, WorkEntry
from milo_app.domain.resume_words import fold

#: A quote is at most this many characters of a line.
QUOTE = 300
#: Mentions of a term looked at in one line, and characters on each side of one in which its sentence is looked for;
#: no honest line has more.
MENTIONS = 20
REACH = 400


def read_criteria(
    criteria: Iterable[Criterion],
    text: str,
    profile: Profile,
    language: str,
    now: datetime,
    *,
    plan_language: str = "en",
) -> dict[str, Reading]:
    """Read each eligibility criterion in *text*, whose profile is *profile*; scored ones are left to an evaluator.

    *language* is the resume's ISO 639-1 code, "" where nobody could tell. A resume in another language than the
    plan's is never read for sure: its readings are `unsure`, with the place that a person should look at.
    Every quote is `text[start:end]`.
    """
    foreign = bool(language) and language != plan_language
    found: dict[str, Reading] = {}
    for criterion in criteria:
        if criterion.kind == CriterionKind.ELIGIBILITY:
            reading = _read(criterion, text[:LIMIT], profile, now)
            if foreign:
                reading = replace(
                    reading, status=ReadingStatus.UNSURE, confidence=min(reading.confidence, 0.2)
                )
            found[criterion.id] = reading
    return found


@dataclass(frozen=True, kw_only=True)
class _Mention:
    """A line that names a term. `doubt`: "" for none, `soft` spoils this line only, `hard` the whole reading."""

    line: Line
    end: int
    doubt: str

    @property
    def rank(self) -> int:
        order = ("licenses", "experience", "education", "summary", "", "skills", "languages", "contact")
        return order.index(self.line.section) if self.line.section in order else len(order)


def _read(criterion: Criterion, text: str, profile: Profile, now: datetime) -> Reading:
    patterns = [_pattern(term) for term in criterion.terms if term.strip()]
    if not patterns and criterion.min_years is None:
        return Reading(status=ReadingStatus.UNSURE)
    if criterion.min_years is not None:
        return _read_years(criterion.min_years, patterns, text, profile, now)
    return _read_terms(list(_mentions(patterns, text, profile, now)), text)


# --- Terms -----------------------------------------------------------------------------------------------------------


def _read_terms(mentions: Sequence[_Mention], text: str) -> Reading:
    if not mentions:
        return Reading(status=ReadingStatus.NOT_SHOWN, confidence=0.5)
    hard = next((m for m in mentions if m.doubt == "hard"), None)
    if hard is not None:
        return _quoted(ReadingStatus.UNSURE, hard.line.start, hard.end, text, 0.4)
    clean = sorted((m for m in mentions if not m.doubt), key=lambda m: m.rank)
    if not clean:
        return _quoted(ReadingStatus.UNSURE, mentions[0].line.start, mentions[0].end, text, 0.3)
    sure = 0.85 if clean[0].line.section in ("licenses", "experience") else 0.7
    return _quoted(ReadingStatus.SHOWN, clean[0].line.start, clean[0].end, text, sure)


def _mentions(
    patterns: Sequence[re.Pattern[str]], text: str, profile: Profile, now: datetime
) -> Iterator[_Mention]:
    """Every line that names one of the terms, in order, with the doubt that its sentence raises."""
    lines = profile.lines
    for i, line in enumerate(lines):
        if line.section == "references":
            continue
        places = [match.span() for pattern in patterns for match in pattern.finditer(line.text)]
        end = line.end
        if not places:
            places = list(_across(patterns, text, lines, i))
            if not places:
                continue
            end = lines[i + 1].end
        if line.heading:  # "ICU EXPERIENCE" says nothing by itself; what stands below does.
            continue
        yield _Mention(line=line, end=end, doubt=_doubt(lines, i, places, patterns, now))


def _across(
    patterns: Sequence[re.Pattern[str]], text: str, lines: Sequence[Line], i: int
) -> Iterator[tuple[int, int]]:
    """Terms that begin in line *i* and end in the next one, where a page was too narrow."""
    if i + 1 >= len(lines) or lines[i + 1].heading or lines[i + 1].bullet:
        return
    start, border = lines[i].start, lines[i].end
    joined = text[start : lines[i + 1].end]
    if len(joined) > len(lines[i].text) + len(lines[i + 1].text) + 8:
        return
    for pattern in patterns:
        for match in pattern.finditer(joined):
            if match.start() < border - start < match.end():
                yield match.start(), border - start


def _pattern(term: str) -> re.Pattern[str]:
    """How a term is looked for: whole words, any spacing or hyphen between them, plural or not, accents or not.

    Short terms in capitals (RN, OR, CA) must stand in capitals, with or without dots.
    """
    words = term.split()
    if len(words) == 1 and term.isalpha() and term.isupper() and len(term) <= 5:
        body = r"\.?".join(re.escape(letter) for letter in term)
        return re.compile(rf"(?<![\w]){body}(?:\.(?!\w))?s?(?!\w)")
    body = r"[\s\-–/]+".join(_flexible(word) for word in re.split(r"[\s\-–/]+", term.strip()) if word)
    plural = "(?:e?s)?" if term[-1:].isalpha() else ""
    return re.compile(rf"(?<!\w){body}{plural}(?!\w)", re.IGNORECASE)


_ACCENTS = {"a": "aáàâãä", "e": "eéèêë", "i": "iíìîï", "o": "oóòôõö", "u": "uúùûü", "n": "nñ", "c": "cç"}


def _flexible(word: str) -> str:
    return "".join(
        f"[{_ACCENTS[plain]}{_ACCENTS[plain].upper()}]"
        if (plain := fold(letter)) in _ACCENTS
        else re.escape(letter)
        for letter in word
    )


# --- Doubt -----------------------------------------------------------------------------------------------------------

#: Words that say the thing is not, not yet or no longer held. They spoil the reading, whatever other lines say.
_HARD = re.compile(
    r"\b(?:in progress|in process|pending|expired|lapsed|inactive|revoked|suspended|surrendered|denied|eligible"
    r"|eligibility|anticipated|expected|pursuing|working to(?:wards?)?|candidate for|applied for"
    r"|application (?:submitted|in|for)|will (?:obtain|receive|have|be|take|complete|sit)|to be (?:obtained|completed|taken|issued)"
    r"|plan(?:s|ning)? to|intend(?:s|ing)?(?: to)?|aspiring|hop(?:e|es|ing) to|prepar(?:e|ing) (?:for|to)"
    r"|studying (?:for|to)|not yet|awaiting|waiting for|failed|renewal"
    r"|en curso|en tr[aá]mite|en proceso|pendiente|vencid[oa]|caducad[oa]|expirad[oa]|inactiv[oa]|suspendid[oa]"
    r"|revocad[oa]|aspirante|cursando|estudiando|elegible|pr[oó]ximamente|por obtener|sin terminar)\b",
    re.IGNORECASE,
)
_NEGATION = re.compile(
    r"\b(?:not|never|none|without|lacks?|lacking|nor|neither|cannot|n/a|nunca|jam[aá]s|sin|ningun[oa]?|ning[uú]n|tampoco"
    r"|no longer|ya no)\b|\w+n['’]t\b|\bno\b(?!\s*[.:#º°]?\s*[#\dA-Z-]*\d)",
    re.IGNORECASE,
)
#: Words that take the thing away from the writer: wished for, past, or somebody else's. They spoil their own line.
_SOFT = re.compile(
    r"\b(?:seek(?:s|ing)?|looking (?:for|to)|desir(?:e|es|ing)|interested in|goal|objective|to become|become an?"
    r"|transition(?:ing)? (?:to|into)|wish(?:es|ing)?|want(?:s|ing)?|opportunity|busco|buscando|deseo|objetivo|quiero"
    r"|assist(?:s|ed|ing)?|support(?:s|ed|ing)?|help(?:s|ed|ing)?|report(?:s|ed|ing)? to|reporting to|under|alongside"
    r"|work(?:s|ed|ing)? (?:closely )?with|collaborat(?:es?|ed|ing) with|shadow(?:s|ed|ing)?|supervised by|directed by"
    r"|support(?:s|ed|ing)? (?:of|for)|mother|father|wife|husband|sister|brother|parents?|daughter|son"
    r"|student|candidate|program|enrolled|former(?:ly)?|retired|bridge|pre[\s-]?(?:nursing|licens\w+|rn|med)|estudiante"
    r"|schedul(?:e|es|ed|ing)|hir(?:e|es|ed|ing)|recruit(?:s|ed|ing)?|served?|serving|notif(?:y|ied|ying)"
    r"|familiar(?:ity)? with|exposure to|knowledge of|introduction to|intro to|apoy(?:o|[eé]|ando|aba)"
    r"|bajo (?:la )?supervisi[oó]n|ayud(?:o|[eé]|ando|aba))\b",
    re.IGNORECASE,
)
#: Harmless uses of the words above.
_HARMLESS = re.compile(
    r"\bno (?:restrictions?|limitations?|disciplin\w+(?: actions?)?|encumbrances?|history of discipline|lapses?)\b"
    r"|\bwithout (?:restrictions?|limitations?|encumbrances?|sponsorship|interruption)\b"
    r"|\b(?:do(?:es)?|will) not (?:now or in the future )?(?:require|need) (?:visa )?sponsorship\b"
    r"|\bnot only\b|\bunder pressure\b|\bno sponsorship (?:required|needed)\b|\bsin restricciones\b"
    r"|\bexpected outcomes?\b|\blife support\b|\bsupport (?:certifi\w+|provider|unit|cent(?:er|re))\b"
    r"|\bassisted living\b|\b(?:served|serving|hired|recruited) as\b|\bmother\W{0,3}(?:and|&)?\W{0,3}baby\b"
    r"|\bstudent health\b|\bresidency program\b",
    re.IGNORECASE,
)
_EXPIRY = re.compile(
    r"\b(?:exp(?:ires?|iry|iration)?\b\.?|valid (?:through|until|thru|to)|renewal due|renews?|vence|v[aá]lid[oa] hasta"
    r"|vigente hasta|good through|through|thru)\W{0,4}(?:date|on|in|el|en)?\W{0,4}(?P<rest>.{4,24})",
    re.IGNORECASE,
)
#: Stands where a term stood, so that the words of the term itself raise no doubt.
_MARK = "▯"


def _doubt(
    lines: Sequence[Line],
    i: int,
    places: Sequence[tuple[int, int]],
    patterns: Sequence[re.Pattern[str]],
    now: datetime,
) -> str:
    """How far the sentence around the terms in line *i* takes them back: "", `soft` or `hard`."""
    line = lines[i]
    clean = False
    worst = ""
    for sentence in dict.fromkeys(_sentence(line.text, start, end) for start, end in places[:MENTIONS]):
        before, after = _neighbours(lines, i, sentence, line.text)
        context = " ".join(part for part in (before, sentence, after) if part)
        level = _level(context, patterns, now)
        clean = clean or not level
        worst = "hard" if "hard" in (worst, level) else worst or level
    # One line may name the thing twice ("RN, supporting other RNs"); a clean mention outweighs a soft doubt only.
    return "" if clean and worst != "hard" else worst


def _level(context: str, patterns: Sequence[re.Pattern[str]], now: datetime) -> str:
    bare = context
    for pattern in patterns:
        bare = pattern.sub(f" {_MARK} ", bare)
    bare = _HARMLESS.sub(" ", bare)
    for match in _EXPIRY.finditer(bare):
        month = dates.last_month(match["rest"])
        if month is not None and month < dates.month_index(now):
            return "hard"
    negations = [match.span() for match in _NEGATION.finditer(bare)]
    marks = [i for i, letter in enumerate(bare) if letter == _MARK]
    if _HARD.search(bare) or any(-25 <= mark - start <= 80 for start, _ in negations for mark in marks):
        return "hard"
    return "soft" if negations or _SOFT.search(bare) or "?" in bare else ""


_END = re.compile(r"[.!?;]\s+(?=[A-ZÁÉÍÓÚÑ¿¡▯•])|\s[•●]\s")
_ABBREVIATION = re.compile(
    r"(?:\b(?:no|lic|nos|st|dr|mr|mrs|ms|inc|dept|exp|cert|num|núm)|\b[A-Z])\.$", re.IGNORECASE
)


def _sentence(text: str, start: int, end: int) -> str:
    """The sentence of *text* that holds the characters from *start* to *end*."""
    first, last = max(0, start - REACH), min(len(text), end + REACH)
    for match in _END.finditer(text, first, last):
        if _ABBREVIATION.search(text[max(0, match.start() - 8) : match.start() + 1]):
            continue
        if match.end() <= start:
            first = match.end()
        elif match.start() + 1 >= end:
            last = match.start() + 1
            break
    return text[first:last]


def _neighbours(lines: Sequence[Line], i: int, sentence: str, text: str) -> tuple[str, str]:
    """The wrapped lines before and after that the sentence runs on into, or ""."""
    before = after = ""
    if text.startswith(sentence) and i and not lines[i].bullet and _runs_on(lines[i - 1], lines[i]):
        above = lines[i - 1].text
        before = _sentence(above, len(above), len(above))
    if text.endswith(sentence) and i + 1 < len(lines) and _runs_on(lines[i], lines[i + 1]):
        after = _sentence(lines[i + 1].text, 0, 1)
    return before, after


_OPEN_WORDS = frozenset(
    "a an the of and or to for in with my not no any as by at from valid active current hold holding held i have am un una"
    " el la de y o para en con mi no sin".split()
)


def _runs_on(above: Line, below: Line) -> bool:
    """Whether *below* continues the sentence of *above*: too cautious is fine, it only makes a reading unsure."""
    if above.heading or below.heading or below.bullet or above.section != below.section:
        return False
    if above.text.endswith((".", "!", "?", ":", ";")) or dates.last_month(above.text[-12:]) is not None:
        return False
    last = re.findall(r"[\w'’]+", above.text)[-1:]
    if below.text[:1].islower() or above.text.endswith((",", "-")) or (last and fold(last[0]) in _OPEN_WORDS):
        return True
    begins_anew = above.bullet or dates.last_month(below.text) is not None
    return not begins_anew and len(above.text.split()) >= 5 and bool(last) and last[0].islower()


# --- Years -----------------------------------------------------------------------------------------------------------

_CLAIM = re.compile(r"(\d{1,2}(?:[.,]\d)?)\s*\+?\s*(?:years?|yrs?\.?|años?)", re.IGNORECASE)
_CLAIM_WORDS = re.compile(
    r"\b(one|two|three|four|five|six|seven|eight|nine|ten|fifteen|twenty|un|dos|tres|cuatro|cinco|seis|siete|ocho"
    r"|nueve|diez)\s+(?:years?|años?)\b",
    re.IGNORECASE,
)


def _read_years(
    needed: float, patterns: Sequence[re.Pattern[str]], text: str, profile: Profile, now: datetime
) -> Reading:
    """Time in work whose head names a term (all work where there are no terms) against *needed* years.

    What is named only in the description of a job, or claimed without dates, may well be so: `unsure`.
    """
    named = [w for w in profile.work if not patterns or _head_says(w, text, patterns, profile, now)]
    told = [w for w in profile.work if w not in named and _body_says(w, text, patterns, profile, now)]
    sure = dates.total_months(piece for w in named for piece in w.pieces)
    months = needed * 12
    if named and sure >= months:
        longest = max(named, key=lambda w: w.months)
        rough = any(piece.rough for w in named for piece in w.pieces)
        if not rough or sure >= months + 12 or (len(named) == 1 and sure >= months):
            return _entry(ReadingStatus.SHOWN, longest, text, 0.6 if rough else 0.8)
        return _entry(ReadingStatus.UNSURE, longest, text, 0.5)
    possible = dates.total_months(piece for w in (*named, *told) for piece in w.pieces)
    if told and possible >= months:
        return _entry(ReadingStatus.UNSURE, max(told, key=lambda w: w.months), text, 0.5)
    claim = _claim(needed, patterns, profile)
    if claim is not None:
        return _quoted(ReadingStatus.UNSURE, claim.start, claim.end, text, 0.5)
    if named:
        near = sure >= months - 6 or (
            any(piece.rough for w in named for piece in w.pieces) and sure >= months - 12
        )
        status = ReadingStatus.UNSURE if near else ReadingStatus.NOT_SHOWN
        return _entry(status, max(named, key=lambda w: w.months), text, 0.5)
    return Reading(status=ReadingStatus.NOT_SHOWN, confidence=0.4)


def _head_says(
    entry: WorkEntry, text: str, patterns: Sequence[re.Pattern[str]], profile: Profile, now: datetime
) -> bool:
    return _says(entry.start, entry.head_end, text, patterns, profile, now)


def _body_says(
    entry: WorkEntry, text: str, patterns: Sequence[re.Pattern[str]], profile: Profile, now: datetime
) -> bool:
    return _says(entry.head_end, entry.body_end, text, patterns, profile, now)


def _says(
    start: int, end: int, text: str, patterns: Sequence[re.Pattern[str]], profile: Profile, now: datetime
) -> bool:
    """Whether a line from *start* to *end* names a term without any doubt about it."""
    for i, line in enumerate(profile.lines):
        if start <= line.start and line.end <= end:
            places = [match.span() for pattern in patterns for match in pattern.finditer(line.text)]
            if places and not _doubt(profile.lines, i, places, patterns, now):
                return True
    return False


_NUMBERS = {
    word: n
    for n, words in enumerate(
        "one un|two dos|three tres|four cuatro|five cinco|six seis|seven siete|eight ocho|nine nueve|ten diez".split(
            "|"
        ),
        1,
    )
    for word in words.split()
} | {"fifteen": 15, "twenty": 20}


def _claim(needed: float, patterns: Sequence[re.Pattern[str]], profile: Profile) -> Line | None:
    """A line that claims at least *needed* years of the thing in so many words."""
    for line in profile.lines:
        if line.section == "references" or (patterns and not any(p.search(line.text) for p in patterns)):
            continue
        told = [float(m[1].replace(",", ".")) for m in _CLAIM.finditer(line.text)]
        told += [float(_NUMBERS[m[1].lower()]) for m in _CLAIM_WORDS.finditer(line.text)]
        if any(years >= needed for years in told):
            return line
    return None


# --- Quotes ----------------------------------------------------------------------------------------------------------


def _entry(status: ReadingStatus, entry: WorkEntry, text: str, confidence: float) -> Reading:
    """A reading that quotes the head of one job, its dates included."""
    return _quoted(status, entry.start, entry.head_end, text, confidence)


def _quoted(status: ReadingStatus, start: int, end: int, text: str, confidence: float) -> Reading:
    end = min(end, start + QUOTE)
    return Reading(status=status, quote=text[start:end], start=start, end=end, confidence=confidence)
