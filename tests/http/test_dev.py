"""The local mailbox and handset: what they answer, under which names, and that they are nowhere but local."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from milo_app import bootstrap
from milo_app.domain import records as r
from milo_app.domain.actors import CandidateActor, SystemActor
from milo_app.http import dev, errors
from milo_app.services import inbound_email, links
from milo_app.services.ports import Mailbox, OutgoingEmail
from tests.services.begun import begin

FORM = {"kind": "form", "questions": [{"id": "why", "kind": "short_text", "text": "Why?"}]}
PATHS = ("/dev/mailbox", "/dev/mailbox.json", "/dev/phone", "/dev/phone.json")


@pytest.fixture
def client(deps) -> TestClient:
    app = FastAPI()
    errors.install(app)
    app.include_router(dev.router)
    return TestClient(app, base_url="http://127.0.0.1:3000", follow_redirects=False)


@pytest.fixture
def candidate(deps) -> CandidateActor:
    return begin(deps, FORM)


@pytest.fixture
def number(deps, candidate) -> str:
    """The candidate's own number, to which a text from us has gone."""
    with deps.uow.read(candidate) as uow:
        phone = uow.candidates.get(candidate.candidate_id).phone
    assert phone
    deps.sms.send(to=phone, sender=deps.instance.sms_sender, body="Hello from Acme", key="hello")
    return phone


def mail(deps, to: str, subject: str, key: str) -> str:
    link = "https://milo.example.com/i/abc?x=1&amp;y=2"
    return deps.email.send(
        OutgoingEmail(
            to=to,
            sender="Acme Care <jobs@acme.example>",
            subject=subject,
            text="Start here: https://milo.example.com/i/abc?x=1&y=2",
            html=f'<p>Hola, señora. <a href="{link}">Start</a></p>',
            headers=(("X-Kind", "invitation"),),
        ),
        key=key,
    ).provider_id


def set_(**changes: Any) -> None:
    """The same instance with other settings."""
    bootstrap.install(bootstrap.settings().model_copy(update=changes), bootstrap.deps())


class TestMailbox:
    def test_an_email_as_data(self, client, deps, clock) -> None:
        id = mail(deps, "Ana <ana@example.com>", "Your interview", "1")
        (found,) = client.get("/dev/mailbox.json").json()
        assert set(found) == {"id", "at", "from", "to", "subject", "text", "html", "headers", "links"}
        assert (found["id"], found["at"]) == (id, clock.now().isoformat())
        assert (found["from"], found["to"]) == ("Acme Care <jobs@acme.example>", "Ana <ana@example.com>")
        assert found["subject"] == "Your interview" and "señora" in found["html"]
        assert found["headers"]["X-Kind"] == "invitation"
        assert found["links"] == ["https://milo.example.com/i/abc?x=1&y=2"]

    def test_to_and_after(self, client, deps, clock) -> None:
        """`to` is an address in any case; `after` an id or a time, itself left out; oldest comes first."""
        first = mail(deps, "ana@example.com", "One", "1")
        at = clock.now().isoformat()
        clock.move(timedelta(minutes=1))
        second = mail(deps, "Ben <ben@example.com>", "Two", "2")

        def ids(**asked: str) -> list[str]:
            return [entry["id"] for entry in client.get("/dev/mailbox.json", params=asked).json()]

        assert ids() == [first, second]
        assert ids(to="BEN@example.com") == [second] and ids(to="example.com") == []
        assert ids(after=first) == ids(after=at) == [second]
        assert ids(after=second) == []
        assert client.get(f"/dev/mailbox.json?after={at}").json()[0]["id"] == second  # "+" arrives as a space
        assert client.get("/dev/mailbox.json?after=yesterday").status_code == 422

    def test_raw(self, client, deps) -> None:
        id = mail(deps, "ana@example.com", "Your interview", "1")
        answer = client.get(f"/dev/mailbox/{id}.eml")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "message/rfc822")
        message = message_from_bytes(answer.content)
        assert (message["Subject"], message.get_content_type()) == ("Your interview", "multipart/alternative")
        assert client.get(f"/dev/mailbox/{'0' * 32}.eml").status_code == 404

    def test_pages(self, client, deps) -> None:
        id = mail(deps, "ana@example.com", "<b>Your</b> interview", "1")
        listed = client.get("/dev/mailbox")
        assert "&lt;b&gt;Your&lt;/b&gt; interview" in listed.text and "<b>Your</b>" not in listed.text
        shown = client.get(f"/dev/mailbox/{id}")
        assert shown.status_code == 200 and "sandbox" in shown.text
        assert client.get("/dev/mailbox/nothing").status_code == 404

    def test_an_answer_comes_in_by_the_page_and_as_data(self, client, deps, candidate) -> None:
        """By the reply address of an email that was sent: kept once for each id, read in a later step."""
        with deps.uow.read(candidate) as uow:
            to = links.reply_address(deps.instance, uow.applications.get(candidate.application_id))
        id = deps.email.send(
            OutgoingEmail(
                to="ana@example.com",
                sender="Acme <jobs@acme.example>",
                subject="Your interview",
                html="",
                text="Hi",
                reply_to=to,
            ),
            key="k",
        ).provider_id
        assert to in client.get(f"/dev/mailbox/{id}").text
        answer = client.post(f"/dev/mailbox/{id}", data={"text": "On Sunday?"})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/dev/mailbox/{id}?answered=yes")
        assert "came in" in client.get(answer.headers["location"]).text
        sent = {
            "from": "Ana <ana@example.com>",
            "to": to,
            "subject": "Re: Your interview",
            "text": "Hi",
            "id": "E1",
        }
        for repeat in (False, True):
            assert client.post("/dev/mailbox.json", json=sent).json() == {
                "id": "E1",
                "repeat": repeat,
                "known": True,
            }
        elsewhere = client.post(
            "/dev/mailbox.json", json={**sent, "to": "jobs@acme.example", "id": "E2"}
        ).json()
        assert elsewhere["known"] is False
        assert (
            client.post("/dev/mailbox.json", json={**sent, "from": "nobody", "id": "E3"}).status_code == 422
        )
        origin = {"origin": "http://evil.test"}
        assert client.post("/dev/mailbox.json", json=sent, headers=origin).status_code == 403
        with deps.uow.read(SystemActor()) as uow:
            came = uow.messages.find(application_id=candidate.application_id, direction="in")
        for message in came:
            inbound_email.read(deps, message.id)
        with deps.uow.read(SystemActor()) as uow:
            assert [uow.messages.get(m.id).body for m in came] == ["On Sunday?", "Hi"]


