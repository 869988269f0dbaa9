"""Recordings: chunks taken in any order and any number of times, then joined into one file that can be sought in.

A chunk is on disk before its row says so, and a row is kept before the browser lets go of the chunk; so a lost
connection, a reload or a killed server loses nothing that was recorded.

`Recording.segments` keeps `{key, totals: {segment: chunks}, by}`; `by` is `candidate`, or `milo` where the browser
never came back and what had arrived was joined.
"""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from milo_app.domain import records as r
from milo_app.domain.actors import CandidateActor, MemberActor, SystemActor
from milo_app.domain.errors import Conflict, Forbidden, Invalid, NotFound, Throttled, TooLarge
from milo_app.domain.plan import StageKind
from milo_app.services import applications, transcripts
from milo_app.services.incoming import Incoming, keep
from milo_app.services.ports import Deps, Joined, UnitOfWork
from milo_app.services.transactions import command, query
from milo_app.services.work import Work

#: Largest chunk and largest recording, in bytes.
LARGEST_CHUNK = 8 * 1024 * 1024
LARGEST = 600 * 1024 * 1024
#: What one application may record in all, in bytes and in recordings.
LARGEST_ALTOGETHER = 3 * LARGEST
MOST = 60
MOST_SEGMENTS = 100
#: A recording that nobody closed is looked at this often, and joined as far as it came once nothing has arrived for
#: the second of these.
LOOK_AGAIN = timedelta(minutes=30)
QUIET = timedelta(minutes=10)
MOST_CHUNKS = 10_000

_MEDIA_TYPE = re.compile(
    r"(?:video|audio)/(?:webm|mp4|ogg|x-matroska)(?:\s*;[\w\s=.,\"+-]{0,80})?", re.IGNORECASE
)
_SHA256 = re.compile(r"[0-9a-f]{64}")


@command
def start(uow: UnitOfWork, actor: CandidateActor, *, stage: str, media_type: str, key: str) -> r.Recording:
    """Begin a recording of a stage that is open. The same *key* gives the same recording.

    Raises:
        Invalid: no media type that a browser records.
        Forbidden: video of somebody who has not said that they are 18 or over.
        Conflict, Gone: the stage is not open (`applications.writable`).
    """
    known = _by_key(uow, actor.application_id, key)
    if known is not None:
        return known
    if not _MEDIA_TYPE.fullmatch(media_type):
        raise Invalid(fields={"media_type": "This kind of recording cannot be kept."})
    if stage != StageKind.VOICE:
        raise NotFound("This part is not recorded.")
    application, row = applications.writable(uow, actor, stage)
    if media_type.lower().startswith("video/") and not may_film(uow, application, row):
        raise Forbidden("Video is only for people of 18 or over. Sound only or typing works just as well.")
    known = _by_key(uow, actor.application_id, key)  # Again, now that nobody else can begin one.
    if known is not None:
        return known
    mine = uow.recordings.find(application_id=application.id)
    if len(mine) >= MOST or sum(one.bytes for one in mine) >= LARGEST_ALTOGETHER:
        raise Throttled(3600, "Too many recordings were begun. You can type your answer instead.")
    recording = uow.recordings.add(
        r.Recording(
            id=uow.new_id(),
            workspace_id=application.workspace_id,
            application_id=application.id,
            attempt=row.attempt,
            stage=stage,
            state="open",
            media_type=media_type,
            started_at=uow.now,
            segments={"key": key},
        )
    )
    _look_again(uow, recording)
    return recording


@command
def state_age(uow: UnitOfWork, actor: CandidateActor, *, adult: bool) -> None:
    """Keep whether the candidate says they are 18 or over; no date is asked for. Only the open spoken stage has it."""
    _, row = applications.writable(uow, actor, StageKind.VOICE)
    if row.data.get("adult") is not adult:
        uow.stages.save(replace(row, data={**row.data, "adult": adult}))


def may_film(uow: UnitOfWork, application: r.Application, row: r.ApplicationStage) -> bool:
    """Whether video may be recorded: of people of 18 or over, and of others where the workspace chose so."""
    if row.data.get("adult") is True:
        return True
    return bool(uow.workspaces.get(application.workspace_id).policy.get("video_under_18"))


