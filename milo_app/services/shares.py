"""One report for somebody without an account: by a link that expires, can be taken back, and shows no more than it must.

Ways of contact, decisions, colleagues' comments, requests and accommodations are never in it.
"""

from __future__ import annotations

import hmac
from dataclasses import replace
from datetime import timedelta
from typing import Any

from milo_app.domain import records as r
from milo_app.domain import values
from milo_app.domain.actors import Actor, MemberActor, SystemActor
from milo_app.domain.errors import Conflict, Forbidden, Gone, Invalid, NotFound, Throttled
from milo_app.services import links, reports
from milo_app.services.ports import Deps, UnitOfWork
from milo_app.services.transactions import command, query

#: For how many days a link may be made.
DAYS = (1, 7, 30)
_MOST = 20
_MOST_COMMENTS = 50
#: What of a report's head a guest sees.
_HEAD = ("name", "role", "state_name", "completed_at", "last_word", "overall", "dealbreakers")


@command
def share(
    uow: UnitOfWork,
    actor: MemberActor,
    *,
    application_id: str,
    label: str = "",
    days: int = 7,
    may_comment: bool = True,
) -> dict[str, Any]:
    """A link to one report for *days*; *label* says for whom. Returns it as `of_application` lists it.

    Raises Forbidden for a viewer, NotFound, Invalid, Conflict for a preview or too many links.
    """
    if not actor.can(r.Role.RECRUITER):
        raise Forbidden("Viewers cannot share reports.")
    if days not in DAYS:
        raise Invalid(fields={"days": "Choose for how long."})
    application = uow.applications.get(application_id)
    if application.preview:
        raise Conflict("A preview is nobody's report, and cannot be shared.")
    if len(_open(uow, application.id)) >= _MOST:
        raise Conflict(f"There are {_MOST} open links to this report. Take one back first.")
    made = uow.shares.add(
        r.ReportShare(
            id=uow.new_id(),
            workspace_id=application.workspace_id,
            application_id=application.id,
            member_id=actor.member_id,
            created_at=uow.now,
            expires_at=uow.now + timedelta(days=days),
            label=values.plain(label).strip()[:80],
            may_comment=may_comment,
        )
    )
    uow.emit("application", application.id, "report_shared", share_id=made.id)
    return _view(uow, made)


@query
def of_application(uow: UnitOfWork, actor: MemberActor, *, application_id: str) -> list[dict[str, Any]]:
    """The open links to a report, the newest first: [{id, label, url, expires, opened, opened_at, may_comment}]. A viewer
    sees none. Raises NotFound."""
    application = uow.applications.get(application_id)
    if not actor.can(r.Role.RECRUITER):
        return []
    return [_view(uow, one) for one in _open(uow, application.id)]


@command
def revoke(uow: UnitOfWork, actor: MemberActor, *, share_id: str) -> None:
    """Take a link back; it opens nothing from now on. Raises Forbidden, NotFound."""
    if not actor.can(r.Role.RECRUITER):
        raise Forbidden("Viewers cannot share reports.")
    one = uow.shares.get(share_id)
    if one.revoked_at is None:
        uow.shares.save(replace(one, revoked_at=uow.now))
        uow.emit("application", one.application_id, "share_revoked", share_id=one.id)


def _open(uow: UnitOfWork, application_id: str) -> list[r.ReportShare]:
    found = uow.shares.find(application_id=application_id, revoked_at=None, order="-id")
    return [one for one in found if one.expires_at > uow.now]


def _view(uow: UnitOfWork, one: r.ReportShare) -> dict[str, Any]:
    return {
        "id": one.id,
        "label": one.label or "Anyone with the link",
        "url": f"{uow.instance.public_url}/share/{links.token(uow.instance, 'share', one.id, 1)}",
        "expires": one.expires_at.isoformat(),
        "opened": one.opened,
        "opened_at": one.opened_at.isoformat() if one.opened_at else "",
        "may_comment": one.may_comment,
    }


# --- Whoever has the link -------------------------------------------------------------------------------------------


@query
def look(uow: UnitOfWork, actor: Actor, *, token: str) -> dict[str, Any]:
    """What the page behind the link shows before it is opened; changes nothing. Raises NotFound, Gone."""
    one = _by_token(uow, token)
    workspace = uow.workspaces.get(one.workspace_id)
    member = uow.members.maybe(one.member_id)
    application = uow.applications.get(one.application_id)
    return {
        **_brand(workspace),
        "who": member.name if member else workspace.name,
        "label": one.label,
        "role": uow.interviewers.get(application.interviewer_id).title,
        "expires_at": one.expires_at,
    }


