"""A candidate's phone in tests: texts go in as the webhook takes them, their work is done as the workflows do it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from milo_app.adapters.clock import FixedClock
from milo_app.domain import consent as notices
from milo_app.domain import records as r
from milo_app.domain.actors import CandidateActor, SystemActor
from milo_app.services import applications, consents, texting
from milo_app.services.ports import Deps
from milo_app.services.work import Work
from tests import builders

NUMBER = "+14155550123"
PLAN: dict[str, Any] = {
    "title": "Ward clerk",
    "stages": [
        {
            "kind": "sms",
            "enforce": True,
            "questions": [
                {
                    "id": "nights",
                    "kind": "yes_no",
                    "text": "Can you work nights?",
                    "dealbreaker": True,
                    "ideal": {"operator": "eq", "value": True},
                },
                {"id": "why", "kind": "long_text", "text": "Why this role?"},
                {"id": "shift", "kind": "single_choice", "text": "Which shift?", "options": ["Day", "Night"]},
                {"id": "years", "kind": "number", "text": "How many years of experience?", "unit": "years"},
            ],
        },
        {
            "kind": "voice",
            "questions": [{"id": "tell", "kind": "long_text", "text": "Tell us about a hard day."}],
        },
    ],
}
_ids = itertools.count(1)


@dataclass
class Phone:
    """One number. `say` sends a text and returns what came back to it, as the person would read it."""

    deps: Deps
    number: str = NUMBER
    seen: set[str] = field(default_factory=set[str])

    def say(self, body: str, *, id: str = "", settled: bool = True, media: int = 0) -> list[str]:
        """*settled*: enough time passes for an answer in parts to be whole."""
        message = self.send(body, id=id, media=media)
        if message is not None:
            texting.handle(self.deps, message.application_id or message.id, message.id)
        if settled:
            self.wait()
        return self.new()

    def send(self, body: str, *, id: str = "", media: int = 0) -> r.Message | None:
        """The webhook's part alone."""
        with self.deps.uow.write(SystemActor()) as uow:
            return texting.receive(
                uow,
                SystemActor(),
                provider="handset",
                provider_id=id or f"SM{next(_ids)}",
                sender=self.number,
                to=self.deps.instance.sms_sender,
                body=body,
                media=media,
            )

    def wait(self, minutes: float = 2) -> None:
        """Time passes, and what has come due is done."""
        assert isinstance(self.deps.clock, FixedClock)
        self.deps.clock.move(timedelta(minutes=minutes))
        with self.deps.uow.write(SystemActor()) as uow:
            due = [row for row in uow.later.due(uow.now, limit=100) if row.work == Work.SETTLE_TEXTS]
            for row in due:
                uow.later.save(r.Later(**{**row.__dict__, "done_at": uow.now}))
        for row in due:
            texting.settle(self.deps, *row.args)

    def new(self) -> list[str]:
        """What arrived since last looked at."""
        with self.deps.uow.read(SystemActor()) as uow:
            found = uow.messages.find(order="id", channel="sms", direction="out", to=self.number)
        fresh = [m for m in found if m.id not in self.seen and m.state is not r.MessageState.SUPPRESSED]
        self.seen |= {m.id for m in found}
        return [str(m.variables.get("text", m.kind)) for m in fresh]


def hire(deps: Deps, plan: dict[str, Any] | None = None, **interviewer: Any) -> r.Interviewer:
    """A role in a workspace of its own."""
    with deps.uow.write(SystemActor()) as uow:
        workspace = builders.create_workspace(uow)
        made, _ = builders.create_interviewer(uow, workspace, plan or PLAN, **interviewer)
    return made


def apply(
    deps: Deps, interviewer: r.Interviewer, *, code: str = "K7QF", begin: bool = True, **person: Any
) -> CandidateActor:
    """A candidate of *interviewer*; *begin*: they pressed Start and agreed, so that the first question is out."""
    with deps.uow.write(SystemActor()) as uow:
        workspace = uow.workspaces.get(interviewer.workspace_id)
        candidate = uow.candidates.first(workspace_id=workspace.id, phone=person.get("phone", NUMBER))
        candidate = candidate or builders.create_candidate(uow, workspace, **person)
        application = builders.create_application(uow, interviewer, candidate, short_code=code)
        actor = CandidateActor(
            workspace_id=workspace.id, application_id=application.id, candidate_id=candidate.id
        )
        if begin:
            applications.start(uow, SystemActor(), application_id=application.id)
    if begin:
        with deps.uow.write(SystemActor()) as uow:
            consents.agree(uow, actor, text_version=notices.interview("en").version)
    return actor


def application(deps: Deps, actor: CandidateActor) -> r.Application:
    with deps.uow.read(actor) as uow:
        return uow.applications.get(actor.application_id)


def answers(deps: Deps, actor: CandidateActor) -> dict[str, tuple[Any, bool]]:
    """The newest value of each answer, and whether it is confirmed."""
    with deps.uow.read(actor) as uow:
        return {
            a.question_id: (a.value, a.confirmed)
            for a in uow.answers.find(order="version", application_id=actor.application_id)
        }
