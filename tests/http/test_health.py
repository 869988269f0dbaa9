"""The three addresses that a monitor asks."""

import httpx
import pytest
from starlette.applications import Starlette

from milo_app.http.health import Check, health_routes


def client(checks: dict[str, Check], token: str | None = None) -> httpx.AsyncClient:
    app = Starlette(routes=health_routes(checks, metrics_token=token))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://milo.test")


def broken() -> None:
    raise ConnectionError("postgresql://milo:secret@db")


@pytest.mark.anyio
async def test_alive_whatever_else_is_broken() -> None:
    assert (await client({"database": broken}).get("/healthz")).status_code == 200


@pytest.mark.anyio
async def test_ready_only_where_every_part_answers() -> None:
    answer = await client({"database": lambda: None}).get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "checks": {"database": "ok"}})
    answer = await client({"database": broken, "queue": lambda: None}).get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"database": "failed: ConnectionError", "queue": "ok"}
    assert "secret" not in answer.text


@pytest.mark.anyio
async def test_figures_are_for_those_with_the_token_where_one_is_set() -> None:
    assert "python_info" in (await client({}).get("/metrics")).text
    asked = client({}, token="t0ken")
    assert (await asked.get("/metrics")).status_code == 401
    assert (await asked.get("/metrics", headers={"authorization": "Bearer t0ken"})).status_code == 200
