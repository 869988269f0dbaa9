"""One turn of a spoken interview: our own share of it, and the whole of it with providers as slow as real ones."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import logging
import os
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from benchmarks.measuring import Figure, percentile

TURNS = 60
SPOKEN_TURNS = 12
#: What hosted transcription of a few seconds, and the first sound of hosted speech, take.
HEARING_S, FIRST_SOUND_S = 0.25, 0.2
_ANSWER = "I have worked nights for three years, and what I like is the quiet and the people."
_QUESTIONS = [
    {"id": f"q{n}", "kind": "long_text", "text": f"What about part {n}?", "max_follow_ups": 0}
    for n in range(1, 13)
]


def measure(data: Path) -> list[Figure]:
    if importlib.util.find_spec("livekit.agents") is None:
        print("The packages of requirements-agents.txt are not installed: no voice turns.", file=sys.stderr)
        return []
    from milo_app import bootstrap, config
    from tests.doubles.speech import SpeechDouble

    logging.getLogger("livekit.agents").setLevel(logging.ERROR)
    with SpeechDouble(hearing_s=HEARING_S, first_sound_s=FIRST_SOUND_S) as speech:
        settings = config.Settings(
            _env_file=None,
            data=data,
            database_url=f"sqlite:///{data}/milo.db",
            stt_model="whisper-1",
            tts_model="tts-1",
            openai_base_url=f"{speech.url}/v1",
        )
        data.mkdir(parents=True, exist_ok=True)
        bootstrap.migrate(settings)
        deps = bootstrap.build(settings)
        bootstrap.install(settings, deps)
        try:
            own = asyncio.run(_own_share(deps))
            whole = asyncio.run(_whole(deps, settings, speech))
        finally:
            bootstrap.install(None, None)
            bootstrap.database(deps).dispose()
    return [
        Figure(name="voice turn, own overhead, p95", figure=percentile(own), unit="ms", budget=50),
        Figure(name="voice turn, words to first sound, p95", figure=percentile(whole), unit="ms", budget=700),
    ]


async def _led(deps: Any) -> Any:
    """An interview that has just begun."""
    from milo_app.agents.talk import LedTalk
    from milo_app.services.rooms import Session
    from tests.services.begun import begin

    actor = begin(deps, {"kind": "voice", "minutes": 15, "questions": _QUESTIONS})
    talk = LedTalk(Session(actor=actor, stage="voice", language="en", untimed=False, name="Milo"))
    await talk.begin()
    return talk


async def _own_share(deps: Any) -> list[float]:
    """From the candidate's words to the first of ours, kept and ready to be spoken; no provider is asked."""
    from livekit.agents import llm

    from milo_app.agents.interviewer import Interviewer

    interviewer = Interviewer(await _led(deps))
    taken: list[float] = []
    for n in range(TURNS):
        if interviewer.talk.over:
            interviewer = Interviewer(await _led(deps))
        heard = llm.ChatContext.empty()
        heard.add_message(role="user", content=_ANSWER, id=f"item_{n}")
        begun = time.perf_counter()
        words = [word async for word in interviewer.llm_node(heard, [], None)]  # type: ignore[arg-type]
        taken.append((time.perf_counter() - begun) * 1000)
        assert words
    return taken


async def _whole(deps: Any, settings: Any, speech: Any) -> list[float]:
    """From the end of an answer, through transcription, engine and speech, to the first sound of the reply."""
    from livekit import rtc

    from milo_app.agents.speech import transcription, voice
    from tests import voices

    ears, mouth = transcription(settings, "en"), voice(settings)
    assert ears is not None and mouth is not None
    talk = await _led(deps)
    samples = b"".join(s.to_bytes(2, "little", signed=True) for s in voices.babble(12))
    frame = rtc.AudioFrame(samples, voices.RATE, 1, len(samples) // 2)
    taken: list[float] = []
    for n in range(SPOKEN_TURNS):
        speech.heard.append(_ANSWER)
        begun = time.perf_counter()
        words = (await ears.recognize(frame)).alternatives[0].text
        said = await talk.hear(words, key=f"room:spoken_{n}")
        # Sentence by sentence, as the interviewer speaks: the first one is all that is waited for.
        async with contextlib.aclosing(_sound(mouth, said)) as sound:
            await anext(sound)
        if n:  # The first opens the connections.
            taken.append((time.perf_counter() - begun) * 1000)
    return taken


async def _sound(mouth: Any, words: str) -> AsyncIterator[Any]:
    from livekit.agents import tokenize, tts

    adapted = tts.StreamAdapter(tts=mouth, sentence_tokenizer=tokenize.blingfire.SentenceTokenizer())
    async with adapted.stream() as stream:
        stream.push_text(words)
        stream.end_input()
        async for audio in stream:
            yield audio.frame


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory(prefix="milo-bench-") as folder:
        for figure in measure(Path(folder) / "var"):
            print(figure.data())
    os._exit(0)
