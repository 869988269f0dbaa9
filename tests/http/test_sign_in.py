"""Signing in over plain HTTP."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from milo_app.domain import records as r
from milo_app.http import errors, sign_in
from tests import builders

PASSWORD = "a calm sentence"


@pytest.fixture
def client(deps) -> TestClient:
    app = FastAPI()
    errors.install(app)
    app.include_router(sign_in.router)
    return TestClient(app, base_url="http://127.0.0.1:3000", follow_redirects=False)


@pytest.fixture
def member(deps, uow_write) -> r.Member:
    hashed = deps.passwords.hash(PASSWORD)
    with uow_write() as uow:
        return builders.create_member(
            uow, builders.create_workspace(uow), email="rita@example.com", password_hash=hashed
        )


def post(client, password=PASSWORD, **more):
    return client.post("/sign-in", data={"email": "rita@example.com", "password": password, **more})


class TestPassword:
    def test_cookie(self, client, deps, member):
        """A good password sets an HttpOnly, SameSite cookie of this instance and leads to the desk."""
        answer = post(client)
        assert (answer.status_code, answer.headers["location"]) == (303, "/app/")
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith(f"milo_m_{deps.instance.id}=")
        assert "HttpOnly" in cookie and "samesite=lax" in cookie.lower()
        assert client.get("/sign-in").headers["location"] == "/app/"

    def test_wrong(self, client, member):
        """A wrong password and an unknown address answer alike, and keep the address typed."""
        wrong = post(client, "nope")
        unknown = client.post(
            "/sign-in", data={"email": "rita@example.com".replace("rita", "nina"), "password": "x"}
        )
        assert wrong.status_code == unknown.status_code == 422
        assert wrong.text == unknown.text.replace("nina@", "rita@")
        assert "set-cookie" not in wrong.headers

    @pytest.mark.parametrize(
        ("asked", "led"),
        [
            ("/app/report/?a=1", "/app/report/?a=1"),
            ("//evil.example", "/app/"),
            ("https://evil.example/app/", "/app/"),
            ("/app/\\evil", "/app/"),
            ("/app//evil.example", "/app/"),
            ("", "/app/"),
        ],
    )
    def test_next(self, client, member, asked, led):
        """Only the desk of this very site is a place to go on to."""
        assert post(client, next=asked).headers["location"] == led

    def test_throttled(self, client, member):
        answers = [post(client, "nope").status_code for _ in range(10)]
        assert answers[:8] == [422] * 8 and answers[8:] == [429, 429]
        assert post(client).status_code == 429
        assert int(post(client).headers["retry-after"]) > 0

    def test_other_site(self, client, member):
        """A form on another site signs nobody in."""
        sent = {"data": {"email": "rita@example.com", "password": PASSWORD}}
        assert client.post("/sign-in", headers={"origin": "https://evil.example"}, **sent).status_code == 403
        assert client.post("/sign-in", headers={"sec-fetch-site": "cross-site"}, **sent).status_code == 403

    def test_sign_out(self, client, member):
        """The session ends on the server too."""
        post(client)
        kept = dict(client.cookies)
        assert client.post("/sign-out").headers["location"] == "/sign-in"
        client.cookies.update(kept)
        assert client.get("/sign-in").status_code == 200


class TestLink:
    def asked(self, client, uow_read) -> str:
        assert client.post("/sign-in/link", data={"email": "rita@example.com"}).status_code == 200
        with uow_read() as uow:
            [message] = uow.messages.find(kind="sign_in")
        return message.variables["link"].removeprefix("http://127.0.0.1:3000")

    def test_scanner(self, client, uow_read, member):
        """Opening the link, however often, uses nothing up; the press does, once."""
        path = self.asked(client, uow_read)
        for _ in range(3):
            page = client.get(path)
            assert page.status_code == 200 and "set-cookie" not in page.headers
            assert page.headers["referrer-policy"] == "same-origin"
        assert client.post(path).headers["location"] == "/app/"
        assert client.post(path).status_code == 410

    def test_stranger(self, client, member, uow_read):
        """A stranger's address gets the same words, and nothing is sent."""
        known = client.post("/sign-in/link", data={"email": "rita@example.com"})
        unknown = client.post("/sign-in/link", data={"email": "nina@example.com"})
        assert known.status_code == unknown.status_code == 200
        assert known.text == unknown.text.replace("nina@", "rita@")
        with uow_read() as uow:
            assert uow.messages.count() == 1

    def test_made_up(self, client):
        assert client.get("/sign-in/link/made-up").status_code == 404
        assert client.post("/set-up/made-up", data={"password": PASSWORD, "name": "x"}).status_code == 404


def test_set_up(client, uow_write):
    """The owner's link shows a form, says what is wrong beside each field, and signs in."""
    from milo_app.domain.actors import SystemActor
    from milo_app.services import signing_in

    with uow_write() as uow:
        path = signing_in.first_set_up_url(uow, SystemActor()).removeprefix("http://127.0.0.1:3000")
    assert "Set up Milo" in client.get(path).text
    given = {"company": "Northlight", "name": "Olga", "email": "olga@example.com", "password": "short"}
    refused = client.post(path, data=given)
    assert refused.status_code == 422 and "10 to 200" in refused.text and "Northlight" in refused.text
    done = client.post(path, data={**given, "password": PASSWORD})
    assert (done.status_code, done.headers["location"]) == (303, "/app/")
    assert client.get(path).status_code == 410
