"""How one made-up candidate of the demo goes through the interview: by the services that real candidates use."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

from milo_app.domain import dealbreakers, journey, resume, resume_criteria
from milo_app.domain import records as r
from milo_app.domain.actors import CandidateActor, MemberActor, SystemActor
from milo_app.domain.plan import STRUCTURED, Criterion, CriterionKind, Plan, Question, StageKind, StagePlan
from milo_app.services import (
    answers,
    applications,
    consents,
    demo_people,
    evaluations,
    interviews,
    invitations,
    sample_answers,
    templates,
)
from milo_app.services.demo_people import Person
from milo_app.services.ports import Renderer, UnitOfWork

EVALUATOR = "written by hand for the demo"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What all made-up candidates share. `files` collects what is to be put into the file store afterwards."""

    workspace: r.Workspace
    interviewer: r.Interviewer
    member: r.Member
    plan: Plan
    files: dict[str, bytes]
    renderer: Renderer


@dataclass(frozen=True, kw_only=True)
class _Walk:
    uow: UnitOfWork
    scene: Scene
    person: Person
    number: int
    actor: CandidateActor
    until: datetime

    def wait(self, minutes: float) -> None:
        """Let time pass, but never beyond the real present."""
        self.uow.now = min(self.uow.now + timedelta(minutes=minutes), self.until - timedelta(minutes=2))

    def application(self) -> r.Application:
        return self.uow.applications.get(self.actor.application_id)

    def row(self, kind: str) -> r.ApplicationStage:
        return applications.stage_row(self.uow, self.application(), kind)


def application_of(
    uow: UnitOfWork, interviewer: r.Interviewer, person: r.Candidate, source: str
) -> r.Application:
    """A new application of *person*, not invited yet."""
    return r.Application(
        id=uow.new_id(),
        workspace_id=interviewer.workspace_id,
        interviewer_id=interviewer.id,
        candidate_id=person.id,
        state=r.ApplicationState.INVITED,
        created_at=uow.now,
        updated_at=uow.now,
        source=source,
        short_code=applications.fresh_code(),
    )


def go(uow: UnitOfWork, scene: Scene, person: Person, number: int, *, until: datetime) -> None:
    """Make one candidate and take them as far as *person* says."""
    candidate = uow.candidates.add(_candidate(uow, scene, person, number))
    application = uow.applications.add(application_of(uow, scene.interviewer, candidate, person.source))
    uow.emit(
        "application",
        application.id,
        "candidate_ingested",
        source=person.source,
        workspace_id=scene.workspace.id,
    )
    system = SystemActor(workspace_id=scene.workspace.id, name="demo")
    invitations.invite(uow, system, application_id=application.id, now_ok=True)
    actor = CandidateActor(
        workspace_id=scene.workspace.id, application_id=application.id, candidate_id=candidate.id
    )
    walk = _Walk(uow=uow, scene=scene, person=person, number=number, actor=actor, until=until)
    _delivered(walk)
    if person.state == "invited" or (person.state == "expired" and not person.reached):
        _end(walk)
        return
    walk.wait(60 * (2 + number % 9))
    applications.start(uow, system, application_id=application.id)
    consents.agree(
        uow, actor, text_version=consents.notice_for(scene.plan, candidate.language).version, sms=False
    )
    for position, stage in enumerate(scene.plan.stages):
        stops_here = position == person.reached and person.state == "disqualified"
        half = position == person.reached and person.state != "disqualified"
        if position > person.reached:
            break
        walk.wait(7 + number % 5)
        _WAYS[stage.kind](walk, stage, half)
        if half and person.state != "evaluating":
            break
        _hand_in(walk, stage)
        if stops_here or (half and person.state == "evaluating"):
            break
        _judge(walk, stage)
    _end(walk)
    _delivered(walk)


