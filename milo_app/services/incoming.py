"""Bytes on their way in: counted, capped and looked at while they pass, never held whole."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from milo_app.domain import file_types
from milo_app.domain.actors import SystemActor
from milo_app.domain.errors import Invalid, TooLarge
from milo_app.services.ports import Deps

R = TypeVar("R")
log = logging.getLogger(__name__)


class Incoming:
    """An iterable of *chunks* that stops beyond *limit* bytes. Once it is through, `head` holds the first bytes.

    Iterating raises TooLarge with *too_large* as its message.
    """

    def __init__(self, chunks: Iterable[bytes], *, limit: int, too_large: str) -> None:
        self._chunks, self._limit, self._too_large = chunks, limit, too_large
        self.head = b""

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for chunk in self._chunks:
            size += len(chunk)
            if size > self._limit:
                raise TooLarge(self._too_large)
            if len(self.head) < file_types.HEAD:
                self.head += chunk[: file_types.HEAD - len(self.head)]
            yield chunk

    @property
    def media_type(self) -> str:
        """What the bytes are, by their beginning."""
        return file_types.sniff(self.head)


def keep(
    deps: Deps,
    folder: str,
    incoming: Incoming,
    take: Callable[[str, int, str], tuple[R, bool]],
    *,
    empty: str,
) -> R:
    """Write *incoming* under a fresh key in *folder*, then let *take(key, size, sha256)* keep the row of it.

    The bytes are on disk before the row speaks of them. *take* returns its result and whether it uses the bytes; where
    it does not, or refuses, they are removed again.

    Raises:
        Invalid: nothing came; *empty* is the message.
        TooLarge: more came than is taken.
    """
    key = f"{folder}/{secrets.token_hex(16)}"
    size, sha256 = deps.files.put(key, incoming)
    used = False
    try:
        if not size:
            raise Invalid(empty)
        result, used = take(key, size, sha256)
        return result
    finally:
        if not used:
            _remove(deps, key)


def _remove(deps: Deps, key: str) -> None:
    """Remove bytes that no row speaks of. A commit whose outcome was lost on the way may have kept the row."""
    try:
        with deps.uow.read(SystemActor()) as uow:
            kept = uow.files.first(key=key) or uow.chunks.maybe(key.rpartition("/")[2])
        if kept is None:
            deps.files.delete(key)
    except Exception:  # The refusal that brought us here must reach the person; left-over bytes hurt nobody.
        log.exception("left-over bytes could not be removed")
