"""What the LiveKit server tells us: rooms that open and close, and who comes and goes."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from livekit.api import TokenVerifier, WebhookReceiver
from livekit.protocol.webhook import WebhookEvent

from milo_app import bootstrap, routes
from milo_app.access.running import run
from milo_app.domain.actors import SystemActor
from milo_app.domain.errors import Forbidden, NotFound
from milo_app.http import bodies
from milo_app.services import rooms

router = APIRouter()

#: What LiveKit sends is a few kilobytes at most.
_MOST = 256 * 1024


async def _from_livekit(request: Request) -> WebhookEvent:
    """The event that LiveKit sent, believed only with a token of ours that holds the hash of this very body.

    Raises:
        NotFound: LiveKit is not set up here.
        Forbidden: the call is not signed with our key.
    """
    settings = bootstrap.settings()
    if not settings.livekit_on or settings.livekit_api_secret is None:
        raise NotFound
    async with bodies.spooled(request, limit=_MOST, too_large="This is more than LiveKit tells.") as blocks:
        body = b"".join(blocks)
    verifier = TokenVerifier(settings.livekit_api_key, settings.livekit_api_secret.get_secret_value())
    try:
        return WebhookReceiver(verifier).receive(
            body.decode(), request.headers.get("authorization", "").removeprefix("Bearer ")
        )
    except Exception as wrong:  # The SDK has no error of its own: any of several libraries' refuses here.
        raise Forbidden("This call is not signed by LiveKit.") from wrong


@router.post(routes.LIVEKIT)
async def livekit(request: Request) -> Response:
    """Keep what is about one of our rooms, once, however often it is told."""
    event = await _from_livekit(request)
    await run(
        rooms.note,
        SystemActor(),
        event_id=event.id,
        kind=event.event,
        room=event.room.name,
        identity=event.participant.identity,
    )
    return Response(status_code=204)
