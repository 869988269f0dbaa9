"""Older systems' SQLite does what DBOS asks of it."""

import time

import sqlalchemy as sa

import milo_app.db  # noqa: F401 - importing it is what mends


def test_the_present_in_milliseconds_on_any_sqlite() -> None:
    with sa.create_engine("sqlite://").connect() as connection:
        found = connection.execute(sa.text("SELECT unixepoch('subsec') * 1000")).scalar_one()
    assert abs(found - time.time() * 1000) < 5_000
