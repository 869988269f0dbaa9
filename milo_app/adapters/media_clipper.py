"""The process that takes one answer's sound out of a recording: `python -m milo_app.adapters.media_clipper '{...}'`.

What comes out is a WAV file, one channel at 16 kHz, which every transcription server takes.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from milo_app.adapters import child_process

RATE = 16_000


def clip(path: Path, start_ms: int, end_ms: int, out: Path) -> int:
    """Write the sound of *path* from *start_ms* to *end_ms* to *out*. Returns its length in ms, 0 where there is none."""
    import av

    samples = 0
    with av.open(str(path)) as source, av.open(str(out), "w", format="wav") as target:
        if not source.streams.audio:
            return 0
        sound = source.streams.audio[0]
        written: Any = target.add_stream("pcm_s16le", rate=RATE, layout="mono")
        resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        source.seek(max(0, start_ms - 500) * 1000, backward=True, any_frame=False)
        for frame in source.decode(sound):
            at = float(frame.time or 0) * 1000
            if at >= end_ms:
                break
            if at + frame.samples * 1000 / frame.sample_rate <= start_ms:
                continue
            frame.pts = None
            for piece in resampler.resample(frame):
                samples += piece.samples
                target.mux(written.encode(piece))
        for piece in resampler.resample(None):
            samples += piece.samples
            target.mux(written.encode(piece))
        target.mux(written.encode(None))
    return samples * 1000 // RATE


def main() -> None:
    """Clip what the command line names and reply."""
    child_process.live_no_longer_than_parent()
    asked = json.loads(sys.argv[1])
    child_process.limit(memory=asked["memory"], cpu_seconds=asked["seconds"], file_bytes=1 << 30)
    from av import logging as av_logging
    from av.error import FFmpegError

    av_logging.set_level(None)
    try:
        length = clip(Path(asked["path"]), asked["start_ms"], asked["end_ms"], Path(asked["out"]))
    except (FFmpegError, MemoryError, ValueError) as problem:
        child_process.reply({"error": f"The sound could not be read ({type(problem).__name__})."})
    else:
        child_process.reply({"length_ms": length})


if __name__ == "__main__":
    main()
