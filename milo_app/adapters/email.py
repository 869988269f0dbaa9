"""Email: the local mailbox, SMTP and Resend."""

from __future__ import annotations

import email.policy
import hashlib
import html
import os
import re
import secrets
import smtplib
import ssl
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import resend
from resend.exceptions import ResendError
from resend.http_client_requests import RequestsClient

from milo_app.adapters.clock import SystemClock
from milo_app.services.ports import Clock, MailboxEntry, OutgoingEmail, SendFailed, Sent

_HREF = re.compile(r'href="(https?://[^"]+)"', re.IGNORECASE)
_URL = re.compile(r"https?://[^\s<>\"')\]]+")
_ID = re.compile(r"[0-9a-f]{32}")


def to_mime(outgoing: OutgoingEmail, *, message_id: str, at: datetime) -> EmailMessage:
    """The message as it goes over the wire: plain text with an HTML alternative.

    Raises:
        SendFailed: when an address or header cannot stand in an email.
    """
    message = EmailMessage(policy=email.policy.SMTP)
    try:
        message["From"] = outgoing.sender
        message["To"] = outgoing.to
        message["Subject"] = outgoing.subject
        message["Date"] = format_datetime(at)
        message["Message-ID"] = message_id
        if outgoing.reply_to:
            message["Reply-To"] = outgoing.reply_to
        for name, value in outgoing.headers:
            message[name] = value
    except (ValueError, IndexError) as error:
        raise SendFailed(f"Not a valid email header: {error}", retryable=False) from error
    message.set_content(outgoing.text)
    if outgoing.html:
        message.add_alternative(outgoing.html, subtype="html")
    return message


def _message_id(outgoing: OutgoingEmail, key: str) -> str:
    """The same for each try of one message, so that mail programs show it once."""
    host = parseaddr(outgoing.sender)[1].rpartition("@")[2] or "localhost"
    return f"<{_digest(key)}@{host}>"


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]


class LocalEmail:
    """Keeps each message as an `.eml` file in *folder*, where `/dev/mailbox` shows it; nothing is sent.

    Implements `ports.Email` and `ports.Mailbox`.
    """

    name = "mailbox"
    idempotent = True

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        self._folder, self._clock = folder, clock or SystemClock()

    def send(self, email: OutgoingEmail, *, key: str) -> Sent:
        """Keep the message; the same *key* is kept once.

        Raises:
            SendFailed: when a header is not valid.
        """
        id, at = _digest(key), self._clock.now()
        message = to_mime(email, message_id=_message_id(email, key), at=at)
        message["X-Milo-At"] = at.isoformat()
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = self._folder / f".{secrets.token_hex(8)}.part"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(message.as_bytes())
        try:
            os.link(draft, self._folder / f"{id}.eml")
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        return Sent(provider=self.name, provider_id=id)

    def entries(self, *, to: str = "", after: str = "") -> list[MailboxEntry]:
        """Messages, oldest first. *to* is an address; *after* an entry's `at` or id, which is left out itself."""
        found = [self._read(path) for path in self._folder.glob("*.eml")]
        found.sort(key=lambda entry: (entry["at"], entry["id"]))
        if _ID.fullmatch(after):
            ids = [entry["id"] for entry in found]
            found = found[ids.index(after) + 1 :] if after in ids else []
        elif after:
            # A plus sign in a query becomes a space on its way.
            since = datetime.fromisoformat(after.replace(" ", "+"))
            found = [entry for entry in found if datetime.fromisoformat(entry["at"]) > since]
        if to:
            found = [entry for entry in found if parseaddr(entry["to"])[1].lower() == to.strip().lower()]
        return found

    def raw(self, id: str) -> bytes | None:
        """The message as it would go over the wire, or None."""
        path = self._folder / f"{id}.eml"
        return path.read_bytes() if _ID.fullmatch(id) and path.exists() else None

    def _read(self, path: Path) -> MailboxEntry:
        message = BytesParser(policy=email.policy.default).parsebytes(path.read_bytes())
        html_part, text_part = message.get_body(("html",)), message.get_body(("plain",))
        body = str(html_part.get_content()) if html_part else ""
        text = str(text_part.get_content()) if text_part else ""
        links = [html.unescape(link) for link in _HREF.findall(body)] + _URL.findall(text)
        return {
            "id": path.stem,
            "at": str(message["X-Milo-At"]),
            "from": str(message["From"]),
            "to": str(message["To"]),
            "subject": str(message["Subject"]),
            "text": text,
            "html": body,
            "headers": {name: str(value) for name, value in message.items()},
            "links": list(dict.fromkeys(links)),
        }


@dataclass(frozen=True)
class _Server:
    host: str
    port: int
    tls: bool
    user: str
    password: str


