"""Fixtures for every test: an instance of its own under `tmp_path`, with a migrated database and local parts."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from milo_app import bootstrap, config
from milo_app.adapters.clock import FixedClock
from milo_app.db import migrating
from milo_app.domain.actors import Actor, SystemActor
from milo_app.services.ports import Deps, UnitOfWork


@pytest.fixture(scope="session")
def migrated_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database brought to head by the migrations, once; each test works on a copy."""
    data = tmp_path_factory.mktemp("migrated")
    migrating.migrate(config.Settings(_env_file=None, data=data, database_url=f"sqlite:///{data}/milo.db"))
    return data / "milo.db"


@pytest.fixture
def settings(tmp_path: Path, migrated_database: Path) -> config.Settings:
    """Settings of a fresh local instance, without a look at the environment's own keys."""
    data = tmp_path / "var"
    data.mkdir()
    for suffix in ("", "-wal"):
        source = migrated_database.with_name(migrated_database.name + suffix)
        if source.exists():
            shutil.copyfile(source, data / source.name)
    return config.Settings(
        _env_file=None,
        data=data,
        database_url=f"sqlite:///{data}/milo.db",
        public_url="http://127.0.0.1:3000",
    )


@pytest.fixture
def clock() -> FixedClock:
    """Stands still at 2026-03-02 15:00 UTC, a Monday, until a test moves it."""
    return FixedClock(datetime(2026, 3, 2, 15, 0, tzinfo=UTC))


@pytest.fixture
def deps(settings: config.Settings, clock: FixedClock) -> Iterator[Deps]:
    """The parts of the instance, also found by `bootstrap.deps()` while the test runs."""
    made = bootstrap.build(settings, clock=clock)
    bootstrap.install(settings, made)
    yield made
    bootstrap.install(None, None)
    bootstrap.database(made).dispose()


OpenUow = Callable[..., AbstractContextManager[UnitOfWork]]


@pytest.fixture
def uow_write(deps: Deps) -> OpenUow:
    """`with uow_write() as uow:` writes as the system; pass an actor to write within a workspace."""

    def open_(actor: Actor | None = None) -> AbstractContextManager[UnitOfWork]:
        return deps.uow.write(actor or SystemActor())

    return open_


@pytest.fixture
def uow_read(deps: Deps) -> OpenUow:
    """`with uow_read() as uow:` reads as the system, or as the actor passed."""

    def open_(actor: Actor | None = None) -> AbstractContextManager[UnitOfWork]:
        return deps.uow.read(actor or SystemActor())

    return open_


@pytest.fixture(autouse=True)
def _quiet_logs() -> None:
    logging.getLogger("alembic").setLevel(logging.WARNING)
