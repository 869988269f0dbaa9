"""Members sign in: by password, or by a link sent to their address. Plain pages that work without JavaScript.

A GET changes nothing, because mail scanners follow links. Known and unknown people get the same words after the same
time. The cookie holds a random secret; only its hash is kept.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from milo_app import bootstrap, routes
from milo_app.access import cookies
from milo_app.access.guards import member_from_cookie
from milo_app.access.running import call, run
from milo_app.domain.actors import SystemActor, Visitor
from milo_app.domain.errors import Gone, Invalid, NotFound, Throttled
from milo_app.http import same_origin, server_pages
from milo_app.services import sessions, signing_in

log = logging.getLogger(__name__)
router = APIRouter()

#: Every answer to "email me a link" takes this long, so that the time does not tell whether the address is known.
_LINK_SECONDS = 0.4
_HOME = "/app/"
_COOKIE_SECONDS = int(sessions.LIFETIME.total_seconds())


@router.get(routes.SIGN_IN)
async def sign_in_page(request: Request, next: str = "") -> Response:
    """The sign-in form; who is signed in already goes on."""
    if await member_from_cookie(request.headers.get("cookie")) is not None:
        return RedirectResponse(safe_next(next), 303)
    return _page("form", next=next)


@router.post(routes.SIGN_IN)
async def sign_in(request: Request) -> Response:
    """Check the password, start a session, go to the desk."""
    same_origin.require(request)
    form = await _form(request)
    try:
        signed_in = await call(
            signing_in.sign_in,
            bootstrap.deps(),
            _visitor(request),
            email=form.get("email", ""),
            password=form.get("password", ""),
            user_agent=request.headers.get("user-agent", ""),
            old=_secret(request),
        )
    except Invalid as problem:
        return _page(
            "form", 422, email=form.get("email", ""), next=form.get("next", ""), errors=problem.fields
        )
    except Throttled as problem:
        return _throttled(problem, form)
    return _enter(signed_in, form.get("next", ""))


@router.post("/sign-in/link")
async def ask_for_link(request: Request) -> Response:
    """Email a sign-in link, if the address is a member's; the answer is the same either way."""
    same_origin.require(request)
    form = await _form(request)
    waited = asyncio.ensure_future(asyncio.sleep(_LINK_SECONDS))
    try:
        await call(signing_in.request_link, bootstrap.deps(), _visitor(request), email=form.get("email", ""))
    except Throttled as problem:
        return _throttled(problem, form)
    finally:
        await waited
    return _page("sent", email=form.get("email", "")[:254])


@router.get(routes.SIGN_IN_LINK)
async def link_page(token: str) -> Response:
    """A button that signs in; opening the link does nothing by itself."""
    try:
        facts = await run(signing_in.look_at_link, SystemActor(), secret=token, purpose="sign_in")
    except (NotFound, Gone) as problem:
        return _dead(problem)
    return _page("link", 200, action=f"/sign-in/link/{token}", **facts)


@router.post(routes.SIGN_IN_LINK)
async def use_link(request: Request, token: str) -> Response:
    """Use the link, once."""
    same_origin.require(request)
    agent = request.headers.get("user-agent", "")
    try:
        signed_in = await run(
            signing_in.use_link, SystemActor(), secret=token, user_agent=agent, old=_secret(request)
        )
    except (NotFound, Gone) as problem:
        return _dead(problem)
    return _enter(signed_in, "")


@router.post(routes.SIGN_OUT)
async def sign_out(request: Request) -> Response:
    """End this session here and on the server."""
    same_origin.require(request)
    await run(signing_in.sign_out, SystemActor(), secret=_secret(request))
    instance = bootstrap.deps().instance
    response = RedirectResponse(routes.SIGN_IN, 303)
    options: dict[str, Any] = cookies.cookie_options(instance)
    response.delete_cookie(cookies.member_cookie(instance), **options)
    return response


@router.get(routes.SET_UP)
async def set_up_page(token: str) -> Response:
    """The form behind a set-up link: the owner's first account, or an invited member's password."""
    try:
        facts = await run(signing_in.look_at_link, SystemActor(), secret=token, purpose="set_up")
    except (NotFound, Gone) as problem:
        return _dead(problem)
    return _page("set_up", 200, action=f"/set-up/{token}", owner=not facts["email"], **facts)


@router.post(routes.SET_UP)
async def set_up(request: Request, token: str) -> Response:
    """Make the account and sign in."""
    same_origin.require(request)
    form = await _form(request)
    given = {name: form.get(name, "") for name in ("name", "email", "company")}
    try:
        signed_in = await call(
            signing_in.set_up,
            bootstrap.deps(),
            _visitor(request),
            secret=token,
            password=form.get("password", ""),
            user_agent=request.headers.get("user-agent", ""),
            **given,
        )
    except (NotFound, Gone) as problem:
        return _dead(problem)
    except Invalid as problem:
        facts = await run(signing_in.look_at_link, SystemActor(), secret=token, purpose="set_up")
        known = {name: value for name, value in facts.items() if value}
        shown = {"workspace": "", **given, **known, "errors": problem.fields}
        return _page("set_up", 422, action=f"/set-up/{token}", owner=not facts["email"], **shown)
    return _enter(signed_in, "")


def safe_next(path: str) -> str:
    """*path* when it leads to the desk of this site, else the desk's home."""
    plain = path.startswith(_HOME) and "\\" not in path and "//" not in path and path.isprintable()
    return path if plain and len(path) < 500 else _HOME


def _enter(signed_in: signing_in.SignedIn, next: str) -> Response:
    instance = bootstrap.deps().instance
    response = RedirectResponse(safe_next(next), 303)
    options: dict[str, Any] = cookies.cookie_options(instance)
    response.set_cookie(cookies.member_cookie(instance), signed_in.secret, max_age=_COOKIE_SECONDS, **options)
    response.headers["Cache-Control"] = "no-store"
    return response


def _secret(request: Request) -> str:
    name = cookies.member_cookie(bootstrap.deps().instance)
    return cookies.read_cookie(request.headers.get("cookie"), name) or ""


def _visitor(request: Request) -> Visitor:
    return Visitor(network=same_origin.network(request))


async def _form(request: Request) -> dict[str, str]:
    """The fields of a posted form; files and repeats are left out."""
    async with request.form(max_files=0, max_fields=20) as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}


def _throttled(problem: Throttled, form: dict[str, str]) -> Response:
    minutes = max(1, problem.retry_after // 60)
    words = f"Too many tries. Please wait {minutes} minutes, or ask for a link by email."
    response = _page(
        "form", 429, email=form.get("email", ""), next=form.get("next", ""), errors={"password": words}
    )
    response.headers["Retry-After"] = str(problem.retry_after)
    return response


def _dead(problem: NotFound | Gone) -> Response:
    """A link that opens nothing, and the way to a new one."""
    return _page("gone", 410 if isinstance(problem, Gone) else 404, message=problem.message)


def _page(step: str, status: int = 200, /, **shown: Any) -> Response:
    """The page at one *step*: form, sent, link, set_up."""
    instance = bootstrap.deps().instance
    facts: dict[str, Any] = {
        "email": "",
        "next": "",
        "errors": {},
        "name": "",
        "company": "",
        "workspace": "",
        **shown,
    }
    response = server_pages.render("sign_in", status, step=step, local=instance.local, **facts)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    # A link's secret stands in the address: no other site may learn it.
    response.headers["Referrer-Policy"] = "same-origin"
    return response
