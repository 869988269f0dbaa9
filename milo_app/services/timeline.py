"""One timeline per candidate: every message in and out, with what became of it, in plain words."""

from __future__ import annotations

from typing import Any

from milo_app.domain.actors import MemberActor
from milo_app.domain.errors import Forbidden
from milo_app.domain.records import Application, BlastRecipient, Channel, Message, MessageState, Role
from milo_app.services import bounces, delivery, invitations
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
    "deadline": "Deadline reminder",
    "expired": "The time is over",
    "scheduling": "Scheduling link",
    "blast": "Message to many",
    "call": "Call",
    "call_again": "Call again",
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

#: What became of a call, by the telephone service's word for it.
_CALL_STATES = {
    "ringing": ("Ringing", "wait"),
    "in-progress": ("On the phone", "wait"),
    "completed": ("Talked on the phone", "good"),
    "busy": ("The line was busy", "warn"),
    "no-answer": ("Nobody answered", "warn"),
    "voicemail": ("Voicemail answered", "warn"),
    "canceled": ("Not put through", "warn"),
    "failed": ("Not put through", "bad"),
}

#: How many messages of one application are listed, newest first.
MOST = 300


@query
def of_application(uow: UnitOfWork, actor: MemberActor, *, application_id: str) -> list[dict[str, Any]]:
    """An application's messages, newest first, as JSON-able views. Raises NotFound."""
    application = uow.applications.get(application_id)
    found = uow.messages.find(application_id=application.id, order="-created_at", limit=MOST)
    ways = {c for c in ("email", "sms") if not invitations.reach(uow, application, c)[1]}
    shown = [
        view(message) | {"other": _other_way(message, ways)}
        for message in found
        if message.member_id is None or application.preview
    ]
    standing = bounces.of_application(uow, actor, application_id=application.id)
    emails = (one for one in shown if one["channel"] == _CHANNELS[Channel.EMAIL] and not one["inbound"])
    newest = next(emails, None)
    if standing and newest is not None:
        newest["stopped"] = f"{standing['words']} No more email goes to {standing['address']}."
    left_out = [_left_out(uow, row) for row in _skipped(uow, application)]
    return sorted([*shown, *left_out], key=lambda one: one["at"], reverse=True) if left_out else shown


def _other_way(message: Message, ways: set[str]) -> str:
    """The other channel that what did not arrive can be sent by, where the candidate can be reached there."""
    other = {Channel.EMAIL: "sms", Channel.SMS: "email"}.get(message.channel, "")
    stuck = (MessageState.FAILED, MessageState.UNKNOWN, MessageState.SUPPRESSED)
    return other if message.direction == "out" and message.state in stuck and other in ways else ""


def _skipped(uow: UnitOfWork, application: Application) -> list[BlastRecipient]:
    return uow.recipients.find(
        application_id=application.id, state=["skipped", "cancelled"], order="-id", limit=20
    )


def _left_out(uow: UnitOfWork, row: BlastRecipient) -> dict[str, Any]:
    """A message to many that this candidate did not get, in the shape of `view`."""
    blast = uow.blasts.get(row.blast_id)
    return {
        **dict.fromkeys(("body", "files", "stopped", "other", "waits", "who", "how"), ""),
        "id": row.id,
        "channel": _CHANNELS[Channel(blast.channel)],
        "inbound": False,
        "kind": _KINDS["blast"],
        "subject": blast.subject,
        "state": "skipped",
        "words": "Left out" if row.state == "skipped" else "Called off",
        "tone": "none",
        "error": row.reason,
        "at": (blast.started_at or blast.created_at).isoformat(),
        "can_resend": False,
    }


def view(message: Message) -> dict[str, Any]:
    """A message for the desk. `tone` is good, wait, warn or bad; `can_resend` says whether a person may try again,
    `waits` until when a queued one waits, `how` when each state came, `stopped` (on one email at most) why none go out any more until a person allows it, `files` names what came with it.
    """
    words, tone = _STATES[message.state]
    call = message.channel is Channel.CALL
    if call:
        asked = ("Asked for", "wait") if message.state is MessageState.QUEUED else (words, tone)
        words, tone = _CALL_STATES.get(str(message.variables.get("call", "")), asked)
    inbound = message.direction == "in"
    kind = _KINDS.get(message.kind, message.kind.replace("_", " ").capitalize())
    return {
        "id": message.id,
        "channel": _CHANNELS[message.channel],
        "inbound": inbound,
        "kind": "Reply" if inbound and message.channel is Channel.SMS else kind,
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
        "other": "",
        "waits": message.due_at.isoformat()
        if message.due_at and message.state is MessageState.QUEUED
        else "",
        "how": _how(message),
        # Nobody is rung up unless they ask for it.
        "can_resend": not inbound
        and not call
        and message.state in (MessageState.FAILED, MessageState.UNKNOWN),
    }


def _how(message: Message) -> str:
    """What was tried, in a few words: "Tried 3 times, 2 parts"."""
    said: list[str] = []
    if message.attempts > 1:
        said.append(f"tried {message.attempts} times")
    if message.segments > 1:
        said.append(f"sent in {message.segments} parts")
    if message.template.startswith("own:"):
        said.append("in your own words")
    return ", ".join(said).capitalize()


@command
def resend(uow: UnitOfWork, actor: MemberActor, *, message_id: str, channel: str = "") -> Message:
    """Send a message that did not arrive again, by hand, the same way or by the other *channel* (email, sms).

    Raises Forbidden for a viewer, NotFound, Conflict where it did not fail or cannot go that way.
    """
    if not actor.can(Role.RECRUITER):
        raise Forbidden("Viewers cannot send messages.")
    return delivery.send_again(uow, actor, message_id=message_id, channel=channel)
