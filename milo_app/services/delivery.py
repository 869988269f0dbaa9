"""Sending one queued message: rendered at sending, once per message whatever happens in between.

Called from a workflow, which tries again where this raises. Between the send and the save of its result the process
may die; the repeat then sends with the same key, which a provider with keys turns into nothing. One without keys is
asked what it took, at once and some times later; what it cannot tell stays `unknown`, for a person to decide on.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from milo_app.domain import keywords
from milo_app.domain import records as r
from milo_app.domain.actors import Actor, SystemActor
from milo_app.domain.errors import Conflict
from milo_app.services import (
    delivery_status,
    invitations,
    message_text,
    reminders,
    senders,
    suppressions,
    text_fallback,
)
from milo_app.services.message_text import Written
from milo_app.services.ports import Deps, Email, LooksUp, SendFailed, Sent, Sms, UnitOfWork
from milo_app.services.transactions import command
from milo_app.services.work import Work

#: After so many tries a message is failed for good and waits for a person.
MAX_TRIES = 6

#: When a provider without keys is asked again what it took of a message whose outcome nobody saw.
LOOK_UP_AFTER = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=2))

#: The longest text that carriers take.
LONGEST_TEXT = 1600

#: Kinds whose link lets somebody in; it is forgotten once sent.
_SECRET = frozenset({"sign_in", "set_up"})

#: Kinds that members get, whatever is switched off for candidates.
_TO_MEMBERS = frozenset({"sign_in", "set_up", "report_ready"})

#: Kinds that say the same by email and by text; anything else becomes the link to the open step.
_BY_EITHER = frozenset({"invitation", "reminder", "link", "stage_ready", "stopped", "completed", "decision"})

_DONE = frozenset(
    {
        r.MessageState.SENT,
        r.MessageState.DELIVERED,
        r.MessageState.FAILED,
        r.MessageState.UNKNOWN,
        r.MessageState.SUPPRESSED,
        r.MessageState.RECEIVED,
    }
)


def deliver(deps: Deps, message_id: str) -> str:
    """Send the message and keep what came of it. Returns its state; a message already settled is left alone.

    Raises:
        NotFound: no such message (it was erased): nothing to send.
        SendFailed: the provider could not take it now; try again later. Never after `MAX_TRIES`.
    """
    message, variables, died = _take(deps, message_id)
    if message.state is not r.MessageState.SENDING:
        return str(message.state)
    try:
        written = message_text.write(deps.renderer, message, variables)
    except Exception as problem:
        if died is None:  # Nothing was handed over, so that the next try is no repeat.
            _settle(deps, message, r.MessageState.QUEUED, f"It could not be written: {problem}")
        raise
    if died is not None and not _remembers(deps, _adapter(deps, message), died):
        return _unclear(deps, message, written, "The server stopped while this was being sent.")
    try:
        sent = _hand_over(deps, message, written)
    except SendFailed as failure:
        # A refusal for good answers for the earlier tries too: the provider would have known the key.
        unsure = failure.unknown or (died is not None and failure.retryable)
        if failure.retryable and message.attempts < MAX_TRIES:
            if not unsure:  # else it stays marked as being sent, so that giving up never calls it unsent
                _settle(deps, message, r.MessageState.QUEUED, failure.reason)
            raise
        if unsure:
            return _unclear(deps, message, written, failure.reason)
        about = failure.about_address
        state = r.MessageState.SUPPRESSED if about else r.MessageState.FAILED
        return _settle(deps, message, state, failure.reason, written=written, about=about)
    return _settle(deps, message, r.MessageState.SENT, "", written=written, sent=sent)


def give_up(deps: Deps, message_id: str, reason: str) -> str:
    """Mark a message failed after the workflow's last try, with *reason* for the recruiter. Settled ones stay."""
    with deps.uow.read(SystemActor()) as uow:
        message = uow.messages.get(message_id)
    if message.state in _DONE:
        return str(message.state)
    sending = message.state is r.MessageState.SENDING
    return _settle(deps, message, r.MessageState.UNKNOWN if sending else r.MessageState.FAILED, reason)


