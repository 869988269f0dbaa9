"""Inviting candidates, and queueing any message: the row and the work to deliver it commit together.

A message keeps the name and version of its template and its variables, never the text or the secret link; both are
made at sending (`services/delivery.py`), identically at each retry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import phonenumbers
from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime, get_timezone_name
from phonenumbers import timezone as phone_zones

from milo_app.domain import journey, message_values, quiet_hours
from milo_app.domain import policy as policies
from milo_app.domain import records as r
from milo_app.domain.actors import Actor
from milo_app.domain.errors import Conflict
from milo_app.domain.plan import Plan
from milo_app.services import applications, links, senders, suppressions, templates
from milo_app.services.ports import UnitOfWork
from milo_app.services.transactions import command
from milo_app.services.work import Work

#: What is said of each kind of stage in a message.
STAGE_NAMES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "resume": "Resume",
        "form": "Short form",
        "sms": "Quick questions by text",
        "voice": "Conversation",
    },
    "es": {
        "resume": "Currículum",
        "form": "Formulario",
        "sms": "Preguntas por mensaje",
        "voice": "Conversación",
    },
}


@dataclass(frozen=True, kw_only=True)
class Invited:
    """What came of one invitation: `invited`, `already` (nothing was sent again) or `unreachable` (hand over the link)."""

    outcome: str
    application_id: str
    channels: tuple[str, ...] = ()
    reason: str = ""


@command
def invite(uow: UnitOfWork, actor: Actor, *, application_id: str, now_ok: bool = False) -> Invited:
    """Invite one application by every channel it can be reached on; a repeat sends nothing.

    Email always, with an address. A text besides, with a number, consent, and texts allowed for the interviewer.
    *now_ok*: do not wait for quiet hours to pass.

    Raises:
        NotFound: no such application in this workspace.
        Conflict: the interviewer is not open to candidates, or the candidate's data was erased.
    """
    application = uow.applications.lock(application_id)
    if application.invited_at is not None or application.state is not r.ApplicationState.INVITED:
        return Invited(outcome="already", application_id=application.id, reason="They were invited before.")
    interviewer = uow.interviewers.get(application.interviewer_id)
    check_open(uow, interviewer, preview=application.preview)
    candidate = uow.candidates.get(application.candidate_id)
    if candidate.erased_at is not None:
        raise Conflict("This candidate's data was erased.")
    plan = applications.plan_of(uow, application)
    invited = replace(
        application,
        invited_at=uow.now,
        due_at=application.due_at or journey.due(uow.now, plan, interviewer.closes_at),
        updated_at=uow.now,
        look_at=None if application.preview else uow.now,
    )
    sent = queue(
        uow,
        actor,
        application=invited,
        kind="invitation",
        template="invitation",
        variables={},
        channels=["email", "sms"],
        dedupe=f"invitation:{application.id}",
        now_ok=now_ok,
    )
    reached = tuple(str(m.channel) for m in sent if m.state is not r.MessageState.SUPPRESSED)
    if not reached:
        reason = next((m.error for m in sent if m.error), _why_unreachable(candidate))
        return Invited(outcome="unreachable", application_id=application.id, reason=reason)
    uow.applications.save(invited)
    uow.emit(
        "application",
        application.id,
        "invited",
        interviewer_id=interviewer.id,
        email="email" in reached,
        sms="sms" in reached,
    )
    return Invited(outcome="invited", application_id=application.id, channels=reached)


def check_open(uow: UnitOfWork, interviewer: r.Interviewer, *, preview: bool = False) -> None:
    """Raises Conflict where nobody can be invited to *interviewer* now, with what to do about it."""
    if interviewer.version == 0 and not preview:
        raise Conflict("Publish this interviewer before inviting anyone.")
    if interviewer.state is r.InterviewerState.ARCHIVED:
        raise Conflict("This interviewer is archived. Restore it before inviting anyone.")
    if interviewer.closes_at is not None and interviewer.closes_at <= uow.now:
        raise Conflict("This role has closed. Give it a later closing date before inviting anyone.")


def _why_unreachable(candidate: r.Candidate) -> str:
    if candidate.phone and not candidate.sms_consent:
        return (
            "Cannot be reached: no email address, and no consent to texts. Hand over the link or its QR code."
        )
    return (
        "Cannot be reached: neither an email address nor a phone number. Hand over the link or its QR code."
    )


def queue(
    uow: UnitOfWork,
    actor: Actor,
    *,
    application: r.Application,
    kind: str,
    template: str,
    variables: Mapping[str, Any],
    channels: Sequence[str],
    dedupe: str,
    due_at: datetime | None = None,
    now_ok: bool = False,
    turn_seq: int | None = None,
    despite_stop: bool = False,
) -> list[r.Message]:
    """Write one message a channel and enqueue its delivery, in the caller's transaction.

    Channels without an address (or, for texts, without consent) are left out; one that must not be written to is kept
    as `suppressed` with the reason. *dedupe* names the occasion: a second call with the same one returns the first
    messages. *due_at* is the earliest time. *now_ok* skips quiet hours (a reply to a text just received).
    *despite_stop* is for the one confirmation of STOP and for answers to HELP.

    Of a preview, every message goes to the member who took it and to nobody else, by email. What the workspace's policy
    leaves out (`completed`, `stopped`, `expired`) is not written at all.
    """
    workspace = uow.workspaces.get(application.workspace_id)
    if not _wanted(workspace, kind):
        return []
    candidate = uow.candidates.get(application.candidate_id)
    interviewer = uow.interviewers.get(application.interviewer_id)
    shared = {**common_variables(uow, application, candidate, interviewer, workspace), **variables}
    if "stage" in variables:
        names = STAGE_NAMES.get(str(shared["language"])[:2], STAGE_NAMES["en"])
        shared["stage_name"] = names.get(str(variables["stage"]), "")
    contact = str(shared.get("contact_email") or "")
    shared["reply_to"] = senders.reply_to(uow.instance, workspace, application, contact)
    if despite_stop:
        shared["despite_stop"] = True
    out: list[r.Message] = []
    for channel in channels:
        address = _address(uow, application, candidate, interviewer, channel, despite_stop)
        if not address:
            continue
        earliest = due_at
        if channel == "sms" and not now_ok:
            earliest = max(due_at or uow.now, awake_at(uow, candidate, workspace))
        blocked = _blocked(uow, workspace, channel, address, despite_stop, application.preview)
        out.append(
            put(
                uow,
                r.Message(
                    id=uow.new_id(),
                    workspace_id=application.workspace_id,
                    channel=r.Channel(channel),
                    direction="out",
                    state=r.MessageState.SUPPRESSED if blocked else r.MessageState.QUEUED,
                    created_at=uow.now,
                    updated_at=uow.now,
                    application_id=application.id,
                    candidate_id=candidate.id,
                    member_id=application.preview_member_id,
                    to=address,
                    sender=(
                        uow.instance.sms_sender
                        if channel == "sms"
                        else senders.sender(uow.instance, workspace)
                    ),
                    kind=kind,
                    template=templates.chosen(
                        uow, workspace.id, template, channel, message_values.language_of(shared)
                    ),
                    variables=shared,
                    dedupe=f"{dedupe}:{channel}",
                    error=blocked,
                    due_at=earliest if earliest and earliest > uow.now else None,
                    turn_seq=turn_seq,
                ),
            )
        )
    return out


def _wanted(workspace: r.Workspace, kind: str) -> bool:
    """Whether the workspace's policy has messages of this kind at all."""
    policy = policies.of(workspace.policy)
    switches = {"completed": policy.completed, "stopped": policy.stopped, "expired": policy.final_notice}
    return switches.get(kind, True)


