"""Saving what a candidate gives: plain, idempotent HTTP that the browser's outbox repeats until it hears 200."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from milo_app import bootstrap, routes
from milo_app.access import cookies
from milo_app.access.guards import candidate_actor
from milo_app.access.running import call, run, run_outside
from milo_app.domain.actors import CandidateActor
from milo_app.http import same_origin
from milo_app.services import answers, consents, integrity, interviews, recordings, rooms, speech
from milo_app.services.ports import SpeechFailed

router = APIRouter(prefix="/api/candidate/applications/{application_id}")

Key = Annotated[str, Field(min_length=8, max_length=64)]


async def _reader(request: Request, application_id: str) -> CandidateActor:
    return await candidate_actor(request, application_id)


async def _writer(request: Request, application_id: str) -> CandidateActor:
    same_origin.require(request)
    return await candidate_actor(request, application_id)


Reader = Annotated[CandidateActor, Depends(_reader)]
Writer = Annotated[CandidateActor, Depends(_writer)]


class AnswerBody(BaseModel):
    key: Key
    stage: str
    question_id: Annotated[str, Field(max_length=60)]
    value: Any
    base_version: int = 0


class SubmitBody(BaseModel):
    key: Key


class BeginBody(SubmitBody):
    device: Annotated[str, Field(max_length=64)] = ""


class AgeBody(BaseModel):
    adult: bool


class IntegrityBody(BaseModel):
    stage: Annotated[str, Field(max_length=20)]
    question_id: Annotated[str, Field(max_length=60)]
    visit: Annotated[str, Field(pattern=r"^[0-9a-zA-Z-]{8,40}$")]
    counts: Annotated[dict[str, Annotated[int, Field(ge=0, le=10**9)]], Field(max_length=8)]


class ConsentBody(BaseModel):
    text_version: Annotated[str, Field(max_length=60)]
    sms: bool = False


class TurnBody(BaseModel):
    key: Key
    stage: str
    text: Annotated[str, Field(max_length=10_000)] = ""
    value: Any = None
    question_id: Annotated[str | None, Field(max_length=60)] = None
    recording_id: Annotated[str | None, Field(max_length=32)] = None
    at_ms: Annotated[int | None, Field(ge=0, le=86_400_000)] = None
    end_ms: Annotated[int | None, Field(ge=0, le=86_400_000)] = None
    transcribed: bool = True
    event: Annotated[str, Field(max_length=20)] = ""


@router.get("")
async def standing(actor: Reader) -> dict[str, Any]:
    """Which screen the application stands at, and a stamp that changes when anything does."""
    return await run(answers.standing, actor)


@router.post("/consent")
async def agree(actor: Writer, body: ConsentBody) -> dict[str, Any]:
    """The candidate agrees to the notice whose version they read."""
    await run(consents.agree, actor, text_version=body.text_version, sms=body.sms)
    return await run(answers.standing, actor)


@router.post("/answers")
async def save_answer(actor: Writer, body: AnswerBody) -> dict[str, Any]:
    """Save one answer. The same key gives the same reply; a stale base is kept and reported as a conflict."""
    saved = await run(answers.record, actor, **body.model_dump())
    return dataclasses.asdict(saved)


@router.post("/stages/{kind}/submit")
async def submit(actor: Writer, kind: str, body: SubmitBody) -> dict[str, Any]:
    """Hand in a stage; what exact rules decide is decided before this answers."""
    return await run(answers.submit_stage, actor, stage=kind, key=body.key)


@router.get("/conversation/{stage}")
async def read_conversation(actor: Reader, stage: str) -> dict[str, Any]:
    """The talk so far and the question that is open."""
    return dataclasses.asdict(await run(interviews.conversation, actor, stage=stage))


@router.post("/conversation/{stage}/begin")
async def begin(actor: Writer, stage: str, body: BeginBody) -> dict[str, Any]:
    """Ask the first question, where it was not asked yet; from now on the talk is led on this device."""
    return dataclasses.asdict(await run(interviews.begin, actor, stage=stage, device=body.device))


@router.post("/leave")
async def leave(application_id: str, actor: Writer) -> RedirectResponse:
    """Somebody else sits at this device: it forgets the application, which stays as it is and opens by its link."""
    instance = bootstrap.deps().instance
    response = RedirectResponse(routes.LOST_LINK, 303)
    options: dict[str, Any] = cookies.cookie_options(instance)
    response.delete_cookie(cookies.candidate_cookie(instance, application_id), **options)
    return response


@router.get("/speech/{turn_id}")
async def hear(actor: Reader, turn_id: str) -> Response:
    """What the interviewer said in one turn, spoken; 503 where the browser's own voice has to do."""
    try:
        sound = await call(speech.spoken, bootstrap.deps(), actor, turn_id=turn_id)
    except SpeechFailed:
        return Response(status_code=503)
    headers = {"Cache-Control": "private, max-age=3600"}
    return Response(sound, media_type="audio/mpeg", headers=headers)


@router.post("/age", status_code=204)
async def state_age(actor: Writer, body: AgeBody) -> None:
    """18 or over? It decides whether video may be recorded, and nothing else."""
    await run(recordings.state_age, actor, adult=body.adult)


@router.post("/integrity", status_code=204)
async def note_integrity(actor: Writer, body: IntegrityBody) -> None:
    """What one visit to one question has counted so far; facts for a person, never part of a score."""
    await run(integrity.note, actor, **body.model_dump())


@router.post("/turns")
async def take_turn(actor: Writer, body: TurnBody) -> dict[str, Any]:
    """One thing the candidate said, typed, chose or did; answered with what comes next."""
    return dataclasses.asdict(await run(interviews.take_turn, actor, **body.model_dump()))


@router.post("/room")
async def enter_room(actor: Writer) -> dict[str, Any]:
    """Into the call room of the spoken stage: the server's address and a token for this candidate alone."""
    return dataclasses.asdict(await run_outside(rooms.enter, actor))


@router.post("/room/interviewer", status_code=202)
async def call_interviewer(actor: Writer) -> None:
    """Nobody leads the interview in the room (any more): somebody else comes."""
    await run(rooms.call_interviewer, actor)
