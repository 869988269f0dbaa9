"""Secret links: derived from the instance key, never stored, revoked by raising a version.

A token is base64url(id ‖ first 16 bytes of HMAC-SHA256(key, purpose ‖ id ‖ version)): the id finds the row, the
rest proves that we made the link. So every reminder carries the same link, and a copy of the database opens none.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from milo_app.domain import records as r
from milo_app.domain.errors import Gone, NotFound
from milo_app.services.ports import Instance, UnitOfWork

_MAC = 16


def _mac(key: bytes, purpose: str, id: str, version: int) -> bytes:
    message = f"{purpose}|{id}|{version}".encode()
    return hmac.new(key, message, hashlib.sha256).digest()[:_MAC]


def token(instance: Instance, purpose: str, id: str, version: int) -> str:
    """The token for *purpose* of the row *id* (32 hex digits) at link *version*."""
    raw = bytes.fromhex(id) + _mac(instance.key, purpose, id, version)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def split(value: str) -> tuple[str, bytes]:
    """(id, proof) of a token. Raises NotFound for anything that cannot be one."""
    try:
        raw = base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NotFound("We do not know this link.") from None
    if len(raw) != 16 + _MAC:
        raise NotFound("We do not know this link.")
    return raw[:16].hex(), raw[16:]


def _check(instance: Instance, purpose: str, id: str, version: int, proof: bytes) -> None:
    if hmac.compare_digest(_mac(instance.key, purpose, id, version), proof):
        return
    if any(hmac.compare_digest(_mac(instance.key, purpose, id, v), proof) for v in range(1, version)):
        raise Gone("withdrawn", "This link was replaced by a newer one.")
    raise NotFound("We do not know this link.")


def resolve(uow: UnitOfWork, value: str, purpose: str = "apply") -> r.Application:
    """The application behind a candidate's token.

    Raises:
        NotFound: it was never one of our links.
        Gone: a newer link replaced it.
    """
    id, proof = split(value)
    application = uow.applications.maybe(id)
    if application is None:
        raise NotFound("We do not know this link.")
    _check(uow.instance, purpose, id, application.link_version, proof)
    return application


def resolve_preview(uow: UnitOfWork, value: str) -> r.Interviewer:
    """The interviewer behind a preview token. Raises NotFound or Gone as `resolve` does."""
    id, proof = split(value)
    interviewer = uow.interviewers.maybe(id)
    if interviewer is None:
        raise NotFound("We do not know this link.")
    _check(uow.instance, "preview", id, interviewer.preview_version, proof)
    return interviewer


def cookie_proof(instance: Instance, application: r.Application) -> str:
    """What the candidate's cookie holds: it dies with the link's version."""
    return token(instance, "cookie", application.id, application.link_version)


def proves(instance: Instance, application: r.Application, value: str | None) -> bool:
    """Whether a cookie's value opens *application*."""
    return hmac.compare_digest(cookie_proof(instance, application), value or "")


def candidate_url(instance: Instance, application: r.Application) -> str:
    """The candidate's own link."""
    return f"{instance.public_url}/i/{token(instance, 'apply', application.id, application.link_version)}"


def privacy_url(instance: Instance, application: r.Application) -> str:
    """Where a candidate sees, exports and erases what is held on them."""
    return f"{instance.public_url}/privacy/{token(instance, 'privacy', application.id, application.link_version)}"


def preview_url(instance: Instance, interviewer: r.Interviewer) -> str:
    """Where a recruiter takes the interview as a test that counts nowhere."""
    return f"{instance.public_url}/preview/{token(instance, 'preview', interviewer.id, interviewer.preview_version)}"


def apply_url(instance: Instance, workspace: r.Workspace, interviewer: r.Interviewer) -> str:
    """The public link of an interviewer."""
    return f"{instance.public_url}/{workspace.slug}/{interviewer.slug}"


def brand_of(workspace: r.Workspace) -> Mapping[str, Any]:
    """The workspace's brand with its name filled in, and `logo_url`, a path of this server, where it has a logo."""
    logo = workspace.brand.get("logo_file_id")
    return {"name": workspace.name, **workspace.brand, "logo_url": f"/files/{logo}" if logo else ""}


def reply_address(instance: Instance, application: r.Application) -> str:
    """Where a candidate's answer by email comes into the application's timeline.

    In letters of one case, since some mail programs write addresses small. It opens nothing and stays the same when
    the candidate's link is replaced.
    """
    raw = bytes.fromhex(application.id) + _mac(instance.key, "reply", application.id, 0)
    local = base64.b32encode(raw).rstrip(b"=").decode().lower()
    return f"r.{local}@{instance.inbound_domain}"


def resolve_reply(uow: UnitOfWork, address: str) -> r.Application | None:
    """The application whose reply address that is, or None."""
    local, _, domain = address.strip().lower().rpartition("@")
    if not uow.instance.inbound_domain or domain != uow.instance.inbound_domain:
        return None
    code = local.removeprefix("r.").upper()
    try:
        raw = base64.b32decode(code + "=" * (-len(code) % 8))
    except (binascii.Error, ValueError):
        return None
    id, proof = raw[:16].hex(), raw[16:]
    if len(raw) != 16 + _MAC or not hmac.compare_digest(_mac(uow.instance.key, "reply", id, 0), proof):
        return None
    return uow.applications.maybe(id)
