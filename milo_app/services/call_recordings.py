"""The sound of a call: recorded by the telephone service once the caller agreed, then brought here and kept like any
other recording, with each utterance at its place."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from milo_app.domain import records as r
from milo_app.domain.actors import Actor, SystemActor
from milo_app.services import applications
from milo_app.services.calls import VOICE
from milo_app.services.ports import Deps, UnitOfWork
from milo_app.services.transactions import command
from milo_app.services.work import Work

_MEDIA_TYPE = "audio/mpeg"


def begin(deps: Deps, call_id: str) -> None:
    """Have the call recorded from now on, once (durable work). Raises SendFailed."""
    with deps.uow.read(SystemActor()) as uow:
        call = uow.messages.get(call_id)
    if call.provider_id:
        url = f"{deps.instance.public_url}{VOICE}/recording?call={call.id}"
        deps.phone.record(call.provider_id, status_url=url)


def not_recorded(deps: Deps, call_id: str, reason: str) -> None:
    """Recording could not be begun: the talk goes on, and the recruiter reads why there is no sound."""
    _note_error(deps, call_id, f"Not recorded: {reason}")


@command
def note(
    uow: UnitOfWork, actor: Actor, *, call_id: str, recording_id: str, status: str, started: str, seconds: str
) -> None:
    """The telephone service tells of a recording; a finished one is fetched. Repeats change nothing.

    *started* is a date as in an email, *seconds* a whole number; both may be missing.
    """
    call = uow.messages.maybe(call_id)
    if (
        call is None
        or call.channel is not r.Channel.CALL
        or not recording_id
        or call.variables.get("recording")
    ):
        return
    if status != "completed" or call.variables.get("consent") is not True:
        return
    kept = {"id": recording_id, "started": started, "seconds": int(seconds) if seconds.isdigit() else 0}
    uow.messages.save(replace(call, variables={**call.variables, "recording": kept}))
    uow.enqueue(Work.FETCH_CALL_RECORDING, call.id)


def fetch(deps: Deps, call_id: str) -> None:
    """Bring the recording here (durable work); a repeat overwrites the same file. Raises SendFailed."""
    with deps.uow.read(SystemActor()) as uow:
        call = uow.messages.get(call_id)
        done = uow.recordings.maybe(call_id)
    told = call.variables.get("recording")
    if not told or done is not None:
        return
    key = f"recordings/{call.application_id}/{call.id}/call.mp3"
    size, sha256 = deps.files.put(key, deps.phone.recording(str(told["id"])))
    with deps.uow.write(SystemActor(workspace_id=call.workspace_id)) as uow:
        application = uow.applications.lock(str(call.application_id))
        if uow.recordings.maybe(call_id) is None:
            _keep(uow, application, call, key, size, sha256)


def _keep(
    uow: UnitOfWork, application: r.Application, call: r.Message, key: str, size: int, sha256: str
) -> None:
    told = call.variables["recording"]
    started = _moment(str(told.get("started", ""))) or call.sent_at or call.created_at
    stage = str(call.variables["stage"])
    file = uow.files.add(
        r.StoredFile(
            id=uow.new_id(),
            workspace_id=call.workspace_id,
            purpose="recording",
            key=key,
            name=f"{stage} call.mp3",
            media_type=_MEDIA_TYPE,
            size=size,
            sha256=sha256,
            created_at=uow.now,
            application_id=application.id,
            stage=stage,
        )
    )
    length = int(told.get("seconds", 0)) * 1000
    recording = uow.recordings.add(
        r.Recording(
            # One call has one recording, so they share their id.
            id=call.id,
            workspace_id=call.workspace_id,
            application_id=application.id,
            attempt=int(call.variables["attempt"]),
            stage=stage,
            state="joined",
            media_type=_MEDIA_TYPE,
            started_at=started,
            finished_at=started + timedelta(milliseconds=length),
            file_id=file.id,
            duration_ms=length or None,
            bytes=size,
        )
    )
    for turn in uow.turns.find(message_id=call.id, application_id=application.id):
        at = max(0, int((turn.at - started).total_seconds() * 1000))
        uow.turns.save(replace(turn, recording_id=recording.id, at_ms=min(at, length) if length else at))
    applications.touch(uow, application)
    applications.note(uow, application, "recording_ready", recording=recording.id, stage=stage)


def not_fetched(deps: Deps, call_id: str, reason: str) -> None:
    """The recording could not be brought here after the last try."""
    _note_error(deps, call_id, f"The recording could not be fetched: {reason}")


def _note_error(deps: Deps, call_id: str, error: str) -> None:
    with deps.uow.write(SystemActor()) as uow:
        call = uow.messages.get(call_id)
        uow.messages.save(replace(call, error=error[:300]))


def _moment(told: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(told)
    except (ValueError, TypeError):
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
