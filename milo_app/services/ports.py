"""What the services need from outside: storage, senders, files, time. Real and local parts stand in `adapters/`, `db/`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypedDict, TypeVar, runtime_checkable

from milo_app.domain import records as r
from milo_app.domain.actors import Actor
from milo_app.services.work import Work

T = TypeVar("T")


class Repository(Protocol[T]):
    """Rows of one table, seen only within the unit of work's workspace (or all of them for the system)."""

    def get(self, id: str) -> T:
        """The record with that id. Raises NotFound also when it belongs to another workspace."""
        ...

    def maybe(self, id: str | None) -> T | None: ...

    def find(self, *, order: str = "id", limit: int | None = None, **equals: Any) -> list[T]:
        """Records whose fields equal the given values; a list value means any of them; `order` may begin with `-`."""
        ...

    def first(self, *, order: str = "id", **equals: Any) -> T | None: ...

    def count(self, **equals: Any) -> int: ...

    def add(self, record: T) -> T:
        """Insert. Raises Conflict when a unique key exists already."""
        ...

    def save(self, record: T) -> T:
        """Update every field of the row with the record's id. Raises NotFound."""
        ...

    def delete(self, id: str) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which rows of the recruiter's table are wanted; empty means any. Scores are percent, both ends included."""

    interviewer_id: str | None = None
    search: str = ""
    state: str = ""
    decision: str = ""
    stage: str = ""
    source: str = ""
    needs_review: bool = False
    score_from: float | None = None
    score_to: float | None = None


class Applications(Repository[r.Application], Protocol):
    def lock(self, id: str) -> r.Application:
        """`get` under a row lock (PostgreSQL; SQLite's write transaction is one already)."""
        ...

    def table(
        self,
        wanted: Filter,
        *,
        sort: str = "-updated_at",
        after: tuple[Any, str] | None = None,
        before: tuple[Any, str] | None = None,
        limit: int = 50,
    ) -> list[tuple[r.Application, r.Candidate]]:
        """One page of the recruiter's table, keyset-paged by (sort value, id) in both directions; previews left out."""
        ...

    def counts(self, interviewer_id: str | None = None) -> list[tuple[str, str, str | None, str, int]]:
        """(interviewer_id, state, open stage, decision, n), previews left out."""
        ...

    def how_many(self, wanted: Filter, *, most: int) -> int:
        """How many rows *wanted* leaves, counted no further than *most*; previews left out."""
        ...

    def matching(self, wanted: Filter, *, limit: int) -> list[str]:
        """Ids of at most *limit* rows that *wanted* leaves; previews left out."""
        ...

    def by_contact(
        self, interviewer_id: str, *, email: str | None, phone: str | None
    ) -> list[tuple[r.Application, r.Candidate]]: ...

    def people_with(
        self, interviewer_id: str, *, emails: Sequence[str], phones: Sequence[str]
    ) -> list[r.Candidate]:
        """Whoever has an application for one interviewer and one of these addresses (lower case) or numbers."""
        ...

    def by_phone(self, phone: str) -> list[tuple[r.Application, r.Candidate]]:
        """Newest first, over all interviewers of the workspace(s) in scope; previews too."""
        ...

    def to_look_at(self, now: datetime, *, limit: int) -> list[tuple[str, str]]:
        """(id, workspace id) of those whose `look_at` has come, the longest due first."""
        ...

    def look_again(self, now: datetime) -> None:
        """Have every unfinished application in scope looked at anew: something that they depend on has changed."""
        ...


class Events(Repository[r.Event], Protocol):
    def since(self, at: datetime, *, limit: int = 1000) -> list[r.Event]: ...


class LaterWork(Repository[r.Later], Protocol):
    def due(self, now: datetime, *, limit: int) -> list[r.Later]:
        """Rows not done whose time has come, oldest first."""
        ...


class ProviderStatuses(Protocol):
    """What providers said became of messages, of all workspaces."""

    def add(self, record: r.ProviderStatus) -> bool:
        """Keep it; False when this event was heard before, and nothing is kept."""
        ...

    def of(self, provider: str, *, provider_id: str, message_id: str = "") -> list[r.ProviderStatus]:
        """All that was heard of one message, by the provider's id or ours, oldest first. On PostgreSQL the message is
        held until the transaction ends, so that its status and our own commit never miss each other."""
        ...

    def save(self, record: r.ProviderStatus) -> None: ...

    def forget(self, before: datetime) -> int:
        """Delete what was heard before then; returns how many."""
        ...


