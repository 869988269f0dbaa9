"""Calls that candidates ask for: agreed to, placed once, followed up.

A call is a `Message` of the channel `call`, made before anybody is rung up. What goes on in it stands in `variables`:
`stage`, `call` (the telephone service's word for its state), `session` and `joined` (how often its line was handed out
and taken), `over` (why the talk on it ended). What is said in it are turns like any other (`services/call_talk.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from milo_app.domain import consent as notices
from milo_app.domain import journey, quiet_hours
from milo_app.domain import records as r
from milo_app.domain import stages as stage_types
from milo_app.domain.actors import Actor, CandidateActor, SystemActor
from milo_app.domain.errors import Conflict, Invalid, MiloError
from milo_app.domain.intents import Intent, intent
from milo_app.domain.keywords import normal
from milo_app.domain.plan import Plan, StagePlan
from milo_app.services import applications, candidates, interviews, invitations
from milo_app.services.ports import Deps, OutgoingCall, SendFailed, Sent, UnitOfWork
from milo_app.services.transactions import command, query
from milo_app.services.work import Work

#: So often is somebody called for one stage; after that only they can call.
MOST_CALLS = 6
#: A call of which nothing was heard for so long, neither from the telephone service nor on its line, is over: word of
#: its end may have been lost, and must not bar the next one.
_FORGOTTEN = timedelta(minutes=5)
#: The furthest that a call can be asked for.
_FURTHEST = timedelta(days=14)
#: Where the telephone service asks and tells; `routes.py` has the same.
VOICE = "/webhooks/twilio/voice"

#: States of a call in which nobody is on the line any more.
ENDED = frozenset({"completed", "busy", "no-answer", "failed", "canceled", "voicemail"})
_WAITING = (r.MessageState.QUEUED, r.MessageState.SENDING, r.MessageState.SENT, r.MessageState.DELIVERED)


# --- What is offered --------------------------------------------------------------------------------------------------


def open_talk(
    uow: UnitOfWork, application: r.Application
) -> tuple[r.ApplicationStage, StagePlan, Plan] | None:
    """The conversation that *application* stands at and may take by phone now, or None."""
    if application.preview or application.consented_at is None:
        return None
    if application.state is not r.ApplicationState.IN_PROGRESS or not journey.may_continue(
        application, uow.now
    ):
        return None
    row = next((s for s in applications.stages_of(uow, application) if s.state is r.StageState.OPEN), None)
    if row is None or not stage_types.of(row.kind).conversational:
        return None
    plan = applications.plan_of(uow, application)
    stage = plan.stage(row.kind)
    return (row, stage, plan) if stage is not None and stage.phone else None


def awake(uow: UnitOfWork, application: r.Application, at: datetime) -> bool:
    """Whether *at* lies outside quiet hours where the candidate is."""
    candidate = uow.candidates.get(application.candidate_id)
    workspace = uow.workspaces.get(application.workspace_id)
    if not uow.instance.quiet_hours:
        return True
    zones = quiet_hours.known_zones([invitations.zone_of(candidate, workspace)])
    hours: Mapping[str, Any] = workspace.policy.get("quiet_hours") or {}
    opens, closes = int(hours.get("opens", quiet_hours.OPENS)), int(hours.get("closes", quiet_hours.CLOSES))
    return quiet_hours.next_allowed(at, zones, opens=opens, closes=closes) == at


@query
def shown(uow: UnitOfWork, actor: CandidateActor) -> dict[str, Any]:
    """What the candidate's page shows: {offered, number (masked), code, dial, at, state, why, notice, left}.

    `state` is the newest call's: "" (none), waiting, ringing, talking, or over; `dial` is the number to call instead.
    """
    application = uow.applications.get(actor.application_id)
    person = uow.candidates.get(application.candidate_id)
    calls = _calls_of(uow, application)
    newest = calls[-1] if calls else None
    notice = notices.asked_call(person.language)
    return {
        "offered": bool(uow.instance.phone_number) and open_talk(uow, application) is not None,
        "number": f"••• ••• {person.phone[-4:]}" if person.phone else "",
        "code": application.short_code,
        "dial": uow.instance.phone_number,
        "at": newest.due_at.isoformat()
        if newest and newest.due_at and _standing(uow, newest) == "waiting"
        else "",
        "state": _standing(uow, newest) if newest else "",
        "why": _ending(newest) if newest else "",
        "notice": [*notice.points],
        "left": max(0, MOST_CALLS - len([c for c in calls if c.direction == "out"])),
    }


def _ending(call: r.Message) -> str:
    """The telephone service's word for how it stands; one that could never be placed has failed."""
    never = call.state in (r.MessageState.FAILED, r.MessageState.UNKNOWN)
    return str(call.variables.get("call") or ("failed" if never else ""))


