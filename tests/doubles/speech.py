"""Transcription and speech with OpenAI's interface: hears what the test says is said, and speaks a tone.

    with SpeechDouble(heard=["Yes.", "I like people."]) as speech:
        ...  # OPENAI_BASE_URL=f"{speech.url}/v1", MILO_STT_MODEL and MILO_TTS_MODEL anything

Real providers take their time; `hearing_s` and `first_sound_s` are how long until the words, and the first samples.
"""

from __future__ import annotations

import asyncio
import math
import struct
import threading
from collections.abc import Sequence
from types import TracebackType

from aiohttp import web

RATE = 24_000


class SpeechDouble:
    """`heard` are the words of each next transcription ("" once they are used up); `spoken` what was asked to be said."""

    def __init__(
        self, heard: Sequence[str] = (), *, hearing_s: float = 0.05, first_sound_s: float = 0.05
    ) -> None:
        self.heard = list(heard)
        self.hearing_s, self.first_sound_s = hearing_s, first_sound_s
        #: The statuses with which the next requests are refused, in turn.
        self.failing: list[int] = []
        self.spoken: list[str] = []
        self.transcribed: list[str] = []
        self.url = ""

    def __enter__(self) -> SpeechDouble:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _start(self) -> None:
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_post("/v1/audio/transcriptions", self._transcribe)
        app.router.add_post("/v1/audio/speech", self._speak)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def _transcribe(self, request: web.Request) -> web.Response:
        form = await request.post()
        assert form.get("file") is not None and form.get("model")
        if self.failing:
            return web.json_response({"error": {"message": "Not now."}}, status=self.failing.pop(0))
        words = self.heard.pop(0) if self.heard else ""
        await asyncio.sleep(self.hearing_s)
        self.transcribed.append(words)
        return web.json_response({"text": words})

    async def _speak(self, request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        if self.failing:
            return web.json_response({"error": {"message": "Not now."}}, status=self.failing.pop(0))
        self.spoken.append(str(asked["input"]))
        await asyncio.sleep(self.first_sound_s)
        reply = web.StreamResponse(headers={"Content-Type": "audio/pcm"})
        await reply.prepare(request)
        # A short word for long ones: nobody in a test waits for whole sentences.
        for _ in range(min(10, 1 + len(self.spoken[-1]) // 20)):
            await reply.write(_tone(0.05))
        await reply.write_eof()
        return reply


def _tone(seconds: float) -> bytes:
    count = int(RATE * seconds)
    return struct.pack(
        f"<{count}h", *(int(6000 * math.sin(2 * math.pi * 330 * n / RATE)) for n in range(count))
    )
