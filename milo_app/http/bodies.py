"""Request bodies as streams: written to a temporary file as they come, capped, and gone with the request."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import IO

from starlette.requests import Request

from milo_app.access.running import call
from milo_app.domain.errors import Invalid, TooLarge

#: Bytes kept in memory before the rest goes to disk, and the size of what is passed on at once.
_IN_MEMORY = 256 * 1024
#: A body over the limit is read on and thrown away up to this many times the limit, because a browser that is cut off
#: while sending shows a lost connection instead of our answer.
_PATIENCE = 8


@asynccontextmanager
async def spooled(request: Request, *, limit: int, too_large: str) -> AsyncIterator[Iterator[bytes]]:
    """The whole body as an iterator of blocks, once it has arrived. Whatever ends the request, the bytes go with it.

    Raises:
        TooLarge: it is larger than *limit* bytes, as announced or as counted; *too_large* is the message.
        Invalid: it is compressed, or ended before it was whole.
        starlette.requests.ClientDisconnect: the connection was lost on the way.
    """
    if request.headers.get("content-encoding", "identity") != "identity":
        raise Invalid("This was sent in a form that we do not take.")
    announced = request.headers.get("content-length", "")
    length = int(announced) if announced.isascii() and announced.isdigit() else None
    if length is not None and length > limit * _PATIENCE:
        raise TooLarge(too_large)
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        size = await _receive(request, file, limit)
        if size > limit:
            raise TooLarge(too_large)
        if length is not None and size != length:
            raise Invalid("This did not arrive whole. Please send it again.")
        file.seek(0)
        yield _blocks(file)


async def _receive(request: Request, file: IO[bytes], limit: int) -> int:
    """Write the body to *file*; beyond *limit* it is only counted. Returns the bytes counted."""
    size, waiting = 0, bytearray()
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit * _PATIENCE:
            break
        if size > limit:
            waiting.clear()
            continue
        waiting += chunk
        if len(waiting) >= _IN_MEMORY:
            await call(file.write, bytes(waiting))
            waiting.clear()
    if waiting and size <= limit:
        await call(file.write, bytes(waiting))
    return size


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    while block := file.read(_IN_MEMORY):
        yield block