def _candidate(uow: UnitOfWork, scene: Scene, person: Person, number: int) -> r.Candidate:
    plain = sample_address(person.name)
    reachable = person.note != "unreachable"
    return r.Candidate(
        id=uow.new_id(),
        workspace_id=scene.workspace.id,
        name=person.name,
        created_at=uow.now,
        email=f"{plain}@candidates.example" if reachable else None,
        phone=f"+1503555{100 + number:04d}" if reachable and number % 3 != 1 else None,
        sms_consent=reachable and number % 3 != 1,
        time_zone="America/Los_Angeles",
        source="demo",
    )


def sample_address(name: str) -> str:
    """`maya.okafor` for `Maya Okafor`."""
    import unicodedata

    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return ".".join(plain.split())


# --- Stages ---------------------------------------------------------------------------------------------------------


def _resume(walk: _Walk, stage: StagePlan, half: bool) -> None:
    """A resume, read as a candidate's would be; what it does not show is asked and answered."""
    if half and walk.person.name.startswith("Jonah"):
        return
    uow, person = walk.uow, walk.person
    application, row = walk.application(), walk.row(str(stage.kind))
    candidate = uow.candidates.get(application.candidate_id)
    language = "es" if person.note == "spanish" else "en"
    text = demo_people.SPANISH_RESUME.format(name=candidate.name, email=candidate.email)
    if language == "en":
        shown = "student" if person.stopped == "rn_license" else "new" if person.stopped else ""
        text, _ = demo_people.resume(
            candidate.name, candidate.email or "", person.level, walk.number, uow.now.year, shown
        )
    file = _kept(walk, text)
    profile = resume.read_profile(text, now=uow.now)
    readings = resume_criteria.read_criteria(
        stage.criteria, text, profile, language, uow.now, plan_language=walk.scene.plan.language
    )
    confirm = list(dealbreakers.decide_resume(stage, readings, {}).to_confirm)
    data = {
        **row.data,
        "file_id": file.id,
        "name": file.name,
        "reading": "read",
        "note": "",
        "language": language,
        "pages": 1,
        "pages_read": 1,
        "text_file_key": f"{file.key}.txt",
        "text_sha256": file.sha256,
        "profile": resume.profile_data(profile),
        "readings": {id: dataclasses.asdict(reading) for id, reading in readings.items()},
        "confirm": confirm,
        "foreign": language != walk.scene.plan.language,
    }
    uow.stages.save(replace(row, data=data, needs_review=language != "en"))
    for criterion_id in [] if half else confirm:
        _answer(walk, stage, criterion_id, criterion_id != person.stopped)


def _kept(walk: _Walk, text: str) -> r.StoredFile:
    uow = walk.uow
    content = text.encode()
    id = uow.new_id()
    key = f"resumes/{walk.actor.application_id}/{id}"
    walk.scene.files[key] = walk.scene.files[f"{key}.txt"] = content
    return uow.files.add(
        r.StoredFile(
            id=id,
            workspace_id=walk.scene.workspace.id,
            purpose="resume",
            key=key,
            name="resume.txt",
            media_type="text/plain",
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            created_at=uow.now,
            application_id=walk.actor.application_id,
            stage=str(StageKind.RESUME),
        )
    )


def _form(walk: _Walk, stage: StagePlan, half: bool) -> None:
    for index, question in enumerate(stage.questions):
        if half and index > 2 + walk.number % 3:
            return
        given = _given(walk, question)
        if given is not None:
            walk.wait(0.3)
            _answer(walk, stage, question.id, given)


def _talk(walk: _Walk, stage: StagePlan, half: bool) -> None:
    """A conversation with the engine. Half of one ends after some answers, or before the first."""
    uow, kind = walk.uow, str(stage.kind)
    most = walk.number % 3 if half and walk.person.state != "evaluating" else 60
    talk = interviews.begin(uow, walk.actor, stage=kind)
    followed: set[str] = set()
    for count in range(most):
        if talk.closed or talk.awaiting == "nothing":
            return
        walk.wait(0.6 if kind == "voice" else 3)
        question = stage.question(str(talk.question["id"])) if talk.question else None
        value: Any = None
        text = "Yes"
        if question is not None and question.kind in STRUCTURED:
            value, text = _given(walk, question), ""
        elif question is not None:
            text = (
                demo_people.FOLLOW_UPS[walk.person.level]
                if question.id in followed
                else _said(walk, question)
            )
            followed.add(question.id)
        silent = walk.person.note == "untranscribed" and question is not None and question.id == "speaking_up"
        talk = interviews.take_turn(
            uow,
            walk.actor,
            stage=kind,
            key=f"demo:{kind}:{count}",
            text="" if silent else text,
            value=value,
            question_id=question.id if question else None,
            transcribed=not silent,
        )


