from __future__ import annotations

from pathlib import Path

import av
import pytest

from milo_app.adapters.media import PyAvMedia
from tests.recordings import make_webm


def write(folder: Path, *segments: bytes) -> list[Path]:
    paths = []
    for n, data in enumerate(segments):
        path = folder / f"segment-{n}"
        path.write_bytes(data)
        paths.append(path)
    return paths


def times(path: Path, kind: str) -> list[float]:
    with av.open(str(path)) as container:
        stream = getattr(container.streams, kind)[0]
        return [float(p.pts * p.time_base) for p in container.demux(stream) if p.pts is not None]


def decoded(path: Path, kind: str) -> int:
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(**{kind: 0}))


def test_a_recording_without_duration_gets_one_and_can_be_sought(tmp_path):
    data = make_webm(3.0)
    (source,) = write(tmp_path, data)
    with av.open(str(source)) as container:
        assert container.duration is None
    joined = PyAvMedia().join([source], media_type="video/webm", out=tmp_path / "out.webm")
    assert joined.media_type == "video/webm"
    assert 2900 <= joined.duration_ms <= 3150
    with av.open(str(joined.path)) as container:
        assert abs(container.duration / 1_000_000 - 3.0) < 0.2
        container.seek(2_000_000)
        first = next(p for p in container.demux(video=0) if p.pts is not None)
        assert 1.0 <= float(first.pts * first.time_base) <= 2.05
    # The index stands before the pictures, so that a player can seek after the first bytes.
    head = joined.path.read_bytes()
    assert 0 < head.index(b"\x1c\x53\xbb\x6b") < head.index(b"\x1f\x43\xb6\x75")


def test_segments_follow_each_other_without_a_step_back(tmp_path):
    paths = write(tmp_path, make_webm(2.0), make_webm(1.5, tone=880), make_webm(1.0))
    joined = PyAvMedia().join(paths, media_type="video/webm;codecs=vp8,opus", out=tmp_path / "out.webm")
    assert 4400 <= joined.duration_ms <= 4750
    assert joined.skipped == 0
    for kind in ("video", "audio"):
        found = times(joined.path, kind)
        assert found == sorted(found) and len(set(found)) == len(found)
        assert found[-1] > 4.2
    assert decoded(joined.path, "video") in (67, 68)


def test_sound_only(tmp_path):
    paths = write(tmp_path, make_webm(1.0, video=False), make_webm(1.0, video=False))
    joined = PyAvMedia().join(paths, media_type="audio/webm", out=tmp_path / "out.webm")
    assert joined.media_type == "audio/webm"
    assert 1950 <= joined.duration_ms <= 2150


def test_a_camera_that_was_switched_off_in_between_leaves_the_sound(tmp_path):
    paths = write(tmp_path, make_webm(1.0), make_webm(1.0, video=False), make_webm(1.0))
    joined = PyAvMedia().join(paths, media_type="video/webm", out=tmp_path / "out.webm")
    assert 2900 <= joined.duration_ms <= 3200
    assert decoded(joined.path, "audio") > 140


@pytest.mark.parametrize("second", [{"codec": "libvpx-vp9"}, {"size": (160, 120)}])
def test_another_device_with_another_codec_or_size_is_encoded_again(tmp_path, second):
    paths = write(tmp_path, make_webm(1.0), make_webm(1.0, **second))
    joined = PyAvMedia().join(paths, media_type="video/webm", out=tmp_path / "out.webm")
    assert joined.media_type == "video/webm"
    assert 1900 <= joined.duration_ms <= 2200
    assert decoded(joined.path, "video") >= 28
    assert decoded(joined.path, "audio") >= 95


def test_a_segment_that_breaks_off_counts_as_far_as_it_goes(tmp_path):
    data = make_webm(4.0)
    paths = write(tmp_path, data[: len(data) // 2], make_webm(1.0))
    joined = PyAvMedia().join(paths, media_type="video/webm", out=tmp_path / "out.webm")
    assert 2500 <= joined.duration_ms <= 4000


def test_a_segment_of_nothing_is_left_out_and_said(tmp_path):
    paths = write(tmp_path, make_webm(1.0), b"no recording at all" * 50, b"")
    joined = PyAvMedia().join(paths, media_type="video/webm", out=tmp_path / "out.webm")
    assert joined.skipped == 2
    assert 900 <= joined.duration_ms <= 1150


def test_nothing_playable_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="can be played"):
        PyAvMedia().join(write(tmp_path, b"noise" * 1000), media_type="video/webm", out=tmp_path / "out.webm")


def test_taking_too_long_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="too long"):
        PyAvMedia(seconds=0.01).join(
            write(tmp_path, make_webm(1.0)), media_type="video/webm", out=tmp_path / "out.webm"
        )


def test_what_safari_records_stays_mp4(tmp_path):
    paths = write(tmp_path, make_webm(2.0, mp4=True), make_webm(1.0, mp4=True))
    joined = PyAvMedia().join(paths, media_type="video/mp4", out=tmp_path / "out.mp4")
    assert joined.media_type == "video/mp4"
    assert 2900 <= joined.duration_ms <= 3250
    data = joined.path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    assert decoded(joined.path, "video") >= 44


def test_begun_on_a_computer_and_continued_on_a_phone(tmp_path):
    paths = write(tmp_path, make_webm(1.0), make_webm(1.0, mp4=True))
    joined = PyAvMedia().join(paths, media_type="video/webm", out=tmp_path / "out.webm")
    assert joined.media_type == "video/webm"
    assert 1900 <= joined.duration_ms <= 2200
    assert decoded(joined.path, "audio") >= 90
