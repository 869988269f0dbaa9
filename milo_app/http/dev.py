"""The local mailbox and handset: where emails and texts land while MILO_ENV is local, and where replying works.

Stand-ins, and they say so. They show every message of this instance, so they exist only locally, answer only to the
instance's own host name, and ask for a member's session where the instance is open to others (MILO_LOCAL_OPEN).
"""

from __future__ import annotations

import html
import uuid
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Depends, Form, Request
from fastapi.requests import HTTPConnection
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader
from pydantic import BaseModel, Field

from milo_app import bootstrap, config, routes
from milo_app.access.guards import member_actor
from milo_app.access.running import call, run
from milo_app.domain.actors import SystemActor
from milo_app.domain.errors import Forbidden, Invalid, NotFound
from milo_app.http import same_origin
from milo_app.services import candidates, inbound_email, numbers, texting
from milo_app.services.ports import Handset, Mailbox, MailboxEntry, SendFailed, Switchboard

_TEMPLATES = Path(__file__).resolve().parents[1] / "templates" / "dev"
_LONGEST_TEXT = 1600
_LONGEST_EMAIL = 50_000


async def only_here(request: HTTPConnection) -> None:
    """Let nobody in but people at this machine, or members where the instance is open to others.

    Raises:
        NotFound: this is no local instance.
        Forbidden: the request names another host (a foreign page that points its own name at this machine).
        NotSignedIn: the instance is open and nobody is signed in.
    """
    settings = bootstrap.settings()
    if settings.env != "local":
        raise NotFound("We could not find that page.")
    named = request.headers.get("host", "")
    try:
        host = "" if "@" in named else urlsplit(f"//{named}").hostname or ""
    except ValueError:
        host = ""
    public = urlsplit(settings.public_url).hostname or ""
    if not config.is_loopback(host) and host != public:
        raise Forbidden("This page answers only under the instance's own address.")
    if settings.local_open:
        await member_actor(request)


router = APIRouter(dependencies=[Depends(only_here)])


def _mailbox() -> Mailbox | None:
    email = bootstrap.deps().email
    return email if isinstance(email, Mailbox) else None


def _handset() -> Handset | None:
    sms = bootstrap.deps().sms
    return sms if isinstance(sms, Handset) else None


# --- Mailbox --------------------------------------------------------------------------------------------------------


@router.get(routes.DEV_MAILBOX_JSON)
async def mailbox_json(to: str = "", after: str = "") -> JSONResponse:
    """[{id, at, from, to, subject, text, html, headers, links}], oldest first."""
    return JSONResponse(await _emails(to, after))


@router.get(routes.DEV_MAILBOX)
async def mailbox_page(to: str = "") -> HTMLResponse:
    """Every email, newest first."""
    emails = list(reversed(await _emails(to, "")))
    return _page("mailbox.html", emails=emails, to=to, here=_mailbox() is not None)


@router.get(routes.DEV_MAIL)
async def raw_email(message_id: str) -> Response:
    """The message as it would go over the wire. Raises NotFound."""
    mailbox = _mailbox()
    raw = await call(mailbox.raw, message_id) if mailbox else None
    if raw is None:
        raise NotFound("There is no such email.")
    return Response(
        raw,
        media_type="message/rfc822",
        headers={
            "Content-Disposition": f'attachment; filename="{message_id}.eml"',
            "Cache-Control": "no-store",
        },
    )


@router.get("/dev/mailbox/{message_id}")
async def email_page(message_id: str, answered: str = "") -> HTMLResponse:
    """One email as a mail program would show it, with its links and plain text. Raises NotFound."""
    found = await _email(message_id)
    shown = (
        f'<base target="_top">{found["html"]}'
        if found["html"]
        else f"<pre>{html.escape(found['text'])}</pre>"
    )
    return _page("email.html", email=found, shown=shown, answered=answered)


class Written(BaseModel):
    """An email written to us, such as an answer to one of ours. The same `id` again is the same email."""

    sender: str = Field(alias="from", min_length=1, max_length=300)
    to: str = Field(min_length=1, max_length=300)
    subject: str = Field(default="", max_length=300)
    text: str = Field(default="", max_length=_LONGEST_EMAIL)
    automatic: bool = False
    id: str = Field(default="", max_length=100)


@router.post(routes.DEV_MAILBOX_JSON)
async def write_email(request: Request, written: Written) -> JSONResponse:
    """An email that comes in, taken by the very code behind Resend's webhook: {id, repeat, known}."""
    same_origin.require(request)
    return JSONResponse(await _arrive(written))


@router.post("/dev/mailbox/{message_id}")
async def answer_email(
    request: Request,
    message_id: str,
    text: Annotated[str, Form(max_length=_LONGEST_EMAIL)] = "",
) -> RedirectResponse:
    """The reply form under an email. Raises NotFound."""
    same_origin.require(request)
    found = await _email(message_id)
    to = found["headers"].get("Reply-To") or found["from"]
    answer = {"from": found["to"], "to": to, "subject": f"Re: {found['subject']}"[:300], "text": text}
    arrived = await _arrive(Written.model_validate(answer))
    return RedirectResponse(f"/dev/mailbox/{message_id}?answered={'yes' if arrived['known'] else 'no'}", 303)


