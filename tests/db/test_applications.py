"""The recruiter's table: the same rows whichever way they are found."""

from __future__ import annotations

from datetime import timedelta

import pytest

from milo_app.db import applications
from milo_app.domain.actors import SystemActor
from milo_app.services.ports import Filter
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
                    Filter(interviewer_id=interviewer.id, search=search),
                    sort=direction + column,
                    after=after,
                    limit=3,
                )
                if not page:
                    break
                rows += page
                after = (_value(page[-1], column), page[-1][0].id)
        assert len({application.id for application, _ in rows}) == len(rows) == len(NAMES)

        back, before = [], (_value(rows[-1], column), rows[-1][0].id)
        with uow_read(actor) as uow:
            while page := uow.applications.table(
                Filter(interviewer_id=interviewer.id, search=search),
                sort=direction + column,
                before=before,
                limit=3,
            ):
                back = page + back
                before = (_value(page[0], column), page[0][0].id)
        assert [a.id for a, _ in back] == [a.id for a, _ in rows[:-1]]

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
            return sorted(c.name for _, c in uow.applications.table(Filter(search=search)))

    assert found("ANN") == ["Ann", "ann"]
    assert found("zoË") == ["Zoë"] and found("ÖMER") == ["Ömer", "ömer"]
    assert found("bob.2@") == ["Bob"]
    assert found("(415) 555-0006") == ["Dan"]
    assert found("%") == [] and found("_") == []


def test_filters_narrow(desk, uow_read):
    actor, interviewer = desk
    with uow_read(actor) as uow:

        def left(**wanted):
            one = Filter(interviewer_id=interviewer.id, **wanted)
            rows = uow.applications.table(one)
            assert sorted(uow.applications.matching(one, limit=50)) == sorted(a.id for a, _ in rows)
            assert uow.applications.how_many(one, most=50) == len(rows)
            return len(rows)

        assert left(stage="form") == 3 and left(search="cleo", stage="form") == 0
        assert left(state="invited") == 10 and left(state="completed") == 0
        assert left(decision="shortlisted") == left(needs_review=True) == left(source="csv") == 0
        assert left(score_from=1.0) + left(score_to=0.5) == 5 and left(score_from=0, score_to=2) == 5
        assert sum(n for *_, n in uow.applications.counts()) == 10


def test_people_are_found_by_number_and_address(desk, uow_read):
    actor, interviewer = desk
    with uow_read(actor) as uow:
        assert [c.name for _, c in uow.applications.by_phone("+14155550002")] == ["Bob"]
        both = uow.applications.by_contact(interviewer.id, email="ANN.0@example.com", phone="+14155550002")
        assert [c.name for _, c in both] == ["Ann", "Bob"]
        assert uow.applications.by_contact(interviewer.id, email=None, phone=None) == []
