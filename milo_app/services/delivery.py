"""Sending one queued message: rendered at sending, once per message at providers that can promise it.

Called from a workflow, which tries again where this raises. Between the send and the save of its result the process
may die; the repeat then sends with the same key, which a provider with idempotency turns into nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from milo_app.domain import records as r
from milo_app.domain.actors import Actor, SystemActor
from milo_app.domain.errors import Conflict
from milo_app.services import delivery_status, links, suppressions
from milo_app.services.ports import Deps, Email, OutgoingEmail, SendFailed, Sent, Sms, UnitOfWork
from milo_app.services.transactions import command
from milo_app.services.work import Work

#: After so many tries a message is failed for good and waits for a person.
MAX_TRIES = 6

#: Kinds whose link lets somebody in; it is forgotten once sent.
_SECRET = frozenset({"sign_in", "set_up"})

#: Kinds that members get, whatever is switched off for candidates.
_TO_MEMBERS = frozenset({"sign_in", "set_up", "report_ready"})

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
    if died is not None and not _remembers(deps, _adapter(deps, message), died):
        found = _looked_up(deps, message)
        if found is None:
            # It may have been handed over, nobody knows, and handing it over again could send it twice.
            return _settle(deps, message, r.MessageState.UNKNOWN, "Nobody can tell whether this was sent.")
        return _settle(deps, message, r.MessageState.SENT, "", sent=found)
    subject, html, text = "", "", ""
    try:
        if message.channel is r.Channel.EMAIL:
            subject, html, text = deps.renderer.email(message.template, variables)
            outgoing = OutgoingEmail(
                to=message.to,
                sender=_from_company(
                    message.sender or deps.instance.email_sender, str(variables.get("company", ""))
                ),
                subject=subject,
                html=html,
                text=text,
                reply_to=str(variables.get("contact_email") or ""),
                headers=(("X-Milo-Kind", message.kind), ("Auto-Submitted", "auto-generated")),
            )
            sent = deps.email.send(outgoing, key=message.id)
        else:
            text = deps.renderer.sms(message.template, variables)
            sent = deps.sms.send(
                to=message.to, sender=message.sender or deps.instance.sms_sender, body=text, key=message.id
            )
    except SendFailed as failure:
        # A refusal for good answers for the earlier tries too: the provider would have known the key.
        unsure = failure.unknown or (died is not None and failure.retryable)
        if not failure.retryable or message.attempts >= MAX_TRIES:
            end = r.MessageState.UNKNOWN if unsure else r.MessageState.FAILED
            return _settle(deps, message, end, failure.reason)
        if not unsure:  # else it stays marked as being sent, so that giving up never calls it unsent
            _settle(deps, message, r.MessageState.QUEUED, failure.reason)
        raise
    kept = _without_links(variables)
    if message.channel is r.Channel.EMAIL:
        subject, html, text = deps.renderer.email(message.template, kept)
    else:
        text = deps.renderer.sms(message.template, kept)
    return _settle(deps, message, r.MessageState.SENT, "", sent=sent, said=(subject, html, text))


def give_up(deps: Deps, message_id: str, reason: str) -> str:
    """Mark a message failed after the workflow's last try, with *reason* for the recruiter. Settled ones stay."""
    with deps.uow.write(SystemActor()) as uow:
        message = uow.messages.get(message_id)
    if message.state in _DONE:
        return str(message.state)
    sending = message.state is r.MessageState.SENDING
    return _settle(deps, message, r.MessageState.UNKNOWN if sending else r.MessageState.FAILED, reason)


@command
def send_again(uow: UnitOfWork, actor: Actor, *, message_id: str) -> r.Message:
    """A person asks for a failed or unknown message to be sent once more: as a message of its own, the first one stays.

    Raises:
        NotFound: no such message in this workspace.
        Conflict: it did not fail, or it held a one-time link.
    """
    message = uow.messages.get(message_id)
    if message.direction != "out" or message.state not in (r.MessageState.FAILED, r.MessageState.UNKNOWN):
        raise Conflict("Only a message that failed, or whose outcome is unknown, can be sent again.")
    if message.kind in _SECRET:
        raise Conflict("This message held a one-time link. Ask for a new link instead.")
    dedupe = f"again:{message.id}"
    before = uow.messages.first(dedupe=dedupe)
    if before is not None:
        return before
    again = uow.messages.add(
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
            due_at=None,
            turn_seq=None,
            sent_at=None,
            subject="",
            body="",
            html="",
        )
    )
    if again.application_id:
        uow.emit(
            "application",
            again.application_id,
            "message_queued",
            message_id=again.id,
            channel=str(again.channel),
        )
    uow.enqueue(Work.DELIVER_MESSAGE, again.id)
    return again


