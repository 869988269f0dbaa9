"""The interview engine: rules that hold whatever a candidate says and whenever the talk is cut and resumed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milo_app.domain import talk
from milo_app.domain.interview import MOST_ASIDES, Mode, Proposal, next_step, waiting_for
from milo_app.domain.keywords import Keyword, keyword, segments
from milo_app.domain.reading import Heard
from milo_app.domain.talk import Again, answering, fold
from milo_app.domain.wording import Medium
from tests.domain.talks import (
    LICENSED,
    NOW,
    PLAIN,
    SHIFT,
    SMS,
    STORY,
    WEB,
    YEARS,
    Talking,
    begin,
    create_stage,
)

WORDS = [
    "", "yes", "no", "1", "2", "3", "sí", "maybe", "skip", "stop", "repeat that", "a human please", "I need a break",
    "ready", "What is the pay?", "Yes. What is the pay?", "Night", "5 years", "👍", "ok\nok", "web", "call me",
    "In my last job I calmed a family down by listening first and then telling them what we would do next, together.",
]  # fmt: skip
INPUT = st.fixed_dictionaries(
    {"text": st.sampled_from(WORDS) | st.text(max_size=20)},
    optional={
        "value": st.sampled_from([True, False, 1, 2, 99, "Night", "x", None]),
        "transcribed": st.booleans(),
        "key": st.sampled_from(["a", "b", "c"]),
        "after": st.sampled_from([0, 5, 90, 4000]),
        "action": st.sampled_from(["say", "say", *Again]),
    },
)
PROPOSALS = st.none() | st.builds(
    Proposal,
    heard=st.none()
    | st.builds(
        Heard,
        value=st.sampled_from([True, 3, "Day", "junk", None]),
        confidence=st.floats(0, 1),
        quote=st.sampled_from(["yes", "", "not there"]),
    ),
    follow_up=st.sampled_from([None, "", "Why did you do that?"]),
    reply=st.sampled_from([None, "It is 40 dollars."]),
)
MODES = st.builds(
    Mode,
    medium=st.sampled_from(list(Medium)),
    language=st.sampled_from(["en", "es"]),
    untimed=st.booleans(),
    name=st.just("Maria"),
)
QUESTIONS = st.lists(
    st.sampled_from([LICENSED, STORY, SHIFT, YEARS, PLAIN]), min_size=1, max_size=5, unique_by=lambda q: q.id
)


def check(talking: Talking) -> None:
    """The rules that no candidate, driver or model can break."""
    questions = [q.id for q in talking.stage.questions]
    asked = [question_id for _, question_id in talking.acts("ask")]
    assert asked == questions[: len(asked)], "every question once and in order"
    follow_ups = Counter(question_id for _, question_id in talking.acts("follow_up"))
    for question in talking.stage.questions:
        assert follow_ups[question.id] <= question.max_follow_ups
    for before, turn in zip(talking.turns, talking.turns[1:], strict=False):
        assert not (before.action == turn.action == "clarify"), "asked once more, not twice"
    closing = [t for t in talking.turns if t.action == "close" and t.value["reason"] != "stopped"]
    tried = Counter(
        h["question_id"] for h in heard(talking) if h["as"] == "again" and h["again"] != Again.FAILED
    )
    assert all(n <= talking.stage.re_records for n in tried.values()), (
        "second tries within the stage's number"
    )
    assert len(closing) <= 1 + tried.total()
    if closing and talking.turns[-1] is closing[-1] and closing[-1].value["reason"] == "finished":
        assert asked == questions
        left = {h["question_id"] for h in heard(talking) if h["as"] == "left" and "question_id" in h}
        for question in talking.stage.questions:
            if question.id not in left:
                assert follow_ups[question.id] >= question.min_follow_ups
                assert question.id in talking.answers() or question.id in reviewed(talking)


def heard(talking: Talking) -> list[dict[str, Any]]:
    return [t.value["heard"] for t in talking.turns if isinstance(t.value, dict) and "heard" in t.value]


def reviewed(talking: Talking) -> dict[str, str]:
    return {r.question_id: r.reason for r in talking.steps[-1].needs_review}


class TestWhateverIsSaid:
    @settings(max_examples=300)
    @given(
        questions=QUESTIONS,
        mode=MODES,
        inputs=st.lists(st.tuples(INPUT, PROPOSALS, st.booleans()), max_size=30),
    )
    def test_the_rules_hold(self, questions: Any, mode: Mode, inputs: Any) -> None:
        """Any texts, keys, silences, proposals and pauses, with or without a reply in between."""
        talking = begin(*questions, mode=mode, minutes=5)
        for fields, proposal, speaks in inputs:
            talking.hear(**fields)
            if speaks:
                talking.speak(proposal)
                again = next_step(talking.stage, talking.turns, proposal, talking.now, mode)
                assert not again.actions, "the same turns again leave nothing to say"
                check(talking)
        talking.speak()
        check(talking)

    @settings(max_examples=150)
    @given(
        mode=MODES,
        inputs=st.lists(INPUT, max_size=12),
        cut=st.integers(0, 60),
        rest=st.lists(INPUT, max_size=6),
    )
    def test_any_prefix_resumes(self, mode: Mode, inputs: Any, cut: int, rest: Any) -> None:
        """Cut after any turn, even in the middle of what we were saying: the rules hold for what follows."""
        whole = begin(mode=mode)
        for fields in inputs:
            whole.reply(**fields)
        talking = Talking(whole.stage, mode, whole.now, whole.turns[:cut])
        talking.speak()
        check_order(talking)
        for fields in rest:
            talking.reply(**fields)
            check_order(talking)

    @settings(max_examples=100)
    @given(mode=MODES, inputs=st.lists(INPUT, max_size=12))
    def test_each_step_follows_from_its_turns(self, mode: Mode, inputs: Any) -> None:
        """Replaying the turns up to any point gives the very step that was taken there."""
        talking = begin(mode=mode)
        for fields in inputs:
            talking.hear(**fields)
            turns, now = list(talking.turns), talking.now
            assert talking.speak() == next_step(talking.stage, turns, None, now, mode)

    @given(text=st.sampled_from([w for w in WORDS if w != "stop"]) | st.text(), mode=MODES)
    @settings(max_examples=150)
    def test_always_ends(self, text: str, mode: Mode) -> None:
        """Saying the same thing for ever ends the talk (silence does not, where the candidate may take all time)."""
        if text.strip() in ("stop", "") and mode.untimed:
            return
        talking = begin(mode=mode)
        for _ in range(len(talking.stage.questions) * (MOST_ASIDES + 6) + 30):
            if talking.reply(text).closed:
                break
        assert talking.steps[-1].closed
        check(talking)


def check_order(talking: Talking) -> None:
    asked = [question_id for _, question_id in talking.acts("ask")]
    assert asked == [q.id for q in talking.stage.questions][: len(asked)]


class TestOpening:
    def test_says_that_it_is_an_ai_then_asks(self) -> None:
        talking = begin()
        assert "AI assistant for Acme Care" in talking.steps[0].text
        assert talking.acts("say", "ask") == [("say", None), ("say", None), ("ask", "rn")]

    def test_words_before_the_opening_are_a_greeting(self) -> None:
        talking = Talking(create_stage(LICENSED))
        step = talking.reply("Hi, yes I got your text")
        assert step.waiting == "rn"
        assert not step.answers


class TestExactAnswers:
    def test_wordly_yes_is_taken_and_said_back(self) -> None:
        step = begin().reply("yep")
        assert step.text.startswith("Noted: Yes.")
        assert [(a.question_id, a.value, a.confirmed) for a in step.answers] == [("rn", True, False)]

    def test_not_understood_is_asked_once_more_then_noted(self) -> None:
        talking = begin()
        assert "Reply 1 for Yes, 2 for No." in talking.reply("banana").text
        step = talking.reply("banana")
        assert step.waiting == "story"
        assert reviewed(talking) == {"rn": "not_understood"}

    def test_a_key_is_exact(self) -> None:
        talking = begin(LICENSED, mode=WEB)
        step = talking.reply(value=False)
        assert talking.answers() == {"rn": (False, True)}
        assert step.closed == "finished", "nothing to read back"

    def test_spoken_without_transcript_is_asked_for_by_key(self) -> None:
        talking = begin(LICENSED, mode=WEB)
        assert "tap or type" in talking.reply(transcribed=False).text
        talking.reply(value=True)
        assert talking.answers() == {"rn": (True, True)}

    def test_a_model_may_read_but_only_from_the_words(self) -> None:
        talking = begin(LICENSED)
        made_up = Proposal(heard=Heard(value=True, confidence=1.0, quote="I am licensed"))
        assert not talking.reply("It is complicated", made_up).answers
        read = Proposal(heard=Heard(value=True, confidence=0.9, quote="licensed in Texas"))
        assert talking.reply("I'm licensed in Texas", read).answers[0].value is True

    def test_latest_of_two_quick_texts_counts(self) -> None:
        talking = begin(LICENSED, YEARS)
        talking.hear("1")
        talking.hear("2")
        assert talking.speak().answers[0].value is False


class TestReadBack:
    def start(self) -> Talking:
        talking = begin(LICENSED, YEARS)
        talking.reply("1")
        talking.reply("3")
        return talking

    def test_confirming_makes_answers_exact(self) -> None:
        talking = self.start()
        assert "Reply 1 to confirm, 2 to change" in talking.steps[-1].text
        step = talking.reply("1")
        assert step.closed == "finished"
        assert talking.answers() == {"rn": (True, True), "years": (3, True)}

    def test_one_change(self) -> None:
        talking = self.start()
        assert talking.reply("2").actions[0].act == "pick"
        assert talking.reply("2").waiting == "years"
        assert "5 years" in talking.reply("5").text
        assert talking.reply("yes").closed == "finished"
        assert talking.answers() == {"rn": (True, True), "years": (5, True)}

    def test_second_no_is_for_a_person(self) -> None:
        talking = self.start()
        for text in ("2", "1", "2", "2"):
            talking.reply(text)
        assert talking.steps[-1].closed == "finished"
        assert reviewed(talking) == {"rn": "not_confirmed", "years": "not_confirmed"}

    def test_unclear_twice_is_for_a_person(self) -> None:
        talking = self.start()
        talking.reply("huh")
        assert talking.reply("huh").closed == "finished"
        assert not any(confirmed for _, confirmed in talking.answers().values())


class TestFollowUps:
    LONG = (
        "I had nine patients and one went into shock, so I called the team, started fluids, wrote it all down and "
        * 2
    )

    def test_written_wording_first_and_at_least_the_minimum(self) -> None:
        talking = begin(STORY)
        assert talking.reply(self.LONG).text == "What did you learn?"
        assert talking.reply(self.LONG).closed == "finished"

    def test_thin_answer_gets_the_next_written_one(self) -> None:
        talking = begin(STORY)
        talking.reply("It was hard")
        assert talking.reply("A lot").text == "Who helped you?"
        assert talking.reply("Nobody").closed == "finished"

    def test_model_may_add_within_the_maximum(self) -> None:
        talking = begin(replace(STORY, follow_ups=()))
        for words in ("First?", "Second?"):
            assert talking.reply(self.LONG, Proposal(follow_up=words)).text == words
        assert talking.reply(self.LONG, Proposal(follow_up="Third?")).closed == "finished"

    def test_speech_without_transcript_is_an_answer(self) -> None:
        talking = begin(STORY, mode=WEB)
        talking.reply(transcribed=False)
        assert talking.reply(transcribed=False).closed == "finished"
        assert reviewed(talking) == {"story": "not_transcribed"}
        assert not talking.acts("prompt")

    def test_answer_is_all_that_was_said_to_the_question(self) -> None:
        talking = begin(STORY)
        for text in ("One.", "What is the pay?", "Two.", "Three."):
            talking.reply(text)
        assert talking.answers()["story"][0] == "One.\nTwo.\nThree."
        answering = talk.answering(talking.stage, talking.turns)
        assert [turn.text for turn in answering["story"]] == ["One.", "Two.", "Three."]


class TestAsides:
    def test_own_question_is_answered_from_the_knowledge_then_back(self) -> None:
        talking = begin(PLAIN, mode=WEB)
        step = talking.reply("How much is the pay?")
        assert step.text == "The pay is 40 dollars an hour.\n\nWhy this role?"
        assert not step.deferred

    def test_unknown_is_deferred(self) -> None:
        step = begin(PLAIN).reply("Is there parking?")
        assert step.deferred == "Is there parking?"
        assert step.waiting == "plain"

    def test_repeat_puts_the_open_follow_up(self) -> None:
        talking = begin(STORY)
        talking.reply("It was hard.")
        assert talking.reply("repeat that").text == "Sure. What did you learn?"

    def test_human_is_wanted_and_the_talk_goes_on(self) -> None:
        step = begin(PLAIN).reply("a human please")
        assert step.wants == ("human",)
        assert step.waiting == "plain"

    def test_break_waits(self) -> None:
        talking = begin(PLAIN, mode=WEB)
        talking.reply("I need a break")
        talking.now += timedelta(hours=3)
        assert not talking.speak().actions
        assert talking.reply("ready").waiting == "plain"

    def test_stop_can_be_taken_up_again(self) -> None:
        talking = begin(PLAIN)
        assert talking.reply("stop").closed == "stopped"
        step = talking.reply("hello again")
        assert (step.closed, step.waiting) == (None, "plain")

    def test_skip_is_noted(self) -> None:
        talking = begin(LICENSED)
        assert talking.reply("skip").closed == "finished"
        assert reviewed(talking) == {"rn": "skipped"}

    def test_words_after_the_end_get_an_answer(self) -> None:
        talking = begin(PLAIN)
        talking.reply("Because.")
        assert talking.reply("thanks").text
        assert talking.reply("Is there parking?").deferred

    def test_picture_gets_an_answer(self) -> None:
        talking = begin(LICENSED)
        assert talking.reply("").text.startswith("I can only read text here.")


class TestSilence:
    def test_prompted_once_then_moved_on(self) -> None:
        talking = begin(LICENSED, PLAIN, mode=WEB)
        assert talking.reply().actions[0].act == "prompt"
        assert talking.reply().waiting == "plain"
        assert reviewed(talking) == {"rn": "silent"}

    def test_untimed_waits_for_ever(self) -> None:
        talking = begin(LICENSED, mode=replace(WEB, untimed=True))
        for _ in range(5):
            assert not talking.reply(after=4000).actions
        assert talking.reply("yes").answers


class TestTime:
    def test_wraps_up_then_ends(self) -> None:
        talking = begin(PLAIN, LICENSED, SHIFT, YEARS, mode=WEB, minutes=4)
        assert talking.reply("Because", after=290).actions[0].act == "wrap_up"
        step = talking.reply(value=True, after=100)
        assert step.closed == "time"
        assert reviewed(talking) == {"shift": "out_of_time", "years": "out_of_time"}
        assert talking.answers()["rn"] == (True, True), "what was said last is kept"

    def test_time_away_does_not_count(self) -> None:
        talking = begin(PLAIN, LICENSED, mode=WEB, minutes=15)
        talking.hear("Because", after=86_400)
        assert talking.speak().waiting == "rn"

    def test_text_messages_have_all_the_time(self) -> None:
        talking = begin(PLAIN, LICENSED, minutes=1)
        assert talking.reply("Because", after=299).waiting == "rn"


class TestTextMessages:
    @pytest.mark.parametrize("language", ["en", "es"])
    def test_are_plain_and_never_need_a_carrier_word(self, language: str) -> None:
        """Everything we say by text fits GSM-7, and no reply that we name is one that carriers act on."""
        talking = begin(mode=replace(SMS, language=language))
        for text in [*WORDS, "2", "1", "2", "1", "thanks"]:
            talking.reply(text)
        for turn in talking.turns:
            if turn.speaker == "interviewer":
                assert segments(turn.text).encoding == "GSM-7", turn.text
                for word in turn.text.split("Reply ")[1:] + turn.text.split("Responde ")[1:]:
                    assert keyword(word.split()[0]) is not Keyword.STOP
                    assert word.split()[0].upper() != "YES"


class TestASecondTry:
    def test_a_take_is_begun_anew(self) -> None:
        talking = begin(PLAIN, STORY, mode=WEB)
        talking.reply(action=Again.TAKE, transcribed=False, recording_id="r", at_ms=0, end_ms=4000)
        assert talking.turns[-1].action == "repeat"
        assert "once more" in talking.turns[-1].text
        talking.reply("I like to help people.")
        assert talking.answers()["plain"] == ("I like to help people.", False)
        assert [t.text for t in answering(talking.stage, talking.turns)["plain"]] == [
            "I like to help people."
        ]

    def test_there_is_one_of_them_unless_technology_failed(self) -> None:
        talking = begin(PLAIN, mode=WEB)
        talking.reply(action=Again.FAILED, transcribed=False)
        talking.reply(action=Again.TAKE, transcribed=False)
        talking.reply(action=Again.TAKE, transcribed=False)
        assert any("no further try" in t.text for t in talking.turns)
        assert fold(talking.stage, talking.turns).tried["plain"] == 1
        assert talking.steps[-1].waiting == "plain"

    def test_the_last_answer_is_given_once_more_and_the_open_question_comes_back(self) -> None:
        talking = begin(PLAIN, YEARS, mode=WEB)
        talking.reply("Because of the pay.")
        talking.reply(action=Again.LAST)
        assert talking.turns[-1].action == "change"
        assert talking.steps[-1].waiting == "plain"
        talking.reply("Because I like the work.")
        assert talking.turns[-1].action == "back"
        assert talking.steps[-1].waiting == "years"
        state = fold(talking.stage, talking.turns)
        assert state.given["plain"].value == "Because I like the work."
        assert state.replaced == {t.id for t in talking.turns if t.text == "Because of the pay."}
        talking.reply("5", value=5)
        assert talking.steps[-1].closed == "finished"

    def test_of_a_follow_up_only_that_part_is_replaced(self) -> None:
        talking = begin(STORY, mode=WEB)
        talking.reply(
            "We were two nurses short, and I split the ward with a colleague to keep everyone safe."
        )
        talking.reply("Nothing.")
        talking.reply(action=Again.LAST)
        assert "What did you learn?" in talking.turns[-1].text
        talking.reply("To ask for help early.")
        words = [t.text for t in answering(talking.stage, talking.turns)["story"]]
        assert words[-1] == "To ask for help early."
        assert len(words) == 2

    def test_after_the_end_until_it_is_handed_in(self) -> None:
        talking = begin(PLAIN, mode=WEB)
        talking.reply("So so.")
        assert talking.steps[-1].closed == "finished"
        talking.reply(action=Again.LAST)
        assert talking.steps[-1].closed is None
        talking.reply("Very much so.")
        assert talking.steps[-1].closed == "finished"
        assert talking.answers()["plain"] == ("Very much so.", False)

    def test_what_was_said_counts_until_the_new_take_is_there(self) -> None:
        talking = begin(PLAIN, YEARS, mode=WEB)
        talking.reply("Because of the pay.")
        talking.reply(action=Again.LAST)
        talking.reply("skip")
        assert talking.turns[-1].action == "back"
        assert fold(talking.stage, talking.turns).given["plain"].value == "Because of the pay."

    def test_a_stage_may_have_none(self) -> None:
        talking = begin(PLAIN, YEARS, mode=WEB, re_records=0)
        talking.reply("Because of the pay.")
        talking.reply(action=Again.LAST)
        assert talking.steps[-1].waiting == "years"


class TestDuplicates:
    def test_same_key_changes_nothing(self) -> None:
        talking = begin(LICENSED, YEARS)
        talking.reply("1", key="SM1")
        step = talking.reply("1", key="SM1")
        assert not step.actions
        assert waiting_for(talking.stage, talking.turns) is YEARS

    def test_resumes_on_another_channel(self) -> None:
        talking = begin(LICENSED, SHIFT, mode=WEB)
        talking.reply(value=True)
        talking.mode = SMS
        assert talking.reply("repeat that").text.endswith("1 = Day\n2 = Night\nReply 1 or 2.")

    def test_opening_is_said_at_the_given_time_only_once(self) -> None:
        talking = begin(LICENSED)
        assert not next_step(talking.stage, talking.turns, None, NOW + timedelta(days=2), SMS).actions
