"""Signing in: by password, by a link that lets somebody in once, and the owner's first set-up.

Secrets are random and only their hashes are kept. Passwords are hashed outside any write transaction, since argon2 takes
a good part of a second. Nothing here says whether an address is known.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from milo_app.domain.actors import Actor, SystemActor, Visitor
from milo_app.domain.errors import Gone, Invalid, NotFound, Throttled
from milo_app.domain.records import Member, OneTimeLink, Role, Workspace
from milo_app.services import members, sessions
from milo_app.services.ports import Deps, UnitOfWork
from milo_app.services.transactions import command, query

SIGN_IN_LINK_LIFE = timedelta(minutes=20)
PASSWORD_LENGTH = 10

_WINDOW = timedelta(minutes=10)
# Failed tries in one window: by one person from one place, by one person from anywhere, by one place for anyone.
_LIMITS = {"pair": 8, "address": 40, "network": 60}
_LINK_LIMITS = {"pair": 5, "address": 8, "network": 40}


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """A new session. `secret` goes into the cookie and is known nowhere else; `expires_at` is when it ends."""

    secret: str
    member: Member
    expires_at: datetime


def check_password(password: str) -> None:
    """Raises Invalid where *password* is too short or far too long."""
    if not PASSWORD_LENGTH <= len(password) <= 200:
        raise Invalid(
            fields={"password": f"A password has {PASSWORD_LENGTH} to 200 characters. A sentence works well."}
        )


# --- Throttling -----------------------------------------------------------------------------------------------------


def _keys(purpose: str, email: str, network: str) -> dict[str, str]:
    """Throttling keys by kind, hashed: the table of tries holds no addresses."""

    def key(*parts: str) -> str:
        return hashlib.sha256("\0".join((purpose, *parts)).encode()).hexdigest()

    return {
        "pair": key("pair", email, network),
        "address": key("address", email),
        "network": key("network", network),
    }


@command
def note_try(uow: UnitOfWork, actor: Visitor, *, purpose: str, email: str) -> None:
    """Count one try before it is answered, so that many at once cannot all slip through. Raises Throttled."""
    keys = _keys(purpose, email, actor.network)
    limits = _LIMITS if purpose == "sign_in" else _LINK_LIMITS
    since = uow.now - _WINDOW
    for kind, key in keys.items():
        # A try that succeeded is written a second time under its own key and so does not count as failed.
        failed = uow.throttle.count(key, since) - uow.throttle.count(f"ok:{key}", since)
        if failed >= limits[kind]:
            raise Throttled(int(_WINDOW.total_seconds()))
    for key in keys.values():
        uow.throttle.add(key, uow.now)


# --- Signing in and out ---------------------------------------------------------------------------------------------


def sign_in(
    deps: Deps, actor: Visitor, *, email: str, password: str, user_agent: str = "", old: str = ""
) -> SignedIn:
    """Sign in with a password; *old* is the secret of a session that this one replaces.

    An unknown address, a wrong password and a disabled member take the same time and raise the same Invalid.
    Raises Throttled.
    """
    cleaned = email.strip().lower()[:254]
    with deps.uow.write(actor) as uow:
        note_try(uow, actor, purpose="sign_in", email=cleaned)
    with deps.uow.read(SystemActor()) as uow:
        member = uow.members.first(email=cleaned)
    known = member is not None and member.disabled_at is None
    right = deps.passwords.verify(password[:1000], member.password_hash if member and known else None)
    if member is None or not known or not right:
        raise Invalid(
            fields={
                "password": "That email and password do not match. Check both, or ask for a link by email."
            }
        )
    with deps.uow.write(SystemActor(workspace_id=member.workspace_id)) as uow:
        for key in _keys("sign_in", cleaned, actor.network).values():
            uow.throttle.add(f"ok:{key}", uow.now)
        return _open_session(uow, member, user_agent=user_agent, old=old)


def _open_session(uow: UnitOfWork, member: Member, *, user_agent: str, old: str) -> SignedIn:
    if old:
        members.end_session(uow, uow.sessions.first(token_hash=sessions.hashed(old)))
    secret = secrets.token_urlsafe(32)
    session = sessions.begin(uow, uow.actor, member=member, secret=secret, user_agent=user_agent)
    uow.emit("member", member.id, "member_signed_in", session_id=session.id, workspace_id=member.workspace_id)
    return SignedIn(secret=secret, member=member, expires_at=session.expires_at)


@command
def sign_out(uow: UnitOfWork, actor: Actor, *, secret: str) -> None:
    """End the session with that secret; nothing happens where there is none."""
    members.end_session(uow, uow.sessions.first(token_hash=sessions.hashed(secret)) if secret else None)


# --- Links by email -------------------------------------------------------------------------------------------------


def request_link(deps: Deps, actor: Visitor, *, email: str) -> None:
    """Email a sign-in link to *email* if a member has that address. Says nothing either way. Raises Throttled."""
    cleaned = email.strip().lower()[:254]
    with deps.uow.write(actor) as uow:
        note_try(uow, actor, purpose="link", email=cleaned)
    with deps.uow.read(SystemActor()) as uow:
        member = uow.members.first(email=cleaned)
    if member is None or member.disabled_at is not None:
        return
    system = SystemActor(workspace_id=member.workspace_id)
    with deps.uow.write(system) as uow:
        members.send_link(uow, system, member, "sign_in", "/sign-in/link/", SIGN_IN_LINK_LIFE)


def _usable(uow: UnitOfWork, secret: str, purpose: str) -> OneTimeLink:
    link = uow.one_time_links.first(token_hash=sessions.hashed(secret), purpose=purpose) if secret else None
    if link is None:
        raise NotFound("We do not know this link. Check that it was copied whole.")
    if link.used_at is not None:
        raise Gone("used", "This link has been used already. Ask for a new one; it takes a few seconds.")
    if link.expires_at <= uow.now:
        raise Gone("expired", "This link has expired. Ask for a new one; it takes a few seconds.")
    return link


@query
def look_at_link(uow: UnitOfWork, actor: SystemActor, *, secret: str, purpose: str) -> dict[str, str]:
    """What a link is for, changing nothing: {name, email, workspace}, empty for the owner's first set-up.

    Raises NotFound, Gone.
    """
    link = _usable(uow, secret, purpose)
    member = uow.members.maybe(link.member_id)
    workspace = uow.workspaces.get(link.workspace_id)
    return {
        "name": member.name if member else "",
        "email": member.email if member else "",
        "workspace": workspace.name if member else "",
    }


@command
def use_link(
    uow: UnitOfWork, actor: SystemActor, *, secret: str, user_agent: str = "", old: str = ""
) -> SignedIn:
    """Sign in by an emailed link, once. Raises NotFound, Gone."""
    link = _usable(uow, secret, "sign_in")
    member = uow.members.maybe(link.member_id)
    if member is None or member.disabled_at is not None:
        raise Gone("withdrawn", "This link no longer works.")
    uow.one_time_links.save(replace(link, used_at=uow.now))
    return _open_session(uow, member, user_agent=user_agent, old=old)


# --- First set-up ---------------------------------------------------------------------------------------------------


@command
def first_set_up_url(uow: UnitOfWork, actor: SystemActor) -> str | None:
    """A link with which the owner makes the first account; None once a workspace other than the demo has a member.

    Earlier links of this kind stop working, so that only the one printed last is good.
    """
    real = [w for w in uow.workspaces.find() if not w.is_demo]
    if any(uow.members.count(workspace_id=w.id) for w in real):
        return None
    if real:
        workspace = real[0]
    else:
        workspace = uow.workspaces.add(
            Workspace(id=uow.new_id(), slug="company", name="My company", created_at=uow.now)
        )
    for old in uow.one_time_links.find(workspace_id=workspace.id, purpose="set_up", used_at=None):
        uow.one_time_links.save(replace(old, used_at=uow.now))
    secret = members.new_link(
        uow, workspace_id=workspace.id, member_id=None, purpose="set_up", life=members.SET_UP_LINK_LIFE
    )
    return f"{uow.instance.public_url}/set-up/{secret}"


def set_up(
    deps: Deps,
    actor: Visitor,
    *,
    secret: str,
    name: str,
    password: str,
    email: str = "",
    company: str = "",
    user_agent: str = "",
) -> SignedIn:
    """Use a set-up link: makes the owner (an admin) and names the company, or gives an invited member a password.

    Raises NotFound, Gone, Invalid (fields name, email, company, password), Throttled.
    """
    with deps.uow.write(actor) as uow:
        note_try(uow, actor, purpose="set_up", email=sessions.hashed(secret))
    with deps.uow.read(SystemActor()) as uow:
        owner = _usable(uow, secret, "set_up").member_id is None
    _check_set_up(owner, name, email, company, password)
    hashed = deps.passwords.hash(password)
    with deps.uow.write(SystemActor()) as uow:
        link = _usable(uow, secret, "set_up")
        uow.one_time_links.save(replace(link, used_at=uow.now))
        if link.member_id is None:
            workspace = uow.workspaces.get(link.workspace_id)
            uow.workspaces.save(replace(workspace, name=company.strip()[:80]))
            member = members.add(
                uow, workspace.id, email=members.clean_email(email), name=name, role=Role.ADMIN, hashed=hashed
            )
        else:
            member = uow.members.get(link.member_id)
            if member.disabled_at is not None:
                raise Gone("withdrawn", "This link no longer works.")
            member = uow.members.save(replace(member, name=name.strip()[:80], password_hash=hashed))
        return _open_session(uow, member, user_agent=user_agent, old="")


def _check_set_up(owner: bool, name: str, email: str, company: str, password: str) -> None:
    """All problems at once. Raises Invalid."""
    fields: dict[str, str] = {}
    if not name.strip():
        fields["name"] = "Tell us your name; candidates and colleagues see it."
    if owner and not company.strip():
        fields["company"] = "Candidates see this name."
    for check in ([lambda: members.clean_email(email)] if owner else []) + [lambda: check_password(password)]:
        try:
            check()
        except Invalid as problem:
            fields.update(problem.fields)
    if fields:
        raise Invalid(fields=fields)
