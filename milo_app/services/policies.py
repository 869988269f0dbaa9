"""A workspace's message policy: read for its settings page, saved by an administrator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import available_timezones

from milo_app.domain import policy
from milo_app.domain.actors import MemberActor
from milo_app.domain.errors import Forbidden, Invalid
from milo_app.domain.records import Role, Workspace
from milo_app.services.ports import UnitOfWork
from milo_app.services.transactions import command, query

#: What a member may choose to be told of by email when a candidate has finished.
REPORT_NOTICES = {
    "own": "For interviewers that I made",
    "all": "For every interviewer",
    "none": "Never",
}


def of(workspace: Workspace) -> policy.Policy:
    """The policy of *workspace*."""
    return policy.of(workspace.policy)


@query
def read(uow: UnitOfWork, actor: MemberActor) -> dict[str, Any]:
    """The policy as the settings page edits it, the time zones there are, and the reader's own notices."""
    kept = policy.to_data(of(uow.workspaces.get(actor.workspace_id)))
    hours = kept.pop("quiet_hours")
    member = uow.members.get(actor.member_id)
    return {
        "policy": {
            **kept,
            "quiet_opens": hours["opens"],
            "quiet_closes": hours["closes"],
            "deadline_hours": ", ".join(str(n) for n in kept["deadline_hours"]),
        },
        "zones": sorted(name for name in available_timezones() if "/" in name or name == "UTC"),
        "notices": {"report_ready": str(member.notices.get("report_ready", "own"))},
    }


@command
def save(uow: UnitOfWork, actor: MemberActor, *, form: Mapping[str, Any]) -> policy.Policy:
    """Save the policy that the page's *form* gives; from then on every waiting reminder follows it.

    Raises:
        Forbidden: for all but administrators. Invalid: with a sentence for each field that does not fit.
    """
    _need_admin(actor)
    return _keep(uow, actor, policy.from_form(form))


@command
def switch(uow: UnitOfWork, actor: MemberActor, *, off: bool) -> None:
    """Stop every message to candidates at once, or let them go again. Raises Forbidden for all but administrators."""
    _need_admin(actor)
    _keep(uow, actor, replace(of(uow.workspaces.get(actor.workspace_id)), off=off))


def _keep(uow: UnitOfWork, actor: MemberActor, chosen: policy.Policy) -> policy.Policy:
    workspace = uow.workspaces.get(actor.workspace_id)
    before, after = policy.to_data(of(workspace)), policy.to_data(chosen)
    changed = sorted(name for name in after if before[name] != after[name])
    if changed:
        uow.workspaces.save(replace(workspace, policy={**workspace.policy, **after}))
        uow.emit("workspace", workspace.id, "policy_changed", changed=" ".join(changed), off=chosen.off)
        uow.applications.look_again(uow.now)
    return chosen


@command
def choose_notices(uow: UnitOfWork, actor: MemberActor, *, report_ready: str) -> None:
    """What the acting member is told of by email. Raises Invalid."""
    if report_ready not in REPORT_NOTICES:
        raise Invalid(fields={"report_ready": "Please choose one of these."})
    member = uow.members.get(actor.member_id)
    uow.members.save(replace(member, notices={**member.notices, "report_ready": report_ready}))


def _need_admin(actor: MemberActor) -> None:
    if not actor.can(Role.ADMIN):
        raise Forbidden("Only administrators change how candidates are written to.")
