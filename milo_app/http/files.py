"""Handing out stored files: to whom they belong, piece by piece, and never as something that could run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC
from email.utils import format_datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from starlette.responses import Response, StreamingResponse

from milo_app import bootstrap
from milo_app.access.guards import candidate_actor, member_actor
from milo_app.access.running import call, run
from milo_app.domain.actors import Actor, Visitor
from milo_app.domain.errors import Forbidden, MiloError, NotFound, NotSignedIn
from milo_app.domain.records import StoredFile
from milo_app.services import uploads

router = APIRouter()

#: Shown in the page where it asks to (`view=1`); recordings always are. Everything else is a download.
_VIEWABLE = frozenset({"application/pdf", "text/plain", "image/png", "image/jpeg", "image/gif", "image/webp"})
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@router.api_route("/files/{file_id}", methods=["GET", "HEAD"])
async def hand_out(
    request: Request,
    file_id: str,
    a: Annotated[str | None, Query(max_length=64)] = None,
    view: str = "",
    download: str = "",
) -> Response:
    """A file, for a member of its workspace, or for the candidate of application *a* where it is theirs.

    Recordings play in the page (ranges, for seeking); `view=1` shows pictures, PDFs and text; all else downloads.
    """
    return await stream(request, await _find(request, file_id, a), view=bool(view) and not download)


async def stream(request: Request, file: StoredFile, *, view: bool) -> Response:
    """*file* for somebody who may have it, whole or the range asked for. *view*: shown in the page where that is safe."""
    inline = (view and file.media_type in _VIEWABLE) or (
        "download" not in request.query_params and (_plays(file) or file.purpose == "logo")
    )
    headers = _headers(file, inline=inline)
    if _unchanged(request, headers):
        return Response(status_code=304, headers=headers)
    start, length, status = 0, file.size, 200
    wanted = _wanted(request, file, headers)
    if wanted is not None:
        if not wanted:
            return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{file.size}"})
        start, length, status = wanted.start, len(wanted), 206
        headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{file.size}"
    headers["Content-Length"] = str(length)
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    return StreamingResponse(await call(_read, file, start, length), status_code=status, headers=headers)


async def _find(request: Request, file_id: str, application_id: str | None) -> StoredFile:
    """The file for whoever asks: as the candidate they say they are, else as the signed-in member, else as nobody."""
    refused: MiloError = NotSignedIn()
    if application_id:
        try:
            candidate = await candidate_actor(request, application_id)
            return await run(uploads.find, candidate, file_id=file_id)
        except (NotFound, Forbidden) as problem:
            refused = problem
    try:
        actor: Actor = await member_actor(request)
    except NotSignedIn:
        actor = Visitor()
    try:
        return await run(uploads.find, actor, file_id=file_id)
    except NotFound as problem:
        raise refused if isinstance(actor, Visitor) else problem from None


def _read(file: StoredFile, start: int, length: int) -> Iterator[bytes]:
    try:
        return bootstrap.deps().files.read(file.key, start, length)
    except FileNotFoundError:
        raise NotFound("This file is not here any more.") from None


def _plays(file: StoredFile) -> bool:
    return file.media_type.startswith(("audio/", "video/"))


def _headers(file: StoredFile, *, inline: bool) -> dict[str, str]:
    plain = (
        file.name.encode("ascii", "replace").decode().replace('"', "'").replace("\\", "_").replace("?", "_")
    )
    named = f"filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}"
    media_type = file.media_type if inline or file.media_type in _VIEWABLE else "application/octet-stream"
    if media_type == "text/plain":
        media_type += "; charset=utf-8"
    return {
        "Content-Type": media_type,
        "Content-Disposition": f"{'inline' if inline else 'attachment'}; {named}",
        "Accept-Ranges": "bytes",
        "ETag": f'"{file.sha256[:32]}"',
        "Last-Modified": format_datetime(file.created_at.astimezone(UTC), usegmt=True),
        # A logo stands on public pages and its id changes with it; everything else is checked anew each time.
        "Cache-Control": "public, max-age=86400, immutable"
        if file.purpose == "logo"
        else "private, no-cache",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": _policy(media_type),
        # The report shows a resume in a frame of its own page.
        "X-Frame-Options": "SAMEORIGIN",
        # Readers of email show a logo within a page of their own.
        "Cross-Origin-Resource-Policy": "cross-origin" if file.purpose == "logo" else "same-origin",
        "Referrer-Policy": "no-referrer",
    }


def _policy(media_type: str) -> str:
    """Nothing in a file may load, run or send anything. Chromium shows no PDF at all inside a sandbox; its viewer is
    one of its own, and the rest of the policy still holds."""
    plain = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; form-action 'none'"
    if media_type == "application/pdf":
        return f"{plain}; object-src 'self'"
    return f"{plain}; img-src 'self'; media-src 'self'; sandbox"


def _unchanged(request: Request, headers: dict[str, str]) -> bool:
    known = request.headers.get("if-none-match", "")
    tags = [tag.strip().removeprefix("W/") for tag in known.split(",")]
    return known.strip() == "*" or headers["ETag"] in tags


def _wanted(request: Request, file: StoredFile, headers: dict[str, str]) -> range | None:
    """The bytes asked for: None is all of them, an empty range one that lies outside the file.

    Only a single range is answered with a part; several at once are answered with the whole, as HTTP allows.
    """
    match = _RANGE.fullmatch(request.headers.get("range", "").strip())
    known = request.headers.get("if-range")
    if (
        match is None
        or match[0] == "bytes=-"
        or (known and known not in (headers["ETag"], headers["Last-Modified"]))
    ):
        return None
    first, last = match.groups()
    if len(first) > 18 or len(last) > 18:
        return range(0)
    if not first:  # The last so many bytes.
        return range(max(0, file.size - int(last)), file.size)
    return range(int(first), min(int(last) + 1 if last else file.size, file.size))
