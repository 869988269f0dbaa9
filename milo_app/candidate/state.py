"""What a candidate's page holds in this tab: a mirror of the database and nothing else."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app.access.guards import NoticeState, candidate, public
from milo_app.access.running import run, run_outside
from milo_app.domain.actors import CandidateActor, Visitor
from milo_app.services import applications, candidate_view, consents, previews
from milo_app.services.candidate_view import View


class CandidateState(NoticeState, rx.State):
    """The present view. `refused` is true where this browser may not see the application of its address;
    `leave` is an application and the address outside these pages to go to from it."""

    view: View = candidate_view.empty()
    loaded: bool = False
    refused: bool = False
    leave: str = ""

    def _forget(self) -> None:
        """This browser holds no valid cookie: show nothing of what was here."""
        self.view, self.loaded, self.refused = candidate_view.empty(), True, True

    async def _read(self, actor: CandidateActor) -> None:
        self.view = await run(candidate_view.view, actor)
        self.loaded, self.refused = True, False

    @public
    async def enter(self, actor: Visitor) -> None:
        """The page was opened. A tab keeps its state, so what it showed before must not stand under this address."""
        wanted = self.router.url.query_parameters.get("a", "")
        self.loaded = self.refused = False
        if self.view["application"] != wanted:
            self.view, self.notice = candidate_view.empty(), ""

    @public
    async def dismiss(self, actor: Visitor) -> None:
        """Take the last notice away."""
        self.notice = ""

    @candidate
    async def refresh(self, actor: CandidateActor, application_id: str) -> None:
        """Read anew what the database holds."""
        self.notice = ""
        await self._read(actor)

    @candidate
    async def agree(self, actor: CandidateActor, application_id: str, form: dict[str, Any]) -> None:
        """Record the consent to the notice that is shown."""
        version = str(form.get("version", ""))
        await run(consents.agree, actor, text_version=version, sms=bool(form.get("sms")))
        await self._read(actor)

    @candidate
    async def adjust(self, actor: CandidateActor, application_id: str, form: dict[str, Any]) -> None:
        """More time, typing, no spoken questions: given at once."""
        wanted = {name: bool(form.get(name)) for name in ("untimed", "typed", "speech_off")}
        await run(applications.set_accommodations, actor, wanted=wanted)
        await self._read(actor)
        self._say("saved")

    @candidate
    async def ask(self, actor: CandidateActor, application_id: str, form: dict[str, Any]) -> None:
        """Ask a person for something."""
        await run(
            applications.ask_person, actor, kind=str(form.get("kind", "")), text=str(form.get("text", ""))
        )
        await self._read(actor)
        self._say("asked")

    @candidate
    async def withdraw(self, actor: CandidateActor, application_id: str) -> None:
        """Leave; what was given is kept until its erasure is asked for."""
        await run(applications.withdraw, actor)
        await self._read(actor)

    @candidate
    async def save_last_word(self, actor: CandidateActor, application_id: str, form: dict[str, Any]) -> None:
        """Keep the one note that stands at the top of the report."""
        await run(applications.save_last_word, actor, text=str(form.get("text", "")))
        await self._read(actor)
        self._say("saved")

    @candidate
    async def save_feedback(self, actor: CandidateActor, application_id: str, form: dict[str, Any]) -> None:
        """Keep how it was for the candidate."""
        rating = str(form.get("rating", ""))
        await run(
            applications.save_feedback,
            actor,
            rating=int(rating) if rating.isdigit() else 0,
            text=str(form.get("text", "")),
        )
        await self._read(actor)
        self._say("thanks")

    @candidate
    async def fill(self, actor: CandidateActor, application_id: str, how: str) -> None:
        """Have a preview filled in to its end."""
        await run(previews.queue_fill, actor, application_id=actor.application_id, how=how)
        self._say("filling")

    @candidate
    async def jump(self, actor: CandidateActor, application_id: str, stage: str) -> None:
        """Have a preview filled in up to a stage."""
        await run(previews.jump, actor, application_id=actor.application_id, stage=stage)
        self._say("filling")

    @candidate
    async def start_over(self, actor: CandidateActor, application_id: str) -> None:
        """Erase a preview and begin again at its link."""
        link = self.view["preview_url"]
        await run_outside(previews.reset, actor, application_id=actor.application_id)
        self.leave = f"{application_id} {link or '/'}"
