"""Hearing and speaking in a room: any server with OpenAI's interface, by the same settings as everywhere."""

from __future__ import annotations

from livekit.plugins import openai
from pydantic import SecretStr

from milo_app.config import Settings

_OPENAI = "https://api.openai.com/v1"
#: Servers of one's own want no key, but the client wants to send one.
_NO_KEY = "none"


def transcription(settings: Settings, language: str) -> openai.STT | None:
    """What turns the candidate's voice into words, or None where no model is set."""
    if not settings.stt_model:
        return None
    base_url, key = _server(settings, settings.stt_base_url, settings.stt_api_key)
    return openai.STT(
        model=settings.stt_model,
        language=language.split("-")[0],
        base_url=base_url,
        api_key=key,
        use_realtime=False,
    )


def voice(settings: Settings) -> openai.TTS | None:
    """What speaks our words, or None where no model is set. Raw samples, so that nothing waits for a decoder."""
    if not settings.tts_model:
        return None
    base_url, key = _server(settings, settings.tts_base_url, settings.tts_api_key)
    return openai.TTS(
        model=settings.tts_model,
        voice=settings.tts_voice,
        base_url=base_url,
        api_key=key,
        response_format="pcm",
    )


def _server(settings: Settings, base_url: str, key: SecretStr | None) -> tuple[str, str]:
    """The address and key of one of the two. OpenAI's own key goes to no other server than the one it was given for."""
    key = key or (None if base_url else settings.openai_api_key)
    return base_url or settings.openai_base_url or _OPENAI, key.get_secret_value() if key else _NO_KEY
