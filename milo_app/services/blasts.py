"""One message by a member to many candidates: who gets it and who does not is shown before, and kept after.

A blast is a draft until it is confirmed by the number of those who get it. Then each recipient is a row, taken in
batches a minute by durable work; whatever is not written yet can be called off.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from milo_app.domain import message_words
from milo_app.domain import policy as rules
from milo_app.domain import records as r
from milo_app.domain.actors import MemberActor, SystemActor
from milo_app.domain.errors import Conflict, Forbidden, Invalid
from milo_app.services import candidate_table, invitations, policies, reminders
from milo_app.services.labels import STATES
from milo_app.services.ports import Deps, UnitOfWork
from milo_app.services.transactions import command, query
from milo_app.services.work import Work

#: How many candidates one message may go to.
MOST = 2_000
_SHOWN = 200
_CHUNK, _BATCH = 200, 40
_STOP = " Reply STOP to opt out."
_RESULTS = {"waiting": "Waiting", "queued": "Written", "skipped": "Skipped", "cancelled": "Called off"}


@dataclass(frozen=True)
class _Verdict:
    """Whether one chosen candidate gets the message, and if not, why."""

    application: r.Application
    candidate: r.Candidate
    reason: str


# --- Before -----------------------------------------------------------------------------------------------------------


@command
def draft(
    uow: UnitOfWork,
    actor: MemberActor,
    *,
    application_ids: Sequence[str] = (),
    filters: Mapping[str, Any] | None = None,
) -> str:
    """Begin a message to these applications, or to whoever *filters* (as the table has them) leave; returns its id.

    Raises:
        Forbidden: for a viewer. Invalid: nobody, or too many. NotFound: a foreign interviewer among the filters.
    """
    _need_recruiter(actor)
    ids = list(dict.fromkeys(application_ids))
    if not ids and filters is None:
        raise Invalid("Choose whom to write to first.")
    if len(ids) > MOST:
        raise Invalid(f"One message goes to at most {MOST:,} candidates.")
    selection: dict[str, Any] = {"ids": ids} if ids else {"filter": _plain(filters or {})}
    if not ids and selection["filter"].get("interviewer_id"):
        uow.interviewers.get(selection["filter"]["interviewer_id"])
    return _new(uow, actor, selection).id


def _plain(filters: Mapping[str, Any]) -> dict[str, Any]:
    """Only what the table knows, as texts and switches."""
    names = ("interviewer_id", "search", "state", "decision", "stage", "source", "score_from", "score_to")
    return {
        **{name: str(filters[name])[:100] for name in names if filters.get(name)},
        "review": bool(filters.get("review")),
    }


def _new(uow: UnitOfWork, actor: MemberActor, selection: Mapping[str, Any]) -> r.Blast:
    return uow.blasts.add(
        r.Blast(
            id=uow.new_id(),
            workspace_id=actor.workspace_id,
            state="draft",
            created_at=uow.now,
            updated_at=uow.now,
            member_id=actor.member_id,
            selection=selection,
            subject="A message from {company}",
            text="Hello {first_name},\n\n",
        )
    )


@command
def edit(
    uow: UnitOfWork,
    actor: MemberActor,
    *,
    blast_id: str,
    channel: str,
    subject: str,
    text: str,
    unfinished_only: bool = False,
) -> dict[str, Any]:
    """Keep the words and the channel of a draft; returns `read`.

    Raises:
        Invalid: by field, what is wrong with the words. Conflict: it is being sent already. NotFound, Forbidden.
    """
    _need_recruiter(actor)
    blast = _draft(uow, blast_id)
    if channel not in message_words.CHANNELS:
        raise Invalid(fields={"channel": "Choose email or text message."})
    text = text.replace("\r\n", "\n").strip()
    if channel == "sms" and "STOP" not in text:
        text += _STOP
    checked = message_words.check("blast", channel, subject, text)
    if checked.errors:
        raise Invalid(fields=dict(checked.errors))
    uow.blasts.save(
        replace(
            blast,
            channel=channel,
            subject=subject.strip() if channel == "email" else "",
            text=text,
            selection={**blast.selection, "unfinished": unfinished_only},
            updated_at=uow.now,
        )
    )
    return read(uow, actor, blast_id=blast_id)


@query
def read(uow: UnitOfWork, actor: MemberActor, *, blast_id: str) -> dict[str, Any]:
    """A message to many as its page shows it: words, who gets it, who does not and why, and, once it is being sent, what
    became of each. Raises NotFound."""
    blast = uow.blasts.get(blast_id)
    shown = {
        "id": blast.id,
        "state": blast.state,
        "channel": blast.channel,
        "subject": blast.subject,
        "text": blast.text,
        "unfinished": bool(blast.selection.get("unfinished")),
        "off": policies.of(uow.workspaces.get(blast.workspace_id)).off,
        "started": blast.started_at.isoformat() if blast.started_at else "",
        **_parts(blast),
    }
    if blast.state == "draft":
        return {**shown, **_forecast(_verdicts(uow, blast))}
    return {**shown, **_progress(uow, blast)}


def _parts(blast: r.Blast) -> dict[str, Any]:
    checked = message_words.check("blast", blast.channel, blast.subject, blast.text)
    return {"parts": checked.parts, "hints": list(checked.hints)}


def _forecast(verdicts: Sequence[_Verdict]) -> dict[str, Any]:
    gets = [v for v in verdicts if not v.reason]
    why: dict[str, list[str]] = defaultdict(list)
    for verdict in verdicts:
        if verdict.reason:
            why[verdict.reason].append(_name(verdict.candidate))
    return {
        "chosen": len(verdicts),
        "gets": len(gets),
        "first": gets[0].application.id if gets else "",
        "people": [
            {"id": v.application.id, "name": _name(v.candidate), "state": STATES[v.application.state]}
            for v in gets[:_SHOWN]
        ],
        "skipped": [
            {
                "reason": reason,
                "n": len(names),
                "names": ", ".join(names[:5]) + (" …" if len(names) > 5 else ""),
            }
            for reason, names in sorted(why.items(), key=lambda item: -len(item[1]))
        ],
    }


def _progress(uow: UnitOfWork, blast: r.Blast) -> dict[str, Any]:
    counts = {state: uow.recipients.count(blast_id=blast.id, state=state) for state in _RESULTS}
    rows = uow.recipients.find(blast_id=blast.id, order="id", limit=_SHOWN)
    applications = {a.id: a for a in uow.applications.find(id=[row.application_id for row in rows])}
    people = {c.id: c for c in uow.candidates.find(id=[a.candidate_id for a in applications.values()])}
    messages = {m.id: m for m in uow.messages.find(id=[row.message_id for row in rows if row.message_id])}
    return {
        **counts,
        "total": sum(counts.values()),
        "done": sum(counts.values()) - counts["waiting"],
        "recipients": [_result(row, applications, people, messages) for row in rows],
    }


def _result(
    row: r.BlastRecipient,
    applications: Mapping[str, r.Application],
    people: Mapping[str, r.Candidate],
    messages: Mapping[str, r.Message],
) -> dict[str, str]:
    application = applications.get(row.application_id)
    person = people.get(application.candidate_id) if application else None
    message = messages.get(row.message_id or "")
    words = str(message.state).capitalize() if message is not None else _RESULTS[row.state]
    return {
        "id": row.application_id,
        "name": _name(person) if person else "Candidate",
        "result": words,
        "reason": (message.error if message is not None else "") or row.reason,
    }


def _name(candidate: r.Candidate) -> str:
    return candidate.name or candidate.email or candidate.phone or "Candidate"


# --- Who gets it ------------------------------------------------------------------------------------------------------


def _chosen(uow: UnitOfWork, blast: r.Blast) -> list[str]:
    if "ids" in blast.selection:
        return [str(id) for id in blast.selection["ids"]]
    wanted = candidate_table.filter_of(**blast.selection.get("filter", {}))
    return uow.applications.matching(wanted, limit=MOST)


def _verdicts(uow: UnitOfWork, blast: r.Blast) -> list[_Verdict]:
    """Everyone chosen, with whether they get it; one person gets it once, however many applications they have."""
    policy = policies.of(uow.workspaces.get(blast.workspace_id))
    interviewers = {i.id: i for i in uow.interviewers.find()}
    seen: set[str] = set()
    out: list[_Verdict] = []
    ids = _chosen(uow, blast)
    for start in range(0, len(ids), _CHUNK):
        found = {a.id: a for a in uow.applications.find(id=ids[start : start + _CHUNK], preview=False)}
        people = {c.id: c for c in uow.candidates.find(id=[a.candidate_id for a in found.values()])}
        written = reminders.contacts_of(uow, list(people))
        stopped = _stopped(uow, blast.channel, people.values())
        for id in ids[start : start + _CHUNK]:
            application = found.get(id)
            if application is None:
                continue
            person = people[application.candidate_id]
            interviewer = interviewers[application.interviewer_id]
            reason = _why_never(uow, blast, application, person, interviewer)
            address, closed = invitations.way_to(uow, application, person, interviewer, blast.channel)
            if not reason and (closed or address in stopped or policy.off):
                reason = closed or invitations.reach(uow, application, blast.channel)[1]
            reason = reason or rules.why_not(policy, written[person.id], uow.now)
            if not reason and person.id in seen:
                reason = "The same person is in this list already."
            if not reason:
                seen.add(person.id)
            out.append(_Verdict(application, person, reason))
    return out


def _stopped(uow: UnitOfWork, channel: str, people: Iterable[r.Candidate]) -> set[str]:
    """Those of their addresses that something stands against; only these are asked about one by one."""
    addresses = [a for a in ((p.email if channel == "email" else p.phone) for p in people) if a]
    return {s.address for s in uow.suppressions.find(channel=channel, address=addresses, lifted_at=None)}


def _why_never(
    uow: UnitOfWork,
    blast: r.Blast,
    application: r.Application,
    person: r.Candidate,
    interviewer: r.Interviewer,
) -> str:
    """Why one of the chosen does not get it, whatever the address, or nothing."""
    if person.erased_at is not None:
        return "Their data was erased."
    if application.state is r.ApplicationState.WITHDRAWN:
        return "They have withdrawn."
    if blast.selection.get("unfinished") and application.state not in (
        r.ApplicationState.INVITED,
        r.ApplicationState.IN_PROGRESS,
    ):
        return "They have finished, or were stopped."
    if interviewer.state is r.InterviewerState.ARCHIVED and "link" in message_words.used(blast.text):
        return "The role is closed, so their link leads nowhere."
    return ""


# --- Sending ----------------------------------------------------------------------------------------------------------


@command
def send(uow: UnitOfWork, actor: MemberActor, *, blast_id: str, count: int) -> None:
    """Send it to the *count* who get it, as shown to the member who confirms.

    Raises:
        Conflict: somebody else gets it by now, nobody does, all messages are off, or it is being sent already.
        Forbidden, NotFound.
    """
    _need_recruiter(actor)
    blast = _draft(uow, blast_id)
    checked = message_words.check("blast", blast.channel, blast.subject, blast.text)
    if checked.errors:
        raise Invalid(fields=dict(checked.errors))
    if policies.of(uow.workspaces.get(blast.workspace_id)).off:
        raise Conflict("All messages to candidates are switched off in this workspace.")
    verdicts = _verdicts(uow, blast)
    gets = sum(not v.reason for v in verdicts)
    if gets == 0:
        raise Conflict("Nobody would get this message.")
    if gets != count:
        raise Conflict(f"{gets:,} would get it by now, not {count:,}. Look again, then confirm.")
    for verdict in verdicts:
        uow.recipients.add(
            r.BlastRecipient(
                id=uow.new_id(),
                workspace_id=blast.workspace_id,
                blast_id=blast.id,
                application_id=verdict.application.id,
                state="skipped" if verdict.reason else "waiting",
                reason=verdict.reason,
            )
        )
    uow.blasts.save(replace(blast, state="sending", started_at=uow.now, updated_at=uow.now))
    uow.emit("blast", blast.id, "blast_sent", n=gets, skipped=len(verdicts) - gets, channel=blast.channel)
    uow.enqueue(Work.SEND_BLAST, blast.id, "1")


@command
def cancel(uow: UnitOfWork, actor: MemberActor, *, blast_id: str) -> int:
    """Call off what is not written yet; returns how many do not get it now. Raises Forbidden, NotFound."""
    _need_recruiter(actor)
    blast = uow.blasts.get(blast_id)
    waiting = uow.recipients.find(blast_id=blast.id, state="waiting")
    if blast.state != "sending":
        return 0
    for row in waiting:
        uow.recipients.save(replace(row, state="cancelled", reason="The message was called off."))
    uow.blasts.save(replace(blast, state="cancelled", finished_at=uow.now, updated_at=uow.now))
    uow.emit("blast", blast.id, "blast_cancelled", n=len(waiting))
    return len(waiting)


def step(deps: Deps, blast_id: str, number: str) -> None:
    """Write the next minute's share of a blast; what is left waits for the next minute. A repeat goes on where the
    first try stopped. Raises NotFound where the blast is gone."""
    with deps.uow.read(SystemActor()) as uow:
        blast = uow.blasts.get(blast_id)
        share = policies.of(uow.workspaces.get(blast.workspace_id)).per_minute
    actor = SystemActor(workspace_id=blast.workspace_id, name="blast")
    while share > 0:
        with deps.uow.write(actor) as uow:
            left = _write_some(uow, actor, blast_id, min(share, _BATCH))
            share -= _BATCH
            if not left:
                return
            if share <= 0:
                uow.later.add(
                    r.Later(
                        id=uow.new_id(),
                        workspace_id=blast.workspace_id,
                        work=str(Work.SEND_BLAST),
                        args=(blast_id, str(int(number) + 1)),
                        due_at=uow.now + timedelta(minutes=1),
                    )
                )


def _write_some(uow: UnitOfWork, actor: SystemActor, blast_id: str, limit: int) -> bool:
    """Write to the next *limit* who wait; whether anybody waits still."""
    blast = uow.blasts.get(blast_id)
    if blast.state != "sending":
        return False
    waiting = uow.recipients.find(blast_id=blast_id, state="waiting", order="id", limit=limit + 1)
    policy = policies.of(uow.workspaces.get(blast.workspace_id))
    for row in waiting[:limit]:
        uow.recipients.save(_write_one(uow, actor, policy, blast, row))
    if len(waiting) > limit:
        return True
    uow.blasts.save(replace(blast, state="sent", finished_at=uow.now, updated_at=uow.now))
    uow.emit("blast", blast.id, "blast_finished")
    return False


def _write_one(
    uow: UnitOfWork, actor: SystemActor, policy: rules.Policy, blast: r.Blast, row: r.BlastRecipient
) -> r.BlastRecipient:
    """Looked at again, since a STOP, a reminder or an erasure may have come meanwhile."""
    application = uow.applications.lock(row.application_id)
    person = uow.candidates.get(application.candidate_id)
    interviewer = uow.interviewers.get(application.interviewer_id)
    reason = (
        _why_never(uow, blast, application, person, interviewer)
        or invitations.reach(uow, application, blast.channel)[1]
        or rules.why_not(policy, reminders.contacts(uow, person.id), uow.now)
    )
    if reason:
        return replace(row, state="skipped", reason=reason)
    sent = invitations.queue(
        uow,
        actor,
        application=application,
        kind="blast",
        template=f"blast:{blast.id}",
        variables={},
        channels=[blast.channel],
        dedupe=f"blast:{blast.id}:{application.id}",
    )
    if not sent:
        return replace(row, state="skipped", reason="There is no address to write to.")
    return replace(row, state="queued", message_id=sent[0].id)


def _draft(uow: UnitOfWork, blast_id: str) -> r.Blast:
    blast = uow.blasts.get(blast_id)
    if blast.state != "draft":
        raise Conflict("This message was sent already.")
    return blast


@query
def recent(uow: UnitOfWork, actor: MemberActor) -> list[dict[str, Any]]:
    """The workspace's latest messages to many that were sent, newest first."""
    found = uow.blasts.find(state=["sending", "sent", "cancelled"], order="-created_at", limit=20)
    names = {m.id: m.name or m.email for m in uow.members.find()}
    return [
        {
            "id": blast.id,
            "subject": blast.subject or blast.text[:80],
            "state": blast.state,
            "channel": message_words.CHANNELS[blast.channel],
            "by": names.get(blast.member_id or "", ""),
            "at": (blast.started_at or blast.created_at).isoformat(),
            "n": uow.recipients.count(blast_id=blast.id, state=["waiting", "queued"]),
        }
        for blast in found
    ]


def _need_recruiter(actor: MemberActor) -> None:
    if not actor.can(r.Role.RECRUITER):
        raise Forbidden("Viewers cannot write to candidates.")
