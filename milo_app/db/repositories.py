"""Rows to records and back, always within one workspace.

One generic repository serves every table, since a record and its table have the same field names; what a table needs
beyond that stands in a class of its own below.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from milo_app.db import tables
from milo_app.db.ids import new_id
from milo_app.domain import records as r
from milo_app.domain.errors import Conflict, NotFound

T = TypeVar("T")

TABLES: dict[type[Any], sa.Table] = {
    getattr(r, name.removesuffix("Row")): row.__table__  # type: ignore[attr-defined]
    for name, row in vars(tables).items()
    if name.endswith("Row") and name != "Row"
}

_NAMES = {record: [column.name for column in table.columns] for record, table in TABLES.items()}


def _reader(hint: Any) -> Callable[[Any], Any] | None:
    """What turns a column's value into the record's type, or None where it already is one."""
    options = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    for option in options:
        if isinstance(option, type) and issubclass(option, StrEnum):
            return option
        if typing.get_origin(option) is tuple:
            return tuple
    return None


class Repository(Generic[T]):
    """Records of one type, seen only within *workspace_id* (None: every workspace, for the system).

    It lives as long as one transaction, and reads a record by its id once: until it is written to, it is the same.
    """

    def __init__(self, connection: sa.Connection, record: type[T], workspace_id: str | None) -> None:
        self._connection, self._record, self._workspace_id = connection, record, workspace_id
        self._table = TABLES[record]
        self._names = _NAMES[record]
        self._scope_column = self._table.columns["id" if record is r.Workspace else "workspace_id"]
        # SQLite undoes a failed statement by itself and goes on; PostgreSQL needs a savepoint for that.
        self._savepoint = connection.dialect.name == "postgresql"
        self._seen: dict[str, T] = {}

    def get(self, id: str) -> T:
        """The record with that id.

        Raises:
            NotFound: when there is none, or it belongs to another workspace.
        """
        found = self.maybe(id)
        if found is None:
            raise NotFound(kind=self._record.__name__, id=id)
        return found

    def maybe(self, id: str | None) -> T | None:
        if not id:
            return None
        if (seen := self._seen.get(id)) is not None:
            return seen
        statement = _select(self._record, self._workspace_id is not None, "", False, (("id", _Match.ONE),))
        row = self._connection.execute(statement, {"scope": self._workspace_id, "is_id": id}).one_or_none()
        if row is None:
            return None
        self._seen[id] = found = self._to_record(row)
        return found

    def find(self, *, order: str = "id", limit: int | None = None, **equals: Any) -> list[T]:
        """Records whose fields equal the given values, a list meaning any of them and None meaning empty."""
        shape = tuple((name, _Match.of(value)) for name, value in equals.items())
        statement = _select(self._record, self._workspace_id is not None, order, limit is not None, shape)
        bound: dict[str, Any] = {"scope": self._workspace_id, "most": limit}
        for name, match in shape:
            value = equals[name]
            bound[f"is_{name}"] = [_plain(one) for one in value] if match is _Match.ANY else _plain(value)
        return [self._to_record(row) for row in self._connection.execute(statement, bound)]

    def first(self, *, order: str = "id", **equals: Any) -> T | None:
        return next(iter(self.find(order=order, limit=1, **equals)), None)

    def count(self, **equals: Any) -> int:
        query = self._where(sa.select(sa.func.count()).select_from(self._table), equals)
        return self._connection.execute(self._scoped(query)).scalar_one()

    def add(self, record: T) -> T:
        """Insert *record*.

        Raises:
            Conflict: when a unique key is taken. The transaction goes on; only this insert is undone.
            NotFound: when the record belongs to another workspace than the unit of work.
        """
        values = self._to_row(record)
        self._check_scope(values)
        try:
            with self._connection.begin_nested() if self._savepoint else nullcontext():
                self._connection.execute(_insert(self._record), values)
        except IntegrityError as error:
            if _is_unique_violation(error):
                raise Conflict(kind=self._record.__name__, id=values["id"]) from error
            raise
        return record

    def save(self, record: T) -> T:
        """Write every field of *record* over the row with its id.

        Raises:
            NotFound: when there is no such row in the workspace.
            Conflict: when a unique key is taken.
        """
        values = self._to_row(record)
        self._check_scope(values)
        self._seen.pop(values["id"], None)
        bound = {f"new_{name}": value for name, value in values.items() if name != "id"}
        bound["is_id"] = values["id"]
        if self._workspace_id is not None:
            bound["scope"] = self._workspace_id
        try:
            with self._connection.begin_nested() if self._savepoint else nullcontext():
                done = self._connection.execute(_update(self._record, self._workspace_id is not None), bound)
        except IntegrityError as error:
            if _is_unique_violation(error):
                raise Conflict(kind=self._record.__name__) from error
            raise
        if done.rowcount == 0:
            raise NotFound(kind=self._record.__name__, id=getattr(record, "id", ""))
        return record

    def delete(self, id: str) -> None:
        """Delete the row with that id, and what belongs to it; nothing happens when there is none."""
        self._seen.clear()
        self._connection.execute(self._scoped(sa.delete(self._table).where(self._table.c.id == id)))

    def _select(self) -> sa.Select[Any]:
        return self._scoped(sa.select(self._table))

    def _scoped(self, query: Any) -> Any:
        if self._workspace_id is None:
            return query
        return query.where(self._scope_column == self._workspace_id)

    def _where(self, query: Any, equals: dict[str, Any]) -> Any:
        for name, value in equals.items():
            column = self._table.columns[name]
            if value is None:
                query = query.where(column.is_(None))
            elif isinstance(value, list | tuple | set | frozenset):
                query = query.where(column.in_([_plain(one) for one in value]))
            else:
                query = query.where(column == _plain(value))
        return query

    def _check_scope(self, values: dict[str, Any]) -> None:
        if self._workspace_id is None:
            return
        if values[self._scope_column.name] != self._workspace_id:
            raise NotFound(kind=self._record.__name__, id=values["id"])

    def _to_record(self, row: Sequence[Any]) -> T:
        values = dict(zip(self._names, row, strict=True))
        for name, read in _READERS[self._record]:
            if values[name] is not None:
                values[name] = read(values[name])
        return self._record(**values)

    def _to_row(self, record: T) -> dict[str, Any]:
        return {name: _plain(getattr(record, name)) for name in self._names}


# --- Statements -----------------------------------------------------------------------------------------------------

# Putting a statement together costs more than running it on SQLite, so each is made once for its shape; values are
# bound when it runs.


class _Match(StrEnum):
    """How a field is compared in `find`."""

    ONE = "one"
    ANY = "any"
    EMPTY = "empty"

    @classmethod
    def of(cls, value: Any) -> _Match:
        if value is None:
            return cls.EMPTY
        return cls.ANY if isinstance(value, list | tuple | set | frozenset) else cls.ONE


@cache
def _select(
    record: type[Any], scoped: bool, order: str, limited: bool, shape: tuple[tuple[str, _Match], ...]
) -> sa.Select[Any]:
    table = TABLES[record]
    query = sa.select(table)
    for name, match in shape:
        column = table.columns[name]
        if match is _Match.EMPTY:
            query = query.where(column.is_(None))
        elif match is _Match.ANY:
            query = query.where(column.in_(sa.bindparam(f"is_{name}", expanding=True)))
        else:
            query = query.where(column == sa.bindparam(f"is_{name}"))
    if scoped:
        query = query.where(_scope_column(record) == sa.bindparam("scope"))
    if order:
        first, descends = table.columns[order.removeprefix("-")], order.startswith("-")
        for column in [first] if first.name == "id" else [first, table.c.id]:
            query = query.order_by(column.desc() if descends else column.asc())
    return query.limit(sa.bindparam("most", type_=sa.Integer())) if limited else query


@cache
def _insert(record: type[Any]) -> sa.Insert:
    return sa.insert(TABLES[record])


@cache
def _update(record: type[Any], scoped: bool) -> sa.Update:
    table = TABLES[record]
    query = sa.update(table).where(table.c.id == sa.bindparam("is_id"))
    if scoped:
        query = query.where(_scope_column(record) == sa.bindparam("scope"))
    return query.values(
        {
            column.name: sa.bindparam(f"new_{column.name}", type_=column.type)
            for column in table.columns
            if column.name != "id"
        }
    )


def _scope_column(record: type[Any]) -> sa.Column[Any]:
    return TABLES[record].columns["id" if record is r.Workspace else "workspace_id"]


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


def _is_unique_violation(error: IntegrityError) -> bool:
    state = getattr(error.orig, "sqlstate", None)
    return state == "23505" or "UNIQUE constraint failed" in str(error.orig)


_READERS: dict[type[Any], list[tuple[str, Callable[[Any], Any]]]] = {
    record: [
        (column.name, read)
        for column in table.columns
        if (read := _reader(typing.get_type_hints(record)[column.name])) is not None
    ]
    for record, table in TABLES.items()
}


class LaterRepository(Repository[r.Later]):
    """Later work, and what of it is due."""

    def due(self, now: datetime, *, limit: int) -> list[r.Later]:
        """Rows not done whose time has come, oldest first."""
        query = self._select().where(self._table.c.done_at.is_(None), self._table.c.due_at <= now)
        rows = self._connection.execute(query.order_by(self._table.c.due_at).limit(limit))
        return [self._to_record(row) for row in rows]


class EventRepository(Repository[r.Event]):
    """Events, by time and by subject."""

    def since(self, at: datetime, *, limit: int = 1000) -> list[r.Event]:
        """Events from *at* on, oldest first."""
        query = self._select().where(self._table.c.at >= at).order_by(self._table.c.at, self._table.c.id)
        return [self._to_record(row) for row in self._connection.execute(query.limit(limit))]

    def next_seq(self, subject_kind: str, subject_id: str) -> int:
        """The number of a subject's next event; on PostgreSQL holds the subject until the transaction ends."""
        if self._connection.dialect.name == "postgresql":
            key = sa.func.hashtextextended(f"event:{subject_kind}:{subject_id}", 0)
            self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))
        query = sa.select(sa.func.max(self._table.c.seq)).where(
            self._table.c.subject_kind == subject_kind, self._table.c.subject_id == subject_id
        )
        return (self._connection.execute(query).scalar_one() or 0) + 1


