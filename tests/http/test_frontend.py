"""Serving the built pages: what is found, how it is cached and compressed."""

from pathlib import Path

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from milo_app.http.frontend import FrontendFiles
from milo_app.http.security import SecurityHeaders, SecurityPolicy, script_hash

SCRIPT = "document.title = 'x'"


def build(folder: Path) -> FrontendFiles:
    (folder / "apply" / "form").mkdir(parents=True)
    (folder / "assets").mkdir()
    page = f"<html><script>{SCRIPT}</script><script src='/assets/app-1.js'></script></html>"
    for name in ("apply/form/index.html", "apply/form.html", "index.html", "404.html", "__spa-fallback.html"):
        (folder / name).write_text(page)
    (folder / "apply/form/index.html.br").write_bytes(b"brotli")
    (folder / "apply/form/index.html.gz").write_bytes(b"gzip")
    (folder / "assets/app-1.js").write_text("1")
    (folder / "favicon.svg").write_text("<svg/>")
    return FrontendFiles(folder, is_page=lambda path: path.startswith("/app/candidates/"))


@pytest.fixture
def client(tmp_path: Path) -> httpx.AsyncClient:
    frontend = build(tmp_path)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(SecurityHeaders(within(frontend), SecurityPolicy())),
        base_url="http://milo.test",
    )


def within(frontend: FrontendFiles) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if frontend.serves(scope["path"]):
            await frontend(scope, receive, send)
        else:
            await PlainTextResponse("Not here", 404)(scope, receive, send)

    return app


async def get(client: httpx.AsyncClient, path: str, **headers: str) -> httpx.Response:
    return await client.get(path, headers={"accept-encoding": "identity"} | headers)


@pytest.mark.anyio
async def test_both_slash_forms_are_the_page_itself(client: httpx.AsyncClient) -> None:
    for path in ("/apply/form", "/apply/form/"):
        answer = await get(client, path)
        assert answer.status_code == 200
        assert SCRIPT in answer.text
        assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.anyio
async def test_unknown_paths_and_reflexs_own_files_are_not_found(client: httpx.AsyncClient) -> None:
    for path in (
        "/",
        "/nope",
        "/404.html",
        "/__spa-fallback.html",
        "/apply/form.html",
        "/../rxconfig.py",
        "/assets/",
    ):
        assert (await get(client, path)).status_code == 404, path


@pytest.mark.anyio
async def test_a_page_with_a_variable_part_gets_the_shell(client: httpx.AsyncClient) -> None:
    assert (await get(client, "/app/candidates/7")).status_code == 200


@pytest.mark.anyio
async def test_hashed_files_are_kept_for_ever_and_others_are_not(client: httpx.AsyncClient) -> None:
    assert (await get(client, "/assets/app-1.js")).headers[
        "cache-control"
    ] == "public, max-age=31536000, immutable"
    assert (await get(client, "/favicon.svg")).headers["cache-control"] == "public, max-age=3600"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("accepts", "sent"),
    [
        ("gzip, br", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("identity", None),
        ("", None),
        ("zstd", None),
    ],
)
async def test_the_smallest_form_that_the_client_takes(
    client: httpx.AsyncClient, accepts: str, sent: str | None
) -> None:
    request = client.build_request("HEAD", "/apply/form", headers={"accept-encoding": accepts})
    answer = await client.send(request)
    assert answer.headers.get("content-encoding") == sent
    assert "accept-encoding" in answer.headers["vary"].lower()


@pytest.mark.anyio
async def test_head_has_the_length_and_no_body(client: httpx.AsyncClient) -> None:
    whole = await get(client, "/favicon.svg")
    head = await client.head("/favicon.svg", headers={"accept-encoding": "identity"})
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == str(len(whole.content))


@pytest.mark.anyio
async def test_an_unchanged_file_is_not_sent_again(client: httpx.AsyncClient) -> None:
    first = await get(client, "/apply/form")
    again = await get(client, "/apply/form", **{"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""


@pytest.mark.anyio
async def test_other_methods_are_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post("/apply/form")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"


@pytest.mark.anyio
async def test_the_policy_allows_the_pages_own_inline_script_and_no_other(client: httpx.AsyncClient) -> None:
    policy = (await get(client, "/apply/form")).headers["content-security-policy"]
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert scripts == f"script-src 'self' '{script_hash(SCRIPT)}'"
    assert "unsafe-eval" not in policy
    other = (await get(client, "/favicon.svg")).headers["content-security-policy"]
    assert "script-src 'self';" in other
