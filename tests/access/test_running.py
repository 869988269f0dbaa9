"""A service runs in the unit of work that it asks for, off the event loop."""

from __future__ import annotations

import asyncio
import threading

import pytest
from sqlalchemy.exc import OperationalError

from milo_app.access.running import call, run, run_sync
from milo_app.domain.actors import SystemActor
from milo_app.services.transactions import command, query
from tests import builders as b


@command
def open_shop(uow, actor, *, slug, fails=False):
    workspace = b.create_workspace(uow, slug=slug)
    if fails:
        raise ZeroDivisionError
    return workspace, threading.current_thread().name


@query
def shops(uow, actor):
    return [workspace.slug for workspace in uow.workspaces.find()]


@query
def meddle(uow, actor):
    b.create_workspace(uow)


def test_a_command_is_committed_and_a_failed_one_is_not(deps):
    run_sync(open_shop, SystemActor(), slug="kept")
    with pytest.raises(ZeroDivisionError):
        run_sync(open_shop, SystemActor(), slug="lost", fails=True)
    assert run_sync(shops, SystemActor()) == ["kept"]


def test_a_query_cannot_change_anything(deps):
    with pytest.raises(OperationalError):
        run_sync(meddle, SystemActor())


def test_an_unmarked_function_is_a_mistake(deps):
    with pytest.raises(TypeError, match="neither"):
        run_sync(lambda uow, actor: None, SystemActor())


def test_many_at_once_stay_off_the_event_loop(deps):
    """Forty writers on sixteen threads all get their turn."""

    async def main():
        made = await asyncio.gather(*(run(open_shop, SystemActor(), slug=f"s{n}") for n in range(40)))
        assert all(thread.startswith("milo-service") for _, thread in made)
        assert len(await run(shops, SystemActor())) == 40
        assert await call(lambda a, b: a + b, 1, b=2) == 3

    asyncio.run(main())
