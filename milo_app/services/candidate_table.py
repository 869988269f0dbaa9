"""The table of candidates: a page of it, who stands beside whom, and adding one by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from milo_app.domain.actors import MemberActor
from milo_app.domain.errors import Forbidden, Invalid
from milo_app.domain.plan import StageKind
from milo_app.domain.records import (
    Application,
    ApplicationStage,
    ApplicationState,
    Candidate,
    Decision,
    InterviewerState,
    Role,
)
from milo_app.services import applications, invitations, links
from milo_app.services.labels import DECISIONS, SOURCES, STATES, percent, stage_mark
from milo_app.services.ports import Filter, UnitOfWork
from milo_app.services.transactions import command, query

_ROLES = 200
_ROWS = 50

SORTS = ("-updated_at", "updated_at", "-score", "score", "name", "-name", "-created_at", "created_at")
#: How far the table counts: beyond this the number tells nobody anything, and counting would slow with every row.
_COUNTED = 1_000
#: The same where each row has to be compared with what somebody searches for.
_SEARCHED = 200


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
    source: str = "",
    review: bool = False,
    score_from: str = "",
    score_to: str = "",
    sort: str = "-updated_at",
    after: Sequence[Any] = (),
    before: Sequence[Any] = (),
    limit: int = _ROWS,
) -> dict[str, Any]:
    """One page of candidates: `{rows, next, previous, total, title, …}`; `next` is the `after` of the following page,
    `previous` the `before` of the one above it, empty where there is none.

    Unknown filter values are ignored rather than refused: they come from an address that somebody may have edited.
    Raises NotFound for a foreign interviewer, Invalid for a made-up place.
    """
    chosen = uow.interviewers.get(interviewer_id) if interviewer_id else None
    wanted = filter_of(
        interviewer_id=chosen.id if chosen else "",
        search=search,
        state=state,
        decision=decision,
        stage=stage,
        source=source,
        review=review,
        score_from=score_from,
        score_to=score_to,
    )
    sort = sort if sort in SORTS else "-updated_at"
    page = _page(uow, wanted, sort, _place(sort, after), _place(sort, before), max(1, min(limit, 200)))
    found = page.rows
    stages = _stages_of(uow, [a for a, _ in found])
    titles = {i.id: i.title for i in uow.interviewers.find(id=list({a.interviewer_id for a, _ in found}))}
    counted = _SEARCHED if wanted.search.strip() else _COUNTED
    total = uow.applications.how_many(wanted, most=counted + 1)
    return {
        "rows": [_row(a, c, stages[a.id], titles.get(a.interviewer_id, "")) for a, c in found],
        "next": _cursor(sort, *found[-1]) if page.more else [],
        "previous": _cursor(sort, *found[0]) if page.earlier else [],
        "total": f"{total:,}" if total <= counted else f"more than {counted:,}",
        "title": chosen.title if chosen else "",
        "published": bool(chosen and chosen.version and chosen.state is InterviewerState.ACTIVE),
        "roles": [[i.id, i.title] for i in uow.interviewers.find(order="-updated_at", limit=_ROLES)],
        "apply_url": links.apply_url(uow.instance, uow.workspaces.get(actor.workspace_id), chosen)
        if chosen
        else "",
    }


def filter_of(
    *,
    interviewer_id: str = "",
    search: str = "",
    state: str = "",
    decision: str = "",
    stage: str = "",
    source: str = "",
    review: bool = False,
    score_from: str = "",
    score_to: str = "",
) -> Filter:
    """What the table should leave, from texts that somebody typed or edited; what is no such value means any."""
    return Filter(
        interviewer_id=interviewer_id or None,
        search=search[:100],
        state=state if state in set(ApplicationState) else "",
        decision=decision if decision in set(Decision) else "",
        stage=stage if stage in set(StageKind) else "",
        source=source if source in SOURCES else "",
        needs_review=review,
        score_from=_percent(score_from),
        score_to=_percent(score_to),
    )


def _percent(text: str) -> float | None:
    try:
        value = float(text.strip().removesuffix("%"))
    except ValueError:
        return None
    return value if 0 <= value <= 100 else None


@dataclass(frozen=True)
class _Found:
    """Rows of a page, and whether there are rows below and above it."""

    rows: list[tuple[Application, Candidate]]
    more: bool
    earlier: bool


def _page(
    uow: UnitOfWork,
    wanted: Filter,
    sort: str,
    after: tuple[Any, str] | None,
    before: tuple[Any, str] | None,
    limit: int,
) -> _Found:
    """The page at a place of the table; one row too many is read to know whether there is more."""
    if before is not None:
        rows = uow.applications.table(wanted, sort=sort, before=before, limit=limit + 1)
        if len(rows) > limit:
            return _Found(rows[1:], more=True, earlier=True)
        after = None
    rows = uow.applications.table(wanted, sort=sort, after=after, limit=limit + 1)
    return _Found(rows[:limit], more=len(rows) > limit, earlier=after is not None and bool(rows))


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
    role = Filter(interviewer_id=application.interviewer_id)
    after = uow.applications.table(role, sort="-created_at", after=here, limit=1)
    before = uow.applications.table(role, sort="-created_at", before=here, limit=1)
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


def _place(sort: str, given: Sequence[Any]) -> tuple[Any, str] | None:
    """A place in the table as the browser gave it back. Raises Invalid for what was made up."""
    if len(given) != 2:
        return None
    value = given[0]
    if sort.endswith("_at"):
        try:
            value = datetime.fromisoformat(str(value))
        except ValueError:
            raise Invalid("The list has changed. Load the page again.") from None
    elif sort.endswith("score") and value is not None and not isinstance(value, int | float):
        raise Invalid("The list has changed. Load the page again.")
    return value if value is None or not sort.endswith("name") else str(value), str(given[1])


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
        "source": SOURCES.get(application.source, application.source),
        "invited": application.invited_at.isoformat() if application.invited_at else "",
        "due": application.due_at.isoformat() if application.due_at else "",
        "updated": application.updated_at.isoformat(),
        "reachable": bool(candidate.email or candidate.phone),
        "duplicate": candidate.possible_duplicate_of is not None,
    }


def _covers(application: Application, stages: Sequence[ApplicationStage]) -> str:
    """ "3 of 4 stages" where a score does not cover every stage of the plan."""
    if application.score is None or not stages or application.covered >= len(stages):
        return ""
    return f"{application.covered} of {len(stages)} stages"
