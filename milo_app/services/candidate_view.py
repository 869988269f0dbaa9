"""Everything a candidate's pages show, as plain data: where they are, what is asked, and what they gave so far.

The pages only mirror this; nothing about the way is decided here (`domain.journey` does that).
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

import segno
from babel.dates import format_datetime, get_timezone_name

from milo_app.domain import consent as notices
from milo_app.domain import records as r
from milo_app.domain import stages as stage_types
from milo_app.domain import talk, values
from milo_app.domain.actors import CandidateActor
from milo_app.domain.plan import Criterion, Plan, Question, QuestionKind, StageKind, StagePlan
from milo_app.services import answers as saved
from milo_app.services import applications, invitations, links, words
from milo_app.services.ports import UnitOfWork
from milo_app.services.transactions import query


class OptionView(TypedDict):
    value: str
    label: str
    chosen: bool


class FileView(TypedDict):
    file_id: str
    name: str
    size: int


class QuestionView(TypedDict):
    """A question as a form shows it. `value` is the saved answer as the native control holds it, `shown` in words;
    `version` is the saved answer's version, 0 for none. `minimum`, `maximum` and `step` are "" where not set."""

    id: str
    kind: str
    number: int
    text: str
    help: str
    required: bool
    options: list[OptionView]
    minimum: str
    maximum: str
    step: str
    unit: str
    accept: str
    max_files: int
    value: str
    shown: str
    files: list[FileView]
    version: int


class StepView(TypedDict):
    kind: str
    label: str
    minutes: int
    now: bool
    done: bool


class NoticeView(TypedDict):
    version: str
    title: str
    points: list[str]
    agree: str


class WorkView(TypedDict):
    title: str
    employer: str
    start: str
    end: str


class ResumeView(TypedDict):
    """`reading`: "", reading, read, problem. `early`: it came with the application, not from this page."""

    file_name: str
    reading: str
    problem: str
    note: str
    early: bool
    name: str
    email: str
    phone: str
    skills: str
    work: list[WorkView]
    profile_version: int
    confirm: list[QuestionView]


class TalkView(TypedDict):
    """`by_text`: questions also go to the phone whose masked number is `number`."""

    by_text: bool
    number: str
    video: bool
    minutes: int
    questions: int
    re_records: int
    room: bool
    minors: bool
    speaks: bool


class GivenView(TypedDict):
    stage: str
    question: str
    answer: str


class View(TypedDict):
    application: str
    screen: str
    stage: str
    state: str
    stamp: str
    language: str
    preview: bool
    name: str
    first_name: str
    workspace: str
    logo_url: str
    title: str
    contact: str
    welcome: str
    intro: str
    due: str
    link: str
    privacy_url: str
    preview_url: str
    qr: str
    step: int
    steps: list[StepView]
    notice: NoticeView
    sms_notice: NoticeView
    offer_sms: bool
    untimed: bool
    typed: bool
    speech_off: bool
    questions: list[QuestionView]
    resume: ResumeView
    talk: TalkView
    text: str
    redirect_url: str
    given: list[GivenView]
    last_word: str
    feedback: int
    asked: list[str]
    can_review: bool


def empty() -> View:
    """What is shown before anything is known: nothing."""
    no_notice = NoticeView(version="", title="", points=[], agree="")
    return View(
        application="",
        screen="",
        stage="",
        state="",
        stamp="",
        language=words.DEFAULT,
        preview=False,
        name="",
        first_name="",
        workspace="",
        logo_url="",
        title="",
        contact="",
        welcome="",
        intro="",
        due="",
        link="",
        privacy_url="",
        preview_url="",
        qr="",
        step=0,
        steps=[],
        notice=no_notice,
        sms_notice=no_notice,
        offer_sms=False,
        untimed=False,
        typed=False,
        speech_off=False,
        questions=[],
        resume=_resume_view({}, "", {}, [], early=False),
        talk=TalkView(
            by_text=False,
            number="",
            video=False,
            minutes=0,
            questions=0,
            re_records=0,
            room=False,
            minors=False,
            speaks=False,
        ),
        text="",
        redirect_url="",
        given=[],
        last_word="",
        feedback=0,
        asked=[],
        can_review=False,
    )


