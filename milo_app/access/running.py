"""Runs a service off the event loop, in the unit of work that it asks for."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from milo_app import bootstrap
from milo_app.domain.actors import Actor
from milo_app.services.transactions import writes

R = TypeVar("R")

#: Our own threads, few enough that the database is never asked for more connections than it has.
_executor = ThreadPoolExecutor(max_workers=16, thread_name_prefix="milo-service")


def run_sync(service: Callable[..., R], actor: Actor, /, **arguments: Any) -> R:
    """Run *service(uow, actor, **arguments)* in one transaction, in this thread.

    Raises:
        MiloError: what the service refuses; the transaction is rolled back.
        TypeError: when *service* is neither a `@command` nor a `@query`.
    """
    uow = bootstrap.deps().uow
    with (uow.write if writes(service) else uow.read)(actor) as opened:
        return service(opened, actor, **arguments)


async def run(service: Callable[..., R], actor: Actor, /, **arguments: Any) -> R:
    """`run_sync` on our own threads, for pages and routes."""
    work = functools.partial(run_sync, service, actor, **arguments)
    return await asyncio.get_running_loop().run_in_executor(_executor, work)


async def call(fn: Callable[..., R], /, *args: Any, **arguments: Any) -> R:
    """Run *fn(\\*args)*, such as a service that takes `deps`, on our own threads."""
    return await asyncio.get_running_loop().run_in_executor(
        _executor, functools.partial(fn, *args, **arguments)
    )


async def run_outside(service: Callable[..., R], actor: Actor, /, **arguments: Any) -> R:
    """Run *service(deps, actor, **arguments)*, which opens its own transactions, on our own threads."""
    return await call(service, bootstrap.deps(), actor, **arguments)
