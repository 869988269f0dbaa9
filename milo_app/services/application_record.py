"""Everything that is kept of one application, as data: for the command line and for whoever has to look closely."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from milo_app.domain.actors import Actor
from milo_app.services import links
from milo_app.services.ports import UnitOfWork
from milo_app.services.transactions import query

#: Left out of what is shown: bulk, and words that open something.
_HIDDEN = {"html", "variables", "workspace_id", "ip"}


@query
def show(uow: UnitOfWork, actor: Actor, *, application_id: str) -> dict[str, Any]:
    """{…application, candidate, interviewer, candidate_url, stages, answers (all versions; `current` marks the newest),
    turns, evaluations, messages, events, files, recordings, consents}. Times are ISO with zone. Raises NotFound.

    What a candidate asked of a person (another format, a review) is no part of it.
    """
    application = uow.applications.get(application_id)
    candidate = uow.candidates.get(application.candidate_id)
    interviewer = uow.interviewers.get(application.interviewer_id)
    own: dict[str, Any] = {"application_id": application.id}
    answers = uow.answers.find(order="id", **own)
    newest: dict[tuple[int, str, str], int] = {}
    for answer in answers:
        key = (answer.attempt, answer.stage, answer.question_id)
        newest[key] = max(newest.get(key, 0), answer.version)
    return {
        **plain(application),
        "candidate": plain(candidate),
        "interviewer": {"id": interviewer.id, "slug": interviewer.slug, "title": interviewer.title},
        "candidate_url": links.candidate_url(uow.instance, application),
        "stages": _all(sorted(uow.stages.find(**own), key=lambda s: (s.attempt, s.position))),
        "answers": [
            {**plain(a), "current": a.version == newest[(a.attempt, a.stage, a.question_id)]} for a in answers
        ],
        "turns": _all(uow.turns.find(order="seq", **own)),
        "evaluations": _all(uow.evaluations.find(order="id", **own)),
        "messages": _all(uow.messages.find(order="id", **own)),
        "events": _all(uow.events.find(order="seq", subject_kind="application", subject_id=application.id)),
        "files": _all(uow.files.find(order="id", **own)),
        "recordings": _all(uow.recordings.find(order="id", **own)),
        "consents": _all(uow.consents.find(order="id", **own)),
    }


def _all(records: Iterable[Any]) -> list[dict[str, Any]]:
    return [plain(record) for record in records]


def plain(record: Any) -> dict[str, Any]:
    """A record as JSON data, without what must not be shown."""
    return {
        f.name: as_json(getattr(record, f.name)) for f in dataclasses.fields(record) if f.name not in _HIDDEN
    }


def as_json(value: Any) -> Any:
    """A field's value as JSON data: times as ISO with zone, enums by value, collections all the way down."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(k): as_json(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(v) for v in value]
    return value
