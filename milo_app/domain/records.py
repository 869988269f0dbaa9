"""What is kept: one frozen record per table. `db/tables.py` has the same names; a change is a new record saved.

Times are aware UTC; ids are UUIDv7 strings, so that they sort by creation. Every record but `Workspace` carries the
workspace it belongs to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """What a member may do; each includes the ones before it."""

    VIEWER = "viewer"
    RECRUITER = "recruiter"
    ADMIN = "admin"


class ApplicationState(StrEnum):
    INVITED = "invited"
    IN_PROGRESS = "in_progress"
    EVALUATING = "evaluating"
    COMPLETED = "completed"
    DISQUALIFIED = "disqualified"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class StageState(StrEnum):
    LOCKED = "locked"
    OPEN = "open"
    SUBMITTED = "submitted"
    EVALUATING = "evaluating"
    PASSED = "passed"
    FAILED = "failed"
    DONE = "done"


class Decision(StrEnum):
    NONE = "none"
    SHORTLISTED = "shortlisted"
    DISMISSED = "dismissed"


class InterviewerState(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    ARCHIVED = "archived"


class Channel(StrEnum):
    EMAIL = "email"
    SMS = "sms"
    CALL = "call"


class MessageState(StrEnum):
    """Delivery of a message; `unknown` is an outcome nobody could tell, never sent again by itself."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SUPPRESSED = "suppressed"
    RECEIVED = "received"


class Speaker(StrEnum):
    INTERVIEWER = "interviewer"
    CANDIDATE = "candidate"


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """The tenant. `brand`: name, logo_file_id, color, accent, font, hide_powered_by, privacy_url, support_email.
    `policy`: quiet hours, nudges, caps, `off` (kill switch)."""

    id: str
    slug: str
    name: str
    created_at: datetime
    brand: Mapping[str, Any] = field(default_factory=dict)
    policy: Mapping[str, Any] = field(default_factory=dict)
    is_demo: bool = False


@dataclass(frozen=True, kw_only=True)
class Member:
    """A person who signs in. `email` is unique over all workspaces, lower case. `notices`: what they are told by email
    (`report_ready`: own, all or none)."""

    id: str
    workspace_id: str
    email: str
    name: str
    role: Role
    created_at: datetime
    password_hash: str | None = None
    disabled_at: datetime | None = None
    notices: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Session:
    """A member's sign-in. Only the hash of the cookie's secret is kept."""

    id: str
    workspace_id: str
    member_id: str
    token_hash: str
    created_at: datetime
    expires_at: datetime
    seen_at: datetime
    revoked_at: datetime | None = None
    user_agent: str = ""


@dataclass(frozen=True, kw_only=True)
class OneTimeLink:
    """A sign-in or first set-up link. Used once; only its hash is kept. `purpose`: sign_in, set_up."""

    id: str
    workspace_id: str
    member_id: str | None
    purpose: str
    token_hash: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Attempted:
    """A try that is throttled (sign-in, a link asked for), by key (hash of address or network)."""

    id: str
    key: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Interviewer:
    """One role's interview. `draft` is the plan being edited (plan data); `version` the published number, 0 before."""

    id: str
    workspace_id: str
    slug: str
    state: InterviewerState
    draft: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime
    version: int = 0
    title: str = ""
    closes_at: datetime | None = None
    created_by: str | None = None
    allow_sms: bool = True
    preview_version: int = 1


