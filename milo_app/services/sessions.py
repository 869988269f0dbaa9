"""A member's sign-in: made, found again by the cookie's secret, revoked. Only a hash of the secret is kept."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

from milo_app.domain import records as r
from milo_app.domain.actors import Actor, MemberActor
from milo_app.services.ports import UnitOfWork
from milo_app.services.transactions import command, query

#: A session ends after this long, and after `IDLE` without use.
LIFETIME = timedelta(days=30)
IDLE = timedelta(days=7)


def hashed(secret: str) -> str:
    """SHA-256 in hex; the secret is 256 random bits, so no slow hash is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


@command
def begin(uow: UnitOfWork, actor: Actor, *, member: r.Member, secret: str, user_agent: str = "") -> r.Session:
    """Start a session for *member* under a fresh random *secret* (made outside, given to the browser only)."""
    return uow.sessions.add(
        r.Session(
            id=uow.new_id(),
            workspace_id=member.workspace_id,
            member_id=member.id,
            token_hash=hashed(secret),
            created_at=uow.now,
            seen_at=uow.now,
            expires_at=uow.now + LIFETIME,
            user_agent=user_agent[:200],
        )
    )


@query
def member_of(uow: UnitOfWork, actor: Actor, *, secret: str) -> MemberActor | None:
    """Who holds this session, re-read every time, so that a revoked or disabled person loses their rights at once."""
    session = uow.sessions.first(token_hash=hashed(secret))
    if session is None or session.revoked_at is not None or uow.now >= session.expires_at:
        return None
    if uow.now - session.seen_at > IDLE:
        return None
    member = uow.members.maybe(session.member_id)
    if member is None or member.disabled_at is not None:
        return None
    return MemberActor(
        workspace_id=member.workspace_id,
        member_id=member.id,
        role=r.Role(member.role),
        name=member.name,
        email=member.email,
        session_id=session.id,
    )


@command
def touch(uow: UnitOfWork, actor: MemberActor) -> None:
    """Note that the session is in use."""
    session = uow.sessions.get(actor.session_id)
    uow.sessions.save(replace(session, seen_at=uow.now))


@command
def revoke(uow: UnitOfWork, actor: MemberActor, *, session_id: str | None = None) -> None:
    """End one session of the actor's workspace (their own by default). An admin may end anybody's."""
    session = uow.sessions.get(session_id or actor.session_id)
    if session.member_id == actor.member_id or actor.can(r.Role.ADMIN):
        uow.sessions.save(replace(session, revoked_at=uow.now))
