"""What somebody wrote in an email is told apart from what they quote, and from what a machine wrote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milo_app.domain import email_text

QUOTES = [
    "On Mon, Mar 2, 2026 at 9:00 AM Acme Care <jobs@acme.example> wrote:\n> Hello Ana",
    "On Mon, Mar 2, 2026 at 9:00 AM Acme Care\n<jobs@acme.example> wrote:\n> Hello Ana",
    "El lun, 2 mar 2026 a las 9:00, Acme (<jobs@acme.example>) escribió:\n> Hola",
    "-----Original Message-----\nFrom: Acme",
    "________________________________\nFrom: Acme",
    "From: Acme Care <jobs@acme.example>\nSent: Monday",
    "> Hello Ana\n> Your interview",
]


@pytest.mark.parametrize("quoted", QUOTES)
def test_what_is_quoted_is_left_out(quoted: str) -> None:
    assert (
        email_text.own_words(f"Can I do it on Sunday?\n\nAna\n\n{quoted}\n")
        == "Can I do it on Sunday?\n\nAna"
    )
    assert email_text.own_words(quoted) == quoted


@pytest.mark.parametrize(
    "text", ["On Monday I wrote: no", "I live on\nthe coast", "From: home to work, 20 minutes"]
)
def test_sentences_that_look_like_a_quote_stay(text: str) -> None:
    assert email_text.own_words(f"Hello.\n{text}\nBye") == f"Hello.\n{text}\nBye"


@given(st.text(max_size=300))
def test_own_words_are_always_a_part_of_the_text(text: str) -> None:
    said = email_text.own_words(text)
    assert said in text and bool(said) == bool(text.strip())
    assert email_text.seen(email_text.seen(text)) == email_text.seen(text)


@pytest.mark.parametrize(
    ("headers", "sender", "subject"),
    [
        ({"auto-submitted": "auto-replied; owner=x"}, "a@b.example", ""),
        ({"precedence": "bulk"}, "a@b.example", ""),
        ({"content-type": "multipart/report; report-type=delivery-status"}, "a@b.example", ""),
        ({"return-path": "<>"}, "a@b.example", ""),
        ({}, "MAILER-DAEMON@b.example", ""),
        ({}, "a@b.example", "Automatic reply: Your interview"),
        ({}, "a@b.example", "Fuera de la oficina"),
    ],
)
def test_machines_are_known(headers: dict[str, str], sender: str, subject: str) -> None:
    assert email_text.is_automatic(headers, sender=sender, subject=subject)


def test_people_are_no_machines() -> None:
    headers = {"auto-submitted": "no", "return-path": "<ana@b.example>", "content-type": "text/plain"}
    assert not email_text.is_automatic(
        headers, sender="ana@b.example", subject="Re: out of the office hours?"
    )
