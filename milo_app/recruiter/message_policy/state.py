"""Settings of messages: the policy, the sender, and what one is told oneself."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import reflex as rx

from milo_app.access.guards import member
from milo_app.access.running import run
from milo_app.domain.actors import MemberActor
from milo_app.domain.errors import Invalid
from milo_app.domain.policy import STAGES
from milo_app.recruiter.desk_state import DeskState
from milo_app.services import policies, senders

_WAITS = {
    "start": "Invited, not begun",
    "resume": "Resume is open",
    "form": "Form is open",
    "sms": "Questions by text are open",
    "voice": "Interview is open",
}


class MessagePolicyState(DeskState, rx.State):
    """What the form shows; texts and switches as the fields have them."""

    policy: dict[str, Any] = {}
    waits: list[dict[str, str]] = []
    days: list[str] = []
    zones: list[str] = []
    notices: str = "own"
    sender: dict[str, str] = {}
    domains: str = ""
    instead: str = ""
    errors: dict[str, str] = {}
    form: int = 0

    @member("viewer")
    async def opened(self, actor: MemberActor) -> None:
        await self._greet(actor)
        self.errors = {}
        await self._read(actor)

    @member("admin")
    async def saved(self, actor: MemberActor, form: dict[str, Any]) -> None:
        """Save the whole policy."""
        # The switch for everything has a button of its own.
        whole = {**form, "off": self.policy.get("off")}
        said = "Saved. Reminders that wait already follow it from now on."
        await self._try(actor, run(policies.save, actor, form=whole), said)

    @member("admin")
    async def switched(self, actor: MemberActor, off: bool) -> None:
        """Stop all messages to candidates, or let them go again."""
        said = "All messages to candidates are stopped." if off else "Messages to candidates go out again."
        await self._try(actor, run(policies.switch, actor, off=off), said)

    @member("viewer")
    async def notices_chosen(self, actor: MemberActor, form: dict[str, Any]) -> None:
        chosen = str(form.get("report_ready", ""))
        await self._try(actor, run(policies.choose_notices, actor, report_ready=chosen), "Saved.")

    @member("admin")
    async def sender_saved(self, actor: MemberActor, form: dict[str, Any]) -> None:
        """Save in whose name emails go out."""
        given = {key: str(form.get(f"sender_{key}", "")) for key in ("name", "address", "reply_to")}
        await self._try(actor, run(senders.save, actor, **given), "Saved. The next email uses it.")

    async def _try(self, actor: MemberActor, work: Awaitable[Any], done: str) -> None:
        """Do *work*, putting what is wrong beside its field."""
        self.errors, self.notice = {}, ""
        try:
            await work
        except Invalid as problem:
            self.errors = problem.fields
            self._say("Not saved: please look at the marked fields.", "problem")
            return
        await self._read(actor)
        self.form += 1
        self._say(done)

    async def _read(self, actor: MemberActor) -> None:
        found = await run(policies.read, actor)
        nudges = found["policy"].pop("nudges")
        self.waits = [
            {
                "stage": stage,
                "name": _WAITS[stage],
                "after": str(nudges[stage]["after_hours"]),
                "most": str(nudges[stage]["most"]),
            }
            for stage in STAGES
        ]
        self.days = [str(day) for day in found["policy"].pop("business_days")]
        self.policy, self.zones = found["policy"], found["zones"]
        self.notices = found["notices"]["report_ready"]
        await self._read_sender(actor)
        self.ready = True

    async def _read_sender(self, actor: MemberActor) -> None:
        found = await run(senders.read, actor)
        self.sender = {key: found[key] for key in ("name", "address", "reply_to")}
        self.instead = f"{found['instead']['name']} <{found['instead']['address']}>"
        self.domains = ", ".join(found["domains"])
