"""One timeline per candidate: every message in and out, with what became of it, in plain words."""

from __future__ import annotations

from typing import Any

from milo_app.domain.actors import MemberActor
from milo_app.domain.errors import Forbidden
from milo_app.domain.records import Channel, Message, MessageState, Role
from milo_app.services import bounces, delivery
from milo_app.services.ports import UnitOfWork
from milo_app.services.transactions import command, query

_STATES = {
    MessageState.QUEUED: ("Waiting to be sent", "wait"),
    MessageState.SENDING: ("Being sent", "wait"),
    MessageState.SENT: ("Sent; delivery not confirmed yet", "good"),
    MessageState.DELIVERED: ("Delivered", "good"),
    MessageState.FAILED: ("Not delivered", "bad"),
    MessageState.UNKNOWN: ("May or may not have been sent; not repeated by itself", "warn"),
    MessageState.SUPPRESSED: ("Not sent", "warn"),
    MessageState.RECEIVED: ("Received", "good"),
}

_KINDS = {
    "invitation": "Invitation",
    "reminder": "Reminder",
    "link": "Link to continue",
    "stage_ready": "Next stage is ready",
    "stopped": "Ended early",
    "completed": "Thank you",
    "decision": "Decision",
    "report_ready": "Report is ready",
    "interview": "Interview by text",
    "reply": "Reply",
    "auto_reply": "Automatic reply",
}
_CHANNELS = {Channel.EMAIL: "Email", Channel.SMS: "Text message", Channel.CALL: "Call"}

#: How many messages of one application are listed, newest first.
MOST = 300


@query
def of_application(uow: UnitOfWork, actor: MemberActor, *, application_id: str) -> list[dict[str, Any]]:
    """An application's messages, newest first, as JSON-able views. Raises NotFound."""
    application = uow.applications.get(application_id)
    found = uow.messages.find(application_id=application.id, order="-created_at", limit=MOST)
    shown = [view(message) for message in found if message.member_id is None or application.preview]
    standing = bounces.of_application(uow, actor, application_id=application.id)
    emails = (one for one in shown if one["channel"] == _CHANNELS[Channel.EMAIL] and not one["inbound"])
    newest = next(emails, None)
    if standing and newest is not None:
        newest["stopped"] = f"{standing['words']} No more email goes to {standing['address']}."
    return shown


def view(message: Message) -> dict[str, Any]:
    """A message for the desk. `tone` is good, wait, warn or bad; `can_resend` says whether a person may try again,
    `stopped` (on one email at most) why none go out any more until a person allows it, `files` names what came with it.
    """
    words, tone = _STATES[message.state]
    inbound = message.direction == "in"
    kind = _KINDS.get(message.kind, message.kind.replace("_", " ").capitalize())
    return {
        "id": message.id,
        "channel": _CHANNELS[message.channel],
        "inbound": inbound,
        "kind": "Reply" if inbound and message.channel is not Channel.EMAIL else kind,
        "who": message.sender if inbound else message.to,
        "subject": message.subject,
        "body": message.body,
        "state": str(message.state),
        "words": words,
        "tone": tone,
        "error": message.error,
        "at": (message.sent_at or message.created_at).isoformat(),
        "files": ", ".join(str(one["name"]) for one in message.variables.get("files", [])) if inbound else "",
        "stopped": "",
        "can_resend": not inbound and message.state in (MessageState.FAILED, MessageState.UNKNOWN),
    }


@command
def resend(uow: UnitOfWork, actor: MemberActor, *, message_id: str) -> Message:
    """Send a failed message again, by hand. Raises Forbidden for a viewer, NotFound, Conflict where it did not fail."""
    if not actor.can(Role.RECRUITER):
        raise Forbidden("Viewers cannot send messages.")
    return delivery.send_again(uow, actor, message_id=message_id)
