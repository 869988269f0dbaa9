"""One candidate's way through one interviewer: made, started, consented to, left and come back to."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from milo_app.domain import consent as notices
from milo_app.domain import journey, plan_data, values
from milo_app.domain import records as r
from milo_app.domain.actors import Actor, CandidateActor, MemberActor
from milo_app.domain.errors import Conflict, Forbidden, Gone, Invalid, NotFound
from milo_app.domain.plan import Plan
from milo_app.services import candidates, links
from milo_app.services.ports import UnitOfWork
from milo_app.services.transactions import command, query

#: Letters of the short code by which a candidate tells two applications apart in a text; none that look alike.
_CODE_LETTERS = "ACDEFHJKMNPRTWXY34679"
#: What follows by itself from a move (reminders, notices) is looked at when the candidate may have moved on again.
LOOK_AFTER = timedelta(minutes=1)

#: A request to a person is due after this long.
REQUEST_DUE = timedelta(days=5)


# --- Finding ----------------------------------------------------------------------------------------------------------


def fresh_code() -> str:
    """A short code that is no word: it may stand at the beginning of a text beside the answer."""
    while True:
        code = "".join(secrets.choice(_CODE_LETTERS) for _ in range(4))
        if any(sign.isdigit() for sign in code):
            return code


@query
def holder(uow: UnitOfWork, actor: Actor, *, application_id: str, proof: str, ip: str = "") -> CandidateActor:
    """Who holds an application's cookie. Raises NotFound for an unknown id, Forbidden for a proof that is not its."""
    application = uow.applications.get(application_id)
    if not links.proves(uow.instance, application, proof):
        raise Forbidden("Please open your own link again to continue.")
    return CandidateActor(
        workspace_id=application.workspace_id,
        application_id=application.id,
        candidate_id=application.candidate_id,
        preview=application.preview,
        ip=ip,
    )


def version_of(uow: UnitOfWork, application: r.Application) -> r.InterviewerVersion | None:
    """The version an application uses: fixed at Start; before that the newest published one."""
    if application.version_id:
        return uow.versions.get(application.version_id)
    interviewer = uow.interviewers.get(application.interviewer_id)
    return uow.versions.first(interviewer_id=interviewer.id, number=interviewer.version)


def plan_of(uow: UnitOfWork, application: r.Application) -> Plan:
    """The plan an application goes by. A preview that has not begun goes by the draft.

    Raises:
        Gone: the interviewer was never published.
    """
    if application.preview and application.version_id is None:
        return plan_data.from_data(uow.interviewers.get(application.interviewer_id).draft)
    version = version_of(uow, application)
    if version is None:
        raise Gone("closed", "This interview is not open yet.")
    return _read(version)


#: Plans of versions read already: a version never changes, and reading one costs more than saving an answer.
_read_versions: dict[str, Plan] = {}
_MOST_READ = 256


def _read(version: r.InterviewerVersion) -> Plan:
    plan = _read_versions.get(version.id)
    if plan is None:
        if len(_read_versions) >= _MOST_READ:
            _read_versions.clear()
        plan = _read_versions[version.id] = plan_data.from_data(version.plan)
    return plan


def stages_of(uow: UnitOfWork, application: r.Application) -> list[r.ApplicationStage]:
    """The stages of the current attempt, in order; empty before Start."""
    return uow.stages.find(order="position", application_id=application.id, attempt=application.attempt)


def given_in(stage: r.ApplicationStage) -> dict[str, Any]:
    """The keys under which a stage's answers and turns are kept: those of a stage carried over into a retake stay
    with the attempt in which they were given."""
    attempt = int(stage.data.get("carried_from", stage.attempt))
    return {"application_id": stage.application_id, "attempt": attempt, "stage": str(stage.kind)}


def stage_row(uow: UnitOfWork, application: r.Application, kind: str) -> r.ApplicationStage:
    """One stage of the current attempt. Raises NotFound where the plan has none of that kind."""
    row = uow.stages.first(application_id=application.id, attempt=application.attempt, kind=kind)
    if row is None:
        raise NotFound("This interview has no such stage.")
    return row


