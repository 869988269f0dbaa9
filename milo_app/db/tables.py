"""Where each record of `domain/records.py` is kept: one table per record, with the same field names.

`from __future__ import annotations` stays out of this module: SQLModel reads the annotations as they are.
"""

import re
from datetime import datetime
from typing import Any

from sqlalchemy import Index, MetaData, UniqueConstraint, func, text
from sqlalchemy.orm import declared_attr, registry
from sqlmodel import Field, SQLModel

from milo_app.db.types import AwareUtc, Json

_registry = registry(
    metadata=MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
)


class Row(SQLModel, registry=_registry):
    """Root of all tables, with metadata of its own: no other library's tables get into our migrations.

    A table is called as its record is, in words with underscores.
    """

    @declared_attr.directive
    def __tablename__(cls) -> str:
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__.removesuffix("Row")).lower()


metadata = _registry.metadata


def _at() -> Any:
    return Field(sa_type=AwareUtc)  # type: ignore[call-overload]


def _maybe_at() -> Any:
    return Field(default=None, sa_type=AwareUtc, nullable=True)  # type: ignore[call-overload]


def _json() -> Any:
    return Field(sa_type=Json, nullable=False)  # type: ignore[call-overload]


def _maybe_json() -> Any:
    return Field(default=None, sa_type=Json, nullable=True)  # type: ignore[call-overload]


def _of(table: str, *, indexed: bool = True, cascade: bool = False) -> Any:
    """A required reference. With *cascade* the row goes when what it belongs to goes."""
    reference = f"{table}.id"
    if cascade:
        return Field(foreign_key=reference, index=indexed, ondelete="CASCADE")
    return Field(foreign_key=reference, index=indexed)


def _maybe_of(table: str, *, indexed: bool = False, cascade: bool = False) -> Any:
    """An optional reference, emptied (or, with *cascade*, deleted) when what it points to goes."""
    return Field(
        default=None,
        foreign_key=f"{table}.id",
        index=indexed,
        ondelete="CASCADE" if cascade else "SET NULL",
        nullable=True,
    )


class WorkspaceRow(Row, table=True):
    id: str = Field(primary_key=True)
    slug: str = Field(unique=True)
    name: str
    created_at: datetime = _at()
    brand: dict[str, Any] = _json()
    policy: dict[str, Any] = _json()
    is_demo: bool = False


class MemberRow(Row, table=True):
    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace")
    email: str = Field(unique=True)
    name: str
    role: str
    created_at: datetime = _at()
    password_hash: str | None = None
    disabled_at: datetime | None = _maybe_at()
    notices: dict[str, Any] = _json()


class SessionRow(Row, table=True):
    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace")
    member_id: str = _of("member", cascade=True)
    token_hash: str = Field(unique=True)
    created_at: datetime = _at()
    expires_at: datetime = _at()
    seen_at: datetime = _at()
    revoked_at: datetime | None = _maybe_at()
    user_agent: str = ""


class OneTimeLinkRow(Row, table=True):
    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace")
    member_id: str | None = _maybe_of("member", indexed=True, cascade=True)
    purpose: str
    token_hash: str = Field(unique=True)
    created_at: datetime = _at()
    expires_at: datetime = _at()
    used_at: datetime | None = _maybe_at()


class AttemptedRow(Row, table=True):
    __table_args__ = (Index(None, "key", "at"),)

    id: str = Field(primary_key=True)
    key: str
    at: datetime = _at()


class InterviewerRow(Row, table=True):
    __table_args__ = (UniqueConstraint("workspace_id", "slug"),)

    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace", indexed=False)
    slug: str
    state: str
    draft: dict[str, Any] = _json()
    created_at: datetime = _at()
    updated_at: datetime = _at()
    version: int = 0
    title: str = ""
    closes_at: datetime | None = _maybe_at()
    created_by: str | None = _maybe_of("member")
    allow_sms: bool = True
    preview_version: int = 1


class InterviewerVersionRow(Row, table=True):
    __table_args__ = (UniqueConstraint("interviewer_id", "number"),)

    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace")
    interviewer_id: str = _of("interviewer", indexed=False, cascade=True)
    number: int
    plan: dict[str, Any] = _json()
    published_at: datetime = _at()
    published_by: str | None = _maybe_of("member")


