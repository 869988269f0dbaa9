"""Drafts a whole interview from a pasted job description, by rules and without a model; the plan says so.

What the text requires becomes pass-or-fail criteria and exact questions; what it asks people to do becomes scored
criteria with a written 1 and 5. Whatever is pasted, the plan is fit to publish.
"""

from __future__ import annotations

import re
from dataclasses import replace

from milo_app.domain import job_text, plan_data
from milo_app.domain.drafting_roles import GENERAL, Ask, Family, family_of
from milo_app.domain.job_text import JobText, Line
from milo_app.domain.plan import (
    Criterion,
    CriterionKind,
    Ideal,
    Knowledge,
    Operator,
    Plan,
    Question,
    QuestionKind,
    StageKind,
    StagePlan,
)
from milo_app.domain.requirements import Found, in_the_states, requirements_of

DRAFTED_BY = "built-in drafter (rules)"

_RESUME_CRITERIA = 5
_ELIGIBILITY = 4
_VOICE_ASKS = 5


def draft(text: str) -> Plan:
    """A plan for the job that *text* describes; always one that `problems_of` finds nothing wrong with."""
    job = job_text.read(text)
    title = _fit_title(job.title)
    family = family_of(title, job.text)
    found = requirements_of(job, family)
    resume = _resume(job, family, found)
    plan = Plan(
        title=title,
        description=job.text[:6000],
        location=job.location,
        employment=job.employment,
        pay=job.pay,
        welcome=_WELCOME,
        thanks=_THANKS,
        stages=(resume, _form(job, family, found), _sms(job, family, found), _voice(job, family, found)),
        knowledge=_knowledge(job),
        drafted_by=DRAFTED_BY,
    )
    plan = replace(plan, stages=tuple(_unique_ids(stage) for stage in plan.stages))
    return plan if not plan_data.problems_of(plan) else _least(title)


_WELCOME = (
    "Thank you for your interest. This takes a few short steps, whenever it suits you. Everything is "
    "saved as you go, "
    "so you can stop and come back on any device."
)
_THANKS = (
    "Thank you for your time and your answers. A person reads every finished interview and will write to you."
)


def _fit_title(title: str) -> str:
    title = " ".join(title.split())[:200].strip()
    return title if len(title) >= 3 else "Untitled role"


# --- Resume ---------------------------------------------------------------------------------------------------------


def _resume(job: JobText, family: Family, found: list[Found]) -> StagePlan:
    gates = sorted((f for f in found if f.stage is StageKind.RESUME), key=lambda f: not f.required)[
        :_ELIGIBILITY
    ]
    criteria = [
        Criterion(
            id=f.id,
            text=f.text,
            kind=CriterionKind.ELIGIBILITY,
            terms=f.terms,
            min_years=f.min_years,
            question=f.question,
            dealbreaker=f.required,
            need=f.need,
        )
        for f in gates
    ]
    criteria += _scored(job, family)
    return StagePlan(
        kind=StageKind.RESUME,
        enforce=any(f.required for f in gates),
        weight=3,
        minutes=4,
        intro="Add your resume as a file, or paste it. We show you what we read, so that you can correct it.",
        criteria=tuple(criteria),
    )


def _scored(job: JobText, family: Family) -> list[Criterion]:
    """Five scored criteria: what this kind of work needs and the text speaks of, then the text's own duties."""
    low = job.text.lower()
    known = [
        (sum(w.lower() in low for w in words), -i, text, words, weight)
        for i, (text, words, weight) in enumerate(family.skills)
    ]
    spoken = [row for row in sorted(known, reverse=True) if row[0] > 0]
    out = [_skill(text, words, weight, low) for _, _, text, words, weight in spoken[:3]]
    for line in _skill_lines(job):
        if len(out) >= _RESUME_CRITERIA - 1:
            break
        if not any(_overlaps(line, f"{c.text} {' '.join(c.key_points)}") for c in out):
            out.append(_from_line(line))
    rest = [row for row in known if row[2] not in {c.text for c in out}]
    general = [(0, -i, text, words, weight) for i, (text, words, weight) in enumerate(GENERAL.skills)]
    for _, _, text, words, weight in [*rest, *general]:
        if len(out) >= _RESUME_CRITERIA:
            break
        if all(c.text != text for c in out):
            out.append(_skill(text, words, weight, low))
    return out


