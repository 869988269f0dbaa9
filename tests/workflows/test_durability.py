"""Work survives the death of the process that runs it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from milo_app import config
from milo_app.services.work import Work

ROOT = Path(__file__).resolve().parents[2]


class Children:
    def __init__(self, settings: config.Settings) -> None:
        self._settings, self._started = settings, []

    def start(self, executor: str, seconds: float) -> subprocess.Popen:
        command = [sys.executable, "-m", "tests.workflows.child", self._settings.database_url]
        command += [str(self._settings.data), executor, str(seconds)]
        child = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        self._started.append(child)
        return child

    def notes(self) -> list[str]:
        path = self._settings.data / "notes.txt"
        return path.read_text().splitlines() if path.exists() else []

    def until(self, condition: Callable[[list[str]], bool], seconds: float = 30) -> list[str]:
        deadline = time.monotonic() + seconds
        while not condition(self.notes()):
            if time.monotonic() > deadline:
                raise AssertionError(f"Not in time: {self.notes()}")
            time.sleep(0.05)
        return self.notes()

    def stop(self) -> None:
        for child in self._started:
            child.kill()
            child.wait()
            child.stderr.close()


@pytest.fixture
def children(settings: config.Settings) -> Iterator[Children]:
    made = Children(settings)
    yield made
    made.stop()


def test_a_step_cut_off_by_a_kill_is_done_after_the_restart(children, uow_write):
    """kill -9 in the middle of a step; the same executor comes back and ends the work, once."""
    first = children.start("web", 60)
    with uow_write() as uow:
        uow.enqueue(Work.DELIVER_MESSAGE, "m1")
    children.until(lambda notes: "begin web m1" in notes)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    children.start("web", 0)
    children.until(lambda notes: "end web m1" in notes)
    # What comes after it in the queue would find a second run of it, if there were one.
    with uow_write() as uow:
        uow.enqueue(Work.DELIVER_MESSAGE, "m2")
    children.until(lambda notes: "end web m2" in notes)
    assert children.notes().count("end web m1") == 1
    assert children.notes().count("begin web m1") == 2


def test_a_live_process_takes_over_from_a_dead_one(children, uow_write):
    """Two processes; one is killed and stays dead; the other one, seeing its lock free, does the work."""
    dead = children.start("a", 60)
    children.until(lambda notes: "up a" in notes)
    with uow_write() as uow:
        uow.enqueue(Work.ADVANCE_APPLICATION, "app1", "form", "1")
    children.until(lambda notes: "begin a app1" in notes)
    children.start("b", 0)
    children.until(lambda notes: "up b" in notes)
    time.sleep(2.5)
    assert "begin b app1" not in children.notes(), "taken from a process that lives"
    os.kill(dead.pid, signal.SIGKILL)
    dead.wait()
    children.until(lambda notes: "end b app1" in notes)


def test_a_second_start_under_a_held_name_says_so(children):
    """It ends by itself, with a sentence."""
    children.start("web", 0)
    children.until(lambda notes: "up web" in notes)
    second = children.start("web", 0)
    _, errors = second.communicate(timeout=30)
    assert second.returncode == 1 and "Another Milo already runs the work" in errors


def test_work_rolled_back_never_was(children, uow_write):
    """Enqueue and rollback leave nothing to run."""
    children.start("web", 0)
    with pytest.raises(ZeroDivisionError), uow_write() as uow:
        uow.enqueue(Work.DELIVER_MESSAGE, "never")
        raise ZeroDivisionError
    with uow_write() as uow:
        uow.enqueue(Work.DELIVER_MESSAGE, "once")
    with uow_write() as uow:
        uow.enqueue(Work.DELIVER_MESSAGE, "once")
    children.until(lambda notes: "end web once" in notes)
    with uow_write() as uow:
        uow.enqueue(Work.DELIVER_MESSAGE, "once")
        uow.enqueue(Work.DELIVER_MESSAGE, "last")
    children.until(lambda notes: "end web last" in notes)
    assert children.notes().count("begin web once") == 1
    assert not any("never" in note for note in children.notes())


def test_one_application_is_never_advanced_twice_at_once(children, uow_write):
    """Work of one application waits for the one before it; other applications do not wait."""
    children.start("web", 0.5)
    with uow_write() as uow:
        for stage in ("resume", "form"):
            uow.enqueue(Work.ADVANCE_APPLICATION, "app1", stage, "1")
        uow.enqueue(Work.HANDLE_INBOUND_TEXT, "app1", "m1")
        uow.enqueue(Work.ADVANCE_APPLICATION, "app2", "form", "1")
    notes = children.until(lambda notes: sum(n.startswith("end") for n in notes) == 4)
    mine = [note.split()[0] for note in notes if note.endswith("app1")]
    assert mine == ["begin", "end"] * 3
    assert notes.index("begin web app2") < len(notes) - 1