class Throttle(Protocol):
    def count(self, key: str, since: datetime) -> int: ...

    def add(self, key: str, at: datetime) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Instance:
    """Facts of this installation that services may use. `key` signs links; never leaves the server. `phone_number` is
    what calls come from and go to, "" where there is none."""

    id: str
    key: bytes
    public_url: str
    local: bool
    quiet_hours: bool
    sms_sender: str = "+15550100000"
    phone_number: str = "+15550100000"
    email_sender: str = "Milo <milo@localhost>"
    #: Domains of which a workspace may choose an address to send from; `email_sender`'s own among them.
    email_domains: tuple[str, ...] = ()
    #: The domain whose mail comes in here, or nothing.
    inbound_domain: str = ""
    model_name: str = ""
    #: Whether spoken answers are put into words, and questions spoken, by a server.
    hears: bool = False
    speaks: bool = False
    rooms: bool = False
    #: Whether programs inside our own network may be told what happens.
    private_hooks: bool = False


class UnitOfWork(Protocol):
    """One transaction, scoped to `actor.workspace_id`. Committed by whoever opened it, never by a service."""

    now: datetime
    instance: Instance
    actor: Actor

    workspaces: Repository[r.Workspace]
    members: Repository[r.Member]
    sessions: Repository[r.Session]
    one_time_links: Repository[r.OneTimeLink]
    interviewers: Repository[r.Interviewer]
    versions: Repository[r.InterviewerVersion]
    candidates: Repository[r.Candidate]
    applications: Applications
    stages: Repository[r.ApplicationStage]
    answers: Repository[r.Answer]
    turns: Repository[r.Turn]
    evaluations: Repository[r.Evaluation]
    messages: Repository[r.Message]
    events: Events
    consents: Repository[r.Consent]
    files: Repository[r.StoredFile]
    recordings: Repository[r.Recording]
    chunks: Repository[r.RecordingChunk]
    comments: Repository[r.Comment]
    requests: Repository[r.Request]
    suppressions: Repository[r.Suppression]
    provider_statuses: ProviderStatuses
    templates: Repository[r.MessageTemplate]
    blasts: Repository[r.Blast]
    recipients: Repository[r.BlastRecipient]
    shares: Repository[r.ReportShare]
    views: Repository[r.SavedView]
    bulk_actions: Repository[r.BulkAction]
    bulk_items: Repository[r.BulkItem]
    model_calls: Repository[r.ModelCall]
    model_use: Repository[r.ModelUse]
    api_keys: Repository[r.ApiKey]
    idempotent_calls: Repository[r.IdempotentCall]
    attached: Repository[r.Attached]
    ingestions: Repository[r.Ingestion]
    webhook_endpoints: Repository[r.WebhookEndpoint]
    webhook_deliveries: Repository[r.WebhookDelivery]
    later: LaterWork
    throttle: Throttle

    def new_id(self) -> str:
        """A fresh UUIDv7 as 32 hex digits."""
        ...

    def emit(
        self, subject_kind: str, subject_id: str, kind: str, **data: str | int | float | bool | None
    ) -> None:
        """Append an Event in the actor's name; `data` holds ids and small facts, no personal data."""
        ...

    def hold(self, name: str) -> None:
        """Wait until no other transaction holds *name*, and hold it until this one ends: for what no unique key can
        keep apart. On SQLite every write waits for every other anyway."""
        ...

    def enqueue(self, work: Work, *ids: str, key: str | None = None) -> None:
        """Enqueue durable work in this very transaction. The workflow's id is `work:ids…` (or `work:key`), so that a
        repeat is the same workflow and runs once."""
        ...


class OpenUnitOfWork(Protocol):
    def read(self, actor: Actor) -> AbstractContextManager[UnitOfWork]: ...

    def write(self, actor: Actor) -> AbstractContextManager[UnitOfWork]: ...


class Clock(Protocol):
    def now(self) -> datetime: ...


@dataclass(frozen=True, kw_only=True)
class OutgoingEmail:
    to: str
    sender: str
    subject: str
    html: str
    text: str
    reply_to: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    #: What the provider hands back with each of its words on this email.
    tags: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class InboundAttachment:
    """What came along with an email: named, never opened. `size` in bytes, 0 where nobody said."""

    name: str
    media_type: str
    size: int = 0


