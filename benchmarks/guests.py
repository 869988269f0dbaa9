"""Candidates in real LiveKit rooms without a browser: a microphone that says something, and a page's good sense."""

from __future__ import annotations

import asyncio
import contextlib
import json
import struct
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from tests import voices
from tests.doubles.speech import SpeechDouble
from tests.livekit_server import LiveKitServer, Worker
from tests.outside import plans
from tests.outside.instance import Instance
from tests.outside.plans import Json
from tests.outside.talker import Talker

#: As the page has them: seconds without a sign of life until another interviewer is asked for, and between two asks.
_ALIVE, _COMING = 6.0, 9.0
#: So long a guest waits for an interviewer before they go on alone, and for their words to be taken.
_PATIENCE, _HEARD = 25.0, 20.0
_TOPIC = "milo"
_FRAME = voices.RATE // 50


class Rooms:
    """The LiveKit server, its interviewers and what they hear, for one instance, which is told of it before it starts.

    One guest speaks at a time (`floor`), since what is heard next is told to nobody in particular.
    """

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.server = LiveKitServer(instance.data / "livekit", webhook=f"{instance.url}/webhooks/livekit")
        self.speech = SpeechDouble()
        self.floor = asyncio.Lock()
        self.voice = voices.babble(before=0.2, after=2.5)

    def __enter__(self) -> Rooms:
        with contextlib.ExitStack() as held:
            held.enter_context(self.server)
            held.enter_context(self.speech)
            models = {"MILO_STT_MODEL": "whisper-1", "MILO_TTS_MODEL": "tts-1"}
            self.instance.env |= self.server.env | models | {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
            data = self.instance.data
            hearing = {"MILO_DATA": str(data), "OPENAI_BASE_URL": f"{self.speech.url}/v1"}
            self.worker = Worker(self.instance.env | hearing, data / "worker.log")
            held.callback(self.worker.kill)
            self._held = held.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._held.close()


@dataclass
class Guest(Talker):
    """Mostly in a room, now and then by another way."""

    house: Rooms = field(kw_only=True)
    ways: tuple[str, ...] = ("room", "room", "room", "page", "phone")
    _alive: float = 0.0
    _speaking: bool = False

    async def in_room(self, most: int) -> None:
        """Answer *most* questions in the room, aloud where an interviewer is there and nobody else speaks."""
        from livekit import rtc

        entry = await self.json("POST", "/room")
        await self.json("POST", "/conversation/voice/begin", json={"key": self.key()})
        room, self._alive = rtc.Room(), 0.0

        def heard(packet: rtc.DataPacket) -> None:
            if packet.topic == _TOPIC:
                self._alive = time.monotonic()

        room.on("data_received", heard)
        await room.connect(entry["url"], entry["token"])
        source = rtc.AudioSource(voices.RATE, 1)
        track = rtc.LocalAudioTrack.create_audio_track("voice", source)
        microphone = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        await room.local_participant.publish_track(track, microphone)
        sound = asyncio.create_task(self._sound(source))
        try:
            await self._interviewed(room, most)
        finally:
            sound.cancel()
            await room.disconnect()

    async def _sound(self, source: Any) -> None:
        """What the microphone gives: a voice while they speak, else nothing."""
        from livekit import rtc

        voice, at = self.house.voice, 0
        while True:
            at = (at + _FRAME) % (len(voice) - _FRAME) if self._speaking else 0
            samples = voice[at : at + _FRAME] if self._speaking else [0] * _FRAME
            data = struct.pack(f"<{_FRAME}h", *samples)
            await source.capture_frame(rtc.AudioFrame(data, voices.RATE, 1, _FRAME))

    async def _interviewed(self, room: Any, most: int) -> None:
        known = plans.questions(self.plan)
        came = called = time.monotonic()
        called -= _COMING
        while most > 0:
            talk = await self.json("GET", "/conversation/voice")
            if talk["closed"] or talk["awaiting"] == "nothing":
                break
            now = time.monotonic()
            led = now - self._alive < _ALIVE
            if not led and now - max(called, self._alive) > _COMING:
                called = now
                await self.json("POST", "/room/interviewer")
            if not led and now - max(came, self._alive) < _PATIENCE:
                await asyncio.sleep(0.3)
                continue
            await asyncio.sleep(self.chance.uniform(1, 4))  # They think, and whoever leads may die meanwhile.
            question = known[talk["question"]["id"]]
            aloud = question["kind"] == "long_text" and led and not self.house.floor.locked()
            if not (aloud and await self._speak(question)):
                await self.converse("voice", most=1)
                look = json.dumps({"type": "look"})
                with contextlib.suppress(Exception):  # A room that closes; the interviewer looks by itself.
                    await room.local_participant.publish_data(look, topic=_TOPIC)
            most -= 1
        if talk["closed"] and (await self.standing())["stage"] == "voice":
            await self.hand_in("voice")

    async def _speak(self, question: Json) -> bool:
        """Say it until it stands in the transcript; False where nobody took it."""
        words, speech = str(self.value(question)), self.house.speech
        async with self.house.floor:
            speech.heard[:] = [words]
            self._speaking, end = True, time.monotonic() + _HEARD
            try:
                while time.monotonic() < min(end, self._alive + _ALIVE):
                    await asyncio.sleep(0.3)
                    talk = await self.json("GET", "/conversation/voice")
                    if any(turn["text"] == words for turn in talk["turns"]):
                        self.aloud.append((question["id"], words))
                        return True
            finally:
                self._speaking = False
                speech.heard.clear()
                # What was said of it last may still be on its way to be transcribed.
                await asyncio.sleep(2.5)
        return False
