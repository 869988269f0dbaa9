"""Brings the database to the newest schema, ours and DBOS's, one process at a time."""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from dbos import DBOS

from alembic import command
from milo_app.config import Settings

_ROOT = Path(__file__).resolve().parents[2]
#: Names the advisory lock of migrations on PostgreSQL; any number, as long as it stays the same.
_ADVISORY_LOCK = 6_450_001


def migrate(settings: Settings) -> None:
    """Create or upgrade every table. Safe to call from several processes at once, and quick when nothing is to do."""
    settings.data.mkdir(parents=True, exist_ok=True)
    logging.getLogger("dbos").setLevel(logging.WARNING)
    with _one_at_a_time(settings):
        command.upgrade(alembic_config(settings.database_url), "head")
        DBOS.migrate(settings.database_url.replace("postgresql+psycopg://", "postgresql://", 1))


def is_current(connection: sa.Connection) -> bool:
    """Whether the database behind *connection* has the schema that this code needs."""
    script = ScriptDirectory.from_config(alembic_config(""))
    return set(MigrationContext.configure(connection).get_current_heads()) == set(script.get_heads())


def alembic_config(url: str) -> Config:
    """Alembic's configuration for the database at *url*, wherever the process was started."""
    config = Config(_ROOT / "alembic.ini")
    config.set_main_option("script_location", str(_ROOT / "alembic"))
    config.attributes["url"] = url
    return config


@contextmanager
def _one_at_a_time(settings: Settings) -> Iterator[None]:
    if settings.sqlite:
        descriptor = os.open(settings.data / "migrate.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
        return
    engine = sa.create_engine(sa.make_url(settings.database_url).set(drivername="postgresql+psycopg"))
    try:
        # Without a transaction of its own: DBOS builds indexes concurrently, which waits for every open one to end.
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.select(sa.func.pg_advisory_lock(_ADVISORY_LOCK)))
            yield
    finally:
        engine.dispose()