def _given(walk: _Walk, question: Question) -> Any:
    """The answer of this made-up person to a form's or an exact question."""
    if question.id in demo_people.ANSWERS:
        return _said(walk, question)
    level = {"s": "strong", "m": "strong", "w": "weak"}[walk.person.level]
    own: dict[str, Any] = {
        "rn_years": {"s": 9, "m": 3.5, "w": 1}[walk.person.level],
        "commute": 15 + walk.number * 3 % 45,
        "patient_load": 4 + walk.number % 4,
        "telemetry_comfort": {"s": 9, "m": 6, "w": 3}[walk.person.level],
        "license_number": f"2019{42000 + walk.number}RN, Oregon",
    }
    miss = question.id == walk.person.stopped
    if question.id in own and not miss:
        return own[question.id]
    if question.id == "certifications":
        return ["BLS", "ACLS"] if walk.person.level == "s" else ["BLS"]
    if question.options and question.ideal is None:
        return question.options[walk.number % len(question.options)]
    return sample_answers.value(question, cast(sample_answers.How, level), walk.uow.now, miss=miss)


def _said(walk: _Walk, question: Question) -> str:
    spoken = demo_people.ANSWERS.get(question.id)
    return spoken[walk.person.level].replace("|", "") if spoken else "No, thank you."


def _answer(walk: _Walk, stage: StagePlan, question_id: str, value: Any) -> None:
    answers.record(
        walk.uow,
        walk.actor,
        stage=str(stage.kind),
        question_id=question_id,
        value=value,
        key=f"demo:{stage.kind}:{question_id}",
    )


def _hand_in(walk: _Walk, stage: StagePlan) -> None:
    application = walk.uow.applications.lock(walk.actor.application_id)
    row = applications.stage_row(walk.uow, application, str(stage.kind))
    if row.state is r.StageState.OPEN:
        answers.hand_in(walk.uow, application, row, walk.scene.plan)


# --- Scores ---------------------------------------------------------------------------------------------------------


def _judge(walk: _Walk, stage: StagePlan) -> None:
    """Scores written by hand, each with a quote that stands in the candidate's words, and the stage concluded."""
    uow, kind = walk.uow, str(stage.kind)
    walk.wait(0.5)
    row = walk.row(kind)
    for question, criterion in _scored(stage):
        uow.evaluations.add(_evaluation(walk, row, question, criterion))
    application = evaluations.rescore(uow, walk.application(), walk.scene.plan)
    rows = applications.stages_of(uow, application)
    row = next(x for x in rows if x.kind == kind)
    outcome = r.StageState.PASSED if stage.min_score is not None else r.StageState.DONE
    step = journey.conclude_stage(
        application, rows, kind, outcome, uow.now, score=row.score, needs_review=row.needs_review, reason="ok"
    )
    applications.keep(uow, rows, step)


def _scored(stage: StagePlan) -> list[tuple[Question | None, Criterion]]:
    own: list[tuple[Question | None, Criterion]] = [
        (None, c) for c in stage.criteria if c.kind is CriterionKind.SCORED
    ]
    return own + [(q, q.criterion) for q in stage.questions if q.criterion is not None]


