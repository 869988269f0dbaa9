"""The call room of a spoken interview: who may enter it, who is sent to lead it, and what is told about it.

The room only carries voices. What is said becomes turns of the same talk as everywhere (`services/interviews.py`), so a
room that breaks loses nothing: the interviewer who comes next, or the page by itself, goes on from the turns.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import timedelta

from milo_app.domain import records as r
from milo_app.domain.actors import CandidateActor, SystemActor
from milo_app.domain.errors import Conflict, Gone, NotFound
from milo_app.services import applications
from milo_app.services.ports import Deps, Instance, UnitOfWork
from milo_app.services.transactions import command, query
from milo_app.services.work import Work

#: The interviewer's name in every room: a second one who comes in takes the first one's place, so there is only one.
INTERVIEWER = "interviewer"
#: How long a token opens the door. Whoever is inside stays, and a page that comes back asks for a new one.
TOKEN_LASTS = timedelta(minutes=10)
#: Seconds between two calls for an interviewer into one room, however often the page asks.
BETWEEN_CALLS = 8
_STAGE = "voice"
_ROOM = re.compile(r"milo-([0-9a-f]+)-([0-9a-f]{32})-(\d+)")
#: What we keep of what a call server tells, by its own names.
KEPT = {
    "room_started": "room_opened",
    "room_finished": "room_closed",
    "participant_joined": "room_joined",
    "participant_left": "room_left",
    "participant_connection_aborted": "room_left",
    "track_published": "room_track",
}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What a page needs to enter: the server's address, its token, and what the interviewer there can do."""

    url: str
    token: str
    room: str
    interviewer: str
    listens: bool
    speaks: bool


@dataclass(frozen=True, kw_only=True)
class Session:
    """What an interviewer is sent to lead. `untimed`: the candidate says when an answer is done."""

    actor: CandidateActor
    stage: str
    language: str
    untimed: bool
    name: str


def room_name(instance: Instance, application_id: str, attempt: int) -> str:
    """The one room of one attempt."""
    return f"milo-{instance.id}-{application_id}-{attempt}"


def enter(deps: Deps, actor: CandidateActor) -> Entry:
    """Let this candidate into the room of their interview.

    Raises:
        NotFound: interviews are not held in a room here.
        Conflict, Gone: the spoken stage is not open to them.
    """
    if not deps.rooms.url:
        raise NotFound("Interviews are not held in a call room here.")
    with deps.uow.write(actor) as uow:
        application, row = applications.writable(uow, actor, _STAGE)
        room = room_name(uow.instance, application.id, row.attempt)
    token = deps.rooms.entry(
        room=room, identity=application.id, name="", metadata=_about(application.id), lasts=TOKEN_LASTS
    )
    return Entry(
        url=deps.rooms.url,
        token=token,
        room=room,
        interviewer=INTERVIEWER,
        listens=deps.rooms.listens,
        speaks=deps.rooms.speaks,
    )


@command
def call_interviewer(uow: UnitOfWork, actor: CandidateActor) -> None:
    """Nobody leads the interview in the candidate's room (any more): have an interviewer sent.

    However often it is asked for, one is sent every `BETWEEN_CALLS` seconds at most.
    """
    application, row = applications.writable(uow, actor, _STAGE)
    room = room_name(uow.instance, application.id, row.attempt)
    slot = int(uow.now.timestamp()) // BETWEEN_CALLS
    uow.enqueue(Work.SEND_INTERVIEWER, application.id, room, key=f"{room}:{slot}")


def send_interviewer(deps: Deps, application_id: str, room: str) -> None:
    """Have an interviewer come into *room*, while there is anything to ask."""
    with deps.uow.read(SystemActor()) as uow:
        application = uow.applications.get(application_id)
        row = applications.stage_row(uow, application, _STAGE)
        wanted = row.state is r.StageState.OPEN and room == room_name(
            uow.instance, application_id, row.attempt
        )
    if wanted and deps.rooms.url:
        deps.rooms.send(room=room, metadata=_about(application_id))


def give_up(deps: Deps, application_id: str, room: str, reason: str) -> None:
    """No interviewer could be sent: the page leads the interview by itself, and asks again."""


@query
def session(uow: UnitOfWork, actor: SystemActor, *, metadata: str) -> Session:
    """What an interviewer was sent for, by the *metadata* of their dispatch.

    Raises:
        NotFound: no such interview.
        Conflict, Gone: there is nothing (more) to ask.
    """
    try:
        application_id = str(json.loads(metadata)["application"])
    except (ValueError, KeyError, TypeError) as wrong:
        raise NotFound("This is not one of our interviews.") from wrong
    application = uow.applications.get(application_id)
    row = applications.stage_row(uow, application, _STAGE)
    if application.state in (r.ApplicationState.WITHDRAWN, r.ApplicationState.EXPIRED):
        raise Gone(application.state.value, "This application is closed.")
    if application.consented_at is None or row.state is not r.StageState.OPEN:
        raise Conflict("This interview is not open.")
    who = CandidateActor(
        workspace_id=application.workspace_id,
        application_id=application.id,
        candidate_id=application.candidate_id,
        preview=application.preview,
    )
    plan = applications.plan_of(uow, application)
    return Session(
        actor=who,
        stage=_STAGE,
        language=plan.language,
        untimed=bool(application.accommodations.get("untimed")),
        name=plan.interviewer_name,
    )


@command
def note(
    uow: UnitOfWork, actor: SystemActor, *, event_id: str, kind: str, room: str, identity: str = ""
) -> bool:
    """Keep what the call server tells about a room as an event of its application, each of its events once.

    Nobody is sent because of it: who is missed is told by the page, which hears no sign of life. Returns whether
    anything was new.
    """
    about = _ROOM.fullmatch(room)
    if about is None or about[1] != uow.instance.id or kind not in KEPT:
        return False
    application = uow.applications.maybe(about[2])
    if application is None:
        return False
    application = uow.applications.lock(application.id)
    kinds = sorted(set(KEPT.values()))
    known = uow.events.find(subject_kind="application", subject_id=application.id, kind=kinds)
    if any(event.data.get("told") == event_id for event in known):
        return False
    facts = {"who": "candidate" if identity == application.id else "interviewer"} if identity else {}
    uow.emit("application", application.id, KEPT[kind], stage=_STAGE, told=event_id, **facts)
    return True


def _about(application_id: str) -> str:
    return json.dumps({"application": application_id})
