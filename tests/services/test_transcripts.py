"""Spoken answers are put into words after the recording is joined; a busy server is tried again, a person's words stay."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from milo_app.adapters.speech.openai import OpenAISpeech
from milo_app.domain.actors import CandidateActor, SystemActor
from milo_app.domain.errors import NotFound
from milo_app.services import interviews, recordings, speech, transcripts
from milo_app.services.ports import Deps, SpeechFailed
from tests.doubles.speech import SpeechDouble
from tests.recordings import cut, make_webm
from tests.services.begun import VOICE_STAGE, begin

CLIP = make_webm(3.0)


@pytest.fixture
def server() -> Iterator[SpeechDouble]:
    with SpeechDouble(heard=["I like to help people.", "Later words."]) as running:
        yield running


@pytest.fixture
def hearing(deps: Deps, server: SpeechDouble) -> Deps:
    """The parts, with a transcription and speech server."""
    at = (f"{server.url}/v1", "key")
    return replace(deps, speech=OpenAISpeech(hears="whisper-1", hearing=at, speaks="tts-1", speaking=at))


def answer_aloud(deps: Deps, actor: CandidateActor) -> str:
    """Record an answer, say that it lasted from 0.5 to 2.5 s, join; returns the turn's id."""
    with deps.uow.write(actor) as uow:
        interviews.begin(uow, actor, stage="voice")
        recording = recordings.start(uow, actor, stage="voice", media_type="audio/webm", key="key-00001")
        interviews.take_turn(
            uow,
            actor,
            stage="voice",
            key="turn-00001",
            recording_id=recording.id,
            at_ms=500,
            end_ms=2500,
            transcribed=False,
        )
    for n, piece in enumerate(chunks := cut(CLIP)):
        digest = hashlib.sha256(piece).hexdigest()
        recordings.put_chunk(
            deps, actor, recording_id=recording.id, segment=0, seq=n, sha256=digest, chunks=[piece]
        )
    with deps.uow.write(actor) as uow:
        recordings.finish(uow, actor, recording_id=recording.id, totals={"0": len(chunks)})
    assert recordings.join(deps, recording.id) == "joined"
    with deps.uow.read(actor) as uow:
        turn = uow.turns.first(key="turn-00001")
        assert turn is not None
        return turn.id


def turn(deps: Deps, actor: CandidateActor, id: str) -> tuple[str, bool]:
    with deps.uow.read(actor) as uow:
        found = uow.turns.get(id)
        return found.text, found.transcribed


def review(deps: Deps, actor: CandidateActor) -> dict[str, Any]:
    with deps.uow.read(actor) as uow:
        row = uow.stages.first(application_id=actor.application_id, kind="voice")
        assert row is not None
        return dict(row.data)


def test_an_answer_gets_its_words_once(hearing: Deps, server: SpeechDouble) -> None:
    actor = begin(hearing, VOICE_STAGE)
    id = answer_aloud(hearing, actor)
    assert review(hearing, actor)["review"] == {"why": "not_transcribed"}
    assert transcripts.transcribe(hearing, id) == "done"
    assert turn(hearing, actor, id) == ("I like to help people.", True)
    assert review(hearing, actor)["review"] == {}
    assert review(hearing, actor)["transcribed_by"] == {id: "whisper-1"}
    assert transcripts.transcribe(hearing, id) == "nothing to do"
    assert len(server.transcribed) == 1


def test_a_busy_server_is_worth_another_try_and_a_refusal_is_not(hearing: Deps, server: SpeechDouble) -> None:
    actor = begin(hearing, VOICE_STAGE)
    id = answer_aloud(hearing, actor)
    server.failing = [503, 400]
    with pytest.raises(SpeechFailed):
        transcripts.transcribe(hearing, id)
    assert transcripts.transcribe(hearing, id) == "nothing to do"
    assert turn(hearing, actor, id) == ("", False)
    assert transcripts.transcribe(hearing, id) == "done"


def test_silence_stays_for_a_person(hearing: Deps, server: SpeechDouble) -> None:
    server.heard = [""]
    actor = begin(hearing, VOICE_STAGE)
    id = answer_aloud(hearing, actor)
    assert transcripts.transcribe(hearing, id) == "silent"
    assert turn(hearing, actor, id) == ("", False)


def test_joining_enqueues_it_where_a_server_is_set(hearing: Deps) -> None:
    actor = begin(hearing, VOICE_STAGE)
    id = answer_aloud(hearing, actor)
    asked: list[tuple[str, ...]] = []

    class Uow:
        """Only what enqueueing asks for."""

        instance = replace(hearing.instance, hears=True)

        def __init__(self, real: Any) -> None:
            self.turns = real.turns

        def enqueue(self, work: str, *ids: str) -> None:
            asked.append((work, *ids))

    with hearing.uow.read(SystemActor()) as uow:
        recording = uow.recordings.find()[0]
        transcripts.enqueue(Uow(uow), recording)  # type: ignore[arg-type]
    assert asked == [("transcribe_answer", id)]


class TestSpeaking:
    def asked(self, deps: Deps, actor: CandidateActor) -> tuple[str, str]:
        """The ids of our greeting, which has a name in it, and of our first question."""
        with deps.uow.write(actor) as uow:
            turns = interviews.begin(uow, actor, stage="voice").turns
        return turns[0]["id"], next(t["id"] for t in turns if t["action"] == "ask")

    def test_a_question_is_spoken_once_for_all(self, hearing: Deps, server: SpeechDouble) -> None:
        actor = begin(hearing, VOICE_STAGE)
        greeting, question = self.asked(hearing, actor)
        first = speech.spoken(hearing, actor, turn_id=question)
        assert first and speech.spoken(hearing, actor, turn_id=question) == first
        assert server.spoken == ["Why this role?"]
        for _ in range(2):
            speech.spoken(hearing, actor, turn_id=greeting)
        assert len(server.spoken) == 3, "words with a name in them are not kept"
        assert len(hearing.files.list("speech/")) == 1

    def test_only_ones_own_conversation(self, hearing: Deps) -> None:
        mine, other = begin(hearing, VOICE_STAGE), begin(hearing, VOICE_STAGE)
        _, question = self.asked(hearing, other)
        with pytest.raises(NotFound):
            speech.spoken(hearing, mine, turn_id=question)

    def test_the_browser_speaks_where_the_server_fails(self, hearing: Deps, server: SpeechDouble) -> None:
        actor = begin(hearing, VOICE_STAGE)
        _, question = self.asked(hearing, actor)
        server.failing = [500]
        with pytest.raises(SpeechFailed):
            speech.spoken(hearing, actor, turn_id=question)
        assert hearing.files.list("speech/") == []
