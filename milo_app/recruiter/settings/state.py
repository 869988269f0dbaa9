"""Settings: the brand, members, sessions."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import reflex as rx

from milo_app.access.guards import member
from milo_app.access.running import run
from milo_app.domain.actors import MemberActor
from milo_app.domain.errors import Invalid
from milo_app.recruiter.desk_state import DeskState
from milo_app.services import brand as brands
from milo_app.services import members


class SettingsState(DeskState, rx.State):
    """Members of others are listed to admins only."""

    brand: dict[str, str] = {}
    people: list[dict[str, Any]] = []
    sessions: list[dict[str, Any]] = []
    errors: dict[str, str] = {}
    form: int = 0

    @member("viewer")
    async def opened(self, actor: MemberActor) -> None:
        await self._greet(actor)
        self.errors = {}
        await self._read(actor)

    @member("admin")
    async def brand_saved(self, actor: MemberActor, form: dict[str, Any]) -> None:
        """Save what candidates see of the company."""
        brand = {name: str(form.get(name, "")) for name in ("name", "color", "support_email", "privacy_url")}
        await self._try(actor, run(brands.save, actor, brand=brand), "Saved. Candidates see it from now on.")

    @member("admin")
    async def logo_sent(self, actor: MemberActor, file_id: str) -> None:
        """A logo was sent by the page; it is shown from now on."""
        await self._read(actor)
        self._say("This is your logo from now on.")

    @member("admin")
    async def logo_removed(self, actor: MemberActor) -> None:
        await run(brands.remove_logo, actor)
        await self._read(actor)
        self._say("The logo is removed; your name stands in its place.")

    @member("admin")
    async def member_added(self, actor: MemberActor, form: dict[str, Any]) -> None:
        """Add somebody; they get an email to choose a password."""
        given = {name: str(form.get(name, "")) for name in ("email", "role")}
        adding = run(members.add_member, actor, name=str(form.get("member_name", "")), **given)
        if await self._try(actor, adding, f"We have written to {given['email']}."):
            self.form += 1

    @member("admin")
    async def role_changed(self, actor: MemberActor, member_id: str, role: str) -> None:
        await run(members.change_role, actor, member_id=member_id, role=role)
        await self._read(actor)
        self._say("Role changed.")

    @member("admin")
    async def access_changed(self, actor: MemberActor, member_id: str, disabled: bool) -> None:
        """Shut somebody out at once, or let them in again."""
        await run(members.set_disabled, actor, member_id=member_id, disabled=disabled)
        await self._read(actor)
        self._say(
            "They are shut out, also where they were signed in." if disabled else "They can sign in again."
        )

    @member("viewer")
    async def session_ended(self, actor: MemberActor, session_id: str) -> None:
        await run(members.revoke_sessions, actor, session_id=session_id)
        await self._read(actor)

    @member("viewer")
    async def others_ended(self, actor: MemberActor) -> None:
        """End every session of one's own but this one."""
        n = await run(members.revoke_sessions, actor)
        await self._read(actor)
        self._say(f"Ended {n}.")

    async def _try(self, actor: MemberActor, work: Awaitable[Any], done: str) -> bool:
        """Do *work*, putting what is wrong beside its field; whether it was done."""
        self.errors, self.notice = {}, ""
        try:
            await work
        except Invalid as problem:
            self.errors = problem.fields
            return False
        await self._read(actor)
        self._say(done)
        return True

    async def _read(self, actor: MemberActor) -> None:
        found: dict[str, Any] = await run(members.settings, actor)
        self.brand, self.people, self.sessions = found["brand"], found["members"], found["sessions"]
        self.company, self.ready = self.brand["name"], True
