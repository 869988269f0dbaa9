"""Speech to text and text to speech by any server with OpenAI's interface."""

from __future__ import annotations

from pathlib import Path

import openai

from milo_app.services.ports import SpeechFailed

#: What listening to one answer, and speaking one sentence, may take at most, in seconds.
_HEARING, _SPEAKING = 120.0, 15.0


class OpenAISpeech:
    """A server with OpenAI's `audio.transcriptions` and `audio.speech`. Implements `ports.Speech`.

    Each half has its address, key and model; one without a model is off.
    """

    name = "openai"

    def __init__(
        self,
        *,
        hears: str = "",
        hearing: tuple[str, str] = ("", ""),
        speaks: str = "",
        speaking: tuple[str, str] = ("", ""),
        voice: str = "alloy",
    ) -> None:
        self.hears, self.speaks, self._voice = hears, f"{speaks} ({voice})" if speaks else "", voice
        self._speaks = speaks
        self._hearing = _client(*hearing, seconds=_HEARING)
        self._speaking = _client(*speaking, seconds=_SPEAKING)

    def transcribe(self, path: Path, *, language: str) -> str:
        """The words in the sound at *path*; empty where nothing was said. *language* is a hint, such as `es`.

        Raises:
            SpeechFailed: `retryable` where the server was busy or out of reach.
        """
        try:
            with path.open("rb") as sound:
                heard = self._hearing.audio.transcriptions.create(
                    model=self.hears, file=(path.name, sound), language=language.split("-")[0]
                )
        except openai.OpenAIError as problem:
            raise _failed(problem) from problem
        return heard.text.strip()

    def say(self, text: str, *, language: str) -> bytes:
        """*text* spoken, as MP3. Raises SpeechFailed."""
        try:
            spoken = self._speaking.audio.speech.create(
                model=self._speaks, voice=self._voice, input=text[:4000], response_format="mp3"
            )
        except openai.OpenAIError as problem:
            raise _failed(problem) from problem
        return spoken.content


def _client(base_url: str, key: str, *, seconds: float) -> openai.OpenAI:
    # Tries are counted by the durable work around a call, so the client itself makes one.
    return openai.OpenAI(api_key=key or "none", base_url=base_url or None, timeout=seconds, max_retries=0)


def _failed(problem: openai.OpenAIError) -> SpeechFailed:
    status = getattr(problem, "status_code", None)
    retryable = status is None or status in (408, 409, 429) or status >= 500
    return SpeechFailed(str(problem)[:300] or type(problem).__name__, retryable=retryable)