def queue_to_member(
    uow: UnitOfWork,
    actor: Actor,
    *,
    member: r.Member,
    kind: str,
    variables: Mapping[str, Any],
    dedupe: str,
    application: r.Application | None = None,
    due_at: datetime | None = None,
) -> r.Message:
    """Write one email to a member (`sign_in`, `set_up`, `report_ready`) and enqueue its delivery, not before *due_at*.

    `sign_in` and `set_up` need `link` among the variables; it is forgotten once the message is sent. *application* is
    the one that it is about; the message is no part of that candidate's timeline.
    """
    workspace = uow.workspaces.get(member.workspace_id)
    return put(
        uow,
        r.Message(
            id=uow.new_id(),
            workspace_id=member.workspace_id,
            channel=r.Channel.EMAIL,
            direction="out",
            state=r.MessageState.QUEUED,
            created_at=uow.now,
            updated_at=uow.now,
            member_id=member.id,
            to=member.email,
            sender=senders.sender(uow.instance, workspace),
            kind=kind,
            template=f"{kind}.1",
            variables={
                "name": member.name,
                "first_name": first_name(member.name),
                "company": str(links.brand_of(workspace)["name"]),
                "brand": _brand(uow, workspace),
                "language": "en",
                **variables,
            },
            dedupe=dedupe,
            application_id=application.id if application else None,
            due_at=due_at if due_at and due_at > uow.now else None,
        ),
    )


