"""One transaction with all repositories, on SQLite or PostgreSQL; opened here and nowhere else."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from milo_app.db.applications import ApplicationRepository
from milo_app.db.ids import new_id
from milo_app.db.queue import WorkQueue
from milo_app.db.repositories import (
    EventRepository,
    LaterRepository,
    ProviderStatusRepository,
    Repository,
    ThrottleRepository,
)
from milo_app.db.turns import Turns
from milo_app.domain import records as r
from milo_app.domain.actors import Actor
from milo_app.services import ports
from milo_app.services.ports import Clock, Instance
from milo_app.services.work import Work

#: How long a transaction waits for SQLite's one writer, in seconds. Transactions are short, so more is a fault.
BUSY_SECONDS = 30


class SqlUnitOfWork:
    """Repositories over one open transaction. Committed and closed by `Database`, never by a service."""

    def __init__(
        self,
        connection: sa.Connection,
        actor: Actor,
        clock: Clock,
        instance: Instance,
        queue: WorkQueue | None,
    ) -> None:
        self.now = clock.now()
        self.instance = instance
        self.actor = actor
        self._connection, self._queue = connection, queue
        scope = actor.workspace_id

        def of(record: type[Any]) -> Repository[Any]:
            return Repository(connection, record, scope)

        self.workspaces: ports.Repository[r.Workspace] = of(r.Workspace)
        self.members: ports.Repository[r.Member] = of(r.Member)
        self.sessions: ports.Repository[r.Session] = of(r.Session)
        self.one_time_links: ports.Repository[r.OneTimeLink] = of(r.OneTimeLink)
        self.interviewers: ports.Repository[r.Interviewer] = of(r.Interviewer)
        self.versions: ports.Repository[r.InterviewerVersion] = of(r.InterviewerVersion)
        self.candidates: ports.Repository[r.Candidate] = of(r.Candidate)
        self.applications: ports.Applications = ApplicationRepository(connection, scope)
        self.stages: ports.Repository[r.ApplicationStage] = of(r.ApplicationStage)
        self.answers: ports.Repository[r.Answer] = of(r.Answer)
        self.turns: ports.Repository[r.Turn] = of(r.Turn)
        self.evaluations: ports.Repository[r.Evaluation] = of(r.Evaluation)
        self.messages: ports.Repository[r.Message] = of(r.Message)
        self.events: ports.Events = EventRepository(connection, r.Event, scope)
        self._numbering = EventRepository(connection, r.Event, None)
        self.consents: ports.Repository[r.Consent] = of(r.Consent)
        self.files: ports.Repository[r.StoredFile] = of(r.StoredFile)
        self.recordings: ports.Repository[r.Recording] = of(r.Recording)
        self.chunks: ports.Repository[r.RecordingChunk] = of(r.RecordingChunk)
        self.comments: ports.Repository[r.Comment] = of(r.Comment)
        self.requests: ports.Repository[r.Request] = of(r.Request)
        self.suppressions: ports.Repository[r.Suppression] = of(r.Suppression)
        self.provider_statuses: ports.ProviderStatuses = ProviderStatusRepository(connection)
        self.templates: ports.Repository[r.MessageTemplate] = of(r.MessageTemplate)
        self.blasts: ports.Repository[r.Blast] = of(r.Blast)
        self.recipients: ports.Repository[r.BlastRecipient] = of(r.BlastRecipient)
        self.shares: ports.Repository[r.ReportShare] = of(r.ReportShare)
        self.views: ports.Repository[r.SavedView] = of(r.SavedView)
        self.bulk_actions: ports.Repository[r.BulkAction] = of(r.BulkAction)
        self.bulk_items: ports.Repository[r.BulkItem] = of(r.BulkItem)
        self.model_calls: ports.Repository[r.ModelCall] = of(r.ModelCall)
        self.model_use: ports.Repository[r.ModelUse] = of(r.ModelUse)
        self.api_keys: ports.Repository[r.ApiKey] = of(r.ApiKey)
        self.idempotent_calls: ports.Repository[r.IdempotentCall] = of(r.IdempotentCall)
        self.attached: ports.Repository[r.Attached] = of(r.Attached)
        self.ingestions: ports.Repository[r.Ingestion] = of(r.Ingestion)
        self.webhook_endpoints: ports.Repository[r.WebhookEndpoint] = of(r.WebhookEndpoint)
        self.webhook_deliveries: ports.Repository[r.WebhookDelivery] = of(r.WebhookDelivery)
        self.later: ports.LaterWork = LaterRepository(connection, r.Later, scope)
        self.throttle: ports.Throttle = ThrottleRepository(connection)

    def new_id(self) -> str:
        """A fresh UUIDv7 as 32 hex digits."""
        return new_id()

    def emit(
        self, subject_kind: str, subject_id: str, kind: str, **data: str | int | float | bool | None
    ) -> None:
        """Append an Event in the actor's name. Of a system that acts for every workspace, the event belongs to the
        workspace of its subject, or the one that `workspace_id` names."""
        workspace_id = data.pop("workspace_id", None) or self.actor.workspace_id
        if workspace_id is None:
            workspace_id = self._workspace_of(subject_kind, subject_id)
        if workspace_id is None:
            raise ValueError(f"Event {kind}: whose workspace? Pass workspace_id.")
        self.events.add(
            r.Event(
                id=new_id(),
                workspace_id=str(workspace_id),
                subject_kind=subject_kind,
                subject_id=subject_id,
                seq=self._numbering.next_seq(subject_kind, subject_id),
                kind=kind,
                actor=str(self.actor),
                at=self.now,
                data=data,
            )
        )

    def _workspace_of(self, subject_kind: str, subject_id: str) -> str | None:
        if subject_kind == "workspace":
            return subject_id
        subjects: dict[str, Any] = {
            "application": self.applications,
            "candidate": self.candidates,
            "interviewer": self.interviewers,
            "member": self.members,
            "message": self.messages,
            "blast": self.blasts,
            "bulk_action": self.bulk_actions,
        }
        found = subjects[subject_kind].maybe(subject_id) if subject_kind in subjects else None
        return found.workspace_id if found is not None else None

    def hold(self, name: str) -> None:
        """Hold *name* against every other transaction until this one ends."""
        if self._connection.dialect.name == "postgresql":
            key = sa.func.hashtextextended(name, 0)
            self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))

    def enqueue(self, work: Work, *ids: str, key: str | None = None) -> None:
        """Enqueue durable work in this very transaction; one id is run once, however often it is enqueued.

        Raises:
            RuntimeError: in a `read`, which cannot write.
        """
        if self._queue is None:
            raise RuntimeError("Work can only be enqueued in a write.")
        self._queue.enqueue(self._connection, work, *ids, key=key)


class Database:
    """Opens units of work. On SQLite two engines: readers can never write, and a writer holds the lock from BEGIN on,
    so that no transaction fails halfway because another one wrote first."""

    def __init__(self, url: str, clock: Clock, instance: Instance, *, patient: bool = False) -> None:
        """*patient*: this process does durable work, and lets requests of others write first."""
        self.url = url
        self._clock, self._instance = clock, instance
        self._log: Path | None = None
        if url.startswith("sqlite"):
            self._log = Path(f"{url.removeprefix('sqlite:///')}-wal")
            self._turns = Turns(Path(url.removeprefix("sqlite:///")), patient=patient)
            self.reader = _sqlite_engine(url)
            self.writer = _sqlite_engine(url, turns=self._turns)
        else:
            self.reader = self.writer = sa.create_engine(
                sa.make_url(url).set(drivername="postgresql+psycopg"),
                pool_size=16,
                max_overflow=8,
                pool_pre_ping=True,
                connect_args={"options": "-c timezone=UTC"},
            )
        self.queue = WorkQueue(self.writer)

    @contextmanager
    def read(self, actor: Actor) -> Iterator[SqlUnitOfWork]:
        """A unit of work that sees one moment of the database and cannot change it."""
        with self.reader.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin() as transaction:
                yield SqlUnitOfWork(connection, actor, self._clock, self._instance, None)
                transaction.rollback()

    @contextmanager
    def write(self, actor: Actor) -> Iterator[SqlUnitOfWork]:
        """A unit of work that is committed when the block ends and rolled back when it raises."""
        with self.writer.begin() as connection:
            yield SqlUnitOfWork(connection, actor, self._clock, self._instance, self.queue)
        if self._log is not None:
            _on_disk(self._log)

    @property
    def plain_url(self) -> str:
        """The address without a driver's name, as DBOS wants it."""
        return self.url.replace("postgresql+psycopg://", "postgresql://", 1)

    def bookkeeping_engine(self) -> sa.Engine | None:
        """SQLite: an engine for the workflows' own notes (which step ran), one fsync at a checkpoint instead of one a
        note. A power cut may lose the last notes, never a row of ours: then a step runs once more, which it may."""
        if not self.url.startswith("sqlite"):
            return None
        engine = sa.create_engine(
            self.url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}
        )

        @event.listens_for(engine, "connect")
        def _set_up(connection: sqlite3.Connection, _: Any) -> None:
            # What DBOS sets on an engine of its own, and the one line that is different.
            connection.isolation_level = "IMMEDIATE"
            connection.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
            connection.execute("PRAGMA foreign_keys=ON")
            connection.execute("PRAGMA synchronous=NORMAL")

        self._turns.keep_on_write(engine)
        return engine

    def optimize(self) -> None:
        """Let SQLite measure its tables where they have grown; without that it takes every index for a good one."""
        if self.writer.dialect.name == "sqlite":
            with self.writer.connect() as connection:
                raw = connection.connection.driver_connection
                assert raw is not None
                raw.execute("PRAGMA analysis_limit=1000")
                raw.execute("PRAGMA optimize=0x10002")

    def dispose(self) -> None:
        """Close every connection; the object can be used again."""
        self.queue.dispose()
        self.reader.dispose()
        self.writer.dispose()


def _on_disk(log: Path) -> None:
    """Wait until what was committed to SQLite's write-ahead log survives a power cut too.

    The log is only ever appended to, so that this makes every earlier commit of any process last as well. Where it is
    gone, the last one to close the database has moved it into the file already.
    """
    try:
        descriptor = os.open(log, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        getattr(os, "fdatasync", os.fsync)(descriptor)
    finally:
        os.close(descriptor)


def _sqlite_engine(url: str, *, turns: Turns | None = None) -> sa.Engine:
    """An engine that writes when it is its turn, or without *turns* one that only reads."""
    engine = sa.create_engine(
        url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}, pool_size=20, max_overflow=4
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _: Any) -> None:
        # SQLAlchemy's and not the driver's BEGIN, so that the kind of transaction is ours to choose.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
        connection.execute("PRAGMA journal_mode=WAL")
        # SQLite would wait for the disk within the transaction, and everyone else with it: `write` does so after it.
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA cache_size=-32000")
        connection.execute("PRAGMA temp_store=MEMORY")
        if turns is None:
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        if turns is not None:
            turns.take(connection)
        connection.exec_driver_sql("BEGIN" if turns is None else "BEGIN IMMEDIATE")

    if turns is not None:
        turns.keep(engine)
    return engine
