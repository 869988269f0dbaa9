"""Email goes out once, whole, and says what went wrong."""

from __future__ import annotations

import email
import email.policy
import socket

import pytest

from milo_app.adapters.email.local import LocalEmail
from milo_app.adapters.email.pace import Pace
from milo_app.adapters.email.resend import ResendEmail
from milo_app.adapters.email.smtp import SmtpEmail
from milo_app.domain.errors import NotFound
from milo_app.services.ports import FetchFailed, Inbox, Mailbox, OutgoingEmail, SendFailed
from tests.doubles import Faults
from tests.doubles.resend import ResendDouble
from tests.doubles.smtp import SmtpDouble


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

    def test_what_came_in_is_read_as_it_was_written(self, mailbox):
        assert isinstance(mailbox, Inbox)
        written = {
            "sender": "Ana Ruíz <ana@example.com>",
            "to": "r.abc@replies.localhost",
            "subject": "Re: ¿Sí?",
        }
        assert mailbox.reply(id="in1", **written, text="I have a question.\n", automatic=True)
        assert not mailbox.reply(id="in1", **written, text="Again")
        came = mailbox.fetch("in1")
        assert (came.sender, came.to, came.subject) == (
            "Ana Ruíz <ana@example.com>",
            ("r.abc@replies.localhost",),
            "Re: ¿Sí?",
        )
        assert came.text == "I have a question.\n" and came.headers["auto-submitted"] == "auto-replied"
        assert mailbox.entries() == []
        with pytest.raises(NotFound):
            mailbox.fetch("in2")


BROKEN = [
    {"subject": "Hi\r\nBcc: all@example.com"},
    {"sender": '"Acme\nBcc: all@example.com" <milo@acme.example>'},
    {"to": "casey@example.com, all@example.com"},
    {"to": "casey"},
    {"reply_to": "hr@acme.example\r\nX-Evil: 1"},
    {"headers": (("X-Milo-Kind", "a\r\nBcc: all@example.com"),)},
]


@pytest.mark.parametrize("broken", BROKEN)
def test_nobody_adds_a_header_by_the_name_of_a_company(mailbox, broken):
    """The same for every provider: what cannot stand in an email is refused for good and never sent."""
    with ResendDouble() as double, SmtpDouble() as server:
        for sender in (mailbox, ResendEmail(double.key, base_url=double.url), SmtpEmail(server.url)):
            with pytest.raises(SendFailed) as failed:
                sender.send(letter(**broken), key="m1")
            assert not failed.value.retryable and not failed.value.unknown
        assert (mailbox.entries(), double.accepted, server.raw) == ([], [], [])


def test_nothing_leaves_for_made_up_people():
    """The demo's people have addresses that cannot exist; the local mailbox alone takes them."""
    with ResendDouble() as double, SmtpDouble() as server:
        for sender in (ResendEmail(double.key, base_url=double.url), SmtpEmail(server.url)):
            with pytest.raises(SendFailed) as failed:
                sender.send(letter(to="Ana <ana@candidates.example>"), key="m1")
            assert failed.value.about_address and not failed.value.retryable
        assert (double.accepted, server.raw) == ([], [])


class TestSmtpEmail:
    def test_the_server_gets_the_message(self):
        with SmtpDouble() as server:
            sent = SmtpEmail(server.url).send(letter(sender='"Müller, Söhne" <milo@acme.example>'), key="m1")
            again = SmtpEmail(server.url).send(letter(), key="m1")
            (first, _) = server.accepted
        assert sent.provider == "smtp" and sent.provider_id == first["Message-ID"] == again.provider_id
        assert first.get_content_type() == "multipart/alternative"
        assert [part.get_content_type() for part in first.iter_parts()] == ["text/plain", "text/html"]
        assert first["From"].addresses[0].display_name == "Müller, Söhne"
        assert first["Date"].datetime.utcoffset() is not None
        assert all(len(line) < 1000 and line.isascii() for line in server.raw[0].splitlines())

    @pytest.mark.parametrize(
        ("options", "retryable", "unknown"),
        [
            ({"rcpt": "550 no such person"}, False, False),
            ({"rcpt": "451 greylisted"}, True, False),
            ({"data": "554 looks like spam"}, False, False),
            ({"data": "452 full"}, True, False),
        ],
    )
    def test_a_refusal_says_whether_to_try_again(self, options, retryable, unknown):
        with SmtpDouble(**options) as server, pytest.raises(SendFailed) as failed:
            SmtpEmail(server.url).send(letter(), key="m1")
        assert (failed.value.retryable, failed.value.unknown) == (retryable, unknown)
        assert str(next(iter(options.values()))) in failed.value.reason

    @pytest.mark.parametrize(
        ("fault", "retryable", "unknown", "taken"),
        [("cut", False, True, 1), ("hang", False, True, 1), ("503", True, False, 0)],
    )
    def test_an_end_that_nobody_saw_is_unknown(self, fault, retryable, unknown, taken):
        with SmtpDouble(faults=Faults({fault: 1})) as server:
            with pytest.raises(SendFailed) as failed:
                SmtpEmail(server.url, timeout=0.5).send(letter(), key="m1")
            assert len(server.raw) == taken
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