class CandidateRow(Row, table=True):
    __table_args__ = (
        # Holds all that a search reads.
        Index("ix_candidate_search", "workspace_id", "name", "email", "phone", "id"),
        Index("ix_candidate_phone", "phone", "workspace_id"),
    )

    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace", indexed=False)
    name: str
    created_at: datetime = _at()
    email: str | None = None
    phone: str | None = None
    sms_consent: bool = False
    language: str = "en"
    time_zone: str = ""
    source: str = "manual"
    possible_duplicate_of: str | None = _maybe_of("candidate", indexed=True)
    erased_at: datetime | None = _maybe_at()


_candidate = metadata.tables["candidate"]
Index("ix_candidate_name", _candidate.c.workspace_id, func.lower(_candidate.c.name), _candidate.c.id)
Index("ix_candidate_email", func.lower(_candidate.c.email), _candidate.c.workspace_id)


#: What the recruiter's table filters by.
_FILTERED = ("state", "stage", "decision", "needs_review", "source", "score", "candidate_id")


class ApplicationRow(Row, table=True):
    __table_args__ = (
        Index(
            "uq_application_interviewer_id_candidate_id",
            "interviewer_id",
            "candidate_id",
            unique=True,
            sqlite_where=text("preview = 0"),
            postgresql_where=text("NOT preview"),
        ),
        # One index for each sort of the recruiter's table, for one interviewer and for all of them. Each holds all that
        # the table filters by, so that whatever is wanted, only the rows of the page itself are read.
        *(
            Index(
                f"ix_application_{of}{sort}",
                *("workspace_id", "interviewer_id")[: 2 if of else 1],
                *("preview", column, "id"),
                *(name for name in _FILTERED if name != column),
            )
            for of in ("", "of_")
            for sort, column in (("updated", "updated_at"), ("created", "created_at"), ("score", "score"))
        ),
        # Holds all that `counts` reads, so that a count never touches the rows.
        Index(
            "ix_application_counts", "workspace_id", "preview", "interviewer_id", "state", "stage", "decision"
        ),
        Index("ix_application_due", "due_at", "state"),
        Index(
            "ix_application_look_at",
            "look_at",
            sqlite_where=text("look_at IS NOT NULL"),
            postgresql_where=text("look_at IS NOT NULL"),
        ),
        # Who waits for a decision, the longest first; begins so that no sort of the table is tempted by it.
        Index("ix_application_waiting", "decision", "state", "preview", "workspace_id", "completed_at"),
    )

    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace", indexed=False)
    interviewer_id: str = _of("interviewer", indexed=False)
    candidate_id: str = _of("candidate", cascade=True)
    state: str
    created_at: datetime = _at()
    updated_at: datetime = _at()
    version_id: str | None = _maybe_of("interviewer_version", indexed=True)
    preview: bool = False
    preview_member_id: str | None = _maybe_of("member")
    attempt: int = 1
    link_version: int = 1
    stage: str | None = None
    invited_at: datetime | None = _maybe_at()
    opened_at: datetime | None = _maybe_at()
    started_at: datetime | None = _maybe_at()
    consented_at: datetime | None = _maybe_at()
    completed_at: datetime | None = _maybe_at()
    due_at: datetime | None = _maybe_at()
    source: str = "manual"
    short_code: str = Field(default="", index=True)
    decision: str = "none"
    decision_reason: str = ""
    decided_at: datetime | None = _maybe_at()
    decided_by: str | None = _maybe_of("member")
    turn_seq: int = 0
    score: float | None = None
    covered: int = 0
    needs_review: bool = False
    stopped_by: dict[str, Any] | None = _maybe_json()
    accommodations: dict[str, Any] = _json()
    last_word: str = ""
    feedback: dict[str, Any] = _json()
    look_at: datetime | None = _maybe_at()


class ApplicationStageRow(Row, table=True):
    __table_args__ = (
        UniqueConstraint("application_id", "attempt", "kind"),
        Index("ix_application_stage_state", "state", "workspace_id"),
    )

    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace", indexed=False)
    application_id: str = _of("application", indexed=False, cascade=True)
    attempt: int
    kind: str
    position: int
    state: str
    opened_at: datetime | None = _maybe_at()
    submitted_at: datetime | None = _maybe_at()
    finished_at: datetime | None = _maybe_at()
    score: float | None = None
    needs_review: bool = False
    outcome: str = ""
    data: dict[str, Any] = _json()


class AnswerRow(Row, table=True):
    __table_args__ = (
        UniqueConstraint("application_id", "key"),
        UniqueConstraint("application_id", "attempt", "stage", "question_id", "version"),
    )

    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace", indexed=False)
    application_id: str = _of("application", indexed=False, cascade=True)
    attempt: int
    stage: str
    question_id: str
    version: int
    value: Any = _maybe_json()
    key: str
    at: datetime = _at()
    base_version: int = 0
    conflict: bool = False
    source: str = "web"
    confirmed: bool = False


