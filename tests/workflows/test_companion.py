"""The process that does durable work beside the serving one: there when it should be, gone when it should not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from milo_app import bootstrap, config
from milo_app.workflows.companion import Companion
from milo_app.workflows.runtime import CannotStart
from tests.server import ROOT

SERVER = """
from milo_app.workflows.companion import Companion
companion = Companion()
companion.start()
companion.await_ready()
print("up", flush=True)
import time; time.sleep(600)
"""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> config.Settings:
    monkeypatch.setenv("MILO_DATA", str(tmp_path))
    settings = config.load()
    bootstrap.migrate(settings)
    return settings


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def process_of(settings: config.Settings) -> int:
    text = (settings.data / "executors" / "web.lock").read_text().strip()
    return int(text or 0)


def test_one_that_dies_is_started_again(settings: config.Settings) -> None:
    companion = Companion()
    companion.start()
    try:
        companion.await_ready()
        first = process_of(settings)
        os.kill(first, signal.SIGKILL)
        until(lambda: process_of(settings) not in (0, first))
        companion.await_ready()
        companion.check()
        with pytest.raises(CannotStart, match="already runs the work"):
            second = Companion()
            second.start()
            second.await_ready()
    finally:
        companion.stop(5)
    assert bootstrap.executor_locks(settings).is_free("web")
    with pytest.raises(RuntimeError, match="not running"):
        companion.check()


def test_it_does_not_outlive_a_killed_server(settings: config.Settings) -> None:
    server = subprocess.Popen([sys.executable, "-c", SERVER], cwd=ROOT, stdout=subprocess.PIPE)
    assert server.stdout is not None
    assert server.stdout.readline() == b"up\n"
    locks = bootstrap.executor_locks(settings)
    assert not locks.is_free("web")
    server.kill()
    server.wait()
    until(lambda: locks.is_free("web"))