def _skill(text: str, words: tuple[str, ...], weight: int, low: str) -> Criterion:
    spoken = tuple(w for w in words if w.lower() in low)
    points = (spoken + tuple(w for w in words if w not in spoken))[:6]
    return Criterion(
        id=_id(text),
        text=text,
        one="Nothing in the resume shows this, or it is only named without any detail.",
        five=(
            f"Several concrete examples in recent work, such as {_listed(points[:4])}, with scope or a "
            f"result."
        ),
        key_points=points,
        weight=weight,
    )


def _from_line(line: str) -> Criterion:
    subject = _short(line)
    return Criterion(
        id=_id(subject),
        text=subject,
        one="Nothing in the resume is close to this.",
        five="Has done just this, more than once and recently, with details of what, how much, and a result.",
        key_points=_key_words(line),
        weight=5,
    )


def _skill_lines(job: JobText) -> list[str]:
    """Lines that say what a person does or can do; never a fixed requirement, pay or benefit."""
    lines = job.under("duties", "required", "preferred") or [line for line in job.lines if line.bullet]
    return [line.text for line in lines if _usable(line)]


_NO_SKILL = re.compile(
    r"\b(?:years?|CDL|RN|BLS|ACLS|CPR|MVR|degree|diploma|ged|licen[cs]e|certif|authori[sz]ed|visa|sponsor|background "
    r"check|drug|18|21|lift|pounds|lbs|"
    r"weekends?|nights?|shifts?|equal opportunity|race|religion|gender|salary|benefits|401|other duties)\b",
    re.I,
)


def _usable(line: Line) -> bool:
    return 3 <= len(line.text.split()) <= 40 and not _NO_SKILL.search(line.text)


# --- Form -----------------------------------------------------------------------------------------------------------


def _form(job: JobText, family: Family, found: list[Found]) -> StagePlan:
    questions = [_exact(f) for f in found if f.stage is StageKind.FORM]
    place = "in the United States" if in_the_states(job) else "in the country where this job is"
    if not any(q.id == "work_authorization" for q in questions):
        questions.insert(
            0,
            Question(
                id="work_authorization",
                kind=QuestionKind.YES_NO,
                text=f"Are you authorized to work {place}?",
                ideal=Ideal(operator=Operator.EQ, value=True),
                need=f"authorization to work {place}",
            ),
        )
    questions.append(
        Question(
            id="years_similar",
            kind=QuestionKind.NUMBER,
            text=f"How many years of experience in {family.experience} do you have?",
            help="Count part-time work in full. 0 is fine.",
            minimum=0,
            maximum=60,
            step=0.5,
            unit="years",
        )
    )
    if re.search(r"part[- ]?time", job.text, re.I) and re.search(r"full[- ]?time", job.text, re.I):
        questions.append(
            Question(
                id="hours_wanted",
                kind=QuestionKind.SINGLE_CHOICE,
                text="Which would you like?",
                options=("Full time", "Part time", "Either"),
            )
        )
    questions.append(Question(id="earliest_start", kind=QuestionKind.DATE, text="When could you start?"))
    questions.append(
        Question(
            id="why_this_role",
            kind=QuestionKind.LONG_TEXT,
            text="What makes you want this job, and why now?",
            help="Three or four sentences are plenty.",
            criterion=Criterion(
                id="motivation",
                text="Reasons for wanting this job",
                one="No reason given, or one that would fit any job.",
                five=(
                    "Concrete reasons tied to this job's tasks, schedule or place, with an example from "
                    "their own work."
                ),
                key_points=("tasks of the job", "schedule or place", "own experience", "plans"),
                weight=4,
            ),
        )
    )
    return StagePlan(
        kind=StageKind.FORM,
        enforce=any(q.dealbreaker for q in questions),
        minutes=4,
        intro="A few facts. You can go back and change any answer until you submit.",
        questions=tuple(questions),
    )


