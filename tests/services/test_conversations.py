"""The browser and text messages drive the same engine; nothing is lost, doubled or asked twice."""

from __future__ import annotations

from typing import Any

from milo_app.domain import consent as notices
from milo_app.domain import records as r
from milo_app.domain.actors import CandidateActor, SystemActor
from milo_app.services import applications, consents, interviews, texting
from milo_app.services.ports import Deps
from tests import builders

PHONE = "+14155550123"
SMS: dict[str, Any] = {
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
                {"id": "years", "kind": "number", "text": "How many years of experience?", "unit": "years"},
                {"id": "why", "kind": "long_text", "text": "Why this role?"},
            ],
        },
        {
            "kind": "voice",
            "questions": [{"id": "tell", "kind": "long_text", "text": "Tell us about a hard day."}],
        },
    ],
}


def begin(deps: Deps, *, phone: str = PHONE) -> CandidateActor:
    """A candidate at the stage by text, who agreed to texts."""
    with deps.uow.write(SystemActor()) as uow:
        workspace = builders.create_workspace(uow)
        interviewer, _ = builders.create_interviewer(uow, workspace, SMS)
        person = builders.create_candidate(uow, workspace, phone=phone)
        application = builders.create_application(uow, interviewer, person)
        applications.start(uow, SystemActor(), application_id=application.id)
        actor = CandidateActor(
            workspace_id=workspace.id, application_id=application.id, candidate_id=application.candidate_id
        )
        consents.agree(uow, actor, text_version=notices.interview("en").version)
    return actor


def text(deps: Deps, body: str, id: str = "") -> r.Message | None:
    """A text arrives and its work is done, as the workflow does it."""
    with deps.uow.write(SystemActor()) as uow:
        message = texting.receive(
            uow,
            SystemActor(),
            provider="local",
            provider_id=id or f"in-{body}",
            sender=PHONE,
            to="+15550100000",
            body=body,
        )
    if message is not None and message.application_id:
        texting.handle(deps, message.application_id, message.id)
        texting.settle(deps, message.application_id, message.id)
    return message


def outbox(deps: Deps) -> list[str]:
    with deps.uow.read(SystemActor()) as uow:
        return [
            str(m.variables.get("text", ""))
            for m in uow.messages.find(order="id", direction="out", kind="interview")
        ]


class TestByText:
    def test_the_first_question_goes_out_when_the_stage_opens(self, deps: Deps) -> None:
        begin(deps)
        assert len(outbox(deps)) == 1 and "nights" in outbox(deps)[0]

    def test_the_whole_stage_by_text(self, deps: Deps) -> None:
        """Numbers, words and a read-back lead to a stage handed in and the next one open."""
        actor = begin(deps)
        for n, body in enumerate(["1", "three years", "I like order on a busy ward.", "1"]):
            text(deps, body, id=f"m{n}")
        with deps.uow.read(actor) as uow:
            application = uow.applications.get(actor.application_id)
            answers = {a.question_id: (a.value, a.confirmed) for a in uow.answers.find(order="version")}
        assert answers["nights"] == (True, True)
        assert answers["years"] == (3, True)
        assert application.stage == "voice"

    def test_a_text_that_comes_twice_is_answered_once(self, deps: Deps) -> None:
        begin(deps)
        text(deps, "1", id="same")
        sent = outbox(deps)
        text(deps, "1", id="same")
        assert outbox(deps) == sent

    def test_a_confirmed_dealbreaker_stops_after_the_read_back(self, deps: Deps) -> None:
        actor = begin(deps)
        for n, body in enumerate(["2", "3", "I like it."]):
            text(deps, body, id=f"m{n}")
        with deps.uow.read(actor) as uow:
            assert uow.applications.get(actor.application_id).state is r.ApplicationState.IN_PROGRESS
        text(deps, "1", id="confirm")
        with deps.uow.read(actor) as uow:
            application = uow.applications.get(actor.application_id)
        assert application.state is r.ApplicationState.DISQUALIFIED
        assert application.stopped_by is not None and application.stopped_by["question_id"] == "nights"

    def test_stop_ends_the_texts_and_nothing_else(self, deps: Deps) -> None:
        """STOP is never a withdrawal; the same questions wait on the web."""
        actor = begin(deps)
        text(deps, "please stop texting me", id="stop")
        with deps.uow.read(actor) as uow:
            assert uow.suppressions.first(address=PHONE) is not None
            assert uow.applications.get(actor.application_id).state is r.ApplicationState.IN_PROGRESS
            talk = interviews.conversation(uow, actor, stage="sms")
        assert talk.question is not None and talk.question["id"] == "nights"


class TestInTheBrowser:
    def turn(self, deps: Deps, actor: CandidateActor, key: str, **said: Any) -> interviews.Conversation:
        with deps.uow.write(actor) as uow:
            return interviews.take_turn(uow, actor, stage="sms", key=key, **said)

    def test_text_and_web_can_be_mixed(self, deps: Deps) -> None:
        actor = begin(deps)
        text(deps, "1", id="m1")
        talk = self.turn(deps, actor, "web-key-1", text="4")
        assert talk.question is not None and talk.question["id"] == "why"
        assert [t["channel"] for t in talk.turns if t["speaker"] == "candidate"] == ["sms", "web"]

    def test_a_repeated_turn_changes_nothing(self, deps: Deps) -> None:
        actor = begin(deps)
        first = self.turn(deps, actor, "web-key-1", value=True)
        assert self.turn(deps, actor, "web-key-1", value=True) == first

    def test_late_words_for_a_question_that_has_passed_change_nothing(self, deps: Deps) -> None:
        """Two tabs: the slower one's answer is not taken for the next question."""
        actor = begin(deps)
        first = self.turn(deps, actor, "web-key-1", value=True, question_id="nights")
        assert self.turn(deps, actor, "web-key-2", value=False, question_id="nights") == first

    def test_buttons_speak_for_themselves(self, deps: Deps) -> None:
        actor = begin(deps)
        talk = self.turn(deps, actor, "web-key-1", event="human")
        with deps.uow.read(actor) as uow:
            assert uow.requests.first(kind="no_ai") is not None
        assert talk.question is not None and talk.question["id"] == "nights"

    def test_an_answer_is_given_once_more_and_both_are_kept(self, deps: Deps) -> None:
        actor = begin(deps)
        self.turn(deps, actor, "web-key-1", value=False, question_id="nights")
        talk = self.turn(deps, actor, "web-key-2", event="again_last", question_id="years")
        assert talk.question is not None and talk.question["id"] == "nights"
        assert not talk.last_again
        talk = self.turn(deps, actor, "web-key-3", value=True, question_id="nights")
        assert talk.question is not None and talk.question["id"] == "years"
        with deps.uow.read(actor) as uow:
            kept = uow.answers.find(order="version", question_id="nights")
        assert [answer.value for answer in kept] == [False, True]

    def test_another_device_takes_over_and_the_first_can_tell(self, deps: Deps) -> None:
        actor = begin(deps)
        with deps.uow.write(actor) as uow:
            interviews.begin(uow, actor, stage="sms", device="desktop")
            interviews.begin(uow, actor, stage="sms", device="phone")
            assert interviews.conversation(uow, actor, stage="sms").device == "phone"
