"""A report shown to somebody without an account. GET of the link changes nothing; pressing Open sets the cookie and takes
the token out of the address bar."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from milo_app import bootstrap, routes
from milo_app.access import cookies
from milo_app.access.running import call, run
from milo_app.domain.actors import SystemActor
from milo_app.domain.errors import Invalid
from milo_app.http import same_origin, server_pages
from milo_app.http.files import stream
from milo_app.services import shares

router = APIRouter()


@router.get(routes.SHARED_REPORT)
async def shared_report(request: Request, share_id: str) -> Response:
    """The report, read-only, for whoever has opened its link in this browser."""
    return await _page(request, share_id)


@router.post(routes.SHARED_REPORT)
async def comment(
    request: Request,
    share_id: str,
    author: Annotated[str, Form(max_length=400)] = "",
    text: Annotated[str, Form(max_length=20_000)] = "",
    rating: Annotated[str, Form(max_length=2)] = "",
) -> Response:
    """A guest's words for the team."""
    same_origin.require(request)
    given: dict[str, Any] = {"author": author, "text": text}
    try:
        await run(
            shares.comment,
            SystemActor(name="share"),
            share_id=share_id,
            proof=_proof(request, share_id),
            rating=int(rating) if rating.isdigit() else None,
            **given,
        )
    except Invalid as problem:
        return await _page(request, share_id, typed=given, problems=problem.fields)
    return RedirectResponse(f"/share/view/{share_id}#comments", 303)


@router.get(routes.SHARED_FILE)
async def shared_file(request: Request, share_id: str, file_id: str) -> Response:
    """A recording or file of the shared report."""
    file = await run(
        shares.file,
        SystemActor(name="share"),
        share_id=share_id,
        proof=_proof(request, share_id),
        file_id=file_id,
    )
    return await stream(request, file, view=True)


@router.get(routes.SHARE)
async def invitation(token: str) -> Response:
    """Who shares what, with the button that opens it."""
    facts = await run(shares.look, SystemActor(name="share"), token=token)
    return _private(server_pages.render("share", token=token, **facts))


@router.post(routes.SHARE)
async def open_report(request: Request, token: str) -> Response:
    """A person pressed Open."""
    same_origin.require(request)
    share, proof = await run(shares.enter, SystemActor(name="share"), token=token)
    instance = bootstrap.deps().instance
    response = RedirectResponse(f"/share/view/{share.id}", 303)
    name = cookies.share_cookie(instance, share.id)
    age = max(60, int((share.expires_at - bootstrap.deps().clock.now()).total_seconds()))
    response.set_cookie(name, proof, max_age=age, **cookies.cookie_options(instance))  # type: ignore[arg-type]
    return response


async def _page(request: Request, share_id: str, **more: Any) -> Response:
    facts = await call(shares.read, bootstrap.deps(), share_id=share_id, proof=_proof(request, share_id))
    response = server_pages.render("shared", **facts, **more)
    policy = response.headers["Content-Security-Policy"]
    response.headers["Content-Security-Policy"] = f"{policy}; media-src 'self'"
    return _private(response)


def _proof(request: Request, share_id: str) -> str:
    name = cookies.share_cookie(bootstrap.deps().instance, share_id[:64])
    return cookies.read_cookie(request.headers.get("cookie"), name) or ""


def _private(response: Response) -> Response:
    response.headers.update(
        {"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}
    )
    return response