def _exact(f: Found) -> Question:
    """A yes/no question for a requirement; a no stops only where the text makes it a must."""
    return Question(
        id=f.id,
        kind=QuestionKind.YES_NO,
        text=f.question,
        ideal=Ideal(operator=Operator.EQ, value=True),
        dealbreaker=f.required,
        need=f.need,
    )


# --- Texts ----------------------------------------------------------------------------------------------------------


def _sms(job: JobText, family: Family, found: list[Found]) -> StagePlan:
    questions = [_exact(f) for f in found if f.stage is StageKind.SMS][:2]
    if job.location and job.location != "Remote":
        questions.append(
            Question(
                id="commute",
                kind=QuestionKind.NUMBER,
                text="About how many minutes would your way to work take?",
                unit="minutes",
                minimum=0,
                maximum=300,
            )
        )
    else:
        questions.append(
            Question(
                id="notice_days",
                kind=QuestionKind.NUMBER,
                text="How many days of notice do you have to give where you work now? 0 is fine.",
                unit="days",
                minimum=0,
                maximum=365,
            )
        )
    questions.append(
        Question(
            id="working_now",
            kind=QuestionKind.SINGLE_CHOICE,
            text="Which fits you best right now?",
            options=("In a job like this", "In another kind of job", "Studying", "Between jobs"),
        )
    )
    questions.append(_asked(family.text_ask or GENERAL.text_ask or GENERAL.asks[0], 0))
    return StagePlan(
        kind=StageKind.SMS,
        enforce=any(q.dealbreaker for q in questions),
        minutes=4,
        intro="A few quick questions, one at a time. Answer when it suits you; nothing is timed.",
        questions=tuple(questions),
    )


# --- Voice ----------------------------------------------------------------------------------------------------------


def _voice(job: JobText, family: Family, found: list[Found]) -> StagePlan:
    asks = list(family.asks)
    duty = next((line.text for line in job.under("duties") if _usable(line)), "")
    own = _duty_ask(duty) if duty else None
    if own is not None:
        asks.insert(min(1, len(asks)), own)
    asks += [a for a in GENERAL.asks if all(a.id != b.id for b in asks)]
    questions = [_asked(a, 2 if i == 0 else 1) for i, a in enumerate(asks[:_VOICE_ASKS])]
    physical = [_exact(f) for f in found if f.stage is StageKind.VOICE][:1]
    questions[2:2] = physical
    return StagePlan(
        kind=StageKind.VOICE,
        enforce=any(q.dealbreaker for q in questions),
        weight=5,
        minutes=15,
        intro=(
            "Hello, and thank you for making the time. I am Milo, an AI interviewer. Take as long as "
            "you need, ask me to "
            "repeat anything, and type instead of speaking whenever you like. A person decides what "
            "happens next."
        ),
        outro="That was my last question. Thank you for talking with me. A person will read and hear this.",
        questions=tuple(questions),
    )


def _duty_ask(line: str) -> Ask:
    subject = _short(line)
    said = subject[:1].lower() + subject[1:] if not subject[:2].isupper() else subject
    return Ask(
        id="main_duty",
        text=f"Part of this job is: {said}. Tell me about a time you did something like it.",
        judges=f"Experience with: {said}"[:200],
        one="No similar experience, or only general words.",
        five=(
            "A concrete example close to this duty: what was to be done, their own part, how they went "
            "about it, and the result."
        ),
        key_points=_key_words(line) or ("similar task", "own part", "result"),
        follow_up="What was the hardest part, and how did you deal with it?",
        weight=7,
    )