def _take(deps: Deps, message_id: str) -> tuple[r.Message, dict[str, Any], datetime | None]:
    """The message marked as being sent, all its variables, and when the first try began of which nobody saw the end;
    unmarked where nothing is to be sent."""
    with deps.uow.write(SystemActor()) as uow:
        message = uow.messages.get(message_id)
        if message.state in _DONE:
            return message, {}, None
        blocked = _blocked(uow, message)
        if blocked:
            message = uow.messages.save(
                replace(message, state=r.MessageState.SUPPRESSED, error=blocked, updated_at=uow.now)
            )
            return message, {}, None
        variables = dict(message.variables)
        if message.application_id:
            application = uow.applications.get(message.application_id)
            variables |= _links(uow, application)
        died = message.updated_at if message.state is r.MessageState.SENDING else None
        message = uow.messages.save(
            replace(
                message,
                state=r.MessageState.SENDING,
                attempts=message.attempts + 1,
                updated_at=died or uow.now,
            )
        )
    return message, variables, died


def _links(uow: UnitOfWork, application: r.Application) -> dict[str, str]:
    """The addresses a message may name, made anew each time, so that none is kept."""
    urls = {
        "link": links.candidate_url(uow.instance, application),
        "privacy_link": links.privacy_url(uow.instance, application),
        "report_link": f"{uow.instance.public_url}/app/report/?a={application.id}",
    }
    if application.preview:
        interviewer = uow.interviewers.get(application.interviewer_id)
        urls["link"] = links.preview_url(uow.instance, interviewer)
    return urls


def _without_links(variables: Mapping[str, Any]) -> dict[str, Any]:
    """The variables with every personal link shortened, so that what is kept of a message opens nothing."""
    hidden = dict(variables)
    for name in ("link", "url", "privacy_link"):
        url = str(hidden.get(name, ""))
        if url:
            hidden[name] = f"{url.rsplit('/', 1)[0]}/…"
    return hidden


def _blocked(uow: UnitOfWork, message: r.Message) -> str:
    """Asked again at sending: STOP or the kill switch may have come after the message was queued."""
    if message.kind in _TO_MEMBERS or (message.member_id and not message.candidate_id):
        return ""
    if message.variables.get("despite_stop") or message.variables.get("preview"):
        return ""
    if uow.workspaces.get(message.workspace_id).policy.get("off"):
        return "All messages to candidates are switched off in this workspace."
    if message.channel is r.Channel.EMAIL:
        return suppressions.why(uow, "email", message.to, workspace_id=message.workspace_id)
    return suppressions.why(uow, str(message.channel), message.to)


def _adapter(deps: Deps, message: r.Message) -> Email | Sms:
    return deps.email if message.channel is r.Channel.EMAIL else deps.sms


def _remembers(deps: Deps, adapter: object, since: datetime) -> bool:
    """Whether the provider still knows the key of a try that began then, so that another one sends nothing twice."""
    lasting: timedelta | None = getattr(adapter, "remembers", None)
    return getattr(adapter, "idempotent", True) and (lasting is None or deps.clock.now() - since < lasting)


def _looked_up(deps: Deps, message: r.Message) -> Sent | None:
    """What the provider itself says about an earlier try, where it can be asked."""
    find = getattr(_adapter(deps, message), "find", None)
    if find is None:
        return None
    found = find(to=message.to, since=message.created_at - timedelta(minutes=1), key=message.id)
    return found if isinstance(found, Sent) else None


def _from_company(sender: str, company: str) -> str:
    """`Company <address>`: people open mail from a company they applied to, not from a tool."""
    name = "".join(ch for ch in company if ch.isprintable() and ch not in '"<>\\')[:80].strip()
    if not name or "<" not in sender:
        return sender
    return f'"{name}" {sender[sender.index("<") :]}'


def _settle(
    deps: Deps,
    message: r.Message,
    state: r.MessageState,
    error: str,
    *,
    sent: Sent | None = None,
    said: tuple[str, str, str] | None = None,
) -> str:
    with deps.uow.write(SystemActor(workspace_id=message.workspace_id)) as uow:
        now = uow.messages.get(message.id)
        if now.state in _DONE:  # a status callback was quicker
            return str(now.state)
        subject, html, body = said or (now.subject, now.html, now.body)
        variables = now.variables
        if state is r.MessageState.SENT and now.kind in _SECRET:
            variables = {k: v for k, v in variables.items() if k not in ("link", "url")}
        settled = uow.messages.save(
            replace(
                now,
                state=state,
                error=error,
                subject=subject,
                html=html,
                body=body,
                variables=variables,
                provider=sent.provider if sent else now.provider,
                provider_id=sent.provider_id if sent else now.provider_id,
                sent_at=uow.now if sent else now.sent_at,
                updated_at=uow.now,
            )
        )
        kinds = {r.MessageState.SENT: "message_sent", r.MessageState.QUEUED: ""}
        kind = kinds.get(state, "message_failed")
        if kind:
            subject_kind = "application" if now.application_id else "message"
            uow.emit(
                subject_kind,
                now.application_id or now.id,
                kind,
                message_id=now.id,
                channel=str(now.channel),
                message_kind=now.kind,
                state=str(state),
            )
        if state is not r.MessageState.QUEUED:
            settled = delivery_status.catch_up(uow, settled, provider=_adapter(deps, now).name)
    return str(settled.state)
