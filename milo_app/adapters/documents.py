"""Documents read in a process of their own: a hostile or broken file can harm nothing but its own reading."""

from __future__ import annotations

import logging
from pathlib import Path

from milo_app.adapters import child_process
from milo_app.services.ports import ExtractedText

log = logging.getLogger(__name__)

#: Largest document taken, in bytes.
LARGEST = 10 * 1024 * 1024
#: Pages of a PDF that are read; the rest is left out and said so.
PAGES = 30


class SandboxedDocuments:
    """Reads PDF, DOCX and text files with limits on time and memory. Implements `ports.Documents`."""

    def __init__(self, *, seconds: float = 30.0, memory: int = 1 << 30, pages: int = PAGES) -> None:
        self._seconds, self._memory, self._pages = seconds, memory, pages

    def extract(self, path: Path, *, name: str) -> ExtractedText:
        """Read the document at *path*. Its *name* decides nothing. Never raises for a bad file: see `problem`."""
        size = path.stat().st_size
        if size == 0:
            return ExtractedText(text="", problem="empty")
        if size > LARGEST:
            return ExtractedText(text="", problem="too_large")
        try:
            reply = child_process.run(
                "milo_app.adapters.document_reader",
                [str(path.resolve()), str(self._pages), str(self._memory), str(int(self._seconds) or 1)],
                seconds=self._seconds,
            )
            return ExtractedText(**reply)
        except child_process.TimedOut:
            return ExtractedText(text="", problem="timed_out")
        except (child_process.Crashed, TypeError) as problem:
            log.warning("document could not be read: %s (%s)", problem, path.name)
            return ExtractedText(text="", problem="corrupt")
