"""Turns rows that have come due into work."""

from __future__ import annotations

import logging
from dataclasses import replace

from milo_app.domain.actors import SystemActor
from milo_app.services import delivery_status, webhooks_out
from milo_app.services.ports import Deps
from milo_app.services.work import Work

log = logging.getLogger(__name__)

_BATCH = 200


def forget(deps: Deps) -> None:
    """Delete what has served its time: what providers said of messages long ago."""
    actor = SystemActor(name="sweep")
    with deps.uow.write(actor) as uow:
        delivery_status.forget(uow, actor)
    webhooks_out.forget(deps)


def sweep(deps: Deps) -> int:
    """Enqueue the work of every `Later` row that is due; returns how many. A row is marked in the same transaction,
    and its id names the work, so that two sweeps at once start it once."""
    done = 0
    with deps.uow.read(SystemActor(name="sweep")) as uow:
        # Looked at every few seconds: nothing is locked while nothing is due.
        if not uow.later.due(uow.now, limit=1):
            return 0
    while True:
        with deps.uow.write(SystemActor(name="sweep")) as uow:
            due = uow.later.due(uow.now, limit=_BATCH)
            for row in due:
                if row.work in set(Work):
                    uow.enqueue(Work(row.work), *row.args, key=f"later:{row.id}")
                else:
                    log.error("A later row names work that is not known: %s", row.work)
                uow.later.save(replace(row, done_at=uow.now))
        done += len(due)
        if len(due) < _BATCH:
            return done
