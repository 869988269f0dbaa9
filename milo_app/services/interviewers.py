"""Interviewers: drafted, edited, published as versions that never change, copied, archived.

A draft may be half done; only publishing checks it whole. Those who have started keep the version they started with.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from milo_app.domain import drafting, plan_data, slugs
from milo_app.domain import records as r
from milo_app.domain.actors import Actor, MemberActor
from milo_app.domain.errors import Conflict, Forbidden, Invalid, NotFound
from milo_app.domain.plan import Plan, StageKind
from milo_app.services import links
from milo_app.services.ports import UnitOfWork
from milo_app.services.transactions import command, query

#: A draft as JSON text may be this long.
_LONGEST_DRAFT = 400_000
_TEMPLATES = Path(__file__).resolve().parents[1] / "templates" / "interviewers"


# --- Starting points ------------------------------------------------------------------------------------------------


def draft_from_text(text: str) -> Plan:
    """A whole plan drafted by rules from a pasted job description; says so in `drafted_by`.

    Raises:
        Invalid: nothing was pasted.
    """
    if not text.strip():
        raise Invalid(fields={"text": "Paste the job description, or start from a template."})
    return drafting.draft(text)


def templates() -> list[dict[str, Any]]:
    """The templates to start from: [{name, title, minutes, stages}]."""
    out: list[dict[str, Any]] = []
    for name in _template_names():
        plan = template(name)
        out.append(
            {
                "name": name,
                "title": plan.title,
                "minutes": plan.minutes,
                "stages": [str(k) for k in plan.kinds],
            }
        )
    return out


def template(name: str) -> Plan:
    """The plan of a template. Raises NotFound."""
    if name not in _template_names():
        raise NotFound("There is no template of that name.")
    return _read_template(name)


@cache
def _template_names() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in _TEMPLATES.glob("*.json")))


@cache
def _read_template(name: str) -> Plan:
    return plan_data.from_data(json.loads((_TEMPLATES / f"{name}.json").read_text(encoding="utf-8")))


# --- Making and editing ---------------------------------------------------------------------------------------------


@command
def create(
    uow: UnitOfWork, actor: Actor, *, plan: Plan | Mapping[str, Any], slug: str | None = None
) -> r.Interviewer:
    """Make an interviewer as a draft. Without a *slug* one is made from the title.

    Raises:
        Invalid: the slug is taken, reserved, or no slug; the draft is no JSON object or far too large.
    """
    _may_edit(actor)
    draft = _draft_data(plan)
    title = str(draft.get("title", "")).strip()[:200] or "Untitled role"
    workspace_id = _workspace_id(actor)
    interviewer = uow.interviewers.add(
        r.Interviewer(
            id=uow.new_id(),
            workspace_id=workspace_id,
            slug=_own_slug(uow, slug, title),
            state=r.InterviewerState.DRAFT,
            draft=draft,
            title=title,
            created_at=uow.now,
            updated_at=uow.now,
            created_by=actor.member_id if isinstance(actor, MemberActor) else None,
        )
    )
    uow.emit("interviewer", interviewer.id, "interviewer_created")
    return interviewer


@command
def save_draft(
    uow: UnitOfWork, actor: Actor, *, interviewer_id: str, plan: Plan | Mapping[str, Any]
) -> r.Interviewer:
    """Keep the draft as it is, also with problems in it; nothing that candidates see changes.

    Raises NotFound, Forbidden, and Invalid for what is no JSON object or far too large.
    """
    _may_edit(actor)
    interviewer = uow.interviewers.get(interviewer_id)
    draft = _draft_data(plan)
    if draft == interviewer.draft:
        return interviewer
    title = str(draft.get("title", "")).strip()[:200] or "Untitled role"
    return uow.interviewers.save(
        replace(
            interviewer,
            draft=draft,
            title=title if interviewer.version == 0 else interviewer.title,
            updated_at=uow.now,
        )
    )


@command
def publish(uow: UnitOfWork, actor: Actor, *, interviewer_id: str) -> r.InterviewerVersion:
    """Check the draft whole and make it the version that new candidates get. An unchanged draft stays one version.

    Raises:
        Invalid: with every problem of the draft, by place.
        Conflict: the interviewer is archived.
    """
    _may_edit(actor)
    interviewer = uow.interviewers.get(interviewer_id)
    if interviewer.state is r.InterviewerState.ARCHIVED:
        raise Conflict("This interviewer is archived. Restore it before publishing.")
    plan = plan_data.from_data(interviewer.draft)
    if problems := plan_data.problems_of_publishing(plan):
        raise Invalid("The plan cannot be published as it is.", fields=problems)
    data = plan_data.to_data(plan)
    latest = newest_version(uow, interviewer)
    if latest is not None and latest.plan == data:
        if interviewer.state is not r.InterviewerState.ACTIVE:
            uow.interviewers.save(replace(interviewer, state=r.InterviewerState.ACTIVE, updated_at=uow.now))
        return latest
    version = uow.versions.add(
        r.InterviewerVersion(
            id=uow.new_id(),
            workspace_id=interviewer.workspace_id,
            interviewer_id=interviewer.id,
            number=interviewer.version + 1,
            plan=data,
            published_at=uow.now,
            published_by=actor.member_id if isinstance(actor, MemberActor) else None,
        )
    )
    uow.interviewers.save(
        replace(
            interviewer,
            state=r.InterviewerState.ACTIVE,
            version=version.number,
            title=plan.title.strip(),
            closes_at=_closing(uow, interviewer, plan, latest),
            updated_at=uow.now,
        )
    )
    uow.emit("interviewer", interviewer.id, "interviewer_published", version=version.number)
    return version


def _closing(
    uow: UnitOfWork, interviewer: r.Interviewer, plan: Plan, latest: r.InterviewerVersion | None
) -> datetime | None:
    """The closing date: kept over edits, unless the plan's number of days changed. No days means it stays open."""
    if latest is not None and latest.plan.get("deadline_days", 30) == plan.deadline_days:
        return interviewer.closes_at
    return uow.now + timedelta(days=plan.deadline_days) if plan.deadline_days > 0 else None


