"""Words with variables: whatever is filled in stays what it is, and what must be said is not lost unnoticed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milo_app.domain import message_values, message_words
from milo_app.domain.message_words import KINDS, VARIABLES

anything = st.text(max_size=200)
names = st.sampled_from(sorted(VARIABLES))
nasty = st.sampled_from(
    [
        "{link}",
        "{name}",
        "# Title",
        "- point",
        "[Click]({link})",
        "[x](javascript:alert(1))",
        "a\n\nb",
        "<b>",
        "{",
        "",
    ]
)
texts = st.lists(
    st.one_of(
        anything,
        names.map(lambda n: f"{{{n}}}"),
        nasty,
        st.sampled_from(["\n\n", "\n", "# ", "## ", "> ", "- "]),
    ),
    max_size=15,
).map("".join)
values = st.dictionaries(names, st.one_of(anything, nasty, st.lists(st.one_of(anything, nasty), max_size=3)))


def said(blocks: list[message_words.Block]) -> str:
    return "\n".join([piece for b in blocks for piece in (b.text, *b.items)])


@given(texts, values)
def test_any_words_with_any_values_make_a_message(text: str, filled: dict) -> None:
    for block in message_words.blocks(text, filled):
        assert block.kind in ("title", "heading", "text", "items", "note", "button")
        assert block.kind != "button" or block.url.startswith(("https://", "http://"))
    assert "\n\n" not in message_words.line("{first_name}", {"first_name": "Ana"})
    message_words.line(text, filled)
    for kind in KINDS:
        message_words.check(kind, "email", text[:50], text)
        message_words.check(kind, "sms", "", text)


@given(nasty | anything)
def test_a_name_is_never_read_as_words_of_ours(name: str) -> None:
    filled = {**message_words.samples(), "first_name": name, "link": "https://milo.example/i/secret"}
    blocks = message_words.blocks("Hello {first_name}!", filled)
    if name.strip():
        assert [b.kind for b in blocks] == ["text"] and blocks[0].text == f"Hello {name}!".strip()
    else:
        assert blocks == []
    assert "secret" not in said(blocks)


def test_a_paragraph_whose_variable_is_empty_is_left_out() -> None:
    filled = {**message_words.samples(), "deadline": "", "needs": ()}
    blocks = message_words.blocks(
        "One.\n\nStart by {deadline}.\n\n## You need:\n{needs}\n\nTwo {role}.", filled
    )
    assert [b.text for b in blocks] == ["One.", "Two Registered nurse."]


def test_the_layout_of_an_email() -> None:
    text = "# Hi {first_name}\n\nA\nb\n\n- one\n- two {role}\n\n> Note\n\n## You need:\n{needs}\n\n[Go]({link})\n\n[No](x:y)"
    kinds = [(b.kind, b.text or b.items) for b in message_words.blocks(text, message_words.samples())]
    assert kinds == [
        ("title", "Hi Maria"),
        ("text", "A\nb"),
        ("items", ("one", "two Registered nurse")),
        ("note", "Note"),
        ("heading", "You need:"),
        ("items", ("an active RN licence", "two years of practice")),
        ("button", "Go"),
        ("text", "[No](x:y)"),
    ]


@pytest.mark.parametrize(
    ("channel", "text", "part"),
    [
        ("email", "Come {link} {salary}", "{salary}"),
        ("email", "Come {link} {", "{"),
        ("email", "Come soon", "{link}"),
        ("sms", "{company}: come {link}", "STOP"),
        ("sms", "Come {link} Reply STOP to opt out", "{company}"),
        ("sms", "", "Write"),
        ("sms", "x" * 700, "640"),
    ],
)
def test_words_that_would_not_do_are_refused(channel: str, text: str, part: str) -> None:
    checked = message_words.check("invitation", channel, "Subject", text)
    assert part in checked.errors["text"]


def test_an_invitation_loses_no_notice_unnoticed() -> None:
    bare = message_words.check("invitation", "email", "Come", "Come {link}")
    assert not bare.errors and len(bare.losses) == 5
    text = message_words.check("invitation", "sms", "", "{company}: {link} Reply STOP to opt out")
    assert len(text.losses) == 1 and "AI" in text.losses[0]


def test_parts_of_a_text_are_counted_with_what_is_filled_in() -> None:
    short = message_words.check("reminder", "sms", "", "{company}: {link} Reply STOP")
    long = message_words.check("reminder", "sms", "", "{company}: {link} Reply STOP " + "word " * 100)
    emoji = message_words.check("reminder", "sms", "", "{company}: {link} Reply STOP 👋")
    assert short.parts == 1 and long.parts == 4 and len(long.hints) == 1
    assert "70 instead of 160" in emoji.hints[0]


def test_spanish_readers_get_spanish_values() -> None:
    found = message_values.values(
        {
            "language": "es-MX",
            "company": "Norte",
            "stages": [{"name": "Formulario", "minutes": 1}],
            "recorded": True,
        },
        "email",
    )
    assert found["steps"] == ("Formulario: unos 1 minuto",)
    assert "inteligencia artificial" in found["ai_notice"] and "Norte" in found["ai_notice"]
    assert message_values.values({}, "sms")["ai_notice"] == "An AI asks, a person decides."