@dataclass(frozen=True, kw_only=True)
class InterviewerVersion:
    """A published plan; never changed."""

    id: str
    workspace_id: str
    interviewer_id: str
    number: int
    plan: Mapping[str, Any]
    published_at: datetime
    published_by: str | None = None


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A person in a workspace. `phone` is E.164. `possible_duplicate_of` is offered for merging, never merged silently."""

    id: str
    workspace_id: str
    name: str
    created_at: datetime
    email: str | None = None
    phone: str | None = None
    sms_consent: bool = False
    language: str = "en"
    time_zone: str = ""
    source: str = "manual"
    possible_duplicate_of: str | None = None
    erased_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Application:
    """One candidate's way through one interviewer.

    `version_id` is fixed at Start (before that the newest version is used). `stage` is the kind of the open stage.
    `turn_seq` counts turns (compare-and-swap). `accommodations`: untimed, speech_off, typed.
    `stopped_by`: question id, answer and rule that decided a disqualification. `scored_percent` mirrors the overall score.
    `look_at`: when reminders, the deadline and notices must next be looked at; None where nothing can come due.
    """

    id: str
    workspace_id: str
    interviewer_id: str
    candidate_id: str
    state: ApplicationState
    created_at: datetime
    updated_at: datetime
    version_id: str | None = None
    preview: bool = False
    preview_member_id: str | None = None
    attempt: int = 1
    link_version: int = 1
    stage: str | None = None
    invited_at: datetime | None = None
    opened_at: datetime | None = None
    started_at: datetime | None = None
    consented_at: datetime | None = None
    completed_at: datetime | None = None
    due_at: datetime | None = None
    source: str = "manual"
    short_code: str = ""
    decision: Decision = Decision.NONE
    decision_reason: str = ""
    decided_at: datetime | None = None
    decided_by: str | None = None
    turn_seq: int = 0
    score: float | None = None
    covered: int = 0
    needs_review: bool = False
    stopped_by: Mapping[str, Any] | None = None
    accommodations: Mapping[str, Any] = field(default_factory=dict)
    last_word: str = ""
    feedback: Mapping[str, Any] = field(default_factory=dict)
    look_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ApplicationStage:
    """Where an application stands in one stage of one attempt. `score` is percent; `data` is the stage kind's own
    (resume: parsed fields and questions still to confirm; sms/voice: paused, mode, read-back pending)."""

    id: str
    workspace_id: str
    application_id: str
    attempt: int
    kind: str
    position: int
    state: StageState
    opened_at: datetime | None = None
    submitted_at: datetime | None = None
    finished_at: datetime | None = None
    score: float | None = None
    needs_review: bool = False
    outcome: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One version of what was given to one question. `value` is JSON in the question kind's shape; `key` is the
    browser's idempotency key, unique per application. The highest `version` of a question is the current one."""

    id: str
    workspace_id: str
    application_id: str
    attempt: int
    stage: str
    question_id: str
    version: int
    value: Any
    key: str
    at: datetime
    base_version: int = 0
    conflict: bool = False
    source: str = "web"
    confirmed: bool = False


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One utterance. `seq` is unique per application; `action` is what the engine meant (ask, follow_up, say,
    clarify, close, answer…); `at_ms` its place in `recording_id`; `transcribed` is False for speech without text."""

    id: str
    workspace_id: str
    application_id: str
    attempt: int
    stage: str
    seq: int
    speaker: Speaker
    text: str
    at: datetime
    action: str = ""
    question_id: str | None = None
    channel: str = "web"
    key: str | None = None
    recording_id: str | None = None
    at_ms: int | None = None
    end_ms: int | None = None
    transcribed: bool = True
    value: Any = None
    message_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """A verdict on one criterion (or one exact question). `score` 1–5 or `passed`; `quotes` are
    [{text, source, start, end, at_ms, turn_id, answer_id}]. The newest of a criterion counts; a person's supersedes."""

    id: str
    workspace_id: str
    application_id: str
    attempt: int
    stage: str
    criterion_id: str
    question_id: str | None
    at: datetime
    evaluator: str
    score: float | None = None
    passed: bool | None = None
    confidence: float = 0.0
    reasons: tuple[str, ...] = ()
    quotes: tuple[Mapping[str, Any], ...] = ()
    status: str = "scored"
    model: str = ""
    prompt_version: str = ""
    rubric_version: str = ""
    input_hash: str = ""
    member_id: str | None = None
    supersedes_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Message:
    """One email, text or call, in or out. Rendered at sending from `template` and `variables`; `body` keeps what was
    sent or received. `provider_id` is unique per channel and direction; `dedupe` is unique per workspace. `segments`:
    how many parts a text was sent in, which is what it costs; 0 before."""

    id: str
    workspace_id: str
    channel: Channel
    direction: str
    state: MessageState
    created_at: datetime
    updated_at: datetime
    application_id: str | None = None
    candidate_id: str | None = None
    member_id: str | None = None
    to: str = ""
    sender: str = ""
    subject: str = ""
    body: str = ""
    html: str = ""
    kind: str = ""
    template: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)
    dedupe: str | None = None
    provider: str = ""
    provider_id: str | None = None
    error: str = ""
    attempts: int = 0
    due_at: datetime | None = None
    turn_seq: int | None = None
    sent_at: datetime | None = None
    segments: int = 0


