"""Lets candidates go their way while the server is killed under them, again and again."""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Awaitable, Callable, Sequence

from tests.outside.candidate import Candidate
from tests.outside.instance import Instance, until


async def through_kills(
    instance: Instance,
    candidates: Sequence[Candidate],
    kills: int,
    chance: random.Random,
    before: Callable[[int], Awaitable[None]],
) -> list[str]:
    """Walk every candidate, some more after each kill, so that the last kill still finds some on their way. *before* is
    awaited before each kill, with its number from 0. Returns a sentence for each who did not come to the end."""
    turns = asyncio.Semaphore(0)
    failures: list[str] = []

    async def one(candidate: Candidate) -> None:
        async with turns:
            try:
                await candidate.walk()
            except Exception as problem:
                failures.append(f"{candidate.id or candidate.link}: {type(problem).__name__}: {problem}")
            finally:
                await candidate.close()

    walks = [asyncio.create_task(one(candidate)) for candidate in candidates]
    share = -(-len(candidates) // (kills + 1))
    for round in range(kills):
        for _ in range(share + 2):
            turns.release()
        await asyncio.sleep(chance.uniform(0.5, 4.0))
        await before(round)
        await asyncio.to_thread(instance.kill)
        await asyncio.sleep(chance.uniform(0, 1.0))
        await asyncio.to_thread(instance.start)
        print(f"killed and started again ({round + 1} of {kills})", file=sys.stderr, flush=True)
    for _ in candidates:
        turns.release()
    await asyncio.gather(*walks)
    return failures


def settled(instance: Instance) -> None:
    """Wait until all durable work is done; what is not by then is stuck, and counted as such."""
    try:
        until(instance.at_rest, "the durable work", 120)
        # Finished work may have enqueued more, and a message may just be on its way.
        until(
            lambda: not instance.rows("select id from message where state in ('queued', 'sending')"),
            "messages",
            60,
        )
        until(instance.at_rest, "the durable work", 60)
    except AssertionError as problem:
        print(problem, file=sys.stderr)
