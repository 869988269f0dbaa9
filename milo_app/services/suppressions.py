"""Numbers and addresses that must not be written to: who asked, what came back, and how it ends.

A STOP is said to the sender, and the sender is the instance's: so it counts in every workspace that knows the number.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from milo_app.domain import records as r
from milo_app.services.ports import UnitOfWork

#: What a recruiter reads. The rest of the sentence is always the same: nothing is sent.
_WHY: Mapping[str, str] = {
    "stop": "They asked not to be texted.",
    "carrier_stop": "They opted out of texts with their carrier.",
    "wrong_number": "Whoever has this number said that it is the wrong one.",
    "landline": "This number cannot receive texts; it may be a landline.",
    "invalid_number": "This is not a number that can be texted.",
    "bounce": "Email to this address came back before.",
    "complaint": "They marked an earlier email as unwanted.",
}

#: What the number itself disproves by writing to us.
_UNUSABLE = ("landline", "invalid_number")


def why(uow: UnitOfWork, channel: str, address: str, *, workspace_id: str | None = None) -> str:
    """Why *address* must not be written to now, in plain words; empty where it may be. *workspace_id* narrows it to
    what one workspace knows: email that came back is nothing between its reader and another company."""
    own = {"workspace_id": workspace_id} if workspace_id else {}
    found = uow.suppressions.first(channel=channel, address=address, lifted_at=None, **own)
    return _WHY.get(found.reason, "This address must not be written to.") if found else ""


def stop(uow: UnitOfWork, number: str, *, reason: str = "stop", source: str = "sms") -> bool:
    """Text *number* no more, in every workspace in the unit of work's sight that knows it. Each person's consent is
    noted as taken back, by *source*. False where nothing was new: a repeat."""
    people = uow.candidates.find(phone=number)
    new = {
        workspace_id
        for workspace_id in {person.workspace_id for person in people}
        if _suppress(uow, workspace_id, "sms", number, reason)
    }
    for person in people:
        if person.workspace_id in new:
            _note_consent(uow, person, given=False, source=source)
    return bool(new)


def lift(uow: UnitOfWork, number: str, *, source: str = "sms") -> bool:
    """They want texts again (START): everything that stood against *number* ends. False where nothing did."""
    return _lift(uow, number, source, uow.suppressions.find(channel="sms", address=number, lifted_at=None))


def allow(uow: UnitOfWork, number: str) -> bool:
    """Whoever has *number* wants texts (START): as `lift`, and a consent of its own for those who had not given one.
    Not where the number was said to be the wrong one: then it is not the candidate who asks. True where a STOP ended."""
    standing = uow.suppressions.find(channel="sms", address=number, lifted_at=None)
    if any(one.reason == "wrong_number" for one in standing):
        return False
    for person in uow.candidates.find(phone=number):
        if not person.sms_consent:
            uow.candidates.save(replace(person, sms_consent=True))
            _note_consent(uow, person, given=True, source="sms")
    return lift(uow, number)


def wrote(uow: UnitOfWork, number: str) -> None:
    """A text came from *number*: whatever was thought of it, it can text. What they asked for stays."""
    found = uow.suppressions.find(channel="sms", address=number, lifted_at=None, reason=list(_UNUSABLE))
    for one in found:
        uow.suppressions.save(replace(one, lifted_at=uow.now))


def unusable(uow: UnitOfWork, workspace_id: str, channel: str, address: str, reason: str) -> bool:
    """Write to *address* no more because it does not work (landline, invalid_number, bounce, complaint). False where
    it stood so before."""
    return _suppress(uow, workspace_id, channel, address, reason)


def _suppress(uow: UnitOfWork, workspace_id: str, channel: str, address: str, reason: str) -> bool:
    standing = uow.suppressions.first(
        workspace_id=workspace_id, channel=channel, address=address, lifted_at=None
    )
    # A wish outlives a technical reason: writing to us lifts the latter and never the former.
    if standing is not None and (standing.reason not in _UNUSABLE or reason in _UNUSABLE):
        return False
    if standing is not None:
        uow.suppressions.save(replace(standing, lifted_at=uow.now))
    uow.suppressions.add(
        r.Suppression(
            id=uow.new_id(),
            workspace_id=workspace_id,
            channel=channel,
            address=address,
            reason=reason,
            at=uow.now,
        )
    )
    return True


def _lift(uow: UnitOfWork, number: str, source: str, found: list[r.Suppression]) -> bool:
    for one in found:
        uow.suppressions.save(replace(one, lifted_at=uow.now))
    workspaces = {one.workspace_id for one in found}
    for person in uow.candidates.find(phone=number):
        if person.workspace_id in workspaces:
            _note_consent(uow, person, given=True, source=source)
    return bool(found)


def _note_consent(uow: UnitOfWork, person: r.Candidate, *, given: bool, source: str) -> None:
    words = "START" if given else "STOP"
    uow.consents.add(
        r.Consent(
            id=uow.new_id(),
            workspace_id=person.workspace_id,
            kind="sms",
            given=given,
            at=uow.now,
            source=source,
            text_version=words,
            text_hash=hashlib.sha256(words.encode()).hexdigest(),
            candidate_id=person.id,
            phone=person.phone,
        )
    )
