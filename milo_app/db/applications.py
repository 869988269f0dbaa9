"""Queries over applications and the people behind them: the recruiter's table, counts, who has which number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.operators import custom_op

from milo_app.db.repositories import TABLES, Repository
from milo_app.domain import records as r
from milo_app.services.ports import Filter

_A = TABLES[r.Application]
_C = TABLES[r.Candidate]
_SORTS: dict[str, sa.ColumnElement[Any]] = {
    "updated_at": _A.c.updated_at,
    "created_at": _A.c.created_at,
    "score": _A.c.score,
    "name": sa.func.lower(_C.c.name),
}
#: Up to so many rows are sorted; more are walked in order until the page is full.
_FEW = 2000
#: How many values one condition names.
_AT_ONCE = 500


class ApplicationRepository(Repository[r.Application]):
    """Applications, with the queries that join them to their candidates."""

    def __init__(self, connection: sa.Connection, workspace_id: str | None) -> None:
        super().__init__(connection, r.Application, workspace_id)
        self._people = Repository(connection, r.Candidate, workspace_id)
        self._sqlite = connection.dialect.name == "sqlite"
        self._liked: dict[str, list[str]] = {}

    def lock(self, id: str) -> r.Application:
        """`get`, holding the row until the transaction ends.

        Raises:
            NotFound: as `get` does.
        """
        # SQLite renders no FOR UPDATE: its write transaction excludes every other one already.
        query = self._select().where(_A.c.id == id).with_for_update()
        row = self._connection.execute(query).one_or_none()
        self._seen.pop(id, None)
        return self.get(id) if row is None else self._to_record(row)

    def table(
        self,
        wanted: Filter,
        *,
        sort: str = "-updated_at",
        after: tuple[Any, str] | None = None,
        before: tuple[Any, str] | None = None,
        limit: int = 50,
    ) -> list[tuple[r.Application, r.Candidate]]:
        """One page of the recruiter's table, previews left out.

        *sort* is updated_at, created_at, name or score, with `-` for descending; rows without a score come last
        either way. *after* is the sort value and id of the last row seen (a time also as ISO text); *before*, of the
        first one, gives the page that ends just above it, in the same order.
        """
        page = _Page(sort.removeprefix("-"), sort.startswith("-"), after, limit)
        if before is not None:
            page = replace(page, descending=not page.descending, after=before, upwards=True)
        found = self._page(wanted, page)
        return found[::-1] if page.upwards else found

    def _page(self, wanted: Filter, page: _Page) -> list[tuple[r.Application, r.Candidate]]:
        where = self._asked(wanted)
        if wanted.search.strip():
            people = self._people_like(wanted.search.strip())
            if not people:
                return []
            if len(people) <= _FEW:
                return self._sorted(where, people, page)
            where.append(self._looks_like(wanted.search.strip()))
        walk = self._by_name if page.column == "name" else self._by_index
        return walk(where, page, joined=bool(wanted.search.strip()))

    def _asked(self, wanted: Filter) -> list[sa.ColumnElement[bool]]:
        """What *wanted* says of the application itself; every column of it stands in the indexes of the sorts."""
        where: list[sa.ColumnElement[bool]] = [_A.c.preview.is_(False)]
        if wanted.interviewer_id is not None:
            where.append(_A.c.interviewer_id == wanted.interviewer_id)
        if wanted.state:
            where.append(_A.c.state == wanted.state)
        if wanted.decision:
            where.append(_A.c.decision == wanted.decision)
        if wanted.stage:
            where.append(_A.c.stage == wanted.stage)
        if wanted.source:
            where.append(_A.c.source == wanted.source)
        if wanted.needs_review:
            where.append(_A.c.needs_review.is_(True))
        if wanted.score_from is not None:
            where.append(_A.c.score >= wanted.score_from)
        if wanted.score_to is not None:
            where.append(_A.c.score <= wanted.score_to)
        return where

    def _sorted(
        self, where: list[sa.ColumnElement[bool]], people: list[str], page: _Page
    ) -> list[tuple[r.Application, r.Candidate]]:
        """A page of the applications of a few people: all of them are read and sorted."""
        ids = page.cut(self._of(people, *where, columns=(_A.c.id,))).order_by(*page.order(all_at_once=True))
        return self._these(list(self._connection.execute(ids.limit(page.limit)).scalars().all()))

    def _by_index(
        self, where: list[sa.ColumnElement[bool]], page: _Page, *, joined: bool
    ) -> list[tuple[r.Application, r.Candidate]]:
        """A page found by walking the index of its column, in order, until it is full. The index alone says which
        rows fit; only those of the page are read."""
        ids = sa.select(_A.c.id)
        if joined:
            ids = ids.join(_C, _C.c.id == _A.c.candidate_id)
        ids = self._scoped(ids).where(*where)
        found: list[str] = []
        # Each database sorts missing scores to another end; two steps keep them last, and in the index's order.
        for part in page.parts():
            if len(found) < page.limit:
                rows = part.cut(ids, nulls=False).order_by(*part.order()).limit(page.limit - len(found))
                found += self._connection.execute(rows).scalars().all()
        return self._these(found)

    def _these(self, ids: list[str]) -> list[tuple[r.Application, r.Candidate]]:
        """The rows with these ids, in their order."""
        if not ids:
            return []
        rows = {a.id: (a, c) for a, c in self._fetch(self._joined().where(_A.c.id.in_(ids)), None)}
        return [rows[id] for id in ids if id in rows]

    def _by_name(
        self, where: list[sa.ColumnElement[bool]], page: _Page, *, joined: bool
    ) -> list[tuple[r.Application, r.Candidate]]:
        """A page in the order of names: people are read from their index in growing batches, until enough of them
        have an application that fits. Neither database would find that way by itself."""
        fitting = sa.select(_A.c.candidate_id)
        if joined:
            fitting = fitting.join(_C, _C.c.id == _A.c.candidate_id)
        fitting = self._scoped(fitting).where(*where)
        few = list(self._connection.execute(fitting.limit(_FEW + 1)).scalars().all())
        if len(few) <= _FEW:
            return self._sorted(where, few, page)
        name = _SORTS["name"]
        found: list[tuple[r.Application, r.Candidate]] = []
        edge: Any = None if page.after is None else sa.func.lower(sa.literal(page.after[0]))
        size = page.limit * 4
        while len(found) < page.limit:
            people = self._in_scope(sa.select(_C.c.id, name))
            if edge is not None:
                people = people.where(name <= edge if page.descending else name >= edge)
            people = people.order_by(*((name.desc(), _C.c.id.desc()) if page.descending else (name, _C.c.id)))
            batch: list[Any] = list(self._connection.execute(people.limit(size)))
            last = len(batch) < size
            # A name that the batch may have cut in two waits for the next one.
            whole = [row for row in batch if last or row[1] != batch[-1][1]]
            if whole:
                got = self._sorted(
                    where, [row[0] for row in whole], replace(page, limit=page.limit - len(found))
                )
                found += got
            if last:
                break
            edge = batch[-1][1]
            size = min(size * 4, _FEW * 4)
            if not whole:
                size = len(batch) * 4
        return found

    def counts(self, interviewer_id: str | None = None) -> list[tuple[str, str, str | None, str, int]]:
        """(interviewer_id, state, open stage, decision, n), previews left out."""
        groups = (_A.c.interviewer_id, _A.c.state, _A.c.stage, _A.c.decision)
        query = self._scoped(sa.select(*groups, sa.func.count())).where(_A.c.preview.is_(False))
        if interviewer_id is not None:
            query = query.where(_A.c.interviewer_id == interviewer_id)
        return [tuple(row) for row in self._connection.execute(query.group_by(*groups))]

    def how_many(self, wanted: Filter, *, most: int) -> int:
        """How many rows *wanted* leaves, counted no further than *most*; previews left out."""
        counted = sa.select(sa.func.count()).select_from(self._left_by(wanted).limit(most).subquery())
        return int(self._connection.execute(counted).scalar_one())

    def matching(self, wanted: Filter, *, limit: int) -> list[str]:
        """Ids of at most *limit* rows that *wanted* leaves, in no order worth relying on; previews left out."""
        return list(self._connection.execute(self._left_by(wanted).limit(limit)).scalars().all())

    def _left_by(self, wanted: Filter) -> Any:
        where, search = self._asked(wanted), wanted.search.strip()
        if not search:
            return self._scoped(sa.select(_A.c.id)).where(*where)
        people = self._people_like(search)
        if len(people) <= _FEW:
            return self._of(people, *where, columns=(_A.c.id,))
        joined = sa.select(_A.c.id).join(_C, _C.c.id == _A.c.candidate_id)
        return self._scoped(joined).where(*where, self._looks_like(search))

    def by_contact(
        self, interviewer_id: str, *, email: str | None, phone: str | None
    ) -> list[tuple[r.Application, r.Candidate]]:
        """Applications to one interviewer by whoever has this address or number; previews left out."""
        people: set[str] = set()
        if email:
            people.update(self._people_with(sa.func.lower(_C.c.email) == email.lower()))
        if phone:
            people.update(self._people_with(_C.c.phone == phone))
        if not people:
            return []
        where = (_A.c.interviewer_id == interviewer_id, _A.c.preview.is_(False))
        return self._fetch(self._of(sorted(people), *where).order_by(_A.c.id), None)

    def people_with(
        self, interviewer_id: str, *, emails: Sequence[str], phones: Sequence[str]
    ) -> list[r.Candidate]:
        """Whoever has an application for one interviewer and one of these addresses (lower case) or numbers; previews left
        out."""
        found: dict[str, r.Candidate] = {}
        for column, values in ((sa.func.lower(_C.c.email), emails), (_C.c.phone, phones)):
            for start in range(0, len(values), _AT_ONCE):
                people = self._people_with(column.in_(values[start : start + _AT_ONCE]))
                if people:
                    where = (_A.c.interviewer_id == interviewer_id, _A.c.preview.is_(False))
                    found |= {c.id: c for _, c in self._fetch(self._of(people, *where), None)}
        return list(found.values())

    def by_phone(self, phone: str) -> list[tuple[r.Application, r.Candidate]]:
        """Newest first, over all interviewers of the workspace(s) in scope; previews too."""
        people = self._people_with(_C.c.phone == phone)
        return self._fetch(self._of(people).order_by(_A.c.id.desc()), None) if people else []

    def to_look_at(self, now: datetime, *, limit: int) -> list[tuple[str, str]]:
        """(id, workspace id) of those whose `look_at` has come, the longest due first."""
        query = self._scoped(sa.select(_A.c.id, _A.c.workspace_id)).where(
            _A.c.look_at.is_not(None), _A.c.look_at <= now
        )
        return [tuple(row) for row in self._connection.execute(query.order_by(_A.c.look_at).limit(limit))]

    def look_again(self, now: datetime) -> None:
        """Have every unfinished application in scope looked at anew: something that they depend on has changed."""
        change = sa.update(_A).where(_A.c.look_at.is_not(None)).values(look_at=now)
        if self._workspace_id is not None:
            change = change.where(_A.c.workspace_id == self._workspace_id)
        self._seen.clear()
        self._connection.execute(change)

    def _joined(self) -> sa.Select[Any]:
        query = sa.select(_A, _C).select_from(_A).join(_C, _C.c.id == _A.c.candidate_id)
        return self._scoped(query)

    def _of(
        self, people: list[str], *where: sa.ColumnElement[bool], columns: tuple[Any, ...] = (_A, _C)
    ) -> Any:
        """Applications of these people, found by them."""
        query = sa.select(*columns).select_from(_A).join(_C, _C.c.id == _A.c.candidate_id)
        rest = [*where] if self._workspace_id is None else [*where, _A.c.workspace_id == self._workspace_id]
        return query.where(_A.c.candidate_id.in_(people), *map(self._beside, rest))

    def _in_scope(self, query: Any) -> Any:
        return query if self._workspace_id is None else query.where(_C.c.workspace_id == self._workspace_id)

    def _people_like(self, search: str) -> list[str]:
        """Whoever matches *search*, one more than `_FEW` where there are many; read from the index that holds it all."""
        # A page and its count ask for the same, and this is the dear part of both.
        if search not in self._liked:
            query = sa.select(_C.c.id).where(self._looks_like(search)).limit(_FEW + 1)
            self._liked[search] = list(self._connection.execute(self._in_scope(query)).scalars().all())
        return self._liked[search]

    def _people_with(self, condition: sa.ColumnElement[bool]) -> list[str]:
        """Whoever has exactly this number or address, found by its own index."""
        query = sa.select(_C.c.id).where(condition)
        if self._workspace_id is not None:
            query = query.where(self._beside(_C.c.workspace_id == self._workspace_id))
        return list(self._connection.execute(query).scalars().all())

    def _beside(self, condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
        """*condition* as a value that SQLite looks up in no index, so that another one leads: it takes a workspace for
        something small, and would read all of it."""
        return (
            sa.UnaryExpression(condition.self_group(), operator=custom_op("+")) if self._sqlite else condition
        )

    def _looks_like(self, search: str) -> sa.ColumnElement[bool]:
        """Name, address or number contains *search*; case does not matter."""
        patterns = {_pattern(search)}
        if not search.isascii() and self._sqlite:
            # SQLite's LIKE ignores the case of A to Z alone.
            patterns |= {_pattern(search.lower()), _pattern(search.upper()), _pattern(search.title())}
        where = [
            column.like(pattern, escape="\\") if self._sqlite else column.ilike(pattern, escape="\\")
            for column in (_C.c.name, _C.c.email)
            for pattern in sorted(patterns)
        ]
        digits = "".join(letter for letter in search if letter.isdigit())
        if digits and not any(letter.isalpha() for letter in search):
            where.append(_C.c.phone.like(f"%{digits}%"))
        return sa.or_(*where)

    def _fetch(self, query: sa.Select[Any], limit: int | None) -> list[tuple[r.Application, r.Candidate]]:
        width = len(self._names)
        rows = self._connection.execute(query if limit is None else query.limit(limit))
        return [(self._to_record(row[:width]), self._people._to_record(row[width:])) for row in rows]


def _pattern(search: str) -> str:
    escaped = search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


@dataclass(frozen=True)
class _Page:
    """*limit* rows by *column* and id, from behind *after* (value of the column, id) on. *upwards*: read from the end of
    the table towards its beginning, so that missing scores come first."""

    column: str
    descending: bool
    after: tuple[Any, str] | None
    limit: int
    upwards: bool = False
    missing: bool | None = None
    """Only rows without a value (True), only rows with one (False), or both."""

    def parts(self) -> list[_Page]:
        """The page as steps through rows that either all have a value or all have none, in the order of the table."""
        if self.column != "score":
            return [self]
        at_missing = self.after is not None and self.after[0] is None
        scored, unscored = replace(self, missing=False), replace(self, missing=True)
        if self.after is None:
            return [unscored, scored] if self.upwards else [scored, unscored]
        if self.upwards:
            return [unscored, replace(scored, after=None)] if at_missing else [scored]
        return [unscored] if at_missing else [scored, replace(unscored, after=None)]

    def order(self, *, all_at_once: bool = False) -> tuple[sa.ColumnElement[Any], ...]:
        """What to sort by. *all_at_once*: rows with and without a score together, rather than in `parts`."""
        by, id = _SORTS[self.column], _A.c.id
        if self.descending:
            by, id = by.desc(), id.desc()
        if self.missing:
            return (id,)
        if all_at_once and self.column == "score":
            by = by.nulls_first() if self.upwards else by.nulls_last()
        return by, id

    def cut(self, query: sa.Select[Any], *, nulls: bool = True) -> sa.Select[Any]:
        """Only what comes after *after*. *nulls*: rows without a value may be among them and count as last."""
        column = _SORTS[self.column]
        if self.missing is not None:
            query = query.where(column.is_(None) if self.missing else column.is_not(None))
        if self.after is None:
            return query
        id = _A.c.id < self.after[1] if self.descending else _A.c.id > self.after[1]
        if self.after[0] is None:
            behind = sa.and_(column.is_(None), id)
            return query.where(sa.or_(behind, column.is_not(None)) if self.upwards and nulls else behind)
        here, there = sa.tuple_(column, _A.c.id), sa.tuple_(self._value(), sa.literal(self.after[1]))
        behind = here < there if self.descending else here > there
        if nulls and self.column == "score" and not self.upwards:
            behind = sa.or_(behind, column.is_(None))
        return query.where(behind)

    def _value(self) -> sa.ColumnElement[Any]:
        value = self.after[0] if self.after else None
        if self.column == "name":
            return sa.func.lower(sa.literal(value))
        if isinstance(value, str) and self.column.endswith("_at"):
            value = datetime.fromisoformat(value)
        return sa.literal(value, _SORTS[self.column].type)