def _standing(uow: UnitOfWork, call: r.Message) -> str:
    state = str(call.variables.get("call", ""))
    if state in ENDED or call.state not in (*_WAITING, r.MessageState.RECEIVED):
        return "over"
    if state == "in-progress":
        return "talking" if uow.now - call.updated_at < _FORGOTTEN else "over"
    if call.state is r.MessageState.QUEUED:
        return "waiting"
    return "ringing" if uow.now - call.updated_at < _FORGOTTEN else "over"


def _calls_of(uow: UnitOfWork, application: r.Application) -> list[r.Message]:
    return [
        call
        for call in uow.messages.find(application_id=application.id, channel=r.Channel.CALL)
        if call.variables.get("attempt") == application.attempt
    ]


# --- Asking -----------------------------------------------------------------------------------------------------------


@command
def ask(
    uow: UnitOfWork, actor: CandidateActor, *, key: str, at: datetime | None = None, number: str = ""
) -> dict[str, Any]:
    """The candidate wants to be called, now or *at* a time; their press is the consent to it. The same *key*, and a
    second wish while a call is on its way, change nothing. Returns what `shown` returns.

    Raises:
        Conflict: this interview is not taken by phone now, or they were called often enough.
        Invalid: the number cannot be called, or the time is past, too far, or within quiet hours.
    """
    application = uow.applications.lock(actor.application_id)
    place_for(uow, application, source="web", key=key, at=at, number=number)
    return shown(uow, actor)


def place_for(
    uow: UnitOfWork,
    application: r.Application,
    *,
    source: str,
    key: str,
    at: datetime | None = None,
    number: str = "",
) -> r.Message:
    """Write down a call to *application*'s candidate and enqueue it, in the caller's transaction (`ask`)."""
    dedupe = f"call:{application.id}:{key}"
    again = uow.messages.first(dedupe=dedupe)
    if again is not None:
        return again
    talk = open_talk(uow, application)
    if talk is None or not uow.instance.phone_number:
        raise Conflict("This part of the interview cannot be taken by phone now.")
    row, stage, _ = talk
    calls = _calls_of(uow, application)
    under_way = next((c for c in calls if c.direction == "out" and _standing(uow, c) != "over"), None)
    if under_way is not None:
        if under_way.state is not r.MessageState.QUEUED or (at is None and under_way.due_at is None):
            return under_way
        _call_off(uow, under_way)
    if sum(c.direction == "out" for c in calls) >= MOST_CALLS:
        raise Conflict("We have called you often for this already. Please go on here, or call us.")
    person = uow.candidates.get(application.candidate_id)
    to = _number(uow, application, person, number)
    if at is not None:
        _check_time(uow, application, at)
    notice = notices.asked_call(person.language)
    uow.consents.add(
        r.Consent(
            id=uow.new_id(),
            workspace_id=application.workspace_id,
            kind="asked_call",
            given=True,
            at=uow.now,
            source=source,
            text_version=notice.version,
            text_hash=notice.hash,
            candidate_id=person.id,
            application_id=application.id,
            phone=to,
        )
    )
    due = at if at is not None and at > uow.now else None
    call = uow.messages.add(
        r.Message(
            id=uow.new_id(),
            workspace_id=application.workspace_id,
            channel=r.Channel.CALL,
            direction="out",
            state=r.MessageState.QUEUED,
            created_at=uow.now,
            updated_at=uow.now,
            application_id=application.id,
            candidate_id=person.id,
            to=to,
            sender=uow.instance.phone_number,
            kind="call",
            variables=new_call(application, row, stage),
            dedupe=dedupe,
            due_at=due,
        )
    )
    applications.note(uow, application, "call_asked", message=call.id, source=source)
    if due is not None:
        later = r.Later(
            id=uow.new_id(),
            workspace_id=call.workspace_id,
            work=str(Work.PLACE_CALL),
            args=(call.id,),
            due_at=due,
        )
        uow.later.add(later)
    else:
        uow.enqueue(Work.PLACE_CALL, call.id)
    return call


