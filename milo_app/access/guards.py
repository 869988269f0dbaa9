"""Who may call what.

Reflex events are a public RPC: anyone can call any handler of any State with any arguments. So every handler is
declared here as `@public`, `@candidate` or `@member(role)`; the declaration finds out who acts from the HttpOnly
cookie, re-checks it in the database, and passes the actor to the handler as its second argument:

    @member("recruiter")
    async def publish_clicked(self, actor: MemberActor, interviewer_id: str): ...

The browser never sends the actor. A candidate's handler takes the application's id as its first browser argument,
and it is checked against that application's own cookie. A test enumerates every handler that Reflex registered and
fails on one without a declaration.
"""

from __future__ import annotations

import functools
import inspect
import logging
import typing
from collections.abc import Callable
from typing import Any

import reflex as rx
from starlette.requests import HTTPConnection, Request

from milo_app import bootstrap
from milo_app.access import cookies
from milo_app.access.running import run
from milo_app.domain.actors import CandidateActor, MemberActor, SystemActor, Visitor
from milo_app.domain.errors import Forbidden, MiloError, NotFound, NotSignedIn
from milo_app.domain.records import Role
from milo_app.services import applications, sessions

log = logging.getLogger(__name__)

#: Handlers declared here, by function: what the enumerating test checks against.
DECLARED: dict[str, str] = {}


class NoticeState(rx.State, mixin=True):
    """A sentence shown to the person, and its kind (`info`, `done`, `problem`). Errors of a guarded handler land here.

    `leave` is an address outside the Reflex pages that the browser must go to (`/sign-in`); the page's frame does it.
    """

    notice: str = ""
    notice_kind: str = "info"
    leave: str = ""

    def _say(self, text: str, kind: str = "done") -> None:
        self.notice, self.notice_kind = text, kind


async def member_from_cookie(header: str | None) -> MemberActor | None:
    """The signed-in member behind a raw Cookie header, or None."""
    secret = cookies.read_cookie(header, cookies.member_cookie(bootstrap.deps().instance))
    return await run(sessions.member_of, SystemActor(), secret=secret) if secret else None


async def candidate_from_cookie(header: str | None, application_id: str, ip: str = "") -> CandidateActor:
    """The holder of *application_id*'s link behind a raw Cookie header.

    Raises:
        NotFound: the id cannot be one.
        Forbidden: this browser does not hold that application's cookie.
    """
    if len(application_id) != 32 or not application_id.isalnum():
        raise NotFound("We could not find that application.")
    value = cookies.read_cookie(header, cookies.candidate_cookie(bootstrap.deps().instance, application_id))
    if not value:
        raise Forbidden("Please open your own link again to continue.")
    return await run(applications.holder, SystemActor(), application_id=application_id, proof=value, ip=ip)


# --- Plain HTTP routes ------------------------------------------------------------------------------------------------


async def member_actor(request: HTTPConnection, role: Role | str = Role.VIEWER) -> MemberActor:
    """The signed-in member behind a request, with at least *role*. Raises NotSignedIn or Forbidden."""
    actor = await member_from_cookie(request.headers.get("cookie"))
    if actor is None:
        raise NotSignedIn
    if not actor.can(role):
        raise Forbidden
    return actor


async def candidate_actor(request: Request, application_id: str) -> CandidateActor:
    """The candidate behind a request about one application. Raises NotFound or Forbidden."""
    ip = request.client.host if request.client else ""
    return await candidate_from_cookie(request.headers.get("cookie"), application_id, ip)


async def viewer_actor(request: Request, application_id: str | None = None) -> MemberActor | CandidateActor:
    """A member, or the candidate of *application_id*: for files that both may see. Raises Forbidden."""
    member = await member_from_cookie(request.headers.get("cookie"))
    if member is not None:
        return member
    if application_id is None:
        raise NotSignedIn
    return await candidate_actor(request, application_id)


# --- Reflex handlers --------------------------------------------------------------------------------------------------


def public(fn: Callable[..., Any] | None = None, **event_options: Any) -> Any:
    """Anyone may call this handler; it must not read or change anything of a workspace."""

    async def find(state: rx.State, args: tuple[Any, ...]) -> Visitor:
        return Visitor()

    return _declare("public", find, event_options)(fn) if fn else _declare("public", find, event_options)


def candidate(fn: Callable[..., Any] | None = None, **event_options: Any) -> Any:
    """Only the holder of the application whose id is the first browser argument."""

    async def find(state: rx.State, args: tuple[Any, ...]) -> CandidateActor:
        if not args or not isinstance(args[0], str):
            raise NotFound("We could not find that application.")
        session = state.router.session
        return await candidate_from_cookie(state.router.headers.cookie, args[0], session.client_ip)

    return (
        _declare("candidate", find, event_options)(fn) if fn else _declare("candidate", find, event_options)
    )


