"""One action on many candidates: begun after the number was confirmed, done in small steps, undone as long as it can be.

What a bulk decision sends waits ten minutes. An Undo within that time puts every decision back as it was, and nothing of
it has left the house.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from milo_app.domain import records as r
from milo_app.domain.actors import MemberActor, SystemActor
from milo_app.domain.errors import Conflict, Forbidden, Invalid, MiloError, NotFound
from milo_app.services import applications, decisions, invitations, reminders
from milo_app.services.candidate_table import filter_of
from milo_app.services.ports import Deps, UnitOfWork
from milo_app.services.transactions import command, query
from milo_app.services.work import Work

#: How many candidates one action may cover.
MOST = 10_000
#: How long a decision's messages wait, and an Undo is offered.
SETTLES = timedelta(minutes=10)
#: One transaction holds so many, since everybody who is writing meanwhile waits for it.
_BATCH = 50


@dataclass(frozen=True, kw_only=True)
class _Kind:
    """What is done to one application (returns why it was skipped, or ""), and what it is called before, while and
    after. Only where `undo` is set is there a way back."""

    does: Callable[[UnitOfWork, MemberActor, r.BulkAction, r.Application], str]
    ask: str
    doing: str
    did: str
    undo: bool = False
    reason: bool = False


# --- What can be done -----------------------------------------------------------------------------------------------


def _deciding(decision: r.Decision) -> Callable[[UnitOfWork, MemberActor, r.BulkAction, r.Application], str]:
    def decide(uow: UnitOfWork, actor: MemberActor, action: r.BulkAction, application: r.Application) -> str:
        if action.tell:
            applications.plan_of(
                uow, application
            )  # Refuses before anything is written what could not be told.
        decided = decisions.set_to(uow, actor, application, decision, action.reason)
        if decided is None:
            return "It was so already."
        if action.tell:
            reminders.tell_decision(uow, decided, due_at=uow.now + SETTLES)
        return ""

    return decide


def _invite(uow: UnitOfWork, actor: MemberActor, action: r.BulkAction, application: r.Application) -> str:
    return invitations.invite(uow, actor, application_id=application.id).reason


def _nudge(uow: UnitOfWork, actor: MemberActor, action: r.BulkAction, application: r.Application) -> str:
    [done] = reminders.nudge(uow, actor, application_ids=[application.id])
    return done["reason"] if done["outcome"] == "skipped" else ""


def _reinstate(uow: UnitOfWork, actor: MemberActor, action: r.BulkAction, application: r.Application) -> str:
    applications.reinstate(uow, actor, application_id=application.id, reason=action.reason)
    return ""


KINDS: Mapping[str, _Kind] = {
    "shortlist": _Kind(
        does=_deciding(r.Decision.SHORTLISTED),
        ask="Shortlist {n}?",
        doing="Shortlisting",
        did="Shortlisted",
        undo=True,
    ),
    "dismiss": _Kind(
        does=_deciding(r.Decision.DISMISSED),
        ask="Dismiss {n}?",
        doing="Dismissing",
        did="Dismissed",
        undo=True,
        reason=True,
    ),
    "clear": _Kind(
        does=_deciding(r.Decision.NONE),
        ask="Clear the decision of {n}?",
        doing="Clearing",
        did="Decision cleared for",
        undo=True,
    ),
    "invite": _Kind(does=_invite, ask="Invite {n}?", doing="Inviting", did="Invited"),
    "nudge": _Kind(does=_nudge, ask="Remind {n}?", doing="Reminding", did="Reminded"),
    "reinstate": _Kind(
        does=_reinstate, ask="Reinstate {n}?", doing="Reinstating", did="Reinstated", reason=True
    ),
}


# --- Beginning ------------------------------------------------------------------------------------------------------


@query
def ask(
    uow: UnitOfWork,
    actor: MemberActor,
    *,
    kind: str,
    application_ids: Sequence[str] = (),
    wanted: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What to confirm before *kind* is done to these, or to all that the filters *wanted* leave: `{kind, question,
    count, needs_reason, can_undo, tells}`. Raises Forbidden, Invalid for nobody or too many."""
    chosen = _kind(kind)
    count = len(_these(uow, actor, application_ids, wanted))
    return {
        "kind": kind,
        "question": chosen.ask.format(n=f"{count:,}"),
        "count": count,
        "needs_reason": chosen.reason,
        "can_undo": chosen.undo,
        "tells": kind in ("shortlist", "dismiss"),
    }


