"""Whether this process lives, whether it is ready for people, and its figures for Prometheus."""

import asyncio
import hmac
from collections.abc import Callable, Mapping

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

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
