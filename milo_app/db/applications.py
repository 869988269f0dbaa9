"""Queries over applications and the people behind them: the recruiter's table, counts, who has which number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from milo_app.db.repositories import TABLES, Repository
from milo_app.domain import records as r

_A = TABLES[r.Application]
_C = TABLES[r.Candidate]
_SORTS: dict[str, sa.ColumnElement[Any]] = {
    "updated_at": _A.c.updated_at,
    "created_at": _A.c.created_at,
    "score": _A.c.score,
    "name": sa.func.lower(_C.c.name),
}


class ApplicationRepository(Repository[r.Application]):
    """Applications, with the queries that join them to their candidates."""

    def __init__(self, connection: sa.Connection, workspace_id: str | None) -> None:
        super().__init__(connection, r.Application, workspace_id)
        self._people = Repository(connection, r.Candidate, workspace_id)

    def lock(self, id: str) -> r.Application:
        """`get`, holding the row until the transaction ends.

        Raises:
            NotFound: as `get` does.
        """
        # SQLite renders no FOR UPDATE: its write transaction excludes every other one already.
        query = self._select().where(_A.c.id == id).with_for_update()
        row = self._connection.execute(query).one_or_none()
        return self.get(id) if row is None else self._to_record(row)

    def table(
        self,
        *,
        interviewer_id: str | None,
        search: str = "",
        states: Sequence[str] = (),
        decision: str = "",
        stage: str = "",
        needs_review: bool = False,
        sort: str = "-updated_at",
        after: tuple[Any, str] | None = None,
        limit: int = 50,
    ) -> list[tuple[r.Application, r.Candidate]]:
        """One page of the recruiter's table, previews left out.

        *sort* is updated_at, created_at, name or score, with `-` for descending; rows without a score come last
        either way. *after* is the sort value and id of the last row seen (a time also as ISO text).
        """
        query = self._joined().where(_A.c.preview.is_(False))
        if interviewer_id is not None:
            query = query.where(_A.c.interviewer_id == interviewer_id)
        if states:
            query = query.where(_A.c.state.in_([str(state) for state in states]))
        if decision:
            query = query.where(_A.c.decision == decision)
        if stage:
            query = query.where(_A.c.stage == stage)
        if needs_review:
            query = query.where(_A.c.needs_review.is_(True))
        if needs_review:
            query = query.where(_A.c.needs_review.is_(True))
        if search.strip():
            query = query.where(_matches(search.strip()))
        descending, name = sort.startswith("-"), sort.removeprefix("-")
        if name != "score":
            return self._page(_ordered(query, _SORTS[name], descending, after), limit)
        # Both databases sort missing scores to another end; two steps keep them last and use the index.
        page: list[tuple[r.Application, r.Candidate]] = []
        if after is None or after[0] is not None:
            scored = _ordered(query.where(_A.c.score.is_not(None)), _A.c.score, descending, after)
            page = self._page(scored, limit)
            after = None
        if len(page) < limit:
            unscored = query.where(_A.c.score.is_(None))
            if after is not None:
                unscored = unscored.where(_A.c.id < after[1] if descending else _A.c.id > after[1])
            unscored = unscored.order_by(_A.c.id.desc() if descending else _A.c.id)
            page += self._page(unscored, limit - len(page))
        return page

    def counts(self, interviewer_id: str | None = None) -> list[tuple[str, str, str | None, str, int]]:
        """(interviewer_id, state, open stage, decision, n), previews left out."""
        groups = (_A.c.interviewer_id, _A.c.state, _A.c.stage, _A.c.decision)
        query = self._scoped(sa.select(*groups, sa.func.count())).where(_A.c.preview.is_(False))
        if interviewer_id is not None:
            query = query.where(_A.c.interviewer_id == interviewer_id)
        return [tuple(row) for row in self._connection.execute(query.group_by(*groups))]

    def by_contact(
        self, interviewer_id: str, *, email: str | None, phone: str | None
    ) -> list[tuple[r.Application, r.Candidate]]:
        """Applications to one interviewer by whoever has this address or number; previews left out."""
        who = []
        if email:
            who.append(sa.func.lower(_C.c.email) == email.lower())
        if phone:
            who.append(_C.c.phone == phone)
        if not who:
            return []
        query = self._joined().where(
            _A.c.interviewer_id == interviewer_id, _A.c.preview.is_(False), sa.or_(*who)
        )
        return self._page(query.order_by(_A.c.id), None)

    def by_phone(self, phone: str) -> list[tuple[r.Application, r.Candidate]]:
        """Newest first, over all interviewers of the workspace(s) in scope; previews too."""
        query = self._joined().where(_C.c.phone == phone)
        return self._page(query.order_by(_A.c.id.desc()), None)

    def _joined(self) -> sa.Select[Any]:
        query = self._scoped(sa.select(_A, _C).join(_C, _C.c.id == _A.c.candidate_id))
        # Said twice so that an index of either table can lead.
        return query if self._workspace_id is None else query.where(_C.c.workspace_id == self._workspace_id)

    def _page(self, query: sa.Select[Any], limit: int | None) -> list[tuple[r.Application, r.Candidate]]:
        width = len(self._names)
        rows = self._connection.execute(query if limit is None else query.limit(limit))
        return [(self._to_record(row[:width]), self._people._to_record(row[width:])) for row in rows]


def _matches(search: str) -> sa.ColumnElement[bool]:
    """Name, address or number contains *search*; case does not matter."""
    text = search.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    where = [
        sa.func.lower(_C.c.name).like(f"%{text}%", escape="\\"),
        sa.func.lower(_C.c.email).like(f"%{text}%", escape="\\"),
    ]
    digits = "".join(letter for letter in search if letter.isdigit())
    if digits and not any(letter.isalpha() for letter in search):
        where.append(_C.c.phone.like(f"%{digits}%"))
    return sa.or_(*where)


def _ordered(
    query: sa.Select[Any], column: sa.ColumnElement[Any], descending: bool, after: tuple[Any, str] | None
) -> sa.Select[Any]:
    if after is not None:
        value, id = after
        if isinstance(value, str) and column.type.python_type is datetime:
            value = datetime.fromisoformat(value)
        if column is _SORTS["name"]:
            value = sa.func.lower(sa.literal(value))
        else:
            value = sa.literal(value, column.type)
        here, there = sa.tuple_(column, _A.c.id), sa.tuple_(value, sa.literal(id))
        query = query.where(here < there if descending else here > there)
    if descending:
        return query.order_by(column.desc(), _A.c.id.desc())
    return query.order_by(column.asc(), _A.c.id.asc())
