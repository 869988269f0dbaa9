"""What Twilio tells us: texts that arrive, and what became of those that were sent."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from twilio.request_validator import RequestValidator

from milo_app import bootstrap, routes
from milo_app.access.running import run
from milo_app.domain.actors import SystemActor
from milo_app.domain.errors import Forbidden, NotFound
from milo_app.services import delivery_status, texting

router = APIRouter()

#: Twilio wants TwiML back; our answer to the text goes out by itself.
_NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


async def _from_twilio(request: Request) -> dict[str, str]:
    """The form that Twilio sent.

    Raises:
        NotFound: Twilio is not set up here.
        Forbidden: the signature is not Twilio's.
    """
    settings = bootstrap.settings()
    if not settings.twilio_on or settings.twilio_auth_token is None:
        raise NotFound
    form = await request.form()
    # Signed over the address that Twilio was given, which is not what a proxy in front makes of it.
    query = f"?{request.url.query}" if request.url.query else ""
    url = f"{settings.public_url}{request.url.path}{query}"
    validator = RequestValidator(settings.twilio_auth_token.get_secret_value())
    if not validator.validate(url, form, request.headers.get("x-twilio-signature") or ""):
        raise Forbidden("This call is not signed by Twilio.")
    return {name: value for name, value in form.items() if isinstance(value, str)}


@router.post(routes.TWILIO_SMS)
async def twilio_sms(request: Request) -> Response:
    """An inbound text: kept and enqueued in one transaction, then answered by a text of its own."""
    form = await _from_twilio(request)
    sid = form.get("MessageSid") or form.get("SmsMessageSid") or form.get("SmsSid", "")
    if sid:
        media = int(form.get("NumMedia") or 0) if (form.get("NumMedia") or "0").isdigit() else 0
        body = form.get("Body", "") or ("[picture]" if media else "")
        await run(
            texting.receive,
            SystemActor(),
            provider="twilio",
            provider_id=sid,
            sender=form.get("From", ""),
            to=form.get("To", ""),
            body=body,
        )
    return Response(_NOTHING_TO_SAY, media_type="text/xml")


@router.post(routes.TWILIO_STATUS)
async def twilio_status(request: Request) -> Response:
    """What became of a text that was sent; out of order and repeated calls do no harm."""
    form = await _from_twilio(request)
    await run(
        delivery_status.note,
        SystemActor(),
        provider="twilio",
        provider_id=form.get("MessageSid") or form.get("SmsSid", ""),
        status=form.get("MessageStatus") or form.get("SmsStatus", ""),
        error=" ".join(x for x in (form.get("ErrorCode", ""), form.get("ErrorMessage", "")) if x),
    )
    return Response(status_code=204)