class ProviderStatusRepository:
    """What providers said became of messages; read and written for all workspaces, by services that act for none."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection, self._table = connection, TABLES[r.ProviderStatus]
        self._postgresql = connection.dialect.name == "postgresql"

    def add(self, record: r.ProviderStatus) -> bool:
        """Keep it; False when this event was heard before, and nothing is kept."""
        try:
            with self._connection.begin_nested() if self._postgresql else nullcontext():
                self._connection.execute(_insert(r.ProviderStatus), vars(record))
        except IntegrityError as error:
            if _is_unique_violation(error):
                return False
            raise
        return True

    def of(self, provider: str, *, provider_id: str, message_id: str = "") -> list[r.ProviderStatus]:
        """All that was heard of one message, oldest first; on PostgreSQL holds the message until the transaction ends."""
        table = self._table
        # In one order always, so that two transactions never wait for each other.
        for id in sorted({provider_id, message_id} - {""}):
            if self._postgresql:
                key = sa.func.hashtextextended(f"status:{provider}:{id}", 0)
                self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))
        named = [table.c.provider_id == provider_id] if provider_id else []
        named += [table.c.message_id == message_id] if message_id else []
        query = sa.select(table).where(table.c.provider == provider, sa.or_(sa.false(), *named))
        rows = self._connection.execute(query.order_by(table.c.at, table.c.id))
        return [r.ProviderStatus(**row) for row in rows.mappings()]

    def save(self, record: r.ProviderStatus) -> None:
        """Write every field over the row with its id."""
        query = sa.update(self._table).where(self._table.c.id == record.id)
        self._connection.execute(query.values(**vars(record)))

    def forget(self, before: datetime) -> int:
        """Delete what was heard before then; returns how many."""
        return self._connection.execute(sa.delete(self._table).where(self._table.c.at < before)).rowcount


class ThrottleRepository:
    """Counts tries by key; keys are hashes, so no workspace is needed."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection, self._table = connection, TABLES[r.Attempted]

    def count(self, key: str, since: datetime) -> int:
        query = sa.select(sa.func.count()).where(self._table.c.key == key, self._table.c.at >= since)
        return self._connection.execute(query).scalar_one()

    def add(self, key: str, at: datetime) -> None:
        self._connection.execute(sa.insert(self._table).values(id=new_id(), key=key, at=at))
