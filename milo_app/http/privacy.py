"""A candidate's own data: what is held, a copy of it, and asking a person for something. No cookie is needed; the
link itself is the key, and a GET changes nothing."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from milo_app import routes
from milo_app.access.running import run
from milo_app.domain.actors import SystemActor
from milo_app.http import same_origin, server_pages
from milo_app.services import held, landing

router = APIRouter()


@router.get(routes.PRIVACY)
async def privacy_page(token: str) -> Response:
    """What is held on a candidate, and what they can ask for."""
    return await _page(token)


@router.post(routes.PRIVACY)
async def ask(
    request: Request,
    token: str,
    kind: Annotated[str, Form(max_length=40)],
    text: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Ask for erasure, or for a person to look again."""
    same_origin.require(request)
    if kind == "export":
        return RedirectResponse(f"/privacy/{token}/export.json", 303)
    await run(landing.ask_from_privacy, SystemActor(), token=token, kind=kind, text=text)
    return await _page(token, asked=kind)


@router.get(routes.PRIVACY + "/export.json")
async def export(token: str) -> Response:
    """Everything held on this application, as one file to keep."""
    copy = await run(held.export, SystemActor(), token=token)
    headers = {"Content-Disposition": 'attachment; filename="my-data.json"', "Cache-Control": "no-store"}
    return JSONResponse(copy, headers=headers)


async def _page(token: str, asked: str = "") -> Response:
    facts = await run(landing.for_privacy, SystemActor(), token=token)
    response = server_pages.render("privacy", token=token, asked=asked, **facts)
    response.headers.update(
        {"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}
    )
    return response
