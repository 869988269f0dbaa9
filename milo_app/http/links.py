"""A candidate's own link, and the recruiter's preview of it.

GET changes nothing, because mail scanners follow links; the POST behind Start sets the cookie, marks the start and
takes the token out of the address bar.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from milo_app import bootstrap, routes
from milo_app.access import cookies
from milo_app.access.guards import member_from_cookie
from milo_app.access.running import run
from milo_app.domain import records as r
from milo_app.domain.actors import SystemActor
from milo_app.http import same_origin, server_pages
from milo_app.services import applications, landing, links, previews

router = APIRouter()


@router.get(routes.CANDIDATE_LINK)
async def landing_page(request: Request, token: str) -> Response:
    """The branded page behind a candidate's link; also a truthful status page at any later time."""
    facts = await run(landing.for_link, SystemActor(), token=token)
    viewer = await member_from_cookie(request.headers.get("cookie"))
    return _private(server_pages.render("landing", token=token, read_only=viewer is not None, **facts))


@router.post(routes.CANDIDATE_START)
async def press_start(
    request: Request, token: str, zone: Annotated[str, Form(max_length=64)] = ""
) -> Response:
    """Start, or go on: only a person's press does this. The page's script adds the device's time zone."""
    same_origin.require(request)
    application = await run(landing.enter, SystemActor(), token=token, zone=zone)
    return _enter(application)


@router.get(routes.PREVIEW)
async def preview_page(token: str) -> Response:
    """What candidates see, for a recruiter's own test run."""
    return _private(
        server_pages.render(
            "preview", token=token, **await run(landing.for_preview, SystemActor(), token=token)
        )
    )


@router.post(routes.PREVIEW_START)
async def start_preview(request: Request, token: str) -> Response:
    """Begin a test run of one's own; it counts nowhere."""
    same_origin.require(request)
    member = await member_from_cookie(request.headers.get("cookie"))
    application = await run(previews.open, SystemActor(), token=token, member=member)
    await run(
        applications.start, SystemActor(workspace_id=application.workspace_id), application_id=application.id
    )
    return _enter(application)


@router.get(routes.BRAND_CSS)
async def brand_css(a: str = "") -> Response:
    """The brand's tokens, loaded before first paint so that no wrong brand flashes. Holds nothing personal."""
    css = await run(landing.brand_css, SystemActor(), application_id=a)
    return Response(css, media_type="text/css", headers={"Cache-Control": "private, max-age=300"})


def _enter(application: r.Application) -> RedirectResponse:
    instance = bootstrap.deps().instance
    response = RedirectResponse(f"/apply/?a={application.id}", 303)
    options: dict[str, Any] = cookies.cookie_options(instance)
    response.set_cookie(
        cookies.candidate_cookie(instance, application.id),
        links.cookie_proof(instance, application),
        max_age=cookies.CANDIDATE_AGE,
        **options,
    )
    return response


def _private(response: Response) -> Response:
    """Pages behind a secret link: not kept by caches, not found by search engines, no address passed on."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
