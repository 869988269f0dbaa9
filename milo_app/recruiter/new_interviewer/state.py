"""Starting an interviewer: from a job description, a template, or from nothing."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app.access.guards import member
from milo_app.access.running import call, run
from milo_app.domain.actors import MemberActor
from milo_app.domain.errors import Invalid
from milo_app.domain.plan import Plan, blank
from milo_app.recruiter.desk_state import DeskState
from milo_app.services import interviewers


class NewInterviewerState(DeskState, rx.State):
    """Nothing is kept until a way to start is chosen."""

    templates: list[dict[str, Any]] = []
    errors: dict[str, str] = {}

    @member("recruiter")
    async def opened(self, actor: MemberActor) -> None:
        await self._greet(actor)
        self.templates, self.errors, self.ready = await call(interviewers.templates), {}, True

    @member("recruiter")
    async def described(self, actor: MemberActor, form: dict[str, Any]) -> Any:
        """Draft from the pasted job description."""
        try:
            plan = await call(interviewers.draft_from_text, str(form.get("text", ""))[:100_000])
        except Invalid as problem:
            self.errors = problem.fields
            return None
        return await self._start(actor, plan)

    @member("recruiter")
    async def template_chosen(self, actor: MemberActor, name: str) -> Any:
        return await self._start(actor, await call(interviewers.template, name))

    @member("recruiter")
    async def blank_chosen(self, actor: MemberActor) -> Any:
        return await self._start(actor, blank())

    async def _start(self, actor: MemberActor, plan: Plan) -> Any:
        made = await run(interviewers.create, actor, plan=plan)
        return rx.redirect(f"/app/interviewer/?i={made.id}")
