"""Recordings joined and made seekable in a process of their own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from milo_app.adapters import child_process
from milo_app.services.ports import Joined


class PyAvMedia:
    """Joins recorded segments with FFmpeg's libraries. Implements `ports.Media`."""

    def __init__(self, *, seconds: float = 900.0, memory: int = 3 << 30) -> None:
        self._seconds, self._memory = seconds, memory

    def join(self, segments: Sequence[Path], *, media_type: str, out: Path) -> Joined:
        """Join *segments* into *out*, so that its duration is known and a player can seek in it.

        A segment that cannot be read is left out and counted in `skipped`; one that breaks off counts as far as it
        goes. Packets are copied; only where segments differ in codec are they encoded again.

        Raises:
            ValueError: when no segment can be read, or it takes too long.
        """
        arguments = {
            "segments": [str(path.resolve()) for path in segments],
            "media_type": media_type,
            "out": str(out.resolve()),
            "memory": self._memory,
            "seconds": int(self._seconds) or 1,
        }
        try:
            reply = child_process.run(
                "milo_app.adapters.media_joiner", [json.dumps(arguments)], seconds=self._seconds
            )
        except child_process.TimedOut:
            raise ValueError("Joining the recording took too long.") from None
        except child_process.Crashed as problem:
            raise ValueError("The recording could not be joined.") from problem
        if reply.get("error"):
            raise ValueError(str(reply["error"]))
        return Joined(
            path=out,
            media_type=str(reply["media_type"]),
            duration_ms=int(reply["duration_ms"]),
            skipped=int(reply["skipped"]),
        )

    def clip(self, path: Path, *, start_ms: int, end_ms: int, out: Path) -> int:
        """Write the sound between two moments of a recording to *out* as WAV. Returns its length in ms, 0 for none.

        Raises:
            ValueError: when the recording cannot be read.
        """
        arguments = {
            "path": str(path.resolve()),
            "start_ms": start_ms,
            "end_ms": end_ms,
            "out": str(out.resolve()),
            "memory": self._memory,
            "seconds": int(self._seconds) or 1,
        }
        try:
            reply = child_process.run(
                "milo_app.adapters.media_clipper", [json.dumps(arguments)], seconds=self._seconds
            )
        except (child_process.TimedOut, child_process.Crashed) as problem:
            raise ValueError("The sound of the recording could not be read.") from problem
        if reply.get("error"):
            raise ValueError(str(reply["error"]))
        return int(reply["length_ms"])
