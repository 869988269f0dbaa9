"""Candidates and their interviews: our applications, in the API's words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, UploadFile
from fastapi.responses import Response
from pydantic import BaseModel, Field

from milo_app import bootstrap
from milo_app.access.running import call, run
from milo_app.domain.actors import CandidateActor
from milo_app.http.api_v2 import asked, shown
from milo_app.http.api_v2.calling import REFUSALS, BadRequest, By, ListResponse, SingleResponse, page_of
from milo_app.http.api_v2.repeating import Repeatable
from milo_app.http.files import stream
from milo_app.services import api_reads, attachments, decisions, ingestions, reminders, resumes, uploads
from milo_app.services.api_keys import Caller
from milo_app.services.ingestions import Person

router = APIRouter(prefix="/api/v2", route_class=Repeatable, responses=REFUSALS)

Limit = Annotated[int, Query(ge=1, le=100)]


def _person(given: asked.CandidateIngestRequest) -> Person:
    return Person(
        name=given.name,
        email=given.email,
        phone=given.phone_number or "",
        labels=given.metadata,
        data=given.data,
    )


async def _ingest(
    caller: Caller, posting_id: str, given: Sequence[asked.CandidateIngestRequest]
) -> list[Any]:
    people = [_person(one) for one in given]
    made = await run(ingestions.ingest, caller.actor, interviewer_id=posting_id, people=people)
    return [await run(api_reads.candidate, caller.actor, application_id=one.id) for one in made]


# --- Ingesting ------------------------------------------------------------------------------------------------------


@router.post(
    "/postings/{posting_id}/candidates",
    operation_id="ingestCandidate",
    tags=["Candidates"],
    status_code=201,
)
async def ingest_candidate(
    caller: By, posting_id: str, given: asked.CandidateIngestRequest
) -> SingleResponse[shown.IngestCandidateResponse]:
    """Add a person and invite them. Who is here already is found, and not invited twice."""
    (one,) = await _ingest(caller, posting_id, [given])
    told = {n: one[n] for n in ("interview_id", "interview_url", "posting_id")}
    return {"data": {**told, "candidate": one}}  # type: ignore[return-value]


@router.post(
    "/postings/{posting_id}/candidates/bulk",
    operation_id="ingestCandidatesBulk",
    tags=["Candidates"],
    status_code=201,
)
async def ingest_bulk(
    caller: By, posting_id: str, given: asked.BulkCandidateIngestRequest
) -> SingleResponse[list[shown.BulkIngestCandidateResponseItem]]:
    """Add and invite up to 1,000 people: all of them, or none and the first that cannot be, by place."""
    made = await _ingest(caller, posting_id, given.data)
    told = [{n: one[n] for n in ("interview_id", "interview_url", "metadata")} for one in made]
    return {"data": told}  # type: ignore[return-value]


async def _later(caller: Caller, posting_id: str, given: Sequence[asked.CandidateIngestRequest]) -> Any:
    people = [_person(one) for one in given]
    kept = await run(ingestions.accept, caller.actor, interviewer_id=posting_id, people=people)
    return {"data": {"ingestion_id": kept.id, "status": kept.state}}


@router.post(
    "/postings/{posting_id}/candidates/async",
    operation_id="ingestCandidateAsync",
    tags=["Candidates"],
    status_code=202,
)
async def ingest_later(
    caller: By, posting_id: str, given: asked.CandidateIngestRequest
) -> SingleResponse[shown.AsyncIngestResponse]:
    """Add and invite a person soon; `/ingestions/{id}` tells what came of it."""
    return await _later(caller, posting_id, [given])


@router.post(
    "/postings/{posting_id}/candidates/bulk/async",
    operation_id="ingestCandidatesBulkAsync",
    tags=["Candidates"],
    status_code=202,
)
async def ingest_bulk_later(
    caller: By, posting_id: str, given: asked.BulkCandidateIngestRequest
) -> SingleResponse[shown.AsyncIngestResponse]:
    """Add and invite up to 1,000 people soon; `/ingestions/{id}` tells what came of each."""
    return await _later(caller, posting_id, given.data)


class IngestionResult(BaseModel):
    interview_id: str | None
    outcome: str
    reason: str


class IngestionStatus(BaseModel):
    object: Literal["ingestion"] = "ingestion"
    ingestion_id: str
    status: str
    posting_id: str
    total: int
    done: int
    failed: int
    results: list[IngestionResult]
    created_at: float | None
    finished_at: float | None


@router.get("/ingestions/{ingestion_id}", operation_id="getIngestion", tags=["Candidates"])
async def get_ingestion(caller: By, ingestion_id: str) -> SingleResponse[IngestionStatus]:
    """What came of people handed over to be added later, in their order."""
    kept = await run(ingestions.progress, caller.actor, ingestion_id=ingestion_id)
    results = [
        {"interview_id": r["application_id"], "outcome": r["outcome"], "reason": r["reason"]}
        for r in kept.results
    ]
    return {  # type: ignore[return-value]
        "data": {
            "ingestion_id": kept.id,
            "status": kept.state,
            "posting_id": kept.interviewer_id,
            "total": kept.total,
            "done": len(results),
            "failed": sum(r["outcome"] == "failed" for r in results),
            "results": results,
            "created_at": api_reads.unix(kept.created_at),
            "finished_at": api_reads.unix(kept.finished_at),
        }
    }


# --- Reading --------------------------------------------------------------------------------------------------------


def _moment(text: str | None, name: str) -> datetime | None:
    """A time given as ISO text or Unix seconds. Raises BadRequest."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text) if not text.replace(".", "", 1).isdigit() else None
        at = datetime.fromtimestamp(float(text), UTC) if at is None else at
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        raise BadRequest(f"{name} is a time: ISO 8601 or Unix seconds.") from None
    return at