def writable(uow: UnitOfWork, actor: CandidateActor, kind: str) -> tuple[r.Application, r.ApplicationStage]:
    """The candidate's application, locked, and its open stage of that kind.

    Raises:
        Gone: the time is over, or the candidate has withdrawn.
        Conflict: the stage is not open now, or consent is missing.
    """
    application = uow.applications.lock(actor.application_id)
    if application.state in (r.ApplicationState.WITHDRAWN, r.ApplicationState.EXPIRED):
        raise Gone(application.state.value, "This application is closed. Your answers so far are kept.")
    if application.consented_at is None:
        raise Conflict("Please read and agree to the notice first.")
    stage = stage_row(uow, application, kind)
    if stage.state is not r.StageState.OPEN:
        raise Conflict("This part is already finished.")
    if not journey.may_continue(application, uow.now):
        raise Gone("expired", "The time for this interview is over. Your answers so far are kept.")
    return application, stage


# --- Keeping ----------------------------------------------------------------------------------------------------------


def keep(uow: UnitOfWork, before: Iterable[r.ApplicationStage], step: journey.Journey) -> r.Application:
    """Save what a journey step changed and append its events. Returns the application as saved."""
    old = {stage.id: stage for stage in before}
    for stage in step.stages:
        if stage.id not in old:
            uow.stages.add(stage)
        elif stage != old[stage.id]:
            uow.stages.save(stage)
    look_at = step.application.look_at
    if step.events and not step.application.preview:
        look_at = uow.now + LOOK_AFTER
    application = uow.applications.save(replace(step.application, updated_at=uow.now, look_at=look_at))
    for kind in step.events:
        note(uow, application, EVENTS.get(kind, kind), stage=_moved(kind, old, step) or application.stage)
    return application


def _moved(event: str, old: Mapping[str, r.ApplicationStage], step: journey.Journey) -> str | None:
    """Which stage an event is about: the one that came into the state it names (handed in: that left `open`)."""
    changed = [s for s in step.stages if s.id not in old or s.state is not old[s.id].state]
    named = event.removeprefix("stage_")
    for stage in changed:
        before = old[stage.id].state if stage.id in old else None
        if stage.state == named or (named == "submitted" and before is r.StageState.OPEN):
            return str(stage.kind)
    return None


#: A journey's moves by the names under which the desk, webhooks and the audit log know them.
EVENTS: Mapping[str, str] = {
    "application_started": "interview_started",
    "application_completed": "interview_completed",
    "application_disqualified": "candidate_disqualified",
    "application_withdrawn": "candidate_withdrawn",
    "application_expired": "candidate_expired",
    "application_reinstated": "candidate_reinstated",
    "application_rejoined": "candidate_rejoined",
    "application_extended": "candidate_extended",
    "application_retake": "retake_granted",
    "stage_passed": "stage_completed",
    "stage_failed": "stage_completed",
    "stage_done": "stage_completed",
}


def note(
    uow: UnitOfWork, application: r.Application, kind: str, **data: str | int | float | bool | None
) -> None:
    """Append an Event about *application*; a preview's says so, and counts nowhere."""
    uow.emit(
        "application",
        application.id,
        kind,
        workspace_id=application.workspace_id,
        interviewer=application.interviewer_id,
        preview=application.preview,
        **data,
    )


def touch(uow: UnitOfWork, application: r.Application, **changes: Any) -> r.Application:
    """Save *changes* and the time of the last activity."""
    return uow.applications.save(replace(application, updated_at=uow.now, **changes))


# --- Making -----------------------------------------------------------------------------------------------------------


def create(
    uow: UnitOfWork,
    actor: Actor,
    *,
    interviewer: r.Interviewer,
    name: str,
    email: str | None = None,
    phone: str | None = None,
    sms_consent: bool = False,
    source: str = "manual",
    language: str = "en",
    preview: bool = False,
) -> tuple[r.Application, bool]:
    """Find or make the application of a person for *interviewer*: one per person, however often they come.

    Returns the application and whether it is new. Raises Invalid for an address or number that cannot be one.
    """
    name, email, phone = (
        candidates.clean_name(name),
        candidates.clean_email(email),
        candidates.clean_phone(phone),
    )
    if not (name or email or phone):
        raise Invalid(fields={"name": "A name, an address or a number is needed."})
    if not preview:
        # Two imports at once, or an import and somebody who applies, find the same person and not two.
        uow.hold(f"intake:{interviewer.workspace_id}")
        for application, person in uow.applications.by_contact(interviewer.id, email=email, phone=phone):
            if candidates.same_person(name, person.name) and not application.preview:
                note_sms_consent(uow, person, phone, sms_consent, source)
                return application, False
    person = candidates.find_or_add(
        uow, interviewer.workspace_id, name=name, email=email, phone=phone, language=language, source=source
    )
    person = note_sms_consent(uow, person, phone, sms_consent, source)
    known = (
        None
        if preview
        else uow.applications.first(interviewer_id=interviewer.id, candidate_id=person.id, preview=False)
    )
    if known is not None:
        return known, False
    application = uow.applications.add(
        r.Application(
            id=uow.new_id(),
            workspace_id=interviewer.workspace_id,
            interviewer_id=interviewer.id,
            candidate_id=person.id,
            state=r.ApplicationState.INVITED,
            created_at=uow.now,
            updated_at=uow.now,
            source=source,
            preview=preview,
            preview_member_id=actor.member_id if preview and isinstance(actor, MemberActor) else None,
            short_code=fresh_code(),
        )
    )
    note(uow, application, "candidate_ingested", source=source)
    return application, True


