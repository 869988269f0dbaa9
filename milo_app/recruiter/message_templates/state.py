"""What candidates read, in the workspace's own words: chosen, edited beside a preview, tried, kept."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app.access.guards import member
from milo_app.access.running import run
from milo_app.domain.actors import MemberActor
from milo_app.domain.errors import Invalid
from milo_app.recruiter.desk_state import DeskState
from milo_app.services import message_preview, templates


class MessageTemplatesState(DeskState, rx.State):
    """The message that the address names, as it is being edited; `losses` are what must be agreed to before saving."""

    kinds: list[dict[str, Any]] = []
    kind: str = ""
    channel: str = "email"
    language: str = "en"
    title: str = ""
    when: str = ""
    subject: str = ""
    text: str = ""
    own: bool = False
    variables: list[dict[str, str]] = []
    versions: list[dict[str, Any]] = []
    people: list[list[str]] = []
    person: str = ""
    preview: dict[str, Any] = {}
    blocks: list[dict[str, Any]] = []
    hints: list[str] = []
    losses: list[str] = []
    errors: dict[str, str] = {}
    form: int = 0

    @member("viewer")
    async def opened(self, actor: MemberActor) -> None:
        """Read the message that the address names, else only what there is."""
        await self._greet(actor)
        self.kind, self.channel = self._asked("k"), self._asked("c") or "email"
        self.language, self.errors = self._asked("l") or "en", {}
        self.kinds = await run(templates.overview, actor)
        if self.kind:
            self.people = await run(message_preview.people, actor)
            self.person = self.people[0][0] if self.people else ""
            await self._read(actor)
        self.ready = True

    @member("viewer")
    async def typed(self, actor: MemberActor, name: str, value: str) -> None:
        """A field was changed: show what it looks like now."""
        if name in ("subject", "text", "person"):
            setattr(self, name, value[:10_000])
            await self._look(actor)

    @member("admin")
    async def saved(self, actor: MemberActor, form: dict[str, Any]) -> None:
        """Keep the words as the next version."""
        self.subject, self.text = str(form.get("subject", "")), str(form.get("text", ""))
        self.errors = {}
        try:
            await run(templates.save, actor, **self._words(), agreed=bool(form.get("agreed")))
        except Invalid as problem:
            self.errors = problem.fields
            await self._look(actor)
            self._say("Not saved: please look below.", "problem")
            return
        await self._read(actor)
        self._say("Saved. Messages from now on use these words.")

    @member("admin")
    async def taken_back(self, actor: MemberActor) -> None:
        """Use Milo's own words again."""
        await run(templates.reset, actor, kind=self.kind, channel=self.channel, language=self.language)
        await self._read(actor)
        self._say("Milo's own words are used again. Yours are kept below.")

    @member("recruiter")
    async def tried(self, actor: MemberActor, form: dict[str, Any]) -> None:
        """Send it to oneself."""
        self.errors = {}
        try:
            message = await run(
                message_preview.send_test,
                actor,
                **self._words(),
                application_id=self.person,
                number=str(form.get("number", "")),
            )
        except Invalid as problem:
            self.errors = problem.fields
            return
        self._say(f"On its way to {message.to}.")

    def _words(self) -> dict[str, str]:
        return {
            "kind": self.kind,
            "channel": self.channel,
            "language": self.language,
            "subject": self.subject,
            "text": self.text,
        }

    async def _read(self, actor: MemberActor) -> None:
        asked = {"kind": self.kind, "channel": self.channel, "language": self.language}
        found = await run(templates.read, actor, **asked)
        self.subject, self.text, self.own = found["subject"], found["text"], found["own"]
        self.title, self.when = found["title"], found["when"]
        self.variables, self.versions = found["variables"], found["versions"]
        self.form += 1
        await self._look(actor)

    async def _look(self, actor: MemberActor) -> None:
        found = await run(message_preview.preview, actor, **self._words(), application_id=self.person)
        self.preview = {key: found[key] for key in ("subject", "text", "parts", "signs")}
        self.blocks, self.hints, self.losses = found["blocks"], found["hints"], found["losses"]
        self.errors = found["errors"] | {k: v for k, v in self.errors.items() if k == "losses"}
