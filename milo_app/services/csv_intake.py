"""Candidates from a CSV file: `name,email,phone,sms_consent`, as spreadsheets really write it.

Headings are found in many spellings and any order, also none at all; commas, semicolons and tabs, a byte order mark and
line breaks within quotes are understood. Each row has an outcome of its own: one bad row never stops the others.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from milo_app.domain import records as r
from milo_app.domain.actors import Actor, MemberActor
from milo_app.domain.errors import Forbidden, Invalid, MiloError
from milo_app.services import applications, candidates, invitations, links
from milo_app.services.ports import Deps, UnitOfWork
from milo_app.services.transactions import command, query

MOST_ROWS = 20_000
_MOST_CHARACTERS = 10_000_000
_BATCH = 50

_NAMES: Mapping[str, frozenset[str]] = {
    "name": frozenset(
        {"name", "full name", "candidate", "candidate name", "applicant", "nombre", "nombre completo"}
    ),
    "first_name": frozenset({"first name", "firstname", "given name", "nombre de pila"}),
    "last_name": frozenset({"last name", "lastname", "surname", "family name", "apellido", "apellidos"}),
    "email": frozenset({"email", "e mail", "email address", "mail", "correo", "correo electronico"}),
    "phone": frozenset(
        {"phone", "phone number", "mobile", "mobile number", "cell", "cell phone", "telephone", "telefono"}
    ),
    "sms_consent": frozenset(
        {"sms consent", "sms", "text consent", "texts", "sms opt in", "consent", "opt in"}
    ),
    "language": frozenset({"language", "lang", "idioma"}),
}
_YES = frozenset({"yes", "y", "true", "t", "1", "x", "on", "si", "sí", "ok"})
_PLAIN_ORDER = ("name", "email", "phone", "sms_consent")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row as read. `line` is its number in the file; `problem` says why it cannot be used."""

    line: int
    name: str = ""
    email: str | None = None
    phone: str | None = None
    sms_consent: bool = False
    language: str = ""
    problem: str = ""


def read(text: str) -> list[Row]:
    """The rows of a CSV file; never raises for a bad row.

    Raises:
        Invalid: the file as a whole cannot be used: empty, no candidate column, too many rows.
    """
    if len(text) > _MOST_CHARACTERS:
        raise Invalid(fields={"csv": "This file is larger than 10 MB. Please split it."})
    text = text.removeprefix("\ufeff").replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    if re.match(r"sep=.\n", text):  # written by Excel for itself
        text = text.split("\n", 1)[1]
    if not text.strip():
        raise Invalid(
            fields={"csv": "This file is empty. It needs columns such as name, email, phone, sms_consent."}
        )
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), skipinitialspace=True)
    try:
        table = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error:
        raise Invalid(
            fields={"csv": "This file cannot be read as CSV. Save it again as 'CSV UTF-8'."}
        ) from None
    if not table:
        raise Invalid(fields={"csv": "This file holds no candidates."})
    columns = _columns(table[0][1])
    if columns is None:
        columns = _guessed(table[0][1])
    else:
        table = table[1:]
    if not table:
        raise Invalid(fields={"csv": "This file has headings but no candidates."})
    if len(table) > MOST_ROWS:
        raise Invalid(fields={"csv": f"This file has more than {MOST_ROWS:,} rows. Please split it."})
    return [_row(line, cells, columns) for line, cells in table]


@query
def preview(uow: UnitOfWork, actor: Actor, *, interviewer_id: str, text: str) -> list[dict[str, Any]]:
    """What `ingest` would do, changing nothing: [{line, name, email, phone, sms_consent, outcome, reason}], where
    outcome is `new`, `already` or `invalid`. Raises NotFound, and Invalid for a file that cannot be used."""
    rows = read(text)
    known = _known(uow, uow.interviewers.get(interviewer_id), rows)
    seen: set[str] = set()
    out: list[dict[str, Any]] = []
    for row in rows:
        outcome, reason = ("invalid", row.problem) if row.problem else ("new", "")
        if not reason and _key(row) in seen:
            outcome, reason = "already", "The same person stands further up in this file."
        elif not reason and any(
            candidates.same_person(row.name, name)
            for contact in (row.email, row.phone)
            for name in known.get(contact or "", ())
        ):
            outcome, reason = "already", "They have an application for this role."
        if not row.problem:
            seen.add(_key(row))
        out.append(_shown(row, outcome, reason))
    return out


def _known(uow: UnitOfWork, interviewer: r.Interviewer, rows: Sequence[Row]) -> dict[str, list[str]]:
    """Names of those who have an application for this role, by the address or number that the file has too."""
    emails = sorted({row.email.lower() for row in rows if row.email})
    phones = sorted({row.phone for row in rows if row.phone})
    names: dict[str, list[str]] = {}
    for person in uow.applications.people_with(interviewer.id, emails=emails, phones=phones):
        for contact in (person.email, person.phone):
            if contact:
                names.setdefault(contact, []).append(person.name)
    return names


@command
def ingest(
    uow: UnitOfWork, actor: Actor, *, interviewer_id: str, text: str, now_ok: bool = False
) -> list[dict[str, Any]]:
    """Add and invite everyone in the file: [{line, name, email, phone, sms_consent, outcome, reason, application_id,
    candidate_url}], where outcome is `invited`, `already`, `unreachable` or `invalid`.

    A repeat invites nobody again. *now_ok* does not wait for quiet hours.

    Raises:
        NotFound, Forbidden; Conflict: the role is not open; Invalid: the file cannot be used as a whole.
    """
    return ingest_rows(uow, actor, interviewer_id, read(text), now_ok)


