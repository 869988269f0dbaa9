"""Agreeing to the interview: what is recorded, what an AI does and who decides, in words that are kept by hash."""

from __future__ import annotations

from milo_app.domain import consent as notices
from milo_app.domain import records as r
from milo_app.domain.actors import CandidateActor
from milo_app.domain.consent import Notice
from milo_app.domain.errors import Conflict
from milo_app.domain.plan import Plan
from milo_app.services import applications, interviews
from milo_app.services.ports import UnitOfWork
from milo_app.services.transactions import command


def notice_for(plan: Plan, language: str) -> Notice:
    """The notice that candidates of *plan* read before they begin."""
    return notices.interview(language, video=any(stage.video for stage in plan.stages))


@command
def agree(uow: UnitOfWork, actor: CandidateActor, *, text_version: str, sms: bool = False) -> r.Application:
    """The candidate agreed to the notice they read. Raises Conflict when the words have changed since."""
    application = uow.applications.lock(actor.application_id)
    person = uow.candidates.get(application.candidate_id)
    plan = applications.plan_of(uow, application)
    shown = (notice_for(plan, language) for language in (person.language, plan.language, "en"))
    notice = next((n for n in shown if n.version == text_version), None)
    if notice is None:
        raise Conflict("The notice has changed since you opened this page. Please read it again.")
    if application.consented_at is not None:
        return application
    uow.consents.add(
        r.Consent(
            id=uow.new_id(),
            workspace_id=application.workspace_id,
            kind="interview",
            given=True,
            at=uow.now,
            source="web",
            text_version=notice.version,
            text_hash=notice.hash,
            candidate_id=person.id,
            application_id=application.id,
            ip=actor.ip,
        )
    )
    if sms:
        applications.note_sms_consent(uow, person, None, True, "web")
    applications.note(uow, application, "consent_given")
    agreed = applications.touch(uow, application, consented_at=uow.now)
    interviews.greet(uow, agreed, plan)
    return uow.applications.get(agreed.id)
