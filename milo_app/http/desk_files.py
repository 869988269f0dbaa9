"""What a recruiter takes along: the table as CSV, one report as JSON or CSV."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from milo_app import bootstrap
from milo_app.access.guards import member_actor
from milo_app.access.running import call
from milo_app.domain.errors import NotFound
from milo_app.services import candidate_export, report_files

router = APIRouter()

_Word = Annotated[str, Query(max_length=100)]
_Id = Annotated[str, Path(max_length=64)]


@router.get("/api/desk/candidates.csv", response_model=None)
async def candidates(
    request: Request,
    interviewer_id: _Word = "",
    search: _Word = "",
    state: _Word = "",
    decision: _Word = "",
    stage: _Word = "",
    source: _Word = "",
    review: _Word = "",
    score_from: _Word = "",
    score_to: _Word = "",
    sort: _Word = "",
) -> Response:
    """The table with these filters, streamed; the same words as the page's own."""
    actor = await member_actor(request)
    wanted: dict[str, Any] = {
        "interviewer_id": interviewer_id,
        "search": search,
        "state": state,
        "decision": decision,
        "stage": stage,
        "source": source,
        "review": review == "1",
        "score_from": score_from,
        "score_to": score_to,
    }
    pieces = await call(candidate_export.as_csv, bootstrap.deps(), actor, wanted=wanted, sort=sort)
    return StreamingResponse(
        pieces, media_type="text/csv; charset=utf-8", headers=_taken_along("candidates.csv")
    )


@router.get("/api/desk/reports/{application_id}.{form}", response_model=None)
async def report(request: Request, application_id: _Id, form: _Id) -> Response:
    """One report; *form* is json or csv."""
    actor = await member_actor(request)
    if form not in ("json", "csv"):
        raise NotFound("A report is to be had as JSON or as CSV.")
    deps = bootstrap.deps()
    whole = await call(report_files.as_json, deps, actor, application_id=application_id)
    name = re.sub(r"[^A-Za-z0-9]+", "-", str(whole["name"])).strip("-").lower() or "candidate"
    headers = _taken_along(f"report-{name}.{form}")
    if form == "json":
        return JSONResponse(whole, headers=headers)
    text = report_files.lines_of(whole)
    return Response("\ufeff" + text, media_type="text/csv; charset=utf-8", headers=headers)


def _taken_along(name: str) -> dict[str, str]:
    return {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