@query
def view(uow: UnitOfWork, actor: CandidateActor) -> View:
    """The present view of the actor's application. Raises Gone where the interview was never published."""
    application = uow.applications.get(actor.application_id)
    person = uow.candidates.get(application.candidate_id)
    workspace = uow.workspaces.get(application.workspace_id)
    plan = applications.plan_of(uow, application)
    rows = applications.stages_of(uow, application)
    standing = saved.standing(uow, actor)
    language = _language(person, plan)
    at = str(standing["stage"] or "")
    row = next((s for s in rows if s.kind == at), None)
    shown = empty()
    shown.update(
        application=application.id,
        screen=str(standing["screen"]),
        stage=at,
        state=str(application.state),
        stamp=str(standing["stamp"]),
        language=language,
        preview=application.preview,
        name=person.name,
        first_name=person.name.split(" ")[0] if person.name else "",
        workspace=workspace.name,
        logo_url=str(links.brand_of(workspace)["logo_url"]),
        title=plan.title,
        contact=plan.contact_email or str(workspace.brand.get("support_email", "")),
        welcome=plan.welcome,
        due=_moment(application.due_at, language, invitations.zone_of(person, workspace)),
        link=links.candidate_url(uow.instance, application),
        privacy_url=links.privacy_url(uow.instance, application),
        preview_url=_preview_url(uow, application),
        step=next((i for i, s in enumerate(rows, 1) if s.kind == at), 0),
        steps=_steps(plan, rows, language),
        notice=_notice(notices.interview(language, video=any(s.video for s in plan.stages))),
        sms_notice=_notice(notices.sms(language)),
        offer_sms=bool(person.phone and not person.sms_consent and plan.stage(StageKind.SMS)),
        untimed=bool(application.accommodations.get("untimed")),
        typed=bool(application.accommodations.get("typed")),
        speech_off=bool(application.accommodations.get("speech_off")),
        redirect_url=plan.redirect_url,
        last_word=application.last_word,
        feedback=int(application.feedback.get("rating", 0) or 0),
        asked=[q.kind for q in uow.requests.find(application_id=application.id, state="open")],
    )
    stage = plan.stage(at) if at else None
    if stage is not None and row is not None:
        shown["intro"] = stage.intro
        _fill_stage(uow, shown, stage, row, person, language)
    if shown["screen"] in ("done", "ended"):
        shown["given"] = _given(uow, plan, rows, language)
        shown["text"], shown["can_review"] = _last_words(application, plan, language)
    return shown


def _fill_stage(
    uow: UnitOfWork,
    shown: View,
    stage: StagePlan,
    row: r.ApplicationStage,
    person: r.Candidate,
    language: str,
) -> None:
    given = saved.current(uow, row)
    if stage.kind is StageKind.RESUME:
        shown["resume"] = _resume(uow, stage, row, given, language)
        return
    shown["questions"] = [
        _question(question, number, given.get(question.id), language)
        for number, question in enumerate(stage.questions, 1)
    ]
    if stage_types.of(stage.kind).conversational:
        silenced = (
            uow.suppressions.first(channel="sms", address=person.phone, lifted_at=None)
            if person.phone
            else None
        )
        by_text = stage.kind is StageKind.SMS and bool(
            person.phone and person.sms_consent and silenced is None
        )
        shown["talk"] = TalkView(
            by_text=by_text,
            number=_masked(person.phone) if by_text else "",
            video=stage.video,
            minutes=stage.minutes,
            questions=len(stage.questions),
            re_records=stage.re_records,
            room=uow.instance.rooms and stage.kind is StageKind.VOICE,
            speaks=uow.instance.speaks,
            minors=bool(uow.workspaces.get(row.workspace_id).policy.get("video_under_18")),
        )
    if stage.kind is StageKind.VOICE:
        shown["qr"] = _qr(shown["link"])


