"""Resumes, files and recordings on their way in. Nothing is held in memory whole, nothing half-written is kept."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from milo_app import bootstrap
from milo_app.access.guards import member_actor
from milo_app.access.running import call, run
from milo_app.domain.errors import Invalid
from milo_app.domain.records import Role
from milo_app.http import same_origin
from milo_app.http.bodies import spooled
from milo_app.http.candidate_api import Reader, Writer
from milo_app.services import brand, list_intake, recordings, resumes, uploads

router = APIRouter()
_BASE = "/api/candidate/applications/{application_id}"

Name = Annotated[str, Query(max_length=400)]
Id = Annotated[str, Path(max_length=60)]


class TextBody(BaseModel):
    text: Annotated[str, Field(max_length=400_000)]


class RecordingBody(BaseModel):
    key: Annotated[str, Field(min_length=8, max_length=64)]
    stage: Annotated[str, Field(max_length=20)]
    media_type: Annotated[str, Field(max_length=120)]


class TotalsBody(BaseModel):
    totals: Annotated[dict[str, Annotated[int, Field(ge=0, le=100_000)]], Field(max_length=1000)]


@router.post(_BASE + "/resume", status_code=202)
async def put_resume(request: Request, actor: Writer, name: Name = "resume") -> dict[str, Any]:
    """A resume as the raw body. Answered as soon as it is on disk; the reading shows in the candidate's view."""
    limit = "This file is too large: at most 10 MB can be read. Please upload a smaller version, or paste the text."
    async with spooled(request, limit=resumes.LARGEST, too_large=limit) as chunks:
        return await call(resumes.accept, bootstrap.deps(), actor, name=name, chunks=chunks)


@router.post(_BASE + "/resume/text", status_code=202)
async def put_resume_text(actor: Writer, request: Request) -> dict[str, Any]:
    """A resume pasted as text: `{"text": …}`."""
    limit = "This text is too long. Please paste your resume only."
    async with spooled(request, limit=4 * resumes.LONGEST_TEXT + 4096, too_large=limit) as chunks:
        body = b"".join(chunks)
    try:
        text = TextBody.model_validate_json(body).text
    except ValueError:
        raise Invalid("That request could not be read.") from None
    return await call(resumes.accept_text, bootstrap.deps(), actor, text=text)


@router.post(_BASE + "/files/{question_id}")
async def put_file(request: Request, actor: Writer, question_id: Id, name: Name = "file") -> dict[str, Any]:
    """A file for a question of the form, as the raw body. The browser saves what comes back as the answer."""
    limit = "This file is too large: at most 10 MB can be sent."
    async with spooled(request, limit=uploads.LARGEST, too_large=limit) as chunks:
        deps = bootstrap.deps()
        file = await call(
            uploads.accept_file_answer, deps, actor, question_id=question_id, name=name, chunks=chunks
        )
    return {"file": file}


@router.post(_BASE + "/recordings")
async def start_recording(actor: Writer, body: RecordingBody) -> dict[str, Any]:
    """Begin a recording; the same key gives the same one."""
    recording = await run(recordings.start, actor, stage=body.stage, media_type=body.media_type, key=body.key)
    return {"recording_id": recording.id, "state": recording.state}


@router.put(_BASE + "/recordings/{recording_id}/{segment}/{seq}")
async def put_chunk(
    request: Request, actor: Writer, recording_id: Id, segment: int, seq: int
) -> dict[str, Any]:
    """One chunk as the raw body, its SHA-256 in hex in the header `X-SHA256`. Idempotent, in any order."""
    limit = "This piece of the recording is too large."
    async with spooled(request, limit=recordings.LARGEST_CHUNK, too_large=limit) as chunks:
        size = await call(
            recordings.put_chunk,
            bootstrap.deps(),
            actor,
            recording_id=recording_id,
            segment=segment,
            seq=seq,
            sha256=request.headers.get("x-sha256", "").strip().lower(),
            chunks=chunks,
        )
    return {"recording_id": recording_id, "segment": segment, "seq": seq, "size": size}


@router.get(_BASE + "/recordings/{recording_id}/missing")
async def missing_chunks(
    actor: Reader, recording_id: Id, totals: Annotated[str, Query(max_length=4000)] = "{}"
) -> dict[str, Any]:
    """Which chunks have not arrived, of `totals` = `{"segment": number of chunks}`: `{missing: [[segment, seq], …]}`."""
    try:
        wanted = TotalsBody.model_validate({"totals": json.loads(totals)}).totals
    except ValueError:
        raise Invalid("That request could not be read.") from None
    gaps = await run(recordings.missing, actor, recording_id=recording_id, totals=wanted)
    return {"missing": [list(gap) for gap in gaps[:2000]]}


@router.post(_BASE + "/recordings/{recording_id}/finish", response_model=None)
async def finish_recording(actor: Writer, recording_id: Id, body: TotalsBody) -> dict[str, Any]:
    """Close a recording. 409 with `missing` while chunks are on their way."""
    recording = await run(recordings.finish, actor, recording_id=recording_id, totals=body.totals)
    return {"recording_id": recording.id, "state": recording.state}


@router.post("/api/desk/lists", response_model=None)
async def put_list(
    request: Request, i: Annotated[str, Query(max_length=64)], name: Name = "list.csv"
) -> JSONResponse:
    """A CSV of candidates for interviewer *i* as the raw body: `{file: {file_id, name, rows}}`. Nobody is invited yet."""
    same_origin.require(request)
    actor = await member_actor(request, Role.RECRUITER)
    async with spooled(request, limit=list_intake.LARGEST, too_large=list_intake.TOO_LARGE) as chunks:
        file = await call(
            list_intake.accept, bootstrap.deps(), actor, interviewer_id=i, name=name, chunks=chunks
        )
    return JSONResponse({"file": file}, 201)


@router.post("/api/desk/logo", response_model=None)
async def put_logo(request: Request, name: Name = "logo") -> JSONResponse:
    """The logo as the raw body, from a signed-in administrator: `{file: {file_id, name, size}}`. Shown from now on."""
    same_origin.require(request)
    actor = await member_actor(request, Role.ADMIN)
    async with spooled(request, limit=brand.LARGEST_LOGO, too_large=brand.TOO_LARGE) as chunks:
        file = await call(brand.accept_logo, bootstrap.deps(), actor, name=name, chunks=chunks)
    return JSONResponse({"file": file}, 201)