@dataclass(frozen=True, kw_only=True)
class Event:
    """An append-only fact: ids only, no personal data. `id` sorts by time; `seq` counts per subject."""

    id: str
    workspace_id: str
    subject_kind: str
    subject_id: str
    seq: int
    kind: str
    actor: str
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Consent:
    """A recorded yes or no. `kind`: interview, sms; `text_version` and `text_hash` name the words that were shown."""

    id: str
    workspace_id: str
    kind: str
    given: bool
    at: datetime
    source: str
    text_version: str
    text_hash: str
    candidate_id: str | None = None
    application_id: str | None = None
    phone: str | None = None
    ip: str = ""


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """A file kept in the file store under `key`. `purpose`: resume, answer, recording, logo, export."""

    id: str
    workspace_id: str
    purpose: str
    key: str
    name: str
    media_type: str
    size: int
    sha256: str
    created_at: datetime
    application_id: str | None = None
    stage: str | None = None
    question_id: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Recording:
    """One recording of one stage: segments of chunks, joined into `file_id`. `state`: open, finished, joined, failed."""

    id: str
    workspace_id: str
    application_id: str
    attempt: int
    stage: str
    state: str
    media_type: str
    started_at: datetime
    segments: Mapping[str, Any] = field(default_factory=dict)
    finished_at: datetime | None = None
    file_id: str | None = None
    duration_ms: int | None = None
    bytes: int = 0
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class RecordingChunk:
    """One uploaded chunk of a recording; unique by recording, segment and seq."""

    id: str
    workspace_id: str
    recording_id: str
    segment: int
    seq: int
    size: int
    sha256: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Comment:
    """A member's words on an application, or a guest's who was shown the report (`share_id`, and `author` as they call
    themselves). `rating` is 1–5 or none."""

    id: str
    workspace_id: str
    application_id: str
    member_id: str | None
    text: str
    at: datetime
    rating: int | None = None
    author: str = ""
    share_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class ReportShare:
    """A link by which somebody without an account reads one report, until it expires or is revoked."""

    id: str
    workspace_id: str
    application_id: str
    member_id: str | None
    created_at: datetime
    expires_at: datetime
    label: str = ""
    may_comment: bool = True
    revoked_at: datetime | None = None
    opened_at: datetime | None = None
    opened: int = 0


@dataclass(frozen=True, kw_only=True)
class SavedView:
    """Filters, order and columns of the recruiter's table under a name: a member's own, or `shared` with all of the
    workspace. One without a name holds how that member left the columns."""

    id: str
    workspace_id: str
    member_id: str
    name: str
    created_at: datetime
    shared: bool = False
    filters: Mapping[str, Any] = field(default_factory=dict)
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class BulkAction:
    """One action on many applications. `state`: running, done, undone. Messages that follow from it wait until
    `settles_at`, and none is sent once it was undone; `sent_at` is when they went out."""

    id: str
    workspace_id: str
    member_id: str
    kind: str
    state: str
    created_at: datetime
    settles_at: datetime
    total: int
    done: int = 0
    changed: int = 0
    reason: str = ""
    tell: bool = False
    finished_at: datetime | None = None
    undone_at: datetime | None = None
    sent_at: datetime | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class BulkItem:
    """One application of a bulk action. `state`: waiting, changed, skipped (with why), undone. `before` is what an Undo
    puts back."""

    id: str
    workspace_id: str
    bulk_action_id: str
    application_id: str
    state: str = "waiting"
    why: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Request:
    """Something a candidate asked of a person: accommodation, no_ai, human_review, erase, export. Kept apart from
    scores and reports; `owner_id` and `due_at` make it somebody's."""

    id: str
    workspace_id: str
    application_id: str
    kind: str
    text: str
    at: datetime
    due_at: datetime
    state: str = "open"
    owner_id: str | None = None
    closed_at: datetime | None = None
    resolution: str = ""


