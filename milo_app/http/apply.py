"""The product page, the public apply link, and "lost your link?".

Typing somebody's address here never opens, overwrites or reveals their application: the answer is always the same.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from milo_app import routes
from milo_app.access.running import run
from milo_app.domain.actors import SystemActor, Visitor
from milo_app.domain.errors import Invalid
from milo_app.http import same_origin, server_pages
from milo_app.services import apply, landing

router = APIRouter()
#: Registered after everything else, because it fits every address of two segments.
last = APIRouter()


@router.get(routes.PRODUCT)
async def product_page() -> Response:
    """What Milo is, and whom to ask."""
    return server_pages.render("product", **await run(landing.for_product, Visitor()))


@router.get(routes.LOST_LINK)
async def lost_link_page() -> Response:
    """Ask for one's link again."""
    return server_pages.render("lost_link")


@router.post(routes.LOST_LINK)
async def lost_link(request: Request, email: Annotated[str, Form(max_length=300)] = "") -> Response:
    """Always the same answer, whether or not anything is known under that address."""
    same_origin.require(request)
    try:
        await run(apply.lost_link, SystemActor(), email=email, network=same_origin.network(request))
    except Invalid as problem:
        return server_pages.render("lost_link", 422, problem=problem.message, email=email)
    return server_pages.render("emailed", email=email)


@last.get(routes.APPLY)
async def apply_page(workspace: str, interviewer: str) -> Response:
    """The role's public page. Raises NotFound for slugs that are nobody's."""
    facts = await run(landing.for_apply, Visitor(), workspace_slug=workspace, interviewer_slug=interviewer)
    return server_pages.render("apply", 410 if facts["closed"] else 200, **facts)


@last.post(routes.APPLY)
async def apply_now(
    request: Request,
    workspace: str,
    interviewer: str,
    name: Annotated[str, Form(max_length=300)] = "",
    email: Annotated[str, Form(max_length=300)] = "",
    phone: Annotated[str, Form(max_length=60)] = "",
    sms_consent: Annotated[str, Form(max_length=10)] = "",
    website: Annotated[str, Form(max_length=300)] = "",
) -> Response:
    """Apply: the answer is always that a link to continue was emailed."""
    same_origin.require(request)
    typed = {"name": name, "email": email, "phone": phone}
    try:
        await run(
            apply.apply,
            SystemActor(),
            workspace_slug=workspace,
            interviewer_slug=interviewer,
            sms_consent=bool(sms_consent),
            honeypot=website,
            network=same_origin.network(request),
            **typed,
        )
    except Invalid as problem:
        facts = await run(
            landing.for_apply, Visitor(), workspace_slug=workspace, interviewer_slug=interviewer
        )
        return server_pages.render("apply", 422, typed=typed, problems=problem.fields, **facts)
    return server_pages.render("emailed", email=email)
