"""Adding candidates: one by hand, or a list that is looked at before anyone is invited."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import reflex as rx

from milo_app.access.guards import member
from milo_app.access.running import run, run_outside
from milo_app.domain.actors import MemberActor
from milo_app.domain.errors import Invalid
from milo_app.recruiter.desk_state import DeskState
from milo_app.services import candidate_table, list_intake

_NO_LIST: dict[str, Any] = {
    "file_id": "",
    "name": "",
    "rows": [],
    "total": 0,
    "new": 0,
    "already": 0,
    "invalid": 0,
    "outcome": "",
    "page": 0,
    "pages": 1,
}


class AddingState(DeskState, rx.State):
    """The panel above the table. Which role it adds to comes from the page and is checked by the service."""

    open: bool = False
    form: int = 0
    errors: dict[str, str] = {}
    added: dict[str, str] = {}
    found: dict[str, Any] = dict(_NO_LIST)

    @member("recruiter")
    async def toggled(self, actor: MemberActor) -> None:
        self.open, self.errors, self.added, self.found = not self.open, {}, {}, dict(_NO_LIST)
        self.notice = ""

    @member("recruiter")
    async def added_by_hand(self, actor: MemberActor, interviewer_id: str, form: dict[str, Any]) -> None:
        """Add one person and invite them."""
        adding = run(
            candidate_table.add_candidate,
            actor,
            interviewer_id=interviewer_id,
            name=str(form.get("name", "")),
            email=str(form.get("email", "")),
            phone=str(form.get("phone", "")),
            sms_consent=bool(form.get("sms_consent")),
        )
        added = await self._try(adding)
        if added is not None:
            self.added, self.form = added, self.form + 1

    @member("recruiter")
    async def rows_pasted(self, actor: MemberActor, interviewer_id: str, form: dict[str, Any]) -> None:
        """Rows typed or pasted are looked at the same way as a file."""
        chunks = [str(form.get("csv", "")).encode()]
        given = {"interviewer_id": interviewer_id, "name": "pasted rows", "chunks": chunks}
        kept = await self._try(run_outside(list_intake.accept, actor, **given))
        if kept is not None:
            self.found = await run_outside(list_intake.review, actor, file_id=kept["file_id"])

    @member("recruiter")
    async def list_arrived(self, actor: MemberActor, file_id: str) -> None:
        """A file was sent by the page; show what it would do."""
        self.errors, self.added = {}, {}
        self.found = await run_outside(list_intake.review, actor, file_id=file_id)

    @member("recruiter")
    async def list_turned(self, actor: MemberActor, file_id: str, outcome: str, page: int) -> None:
        """Other rows of the list."""
        self.found = await run_outside(list_intake.review, actor, file_id=file_id, outcome=outcome, page=page)

    @member("recruiter")
    async def list_confirmed(self, actor: MemberActor, file_id: str) -> None:
        """Invite everyone of the list who is new; its progress stands on the page."""
        await run(list_intake.confirm, actor, file_id=file_id)
        self.found, self.form, self.open = dict(_NO_LIST), self.form + 1, False

    @member("recruiter")
    async def list_discarded(self, actor: MemberActor, file_id: str) -> None:
        await run_outside(list_intake.discard, actor, file_id=file_id)
        self.found = dict(_NO_LIST)

    async def _try(self, work: Awaitable[Any]) -> Any:
        """What *work* gives, or None with what is wrong put beside its field."""
        self.errors, self.added, self.notice = {}, {}, ""
        try:
            return await work
        except Invalid as problem:
            self.errors = problem.fields or {"csv": problem.message}
            return None