@dataclass(frozen=True, kw_only=True)
class InboundEmail:
    """An email that came in, as it was written: nothing in it is to be trusted. `headers` have lower-case names."""

    id: str
    sender: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    headers: Mapping[str, str]
    attachments: tuple[InboundAttachment, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A provider took the message; `provider_id` is its own id for it."""

    provider: str
    provider_id: str


class SendFailed(Exception):
    """The provider refused or could not be reached. `retryable`: trying again may help. `unknown`: it may have been
    taken all the same, so it must not be tried again without looking it up. `about_address`: why nothing more is to be
    sent to this address at all, as the reason of a suppression; empty where the address is not at fault."""

    def __init__(
        self, reason: str, *, retryable: bool, unknown: bool = False, about_address: str = ""
    ) -> None:
        super().__init__(reason)
        self.reason, self.retryable, self.unknown = reason, retryable, unknown
        self.about_address = about_address


class FetchFailed(Exception):
    """An email that came in could not be had from the provider now; trying again may help."""


@runtime_checkable
class Inbox(Protocol):
    """What an `Email` has besides sending, where mail can come in by it (`isinstance(deps.email, Inbox)`)."""

    def fetch(self, id: str) -> InboundEmail:
        """An email that came in. Raises NotFound, FetchFailed."""
        ...


class Email(Protocol):
    name: str

    def send(self, email: OutgoingEmail, *, key: str) -> Sent:
        """Send once per *key*. Raises SendFailed."""
        ...


class Sms(Protocol):
    name: str

    def send(self, *, to: str, sender: str, body: str, key: str) -> Sent:
        """Send once per *key* where the provider allows it. Raises SendFailed."""
        ...


@runtime_checkable
class LooksUp(Protocol):
    """A sender of texts that knows no key, and can be asked afterwards what it took."""

    def find(self, *, to: str, body: str, since: datetime) -> Sequence[Sent]:
        """What was taken for *to* with that very *body* since then, oldest first. Raises SendFailed where it cannot be
        asked now."""
        ...


class MailboxEntry(TypedDict("MailboxEntryFrom", {"from": str})):
    """One email in the local mailbox. `at` is ISO with zone; `links` are unique, as in the message."""

    id: str
    at: str
    to: str
    subject: str
    text: str
    html: str
    headers: dict[str, str]
    links: list[str]


@runtime_checkable
class Mailbox(Protocol):
    """What the local `Email` has besides sending: only it can be looked into (`isinstance(deps.email, Mailbox)`)."""

    def entries(self, *, to: str = "", after: str = "") -> list[MailboxEntry]:
        """Oldest first; *after* is an entry's id or `at`."""
        ...

    def raw(self, id: str) -> bytes | None: ...

    def reply(
        self, *, id: str, sender: str, to: str, subject: str, text: str, automatic: bool = False
    ) -> bool:
        """Keep an email that somebody wrote to us; False when *id* was kept before. Raises SendFailed."""
        ...


class HandsetEntry(TypedDict("HandsetEntryFrom", {"from": str})):
    """One text on the local handset. `direction` is out (from Milo) or in."""

    id: str
    at: str
    direction: str
    to: str
    body: str
    state: str


@runtime_checkable
class Handset(Protocol):
    """What the local `Sms` has besides sending (`isinstance(deps.sms, Handset)`)."""

    def entries(self, *, number: str = "", after: str = "") -> list[HandsetEntry]:
        """Oldest first, of one number (either side); *after* is an entry's id or `at`."""
        ...

    def received(self, *, id: str, sender: str, to: str, body: str) -> bool:
        """Log a text typed on the handset; False when *id* was logged before."""
        ...


@dataclass(frozen=True, kw_only=True)
class OutgoingCall:
    """A call to place. *answer_url* is asked for what to do once somebody answers, *status_url* told what becomes of
    it; both carry our own id. It is ended after *limit_s* seconds. *key* is our id again."""

    to: str
    sender: str
    answer_url: str
    status_url: str
    limit_s: int
    key: str


class Phone(Protocol):
    """`number` is what calls are placed from ("" where none can be); `signing_key` is what the service signs with."""

    name: str
    number: str
    signing_key: str

    def place(self, call: OutgoingCall) -> Sent:
        """Have the number called. Raises SendFailed; `unknown` when it may be ringing all the same."""
        ...

    def find(self, *, to: str, sender: str, since: datetime) -> Sequence[Sent]:
        """The calls placed to a number since then, oldest first. Raises SendFailed where it cannot be asked now."""
        ...

    def record(self, provider_id: str, *, status_url: str) -> None:
        """Record a call that is going on, once however often asked. Raises SendFailed."""
        ...

    def recording(self, recording_id: str) -> Iterator[bytes]:
        """The sound of a finished recording (MP3), in pieces. Raises SendFailed."""
        ...


class Rooms(Protocol):
    """Call rooms in which an interviewer talks with the candidate. `url` is the server's address, "" where there is none;
    `listens` and `speaks` say whether interviewers have transcription and a voice there."""

    name: str
    url: str
    agent: str
    listens: bool
    speaks: bool

    def entry(self, *, room: str, identity: str, name: str, metadata: str, lasts: timedelta) -> str:
        """A token that lets *identity* alone into *room* alone, with microphone and camera, and that has an interviewer
        sent there with *metadata* when it opens the room. Raises NotFound where there are no rooms."""
        ...

    def send(self, *, room: str, metadata: str) -> None:
        """Have an interviewer come into a room that is there; none where it is not. Raises OSError."""
        ...

    def check(self) -> str:
        """What the server answers, in a few words. Raises OSError where it does not, or refuses our key."""
        ...


class LocalCall(TypedDict("LocalCallFrom", {"from": str})):
    """A call of the local telephone. `direction` is out (from Milo) or in; `state` is Twilio's word for it."""

    id: str
    at: str
    direction: str
    to: str
    state: str
    answer_url: str
    status_url: str


@runtime_checkable
class Switchboard(Protocol):
    """What the local `Phone` has besides placing calls (`isinstance(deps.phone, Switchboard)`)."""

    def calls(self, *, number: str = "", after: str = "") -> list[LocalCall]:
        """Oldest first, of one number (either side); *after* is a call's id."""
        ...

    def call(self, id: str) -> LocalCall | None: ...

    def dial(self, *, sender: str, to: str, answer_url: str, status_url: str) -> str:
        """A call from the local telephone to Milo begins to ring. Returns its id."""
        ...

    def move(self, id: str, state: str) -> bool:
        """Keep a call's new state; False when it had ended before."""
        ...


class Files(Protocol):
    """Bytes by key (`/`-separated, no personal data in it)."""

    def put(self, key: str, chunks: Iterable[bytes]) -> tuple[int, str]:
        """Write whole or not at all. Returns size in bytes and SHA-256 in hex."""
        ...

    def read(self, key: str, start: int = 0, length: int | None = None) -> Iterator[bytes]: ...

    def size(self, key: str) -> int: ...

    def local(self, key: str) -> AbstractContextManager[Path]:
        """A path to the bytes on this machine, for a child process; do not write to it."""
        ...

    def list(self, prefix: str) -> list[str]: ...

    def delete(self, key: str) -> None: ...


@dataclass(frozen=True, kw_only=True)
class ExtractedText:
    """A document as read. `problem`: "", scanned, encrypted, empty, corrupt, too_large, unsupported, timed_out."""

    text: str
    pages: int = 0
    pages_read: int = 0
    problem: str = ""
    language: str = ""
    media_type: str = ""


class Documents(Protocol):
    def extract(self, path: Path, *, name: str) -> ExtractedText:
        """Read a PDF, DOCX or text file in a process of its own, with limits on time and memory. Never raises for a
        bad file; says what is wrong in `problem`."""
        ...


@dataclass(frozen=True, kw_only=True)
class Joined:
    """A joined recording; `skipped` segments could not be read at all."""

    path: Path
    media_type: str
    duration_ms: int
    skipped: int = 0


class Media(Protocol):
    def join(self, segments: Sequence[Path], *, media_type: str, out: Path) -> Joined:
        """Join recorded segments and remux so that seeking works. Raises ValueError when nothing can be read."""
        ...

    def clip(self, path: Path, *, start_ms: int, end_ms: int, out: Path) -> int:
        """Write the sound of a joined recording between two moments to *out*, a WAV file. Returns its length in ms, 0
        where there is none. Raises ValueError when the recording cannot be read."""
        ...


class SpeechFailed(Exception):
    """The speech server refused or could not be reached. `retryable`: trying again may help."""

    def __init__(self, reason: str, *, retryable: bool) -> None:
        super().__init__(reason)
        self.reason, self.retryable = reason, retryable


class Speech(Protocol):
    """Speech to text and text to speech. `hears` and `speaks` name the model of each half, "" where it is off."""

    name: str
    hears: str
    speaks: str

    def transcribe(self, path: Path, *, language: str) -> str:
        """The words in a sound file, empty where nothing was said. Raises SpeechFailed."""
        ...

    def say(self, text: str, *, language: str) -> bytes:
        """*text* spoken, as MP3. Raises SpeechFailed."""
        ...


class Passwords(Protocol):
    def hash(self, password: str) -> str: ...

    def verify(self, password: str, hashed: str | None) -> bool:
        """Takes as long for an unknown person (None) as for a wrong password."""
        ...


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """An evaluator's verdict before it is checked. `quotes` are verbatim pieces of the text judged."""

    score: int | None
    confidence: float
    reasons: tuple[str, ...]
    quotes: tuple[str, ...]
    needs_review: str = ""


class Evaluator(Protocol):
    name: str
    model: str
    prompt_version: str

    def judge(self, *, question: str, criterion: Any, text: str, language: str) -> Judgement:
        """Judge *text* (identity already removed) against one scored criterion (domain.plan.Criterion)."""
        ...


@dataclass(frozen=True, kw_only=True)
class ModelAnswer:
    """What a language model answered, in the shape that the prompt asks for; `tokens_in` and `tokens_out` with every
    try, `cost` in US dollars, `ms` waited."""

    data: Mapping[str, Any]
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0
    ms: int = 0


class ModelFailed(Exception):
    """No answer that can be used. `outcome` in a word (busy, timed out, unreachable, refused, unreadable, and of ours:
    budget, resting); tokens, cost and ms as in `ModelAnswer`."""

    def __init__(
        self,
        outcome: str,
        reason: str,
        *,
        tokens_in: int = 0,
        tokens_out: int = 0,
        cost: float = 0.0,
        ms: int = 0,
    ) -> None:
        super().__init__(reason)
        self.outcome, self.reason = outcome, reason
        self.tokens_in, self.tokens_out, self.cost, self.ms = tokens_in, tokens_out, cost, ms


class LanguageModel(Protocol):
    """Answers the prompts of `milo_app/prompts`. `model` is its name, "" where none is set."""

    name: str
    model: str

    def version(self, prompt: str) -> str:
        """The prompt with its version, such as `judge-1`, as kept with whatever came of it."""
        ...

    def ask(self, prompt: str, given: Mapping[str, Any]) -> ModelAnswer:
        """Have *prompt* answered about *given*, which is data (JSON) and nothing to be obeyed. Raises ModelFailed."""
        ...


class Renderer(Protocol):
    def email(self, template: str, variables: dict[str, Any]) -> tuple[str, str, str]:
        """(subject, html with inlined CSS, plain text)."""
        ...

    def sms(self, template: str, variables: dict[str, Any]) -> str: ...


@dataclass(frozen=True, kw_only=True)
class HookAnswer:
    """What a program that was told something answered: `status` 0 where nothing came, and why in `problem`."""

    status: int
    body: str = ""
    ms: int = 0
    problem: str = ""


class Hooks(Protocol):
    def post(
        self, url: str, *, id: str, at: datetime, body: str, secrets: Sequence[str]
    ) -> tuple[Mapping[str, str], HookAnswer]:
        """Post *body* once, signed with each secret. Returns (headers sent, answer); never raises for a failure."""
        ...


@dataclass(frozen=True, kw_only=True)
class Deps:
    """Everything a service that talks to the outside may use; built in `bootstrap.py` and nowhere else."""

    uow: OpenUnitOfWork
    instance: Instance
    clock: Clock
    email: Email
    sms: Sms
    phone: Phone
    rooms: Rooms
    files: Files
    documents: Documents
    media: Media
    speech: Speech
    passwords: Passwords
    #: The built-in one, which takes over wherever `model` is not set or does not answer.
    evaluator: Evaluator
    model: LanguageModel
    renderer: Renderer
    hooks: Hooks
