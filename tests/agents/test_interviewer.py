"""The interviewer of a call room leads the same talk as the page: in text alone, with no server and no key."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

pytest.importorskip("livekit.agents", reason="the packages of requirements-agents.txt are not installed")

from livekit.agents import llm

from milo_app.agents.interviewer import Interviewer, NoModel, session_for
from milo_app.agents.talk import LedTalk
from milo_app.domain.actors import CandidateActor
from milo_app.services import interviews, recordings
from milo_app.services.ports import Deps
from milo_app.services.rooms import Session
from tests.services.begun import begin, close

STAGE: dict[str, Any] = {
    "kind": "voice",
    "minutes": 15,
    "questions": [
        {"id": "nights", "kind": "yes_no", "text": "Can you work nights?"},
        {
            "id": "why",
            "kind": "long_text",
            "text": "Why this role?",
            "min_follow_ups": 0,
            "max_follow_ups": 0,
        },
    ],
}


def led(actor: CandidateActor, **more: Any) -> LedTalk:
    return LedTalk(Session(actor=actor, stage="voice", language="en", untimed=False, name="Milo", **more))


def turns(deps: Deps, actor: CandidateActor) -> list[tuple[str, str, str, str]]:
    with deps.uow.read(actor) as uow:
        talk = interviews.conversation(uow, actor, stage="voice")
    return [(t["speaker"], t["action"], t["text"], t["channel"]) for t in talk.turns]


def questions_asked(deps: Deps, actor: CandidateActor) -> list[str]:
    return [text for _, action, text, _ in turns(deps, actor) if action == "ask"]


def in_a_session(actor: CandidateActor, play: Callable[[Any, Interviewer], Awaitable[None]]) -> Interviewer:
    """Run *play(session, interviewer)* in a session without sound."""

    async def go() -> Interviewer:
        interviewer = Interviewer(led(actor))
        async with session_for(listens=False) as session:
            await session.start(interviewer)
            await interviewer.begun.wait()
            await play(session, interviewer)
        return interviewer

    return asyncio.run(go())


def said(result: Any) -> str:
    return " ".join(e.item.text_content for e in result.events if getattr(e.item, "role", "") == "assistant")


def test_a_whole_interview(deps: Deps) -> None:
    """Greeted, asked in order, read back, closed; every turn kept as it happens."""
    actor = begin(deps, STAGE)
    heard: list[str] = []

    async def play(session: Any, interviewer: Interviewer) -> None:
        assert "nights" in interviewer.talk.again()
        for words in (
            "Yes, I can.",
            "Could you repeat that?",
            "Because I like a busy ward and the people.",
            "Yes",
        ):
            before = len(turns(deps, actor))
            heard.append(said(await session.run(user_input=words)))
            assert len(turns(deps, actor)) > before

    interviewer = in_a_session(actor, play)
    assert "Why this role?" in heard[0] and "Why this role?" in heard[1]
    assert questions_asked(deps, actor)[0] != questions_asked(deps, actor)[1]
    assert len(questions_asked(deps, actor)) == 2
    assert interviewer.talk.over and interviewer.ended.is_set()
    assert {channel for speaker, _, _, channel in turns(deps, actor) if speaker == "candidate"} == {"room"}


def test_the_same_words_twice_are_one_turn(deps: Deps) -> None:
    """Whatever asks the engine again for a turn (a retry, a generation ahead of time) changes nothing."""
    actor = begin(deps, STAGE)

    async def play(session: Any, interviewer: Interviewer) -> None:
        ctx = llm.ChatContext.empty()
        ctx.add_message(role="user", content="Yes, I can.", id="item_1")
        for _ in range(3):
            async for _words in interviewer.llm_node(ctx, [], None):  # type: ignore[arg-type]
                pass

    in_a_session(actor, play)
    assert [t for t in turns(deps, actor) if t[0] == "candidate"] == [
        ("candidate", "say", "Yes, I can.", "room")
    ]
    assert len(questions_asked(deps, actor)) == 2


def test_words_count_wherever_the_page_says_they_were_recorded(deps: Deps) -> None:
    """A place in somebody else's recording, or in none, is no place."""
    actor, other = begin(deps, STAGE), begin(deps, STAGE)
    with deps.uow.write(other) as uow:
        foreign = recordings.start(uow, other, stage="voice", media_type="audio/webm", key="recording-key-1")

    async def play(session: Any, interviewer: Interviewer) -> None:
        interviewer.clock.told("f" * 32, 1000)
        await session.run(user_input="Yes.")
        interviewer.clock.told(foreign.id, 1000)
        await session.run(user_input="I like people.")

    in_a_session(actor, play)
    assert [t[2] for t in turns(deps, actor) if t[0] == "candidate"] == ["Yes.", "I like people."]


def test_the_next_interviewer_goes_on_where_the_last_one_stopped(deps: Deps) -> None:
    actor = begin(deps, STAGE)

    async def first(session: Any, interviewer: Interviewer) -> None:
        await session.run(user_input="Yes.")

    async def second(session: Any, interviewer: Interviewer) -> None:
        assert "Why this role?" in interviewer.talk.again()
        await session.run(user_input="I like people.")

    in_a_session(actor, first)
    in_a_session(actor, second)
    assert len(questions_asked(deps, actor)) == 2
    assert [t[2] for t in turns(deps, actor) if t[0] == "candidate"] == ["Yes.", "I like people."]


def test_what_is_typed_on_the_page_is_answered_aloud(deps: Deps) -> None:
    actor = begin(deps, STAGE)
    spoken: list[str] = []

    async def play(session: Any, interviewer: Interviewer) -> None:
        session.on("conversation_item_added", lambda event: spoken.append(event.item.text_content or ""))
        interviewer.hands(off=True)
        with deps.uow.write(actor) as uow:
            interviews.take_turn(uow, actor, stage="voice", key="typed-key-1", value=True)
        await interviewer.look()
        await interviewer.look()
        await session.current_speech if session.current_speech else None

    in_a_session(actor, play)
    assert [text for text in spoken if "Why this role?" in text] == spoken[-1:]


def test_silence_is_prompted_once_and_then_left(deps: Deps) -> None:
    actor = begin(deps, STAGE)

    async def play(session: Any, interviewer: Interviewer) -> None:
        await interviewer._silence()
        await interviewer._silence()

    in_a_session(actor, play)
    actions = [action for speaker, action, _, _ in turns(deps, actor) if speaker != "candidate"]
    assert actions.count("prompt") == 1 and len(questions_asked(deps, actor)) == 2


def test_a_stage_closed_behind_its_back_ends_it_quietly(deps: Deps) -> None:
    actor = begin(deps, STAGE)

    async def play(session: Any, interviewer: Interviewer) -> None:
        close(deps, actor, "voice")
        assert said(await session.run(user_input="Hello?")) == ""

    assert in_a_session(actor, play).ended.is_set()


def test_nothing_is_generated_ahead_of_time_and_no_model_is_asked() -> None:
    async def made() -> Any:
        return session_for().options.preemptive_generation["enabled"]

    assert asyncio.run(made()) is False
    with pytest.raises(RuntimeError):
        NoModel().chat()
