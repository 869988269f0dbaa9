"""Recordings: pieces in any order and any number of times, and one file in the end."""

from __future__ import annotations

import contextlib
import hashlib
import random
import threading
from dataclasses import replace

import pytest

from milo_app.adapters.clock import FixedClock
from milo_app.domain.actors import CandidateActor, MemberActor
from milo_app.domain.errors import Conflict, Forbidden, Invalid, NotFound, TooLarge
from milo_app.domain.records import Role
from milo_app.services import recordings
from milo_app.services.ports import Deps
from milo_app.workflows.sweeping import sweep
from tests.recordings import cut, make_webm
from tests.services.begun import RESUME_STAGE, VOICE_STAGE, begin, close

CLIP = make_webm(1.0)


def begin_recording(deps: Deps, actor: CandidateActor, key: str = "key-00001") -> str:
    with deps.uow.write(actor) as uow:
        with contextlib.suppress(Conflict):  # where the stage is closed, recording says so
            recordings.state_age(uow, actor, adult=True)
        return recordings.start(
            uow, actor, stage="voice", media_type="video/webm;codecs=vp8,opus", key=key
        ).id


def put(
    deps: Deps, actor: CandidateActor, id: str, segment: int, seq: int, data: bytes, sha256: str = ""
) -> int:
    return recordings.put_chunk(
        deps,
        actor,
        recording_id=id,
        segment=segment,
        seq=seq,
        sha256=sha256 or hashlib.sha256(data).hexdigest(),
        chunks=[data],
    )


def missing(deps: Deps, actor: CandidateActor, id: str, **totals: int) -> list[tuple[int, int]]:
    with deps.uow.read(actor) as uow:
        return recordings.missing(uow, actor, recording_id=id, totals={k[1:]: n for k, n in totals.items()})


def finish(deps: Deps, actor: CandidateActor, id: str, **totals: int):
    with deps.uow.write(actor) as uow:
        return recordings.finish(uow, actor, recording_id=id, totals={k[1:]: n for k, n in totals.items()})


def look(deps: Deps, actor: CandidateActor, id: str):
    with deps.uow.read(actor) as uow:
        return uow.recordings.get(id)


def test_pieces_in_any_order_and_often_become_one_file(deps: Deps):
    actor = begin(deps, VOICE_STAGE)
    id = begin_recording(deps, actor)
    assert begin_recording(deps, actor) == id
    places = [
        (s, n, piece)
        for s, clip in enumerate((CLIP, make_webm(1.0, tone=880)))
        for n, piece in enumerate(cut(clip))
    ]
    for s, n, piece in random.Random(3).sample(places * 2, len(places) * 2):
        put(deps, actor, id, s, n, piece)
    assert missing(deps, actor, id, s0=4, s1=5) == [(1, 4)]
    with pytest.raises(Conflict) as problem:
        finish(deps, actor, id, s0=4, s1=5)
    assert problem.value.facts == {"missing": [[1, 4]]}
    assert finish(deps, actor, id, s0=4, s1=4).state == "finished"
    assert finish(deps, actor, id, s0=4, s1=4).state == "finished"
    assert look(deps, actor, id).bytes == sum(len(piece) for _, _, piece in places)
    assert recordings.join(deps, id) == "joined"
    assert recordings.join(deps, id) == "joined"
    done = look(deps, actor, id)
    assert 1900 <= done.duration_ms <= 2200
    with deps.uow.read(actor) as uow:
        file = uow.files.get(done.file_id)
        assert uow.files.count() == 1
        assert uow.events.count(kind="recording_ready") == 1
    assert (file.purpose, file.media_type, file.size) == (
        "recording",
        "video/webm",
        deps.files.size(file.key),
    )
    assert deps.files.list(f"recordings/{actor.application_id}") == [file.key]


def test_other_bytes_at_the_same_place_are_a_conflict(deps: Deps):
    actor = begin(deps, VOICE_STAGE)
    id = begin_recording(deps, actor)
    put(deps, actor, id, 0, 0, b"first")
    with pytest.raises(Conflict, match="already kept"):
        put(deps, actor, id, 0, 0, b"other")
    assert put(deps, actor, id, 0, 0, b"first") == 5
    assert len(deps.files.list(f"recordings/{actor.application_id}")) == 1