@command
def enter(uow: UnitOfWork, actor: Actor, *, token: str) -> tuple[r.ReportShare, str]:
    """A person pressed Open: the link, and what their cookie is to hold. Raises NotFound, Gone."""
    one = _by_token(uow, token)
    one = uow.shares.save(replace(one, opened=one.opened + 1, opened_at=uow.now))
    return one, _proof(uow, one)


def read(deps: Deps, *, share_id: str, proof: str) -> dict[str, Any]:
    """The report as a guest may see it, with their own comments, and the brand it is shown in. Raises NotFound, Gone,
    Forbidden."""
    with deps.uow.read(SystemActor(name="share")) as uow:
        one = proven(uow, SystemActor(), share_id=share_id, proof=proof)
        workspace = uow.workspaces.get(one.workspace_id)
        comments = uow.comments.find(share_id=one.id, order="at")
    system = SystemActor(workspace_id=one.workspace_id, name="share")
    whole = reports.whole(deps, system, application_id=one.application_id)
    return {
        **_brand(workspace),
        "share": one.id,
        "may_comment": one.may_comment,
        "expires_at": one.expires_at,
        "report": {name: whole[name] for name in _HEAD} | {"stages": whole["stages"]},
        "comments": [
            {"who": c.author, "text": c.text, "at": c.at, "rating": c.rating or 0} for c in comments
        ],
    }


@command
def comment(
    uow: UnitOfWork,
    actor: Actor,
    *,
    share_id: str,
    proof: str,
    author: str,
    text: str,
    rating: int | None = None,
) -> r.Comment:
    """A guest's words, seen by the team. Raises NotFound, Gone, Forbidden, Invalid, Throttled."""
    one = proven(uow, actor, share_id=share_id, proof=proof)
    if not one.may_comment:
        raise Forbidden("Comments were not asked for with this link.")
    author, text = values.plain(author).strip(), values.plain(text).strip()
    fields: dict[str, str] = {}
    if not 1 <= len(author) <= 80:
        fields["author"] = "Tell the team who you are."
    if not 1 <= len(text) <= 5000:
        fields["text"] = "A comment has 1 to 5,000 characters."
    if rating is not None and not 1 <= rating <= 5:
        fields["rating"] = "A rating is 1 to 5."
    if fields:
        raise Invalid(fields=fields)
    if uow.comments.count(share_id=one.id) >= _MOST_COMMENTS:
        raise Throttled(3600, "There are many comments by this link already.")
    kept = uow.comments.add(
        r.Comment(
            id=uow.new_id(),
            workspace_id=one.workspace_id,
            application_id=one.application_id,
            member_id=None,
            text=text,
            at=uow.now,
            rating=rating,
            author=author,
            share_id=one.id,
        )
    )
    uow.emit("application", one.application_id, "comment_added", comment_id=kept.id, share_id=one.id)
    return kept


@query
def proven(uow: UnitOfWork, actor: Actor, *, share_id: str, proof: str) -> r.ReportShare:
    """The link that a browser's cookie opens. Raises NotFound, Gone, Forbidden."""
    one = uow.shares.maybe(share_id)
    if one is None:
        raise NotFound("We do not know this link.")
    if not hmac.compare_digest(_proof(uow, one), proof):
        raise Forbidden("Please open the link that you were sent.")
    return _alive(uow, one)


@query
def file(uow: UnitOfWork, actor: Actor, *, share_id: str, proof: str, file_id: str) -> r.StoredFile:
    """A recording, resume or answer file of the shared report. Raises NotFound, Gone, Forbidden."""
    one = proven(uow, actor, share_id=share_id, proof=proof)
    found = uow.files.maybe(file_id)
    if found is None or found.application_id != one.application_id:
        raise NotFound("We could not find that file.")
    return found


def _by_token(uow: UnitOfWork, token: str) -> r.ReportShare:
    id, _ = links.split(token)
    one = uow.shares.maybe(id)
    if one is None or not hmac.compare_digest(links.token(uow.instance, "share", id, 1), token):
        raise NotFound("We do not know this link.")
    return _alive(uow, one)


def _alive(uow: UnitOfWork, one: r.ReportShare) -> r.ReportShare:
    if one.revoked_at is not None:
        raise Gone("withdrawn", "This link was taken back. Ask whoever sent it for a new one.")
    if one.expires_at <= uow.now:
        raise Gone("expired", "This link has expired. Ask whoever sent it for a new one.")
    return one


def _proof(uow: UnitOfWork, one: r.ReportShare) -> str:
    return links.token(uow.instance, "share-cookie", one.id, 1)


def _brand(workspace: r.Workspace) -> dict[str, Any]:
    return {"brand": links.brand_of(workspace), "workspace": workspace.name, "is_demo": workspace.is_demo}
