"""Small recordings as a browser makes them: without duration or index, and cut into chunks."""

from __future__ import annotations

import io
import math
import struct
from fractions import Fraction


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
    import av

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
