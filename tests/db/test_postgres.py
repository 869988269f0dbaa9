"""The same on PostgreSQL."""

from __future__ import annotations

import sys
import time
import types
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from alembic import command
from milo_app import bootstrap, config
from milo_app.db import migrating
from milo_app.domain import records as r
from milo_app.domain.actors import SystemActor
from milo_app.domain.errors import Conflict
from milo_app.services import delivery_status
from milo_app.services.ports import Filter
from milo_app.services.work import Work
from milo_app.workflows import registry, runtime
from tests import builders as b
from tests import postgres as server
from tests.services import rush


@pytest.fixture(scope="module")
def url():
    with server.postgres() as url:
        yield url


@pytest.fixture
def postgres(tmp_path, url):
    settings = config.Settings(_env_file=None, data=tmp_path, database_url=url)
    migrating.migrate(settings)
    deps = bootstrap.build(settings)
    bootstrap.install(settings, deps)
    yield settings, deps
    bootstrap.install(None, None)
    bootstrap.database(deps).dispose()


def test_the_migrations_and_the_tables_say_the_same(postgres):
    settings, _ = postgres
    migrating.migrate(settings)
    command.check(migrating.alembic_config(settings.database_url))


def test_records_conflicts_events_and_pages(postgres):
    """A conflict leaves the transaction usable; pages of every sort can be asked for."""
    _, deps = postgres
    with deps.uow.write(SystemActor()) as uow:
        workspace = b.create_workspace(uow)
        interviewer, _ = b.create_interviewer(uow, workspace, {"stages": []})
        application = b.create_application(uow, interviewer, stopped_by={"question": "q"})
        with pytest.raises(Conflict):
            b.create_workspace(uow, slug=workspace.slug)
        for kind in ("invited", "opened"):
            uow.emit("application", application.id, kind, workspace_id=workspace.id)
    actor = SystemActor(workspace_id=workspace.id)
    with deps.uow.write(actor) as uow:
        assert uow.applications.lock(application.id) == application
        assert [event.seq for event in uow.events.find()] == [1, 2]
        first = [("name", "a"), ("-name", "z"), ("score", None), ("-updated_at", application.updated_at)]
        for sort, value in first:
            uow.applications.table(Filter(interviewer_id=interviewer.id), sort=sort, after=(value, "0" * 32))
        found = uow.applications.table(Filter(search="CASEY"), sort="name")
        assert [one.id for one, _ in found] == [application.id]


def test_work_is_done_and_a_held_name_is_refused(postgres, monkeypatch):
    settings, deps = postgres
    done: list[tuple[str, ...]] = []
    module = types.ModuleType("milo_test_step")
    module.step = lambda deps, *ids: done.append(ids)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    for work in Work:
        monkeypatch.setitem(registry.PLANS, work, registry.Plan("milo_test_step:step"))
    running = runtime.start(deps, settings, executor="test")
    try:
        with pytest.raises(runtime.CannotStart):
            runtime.start(deps, settings, executor="test")
        with deps.uow.write(SystemActor()) as uow:
            for key in ("once", "once", "another"):
                uow.enqueue(Work.DELIVER_MESSAGE, key)
        deadline = time.monotonic() + 60
        while len(done) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        running.stop()  # what is under way ends first
        assert sorted(done) == [("another",), ("once",)]
    finally:
        running.stop()


@pytest.mark.parametrize("what", [rush.imports, rush.texts, rush.words])
def test_many_at_the_same_moment(postgres, what):
    _, deps = postgres
    what(deps)


def test_a_providers_word_and_our_own_commit_never_miss_each_other(postgres):
    """Both at the same moment: whichever comes first, the message ends as delivered, and nothing waits for ever."""
    _, deps = postgres
    with deps.uow.write(SystemActor()) as uow:
        workspace = b.create_workspace(uow)
        sending = r.Message(
            id="",
            workspace_id=workspace.id,
            channel=r.Channel.EMAIL,
            direction="out",
            state=r.MessageState.SENDING,
            created_at=uow.now,
            updated_at=uow.now,
        )
        ids = [uow.messages.add(replace(sending, id=uow.new_id())).id for _ in range(25)]

    def settle(id: str) -> None:
        with deps.uow.write(SystemActor()) as uow:
            taken = replace(
                uow.messages.get(id), state=r.MessageState.SENT, provider="resend", provider_id=f"re-{id}"
            )
            delivery_status.catch_up(uow, uow.messages.save(taken), provider="resend")

    def hear(id: str) -> None:
        with deps.uow.write(SystemActor()) as uow:
            delivery_status.note(
                uow,
                SystemActor(),
                provider="resend",
                provider_id=f"re-{id}",
                status="delivered",
                message_id=id,
            )

    with ThreadPoolExecutor(3) as pool:
        for id in ids:
            started = [pool.submit(do, id) for do in (settle, hear, hear)]
            for one in started:
                one.result(timeout=20)
    with deps.uow.read(SystemActor()) as uow:
        assert {uow.messages.get(id).state for id in ids} == {r.MessageState.DELIVERED}
        assert {len(uow.provider_statuses.of("resend", provider_id=f"re-{id}")) for id in ids} == {1}
