"""Texts go out once as far as anyone can tell, and say what went wrong."""

from __future__ import annotations

import socket

import pytest

from milo_app.adapters.sms.local import LocalSms
from milo_app.adapters.sms.twilio import TwilioSms
from milo_app.services.ports import Handset, SendFailed
from tests.adapters.doubles import http_double

TEXT = {"to": "+14155550123", "sender": "+15550100000", "body": "Hello – do you hold a licence?"}


class TestLocalSms:
    def test_the_handset_shows_both_sides(self, tmp_path, clock):
        """Sent once per key, received once per id, oldest first."""
        handset = LocalSms(tmp_path, clock)
        assert isinstance(handset, Handset)
        assert handset.send(**TEXT, key="m1") == handset.send(**TEXT, key="m1")
        assert handset.received(id="in1", sender=TEXT["to"], to=TEXT["sender"], body="YES")
        assert not handset.received(id="in1", sender=TEXT["to"], to=TEXT["sender"], body="YES")
        handset.send(**TEXT | {"to": "+14155550999"}, key="m2")
        log = handset.entries(number=TEXT["to"])
        assert [(e["direction"], e["from"], e["state"]) for e in log] == [
            ("out", TEXT["sender"], "delivered"),
            ("in", TEXT["to"], "received"),
        ]
        assert [e["id"] for e in handset.entries(number=TEXT["to"], after=log[0]["id"])] == ["in1"]
        assert len(handset.entries()) == 3

    def test_it_is_still_there_after_a_restart(self, tmp_path):
        LocalSms(tmp_path).send(**TEXT, key="m1")
        assert len(LocalSms(tmp_path).entries()) == 1


def twilio(url: str, **options) -> TwilioSms:
    return TwilioSms("AC" + "0" * 32, "token", base_url=url, **options)


class TestTwilioSms:
    def test_the_message_goes_to_the_api_of_the_account(self):
        with http_double(lambda _: (201, {"sid": "SM1", "status": "queued"})) as (url, seen):
            sent = twilio(url, status_callback="https://milo.example/webhooks/twilio/status").send(
                **TEXT, key="m1"
            )
        assert sent.provider_id == "SM1"
        assert seen[0]["path"].endswith(f"/Accounts/AC{'0' * 32}/Messages.json")
        assert seen[0]["body"]["From"] == TEXT["sender"] and seen[0]["body"]["Body"] == TEXT["body"]
        assert seen[0]["body"]["StatusCallback"].startswith("https://milo.example")

    def test_a_messaging_service_chooses_the_number(self):
        with http_double(lambda _: (201, {"sid": "SM1", "status": "accepted"})) as (url, seen):
            twilio(url, messaging_service_sid="MG1").send(**TEXT, key="m1")
        assert seen[0]["body"]["MessagingServiceSid"] == "MG1" and "From" not in seen[0]["body"]

    @pytest.mark.parametrize(
        ("status", "code", "retryable", "unknown"),
        [
            (400, 21610, False, False),
            (400, 21211, False, False),
            (429, 20429, True, False),
            (401, 20003, False, False),
            (503, 20503, False, True),
        ],
    )
    def test_a_refusal_says_whether_to_try_again(self, status, code, retryable, unknown):
        said = {"code": code, "message": "Not now.", "status": status}
        with http_double(lambda _: (status, said)) as (url, _), pytest.raises(SendFailed) as failed:
            twilio(url).send(**TEXT, key="m1")
        assert (failed.value.retryable, failed.value.unknown) == (retryable, unknown)
        assert str(code) in failed.value.reason

    def test_a_lost_answer_is_unknown(self):
        """It may have been taken: trying again by itself could text a person twice."""
        with http_double(lambda _: None) as (url, _), pytest.raises(SendFailed) as failed:
            twilio(url).send(**TEXT, key="m1")
        assert failed.value.unknown and not failed.value.retryable

    def test_a_refused_connection_may_be_tried_again(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            with pytest.raises(SendFailed) as failed:
                twilio(f"http://127.0.0.1:{taken.getsockname()[1]}").send(**TEXT, key="m1")
        assert failed.value.retryable and not failed.value.unknown
