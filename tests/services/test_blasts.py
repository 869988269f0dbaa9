"""One message to many: what is shown before is what is sent, once each, and the rest can be called off."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from milo_app.adapters.clock import FixedClock
from milo_app.domain import policy as rules
from milo_app.domain import records as r
from milo_app.domain.actors import MemberActor, SystemActor
from milo_app.domain.errors import Conflict, Forbidden, Invalid, NotFound
from milo_app.services import blasts, delivery, policies, suppressions
from milo_app.services.ports import Deps
from tests import builders
from tests.services import begun


class Hall:
    """A workspace with as many candidates as a test asks for."""

    def __init__(self, deps: Deps) -> None:
        self.deps = deps
        with deps.uow.write(SystemActor()) as uow:
            self.workspace = builders.create_workspace(uow)
            member = builders.create_member(uow, self.workspace)
            self.interviewer, _ = builders.create_interviewer(
                uow, self.workspace, {"title": "Nurse", "stages": [begun.FORM_STAGE]}
            )
        self.actor = MemberActor(workspace_id=self.workspace.id, member_id=member.id, role=r.Role.RECRUITER)

    def person(self, state: str = "invited", **fields: Any) -> r.Application:
        with self.deps.uow.write(SystemActor()) as uow:
            candidate = builders.create_candidate(uow, self.workspace, **fields)
            return builders.create_application(
                uow, self.interviewer, candidate, state=r.ApplicationState(state)
            )

    def run(self, service: Any, actor: MemberActor | None = None, **arguments: Any) -> Any:
        actor = actor or self.actor
        with self.deps.uow.write(actor) as uow:
            return service(uow, actor, **arguments)

    def written(
        self, *people: r.Application, text: str = "Hi {first_name}, news: {link}", **more: Any
    ) -> dict:
        id = self.run(blasts.draft, application_ids=[p.id for p in people])
        given = {"channel": "email", "subject": "News on {role}", **more}
        return self.run(blasts.edit, blast_id=id, text=text, **given)

    def messages(self) -> list[r.Message]:
        with self.deps.uow.read(SystemActor()) as uow:
            return uow.messages.find(kind="blast", order="id")


@pytest.fixture
def hall(deps: Deps) -> Hall:
    return Hall(deps)


def test_what_is_shown_before_is_what_happens(hall: Hall) -> None:
    good = hall.person(name="Ana Ruiz")
    nobody = hall.person(email=None)
    gone = hall.person("withdrawn")
    erased = hall.person(erased_at=hall.deps.clock.now())
    bounced = hall.person(email="gone@example.com")
    with hall.deps.uow.write(SystemActor(workspace_id=hall.workspace.id)) as uow:
        uow.suppressions.add(
            r.Suppression(id=uow.new_id(), workspace_id=hall.workspace.id, channel="email",
                          address="gone@example.com", reason="bounce", at=uow.now)
        )  # fmt: skip
    shown = hall.written(good, nobody, gone, erased, bounced)
    assert (shown["chosen"], shown["gets"]) == (5, 1)
    reasons = {one["reason"]: one["n"] for one in shown["skipped"]}
    assert reasons == {
        "No email address.": 1,
        "They have withdrawn.": 1,
        "Their data was erased.": 1,
        "Email to this address came back before.": 1,
    }
    hall.run(blasts.send, blast_id=shown["id"], count=1)
    blasts.step(hall.deps, shown["id"], "1")
    (message,) = hall.messages()
    assert message.application_id == good.id
    assert delivery.deliver(hall.deps, message.id) == "sent"
    mail = hall.deps.email.entries()[-1]  # type: ignore[attr-defined]
    assert mail["subject"] == "News on Nurse" and "Hi Ana, news: http" in mail["text"]
    done = hall.run(blasts.read, blast_id=shown["id"])
    assert (done["state"], done["queued"], done["skipped"]) == ("sent", 1, 4)
    assert {row["result"] for row in done["recipients"]} == {"Sent", "Skipped"}


def test_texts_go_only_to_those_who_agreed_and_say_how_to_end_them(hall: Hall) -> None:
    yes = hall.person(phone="+14155550101")
    no = hall.person(phone="+14155550102", sms_consent=False)
    stopped = hall.person(phone="+14155550103")
    with hall.deps.uow.write(SystemActor(workspace_id=hall.workspace.id)) as uow:
        suppressions.stop(uow, "+14155550103")
    shown = hall.written(yes, no, stopped, channel="sms", text="{company}: come by. {link}")
    assert shown["text"].endswith("Reply STOP to opt out.") and shown["parts"] >= 1
    assert shown["gets"] == 1
    assert {one["reason"] for one in shown["skipped"]} == {
        "They have not agreed to texts.",
        "They asked not to be texted.",
    }
    hall.run(blasts.send, blast_id=shown["id"], count=1)
    blasts.step(hall.deps, shown["id"], "1")
    assert [m.to for m in hall.messages()] == ["+14155550101"]


def test_the_number_must_be_the_one_that_was_shown(hall: Hall) -> None:
    people = [hall.person(), hall.person()]
    shown = hall.written(*people)
    with pytest.raises(Conflict, match="2 would get it by now, not 3"):
        hall.run(blasts.send, blast_id=shown["id"], count=3)
    hall.run(blasts.send, blast_id=shown["id"], count=2)
    with pytest.raises(Conflict):
        hall.run(blasts.send, blast_id=shown["id"], count=2)


def test_the_cooldown_holds_for_a_second_message_and_one_person_gets_it_once(hall: Hall) -> None:
    first = hall.person()
    with hall.deps.uow.write(SystemActor()) as uow:
        other, _ = builders.create_interviewer(uow, hall.workspace, {"title": "Chef", "stages": []})
        again = builders.create_application(uow, other, uow.candidates.get(first.candidate_id))
    shown = hall.written(first, again)
    assert shown["gets"] == 1 and "list already" in shown["skipped"][0]["reason"]
    hall.run(blasts.send, blast_id=shown["id"], count=1)
    blasts.step(hall.deps, shown["id"], "1")
    second = hall.written(first)
    assert second["gets"] == 0 and "last 12 hours" in second["skipped"][0]["reason"]


def test_a_repeat_after_a_crash_writes_to_nobody_twice_and_the_pace_is_kept(
    hall: Hall, clock: FixedClock
) -> None:
    with hall.deps.uow.write(SystemActor()) as uow:
        workspace = uow.workspaces.get(hall.workspace.id)
        slow = replace(policies.of(workspace), per_minute=50)
        uow.workspaces.save(replace(workspace, policy=rules.to_data(slow)))
    people = [hall.person() for _ in range(60)]
    shown = hall.written(*people)
    hall.run(blasts.send, blast_id=shown["id"], count=60)
    blasts.step(hall.deps, shown["id"], "1")
    assert 40 <= len(hall.messages()) < 60
    with hall.deps.uow.read(SystemActor()) as uow:
        (later,) = uow.later.due(clock.at + timedelta(minutes=2), limit=10)
    assert later.args == (shown["id"], "2")
    for number in ("1", "2", "2"):
        blasts.step(hall.deps, shown["id"], number)
    reached = [m.application_id for m in hall.messages()]
    assert len(reached) == 60 and len(set(reached)) == 60
    assert hall.run(blasts.read, blast_id=shown["id"])["state"] == "sent"


def test_calling_off_stops_the_waiting_and_the_queued(hall: Hall) -> None:
    shown = hall.written(*[hall.person() for _ in range(3)])
    hall.run(blasts.send, blast_id=shown["id"], count=3)
    assert hall.run(blasts.cancel, blast_id=shown["id"]) == 3
    blasts.step(hall.deps, shown["id"], "1")
    assert hall.messages() == []
    other = hall.written(hall.person())
    hall.run(blasts.send, blast_id=other["id"], count=1)
    with hall.deps.uow.write(SystemActor()) as uow:
        uow.blasts.save(replace(uow.blasts.get(other["id"]), state="sending"))
    blasts.step(hall.deps, other["id"], "1")
    with hall.deps.uow.write(SystemActor()) as uow:
        uow.blasts.save(replace(uow.blasts.get(other["id"]), state="cancelled"))
    (message,) = hall.messages()
    assert delivery.deliver(hall.deps, message.id) == "suppressed"


def test_whoever_stops_between_confirming_and_sending_gets_nothing(hall: Hall) -> None:
    person = hall.person()
    shown = hall.written(person)
    hall.run(blasts.send, blast_id=shown["id"], count=1)
    with hall.deps.uow.write(SystemActor()) as uow:
        uow.applications.save(replace(uow.applications.get(person.id), state=r.ApplicationState.WITHDRAWN))
    blasts.step(hall.deps, shown["id"], "1")
    assert hall.messages() == []


def test_a_filter_chooses_and_the_words_are_checked(hall: Hall) -> None:
    hall.person()
    hall.person("completed")
    id = hall.run(blasts.draft, filters={"interviewer_id": hall.interviewer.id, "state": "invited"})
    assert hall.run(blasts.read, blast_id=id)["chosen"] == 1
    for text in ("", "Hello {salary}", "x" * 9000):
        with pytest.raises(Invalid):
            hall.run(blasts.edit, blast_id=id, channel="email", subject="S", text=text)


def test_viewers_and_strangers_write_to_nobody(hall: Hall, deps: Deps) -> None:
    shown = hall.written(hall.person())
    other = Hall(deps)
    for service, more in ((blasts.read, {}), (blasts.send, {"count": 1}), (blasts.cancel, {})):
        with pytest.raises(NotFound):
            other.run(service, blast_id=shown["id"], **more)
    viewer = replace(hall.actor, role=r.Role.VIEWER)
    with pytest.raises(Forbidden):
        hall.run(blasts.send, viewer, blast_id=shown["id"], count=1)
    stolen = other.run(blasts.draft, application_ids=[hall.person().id])
    assert other.run(blasts.read, blast_id=stolen)["chosen"] == 0
