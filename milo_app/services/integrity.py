"""What happened around an answer: the page was left, text was pasted, a long wait before it began. Facts for a person
to read; they never change a score, and nothing typed or pasted is kept with them.

Kept in a stage's `data["integrity"]` as `{question: {visit: {left, left_s, pasted, wait_s}}}`. A browser sends what it
has counted so far in one visit, so a repeat, or a late one, changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from milo_app.domain import records as r
from milo_app.domain.actors import CandidateActor
from milo_app.domain.plan import StagePlan
from milo_app.services import applications
from milo_app.services.ports import UnitOfWork
from milo_app.services.transactions import command

#: What is counted: `left` and `pasted` are times, `left_s` and `wait_s` seconds.
COUNTED = ("left", "left_s", "pasted", "wait_s")
#: A wait before the first word or key is worth a line from here on, in seconds.
LONG_WAIT = 60
_MOST_VISITS = 20
_DAY = 86_400


@command
def note(
    uow: UnitOfWork,
    actor: CandidateActor,
    *,
    stage: str,
    question_id: str,
    visit: str,
    counts: Mapping[str, int],
) -> None:
    """Keep what one visit to one question has counted so far, each figure the highest that was told.

    Nothing is kept for a candidate who asked for more time or another way to answer, nor of a stage that is not open.
    """
    application = uow.applications.lock(actor.application_id)
    if any(application.accommodations.values()):
        return
    row = applications.stage_row(uow, application, stage)
    planned = applications.plan_of(uow, application).stage(row.kind)
    if row.state is not r.StageState.OPEN or planned is None or planned.question(question_id) is None:
        return
    known: Mapping[str, Mapping[str, Mapping[str, int]]] = row.data.get("integrity") or {}
    visits = dict(known.get(question_id) or {})
    if visit not in visits and len(visits) >= _MOST_VISITS:
        return
    before = visits.get(visit) or {}
    told = {name: min(max(int(counts.get(name, 0)), 0), _DAY) for name in COUNTED}
    told["wait_s"] = told["wait_s"] if told["wait_s"] >= LONG_WAIT else 0
    now = {name: max(told[name], int(before.get(name, 0))) for name in COUNTED}
    if now == dict(before) or not any(now.values()):
        return
    first = not any(sum(one.values()) for one in visits.values())
    visits[visit] = now
    uow.stages.save(replace(row, data={**row.data, "integrity": {**known, question_id: visits}}))
    if first:
        applications.note(uow, application, "integrity_noted", stage=stage, question=question_id)


def facts(stage: StagePlan, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is worth a line in the report, by question: `{id, question, facts: [words]}`."""
    kept: Mapping[str, Mapping[str, Mapping[str, int]]] = data.get("integrity") or {}
    found: list[dict[str, Any]] = []
    for question in stage.questions:
        visits = list((kept.get(question.id) or {}).values())
        left, left_s, pasted = (
            sum(int(one.get(name, 0)) for one in visits) for name in ("left", "left_s", "pasted")
        )
        waited = max((int(one.get("wait_s", 0)) for one in visits), default=0)
        lines = [
            *([f"Left the page {_times(left)}, {_length(left_s)} in all"] if left else []),
            *([f"Pasted text {_times(pasted)}"] if pasted else []),
            *([f"Waited {_length(waited)} before beginning to answer"] if waited >= LONG_WAIT else []),
        ]
        if lines:
            found.append({"id": question.id, "question": question.text, "facts": lines})
    return found


def _times(n: int) -> str:
    return {1: "once", 2: "twice"}.get(n, f"{n} times")


def _length(seconds: int) -> str:
    if seconds < 60:
        return f"{seconds} second{'' if seconds == 1 else 's'}"
    return f"{seconds // 60} min {seconds % 60} s"
