"""Who belongs to a workspace: its members, what they may do, where they are signed in, and the links mailed to them."""

from __future__ import annotations

import re
import secrets
from dataclasses import replace
from datetime import timedelta

from milo_app.domain.actors import Actor, MemberActor, SystemActor
from milo_app.domain.errors import Conflict, Forbidden, Invalid
from milo_app.domain.records import Member, OneTimeLink, Role, Session
from milo_app.services import brand as brands
from milo_app.services import invitations, sessions
from milo_app.services.ports import UnitOfWork
from milo_app.services.transactions import command, query

SET_UP_LINK_LIFE = timedelta(days=7)

# How often a session in use is written down; it ends after a week without.
_SEEN_EVERY = timedelta(hours=1)

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]{2,}|[^@\s]{1,64}@localhost")


def need_admin(actor: Actor) -> None:
    """Raises Forbidden unless an admin or the system acts."""
    if isinstance(actor, MemberActor) and actor.can(Role.ADMIN):
        return
    if not isinstance(actor, SystemActor):
        raise Forbidden("Only an admin can change this.")


def clean_email(email: str) -> str:
    """The address as it is kept (lower case, no spaces around). Raises Invalid."""
    cleaned = email.strip().lower()
    if len(cleaned) > 254 or not _EMAIL.fullmatch(cleaned):
        raise Invalid(fields={"email": "That does not look like an email address."})
    return cleaned


def new_link(
    uow: UnitOfWork, *, workspace_id: str, member_id: str | None, purpose: str, life: timedelta
) -> str:
    """A new one-time link; returns its secret."""
    secret = secrets.token_urlsafe(32)
    uow.one_time_links.add(
        OneTimeLink(
            id=uow.new_id(),
            workspace_id=workspace_id,
            member_id=member_id,
            purpose=purpose,
            token_hash=sessions.hashed(secret),
            created_at=uow.now,
            expires_at=uow.now + life,
        )
    )
    return secret


