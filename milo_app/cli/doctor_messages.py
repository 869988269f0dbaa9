"""What `doctor` says of email, texts and the events that their providers send: on or off, and whether it answers."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from milo_app import config, routes
from milo_app.config import Settings
from milo_app.services.ports import Deps

Check = Callable[[], str]
Part = tuple[str, str, str, Check]


def parts(settings: Settings, deps: Deps, reach: Callable[[str], Check]) -> list[Part]:
    """(part, local or real, what it is, how to see whether it answers). *reach* makes a check that only connects."""
    found: list[Part] = []
    if settings.resend_api_key:
        what = f"Resend, from {settings.email_sender}"
        found.append(("email", "real", what, _asked(deps.email, reach(settings.resend_api_url))))
        heard = _heard(settings, routes.RESEND, "RESEND_WEBHOOK_SECRET", settings.resend_webhook_secret)
        found.append(("email events", "real", f"Resend at {routes.RESEND}", heard))
    elif settings.smtp_url:
        url = settings.smtp_url.get_secret_value()
        parts = urlsplit(url)
        what = f"SMTP at {parts.hostname or '?'}, from {settings.email_sender}"
        found.append(("email", "real", what, _asked(deps.email, reach(url))))
    else:
        found.append(("email", "local", "mailbox at /dev/mailbox; nothing leaves this machine", _nothing))
    found.append(_replies(settings))
    if settings.twilio_on:
        base = settings.twilio_api_base_url or "https://api.twilio.com"
        found.append(("texts", "real", f"Twilio, from {settings.sms_sender}", _asked(deps.sms, reach(base))))
        heard = _heard(settings, routes.TWILIO_SMS, "TWILIO_AUTH_TOKEN", settings.twilio_auth_token)
        found.append(("text events", "real", f"Twilio at {routes.TWILIO_SMS}", heard))
    else:
        found.append(("texts", "local", "handset at /dev/phone; nothing leaves this machine", _nothing))
    return found


def _replies(settings: Settings) -> Part:
    domain = settings.inbound_domain
    if not domain:
        note = "off: answers go to the contact address; MILO_INBOUND_EMAIL_DOMAIN turns it on"
        return ("replies by email", "local", "into the candidate's timeline", lambda: note)
    if not settings.inbound_email_domain:
        return ("replies by email", "local", "from the local mailbox", _nothing)

    def check() -> str:
        if not (settings.resend_api_key and settings.resend_webhook_secret):
            raise ValueError(
                "Mail comes in by Resend only: RESEND_API_KEY and RESEND_WEBHOOK_SECRET are needed."
            )
        return ""

    return ("replies by email", "real", f"mail to {domain}, by Resend", check)


def _asked(adapter: object, reached: Check) -> Check:
    """Connect first, which is quick to fail; then let the provider say whether it knows us. Nothing is sent."""

    def check() -> str:
        said = reached()
        answers = getattr(adapter, "answers", None)
        return str(answers()) if answers else said

    return check


def _heard(settings: Settings, path: str, name: str, secret: object) -> Check:
    def check() -> str:
        if not secret:
            return f"not heard: bounces and replies stay unknown until {name} is set"
        if config.is_loopback(urlsplit(settings.public_url).hostname or ""):
            return f"nobody outside can call {settings.public_url}; set MILO_PUBLIC_URL"
        return f"expected at {settings.public_url}{path}"

    return check


def _nothing() -> str:
    return ""
