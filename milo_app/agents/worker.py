"""The process that leads interviews in LiveKit rooms: registers with the server and is sent into room after room."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import logging
import time
from typing import Any

from livekit import api, rtc
from livekit.agents import AgentServer, AgentSession, JobContext, JobProcess, JobRequest, room_io

from milo_app import bootstrap
from milo_app.access.running import run
from milo_app.agents import speech
from milo_app.agents.background import soon
from milo_app.agents.interviewer import Interviewer, session_for
from milo_app.agents.talk import LedTalk
from milo_app.config import Settings
from milo_app.domain.actors import SystemActor
from milo_app.domain.errors import MiloError
from milo_app.services import rooms

log = logging.getLogger(__name__)

#: The topic under which page and interviewer tell each other things besides speech.
TOPIC = "milo"
#: Interviews that one worker leads at a time; each is a process of its own.
MOST = 8
#: Seconds between two signs of life; a page that misses several has another interviewer sent.
ALIVE = 2.0
#: Seconds during which somebody who came into a room is not replaced. It takes a while until the page hears of them.
JUST_CAME = 15.0
#: Seconds for the last words to be heard before the interviewer leaves.
LAST_WORDS = 30.0


class CannotStart(Exception):
    """Why this worker cannot lead interviews; one sentence that names the mend."""


def work_forever(settings: Settings, *, most: int = MOST) -> None:
    """Lead interviews until stopped.

    Raises:
        CannotStart: LiveKit is not set up.
    """
    if not settings.livekit_on or settings.livekit_api_secret is None:
        raise CannotStart(
            "Interviews in rooms need LiveKit: set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET."
        )
    server = AgentServer(
        ws_url=settings.livekit_url,
        api_key=settings.livekit_api_key,
        api_secret=settings.livekit_api_secret.get_secret_value(),
        host="127.0.0.1",
        port=0,
        num_idle_processes=1,
        initialize_process_timeout=60.0,
        # How many interviews it leads says how much more it can take, and not how busy the machine is.
        load_fnc=lambda worker: len(worker.active_jobs) / most,
        load_threshold=1.0,
        setup_fnc=_prepare,
    )
    agent = bootstrap.deps().rooms.agent
    server.rtc_session(lead, agent_name=agent, on_request=_accept)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # It warns with every sentence of a provider that numbers nothing.
    logging.getLogger("livekit.agents").setLevel(logging.ERROR)

    def registered(*_: object) -> None:
        print(f"Leading interviews in the rooms of {settings.livekit_url} as {agent}.", flush=True)  # noqa: T201

    server.on("worker_registered", registered)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(server.run())


def _prepare(process: JobProcess) -> None:
    """Before anybody waits: load what an interview needs and open the database."""
    settings, deps = bootstrap.settings(), bootstrap.deps()
    with deps.uow.read(SystemActor()) as uow:
        uow.workspaces.count()
    speech.transcription(settings, "en")
    speech.voice(settings)
    importlib.import_module("anyio._backends._asyncio")  # The client's, loaded only with its first request.


async def _accept(request: JobRequest) -> None:
    await request.accept(identity=rooms.INTERVIEWER, name="Milo")


async def lead(job: JobContext) -> None:
    """One interview in one room, from where it stands to its end, or until somebody else is sent."""
    settings = bootstrap.settings()
    try:
        asked = await run(rooms.session, SystemActor(), metadata=job.job.metadata)
    except MiloError as nothing:
        log.info("Sent for nothing: %s", nothing)
        job.shutdown("nothing to ask")
        return
    if await _just_came(job):
        job.shutdown("somebody else has just come")
        return
    stt, tts = speech.transcription(settings, asked.language), speech.voice(settings)
    await job.connect()
    room, candidate = job.room, asked.actor.application_id
    interviewer = Interviewer(LedTalk(asked), told=lambda: _tell(room, {"type": "turn"}))
    session = session_for(untimed=asked.untimed, listens=stt is not None, stt=stt, tts=tts)
    _hear_page(room, candidate, interviewer)
    left = asyncio.Event()

    def over(*_: object) -> None:
        left.set()

    room.on("disconnected", over)
    # A provider that fails for good ends the session; the page leads on by itself until somebody else is sent.
    session.on("close", over)
    await session.start(
        interviewer,
        room=room,
        session_host=False,
        record=False,
        room_options=room_io.RoomOptions(
            # What is typed goes over HTTP, where nothing can be lost: one way in.
            text_input=False,
            text_output=False,
            audio_input=stt is not None,
            audio_output=tts is not None,
            participant_identity=candidate,
            # A page that is reloaded comes back to the same interviewer.
            close_on_disconnect=False,
        ),
    )
    alive = asyncio.create_task(_signs_of_life(room))
    try:
        await _first_of(interviewer.ended.wait(), left.wait(), _nobody_left(room, candidate))
        if interviewer.ended.is_set():
            await _first_of(_last_words(session), left.wait(), asyncio.sleep(LAST_WORDS))
    finally:
        alive.cancel()
        await session.aclose()
        job.shutdown("the interview is over" if interviewer.ended.is_set() else "nobody is left")


async def _just_came(job: JobContext) -> bool:
    """Whether an interviewer sent a moment earlier is there already: asked for twice, one is enough."""
    try:
        inside = await job.api.room.list_participants(api.ListParticipantsRequest(room=job.job.room.name))
    except api.TwirpError:
        return False
    came = [p.joined_at for p in inside.participants if p.identity == rooms.INTERVIEWER]
    return any(time.time() - at < JUST_CAME for at in came)


def _hear_page(room: rtc.Room, candidate: str, interviewer: Interviewer) -> None:
    """What the candidate's page tells and asks. Nobody else in the room has a say."""

    def told(packet: rtc.DataPacket) -> None:
        if packet.topic != TOPIC or packet.participant is None or packet.participant.identity != candidate:
            return
        try:
            said: dict[str, Any] = json.loads(packet.data)
            kind = said.get("type")
        except (ValueError, AttributeError):
            return
        if kind == "clock":
            recording, at = said.get("recording"), said.get("at")
            if isinstance(at, int | float):
                interviewer.clock.told(str(recording)[:32] if recording else None, at)
        elif kind == "hands":
            interviewer.hands(off=bool(said.get("off")))
        elif kind == "forget":
            interviewer.forget()
        elif kind == "look":
            soon(interviewer.look())
        elif kind == "again":
            soon(interviewer.again())

    async def done(call: rtc.RpcInvocationData) -> str:
        heard = call.caller_identity == candidate and await interviewer.done()
        return json.dumps({"heard": heard})

    room.on("data_received", told)
    room.local_participant.register_rpc_method("done", done)


async def _signs_of_life(room: rtc.Room) -> None:
    while True:
        await _tell(room, {"type": "alive"})
        await asyncio.sleep(ALIVE)


async def _tell(room: rtc.Room, what: dict[str, Any]) -> None:
    # A room that is just closing: who comes next tells it.
    with contextlib.suppress(Exception):
        await room.local_participant.publish_data(json.dumps(what), topic=TOPIC)


async def _nobody_left(room: rtc.Room, candidate: str, patience: float = 60.0) -> None:
    """Returns once the candidate has been away for *patience* seconds."""
    away = 0.0
    while away < patience:
        await asyncio.sleep(2.0)
        away = 0.0 if candidate in room.remote_participants else away + 2.0


async def _last_words(session: AgentSession[None]) -> None:
    """Returns once the goodbye has been said."""
    await asyncio.sleep(0.5)
    if session.current_speech:
        await session.current_speech.wait_for_playout()


async def _first_of(*waits: Any) -> None:
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