def _look_again(uow: UnitOfWork, recording: r.Recording) -> None:
    uow.later.add(
        r.Later(
            id=uow.new_id(),
            workspace_id=recording.workspace_id,
            work=Work.JOIN_RECORDING,
            args=(recording.id,),
            due_at=uow.now + LOOK_AGAIN,
        )
    )


def _by_key(uow: UnitOfWork, application_id: str, key: str) -> r.Recording | None:
    mine = uow.recordings.find(application_id=application_id)
    return next((one for one in mine if one.segments.get("key") == key), None)


def put_chunk(
    deps: Deps,
    actor: CandidateActor,
    *,
    recording_id: str,
    segment: int,
    seq: int,
    sha256: str,
    chunks: Iterable[bytes],
) -> int:
    """Keep one chunk; *sha256* is its hash in hex as the browser computed it. Returns its size in bytes.

    The same chunk again is a success; it may come in any order, also after others of later segments.

    Raises:
        Invalid: the bytes are not those of the hash, or none came.
        TooLarge: beyond 8 MB, or beyond 600 MB in the recording.
        Conflict: another chunk was kept at this place, or the recording is closed.
        NotFound: the recording is not the candidate's.
    """
    if not (0 <= segment < MOST_SEGMENTS and 0 <= seq < MOST_CHUNKS):
        raise Invalid("This piece of the recording has no place in it.")
    if not _SHA256.fullmatch(sha256):
        raise Invalid("This piece of the recording came without its checksum.")
    with deps.uow.read(actor) as uow:
        known = _place(uow, _own(uow, actor, recording_id), segment, seq, sha256)
        if known is not None:
            return known.size
    limit = "This piece of the recording is too large."
    incoming = Incoming(chunks, limit=LARGEST_CHUNK, too_large=limit)

    def take(key: str, size: int, found: str) -> tuple[int, bool]:
        if found != sha256:
            raise Invalid("This piece of the recording was damaged on its way. It is sent again.")
        with deps.uow.write(actor) as uow:
            return _keep_chunk(uow, actor, recording_id, segment, seq, found, size, key)

    folder = f"recordings/{actor.application_id}/{recording_id}"
    return keep(deps, folder, incoming, take, empty="This piece of the recording is empty.")


def _keep_chunk(
    uow: UnitOfWork,
    actor: CandidateActor,
    recording_id: str,
    segment: int,
    seq: int,
    sha256: str,
    size: int,
    key: str,
) -> tuple[int, bool]:
    uow.applications.lock(actor.application_id)
    recording = _own(uow, actor, recording_id)
    known = _place(uow, recording, segment, seq, sha256)
    if known is not None:
        return known.size, False
    if recording.bytes + size > LARGEST:
        raise TooLarge("This recording has reached its largest size. What was recorded until now is kept.")
    uow.chunks.add(
        r.RecordingChunk(
            id=key.rpartition("/")[2],
            workspace_id=recording.workspace_id,
            recording_id=recording.id,
            segment=segment,
            seq=seq,
            size=size,
            sha256=sha256,
            at=uow.now,
        )
    )
    uow.recordings.save(replace(recording, bytes=recording.bytes + size))
    return size, True


def _place(
    uow: UnitOfWork, recording: r.Recording, segment: int, seq: int, sha256: str
) -> r.RecordingChunk | None:
    """The same chunk where it was kept already, None where its place is free.

    Raises:
        Conflict: another chunk is there, or nothing more is taken.
    """
    known = uow.chunks.first(recording_id=recording.id, segment=segment, seq=seq)
    if known is not None:
        if known.sha256 != sha256:
            raise Conflict("Another piece of the recording was already kept at this place.")
        return known
    if not _takes_more(recording):
        raise Conflict("This recording is already closed.")
    return None


def _takes_more(recording: r.Recording) -> bool:
    """Open, or closed by Milo because the browser was gone: then its late chunks are welcome."""
    return recording.state == "open" or recording.segments.get("by") == "milo"


def _own(uow: UnitOfWork, actor: CandidateActor, recording_id: str) -> r.Recording:
    recording = uow.recordings.get(recording_id)
    if recording.application_id != actor.application_id:
        raise NotFound("We could not find that recording.")
    return recording


# --- Closing ---------------------------------------------------------------------------------------------------------


@query
def missing(
    uow: UnitOfWork, actor: CandidateActor, *, recording_id: str, totals: Mapping[str, int]
) -> list[tuple[int, int]]:
    """The chunks, as (segment, seq), that have not arrived of *totals* (`{segment: number of chunks}`), in order.

    Raises:
        Invalid: totals beyond what a recording may have.
    """
    recording = _own(uow, actor, recording_id)
    return _missing(uow, recording, _checked(totals))