@pytest.fixture
def double():
    with ResendDouble(hang_for=5) as running:
        yield running


class TestResendEmail:
    def test_the_key_makes_it_once(self, double):
        resend = ResendEmail(double.key, base_url=double.url)
        message = letter(
            reply_to="hr@acme.example", tags=(("kind", "invitation"), ("message", "m 1"), ("x", ""))
        )
        sent = resend.send(message, key="m1")
        assert resend.send(message, key="m1") == sent
        (taken,) = double.accepted
        assert (sent.provider, sent.provider_id, taken.key) == ("resend", taken.id, "m1")
        assert taken.body["to"] == ["casey@example.com"] and taken.body["reply_to"] == "hr@acme.example"
        assert taken.body["tags"] == [
            {"name": "kind", "value": "invitation"},
            {"name": "message", "value": "m_1"},
        ]
        assert taken.body["headers"] == {"X-Milo-Kind": "invitation"}

    @pytest.mark.parametrize(
        ("fault", "retryable", "unknown", "taken"),
        [
            ("422", False, False, 0),
            ("429", True, False, 0),
            ("500", True, True, 0),
            ("500_after", True, True, 1),
            ("cut_before", True, True, 0),
            ("cut", True, True, 1),
            ("hang", True, True, 1),
        ],
    )
    def test_what_went_wrong_is_told_apart_and_a_repeat_is_safe(
        self, double, fault, retryable, unknown, taken
    ):
        resend = ResendEmail(double.key, base_url=double.url, timeout=1)
        double.faults.script = [fault]
        with pytest.raises(SendFailed) as failed:
            resend.send(letter(), key="m1")
        assert (failed.value.retryable, failed.value.unknown) == (retryable, unknown)
        assert len(double.accepted) == taken
        sent = resend.send(letter(), key="m1")
        assert [one.id for one in double.accepted] == [sent.provider_id]

    def test_other_words_under_a_key_that_was_taken_are_unknown(self, double):
        """A brand changed between a try whose answer was lost and the next: the first one may be out."""
        resend = ResendEmail(double.key, base_url=double.url)
        double.faults.script = ["500_after"]
        with pytest.raises(SendFailed):
            resend.send(letter(), key="m1")
        with pytest.raises(SendFailed) as failed:
            resend.send(letter(subject="Another"), key="m1")
        assert failed.value.unknown and not failed.value.retryable and len(double.accepted) == 1

    def test_a_wrong_key_is_refused_for_good_in_resends_words(self, double):
        with pytest.raises(SendFailed, match="API key is invalid") as failed:
            ResendEmail("re_other", base_url=double.url).send(letter(), key="m1")
        assert not failed.value.retryable and not failed.value.unknown

    def test_a_server_that_is_not_there_took_nothing(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{taken.getsockname()[1]}"
            with pytest.raises(SendFailed) as failed:
                ResendEmail("re_key", base_url=url).send(letter(), key="m1")
        assert failed.value.retryable and not failed.value.unknown

    def test_what_came_in_is_fetched(self, double):
        resend = ResendEmail(double.key, base_url=double.url)
        id = double.receive(
            "Ana <ana@example.com>",
            to="r.abc@in.example",
            text="Hello",
            headers={"Auto-Submitted": "auto-replied"},
            attachments=[{"filename": "cv.pdf", "content_type": "application/pdf", "size": 9}],
        )
        came = resend.fetch(id)
        assert (came.sender, came.to, came.text) == ("Ana <ana@example.com>", ("r.abc@in.example",), "Hello")
        assert came.headers["auto-submitted"] == "auto-replied"
        assert [(one.name, one.size) for one in came.attachments] == [("cv.pdf", 9)]
        with pytest.raises(NotFound):
            resend.fetch("00000000-0000-0000-0000-000000000000")
        with pytest.raises(FetchFailed):
            ResendEmail("re_other", base_url=double.url).fetch(id)

    def test_it_says_whether_it_answers(self, double):
        assert "answers" in ResendEmail(double.key, base_url=double.url).answers()
        with pytest.raises(SendFailed, match="invalid"):
            ResendEmail("re_other", base_url=double.url).answers()


class TestPace:
    def test_calls_keep_to_the_rate_and_to_what_the_other_side_asks(self):
        """In a time of the test's own: a burst of one second's calls, then the rate, then the pause asked for."""
        now, slept = [0.0], []

        def sleep(seconds):
            slept.append(seconds)
            now[0] += seconds

        pace = Pace(2, now=lambda: now[0], sleep=sleep)
        for _ in range(6):
            pace.wait()
        assert now[0] == pytest.approx(2.0)
        pace.hold(30)
        pace.wait()
        assert now[0] == pytest.approx(32.0)
        now[0] += 100
        started = now[0]
        for _ in range(2):
            pace.wait()
        assert now[0] == started

    def test_without_a_rate_nobody_waits(self):
        pace = Pace(0, sleep=lambda _: pytest.fail("waited"))
        for _ in range(100):
            pace.wait()
