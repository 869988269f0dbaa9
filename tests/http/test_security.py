"""Headers on everything, and no change at the bidding of another site's page."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from milo_app.http.security import (
    SecurityHeaders,
    SecurityPolicy,
    call_sources,
    inline_script_hashes,
    script_hash,
)


async def plain(request: Request) -> Response:
    return PlainTextResponse(request.url.scheme)


async def file(request: Request) -> Response:
    return PlainTextResponse("file", headers={"content-security-policy": "sandbox"})


def client(policy: SecurityPolicy | None = None) -> httpx.AsyncClient:
    methods = ["GET", "POST", "PUT", "DELETE"]
    app = Starlette(
        routes=[
            Route("/file", file),
            *(Route(path, plain, methods=methods) for path in ("/x", "/webhooks/twilio/sms")),
        ]
    )
    wrapped = SecurityHeaders(app, policy or SecurityPolicy())
    return httpx.AsyncClient(transport=httpx.ASGITransport(wrapped), base_url="http://milo.test")


@pytest.mark.anyio
async def test_every_answer_carries_the_headers() -> None:
    for path in ("/x", "/nowhere"):
        headers = (await client().get(path)).headers
        policy = headers["content-security-policy"]
        for part in ("frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'", "form-action 'self'"):
            assert part in policy
        assert "ws://milo.test" in policy
        assert "unsafe-eval" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert "camera=(self), microphone=(self)" in headers["permissions-policy"]
        assert "referrer-policy" in headers
        assert "strict-transport-security" not in headers


@pytest.mark.anyio
async def test_an_answer_may_bring_a_policy_of_its_own() -> None:
    assert (await client().get("/file")).headers["content-security-policy"] == "sandbox"


@pytest.mark.anyio
async def test_behind_tls_the_scheme_is_https_and_browsers_are_told_to_keep_to_it() -> None:
    answer = await client(SecurityPolicy(public_url="https://milo.example.com")).get("/x")
    assert answer.text == "https"
    assert "max-age=31536000" in answer.headers["strict-transport-security"]


@pytest.mark.anyio
async def test_hosts_of_providers_are_allowed_by_name() -> None:
    answer = await client(SecurityPolicy(connect=("wss://calls.example.com",))).get("/x")
    assert "wss://calls.example.com" in answer.headers["content-security-policy"]


@pytest.mark.anyio
async def test_a_hostile_host_header_reaches_no_policy() -> None:
    answer = await client().get("/x", headers={"host": "a; script-src *"})
    assert "script-src *" not in answer.headers["content-security-policy"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/x", {}, 200),
        ("/x", {"origin": "http://milo.test"}, 200),
        ("/x", {"origin": "https://milo.example.com"}, 200),
        ("/x", {"origin": "http://evil.test"}, 403),
        ("/x", {"origin": "http://["}, 403),
        ("/x", {"origin": "null"}, 403),
        ("/x", {"sec-fetch-site": "cross-site"}, 403),
        ("/x", {"sec-fetch-site": "same-origin"}, 200),
        ("/webhooks/twilio/sms", {"origin": "http://evil.test"}, 200),
    ],
)
async def test_a_change_is_refused_where_another_site_asked_for_it(
    path: str, headers: dict[str, str], status: int
) -> None:
    asked = client(SecurityPolicy(public_url="https://milo.example.com"))
    assert (await asked.post(path, headers=headers)).status_code == status
    if status == 403:
        assert (await asked.get(path, headers=headers)).status_code == 200


def test_hashes_are_of_scripts_that_run() -> None:
    html = (
        "<script>one</script><script src='/a.js'></script><script type='application/ld+json'>{}</script>"
        "<script id=x>two</script><script>one</script>"
    )
    assert inline_script_hashes(html) == [script_hash("one"), script_hash("two")]


@pytest.mark.parametrize(
    ("url", "sources"),
    [
        ("", []),
        ("ws://127.0.0.1:7880", ["ws://127.0.0.1:7880", "http://127.0.0.1:7880"]),
        ("wss://calls.example.com", ["wss://calls.example.com", "https://calls.example.com"]),
        (
            "wss://acme.livekit.cloud",
            [
                "wss://acme.livekit.cloud",
                "https://acme.livekit.cloud",
                "wss://*.livekit.cloud",
                "https://*.livekit.cloud",
            ],
        ),
    ],
)
def test_pages_reach_the_call_server_and_no_other(url: str, sources: list[str]) -> None:
    assert call_sources(url) == sources
