"""Work that nobody waits for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger(__name__)

#: The event loop itself keeps no hold on its tasks.
_running: set[asyncio.Task[Any]] = set()


def soon(work: Coroutine[Any, Any, Any]) -> None:
    """Have *work* done; what goes wrong in it is logged."""
    task = asyncio.ensure_future(work)
    _running.add(task)
    task.add_done_callback(_done)


def _done(task: asyncio.Task[Any]) -> None:
    _running.discard(task)
    if not task.cancelled() and task.exception() is not None:
        log.error("Something in an interview failed", exc_info=task.exception())