# --- Parts ------------------------------------------------------------------------------------------------------------


def _language(person: r.Candidate, plan: Plan) -> str:
    wanted = plan.language.split("-")[0]
    own = person.language.split("-")[0]
    return (
        own
        if wanted == words.DEFAULT and own in words.languages() and own != words.DEFAULT
        else (wanted if wanted in words.languages() else words.DEFAULT)
    )


def _preview_url(uow: UnitOfWork, application: r.Application) -> str:
    if not application.preview:
        return ""
    return links.preview_url(uow.instance, uow.interviewers.get(application.interviewer_id))


def _moment(at: datetime | None, language: str, zone: str) -> str:
    if at is None:
        return ""
    try:
        where = ZoneInfo(zone or "UTC")
    except (KeyError, ValueError):
        where = ZoneInfo("UTC")
    shape = "EEEE d 'de' MMMM, HH:mm" if language == "es" else "EEEE, MMMM d, HH:mm"
    local = at.astimezone(where)
    named = "UTC" if where.key == "UTC" else get_timezone_name(local, locale=language)
    return f"{format_datetime(local, shape, locale=language)} {named}"


def _steps(plan: Plan, rows: list[r.ApplicationStage], language: str) -> list[StepView]:
    state = {row.kind: row.state for row in rows}
    ahead = (r.StageState.LOCKED, r.StageState.OPEN)
    return [
        StepView(
            kind=str(s.kind),
            label=stage_types.of(s.kind).label(language),
            minutes=s.minutes,
            now=state.get(str(s.kind)) is r.StageState.OPEN,
            done=str(s.kind) in state and state[str(s.kind)] not in ahead,
        )
        for s in plan.stages
    ]


def _notice(notice: notices.Notice) -> NoticeView:
    return NoticeView(
        version=notice.version, title=notice.title, points=list(notice.points), agree=notice.agree
    )


def _question(question: Question, number: int, answer: r.Answer | None, language: str) -> QuestionView:
    value = answer.value if answer else None
    chosen = value if isinstance(value, list) else [value]
    if question.kind is QuestionKind.YES_NO:
        yes, no = words.say(language, "yes"), words.say(language, "no")
        options = [
            OptionView(value="true", label=yes, chosen=value is True),
            OptionView(value="false", label=no, chosen=value is False),
        ]
    else:
        options = [OptionView(value=o, label=o, chosen=o in chosen) for o in question.options]
    files = value if question.kind is QuestionKind.FILE and isinstance(value, list) else []
    return QuestionView(
        id=question.id,
        kind=str(question.kind),
        number=number,
        text=question.text,
        help=question.help,
        required=question.required,
        options=options,
        minimum=_number(question.minimum),
        maximum=_number(question.maximum),
        step=_number(question.step) or ("1" if question.kind is QuestionKind.SLIDER else "any"),
        unit=question.unit,
        accept=",".join(f".{e.lstrip('.')}" for e in question.extensions),
        max_files=question.max_files,
        value="" if value is None or isinstance(value, list | bool) else _text(value),
        shown="" if value is None else values.show(question, value, language),
        files=[FileView(file_id=str(f["file_id"]), name=str(f["name"]), size=int(f["size"])) for f in files],
        version=answer.version if answer else 0,
    )


def _number(value: float | None) -> str:
    return "" if value is None else _text(value)


