"""One candidate's report: read, corrected, decided on; live."""

from __future__ import annotations

import asyncio
from typing import Any

import reflex as rx

from milo_app.access.guards import member
from milo_app.access.running import run, run_outside
from milo_app.domain.actors import MemberActor
from milo_app.recruiter.desk_state import DeskState
from milo_app.services import (
    applications,
    blasts,
    bounces,
    bulk,
    candidate_table,
    decisions,
    evaluations,
    reminders,
    reports,
    timeline,
)


class ReportState(DeskState, rx.State):
    """The report as data, in the parts that the page draws."""

    application: str = ""
    head: dict[str, Any] = {}
    overall: dict[str, Any] = {}
    stages: list[dict[str, Any]] = []
    dealbreakers: list[dict[str, Any]] = []
    review: list[dict[str, str]] = []
    integrity: list[dict[str, Any]] = []
    comments: list[dict[str, Any]] = []
    messages: list[dict[str, Any]] = []
    previous: str = ""
    following: str = ""
    overriding: dict[str, str] = {}
    dismissing: bool = False
    form: int = 0
    _attempt: int = 0

    @member("viewer")
    async def opened(self, actor: MemberActor) -> Any:
        """Read the report that the address names, then follow what changes."""
        await self._greet(actor)
        asked, attempt = self._asked("a"), self._asked("attempt")
        if asked != self.application:
            self.ready, self.overriding, self.dismissing = False, {}, False
        self.application, self._attempt = asked, int(attempt[:4]) if attempt.isdecimal() else 0
        self._show(*await _read(actor, asked, self._attempt))
        beside = await run(candidate_table.neighbours, actor, application_id=asked)
        self.previous, self.following = beside["previous"], beside["next"]
        return ReportState.watch

    @member("viewer", background=True, supersedes=True)
    async def watch(self, actor: MemberActor) -> None:
        """Keep the report live while the page is open."""

        async def show(actor: MemberActor) -> None:
            asked, attempt = self.application, self._attempt
            found = await _read(actor, asked, attempt)
            async with self:
                if asked == self.application:
                    self._show(*found)

        await self._follow(actor, show)

    # --- Deciding

    @member("recruiter")
    async def decided(self, actor: MemberActor, decision: str) -> None:
        await run(decisions.decide, actor, application_ids=[self.application], decision=decision)
        await self._again(actor, "Saved. Nothing was sent to the candidate.")

    @member("recruiter")
    async def dismiss_asked(self, actor: MemberActor, on: bool) -> None:
        self.dismissing = on

    @member("recruiter")
    async def dismissed(self, actor: MemberActor, form: dict[str, Any]) -> None:
        reason = str(form.get("reason", ""))
        tell = bool(form.get("tell"))
        them = {"kind": "dismiss", "count": 1, "application_ids": [self.application]}
        await run(bulk.begin, actor, **them, reason=reason, tell=tell)
        self.dismissing = False
        said = "They are told by email in ten minutes; clear the decision before that, and nothing is sent."
        await self._again(actor, f"Dismissed. {said if tell else 'Nothing was sent to the candidate.'}")

    @member("recruiter")
    async def commented(self, actor: MemberActor, form: dict[str, Any]) -> None:
        """Add a comment, with a rating where one was chosen."""
        rating = str(form.get("rating", ""))
        await run(
            decisions.comment,
            actor,
            application_id=self.application,
            text=str(form.get("text", "")),
            rating=int(rating) if rating.isdecimal() else None,
        )
        self.form += 1
        await self._again(actor, "Comment added.")

    # --- Correcting

    @member("recruiter")
    async def override_asked(self, actor: MemberActor, criterion: dict[str, Any]) -> None:
        """Open the dialog for one criterion; an empty one closes it."""
        self.overriding = (
            {k: str(criterion.get(k, "")) for k in ("evaluation", "text", "score")} if criterion else {}
        )

    @member("recruiter")
    async def overridden(self, actor: MemberActor, form: dict[str, Any]) -> None:
        """A person's own score, with the reason."""
        score = str(form.get("score", ""))
        await run(
            evaluations.override,
            actor,
            evaluation_id=self.overriding.get("evaluation", ""),
            score=float(score) if score.isdecimal() else None,
            reason=str(form.get("reason", "")),
        )
        self.overriding = {}
        await self._again(actor, "Your score counts now; the earlier one stays in the history.")

    @member("recruiter")
    async def typed_out(self, actor: MemberActor, form: dict[str, Any]) -> None:
        """A person puts a spoken answer into words."""
        await run(
            evaluations.type_out, actor, turn_id=str(form.get("turn", "")), text=str(form.get("text", ""))
        )
        await self._again(actor, "Thank you. The answer is being scored from your words.")

    # --- The candidate's way

    @member("recruiter")
    async def reinstated(self, actor: MemberActor, form: dict[str, Any]) -> None:
        reason = str(form.get("reason", ""))
        await run(applications.reinstate, actor, application_id=self.application, reason=reason)
        await self._again(actor, "Reinstated: the next stage is open, with a fresh due date.")

    @member("recruiter")
    async def extended(self, actor: MemberActor) -> None:
        await run(applications.extend, actor, application_id=self.application)
        await self._again(actor, "They have seven more days.")

    @member("recruiter")
    async def rejoined(self, actor: MemberActor) -> None:
        await run(applications.rejoin, actor, application_id=self.application)
        await self._again(actor, "They can go on where they stopped.")

    @member("recruiter")
    async def retake_granted(self, actor: MemberActor, stage: str) -> None:
        await run(applications.grant_retake, actor, application_id=self.application, stage=stage)
        await self._again(actor, "A new attempt is open from that stage on. This one is kept.")

    @member("recruiter")
    async def resent(self, actor: MemberActor, message_id: str, channel: str) -> None:
        """Send what did not arrive once more, the same way or by another *channel*."""
        await run(timeline.resend, actor, message_id=message_id, channel=channel)
        await self._again(actor, "It will be sent again now.")

    @member("recruiter")
    async def reminded(self, actor: MemberActor) -> None:
        (done,) = await run(reminders.nudge, actor, application_ids=[self.application])
        said = {"sent": "A reminder is on its way.", "later": "The reminder waits for quiet hours to pass."}
        await self._again(actor, said.get(done["outcome"], f"Not reminded: {done['reason']}"))

    @member("recruiter")
    async def write_asked(self, actor: MemberActor) -> Any:
        """Write to this candidate, on the page for messages."""
        id = await run(blasts.draft, actor, application_ids=[self.application])
        return rx.redirect(f"/app/message/?b={id}")

    @member("recruiter")
    async def email_allowed(self, actor: MemberActor) -> None:
        await run(bounces.lift, actor, application_id=self.application)
        await self._again(actor, "Email goes to this address again. Send what was missed by hand.")

    async def _again(self, actor: MemberActor, said: str) -> None:
        self._show(*await _read(actor, self.application, self._attempt))
        self._say(said)

    def _show(self, report: dict[str, Any], messages: list[dict[str, Any]]) -> None:
        parts = ("overall", "stages", "dealbreakers", "review", "integrity", "comments")
        for part in parts:
            setattr(self, part, report[part])
        self.head = {name: value for name, value in report.items() if name not in parts}
        self.messages, self.ready = messages, True


async def _read(
    actor: MemberActor, application_id: str, attempt: int
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    return await asyncio.gather(
        run_outside(reports.report, actor, application_id=application_id, attempt=attempt),
        run(timeline.of_application, actor, application_id=application_id),
    )