def _evaluation(
    walk: _Walk, row: r.ApplicationStage, question: Question | None, criterion: Criterion
) -> r.Evaluation:
    place = _place(walk, row, question, criterion)
    level = walk.person.level
    score = demo_people.SCORES.get(criterion.id, {"s": 5, "m": 3, "w": 2})[level]
    # People differ: one criterion in a few is a point off what this kind of answer mostly gets.
    score += (-1, 1, 0, 0, 0)[(walk.number * 3 + len(criterion.id)) % 5]
    score = min(5, max(1, score))
    whole: Mapping[str, Any] = {
        "score": float(score),
        "confidence": {"s": 0.82, "m": 0.7, "w": 0.6}[level],
        "reasons": demo_people.REASONS[level],
        "quotes": (place,) if place else (),
        "status": "scored",
    }
    if place is None:
        whole = {
            "status": "needs_review",
            "reasons": ("not transcribed" if question else "another language",),
        }
    return r.Evaluation(
        id=walk.uow.new_id(),
        workspace_id=row.workspace_id,
        application_id=row.application_id,
        attempt=row.attempt,
        stage=str(row.kind),
        criterion_id=criterion.id,
        question_id=question.id if question else None,
        at=walk.uow.now,
        evaluator=EVALUATOR,
        prompt_version="demo-1",
        **whole,
    )


def _place(
    walk: _Walk, row: r.ApplicationStage, question: Question | None, criterion: Criterion
) -> dict[str, Any] | None:
    """Where the quote for *criterion* stands; None where there is nothing to quote."""
    if question is None:
        if walk.person.note == "spanish":
            return None
        text = walk.scene.files[str(row.data["text_file_key"])].decode()
        return _quote(
            text, demo_people.resume("", "", walk.person.level, 0, 2000)[1][criterion.id], source="resume"
        )
    wanted = demo_people.ANSWERS[question.id][walk.person.level].split("|")[1]
    here = applications.given_in(row)
    for turn in walk.uow.turns.find(
        speaker=r.Speaker.CANDIDATE, question_id=question.id, order="seq", **here
    ):
        if wanted in turn.text:
            return _quote(turn.text, wanted, source="turn", turn_id=turn.id)
    answer = walk.uow.answers.first(order="-version", question_id=question.id, **here)
    if answer is not None and wanted in str(answer.value):
        return _quote(str(answer.value), wanted, source="answer", answer_id=answer.id)
    return None


def _quote(text: str, wanted: str, **where: str) -> dict[str, Any]:
    start = text.index(wanted)
    return {
        "text": wanted,
        "start": start,
        "end": start + len(wanted),
        "turn_id": None,
        "answer_id": None,
        "recording_id": None,
        "at_ms": None,
        **where,
    }


# --- Afterwards -----------------------------------------------------------------------------------------------------


def _end(walk: _Walk) -> None:
    """What happened besides: decisions, notes, withdrawals, expiry, messages that failed."""
    uow, person = walk.uow, walk.person
    application = walk.application()
    rows = applications.stages_of(uow, application)
    member = MemberActor(
        workspace_id=walk.scene.workspace.id,
        member_id=walk.scene.member.id,
        role=r.Role.ADMIN,
        name="Dana Demo",
    )
    if person.state == "withdrawn":
        walk.wait(90)
        applications.keep(uow, rows, journey.withdraw(application, rows, uow.now))
    elif person.state == "expired":
        past = min(walk.until - timedelta(days=1, hours=2), uow.now + timedelta(days=7))
        application = applications.touch(uow, application, due_at=past - timedelta(days=2))
        uow.now = past
        applications.keep(uow, rows, journey.expire(application, rows, uow.now))
    elif person.state == "completed":
        walk.wait(1)
        _completed(walk, application, member)
    if person.note == "nudged":
        walk.wait(60 * 26)
        invitations.queue(
            uow,
            member,
            application=application,
            kind="reminder",
            template="reminder",
            variables={},
            channels=["email"],
            dedupe=f"reminder:{application.id}:1",
        )
    if person.note == "review":
        applications.ask_person(
            uow, walk.actor, kind="human_review", text="I may have misheard the question on lifting."
        )
    _delivered(walk)


