"""The table of candidates as CSV, piece by piece, however long it is."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from milo_app.domain import records as r
from milo_app.domain.actors import MemberActor
from milo_app.services.candidate_table import SORTS, filter_of
from milo_app.services.csv_intake import safe_cell
from milo_app.services.labels import DECISIONS, SOURCES, STAGES, STATES
from milo_app.services.ports import Deps, UnitOfWork

_PAGE = 500
_HEADINGS = [
    *("name", "email", "phone", "role", "state", "score", "stages scored", "decision", "reason"),
    *("needs review", "came by", "invited", "completed", "last activity"),
    *(f"{name.lower()} score" for name in STAGES.values()),
    "report",
]


def as_csv(deps: Deps, actor: MemberActor, *, wanted: Mapping[str, Any], sort: str = "") -> Iterator[str]:
    """The candidates that *wanted* leaves, in the order of *sort*, as pieces of a CSV file. No cell is a formula.

    Each page is a short transaction of its own: who changes meanwhile may be missing or stand twice.
    Raises NotFound for a foreign interviewer, before the first piece.
    """
    sort = sort if sort in SORTS else "-created_at"
    with deps.uow.read(actor) as uow:
        role = str(wanted.get("interviewer_id") or "")
        if role:
            uow.interviewers.get(role)
        titles = {one.id: one.title for one in uow.interviewers.find()}
    return _pieces(deps, actor, filter_of(**wanted), sort, titles)


def _pieces(
    deps: Deps, actor: MemberActor, wanted: Any, sort: str, titles: Mapping[str, str]
) -> Iterator[str]:
    # The mark at the beginning tells spreadsheets that this is UTF-8.
    yield "\ufeff" + _lines([_HEADINGS])
    after: tuple[Any, str] | None = None
    while True:
        with deps.uow.read(actor) as uow:
            page = uow.applications.table(wanted, sort=sort, after=after, limit=_PAGE)
            text = _lines(_rows(uow, page, titles))
        yield text
        if len(page) < _PAGE:
            return
        application, candidate = page[-1]
        name = sort.removeprefix("-")
        after = (candidate.name if name == "name" else getattr(application, name), application.id)


def _rows(
    uow: UnitOfWork, page: list[tuple[r.Application, r.Candidate]], titles: Mapping[str, str]
) -> list[list[str]]:
    attempts = {a.id: a.attempt for a, _ in page}
    scores: dict[tuple[str, str], float] = {
        (s.application_id, s.kind): s.score
        for s in (uow.stages.find(application_id=list(attempts)) if attempts else ())
        if s.score is not None and s.attempt == attempts[s.application_id]
    }
    return [
        [
            candidate.name,
            candidate.email or "",
            candidate.phone or "",
            titles.get(application.interviewer_id, ""),
            STATES[application.state],
            _number(application.score),
            str(application.covered or ""),
            DECISIONS[application.decision],
            application.decision_reason,
            "yes" if application.needs_review else "",
            SOURCES.get(application.source, application.source),
            *(_at(x) for x in (application.invited_at, application.completed_at, application.updated_at)),
            *(_number(scores.get((application.id, kind))) for kind in STAGES),
            f"{uow.instance.public_url}/app/report/?a={application.id}",
        ]
        for application, candidate in page
    ]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _at(at: Any) -> str:
    return at.isoformat(timespec="seconds") if at else ""


def _lines(rows: list[list[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    # A number in E.164 begins with a plus and is no formula, but a spreadsheet would eat the plus.
    writer.writerows([[safe_cell(cell) for cell in row] for row in rows])
    return out.getvalue()