class TestPhone:
    def test_a_text_comes_in(self, client, deps, number, candidate, clock) -> None:
        """It is kept as a provider's would be, and shown: oldest first, each with its direction."""
        sent = {"from": number, "to": deps.instance.sms_sender, "body": "Thank you", "id": "SM1"}
        answer = client.post("/dev/phone.json", json=sent)
        assert (answer.status_code, answer.json()) == (200, {"id": "SM1", "repeat": False, "known": True})
        outward, inward = client.get("/dev/phone.json", params={"number": number}).json()
        assert (outward["direction"], outward["to"], outward["body"]) == ("out", number, "Hello from Acme")
        assert inward == {**sent, "at": clock.now().isoformat(), "direction": "in", "state": "received"}
        with deps.uow.read(candidate) as uow:
            (message,) = uow.messages.find(application_id=candidate.application_id)
        assert (message.provider_id, message.body, message.state) == (
            "SM1",
            "Thank you",
            r.MessageState.RECEIVED,
        )

    def test_the_same_id_is_the_same_text(self, client, deps, number) -> None:
        sent = {"from": number, "to": "", "body": "Once", "id": "SM1"}
        assert [client.post("/dev/phone.json", json=sent).json()["repeat"] for _ in range(3)] == [
            False,
            True,
            True,
        ]
        assert len([t for t in client.get("/dev/phone.json").json() if t["direction"] == "in"]) == 1
        with deps.uow.read(SystemActor()) as uow:
            assert uow.messages.count() == 1

    def test_without_an_id_each_is_its_own(self, client, number) -> None:
        sent = {"from": number, "to": "", "body": "Twice"}
        assert (
            client.post("/dev/phone.json", json=sent).json()["id"]
            != client.post("/dev/phone.json", json=sent).json()["id"]
        )

    def test_number_and_after(self, client, number) -> None:
        for id, sender in (("SM1", number), ("SM2", "+14155550199"), ("SM3", number)):
            client.post("/dev/phone.json", json={"from": sender, "body": id, "id": id})

        def bodies(query: str) -> list[str]:
            return [text["body"] for text in client.get(f"/dev/phone.json?{query}").json()]

        assert bodies("number=%2B14155550199") == bodies("number=+14155550199") == ["SM2"]
        assert bodies("after=SM1") == ["SM2", "SM3"]
        assert bodies(f"number={number}&after=SM1") == ["SM3"]
        assert bodies("number=%2B14155550000") == []

    def test_a_stranger_is_shown_but_not_kept(self, client, deps) -> None:
        answer = client.post("/dev/phone.json", json={"from": "+14155550177", "body": "Hi"})
        assert (answer.status_code, answer.json()["known"]) == (200, False)
        with deps.uow.read(SystemActor()) as uow:
            assert uow.messages.count() == 0

    @pytest.mark.parametrize("sent", [{}, {"from": "", "body": "x"}, {"from": "nobody"}, {"from": "+14155550100", "body": "x" * 1601}])  # fmt: skip
    def test_what_is_no_text(self, client, sent) -> None:
        assert client.post("/dev/phone.json", json=sent).status_code == 422
        assert client.get("/dev/phone.json").json() == []

    def test_the_page_replies(self, client, number) -> None:
        answer = client.post("/dev/phone", data={"number": number, "body": "<i>Yes</i>"})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/dev/phone?number=%2B{number[1:]}")
        shown = client.get(answer.headers["location"]).text
        assert "&lt;i&gt;Yes&lt;/i&gt;" in shown and "Hello from Acme" in shown


