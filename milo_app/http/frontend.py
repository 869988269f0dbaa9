"""Serves the built pages: found by a look-up, compressed beforehand, cached for as long as they cannot change."""

import hashlib
import mimetypes
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from milo_app.http.security import inline_script_hashes

_ENCODINGS = {"br": ".br", "gzip": ".gz"}
_FALLBACK = "__spa-fallback.html"
_UNSERVED = {_FALLBACK, "404.html"}


@dataclass(frozen=True)
class _File:
    media_type: str
    cache_control: str
    etag: str
    bodies: dict[str, bytes]
    scripts: list[str] = field(default_factory=list)


class FrontendFiles:
    """The files of one build, kept in memory, as an ASGI app.

    A page is found with and without its closing slash. ``is_page`` tells whether a path belongs to a page with a
    variable part; such a path gets the empty shell that draws the page in the browser.
    """

    def __init__(self, folder: Path, *, is_page: Callable[[str], bool] = lambda _: False) -> None:
        """Read ``folder`` whole; a build is some hundred kilobytes."""
        self._is_page = is_page
        self._files: dict[str, _File] = {}
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if not path.is_file() or path.suffix in _ENCODINGS.values() or name in _UNSERVED:
                continue
            self._files[f"/{name}"] = _read(path, f"/{name}")
        for name in [name for name in self._files if name.endswith("/index.html")]:
            page = self._files.pop(name)
            self._files.pop(
                f"{name.removesuffix('/index.html')}.html", None
            )  # Reflex's copy for simpler servers
            self._files[name.removesuffix("index.html")] = page
            self._files[name.removesuffix("/index.html") or "/"] = page
        if not is_page("/"):
            self._files.pop("/", None)  # React Router writes one even where no page is at the root
        fallback = folder / _FALLBACK
        self._shell = _read(fallback, f"/{_FALLBACK}") if fallback.exists() else None

    @property
    def paths(self) -> frozenset[str]:
        """Every path that is served, pages in both slash forms."""
        return frozenset(self._files)

    def serves(self, path: str) -> bool:
        """Whether this build answers ``path``."""
        return path in self._files or (self._shell is not None and self._is_page(path))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for which ``serves`` is true."""
        await self._response(scope)(scope, receive, send)

    def _response(self, scope: Scope) -> Response:
        file = self._files.get(scope["path"]) or self._shell
        if file is None:
            return PlainTextResponse("Not found", 404)
        if scope["method"] not in {"GET", "HEAD"}:
            return PlainTextResponse("Method not allowed", 405, {"allow": "GET, HEAD"})
        headers = Headers(scope=scope)
        scope["milo.scripts"] = file.scripts
        encoding = _best_encoding(headers.get("accept-encoding", ""), file.bodies)
        sent = {"etag": file.etag, "cache-control": file.cache_control, "vary": "Accept-Encoding"}
        if file.etag in headers.get("if-none-match", ""):
            return Response(status_code=304, headers=sent)
        if encoding:
            sent["content-encoding"] = encoding
        return Response(file.bodies[encoding], headers=sent, media_type=file.media_type)


def _read(path: Path, url: str) -> _File:
    body = path.read_bytes()
    bodies = {"": body}
    for encoding, suffix in _ENCODINGS.items():
        sibling = path.with_name(path.name + suffix)
        if sibling.exists():
            bodies[encoding] = sibling.read_bytes()
    html = path.suffix == ".html"
    if url.startswith("/assets/"):
        cache_control = "public, max-age=31536000, immutable"  # the name holds a hash of the content
    else:
        cache_control = "no-cache" if html else "public, max-age=3600"
    if path.suffix in {".js", ".mjs", ".jsx"}:
        media_type = "text/javascript"
    else:
        media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return _File(
        media_type=media_type,
        cache_control=cache_control,
        etag=f'W/"{hashlib.sha256(body).hexdigest()[:20]}"',
        bodies=bodies,
        scripts=inline_script_hashes(body.decode()) if html else [],
    )


def _best_encoding(accepted: str, bodies: dict[str, bytes]) -> str:
    """The smallest stored form that the client takes; the empty string is the plain one."""
    takes: set[str] = set()
    for part in accepted.split(","):
        name, _, parameters = part.strip().partition(";")
        if parameters.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}:
            takes.add(name.strip().lower())
    return next((encoding for encoding in _ENCODINGS if encoding in takes and encoding in bodies), "")
