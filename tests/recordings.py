"""Small recordings as a browser makes them: without duration or index, and cut into chunks."""

from __future__ import annotations

import io
import math
import random
import struct
from fractions import Fraction

import av


def make_webm(
    seconds: float = 2.0,
    *,
    size: tuple[int, int] = (320, 240),
    video: bool = True,
    audio: bool = True,
    codec: str = "libvpx",
    tone: int = 440,
    mp4: bool = False,
) -> bytes:
    """A live WebM of VP8 and Opus (a grey picture that brightens and a tone), as Chromium's and Firefox's recorders
    write it; with *mp4* a fragmented MP4 of H.264 and AAC, as Safari's does."""
    buffer = io.BytesIO()
    # `live` leaves out duration and index, as a recorder must that cannot go back.
    options = {"movflags": "frag_keyframe+empty_moov+default_base_moof"} if mp4 else {"live": "1"}
    with av.open(buffer, "w", format="mp4" if mp4 else "webm", options=options) as target:
        picture = sound = None
        if video:
            picture = target.add_stream("libx264" if mp4 else codec, rate=15)
            picture.width, picture.height, picture.pix_fmt = *size, "yuv420p"
            speed = {"preset": "ultrafast"} if mp4 else {"deadline": "realtime", "cpu-used": "8"}
            picture.options = {"g": "15", **speed}
        if audio:
            sound = target.add_stream("aac" if mp4 else "libopus", rate=48_000, layout="mono")
        frames = round(seconds * 15) if picture else 0
        pieces = round(seconds * 50) if sound else 0
        done_pictures = done_pieces = 0
        while done_pictures < frames or done_pieces < pieces:
            if done_pictures < frames and (done_pieces >= pieces or done_pictures / 15 <= done_pieces / 50):
                frame = av.VideoFrame(*size, "yuv420p")
                for n, plane in enumerate(frame.planes):
                    plane.update(bytes([(done_pictures * 5) % 255 if n == 0 else 128]) * plane.buffer_size)
                frame.pts, frame.time_base = done_pictures, Fraction(1, 15)
                target.mux(picture.encode(frame))
                done_pictures += 1
            else:
                block = av.AudioFrame("flt" if mp4 else "s16", "mono", 960)
                start = done_pieces * 960
                wave = (int(9000 * math.sin(2 * math.pi * tone * (start + i) / 48_000)) for i in range(960))
                data = (
                    struct.pack("<960f", *(w / 32_768 for w in wave)) if mp4 else struct.pack("<960h", *wave)
                )
                block.planes[0].update(data.ljust(block.planes[0].buffer_size, b"\0"))
                block.sample_rate, block.pts, block.time_base = 48_000, start, Fraction(1, 48_000)
                target.mux(sound.encode(block))
                done_pieces += 1
        for stream in (picture, sound):
            if stream is not None:
                target.mux(stream.encode(None))
    return buffer.getvalue()


def cut(data: bytes, count: int = 4) -> list[bytes]:
    """*data* in *count* chunks of about equal size; only the first has the header."""
    step = -(-len(data) // count)
    return [data[i : i + step] for i in range(0, len(data), step)]


def make_session(*lengths: float, video: bool = True) -> list[bytes]:
    """Segments of so many seconds (multiples of 18) with as many bytes as those of a candidate before a camera: what
    Chromium's recorder writes, a new file after each reload, the first picture a little after the first sound.

    Eighteen seconds are encoded and told again and again, since encoding twenty minutes takes as many seconds.
    """
    loop = _loop(video=video)
    made: list[bytes] = []
    for length in lengths:
        buffer = io.BytesIO()
        with av.open(buffer, "w", format="webm", options={"live": "1"}) as target:
            with av.open(io.BytesIO(loop)) as source:
                streams = [target.add_stream_from_template(stream) for stream in source.streams]
            counts = [0] * len(streams)
            for turn in range(round(length / 18)):
                with av.open(io.BytesIO(loop)) as source:
                    for packet in source.demux():
                        at = packet.stream.index
                        each, first = (200, 150) if packet.stream.type == "video" else (60, 0)
                        if packet.dts is None or counts[at] >= (turn + 1) * 18_000 / each:
                            continue
                        packet.pts = packet.dts = counts[at] * each + first
                        packet.time_base, packet.stream = Fraction(1, 1000), streams[at]
                        counts[at] += 1
                        target.mux(packet)
        made.append(buffer.getvalue())
    return made


def _loop(*, video: bool) -> bytes:
    """Eighteen seconds of noise: five pictures a second at 300 kbit/s, and sound in packets of 60 ms at 48."""
    chance, buffer = random.Random(1), io.BytesIO()
    with av.open(buffer, "w", format="webm", options={"live": "1"}) as target:
        sound = target.add_stream("libopus", rate=48_000, layout="mono")
        sound.bit_rate, sound.options = 48_000, {"frame_duration": "60", "vbr": "off"}
        picture = None
        if video:
            picture = target.add_stream("libvpx", rate=5)
            picture.width, picture.height, picture.pix_fmt, picture.bit_rate = 160, 120, "yuv420p", 300_000
            picture.options = {"g": "15", "deadline": "realtime", "cpu-used": "8"}
        for second in range(18):
            for n in range(5 if picture else 0):
                frame = av.VideoFrame(160, 120, "yuv420p")
                for plane in frame.planes:
                    plane.update(chance.randbytes(plane.buffer_size))
                frame.pts, frame.time_base = second * 5 + n, Fraction(1, 5)
                target.mux(picture.encode(frame))
            block = av.AudioFrame("s16", "mono", 48_000)
            block.planes[0].update(chance.randbytes(96_000).ljust(block.planes[0].buffer_size, b"\0"))
            block.sample_rate, block.pts, block.time_base = 48_000, second * 48_000, Fraction(1, 48_000)
            target.mux(sound.encode(block))
        for stream in (picture, sound):
            if stream is not None:
                target.mux(stream.encode(None))
    return buffer.getvalue()
