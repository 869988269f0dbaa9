"""What the server-rendered first pages show: the landing behind a link, the public apply page, a preview, one's data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import available_timezones

from milo_app.domain import brand as brands
from milo_app.domain import consent as notices
from milo_app.domain import journey, plan_data
from milo_app.domain import records as r
from milo_app.domain.actors import Actor, CandidateActor, SystemActor
from milo_app.domain.errors import Forbidden, Gone, NotFound
from milo_app.domain.plan import Plan
from milo_app.domain.stages import kinds
from milo_app.services import applications, invitations, links, policies
from milo_app.services.ports import UnitOfWork
from milo_app.services.transactions import command, query


def role_facts(workspace: r.Workspace, plan: Plan) -> dict[str, Any]:
    """What any first page says about a role: brand, words, stages with their length, what is needed."""
    return {
        "brand": links.brand_of(workspace),
        "workspace": workspace.name,
        "is_demo": workspace.is_demo,
        "plan": plan,
        "title": plan.title,
        "language": plan.language,
        "needs": plan.needs(),
        "minutes": plan.minutes,
        "stages": [
            {"kind": str(s.kind), "label": kinds.of(s.kind).label(plan.language), "minutes": s.minutes}
            for s in plan.stages
        ],
        "contact": plan.contact_email or str(workspace.brand.get("support_email", "")),
    }


@query
def for_link(uow: UnitOfWork, actor: Actor, *, token: str) -> dict[str, Any]:
    """The landing page behind a candidate's link. Reads only: scanners follow links.

    Raises:
        NotFound, Gone: as `links.resolve` does, and Gone when the role has closed before the candidate began.
    """
    application = links.resolve(uow, token)
    person = uow.candidates.get(application.candidate_id)
    if person.erased_at is not None:
        raise Gone("withdrawn", "This link no longer works: the data behind it was erased as asked.")
    workspace = uow.workspaces.get(application.workspace_id)
    plan = applications.plan_of(uow, application)
    interviewer = uow.interviewers.get(application.interviewer_id)
    begun = application.started_at is not None
    if not begun and interviewer.state is r.InterviewerState.ARCHIVED:
        raise Gone("closed", "This role is closed. Thank you for your interest.")
    if not begun and not application.preview and not journey.may_start(application, uow.now):
        raise Gone("expired", "The time to start this interview is over.")
    return {
        **role_facts(workspace, plan),
        "zone": invitations.zone_of(person, workspace),
        "name": person.name,
        "application": application,
        "state": str(application.state),
        "begun": begun,
        "due_at": application.due_at,
        "notice": notices.interview(plan.language, video=any(s.video for s in plan.stages)),
        "privacy_url": links.privacy_url(uow.instance, application),
        "page_url": links.candidate_url(uow.instance, application),
    }


@command
def enter(uow: UnitOfWork, actor: Actor, *, token: str, zone: str = "") -> r.Application:
    """A person pressed Start (or Continue) on their landing page. Returns the application they may now open.

    *zone* is their device's time zone by its IANA name; it is kept where none was known, so that deadlines are told in
    it. Anything else is passed over.
    """
    application = links.resolve(uow, token)
    person = uow.candidates.get(application.candidate_id)
    if "/" in zone and not person.time_zone and zone in available_timezones():
        uow.candidates.save(replace(person, time_zone=zone))
    return applications.start(uow, SystemActor(), application_id=application.id)


@query
def for_preview(uow: UnitOfWork, actor: Actor, *, token: str) -> dict[str, Any]:
    """The landing page as candidates will see it, from the draft."""
    interviewer = links.resolve_preview(uow, token)
    workspace = uow.workspaces.get(interviewer.workspace_id)
    plan = plan_data.from_data(interviewer.draft)
    return {
        **role_facts(workspace, plan),
        "interviewer": interviewer,
        "notice": notices.interview(plan.language, video=any(s.video for s in plan.stages)),
    }


@query
def for_privacy(uow: UnitOfWork, actor: Actor, *, token: str) -> dict[str, Any]:
    """What is held on the candidate behind a privacy link, counted, and what they have asked for."""
    application = links.resolve(uow, token, purpose="privacy")
    workspace = uow.workspaces.get(application.workspace_id)
    held: dict[str, Any] = {"application_id": application.id}
    person = uow.candidates.get(application.candidate_id)
    return {
        **role_facts(workspace, applications.plan_of(uow, application)),
        "zone": invitations.zone_of(person, workspace),
        "person": person,
        "application": application,
        "held": {
            "answers": uow.answers.count(**held),
            "turns": uow.turns.count(**held),
            "recordings": uow.recordings.count(**held),
            "files": uow.files.count(**held),
            "messages": uow.messages.count(**held),
            "evaluations": uow.evaluations.count(**held),
        },
        "requests": uow.requests.find(order="-at", **held),
        "consents": uow.consents.find(order="at", **held),
    }


@query
def brand_css(uow: UnitOfWork, actor: Actor, *, application_id: str) -> str:
    """The tokens of the workspace behind an application; the house's own for an unknown id, so nothing is revealed."""
    application = uow.applications.maybe(application_id) if application_id else None
    brand = links.brand_of(uow.workspaces.get(application.workspace_id)) if application else {}
    return brands.css(brand)


@query
def for_product(uow: UnitOfWork, actor: Actor) -> dict[str, Any]:
    """The product page says only whether this is a local trial."""
    return {"local": uow.instance.local}


@query
def for_apply(uow: UnitOfWork, actor: Actor, *, workspace_slug: str, interviewer_slug: str) -> dict[str, Any]:
    """The public page of a role. Raises NotFound for slugs that are nobody's or not published."""
    workspace = uow.workspaces.first(slug=workspace_slug)
    interviewer = (
        uow.interviewers.first(workspace_id=workspace.id, slug=interviewer_slug)
        if workspace is not None
        else None
    )
    if workspace is None or interviewer is None or interviewer.version == 0:
        raise NotFound("We could not find that page.")
    version = uow.versions.first(interviewer_id=interviewer.id, number=interviewer.version)
    if version is None:
        raise NotFound("We could not find that page.")
    plan = plan_data.from_data(version.plan)
    over = interviewer.closes_at is not None and uow.now >= interviewer.closes_at
    return {
        **role_facts(workspace, plan),
        "zone": policies.of(workspace).time_zone,
        "closed": over or interviewer.state is not r.InterviewerState.ACTIVE,
        "closes_at": interviewer.closes_at,
        "posted_at": version.published_at,
        "apply_url": links.apply_url(uow.instance, workspace, interviewer),
        "sms_notice": notices.sms(plan.language),
        "allow_sms": interviewer.allow_sms,
    }


@command
def ask_from_privacy(uow: UnitOfWork, actor: Actor, *, token: str, kind: str, text: str = "") -> r.Request:
    """Ask for export, erasure or a person's review from the privacy page, without any cookie."""
    application = links.resolve(uow, token, purpose="privacy")
    if kind not in ("erase", "export", "human_review"):
        raise Forbidden("Please choose what you need.")
    holder = CandidateActor(
        workspace_id=application.workspace_id,
        application_id=application.id,
        candidate_id=application.candidate_id,
        preview=application.preview,
    )
    return applications.ask_person(uow, holder, kind=kind, text=text)
