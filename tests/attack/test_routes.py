"""Every HTTP address, asked by the wrong person or from another site's page, changes nothing and tells nothing."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Route

from milo_app import bootstrap
from tests.attack.conftest import MARK, Scene
from tests.outside.instance import changes

#: Made for everyone: what they do for a stranger has tests of its own (`test_public_link`, `test_local_tools`).
FOR_EVERYONE = (
    "/dev/",
    "/lost-link",
    "/sign-in",
    "/sign-out",
    "/webhooks/",
    "/healthz",
    "/readyz",
    "/metrics",
)


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    """Every (method, path pattern) that the server answers."""
    from milo_app import config
    from milo_app.http.routes import build_http

    data = tmp_path_factory.mktemp("routes")
    settings = config.Settings(_env_file=None, data=data, database_url=f"sqlite:///{data}/milo.db")
    app = build_http(bootstrap.build(settings), settings, [])
    return sorted(set(_all(app.router.routes)))


def _all(routes: list[BaseRoute]) -> Iterator[tuple[str, str]]:
    for route in routes:
        if isinstance(route, Route | APIRoute):
            yield from ((method, route.path) for method in route.methods or () if method != "OPTIONS")
        elif hasattr(route, "routes"):
            yield from _all(route.routes)
        elif getattr(route, "original_router", None) is not None:
            yield from _all(route.original_router.routes)


def filled(pattern: str, scene: Scene) -> str:
    """The pattern with the victim's ids; secrets are replaced by what somebody might guess."""
    named = {
        "token": "A" * 60,
        "application_id": scene.ids["application"],
        "workspace": scene.slug,
        "interviewer": "marked",
        "kind": "form",
        "stage": "form",
        "question_id": "may_work",
        "segment": "0",
        "seq": "9",
        "message_id": scene.ids.get("message", ""),
        "file_id": scene.ids.get("stored_file", "0" * 32),
        "rid": scene.ids.get("recording", "0" * 32),
        "recording_id": scene.ids.get("recording", "0" * 32),
    }
    path = pattern
    for name, value in named.items():
        path = path.replace("{" + name + "}", value).replace("{" + name + ":path}", value)
    return path.replace("{", "").replace("}", "")


BODY = {
    "key": "0123456789abcdef",
    "stage": "form",
    "question_id": "may_work",
    "value": False,
    "base_version": 0,
    "text": "owned",
    "media_type": "video/webm",
    "totals": {"0": 1},
    "event": "",
}


def send(http: httpx.Client, method: str, path: str, headers: dict[str, str]) -> httpx.Response:
    if method in ("POST", "PUT", "PATCH"):
        if path.startswith("/api/"):
            return http.request(method, path, headers=headers, json=BODY, params={"name": "cv.pdf"})
        form = {
            "name": "Eve",
            "email": "eve@example.com",
            "kind": "erase",
            "text": "owned",
            "password": "long enough 123",
        }
        return http.request(method, path, headers=headers, data=form)
    return http.request(method, path, headers=headers)


def mine(pattern: str) -> bool:
    return not pattern.startswith(FOR_EVERYONE)


@pytest.mark.parametrize("who", ["nobody", "a member of another workspace", "another candidate", "a forger"])
def test_the_wrong_person_learns_and_changes_nothing(
    scene: Scene, http: httpx.Client, addresses: list[tuple[str, str]], who: str
) -> None:
    cookie = {
        "nobody": "",
        "a member of another workspace": scene.foreigner,
        "another candidate": scene.other_candidate,
        "a forger": scene.forged,
    }[who]
    headers = {"Cookie": cookie} if cookie else {}
    before = scene.holdings()
    assert len(addresses) > 20
    for method, pattern in addresses:
        # The public page of a role shows the role to everyone; applying there is tested elsewhere.
        if mine(pattern) and pattern != "/{workspace}/{interviewer}":
            answer = send(http, method, filled(pattern, scene), headers)
            assert answer.status_code < 500, (method, pattern, answer.text[:300])
            assert MARK not in answer.text.lower() or pattern == "/brand.css", (
                method,
                pattern,
                answer.text[:300],
            )
            assert MARK not in str(answer.headers).lower(), (method, pattern, answer.headers)
            if scene.ids["application"] in filled(pattern, scene):
                assert answer.status_code in (401, 403, 404, 405, 422), (method, pattern, answer.status_code)
    assert changes(before, scene.holdings()) == []


def test_a_page_of_another_site_changes_nothing(
    scene: Scene, http: httpx.Client, addresses: list[tuple[str, str]]
) -> None:
    """Even with the right cookies, which a browser might add."""
    cookies = f"{scene.owner}; {scene.victim.cookie}"
    before = scene.instance.dump(without=("session",))
    for foreign in (
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    ):
        for method, pattern in addresses:
            if method in ("GET", "HEAD") or pattern.startswith("/webhooks/"):
                continue
            answer = send(http, method, filled(pattern, scene), foreign | {"Cookie": cookies})
            assert answer.status_code == 403, (
                foreign,
                method,
                pattern,
                answer.status_code,
                answer.text[:200],
            )
    assert changes(before, scene.instance.dump(without=("session",))) == []


def test_a_link_with_one_character_changed_is_unknown(scene: Scene, http: httpx.Client) -> None:
    path = scene.victim.link.removeprefix(scene.instance.url)
    assert http.get(path).status_code == 200
    token = path.rsplit("/", 1)[1]
    before = scene.holdings()
    for at in (0, len(token) // 2, len(token) - 2):
        other = "A" if token[at] != "A" else "B"
        forged = token[:at] + other + token[at + 1 :]
        for prefix in ("/i/", "/privacy/", "/preview/"):
            answer = http.get(prefix + forged)
            assert answer.status_code == 404, (prefix, at, answer.status_code)
            assert MARK not in answer.text.lower()
        assert http.post(f"/i/{forged}/start").status_code == 404
    for prefix in ("/privacy/", "/preview/"):
        # A link opens what it was made for and nothing else.
        assert http.get(prefix + token).status_code == 404, prefix
    for strange in ("", "x", "A" * 5000, "%00", "..%2f..%2fetc", "İ" * 40):
        assert http.get(f"/i/{strange}").status_code in (404, 405), strange
    assert changes(before, scene.holdings()) == []


def test_unknown_addresses_are_not_found(scene: Scene, http: httpx.Client) -> None:
    for path in (
        f"/{scene.slug}/no-such-role",
        "/no-such-company/no-such-role",
        "/app/applications/" + "0" * 32 + "/x/y",
        "/nowhere",
        "/a/b/c/d",
        "/api/candidate/applications/" + "0" * 32,
        "/files/" + "0" * 32,
    ):
        answer = http.get(path)
        # A file asks who is there before it says whether it is there.
        to_sign_in = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
        assert answer.status_code in (401, 403, 404) or to_sign_in, path


def test_answers_carry_the_headers_that_keep_others_out(scene: Scene, http: httpx.Client) -> None:
    for path in ("/", "/sign-in", scene.victim.link.removeprefix(scene.instance.url), "/nowhere"):
        headers = http.get(path).headers
        assert "unsafe-eval" not in headers["content-security-policy"], path
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff", path
