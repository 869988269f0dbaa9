"""What follows by itself from where an application stands: reminders, the end of its time, and who is told.

An application carries `look_at`, the moment at which somebody must look at it next. The sweep takes those that are due,
one short transaction each under the application's lock: what is decided, the message, and the next `look_at` commit
together. Looking twice, or in two processes at once, sends nothing twice, since each occasion names its message.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from milo_app.domain import journey
from milo_app.domain import policy as rules
from milo_app.domain import records as r
from milo_app.domain.actors import MemberActor, SystemActor
from milo_app.domain.errors import Conflict, Forbidden, Invalid, NotFound
from milo_app.domain.policy import Act, Policy
from milo_app.services import applications, invitations, policies, templates
from milo_app.services.ports import Deps, UnitOfWork
from milo_app.services.transactions import command

log = logging.getLogger(__name__)

#: Requests that pause reminders and the clock until a person has answered them.
PAUSING = ("accommodation", "no_ai", "human_review")
#: What is sent after an outcome waits this long, so that a slip can still be undone.
SECOND_THOUGHTS = timedelta(minutes=10)
#: Whom one press of a button may remind.
MOST = 500

_BATCH, _BATCHES = 200, 10
_PAUSE = timedelta(hours=1)
_STUMBLED = timedelta(minutes=10)
#: Somebody let in again is told while it is news.
_NEWS = timedelta(days=1)
_LIVE = (r.ApplicationState.INVITED, r.ApplicationState.IN_PROGRESS)
_LET_IN_AGAIN = ("candidate_reinstated", "candidate_rejoined", "candidate_extended", "retake_granted")
#: Kinds that are sent unasked: they count against the caps and the cooldown.
UNASKED = frozenset({"invitation", "reminder", "deadline", "blast", "stage_ready", "scheduling", "expired"})
_NEVER_CAME = (r.MessageState.SUPPRESSED, r.MessageState.FAILED)


def sweep(deps: Deps) -> int:
    """Look at the applications whose time has come, 2,000 at most at once; returns how many. One that fails is looked
    at again later, and holds up no other."""
    looked: set[str] = set()
    for _ in range(_BATCHES):
        with deps.uow.read(SystemActor(name="sweep")) as uow:
            found = uow.applications.to_look_at(uow.now, limit=_BATCH)
        fresh = [(id, workspace_id) for id, workspace_id in found if id not in looked]
        for id, workspace_id in fresh:
            looked.add(id)
            _look(deps, SystemActor(workspace_id=workspace_id, name="reminders"), id)
        if not fresh:
            break
    return len(looked)


def _look(deps: Deps, actor: SystemActor, application_id: str) -> None:
    try:
        with deps.uow.write(actor) as uow:
            look(uow, application_id)
    except NotFound:
        return
    except Exception:
        log.exception("An application could not be looked at", extra={"application": application_id})
        with deps.uow.write(actor) as uow:
            application = uow.applications.lock(application_id)
            uow.applications.save(replace(application, look_at=uow.now + _STUMBLED))


def look(uow: UnitOfWork, application_id: str) -> r.Application:
    """Do what is due for one application, and note when to look again. Raises NotFound."""
    application = uow.applications.lock(application_id)
    if application.look_at is None or application.look_at > uow.now:
        return application  # another process was here first
    if application.preview:
        return _again(uow, application, None)
    workspace = uow.workspaces.get(application.workspace_id)
    policy = policies.of(workspace)
    match application.state:
        case r.ApplicationState.INVITED | r.ApplicationState.IN_PROGRESS:
            return _look_at_live(uow, application, workspace, policy)
        case r.ApplicationState.COMPLETED:
            _tell_members(uow, application, policy)
        case r.ApplicationState.DISQUALIFIED:
            _tell_stopped(uow, application, policy)
        case _:
            pass
    return _again(uow, application, _offer_a_talk(uow, application, policy))


def _again(uow: UnitOfWork, application: r.Application, at: datetime | None) -> r.Application:
    return uow.applications.save(replace(application, look_at=at))


# --- On their way -----------------------------------------------------------------------------------------------------


def _look_at_live(
    uow: UnitOfWork, application: r.Application, workspace: r.Workspace, policy: Policy
) -> r.Application:
    if application.invited_at is None and application.started_at is None:
        return _again(uow, application, None)
    if is_paused(uow, application):
        return _hold_the_clock(uow, application)
    if journey.is_overdue(application, uow.now, application.updated_at):
        return _expire(uow, application)
    ends_at = _ends_at(application)
    # A little after the end, when it is over for certain.
    end = ends_at + timedelta(minutes=1) if ends_at else None
    if end is not None and end <= uow.now:  # a talk is still going on
        return _again(uow, application, uow.now + journey.STILL_TALKING)
    interviewer = uow.interviewers.get(application.interviewer_id)
    if interviewer.state is r.InterviewerState.ARCHIVED:
        return _again(uow, application, end)
    candidate = uow.candidates.get(application.candidate_id)
    awake = invitations.awake_at(uow, candidate, workspace)
    if awake > uow.now:
        return _again(uow, application, _earliest(awake, end))
    if _welcome_back(uow, application):
        return _again(uow, application, _earliest(uow.now + timedelta(minutes=1), end))
    found = rules.next_contact(policy, standing(uow, application), uow.now)
    if found.act in (Act.NUDGE, Act.DEADLINE):
        written = _remind(uow, application, found.act, found.number)
        # Whoever cannot be reached at all is asked for again once a day, in case an address has come.
        wait = timedelta(minutes=1) if written else timedelta(days=1)
        return _again(uow, application, _earliest(uow.now + wait, end))
    # Whatever the policy says now may be changed: nobody who is on their way is forgotten.
    return _again(uow, application, _earliest(found.at, end) or uow.now + timedelta(days=1))


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((at for at in moments if at is not None), default=None)


def is_paused(uow: UnitOfWork, application: r.Application) -> bool:
    """Whether a request of the candidate's stands open that nothing may run against."""
    return uow.requests.first(application_id=application.id, kind=list(PAUSING), state="open") is not None