def ingest_all(
    deps: Deps, actor: Actor, *, interviewer_id: str, text: str, now_ok: bool = False
) -> list[dict[str, Any]]:
    """`ingest` for files of any length: one short transaction for every 50 rows, so that candidates who are writing
    meanwhile never wait. Cut off half-way, a repeat goes on where it stopped. Raises as `ingest` does."""
    rows = read(text)
    out: list[dict[str, Any]] = []
    for start in range(0, len(rows), _BATCH):
        with deps.uow.write(actor) as uow:
            out += ingest_rows(uow, actor, interviewer_id, rows[start : start + _BATCH], now_ok)
    return out


def ingest_rows(
    uow: UnitOfWork, actor: Actor, interviewer_id: str, rows: list[Row], now_ok: bool
) -> list[dict[str, Any]]:
    """`ingest` for rows that are read already. Raises as it does."""
    if isinstance(actor, MemberActor) and not actor.can(r.Role.RECRUITER):
        raise Forbidden("Viewers cannot invite candidates.")
    interviewer = uow.interviewers.get(interviewer_id)
    invitations.check_open(uow, interviewer)
    return [_ingest_row(uow, actor, interviewer, row, now_ok) for row in rows]


def _ingest_row(
    uow: UnitOfWork, actor: Actor, interviewer: r.Interviewer, row: Row, now_ok: bool
) -> dict[str, Any]:
    if row.problem:
        return _shown(row, "invalid", row.problem)
    try:
        application, _ = applications.create(
            uow,
            actor,
            interviewer=interviewer,
            name=row.name,
            email=row.email,
            phone=row.phone,
            sms_consent=row.sms_consent,
            source="csv",
            language=row.language or str(interviewer.draft.get("language", "en")),
        )
        invited = invitations.invite(uow, actor, application_id=application.id, now_ok=now_ok)
    except MiloError as problem:
        return _shown(row, "invalid", problem.message)
    return {
        **_shown(row, invited.outcome, invited.reason),
        "application_id": application.id,
        "candidate_url": links.candidate_url(uow.instance, application),
    }


def _key(row: Row) -> str:
    return f"{row.email or row.phone}|{row.name.lower()}"


def _shown(row: Row, outcome: str, reason: str) -> dict[str, Any]:
    return {
        "line": row.line,
        "name": safe_cell(row.name),
        "email": safe_cell(row.email or ""),
        "phone": row.phone or "",
        "sms_consent": row.sms_consent,
        "outcome": outcome,
        "reason": reason,
        "application_id": None,
        "candidate_url": None,
    }


def safe_cell(value: str) -> str:
    """*value* so that a spreadsheet that it is copied to takes it as text, never as a formula."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


# --- Reading --------------------------------------------------------------------------------------------------------


def _delimiter(text: str) -> str:
    """The sign that most often parts the first line that holds any, outside quotes."""
    first = next(iter(csv.reader(io.StringIO(text, newline=""), delimiter="\x01")), [""])
    line = re.sub(r'"[^"]*"', "", first[0].split("\n", 1)[0] if first else "")
    counts = {sign: line.count(sign) for sign in (",", ";", "\t", "|")}
    best = max(counts, key=lambda sign: counts[sign])
    return best if counts[best] else ","


def _plain(heading: str) -> str:
    bare = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode().lower()
    return " ".join(re.sub(r"[^a-z]+", " ", bare).split())


def _columns(cells: list[str]) -> dict[str, int] | None:
    """Which column holds what, or None where the first row is no heading."""
    columns: dict[str, int] = {}
    for index, cell in enumerate(cells):
        for field, names in _NAMES.items():
            if _plain(cell) in names:
                columns.setdefault(field, index)
    return columns if columns.keys() & {"name", "email", "phone", "first_name"} else None


def _guessed(cells: list[str]) -> dict[str, int]:
    """Columns of a file without headings. Raises Invalid where no address or number can be seen in its first row."""
    columns: dict[str, int] = {}
    for index, cell in enumerate(cells):
        if "@" in cell:
            columns.setdefault("email", index)
        elif re.fullmatch(r"[+()\d .-]{7,}", cell.strip()):
            columns.setdefault("phone", index)
        elif cell.strip().lower() in _YES | {"no", "false", "0", "n"}:
            columns.setdefault("sms_consent", index)
        elif cell.strip():
            columns.setdefault("name", index)
    if not columns.keys() & {"email", "phone"}:
        wanted = ", ".join(_PLAIN_ORDER)
        raise Invalid(
            fields={
                "csv": f"No column with email addresses or phone numbers was found. Use headings: {wanted}."
            }
        )
    return columns


def _row(line: int, cells: list[str], columns: Mapping[str, int]) -> Row:
    def cell(field: str) -> str:
        index = columns.get(field)
        return cells[index].strip().removeprefix("'") if index is not None and index < len(cells) else ""

    name = candidates.clean_name(cell("name") or f"{cell('first_name')} {cell('last_name')}")
    email, phone, problem = None, None, ""
    try:
        email = candidates.clean_email(cell("email").removeprefix("mailto:"))
        phone = candidates.clean_phone(cell("phone"))
    except Invalid as found:
        problem = f"{found.message} ({cell('email') if 'email' in found.fields else cell('phone')})"[:200]
    if not problem and not (name or email or phone):
        problem = "This row has no name, address or number."
    return Row(
        line=line,
        name=name,
        email=email,
        phone=phone,
        sms_consent=cell("sms_consent").lower() in _YES,
        language=_language(cell("language")),
        problem=problem,
    )


def _language(raw: str) -> str:
    low = raw.lower()
    return "es" if low.startswith(("es", "sp")) else "en" if low.startswith("en") else ""