class StoredFileRow(Row, table=True):
    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace")
    purpose: str
    key: str
    name: str
    media_type: str
    size: int
    sha256: str
    created_at: datetime = _at()
    application_id: str | None = _maybe_of("application", indexed=True, cascade=True)
    stage: str | None = None
    question_id: str | None = None
    data: dict[str, Any] = _json()


class RecordingRow(Row, table=True):
    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace", indexed=False)
    application_id: str = _of("application", cascade=True)
    attempt: int
    stage: str
    state: str
    media_type: str
    started_at: datetime = _at()
    segments: dict[str, Any] = _json()
    finished_at: datetime | None = _maybe_at()
    file_id: str | None = _maybe_of("stored_file", indexed=True)
    duration_ms: int | None = None
    bytes: int = 0
    error: str = ""


class RecordingChunkRow(Row, table=True):
    __table_args__ = (UniqueConstraint("recording_id", "segment", "seq"),)

    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace", indexed=False)
    recording_id: str = _of("recording", indexed=False, cascade=True)
    segment: int
    seq: int
    size: int
    sha256: str
    at: datetime = _at()


class MessageRow(Row, table=True):
    __table_args__ = (
        Index(
            "uq_message_dedupe",
            "workspace_id",
            "dedupe",
            unique=True,
            sqlite_where=text("dedupe IS NOT NULL"),
            postgresql_where=text("dedupe IS NOT NULL"),
        ),
        Index(
            "uq_message_provider_id",
            "channel",
            "direction",
            "provider",
            "provider_id",
            unique=True,
            sqlite_where=text("provider_id IS NOT NULL"),
            postgresql_where=text("provider_id IS NOT NULL"),
        ),
        Index(
            "uq_message_turn",
            "application_id",
            "turn_seq",
            "channel",
            unique=True,
            sqlite_where=text("turn_seq IS NOT NULL AND direction = 'out'"),
            postgresql_where=text("turn_seq IS NOT NULL AND direction = 'out'"),
        ),
        Index("ix_message_due", "state", "due_at"),
        Index("ix_message_to", "channel", "to"),
        Index("ix_message_sender", "channel", "sender"),
    )

    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace", indexed=False)
    channel: str
    direction: str
    state: str
    created_at: datetime = _at()
    updated_at: datetime = _at()
    application_id: str | None = _maybe_of("application", indexed=True, cascade=True)
    candidate_id: str | None = _maybe_of("candidate", indexed=True)
    member_id: str | None = _maybe_of("member", indexed=True)
    to: str = ""
    sender: str = ""
    subject: str = ""
    body: str = ""
    html: str = ""
    kind: str = ""
    template: str = ""
    variables: dict[str, Any] = _json()
    dedupe: str | None = None
    provider: str = ""
    provider_id: str | None = None
    error: str = ""
    attempts: int = 0
    due_at: datetime | None = _maybe_at()
    turn_seq: int | None = None
    sent_at: datetime | None = _maybe_at()
    segments: int = 0


class TurnRow(Row, table=True):
    __table_args__ = (
        UniqueConstraint("application_id", "seq"),
        Index(
            "uq_turn_key",
            "application_id",
            "key",
            unique=True,
            sqlite_where=text("key IS NOT NULL"),
            postgresql_where=text("key IS NOT NULL"),
        ),
    )

    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace", indexed=False)
    application_id: str = _of("application", indexed=False, cascade=True)
    attempt: int
    stage: str
    seq: int
    speaker: str
    text: str
    at: datetime = _at()
    action: str = ""
    question_id: str | None = None
    channel: str = "web"
    key: str | None = None
    recording_id: str | None = _maybe_of("recording", indexed=True)
    at_ms: int | None = None
    end_ms: int | None = None
    transcribed: bool = True
    value: Any = _maybe_json()
    message_id: str | None = _maybe_of("message", indexed=True)


class EvaluationRow(Row, table=True):
    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace", indexed=False)
    application_id: str = _of("application", cascade=True)
    attempt: int
    stage: str
    criterion_id: str
    question_id: str | None = None
    at: datetime = _at()
    evaluator: str
    score: float | None = None
    passed: bool | None = None
    confidence: float = 0.0
    reasons: list[str] = _json()
    quotes: list[dict[str, Any]] = _json()
    status: str = "scored"
    model: str = ""
    prompt_version: str = ""
    rubric_version: str = ""
    input_hash: str = ""
    member_id: str | None = _maybe_of("member")
    supersedes_id: str | None = _maybe_of("evaluation", indexed=True)