def _hold_the_clock(uow: UnitOfWork, application: r.Application) -> r.Application:
    """While a request is open, the time left never falls below the least that anyone is given."""
    least = uow.now + journey.SHORTEST + _PAUSE
    if application.due_at is not None and application.due_at < least:
        application = uow.applications.save(replace(application, due_at=least))
    return _again(uow, application, uow.now + _PAUSE)


def _ends_at(application: r.Application) -> datetime | None:
    """When the time of an unfinished application is over; what has begun has a grace."""
    if application.due_at is None or application.state is r.ApplicationState.INVITED:
        return application.due_at
    return application.due_at + journey.GRACE


def _place(application: r.Application) -> str:
    """Which wait this is, for counting reminders: the open stage of this attempt, or the beginning."""
    stage = application.stage if application.state is r.ApplicationState.IN_PROGRESS else None
    return f"{stage or rules.NOT_STARTED}:{application.attempt}"


def standing(uow: UnitOfWork, application: r.Application) -> rules.Standing:
    """The facts that reminders follow from."""
    place, ends_at = _place(application), _ends_at(application)
    sent = uow.messages.find(application_id=application.id, kind=["reminder", "deadline"], direction="out")
    opened = None
    if application.state is r.ApplicationState.IN_PROGRESS and application.stage:
        opened = applications.stage_row(uow, application, application.stage).opened_at
    invited = application.invited_at or application.started_at or application.created_at
    return rules.Standing(
        stage=place.split(":")[0],
        since=opened or invited,
        active_at=application.updated_at if application.started_at else invited,
        invited_at=invited,
        ends_at=ends_at,
        nudged=sorted(
            m.created_at
            for m in sent
            if m.kind == "reminder" and m.variables.get("place") == place and m.variables.get("number")
        ),
        deadlines=frozenset(
            int(m.variables.get("number", 0))
            for m in sent
            if m.kind == "deadline" and m.variables.get("ends") == _stamp(ends_at)
        ),
        contacts=contacts(uow, application.candidate_id),
    )