class SmtpEmail:
    """Sends by an SMTP server: `smtp://user:password@host:587` (STARTTLS where offered) or `smtps://…:465`.

    SMTP knows no idempotency key: a try whose end nobody saw is reported as unknown. Implements `ports.Email`.
    """

    name = "smtp"
    idempotent = False

    def __init__(self, url: str, *, timeout: float = 20, clock: Clock | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("SMTP_URL must look like smtp://user:password@host:587 or smtps://host:465.")
        tls = parts.scheme == "smtps"
        self._server = _Server(
            host=parts.hostname,
            port=parts.port or (465 if tls else 587),
            tls=tls,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )
        self._timeout, self._clock = timeout, clock or SystemClock()

    def send(self, email: OutgoingEmail, *, key: str) -> Sent:
        """Hand the message to the server.

        Raises:
            SendFailed: refused for good (5xx), for now (4xx, unreachable), or unknown (cut off while handing over).
        """
        message_id = _message_id(email, key)
        message = to_mime(email, message_id=message_id, at=self._clock.now())
        with self._connected() as server:
            try:
                server.send_message(message)
            except smtplib.SMTPRecipientsRefused as error:
                code, reason = next(iter(error.recipients.values()))
                raise SendFailed(_said(code, reason), retryable=code < 500) from error
            except smtplib.SMTPResponseException as error:
                raise SendFailed(
                    _said(error.smtp_code, error.smtp_error), retryable=error.smtp_code < 500
                ) from error
            except smtplib.SMTPNotSupportedError as error:
                raise SendFailed(str(error), retryable=False) from error
            except OSError as error:  # among them every other SMTPException
                raise SendFailed(
                    f"The connection was lost while handing over: {error}", retryable=False, unknown=True
                ) from error
        return Sent(provider=self.name, provider_id=message_id)

    @contextmanager
    def _connected(self) -> Generator[smtplib.SMTP]:
        server = self._server
        try:
            connect: Callable[..., smtplib.SMTP] = smtplib.SMTP
            options: dict[str, Any] = {"timeout": self._timeout}
            if server.tls:
                connect = smtplib.SMTP_SSL
                options["context"] = ssl.create_default_context()
            connection = connect(server.host, server.port, **options)
        except (OSError, smtplib.SMTPException) as error:
            raise SendFailed(f"The mail server cannot be reached: {error}", retryable=True) from error
        try:
            try:
                self._sign_in(connection)
            except smtplib.SMTPAuthenticationError as error:
                raise SendFailed(_said(error.smtp_code, error.smtp_error), retryable=False) from error
            except (OSError, smtplib.SMTPException) as error:
                raise SendFailed(f"The mail server would not talk: {error}", retryable=True) from error
            yield connection
        finally:
            try:
                connection.quit()
            except (OSError, smtplib.SMTPException):
                connection.close()

    def _sign_in(self, connection: smtplib.SMTP) -> None:
        server = self._server
        connection.ehlo()
        encrypted = server.tls
        if not encrypted and connection.has_extn("starttls"):
            connection.starttls(context=ssl.create_default_context())
            connection.ehlo()
            encrypted = True
        if server.user:
            if not encrypted and server.host not in ("localhost", "127.0.0.1", "::1"):
                raise SendFailed(
                    "The mail server offers no encryption, so the password was not sent.", retryable=False
                )
            connection.login(server.user, server.password)


def _said(code: int, words: bytes | str) -> str:
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return f"{code} {text}".strip()


#: Answers of Resend after which another try cannot help.
_REFUSED_FOR_GOOD = range(400, 500)


class ResendEmail:
    """Sends by Resend, which takes a message once per key within 24 hours. Implements `ports.Email`.

    The official client keeps its key and address in module globals, so a process has one of these.
    """

    name = "resend"
    idempotent = True

    def __init__(self, api_key: str, *, base_url: str = "https://api.resend.com", timeout: int = 20) -> None:
        resend.api_key = api_key
        resend.api_url = base_url.rstrip("/")
        resend.default_http_client = RequestsClient(timeout=timeout)

    def send(self, email: OutgoingEmail, *, key: str) -> Sent:
        """Hand the message over under *key*; trying again with the same key never sends twice.

        Raises:
            SendFailed: with Resend's own words.
        """
        parameters: dict[str, Any] = {
            "from": email.sender,
            "to": [email.to],
            "subject": email.subject,
            "html": email.html,
            "text": email.text,
            "headers": dict(email.headers),
        }
        if email.reply_to:
            parameters["reply_to"] = email.reply_to
        try:
            answer = resend.Emails.send(parameters, {"idempotency_key": key[:256]})  # type: ignore[arg-type]
        except ResendError as error:
            code = int(error.code) if str(error.code).isdigit() else 500
            # 409: the first try under this key is still under way. 429: too fast. 5xx and no answer: later.
            under_way = code == 409 and "concurrent" in str(error.error_type)
            final = code in _REFUSED_FOR_GOOD and code not in (408, 425, 429) and not under_way
            raise SendFailed(str(error.message), retryable=not final) from error
        return Sent(provider=self.name, provider_id=str(answer["id"]))
