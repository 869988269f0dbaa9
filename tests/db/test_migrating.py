"""The migrations make the tables that the code expects, on a new database and again on an old one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import sqlalchemy as sa

from alembic import command
from milo_app import config
from milo_app.db import migrating
from milo_app.db.tables import metadata


def _settings(data: Path) -> config.Settings:
    return config.Settings(_env_file=None, data=data, database_url=f"sqlite:///{data}/milo.db")


def test_migrating_again_changes_nothing(tmp_path):
    """A second start finds everything in place; DBOS's tables are there too and are left alone."""
    settings = _settings(tmp_path)
    for _ in range(2):
        migrating.migrate(settings)
    engine = sa.create_engine(settings.database_url)
    with engine.connect() as connection:
        tables = set(sa.inspect(connection).get_table_names())
        assert migrating.is_current(connection)
    engine.dispose()
    assert set(metadata.tables) <= tables and "workflow_status" in tables


def test_processes_that_start_at_once_migrate_one_after_the_other(tmp_path):
    settings = _settings(tmp_path)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: migrating.migrate(settings), range(4)))


def test_the_migrations_and_the_tables_say_the_same(tmp_path):
    """`alembic check` finds nothing to add, also next to DBOS's tables."""
    settings = _settings(tmp_path)
    migrating.migrate(settings)
    command.check(migrating.alembic_config(settings.database_url))


def test_an_empty_database_is_not_current(tmp_path):
    engine = sa.create_engine(f"sqlite:///{tmp_path}/empty.db")
    with engine.connect() as connection:
        assert not migrating.is_current(connection)
    engine.dispose()
