"""The two cookies: who is signed in, and whose application this browser may open.

Names carry the installation's id, because cookies ignore ports and two installations may share a host. The
candidate's carries the application's id too, because two tabs may hold two applications.
"""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie

from milo_app.services.ports import Instance

#: How long a browser keeps a candidate's cookie, in seconds. The link itself decides what it still opens.
CANDIDATE_AGE = 60 * 24 * 3600


def _prefix(instance: Instance) -> str:
    return "__Host-" if instance.public_url.startswith("https://") else ""


def member_cookie(instance: Instance) -> str:
    """Name of the signed-in member's cookie."""
    return f"{_prefix(instance)}milo_m_{instance.id}"


def candidate_cookie(instance: Instance, application_id: str) -> str:
    """Name of the cookie that opens one application."""
    return f"{_prefix(instance)}milo_c_{instance.id}_{application_id}"


def share_cookie(instance: Instance, share_id: str) -> str:
    """Name of the cookie that opens one shared report."""
    return f"{_prefix(instance)}milo_s_{instance.id}_{share_id}"


def cookie_options(instance: Instance) -> dict[str, object]:
    """Keyword arguments for Starlette's `set_cookie` that every cookie of ours shares."""
    return {
        "httponly": True,
        "samesite": "lax",
        "secure": instance.public_url.startswith("https://"),
        "path": "/",
    }


def read_cookie(header: str | None, name: str) -> str | None:
    """The value of cookie *name* in a raw Cookie header, or None. A broken header is no cookie, not an error."""
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(header or "")
    except CookieError:
        return None
    return jar[name].value if name in jar else None