@router.get("/postings/{posting_id}/candidates", operation_id="listCandidates", tags=["Candidates"])
async def list_candidates(
    request: Request,
    caller: By,
    posting_id: str,
    limit: Limit = 20,
    starting_after: str | None = None,
    created_after: str | None = None,
    created_before: str | None = None,
) -> ListResponse[shown.CandidateResponse]:
    """A posting's candidates, newest first."""
    rows, more, total = await run(
        api_reads.candidates,
        caller.actor,
        posting_id=posting_id,
        limit=limit,
        after=starting_after,
        created_after=_moment(created_after, "created_after"),
        created_before=_moment(created_before, "created_before"),
    )
    last = rows[-1]["interview_id"] if rows else None
    return page_of(request, rows, more, total, last)  # type: ignore[return-value]


@router.get("/candidates/{candidate_id}", operation_id="getCandidate", tags=["Candidates"])
async def get_candidate(caller: By, candidate_id: str) -> SingleResponse[list[shown.CandidateResponse]]:
    """Every interview of one person, newest first."""
    found = await run(api_reads.applications_of, caller.actor, candidate_id=candidate_id)
    return {"data": found}  # type: ignore[return-value]


@router.get("/interviews/{interview_id}", operation_id="getInterview", tags=["Interviews"])
async def get_interview(caller: By, interview_id: str) -> SingleResponse[shown.CandidateResponse]:
    """One candidate, as in the list."""
    return await _candidate(caller, interview_id)


async def _candidate(caller: Caller, interview_id: str) -> Any:
    return {"data": await run(api_reads.candidate, caller.actor, application_id=interview_id)}


@router.get("/interviews/{interview_id}/data", operation_id="getInterviewData", tags=["Interviews"])
async def interview_data(caller: By, interview_id: str) -> SingleResponse[shown.InterviewDataResponse]:
    """Answers, scores with reasons, transcripts and recordings; `status` is not_ready until it is over."""
    found = await run(api_reads.interview, caller.actor, application_id=interview_id)
    return {"data": found}  # type: ignore[return-value]


@router.get("/files/{file_id}", operation_id="getFile", tags=["Interviews"], response_class=Response)
async def get_file(request: Request, caller: By, file_id: str) -> Response:
    """A resume, a recording or a file that was given as an answer; parts of it by Range."""
    return await stream(request, await run(uploads.find, caller.actor, file_id=file_id), view=False)


# --- Labels ---------------------------------------------------------------------------------------------------------


@router.get("/interviews/{interview_id}/metadata", operation_id="getInterviewMetadata", tags=["Interviews"])
async def get_metadata(caller: By, interview_id: str) -> SingleResponse[shown.MetadataResponse]:
    """The labels that programs have given an interview."""
    found = await run(attachments.labels, caller.actor, application_id=interview_id)
    return {"data": {"object": "metadata", "metadata": found}}  # type: ignore[return-value]


