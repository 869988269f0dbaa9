"""Lets DBOS run on the SQLite of older systems.

On Python 3.12 and newer DBOS writes ``unixepoch('subsec')``, which came with SQLite 3.42; Debian 12 has 3.40. There the
function is made up on every connection.
"""

import sqlite3
import time
from typing import Any

from sqlalchemy import Engine, event


def _unixepoch(moment: str) -> float:
    """Seconds since 1970 for the present, the only moment that DBOS asks for."""
    if moment not in {"subsec", "subsecond", "now"}:
        raise ValueError(f"unixepoch({moment!r}) is not known to this SQLite.")
    return time.time() if moment != "now" else int(time.time())


def _define(connection: Any, _: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.create_function("unixepoch", 1, _unixepoch)


def mend() -> None:
    """Define the function on every SQLite connection made from now on, where SQLite is too old to have it."""
    if sqlite3.sqlite_version_info < (3, 42) and not event.contains(Engine, "connect", _define):
        event.listen(Engine, "connect", _define)