@dataclass(frozen=True, kw_only=True)
class Suppression:
    """A number or address that must not be written to. `channel` sms or email; `reason`: stop, wrong_number, bounce,
    complaint."""

    id: str
    workspace_id: str
    channel: str
    address: str
    reason: str
    at: datetime
    lifted_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ProviderStatus:
    """One thing that a provider said became of a message, kept for some days: so that a repeat counts once, and what
    comes before our own commit is found by it. Belongs to no workspace, since it may be about a message that we do not
    know. `event_id` is the provider's name for the call; `message_id` our own id, where the provider hands it back;
    `applied_at` is empty while no message is known."""

    id: str
    provider: str
    event_id: str
    provider_id: str
    status: str
    at: datetime
    error: str = ""
    message_id: str = ""
    applied_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Later:
    """Later work: a row with `due_at`, swept each minute. `work` names the durable work, `args` its ids."""

    id: str
    workspace_id: str
    work: str
    args: tuple[str, ...]
    due_at: datetime
    done_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class MessageTemplate:
    """One version of a workspace's own words for one kind of message. The highest `version` counts; one without `text`
    means Milo's own words again. Versions are never changed, since messages point at them."""

    id: str
    workspace_id: str
    kind: str
    channel: str
    language: str
    version: int
    created_at: datetime
    subject: str = ""
    text: str = ""
    member_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Blast:
    """One message by a member to many candidates. `state`: draft, sending, sent, cancelled. `selection` is
    `{ids: [...]}` or the table's filters; `subject` and `text` are never changed once it is sending."""

    id: str
    workspace_id: str
    state: str
    created_at: datetime
    updated_at: datetime
    member_id: str | None = None
    channel: str = "email"
    subject: str = ""
    text: str = ""
    selection: Mapping[str, Any] = field(default_factory=dict)
    started_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class BlastRecipient:
    """One candidate of a blast. `state`: waiting, queued (a message exists), skipped (`reason` says why), cancelled."""

    id: str
    workspace_id: str
    blast_id: str
    application_id: str
    state: str
    reason: str = ""
    message_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class ModelCall:
    """One question to the language model, as it ended: `ok` or why not. Tokens and US dollars as the server counted and
    the settings price them, `ms` as waited. Nothing of what was asked or answered is kept here."""

    id: str
    workspace_id: str
    at: datetime
    purpose: str
    model: str
    prompt_version: str
    outcome: str
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0
    ms: int = 0


@dataclass(frozen=True, kw_only=True)
class ModelUse:
    """What a workspace has used of the language model in one `month` (2026-11), and how it last went: `failures` in a
    row, the last at `failed_at`."""

    id: str
    workspace_id: str
    month: str
    calls: int = 0
    tokens: int = 0
    cost: float = 0.0
    failures: int = 0
    failed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ApiKey:
    """By which another program acts for `member_id`, with at most that member's rights. Only the hash of the secret is
    kept; `hint` is how it begins. `scopes`: read, write, admin, each without the others' rights unless named."""

    id: str
    workspace_id: str
    member_id: str
    name: str
    key_hash: str
    hint: str
    created_at: datetime
    scopes: tuple[str, ...] = ()
    expires_at: datetime | None = None
    used_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class IdempotentCall:
    """A call by a program that named it: `key` is unique per API key. `status` 0 means that it is still being answered;
    `answer` is what was said, and is said again. Kept for a day."""

    id: str
    workspace_id: str
    api_key_id: str
    key: str
    request_hash: str
    at: datetime
    status: int = 0
    answer: Any = None


@dataclass(frozen=True, kw_only=True)
class Attached:
    """What another program keeps beside a thing of ours (`subject_kind` application or interviewer): `labels` are its
    own, `data` what it knows. Milo reads neither."""

    id: str
    workspace_id: str
    subject_kind: str
    subject_id: str
    labels: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Ingestion:
    """People handed over by a program to be added later. `state`: queued, done. `people` is emptied once they are in;
    `results` are [{application_id, outcome, reason}] in their order."""

    id: str
    workspace_id: str
    interviewer_id: str
    member_id: str
    created_at: datetime
    state: str = "queued"
    total: int = 0
    people: tuple[Mapping[str, Any], ...] = ()
    results: tuple[Mapping[str, Any], ...] = ()
    finished_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class WebhookEndpoint:
    """An address of somebody's program that is told what happens: of one interviewer or of the whole workspace, of some
    kinds of event or (empty) of all. Its secret is derived from `secret_version`; the one before counts until
    `rotated_at` is a day past. `read_to` is how far the events are read; `why_off` says why it was switched off."""

    id: str
    workspace_id: str
    url: str
    created_at: datetime
    updated_at: datetime
    read_to: datetime
    interviewer_id: str | None = None
    member_id: str | None = None
    events: tuple[str, ...] = ()
    active: bool = True
    secret_version: int = 1
    rotated_at: datetime | None = None
    failing_since: datetime | None = None
    why_off: str = ""


@dataclass(frozen=True, kw_only=True)
class WebhookDelivery:
    """One event on its way to one endpoint, in order per `subject_id`. `state`: waiting, delivered, failed, cancelled.
    `tries` names the durable work; `replay` is 0, or counts deliveries made again by hand."""

    id: str
    workspace_id: str
    endpoint_id: str
    event_id: str
    subject_id: str
    kind: str
    created_at: datetime
    state: str = "waiting"
    replay: int = 0
    tries: int = 0
    due_at: datetime | None = None
    finished_at: datetime | None = None
    request: Mapping[str, Any] = field(default_factory=dict)
    response: Mapping[str, Any] = field(default_factory=dict)
