"""What candidates see of a company, as its administrators set it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from milo_app.domain import file_types
from milo_app.domain import records as r
from milo_app.domain.actors import MemberActor
from milo_app.domain.errors import Forbidden, Invalid
from milo_app.services import links
from milo_app.services.incoming import Incoming, keep
from milo_app.services.ports import Deps, UnitOfWork
from milo_app.services.transactions import command

#: Largest logo, in bytes.
LARGEST_LOGO = 1024 * 1024
TOO_LARGE = "This picture is too large: a logo has at most 1 MB."
_LOGOS = ("image/png", "image/jpeg", "image/webp")
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]{2,}|[^@\s]{1,64}@localhost")


def shown(workspace: r.Workspace) -> dict[str, str]:
    """The brand as the settings page edits it; texts only, empty where nothing is set."""
    brand = links.brand_of(workspace)
    names = ("name", "color", "support_email", "privacy_url", "logo_url")
    return {name: str(brand.get(name) or "") for name in names}


@command
def save(uow: UnitOfWork, actor: MemberActor, *, brand: dict[str, str]) -> None:
    """Save name, colour (#rrggbb or empty), support email and privacy link. Raises Invalid, Forbidden."""
    _need_admin(actor)
    fields: dict[str, str] = {}
    name, color = brand.get("name", "").strip(), brand.get("color", "").strip()
    email, link = brand.get("support_email", "").strip(), brand.get("privacy_url", "").strip()
    if not 1 <= len(name) <= 60:
        fields["name"] = "A name has 1 to 60 characters."
    if color and not _COLOR.fullmatch(color):
        fields["color"] = "A colour looks like #1f4d3f."
    if email and not _EMAIL.fullmatch(email):
        fields["support_email"] = "That does not look like an email address."
    if link and not (link.startswith(("https://", "http://")) and len(link) <= 500 and " " not in link):
        fields["privacy_url"] = "A link begins with https://."
    if fields:
        raise Invalid(fields=fields)
    workspace = uow.workspaces.get(actor.workspace_id)
    kept = {**workspace.brand, "name": name, "color": color, "support_email": email, "privacy_url": link}
    _keep(uow, replace(workspace, name=name), kept)


@command
def remove_logo(uow: UnitOfWork, actor: MemberActor) -> None:
    """Show the company's name again instead of its logo. Emails that were sent keep theirs. Raises Forbidden."""
    _need_admin(actor)
    workspace = uow.workspaces.get(actor.workspace_id)
    _keep(uow, workspace, {name: value for name, value in workspace.brand.items() if name != "logo_file_id"})


def accept_logo(deps: Deps, actor: MemberActor, *, name: str, chunks: Iterable[bytes]) -> dict[str, Any]:
    """Take a PNG, JPEG or WebP of at most 1 MB as the logo, from now on. Returns `{file_id, name, size}`.

    Raises:
        Forbidden: the member may not change the brand.
        Invalid: no such picture. An SVG can carry a program and is not taken.
        TooLarge: beyond 1 MB.
    """
    _need_admin(actor)
    name = file_types.safe_name(name, "logo")
    incoming = Incoming(chunks, limit=LARGEST_LOGO, too_large=TOO_LARGE)

    def take(key: str, size: int, sha256: str) -> tuple[dict[str, Any], bool]:
        if incoming.media_type not in _LOGOS:
            raise Invalid(
                "This is no PNG, JPEG or WebP picture. Save the logo as one of these and choose it again."
            )
        with deps.uow.write(actor) as uow:
            known = uow.files.first(purpose="logo", sha256=sha256, workspace_id=actor.workspace_id)
            file = known or uow.files.add(
                r.StoredFile(
                    id=uow.new_id(),
                    workspace_id=actor.workspace_id,
                    purpose="logo",
                    key=key,
                    name=name,
                    media_type=incoming.media_type,
                    size=size,
                    sha256=sha256,
                    created_at=uow.now,
                )
            )
            workspace = uow.workspaces.get(actor.workspace_id)
            _keep(uow, workspace, {**workspace.brand, "logo_file_id": file.id})
            return {"file_id": file.id, "name": file.name, "size": file.size}, known is None

    return keep(deps, f"logos/{actor.workspace_id}", incoming, take, empty="This file is empty.")


def _keep(uow: UnitOfWork, workspace: r.Workspace, brand: dict[str, Any]) -> None:
    uow.workspaces.save(replace(workspace, brand=brand))
    uow.emit("workspace", workspace.id, "brand_changed")


def _need_admin(actor: MemberActor) -> None:
    if not actor.can(r.Role.ADMIN):
        raise Forbidden("Only an admin can change the brand.")