def _text(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _resume(
    uow: UnitOfWork, stage: StagePlan, row: r.ApplicationStage, given: Mapping[str, r.Answer], language: str
) -> ResumeView:
    data = row.data
    file = uow.files.maybe(data.get("file_id"))
    profile: Mapping[str, Any] = data.get("profile") or {}
    corrected = given.get(saved.PROFILE)
    if corrected is not None and isinstance(corrected.value, Mapping):
        profile = {**profile, **corrected.value}
    verdict = stage_types.of(stage.kind).decide(stage, given, data, language)
    asked = (
        set(data.get("confirm") or ())
        | set(verdict.to_confirm)
        | {c.id for c in stage.criteria if c.id in given}
    )
    read = data.get("reading") == "read"
    confirm = [
        _question(_as_question(c), n, given.get(c.id), language)
        for n, c in enumerate((c for c in stage.criteria if read and c.id in asked), 1)
    ]
    early = bool(file and row.opened_at and file.created_at < row.opened_at)
    shown = _resume_view(data, file.name if file else "", profile, confirm, early=early)
    shown["profile_version"] = corrected.version if corrected else 0
    return shown


def _resume_view(
    data: Mapping[str, Any],
    name: str,
    profile: Mapping[str, Any],
    confirm: list[QuestionView],
    *,
    early: bool,
) -> ResumeView:
    skills = profile.get("skills") or ()
    return ResumeView(
        file_name=name,
        reading=str(data.get("reading", "")),
        problem=str(data.get("message") or data.get("problem") or ""),
        note=str(data.get("note", "")),
        early=early,
        name=str(profile.get("name") or ""),
        email=str(profile.get("email") or ""),
        phone=str(profile.get("phone") or ""),
        skills=skills if isinstance(skills, str) else ", ".join(str(s) for s in skills),
        work=[
            WorkView(
                title=str(w.get("title") or ""),
                employer=str(w.get("employer") or ""),
                start=str(w.get("from") or ""),
                end=str(w.get("to") or ""),
            )
            for w in profile.get("work") or ()
            if isinstance(w, Mapping)
        ],
        profile_version=0,
        confirm=confirm,
    )


def _as_question(criterion: Criterion) -> Question:
    return Question(id=criterion.id, kind=QuestionKind.YES_NO, text=criterion.question or criterion.text)


def _masked(number: str | None) -> str:
    return f"••• ••• {number[-4:]}" if number else ""


def _qr(link: str) -> str:
    """A QR code of *link* as an SVG data address, drawn here so that no link leaves for another service."""
    out = io.BytesIO()
    segno.make(link, error="m").save(
        out, kind="svg", scale=4, border=2, dark="#000", light="#fff", xmldecl=False
    )
    import base64

    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode()


def _given(uow: UnitOfWork, plan: Plan, rows: list[r.ApplicationStage], language: str) -> list[GivenView]:
    """A copy of what the candidate gave, in the order it was asked."""
    found: list[GivenView] = []
    for row in rows:
        stage = plan.stage(row.kind)
        if stage is None:
            continue
        label = stage_types.of(row.kind).label(language)
        given = saved.current(uow, row)
        turns = uow.turns.find(order="seq", **applications.given_in(row))
        state = talk.fold(stage, turns)
        asked = [*stage.questions, *(_as_question(c) for c in stage.criteria if c.id in given)]
        for question in asked:
            said = " ".join(t.text or "–" for t in state.words.get(question.id, ()))
            answer = given.get(question.id)
            text = said or (values.show(question, answer.value, language) if answer else "")
            if text:
                found.append(GivenView(stage=label, question=question.text, answer=text))
    return found


def _last_words(application: r.Application, plan: Plan, language: str) -> tuple[str, bool]:
    """What the last page says, and whether asking for a person's review makes sense there."""
    state = application.state
    if state is r.ApplicationState.DISQUALIFIED:
        stage = plan.stage(str((application.stopped_by or {}).get("stage", "")))
        return (stage.end_message if stage else "") or words.say(language, "ended.neutral"), True
    if state in (r.ApplicationState.WITHDRAWN, r.ApplicationState.EXPIRED):
        return words.say(language, f"ended.{state}"), False
    return plan.thanks or words.say(language, "done.thanks"), application.decision is r.Decision.DISMISSED