@command
def set_closing(
    uow: UnitOfWork, actor: Actor, *, interviewer_id: str, closes_at: datetime | None
) -> r.Interviewer:
    """Move the closing date (aware), or take it away. Raises NotFound, Forbidden."""
    _may_edit(actor)
    interviewer = uow.interviewers.get(interviewer_id)
    uow.emit("interviewer", interviewer.id, "interviewer_closing_moved")
    return uow.interviewers.save(replace(interviewer, closes_at=closes_at, updated_at=uow.now))


@command
def set_options(
    uow: UnitOfWork,
    actor: Actor,
    *,
    interviewer_id: str,
    slug: str | None = None,
    allow_sms: bool | None = None,
) -> r.Interviewer:
    """Change the address (links already given out with the old one stop working) or whether texts are sent.

    Raises NotFound, Forbidden, and Invalid for a slug that cannot be used.
    """
    _may_edit(actor)
    interviewer = uow.interviewers.get(interviewer_id)
    if slug is not None and slug != interviewer.slug:
        interviewer = replace(interviewer, slug=_own_slug(uow, slug, interviewer.title))
    if allow_sms is not None:
        interviewer = replace(interviewer, allow_sms=allow_sms)
    return uow.interviewers.save(replace(interviewer, updated_at=uow.now))


@command
def clone(uow: UnitOfWork, actor: Actor, *, interviewer_id: str, title: str = "") -> r.Interviewer:
    """A full copy as a draft of its own. Raises NotFound, Forbidden."""
    _may_edit(actor)
    original = uow.interviewers.get(interviewer_id)
    draft = {**original.draft, "title": title.strip() or f"Copy of {original.title}"[:200]}
    copy = create(uow, actor, plan=draft)
    return uow.interviewers.save(replace(copy, allow_sms=original.allow_sms))


