"""An email as it goes over the wire, and back from there. Nothing that a person typed can become a header of its own."""

from __future__ import annotations

import email.policy
import hashlib
from datetime import datetime
from email.headerregistry import Address, HeaderRegistry
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from email.utils import format_datetime, getaddresses, parseaddr

from milo_app.services.ports import InboundAttachment, InboundEmail, OutgoingEmail, SendFailed

_REGISTRY = HeaderRegistry()


def to_mime(outgoing: OutgoingEmail, *, message_id: str, at: datetime) -> EmailMessage:
    """The message: plain text with an HTML alternative.

    Raises:
        SendFailed: when an address or header cannot stand in an email.
    """
    message = EmailMessage(policy=email.policy.SMTP)
    try:
        message["From"] = address(outgoing.sender)
        message["To"] = address(outgoing.to)
        message["Subject"] = outgoing.subject
        message["Date"] = format_datetime(at)
        message["Message-ID"] = message_id
        if outgoing.reply_to:
            message["Reply-To"] = address(outgoing.reply_to)
        for name, value in outgoing.headers:
            message[name] = value
    except (ValueError, IndexError) as error:
        raise SendFailed(f"Not a valid email header: {error}", retryable=False) from error
    message.set_content(outgoing.text)
    if outgoing.html:
        message.add_alternative(outgoing.html, subtype="html")
    return message


def address(written: str) -> Address:
    """`Name <address>` or a bare address, as one mailbox whose domain every mail server can read.

    Raises:
        ValueError: for anything but exactly one address.
    """
    if any(ord(ch) < 32 for ch in written):
        raise ValueError(f"{written!r} holds a line break.")
    found: tuple[Address, ...] = getattr(_REGISTRY("To", written), "addresses", ())
    if len(found) != 1 or not (found[0].username and found[0].domain):
        raise ValueError(f"{written!r} is no email address.")
    one = found[0]
    domain = one.domain if one.domain.isascii() else one.domain.encode("idna").decode()
    return Address(display_name=one.display_name, username=one.username, domain=domain)


def refuse_made_up(to: str) -> None:
    """Nothing leaves for an address that cannot exist, such as those of the demo's people: what comes back counts
    against the sender.

    Raises:
        SendFailed: it is one of them.
    """
    if to.rpartition("@")[2].strip(" >").lower().endswith((".example", ".invalid")):
        raise SendFailed(
            "This address is made up, so no email was sent.", retryable=False, about_address="made_up"
        )


def message_id(outgoing: OutgoingEmail, key: str) -> str:
    """The same for each try of one message, so that mail programs show it once."""
    host = parseaddr(outgoing.sender)[1].rpartition("@")[2]
    return f"<{digest(key)}@{host if host.isascii() and host else 'localhost'}>"


def digest(key: str) -> str:
    """32 hex digits that stand for *key*."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def from_mime(raw: bytes, *, id: str) -> InboundEmail:
    """An email that came in, read from its wire form; a broken one is read as far as it goes."""
    message = BytesParser(policy=email.policy.default).parsebytes(raw)
    rich, plain = message.get_body(("html",)), message.get_body(("plain",))
    files: list[InboundAttachment] = []
    for part in message.iter_attachments():
        content = part.get_payload(decode=True)
        size = len(content) if isinstance(content, bytes) else 0
        files.append(
            InboundAttachment(name=part.get_filename() or "", media_type=part.get_content_type(), size=size)
        )
    return InboundEmail(
        id=id,
        sender=str(message["From"] or ""),
        to=tuple(spec for _, spec in getaddresses([str(to) for to in message.get_all("To", [])])),
        subject=str(message["Subject"] or ""),
        text=_content(plain),
        html=_content(rich),
        headers={name.lower(): str(value) for name, value in message.items()},
        attachments=tuple(files),
    )


def _content(part: MIMEPart | None) -> str:
    """The words of a part; of one in a character set that nobody knows, what can be read of them."""
    if part is None:
        return ""
    try:
        content = str(part.get_content())
    except (LookupError, ValueError):
        raw = part.get_payload(decode=True)
        content = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""
    return content.replace("\r\n", "\n")
