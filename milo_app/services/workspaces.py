"""Workspaces: made by whoever runs the instance."""

from __future__ import annotations

from milo_app.domain import records as r
from milo_app.domain import slugs
from milo_app.domain.actors import SystemActor
from milo_app.domain.errors import Invalid, NotFound
from milo_app.services.ports import UnitOfWork
from milo_app.services.transactions import command, query


@command
def add(uow: UnitOfWork, actor: SystemActor, *, slug: str, name: str) -> r.Workspace:
    """Make a workspace. Raises Invalid for a slug that is taken or cannot be used, or an empty name."""
    fields: dict[str, str] = {}
    if not slugs.is_free(slug):
        fields["slug"] = "2 to 60 lower-case letters, digits and dashes, and not a name of the site's own."
    elif uow.workspaces.first(slug=slug) is not None:
        fields["slug"] = "Another workspace has this address already."
    if not 1 <= len(name.strip()) <= 80:
        fields["name"] = "A name has 1 to 80 characters."
    if fields:
        raise Invalid(fields=fields)
    workspace = uow.workspaces.add(
        r.Workspace(id=uow.new_id(), slug=slug, name=name.strip(), created_at=uow.now)
    )
    uow.emit("workspace", workspace.id, "workspace_added", workspace_id=workspace.id)
    return workspace


@query
def named(uow: UnitOfWork, actor: SystemActor, *, slug: str = "", interviewer: str = "") -> r.Workspace:
    """The workspace meant on the command line: by its *slug*, else the one with an interviewer of that slug, else the
    first one made.

    Raises:
        NotFound: there is none. Invalid: several have such an interviewer, and none was named.
    """
    everyone = sorted(uow.workspaces.find(), key=lambda w: w.id)
    if slug:
        found = next((w for w in everyone if w.slug == slug), None)
        if found is None:
            raise NotFound(f"There is no workspace called {slug!r}.")
        return found
    if not everyone:
        raise NotFound("There is no workspace yet. Make one: workspace add --slug SLUG --name NAME.")
    if interviewer:
        owners = {i.workspace_id for i in uow.interviewers.find(slug=interviewer)}
        having = [w for w in everyone if w.id in owners]
        if len(having) > 1:
            raise Invalid(
                f"Several workspaces have an interviewer called {interviewer!r}: add --workspace SLUG."
            )
        if having:
            return having[0]
    return everyone[0]
