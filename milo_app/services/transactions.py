"""Marks a service function as one transaction, so that whoever runs it opens the right unit of work."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def command(fn: Callable[P, R]) -> Callable[P, R]:
    """A service that changes rows: runs in `write()`, committed when it returns, rolled back when it raises."""
    fn.writes = True  # type: ignore[attr-defined]
    return fn


def query(fn: Callable[P, R]) -> Callable[P, R]:
    """A service that only reads: runs in `read()`."""
    fn.writes = False  # type: ignore[attr-defined]
    return fn


def writes(fn: Callable[..., object]) -> bool:
    """Whether *fn* was marked as a command.

    Raises:
        TypeError: when it was marked as neither, which is a mistake of the programmer.
    """
    try:
        return bool(fn.writes)  # type: ignore[attr-defined]
    except AttributeError:
        raise TypeError(f"{fn.__module__}.{fn.__qualname__} is neither a @command nor a @query") from None
