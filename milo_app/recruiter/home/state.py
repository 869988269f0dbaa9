"""Home: interviewers with live counts, and what needs a person."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app.access.guards import member
from milo_app.access.running import run
from milo_app.domain.actors import MemberActor
from milo_app.recruiter.desk_state import DeskState
from milo_app.services import home


class HomeState(DeskState, rx.State):
    """Emptied and read anew on every visit."""

    interviewers: list[dict[str, Any]] = []
    attention: list[dict[str, Any]] = []
    steps: list[dict[str, Any]] = []
    steps_left: int = 0

    @member("viewer")
    async def opened(self, actor: MemberActor) -> Any:
        """Read the page, then follow what changes."""
        await self._greet(actor)
        self._show(await run(home.home, actor))
        return HomeState.watch

    @member("viewer", background=True, supersedes=True)
    async def watch(self, actor: MemberActor) -> None:
        """Keep the counts live while the page is open."""

        async def show(actor: MemberActor) -> None:
            found = await run(home.home, actor)
            async with self:
                self._show(found)

        await self._follow(actor, show)

    def _show(self, found: dict[str, Any]) -> None:
        self.interviewers, self.attention = found["interviewers"], found["attention"]
        self.steps = found["steps"]
        self.steps_left = sum(not step["done"] for step in self.steps)
        self.ready = True
