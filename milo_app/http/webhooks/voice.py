"""What Twilio Voice asks and tells about calls. The local telephone does the same with a secret of this instance.

Every address that we hand out carries our own id of the call; it is signed with the rest.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Connect, Gather, VoiceResponse

from milo_app import bootstrap, routes
from milo_app.access.running import run
from milo_app.domain.actors import SystemActor
from milo_app.domain.errors import Conflict, Forbidden, TooLarge
from milo_app.services import call_recordings, call_states
from milo_app.services.call_states import Reply

router = APIRouter()

#: The largest call that is read, in bytes; Twilio's own are a few thousand.
_LARGEST = 256 * 1024
#: How our languages are called there.
_LANGUAGES = {"en": "en-US", "es": "es-US"}


def signing_keys() -> list[str]:
    """The secrets that a telephone service may have signed with: the one in use, and one that is being exchanged."""
    secondary = bootstrap.settings().twilio_auth_token_secondary
    more = [secondary.get_secret_value()] if secondary else []
    return [bootstrap.deps().phone.signing_key, *more]


def relay_url() -> str:
    """The address of the line, exactly as it is handed out and signed."""
    return "ws" + bootstrap.settings().public_url.removeprefix("http") + routes.TWILIO_RELAY


async def _signed(request: Request) -> dict[str, str]:
    """The form that the telephone service sent.

    Raises:
        Forbidden: the signature is not its own.
        TooLarge: nothing that it would send.
    """
    kept = bytearray()
    async for chunk in request.stream():
        kept += chunk
        if len(kept) > _LARGEST:
            raise TooLarge("This call is too large.")
    # Blank fields are signed too, so they are kept.
    form = FormData([*parse_qsl(kept.decode("utf-8", "replace"), keep_blank_values=True)])
    query = f"?{request.url.query}" if request.url.query else ""
    # Signed over the address that was given, which is not what a proxy in front makes of it.
    url = f"{bootstrap.settings().public_url}{request.url.path}{query}"
    signature = request.headers.get("x-twilio-signature") or ""
    if not any(RequestValidator(key).validate(url, form, signature) for key in signing_keys()):
        raise Forbidden("This call is not signed by the telephone service.")
    return {name: value for name, value in form.items() if isinstance(value, str)}


@router.post(routes.TWILIO_VOICE)
async def answered(request: Request) -> Response:
    """Somebody answered a call of ours (`?call=`), or rings us up: what to do with them, as TwiML."""
    form = await _signed(request)
    call_id = request.query_params.get("call", "")
    if not call_id:
        return await _rang_in(form)
    reply = await run(
        call_states.answered,
        SystemActor(),
        call_id=call_id,
        provider=bootstrap.deps().phone.name,
        provider_id=form.get("CallSid", ""),
        answered_by=form.get("AnsweredBy", ""),
    )
    return _twiml(reply)


@router.post(routes.TWILIO_VOICE_CODE)
async def code_typed(request: Request) -> Response:
    """The short code of a caller with more than one interview, as TwiML."""
    tries = request.query_params.get("tries", "")
    return await _rang_in(await _signed(request), tries=int(tries) if tries in ("1", "2") else 1)


async def _rang_in(form: dict[str, str], tries: int = 0) -> Response:
    facts = {
        "provider": bootstrap.deps().phone.name,
        "provider_id": form.get("CallSid", "")[:64],
        "sender": form.get("From", ""),
        "to": form.get("To", ""),
        "digits": form.get("Digits", ""),
        "tries": tries,
    }
    try:
        return _twiml(await run(call_states.rang_in, SystemActor(), **facts))
    except Conflict:
        # Asked twice at once: the other was quicker, and this one now finds what it kept.
        return _twiml(await run(call_states.rang_in, SystemActor(), **facts))


@router.post(routes.TWILIO_VOICE_STATUS)
async def status(request: Request) -> Response:
    """What becomes of a call; out of order and repeated words do no harm."""
    form = await _signed(request)
    await run(
        call_states.note_state,
        SystemActor(),
        call_id=request.query_params.get("call", ""),
        provider=bootstrap.deps().phone.name,
        provider_id=form.get("CallSid", "")[:64],
        state=form.get("CallStatus", "").lower(),
        seconds=form.get("CallDuration", ""),
        answered_by=form.get("AnsweredBy", ""),
    )
    return Response(status_code=204)


@router.post(routes.TWILIO_VOICE_END)
async def line_ended(request: Request) -> Response:
    """Our line to a call has ended: hang up, or a new line where it broke, as TwiML."""
    form = await _signed(request)
    if form.get("CallStatus", "").lower() in ("completed", "canceled", "failed"):
        return _twiml(Reply(do="hang_up"))
    reply = await run(
        call_states.line_ended,
        SystemActor(),
        call_id=request.query_params.get("call", ""),
        provider_id=form.get("CallSid", ""),
    )
    return _twiml(reply)


@router.post(routes.TWILIO_VOICE_RECORDING)
async def recording(request: Request) -> Response:
    """A call's recording is finished, and is fetched."""
    form = await _signed(request)
    await run(
        call_recordings.note,
        SystemActor(),
        call_id=request.query_params.get("call", ""),
        recording_id=form.get("RecordingSid", "")[:64],
        status=form.get("RecordingStatus", ""),
        started=form.get("RecordingStartTime", ""),
        seconds=form.get("RecordingDuration", ""),
    )
    return Response(status_code=204)


def _twiml(reply: Reply) -> Response:
    response, public = VoiceResponse(), bootstrap.settings().public_url
    if reply.do == "talk":
        connect = Connect(action=f"{public}{routes.TWILIO_VOICE_END}?{urlencode({'call': reply.call_id})}")
        language = _LANGUAGES.get(reply.language.split("-")[0], reply.language)
        relay: Any = connect.conversation_relay(
            url=relay_url(),
            language=language,
            interruptible="speech",
            dtmf_detection=True,
            report_input_during_agent_speech="speech",
            partial_prompts=True,
            events="speaker-events tokens-played",
            **({"hints": reply.hints} if reply.hints else {}),
        )
        relay.parameter(name="token", value=reply.token)
        response.append(connect)
    elif reply.do == "code":
        action = f"{public}{routes.TWILIO_VOICE_CODE}?{urlencode({'tries': reply.tries})}"
        gather = Gather(input="dtmf", num_digits=4, timeout=15, action=action, action_on_empty_result=True)
        gather.say(reply.words)
        response.append(gather)
    else:
        if reply.words:
            response.say(reply.words)
        response.hangup()
    return Response(str(response), media_type="text/xml")