def look_up(deps: Deps, message_id: str, turn: str) -> str:
    """Ask the provider once more what became of an unknown message; *turn* counts how often that was done before.
    After the last turn, whoever waits for it gets the same by email. Returns the message's state.

    Raises:
        NotFound: the message was erased.
    """
    with deps.uow.read(SystemActor()) as uow:
        message = uow.messages.get(message_id)
        if message.state is not r.MessageState.UNKNOWN:
            return str(message.state)
        variables = message_text.variables_of(uow, message)
    written = message_text.write(deps.renderer, message, variables)
    found = _found(deps, message, written)
    if found is not None:
        return _settle(deps, message, r.MessageState.SENT, "", written=written, sent=found)
    with deps.uow.write(SystemActor()) as uow:
        if int(turn) + 1 < len(LOOK_UP_AFTER):
            _look_up_later(uow, message, int(turn) + 1)
        elif message.application_id:
            text_fallback.to_web(uow, uow.applications.get(message.application_id))
    return str(message.state)


@command
def send_again(uow: UnitOfWork, actor: Actor, *, message_id: str, channel: str = "") -> r.Message:
    """A person asks for a failed or unknown message to be sent once more, the same way or by another *channel* (email,
    sms): as a message of its own, the first one stays. A suppressed one can only go by another channel.

    Raises:
        NotFound: no such message in this workspace.
        Conflict: it did not fail, held a one-time link, or cannot go that way; the message says why.
    """
    message = uow.messages.get(message_id)
    other = bool(channel) and channel != str(message.channel)
    again = (r.MessageState.FAILED, r.MessageState.UNKNOWN)
    if message.direction != "out" or message.state not in (
        (*again, r.MessageState.SUPPRESSED) if other else again
    ):
        raise Conflict("Only a message that failed, or whose outcome is unknown, can be sent again.")
    if message.kind in _SECRET:
        raise Conflict("This message held a one-time link. Ask for a new link instead.")
    if message.channel is r.Channel.CALL:
        raise Conflict("Nobody is rung up unless they ask for it.")
    if other:
        return _by_other_channel(uow, actor, message, channel)
    dedupe = f"again:{message.id}"
    before = uow.messages.first(dedupe=dedupe)
    if before is not None:
        return before
    if blocked := _blocked(uow, message):
        raise Conflict(blocked)
    return invitations.put(
        uow,
        replace(
            message,
            id=uow.new_id(),
            state=r.MessageState.QUEUED,
            created_at=uow.now,
            updated_at=uow.now,
            dedupe=dedupe,
            provider="",
            provider_id=None,
            error="",
            attempts=0,
            segments=0,
            due_at=_not_at_night(uow, message),
            turn_seq=None,
            sent_at=None,
            subject="",
            body="",
            html="",
        ),
    )


def _not_at_night(uow: UnitOfWork, message: r.Message) -> datetime | None:
    """When a text may go out unasked; None for now, and for email."""
    if message.channel is not r.Channel.SMS or message.candidate_id is None:
        return None
    candidate = uow.candidates.get(message.candidate_id)
    earliest = invitations.awake_at(uow, candidate, uow.workspaces.get(message.workspace_id))
    return earliest if earliest > uow.now else None


def _by_other_channel(uow: UnitOfWork, actor: Actor, message: r.Message, channel: str) -> r.Message:
    if channel not in ("email", "sms") or not message.application_id:
        raise Conflict("This message cannot be sent another way.")
    kind = message.kind if message.kind in _BY_EITHER else "stage_ready"
    # Facts that only this message has, such as the words of a stop; what every message has is made anew.
    own = {name: message.variables[name] for name in ("message", "stage") if name in message.variables}
    queued = invitations.queue(
        uow,
        actor,
        application=uow.applications.get(message.application_id),
        kind=kind,
        template=kind,
        variables=own,
        channels=[channel],
        dedupe=f"again:{message.id}",
    )
    if not queued:
        way = "an email address" if channel == "email" else "a phone number with consent to texts"
        raise Conflict(f"We do not have {way} for this candidate.")
    if queued[0].state is r.MessageState.SUPPRESSED:
        raise Conflict(queued[0].error)
    return queued[0]


