"""What providers tell us. Each call is believed only with the provider's signature; none exists without its provider.

One module for each provider. A call is kept and its work enqueued in one transaction; nothing is done inline.
"""

from __future__ import annotations

from fastapi import APIRouter

from milo_app.http.webhooks import livekit, resend, twilio, voice

router = APIRouter()
for provider in (livekit, resend, twilio, voice):
    router.include_router(provider.router)

__all__ = ["router"]
