"""Candidates of one role, side by side."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app.access.guards import member
from milo_app.access.running import run
from milo_app.domain.actors import MemberActor
from milo_app.recruiter.desk_state import DeskState
from milo_app.services import comparison, decisions


class CompareState(DeskState, rx.State):
    """Whom the address names; read with the reader's rights each time."""

    ids: list[str] = []
    role: str = ""
    interviewer: str = ""
    people: list[dict[str, Any]] = []
    parts: list[dict[str, Any]] = []

    @member("viewer")
    async def opened(self, actor: MemberActor) -> Any:
        await self._greet(actor)
        asked = str(self.router.url.query_parameters.get("a", ""))[:400]
        self.ids, self.ready = [id for id in asked.split(",") if id], False
        await self._read(actor)
        return CompareState.watch

    @member("viewer", background=True, supersedes=True)
    async def watch(self, actor: MemberActor) -> None:
        """Scores and decisions change while one looks."""

        async def show(actor: MemberActor) -> None:
            found = await run(comparison.compare, actor, application_ids=self.ids)
            async with self:
                self._show(found)

        await self._follow(actor, show)

    @member("recruiter")
    async def decided(self, actor: MemberActor, application_id: str, decision: str) -> None:
        """Shortlist one of them, or clear the decision."""
        await run(decisions.decide, actor, application_ids=[application_id], decision=decision)
        await self._read(actor)
        self._say("Saved. Nothing was sent to the candidate.")

    async def _read(self, actor: MemberActor) -> None:
        self._show(await run(comparison.compare, actor, application_ids=self.ids))

    def _show(self, found: dict[str, Any]) -> None:
        self.role, self.interviewer = found["role"], found["interviewer"]
        self.people, self.parts, self.ready = found["people"], found["parts"], True