# --- One try ----------------------------------------------------------------------------------------------------------


def _take(deps: Deps, message_id: str) -> tuple[r.Message, dict[str, Any], datetime | None]:
    """The message marked as being sent, all its variables, and when the first try began of which nobody saw the end;
    unmarked where nothing is to be sent."""
    with deps.uow.write(SystemActor()) as uow:
        message = uow.messages.get(message_id)
        if message.state in _DONE:
            return message, {}, None
        died = message.updated_at if message.state is r.MessageState.SENDING else None
        # One that may have gone out already is not called suppressed because of what came after.
        blocked = _blocked(uow, message) if died is None else ""
        if blocked:
            message = uow.messages.save(
                replace(message, state=r.MessageState.SUPPRESSED, error=blocked, updated_at=uow.now)
            )
            if message.channel is r.Channel.SMS and suppressions.why(uow, "sms", message.to):
                text_fallback.instead_of(uow, message)
            return message, {}, None
        variables = message_text.variables_of(uow, message)
        message = uow.messages.save(
            replace(
                message,
                state=r.MessageState.SENDING,
                attempts=message.attempts + 1,
                updated_at=died or uow.now,
            )
        )
    return message, variables, died


def _hand_over(deps: Deps, message: r.Message, written: Written) -> Sent:
    if message.channel is r.Channel.EMAIL:
        outgoing = senders.outgoing(
            deps.instance, message, subject=written.subject, html=written.html, text=written.text
        )
        return deps.email.send(outgoing, key=message.id)
    if len(written.text) > LONGEST_TEXT:
        raise SendFailed(f"This text is longer than {LONGEST_TEXT} letters.", retryable=False)
    sender = message.sender or deps.instance.sms_sender
    return deps.sms.send(to=message.to, sender=sender, body=written.text, key=message.id)


def _blocked(uow: UnitOfWork, message: r.Message) -> str:
    """Asked again at sending: STOP or the kill switch may have come after the message was queued."""
    if message.kind in _TO_MEMBERS or (message.member_id and not message.candidate_id):
        return ""
    if message.variables.get("despite_stop") or message.variables.get("preview"):
        return ""
    if uow.workspaces.get(message.workspace_id).policy.get("off"):
        return "All messages to candidates are switched off in this workspace."
    if moot := reminders.moot(uow, message):
        return moot
    if message.channel is r.Channel.EMAIL:
        return suppressions.why(uow, "email", message.to, workspace_id=message.workspace_id)
    return suppressions.why(uow, str(message.channel), message.to)


def _adapter(deps: Deps, message: r.Message) -> Email | Sms:
    return deps.email if message.channel is r.Channel.EMAIL else deps.sms


# --- What nobody saw --------------------------------------------------------------------------------------------------


def _remembers(deps: Deps, adapter: object, since: datetime) -> bool:
    """Whether the provider still knows the key of a try that began then, so that another one sends nothing twice."""
    lasting: timedelta | None = getattr(adapter, "remembers", None)
    return getattr(adapter, "idempotent", True) and (lasting is None or deps.clock.now() - since < lasting)


def _unclear(deps: Deps, message: r.Message, written: Written, reason: str) -> str:
    """It may have been handed over, and handing it over again could send it twice: so the provider is asked."""
    found = _found(deps, message, written)
    if found is not None:
        return _settle(deps, message, r.MessageState.SENT, "", written=written, sent=found)
    words = f"{reason} It may have arrived, so it was not sent again by itself."
    return _settle(deps, message, r.MessageState.UNKNOWN, words, written=written)


