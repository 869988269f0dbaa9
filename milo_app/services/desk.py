"""What a recruiter sees first: interviewers with live counts, what needs attention, and the table of candidates."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from milo_app.domain.actors import MemberActor
from milo_app.domain.errors import Conflict, Forbidden, Invalid
from milo_app.domain.plan import Plan, StageKind, StagePlan, from_data
from milo_app.domain.records import (
    Application,
    ApplicationStage,
    ApplicationState,
    Candidate,
    Decision,
    Interviewer,
    InterviewerState,
    MessageState,
    Request,
    Role,
    StageState,
)
from milo_app.services import applications, invitations, links
from milo_app.services.ports import UnitOfWork
from milo_app.services.transactions import command, query

#: A finished candidate without a decision for this long is waiting.
WAITING = timedelta(days=10)
#: Work on a submitted stage takes seconds; after this long somebody should look.
STUCK = timedelta(minutes=10)
_MOST = 200
_ROWS = 50

STATES = {
    ApplicationState.INVITED: "Invited",
    ApplicationState.IN_PROGRESS: "In progress",
    ApplicationState.EVALUATING: "Being evaluated",
    ApplicationState.COMPLETED: "Completed",
    ApplicationState.DISQUALIFIED: "Stopped",
    ApplicationState.WITHDRAWN: "Withdrawn",
    ApplicationState.EXPIRED: "Expired",
}
DECISIONS = {Decision.NONE: "", Decision.SHORTLISTED: "Shortlisted", Decision.DISMISSED: "Dismissed"}
STAGES = {
    StageKind.RESUME: "Resume",
    StageKind.FORM: "Form",
    StageKind.SMS: "Text messages",
    StageKind.VOICE: "Interview",
}
_STAGE_STATES = {
    StageState.LOCKED: "Not yet",
    StageState.OPEN: "Open",
    StageState.SUBMITTED: "Submitted",
    StageState.EVALUATING: "Evaluating",
    StageState.PASSED: "Passed",
    StageState.FAILED: "Stopped here",
    StageState.DONE: "Done",
}
REQUESTS = {
    "accommodation": "Another format or more time",
    "no_ai": "No AI: a person instead",
    "human_review": "A person's review",
    "erase": "Erase their data",
    "export": "A copy of their data",
}


def stage_name(stage: StagePlan | None, kind: str) -> str:
    """What a stage is called on the desk."""
    if kind == StageKind.VOICE and stage is not None:
        return "Video interview" if stage.video else "Voice interview"
    return STAGES[StageKind(kind)]


# --- Home -----------------------------------------------------------------------------------------------------------


@query
def home(uow: UnitOfWork, actor: MemberActor) -> dict[str, Any]:
    """`{interviewers: [...], attention: [...], steps: [...]}`, all JSON-able; previews are counted nowhere."""
    tallies = _tallies(uow)
    interviewers = [
        _card(interviewer, tallies[interviewer.id])
        for interviewer in uow.interviewers.find(order="-updated_at")
        if interviewer.state is not InterviewerState.ARCHIVED
    ]
    return {
        "interviewers": interviewers,
        "attention": _attention(uow, interviewers),
        "steps": _first_steps(uow, interviewers),
        "workspace": uow.workspaces.get(actor.workspace_id).name,
    }


def _tallies(uow: UnitOfWork) -> dict[str, Counter[str]]:
    """Counts per interviewer, by state, by `stage:kind` of those in progress, and by decision."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for interviewer_id, state, stage, decision, n in uow.applications.counts():
        tally = found[interviewer_id]
        tally["all"] += n
        tally[state] += n
        if stage and state == ApplicationState.IN_PROGRESS:
            tally[f"stage:{stage}"] += n
        if decision != Decision.NONE:
            tally[decision] += n
        elif state == ApplicationState.COMPLETED:
            tally["to_decide"] += n
    return found


def _card(interviewer: Interviewer, tally: Counter[str]) -> dict[str, Any]:
    plan = _draft(interviewer)
    stages = [
        {"kind": str(s.kind), "name": stage_name(s, s.kind), "n": tally[f"stage:{s.kind}"]}
        for s in (plan.stages if plan else ())
    ]
    return {
        "id": interviewer.id,
        "title": interviewer.title or "Untitled role",
        "state": str(interviewer.state),
        "draft": interviewer.state is InterviewerState.DRAFT,
        "closes": interviewer.closes_at.isoformat() if interviewer.closes_at else "",
        "stages": stages,
        **{str(state): tally[state] for state in ApplicationState},
        "all": tally["all"],
        "to_decide": tally["to_decide"],
        "shortlisted": tally[Decision.SHORTLISTED],
        "dismissed": tally[Decision.DISMISSED],
    }


