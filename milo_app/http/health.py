"""Whether this process lives, whether it is ready for people, and its figures for Prometheus."""

import asyncio
import hmac
import time
from collections.abc import Callable, Mapping

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Check = Callable[[], object]
_CHECK_SECONDS = 3.0


def health_routes(checks: Mapping[str, Check], *, metrics_token: str | None = None) -> list[Route]:
    """Routes ``/healthz``, ``/readyz`` and ``/metrics``.

    Each check is a plain function that raises where its part does not answer; it runs in a thread and counts as
    failed after three seconds. ``/metrics`` asks for ``Authorization: Bearer <token>`` where a token is set.
    """

    async def alive(request: Request) -> Response:
        return PlainTextResponse("ok", headers={"cache-control": "no-store"})

    async def ready(request: Request) -> Response:
        names = list(checks)
        answers = await asyncio.gather(*(_run(checks[name]) for name in names))
        failed = any(answer != "ok" for answer in answers)
        body = {"ready": not failed, "checks": dict(zip(names, answers, strict=True))}
        return JSONResponse(body, 503 if failed else 200, {"cache-control": "no-store"})

    async def metrics(request: Request) -> Response:
        sent = request.headers.get("authorization", "")
        if metrics_token and not hmac.compare_digest(sent.encode(), f"Bearer {metrics_token}".encode()):
            return PlainTextResponse("Not allowed", 401, {"www-authenticate": "Bearer"})
        figures = await run_in_threadpool(generate_latest)
        return Response(figures, media_type=CONTENT_TYPE_LATEST, headers={"cache-control": "no-store"})

    return [Route("/healthz", alive), Route("/readyz", ready), Route("/metrics", metrics)]


async def _run(check: Check) -> str:
    """``ok``, or the kind of failure: its text may name hosts and stays in the log."""
    try:
        await asyncio.wait_for(run_in_threadpool(check), _CHECK_SECONDS)
    except TimeoutError:
        return f"no answer in {_CHECK_SECONDS:g} s"
    except Exception as error:
        return f"failed: {type(error).__name__}"
    return "ok"


_REQUESTS = Counter("milo_http_requests_total", "Requests answered", ["area", "status"])
_SECONDS = Histogram(
    "milo_http_seconds",
    "Seconds from a request to its first byte",
    ["area"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
# The first segment of a path, where it is one of ours: a label must not grow with what strangers ask for.
_AREAS = {
    "api",
    "app",
    "apply",
    "assets",
    "dev",
    "feeds",
    "files",
    "i",
    "preview",
    "privacy",
    "sign-in",
    "webhooks",
}


class Measured:
    """Counts and times what an app answers, by the part of the site; outermost, so that refusals count too."""

    def __init__(self, app: ASGIApp) -> None:
        """Measure ``app``."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; sockets are passed through."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        segment = scope["path"].split("/", 2)[1]
        area = segment if segment in _AREAS else "other"
        started = time.perf_counter()

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                _SECONDS.labels(area).observe(time.perf_counter() - started)
                _REQUESTS.labels(area, message["status"]).inc()
            await send(message)

        await self.app(scope, receive, counted)
