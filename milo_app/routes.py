"""Every address of the site: patterns that the routers use, and functions that build paths.

Paths begin with a slash and carry no host; `absolute` joins one to the instance's public address. Which first
segments no workspace may take stands in `domain/slugs.py`, since the services ask it too.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from milo_app.domain.slugs import RESERVED, SLUG, is_free, slugged

__all__ = ["RESERVED", "SLUG", "is_free", "slugged"]

PRODUCT = "/"
SIGN_IN = "/sign-in"
SIGN_IN_LINK = "/sign-in/link/{token}"
SIGN_OUT = "/sign-out"
SET_UP = "/set-up/{token}"
DESK = "/app"
CANDIDATE_LINK = "/i/{token}"
CANDIDATE_START = "/i/{token}/start"
PREVIEW = "/preview/{token}"
PREVIEW_START = "/preview/{token}/start"
APPLY_PAGES = "/apply"
PRIVACY = "/privacy/{token}"
LOST_LINK = "/lost-link"
BRAND_CSS = "/brand.css"
FILE = "/files/{file_id}"
CANDIDATE_API = "/api/candidate/applications/{application_id}"
LIVEKIT = "/webhooks/livekit"
TWILIO_SMS = "/webhooks/twilio/sms"
TWILIO_STATUS = "/webhooks/twilio/status"
RESEND = "/webhooks/resend"
TWILIO_VOICE = "/webhooks/twilio/voice"
TWILIO_VOICE_CODE = "/webhooks/twilio/voice/code"
TWILIO_VOICE_STATUS = "/webhooks/twilio/voice/status"
TWILIO_VOICE_END = "/webhooks/twilio/voice/end"
TWILIO_VOICE_RECORDING = "/webhooks/twilio/voice/recording"
TWILIO_RELAY = "/ws/twilio/relay"
SHARE = "/share/{token}"
SHARED_REPORT = "/share/view/{share_id}"
SHARED_FILE = "/share/view/{share_id}/files/{file_id}"
DEV_MAILBOX = "/dev/mailbox"
DEV_MAILBOX_JSON = "/dev/mailbox.json"
DEV_MAIL = "/dev/mailbox/{message_id}.eml"
DEV_PHONE = "/dev/phone"
DEV_PHONE_JSON = "/dev/phone.json"
DEV_CALLS_JSON = "/dev/phone/calls.json"
DEV_CALL_LINE = "/dev/phone/line"
#: The public apply link; registered last, because it fits every address of two segments.
APPLY = "/{workspace}/{interviewer}"


def candidates_csv(filters: Mapping[str, object]) -> str:
    """The table of candidates as a CSV file, with these filters."""
    kept = {name: ("1" if value is True else value) for name, value in filters.items() if value}
    return f"/api/desk/candidates.csv?{urlencode(kept)}"


def candidate_link(token: str) -> str:
    """A candidate's own page."""
    return f"/i/{quote(token)}"


def preview_link(token: str) -> str:
    """The way through an interviewer for those who make it."""
    return f"/preview/{quote(token)}"


def privacy_link(token: str) -> str:
    """What is held on a candidate, for that candidate."""
    return f"/privacy/{quote(token)}"


def apply_link(workspace_slug: str, interviewer_slug: str) -> str:
    """The public page where anyone applies."""
    return f"/{workspace_slug}/{interviewer_slug}"


def apply_pages(application_id: str) -> str:
    """Where a candidate continues, once the cookie is set."""
    return f"{APPLY_PAGES}/?{urlencode({'a': application_id})}"


def desk_application(application_id: str) -> str:
    """One candidate's report on the desk."""
    return f"{DESK}/report/?{urlencode({'a': application_id})}"


def desk_interviewer(interviewer_id: str) -> str:
    """One interviewer on the desk."""
    return f"{DESK}/interviewer/?{urlencode({'i': interviewer_id})}"


def absolute(public_url: str, path: str) -> str:
    """*path* as people outside type it."""
    return public_url.rstrip("/") + path
