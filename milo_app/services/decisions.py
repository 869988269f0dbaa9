"""What a person decides about candidates. A decision is theirs, reversible, and apart from the application's state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from milo_app.domain import values
from milo_app.domain.actors import MemberActor
from milo_app.domain.errors import Forbidden, Invalid
from milo_app.domain.records import Application, Comment, Decision, Role
from milo_app.services.ports import UnitOfWork
from milo_app.services.transactions import command

#: How many candidates one decision may cover at once.
MOST = 500

_EVENTS = {
    Decision.SHORTLISTED: "candidate_shortlisted",
    Decision.DISMISSED: "candidate_dismissed",
    Decision.NONE: "decision_cleared",
}


@command
def decide(
    uow: UnitOfWork,
    actor: MemberActor,
    *,
    application_ids: Sequence[str],
    decision: Decision | str,
    reason: str = "",
) -> list[Application]:
    """Shortlist, dismiss, or clear the decision of one or many; returns those that changed.

    Nothing is sent to the candidate by this. Raises Forbidden for a viewer, NotFound for a foreign id (then nothing
    changes), Invalid for an unknown decision or too many at once.
    """
    if not actor.can(Role.RECRUITER):
        raise Forbidden("Viewers can read reports, and cannot decide.")
    if decision not in set(Decision):
        raise Invalid("That is no decision.")
    if len(application_ids) > MOST:
        raise Invalid(f"At most {MOST} candidates can be decided at once.")
    chosen = Decision(decision)
    changed: list[Application] = []
    for application_id in dict.fromkeys(application_ids):
        decided = set_to(uow, actor, uow.applications.lock(application_id), chosen, reason)
        if decided is not None:
            changed.append(decided)
    return changed


def set_to(
    uow: UnitOfWork, actor: MemberActor, application: Application, decision: Decision, reason: str
) -> Application | None:
    """*application* with the decision set, which nobody is told by this; None where it stood so already."""
    if application.decision is decision:
        return None
    none = decision is Decision.NONE
    decided = replace(
        application,
        decision=decision,
        decision_reason="" if none else reason.strip()[:2000],
        decided_at=None if none else uow.now,
        decided_by=None if none else actor.member_id,
        updated_at=uow.now,
        look_at=None if application.preview else uow.now,
    )
    uow.emit("application", application.id, _EVENTS[decision])
    return uow.applications.save(decided)


@command
def comment(
    uow: UnitOfWork, actor: MemberActor, *, application_id: str, text: str, rating: int | None = None
) -> Comment:
    """Add a member's words to an application; *rating* is 1 to 5. Candidates never see them.

    Raises Invalid, NotFound, Forbidden for a viewer.
    """
    if not actor.can(Role.RECRUITER):
        raise Forbidden("Viewers can read reports, and cannot comment.")
    text = values.plain(text).strip()
    if not 1 <= len(text) <= 5000:
        raise Invalid(fields={"text": "A comment has 1 to 5,000 characters."})
    if rating is not None and not 1 <= rating <= 5:
        raise Invalid(fields={"rating": "A rating is 1 to 5."})
    application = uow.applications.get(application_id)
    kept = uow.comments.add(
        Comment(
            id=uow.new_id(),
            workspace_id=application.workspace_id,
            application_id=application.id,
            member_id=actor.member_id,
            text=text,
            at=uow.now,
            rating=rating,
        )
    )
    uow.emit("application", application.id, "comment_added", comment_id=kept.id)
    return kept
