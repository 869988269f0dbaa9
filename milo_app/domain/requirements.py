"""What a job description requires, found by rules: each with the exact question to ask and how it reads in "You need"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from milo_app.domain.drafting_roles import Family
from milo_app.domain.job_text import JobText, Line
from milo_app.domain.plan import StageKind


@dataclass(frozen=True, kw_only=True)
class Found:
    """One requirement. `required` is False where the text only prefers it; `stage` is where it is asked."""

    id: str
    text: str
    question: str
    need: str
    stage: StageKind
    required: bool = True
    terms: tuple[str, ...] = ()
    min_years: float | None = None


@dataclass(frozen=True, kw_only=True)
class _Kind:
    """A requirement that is known by its words. Earlier ones win where two share an `id`."""

    id: str
    words: str
    text: str
    question: str
    need: str
    stage: StageKind = StageKind.RESUME
    terms: tuple[str, ...] = ()
    any_line: bool = False


_R, _F, _S, _V = StageKind.RESUME, StageKind.FORM, StageKind.SMS, StageKind.VOICE

_LICENSES = (
    _Kind(
        id="rn_license",
        words=r"\bRN\b|registered nurse",
        text="Holds an active registered nurse (RN) license",
        question="Do you hold an active registered nurse (RN) license for the state of this job?",
        need="an active RN license",
        terms=("registered nurse", "RN license", "licensed RN", "RN, BSN", "BSN, RN", "NCLEX-RN"),
    ),
    _Kind(
        id="lpn_license",
        words=r"\b(?:LPN|LVN)\b|licensed (?:practical|vocational) nurse",
        text="Holds an active LPN or LVN license",
        question="Do you hold an active practical or vocational nurse (LPN or LVN) license?",
        need="an active LPN or LVN license",
        terms=("licensed practical nurse", "licensed vocational nurse", "LPN", "LVN", "NCLEX-PN"),
    ),
    _Kind(
        id="cna_certificate",
        words=r"\bCNA\b|certified nursing assistant",
        text="Is a certified nursing assistant (CNA)",
        question="Are you a certified nursing assistant (CNA) with a current certificate?",
        need="a current CNA certificate",
        terms=("CNA", "certified nursing assistant"),
    ),
    _Kind(
        id="bls",
        words=r"\bBLS\b|basic life support",
        text="Current Basic Life Support (BLS) certification",
        question="Is your Basic Life Support (BLS) certification current, or will it be by your start date?",
        need="current BLS",
        terms=("BLS", "basic life support"),
    ),
    _Kind(
        id="acls",
        words=r"\bACLS\b",
        text="Current ACLS certification",
        need="current ACLS",
        question="Is your ACLS certification current, or will it be by your start date?",
        terms=("ACLS",),
    ),
    _Kind(
        id="cpr",
        words=r"\bCPR\b|first[- ]aid cert",
        text="Current CPR or first aid certification",
        need="current CPR certification",
        question="Is your CPR or first aid certification current?",
        terms=("CPR", "first aid"),
    ),
    _Kind(
        id="cdl_a",
        words=(
            r"\bCDL[- ]?A\b|class[- ]a\b.{0,12}\bCDL|\bCDL\b.{0,10}class[- ]a\b|class a (?:license|licence)"
        ),
        text="Holds a CDL Class A",
        question="Do you hold a valid Class A commercial driver's license (CDL)?",
        need="a valid CDL Class A",
        terms=("CDL A", "CDL-A", "Class A CDL", "CDL Class A", "commercial driver's license"),
    ),
    _Kind(
        id="cdl_b",
        words=r"\bCDL[- ]?B\b|class[- ]b\b.{0,12}\bCDL|\bCDL\b.{0,10}class[- ]b\b",
        text="Holds a CDL Class B",
        question="Do you hold a valid Class B (or A) commercial driver's license?",
        need="a valid CDL Class B",
        terms=("CDL B", "CDL-B", "Class B CDL", "CDL A", "Class A CDL"),
    ),
    _Kind(
        id="cdl",
        words=r"\bCDL\b|commercial driver'?s licen[cs]e",
        text="Holds a commercial driver's license (CDL)",
        question="Do you hold a valid commercial driver's license (CDL)?",
        need="a valid CDL",
        terms=("CDL", "commercial driver's license"),
    ),
    _Kind(
        id="drivers_license",
        words=r"driver'?s?'? licen[cs]e|driving licen[cs]e",
        text="Holds a valid driver's license",
        question="Do you hold a valid driver's license?",
        need="a valid driver's license",
        stage=_F,
    ),
    _Kind(
        id="forklift",
        words=r"forklift (?:certif\w+|licen[cs]\w+|operator certif\w+)|certified forklift",
        text="Certified to drive a forklift",
        question="Are you certified to drive a forklift?",
        need="a forklift certification",
        terms=("forklift", "forklift certified"),
    ),
    _Kind(
        id="food_handler",
        words=r"food handler|servsafe|food safety cert\w*",
        text="Food handler card",
        question="Do you have a food handler card, or can you get one by your start date?",
        need="a food handler card",
        terms=("food handler", "ServSafe"),
    ),
    _Kind(
        id="osha",
        words=r"\bOSHA[- ]?(?:10|30)\b",
        text="OSHA safety training",
        question="Do you hold a current OSHA 10 or 30 card?",
        need="an OSHA card",
        terms=("OSHA 10", "OSHA 30", "OSHA"),
    ),
    _Kind(
        id="cpa",
        words=r"\bCPA\b|certified public accountant",
        text="Certified public accountant",
        need="a CPA license",
        question="Are you a certified public accountant (CPA)?",
        terms=("CPA", "certified public accountant"),
    ),
    _Kind(
        id="teaching_license",
        words=r"teach(?:ing|er'?s?) (?:licen[cs]e|certificat\w+)",
        text="Holds a teaching license",
        question="Do you hold a current teaching license?",
        need="a teaching license",
        terms=("teaching license", "teaching certificate"),
    ),
    _Kind(
        id="guard_card",
        words=r"guard card|security licen[cs]e",
        text="Holds a security guard license",
        question="Do you hold a current security guard license?",
        need="a security guard license",
        terms=("guard card", "security license"),
    ),
    _Kind(
        id="clearance",
        words=r"security clearance|\bTS/SCI\b",
        text="Holds a security clearance",
        question="Do you hold an active security clearance?",
        need="a security clearance",
        terms=("security clearance", "TS/SCI"),
    ),
)

_EDUCATION = (
    _Kind(
        id="doctorate",
        words=r"\b(?:ph\.?d|doctorate|doctoral degree)\b",
        text="Has a doctorate",
        need="a doctorate",
        question="Do you have a doctorate?",
        terms=("PhD", "doctorate"),
    ),
    _Kind(
        id="masters",
        words=r"\bmaster'?s\b|\bMBA\b|\bMSN\b",
        text="Has a master's degree",
        need="a master's degree",
        question="Do you have a master's degree?",
        terms=("master's", "MSc", "MBA", "MSN", "MA"),
    ),
    _Kind(
        id="bachelors",
        words=r"\bbachelor'?s?\b|\bBSN\b|\bB\.?S\.?c?\b (?:degree|in)|four[- ]year degree|college degree",
        text="Has a bachelor's degree",
        need="a bachelor's degree",
        question="Do you have a bachelor's degree?",
        terms=("bachelor", "BSc", "BSN", "B.S.", "B.A."),
    ),
    _Kind(
        id="associates",
        words=r"\bassociate'?s? degree\b|two[- ]year degree",
        text="Has an associate degree",
        need="an associate degree",
        question="Do you have an associate degree or higher?",
        terms=("associate degree", "bachelor"),
    ),
    _Kind(
        id="high_school",
        words=r"high[- ]school|\bGED\b",
        text="Has a high school diploma or GED",
        need="a high school diploma or GED",
        question="Do you have a high school diploma or GED?",
        terms=("high school", "GED", "diploma", "bachelor", "associate degree"),
    ),
)

_FACTS = (
    _Kind(
        id="work_authorization",
        any_line=True,
        stage=_F,
        words=(
            r"authori[sz]ed to work|work authori[sz]ation|eligible to work|right to work|legally "
            r"(?:able|permitted) to work|(?:no|not|unable to|cannot).{0,30}sponsor"
        ),
        text="Is authorized to work",
        question="Are you authorized to work in the country where this job is?",
        need="authorization to work where this job is",
    ),
    _Kind(
        id="adult_21",
        any_line=True,
        stage=_F,
        words=r"\b21\+|(?:at least|minimum|be) 21\b|21 years (?:of age|old|or older)",
        text="Is 21 or older",
        question="Are you 21 or older?",
        need="to be 21 or older",
    ),
    _Kind(
        id="adult",
        any_line=True,
        stage=_F,
        words=r"\b18\+|(?:at least|minimum|be) 18\b|18 years (?:of age|old|or older)|over 18",
        text="Is 18 or older",
        question="Are you 18 or older?",
        need="to be 18 or older",
    ),
    _Kind(
        id="clean_record",
        any_line=True,
        stage=_F,
        words=r"clean (?:driving|motor vehicle)|\bMVR\b|good driving record|safe driving record",
        text="Has a clean driving record",
        question="Is your driving record clean for the last three years?",
        need="a clean driving record",
    ),
    _Kind(
        id="own_vehicle",
        any_line=True,
        stage=_F,
        words=r"own (?:a |your )?(?:reliable )?(?:vehicle|car|transportation)|reliable transportation",
        text="Can get to work reliably",
        question="Do you have a reliable way to get to work?",
        need="a reliable way to get to work",
    ),
    _Kind(
        id="spanish",
        stage=_F,
        words=(
            r"(?:fluen\w+|bilingual|speak\w*|proficien\w+).{0,30}spanish|spanish.{0,20}(?:fluen|speak|required)"
        ),
        text="Speaks Spanish",
        question="Do you speak Spanish well enough to work in it?",
        need="good Spanish",
    ),
    _Kind(
        id="travel",
        any_line=True,
        stage=_F,
        words=(
            r"(?:travel|overnight).{0,25}\b\d{1,3} ?%|\d{1,3} ?% travel|overnight travel|over the "
            r"road|\bOTR\b"
        ),
        text="Can travel as the job needs",
        question="Can you travel as much as this job needs, nights away included?",
        need="to be able to travel",
    ),
    _Kind(
        id="nights_weekends",
        any_line=True,
        stage=_S,
        words=r"nights? (?:and|or|&|/) weekends?|weekends? (?:and|or|&|/) nights?",
        text="Can work nights and weekends",
        question="Can you work nights and weekends?",
        need="to be able to work nights and weekends",
    ),
    _Kind(
        id="nights",
        any_line=True,
        stage=_S,
        words=r"night shifts?|overnights?(?! travel)|graveyard|nocs?\b|third shift|\b3rd shift",
        text="Can work nights",
        question="Can you work night shifts?",
        need="to be able to work nights",
    ),
    _Kind(
        id="weekends",
        any_line=True,
        stage=_S,
        words=r"weekends?|saturdays?|sundays?",
        text="Can work weekends",
        question="Can you work weekends?",
        need="to be able to work weekends",
    ),
    _Kind(
        id="evenings",
        any_line=True,
        stage=_S,
        words=r"evenings?|second shift|\b2nd shift",
        text="Can work evenings",
        question="Can you work evenings?",
        need="to be able to work evenings",
    ),
    _Kind(
        id="early",
        any_line=True,
        stage=_S,
        words=r"early mornings?|\b[4-6] ?(?::00)? ?a\.?m\b",
        text="Can start early in the morning",
        question="Can you start work early in the morning?",
        need="to be able to start early",
    ),
    _Kind(
        id="rotating",
        any_line=True,
        stage=_S,
        words=r"rotating|flexible schedule|varying shifts|variable (?:shifts|schedule)",
        text="Can work changing shifts",
        question="Can you work changing shifts?",
        need="to be able to work changing shifts",
    ),
    _Kind(
        id="on_call",
        any_line=True,
        stage=_S,
        words=r"on[- ]call",
        text="Can be on call",
        question="Can you be on call at times?",
        need="to be able to be on call",
    ),
)

_SOFT = re.compile(
    r"prefer|nice to have|a plus|bonus|desired|ideally|optional|or equivalent experience|helpful|asset", re.I
)
_HARD = re.compile(r"\bmust\b|require|mandatory|essential|need(?:ed|s)?\b|minimum|at least", re.I)
_NEGATED = re.compile(
    (
        r"\b(?:no|not|without|never)\b[^.;]{0,30}(?:require|necessary|needed)|not required|no "
        r".{0,40}(?:required|needed|necessary)|off\b|\bno "
        r"(?:nights|weekends|evenings)|home\b.{0,20}weekend|monday (?:to|through|-|–) friday"
    ),
    re.I,
)

_YEARS = re.compile(
    r"(?:(?:at least|minimum(?: "
    r"of)?|min\.?)\s*)?\b(\d{1,2}|one|two|three|four|five|six|seven|eight|ten)\s*(?:\+|plus|or more)?\s*"
    r"(?:\(\d+\)\s*)?(?:(?:-|–|to)\s*\d{1,2}\s*\+?\s*)?(?:years?|yrs?)['’]?\s*(?:or "
    r"more\s*)?(?:of\s+)?(?P<what>[^.;,\n()]{0,70})",
    re.I,
)
_MONTHS = re.compile(
    r"\b(\d{1,2}|six|three|twelve)\s*(?:\+|or more)?\s*months['’]?\s*(?:of\s+)?(?P<what>[^.;,\n()]{0,60})",
    re.I,
)
_NUMBERS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "ten": 10,
    "twelve": 12,
}
_LIFT = re.compile(r"\b(?:lift|carry|move)\w*\b[^.;\n]{0,40}?\b(\d{2,3})\s*-?\s*(lbs?|pounds|kg|kilos)", re.I)
_STANDING = re.compile(r"\bstand(?:ing)?\b[^.;\n]{0,40}(?:hours|shift|long|extended|prolonged)", re.I)


def requirements_of(job: JobText, family: Family) -> list[Found]:
    """Every requirement in the order in which it should be asked; none twice."""
    found: dict[str, Found] = {}
    for item in (
        *_known(job, _LICENSES),
        *_years(job, family),
        *_known(job, _EDUCATION),
        *_known(job, _FACTS),
        *_physical(job),
    ):
        before = found.get(item.id)
        if before is None or (item.required and not before.required):
            found[item.id] = item
    _drop_weaker(found)
    return list(found.values())


def _required(line: Line) -> bool:
    """Whether a line makes what it names a must: by its own words, else by the heading it stands under."""
    if _SOFT.search(line.text):
        return False
    return line.section == "required" or (line.section != "preferred" and bool(_HARD.search(line.text)))


def _known(job: JobText, kinds: tuple[_Kind, ...]) -> Iterator[Found]:
    for kind in kinds:
        words = re.compile(kind.words, re.I)
        for line in job.lines:
            if not words.search(line.text) or _NEGATED.search(line.text):
                continue
            if line.section in ("about", "benefits") and kind.stage is not StageKind.SMS:
                continue
            if not kind.any_line and line.section == "duties" and not _HARD.search(line.text):
                continue
            yield Found(
                id=kind.id,
                text=kind.text,
                question=_placed(kind.question, job),
                need=_placed(kind.need, job),
                stage=kind.stage,
                terms=kind.terms,
                required=_required(line) and line.section not in ("about", "benefits"),
            )


def in_the_states(job: JobText) -> bool:
    """Whether the text tells that the work is in the United States."""
    return bool(
        re.search(r"\bUnited States\b|\bU\.?S\.?A?\b", job.text[:8000])
        or re.search(r", [A-Z]{2}$", job.location)
    )


def _placed(words: str, job: JobText) -> str:
    """The words with the country named, where the text tells it."""
    if not in_the_states(job):
        return words
    named = words.replace("in the country where this job is", "in the United States")
    return named.replace("where this job is", "in the United States")


def _years(job: JobText, family: Family) -> Iterator[Found]:
    for line in job.lines:
        if line.section in ("about", "benefits") or _NEGATED.search(line.text):
            continue
        for pattern, per_year in ((_YEARS, 1.0), (_MONTHS, 12.0)):
            for match in pattern.finditer(line.text):
                what = _of_what(match["what"], family)
                if what is None:
                    continue
                number = _NUMBERS.get(match[1].lower()) or int(match[1])
                if not 0 < number / per_year <= 30:
                    continue
                length = f"{number} {'year' if per_year == 1 else 'month'}{'' if number == 1 else 's'}"
                yield Found(
                    id="experience",
                    text=f"At least {length} of {what}",
                    question=f"Do you have at least {length} of {what}?",
                    need=f"{length} or more of {what}",
                    stage=StageKind.RESUME,
                    required=_required(line),
                    terms=_terms_of(what, family),
                    min_years=round(number / per_year, 2),
                )


def _of_what(raw: str, family: Family) -> str | None:
    """The experience that a length of time is about; None where it is about something else (age, the company)."""
    if re.match(r"\s*(?:or older|or over|or above|of age|old)\b", raw, re.I):
        return None
    what = re.split(
        r"\b(?:is|are|was|required|preferred|or|and must|who|which)\b", raw, maxsplit=1, flags=re.I
    )[0].strip(" -–:,")
    if re.match(
        (
            r"(?:of age|old|ago|in business|warranty|in a row|contract|term|lease|history|driving "
            r"record|service)\b"
        ),
        what,
        re.I,
    ):
        return None
    if re.search(r"\b(?:anniversary|founded|serving|proud)\b", raw, re.I):
        return None
    what = re.sub(
        (
            r"^(?:of|in|as an?|as|working (?:as "
            r"an?|in|with)|related|relevant|professional|proven|recent|hands-on|verifiable)\s+"
        ),
        "",
        what,
        flags=re.I,
    )
    what = re.sub(
        r"^(?:professional|relevant|related|verifiable|recent|hands-on)\s+", "", what, flags=re.I
    ).strip()
    bare = re.sub(r"\bexperience\b.*$", "", what, flags=re.I).strip(" -–:,")
    tail = re.search(
        r"\bexperience\s+(?:in|as an?|as|with|of|working (?:in|with|as an?))\s+(.{3,60})$", what, re.I
    )
    if tail:
        said = tail[1].strip()
        return f"{bare} experience in {said}".strip()[:90] if bare else f"experience in {said}"[:90]
    if bare:
        return f"{bare} experience"[:90]
    return f"experience in {family.experience}"


def _terms_of(what: str, family: Family) -> tuple[str, ...]:
    words = re.sub(r"\b(?:experience|in|of|with|a|an|the|as|or|and)\b", " ", what, flags=re.I).split()
    phrase = " ".join(words)
    return tuple(
        dict.fromkeys(t for t in (phrase, *(w for w in words if len(w) > 3), family.experience) if t)
    )[:6]


def _physical(job: JobText) -> Iterator[Found]:
    for line in job.lines:
        lift = _LIFT.search(line.text)
        standing = _STANDING.search(line.text)
        if lift is None and standing is None:
            continue
        task = (
            f"lifting up to {lift[1]} {'kg' if lift[2].lower().startswith('k') else 'pounds'}"
            if lift
            else "standing for most of a shift"
        )
        yield Found(
            id="physical_tasks",
            text=f"Can do the physical part of the work: {task}",
            question=f"The work includes {task}. Can you do this, with or without a reasonable adjustment?",
            need=f"to be able to do work that includes {task}, with or without an adjustment",
            stage=StageKind.VOICE,
            required=_required(line),
        )


#: Where the left one was found, the right ones say the same or less.
_COVERS = {
    "cdl_a": ("cdl_b", "cdl", "drivers_license"),
    "cdl_b": ("cdl", "drivers_license"),
    "cdl": ("drivers_license",),
    "adult_21": ("adult",),
    "nights_weekends": ("nights", "weekends", "evenings"),
    "masters": ("high_school", "associates"),
    "bachelors": ("high_school",),
    "associates": ("high_school",),
}


def _drop_weaker(found: dict[str, Found]) -> None:
    for strong, weak in _COVERS.items():
        if strong in found:
            for id in weak:
                if not (id in found and found[id].required and not found[strong].required):
                    found.pop(id, None)
