"""The process that joins one recording: `python -m milo_app.adapters.media_joiner '{"segments": [...], ...}'`.

A browser's recorder writes no duration and no index, and begins a new file after a reload or a change of device. Here
the segments become one file with both, copied packet by packet where their codecs allow.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from milo_app.adapters import child_process

#: How long the last picture of a segment stays where nothing says so, in seconds.
_LAST_FRAME = Fraction(1, 30)
_KINDS = ("video", "audio")


class Unplayable(Exception):
    """Nothing in the recording can be played."""


@dataclass
class Segment:
    """What one segment holds: by kind of stream (`video`, `audio`) what must be equal for packets to be copied."""

    path: Path
    shapes: dict[str, tuple[Any, ...]] = field(default_factory=dict[str, tuple[Any, ...]])
    container: str = ""


def probe(path: Path) -> Segment | None:
    """The segment at *path*, or None where nothing in it can be read."""
    import av
    from av.error import FFmpegError

    segment = Segment(path)
    try:
        with av.open(str(path)) as container:
            segment.container = container.format.name
            for kind in _KINDS:
                stream = _stream(container, kind)
                if stream is None or next(_packets(container, stream), None) is None:
                    continue
                context = stream.codec_context
                size = (
                    (context.width, context.height)
                    if kind == "video"
                    else (context.sample_rate, context.channels)
                )
                segment.shapes[kind] = (context.name.removeprefix("lib"), *size, _set_up(kind, context))
                container.seek(0)
    except (FFmpegError, OSError, ValueError):
        return segment if segment.shapes else None
    return segment if segment.shapes else None


def _set_up(kind: str, context: Any) -> bytes:
    """The decoder's set-up where it is part of the format (H.264, AAC); VP8, VP9 and Opus carry theirs along."""
    if context.name in ("h264", "hevc", "aac"):
        return bytes(context.extradata or b"")
    return b""


def join(segments: Sequence[Segment], media_type: str, out: Path) -> tuple[str, int]:
    """Write one file from *segments*. Returns its media type and duration in milliseconds."""
    same = all(len({s.shapes[kind] for s in segments if kind in s.shapes}) <= 1 for kind in _KINDS)
    mp4 = all("mp4" in s.container for s in segments) and same
    if not same:
        return _encode(segments, out)
    return _copy(segments, out, mp4=mp4)


# --- Copying -------------------------------------------------------------------------------------------------------


def _copy(segments: Sequence[Segment], out: Path, *, mp4: bool) -> tuple[str, int]:
    import av

    with av.open(
        str(out), "w", format="mp4" if mp4 else _webm_or_matroska(segments), options=_options(mp4)
    ) as target:
        streams: dict[str, Any] = {}
        for kind in _KINDS:
            first = next((s for s in segments if kind in s.shapes), None)
            if first is not None:
                with av.open(str(first.path)) as source:
                    streams[kind] = target.add_stream_from_template(_stream(source, kind))
        offset = Fraction(0)
        last: dict[str, Fraction] = {}
        for segment in segments:
            offset = _append(segment, target, streams, offset, last)
    video = any("video" in s.shapes for s in segments)
    container = "mp4" if mp4 else "webm"
    return f"{'video' if video else 'audio'}/{container}", round(offset * 1000)


def _append(
    segment: Segment, target: Any, streams: dict[str, Any], offset: Fraction, last: dict[str, Fraction]
) -> Fraction:
    """Copy a segment's packets, its beginning at *offset* seconds. Returns where it ends."""
    import av
    from av.error import FFmpegError

    end = offset
    with av.open(str(segment.path)) as source:
        wanted = {_stream(source, kind).index: kind for kind in segment.shapes if kind in streams}
        began: Fraction | None = None
        waiting_for_picture = "video" in wanted.values()
        for packet in _all_packets(source, wanted):
            kind = wanted[packet.stream.index]
            base = packet.time_base
            if kind == "video" and waiting_for_picture:
                if not packet.is_keyframe:
                    continue
                waiting_for_picture = False
            if began is None:
                began = packet.dts * base
            dts = packet.dts * base - began + offset
            pts = (packet.pts if packet.pts is not None else packet.dts) * base - began + offset
            if dts <= last.get(
                kind, Fraction(-1)
            ):  # Players stumble over time that stands still or runs back.
                dts = last[kind] + Fraction(1, 1000)
                pts = max(pts, dts)
            last[kind] = dts
            length = (
                packet.duration * base
                if packet.duration
                else _LAST_FRAME
                if kind == "video"
                else Fraction(1, 50)
            )
            end = max(end, pts + length)
            stream = streams[kind]
            packet.stream = stream
            packet.time_base = Fraction(1, 1_000_000)
            packet.dts, packet.pts = round(dts * 1_000_000), round(pts * 1_000_000)
            packet.duration = round(length * 1_000_000)
            try:
                target.mux(packet)
            except FFmpegError:
                if not last:
                    raise
    return end


def _webm_or_matroska(segments: Sequence[Segment]) -> str:
    codecs = {shape[0] for s in segments for shape in s.shapes.values()}
    # Chromium records H.264 into its WebM too, which is Matroska by rights; players go by the content.
    return (
        "webm" if codecs <= {"vp8", "vp9", "av1", "opus", "vorbis", "vpx", "vpx-vp9", "dav1d"} else "matroska"
    )