class EventRow(Row, table=True):
    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_id", "seq"),
        Index("ix_event_at", "at", "id"),
        Index("ix_event_workspace_at", "workspace_id", "at", "id"),
    )

    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace", indexed=False)
    subject_kind: str
    subject_id: str
    seq: int
    kind: str
    actor: str
    at: datetime = _at()
    data: dict[str, Any] = _json()


class ConsentRow(Row, table=True):
    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace", indexed=False)
    kind: str
    given: bool
    at: datetime = _at()
    source: str
    text_version: str
    text_hash: str
    candidate_id: str | None = _maybe_of("candidate", indexed=True)
    application_id: str | None = _maybe_of("application", indexed=True)
    phone: str | None = Field(default=None, index=True)
    ip: str = ""


class CommentRow(Row, table=True):
    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace", indexed=False)
    application_id: str = _of("application", cascade=True)
    member_id: str | None = _maybe_of("member", indexed=True)
    text: str
    at: datetime = _at()
    rating: int | None = None
    author: str = ""
    share_id: str | None = _maybe_of("report_share")


class ReportShareRow(Row, table=True):
    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace", indexed=False)
    application_id: str = _of("application", cascade=True)
    member_id: str | None = _maybe_of("member")
    created_at: datetime = _at()
    expires_at: datetime = _at()
    label: str = ""
    may_comment: bool = True
    revoked_at: datetime | None = _maybe_at()
    opened_at: datetime | None = _maybe_at()
    opened: int = 0


class SavedViewRow(Row, table=True):
    __table_args__ = (Index(None, "workspace_id", "member_id"),)

    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace", indexed=False)
    member_id: str = _of("member", cascade=True, indexed=False)
    name: str
    created_at: datetime = _at()
    shared: bool = False
    filters: dict[str, Any] = _json()
    columns: list[str] = _json()


class BulkActionRow(Row, table=True):
    __table_args__ = (Index(None, "workspace_id", "created_at"),)

    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace", indexed=False)
    member_id: str = _of("member", cascade=True, indexed=False)
    kind: str
    state: str
    created_at: datetime = _at()
    settles_at: datetime = _at()
    total: int
    done: int = 0
    changed: int = 0
    reason: str = ""
    tell: bool = False
    finished_at: datetime | None = _maybe_at()
    undone_at: datetime | None = _maybe_at()
    sent_at: datetime | None = _maybe_at()
    data: dict[str, Any] = _json()


class BulkItemRow(Row, table=True):
    __table_args__ = (Index(None, "bulk_action_id", "state", "id"),)

    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace", indexed=False)
    bulk_action_id: str = _of("bulk_action", indexed=False, cascade=True)
    application_id: str = _of("application", cascade=True)
    state: str = "waiting"
    why: str = ""
    before: dict[str, Any] = _json()


class RequestRow(Row, table=True):
    __table_args__ = (Index(None, "workspace_id", "state", "due_at"),)

    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace", indexed=False)
    application_id: str = _of("application", cascade=True)
    kind: str
    text: str
    at: datetime = _at()
    due_at: datetime = _at()
    state: str = "open"
    owner_id: str | None = _maybe_of("member")
    closed_at: datetime | None = _maybe_at()
    resolution: str = ""


class SuppressionRow(Row, table=True):
    __table_args__ = (Index(None, "workspace_id", "channel", "address"),)

    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace", indexed=False)
    channel: str
    address: str
    reason: str
    at: datetime = _at()
    lifted_at: datetime | None = _maybe_at()


class ProviderStatusRow(Row, table=True):
    __table_args__ = (
        UniqueConstraint("provider", "event_id"),
        Index(None, "provider", "provider_id"),
        Index(None, "provider", "message_id"),
        Index(None, "at"),
    )

    id: str = Field(primary_key=True)
    provider: str
    event_id: str
    provider_id: str
    status: str
    at: datetime = _at()
    error: str = ""
    message_id: str = ""
    applied_at: datetime | None = _maybe_at()


class LaterRow(Row, table=True):
    __table_args__ = (Index(None, "done_at", "due_at"),)

    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace")
    work: str
    args: list[str] = _json()
    due_at: datetime = _at()
    done_at: datetime | None = _maybe_at()