def send_link(
    uow: UnitOfWork, actor: Actor, member: Member, purpose: str, path: str, life: timedelta
) -> None:
    """A new one-time link, mailed to *member*; the message forgets it once it is sent."""
    secret = new_link(uow, workspace_id=member.workspace_id, member_id=member.id, purpose=purpose, life=life)
    variables = {"link": uow.instance.public_url + path + secret, "minutes": int(life.total_seconds() // 60)}
    invitations.queue_to_member(
        uow, actor, member=member, kind=purpose, variables=variables, dedupe=sessions.hashed(secret)
    )


def end_session(uow: UnitOfWork, session: Session | None) -> None:
    """End *session*; nothing happens where there is none, or it has ended."""
    if session is not None and session.revoked_at is None:
        uow.sessions.save(replace(session, revoked_at=uow.now))


def add(
    uow: UnitOfWork, workspace_id: str, *, email: str, name: str, role: Role, hashed: str | None
) -> Member:
    """A new member, whatever the actor may do. Raises Conflict where the address is taken."""
    return uow.members.add(
        Member(
            id=uow.new_id(),
            workspace_id=workspace_id,
            email=email,
            name=name.strip()[:80] or email.split("@")[0],
            role=role,
            created_at=uow.now,
            password_hash=hashed,
        )
    )


@command
def add_member(
    uow: UnitOfWork,
    actor: Actor,
    *,
    email: str,
    name: str = "",
    role: Role | str = Role.RECRUITER,
    password_hash: str | None = None,
    send: bool = True,
) -> Member:
    """Add somebody to the workspace; without a password they get an email with a set-up link (*send*).

    Raises Invalid for an unusable or already used address, Forbidden unless by an admin or the system.
    """
    need_admin(actor)
    cleaned = clean_email(email)
    if role not in set(Role):
        raise Invalid(fields={"role": "Choose admin, recruiter or viewer."})
    workspace_id = _workspace_of(uow, actor)
    try:
        member = add(uow, workspace_id, email=cleaned, name=name, role=Role(role), hashed=password_hash)
    except Conflict:
        raise Invalid(fields={"email": "There is an account with that address already."}) from None
    if password_hash is None and send:
        send_link(uow, actor, member, "set_up", "/set-up/", SET_UP_LINK_LIFE)
    uow.emit("member", member.id, "member_added", role=str(member.role), workspace_id=workspace_id)
    return member


@command
def set_up_url(uow: UnitOfWork, actor: SystemActor, *, member_id: str) -> str:
    """A link for a member's first password, to hand over oneself (the command line). Raises NotFound."""
    member = uow.members.get(member_id)
    secret = new_link(
        uow, workspace_id=member.workspace_id, member_id=member.id, purpose="set_up", life=SET_UP_LINK_LIFE
    )
    return f"{uow.instance.public_url}/set-up/{secret}"


def _workspace_of(uow: UnitOfWork, actor: Actor) -> str:
    if actor.workspace_id is None:
        raise Invalid(fields={"workspace": "Say which workspace."})
    return actor.workspace_id


def _keep_an_admin(uow: UnitOfWork, member: Member) -> None:
    others = [m for m in uow.members.find(role=Role.ADMIN, disabled_at=None) if m.id != member.id]
    if member.role is Role.ADMIN and not others:
        raise Conflict("This is the only admin. Make somebody else an admin first.")


@command
def change_role(uow: UnitOfWork, actor: Actor, *, member_id: str, role: str) -> Member:
    """Raises Forbidden, NotFound, Invalid, and Conflict for the last admin."""
    need_admin(actor)
    member = uow.members.get(member_id)
    if role not in set(Role):
        raise Invalid(fields={"role": "Choose admin, recruiter or viewer."})
    if role != Role.ADMIN:
        _keep_an_admin(uow, member)
    uow.emit("member", member.id, "member_role_changed", role=role, workspace_id=member.workspace_id)
    return uow.members.save(replace(member, role=Role(role)))


@command
def set_disabled(uow: UnitOfWork, actor: Actor, *, member_id: str, disabled: bool) -> Member:
    """Shut a member out, ending every session at once, or let them in again.

    Raises Forbidden, NotFound, and Conflict for the last admin.
    """
    need_admin(actor)
    member = uow.members.get(member_id)
    if disabled:
        _keep_an_admin(uow, member)
        for session in uow.sessions.find(member_id=member.id, revoked_at=None):
            end_session(uow, session)
    kind = "member_disabled" if disabled else "member_enabled"
    uow.emit("member", member.id, kind, workspace_id=member.workspace_id)
    return uow.members.save(replace(member, disabled_at=uow.now if disabled else None))


@command
def revoke_sessions(
    uow: UnitOfWork, actor: Actor, *, member_id: str = "", session_id: str = "", keep_current: bool = True
) -> int:
    """End sessions: one of one's own, all of one's own but this one, or (for an admin) all of another member's.

    Returns how many ended. Raises Forbidden, NotFound.
    """
    own = actor.member_id if isinstance(actor, MemberActor) else ""
    current = actor.session_id if isinstance(actor, MemberActor) else ""
    if session_id:
        ending = [uow.sessions.get(session_id)]
        if ending[0].member_id != own:
            need_admin(actor)
    else:
        target = member_id or own
        if target != own:
            need_admin(actor)
            uow.members.get(target)
        ending = uow.sessions.find(member_id=target, revoked_at=None)
        if keep_current:
            ending = [s for s in ending if s.id != current]
    for session in ending:
        end_session(uow, session)
    return len(ending)


@query
def settings(uow: UnitOfWork, actor: MemberActor) -> dict[str, object]:
    """What the settings page shows: the brand, the members with their open sessions, one's own sessions."""
    workspace = uow.workspaces.get(actor.workspace_id)
    open_ones = [s for s in uow.sessions.find(revoked_at=None) if s.expires_at > uow.now]
    members = [
        {
            "id": m.id,
            "name": m.name,
            "email": m.email,
            "role": str(m.role),
            "disabled": m.disabled_at is not None,
            "waiting": m.password_hash is None and m.disabled_at is None,
            "own": m.id == actor.member_id,
            "sessions": sum(s.member_id == m.id for s in open_ones),
        }
        for m in uow.members.find(order="created_at")
    ]
    own = [
        {
            "id": s.id,
            "browser": browser_name(s.user_agent),
            "since": s.created_at.isoformat(),
            "seen": s.seen_at.isoformat(),
            "current": s.id == actor.session_id,
        }
        for s in sorted(open_ones, key=lambda s: s.seen_at, reverse=True)
        if s.member_id == actor.member_id
    ]
    return {
        "brand": brands.shown(workspace),
        "members": members if actor.can(Role.ADMIN) else [m for m in members if m["own"]],
        "sessions": own,
        "workspace": workspace.name,
        "slug": workspace.slug,
    }


def browser_name(user_agent: str) -> str:
    """A browser and system in words a person knows; "Unknown browser" where neither is told."""
    found = next((n for k, n in _BROWSERS if k in user_agent), "")
    system = next((n for k, n in _SYSTEMS if k in user_agent), "")
    return " on ".join(x for x in (found, system) if x) or "Unknown browser"


_BROWSERS = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


@query
def arrival(uow: UnitOfWork, actor: MemberActor) -> tuple[str, bool]:
    """(the company's name for the head of a page, whether the session should be noted as in use again)."""
    workspace = uow.workspaces.get(actor.workspace_id)
    session = uow.sessions.maybe(actor.session_id)
    stale = session is not None and uow.now - session.seen_at > _SEEN_EVERY
    return str(workspace.brand.get("name") or workspace.name), stale
