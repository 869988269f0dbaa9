"""What a recruiter sees first: interviewers with live counts, and what needs attention."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from milo_app.domain.actors import MemberActor
from milo_app.domain.errors import Invalid
from milo_app.domain.plan import Plan
from milo_app.domain.plan_data import from_data
from milo_app.domain.records import (
    ApplicationState,
    Decision,
    Interviewer,
    InterviewerState,
    MessageState,
    StageState,
)
from milo_app.services.labels import stage_name
from milo_app.services.ports import UnitOfWork
from milo_app.services.transactions import query

#: A finished candidate without a decision for this long is waiting.
WAITING = timedelta(days=10)
#: Work on a submitted stage takes seconds; after this long somebody should look.
STUCK = timedelta(minutes=10)
_MOST = 200


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