@command
def begin(
    uow: UnitOfWork,
    actor: MemberActor,
    *,
    kind: str,
    count: int,
    application_ids: Sequence[str] = (),
    wanted: Mapping[str, Any] | None = None,
    reason: str = "",
    tell: bool = False,
) -> dict[str, Any]:
    """Do *kind* to these, or to all that *wanted* leaves; few at once, many by durable work. Returns what `latest` does.

    *count* is the number that was confirmed.

    Raises:
        Forbidden: for a viewer. Invalid: nobody, too many, no such kind, or no reason where one is needed.
        Conflict: there are more or fewer of them by now than was confirmed.
        NotFound: an id that is no application of the workspace; then nothing is done.
    """
    chosen = _kind(kind)
    ids = _these(uow, actor, application_ids, wanted)
    if len(ids) != count:
        raise Conflict(f"There are {len(ids):,} of them now, not {count:,}. Look again, then confirm.")
    if kind == "reinstate" and not reason.strip():
        raise Invalid(fields={"reason": "Say why, in a few words. It is kept."})
    action = uow.bulk_actions.add(
        r.BulkAction(
            id=uow.new_id(),
            workspace_id=actor.workspace_id,
            member_id=actor.member_id,
            kind=kind,
            state="running",
            created_at=uow.now,
            settles_at=uow.now + SETTLES,
            total=len(ids),
            reason=reason.strip()[:2000] if chosen.reason else "",
            tell=tell and chosen.undo,
        )
    )
    for id in ids:
        uow.bulk_items.add(
            r.BulkItem(
                id=uow.new_id(),
                workspace_id=actor.workspace_id,
                bulk_action_id=action.id,
                application_id=id,
            )
        )
    uow.emit("bulk_action", action.id, "bulk_begun", action=kind, total=len(ids))
    return view(uow, _go_on(uow, actor, action))


def _kind(kind: str) -> _Kind:
    if kind not in KINDS:
        raise Invalid("That cannot be done to many at once.")
    return KINDS[kind]


def _these(
    uow: UnitOfWork, actor: MemberActor, ids: Sequence[str], wanted: Mapping[str, Any] | None
) -> list[str]:
    """Ids of who is meant. Raises Forbidden, Invalid, NotFound."""
    if not actor.can(r.Role.RECRUITER):
        raise Forbidden("Viewers can read reports, and cannot decide.")
    if wanted is not None:
        role = str(wanted.get("interviewer_id") or "")
        if role:
            uow.interviewers.get(role)
        found = uow.applications.matching(filter_of(**wanted), limit=MOST + 1)
    else:
        found = list(dict.fromkeys(ids))
        if len(found) <= MOST and len(uow.applications.find(id=found)) < len(found):
            raise NotFound("Somebody of these is not here any more. Load the page again.")
    if not found:
        raise Invalid("Nobody is selected.")
    if len(found) > MOST:
        raise Invalid(f"At most {MOST:,} candidates can be done at once. Narrow the filters first.")
    return found


# --- Doing and undoing, step by step ---------------------------------------------------------------------------------


def run(deps: Deps, action_id: str) -> None:
    """Durable work: do, or undo, what is left of an action, as the member who began it. Cut off, it goes on from there."""
    while True:
        with deps.uow.write(SystemActor(name="bulk")) as uow:
            action = uow.bulk_actions.get(action_id)
            member = uow.members.get(action.member_id)
        actor = MemberActor(
            workspace_id=action.workspace_id,
            member_id=member.id,
            role=member.role if member.disabled_at is None else r.Role.VIEWER,
            name=member.name,
            email=member.email,
        )
        with deps.uow.write(actor) as uow:
            if _step(uow, actor, uow.bulk_actions.get(action_id)):
                return


def _go_on(uow: UnitOfWork, actor: MemberActor, action: r.BulkAction) -> r.BulkAction:
    """The first step at once, so that a few are done when the page answers; the rest as durable work."""
    if not _step(uow, actor, action):
        uow.enqueue(Work.RUN_BULK, action.id, key=f"{action.id}:{'undo' if action.undone_at else 'do'}")
    return uow.bulk_actions.get(action.id)


def _step(uow: UnitOfWork, actor: MemberActor, action: r.BulkAction) -> bool:
    """One batch; True once nothing is left."""
    undoing = action.undone_at is not None
    batch = uow.bulk_items.find(
        bulk_action_id=action.id, state="changed" if undoing else "waiting", limit=_BATCH
    )
    changed = 0
    for item in batch:
        after = _undone(uow, action, item) if undoing else _done(uow, actor, action, item)
        changed += after.state == "changed"
        uow.bulk_items.save(after)
    last = len(batch) < _BATCH
    if undoing:
        uow.bulk_actions.save(replace(action, state="undone" if last else "undoing"))
    else:
        over = {"state": "done", "finished_at": uow.now} if last else {}
        uow.bulk_actions.save(
            replace(action, done=action.done + len(batch), changed=action.changed + changed, **over)
        )
    if last:
        uow.emit("bulk_action", action.id, "bulk_undone" if undoing else "bulk_done", changed=action.changed)
    return last


