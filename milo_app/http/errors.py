"""Domain errors as HTTP: the one place where a status code is chosen."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from milo_app.domain import errors as e
from milo_app.http import server_pages

log = logging.getLogger(__name__)

STATUS: dict[type[e.MiloError], int] = {
    e.NotFound: 404,
    e.Gone: 410,
    e.Forbidden: 403,
    e.NotSignedIn: 401,
    e.Throttled: 429,
    e.Conflict: 409,
    e.TooLarge: 413,
    e.Invalid: 422,
}


def status_of(problem: e.MiloError) -> int:
    """The HTTP status that fits *problem*."""
    return next((code for kind, code in STATUS.items() if isinstance(problem, kind)), 500)


def wants_json(request: Request) -> bool:
    """Whether the caller is a program (our own scripts, a webhook) and not a person reading a page."""
    path = request.url.path
    return path.startswith(("/api/", "/webhooks/", "/dev/")) and "text/html" not in request.headers.get(
        "accept", ""
    )


def as_json(problem: e.MiloError) -> JSONResponse:
    """The error body of our own JSON routes: `{"error": {"code", "message", "fields"?, "reason"?}}`."""
    error: dict[str, Any] = {"code": type(problem).__name__.lower(), "message": problem.message}
    if isinstance(problem, e.Invalid) and problem.fields:
        error["fields"] = problem.fields
    if isinstance(problem, e.Gone):
        error["reason"] = problem.reason
    headers = {"Retry-After": str(problem.retry_after)} if isinstance(problem, e.Throttled) else None
    return JSONResponse({"error": error, **problem.facts}, status_of(problem), headers=headers)


def as_page(problem: e.MiloError) -> Response:
    """The error as a page in the product's voice, always with a way on."""
    status = status_of(problem)
    reason = problem.reason if isinstance(problem, e.Gone) else ""
    response = server_pages.render("problem", status, message=problem.message, reason=reason)
    if isinstance(problem, e.Throttled):
        response.headers["Retry-After"] = str(problem.retry_after)
    return response


def install(app: FastAPI) -> None:
    """Let every route of *app* raise domain errors and nothing else."""

    async def milo(request: Request, problem: Exception) -> Response:
        assert isinstance(problem, e.MiloError)
        if isinstance(problem, e.NotSignedIn) and not wants_json(request):
            return Response(status_code=303, headers={"Location": "/sign-in"})
        return as_json(problem) if wants_json(request) else as_page(problem)

    async def unreadable(request: Request, problem: Exception) -> Response:
        return await milo(request, e.Invalid("That request could not be read."))

    async def http(request: Request, problem: Exception) -> Response:
        assert isinstance(problem, HTTPException)
        if problem.status_code == 404:
            return await milo(request, e.NotFound("We could not find that page."))
        return JSONResponse({"error": {"code": "http", "message": str(problem.detail)}}, problem.status_code)

    async def unexpected(request: Request, problem: Exception) -> Response:
        log.exception("request failed", exc_info=problem)
        return as_json(e.MiloError()) if wants_json(request) else as_page(e.MiloError())

    app.add_exception_handler(e.MiloError, milo)
    app.add_exception_handler(RequestValidationError, unreadable)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, unexpected)