class MessageTemplateRow(Row, table=True):
    __table_args__ = (UniqueConstraint("workspace_id", "kind", "channel", "language", "version"),)

    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace", indexed=False)
    kind: str
    channel: str
    language: str
    version: int
    created_at: datetime = _at()
    subject: str = ""
    text: str = ""
    member_id: str | None = _maybe_of("member")


class BlastRow(Row, table=True):
    __table_args__ = (Index(None, "workspace_id", "created_at"),)

    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace", indexed=False)
    state: str
    created_at: datetime = _at()
    updated_at: datetime = _at()
    member_id: str | None = _maybe_of("member")
    channel: str = "email"
    subject: str = ""
    text: str = ""
    selection: dict[str, Any] = _json()
    started_at: datetime | None = _maybe_at()
    finished_at: datetime | None = _maybe_at()


class BlastRecipientRow(Row, table=True):
    __table_args__ = (
        UniqueConstraint("blast_id", "application_id"),
        Index("ix_blast_recipient_state", "blast_id", "state", "id"),
    )

    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace", indexed=False)
    blast_id: str = _of("blast", indexed=False, cascade=True)
    application_id: str = _of("application", cascade=True)
    state: str
    reason: str = ""
    message_id: str | None = _maybe_of("message", indexed=True)


class ModelCallRow(Row, table=True):
    __table_args__ = (Index(None, "workspace_id", "at"),)

    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace", indexed=False)
    at: datetime = _at()
    purpose: str
    model: str
    prompt_version: str
    outcome: str
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0
    ms: int = 0


class ModelUseRow(Row, table=True):
    __table_args__ = (UniqueConstraint("workspace_id", "month"),)

    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace", indexed=False)
    month: str
    calls: int = 0
    tokens: int = 0
    cost: float = 0.0
    failures: int = 0
    failed_at: datetime | None = _maybe_at()


class ApiKeyRow(Row, table=True):
    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace")
    member_id: str = _of("member", cascade=True)
    name: str
    key_hash: str = Field(unique=True)
    hint: str
    created_at: datetime = _at()
    scopes: list[str] = _json()
    expires_at: datetime | None = _maybe_at()
    used_at: datetime | None = _maybe_at()
    revoked_at: datetime | None = _maybe_at()


class IdempotentCallRow(Row, table=True):
    __table_args__ = (UniqueConstraint("api_key_id", "key"), Index(None, "at"))

    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace")
    api_key_id: str = _of("api_key", indexed=False, cascade=True)
    key: str
    request_hash: str
    at: datetime = _at()
    status: int = 0
    answer: Any = _maybe_json()


class AttachedRow(Row, table=True):
    __table_args__ = (UniqueConstraint("subject_kind", "subject_id"),)

    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace")
    subject_kind: str
    subject_id: str
    labels: dict[str, Any] = _json()
    data: dict[str, Any] = _json()


class IngestionRow(Row, table=True):
    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace")
    interviewer_id: str = _of("interviewer", cascade=True)
    member_id: str = _of("member", cascade=True)
    created_at: datetime = _at()
    state: str = "queued"
    total: int = 0
    people: list[dict[str, Any]] = _json()
    results: list[dict[str, Any]] = _json()
    finished_at: datetime | None = _maybe_at()


class WebhookEndpointRow(Row, table=True):
    __table_args__ = (Index(None, "active"),)

    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace")
    url: str
    created_at: datetime = _at()
    updated_at: datetime = _at()
    read_to: datetime = _at()
    interviewer_id: str | None = _maybe_of("interviewer", indexed=True, cascade=True)
    member_id: str | None = _maybe_of("member", indexed=True)
    events: list[str] = _json()
    active: bool = True
    secret_version: int = 1
    rotated_at: datetime | None = _maybe_at()
    failing_since: datetime | None = _maybe_at()
    why_off: str = ""


class WebhookDeliveryRow(Row, table=True):
    __table_args__ = (
        UniqueConstraint("endpoint_id", "event_id", "replay"),
        Index(None, "endpoint_id", "subject_id", "state", "id"),
        Index(None, "created_at"),
    )

    id: str = Field(primary_key=True)
    workspace_id: str = _of("workspace")
    endpoint_id: str = _of("webhook_endpoint", indexed=False, cascade=True)
    event_id: str
    subject_id: str
    kind: str
    created_at: datetime = _at()
    state: str = "waiting"
    replay: int = 0
    tries: int = 0
    due_at: datetime | None = _maybe_at()
    finished_at: datetime | None = _maybe_at()
    request: dict[str, Any] = _json()
    response: dict[str, Any] = _json()