def contacts(uow: UnitOfWork, candidate_id: str) -> list[datetime]:
    """When a candidate was written to unasked in the last week; one occasion on two channels counts once."""
    return contacts_of(uow, [candidate_id])[candidate_id]


def contacts_of(uow: UnitOfWork, candidate_ids: Sequence[str]) -> dict[str, list[datetime]]:
    """`contacts` of many at once."""
    found = uow.messages.find(candidate_id=list(candidate_ids), direction="out", kind=sorted(UNASKED))
    occasions: dict[str, dict[str, datetime]] = {id: {} for id in candidate_ids}
    for message in found:
        at = max(message.created_at, message.due_at or message.created_at)
        if message.state not in _NEVER_CAME and at > uow.now - timedelta(days=7):
            occasion = message.dedupe.rsplit(":", 1)[0] if message.dedupe else message.id
            occasions[str(message.candidate_id)].setdefault(occasion, at)
    return {id: sorted(moments.values()) for id, moments in occasions.items()}


def _stamp(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _remind(uow: UnitOfWork, application: r.Application, act: Act, number: int) -> list[r.Message]:
    kind = "reminder" if act is Act.NUDGE else "deadline"
    place, ends = _place(application), _stamp(_ends_at(application))
    return _send(
        uow,
        application,
        kind,
        {"place": place, "number": number, "ends": ends},
        f"{kind}:{application.id}:{place if act is Act.NUDGE else ends}:{number}",
    )


def _send(
    uow: UnitOfWork, application: r.Application, kind: str, variables: dict[str, Any], dedupe: str
) -> list[r.Message]:
    """On the one channel that suits best: a text where the open stage is by text, else email; else the other."""
    candidate = uow.candidates.get(application.candidate_id)
    workspace = uow.workspaces.get(application.workspace_id)
    zone = invitations.zone_of(candidate, workspace)
    words = invitations.deadline_words(_ends_at(application), zone, candidate.language or "en")
    channels = ["sms", "email"] if application.stage == "sms" else ["email", "sms"]
    reached = [c for c in channels if not invitations.reach(uow, application, c)[1]]
    return invitations.queue(
        uow,
        SystemActor(workspace_id=application.workspace_id),
        application=application,
        kind=kind,
        template=kind,
        variables={"deadline": words, **variables},
        channels=(reached or channels)[:1],
        dedupe=dedupe,
    )


def _welcome_back(uow: UnitOfWork, application: r.Application) -> bool:
    """Tell somebody whom a person let in again, or gave more time, once and while it is news."""
    found = uow.events.find(
        subject_kind="application", subject_id=application.id, kind=list(_LET_IN_AGAIN), order="-seq", limit=1
    )
    if not found or found[0].at < uow.now - _NEWS:
        return False
    dedupe = f"let-in-again:{found[0].id}"
    if any(uow.messages.first(dedupe=f"{dedupe}:{channel}") for channel in ("email", "sms")):
        return False
    return bool(_send(uow, application, "stage_ready", {"place": _place(application)}, dedupe))


# --- Outcomes ---------------------------------------------------------------------------------------------------------


def _expire(uow: UnitOfWork, application: r.Application) -> r.Application:
    rows = applications.stages_of(uow, application)
    try:
        step = journey.expire(application, rows, uow.now, application.updated_at)
    except Conflict:
        return _again(uow, application, uow.now + _PAUSE)
    application = _again(uow, applications.keep(uow, rows, step), None)
    if application.invited_at is not None:
        _send(uow, application, "expired", {}, f"expired:{application.id}:{_stamp(application.due_at)}")
    return application


def _tell_stopped(uow: UnitOfWork, application: r.Application, policy: Policy) -> None:
    """The message on an early end, where the workspace sends one; the recruiter's own words for that stage first."""
    if not policy.stopped:
        return
    by = application.stopped_by or {}
    plan = applications.plan_of(uow, application)
    stage = plan.stage(str(by.get("stage", "")))
    words = stage.end_message.strip() if stage else ""
    invitations.queue(
        uow,
        SystemActor(workspace_id=application.workspace_id),
        application=application,
        kind="stopped",
        template=templates.LETTER if words else "stopped",
        variables={"message": words},
        channels=["email"],
        dedupe=f"stopped:{application.id}:{application.attempt}:{by.get('stage', '')}",
        due_at=uow.now + SECOND_THOUGHTS,
    )


def _tell_members(uow: UnitOfWork, application: r.Application, policy: Policy) -> None:
    """Tell each member who wants to know, in the workspace's business hours, that a report is ready."""
    if not policy.report_ready or application.completed_at is None:
        return
    if application.completed_at < uow.now - _NEWS:
        return
    interviewer = uow.interviewers.get(application.interviewer_id)
    candidate = uow.candidates.get(application.candidate_id)
    due = rules.office_opens(policy, uow.now) if uow.instance.quiet_hours else uow.now
    for member in uow.members.find(disabled_at=None):
        if not _wants_to_know(member, interviewer):
            continue
        invitations.queue_to_member(
            uow,
            SystemActor(workspace_id=application.workspace_id),
            member=member,
            kind="report_ready",
            variables={
                "candidate": candidate.name or "A candidate",
                "role": interviewer.title,
                "demo": uow.workspaces.get(application.workspace_id).is_demo,
            },
            dedupe=f"report_ready:{application.id}:{application.attempt}:{member.id}",
            application=application,
            due_at=due,
        )


def _wants_to_know(member: r.Member, interviewer: r.Interviewer) -> bool:
    match member.notices.get("report_ready", "own"):
        case "all":
            return True
        case "own":
            return interviewer.created_by == member.id
        case _:
            return False


def _offer_a_talk(uow: UnitOfWork, application: r.Application, policy: Policy) -> datetime | None:
    """Send the scheduling link to whoever was shortlisted, once the decision has stood for a while. Returns when to
    look again, where it has not yet."""
    if application.decision is not r.Decision.SHORTLISTED or application.decided_at is None:
        return None
    own = applications.plan_of(uow, application).scheduling_url.strip()
    url = own if rules.is_link(own) else policy.scheduling_url
    if not url:
        return None
    due = application.decided_at + SECOND_THOUGHTS
    if due > uow.now:
        return due
    if application.decided_at > uow.now - 2 * _NEWS:
        _send(
            uow,
            application,
            "scheduling",
            {"scheduling_link": url},
            f"scheduling:{application.id}:{_stamp(application.decided_at)}",
        )
    return None


def tell_decision(
    uow: UnitOfWork, application: r.Application, *, text: str = "", due_at: datetime | None = None
) -> list[r.Message]:
    """Write to a candidate what was decided, in *text* or the workspace's own words, not before *due_at*. A decision
    that was changed by then is not told, and none is where the workspace tells none. The caller has just saved it."""
    kinds = {r.Decision.SHORTLISTED: "shortlisted", r.Decision.DISMISSED: "dismissed"}
    policy = policies.of(uow.workspaces.get(application.workspace_id))
    if application.decision not in kinds or not policy.decision:
        return []
    return invitations.queue(
        uow,
        SystemActor(workspace_id=application.workspace_id),
        application=application,
        kind="decision",
        template=templates.LETTER if text.strip() else kinds[application.decision],
        variables={"message": text.strip(), "decision": str(application.decision)},
        channels=["email"],
        dedupe=f"decision:{application.id}:{_stamp(application.decided_at)}",
        due_at=due_at or uow.now + SECOND_THOUGHTS,
    )


def moot(uow: UnitOfWork, message: r.Message) -> str:
    """Why a queued message says nothing true any more, asked again at sending; empty where it still does."""
    application = uow.applications.maybe(message.application_id)
    if application is None or message.kind not in _STILL_TRUE:
        return ""
    return _STILL_TRUE[message.kind](uow, application, message)


def _went_on(uow: UnitOfWork, application: r.Application, message: r.Message) -> str:
    if application.state not in _LIVE or message.variables.get("place", _place(application)) != _place(
        application
    ):
        return "They went on by themselves before this was sent."
    if message.kind == "reminder" or message.kind == "deadline":
        return "A request of theirs is open: no reminders meanwhile." if is_paused(uow, application) else ""
    return ""


def _not_stopped(uow: UnitOfWork, application: r.Application, message: r.Message) -> str:
    stopped = application.state is r.ApplicationState.DISQUALIFIED
    return "" if stopped else "They were let in again before this was sent."


def _not_over(uow: UnitOfWork, application: r.Application, message: r.Message) -> str:
    over = application.state is r.ApplicationState.EXPIRED
    return "" if over else "They were given more time before this was sent."


def _decided_anew(uow: UnitOfWork, application: r.Application, message: r.Message) -> str:
    said = message.variables.get("decision", str(r.Decision.SHORTLISTED))
    return "" if application.decision == said else "The decision was changed before this was sent."


def _called_off(uow: UnitOfWork, application: r.Application, message: r.Message) -> str:
    blast = uow.blasts.maybe(message.template.partition(":")[2])
    return "" if blast is not None and blast.state != "cancelled" else "The message was called off."


_STILL_TRUE = {
    "blast": _called_off,
    "reminder": _went_on,
    "deadline": _went_on,
    "stopped": _not_stopped,
    "expired": _not_over,
    "decision": _decided_anew,
    "scheduling": _decided_anew,
}


# --- By hand ----------------------------------------------------------------------------------------------------------


@command
def nudge(uow: UnitOfWork, actor: MemberActor, *, application_ids: Sequence[str]) -> list[dict[str, str]]:
    """Remind one or many at once, by hand: `[{application_id, name, outcome, reason}]`, `outcome` being sent, later
    (it waits for quiet hours to pass) or skipped. Caps and the cooldown hold here too.

    Raises:
        Forbidden: for a viewer. NotFound: a foreign id; then nobody is reminded. Invalid: too many at once.
    """
    if not actor.can(r.Role.RECRUITER):
        raise Forbidden("Viewers cannot send messages.")
    if len(application_ids) > MOST:
        raise Invalid(f"At most {MOST} candidates can be reminded at once.")
    policy = policies.of(uow.workspaces.get(actor.workspace_id))
    return [_nudge_one(uow, policy, id) for id in dict.fromkeys(application_ids)]


def _nudge_one(uow: UnitOfWork, policy: Policy, application_id: str) -> dict[str, str]:
    application = uow.applications.lock(application_id)
    candidate = uow.candidates.get(application.candidate_id)
    view = {"application_id": application.id, "name": candidate.name or candidate.email or "Candidate"}
    reason = _why_no_nudge(uow, application, candidate, policy)
    if reason:
        return {**view, "outcome": "skipped", "reason": reason}
    sent = _send(
        uow,
        application,
        "reminder",
        {"place": _place(application), "number": 0},
        f"reminder:{application.id}:by-hand:{uow.new_id()}",
    )
    later = any(m.due_at is not None for m in sent)
    return {**view, "outcome": "later" if later else "sent", "reason": ""}


def _why_no_nudge(uow: UnitOfWork, application: r.Application, candidate: r.Candidate, policy: Policy) -> str:
    if candidate.erased_at is not None:
        return "Their data was erased."
    if application.state not in _LIVE:
        return "Nothing is left for them to do."
    if application.invited_at is None and application.started_at is None:
        return "They were not invited yet."
    if uow.interviewers.get(application.interviewer_id).state is r.InterviewerState.ARCHIVED:
        return "The role is archived."
    if is_paused(uow, application):
        return "A request of theirs is open: no reminders meanwhile."
    closed = [invitations.reach(uow, application, channel)[1] for channel in ("email", "sms")]
    if all(closed):
        return closed[0]
    return rules.why_not(policy, contacts(uow, candidate.id), uow.now)
