"""Who calls the public API, and what goes wrong there, in the shapes of the interface it is compatible with."""

from __future__ import annotations

import logging
import math
import time
from collections import deque
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, FastAPI, Header, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from milo_app.access.running import run
from milo_app.domain import errors as e
from milo_app.domain.actors import SystemActor
from milo_app.http.api_v2.shown import APIErrorResponse, PaginationMeta
from milo_app.services import api_keys
from milo_app.services.api_keys import Caller

log = logging.getLogger(__name__)

T = TypeVar("T")


class SingleResponse(BaseModel, Generic[T]):
    """One object; `meta` has what is to be said about the call."""

    data: T
    meta: dict[str, Any] | None = None


class ListResponse(BaseModel, Generic[T]):
    """One page of objects."""

    data: list[T]
    pagination: PaginationMeta


class ValidationError(BaseModel):
    loc: list[str | int]
    msg: str
    type: str


class HTTPValidationError(BaseModel):
    detail: list[ValidationError] = []


#: What every call may answer besides what it is for.
REFUSALS: dict[int | str, dict[str, Any]] = {
    **{code: {"model": APIErrorResponse} for code in (400, 401, 403, 404, 409, 413, 429)},
    422: {"model": HTTPValidationError},
}
_KINDS = {
    400: ("invalid_request_error", "bad_request"),
    401: ("authentication_error", "invalid_api_key"),
    403: ("permission_error", "forbidden"),
    404: ("not_found_error", "not_found"),
    405: ("invalid_request_error", "method_not_allowed"),
    409: ("conflict_error", "conflict"),
    410: ("invalid_request_error", "gone"),
    413: ("invalid_request_error", "too_large"),
    429: ("rate_limit_error", "rate_limited"),
}


class BadRequest(e.MiloError):
    """A value that the interface answers with 400 and not with 422."""


def error(status: int, message: str, *, param: str | None = None, headers: Any = None) -> JSONResponse:
    """An error in the interface's shape."""
    kind, code = _KINDS.get(status, ("api_error", "internal_error"))
    told = {"type": kind, "code": code, "message": message, "param": param, "doc_url": None, "errors": []}
    return JSONResponse({"error": told}, status, headers=headers)


def invalid(fields: dict[str, str], place: str = "body") -> JSONResponse:
    """422 in the interface's shape."""
    detail = [
        {"loc": [place, *at.split(".")], "msg": why, "type": "value_error"} for at, why in fields.items()
    ]
    return JSONResponse({"detail": detail}, 422)


def install(app: FastAPI) -> None:
    """Answer every error of *app* in the interface's shapes."""

    async def milo(request: Request, problem: Exception) -> Response:
        return answer_of(problem)

    async def unreadable(request: Request, problem: Exception) -> Response:
        assert isinstance(problem, RequestValidationError)
        detail = [{"loc": x["loc"], "msg": x["msg"], "type": x["type"]} for x in problem.errors()]
        return JSONResponse({"detail": detail}, 422)

    async def http(request: Request, problem: Exception) -> Response:
        assert isinstance(problem, HTTPException)
        words = "There is nothing at this address." if problem.status_code == 404 else str(problem.detail)
        return error(problem.status_code, words, headers=problem.headers)

    async def unexpected(request: Request, problem: Exception) -> Response:
        log.exception("An API call failed", exc_info=problem)
        return error(500, "Something went wrong on our side. Please try again.")

    app.add_exception_handler(e.MiloError, milo)
    app.add_exception_handler(RequestValidationError, unreadable)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, unexpected)


def answer_of(problem: Exception) -> JSONResponse:
    """A domain error as the interface says it: what the state of things does not allow is a 422 like any input."""
    if isinstance(problem, e.Throttled):
        return error(429, problem.message, headers={"Retry-After": str(problem.retry_after)})
    if isinstance(problem, BadRequest):
        return error(400, problem.message)
    if isinstance(problem, e.TooLarge):
        return error(413, problem.message)
    if isinstance(problem, e.Invalid):
        return invalid(problem.fields or {"": problem.message})
    if isinstance(problem, e.Conflict | e.Gone):
        return invalid({"": problem.message})
    codes = {e.NotFound: 404, e.Forbidden: 403, e.NotSignedIn: 401}
    code = next((c for kind, c in codes.items() if isinstance(problem, kind)), 500)
    return error(code, getattr(problem, "message", "Something went wrong on our side."))


