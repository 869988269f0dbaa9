"""What became of a message, in the provider's words: each word counts once, in any order, only upward.

A word may be quicker than our own commit, so it is kept first and applied by `catch_up` where the message turns up
later. A hard bounce or a complaint ends email to that address until a person lifts it (`services/bounces.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from milo_app.domain import records as r
from milo_app.domain import text_failures
from milo_app.domain.actors import Actor
from milo_app.services import bounces, text_fallback
from milo_app.services.ports import UnitOfWork
from milo_app.services.transactions import command

#: How long a provider's words are kept. Providers give up repeating a call after some days.
KEPT = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class _Word:
    """What a status means. A message only takes a higher `rank` than it has, so that the order of words is no matter."""

    state: r.MessageState
    rank: int
    ends_email: str = ""
    says: str = ""


_SENT = _Word(state=r.MessageState.SENT, rank=1)
_DELIVERED = _Word(state=r.MessageState.DELIVERED, rank=4)
_FAILED = _Word(state=r.MessageState.FAILED, rank=3)

_WORDS = {
    "accepted": _SENT,
    "scheduled": _SENT,
    "queued": _SENT,
    "sending": _SENT,
    "sent": _SENT,
    "delayed": _Word(
        state=r.MessageState.SENT,
        rank=2,
        says="The receiving mail server is slow to take it; the provider keeps trying.",
    ),
    "undelivered": _FAILED,
    "failed": _FAILED,
    "canceled": _FAILED,
    "suppressed": _Word(
        state=r.MessageState.SUPPRESSED,
        rank=3,
        ends_email=bounces.BOUNCE,
        says="The email provider no longer sends to this address, because an earlier email came back.",
    ),
    "delivered": _DELIVERED,
    "read": _DELIVERED,
    "bounced": _Word(
        state=r.MessageState.FAILED,
        rank=5,
        ends_email=bounces.BOUNCE,
        says="It came back: this address takes no email.",
    ),
    "complained": _Word(
        state=r.MessageState.DELIVERED,
        rank=6,
        ends_email=bounces.COMPLAINT,
        says="They marked it as unwanted.",
    ),
}

#: The rank of a message of which no word is kept any more.
_FLOOR = {
    r.MessageState.SENT: 1,
    r.MessageState.FAILED: 3,
    r.MessageState.SUPPRESSED: 3,
    r.MessageState.DELIVERED: 4,
}


@command
def note(
    uow: UnitOfWork,
    actor: Actor,
    *,
    provider: str,
    provider_id: str,
    status: str,
    error: str = "",
    event_id: str = "",
    message_id: str = "",
) -> str:
    """Keep what a provider says became of a message, and move the message.

    *event_id* is the provider's name for this call, by which a repeat is known; without one, a status counts once for
    a message. *message_id* is our own id, where the provider hands it back. *error* is in the provider's words.
    Returns the message's state; nothing for a status without meaning, and for a message not known here, which is kept
    in case it turns up.
    """
    if not provider_id or status not in _WORDS:
        return ""
    before = uow.provider_statuses.of(provider, provider_id=provider_id, message_id=message_id)
    message = _known(uow, provider, provider_id, message_id)
    heard = r.ProviderStatus(
        id=uow.new_id(),
        provider=provider,
        event_id=event_id or f"{provider_id}:{status}",
        provider_id=provider_id,
        status=status,
        at=uow.now,
        error="" if message else error,
        message_id=message_id,
        applied_at=uow.now if message else None,
    )
    if not uow.provider_statuses.add(heard):
        return str(message.state) if message else ""
    if message is None:
        return ""
    known = [one.status for one in before if one.applied_at]
    return str(_moved(uow, message, heard, error, known).state)


def catch_up(uow: UnitOfWork, message: r.Message, *, provider: str) -> r.Message:
    """Apply to *message*, just settled, what *provider* said before that. Returns the message as it then stands."""
    heard = uow.provider_statuses.of(provider, provider_id=message.provider_id or "", message_id=message.id)
    known = [one.status for one in heard if one.applied_at]
    for one in heard:
        if one.applied_at is None:
            message = _moved(uow, message, one, one.error, known)
            known.append(one.status)
            uow.provider_statuses.save(replace(one, applied_at=uow.now, error=""))
    return message


@command
def forget(uow: UnitOfWork, actor: Actor) -> int:
    """Delete words older than `KEPT`; returns how many."""
    return uow.provider_statuses.forget(uow.now - KEPT)


def _known(uow: UnitOfWork, provider: str, provider_id: str, message_id: str) -> r.Message | None:
    """The message that a word is about: by the provider's id, else by ours where we gave up on an answer."""
    found = uow.messages.first(
        channel=list(r.Channel), direction="out", provider=provider, provider_id=provider_id
    )
    if found is not None or not message_id:
        return found
    ours = uow.messages.maybe(message_id)
    # One that is just being sent is left to the sender, who writes more than its state.
    settled = (r.MessageState.UNKNOWN, r.MessageState.FAILED)
    if ours is None or ours.direction != "out" or ours.provider_id or ours.state not in settled:
        return None
    return ours


def _moved(
    uow: UnitOfWork, message: r.Message, heard: r.ProviderStatus, error: str, known: list[str]
) -> r.Message:
    """*message* after *heard*; *known* are the statuses that it has been through."""
    word = _WORDS[heard.status]
    if word.ends_email:
        bounces.suppress(uow, message, word.ends_email)
    # Where we have no id of the provider's, we only thought that it failed.
    floor = _FLOOR.get(message.state, 0) if message.provider_id else 0
    if word.rank <= max([floor, *(_WORDS[one].rank for one in known if one in _WORDS)]):
        return message
    about = ""
    if message.channel is r.Channel.SMS and word.state is r.MessageState.FAILED:
        failure = text_failures.read(error)
        error, about = failure.words, str(failure.about_address)
    said = " ".join(part for part in (word.says, error) if part)[:500]
    moved = uow.messages.save(
        replace(
            message,
            state=word.state,
            error=said,
            provider=heard.provider,
            provider_id=message.provider_id or heard.provider_id,
            sent_at=message.sent_at or uow.now,
            updated_at=uow.now,
        )
    )
    if moved.application_id:
        failed = moved.state in (r.MessageState.FAILED, r.MessageState.SUPPRESSED)
        uow.emit(
            "application",
            moved.application_id,
            "message_failed" if failed else "message_sent",
            message_id=moved.id,
            channel=str(moved.channel),
            message_kind=moved.kind,
            state=str(moved.state),
            status=heard.status,
        )
    if message.channel is r.Channel.SMS and moved.state is r.MessageState.FAILED:
        text_fallback.instead_of(uow, moved, about)
    return moved
