"""Open dashboards hear of each change once, however commits are ordered."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from milo_app.access.live import Bell
from milo_app.domain.records import Event
from tests.outside.instance import finish

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)


def event(id: str, workspace: str = "w", age: float = 0) -> Event:
    return Event(
        id=id, workspace_id=workspace, subject_kind="application", subject_id="a", seq=1, kind="invited", actor="system",
        at=NOW - timedelta(seconds=age),
    )  # fmt: skip


def ring(bell: Bell, *events: Event) -> None:
    bell.ring(list(events), NOW - timedelta(seconds=10))


def test_known_events_are_silent() -> None:
    """The window is read again and again; only what is new rings."""
    bell = Bell()
    ring(bell, event("1"))
    first = bell.now("w")
    ring(bell, event("1"))
    assert bell.now("w") == first
    ring(bell, event("0", age=3), event("1"))  # committed later under an earlier id
    assert bell.now("w") == first + 1


def test_only_the_workspace_concerned_wakes() -> None:
    async def run() -> tuple[int, int]:
        bell = Bell()
        mine = asyncio.create_task(bell.wait("mine", 0, 2))
        other = asyncio.create_task(bell.wait("other", 0, 0.2))
        await asyncio.sleep(0.01)
        ring(bell, event("1", "mine"))
        return await mine, await other

    assert finish(run()) == (1, 0)


def test_nothing_between_two_waits_is_missed() -> None:
    async def run() -> int:
        bell = Bell()
        ring(bell, event("1"))
        return await asyncio.wait_for(bell.wait("w", 0, 60), 1)

    assert finish(run()) == 1


def test_memory_is_bounded() -> None:
    """What is older than the window is forgotten."""
    bell = Bell()
    ring(bell, *(event(str(n), age=60) for n in range(50)))
    ring(bell)
    assert len(bell._seen) == 0