#: Where a candidate agrees to texts themselves; elsewhere (a list, a form on the desk) somebody vouches for it.
_OWN_YES = frozenset({"web", "apply_link"})


def note_sms_consent(
    uow: UnitOfWork, person: r.Candidate, phone: str | None, given: bool, source: str
) -> r.Candidate:
    """Record a yes to texts, with the words that the candidate was shown, or that whoever added them vouches for; the
    absence of a yes changes nothing that was given before."""
    number = phone or person.phone
    if not given or not number or (person.sms_consent and person.phone == number):
        return person
    own = source in _OWN_YES
    notice = notices.sms(person.language) if own else notices.sms_attested()
    uow.consents.add(
        r.Consent(
            id=uow.new_id(),
            workspace_id=person.workspace_id,
            kind="sms",
            given=True,
            at=uow.now,
            source=source,
            text_version=notice.version,
            text_hash=notice.hash,
            candidate_id=person.id,
            phone=number,
        )
    )
    return uow.candidates.save(replace(person, phone=number, sms_consent=True))


# --- The candidate's own steps ----------------------------------------------------------------------------------------


@command
def start(uow: UnitOfWork, actor: Actor, *, application_id: str) -> r.Application:
    """A person pressed Start: fix the version, open the first stage. A repeat changes nothing.

    Raises:
        Gone: the deadline has passed, the role is closed, or the candidate withdrew.
    """
    application = uow.applications.lock(application_id)
    if application.started_at is not None or application.state is not r.ApplicationState.INVITED:
        return application
    interviewer = uow.interviewers.get(application.interviewer_id)
    if not application.preview:
        if interviewer.state is r.InterviewerState.ARCHIVED:
            raise Gone("closed", "This role is closed. Thank you for your interest.")
        if not journey.may_start(application, uow.now):
            raise Gone("expired", "The time to start this interview is over.")
    version = _snapshot(uow, interviewer) if application.preview else version_of(uow, application)
    if version is None:
        raise Gone("closed", "This interview is not open yet.")
    plan = _read(version)
    fixed = replace(application, version_id=version.id, opened_at=application.opened_at or uow.now)
    rows = [uow.stages.add(row) for row in journey.lay_out(fixed, plan, [uow.new_id() for _ in plan.stages])]
    return keep(uow, rows, journey.start(fixed, rows, uow.now))


def _snapshot(uow: UnitOfWork, interviewer: r.Interviewer) -> r.InterviewerVersion:
    """The draft as a preview sees it, frozen under a number below zero so that it is never taken for a published one."""
    lowest = uow.versions.first(order="number", interviewer_id=interviewer.id)
    if lowest is not None and lowest.number < 0 and lowest.plan == interviewer.draft:
        return lowest
    return uow.versions.add(
        r.InterviewerVersion(
            id=uow.new_id(),
            workspace_id=interviewer.workspace_id,
            interviewer_id=interviewer.id,
            number=min(lowest.number if lowest else 0, 0) - 1,
            plan=interviewer.draft,
            published_at=uow.now,
        )
    )


@command
def withdraw(uow: UnitOfWork, actor: CandidateActor) -> r.Application:
    """The candidate leaves; they may come back by asking, and everything given is kept until they erase it."""
    application = uow.applications.lock(actor.application_id)
    rows = stages_of(uow, application)
    return keep(uow, rows, journey.withdraw(application, rows, uow.now))


