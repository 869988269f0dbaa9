"""Texts as people send them: in parts, with thumbs, from another number, to the wrong one, long after the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from milo_app.domain import records as r
from milo_app.domain.actors import CandidateActor, SystemActor
from milo_app.domain.errors import Invalid
from milo_app.domain.keywords import segments
from milo_app.services import applications, interviewers, interviews, texting
from milo_app.services.ports import Deps
from tests import builders
from tests.services import phones
from tests.services.phones import Phone, answers, application, apply, hire


@pytest.fixture
def phone(deps: Deps) -> Phone:
    return Phone(deps)


@pytest.fixture
def maria(deps: Deps, phone: Phone) -> CandidateActor:
    """At the first question, which has arrived."""
    actor = apply(deps, hire(deps))
    assert "nights" in phone.new()[0]
    return actor


class TestTheStage:
    def test_from_the_first_question_to_the_next_stage(self, deps: Deps, phone: Phone, maria: Any) -> None:
        (noted,) = phone.say("yep")
        assert noted.startswith("Noted: Yes") and "Why this role?" in noted
        assert "1 = Day" in phone.say("I like order on a busy ward.")[0]
        assert "years" in phone.say("the night one")[0]
        (back,) = phone.say("three and a half")
        assert "1 to confirm" in back and "3.5" in back
        (thanks,) = phone.say("1")
        assert thanks.endswith("Your next step: {link}")
        assert answers(deps, maria) == {
            "nights": (True, True),
            "why": ("I like order on a busy ward.", False),
            "shift": ("Night", True),
            "years": (3.5, True),
        }
        assert application(deps, maria).stage == "voice"

    @pytest.mark.parametrize(
        ("said", "value"), [("sí", True), ("👍", True), ("YES", True), ("nope", False), ("2", False)]
    )
    def test_yes_in_every_way(self, deps: Deps, phone: Phone, maria: Any, said: str, value: bool) -> None:
        """Taken and read back; a plain YES is never needed and never wrong."""
        assert phone.say(said)[0].startswith("Noted: Yes" if value else "Noted: No")
        assert answers(deps, maria)["nights"] == (value, False)

    def test_misread_once_is_asked_again_then_noted(self, deps: Deps, phone: Phone, maria: Any) -> None:
        assert "1 for Yes, 2 for No" in phone.say("it depends on the bus")[0]
        (noted,) = phone.say("well, sometimes maybe")
        assert "person" in noted and "Why this role?" in noted
        assert "nights" not in answers(deps, maria)
        for said in ("I like it", "1", "4", "1"):
            phone.say(said)
        assert (
            application(deps, maria).state is r.ApplicationState.IN_PROGRESS
        )  # and nobody was stopped for it
        assert application(deps, maria).needs_review

    def test_a_dealbreaker_waits_for_the_read_back(self, deps: Deps, phone: Phone, maria: Any) -> None:
        for said in ("no", "I like it", "Day", "4"):
            phone.say(said)
        assert application(deps, maria).state is r.ApplicationState.IN_PROGRESS
        phone.say("1")
        assert application(deps, maria).state is r.ApplicationState.DISQUALIFIED
        assert "Nothing more is needed" in phone.say("why?")[0]

    def test_a_slip_is_corrected_in_the_read_back(self, deps: Deps, phone: Phone, maria: Any) -> None:
        for said in ("no", "I like it", "Day", "4", "2"):
            phone.say(said)
        assert "nights" in phone.say("1")[0]
        assert "Yes" in phone.say("1")[0]
        phone.say("1")
        assert answers(deps, maria)["nights"] == (True, True)
        assert application(deps, maria).stage == "voice"

    def test_what_was_noted_is_taken_back_by_2(self, deps: Deps, phone: Phone, maria: Any) -> None:
        """At once, where the next question is open and 2 can mean nothing else; by a word otherwise."""
        assert phone.say("nope")[0].startswith("Noted: No. Reply 2 to change.")
        assert "nights" in phone.say("2")[0]
        (back,) = phone.say("1")
        assert back.startswith("Noted: Yes.") and "Why this role?" in back
        phone.say("I like order.")
        assert "CHANGE" in phone.say("Day")[0]
        assert "Which shift?" in phone.say("change it please")[0]
        assert "years" in phone.say("2")[0]
        given = answers(deps, maria)
        assert (given["nights"][0], given["shift"][0], given["why"][0]) == (True, "Night", "I like order.")

    def test_hello_is_no_wrong_answer(self, phone: Phone, maria: Any) -> None:
        assert phone.say("Hi!")[0].startswith("Hi! Can you work nights?")
        assert "did not understand" in phone.say("hm perhaps")[0]

    @pytest.mark.parametrize("odd", ["👍", "", "[picture]", 'Liked "Why this role?"', "❤️❤️"])
    def test_what_is_no_answer_to_an_open_question(
        self, deps: Deps, phone: Phone, maria: Any, odd: str
    ) -> None:
        phone.say("1")
        (said,) = phone.say(odd)
        assert "Why this role?" in said and "why" not in answers(deps, maria)

    def test_words_that_ask_for_something(self, deps: Deps, phone: Phone, maria: Any) -> None:
        assert "{link}" in phone.say("send me the link")[0]
        phone.say("can you call me")
        phone.say("I want to talk to a human")
        with deps.uow.read(SystemActor()) as uow:
            assert {x.kind for x in uow.requests.find()} == {"accommodation", "no_ai"}
        assert "nights" in phone.say("repeat that please")[0]
        assert phone.say("1")[0].startswith("Noted: Yes")

    def test_web_and_texts_are_mixed(self, deps: Deps, phone: Phone, maria: CandidateActor) -> None:
        phone.say("1")
        with deps.uow.write(maria) as uow:
            interviews.take_turn(uow, maria, stage="sms", key="web-1", text="From the web.")
        assert phone.new() == []  # they have it on the page
        assert "years" in phone.say("Day")[0]
        assert answers(deps, maria)["why"][0] == "From the web."


class TestInParts:
    def test_texts_in_a_row_are_one_answer(self, deps: Deps, phone: Phone, maria: Any) -> None:
        phone.say("1")
        assert phone.say("I like order", settled=False) == []
        assert phone.say("and I like people,", settled=False) == []
        (after,) = phone.say("most of all in the mornings.")
        assert "Which shift?" in after
        assert answers(deps, maria)["why"][0] == (
            "I like order\nand I like people,\nmost of all in the mornings."
        )

    def test_numbered_parts_in_any_order(self, deps: Deps, phone: Phone, maria: Any) -> None:
        phone.say("1")
        assert phone.say("(2/2) when others lose theirs.", settled=False) == []
        assert "Which shift?" in phone.say("(1/2) I keep my calm", settled=False)[0]
        assert answers(deps, maria)["why"][0] == "I keep my calm when others lose theirs."

    def test_exact_answers_do_not_wait(self, phone: Phone, maria: Any) -> None:
        assert "Why this role?" in phone.say("1", settled=False)[0]

    def test_a_wish_in_the_middle_costs_no_words(self, deps: Deps, phone: Phone, maria: Any) -> None:
        phone.say("1")
        phone.say("I like order.", settled=False)
        (said,) = phone.say("call me", settled=False)
        assert "call" in said and "Which shift?" in said
        assert answers(deps, maria)["why"][0] == "I like order."

    def test_one_on_its_way_is_waited_for(self, deps: Deps, phone: Phone, maria: Any) -> None:
        """The second part has arrived, but its work is not done yet when the first would be settled."""
        phone.say("1")
        phone.say("First half", settled=False)
        late = phone.send("second half")
        assert late is not None and late.application_id
        phone.wait()
        assert phone.new() == []
        texting.handle(deps, late.application_id, late.id)
        phone.wait()
        assert len(phone.new()) == 1
        assert answers(deps, maria)["why"][0] == "First half\nsecond half"

    def test_the_web_may_settle_it(self, deps: Deps, phone: Phone, maria: CandidateActor) -> None:
        phone.say("1")
        phone.say("By text", settled=False)
        with deps.uow.write(maria) as uow:
            interviews.take_turn(uow, maria, stage="sms", key="web-1", text="and on the web")
        phone.wait()
        assert phone.new() == []
        assert answers(deps, maria)["why"][0] == "By text\nand on the web"


class TestStopAndStart:
    def test_stop_is_confirmed_once_and_nothing_follows(self, deps: Deps, phone: Phone, maria: Any) -> None:
        (confirmed,) = phone.say("please stop texting me")
        assert "no more texts" in confirmed
        assert phone.say("STOP") == phone.say("1") == phone.say("hello?") == []
        assert application(deps, maria).state is r.ApplicationState.IN_PROGRESS
        with deps.uow.read(maria) as uow:
            assert [m.kind for m in uow.messages.find(channel="email")] == ["stage_ready"]
            stopped = uow.consents.first(kind="sms", given=False)
        assert stopped is not None and (stopped.source, stopped.text_version) == ("sms", "STOP")

    def test_start_goes_on_where_it_was(self, deps: Deps, phone: Phone, maria: Any) -> None:
        phone.say("1")
        phone.say("stop")
        phone.say("I like order")
        (again,) = phone.say("START")
        assert again.startswith("You will get texts again") and "Which shift?" in again
        assert answers(deps, maria)["why"][0] == "I like order"

    def test_help_works_also_when_stopped(self, phone: Phone, maria: Any) -> None:
        phone.say("STOP")
        (help_,) = phone.say("ayuda")
        assert "STOP" in help_ and "tarifas" in help_ and "Acme Care" in help_

    def test_in_spanish(self, phone: Phone, maria: Any) -> None:
        assert "No recibiras" in phone.say("ya no me escriban por favor")[0]

    def test_start_is_a_consent_of_its_own(self, deps: Deps, phone: Phone) -> None:
        actor = apply(deps, hire(deps), sms_consent=False)
        assert phone.new() == []
        assert "nights" in phone.say("START")[0]
        with deps.uow.read(actor) as uow:
            given = uow.consents.first(kind="sms", given=True)
            assert uow.candidates.get(actor.candidate_id).sms_consent
        assert given is not None and (given.source, given.text_version) == ("sms", "START")

    def test_stop_counts_in_every_workspace(self, deps: Deps, phone: Phone, maria: Any) -> None:
        apply(deps, hire(deps), code="M3AP")
        phone.say("stop")
        with deps.uow.read(SystemActor()) as uow:
            assert uow.suppressions.count(address=phone.number, lifted_at=None) == 2
        assert "again" in phone.say("START")[0]
        with deps.uow.read(SystemActor()) as uow:
            assert uow.suppressions.count(address=phone.number, lifted_at=None) == 0


class TestConsent:
    @pytest.mark.parametrize(
        ("source", "version"),
        [
            ("apply_link", "sms-1-en"),
            ("csv", "sms-attested-1"),
            ("manual", "sms-attested-1"),
            ("api", "sms-attested-1"),
        ],
    )
    def test_words_time_and_source_are_kept(self, deps: Deps, source: str, version: str) -> None:
        """What the candidate was shown, or what whoever added them vouches for."""
        made = hire(deps)
        with deps.uow.write(SystemActor()) as uow:
            applied, _ = applications.create(
                uow,
                SystemActor(),
                interviewer=made,
                name="Ana",
                phone=phones.NUMBER,
                sms_consent=True,
                source=source,
            )
            (kept,) = uow.consents.find(candidate_id=applied.candidate_id)
        assert (kept.source, kept.text_version, kept.phone, kept.at) == (
            source,
            version,
            phones.NUMBER,
            deps.clock.now(),
        )
        assert len(kept.text_hash) == 64


class TestWhoWrites:
    def test_the_wrong_number_is_left_alone_and_the_recruiter_told(
        self, deps: Deps, phone: Phone, maria: Any
    ) -> None:
        (sorry,) = phone.say("Sorry, wrong number")
        assert "not text this number" in sorry and "Maria" not in sorry
        assert phone.say("ok") == []
        assert "do not know" in phone.say("START")[0]
        with deps.uow.read(SystemActor()) as uow:
            (told,) = uow.requests.find(kind="wrong_number")
        assert phone.number in told.text

    def test_who_is_this(self, phone: Phone, maria: Any) -> None:
        """Names the company and what it is, and hands no link to whoever asks."""
        (said,) = phone.say("who is this?")
        assert "Acme Care" in said and "AI" in said and "wrong number" in said and "{link}" not in said

    def test_a_stranger_is_answered_and_not_for_ever(self, deps: Deps, phone: Phone) -> None:
        hire(deps)
        assert "do not know" in phone.say("hello")[0]
        assert [len(phone.say("hello again")) for _ in range(4)] == [1, 1, 0, 0]
        with deps.uow.read(SystemActor()) as uow:
            assert {m.application_id for m in uow.messages.find()} == {None}

    def test_without_a_workspace_there_is_nobody_to_answer(self, phone: Phone) -> None:
        assert phone.send("hello") is None

    def test_a_number_that_cannot_be_dialled(self, deps: Deps) -> None:
        hire(deps)
        assert Phone(deps, "32665").say("Your code is 1234")

    def test_an_older_number_of_the_same_person(self, deps: Deps, maria: CandidateActor) -> None:
        """They agreed to texts on it once, and changed to another; it is answered where they write from."""
        old = Phone(deps, "+14155550188")
        with deps.uow.write(SystemActor()) as uow:
            person = uow.candidates.get(maria.candidate_id)
            applications.note_sms_consent(uow, replace(person, sms_consent=False), old.number, True, "web")
            applications.note_sms_consent(uow, uow.candidates.get(person.id), "+14155550123", True, "web")
        assert old.say("1")[0].startswith("Noted: Yes")


class TestTwoInterviews:
    def both(self, deps: Deps, phone: Phone) -> tuple[CandidateActor, CandidateActor]:
        first = apply(deps, hire(deps))
        second = apply(deps, hire(deps, {**phones.PLAN, "title": "Driver"}), code="M3AP")
        texts = phone.new()
        assert "(M3AP)" in texts[1]
        return first, second

    def test_asked_by_code_and_remembered(self, deps: Deps, phone: Phone) -> None:
        first, second = self.both(deps, phone)
        for _ in range(4):
            phone.say("HELP")
        (which,) = phone.say("yes")
        assert "K7QF" in which and "M3AP" in which and "Driver" not in which and "clerk" not in which
        assert phone.say("m3ap")[0].startswith("Noted: Yes")  # what was said before is not asked again
        assert (answers(deps, first), answers(deps, second)["nights"][0]) == ({}, True)
        phone.say("I like order.")
        assert answers(deps, second)["why"][0] == "I like order."

    def test_the_code_may_come_with_the_answer(self, deps: Deps, phone: Phone) -> None:
        first, second = self.both(deps, phone)
        assert phone.say("K7QF 2")[0].startswith("Noted: No")
        assert answers(deps, first)["nights"][0] is False and answers(deps, second) == {}
        phone.say("M3AP: 1")
        assert answers(deps, second)["nights"][0] is True

    def test_the_one_that_has_just_texted(self, deps: Deps, phone: Phone) -> None:
        """Only one has written since they last answered, so the answer is for it."""
        first = apply(deps, hire(deps))
        phone.say("1")
        with deps.uow.write(first) as uow:  # nothing of the first one is open by text any more
            uow.applications.save(replace(uow.applications.get(first.application_id), stage="voice"))
        second = apply(deps, hire(deps), code="M3AP")
        assert phone.say("2")[-1].startswith("Noted: No")
        assert answers(deps, second)["nights"][0] is False

    def test_a_bare_code_puts_the_question_again(self, phone: Phone, maria: Any) -> None:
        assert "nights" in phone.say("K7QF")[0]


class TestWithoutAnOpenQuestion:
    def test_to_the_invitation(self, deps: Deps, phone: Phone) -> None:
        apply(deps, hire(deps), begin=False)
        for said in ("YES", "ok thanks", "👍", "1"):
            assert "starts on your own page" in phone.say(said)[0]

    @pytest.mark.parametrize(
        ("state", "words"),
        [
            (r.ApplicationState.COMPLETED, "Nothing more is needed"),
            (r.ApplicationState.EVALUATING, "nothing is needed right now"),
            (r.ApplicationState.WITHDRAWN, "You withdrew"),
            (r.ApplicationState.EXPIRED, "closed now"),
            (r.ApplicationState.DISQUALIFIED, "Nothing more is needed"),
        ],
    )
    def test_after_the_end(
        self, deps: Deps, phone: Phone, maria: CandidateActor, state: r.ApplicationState, words: str
    ) -> None:
        with deps.uow.write(maria) as uow:
            uow.applications.save(
                replace(uow.applications.get(maria.application_id), state=state, stage=None)
            )
        (said,) = phone.say("1")
        assert words in said and "{link}" in said

    def test_to_a_closed_role(self, deps: Deps, phone: Phone) -> None:
        apply(deps, hire(deps, state=r.InterviewerState.ARCHIVED), begin=False)
        assert "closed now" in phone.say("I am interested")[0]

    def test_when_the_time_is_over(self, deps: Deps, phone: Phone, maria: Any) -> None:
        phone.wait(minutes=timedelta(days=30).total_seconds() / 60)
        assert "closed now" in phone.say("1")[0]
        assert answers(deps, maria) == {}

    def test_at_another_stage(self, deps: Deps, phone: Phone) -> None:
        plan = {"title": "Clerk", "stages": [phones.PLAN["stages"][1], phones.PLAN["stages"][0]]}
        apply(deps, hire(deps, plan))
        assert "next step" in phone.say("1")[0]

    def test_nobody_can_be_texted_so_it_is_emailed(self, deps: Deps, phone: Phone) -> None:
        """The stage opens while the candidate is away, and there is no consent to texts."""
        actor = apply(deps, hire(deps), sms_consent=False)
        with deps.uow.read(actor) as uow:
            assert [m.kind for m in uow.messages.find(channel="email")] == ["stage_ready"]
        assert phone.new() == []


def test_every_reply_is_short(deps: Deps, phone: Phone, maria: Any) -> None:
    """Two segments at most, in the plain alphabet, with a real link in it."""
    link = "https://jobs.example.com/i/" + "x" * 60
    odd = [
        "HELP",
        "who is this?",
        "maybe",
        "1",
        "👍",
        "because",
        "what is the pay?",
        "Day",
        "3",
        "2",
        "9",
        "1",
        "5",
        "stop",
    ]
    for body in odd:
        for said in phone.say(body):
            cost = segments(said.replace("{link}", link))
            assert (cost.encoding, cost.count <= 2) == ("GSM-7", True), said


@pytest.mark.parametrize(
    "question",
    [
        {"id": "q", "kind": "yes_no", "text": "Reply YES if you can work nights."},
        {"id": "q", "kind": "single_choice", "text": "When can you start?", "options": ["Start", "Later"]},
    ],
)
def test_a_question_that_a_carrier_would_answer_is_not_published(
    deps: Deps, question: dict[str, Any]
) -> None:
    with deps.uow.write(SystemActor()) as uow:
        workspace = builders.create_workspace(uow)
        actor = SystemActor(workspace_id=workspace.id)
        plan = {"title": "Clerk", "stages": [{"kind": "sms", "questions": [question]}]}
        draft = interviewers.create(uow, actor, plan=plan)
        with pytest.raises(Invalid) as refused:
            interviewers.publish(uow, actor, interviewer_id=draft.id)
    assert any(place.startswith("stages[0].questions[0]") for place in refused.value.fields)
