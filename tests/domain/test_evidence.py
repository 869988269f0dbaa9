"""Quotes keep their place, and identity leaves the text without taking its place away."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milo_app.domain.evidence import Identity, find, redact

MARIA = Identity(name="Maria Lopez", email="maria.lopez@mail.com", phone="+15125550142")
PIECES = st.sampled_from(
    ["Maria", "Lopez", "she", "I led nurses.", "maria.lopez@mail.com", "(512) 555-0142", "\n", "“quoted”", "  ", "Will",
     "Stanford University", "age 34", "123 Main Street", "ﬁrst", "Ω", "señora", "TX 78701", "-", "\u200b"]
)  # fmt: skip
TEXTS = st.lists(PIECES | st.text(max_size=6), max_size=14).map(" ".join)


class TestFind:
    @given(text=TEXTS, data=st.data())
    def test_every_piece_is_found(self, text: str, data: st.DataObject) -> None:
        """Any run of whole words is found, and what is found says the same."""
        words = text.split()
        start = data.draw(st.integers(0, max(len(words) - 1, 0)))
        quote = " ".join(words[start : data.draw(st.integers(start, len(words)))])
        place = find(quote, text)
        if place is not None:
            assert find(text[place.start : place.end], text) == place
        else:
            assert (
                not quote.strip(" \"'.…“”\u200b-Ω") or not any(c.isalnum() for c in quote) or "\u200b" in text
            )

    @pytest.mark.parametrize(
        ("quote", "text", "found"),
        [
            ("called the doctor", "Then I\ncalled   the\ndoctor at once", "called   the\ndoctor"),
            ("“I don't panic”", "She said: I don’t panic, ever", "I don’t panic"),
            ("a first-class ward", "it was a ﬁrst–class ward", "a ﬁrst–class ward"),
            ("...led the team.", "I led the team for years", "led the team"),
            ("art", "I start, art is long", "art"),
        ],
    )
    def test_typesetting_does_not_matter(self, quote: str, text: str, found: str) -> None:
        place = find(quote, text)
        assert place is not None
        assert text[place.start : place.end] == found

    @pytest.mark.parametrize(
        "quote", ["", " ", '""', "led a team", "LED THE TEAM", "team for year", "I led the teams"]
    )
    def test_anything_else_is_not_there(self, quote: str) -> None:
        assert find(quote, "I led the team for years") is None


class TestRedact:
    @given(text=TEXTS)
    def test_is_reversible(self, text: str) -> None:
        blind = redact(text, MARIA)
        assert blind.restored() == text
        assert blind.original(0, len(blind.text)) == (0, len(text))

    @given(text=TEXTS)
    def test_offsets_lead_back(self, text: str) -> None:
        """Every sign that was kept is found at its own place in the source."""
        blind = redact(text, MARIA)
        replaced = {i for span in blind.spans for i in range(span.start, span.end)}
        for i, sign in enumerate(blind.text):
            start, end = blind.original(i, i + 1)
            if i not in replaced:
                assert (text[start:end], end - start) == (sign, 1)
            else:
                assert end > start

    @given(text=TEXTS)
    def test_nothing_known_is_left(self, text: str) -> None:
        left = redact(text, MARIA).text
        assert "maria.lopez@mail.com" not in left
        assert "Maria Lopez" not in left

    @pytest.mark.parametrize(
        ("text", "blind"),
        [
            ("Maria Lopez, RN", "[name], RN"),
            ("I am Maria and will help", "I am [name] and will help"),
            ("Mail maria.lopez@mail.com or m@x.org", "Mail [email] or [email]"),
            ("Call (512) 555-0142 or +1 512 555 0142", "Call [phone] or [phone]"),
            ("123 Main Street, Apt 4, Austin, TX 78701", "[address]"),
            ("I am 34 years old, born in 1991.", "[age], [age]."),
            ("BSN, Stanford University, 2015", "BSN, [school], 2015"),
            ("Universidad Nacional Autónoma de México", "[school]"),
            ("As a mother I listen. She agreed.", "As a [person] I listen. [person] agreed."),
            ("linkedin.com/in/maria", "[link]"),
            (
                "From 2015-2019 I led 30 nurses for 5 years on 3 West",
                "From 2015-2019 I led 30 nurses for 5 years on 3 West",
            ),
        ],
    )
    def test_takes_out_identity_and_leaves_the_work(self, text: str, blind: str) -> None:
        assert redact(text, MARIA).text == blind

    def test_name_that_is_a_word_goes_only_where_it_is_a_name(self) -> None:
        assert redact("Will will go", Identity(name="Will Grace")).text == "[name] will go"
