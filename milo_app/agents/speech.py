"""Hearing and speaking in a room: any server with OpenAI's interface, by the same settings as everywhere."""

from __future__ import annotations

from livekit.plugins import openai

from milo_app.config import Settings

#: A voice that every server of this interface has under this name, or takes for its own.
VOICE = "alloy"
#: Servers of one's own want no key, but the client wants to send one.
_NO_KEY = "none"


def transcription(settings: Settings, language: str) -> openai.STT | None:
    """What turns the candidate's voice into words, or None where no model is set."""
    if not settings.stt_model:
        return None
    return openai.STT(
        model=settings.stt_model,
        language=language.split("-")[0],
        base_url=settings.openai_base_url or "https://api.openai.com/v1",
        api_key=_key(settings),
        use_realtime=False,
    )


def voice(settings: Settings) -> openai.TTS | None:
    """What speaks our words, or None where no model is set. Raw samples, so that nothing waits for a decoder."""
    if not settings.tts_model:
        return None
    return openai.TTS(
        model=settings.tts_model,
        voice=VOICE,
        base_url=settings.openai_base_url or "https://api.openai.com/v1",
        api_key=_key(settings),
        response_format="pcm",
    )


def _key(settings: Settings) -> str:
    return settings.openai_api_key.get_secret_value() if settings.openai_api_key else _NO_KEY
