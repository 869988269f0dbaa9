"""Requests that change something must come from our own pages."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Request

from milo_app.domain.errors import Forbidden


def require(request: Request) -> None:
    """Refuse a changing request that a foreign page sent. Programs without a browser send neither header and pass;
    they hold no cookie that a foreign page could ride on.

    Raises:
        Forbidden: the browser says that another site's page sent this.
    """
    if request.headers.get("sec-fetch-site") not in (None, "same-origin", "none"):
        raise Forbidden("This request came from another site.")
    origin = request.headers.get("origin")
    if origin and origin != "null" and _netloc(origin) != request.headers.get("host"):
        raise Forbidden("This request came from another site.")


def _netloc(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def network(request: Request) -> str:
    """The throttling key of who calls: the peer's address."""
    return request.client.host if request.client else ""
