"""Two to four candidates of one role side by side, criterion by criterion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from milo_app.domain.actors import MemberActor
from milo_app.domain.errors import Invalid
from milo_app.services import reports
from milo_app.services.ports import UnitOfWork
from milo_app.services.report_material import gather
from milo_app.services.transactions import query

FEWEST, MOST = 2, 4


@query
def compare(uow: UnitOfWork, actor: MemberActor, *, application_ids: Sequence[str]) -> dict[str, Any]:
    """`{role, interviewer, people, parts}`: *people* in the order asked, *parts* a list of {name, rows}, each row being
    {id, text, help, cells} with one cell a person: {score, words, tone, quote, place, href}.

    Raises NotFound for an unknown or foreign id, Invalid where they are too few, too many, or of several roles.
    """
    ids = list(dict.fromkeys(application_ids))
    if not FEWEST <= len(ids) <= MOST:
        raise Invalid(f"Choose {FEWEST} to {MOST} candidates to compare.")
    found = [gather(uow, id) for id in ids]
    if len({m.application.interviewer_id for m in found}) > 1:
        raise Invalid("Candidates of different roles answered different questions. Choose some of one role.")
    views = [reports.view(m) for m in found]
    return {
        "role": views[0]["role"],
        "interviewer": views[0]["interviewer"],
        "people": [
            {name: view[name] for name in ("id", "name", "state_name", "decision", "decision_name")}
            | {"score": view["overall"]["score"], "covers": view["overall"]["covers"]}
            for view in views
        ],
        "parts": [part for part in (_dealbreakers(views), *_stages(views)) if part["rows"]],
    }


def _dealbreakers(views: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    known = [{one["id"]: one for one in view["dealbreakers"]} for view in views]
    rows = [
        {
            "id": id,
            "text": one["text"],
            "help": f"Needed: {one['expected']}" if one["expected"] else one["stage"],
            "cells": [_decided(of.get(id)) for of in known],
        }
        for id, one in _all(known).items()
    ]
    return {"name": "Dealbreakers", "scores": [], "rows": rows}


def _decided(one: Mapping[str, Any] | None) -> dict[str, Any]:
    if one is None:
        return _cell(words="Not asked in their version")
    tone = {"yes": "good", "no": "bad"}.get(one["met"], "none")
    return _cell(words=one["words"], tone=tone, quote=one["given"] if one["met"] != "unknown" else "")


def _stages(views: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = []
    stages = [{stage["kind"]: stage for stage in view["stages"]} for view in views]
    for kind, first in _all(stages).items():
        known = [{c["id"]: c for c in of[kind]["criteria"]} if kind in of else {} for of in stages]
        rows = [
            {
                "id": id,
                "text": one["text"],
                "help": f"Weight {one['weight']}",
                "cells": [_scored(of.get(id), view["id"]) for of, view in zip(known, views, strict=True)],
            }
            for id, one in _all(known).items()
        ]
        scores = [of[kind]["score"] if kind in of else "" for of in stages]
        parts.append({"name": first["name"], "scores": scores, "rows": rows})
    return parts


def _scored(one: Mapping[str, Any] | None, application_id: str) -> dict[str, Any]:
    if one is None:
        return _cell(words="Not asked in their version")
    quote = one["quotes"][0] if one["quotes"] else {"text": "", "place": ""}
    return _cell(
        score=one["score"],
        words=one["status"] or ("Scored by a person" if one["by_person"] else one["confidence"]),
        tone="warn" if one["review"] else "none",
        quote=quote["text"],
        place=quote["place"],
        href=f"/app/report/?a={application_id}#criterion-{one['id']}",
    )


def _cell(**given: str) -> dict[str, str]:
    return {"score": "", "words": "", "tone": "none", "quote": "", "place": "", "href": "", **given}


def _all(known: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Everything that any of them has, by id, in the order of the first who has it."""
    out: dict[str, Any] = {}
    for of in known:
        for id, one in of.items():
            out.setdefault(id, one)
    return out
