"""Each kind of work has a plan; failures are tried again, told, or started anew later."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest

from milo_app.domain import records as r
from milo_app.domain.errors import NotFound
from milo_app.services.work import Work
from milo_app.workflows import registry, runtime, sweeping
from tests import builders as b

calls: list[tuple] = []
_failures: dict[str, int] = {}
_lock = threading.Lock()


def step(deps, *ids):
    """Fails as often as the test said, then succeeds."""
    with _lock:
        calls.append(ids)
        left = _failures.get(ids[0], 0)
        _failures[ids[0]] = left - 1
    if ids[0] == "gone":
        raise NotFound
    if left > 0:
        raise ConnectionError("provider is down")


def gave_up(deps, *ids):
    calls.append(("gave up", *ids))


@pytest.fixture
def running(deps, settings, monkeypatch):
    """Durable work in this process, whose every step is `step`, with no pause between tries."""
    calls.clear()
    _failures.clear()
    for work in Work:
        told = f"{__name__}:gave_up" if work is Work.DELIVER_MESSAGE else ""
        plan = registry.Plan(f"{__name__}:step", tries=3, pause=0.01, growth=1.0, gave_up=told)
        monkeypatch.setitem(registry.PLANS, work, plan)
    started = runtime.start(deps, settings)
    yield started
    started.stop()


def until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, calls
        time.sleep(0.02)


def test_every_work_has_a_plan():
    assert set(registry.PLANS) == set(Work)


def test_every_plan_names_a_function_that_exists():
    """A step renamed in services fails here and not in the night."""
    for plan in registry.PLANS.values():
        for path in (plan.step, plan.gave_up):
            assert not path or callable(registry._function(path))


class TestRun:
    def test_a_failed_step_is_tried_again(self, running, uow_write):
        _failures["m1"] = 2
        with uow_write() as uow:
            uow.enqueue(Work.DELIVER_MESSAGE, "m1")
        until(lambda: len(calls) == 3)
        time.sleep(0.3)
        assert calls == [("m1",)] * 3

    def test_giving_up_is_told_with_the_last_reason(self, running, uow_write):
        _failures["m1"] = 99
        with uow_write() as uow:
            uow.enqueue(Work.DELIVER_MESSAGE, "m1")
        until(lambda: ("gave up", "m1", "provider is down") in calls)
        assert calls.count(("m1",)) == 3

    def test_what_was_erased_meanwhile_is_settled_at_once(self, running, uow_write):
        with uow_write() as uow:
            uow.enqueue(Work.DELIVER_MESSAGE, "gone")
            uow.enqueue(Work.DELIVER_MESSAGE, "m2")
        until(lambda: ("m2",) in calls)
        time.sleep(0.3)
        assert calls.count(("gone",)) == 1

    def test_other_work_is_started_anew_after_a_while(self, running, deps, uow_write, uow_read, clock):
        """A row for later is left, the sweep finds it when it is due, and the work is done then."""
        with uow_write() as uow:
            interviewer, _ = b.create_interviewer(uow, b.create_workspace(uow))
            application = b.create_application(uow, interviewer)
            _failures[application.id] = 3
            uow.enqueue(Work.ADVANCE_APPLICATION, application.id, "form", "1")

        def rows():
            with uow_read() as uow:
                return uow.later.find(done_at=None)

        until(lambda: rows() != [])
        assert sweeping.sweep(deps) == 0
        clock.move(timedelta(hours=1))
        assert sweeping.sweep(deps) == 1 and sweeping.sweep(deps) == 0
        until(lambda: calls.count((application.id, "form", "1")) == 4)


def test_the_sweep_starts_what_is_due_once(deps, uow_write, uow_read, clock):
    """Rows that name no work are put aside and do not stop the others."""
    with uow_write() as uow:
        workspace = b.create_workspace(uow)
        for work, minutes in (("deliver_message", -1), ("no_such_work", -1), ("deliver_message", 5)):
            uow.later.add(
                r.Later(
                    id=uow.new_id(),
                    workspace_id=workspace.id,
                    work=work,
                    args=("m",),
                    due_at=uow.now + timedelta(minutes=minutes),
                )
            )
    assert sweeping.sweep(deps) == 2
    with uow_read() as uow:
        assert uow.later.count(done_at=None) == 1