@command
def archive(uow: UnitOfWork, actor: Actor, *, interviewer_id: str) -> r.Interviewer:
    """Close the role: its links say so, nothing is erased. A repeat changes nothing. Raises NotFound, Forbidden."""
    _may_edit(actor)
    interviewer = uow.interviewers.get(interviewer_id)
    if interviewer.state is r.InterviewerState.ARCHIVED:
        return interviewer
    uow.emit("interviewer", interviewer.id, "interviewer_archived")
    return uow.interviewers.save(replace(interviewer, state=r.InterviewerState.ARCHIVED, updated_at=uow.now))


@command
def restore(uow: UnitOfWork, actor: Actor, *, interviewer_id: str) -> r.Interviewer:
    """Bring an archived interviewer back as it was. Raises NotFound, Forbidden."""
    _may_edit(actor)
    interviewer = uow.interviewers.get(interviewer_id)
    if interviewer.state is not r.InterviewerState.ARCHIVED:
        return interviewer
    state = r.InterviewerState.ACTIVE if interviewer.version else r.InterviewerState.DRAFT
    uow.emit("interviewer", interviewer.id, "interviewer_restored")
    return uow.interviewers.save(replace(interviewer, state=state, updated_at=uow.now))


# --- Looking --------------------------------------------------------------------------------------------------------


def by_slug(uow: UnitOfWork, slug: str) -> r.Interviewer:
    """The interviewer with that slug in the workspace in scope. Raises NotFound."""
    found = uow.interviewers.first(slug=slug)
    if found is None:
        raise NotFound(f"There is no interviewer called {slug!r}.")
    return found


def newest_version(uow: UnitOfWork, interviewer: r.Interviewer) -> r.InterviewerVersion | None:
    """The version that new candidates get; None before the first publishing."""
    if interviewer.version == 0:
        return None
    return uow.versions.first(interviewer_id=interviewer.id, number=interviewer.version)


@query
def show(uow: UnitOfWork, actor: Actor, *, slug: str = "", interviewer_id: str = "") -> dict[str, Any]:
    """One interviewer by slug or id: {id, slug, title, state, version, closes_at, allow_sms, apply_url, preview_url,
    plan, published, problems, needs, checklist}, where `plan` is the draft. Raises NotFound."""
    interviewer = uow.interviewers.get(interviewer_id) if interviewer_id else by_slug(uow, slug)
    workspace = uow.workspaces.get(interviewer.workspace_id)
    version = newest_version(uow, interviewer)
    plan, problems = read_draft(interviewer.draft)
    return {
        "id": interviewer.id,
        "slug": interviewer.slug,
        "title": interviewer.title,
        "state": str(interviewer.state),
        "version": interviewer.version,
        "closes_at": interviewer.closes_at.isoformat() if interviewer.closes_at else None,
        "allow_sms": interviewer.allow_sms,
        "apply_url": links.apply_url(uow.instance, workspace, interviewer),
        "preview_url": links.preview_url(uow.instance, interviewer),
        "plan": dict(interviewer.draft),
        "published": dict(version.plan) if version else None,
        "problems": problems,
        "needs": plan.needs() if plan else [],
        "checklist": _checklist(uow, workspace, interviewer, plan, problems),
    }


@query
def overview(uow: UnitOfWork, actor: Actor) -> list[dict[str, Any]]:
    """Every interviewer of the workspace, newest first: [{id, slug, title, state, version}]."""
    return [
        {"id": i.id, "slug": i.slug, "title": i.title, "state": str(i.state), "version": i.version}
        for i in uow.interviewers.find(order="-id")
    ]


