"""All that is held on a candidate, for the candidate: the right of access as one call."""

from __future__ import annotations

import dataclasses
from typing import Any

from milo_app.domain.actors import Actor
from milo_app.services import links
from milo_app.services.application_record import as_json
from milo_app.services.ports import UnitOfWork
from milo_app.services.transactions import query

#: Fields that are the installation's own and say nothing about the person.
_OURS = frozenset({"workspace_id", "key", "dedupe", "input_hash", "token_hash", "member_id", "variables"})


@query
def export(uow: UnitOfWork, actor: Actor, *, token: str) -> dict[str, Any]:
    """Everything kept on the application behind a privacy link, as JSON data: what they gave and what was made of it.

    Scores, their reasons and quotes belong to it; a file is named with its size and hash.
    """
    application = links.resolve(uow, token, purpose="privacy")
    person = uow.candidates.get(application.candidate_id)
    held: dict[str, Any] = {"application_id": application.id}
    return {
        "candidate": _plain(person),
        "application": _plain(application),
        "stages": [_plain(x) for x in uow.stages.find(order="position", **held)],
        "answers": [_plain(x) for x in uow.answers.find(order="at", **held)],
        "turns": [_plain(x) for x in uow.turns.find(order="seq", **held)],
        "evaluations": [_plain(x) for x in uow.evaluations.find(order="at", **held)],
        "messages": [_plain(x) for x in uow.messages.find(order="created_at", **held)],
        "files": [_plain(x) for x in uow.files.find(order="created_at", **held)],
        "recordings": [_plain(x) for x in uow.recordings.find(order="started_at", **held)],
        "consents": [_plain(x) for x in uow.consents.find(order="at", **held)],
        "requests": [_plain(x) for x in uow.requests.find(order="at", **held)],
        "comments": [
            {"at": x.at.isoformat(), "text": x.text, "rating": x.rating}
            for x in uow.comments.find(order="at", **held)
        ],
    }


def _plain(record: Any) -> dict[str, Any]:
    """A record as JSON data without the installation's own fields."""
    fields = {f.name: getattr(record, f.name) for f in dataclasses.fields(record) if f.name not in _OURS}
    return {name: as_json(value) for name, value in fields.items() if value not in (None, "", (), {})}
