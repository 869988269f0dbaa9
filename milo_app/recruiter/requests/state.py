"""What candidates asked of a person."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app.access.guards import member
from milo_app.access.running import run
from milo_app.domain.actors import MemberActor
from milo_app.recruiter.desk_state import DeskState
from milo_app.services import requests


class RequestsState(DeskState, rx.State):
    """The open queue, or the closed ones."""

    requests: list[dict[str, Any]] = []
    closed: bool = False

    @member("viewer")
    async def opened(self, actor: MemberActor) -> Any:
        await self._greet(actor)
        await self._read(actor)
        return RequestsState.watch

    @member("viewer", background=True, supersedes=True)
    async def watch(self, actor: MemberActor) -> None:
        """New requests appear while the page is open."""

        async def show(actor: MemberActor) -> None:
            found = await run(requests.queue, actor, closed=self.closed)
            async with self:
                self.requests = found

        await self._follow(actor, show)

    @member("viewer")
    async def view_chosen(self, actor: MemberActor, which: str) -> None:
        self.closed = which == "closed"
        await self._read(actor)

    @member("recruiter")
    async def taken(self, actor: MemberActor, request_id: str) -> None:
        """Somebody makes a request theirs."""
        await run(requests.take, actor, request_id=request_id)
        await self._read(actor)

    @member("recruiter")
    async def answered(self, actor: MemberActor, form: dict[str, Any]) -> None:
        """Close a request, saying what was done."""
        given = {"request_id": str(form.get("request", "")), "resolution": str(form.get("resolution", ""))}
        await run(requests.close, actor, **given)
        await self._read(actor)
        self._say("Closed. What was done is kept with the request.")

    async def _read(self, actor: MemberActor) -> None:
        self.requests, self.ready = await run(requests.queue, actor, closed=self.closed), True
