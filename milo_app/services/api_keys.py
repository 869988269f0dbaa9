"""Keys by which other programs act: shown once, kept as a hash, bound to a member and never stronger than they are."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from milo_app.domain import records as r
from milo_app.domain import values
from milo_app.domain.actors import Actor, MemberActor
from milo_app.domain.errors import Conflict, Invalid, NotFound
from milo_app.services.members import need_admin
from milo_app.services.ports import Instance, UnitOfWork
from milo_app.services.sessions import hashed
from milo_app.services.transactions import command, query

#: What a key may be allowed, and the least that a member must be to hand it on.
SCOPES = {"read": r.Role.VIEWER, "write": r.Role.RECRUITER, "admin": r.Role.ADMIN}
#: For how long the answer to a named call is kept and said again.
REMEMBERED = timedelta(days=1)
_PREFIX = "milo_"
_CALL = re.compile(r"[!-~]{1,255}")
_USED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Caller:
    """A program, acting for a member within its key's scopes."""

    actor: MemberActor
    key_id: str
    scopes: frozenset[str]


@command
def add(
    uow: UnitOfWork,
    actor: Actor,
    *,
    name: str,
    scopes: Sequence[str] = ("read", "write"),
    days: int | None = None,
    email: str = "",
) -> tuple[r.ApiKey, str]:
    """Make a key that acts for the member making it, or (for the command line) for the one with *email*, else the
    workspace's first admin. Returns it with its secret, which nobody can see again. *days* None: until revoked.

    Raises Forbidden unless by an admin, NotFound, Invalid.
    """
    need_admin(actor)
    name = values.plain(name).strip()
    wrong: dict[str, str] = {}
    if not 1 <= len(name) <= 80:
        wrong["name"] = "Give the key a name of 1 to 80 characters."
    if not scopes or not set(scopes) <= set(SCOPES):
        wrong["scopes"] = f"Choose from {', '.join(SCOPES)}."
    if days is not None and not 1 <= days <= 3650:
        wrong["days"] = "A key lives for 1 to 3,650 days."
    if wrong:
        raise Invalid(fields=wrong)
    member = _owner(uow, actor, email)
    secret = _PREFIX + secrets.token_urlsafe(32)
    return _keep(uow, member, name, scopes, days, secret), secret


@command
def add_derived(uow: UnitOfWork, actor: Actor, *, member_id: str, name: str) -> str:
    """The demo's key, the same at every start, made where it is missing; returns its secret."""
    member = uow.members.get(member_id)
    secret = _derived(uow.instance, member.workspace_id)
    if uow.api_keys.first(key_hash=hashed(secret)) is None:
        _keep(uow, member, name, tuple(SCOPES), None, secret)
    return secret


@query
def listed(uow: UnitOfWork, actor: Actor) -> list[r.ApiKey]:
    """The workspace's keys, the newest first, revoked ones too. Raises Forbidden unless by an admin."""
    need_admin(actor)
    return uow.api_keys.find(order="-id")


@command
def revoke(uow: UnitOfWork, actor: Actor, *, key_id: str) -> r.ApiKey:
    """Take a key back; it opens nothing from now on. Raises Forbidden, NotFound."""
    need_admin(actor)
    key = uow.api_keys.get(key_id)
    if key.revoked_at is not None:
        return key
    uow.emit("workspace", key.workspace_id, "api_key_revoked", workspace_id=key.workspace_id, key_id=key.id)
    return uow.api_keys.save(replace(key, revoked_at=uow.now))


@query
def caller(uow: UnitOfWork, actor: Actor, *, secret: str) -> tuple[Caller | None, bool]:
    """(who calls with that secret, or None; whether its use is worth noting). Read anew at every call, so that a key
    that was revoked, or whose member lost their rights, opens nothing from then on."""
    key = uow.api_keys.first(key_hash=hashed(secret)) if secret.isascii() and len(secret) < 200 else None
    if key is None or key.revoked_at is not None or (key.expires_at and key.expires_at <= uow.now):
        return None, False
    member = uow.members.maybe(key.member_id)
    if member is None or member.disabled_at is not None:
        return None, False
    owner = MemberActor(workspace_id=key.workspace_id, member_id=member.id, role=r.Role(member.role))
    scopes = frozenset(s for s in key.scopes if owner.can(SCOPES[s]))
    role = next((SCOPES[s] for s in ("admin", "write", "read") if s in scopes), r.Role.VIEWER)
    acting = replace(owner, role=role, name=member.name, email=member.email)
    stale = key.used_at is None or uow.now - key.used_at >= _USED_EVERY
    return Caller(actor=acting, key_id=key.id, scopes=scopes), stale