def _draft(interviewer: Interviewer) -> Plan | None:
    """The plan as edited; None while it is not whole."""
    try:
        return from_data(interviewer.draft)
    except Invalid:
        return None


def _attention(uow: UnitOfWork, cards: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a person should look at, most pressing first; each item links to where it can be mended."""
    failed = [
        m
        for m in uow.messages.find(state=MessageState.FAILED, order="-updated_at", limit=_MOST)
        if m.application_id and m.member_id is None
    ]
    stuck = [
        s
        for s in uow.stages.find(state=[StageState.SUBMITTED, StageState.EVALUATING], limit=_MOST)
        if s.submitted_at and uow.now - s.submitted_at > STUCK
    ]
    review = uow.applications.find(needs_review=True, preview=False, order="-updated_at", limit=_MOST)
    finished = uow.applications.find(
        state=ApplicationState.COMPLETED,
        decision=Decision.NONE,
        preview=False,
        order="completed_at",
        limit=_MOST,
    )
    waiting = [a for a in finished if a.completed_at and uow.now - a.completed_at > WAITING]
    requests = uow.requests.find(state="open", order="due_at", limit=_MOST)
    closing = [c for c in cards if c["closes"] and _soon(uow.now, c["closes"])]
    items = [
        _item(
            "request",
            requests and "/app/requests/",
            len(requests),
            "open request",
            "open requests",
            "from candidates",
        ),
        _item(
            "failed",
            _reports(m.application_id for m in failed),
            len(failed),
            "message",
            "messages",
            "not delivered",
        ),
        _item(
            "stuck",
            _reports(s.application_id for s in stuck),
            len(stuck),
            "evaluation",
            "evaluations",
            "stuck",
        ),
        _item(
            "review",
            "/app/candidates/?review=1",
            len(review),
            "candidate needs",
            "candidates need",
            "a person to look at an answer",
        ),
        _item(
            "waiting",
            "/app/candidates/?state=completed&sort=updated_at",
            len(waiting),
            "candidate has waited",
            "candidates have waited",
            f"over {WAITING.days} days for a decision",
        ),
        *(
            {
                **_item("closing", f"/app/candidates/?i={c['id']}", 1, "", "", ""),
                "text": f"{c['title']} closes soon",
            }
            for c in closing
        ),
    ]
    return [item for item in items if item["n"]]


def _soon(now: datetime, closes: str) -> bool:
    return timedelta() < datetime.fromisoformat(closes) - now < timedelta(days=3)


def _item(kind: str, url: Any, n: int, one: str, many: str, rest: str) -> dict[str, Any]:
    shown = f"{n}+" if n == _MOST else str(n)
    return {"kind": kind, "url": str(url or ""), "n": n, "text": f"{shown} {one if n == 1 else many} {rest}"}


def _reports(ids: Any) -> str:
    """Where to look first: the report of the newest."""
    return next((f"/app/report/?a={id}" for id in ids), "")


def _first_steps(uow: UnitOfWork, cards: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Getting started: the steps from nothing to a first report, each with whether it is done."""
    first = cards[0]["id"] if cards else ""
    builder = f"/app/interviewer/?i={first}" if first else "/app/interviewers/new/"
    return [
        {"text": "Describe a role", "url": "/app/interviewers/new/", "done": bool(cards)},
        {"text": "Publish it", "url": builder, "done": any(not c["draft"] for c in cards)},
        {
            "text": "Take the preview yourself",
            "url": builder,
            "done": uow.applications.first(preview=True) is not None,
        },
        {
            "text": "Invite a candidate",
            "url": f"/app/candidates/?i={first}" if first else builder,
            "done": any(c["all"] for c in cards),
        },
        {"text": "Read a report", "url": "/app/candidates/", "done": any(c["completed"] for c in cards)},
    ]


# --- The table ------------------------------------------------------------------------------------------------------

SORTS = ("-updated_at", "updated_at", "-score", "score", "name", "-name", "-created_at", "created_at")


#: How far the table counts: beyond this the number tells nobody anything, and counting would slow with every row.
_COUNTED = 1_000


@query
def table(
    uow: UnitOfWork,
    actor: MemberActor,
    *,
    interviewer_id: str = "",
    search: str = "",
    state: str = "",
    decision: str = "",
    stage: str = "",
    review: bool = False,
    sort: str = "-updated_at",
    after: Sequence[Any] = (),
    limit: int = _ROWS,
) -> dict[str, Any]:
    """One page of candidates, `{rows, next, total, title}`; `next` is the `after` of the following page or empty.

    Unknown filter values are ignored rather than refused: they come from an address that somebody may have edited.
    Raises NotFound for a foreign interviewer.
    """
    chosen = uow.interviewers.get(interviewer_id) if interviewer_id else None
    found = uow.applications.table(
        interviewer_id=chosen.id if chosen else None,
        search=search[:100],
        states=(state,) if state in set(ApplicationState) else (),
        decision=decision if decision in set(Decision) else "",
        stage=stage if stage in set(StageKind) else "",
        sort=sort if sort in SORTS else "-updated_at",
        after=_after(sort, after),
        limit=max(1, min(limit, 200)) + 1,
        needs_review=review,
    )
    more, found = len(found) > limit, found[:limit]
    stages = _stages_of(uow, [a for a, _ in found])
    titles = {i.id: i.title for i in uow.interviewers.find(id=list({a.interviewer_id for a, _ in found}))}
    total = uow.applications.how_many(chosen.id if chosen else None, most=_COUNTED + 1)
    return {
        "rows": [_row(a, c, stages[a.id], titles.get(a.interviewer_id, "")) for a, c in found],
        "next": _cursor(sort, *found[-1]) if more else [],
        "total": str(total) if total <= _COUNTED else f"more than {_COUNTED:,}",
        "title": chosen.title if chosen else "",
        "published": bool(chosen and chosen.version and chosen.state is InterviewerState.ACTIVE),
        "roles": [[i.id, i.title] for i in uow.interviewers.find(order="-updated_at", limit=_MOST)],
        "apply_url": links.apply_url(uow.instance, uow.workspaces.get(actor.workspace_id), chosen)
        if chosen
        else "",
    }


@command
def add_candidate(
    uow: UnitOfWork,
    actor: MemberActor,
    *,
    interviewer_id: str,
    name: str,
    email: str = "",
    phone: str = "",
    sms_consent: bool = False,
) -> dict[str, str]:
    """Add one person by hand and invite them: `{outcome, name, reason, url}`, `url` being their own link to hand over.

    Adding the same person again invites nobody twice. Raises Forbidden for a viewer, NotFound, Invalid, Conflict where
    the role is not open.
    """
    if not actor.can(Role.RECRUITER):
        raise Forbidden("Viewers cannot invite candidates.")
    interviewer = uow.interviewers.get(interviewer_id)
    invitations.check_open(uow, interviewer)
    application, _ = applications.create(
        uow,
        actor,
        interviewer=interviewer,
        name=name,
        email=email,
        phone=phone,
        sms_consent=sms_consent,
        language=str(interviewer.draft.get("language", "en")),
    )
    invited = invitations.invite(uow, actor, application_id=application.id)
    return {
        "outcome": invited.outcome,
        "name": name.strip() or email or phone,
        "reason": invited.reason,
        "url": links.candidate_url(uow.instance, application),
    }


@query
def neighbours(uow: UnitOfWork, actor: MemberActor, *, application_id: str) -> dict[str, str]:
    """Ids of the applications before and after one, newest first, within its role: `{previous, next}`, empty at the ends."""
    application = uow.applications.get(application_id)
    if application.preview:
        return {"previous": "", "next": ""}
    here = (application.created_at, application.id)
    role = application.interviewer_id
    after = uow.applications.table(interviewer_id=role, sort="-created_at", after=here, limit=1)
    before = uow.applications.table(interviewer_id=role, sort="created_at", after=here, limit=1)
    return {"previous": before[0][0].id if before else "", "next": after[0][0].id if after else ""}


def _stages_of(uow: UnitOfWork, applications: Sequence[Application]) -> dict[str, list[ApplicationStage]]:
    """The present attempt's stages of each application, in order, by one query."""
    attempts = {a.id: a.attempt for a in applications}
    found: dict[str, list[ApplicationStage]] = defaultdict(list)
    if attempts:
        for stage in uow.stages.find(application_id=list(attempts), order="position"):
            if stage.attempt == attempts[stage.application_id]:
                found[stage.application_id].append(stage)
    return found


def _after(sort: str, after: Sequence[Any]) -> tuple[Any, str] | None:
    """The place to go on from, as the browser gave it back. Raises Invalid for what was made up."""
    if len(after) != 2:
        return None
    value = after[0]
    if sort.endswith("_at"):
        try:
            value = datetime.fromisoformat(str(value))
        except ValueError:
            raise Invalid("The list has changed. Load the page again.") from None
    return value, str(after[1])


def _cursor(sort: str, application: Application, candidate: Candidate) -> list[Any]:
    name = sort.removeprefix("-")
    value = (
        candidate.name if name == "name" else getattr(application, name if sort in SORTS else "updated_at")
    )
    return [value.isoformat() if isinstance(value, datetime) else value, application.id]


def _row(
    application: Application, candidate: Candidate, stages: Sequence[ApplicationStage], title: str
) -> dict[str, Any]:
    return {
        "id": application.id,
        "name": candidate.name or candidate.email or candidate.phone or "Erased",
        "email": candidate.email or "",
        "phone": candidate.phone or "",
        "role": title,
        "state": str(application.state),
        "state_name": STATES[application.state],
        "stages": [stage_mark(s) for s in stages],
        "score": percent(application.score),
        "covers": _covers(application, stages),
        "decision": str(application.decision),
        "decision_name": DECISIONS[application.decision],
        "review": application.needs_review,
        "source": application.source,
        "updated": application.updated_at.isoformat(),
        "reachable": bool(candidate.email or candidate.phone),
        "duplicate": candidate.possible_duplicate_of is not None,
    }


def percent(score: float | None) -> str:
    """A score for people, to one decimal where it has one; nothing where there is none yet."""
    return "" if score is None else f"{score:g}%"


def _covers(application: Application, stages: Sequence[ApplicationStage]) -> str:
    """ "3 of 4 stages" where a score does not cover every stage of the plan."""
    if application.score is None or not stages or application.covered >= len(stages):
        return ""
    return f"{application.covered} of {len(stages)} stages"


def stage_mark(stage: ApplicationStage) -> dict[str, Any]:
    """A stage's status in a table cell: short name, words and tone."""
    tone = {StageState.FAILED: "bad", StageState.PASSED: "good", StageState.DONE: "good"}.get(
        stage.state, "wait"
    )
    if stage.state is StageState.LOCKED:
        tone = "none"
    if stage.needs_review:
        tone = "warn"
    words = "Needs review" if stage.needs_review else _STAGE_STATES[stage.state]
    return {
        "kind": stage.kind,
        "name": STAGES[StageKind(stage.kind)],
        "state": str(stage.state),
        "words": words,
        "tone": tone,
        "score": percent(stage.score),
    }


# --- Requests of candidates -----------------------------------------------------------------------------------------


@query
def requests(uow: UnitOfWork, actor: MemberActor, *, closed: bool = False) -> list[dict[str, Any]]:
    """The queue of what candidates asked of a person, the most overdue first."""
    found = uow.requests.find(state="closed" if closed else "open", order="due_at", limit=_MOST)
    applications = (
        {a.id: a for a in uow.applications.find(id=[r.application_id for r in found])} if found else {}
    )
    people = {c.id: c for c in uow.candidates.find(id=[a.candidate_id for a in applications.values()])}
    members = {m.id: m.name for m in uow.members.find()}
    return [_request(uow, r, applications, people, members) for r in found]


def _request(
    uow: UnitOfWork,
    request: Request,
    applications: dict[str, Application],
    people: dict[str, Candidate],
    members: dict[str, str],
) -> dict[str, Any]:
    application = applications.get(request.application_id)
    person = people.get(application.candidate_id) if application else None
    return {
        "id": request.id,
        "application": request.application_id,
        "name": (person.name or person.email or "Candidate") if person else "Candidate",
        "email": (person.email or "") if person else "",
        "kind": REQUESTS.get(request.kind, request.kind),
        "text": request.text,
        "at": request.at.isoformat(),
        "due": request.due_at.isoformat(),
        "late": request.state == "open" and request.due_at < uow.now,
        "open": request.state == "open",
        "owner": members.get(request.owner_id or "", ""),
        "resolution": request.resolution,
    }


@command
def take_request(uow: UnitOfWork, actor: MemberActor, *, request_id: str) -> Request:
    """Make the actor the owner. Raises Forbidden for a viewer, NotFound."""
    request = _changeable(uow, actor, request_id)
    return uow.requests.save(replace(request, owner_id=actor.member_id))


@command
def close_request(uow: UnitOfWork, actor: MemberActor, *, request_id: str, resolution: str) -> Request:
    """Close a request, saying what was done. Raises Forbidden for a viewer, NotFound, Invalid, Conflict."""
    request = _changeable(uow, actor, request_id)
    resolution = resolution.strip()[:2000]
    if not resolution:
        raise Invalid(fields={"resolution": "Say what was done; it is kept with the request."})
    closed = replace(
        request,
        state="closed",
        closed_at=uow.now,
        resolution=resolution,
        owner_id=request.owner_id or actor.member_id,
    )
    uow.emit("application", request.application_id, "request_closed", request_id=request.id)
    return uow.requests.save(closed)


def _changeable(uow: UnitOfWork, actor: MemberActor, request_id: str) -> Request:
    if not actor.can(Role.RECRUITER):
        raise Forbidden("Viewers cannot answer requests.")
    request = uow.requests.get(request_id)
    if request.state != "open":
        raise Conflict("This request was closed already.")
    return request
