"""Who may write to SQLite next."""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from milo_app.db import turns
from milo_app.db.turns import Turns


def engine_of(file: Path, *, patient: bool = False) -> sa.Engine:
    kept = Turns(file, patient=patient)
    engine = sa.create_engine(f"sqlite:///{file}", connect_args={"check_same_thread": False, "timeout": 0})

    @sa.event.listens_for(engine, "connect")
    def _connect(connection: object, _: object) -> None:
        connection.isolation_level = None  # type: ignore[attr-defined]

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        kept.take(connection)
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    kept.keep(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS row (who TEXT)")
    return engine


def write(engine: sa.Engine, who: str) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO row VALUES (?)", (who,))


def rows(engine: sa.Engine) -> list[str]:
    with engine.begin() as connection:
        return [row[0] for row in connection.exec_driver_sql("SELECT who FROM row ORDER BY rowid")]


def test_many_writers_wait_and_none_is_refused(tmp_path: Path) -> None:
    """SQLite is told to refuse at once whoever comes too early: nobody may."""
    engines = [engine_of(tmp_path / "a.db", patient=patient) for patient in (False, True)]
    threads = [
        threading.Thread(target=lambda e=engine: [write(e, "x") for _ in range(25)])
        for engine in engines
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rows(engines[0])) == 200


def test_work_lets_requests_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_PATIENCE", 60.0)
    file = tmp_path / "a.db"
    people, work = engine_of(file), engine_of(file, patient=True)
    request = os.open(f"{file}-waiting", os.O_RDWR)
    fcntl.flock(request, fcntl.LOCK_SH)  # somebody is about to write
    later = threading.Thread(target=write, args=(work, "work"))
    later.start()
    write(people, "request")
    os.close(request)
    later.join()
    assert rows(people) == ["request", "work"]


def test_work_does_not_wait_for_ever(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    work = engine_of(file, patient=True)
    request = os.open(f"{file}-waiting", os.O_RDWR)
    fcntl.flock(request, fcntl.LOCK_SH)
    write(work, "work")
    os.close(request)
    assert rows(work) == ["work"]


def test_a_turn_ends_when_a_transaction_fails(tmp_path: Path) -> None:
    engine, other = engine_of(tmp_path / "a.db"), engine_of(tmp_path / "a.db")
    with pytest.raises(ZeroDivisionError), engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO row VALUES ('lost')")
        _ = 1 / 0
    write(other, "kept")
    assert rows(other) == ["kept"]
