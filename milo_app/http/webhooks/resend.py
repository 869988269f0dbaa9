"""What Resend tells us: what became of an email, and that one came in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from resend import Webhooks

from milo_app import bootstrap, routes
from milo_app.access.running import run
from milo_app.domain.actors import SystemActor
from milo_app.domain.errors import Forbidden, Invalid, NotFound, TooLarge
from milo_app.services import delivery_status, inbound_email

router = APIRouter()

#: An event is small; an email's content is not in it.
_LARGEST = 256 * 1024

#: Resend's events in the words of `delivery_status`. Opened and clicked are left out: programs that scan mail do both,
#: so they tell nothing of a person.
_STATUS = {
    "email.sent": "sent",
    "email.delivered": "delivered",
    "email.delivery_delayed": "delayed",
    "email.complained": "complained",
    "email.failed": "failed",
    "email.suppressed": "suppressed",
}


@router.post(routes.RESEND)
async def resend_event(request: Request) -> Response:
    """One event, kept with its work in one transaction; a repeat and an event without meaning change nothing."""
    event = await _from_resend(request)
    kind, data = str(event.get("type") or ""), event.get("data")
    id = str(data.get("email_id") or "") if isinstance(data, dict) else ""
    if not isinstance(data, dict) or not id:
        return Response(status_code=204)
    if kind == "email.received":
        await run(
            inbound_email.receive,
            SystemActor(),
            provider="resend",
            provider_id=id,
            sender=str(data.get("from") or ""),
            recipients=[*_texts(data.get("to")), *_texts(data.get("cc")), *_texts(data.get("received_for"))],
            subject=str(data.get("subject") or ""),
        )
    elif status := _status(kind, data):
        tags = data.get("tags")
        await run(
            delivery_status.note,
            SystemActor(),
            provider="resend",
            provider_id=id,
            status=status,
            error=_words(data)[:400],
            event_id=request.headers["svix-id"][:200],
            message_id=str(tags.get("message") or "")[:64] if isinstance(tags, dict) else "",
        )
    return Response(status_code=204)


async def _from_resend(request: Request) -> Mapping[str, Any]:
    """The event that Resend sent.

    Raises:
        NotFound: Resend's events are not set up here.
        Forbidden: the signature is not Resend's, or was made more than five minutes from now.
        Invalid: what was signed is no event.
    """
    secret = bootstrap.settings().resend_webhook_secret
    if secret is None:
        raise NotFound
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST:
            raise TooLarge("An event is smaller than this.")
    headers = request.headers
    try:
        event: object = Webhooks.verify(
            {
                "payload": bytes(body).decode(),
                "headers": {
                    "id": headers.get("svix-id", ""),
                    "timestamp": headers.get("svix-timestamp", ""),
                    "signature": headers.get("svix-signature", ""),
                },
                "webhook_secret": secret.get_secret_value(),
            }
        )
    except ValueError:  # also of a body that is no text
        raise Forbidden("This call is not signed by Resend.") from None
    if not isinstance(event, dict):
        raise Invalid("This is no event.")
    return event


def _status(kind: str, data: Mapping[str, Any]) -> str:
    if kind != "email.bounced":
        return _STATUS.get(kind, "")
    bounce = data.get("bounce")
    # A full mailbox or a server that is away says nothing against the address.
    lasting = isinstance(bounce, dict) and bounce.get("type") == "Permanent"
    return "bounced" if lasting else "undelivered"


def _words(data: Mapping[str, Any]) -> str:
    """The provider's own words on why."""
    for about in ("bounce", "failed", "suppressed"):
        found = data.get(about)
        if isinstance(found, dict):
            return str(found.get("message") or found.get("reason") or "")
    return ""


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