def reach(uow: UnitOfWork, application: r.Application, channel: str) -> tuple[str, str]:
    """(address, why nothing may be sent to it) of the application's candidate on *channel*; the reason is empty where
    it may, and the address where there is none."""
    candidate = uow.candidates.get(application.candidate_id)
    interviewer = uow.interviewers.get(application.interviewer_id)
    workspace = uow.workspaces.get(application.workspace_id)
    address, reason = way_to(uow, application, candidate, interviewer, channel)
    if reason:
        return address, reason
    return address, _blocked(uow, workspace, channel, address, False, application.preview)


def way_to(
    uow: UnitOfWork,
    application: r.Application,
    candidate: r.Candidate,
    interviewer: r.Interviewer,
    channel: str,
) -> tuple[str, str]:
    """`reach` by what is known of these rows alone, without a look at what came back or was stopped."""
    if candidate.erased_at is not None:
        return "", "Their data was erased."
    address = _address(uow, application, candidate, interviewer, channel, False)
    if address:
        return address, ""
    if channel == "email":
        return "", "No email address."
    if not candidate.phone:
        return "", "No phone number."
    if not candidate.sms_consent:
        return "", "They have not agreed to texts."
    return "", "Texts are off for this interviewer."


def put(uow: UnitOfWork, message: r.Message) -> r.Message:
    """Keep *message* and enqueue its delivery, in the caller's transaction; the one with the same `dedupe`, where there
    is one already."""
    before = uow.messages.first(dedupe=message.dedupe) if message.dedupe else None
    if before is not None:
        lifted = before.state is r.MessageState.SUPPRESSED and message.state is not r.MessageState.SUPPRESSED
        if not lifted:
            return before
        uow.messages.save(
            replace(before, dedupe=None)
        )  # what stood in the way is gone, so it is sent after all
    message = uow.messages.add(message)
    subject = ("application", message.application_id) if message.application_id else ("message", message.id)
    suppressed = message.state is r.MessageState.SUPPRESSED
    uow.emit(
        subject[0],
        str(subject[1]),
        "message_failed" if suppressed else "message_queued",
        message_id=message.id,
        channel=str(message.channel),
        message_kind=message.kind,
    )
    if suppressed:
        return message
    work = Work.DELIVER_TEXT if message.channel is r.Channel.SMS else Work.DELIVER_MESSAGE
    if message.channel is r.Channel.EMAIL and message.candidate_id is not None:
        work = Work.DELIVER_EMAIL
    if message.due_at is not None:
        uow.later.add(
            r.Later(
                id=uow.new_id(),
                workspace_id=message.workspace_id,
                work=str(work),
                args=(message.id,),
                due_at=message.due_at,
            )
        )
    else:
        uow.enqueue(work, message.id)
    return message


def _address(
    uow: UnitOfWork,
    application: r.Application,
    candidate: r.Candidate,
    interviewer: r.Interviewer,
    channel: str,
    despite_stop: bool,
) -> str:
    if application.preview:
        member = uow.members.maybe(application.preview_member_id)
        return member.email if member is not None and channel == "email" else ""
    if channel == "email":
        return candidate.email or ""
    if not candidate.phone or not (candidate.sms_consent or despite_stop):
        return ""
    return candidate.phone if interviewer.allow_sms or despite_stop else ""


def _blocked(
    uow: UnitOfWork, workspace: r.Workspace, channel: str, address: str, despite_stop: bool, preview: bool
) -> str:
    """Why nothing may be sent to *address*, or nothing."""
    if preview or despite_stop:
        return ""
    if workspace.policy.get("off"):
        return "All messages to candidates are switched off in this workspace."
    return suppressions.why(uow, channel, address, workspace_id=workspace.id if channel == "email" else None)


def first_name(name: str) -> str:
    """What a person is called in a greeting: the first word of their name, or nothing."""
    words = name.split()
    return words[0][:40] if words else ""


