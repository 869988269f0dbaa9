"""Links by which somebody without an account reads a report."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app.access.guards import member
from milo_app.access.running import run
from milo_app.domain.actors import MemberActor
from milo_app.recruiter.desk_state import DeskState
from milo_app.services import shares


class SharingState(DeskState, rx.State):
    """The open links to the report of which the page is; whose it is comes from the page and is checked."""

    open: bool = False
    links: list[dict[str, Any]] = []
    form: int = 0
    about: str = ""

    @member("recruiter")
    async def toggled(self, actor: MemberActor, application_id: str) -> None:
        self.open, self.notice, self.about = (
            not (self.open and self.about == application_id),
            "",
            application_id,
        )
        self.links = await run(shares.of_application, actor, application_id=application_id)

    @member("recruiter")
    async def shared(self, actor: MemberActor, application_id: str, form: dict[str, Any]) -> None:
        """Make a link; it stands in the list, ready to be copied."""
        days = str(form.get("days", ""))
        await run(
            shares.share,
            actor,
            application_id=application_id,
            label=str(form.get("label", "")),
            days=int(days) if days.isdecimal() else 0,
            may_comment=bool(form.get("may_comment")),
        )
        self.form += 1
        self.links = await run(shares.of_application, actor, application_id=application_id)

    @member("recruiter")
    async def revoked(self, actor: MemberActor, application_id: str, share_id: str) -> None:
        """Take a link back at once."""
        await run(shares.revoke, actor, share_id=share_id)
        self.links = await run(shares.of_application, actor, application_id=application_id)