class TestOnlyHere:
    @pytest.mark.parametrize("path", PATHS)
    @pytest.mark.parametrize(
        "host", ["127.0.0.1", "127.0.0.1:3000", "localhost:9", "[::1]:3000", "milo.localhost"]
    )
    def test_names_of_this_machine(self, client, path: str, host: str) -> None:
        assert client.get(path, headers={"host": host}).status_code == 200

    @pytest.mark.parametrize("path", PATHS)
    @pytest.mark.parametrize(
        "host",
        [
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "x@127.0.0.1",
            "0.0.0.0",
            "[",
            "",
        ],
    )
    def test_other_names(self, client, number, path: str, host: str) -> None:
        """A page of another site can point its own name at this machine; it reads nothing and sends nothing."""
        answer = client.get(path, headers={"host": host})
        assert answer.status_code == 403 and "Hello from Acme" not in answer.text
        sent = {"from": number, "body": "STOP"}
        assert client.post("/dev/phone.json", json=sent, headers={"host": host}).status_code == 403

    def test_another_sites_page_sends_nothing(self, client, deps, number) -> None:
        for headers in (
            {"origin": "https://evil.example"},
            {"origin": "http://["},
            {"sec-fetch-site": "cross-site"},
        ):
            sent = {"from": number, "body": "STOP"}
            assert client.post("/dev/phone.json", json=sent, headers=headers).status_code == 403
            page = {"number": number, "body": "STOP"}
            assert client.post("/dev/phone", data=page, headers=headers).status_code == 403
        with deps.uow.read(SystemActor()) as uow:
            assert uow.messages.count() == 0

    def test_nowhere_but_local(self, client, deps, number) -> None:
        id = mail(deps, "ana@example.com", "Your interview", "1")
        set_(env="production")
        for path in (*PATHS, f"/dev/mailbox/{id}", f"/dev/mailbox/{id}.eml", "/dev/phone.js"):
            assert client.get(path).status_code == 404, path
        assert client.post("/dev/phone.json", json={"from": number, "body": "x"}).status_code == 404
        assert client.post("/dev/phone", data={"number": number, "body": "x"}).status_code == 404

    def test_an_open_instance_asks_for_a_session(self, client) -> None:
        set_(local_open=True, public_url="http://milo.lan:3000")
        for path in PATHS:
            assert client.get(path, headers={"host": "milo.lan:3000"}).status_code in (303, 401), path

    def test_real_parts_leave_the_tools_empty(self, client, deps) -> None:
        """With a real provider there is nothing to show, and no text is taken that never came."""

        class Elsewhere:
            name = "elsewhere"

        assert isinstance(deps.email, Mailbox) and not isinstance(Elsewhere(), Mailbox)
        bootstrap.swap(email=Elsewhere(), sms=Elsewhere())
        assert client.get("/dev/mailbox.json").json() == client.get("/dev/phone.json").json() == []
        assert client.post("/dev/phone.json", json={"from": "+14155550100", "body": "x"}).status_code == 404
