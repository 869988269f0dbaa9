"""Email by an SMTP server."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from milo_app.adapters.clock import SystemClock
from milo_app.adapters.email.mime import message_id, refuse_made_up, to_mime
from milo_app.adapters.email.pace import Pace
from milo_app.services.ports import Clock, OutgoingEmail, SendFailed, Sent


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

    def __init__(self, url: str, *, timeout: float = 20, rate: float = 0, clock: Clock | None = None) -> None:
        """*rate* is the most messages a second, 0 for as fast as they come."""
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
        self._pace = Pace(rate)

    def send(self, email: OutgoingEmail, *, key: str) -> Sent:
        """Hand the message to the server.

        Raises:
            SendFailed: refused for good (5xx), for now (4xx, unreachable), or unknown (cut off while handing over).
        """
        id = message_id(email, key)
        message = to_mime(email, message_id=id, at=self._clock.now())
        refuse_made_up(email.to)
        self._pace.wait()
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
        return Sent(provider=self.name, provider_id=id)

    def answers(self) -> str:
        """Sign in and send nothing. Raises SendFailed where the server is not there or will not have us."""
        with self._connected() as server:
            server.noop()
        return "signed in" if self._server.user else "answers"

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