def test_the_same_piece_twice_at_once_is_kept_once(deps: Deps):
    actor = begin(deps, VOICE_STAGE)
    id = begin_recording(deps, actor)
    done: list[int] = []
    threads = [
        threading.Thread(target=lambda: done.append(put(deps, actor, id, 0, 0, CLIP))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [len(CLIP)] * 6
    assert len(deps.files.list(f"recordings/{actor.application_id}")) == 1
    assert look(deps, actor, id).bytes == len(CLIP)


def test_damaged_empty_huge_and_misplaced_pieces_leave_nothing(deps: Deps):
    actor = begin(deps, VOICE_STAGE)
    id = begin_recording(deps, actor)
    with pytest.raises(Invalid, match="damaged"):
        put(deps, actor, id, 0, 0, b"bytes", "0" * 64)
    with pytest.raises(Invalid, match="checksum"):
        put(deps, actor, id, 0, 0, b"bytes", "nonsense")
    with pytest.raises(Invalid, match="empty"):
        put(deps, actor, id, 0, 0, b"")
    with pytest.raises(Invalid):
        put(deps, actor, id, -1, 0, b"bytes")
    with pytest.raises(Invalid):
        put(deps, actor, id, 0, 10_000, b"bytes")
    with pytest.raises(TooLarge):
        put(deps, actor, id, 0, 0, b"x" * (recordings.LARGEST_CHUNK + 1))
    assert deps.files.list(f"recordings/{actor.application_id}") == []
    assert missing(deps, actor, id, s0=1) == [(0, 0)]


def test_a_recording_has_a_largest_size(deps: Deps, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(recordings, "LARGEST", 12)
    actor = begin(deps, VOICE_STAGE)
    id = begin_recording(deps, actor)
    put(deps, actor, id, 0, 0, b"12345678")
    with pytest.raises(TooLarge, match="largest size"):
        put(deps, actor, id, 0, 1, b"12345678")
    assert look(deps, actor, id).bytes == 8
    assert len(deps.files.list(f"recordings/{actor.application_id}")) == 1


def test_nobody_else_can_touch_it(deps: Deps):
    actor, stranger = begin(deps, VOICE_STAGE), begin(deps, VOICE_STAGE)
    neighbour = CandidateActor(
        workspace_id=actor.workspace_id,
        application_id=stranger.application_id,
        candidate_id=stranger.candidate_id,
    )
    id = begin_recording(deps, actor)
    for other in (stranger, neighbour):
        with pytest.raises(NotFound):
            put(deps, other, id, 0, 0, b"bytes")
        with pytest.raises(NotFound):
            missing(deps, other, id, s0=1)
        with pytest.raises(NotFound):
            finish(deps, other, id, s0=1)


def test_only_an_open_stage_is_recorded_but_its_late_pieces_are_welcome(deps: Deps):
    actor = begin(deps, VOICE_STAGE)
    id = begin_recording(deps, actor)
    close(deps, actor, "voice")
    with pytest.raises(Conflict):
        begin_recording(deps, actor, "key-00002")
    for n, piece in enumerate(cut(CLIP)):
        put(deps, actor, id, 0, n, piece)
    assert finish(deps, actor, id, s0=4).state == "finished"
    with pytest.raises(Conflict, match="closed"):
        put(deps, actor, id, 0, 4, b"more")


@pytest.mark.parametrize(
    ("stage", "media_type"), [("resume", "video/webm"), ("voice", "text/html"), ("x", "video/webm")]
)
def test_what_cannot_be_recorded(deps: Deps, stage: str, media_type: str):
    actor = begin(deps, VOICE_STAGE, RESUME_STAGE)
    with deps.uow.write(actor) as uow, pytest.raises((Invalid, NotFound)):
        recordings.start(uow, actor, stage=stage, media_type=media_type, key="key-00001")


def test_video_only_of_those_who_say_that_they_are_18_or_over(deps: Deps):
    actor = begin(deps, VOICE_STAGE)

    def start(media_type: str) -> str:
        with deps.uow.write(actor) as uow:
            return recordings.start(uow, actor, stage="voice", media_type=media_type, key=media_type[:8]).id

    with pytest.raises(Forbidden):
        start("video/webm")
    with deps.uow.write(actor) as uow:
        recordings.state_age(uow, actor, adult=False)
    with pytest.raises(Forbidden):
        start("VIDEO/webm")
    assert start("audio/webm")
    with deps.uow.write(actor) as uow:
        workspace = uow.workspaces.get(actor.workspace_id)
        uow.workspaces.save(replace(workspace, policy={**workspace.policy, "video_under_18": True}))
    assert start("video/mp4")


def test_a_failed_join_keeps_the_pieces_and_says_so(deps: Deps):
    actor = begin(deps, VOICE_STAGE)
    id = begin_recording(deps, actor)
    put(deps, actor, id, 0, 0, b"this is no recording at all")
    finish(deps, actor, id, s0=1)
    assert recordings.join(deps, id) == "failed"
    failed = look(deps, actor, id)
    assert failed.state == "failed"
    assert "is kept" in failed.error
    assert len(deps.files.list(f"recordings/{actor.application_id}")) == 1
    member = MemberActor(workspace_id=actor.workspace_id, member_id="m", role=Role.RECRUITER)
    with deps.uow.write(member) as uow:
        assert recordings.join_again(uow, member, recording_id=id).state == "finished"
    with deps.uow.write(member) as uow, pytest.raises(Conflict):
        recordings.join_again(uow, member, recording_id=id)


def test_nothing_recorded_is_said_so(deps: Deps):
    actor = begin(deps, VOICE_STAGE)
    id = begin_recording(deps, actor)
    assert finish(deps, actor, id).state == "failed"
    assert recordings.join(deps, id) == "failed"


def test_what_a_lost_browser_left_is_joined_and_the_rest_still_taken(deps: Deps, clock: FixedClock):
    actor = begin(deps, VOICE_STAGE)
    id = begin_recording(deps, actor)
    chunks = cut(make_webm(3.0), 6)
    for n in (0, 1, 2, 3, 5):
        put(deps, actor, id, 0, n, chunks[n])
    assert recordings.join(deps, id) == "open"  # Somebody may be talking still.
    assert sweep(deps) == 0
    clock.move(recordings.LOOK_AGAIN)
    assert sweep(deps) == 2
    assert recordings.join(deps, id) == "finished"
    assert look(deps, actor, id).segments["totals"] == {"0": 4}
    assert recordings.join(deps, id) == "joined"
    first = look(deps, actor, id)
    put(deps, actor, id, 0, 4, chunks[4])
    assert finish(deps, actor, id, s0=6).state == "finished"
    assert recordings.join(deps, id) == "joined"
    second = look(deps, actor, id)
    assert second.duration_ms > first.duration_ms
    assert second.file_id == first.file_id
    assert deps.files.list(f"recordings/{actor.application_id}") == [
        f"recordings/{actor.application_id}/{id}.webm"
    ]
