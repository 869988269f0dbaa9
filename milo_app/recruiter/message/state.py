"""One message to many: written, shown who gets it, confirmed by the number, followed while it goes out."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app.access.guards import member
from milo_app.access.running import run
from milo_app.domain.actors import MemberActor
from milo_app.domain.errors import Invalid
from milo_app.recruiter.desk_state import DeskState
from milo_app.services import blasts, candidate_table, message_preview

_PAGE = "/app/message/?b="


class MessageState(DeskState, rx.State):
    """The message that the address names; without one, whom to write to and what was written before."""

    blast: str = ""
    head: dict[str, Any] = {}
    people: list[dict[str, str]] = []
    skipped_list: list[dict[str, Any]] = []
    recipients: list[dict[str, str]] = []
    earlier: list[dict[str, Any]] = []
    roles: list[list[str]] = []
    preview: dict[str, Any] = {}
    blocks: list[dict[str, Any]] = []
    hints: list[str] = []
    channel: str = "email"
    checked: bool = False
    asking: bool = False
    errors: dict[str, str] = {}
    form: int = 0

    @member("viewer")
    async def opened(self, actor: MemberActor) -> Any:
        """Read the message that the address names, then follow it."""
        await self._greet(actor)
        self.blast, self.errors, self.asking, self.checked = self._asked("b"), {}, False, False
        if not self.blast:
            self.earlier = await run(blasts.recent, actor)
            self.roles = (await run(candidate_table.table, actor, limit=1))["roles"]
            self.ready = True
            return None
        await self._read(actor)
        self.form += 1
        return MessageState.watch

    @member("viewer", background=True, supersedes=True)
    async def watch(self, actor: MemberActor) -> None:
        """Keep the progress live while the page is open."""

        async def show(actor: MemberActor) -> None:
            async with self:
                asked, going = self.blast, self.head.get("state") != "draft"
            if not asked or not going:
                return
            found = await run(blasts.read, actor, blast_id=asked)
            async with self:
                if asked == self.blast:
                    self._show(found)

        await self._follow(actor, show)

    @member("recruiter")
    async def begun(self, actor: MemberActor, form: dict[str, Any]) -> Any:
        """Begin a message to whoever the chosen role and state leave."""
        given = {name: str(form.get(name, "")) for name in ("interviewer_id", "state", "decision")}
        id = await run(blasts.draft, actor, filters=given)
        return rx.redirect(_PAGE + id)

    @member("recruiter")
    async def channel_chosen(self, actor: MemberActor, value: str) -> None:
        self.channel, self.checked = ("sms" if value == "sms" else "email"), False

    @member("recruiter")
    async def written(self, actor: MemberActor, form: dict[str, Any]) -> None:
        """Keep the words and show who gets them."""
        self.errors, self.notice, self.checked = {}, "", False
        try:
            found = await run(
                blasts.edit,
                actor,
                blast_id=self.blast,
                channel=self.channel,
                subject=str(form.get("subject", "")),
                text=str(form.get("text", "")),
                unfinished_only=bool(form.get("unfinished")),
            )
        except Invalid as problem:
            self.errors = problem.fields
            return
        self._show(found)
        await self._look(actor)
        self.checked = True
        self.form += 1

    @member("recruiter")
    async def send_asked(self, actor: MemberActor, on: bool) -> None:
        self.asking = on

    @member("recruiter")
    async def confirmed(self, actor: MemberActor) -> Any:
        """Send it to as many as the page showed."""
        self.asking = False
        await run(blasts.send, actor, blast_id=self.blast, count=int(self.head.get("gets", 0)))
        await self._read(actor)
        self._say("It is going out now. You can leave this page.")

    @member("recruiter")
    async def called_off(self, actor: MemberActor) -> None:
        """Stop what is not sent yet."""
        n = await run(blasts.cancel, actor, blast_id=self.blast)
        await self._read(actor)
        self._say(f"Called off. {n} do not get it.")

    @member("recruiter")
    async def tried(self, actor: MemberActor, form: dict[str, Any]) -> None:
        """Send it to oneself, as the first of those who get it would read it."""
        self.errors = {}
        try:
            message = await run(
                message_preview.send_test, actor, **self._words(), number=str(form.get("number", ""))
            )
        except Invalid as problem:
            self.errors = problem.fields
            return
        self._say(f"On its way to {message.to}.")

    def _words(self) -> dict[str, str]:
        return {
            "kind": "blast",
            "channel": self.channel,
            "language": "en",
            "subject": str(self.head.get("subject", "")),
            "text": str(self.head.get("text", "")),
            "application_id": str(self.head.get("first", "")),
        }

    async def _read(self, actor: MemberActor) -> None:
        found = await run(blasts.read, actor, blast_id=self.blast)
        self.channel = found["channel"]
        self._show(found)
        await self._look(actor)
        self.ready = True

    async def _look(self, actor: MemberActor) -> None:
        shown = await run(message_preview.preview, actor, **self._words())
        self.preview = {key: shown[key] for key in ("subject", "text", "parts", "signs")}
        self.blocks, self.hints = shown["blocks"], shown["hints"]

    def _show(self, found: dict[str, Any]) -> None:
        skipped = found.pop("skipped", 0)
        self.skipped_list = skipped if isinstance(skipped, list) else []
        self.people, self.recipients = found.pop("people", []), found.pop("recipients", [])
        left_out = sum(one["n"] for one in self.skipped_list) if self.skipped_list else skipped
        self.head = {**found, "skipped": left_out or 0}
