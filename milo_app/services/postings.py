"""Interviewers as another program makes and edits them: what can go live does so at once, and candidates who have begun
keep what they began with."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from milo_app.domain import records as r
from milo_app.domain.actors import MemberActor
from milo_app.domain.errors import Invalid
from milo_app.services import attachments, interviewers
from milo_app.services.ports import UnitOfWork
from milo_app.services.transactions import command

#: What of a posting is no part of its plan: `closes_at`, `allow_sms`, `labels` and `name`; None leaves each as it is.
Options = Mapping[str, Any]


@command
def create(
    uow: UnitOfWork, actor: MemberActor, *, plan: Mapping[str, Any], options: Options
) -> tuple[r.Interviewer, dict[str, str]]:
    """Make an interviewer, live where its plan is whole, else a draft: (it, what stands in the way by place).

    Raises Forbidden for a viewer, Invalid for what is no plan at all.
    """
    made = interviewers.create(uow, actor, plan=plan)
    problems = _go_live(uow, actor, made)
    return _with_options(uow, actor, made.id, options), problems


@command
def edit(
    uow: UnitOfWork,
    actor: MemberActor,
    *,
    posting_id: str,
    change: Callable[[dict[str, Any]], None] | None = None,
    options: Options | None = None,
) -> r.Interviewer:
    """Have *change* work on a copy of the draft, and publish it where the role is live already.

    Raises NotFound, Forbidden, and Invalid where a live role would not be whole any more: then nothing changes.
    """
    interviewer = uow.interviewers.get(posting_id)
    if change is not None:
        draft = copy.deepcopy(dict(interviewer.draft))
        change(draft)
        interviewer = interviewers.save_draft(uow, actor, interviewer_id=posting_id, plan=draft)
        if interviewer.state is r.InterviewerState.ACTIVE:
            interviewers.publish(uow, actor, interviewer_id=posting_id)
    return _with_options(uow, actor, posting_id, options or {})


@command
def activate(uow: UnitOfWork, actor: MemberActor, *, posting_id: str) -> r.Interviewer:
    """Bring a role to life, an archived one too. Raises NotFound, Forbidden, Invalid with what is missing."""
    interviewers.restore(uow, actor, interviewer_id=posting_id)
    interviewers.publish(uow, actor, interviewer_id=posting_id)
    return uow.interviewers.get(posting_id)


def _go_live(uow: UnitOfWork, actor: MemberActor, interviewer: r.Interviewer) -> dict[str, str]:
    try:
        interviewers.publish(uow, actor, interviewer_id=interviewer.id)
    except Invalid as problem:
        return dict(problem.fields) or {"plan": problem.message}
    return {}


def _with_options(uow: UnitOfWork, actor: MemberActor, id: str, options: Options) -> r.Interviewer:
    closes_at: datetime | None = options.get("closes_at")
    if closes_at is not None:
        interviewers.set_closing(uow, actor, interviewer_id=id, closes_at=closes_at)
    if options.get("allow_sms") is not None:
        interviewers.set_options(uow, actor, interviewer_id=id, allow_sms=options["allow_sms"])
    interviewer = uow.interviewers.get(id)
    data = None if options.get("name") is None else {"name": options["name"]}
    attachments.put(uow, interviewer.workspace_id, "interviewer", id, labels=options.get("labels"), data=data)
    return interviewer