def _brand(uow: UnitOfWork, workspace: r.Workspace) -> dict[str, Any]:
    """The brand for a message, which is read elsewhere: its logo by a whole address."""
    brand = dict(links.brand_of(workspace))
    return {**brand, "logo_url": uow.instance.public_url + brand["logo_url"] if brand["logo_url"] else ""}


def common_variables(
    uow: UnitOfWork,
    application: r.Application,
    candidate: r.Candidate,
    interviewer: r.Interviewer,
    workspace: r.Workspace,
) -> dict[str, Any]:
    """What every template may use: names, role, brand, stages and their length, needs, deadline. No link: it is made
    at sending."""
    plan = applications.plan_of(uow, application)
    language = candidate.language or plan.language or "en"
    brand = _brand(uow, workspace)
    return {
        "name": candidate.name,
        "first_name": first_name(candidate.name),
        "company": str(brand["name"]),
        "role": plan.title,
        "location": plan.location,
        "pay": plan.pay,
        "brand": brand,
        "language": language,
        "contact_email": plan.contact_email or str(brand.get("support_email") or ""),
        "minutes": plan.minutes,
        "stages": stage_lines(plan, language),
        "needs": plan.needs(),
        "thanks": plan.thanks,
        "code": application.short_code,
        "deadline": deadline_words(application.due_at, zone_of(candidate, workspace), language),
        "recorded": any(str(s.kind) == "voice" for s in plan.stages),
        "preview": application.preview,
        "demo": workspace.is_demo,
    }


def stage_lines(plan: Plan, language: str) -> list[dict[str, Any]]:
    """The stages as a candidate reads them: [{name, minutes}]."""
    names = STAGE_NAMES.get(language[:2], STAGE_NAMES["en"])
    return [{"name": names[str(s.kind)], "minutes": s.minutes} for s in plan.stages]


def zone_of(candidate: r.Candidate, workspace: r.Workspace) -> str:
    """The zone that times are told in: the candidate's, else their number's where it has only one, else the workspace's."""
    numbers = _number_zones(candidate.phone)
    guesses = [
        candidate.time_zone,
        *(numbers if len(numbers) == 1 else []),
        str(workspace.policy.get("time_zone", "")),
    ]
    zones = quiet_hours.known_zones(guesses)
    return zones[0].key if zones else "UTC"


def awake_at(uow: UnitOfWork, candidate: r.Candidate, workspace: r.Workspace) -> datetime:
    """When the candidate may next be texted unasked; now, where this instance keeps no quiet hours.

    Where the stated zone and the number's zones disagree, only their overlap counts.
    """
    if not uow.instance.quiet_hours:
        return uow.now
    names = [candidate.time_zone, *_number_zones(candidate.phone)]
    zones = quiet_hours.known_zones(names) or quiet_hours.known_zones(
        [str(workspace.policy.get("time_zone", "UTC"))]
    )
    hours = workspace.policy.get("quiet_hours") or {}
    return quiet_hours.next_allowed(
        uow.now,
        zones,
        opens=int(hours.get("opens", quiet_hours.OPENS)),
        closes=int(hours.get("closes", quiet_hours.CLOSES)),
    )


def _number_zones(phone: str | None) -> list[str]:
    if not phone:
        return []
    try:
        names = phone_zones.time_zones_for_number(phonenumbers.parse(phone))
    except phonenumbers.NumberParseException:
        return []
    return [name for name in names if name != "Etc/Unknown"]


def deadline_words(due_at: datetime | None, zone: str, language: str) -> str:
    """*due_at* as a person says it, in *zone* and naming it: `Monday, November 30, 2026 at 5:00 PM, Pacific Time`."""
    if due_at is None:
        return ""
    try:
        locale = Locale.parse(language.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        locale = Locale("en")
    places = quiet_hours.known_zones([zone]) or quiet_hours.known_zones(["UTC"])
    local = due_at.astimezone(places[0])
    form = "EEEE, d 'de' MMMM 'de' y, H:mm" if locale.language == "es" else "EEEE, MMMM d, y 'at' h:mm a"
    named = "UTC" if places[0].key == "UTC" else get_timezone_name(local, locale=locale)
    return f"{format_datetime(local, form, tzinfo=places[0], locale=locale)} ({named})".replace(" ", " ")
