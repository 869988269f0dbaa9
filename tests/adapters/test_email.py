"""Email goes out once, whole, and says what went wrong."""

from __future__ import annotations

import email
import email.policy
import socket

import pytest

from milo_app.adapters.email import LocalEmail, ResendEmail, SmtpEmail
from milo_app.services.ports import Mailbox, OutgoingEmail, SendFailed
from tests.adapters.doubles import http_double, smtp_double


def letter(**changes) -> OutgoingEmail:
    fields = {
        "to": "casey@example.com",
        "sender": "Acme Care <milo@acme.example>",
        "subject": "Your interview – Müller & Co",
        "html": '<p>Hello <a href="http://127.0.0.1:3000/i/tok?a=1&amp;b=2">start</a></p>',
        "text": "Hello, start here: http://127.0.0.1:3000/i/tok?a=1&b=2",
        "headers": (("X-Milo-Kind", "invitation"),),
    }
    return OutgoingEmail(**fields | changes)


@pytest.fixture
def mailbox(tmp_path, clock):
    return LocalEmail(tmp_path / "mailbox", clock)


class TestLocalEmail:
    def test_one_key_is_kept_once(self, mailbox):
        first, again = mailbox.send(letter(), key="m1"), mailbox.send(letter(), key="m1")
        assert first == again
        assert len(mailbox.entries()) == 1

    def test_an_entry_shows_all_of_the_message(self, mailbox):
        mailbox.send(letter(), key="m1")
        (entry,) = mailbox.entries()
        assert entry["subject"] == "Your interview – Müller & Co" and entry["to"] == "casey@example.com"
        assert entry["links"] == ["http://127.0.0.1:3000/i/tok?a=1&b=2"]
        assert entry["headers"]["X-Milo-Kind"] == "invitation" and "Message-ID" in entry["headers"]
        assert "<p>Hello" in entry["html"] and entry["text"].startswith("Hello, start")
        assert isinstance(mailbox, Mailbox)

    def test_the_raw_message_is_real_mime(self, mailbox):
        sent = mailbox.send(letter(), key="m1")
        parsed = email.message_from_bytes(mailbox.raw(sent.provider_id), policy=email.policy.default)
        assert parsed.get_content_type() == "multipart/alternative" and parsed["Date"]

    def test_entries_are_found_by_address_and_time(self, mailbox, clock):
        from datetime import timedelta

        first = mailbox.send(letter(), key="m1").provider_id
        clock.move(timedelta(seconds=1))
        mailbox.send(letter(to="Robin <robin@example.com>"), key="m2")
        assert [e["to"] for e in mailbox.entries(after=first)] == ["Robin <robin@example.com>"]
        assert [e["id"] for e in mailbox.entries(to="CASEY@example.com")] == [first]
        at = mailbox.entries()[0]["at"]
        assert len(mailbox.entries(after=at)) == 1 and len(mailbox.entries(after=at.replace("+", " "))) == 1

    def test_a_key_of_another_shape_reads_no_file(self, mailbox):
        assert mailbox.raw("../../etc/passwd") is None

    def test_a_header_with_a_line_break_is_refused(self, mailbox):
        """Nobody adds a header of their own by the name of a company."""
        with pytest.raises(SendFailed) as failed:
            mailbox.send(letter(subject="Hi\r\nBcc: all@example.com"), key="m1")
        assert not failed.value.retryable and mailbox.entries() == []


class TestSmtpEmail:
    def test_the_server_gets_the_message(self):
        with smtp_double() as (url, kept):
            sent = SmtpEmail(url).send(letter(), key="m1")
        assert sent.provider == "smtp" and sent.provider_id in kept[0] and "multipart/alternative" in kept[0]

    @pytest.mark.parametrize(
        ("options", "retryable", "unknown"),
        [
            ({"rcpt": "550 no such person"}, False, False),
            ({"rcpt": "451 greylisted"}, True, False),
            ({"data": "554 looks like spam"}, False, False),
            ({"data": "452 full"}, True, False),
            ({"data": ""}, False, True),
        ],
    )
    def test_a_refusal_says_whether_to_try_again(self, options, retryable, unknown):
        with smtp_double(**options) as (url, _), pytest.raises(SendFailed) as failed:
            SmtpEmail(url).send(letter(), key="m1")
        assert (failed.value.retryable, failed.value.unknown) == (retryable, unknown)

    def test_a_server_that_is_not_there_may_be_tried_again(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            url = f"smtp://127.0.0.1:{taken.getsockname()[1]}"
            with pytest.raises(SendFailed) as failed:
                SmtpEmail(url).send(letter(), key="m1")
        assert failed.value.retryable and not failed.value.unknown

    def test_an_address_of_another_kind_is_refused(self):
        with pytest.raises(ValueError, match="SMTP_URL"):
            SmtpEmail("http://mail.example.com")


class TestResendEmail:
    def test_the_key_makes_it_once(self):
        with http_double(lambda _: (200, {"id": "re_1"})) as (url, seen):
            sent = ResendEmail("re_key", base_url=url).send(letter(reply_to="hr@acme.example"), key="m1")
        assert sent.provider_id == "re_1"
        headers = {name.lower(): value for name, value in seen[0]["headers"].items()}
        assert headers["idempotency-key"] == "m1" and headers["authorization"] == "Bearer re_key"
        assert (
            seen[0]["body"]["to"] == ["casey@example.com"]
            and seen[0]["body"]["reply_to"] == "hr@acme.example"
        )

    @pytest.mark.parametrize(
        ("status", "name", "retryable"),
        [
            (422, "validation_error", False),
            (401, "missing_api_key", False),
            (429, "rate_limit_exceeded", True),
            (409, "concurrent_idempotent_requests", True),
            (409, "invalid_idempotent_request", False),
            (500, "internal_server_error", True),
        ],
    )
    def test_a_refusal_says_whether_to_try_again(self, status, name, retryable):
        said = {"statusCode": status, "name": name, "message": "Not now."}
        with http_double(lambda _: (status, said)) as (url, _), pytest.raises(SendFailed) as failed:
            ResendEmail("re_key", base_url=url).send(letter(), key="m1")
        assert failed.value.retryable is retryable and not failed.value.unknown

    def test_a_lost_answer_may_be_tried_again_under_the_same_key(self):
        with http_double(lambda _: None) as (url, _), pytest.raises(SendFailed) as failed:
            ResendEmail("re_key", base_url=url).send(letter(), key="m1")
        assert failed.value.retryable and not failed.value.unknown