def new_call(application: r.Application, row: r.ApplicationStage, stage: StagePlan) -> dict[str, Any]:
    """The `variables` of a fresh call. `limit_s` is when its line is cut: well after the talk's own hard end."""
    minutes = stage.minutes + 2 * max(2.0, stage.minutes / 4) + 5
    return {
        "stage": str(row.kind),
        "attempt": application.attempt,
        "call": "",
        "session": 0,
        "joined": 0,
        "limit_s": int(min(minutes * 60, 4 * 3600)),
    }


def _number(uow: UnitOfWork, application: r.Application, person: r.Candidate, number: str) -> str:
    """The number to call; a first one is kept with the person."""
    try:
        to = candidates.clean_phone(number) or person.phone
    except Invalid as problem:
        raise Invalid(problem.message, fields={"number": problem.message}) from None
    if not to:
        raise Invalid(fields={"number": "Type the number that we should call."})
    if is_wrong_number(uow, application.workspace_id, to):
        raise Invalid(fields={"number": "Whoever has this number said that it is the wrong one."})
    if not person.phone:
        uow.candidates.save(replace(person, phone=to))
    return to


def is_wrong_number(uow: UnitOfWork, workspace_id: str, number: str) -> bool:
    """Whether whoever has *number* said that it is not the candidate's."""
    found = uow.suppressions.first(
        workspace_id=workspace_id, channel="sms", address=number, reason="wrong_number", lifted_at=None
    )
    return found is not None


def _check_time(uow: UnitOfWork, application: r.Application, at: datetime) -> None:
    if at > uow.now + _FURTHEST:
        raise Invalid(fields={"at": "Choose a time within the next two weeks."})
    if at < uow.now - timedelta(minutes=2):
        raise Invalid(fields={"at": "This time has passed. Choose a later one."})
    if not journey.may_continue(application, at):
        raise Invalid(fields={"at": "This is after the last day of your interview. Choose an earlier time."})
    if not awake(uow, application, at):
        raise Invalid(fields={"at": "We call between 9 in the morning and 8 in the evening, your time."})


@command
def call_off(uow: UnitOfWork, actor: CandidateActor) -> dict[str, Any]:
    """The candidate no longer wants the call that waits for its time. Returns what `shown` returns."""
    application = uow.applications.lock(actor.application_id)
    for call in _calls_of(uow, application):
        if call.state is r.MessageState.QUEUED and call.direction == "out":
            _call_off(uow, call)
    return shown(uow, actor)


def _call_off(uow: UnitOfWork, call: r.Message) -> None:
    uow.messages.save(
        replace(
            call, state=r.MessageState.SUPPRESSED, error="Called off by the candidate.", updated_at=uow.now
        )
    )


# --- Placing ----------------------------------------------------------------------------------------------------------