@command
def used(uow: UnitOfWork, actor: Actor, *, key_id: str) -> None:
    """Note that a key was used just now."""
    uow.api_keys.save(replace(uow.api_keys.get(key_id), used_at=uow.now))


def _keep(
    uow: UnitOfWork, member: r.Member, name: str, scopes: Sequence[str], days: int | None, secret: str
) -> r.ApiKey:
    key = uow.api_keys.add(
        r.ApiKey(
            id=uow.new_id(),
            workspace_id=member.workspace_id,
            member_id=member.id,
            name=name,
            key_hash=hashed(secret),
            hint=secret[: len(_PREFIX) + 4],
            created_at=uow.now,
            scopes=tuple(s for s in SCOPES if s in scopes),
            expires_at=uow.now + timedelta(days=days) if days else None,
        )
    )
    uow.emit("workspace", key.workspace_id, "api_key_added", workspace_id=key.workspace_id, key_id=key.id)
    return key


def _owner(uow: UnitOfWork, actor: Actor, email: str) -> r.Member:
    if isinstance(actor, MemberActor):
        return uow.members.get(actor.member_id)
    wanted = email.strip().lower()
    people = [m for m in uow.members.find() if m.disabled_at is None]
    found = [m for m in people if (m.email == wanted if wanted else m.role is r.Role.ADMIN)]
    if not found:
        raise NotFound(
            "There is no such member." if wanted else "This workspace has no admin to act for yet."
        )
    return found[0]


def _derived(instance: Instance, workspace_id: str) -> str:
    mac = hmac.new(instance.key, f"demo-api-key|{workspace_id}".encode(), hashlib.sha256).digest()
    return _PREFIX + base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


# --- The same call again --------------------------------------------------------------------------------------------


def request_hash(method: str, path: str, body: bytes) -> str:
    """What tells two calls under one name apart: a JSON body counts as what it says, not as how it was written."""
    try:
        said = json.dumps(json.loads(body), sort_keys=True).encode() if body else b""
    except ValueError:
        said = body
    return hashlib.sha256(b"\n".join((method.encode(), path.encode(), said))).hexdigest()


@command
def begin_call(
    uow: UnitOfWork, actor: MemberActor, *, key_id: str, name: str, request: str
) -> tuple[str, int, Any]:
    """(id, status, answer) of the call that *name* stands for; status 0 where it is new and must be answered now.

    Raises Invalid where the name stands for another request, Conflict while the first is still being answered.
    """
    if not _CALL.fullmatch(name):
        raise Invalid("An Idempotency-Key has 1 to 255 letters, digits and signs.")
    uow.hold(f"call:{key_id}:{name}")
    known = uow.idempotent_calls.first(api_key_id=key_id, key=name)
    if known is not None and (uow.now - known.at >= REMEMBERED or _abandoned(known, uow.now)):
        uow.idempotent_calls.delete(known.id)
        known = None
    if known is not None:
        if known.request_hash != request:
            raise Invalid("This Idempotency-Key was used for another request.", kind="idempotency")
        if known.status == 0:
            raise Conflict("The first call with this Idempotency-Key is still being answered.")
        return known.id, known.status, known.answer
    made = uow.idempotent_calls.add(
        r.IdempotentCall(
            id=uow.new_id(),
            workspace_id=actor.workspace_id,
            api_key_id=key_id,
            key=name,
            request_hash=request,
            at=uow.now,
        )
    )
    return made.id, 0, None


@command
def end_call(uow: UnitOfWork, actor: MemberActor, *, call_id: str, status: int, answer: Any) -> None:
    """Keep what was answered; nothing is kept of a fault of ours, so that the call can be made again."""
    known = uow.idempotent_calls.maybe(call_id)
    if known is None:
        return
    if status >= 500 or status == 429:
        uow.idempotent_calls.delete(known.id)
    else:
        uow.idempotent_calls.save(replace(known, status=status, answer=answer))


def _abandoned(call: r.IdempotentCall, now: datetime) -> bool:
    """Whether whoever answered it died over it."""
    return call.status == 0 and now - call.at >= timedelta(minutes=2)
