"""Composition: the Reflex app with its pages, the HTTP routes, and what starts and stops with the server.

Importing this module registers pages and states and touches nothing outside; ``site`` connects the parts.
"""

from importlib.util import find_spec
from pathlib import Path

import reflex as rx
from starlette.types import ASGIApp, Receive, Scope, Send

from milo_app.ui import theme
from milo_app.ui.app_wraps import APP_WRAPS

app = rx.App(
    theme=None,
    toaster=None,
    app_wraps=APP_WRAPS,
    html_lang="en",
    stylesheets=theme.STYLESHEETS,
    head_components=theme.head(),
)

if find_spec("milo_app.candidate.pages"):
    from milo_app.candidate import pages as candidate_pages

    candidate_pages.register(app)
if find_spec("milo_app.recruiter.pages"):
    from milo_app.recruiter import pages as recruiter_pages

    recruiter_pages.register(app)


class _Probe(rx.State):
    presses: int = 0

    @rx.event
    def press(self) -> None:
        self.presses += 1


@rx.page(route="/apply/probe", title="Probe")
def _probe() -> rx.Component:
    return rx.el.main(
        rx.el.h1("Milo", class_name="text-3xl font-semibold"),
        rx.el.button("Press", on_click=_Probe.press, class_name="mt-4 rounded bg-emerald-800 px-4 py-2 text-white"),
        rx.el.p(_Probe.presses, id="presses"),
        class_name="mx-auto max-w-xl p-8",
    )


def site(build: Path) -> ASGIApp:
    """The whole of Milo as one ASGI app, serving the pages in ``build`` (see ``milo_app/cli/frontend.py``)."""
    import os

    from fastapi import FastAPI

    from milo_app.http.frontend import FrontendFiles
    from milo_app.http.health import health_routes
    from milo_app.http.security import SecurityHeaders, SecurityPolicy

    http = FastAPI(openapi_url=None)
    http.router.routes.extend(health_routes({}))
    frontend = FrontendFiles(build / "client", is_page=lambda path: app.router(path) is not None)
    app.api_transformer = lambda reflex: _Behind(reflex, http)
    return SecurityHeaders(
        _Front(frontend, app()),
        SecurityPolicy(public_url=os.environ.get("MILO_PUBLIC_URL")),
    )


class _Front:
    """Answers the built pages itself and hands on the rest."""

    def __init__(self, frontend: "FrontendFiles", rest: ASGIApp) -> None:  # noqa: F821
        self.frontend = frontend
        self.rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self.frontend.serves(scope["path"]):
            await self.frontend(scope, receive, send)
        else:
            await self.rest(scope, receive, send)


class _Behind:
    """Gives Reflex its event socket and everything else to the HTTP routes, which know what is not found."""

    def __init__(self, reflex: ASGIApp, http: ASGIApp) -> None:
        self.reflex = reflex
        self.http = http

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        to_reflex = scope["path"].rstrip("/") == "/_event"
        await (self.reflex if to_reflex else self.http)(scope, receive, send)
