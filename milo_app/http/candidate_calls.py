"""A candidate asks to be called, sees what became of it, and may take a later call back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from milo_app.access.running import run
from milo_app.http.candidate_api import Key, Reader, Writer
from milo_app.services import calls

router = APIRouter(prefix="/api/candidate/applications/{application_id}/calls")


class CallBody(BaseModel):
    """`at` is a time with its zone; left out, the call comes at once."""

    key: Key
    at: AwareDatetime | None = None
    number: Annotated[str, Field(max_length=40)] = ""


@router.get("")
async def shown(actor: Reader) -> dict[str, Any]:
    """Whether a call is offered, to which number, and how the newest one stands."""
    return await run(calls.shown, actor)


@router.post("")
async def ask(actor: Writer, body: CallBody) -> dict[str, Any]:
    """Call me, now or at a time. The same key gives the same call."""
    at: datetime | None = body.at
    return await run(calls.ask, actor, key=body.key, at=at, number=body.number)


@router.delete("")
async def call_off(actor: Writer) -> dict[str, Any]:
    """No call at that time after all."""
    return await run(calls.call_off, actor)