def read_draft(draft: Mapping[str, Any]) -> tuple[Plan | None, dict[str, str]]:
    """(the plan, or None where the draft cannot be used yet; every problem by place)."""
    try:
        return plan_data.from_data(draft), {}
    except Invalid as problem:
        return None, dict(problem.fields) or {"plan": problem.message}


def _checklist(
    uow: UnitOfWork,
    workspace: r.Workspace,
    interviewer: r.Interviewer,
    plan: Plan | None,
    problems: Mapping[str, str],
) -> list[dict[str, Any]]:
    """What to look at before going live: [{id, label, done, hint}]."""
    previews = uow.applications.find(interviewer_id=interviewer.id, preview=True, limit=20)
    hidden = [
        thing.text
        for stage in (plan.stages if plan else ())
        if stage.enforce
        for thing in (*stage.criteria, *stage.questions)
        if thing.dealbreaker and thing.need_hidden
    ]
    brand = links.brand_of(workspace)
    texts = plan is None or plan.stage(StageKind.SMS) is None or interviewer.allow_sms
    contact = bool(plan and plan.contact_email) or bool(brand.get("support_email"))
    rows = [
        ("whole", "Nothing is missing", not problems, next(iter(problems.values()), "")),
        (
            "preview",
            "You took the preview yourself",
            any(a.started_at for a in previews),
            "Open the preview link and go through it once.",
        ),
        (
            "needs",
            "Every dealbreaker is said in the invitation",
            not hidden,
            f"Not said before they start: {'; '.join(hidden)}" if hidden else "",
        ),
        ("contact", "Candidates can reach a person", contact, "Give a contact address."),
        (
            "texts",
            "Texts can be sent",
            texts,
            "Texts are off for this role: the text stage is then offered on the web.",
        ),
        (
            "privacy",
            "Your privacy notice is linked",
            bool(brand.get("privacy_url")),
            "Add its address in Settings; some places require a notice before AI is used.",
        ),
    ]
    return [
        {"id": i, "label": label, "done": done, "hint": "" if done else hint} for i, label, done, hint in rows
    ]


# --- Rules ----------------------------------------------------------------------------------------------------------


def _may_edit(actor: Actor) -> None:
    if isinstance(actor, MemberActor) and not actor.can(r.Role.RECRUITER):
        raise Forbidden("Viewers can look, but not change interviewers.")


def _workspace_id(actor: Actor) -> str:
    if not actor.workspace_id:
        raise Invalid(fields={"workspace": "Say which workspace."})
    return actor.workspace_id


def _draft_data(plan: Plan | Mapping[str, Any]) -> dict[str, Any]:
    """The draft as JSON data. Raises Invalid for what is none."""
    data: object = plan_data.to_data(plan) if isinstance(plan, Plan) else plan
    if not isinstance(data, Mapping):
        raise Invalid(fields={"plan": "A plan is a JSON object."})
    try:
        text = json.dumps(data, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise Invalid(fields={"plan": "The plan holds something that is not JSON."}) from None
    if len(text) > _LONGEST_DRAFT:
        raise Invalid(fields={"plan": "This plan is far too long. Shorten its texts."})
    return json.loads(text)


def _own_slug(uow: UnitOfWork, slug: str | None, title: str) -> str:
    """*slug*, if it can be used, or a free one made from *title*. Raises Invalid."""
    if slug:
        if not slugs.is_free(slug):
            raise Invalid(
                fields={
                    "slug": "2 to 60 lower-case letters, digits and dashes, and not a name of the site's own."
                }
            )
        if uow.interviewers.first(slug=slug) is not None:
            raise Invalid(fields={"slug": "Another interviewer has this address already."})
        return slug
    stem = slugs.slugged(title)
    if not slugs.is_free(stem):
        stem = f"{stem}-role"
    taken = stem
    number = 1
    while uow.interviewers.first(slug=taken) is not None:
        number += 1
        taken = f"{stem}-{number}"
    return taken
