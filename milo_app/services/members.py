"""Who may sign in to a workspace: members, their sessions, and the links that let somebody in once.

Secrets are random and only their hashes are kept. Passwords are hashed outside any write transaction, since argon2 takes
a good part of a second. Nothing here says whether an address is known.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from milo_app.domain.actors import Actor, MemberActor, SystemActor, Visitor
from milo_app.domain.errors import Conflict, Forbidden, Gone, Invalid, NotFound, Throttled
from milo_app.domain.records import (
    Member,
    OneTimeLink,
    Role,
    Session,
    Workspace,
)
from milo_app.services import invitations, sessions
from milo_app.services.ports import Deps, UnitOfWork
from milo_app.services.transactions import command, query

SIGN_IN_LINK_LIFE = timedelta(minutes=20)
SET_UP_LINK_LIFE = timedelta(days=7)
PASSWORD_LENGTH = 10

_WINDOW = timedelta(minutes=10)
# How often a session in use is written down; it ends after a week without.
_SEEN_EVERY = timedelta(hours=1)
# Failed tries in one window: by one person from one place, by one person from anywhere, by one place for anyone.
_LIMITS = {"pair": 8, "address": 40, "network": 60}
_LINK_LIMITS = {"pair": 5, "address": 8, "network": 40}

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]{2,}|[^@\s]{1,64}@localhost")


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """A new session. `secret` goes into the cookie and is known nowhere else; `expires_at` is when it ends."""

    secret: str
    member: Member
    expires_at: datetime


def clean_email(email: str) -> str:
    """The address as it is kept (lower case, no spaces around). Raises Invalid."""
    cleaned = email.strip().lower()
    if len(cleaned) > 254 or not _EMAIL.fullmatch(cleaned):
        raise Invalid(fields={"email": "That does not look like an email address."})
    return cleaned


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
        _revoke(uow, uow.sessions.first(token_hash=sessions.hashed(old)))
    secret = secrets.token_urlsafe(32)
    session = sessions.begin(uow, uow.actor, member=member, secret=secret, user_agent=user_agent)
    uow.emit("member", member.id, "member_signed_in", session_id=session.id, workspace_id=member.workspace_id)
    return SignedIn(secret=secret, member=member, expires_at=session.expires_at)


def _revoke(uow: UnitOfWork, session: Session | None) -> None:
    if session is not None and session.revoked_at is None:
        uow.sessions.save(replace(session, revoked_at=uow.now))


@command
def sign_out(uow: UnitOfWork, actor: Actor, *, secret: str) -> None:
    """End the session with that secret; nothing happens where there is none."""
    _revoke(uow, uow.sessions.first(token_hash=sessions.hashed(secret)) if secret else None)


# --- Links by email -------------------------------------------------------------------------------------------------


def _link(uow: UnitOfWork, *, workspace_id: str, member_id: str | None, purpose: str, life: timedelta) -> str:
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
        _send_link(uow, system, member, "sign_in", "/sign-in/link/", SIGN_IN_LINK_LIFE)


def _send_link(
    uow: UnitOfWork, actor: Actor, member: Member, purpose: str, path: str, life: timedelta
) -> None:
    """A new one-time link, mailed to *member*; the message forgets it once it is sent."""
    secret = _link(uow, workspace_id=member.workspace_id, member_id=member.id, purpose=purpose, life=life)
    variables = {"link": uow.instance.public_url + path + secret, "minutes": int(life.total_seconds() // 60)}
    invitations.queue_to_member(
        uow, actor, member=member, kind=purpose, variables=variables, dedupe=sessions.hashed(secret)
    )


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
    secret = _link(uow, workspace_id=workspace.id, member_id=None, purpose="set_up", life=SET_UP_LINK_LIFE)
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
            member = _add(
                uow, workspace.id, email=clean_email(email), name=name, role=Role.ADMIN, hashed=hashed
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
    for check in ([lambda: clean_email(email)] if owner else []) + [lambda: check_password(password)]:
        try:
            check()
        except Invalid as problem:
            fields.update(problem.fields)
    if fields:
        raise Invalid(fields=fields)


# --- Members of a workspace -----------------------------------------------------------------------------------------


def _need_admin(actor: Actor) -> None:
    if isinstance(actor, MemberActor) and actor.can(Role.ADMIN):
        return
    if not isinstance(actor, SystemActor):
        raise Forbidden("Only an admin can change members.")


def _add(
    uow: UnitOfWork, workspace_id: str, *, email: str, name: str, role: Role, hashed: str | None
) -> Member:
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
    _need_admin(actor)
    cleaned = clean_email(email)
    if role not in set(Role):
        raise Invalid(fields={"role": "Choose admin, recruiter or viewer."})
    workspace_id = _workspace_of(uow, actor)
    try:
        member = _add(uow, workspace_id, email=cleaned, name=name, role=Role(role), hashed=password_hash)
    except Conflict:
        raise Invalid(fields={"email": "There is an account with that address already."}) from None
    if password_hash is None and send:
        _send_link(uow, actor, member, "set_up", "/set-up/", SET_UP_LINK_LIFE)
    uow.emit("member", member.id, "member_added", role=str(member.role), workspace_id=workspace_id)
    return member


@command
def set_up_url(uow: UnitOfWork, actor: SystemActor, *, member_id: str) -> str:
    """A link for a member's first password, to hand over oneself (the command line). Raises NotFound."""
    member = uow.members.get(member_id)
    secret = _link(
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
    _need_admin(actor)
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
    _need_admin(actor)
    member = uow.members.get(member_id)
    if disabled:
        _keep_an_admin(uow, member)
        for session in uow.sessions.find(member_id=member.id, revoked_at=None):
            _revoke(uow, session)
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
            _need_admin(actor)
    else:
        target = member_id or own
        if target != own:
            _need_admin(actor)
            uow.members.get(target)
        ending = uow.sessions.find(member_id=target, revoked_at=None)
        if keep_current:
            ending = [s for s in ending if s.id != current]
    for session in ending:
        _revoke(uow, session)
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
    brand = {k: str(workspace.brand.get(k) or "") for k in ("name", "color", "support_email", "privacy_url")}
    brand["name"] = brand["name"] or workspace.name
    return {
        "brand": brand,
        "members": members if actor.can(Role.ADMIN) else [m for m in members if m["own"]],
        "sessions": own,
        "workspace": workspace.name,
        "slug": workspace.slug,
    }


_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


@command
def save_brand(uow: UnitOfWork, actor: MemberActor, *, brand: dict[str, str]) -> None:
    """Save name, colour (#rrggbb or empty), support email and privacy link. Raises Invalid, Forbidden."""
    _need_admin(actor)
    fields: dict[str, str] = {}
    name, color = brand.get("name", "").strip(), brand.get("color", "").strip()
    email, link = brand.get("support_email", "").strip(), brand.get("privacy_url", "").strip()
    if not 1 <= len(name) <= 60:
        fields["name"] = "A name has 1 to 60 characters."
    if color and not _COLOR.fullmatch(color):
        fields["color"] = "A colour looks like #1f4d3f."
    if email and not _EMAIL.fullmatch(email):
        fields["support_email"] = "That does not look like an email address."
    if link and not (link.startswith(("https://", "http://")) and len(link) <= 500 and " " not in link):
        fields["privacy_url"] = "A link begins with https://."
    if fields:
        raise Invalid(fields=fields)
    workspace = uow.workspaces.get(actor.workspace_id)
    kept = {**workspace.brand, "name": name, "color": color, "support_email": email, "privacy_url": link}
    uow.workspaces.save(replace(workspace, name=name, brand=kept))
    uow.emit("workspace", workspace.id, "brand_changed")


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