def place(deps: Deps, call_id: str) -> str:
    """Place a call that was asked for, once (durable work). Returns the message's state.

    Raises:
        SendFailed: try again later; a try whose end nobody saw is looked up then, and never repeated.
    """
    call, died = _take(deps, call_id)
    if call.state is not r.MessageState.SENDING:
        return str(call.state)
    if died and not getattr(deps.phone, "idempotent", False):
        return _looked_up(deps, call)
    url = f"{deps.instance.public_url}{VOICE}"
    mine = urlencode({"call": call.id})
    try:
        placed = deps.phone.place(
            OutgoingCall(
                to=call.to,
                sender=deps.phone.number,
                answer_url=f"{url}?{mine}",
                status_url=f"{url}/status?{mine}",
                limit_s=int(call.variables.get("limit_s", 3600)),
                key=call.id,
            )
        )
    except SendFailed as failure:
        if failure.unknown:
            raise
        if failure.retryable:
            _settle(deps, call, r.MessageState.QUEUED, error=failure.reason)
            raise
        return _settle(deps, call, r.MessageState.FAILED, error=failure.reason)
    return _settle(deps, call, r.MessageState.SENT, placed=placed)


def give_up(deps: Deps, call_id: str, reason: str) -> str:
    """After the last try: failed, or unknown where it may have rung all the same."""
    with deps.uow.read(SystemActor()) as uow:
        call = uow.messages.get(call_id)
    unknown = call.state is r.MessageState.SENDING
    state = r.MessageState.UNKNOWN if unknown else r.MessageState.FAILED
    return _settle(deps, call, state, error="Nobody can tell whether this call rang." if unknown else reason)


def _take(deps: Deps, call_id: str) -> tuple[r.Message, bool]:
    """The call marked as being placed, and whether an earlier try died half-way."""
    with deps.uow.write(SystemActor()) as uow:
        call = uow.messages.get(call_id)
        if call.state not in (r.MessageState.QUEUED, r.MessageState.SENDING):
            return call, False
        if call.due_at is not None and call.due_at > uow.now + timedelta(minutes=1):
            return call, False
        application = uow.applications.get(str(call.application_id))
        died = call.state is r.MessageState.SENDING
        blocked = "" if died else _blocked(uow, application, call, has_number=bool(deps.phone.number))
        if blocked:
            held = replace(call, state=r.MessageState.SUPPRESSED, error=blocked, updated_at=uow.now)
            return uow.messages.save(held), False
        taken = replace(
            call,
            state=r.MessageState.SENDING,
            attempts=call.attempts + 1,
            sender=deps.phone.number,
            updated_at=uow.now,
        )
        return uow.messages.save(taken), died


def _blocked(uow: UnitOfWork, application: r.Application, call: r.Message, *, has_number: bool) -> str:
    """Asked again when it is time: much may have changed since the call was asked for."""
    if uow.workspaces.get(call.workspace_id).policy.get("off"):
        return "All messages to candidates are switched off in this workspace."
    if not has_number:
        return "This instance has no number to call from: set TWILIO_FROM_NUMBER."
    if is_wrong_number(uow, call.workspace_id, call.to):
        return "Whoever has this number said that it is the wrong one."
    talk = open_talk(uow, application)
    if talk is None or str(talk[0].kind) != call.variables.get("stage"):
        return "The conversation that this call was for is no longer open."
    return ""


def _looked_up(deps: Deps, call: r.Message) -> str:
    """What the telephone service knows of a try that died. Raises SendFailed while it knows nothing."""
    found = deps.phone.find(
        to=call.to, sender=deps.phone.number, since=call.updated_at - timedelta(minutes=10)
    )
    with deps.uow.read(SystemActor()) as uow:
        others = uow.messages.find(channel=r.Channel.CALL, provider_id=[one.provider_id for one in found])
        known = {one.provider_id for one in others}
    placed = next((one for one in found if one.provider_id not in known), None)
    if placed is None:
        raise SendFailed("Nobody can tell yet whether this call rang.", retryable=True, unknown=True)
    return _settle(deps, call, r.MessageState.SENT, placed=placed)