def member(role: Role | str, **event_options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Only a signed-in member with at least *role*, acting in their own workspace."""
    needed = Role(role)

    async def find(state: rx.State, args: tuple[Any, ...]) -> MemberActor:
        actor = await member_from_cookie(state.router.headers.cookie)
        if actor is None:
            raise NotSignedIn
        if not actor.can(needed):
            raise Forbidden
        return actor

    return _declare(f"member:{needed}", find, event_options)


def _declare(
    rule: str, find: Callable[..., Any], event_options: dict[str, Any]
) -> Callable[[Callable[..., Any]], Any]:
    """A decorator that finds the actor, checks the arguments' types, and turns errors into a notice."""

    def decorate(fn: Callable[..., Any]) -> Any:
        signature = _without_actor(fn)
        background = bool(event_options.get("background"))

        async def enter(
            state: rx.State, args: tuple[Any, ...], kwargs: dict[str, Any]
        ) -> tuple[Any, tuple[Any, ...]]:
            bound = signature.bind(state, *args, **kwargs)
            _check_types(fn, bound.arguments)
            rest = tuple(v for k, v in bound.arguments.items() if k != "self")
            return await find(state, rest), rest

        if inspect.isasyncgenfunction(fn):

            @functools.wraps(fn)
            async def wrapper(self: rx.State, *args: Any, **kwargs: Any) -> Any:  # pyright: ignore[reportRedeclaration]
                try:
                    actor, rest = await enter(self, args, kwargs)
                    async for step in fn(self, actor, *rest):
                        yield step
                except Exception as problem:
                    yield await _refuse(self, problem, rule, background)

        else:

            @functools.wraps(fn)
            async def wrapper(self: rx.State, *args: Any, **kwargs: Any) -> Any:
                try:
                    actor, rest = await enter(self, args, kwargs)
                    return await fn(self, actor, *rest)
                except Exception as problem:
                    return await _refuse(self, problem, rule, background)

        wrapper.__signature__ = signature  # type: ignore[attr-defined]
        wrapper.__annotations__ = {k: v for k, v in fn.__annotations__.items() if k != "actor"}
        wrapper.__milo_guard__ = rule  # type: ignore[attr-defined]
        DECLARED[f"{fn.__module__}.{fn.__qualname__}"] = rule
        return rx.event(**event_options)(wrapper) if event_options else rx.event(wrapper)

    return decorate


def _without_actor(fn: Callable[..., Any]) -> inspect.Signature:
    """The handler's signature as the browser sees it: without the actor, which no browser may send."""
    signature = inspect.signature(fn)
    names = list(signature.parameters)
    if names[:2] != ["self", "actor"]:
        raise TypeError(f"{fn.__qualname__} must take self and actor first")
    return signature.replace(parameters=[p for n, p in signature.parameters.items() if n != "actor"])


_PLAIN = {str: (str,), int: (int,), float: (int, float), bool: (bool,), dict: (dict,), list: (list,)}


def _check_types(fn: Callable[..., Any], arguments: dict[str, Any]) -> None:
    """Arguments are whatever JSON the browser sent: refuse what the annotation does not say."""
    hints = typing.get_type_hints(fn)
    for name, value in arguments.items():
        expected = _PLAIN.get(typing.get_origin(hints.get(name)) or hints.get(name))  # type: ignore[arg-type]
        if (
            name != "self"
            and expected
            and (not isinstance(value, expected) or (expected == (int,) and value is True))
        ):
            raise Forbidden("That request did not make sense.")


async def _refuse(state: rx.State, problem: Exception, rule: str, background: bool) -> Any:
    """What a guarded handler answers when it may not, or cannot, do what was asked."""
    if isinstance(problem, TypeError) and "argument" in str(problem):
        problem = Forbidden("That request did not make sense.")
    if not isinstance(problem, MiloError):
        log.exception("handler failed")
        problem = MiloError()
    forget: Callable[[], None] | None = getattr(state, "_forget", None)
    if forget is not None and isinstance(problem, NotSignedIn | Forbidden | NotFound):
        await _set(state, background, forget)
    if isinstance(problem, NotSignedIn) and rule.startswith("member"):
        # Reflex's redirect stays within its own pages (or opens a new tab), and the sign-in page is none of them.
        await _set(state, background, lambda: setattr(state, "leave", "/sign-in"))
        return None
    if isinstance(state, NoticeState):
        await _set(state, background, lambda: state._say(problem.message, "problem"))  # pyright: ignore[reportPrivateUsage]
    return None


async def _set(state: Any, background: bool, change: Callable[[], Any]) -> None:
    if background:
        async with state:
            change()
    else:
        change()
