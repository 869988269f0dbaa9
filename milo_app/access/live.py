"""Tells open dashboards that something of their workspace changed, whichever process changed it.

One task per web process reads the newest events from the database four times a second. It reads the last ten seconds
each time and drops what it has seen, because the order of commits is not the order of ids. Each open page waits for
its workspace and then reads what it shows, with its own member's rights; nothing is pushed into a page from here.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from datetime import datetime, timedelta

from milo_app.access.running import run
from milo_app.domain.actors import SystemActor
from milo_app.domain.records import Event
from milo_app.services.ports import UnitOfWork
from milo_app.services.transactions import query

log = logging.getLogger(__name__)

EVERY = 0.25
_WINDOW = timedelta(seconds=10)
_MOST = 5000


class Bell:
    """Counts what happened in each workspace and wakes who waits for it. Belongs to one event loop."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = defaultdict(int)
        self._waiting: dict[str, asyncio.Event] = {}
        self._seen: dict[str, datetime] = {}

    def now(self, workspace_id: str) -> int:
        """A number that grows with every change; give it to `wait` to miss nothing in between."""
        return self._counts[workspace_id]

    async def wait(self, workspace_id: str, since: int, patience: float) -> int:
        """Wait until something happened after *since*, or for *patience* seconds; returns the present number."""
        if self._counts[workspace_id] == since:
            waiting = self._waiting.setdefault(workspace_id, asyncio.Event())
            await asyncio.wait({wake := asyncio.ensure_future(waiting.wait())}, timeout=patience)
            wake.cancel()
        return self._counts[workspace_id]

    def ring(self, events: list[Event], oldest: datetime) -> None:
        """Take in *events*, some of them perhaps known; what is older than *oldest* will not come again."""
        fresh = [e for e in events if e.id not in self._seen]
        self._seen = {id: at for id, at in self._seen.items() if at >= oldest}
        self._seen.update((e.id, e.at) for e in fresh)
        for workspace_id in {e.workspace_id for e in fresh}:
            self._counts[workspace_id] += 1
            waiting = self._waiting.pop(workspace_id, None)
            if waiting is not None:
                waiting.set()


bell = Bell()


@query
def _recent(uow: UnitOfWork, actor: SystemActor) -> tuple[list[Event], datetime]:
    oldest = uow.now - _WINDOW
    return uow.events.since(oldest, limit=_MOST), oldest


async def follow() -> None:
    """Ring the bell for every new event until cancelled. A database that does not answer is tried again."""
    while True:
        try:
            bell.ring(*await run(_recent, SystemActor()))
        except Exception:
            log.exception("reading new events failed")
            await asyncio.sleep(2)
        await asyncio.sleep(EVERY)
