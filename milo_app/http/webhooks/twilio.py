"""What Twilio tells us: texts that arrive, and what became of those that were sent.

Both routes answer any call that Twilio signed, however odd its fields are: an error here would only make Twilio call
again. What is not signed is refused before anything is read of it.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData
from twilio.request_validator import RequestValidator

from milo_app import bootstrap, routes
from milo_app.access.running import run
from milo_app.config import Settings
from milo_app.domain.actors import SystemActor
from milo_app.domain.errors import Conflict, Forbidden, NotFound, TooLarge
from milo_app.services import delivery_status, texting

router = APIRouter()

#: Twilio wants TwiML back; our answer to the text goes out by itself.
_NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'

#: The largest call that is read, in bytes; Twilio's own are a few thousand.
_LARGEST = 256 * 1024

#: Words that Twilio answers by itself where they are the whole text.
_ANSWERED_BY_TWILIO = frozenset(
    {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "HELP", "INFO"}
)


async def _from_twilio(request: Request) -> dict[str, str]:
    """The form that Twilio sent; of a field that came twice, the last.

    Raises:
        NotFound: Twilio is not set up here.
        Forbidden: the signature is not Twilio's.
        TooLarge: nothing that Twilio would send.
    """
    settings = bootstrap.settings()
    if not settings.twilio_on:
        raise NotFound
    body = await _body(request)
    # Blank fields are signed too, so they are kept; what cannot be decoded was never signed like that.
    form = FormData([*parse_qsl(body, keep_blank_values=True)])
    # Signed over the address that Twilio was given, which is not what a proxy in front makes of it.
    query = f"?{request.url.query}" if request.url.query else ""
    url = f"{settings.public_url}{request.url.path}{query}"
    signed: Any = body if "bodySHA256=" in query else form
    signature = request.headers.get("x-twilio-signature") or ""
    if not any(RequestValidator(token).validate(url, signed, signature) for token in _tokens(settings)):
        raise Forbidden("This call is not signed by Twilio.")
    return {name: value for name, value in form.items() if isinstance(value, str)}


def _tokens(settings: Settings) -> list[str]:
    """The account's token, and while it is being exchanged the other one too."""
    tokens = (settings.twilio_auth_token, settings.twilio_auth_token_secondary)
    return [token.get_secret_value() for token in tokens if token]


async def _body(request: Request) -> str:
    kept = bytearray()
    async for chunk in request.stream():
        kept += chunk
        if len(kept) > _LARGEST:
            raise TooLarge("This call is too large.")
    return kept.decode("utf-8", "replace")


@router.post(routes.TWILIO_SMS)
async def twilio_sms(request: Request) -> Response:
    """An inbound text: kept and enqueued in one transaction, then answered by a text of its own."""
    form = await _from_twilio(request)
    sid = form.get("MessageSid") or form.get("SmsMessageSid") or form.get("SmsSid", "")
    if sid:
        await _receive(form, sid)
    return Response(_NOTHING_TO_SAY, media_type="text/xml")


async def _receive(form: dict[str, str], sid: str) -> None:
    body, media, opt_out = form.get("Body", ""), _count(form.get("NumMedia", "")), form.get("OptOutType", "")
    replied = opt_out.upper() in ("STOP", "HELP") or body.strip().upper() in _ANSWERED_BY_TWILIO
    text: dict[str, Any] = {
        "provider": "twilio",
        "provider_id": sid[:64],
        "sender": form.get("From", ""),
        "to": form.get("To", ""),
        "body": body or ("[picture]" if media else ""),
        "opt_out": opt_out,
        "media": media,
        "replied": replied,
    }
    try:
        await run(texting.receive, SystemActor(), **text)
    except Conflict:
        # Two calls about one text at once: the other was quicker, and this one now finds what it kept.
        await run(texting.receive, SystemActor(), **text)


@router.post(routes.TWILIO_STATUS)
async def twilio_status(request: Request) -> Response:
    """What became of a text that was sent; out of order and repeated calls do no harm."""
    form = await _from_twilio(request)
    said = {
        "provider": "twilio",
        "provider_id": (form.get("MessageSid") or form.get("SmsSid", ""))[:64],
        "status": (form.get("MessageStatus") or form.get("SmsStatus", "")).lower(),
        "error": " ".join(x for x in (form.get("ErrorCode", ""), form.get("ErrorMessage", "")) if x),
        # Ours, from the address that we gave with the text: signed by Twilio with the rest of it.
        "message_id": request.query_params.get("m", "")[:64],
    }
    try:
        await run(delivery_status.note, SystemActor(), **said)
    except Conflict:
        await run(delivery_status.note, SystemActor(), **said)
    return Response(status_code=204)


def _count(value: str) -> int:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 4 else 0
