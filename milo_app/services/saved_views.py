"""Views of the recruiter's table that a member keeps: filters, order and columns under a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from milo_app.domain.actors import MemberActor
from milo_app.domain.errors import Forbidden, Invalid
from milo_app.domain.records import Role, SavedView
from milo_app.services.ports import UnitOfWork
from milo_app.services.transactions import command, query

#: What a view may set, and the columns there are besides the candidate's own.
FILTERS = (
    "interviewer",
    "search",
    "state",
    "decision",
    "stage",
    "source",
    "review",
    "score_from",
    "score_to",
    "sort",
)
COLUMNS = {
    "state": "State",
    "stages": "Stages",
    "score": "Score",
    "decision": "Decision",
    "source": "Came by",
    "invited": "Invited",
    "due": "Due",
    "activity": "Last activity",
}
USUAL = ("state", "stages", "score", "decision", "activity")
_MOST = 50


@query
def mine(uow: UnitOfWork, actor: MemberActor) -> dict[str, Any]:
    """`{views: [{id, name, shared, own, filters, columns}], columns}`: the reader's own and shared views by name, and the
    columns as the reader left them."""
    found = uow.views.find(member_id=actor.member_id) + [
        view for view in uow.views.find(shared=True) if view.member_id != actor.member_id
    ]
    left = next((v.columns for v in found if not v.name and v.member_id == actor.member_id), USUAL)
    return {
        "views": [_view(v, actor) for v in sorted(found, key=lambda v: v.name.lower()) if v.name],
        "columns": _columns(left),
    }


@command
def save(
    uow: UnitOfWork,
    actor: MemberActor,
    *,
    name: str,
    filters: Mapping[str, str],
    columns: Sequence[str],
    shared: bool = False,
) -> str:
    """Keep a view; one of the reader's own with that name is replaced. Returns its id.

    Raises:
        Invalid: no name, a name too long, or too many views. Forbidden: a viewer shares with everyone.
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= 40:
        raise Invalid(fields={"view": "A view has a name of 1 to 40 characters."})
    if shared and not actor.can(Role.RECRUITER):
        raise Forbidden("Viewers keep views for themselves.")
    mine = uow.views.find(member_id=actor.member_id)
    before = next((v for v in mine if v.name.lower() == name.lower()), None)
    if before is None and len(mine) >= _MOST:
        raise Invalid(fields={"view": f"There are {_MOST} views already. Remove one first."})
    view = SavedView(
        id=before.id if before else uow.new_id(),
        workspace_id=actor.workspace_id,
        member_id=actor.member_id,
        name=name,
        created_at=uow.now,
        shared=shared,
        filters={key: str(filters.get(key) or "")[:100] for key in FILTERS if filters.get(key)},
        columns=tuple(_columns(columns)),
    )
    return (uow.views.save if before else uow.views.add)(view).id


@command
def keep_columns(uow: UnitOfWork, actor: MemberActor, *, columns: Sequence[str]) -> list[str]:
    """Remember the columns as the reader left them; returns those that there are, in their order."""
    kept = _columns(columns)
    before = uow.views.first(member_id=actor.member_id, name="")
    if before is not None:
        uow.views.save(replace(before, columns=tuple(kept)))
    else:
        uow.views.add(
            SavedView(
                id=uow.new_id(),
                workspace_id=actor.workspace_id,
                member_id=actor.member_id,
                name="",
                created_at=uow.now,
                columns=tuple(kept),
            )
        )
    return kept


@command
def remove(uow: UnitOfWork, actor: MemberActor, *, view_id: str) -> None:
    """Forget a view. Raises NotFound; Forbidden for somebody else's, unless by an admin."""
    view = uow.views.get(view_id)
    if view.member_id != actor.member_id and not (view.shared and actor.can(Role.ADMIN)):
        raise Forbidden("Only whoever keeps a view can remove it.")
    uow.views.delete(view.id)


def _columns(given: Sequence[str]) -> list[str]:
    return [name for name in COLUMNS if name in given]


def _view(view: SavedView, actor: MemberActor) -> dict[str, Any]:
    return {
        "id": view.id,
        "name": view.name,
        "shared": view.shared,
        "own": view.member_id == actor.member_id,
        "filters": {key: str(view.filters.get(key) or "") for key in FILTERS},
        "columns": _columns(view.columns),
    }