def _settle(
    deps: Deps, call: r.Message, state: r.MessageState, *, error: str = "", placed: Sent | None = None
) -> str:
    with deps.uow.write(SystemActor(workspace_id=call.workspace_id)) as uow:
        now = uow.messages.get(call.id)
        if now.state is not r.MessageState.SENDING and now.state is not r.MessageState.QUEUED:
            return str(now.state)  # the service told more before we were back
        saved = uow.messages.save(
            replace(
                now,
                state=state,
                error=error,
                provider=placed.provider if placed else now.provider,
                provider_id=placed.provider_id if placed else now.provider_id,
                variables={**now.variables, "call": "ringing"} if placed else now.variables,
                sent_at=uow.now if placed else None,
                updated_at=uow.now,
            )
        )
        if state is not r.MessageState.QUEUED:
            _tell(uow, saved, "call_placed" if placed else "call_failed")
        if state in (r.MessageState.FAILED, r.MessageState.UNKNOWN):
            # They may be waiting by the telephone, away from their page.
            offer_again(uow, SystemActor(workspace_id=call.workspace_id), saved, "failed")
    return str(state)


def _tell(uow: UnitOfWork, call: r.Message, kind: str) -> None:
    application = uow.applications.get(str(call.application_id))
    applications.touch(uow, application)
    applications.note(uow, application, kind, message=call.id, stage=str(call.variables.get("stage", "")))


# --- By text ----------------------------------------------------------------------------------------------------------

_BY_TEXT: Mapping[str, tuple[str, str]] = {
    "calling": (
        "We are calling you now at this number. An AI with an artificial voice asks the questions.",
        "Te llamamos ahora a este numero. Una IA con voz artificial hace las preguntas.",
    ),
    "not_now": (
        "A call is not possible right now. You can go on here: {link}",
        "Ahora no es posible llamar. Puedes seguir aqui: {link}",
    ),
}


_TEXT_WORDS = frozenset({"text", "text me", "by text", "texto", "por texto", "por mensaje"})


def by_word(uow: UnitOfWork, application: r.Application, message: r.Message) -> str:
    """What to text back to CALL (a call at once to the number it came from) or TEXT (the talk goes on by text); "" where
    neither was said, or the interview is not taken by phone, so that the words mean nothing special."""
    call = intent(message.body) is Intent.CALL
    if not call and normal(message.body) not in _TEXT_WORDS:
        return ""
    talk = open_talk(uow, application)
    if talk is None:
        return ""
    row, _, plan = talk
    if not call:
        row = uow.stages.save(replace(row, data={**row.data, "mode": "sms"}))
        said = interviews.open_by_text(uow, application, row, plan)
        return said or interviews.answer_texts(uow, application, row, plan).text
    language = uow.candidates.get(application.candidate_id).language or plan.language
    try:
        place_for(uow, application, source="sms", key=f"text:{message.id}", number=message.sender)
        words = "calling"
    except MiloError:
        words = "not_now"
    return _BY_TEXT[words][language.startswith("es")]


def offer_again(uow: UnitOfWork, actor: Actor, call: r.Message, why: str) -> None:
    """One text (else one email) after a call that did not come to its end: how to be called again, or go on otherwise.

    *why*: dropped, no_answer, busy, voicemail, failed, paused. Once a call, whoever tells of its end, and how often.
    """
    application = uow.applications.get(str(call.application_id))
    person = uow.candidates.get(application.candidate_id)
    interviewer = uow.interviewers.get(application.interviewer_id)
    by_text = bool(
        person.phone
        and person.sms_consent
        and interviewer.allow_sms
        and uow.suppressions.first(channel="sms", address=person.phone, lifted_at=None) is None
    )
    invitations.queue(
        uow,
        actor,
        application=application,
        kind="call_again",
        template="call_again",
        variables={
            "why": why,
            "code": application.short_code,
            "dial": call.sender if call.direction == "out" else call.to,
        },
        channels=["sms"] if by_text else ["email"],
        dedupe=f"call-again:{call.id}",
        # They asked for the call that this is about, or were on it a moment ago.
        now_ok=True,
    )