async def _set_labels(caller: Caller, interview_id: str, labels: dict[str, str]) -> Any:
    kept = await run(attachments.set_labels, caller.actor, application_id=interview_id, labels=labels)
    return {"data": {"object": "metadata", "metadata": kept}}


@router.post("/interviews/{interview_id}/metadata", operation_id="setInterviewMetadata", tags=["Interviews"])
async def set_metadata(
    caller: By, interview_id: str, given: asked.MetadataRequest
) -> SingleResponse[shown.MetadataResponse]:
    """Labels of your own, in place of those before."""
    return await _set_labels(caller, interview_id, given.metadata)


@router.delete(
    "/interviews/{interview_id}/metadata", operation_id="deleteInterviewMetadata", tags=["Interviews"]
)
async def delete_metadata(caller: By, interview_id: str) -> SingleResponse[shown.MetadataResponse]:
    """Take all labels away."""
    return await _set_labels(caller, interview_id, {})


# --- Deciding -------------------------------------------------------------------------------------------------------


class Reason(asked.Given):
    """Why, for the team; candidates never see it."""

    reason: Annotated[str, Field(max_length=2000)] = ""


async def _decide(caller: Caller, interview_id: str, decision: str, given: Reason | None) -> Any:
    await run(
        decisions.decide,
        caller.actor,
        application_ids=[interview_id],
        decision=decision,
        reason=given.reason if given else "",
    )
    return await _candidate(caller, interview_id)


@router.post("/interviews/{interview_id}/shortlist", operation_id="shortlistCandidate", tags=["Decisions"])
async def shortlist(
    caller: By, interview_id: str, given: Reason | None = None
) -> SingleResponse[shown.CandidateResponse]:
    """Shortlist. Nothing is sent to the candidate by this."""
    return await _decide(caller, interview_id, "shortlisted", given)


@router.post("/interviews/{interview_id}/dismiss", operation_id="dismissCandidate", tags=["Decisions"])
async def dismiss(
    caller: By, interview_id: str, given: Reason | None = None
) -> SingleResponse[shown.CandidateResponse]:
    """Dismiss. Nothing is sent to the candidate by this."""
    return await _decide(caller, interview_id, "dismissed", given)


@router.post("/interviews/{interview_id}/undecide", operation_id="clearDecision", tags=["Decisions"])
async def undecide(caller: By, interview_id: str) -> SingleResponse[shown.CandidateResponse]:
    """Take the decision back."""
    return await _decide(caller, interview_id, "none", None)


class Nudged(BaseModel):
    object: Literal["nudge"] = "nudge"
    interview_id: str
    outcome: Literal["sent", "later", "skipped"]
    reason: str


@router.post("/interviews/{interview_id}/nudge", operation_id="nudgeCandidate", tags=["Decisions"])
async def nudge(caller: By, interview_id: str) -> SingleResponse[Nudged]:
    """Remind a candidate now, within the workspace's caps and quiet hours."""
    (told,) = await run(reminders.nudge, caller.actor, application_ids=[interview_id])
    return {"data": {**told, "interview_id": interview_id}}  # type: ignore[return-value]


class ResumeTaken(BaseModel):
    object: Literal["resume"] = "resume"
    file_id: str
    name: str
    size: int
    reading: str


@router.post(
    "/interviews/{interview_id}/resume", operation_id="uploadResume", tags=["Interviews"], status_code=202
)
async def upload_resume(caller: By, interview_id: str, file: UploadFile) -> SingleResponse[ResumeTaken]:
    """Hand in a resume (PDF, Word or text, up to 10 MB) while the candidate's resume step is open."""
    found = await run(api_reads.candidate, caller.actor, application_id=interview_id)
    actor = CandidateActor(
        workspace_id=caller.actor.workspace_id,
        application_id=interview_id,
        candidate_id=found["candidate_id"],
    )
    blocks = iter(lambda: file.file.read(65_536), b"")
    taken = await call(resumes.accept, bootstrap.deps(), actor, name=file.filename or "resume", chunks=blocks)
    return {"data": taken}  # type: ignore[return-value]