def _found(deps: Deps, message: r.Message, written: Written) -> Sent | None:
    """What the provider says it took of this message, where it can be asked: the first of these very words to this
    very address that is no other message's."""
    adapter = _adapter(deps, message)
    if not isinstance(adapter, LooksUp):
        return None
    try:
        taken = adapter.find(to=message.to, body=written.text, since=message.created_at)
    except SendFailed:
        return None
    with deps.uow.read(SystemActor()) as uow:
        for one in taken:
            ids = {"provider": one.provider, "provider_id": one.provider_id}
            if uow.messages.first(channel=message.channel, direction="out", **ids) is None:
                return one
    return None


def _look_up_later(uow: UnitOfWork, message: r.Message, turn: int) -> None:
    uow.later.add(
        r.Later(
            id=uow.new_id(),
            workspace_id=message.workspace_id,
            work=str(Work.LOOK_UP_MESSAGE),
            args=(message.id, str(turn)),
            due_at=uow.now + LOOK_UP_AFTER[turn],
        )
    )


# --- Settling ---------------------------------------------------------------------------------------------------------

_TOLD = {r.MessageState.SENT: "message_sent", r.MessageState.QUEUED: ""}


def _settle(
    deps: Deps,
    message: r.Message,
    state: r.MessageState,
    error: str,
    *,
    written: Written | None = None,
    sent: Sent | None = None,
    about: str = "",
) -> str:
    """Keep what came of a try. *about*: what is wrong with the address itself, as the reason of a suppression."""
    # For every workspace: an opt-out at the carrier is one from all who share the sender.
    with deps.uow.write(SystemActor()) as uow:
        if message.state is r.MessageState.UNKNOWN and sent:
            # Nobody may hear of it meanwhile: the word would be written over.
            uow.provider_statuses.of(sent.provider, provider_id=sent.provider_id, message_id=message.id)
        now = uow.messages.get(message.id)
        found_after_all = now.state is r.MessageState.UNKNOWN and sent is not None
        if now.state in _DONE and not found_after_all:  # a status callback was quicker
            return str(now.state)
        settled = uow.messages.save(_outcome(uow, now, state, error, written, sent))
        if kind := _TOLD.get(state, "message_failed"):
            uow.emit(
                "application" if now.application_id else "message",
                now.application_id or now.id,
                kind,
                message_id=now.id,
                channel=str(now.channel),
                message_kind=now.kind,
                state=str(state),
            )
        if state is not r.MessageState.QUEUED:
            settled = delivery_status.catch_up(uow, settled, provider=_adapter(deps, now).name)
        if settled.state is r.MessageState.UNKNOWN and isinstance(_adapter(deps, now), LooksUp):
            _look_up_later(uow, settled, 0)
        if settled.channel is r.Channel.SMS and settled.state in (
            r.MessageState.FAILED,
            r.MessageState.SUPPRESSED,
        ):
            text_fallback.instead_of(uow, settled, about)
    return str(settled.state)


def _outcome(
    uow: UnitOfWork,
    message: r.Message,
    state: r.MessageState,
    error: str,
    written: Written | None,
    sent: Sent | None,
) -> r.Message:
    subject, html, body = written.kept if written else (message.subject, message.html, message.body)
    variables = message.variables
    if state is r.MessageState.SENT and message.kind in _SECRET:
        variables = {k: v for k, v in variables.items() if k not in ("link", "url")}
    counted = written is not None and message.channel is r.Channel.SMS
    return replace(
        message,
        state=state,
        error=error,
        subject=subject,
        html=html,
        body=body,
        variables=variables,
        segments=keywords.segments(written.text).count if written and counted else message.segments,
        provider=sent.provider if sent else message.provider,
        provider_id=sent.provider_id if sent else message.provider_id,
        sent_at=uow.now if sent else message.sent_at,
        updated_at=uow.now,
    )
