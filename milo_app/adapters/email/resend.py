"""Email by Resend: sent once for a key, at the rate that it allows; what comes in is fetched from it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import resend
from resend.exceptions import ResendError
from resend.http_client_requests import RequestsClient

from milo_app.adapters.email.mime import address, message_id, refuse_made_up, to_mime
from milo_app.adapters.email.pace import Pace
from milo_app.domain.errors import NotFound
from milo_app.services.ports import (
    FetchFailed,
    InboundAttachment,
    InboundEmail,
    OutgoingEmail,
    SendFailed,
    Sent,
)

#: The longest that we let Resend make us wait before another call, in seconds.
_LONGEST_PAUSE = 60.0
_NOT_IN_A_TAG = re.compile(r"[^A-Za-z0-9_-]")


class ResendEmail:
    """Sends by Resend, which takes a message once per key. Implements `ports.Email` and `ports.Inbox`.

    The official client keeps its key and address in module globals, so a process has one of these.
    """

    name = "resend"
    idempotent = True
    #: How long Resend knows a key, less what a call may take.
    remembers = timedelta(hours=23)

    def __init__(
        self, api_key: str, *, base_url: str = "https://api.resend.com", timeout: int = 20, rate: float = 0
    ) -> None:
        """*rate* is the most calls a second, 0 for as fast as they come."""
        resend.api_key = api_key
        resend.api_url = base_url.rstrip("/")
        resend.default_http_client = RequestsClient(timeout=timeout)
        self._pace = Pace(rate)

    def send(self, email: OutgoingEmail, *, key: str) -> Sent:
        """Hand the message over under *key*; trying again with the same key never sends twice.

        Raises:
            SendFailed: with Resend's own words. `unknown` and `retryable`: no answer came, and asking again under the
                same key is safe.
        """
        refuse_made_up(email.to)
        # Resend takes any text for a header, so what cannot stand in an email is refused here.
        to_mime(email, message_id=message_id(email, key), at=datetime.now(UTC))
        parameters: dict[str, Any] = {
            "from": str(address(email.sender)),
            "to": [str(address(email.to))],
            "subject": email.subject,
            "html": email.html,
            "text": email.text,
            "headers": dict(email.headers),
        }
        if email.tags:
            parameters["tags"] = [
                {"name": _NOT_IN_A_TAG.sub("_", name)[:256], "value": _NOT_IN_A_TAG.sub("_", value)[:256]}
                for name, value in email.tags
                if value
            ]
        if email.reply_to:
            parameters["reply_to"] = str(address(email.reply_to))
        self._pace.wait()
        try:
            answer = resend.Emails.send(parameters, {"idempotency_key": key[:256]})  # type: ignore[arg-type]
        except ResendError as error:
            raise self._failed(error) from error
        return Sent(provider=self.name, provider_id=str(answer["id"]))

    def fetch(self, id: str) -> InboundEmail:
        """An email that came in.

        Raises:
            NotFound: Resend has no such email (any more).
            FetchFailed: with Resend's own words.
        """
        self._pace.wait()
        try:
            found: Any = resend.Emails.Receiving.get(id)
        except ResendError as error:
            if _code(error) == 404:
                raise NotFound("Resend does not have this email any more.") from error
            raise FetchFailed(self._failed(error).reason) from error
        return InboundEmail(
            id=id,
            sender=str(found.get("from") or ""),
            to=tuple(found.get("to") or ()),
            subject=str(found.get("subject") or ""),
            text=str(found.get("text") or ""),
            html=str(found.get("html") or ""),
            headers={str(k).lower(): str(v) for k, v in (found.get("headers") or {}).items()},
            attachments=tuple(
                InboundAttachment(
                    name=str(one.get("filename") or ""),
                    media_type=str(one.get("content_type") or ""),
                    size=int(one.get("size") or 0),
                )
                for one in found.get("attachments") or ()
            ),
        )

    def answers(self) -> str:
        """Ask for the domains, which sends nothing. Raises SendFailed where Resend is not there or refuses the key."""
        try:
            found: Any = resend.Domains.list()
        except ResendError as error:
            if "restricted" in f"{error.error_type} {error.message}".lower():
                return "answers; the key may only send"
            raise self._failed(error) from error
        verified = [str(d["name"]) for d in found.get("data", []) if d.get("status") == "verified"]
        return f"answers; sends for {', '.join(verified)}" if verified else "answers; no verified domain yet"

    def _failed(self, error: ResendError) -> SendFailed:
        code, kind, said = _code(error), str(error.error_type), str(error.message)
        if kind == "HttpClientError":
            # Refused connections were not taken; of all else nobody can tell.
            refused = "Connection refused" in said or "NameResolutionError" in said
            return SendFailed(f"Resend cannot be reached: {said}"[:300], retryable=True, unknown=not refused)
        if code == 429:
            self._pace.hold(_seconds(error))
            # A used-up quota comes back tomorrow or next month: a person decides.
            return SendFailed(said, retryable="quota" not in kind)
        if code == 409 and "concurrent" in kind:
            return SendFailed(said, retryable=True, unknown=True)
        if code == 409:
            # An earlier try under this key was taken with other words in it (a brand or template changed meanwhile).
            return SendFailed(said, retryable=False, unknown=True)
        if code >= 500:
            return SendFailed(said, retryable=True, unknown=True)
        return SendFailed(said, retryable=code in (408, 425))


def _code(error: ResendError) -> int:
    return int(error.code) if str(error.code).isdigit() else 500


def _seconds(error: ResendError) -> float:
    """What Resend asks us to wait."""
    asked = {name.lower(): value for name, value in (error.headers or {}).items()}.get("retry-after", "1")
    try:
        return min(max(float(asked), 0.0), _LONGEST_PAUSE)
    except ValueError:
        return 1.0
