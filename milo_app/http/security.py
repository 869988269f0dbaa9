"""Response headers and the origin rule for everything that Milo serves, in one ASGI wrapper."""

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_INLINE_SCRIPT = re.compile(
    r"<script(?P<attributes>[^>]*)>(?P<code>.*?)</script\s*>", re.DOTALL | re.IGNORECASE
)
_HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")
_CLOUDS = ("*.livekit.cloud", "*.livekit.run")
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
# Called by other machines, which prove themselves by a signature or a key and never by a cookie.
_MACHINE_PATHS = ("/webhooks/", "/api/v2/", "/ws/twilio/")


@dataclass(frozen=True)
class SecurityPolicy:
    """What an instance allows: its public address and the hosts its pages may talk to besides itself.

    ``public_url`` is the address that people see, or None where it is whatever host they asked for;
    ``connect`` are CSP sources such as ``wss://calls.example.com``.
    """

    public_url: str | None = None
    connect: Sequence[str] = ()

    @property
    def https(self) -> bool:
        """Whether people reach this instance over TLS."""
        return (self.public_url or "").startswith("https://")

    @property
    def public_host(self) -> str | None:
        """Host and port of the public address, in lower case."""
        return urlsplit(self.public_url).netloc.lower() if self.public_url else None


def script_hash(code: str) -> str:
    """CSP source that allows exactly this inline script, without the quotes around it."""
    return f"sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}"


def inline_script_hashes(html: str) -> list[str]:
    """CSP sources of every inline script in a page, in order and without repeats; data blocks are no scripts."""
    found: dict[str, None] = {}
    for match in _INLINE_SCRIPT.finditer(html):
        attributes = match["attributes"].lower()
        if "src=" not in attributes and "json" not in attributes:
            found[script_hash(match["code"])] = None
    return list(found)


def content_security_policy(*, scripts: Iterable[str] = (), connect: Iterable[str] = ()) -> str:
    """The policy of an interactive page: own files only, plus the inline scripts with these hashes."""
    hashes = "".join(f" '{script}'" for script in scripts)
    hosts = "".join(f" {source}" for source in connect)
    return (
        "default-src 'self'; "
        f"script-src 'self'{hashes}; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; "
        f"connect-src 'self'{hosts}; worker-src 'self' blob:; manifest-src 'self'; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-src 'self'; frame-ancestors 'none'"
    )


class SecurityHeaders:
    """Adds the headers to each response that does not set its own, and refuses what another site's page sends.

    A response that sets ``content-security-policy`` keeps it (files are served under a stricter one); a response
    may give the hashes of its inline scripts as ``scope["milo.scripts"]`` instead.
    """

    def __init__(self, app: ASGIApp, policy: SecurityPolicy) -> None:
        """Wrap ``app``, which gets every request that this lets through."""
        self.app = app
        self.policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if self.policy.https:
            # The scheme that people use; the proxy in front speaks plain HTTP to us.
            scope["scheme"] = "wss" if scope["type"] == "websocket" else "https"
        if self._foreign(scope, headers):
            await _refuse(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await self.app(scope, receive, send)
            return
        host = headers.get("host", "")

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableHeaders(scope=message), scope, host)
            await send(message)

        await self.app(scope, receive, send_with_headers)

    def _foreign(self, scope: Scope, headers: Headers) -> bool:
        """Whether a page of another site caused this request, where that matters: a change, or a live connection."""
        if scope["type"] == "http" and scope["method"] in _SAFE_METHODS:
            return False
        if scope["path"].startswith(_MACHINE_PATHS):
            return False
        origin = headers.get("origin")
        if origin is None:
            return headers.get("sec-fetch-site") == "cross-site"
        if origin == "null":
            # What a form of our own sends from a page without referrer (a secret link's), and what a hidden sender is.
            return headers.get("sec-fetch-site") not in {"same-origin", "none"}
        try:
            sender = urlsplit(origin).netloc.lower()
        except ValueError:
            return True
        return sender not in {headers.get("host", "").lower(), self.policy.public_host}

    def _add(self, headers: MutableHeaders, scope: Scope, host: str) -> None:
        if "content-security-policy" not in headers:
            # Safari counts a WebSocket to the page's own host as another origin, so it is named.
            sockets = [f"ws://{host}", f"wss://{host}"] if _HOST.fullmatch(host) else []
            headers["content-security-policy"] = content_security_policy(
                scripts=scope.get("milo.scripts", ()), connect=[*sockets, *self.policy.connect]
            )
        headers.setdefault("x-content-type-options", "nosniff")
        headers.setdefault("x-frame-options", "DENY")
        headers.setdefault("referrer-policy", "strict-origin-when-cross-origin")
        headers.setdefault("cross-origin-opener-policy", "same-origin")
        headers.setdefault(
            "permissions-policy",
            "camera=(self), microphone=(self), geolocation=(), payment=(), usb=(), interest-cohort=()",
        )
        if self.policy.https:
            headers.setdefault("strict-transport-security", "max-age=31536000; includeSubDomains")


def call_sources(livekit_url: str) -> list[str]:
    """CSP sources that a page must reach for a call: the call server's socket and its HTTP side. LiveKit Cloud has the
    page go on to the nearest of its servers, which have names of their own."""
    parts = urlsplit(livekit_url)
    if not parts.netloc:
        return []
    secure = parts.scheme in {"wss", "https"}
    hosts = [parts.netloc]
    hosts += [cloud for cloud in _CLOUDS if (parts.hostname or "").endswith(cloud.removeprefix("*"))]
    schemes = ("wss", "https") if secure else ("ws", "http")
    return [f"{scheme}://{host}" for host in hosts for scheme in schemes]


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    response = PlainTextResponse("This request came from another site, so Milo did not act on it.", 403)
    await response(scope, receive, send)
