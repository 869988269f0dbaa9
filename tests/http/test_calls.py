"""Calls from their asking to their end: the real line over a real WebSocket, with a telephone service that breaks,
repeats itself, comes late and forges."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
import uvicorn
from pydantic import SecretStr
from websockets.exceptions import InvalidStatus

from milo_app import bootstrap, config
from milo_app.adapters.clock import FixedClock
from milo_app.domain import consent as notices
from milo_app.domain import records as r
from milo_app.domain.actors import CandidateActor, SystemActor
from milo_app.domain.errors import Conflict, Invalid
from milo_app.http.relay import Pace
from milo_app.http.routes import build_http
from milo_app.services import applications, call_recordings, calls, consents, interviews, texting, timeline
from milo_app.services.ports import Deps, OutgoingCall, SendFailed, Sent
from tests import builders
from tests.doubles.relay import Phone, TelephoneService, Told

NUMBER = "+14155550123"
QUESTIONS: list[dict[str, Any]] = [
    {"id": "why", "kind": "long_text", "text": "Why this role?"},
    {"id": "nights", "kind": "yes_no", "text": "Can you work nights?", "dealbreaker": True,
     "ideal": {"operator": "eq", "value": True}},
    {"id": "shift", "kind": "single_choice", "text": "Which shift suits you?", "options": ["Early", "Late", "Night"]},
    {"id": "years", "kind": "number", "text": "How many years of experience?", "unit": "years"},
    {"id": "story", "kind": "long_text", "text": "Tell me about a hard day."},
]  # fmt: skip


@dataclass
class Line:
    """A candidate at a conversation, and the telephone service that calls them."""

    deps: Deps
    actor: CandidateActor
    service: TelephoneService
    url: str

    def asked(self, **more: Any) -> r.Message:
        """The candidate asks for a call, and the work of placing it is done."""
        with self.deps.uow.write(self.actor) as uow:
            calls.ask(uow, self.actor, key=f"key-{uow.new_id()}", **more)
        call = self.calls()[-1]
        calls.place(self.deps, call.id)
        return self.call(call.id)

    def answered(self, call: r.Message | None = None) -> Phone:
        """They pick up."""
        call = call or self.asked()
        return self.service.answer(str(call.provider_id), self.at(call))

    def agreed(self) -> Phone:
        """They pick up, and say yes to what they are told."""
        phone = self.answered()
        assert "AI interviewer" in phone.hears()
        phone.says("Yes, that is fine")
        return phone

    def at(self, call: r.Message, what: str = "") -> str:
        return f"{self.url}/webhooks/twilio/voice{what}?call={call.id}"

    def calls(self) -> list[r.Message]:
        return self.messages(channel=r.Channel.CALL)

    def call(self, id: str) -> r.Message:
        return next(call for call in self.calls() if call.id == id)

    def messages(self, **equals: Any) -> list[r.Message]:
        with self.deps.uow.read(SystemActor()) as uow:
            return uow.messages.find(application_id=self.actor.application_id, **equals)

    def turns(self) -> list[r.Turn]:
        with self.deps.uow.read(SystemActor()) as uow:
            return uow.turns.find(order="seq", application_id=self.actor.application_id)

    def ours(self) -> list[tuple[str, str]]:
        return [(t.action, t.text) for t in self.turns() if t.speaker is r.Speaker.INTERVIEWER]

    def theirs(self) -> list[str]:
        return [t.text for t in self.turns() if t.speaker is r.Speaker.CANDIDATE]

    def answer(self, question: str) -> r.Answer | None:
        with self.deps.uow.read(SystemActor()) as uow:
            return uow.answers.first(
                order="-version", application_id=self.actor.application_id, question_id=question
            )

    def stage(self) -> r.ApplicationStage:
        with self.deps.uow.read(SystemActor()) as uow:
            found = uow.stages.first(application_id=self.actor.application_id)
        assert found is not None
        return found


def until(fact: Callable[[], Any]) -> Any:
    """Wait until *fact* is true, as what another thread does becomes seen."""
    end = time.monotonic() + 20
    while not (value := fact()):
        assert time.monotonic() < end, "It did not come to that."
        time.sleep(0.02)
    return value


def candidate(deps: Deps, *, questions: list[dict[str, Any]] | None = None, **stage: Any) -> CandidateActor:
    plan = {
        "title": "Ward clerk",
        "stages": [
            {"kind": "voice", "phone": True, "minutes": 10, "questions": questions or QUESTIONS, **stage}
        ],
    }
    with deps.uow.write(SystemActor()) as uow:
        workspace = builders.create_workspace(uow)
        interviewer, _ = builders.create_interviewer(uow, workspace, plan)
        person = builders.create_candidate(uow, workspace, phone=NUMBER)
        code = ("ADK4", "MPT7")[uow.applications.count()]
        application = builders.create_application(uow, interviewer, person, short_code=code)
        applications.start(uow, SystemActor(), application_id=application.id)
        actor = CandidateActor(
            workspace_id=workspace.id, application_id=application.id, candidate_id=application.candidate_id
        )
        consents.agree(uow, actor, text_version=notices.interview("en").version)
    return actor


QUICK = Pace(setup=5, silence=60, rest=60, keys=0.3, tick=60, doubled=0.5, grace=0.05, letters=100_000)


@pytest.fixture
def pace() -> Pace:
    """No wait for speech to end, and no silence, unless a test is about it."""
    return QUICK


@pytest.fixture
def settings(settings: config.Settings) -> config.Settings:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return settings.model_copy(update={"public_url": f"http://127.0.0.1:{port}", "port": port})


@pytest.fixture
def line(deps: Deps, settings: config.Settings, pace: Pace) -> Iterator[Line]:
    app = build_http(deps, settings, [])
    app.state.pace = pace
    server = uvicorn.Server(uvicorn.Config(app, port=settings.port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started)
    service = TelephoneService(settings.public_url, key=deps.phone.signing_key)
    yield Line(deps, candidate(deps), service, settings.public_url)
    service.close()
    server.should_exit = True
    thread.join(20)


# --- The whole way ----------------------------------------------------------------------------------------------------


def test_a_whole_interview_by_phone_with_words_and_keys(line: Line) -> None:
    phone = line.answered()
    assert phone.told.relay == line.url.replace("http", "ws") + "/ws/twilio/relay"
    hello = phone.hears()
    # Who calls, for whom, that it is a machine, and what is kept, before anything else.
    assert "Casey" in hello and "Acme Care" in hello and "AI interviewer" in hello and "written down" in hello
    assert line.turns() == []
    phone.says("Sure, go ahead")
    assert "Why this role?" in phone.hears()
    phone.says("Because I like helping people.")
    assert "press 1 for yes" in phone.hears_until("Can you work nights?")
    phone.presses("1")
    assert "2: Late" in phone.hears_until("Which shift suits you?")
    phone.presses("2")
    phone.hears_until("How many years of experience?")
    phone.presses("12#")
    phone.hears_until("Tell me about a hard day.")
    phone.says("We were two people short.")
    phone.hears_until("That was my last question.")
    phone.waits_for_end()
    assert line.answer("nights").value is True  # type: ignore[union-attr]
    assert line.answer("nights").confirmed  # type: ignore[union-attr]
    assert (line.answer("shift").value, line.answer("years").value) == ("Late", 12)  # type: ignore[union-attr]
    assert line.stage().state is not r.StageState.OPEN
    assert {t.channel for t in line.turns()} == {"phone"}
    # What comes after the end: hang up, and no offer of another call.
    call = line.calls()[0]
    told = line.service.ask(
        line.at(call, "/end"), CallSid=phone.sid, CallStatus="in-progress", SessionStatus="ended"
    )
    assert told.hang_up
    assert line.service.tell(line.at(call, "/status"), "completed", phone.sid, CallDuration="185") == 204
    assert line.call(call.id).body == "Talked for 3 min 05 s."
    assert line.messages(kind="call_again") == []


def test_refused_consent_keeps_nothing_and_ends_the_call(line: Line) -> None:
    phone = line.answered()
    phone.hears()
    phone.says("Hmm what")
    assert "clear answer" in phone.hears()
    phone.presses("2")
    assert "nothing is kept" in phone.hears()
    assert phone.waits_for_end()["handoffData"] == '{"reason": "refused"}'
    assert line.turns() == []
    with line.deps.uow.read(SystemActor()) as uow:
        kept = uow.consents.find(application_id=line.actor.application_id, kind="call")
    assert [consent.given for consent in kept] == [False]


@pytest.mark.parametrize("pace", [replace(QUICK, silence=0.2)])
def test_where_nobody_speaks_nothing_is_agreed_and_nothing_refused(line: Line) -> None:
    phone = line.answered()
    phone.hears()
    assert "clear answer" in phone.hears()
    phone.waits_for_end()
    with line.deps.uow.read(SystemActor()) as uow:
        assert uow.consents.find(application_id=line.actor.application_id, kind="call") == []
    assert [m.variables["why"] for m in line.messages(kind="call_again")] == ["no_answer"]


def test_a_wrong_number_is_never_called_again(line: Line) -> None:
    phone = line.answered()
    phone.hears()
    phone.says("You have the wrong number")
    assert "not call this number again" in phone.hears()
    phone.waits_for_end()
    line.service.tell(line.at(line.calls()[0], "/status"), "completed", phone.sid)
    assert line.messages(kind="call_again") == []
    with pytest.raises(Invalid), line.deps.uow.write(line.actor) as uow:
        calls.ask(uow, line.actor, key="once-more")


# --- Breaking in, dropping, coming back -------------------------------------------------------------------------------


def test_what_was_broken_off_is_kept_as_far_as_it_was_heard(line: Line) -> None:
    phone = line.agreed()
    phone.hears_until("Why this role?")
    phone.says("I like people.")
    assert phone.hears() == "Thank you. Can you work nights? Say yes or no, or press 1 for yes, 2 for no."
    phone.breaks_in("Thank you can you work ni")
    until(lambda: line.ours()[-1] == ("ask", "Can you work nights?"))
    assert line.turns()[-1].value["whole"].endswith("2 for no.")
    phone.says("Yes")
    assert "Which shift" in phone.hears_until("Which shift")


def test_words_after_an_unheard_question_belong_to_the_answer_before(line: Line) -> None:
    phone = line.agreed()
    phone.hears_until("Why this role?")
    phone.says("I like people.")
    phone.hears_until("Can you work nights?")
    # The caller goes on talking over our "Thank you": the question was never heard.
    phone.breaks_in("Thank")
    phone.says("And the hospital is near.")
    assert "Can you work nights?" in phone.hears_until("Can you work nights?")
    asked = [text for action, text in line.ours() if action == "ask"]
    assert len([text for text in asked if "nights" in text]) == 1
    assert line.answer("why").value == "I like people.\nAnd the hospital is near."  # type: ignore[union-attr]
    assert line.answer("nights") is None


def test_word_of_breaking_in_that_comes_late_changes_only_the_text(line: Line) -> None:
    phone = line.agreed()
    phone.hears_until("Why this role?")
    phone.says("I like people.")
    phone.hears_until("Can you work nights?")
    phone.says("Yes")
    phone.hears_until("Which shift")
    phone.breaks_in("Thank you. Can you work")
    phone.presses("3")
    phone.hears_until("How many years")
    nights = next(t for t in line.turns() if t.question_id == "nights" and t.action == "ask")
    assert nights.text == "Can you work"
    assert line.answer("shift").value == "Night"  # type: ignore[union-attr]


def test_a_dropped_line_goes_on_at_the_same_question_in_the_same_call(line: Line) -> None:
    phone = line.agreed()
    phone.hears_until("Why this role?")
    phone.says("I like people.")
    phone.hears_until("Can you work nights?")
    phone.drops()
    told = line.service.ask(
        phone.told.end, CallSid=phone.sid, CallStatus="in-progress", SessionStatus="failed"
    )
    # The line of before is good for nothing now, and the new one only once.
    assert line.service.line(phone.told, phone.sid).closed() == 1008
    again = line.service.line(told, phone.sid)
    assert again.hears().startswith("Let us go on where we were. Can you work nights?")
    assert line.service.line(told, phone.sid).closed() == 1008
    again.presses("1")
    again.hears_until("Which shift")
    assert [t.question_id for t in line.turns() if t.action == "ask"] == ["why", "nights", "shift"]


def test_a_dropped_call_is_offered_once_more_and_resumed_by_whichever_way(
    line: Line, clock: FixedClock
) -> None:
    phone = line.agreed()
    phone.hears_until("Why this role?")
    phone.says("I like people.")
    phone.hears_until("Can you work nights?")
    phone.drops()
    call = line.calls()[0]
    for _ in range(3):
        line.service.tell(line.at(call, "/status"), "completed", phone.sid, CallDuration="40")
    offered = line.messages(kind="call_again")
    assert [(m.channel, m.variables["why"]) for m in offered] == [(r.Channel.SMS, "dropped")]
    assert "Reply CALL" in line.deps.renderer.sms(
        offered[0].template, {**offered[0].variables, "link": "https://x"}
    )
    # A day later, from the browser: the same question is open.
    clock.move(timedelta(days=1))
    with line.deps.uow.write(line.actor) as uow:
        talk = interviews.take_turn(
            uow, line.actor, stage="voice", key="in-browser", question_id="nights", value=True
        )
    assert talk.question is not None and talk.question["id"] == "shift"
    # And by phone again: consent anew, then the question that is open now, at no cost of time.
    clock.move(timedelta(minutes=20))
    phone = line.agreed()
    heard = phone.hears_until("Which shift")
    assert heard.startswith("Let us go on where we were.")
    with line.deps.uow.read(line.actor) as uow:
        left = interviews.conversation(uow, line.actor, stage="voice").remaining_s
    assert left == talk.remaining_s
    assert [t.channel for t in line.turns() if t.speaker is r.Speaker.CANDIDATE] == ["phone", "web"]


def test_a_call_whose_end_nobody_told_does_not_bar_the_next(line: Line, clock: FixedClock) -> None:
    phone = line.agreed()
    phone.hears_until("Why this role?")
    # While something is heard of it, it is the one that is under way, however long it takes.
    for words in ("I like people.", "Yes", "Late"):
        clock.move(timedelta(minutes=2))
        phone.says(words)
        phone.hears()
    line.asked()
    assert len(line.calls()) == 1
    phone.drops()
    clock.move(timedelta(minutes=6))
    assert line.asked().id != line.calls()[0].id


@pytest.mark.parametrize("pace", [replace(QUICK, silence=0.3, tick=0.2)])
def test_a_silent_caller_is_asked_once_and_then_led_on(line: Line) -> None:
    phone = line.agreed()
    phone.hears_until("Why this role?")
    phone.hears_until("Are you still there?")
    phone.hears_until("Can you work nights?")
    actions = [action for action, _ in line.ours()]
    assert actions.count("prompt") == 1
    phone.drops()


@pytest.mark.parametrize("pace", [replace(QUICK, silence=0.3)])
def test_a_question_that_was_broken_off_and_not_answered_is_said_anew(line: Line) -> None:
    phone = line.agreed()
    phone.hears_until("Why this role?")
    phone.breaks_in("")
    assert "Why this role?" in phone.hears_until("Why this role?")
    assert [action for action, _ in line.ours()].count("prompt") == 0
    phone.drops()


@pytest.mark.parametrize("pace", [replace(QUICK, rest=0.3)])
def test_a_break_that_lasts_ends_the_call_kindly(line: Line) -> None:
    phone = line.agreed()
    phone.hears_until("Why this role?")
    phone.says("I need a break")
    assert "take a break" in phone.hears()
    assert "Everything is saved" in phone.hears()
    phone.waits_for_end()
    assert [m.variables["why"] for m in line.messages(kind="call_again")] == ["paused"]
    line.service.tell(line.at(line.calls()[0], "/status"), "completed", phone.sid)
    assert len(line.messages(kind="call_again")) == 1


def test_wishes_on_the_phone_a_person_and_a_repeat(line: Line) -> None:
    phone = line.agreed()
    phone.hears_until("Why this role?")
    phone.presses("*")
    assert phone.hears() == "Sure. Why this role?"
    phone.says("Can I talk to a human please")
    assert "the team will see it" in phone.hears()
    phone.presses("0")
    assert "the team will see it" in phone.hears()
    phone.presses("7")
    assert "means nothing" in phone.hears()
    with line.deps.uow.read(SystemActor()) as uow:
        assert len(uow.requests.find(application_id=line.actor.application_id, kind="no_ai")) == 1
    phone.says("I like people.")
    phone.hears_until("Can you work nights?")


@pytest.mark.parametrize("pace", [replace(QUICK, tick=0.1, silence=60)])
def test_the_clock_ends_the_talk_with_a_goodbye(line: Line, clock: FixedClock) -> None:
    phone = line.agreed()
    phone.hears_until("Why this role?")
    for wish in ("repeat that", "say that again", "what was the question", "come again"):
        clock.move(timedelta(minutes=4, seconds=30))
        phone.says(wish)
        if "all the time" in phone.hears():
            break
    phone.waits_for_end()
    assert line.stage().data["closed"] == "time"


def text(line: Line, body: str) -> str:
    """They text us, and the work is done. Returns what is texted back."""
    with line.deps.uow.write(SystemActor()) as uow:
        message = texting.receive(
            uow,
            SystemActor(),
            provider="local",
            provider_id=f"SM{uow.new_id()}",
            sender=NUMBER,
            to="+15550100000",
            body=body,
        )
    assert message is not None
    texting.handle(line.deps, line.actor.application_id, message.id)
    texting.settle(line.deps, line.actor.application_id, message.id)
    reply = next(m for m in line.messages(direction="out") if m.variables.get("in_reply_to") == message.id)
    return str(reply.variables["text"])


def test_begun_in_the_browser_continued_by_phone_finished_by_text(line: Line) -> None:
    with line.deps.uow.write(line.actor) as uow:
        interviews.begin(uow, line.actor, stage="voice")
        interviews.take_turn(uow, line.actor, stage="voice", key="in-the-browser", text="I like people.")
    assert "calling you now" in text(line, "Call me please")
    call = line.calls()[-1]
    calls.place(line.deps, call.id)
    phone = line.answered(line.call(call.id))
    phone.hears()
    phone.says("Yes")
    assert phone.hears().startswith("Let us go on where we were. Can you work nights?")
    phone.presses("1")
    phone.hears_until("Which shift")
    phone.says("Night")
    phone.hears_until("How many years")
    phone.drops()
    line.service.tell(line.at(call, "/status"), "completed", phone.sid)
    assert "How many years of experience?" in text(line, "TEXT")
    assert "Tell me about a hard day." in text(line, "4")
    said = text(line, "We were two people short.")
    assert "You said" in said and "Night" in said
    text(line, "1")
    assert line.stage().state is not r.StageState.OPEN
    # One transcript, each question once, each way in its place.
    asked = [t.question_id for t in line.turns() if t.action == "ask"]
    assert asked == ["why", "nights", "shift", "years", "story"]
    channels = [t.channel for t in line.turns() if t.speaker is r.Speaker.CANDIDATE]
    assert channels == ["web", "phone", "phone", "sms", "sms", "sms"]
    assert line.answer("shift").confirmed  # type: ignore[union-attr]


# --- What must not count ----------------------------------------------------------------------------------------------


def test_doubled_frames_and_unknown_ones_do_no_harm(line: Line) -> None:
    phone = line.agreed()
    phone.hears_until("Why this role?")
    phone.sends({"type": "setup", "customParameters": {"token": "again"}})
    phone.sends({"type": "news", "of": "tomorrow"})
    phone.sends("no json")
    phone.sends("[1, 2]")
    phone.sends({"type": "error", "description": "Invalid message received"})
    phone.sends({"type": "info", "name": "tokensPlayed", "value": "Why this role?"})
    phone.sends({"type": "info", "name": "clientSpeaking", "value": "off"})
    phone.says("I like people.")
    phone.repeats("I like people.")
    phone.repeats("I like people.")
    phone.hears_until("Can you work nights?")
    phone.presses("1")
    phone.hears_until("Which shift")
    assert line.theirs() == ["I like people.", "1"]


def test_only_a_signed_upgrade_over_the_very_address_is_let_in(line: Line) -> None:
    call = line.asked()
    told = line.service.ask(line.at(call), CallSid=str(call.provider_id))
    with pytest.raises(InvalidStatus) as refused:
        line.service.line(told, "CA1", signature="forged")
    assert refused.value.response.status_code == 403
    # Signed by the right one, over another address.
    wrong = line.service.sign(line.url + "/ws/twilio/relay")
    with pytest.raises(InvalidStatus):
        line.service.line(told, "CA1", signature=wrong)
    for path in ("", "/status", "/end", "/code", "/recording"):
        answer = line.service.post(line.at(call, path), signed=False, CallSid="CA1")
        assert answer.status_code == 403
    assert (
        line.service.post(f"{line.url}/webhooks/twilio/voice?call={call.id}x", CallSid="CA1").status_code
        == 200
    )


def test_a_line_needs_its_own_token_of_its_own_call(line: Line) -> None:
    call = line.asked()
    told = line.service.ask(line.at(call), CallSid=str(call.provider_id))
    assert line.service.line(told, "CA-of-another").closed() == 1008
    stolen = replace(told, token="")
    assert line.service.line(stolen, str(call.provider_id)).closed() == 1008
    early = line.service.line(told, str(call.provider_id), setup=False)
    early.says("Hello?")
    assert early.closed() == 1008
    assert line.turns() == []
    # The token is still good for the one it was made for.
    assert "AI interviewer" in line.service.line(told, str(call.provider_id)).hears()


# --- What becomes of a call -------------------------------------------------------------------------------------------


def test_voicemail_is_hung_up_on_with_one_text(line: Line) -> None:
    call = line.asked()
    for _ in range(2):
        told = line.service.ask(line.at(call), CallSid=str(call.provider_id), AnsweredBy="machine_start")
        assert told.hang_up and not told.relay
    line.service.tell(line.at(call, "/status"), "completed", str(call.provider_id))
    assert line.call(call.id).variables["call"] == "voicemail"
    assert [m.variables["why"] for m in line.messages(kind="call_again")] == ["voicemail"]


def test_states_only_move_up_and_the_last_one_stays(line: Line) -> None:
    call = line.asked()
    sid, url = str(call.provider_id), line.at(call, "/status")
    for status in ("ringing", "initiated", "no-answer", "in-progress", "queued", "completed", "no-answer"):
        assert line.service.tell(url, status, sid) == 204
    kept = line.call(call.id)
    assert (kept.variables["call"], kept.state, kept.error) == (
        "no-answer",
        r.MessageState.FAILED,
        "Nobody answered.",
    )
    assert [m.variables["why"] for m in line.messages(kind="call_again")] == ["no_answer"]
    shown = timeline.view(kept)
    assert (shown["words"], shown["error"], shown["can_resend"]) == (
        "Nobody answered",
        "Nobody answered.",
        False,
    )
    # Of another call, or of none, nothing is kept.
    assert line.service.tell(line.at(call, "/status"), "completed", "CA-another") == 204
    assert line.service.tell(f"{line.url}/webhooks/twilio/voice/status", "completed", "CA-unknown") == 204


def test_a_second_wish_while_it_rings_is_the_same_call(line: Line) -> None:
    first = line.asked()
    with line.deps.uow.write(line.actor) as uow:
        calls.ask(uow, line.actor, key="another-press")
        calls.ask(uow, line.actor, key="another-press")
    assert [call.id for call in line.calls()] == [first.id]
    calls.place(line.deps, first.id)
    assert len(line.deps.phone.calls(number=NUMBER)) == 1  # type: ignore[attr-defined]


def test_nobody_is_called_without_end(line: Line) -> None:
    for _ in range(calls.MOST_CALLS):
        call = line.asked()
        line.service.tell(line.at(call, "/status"), "busy", str(call.provider_id))
    with pytest.raises(Conflict), line.deps.uow.write(line.actor) as uow:
        calls.ask(uow, line.actor, key="too-often")


class Flaky:
    """A service that takes a call and loses its answer, or never gets it."""

    name, number, signing_key = "flaky", "+15550100000", "secret"

    def __init__(self, takes: bool) -> None:
        self.takes, self.placed, self.asked = takes, list[OutgoingCall](), 0

    def place(self, call: OutgoingCall) -> Sent:
        if self.takes:
            self.placed.append(call)
        raise SendFailed("No answer.", retryable=False, unknown=True)

    def find(self, **_: Any) -> list[Sent]:
        self.asked += 1
        return [Sent(provider="flaky", provider_id=f"CA{n}") for n, _ in enumerate(self.placed)]


@pytest.mark.parametrize("takes", [True, False])
def test_a_call_whose_placing_nobody_saw_is_looked_up_and_never_doubled(line: Line, takes: bool) -> None:
    service = Flaky(takes)
    deps = replace(line.deps, phone=service)  # type: ignore[arg-type]
    with line.deps.uow.write(line.actor) as uow:
        calls.ask(uow, line.actor, key="one-press")
    call = line.calls()[0]
    for _ in range(3):
        try:
            calls.place(deps, call.id)
        except SendFailed:
            continue
    calls.give_up(deps, call.id, "after all tries")
    kept = line.call(call.id)
    assert len(service.placed) == int(takes)
    # Whoever waits for a call that may never come is told how to go on.
    assert [m.variables["why"] for m in line.messages(kind="call_again")] == ([] if takes else ["failed"])
    assert (kept.state, kept.provider_id) == (
        (r.MessageState.SENT, "CA0") if takes else (r.MessageState.UNKNOWN, None)
    )


def test_a_call_for_later_waits_for_its_time_and_may_be_taken_back(line: Line, clock: FixedClock) -> None:
    with line.deps.uow.write(line.actor) as uow:
        shown = calls.ask(uow, line.actor, key="later-on", at=clock.now() + timedelta(hours=2))
    assert shown["state"] == "waiting"
    call = line.calls()[0]
    assert calls.place(line.deps, call.id) == "queued"
    with line.deps.uow.write(line.actor) as uow:
        assert calls.call_off(uow, line.actor)["state"] == "over"
    clock.move(timedelta(hours=3))
    assert calls.place(line.deps, call.id) == "suppressed"
    for at in (clock.now() - timedelta(hours=1), clock.now() + timedelta(days=30)):
        with pytest.raises(Invalid), line.deps.uow.write(line.actor) as uow:
            calls.ask(uow, line.actor, key="no-such-time", at=at)


def test_quiet_hours_bound_a_chosen_time(line: Line, clock: FixedClock, settings: config.Settings) -> None:
    real = {"env": "production", "twilio_account_sid": "AC1", "twilio_from_number": "+15005550006"}
    loud = bootstrap.build(
        settings.model_copy(update={**real, "twilio_auth_token": SecretStr("secret")}), clock=clock
    )
    silent = bootstrap.build(settings.model_copy(update={"env": "production"}), clock=clock)
    with silent.uow.read(line.actor) as uow:  # no telephone service: nothing is promised
        assert calls.shown(uow, line.actor)["offered"] is False
    bootstrap.database(silent).dispose()
    night, day = (
        clock.now() + timedelta(hours=13),
        clock.now() + timedelta(hours=4),
    )  # 20:00 and 11:00 in California
    with pytest.raises(Invalid), loud.uow.write(line.actor) as uow:
        calls.ask(uow, line.actor, key="at-night", at=night)
    with loud.uow.write(line.actor) as uow:
        assert calls.ask(uow, line.actor, key="at-noon", at=day)["state"] == "waiting"
    bootstrap.database(loud).dispose()


# --- Calling in -------------------------------------------------------------------------------------------------------


def ring(line: Line, sid: str = "CAin", sender: str = NUMBER) -> Told:
    return line.service.ask(
        f"{line.url}/webhooks/twilio/voice", CallSid=sid, From=sender, To="+15550100000", CallStatus="ringing"
    )


def test_somebody_known_calls_in_and_goes_on(line: Line) -> None:
    told = ring(line)
    assert ring(line).token != told.token  # asked twice: the newer line counts
    told = ring(line)
    phone = line.service.line(told, "CAin")
    hello = phone.hears()
    assert "Acme Care" in hello and "Casey" not in hello
    phone.presses("1")
    phone.hears_until("Why this role?")
    assert [(c.direction, c.state) for c in line.calls()] == [("in", r.MessageState.RECEIVED)]


def test_a_stranger_hears_a_polite_sentence(line: Line) -> None:
    for sender in ("+14155559999", "anonymous", ""):
        told = ring(line, sender=sender)
        assert told.hang_up and "do not know the number" in told.words
    assert line.calls() == []


def test_two_interviews_on_one_number_are_told_apart_by_code(line: Line) -> None:
    second = candidate(line.deps)
    told = ring(line)
    assert told.gather and "code" in told.words
    ask = {"CallSid": "CAin", "From": NUMBER, "To": "+15550100000"}
    told = line.service.ask(told.gather, Digits="9999", **ask)
    assert told.gather
    told = line.service.ask(told.gather, Digits="6787", **ask)
    assert told.relay
    with line.deps.uow.read(SystemActor()) as uow:
        call = uow.messages.first(channel=r.Channel.CALL)
    assert call is not None and call.application_id == second.application_id
    told = ring(line, sid="CAother")
    for _ in range(2):
        told = line.service.ask(told.gather, Digits="", **{**ask, "CallSid": "CAother"})
    assert told.hang_up and not told.relay


# --- The recording ----------------------------------------------------------------------------------------------------


class Recorder:
    """Records, loses the first fetch, then gives the sound."""

    name, number = "local phone", "+15550100000"

    def __init__(self, key: str) -> None:
        self.signing_key, self.recorded, self.fails = key, list[str](), 1

    def record(self, provider_id: str, *, status_url: str) -> None:
        self.recorded.append(status_url)

    def recording(self, recording_id: str) -> Iterator[bytes]:
        if self.fails:
            self.fails -= 1
            raise SendFailed("Not there yet.", retryable=True)
        yield b"ID3" + b"\0" * 100


def test_a_recorded_call_is_fetched_once_and_seeks(line: Line, clock: FixedClock) -> None:
    line.actor = candidate(line.deps, record_calls=True)
    phone = line.answered()
    assert "this call is recorded" in phone.hears()
    call = line.calls()[0]
    started = clock.now()
    phone.presses("1")
    phone.hears_until("Why this role?")
    clock.move(timedelta(seconds=30))
    phone.says("I like people.")
    phone.hears_until("Can you work nights?")
    recorder = Recorder(line.deps.phone.signing_key)
    deps = replace(line.deps, phone=recorder)  # type: ignore[arg-type]
    call_recordings.begin(deps, call.id)
    assert recorder.recorded == [line.at(call, "/recording")]
    for status in ("in-progress", "completed", "completed"):
        answer = line.service.post(
            line.at(call, "/recording"),
            CallSid=phone.sid,
            RecordingSid="RE" + "1" * 32,
            RecordingStatus=status,
            RecordingDuration="61",
            RecordingStartTime=started.strftime("%a, %d %b %Y %H:%M:%S +0000"),
        )
        assert answer.status_code == 204
    with pytest.raises(SendFailed):
        call_recordings.fetch(deps, call.id)
    call_recordings.fetch(deps, call.id)
    call_recordings.fetch(deps, call.id)
    with deps.uow.read(SystemActor()) as uow:
        kept = uow.recordings.find(application_id=line.actor.application_id)
        file = uow.files.get(str(kept[0].file_id))
    assert [(one.state, one.duration_ms) for one in kept] == [("joined", 61_000)]
    assert b"".join(deps.files.read(file.key)).startswith(b"ID3")
    said = next(turn for turn in line.turns() if turn.text == "I like people.")
    assert (said.recording_id, said.at_ms) == (kept[0].id, 30_000)


def test_the_candidates_page_asks_for_a_call(line: Line) -> None:
    from milo_app.access import cookies
    from milo_app.services import links

    with line.deps.uow.read(line.actor) as uow:
        application = uow.applications.get(line.actor.application_id)
    name = cookies.candidate_cookie(line.deps.instance, application.id)
    base = f"{line.url}/api/candidate/applications/{application.id}/calls"
    with httpx.Client(cookies={name: links.cookie_proof(line.deps.instance, application)}) as http:
        assert http.get(base).json()["offered"] is True
        assert http.post(base, json={"key": "press-one"}).json()["state"] == "waiting"
        assert http.post(base, json={"key": "press-one", "at": "2026-03-02T15:00:00"}).status_code == 422
        assert http.delete(base).json()["state"] == "over"
    assert httpx.get(base).status_code == 403