@command
def ask_person(uow: UnitOfWork, actor: CandidateActor, *, kind: str, text: str = "") -> r.Request:
    """Ask a person for something: another format, no AI, a review, one's data erased. A repeat adds to nothing."""
    if kind not in ("accommodation", "no_ai", "human_review", "erase", "export", "other"):
        raise Invalid(fields={"kind": "Please choose what you need."})
    application = uow.applications.get(actor.application_id)
    open_already = uow.requests.first(application_id=application.id, kind=kind, state="open")
    if open_already is not None:
        return uow.requests.save(replace(open_already, text=values.plain(text)[:2000] or open_already.text))
    request = uow.requests.add(
        r.Request(
            id=uow.new_id(),
            workspace_id=application.workspace_id,
            application_id=application.id,
            kind=kind,
            text=values.plain(text)[:2000],
            at=uow.now,
            due_at=uow.now + REQUEST_DUE,
        )
    )
    note(uow, application, "request_opened", request=request.id, request_kind=kind)
    return request


_ACCOMMODATIONS = frozenset({"untimed", "speech_off", "typed"})


@command
def set_accommodations(
    uow: UnitOfWork, actor: CandidateActor, *, wanted: Mapping[str, bool]
) -> r.Application:
    """More time, no spoken questions, typing instead of speaking: given at once, no approval, never in a report."""
    application = uow.applications.lock(actor.application_id)
    chosen = {key: True for key, on in wanted.items() if key in _ACCOMMODATIONS and on is True}
    return touch(uow, application, accommodations=chosen)


@command
def save_last_word(uow: UnitOfWork, actor: CandidateActor, *, text: str) -> r.Application:
    """One note of the candidate's own, pinned to the top of the report."""
    application = uow.applications.lock(actor.application_id)
    note(uow, application, "last_word_saved")
    return touch(uow, application, last_word=values.plain(text).strip()[:2000])


@command
def save_feedback(uow: UnitOfWork, actor: CandidateActor, *, rating: int, text: str = "") -> r.Application:
    """How it was for the candidate, 1 to 5; never shown beside their scores."""
    if rating not in (1, 2, 3, 4, 5):
        raise Invalid(fields={"rating": "Please choose 1 to 5."})
    application = uow.applications.lock(actor.application_id)
    return touch(uow, application, feedback={"rating": rating, "text": values.plain(text).strip()[:2000]})


# --- A member's steps -------------------------------------------------------------------------------------------------


def _by_member(uow: UnitOfWork, application_id: str) -> tuple[r.Application, list[r.ApplicationStage]]:
    application = uow.applications.lock(application_id)
    return application, stages_of(uow, application)


@command
def reinstate(uow: UnitOfWork, actor: MemberActor, *, application_id: str, reason: str) -> r.Application:
    """A person decides that a stopped candidate goes on, with a fresh due date. The reason is kept in the event log."""
    if not reason.strip():
        raise Invalid(fields={"reason": "Say why, in a few words."})
    application, rows = _by_member(uow, application_id)
    step = journey.reinstate(application, rows, uow.now, _fresh_due(uow, application))
    kept = keep(uow, rows, step)
    return touch(uow, kept, decision_reason=reason.strip()[:500])


@command
def rejoin(uow: UnitOfWork, actor: MemberActor, *, application_id: str) -> r.Application:
    """Let a withdrawn candidate come back."""
    application, rows = _by_member(uow, application_id)
    return keep(uow, rows, journey.rejoin(application, rows, uow.now, _fresh_due(uow, application)))


@command
def extend(uow: UnitOfWork, actor: MemberActor, *, application_id: str, days: int = 7) -> r.Application:
    """Give more days, also to one whose time is over."""
    if not 1 <= days <= 90:
        raise Invalid(fields={"days": "Give 1 to 90 days."})
    application, rows = _by_member(uow, application_id)
    return keep(uow, rows, journey.extend(application, rows, uow.now, uow.now + timedelta(days=days)))


@command
def grant_retake(uow: UnitOfWork, actor: MemberActor, *, application_id: str, stage: str) -> r.Application:
    """A new attempt from *stage* on; the earlier one is kept."""
    application, rows = _by_member(uow, application_id)
    ids = [uow.new_id() for _ in rows]
    return keep(
        uow, rows, journey.retake(application, rows, stage, ids, uow.now, _fresh_due(uow, application))
    )


def _fresh_due(uow: UnitOfWork, application: r.Application) -> Any:
    interviewer = uow.interviewers.get(application.interviewer_id)
    return journey.due(uow.now, plan_of(uow, application), interviewer.closes_at)