async def _arrive(written: Written) -> dict[str, Any]:
    """Take an email as Resend would hand it over: its content lies ready before anybody is told of it."""
    mailbox = _mailbox()
    if mailbox is None:
        raise NotFound("Emails go to a real provider here, so this mailbox takes none.")
    id = written.id or uuid.uuid4().hex
    content = {"sender": written.sender, "to": written.to, "subject": " ".join(written.subject.split())}
    try:
        fresh = await call(mailbox.reply, id=id, text=written.text, automatic=written.automatic, **content)
    except SendFailed as wrong:
        raise Invalid(wrong.reason) from None
    message = await run(
        inbound_email.receive,
        SystemActor(),
        provider="mailbox",
        provider_id=id,
        sender=written.sender,
        recipients=[parseaddr(written.to)[1]],
        subject=content["subject"],
    )
    return {"id": id, "repeat": not fresh, "known": message is not None}


async def _email(message_id: str) -> MailboxEntry:
    found = next((e for e in await _emails("", "") if e["id"] == message_id), None)
    if found is None:
        raise NotFound("There is no such email.")
    return found


async def _emails(to: str, after: str) -> list[MailboxEntry]:
    mailbox = _mailbox()
    if mailbox is None:
        return []
    try:
        return await call(mailbox.entries, to=to, after=after)
    except ValueError:
        raise Invalid(fields={"after": "Give an id or a time such as 2026-11-23T10:00:00+00:00."}) from None


# --- Handset --------------------------------------------------------------------------------------------------------


class Typed(BaseModel):
    """A text typed on the handset. The same `id` again is the same text, as a provider's repeat would be."""

    sender: str = Field(alias="from", min_length=1, max_length=40)
    to: str = Field(default="", max_length=60)
    body: str = Field(default="", max_length=_LONGEST_TEXT)
    id: str = Field(default="", max_length=100)


@router.get(routes.DEV_PHONE_JSON)
async def phone_json(number: str = "", after: str = "") -> JSONResponse:
    """[{id, at, direction, from, to, body, state}], oldest first; `direction` is out (from Milo) or in."""
    return JSONResponse(await _texts(number, after))


@router.post(routes.DEV_PHONE_JSON)
async def type_text(request: Request, typed: Typed) -> JSONResponse:
    """An inbound text, taken by the very code behind Twilio's webhook: {id, repeat, known}."""
    same_origin.require(request)
    return JSONResponse(await _receive(typed))


@router.get(routes.DEV_PHONE)
async def phone_page(number: str = "") -> HTMLResponse:
    """All numbers, or the conversation with one of them and a field to reply."""
    texts = await _texts(number, "")
    numbers: dict[str, dict[str, Any]] = {}
    for text in reversed(texts):
        other = text["from"] if text["direction"] == "in" else text["to"]
        numbers.setdefault(other, {"number": other, "last": text["body"], "at": text["at"]})
    sender = bootstrap.deps().instance.sms_sender
    return _page(
        "phone.html",
        numbers=list(numbers.values()),
        number=number,
        texts=texts,
        sender=sender,
        here=_handset() is not None,
        calls=isinstance(bootstrap.deps().phone, Switchboard),
    )


@router.post(routes.DEV_PHONE)
async def reply(
    request: Request,
    number: Annotated[str, Form(max_length=40)] = "",
    body: Annotated[str, Form(max_length=_LONGEST_TEXT)] = "",
) -> RedirectResponse:
    """The page's reply form."""
    same_origin.require(request)
    await _receive(Typed.model_validate({"from": number or " ", "body": body}))
    return RedirectResponse(f"{routes.DEV_PHONE}?number={quote(number)}", 303)


@router.get("/dev/phone.js")
async def phone_script() -> Response:
    """Keeps the open conversation current; the page works without it."""
    return Response((_TEMPLATES / "phone.js").read_text(encoding="utf-8"), media_type="text/javascript")


async def _texts(number: str, after: str) -> list[Any]:
    handset = _handset()
    return await call(handset.entries, number=_plus(number), after=after) if handset else []


def _plus(number: str) -> str:
    """A plus sign in a query becomes a space on its way."""
    return f"+{number.strip()}" if number[:1] == " " and number.strip() else number


async def _receive(typed: Typed) -> dict[str, Any]:
    """Take a text as Twilio would hand it over: kept and enqueued first, then shown on the handset."""
    handset = _handset()
    if handset is None:
        raise NotFound("Texts go to a real provider here, so this handset takes none.")
    sender = candidates.clean_phone(_plus(typed.sender))
    if sender is None:
        raise Invalid(fields={"from": "A phone number is needed, like +14155550123."})
    to = _plus(typed.to) or bootstrap.deps().instance.sms_sender
    id = typed.id or f"LM{uuid.uuid4().hex}"
    message = await run(
        texting.receive,
        SystemActor(),
        provider="handset",
        provider_id=id,
        sender=sender,
        to=to,
        body=typed.body,
    )
    fresh = await call(handset.received, id=id, sender=sender, to=to, body=typed.body)
    return {"id": id, "repeat": not fresh, "known": message is not None and message.kind != numbers.STRANGER}


def _page(name: str, **facts: Any) -> HTMLResponse:
    body = _environment.get_template(name).render(name=name.removesuffix(".html"), **facts)
    return HTMLResponse(body, headers={"Cache-Control": "no-store", "X-Robots-Tag": "noindex"})


_environment = Environment(
    loader=FileSystemLoader(_TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
)
