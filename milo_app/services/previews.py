"""A recruiter's own test run of an interview: the very same way, marked, counted nowhere, gone in one click.

A preview goes by the draft as it is. It can be filled in as a strong, weak or stopped candidate, or up to a stage; the
filling goes through the services that candidates use, to a real report.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

from milo_app.domain import plan_data
from milo_app.domain import records as r
from milo_app.domain.actors import Actor, CandidateActor, MemberActor, SystemActor
from milo_app.domain.errors import Conflict, Forbidden, Invalid, NotFound
from milo_app.domain.plan import STRUCTURED, Plan, StageKind
from milo_app.services import (
    answers,
    applications,
    attachments,
    consents,
    interviews,
    links,
    resumes,
    sample_answers,
)
from milo_app.services.ports import Deps, UnitOfWork
from milo_app.services.sample_answers import How
from milo_app.services.transactions import command
from milo_app.services.work import Work

_DUE = timedelta(days=30)
_HOWS = ("strong", "weak", "stopped")
#: Turns after which a filled conversation is left as it is.
_MOST_TURNS = 80


@command
def open(uow: UnitOfWork, actor: Actor, *, token: str, member: MemberActor | None = None) -> r.Application:
    """The preview behind a preview link: a signed-in member's own goes on, everybody else gets a fresh one.

    Messages go to *member*, else to whoever made the interviewer. Raises NotFound or Gone for a link that is not ours,
    Invalid for a draft that cannot be shown yet.
    """
    interviewer = links.resolve_preview(uow, token)
    own = member if member is not None and member.workspace_id == interviewer.workspace_id else None
    if own is not None:
        known = uow.applications.first(
            order="-id", interviewer_id=interviewer.id, preview=True, preview_member_id=own.member_id
        )
        if known is not None:
            return known
    plan = plan_data.from_data(interviewer.draft)
    receiver = own.member_id if own is not None else interviewer.created_by
    application, _ = applications.create(
        uow,
        actor,
        interviewer=interviewer,
        name=sample_answers.NAME,
        source="preview",
        language=plan.language,
        preview=True,
    )
    return uow.applications.save(
        replace(application, preview_member_id=receiver, invited_at=uow.now, due_at=uow.now + _DUE)
    )


def reset(deps: Deps, actor: Actor, *, application_id: str) -> None:
    """Erase a preview and everything of it, files included. A repeat changes nothing.

    Raises:
        NotFound: no preview of that id in reach of *actor*.
        Forbidden: a viewer asks.
    """
    with deps.uow.write(actor) as uow:
        application = uow.applications.maybe(application_id)
        if application is None:
            return
        _check_own(application, actor)
        keys = erase_rows(uow, application)
    for key in keys:
        deps.files.delete(key)


def erase_rows(uow: UnitOfWork, application: r.Application) -> list[str]:
    """Erase the rows of one application and its candidate, who has no other. Returns the keys of files to delete.

    Only for previews and demo candidates: it leaves no record of an erasure.
    """
    keys = [file.key for file in uow.files.find(application_id=application.id)]
    for stage in uow.stages.find(application_id=application.id):
        if stage.data.get("text_file_key"):
            keys.append(str(stage.data["text_file_key"]))
    for recording in uow.recordings.find(application_id=application.id):
        chunks = uow.chunks.find(recording_id=recording.id)
        keys += [f"recordings/{recording.id}/{chunk.segment}/{chunk.seq}" for chunk in chunks]
    for consent in uow.consents.find(application_id=application.id):
        uow.consents.delete(consent.id)
    attachments.erase(uow, application.id)
    uow.applications.delete(application.id)
    if uow.applications.count(candidate_id=application.candidate_id) == 0:
        for consent in uow.consents.find(candidate_id=application.candidate_id):
            uow.consents.delete(consent.id)
        uow.candidates.delete(application.candidate_id)
    return keys


@command
def queue_fill(uow: UnitOfWork, actor: Actor, *, application_id: str, how: str) -> None:
    """Have a preview filled in as a `strong`, `weak` or `stopped` candidate, to the end. Takes seconds.

    Raises NotFound, Forbidden, Conflict for one that is finished, and Invalid for another word.
    """
    if how not in _HOWS and how.removeprefix("to:") not in set(StageKind):
        raise Invalid(fields={"how": "Choose a strong, weak or stopped candidate."})
    application = uow.applications.get(application_id)
    _check_own(application, actor)
    if application.state not in (r.ApplicationState.INVITED, r.ApplicationState.IN_PROGRESS):
        raise Conflict("This preview is finished. Start over to fill it in again.")
    uow.enqueue(Work.FILL_PREVIEW, application.id, how, uow.new_id())


@command
def jump(uow: UnitOfWork, actor: Actor, *, application_id: str, stage: str) -> None:
    """Have a preview filled in up to *stage*, which is then open. Raises NotFound, Forbidden, Invalid."""
    application = uow.applications.get(application_id)
    plan = applications.plan_of(uow, application)
    if plan.stage(stage) is None:
        raise Invalid(fields={"stage": "This interview has no such stage."})
    queue_fill(uow, actor, application_id=application_id, how=f"to:{stage}")


def _check_own(application: r.Application, actor: Actor) -> None:
    if not application.preview:
        raise NotFound("That is not a preview.")
    if isinstance(actor, MemberActor) and not actor.can(r.Role.RECRUITER):
        raise Forbidden("Viewers cannot change previews.")
    if isinstance(actor, CandidateActor) and actor.application_id != application.id:
        raise NotFound("That is not a preview.")


# --- Filling in -----------------------------------------------------------------------------------------------------


def fill(deps: Deps, application_id: str, how: str, nonce: str) -> None:
    """Go the candidate's way as a made-up person (durable work): `strong`, `weak`, `stopped`, or `to:<stage>`.

    Every write has a key made of *nonce*, so that a repeat after a crash goes on where it stopped. A preview that was
    reset meanwhile is left alone.
    """
    with deps.uow.read(SystemActor()) as uow:
        application = uow.applications.maybe(application_id)
    if application is None or not application.preview:
        return
    actor = CandidateActor(
        workspace_id=application.workspace_id,
        application_id=application.id,
        candidate_id=application.candidate_id,
        preview=True,
    )
    until = how.removeprefix("to:") if how.startswith("to:") else ""
    manner = cast(How, "strong" if until else how)
    plan = _begin(deps, actor)
    target = sample_answers.stopping(plan) if manner == "stopped" else None
    for stage in plan.stages:
        if str(stage.kind) == until or not _is_open(deps, actor, str(stage.kind)):
            if str(stage.kind) == until:
                return
            continue
        miss = target[1] if target is not None and target[0] == stage.kind else ""
        _FILLERS[stage.kind](deps, actor, plan, str(stage.kind), manner, nonce, miss)
        if _is_open(deps, actor, str(stage.kind)):
            with deps.uow.write(actor) as uow:
                answers.submit_stage(uow, actor, stage=str(stage.kind), key=f"fill:{nonce}:{stage.kind}")


def _begin(deps: Deps, actor: CandidateActor) -> Plan:
    """Start and consent, where the preview has not; returns its plan."""
    with deps.uow.write(actor) as uow:
        application = applications.start(uow, actor, application_id=actor.application_id)
        plan = applications.plan_of(uow, application)
        if application.consented_at is None:
            person = uow.candidates.get(application.candidate_id)
            consents.agree(uow, actor, text_version=consents.notice_for(plan, person.language).version)
    return plan


def _is_open(deps: Deps, actor: CandidateActor, kind: str) -> bool:
    with deps.uow.read(actor) as uow:
        application = uow.applications.get(actor.application_id)
        row = uow.stages.first(application_id=application.id, attempt=application.attempt, kind=kind)
    return row is not None and row.state is r.StageState.OPEN


def _fill_resume(
    deps: Deps, actor: CandidateActor, plan: Plan, kind: str, how: How, nonce: str, miss: str
) -> None:
    stage = plan.stage(kind)
    if stage is None:
        return
    with deps.uow.read(actor) as uow:
        data = applications.stage_row(uow, uow.applications.get(actor.application_id), kind).data
        now = uow.now
    if data.get("reading") != "read":
        text = sample_answers.resume(stage, plan, how, now)
        taken = resumes.accept_text(deps, actor, text=text)
        resumes.read(deps, str(taken["file_id"]))
    with deps.uow.write(actor) as uow:
        row = applications.stage_row(uow, uow.applications.get(actor.application_id), kind)
        for criterion_id in row.data.get("confirm", ()):
            _record(uow, actor, kind, str(criterion_id), criterion_id != miss, nonce)


def _fill_form(
    deps: Deps, actor: CandidateActor, plan: Plan, kind: str, how: How, nonce: str, miss: str
) -> None:
    stage = plan.stage(kind)
    if stage is None:
        return
    with deps.uow.write(actor) as uow:
        for question in stage.questions:
            given = sample_answers.value(question, how, uow.now, miss=question.id == miss)
            if given is not None and (question.required or how == "strong"):
                _record(uow, actor, kind, question.id, given, nonce)


def _fill_talk(
    deps: Deps, actor: CandidateActor, plan: Plan, kind: str, how: How, nonce: str, miss: str
) -> None:
    stage = plan.stage(kind)
    if stage is None:
        return
    with deps.uow.write(actor) as uow:
        talk = interviews.begin(uow, actor, stage=kind)
    for count in range(_MOST_TURNS):
        if talk.closed or talk.awaiting == "nothing":
            return
        asked = stage.question(str(talk.question["id"])) if talk.question else None
        with deps.uow.write(actor) as uow:
            # Without a question it waits for a yes to what it read back.
            given: Any = "Yes"
            if asked is not None:
                given = sample_answers.value(asked, how, uow.now, miss=asked.id == miss)
            exact = asked is not None and asked.kind in STRUCTURED
            talk = interviews.take_turn(
                uow,
                actor,
                stage=kind,
                key=f"fill:{nonce}:{kind}:{count}",
                text="" if exact else str(given),
                value=given if exact else None,
                question_id=asked.id if asked is not None else None,
            )


def _record(
    uow: UnitOfWork, actor: CandidateActor, kind: str, question_id: str, value: Any, nonce: str
) -> None:
    newest = uow.answers.first(
        order="-version", application_id=actor.application_id, stage=kind, question_id=question_id
    )
    answers.record(
        uow,
        actor,
        stage=kind,
        question_id=question_id,
        value=value,
        key=f"fill:{nonce}:{kind}:{question_id}"[:120],
        base_version=newest.version if newest else 0,
        source="web",
    )


_FILLERS = {
    StageKind.RESUME: _fill_resume,
    StageKind.FORM: _fill_form,
    StageKind.SMS: _fill_talk,
    StageKind.VOICE: _fill_talk,
}
