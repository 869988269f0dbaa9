"""One text back to a text: at once, since they have just written, and to the number that wrote."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from milo_app.domain import records as r
from milo_app.services import numbers, suppressions
from milo_app.services.ports import UnitOfWork
from milo_app.services.work import Work

#: Replies to one number in an hour, and to one that nobody knows in a day: two machines must not write to each other
#: for ever. No person gets near it.
MOST_AN_HOUR, MOST_TO_STRANGERS = 60, 3


def send(
    uow: UnitOfWork,
    message: r.Message,
    text: str,
    *,
    once: str = "",
    despite_stop: bool = False,
    to_nobody: bool = False,
) -> r.Message | None:
    """Queue *text* as the one reply to *message*; `{link}` in it becomes the candidate's own link at sending.

    *once* names an occasion that is answered once, however many texts it took.
    *despite_stop* is for the confirmations of STOP, START and HELP. Returns None where the reply was queued before, or
    where too many went to this number.
    """
    dedupe = f"reply:{once or message.id}"
    if uow.messages.first(dedupe=dedupe) is not None or _too_many(uow, message.sender, to_nobody):
        return None
    workspace = uow.workspaces.get(message.workspace_id)
    blocked = "" if despite_stop else suppressions.why(uow, "sms", message.sender)
    if not despite_stop and workspace.policy.get("off"):
        blocked = "All messages to candidates are switched off in this workspace."
    reply = uow.messages.add(
        r.Message(
            id=uow.new_id(),
            workspace_id=message.workspace_id,
            channel=r.Channel.SMS,
            direction="out",
            state=r.MessageState.SUPPRESSED if blocked else r.MessageState.QUEUED,
            created_at=uow.now,
            updated_at=uow.now,
            application_id=message.application_id,
            candidate_id=message.candidate_id,
            to=message.sender,
            sender=uow.instance.sms_sender,
            kind="interview",
            template="interview.1",
            variables={
                "text": text,
                "in_reply_to": message.id,
                **({"despite_stop": True} if despite_stop else {}),
                **({"to_keyword": True} if message.kind == numbers.KEYWORD else {}),
            },
            dedupe=dedupe,
            error=blocked,
        )
    )
    if reply.application_id:
        kind = "message_failed" if blocked else "message_queued"
        uow.emit(
            "application",
            reply.application_id,
            kind,
            message_id=reply.id,
            channel="sms",
            message_kind=reply.kind,
        )
    if not blocked:
        uow.enqueue(Work.DELIVER_TEXT, reply.id)
    return reply


def unpark(uow: UnitOfWork, text: r.Message) -> None:
    """*text* has found its interview and is being answered there."""
    uow.messages.save(replace(text, kind=numbers.INTERVIEW, updated_at=uow.now))


def _too_many(uow: UnitOfWork, number: str, to_nobody: bool) -> bool:
    most, span = (MOST_TO_STRANGERS, timedelta(days=1)) if to_nobody else (MOST_AN_HOUR, timedelta(hours=1))
    key = f"text-reply:{number}"
    if uow.throttle.count(key, uow.now - span) >= most:
        return True
    uow.throttle.add(key, uow.now)
    return False