def _asked(ask: Ask, most: int) -> Question:
    return Question(
        id=ask.id,
        kind=QuestionKind.LONG_TEXT,
        text=ask.text,
        criterion=Criterion(
            id=f"{ask.id}_score"[:60],
            text=ask.judges,
            one=ask.one,
            five=ask.five,
            key_points=ask.key_points,
            weight=ask.weight,
        ),
        follow_ups=(ask.follow_up,) if ask.follow_up else (),
        min_follow_ups=1 if most > 1 else 0,
        max_follow_ups=most if ask.follow_up else 0,
    )


# --- What candidates may ask ----------------------------------------------------------------------------------------


def _knowledge(job: JobText) -> tuple[Knowledge, ...]:
    parts = [
        ("Pay", job.pay),
        ("Location", job.location),
        ("Employment and hours", job.employment),
        ("What you would do", _joined(job.under("duties"))),
        ("Schedule", _joined(job.under("schedule"))),
        ("Benefits", _joined(job.under("benefits"))),
        ("About the company", _joined(job.under("about"))),
    ]
    return tuple(Knowledge(title=title, text=text) for title, text in parts if text)


def _joined(lines: list[Line]) -> str:
    return " ".join(line.text if line.text.endswith((".", "!", "?")) else f"{line.text}." for line in lines)[
        :1500
    ]


# --- Words ----------------------------------------------------------------------------------------------------------

_STOP = frozenset(
    "the and for with you your our are will that this have has from into their them they able ability "
    "who what when all "
    "any other such as well is be to of in on at by or an a we us it its per each must should can may "
    "including using "
    "strong excellent good great work working experience knowledge understanding skills required preferred other".split()
)


def _key_words(line: str) -> tuple[str, ...]:
    """The words of a line that carry its meaning, in order, at most six."""
    words: dict[str, None] = {}
    for word in re.findall(r"[A-Za-z][A-Za-z+#.-]{2,}", line):
        bare = word.strip(".-")
        if bare.lower() not in _STOP and len(bare) > 2:
            words.setdefault(bare)
    return tuple(words)[:6]


def _short(line: str) -> str:
    """A line as a subject: its first clause, at most 100 characters, without a full stop."""
    first = re.split(r"(?<=[a-z])[.;](?:\s|$)", line)[0].strip(" .;:,")
    if len(first) > 100:
        first = first[:100].rsplit(" ", 1)[0].rstrip(" ,;:")
    return first[:1].upper() + first[1:] if first else "This part of the work"


def _overlaps(line: str, other: str) -> bool:
    a, b = {w.lower() for w in _key_words(line)}, {w.lower() for w in _key_words(other)}
    return bool(a and b) and len(a & b) >= 2


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(words[:-1]) + f" or {words[-1]}" if len(words) > 1 else "".join(words)


def _id(text: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", "_", text.lower().encode("ascii", "ignore").decode()).strip("_")
    plain = plain if len(plain) <= 40 else plain[:41].rsplit("_", 1)[0][:40]
    return plain or "item"


def _unique_ids(stage: StagePlan) -> StagePlan:
    """*stage* with a number after every id that is taken already."""
    taken: set[str] = set()

    def own(id: str) -> str:
        new, number = id, 1
        while new in taken:
            number += 1
            new = f"{id}_{number}"
        taken.add(new)
        return new

    criteria = tuple(replace(c, id=own(c.id)) for c in stage.criteria)
    questions = tuple(
        replace(
            q,
            id=own(q.id),
            criterion=replace(q.criterion, id=own(q.criterion.id)) if q.criterion is not None else None,
        )
        for q in stage.questions
    )
    return replace(stage, criteria=criteria, questions=questions)


def _least(title: str) -> Plan:
    """The plan for any job at all: general questions only."""
    nothing = JobText(text="", lines=())
    stages = (
        _resume(nothing, GENERAL, []),
        _form(nothing, GENERAL, []),
        _sms(nothing, GENERAL, []),
        _voice(nothing, GENERAL, []),
    )
    return Plan(
        title=title,
        welcome=_WELCOME,
        thanks=_THANKS,
        stages=tuple(_unique_ids(stage) for stage in stages),
        drafted_by=DRAFTED_BY,
    )