@command
def finish(
    uow: UnitOfWork, actor: CandidateActor, *, recording_id: str, totals: Mapping[str, int]
) -> r.Recording:
    """The recording is complete: close it and have it joined. A repeat changes nothing.

    Raises:
        Conflict: chunks are missing; the fact `missing` lists them as [segment, seq].
        Invalid: totals beyond what a recording may have.
    """
    uow.applications.lock(actor.application_id)
    recording = _own(uow, actor, recording_id)
    wanted = _checked(totals)
    if not _takes_more(recording):
        return recording
    gaps = _missing(uow, recording, wanted)
    if gaps:
        raise Conflict(
            "Some of the recording has not arrived yet.", missing=[list(gap) for gap in gaps[:500]]
        )
    return _close(uow, recording, wanted, by="candidate")


def close_if_left(uow: UnitOfWork, recording_id: str) -> str:
    """Close a recording whose browser never came back, as far as it arrived without a gap. Returns its state.

    One that chunks still come for is looked at again later.
    """
    recording = uow.recordings.get(recording_id)
    uow.applications.lock(recording.application_id)
    recording = uow.recordings.get(recording_id)
    if recording.state != "open":
        return recording.state
    there: dict[int, set[int]] = {}
    last = recording.started_at
    for chunk in uow.chunks.find(recording_id=recording.id):
        there.setdefault(chunk.segment, set()).add(chunk.seq)
        last = max(last, chunk.at)
    if uow.now - last < QUIET:
        _look_again(uow, recording)
        return "open"
    whole = {s: next(n for n in range(MOST_CHUNKS + 1) if n not in seqs) for s, seqs in there.items()}
    return _close(uow, recording, {s: n for s, n in whole.items() if n}, by="milo").state


def _close(uow: UnitOfWork, recording: r.Recording, totals: Mapping[int, int], *, by: str) -> r.Recording:
    segments = {**recording.segments, "totals": {str(s): n for s, n in sorted(totals.items())}, "by": by}
    recording = replace(recording, segments=segments, finished_at=uow.now)
    if not sum(totals.values()):
        return uow.recordings.save(replace(recording, state="failed", error="Nothing was recorded."))
    count = sum(totals.values())
    uow.enqueue(Work.JOIN_RECORDING, recording.id, key=f"{recording.id}:{by}:{count}")
    return uow.recordings.save(replace(recording, state="finished", error=""))


@command
def join_again(uow: UnitOfWork, actor: MemberActor, *, recording_id: str) -> r.Recording:
    """Try once more to join a recording that could not be joined; its chunks are still there.

    Raises:
        Conflict: the recording did not fail, or nothing was recorded.
    """
    recording = uow.recordings.get(recording_id)
    if recording.state != "failed" or not recording.bytes:
        raise Conflict("There is nothing to join again.")
    uow.enqueue(Work.JOIN_RECORDING, recording.id, key=f"{recording.id}:again:{uow.new_id()}")
    return uow.recordings.save(replace(recording, state="finished", error=""))


def _checked(totals: Mapping[str, int]) -> dict[int, int]:
    try:
        found = {int(segment): int(count) for segment, count in totals.items()}
    except (TypeError, ValueError):
        raise Invalid("The parts of the recording are not numbered.") from None
    if any(not (0 <= s < MOST_SEGMENTS and 0 <= n <= MOST_CHUNKS) for s, n in found.items()):
        raise Invalid("This recording has more parts than one can have.")
    return found


def _missing(uow: UnitOfWork, recording: r.Recording, totals: Mapping[int, int]) -> list[tuple[int, int]]:
    there = {(chunk.segment, chunk.seq) for chunk in uow.chunks.find(recording_id=recording.id)}
    return [(s, n) for s in sorted(totals) for n in range(totals[s]) if (s, n) not in there]


# --- Joining ---------------------------------------------------------------------------------------------------------


