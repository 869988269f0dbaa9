"""Who a candidate is: the same person twice is one, and a shared inbox is never mistaken for one person."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

import phonenumbers

from milo_app.domain import records as r
from milo_app.domain.errors import Invalid
from milo_app.services.ports import UnitOfWork

_EMAIL = re.compile(r"[^@\s<>\"',;:]{1,64}@[^@\s<>\"',;:.]+(\.[^@\s<>\"',;:.]+)+")


def clean_email(raw: str | None) -> str | None:
    """A lower-case address, or None where none was given. Raises Invalid for what cannot be one."""
    value = (raw or "").strip().lower()
    if not value:
        return None
    if len(value) > 254 or not _EMAIL.fullmatch(value):
        raise Invalid(fields={"email": "This does not look like an email address."})
    return value


def clean_phone(raw: str | None, region: str = "US") -> str | None:
    """An E.164 number, or None where none was given. Raises Invalid for what cannot be dialled."""
    value = (raw or "").strip()
    if not value:
        return None
    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise Invalid(
            fields={"phone": "This does not look like a phone number. Include the country code, like +1."}
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def clean_name(raw: str | None) -> str:
    """A name on one line without control characters, at most 120 characters; may be empty."""
    text = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in raw or "")
    return " ".join(text.split())[:120]


def same_person(name: str, other: str) -> bool:
    """Whether two names under one address may be one person: equal, or one is missing or part of the other."""
    a, b = (_folded(x) for x in (name, other))
    return not a or not b or a == b or set(a.split()) <= set(b.split()) or set(b.split()) <= set(a.split())


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return " ".join(plain.lower().replace("'", "").replace("-", " ").split())


def find_or_add(
    uow: UnitOfWork,
    workspace_id: str,
    *,
    name: str,
    email: str | None,
    phone: str | None,
    language: str = "en",
    source: str = "manual",
) -> r.Candidate:
    """The candidate with that address or number, else a new one.

    The same address under another name (a family's inbox) is a new candidate marked `possible_duplicate_of`; a merge
    is offered to a person and never made silently.
    """
    known = uow.candidates.find(workspace_id=workspace_id, email=email) if email else []
    if not known and phone:
        known = uow.candidates.find(workspace_id=workspace_id, phone=phone)
    for person in known:
        if person.erased_at is None and same_person(name, person.name):
            return _filled_in(uow, person, name=name, email=email, phone=phone)
    return uow.candidates.add(
        r.Candidate(
            id=uow.new_id(),
            workspace_id=workspace_id,
            name=name,
            email=email,
            phone=phone,
            language=language,
            source=source,
            created_at=uow.now,
            possible_duplicate_of=known[0].id if known else None,
        )
    )


def _filled_in(
    uow: UnitOfWork, person: r.Candidate, *, name: str, email: str | None, phone: str | None
) -> r.Candidate:
    """Fill what was missing; what a person gave earlier is never overwritten."""
    fuller = replace(
        person, name=person.name or name, email=person.email or email, phone=person.phone or phone
    )
    return uow.candidates.save(fuller) if fuller != person else person
