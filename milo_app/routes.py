"""Every address of the site: patterns that the routers use, and functions that build paths.

Paths begin with a slash and carry no host; `absolute` joins one to the instance's public address. Standard library
only, so that every layer may ask whether a slug is free.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlencode

#: What a workspace's or interviewer's slug may look like.
SLUG = re.compile(r"[a-z0-9-]{2,60}")

PRODUCT = "/"
SIGN_IN = "/sign-in"
SIGN_IN_LINK = "/sign-in/{token}"
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
TWILIO_SMS = "/webhooks/twilio/sms"
TWILIO_STATUS = "/webhooks/twilio/status"
DEV_MAILBOX = "/dev/mailbox"
DEV_MAILBOX_JSON = "/dev/mailbox.json"
DEV_MAIL = "/dev/mailbox/{message_id}.eml"
DEV_PHONE = "/dev/phone"
DEV_PHONE_JSON = "/dev/phone.json"
#: The public apply link; registered last, because it fits every address of two segments.
APPLY = "/{workspace}/{interviewer}"

#: First segments that no workspace may take: everything served today, what the design names, and obvious names.
# fmt: off
RESERVED = frozenset(
    {
        "about", "account", "accounts", "admin", "api", "app", "apply", "apps", "assets", "auth",
        "billing", "blog", "brand", "candidate", "candidates", "careers", "cdn", "css", "dev", "docs",
        "download", "event", "export", "favicon", "feedback", "feeds", "files", "fonts", "health",
        "healthz", "help", "home", "i", "images", "img", "inbox", "index", "interview", "interviewer",
        "interviewers", "invite", "invites", "job", "jobs", "js", "legal", "link", "live", "login",
        "logout", "lost-link", "mail", "manifest", "me", "media", "member", "members", "metrics", "milo",
        "news", "new", "oauth", "og", "ping", "policy", "preview", "pricing", "privacy", "product",
        "public", "readyz", "recruiter", "report", "reports", "reset", "robots", "root", "search",
        "security", "service-worker", "session", "sessions", "set-up", "settings", "setup", "share",
        "sign-in", "sign-out", "sign-up", "signin", "signout", "signup", "sitemap", "static", "status",
        "support", "terms", "test", "upload", "uploads", "user", "users", "v1", "v2", "webhook",
        "webhooks", "well-known", "workspace", "workspaces", "ws", "www",
    }
)
# fmt: on


def is_free(slug: str) -> bool:
    """Whether *slug* has the right form and is not a name of the site's own."""
    return SLUG.fullmatch(slug) is not None and slug not in RESERVED and slug.strip("-") != ""


def slugged(text: str) -> str:
    """*text* as a slug of 2 to 60 characters; letters without an ASCII form are dropped, nothing left gives `role`."""
    import unicodedata

    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:50].strip("-")
    return slug if len(slug) >= 2 else "role"


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
    return f"{DESK}/applications/{application_id}"


def desk_interviewer(interviewer_id: str) -> str:
    """One interviewer on the desk."""
    return f"{DESK}/interviewers/{interviewer_id}"


def absolute(public_url: str, path: str) -> str:
    """*path* as people outside type it."""
    return public_url.rstrip("/") + path
