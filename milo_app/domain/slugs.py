"""Names in addresses: what a slug may look like, and which ones the site keeps for itself."""

from __future__ import annotations

import re
import unicodedata

#: What a workspace's or interviewer's slug may look like.
SLUG = re.compile(r"[a-z0-9-]{2,60}")

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
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:50].strip("-")
    return slug if len(slug) >= 2 else "role"
