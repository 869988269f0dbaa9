"""The recruiter's table: the same rows whichever way they are found."""

from __future__ import annotations

from datetime import timedelta

import pytest

from milo_app.db import applications
from milo_app.domain import records as r
from milo_app.domain.actors import SystemActor
from tests import builders as b

NAMES = ["Ann", "ann", "Bob", "Cleo", "Cleo", "Cleo", "Dan", "Zoë", "Ömer", "ömer"]


@pytest.fixture
def desk(uow_write):
    """A workspace with ten people, half of them scored, and one in another workspace."""
    with uow_write() as uow:
        workspace = b.create_workspace(uow)
        interviewer, _ = b.create_interviewer(uow, workspace)
        for n, name in enumerate(NAMES):
            candidate = b.create_candidate(
                uow, workspace, name=name, email=f"{name.lower()}.{n}@example.com", phone=f"+1415555{n:04d}"
            )
            b.create_application(
                uow,
                interviewer,
                candidate,
                updated_at=uow.now + timedelta(minutes=n % 4),
                score=None if n % 2 else float(n % 3),
                stage="form" if n < 3 else None,
            )
        b.create_application(uow, interviewer, preview=True)
        other, _ = b.create_interviewer(uow, b.create_workspace(uow))
        b.create_application(
            uow, other, b.create_candidate(uow, uow.workspaces.get(other.workspace_id), name="Ann")
        )
    return SystemActor(workspace_id=workspace.id), interviewer


def _value(row, column):
    application, candidate = row
    return candidate.name if column == "name" else getattr(application, column)


@pytest.mark.parametrize("few", [2000, 1])
@pytest.mark.parametrize("column", ["updated_at", "created_at", "name", "score"])
@pytest.mark.parametrize("direction", ["", "-"])
def test_pages_hold_every_row_once_and_in_order(desk, uow_read, monkeypatch, few, column, direction):
    """Three rows a page, through to the end, whether matches are few (sorted) or many (walked)."""
    monkeypatch.setattr(applications, "_FEW", few)
    actor, interviewer = desk
    for search in ("", "example"):
        with uow_read(actor) as uow:
            rows, after = [], None
            while True:
                page = uow.applications.table(
                    interviewer_id=interviewer.id,
                    search=search,
                    sort=direction + column,
                    after=after,
                    limit=3,
                )
                if not page:
                    break
                rows += page
                after = (_value(page[-1], column), page[-1][0].id)
        assert len({application.id for application, _ in rows}) == len(rows) == len(NAMES)

        def key(row):
            value = _value(row, column)
            # The database lowers A to Z alone.
            if isinstance(value, str):
                value = "".join(one.lower() if one.isascii() else one for one in value)
            return value, row[0].id

        known = [row for row in rows if _value(row, column) is not None]
        assert known == sorted(known, key=key, reverse=bool(direction))
        assert all(_value(row, column) is None for row in rows[len(known) :])


def test_search_takes_names_addresses_and_numbers(desk, uow_read):
    """Case does not matter, also beyond A to Z; wildcards are plain letters."""
    actor, _ = desk

    def found(search):
        with uow_read(actor) as uow:
            return sorted(c.name for _, c in uow.applications.table(interviewer_id=None, search=search))

    assert found("ANN") == ["Ann", "ann"]
    assert found("zoË") == ["Zoë"] and found("ÖMER") == ["Ömer", "ömer"]
    assert found("bob.2@") == ["Bob"]
    assert found("(415) 555-0006") == ["Dan"]
    assert found("%") == [] and found("_") == []


def test_filters_narrow(desk, uow_read):
    actor, interviewer = desk
    with uow_read(actor) as uow:
        table = uow.applications.table
        assert len(table(interviewer_id=interviewer.id, stage="form")) == 3
        assert len(table(interviewer_id=interviewer.id, states=[r.ApplicationState.INVITED])) == 10
        assert table(interviewer_id=interviewer.id, states=["completed"]) == []
        assert table(interviewer_id=interviewer.id, decision="shortlisted") == []
        assert table(interviewer_id=interviewer.id, needs_review=True) == []
        assert sum(n for *_, n in uow.applications.counts()) == 10


def test_people_are_found_by_number_and_address(desk, uow_read):
    actor, interviewer = desk
    with uow_read(actor) as uow:
        assert [c.name for _, c in uow.applications.by_phone("+14155550002")] == ["Bob"]
        both = uow.applications.by_contact(interviewer.id, email="ANN.0@example.com", phone="+14155550002")
        assert [c.name for _, c in both] == ["Ann", "Bob"]
        assert uow.applications.by_contact(interviewer.id, email=None, phone=None) == []