def _completed(walk: _Walk, application: r.Application, member: MemberActor) -> None:
    uow, person = walk.uow, walk.person
    invitations.queue(
        uow,
        member,
        application=application,
        kind="completed",
        template="completed",
        variables={},
        channels=["email"],
        dedupe=f"completed:{application.id}:1",
    )
    applications.note(uow, application, "report_available", stage="voice")
    if person.note == "last_word":
        application = applications.touch(uow, application, last_word=demo_people.LAST_WORD)
    if walk.number % 2 == 0:
        feedback = {
            "rating": 5 if walk.number % 4 else 4,
            "text": "Clear and calm. I liked that I could type.",
        }
        application = applications.touch(uow, application, feedback=feedback)
    if person.note == "override":
        _overridden(walk, member)
    if person.note == "star":
        uow.comments.add(
            r.Comment(
                id=uow.new_id(),
                workspace_id=application.workspace_id,
                application_id=application.id,
                member_id=member.member_id,
                text="Listen to the answer on the post-op patient. I would like to meet him this week.",
                at=uow.now,
                rating=5,
            )
        )
    if person.decision != "none":
        walk.wait(60 * 5)
        _decided(walk, member)


def _decided(walk: _Walk, member: MemberActor) -> None:
    uow, decision = walk.uow, r.Decision(walk.person.decision)
    reason = (
        "Strong on judgment and safety."
        if decision is r.Decision.SHORTLISTED
        else "Too little acute care so far."
    )
    application = applications.touch(
        uow,
        walk.application(),
        decision=decision,
        decision_reason=reason,
        decided_at=uow.now,
        decided_by=member.member_id,
    )
    applications.note(uow, application, f"candidate_{decision}")


def _overridden(walk: _Walk, member: MemberActor) -> None:
    """A person's own score beside the first one, which stays."""
    uow = walk.uow
    first = uow.evaluations.first(application_id=walk.actor.application_id, criterion_id="communication")
    if first is None:
        return
    uow.evaluations.add(
        replace(
            first,
            id=uow.new_id(),
            at=uow.now,
            evaluator="member",
            score=5.0,
            confidence=1.0,
            reasons=("Knew this family's ward; the follow-up call was her own idea.",),
            prompt_version="",
            member_id=member.member_id,
            supersedes_id=first.id,
        )
    )
    evaluations.rescore(uow, walk.application(), walk.scene.plan)
    applications.note(uow, walk.application(), "score_overridden", criterion="communication")


def _delivered(walk: _Walk) -> None:
    """Messages that were queued on this way, as they would look after sending; one address does not exist."""
    uow = walk.uow
    for message in uow.messages.find(application_id=walk.actor.application_id, state=r.MessageState.QUEUED):
        application = walk.application()
        variables = {
            **message.variables,
            **templates.own_words(uow, message),
            "link": f"{uow.instance.public_url}/i/…",
            "privacy_link": "",
        }
        failed = walk.person.note == "bounced" and message.channel is r.Channel.EMAIL
        subject, html, body = "", "", ""
        if message.channel is r.Channel.EMAIL:
            subject, html, body = walk.scene.renderer.email(message.template, variables)
        else:
            body = walk.scene.renderer.sms(message.template, variables)
        uow.messages.save(
            replace(
                message,
                state=r.MessageState.FAILED if failed else r.MessageState.DELIVERED,
                error="550 5.1.1 The email account that you tried to reach does not exist." if failed else "",
                subject=subject,
                html=html,
                body=body,
                provider="demo",
                provider_id=f"demo-{message.id}",
                attempts=1,
                sent_at=None if failed else message.created_at,
            )
        )
        applications.note(
            uow,
            application,
            "message_failed" if failed else "message_sent",
            message_id=message.id,
            channel=str(message.channel),
        )


_WAYS = {
    StageKind.RESUME: _resume,
    StageKind.FORM: _form,
    StageKind.SMS: _talk,
    StageKind.VOICE: _talk,
}