# --- Who calls ------------------------------------------------------------------------------------------------------


class Pace:
    """How many calls a key may make in a minute, in this process."""

    def __init__(self, most: int = 300) -> None:
        self.most = most
        self._calls: dict[str, deque[float]] = {}

    def take(self, key_id: str) -> tuple[int, int, bool]:
        """(calls left, seconds until one is free again, whether this one may go on)."""
        now = time.monotonic()
        calls = self._calls.setdefault(key_id, deque())
        while calls and now - calls[0] >= 60:
            calls.popleft()
        free = len(calls) < self.most
        if free:
            calls.append(now)
        wait = math.ceil(60 - (now - calls[0])) if calls else 60
        return self.most - len(calls), max(1, wait), free


async def known_caller(
    request: Request,
    response: Response,
    x_api_key: Annotated[str | None, Header(alias="X-API-KEY")] = None,
    authorization: Annotated[str | None, Header()] = None,
    x_workspace_id: Annotated[str | None, Header(alias="X-Workspace-Id")] = None,
) -> Caller:
    """The program behind a request, within its pace and scopes: GET needs `read`, everything else `write`.

    Raises NotSignedIn, Forbidden, Throttled.
    """
    secret = x_api_key or ((authorization or "").removeprefix("Bearer ").strip())
    caller, stale = (
        await run(api_keys.caller, SystemActor(name="api"), secret=secret) if secret else (None, False)
    )
    if caller is None:
        raise e.NotSignedIn("This needs a valid key in X-API-KEY.")
    pace: Pace = request.app.state.pace
    left, wait, free = pace.take(caller.key_id)
    told = {
        "X-RateLimit-Limit": str(pace.most),
        "X-RateLimit-Remaining": str(left),
        "X-RateLimit-Reset": str(int(time.time()) + wait),
    }
    request.state.rate = told
    if not free:
        raise e.Throttled(wait, f"At most {pace.most} calls a minute. Please wait {wait} seconds.")
    if x_workspace_id and x_workspace_id != caller.actor.workspace_id:
        raise e.Forbidden("This key belongs to another workspace.")
    needed = "read" if request.method in ("GET", "HEAD") else "write"
    if needed not in caller.scopes:
        raise e.Forbidden(f"This key has no {needed} scope.")
    if stale:
        await run(api_keys.used, SystemActor(workspace_id=caller.actor.workspace_id), key_id=caller.key_id)
    return caller


By = Annotated[Caller, Depends(known_caller)]


def require(caller: Caller, scope: str) -> None:
    """Raises Forbidden where the key lacks *scope*."""
    if scope not in caller.scopes:
        raise e.Forbidden(f"This key has no {scope} scope.")


def page_of(
    request: Request, rows: list[Any], more: bool, total: int | None, last: str | None
) -> dict[str, Any]:
    """A ListResponse: `url` is the next page's."""
    url = (
        str(request.url.include_query_params(starting_after=last).replace(scheme="", netloc=""))
        if more
        else None
    )
    return {"data": rows, "pagination": {"has_more": more, "total_count": total, "url": url}}


def sliced(
    request: Request, rows: list[dict[str, Any]], limit: int, after: str | None, key: str = "id"
) -> Any:
    """A page of a list that is known whole. Raises NotFound where *after* is none of it."""
    start = 0
    if after is not None:
        ids = [row[key] for row in rows]
        if after not in ids:
            raise e.NotFound("There is nothing with the id in starting_after.")
        start = ids.index(after) + 1
    page = rows[start : start + limit]
    more = start + limit < len(rows)
    return page_of(request, page, more, len(rows), page[-1][key] if page else None)