def join(deps: Deps, recording_id: str) -> str:
    """Join a closed recording into one file (durable work). Returns the recording's state, or `gone`.

    One that is open still is closed first, where its browser has gone for good. The chunks are removed once the joined file is kept, unless the browser may still bring more. When joining fails
    they stay, and `Recording.error` says why.
    """
    with deps.uow.read(SystemActor()) as uow:
        recording = uow.recordings.maybe(recording_id)
        if recording is None:
            return "gone"
        chunks = uow.chunks.find(recording_id=recording.id)
    if recording.state == "open":
        with deps.uow.write(SystemActor(workspace_id=recording.workspace_id)) as uow:
            return close_if_left(uow, recording_id)
    if recording.state == "joined":
        _remove_chunks(deps, recording, chunks)
    if recording.state != "finished":
        return recording.state
    with tempfile.TemporaryDirectory(prefix="milo-join-") as folder:
        try:
            parts = list(_segments(deps, recording, chunks, Path(folder)))
            joined = deps.media.join(parts, media_type=recording.media_type, out=Path(folder) / "joined")
        except (ValueError, FileNotFoundError) as problem:
            return _note_failure(deps, recording, problem)
        recording = _keep_joined(deps, recording, joined)
    if recording.state == "joined":
        _remove_chunks(deps, recording, chunks)
    return recording.state


def _segments(
    deps: Deps, recording: r.Recording, chunks: Iterable[r.RecordingChunk], folder: Path
) -> Iterator[Path]:
    """Each segment as one file in *folder*: its chunks one after another."""
    by_place = {(chunk.segment, chunk.seq): chunk for chunk in chunks}
    for segment, count in sorted((int(s), n) for s, n in recording.segments.get("totals", {}).items()):
        path = folder / f"segment-{segment}"
        with path.open("wb") as whole:
            for seq in range(count):
                chunk = by_place.get((segment, seq))
                if chunk is None:
                    raise FileNotFoundError("A piece of the recording is gone.")
                for block in deps.files.read(_chunk_key(recording, chunk)):
                    whole.write(block)
        yield path


def _chunk_key(recording: r.Recording, chunk: r.RecordingChunk) -> str:
    return f"recordings/{recording.application_id}/{recording.id}/{chunk.id}"


def _note_failure(deps: Deps, recording: r.Recording, problem: Exception) -> str:
    with deps.uow.write(SystemActor(workspace_id=recording.workspace_id)) as uow:
        application = uow.applications.lock(recording.application_id)
        now = uow.recordings.get(recording.id)
        if now.state == "finished":
            error = f"{str(problem) or 'It could not be joined.'} What was recorded is kept."
            uow.recordings.save(replace(now, state="failed", error=error[:300]))
            applications.note(uow, application, "recording_failed", recording=recording.id)
    return "failed"


def _keep_joined(deps: Deps, recording: r.Recording, joined: Joined) -> r.Recording:
    ending = "mp4" if "mp4" in joined.media_type else "webm"
    key = f"recordings/{recording.application_id}/{recording.id}.{ending}"
    size, sha256 = deps.files.put(key, _blocks(joined.path))
    with deps.uow.write(SystemActor(workspace_id=recording.workspace_id)) as uow:
        application = uow.applications.lock(recording.application_id)
        now = uow.recordings.get(recording.id)
        if now.state != "finished":
            return now
        known = uow.files.maybe(now.file_id) if now.file_id else None
        file = r.StoredFile(
            id=known.id if known else uow.new_id(),
            workspace_id=now.workspace_id,
            purpose="recording",
            key=key,
            name=f"{now.stage} recording.{ending}",
            media_type=joined.media_type,
            size=size,
            sha256=sha256,
            created_at=uow.now,
            application_id=now.application_id,
            stage=now.stage,
        )
        file = uow.files.save(file) if known else uow.files.add(file)
        error = f"{joined.skipped} part(s) could not be read." if joined.skipped else ""
        now = uow.recordings.save(
            replace(now, state="joined", file_id=file.id, duration_ms=joined.duration_ms, error=error)
        )
        transcripts.enqueue(uow, now)
        applications.touch(uow, application)
        applications.note(uow, application, "recording_ready", recording=now.id, file=file.id)
    return now


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            yield block


def _remove_chunks(deps: Deps, recording: r.Recording, chunks: Iterable[r.RecordingChunk]) -> None:
    """The rows stay, so that a chunk that comes once more is still known. So do the bytes where the joined file does
    not hold all of them, or more may come."""
    if recording.segments.get("by") == "milo" or recording.error:
        return
    for chunk in chunks:
        with contextlib.suppress(OSError):
            deps.files.delete(_chunk_key(recording, chunk))
