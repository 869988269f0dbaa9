"""Composition: the Reflex app with its pages, and the site that serves them beside the HTTP routes.

Importing this module registers pages and states and touches nothing outside; ``site`` connects the parts.
"""

import logging
from collections.abc import Callable, Mapping
from pathlib import Path

import reflex as rx
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from milo_app.candidate import pages as candidate_pages
from milo_app.config import Settings
from milo_app.http.frontend import FrontendFiles
from milo_app.http.health import Measured, health_routes
from milo_app.http.routes import build_http
from milo_app.http.security import SecurityHeaders, SecurityPolicy, call_sources
from milo_app.recruiter import pages as recruiter_pages
from milo_app.services.ports import Deps
from milo_app.ui import theme
from milo_app.ui.app_wraps import APP_WRAPS

log = logging.getLogger(__name__)


def handler_failed(exception: Exception) -> None:
    """Note a fault in an event handler. Reflex's own answer is a toast, which evaluates code in the browser."""
    log.error("An event handler failed", exc_info=exception)


app = rx.App(
    theme=None,
    toaster=None,
    app_wraps=APP_WRAPS,
    html_lang="en",
    stylesheets=theme.STYLESHEETS,
    head_components=theme.head(),
    backend_exception_handler=handler_failed,
)

candidate_pages.register(app)
recruiter_pages.register(app)


def site(build: Path, settings: Settings, deps: Deps, checks: Mapping[str, Callable[[], object]]) -> ASGIApp:
    """The whole of Milo as one ASGI app that serves the pages in ``build`` (see ``milo_app/cli/frontend.py``).

    ``checks`` are what ``/readyz`` asks. Call it once for a process: Reflex keeps one app.
    """
    http = build_http(deps, settings, [*health_routes(checks)])
    frontend = FrontendFiles(build / "client", is_page=lambda path: app.router(path) not in {None, "404"})
    policy = SecurityPolicy(public_url=settings.public_url, connect=call_sources(settings.livekit_url))
    return Measured(SecurityHeaders(_Front(frontend, app(), http), policy))


class _Front:
    """Answers the built pages itself, gives Reflex its event socket, and the HTTP routes, which know what is not found,
    everything else: a provider's call need not pass through what only pages want."""

    def __init__(self, frontend: FrontendFiles, reflex: ASGIApp, http: ASGIApp) -> None:
        self.frontend = frontend
        self.reflex = reflex
        self.http = http
        self.pages = GZipMiddleware(http, minimum_size=1000, compresslevel=6)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or scope["path"].rstrip("/") == "/_event":
            await self.reflex(scope, receive, send)
        elif scope["type"] != "http":
            await self.http(scope, receive, send)
        elif self.frontend.serves(scope["path"]):
            await self.frontend(scope, receive, send)
        else:
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "HEAD":
            # Mail scanners ask this way; the server leaves out the body by itself.
            scope = {**scope, "method": "GET"}
        # Recordings are small already, and a part of one must come out byte for byte.
        as_it_is = scope["path"].startswith(("/files/", "/api/candidate/", "/webhooks/"))
        await (self.http if as_it_is else self.pages)(scope, receive, send)