def _options(mp4: bool) -> dict[str, str]:
    """The index goes to the front, so that seeking works after the first bytes; short clusters let audio seek too."""
    return {"movflags": "+faststart"} if mp4 else {"cues_to_front": "1", "cluster_time_limit": "2000"}


# --- Encoding again ------------------------------------------------------------------------------------------------


def _encode(segments: Sequence[Segment], out: Path) -> tuple[str, int]:
    """Decode and encode everything as VP8 and Opus: slow, and only where segments cannot be put together as they are."""
    import av

    first = next((s.shapes["video"] for s in segments if "video" in s.shapes), None)
    with av.open(str(out), "w", format="webm", options=_options(False)) as target:
        audio = target.add_stream("libopus", rate=48_000, layout="mono")
        audio.bit_rate = 48_000
        video: Any = None
        if first is not None:
            video = target.add_stream("libvpx", rate=30)
            video.width, video.height, video.pix_fmt = first[1] // 2 * 2, first[2] // 2 * 2, "yuv420p"
            video.bit_rate = 600_000
            video.time_base = video.codec_context.time_base = Fraction(1, 1000)
            video.options = {"deadline": "realtime", "cpu-used": "8", "g": "60"}
        offset = Fraction(0)
        for segment in segments:
            offset = _encode_one(segment, target, video, audio, offset)
        for stream in (video, audio):
            if stream is not None:
                target.mux(stream.encode(None))
    return ("video/webm" if video is not None else "audio/webm"), round(offset * 1000)


def _encode_one(segment: Segment, target: Any, video: Any, audio: Any, offset: Fraction) -> Fraction:
    import av
    from av.error import FFmpegError

    end = offset
    resampler = av.AudioResampler(format="s16", layout="mono", rate=48_000)
    written = Fraction(-1)
    samples = round(offset * 48_000)
    with av.open(str(segment.path)) as source:
        wanted = {_stream(source, kind).index: kind for kind in segment.shapes}
        began: Fraction | None = None
        for packet in _all_packets(source, wanted):
            try:
                frames = packet.decode()
            except FFmpegError:
                continue
            for frame in frames:
                if frame.pts is None:
                    continue
                began = frame.pts * frame.time_base if began is None else began
                at = max(frame.pts * frame.time_base - began, Fraction(0)) + offset
                if isinstance(frame, av.VideoFrame) and video is not None:
                    if round(at * 1000) <= round(written * 1000):
                        continue
                    written = at
                    picture = frame.reformat(width=video.width, height=video.height, format="yuv420p")
                    picture.pts, picture.time_base = round(at * 1000), Fraction(1, 1000)
                    picture.pict_type = 0
                    target.mux(video.encode(picture))
                    end = max(end, at + _LAST_FRAME)
                elif isinstance(frame, av.AudioFrame):
                    for piece in resampler.resample(frame):
                        # By the count of samples; a hole of more than a tenth of a second is kept as one.
                        samples = (
                            max(samples, round(at * 48_000))
                            if abs(at - Fraction(samples, 48_000)) > Fraction(1, 10)
                            else samples
                        )
                        piece.pts, piece.time_base = samples, Fraction(1, 48_000)
                        samples += piece.samples
                        target.mux(audio.encode(piece))
                        end = max(end, Fraction(samples, 48_000))
    return end


# --- Reading -------------------------------------------------------------------------------------------------------


def _stream(container: Any, kind: str) -> Any:
    found = container.streams.video if kind == "video" else container.streams.audio
    return found[0] if found else None


def _packets(container: Any, stream: Any) -> Iterator[Any]:
    return _all_packets(container, {stream.index: ""})


def _all_packets(container: Any, wanted: dict[int, str]) -> Iterator[Any]:
    """Packets of the wanted streams as far as they can be read: a recording may break off anywhere."""
    from av.error import FFmpegError

    streams = [stream for stream in container.streams if stream.index in wanted]
    packets = container.demux(*streams)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, FFmpegError, OSError):
            return
        if packet.dts is not None and packet.size:
            yield packet


def main() -> None:
    """Join what the command line names and reply."""
    child_process.live_no_longer_than_parent()
    asked = json.loads(sys.argv[1])
    child_process.limit(memory=asked["memory"], cpu_seconds=asked["seconds"], file_bytes=2 << 30)
    from av import logging as av_logging
    from av.error import FFmpegError

    av_logging.set_level(None)
    probed = [probe(Path(path)) for path in asked["segments"]]
    segments = [segment for segment in probed if segment is not None]
    if not segments:
        child_process.reply({"error": "Nothing in this recording can be played."})
    try:
        media_type, duration = join(segments, asked["media_type"], Path(asked["out"]))
    except (FFmpegError, MemoryError, ValueError) as problem:
        child_process.reply({"error": f"The recording could not be joined ({type(problem).__name__})."})
    else:
        child_process.reply(
            {"media_type": media_type, "duration_ms": duration, "skipped": len(probed) - len(segments)}
        )


if __name__ == "__main__":
    main()
