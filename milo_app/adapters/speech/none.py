"""No speech server."""

from __future__ import annotations

from pathlib import Path

from milo_app.services.ports import SpeechFailed


class NoSpeech:
    """Nothing is set: the candidate's browser speaks, and a person listens. Implements `ports.Speech`."""

    name = "none"
    hears = ""
    speaks = ""

    def transcribe(self, path: Path, *, language: str) -> str:
        """Raises SpeechFailed."""
        raise SpeechFailed("No transcription is set.", retryable=False)

    def say(self, text: str, *, language: str) -> bytes:
        """Raises SpeechFailed."""
        raise SpeechFailed("No voice is set.", retryable=False)
