"""A short recording as a browser makes it: one WebM stream, cut into chunks of which only the first has a header."""

from __future__ import annotations

import io
import math
import struct
from typing import Any, cast

import av


def webm(seconds: float = 2.0, *, chunks: int = 4) -> tuple[bytes, ...]:
    """A tone as Opus in WebM, in that many pieces."""
    file = io.BytesIO()
    with av.open(file, "w", format="webm") as container:
        stream = cast(Any, container.add_stream("libopus", rate=48_000))
        stream.layout = "mono"
        at = 0
        while at < seconds * 48_000:
            wave = [int(8000 * math.sin(2 * math.pi * 440 * (at + i) / 48_000)) for i in range(960)]
            frame = av.AudioFrame(format="s16", layout="mono", samples=960)
            frame.planes[0].update(struct.pack("<960h", *wave).ljust(frame.planes[0].buffer_size, b"\0"))
            frame.sample_rate, frame.pts = 48_000, at
            container.mux(stream.encode(frame))
            at += 960
        container.mux(stream.encode(None))
    data = file.getvalue()
    size = -(-len(data) // chunks)
    return tuple(data[start : start + size] for start in range(0, len(data), size))