def _done(uow: UnitOfWork, actor: MemberActor, action: r.BulkAction, item: r.BulkItem) -> r.BulkItem:
    try:
        if not actor.can(r.Role.RECRUITER):
            raise Forbidden("Who began this may not decide any more.")
        application = uow.applications.lock(item.application_id)
        before = {
            "decision": str(application.decision),
            "reason": application.decision_reason,
            "at": application.decided_at.isoformat() if application.decided_at else "",
            "by": application.decided_by or "",
        }
        why = KINDS[action.kind].does(uow, actor, action, application)
    except MiloError as problem:
        return replace(item, state="skipped", why=problem.message[:300])
    return replace(item, state="skipped" if why else "changed", why=why[:300], before=before)


def _undone(uow: UnitOfWork, action: r.BulkAction, item: r.BulkItem) -> r.BulkItem:
    """Put one decision back as it was, unless somebody has decided anew since, and keep back what it would have sent."""
    application = uow.applications.lock(item.application_id)
    given = {"shortlist": "shortlisted", "dismiss": "dismissed", "clear": "none"}[action.kind]
    if application.decision != given or (
        application.decided_by not in (action.member_id, None)
        or (application.decided_at is not None and application.decided_at < action.created_at)
    ):
        return replace(item, state="skipped", why="Somebody has decided anew since.")
    before = item.before
    uow.applications.save(
        replace(
            application,
            decision=r.Decision(str(before["decision"])),
            decision_reason=str(before["reason"]),
            decided_at=datetime.fromisoformat(str(before["at"])) if before["at"] else None,
            decided_by=str(before["by"]) or None,
            updated_at=uow.now,
        )
    )
    for message in uow.messages.find(
        application_id=application.id, kind="decision", state=r.MessageState.QUEUED
    ):
        if message.created_at >= action.created_at:
            uow.messages.save(
                replace(
                    message,
                    state=r.MessageState.SUPPRESSED,
                    error="The decision was undone before this was sent.",
                    updated_at=uow.now,
                )
            )
    uow.emit("application", application.id, "decision_undone", bulk_action_id=action.id)
    return replace(item, state="undone")


@command
def undo(uow: UnitOfWork, actor: MemberActor, *, action_id: str) -> dict[str, Any]:
    """Take a decision on many back. Returns what `latest` does.

    Raises:
        Forbidden: for a viewer. NotFound.
        Conflict: it cannot be undone, is not finished, was undone, or its time is over.
    """
    if not actor.can(r.Role.RECRUITER):
        raise Forbidden("Viewers cannot decide.")
    action = uow.bulk_actions.get(action_id)
    if not KINDS[action.kind].undo:
        raise Conflict("This has reached the candidates already and cannot be undone.")
    if action.undone_at is not None:
        raise Conflict("This was undone already.")
    if action.state != "done":
        raise Conflict("This is not finished yet. Undo it in a moment.")
    if uow.now >= action.settles_at:
        raise Conflict("The ten minutes are over. Clear the decisions by hand where they should not stand.")
    action = uow.bulk_actions.save(replace(action, state="undoing", undone_at=uow.now))
    return view(uow, _go_on(uow, actor, action))


# --- Showing --------------------------------------------------------------------------------------------------------


@query
def latest(uow: UnitOfWork, actor: MemberActor) -> dict[str, Any]:
    """The reader's newest action while there is something to see of it: `{id, text, total, done, running, undo, until,
    skipped}`, empty texts where there is none. `skipped` is [{n, why}], the most common reasons first."""
    found = uow.bulk_actions.find(member_id=actor.member_id, order="-id", limit=1)
    if not found or (found[0].state != "running" and uow.now >= found[0].settles_at):
        return dict(NOTHING)
    return view(uow, found[0])


#: What stands where there is no action to show.
NOTHING: Mapping[str, Any] = {
    "id": "",
    "text": "",
    "total": 0,
    "done": 0,
    "running": False,
    "undo": False,
    "until": "",
    "skipped": [],
}


def view(uow: UnitOfWork, action: r.BulkAction) -> dict[str, Any]:
    """An action for the desk, JSON-able."""
    kind = KINDS[action.kind]
    running = action.state in ("running", "undoing")
    if action.undone_at is not None:
        undone = uow.bulk_items.count(bulk_action_id=action.id, state="undone")
        text = "Undoing…" if running else f"Undone: {undone:,} are as they were before."
    elif running:
        text = f"{kind.doing} {action.done:,} of {action.total:,}"
    else:
        text = f"{kind.did} {action.changed:,}."
        if action.tell and action.changed:
            text += " They are told by email in ten minutes."
    skipped: dict[str, int] = {}
    if not running and action.changed < action.total:
        for item in uow.bulk_items.find(bulk_action_id=action.id, state="skipped"):
            skipped[item.why] = skipped.get(item.why, 0) + 1
    can = kind.undo and action.state == "done" and action.changed > 0 and uow.now < action.settles_at
    return {
        "id": action.id,
        "text": text,
        "total": action.total,
        "done": action.done,
        "running": running,
        "undo": can,
        "until": action.settles_at.isoformat() if can else "",
        "skipped": [{"n": n, "why": why} for why, n in sorted(skipped.items(), key=lambda one: -one[1])[:5]],
    }
