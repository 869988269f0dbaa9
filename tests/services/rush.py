"""Many at the same moment: what must hold on every database, run on SQLite and, where there is one, on PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from milo_app.domain import records as r
from milo_app.domain.actors import SystemActor
from milo_app.domain.errors import Conflict
from milo_app.services import csv_intake, delivery, delivery_status, invitations, texting
from milo_app.services.ports import Deps, Sent
from tests import builders
from tests.outside import plans


def at_once(jobs: Sequence[Callable[[], Any]]) -> None:
    """Run every job on a thread of its own, all from the same moment on; the first error is raised."""
    ready, failed = threading.Barrier(len(jobs)), list[BaseException]()

    def one(job: Callable[[], Any]) -> None:
        ready.wait(20)
        try:
            job()
        except BaseException as problem:
            failed.append(problem)

    threads = [threading.Thread(target=one, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if failed:
        raise failed[0]


def role(deps: Deps) -> r.Interviewer:
    with deps.uow.write(SystemActor()) as uow:
        return builders.create_interviewer(uow, builders.create_workspace(uow), plans.plan("form", "sms"))[0]


def imports(deps: Deps) -> None:
    """The same people imported many times, and invited by hand meanwhile, are each one and hear once by each channel."""
    interviewer = role(deps)
    tail = interviewer.id[-6:]
    people = [f"Ana {n},ana{n}.{tail}@example.com,+1415555{2000 + n},yes" for n in range(5)]
    # The other way round in every second file, so that two of them meet half-way.
    files = ["\n".join(("name,email,phone,sms_consent", *people[:: 1 if n % 2 else -1])) for n in range(6)]
    actor = SystemActor(workspace_id=interviewer.workspace_id)

    def click() -> None:
        with deps.uow.write(actor) as uow:
            for application in uow.applications.find(interviewer_id=interviewer.id):
                invitations.invite(uow, actor, application_id=application.id)

    def bring(file: str) -> Callable[[], Any]:
        return lambda: csv_intake.ingest_all(deps, actor, interviewer_id=interviewer.id, text=file)

    at_once([*map(bring, files), click, click])
    with deps.uow.read(actor) as uow:
        applications = uow.applications.find(interviewer_id=interviewer.id)
        sent = uow.messages.find(kind="invitation", application_id=[one.id for one in applications])
        assert len(uow.candidates.find()) == len(applications) == 5
    assert len(sent) == 10 and len({(m.application_id, m.channel) for m in sent}) == 10


def texts(deps: Deps) -> None:
    """One text, of which Twilio tells many times at once, is kept once."""
    interviewer = role(deps)
    with deps.uow.write(SystemActor()) as uow:
        phone = f"+1415555{interviewer.id[-4:]}" if interviewer.id[-4:].isdigit() else "+14155553123"
        candidate = builders.create_candidate(
            uow, uow.workspaces.get(interviewer.workspace_id), phone=phone, email=None
        )
        builders.create_application(uow, interviewer, candidate)
    text = {"provider": "twilio", "provider_id": f"SM{interviewer.id}", "sender": phone, "to": "+15005550006"}

    def take() -> None:
        for _ in range(2):
            try:
                with deps.uow.write(SystemActor()) as uow:
                    texting.receive(uow, SystemActor(), body="hello", **text)
                return
            except Conflict:
                continue

    at_once([take] * 6)
    with deps.uow.read(SystemActor()) as uow:
        assert uow.messages.count(provider_id=text["provider_id"], direction="in") == 1


def words(deps: Deps) -> None:
    """Twilio tells what became of a text while we still save that it was sent: it ends delivered, whoever is first."""
    interviewer = role(deps)
    with deps.uow.write(SystemActor()) as uow:
        application = builders.create_application(uow, interviewer)
        ids = [_text(uow, application) for _ in range(6)]

    calls: list[threading.Thread] = []

    class Quick:
        """A provider that calls back before it answers."""

        name, idempotent = "twilio", False

        def send(self, *, to: str, sender: str, body: str, key: str) -> Sent:
            calls.append(threading.Thread(target=_tell, args=(deps, key)))
            calls[-1].start()
            return Sent(provider=self.name, provider_id=f"SM{key}")

    quick = replace(deps, sms=Quick())  # type: ignore[arg-type]
    at_once([lambda id=id: delivery.deliver(quick, id) for id in ids])
    for call in calls:
        call.join(60)
    with deps.uow.read(SystemActor()) as uow:
        assert {str(uow.messages.get(id).state) for id in ids} == {"delivered"}


def _text(uow: Any, application: r.Application) -> str:
    return invitations.queue(
        uow,
        SystemActor(),
        application=application,
        kind="interview",
        template="interview",
        variables={"text": "Do you hold a licence?"},
        channels=["sms"],
        dedupe=uow.new_id(),
        now_ok=True,
    )[0].id


def _tell(deps: Deps, key: str) -> None:
    def word(status: str) -> Callable[[], Any]:
        def say() -> None:
            with deps.uow.write(SystemActor()) as uow:
                told = {"provider": "twilio", "provider_id": f"SM{key}", "message_id": key}
                delivery_status.note(uow, SystemActor(), status=status, **told)

        return say

    at_once([word(status) for status in ("delivered", "queued", "sent")])
