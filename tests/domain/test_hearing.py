"""What was heard of broken-off speech, and what keys mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milo_app.domain import keypad
from milo_app.domain.hearing import heard_of
from milo_app.domain.plan import Question, QuestionKind
from milo_app.domain.talk import Item
from tests.domain.talks import SHIFT, STORY, YEARS

WORDS = st.text("abcdeé ÉZ.,?'’", min_size=1, max_size=40).filter(lambda text: any(c.isalpha() for c in text))


@given(st.lists(WORDS, min_size=1, max_size=4), st.data())
def test_any_beginning_of_what_was_said_is_found(said: list[str], data: st.DataObject) -> None:
    whole = " ".join(said)
    heard = whole[: data.draw(st.integers(0, len(whole)))]
    # As a telephone service gives it back: without case and punctuation.
    cut = heard_of(said, heard.upper().replace(".", "").replace(",", ""))
    assert cut is not None
    assert all(text.startswith(part) for text, part in zip(said, cut, strict=True))
    # Nothing after the place where it stopped was heard.
    stopped = next(
        (n for n, (text, part) in enumerate(zip(said, cut, strict=True)) if part != text.rstrip()), None
    )
    letters = [n for n, text in enumerate(said) if text.strip(".,?'’ ")]
    if stopped is not None:
        assert all(cut[n] == "" for n in letters if n > stopped)


def test_what_is_no_beginning_is_said_to_be_none() -> None:
    assert heard_of(["Thank you.", "Which shift?"], "Something else") is None
    assert heard_of(["Thank you."], "Thank you very much indeed") is None


def test_a_cut_falls_behind_the_last_heard_word() -> None:
    assert heard_of(["Thank you.", "Which shift would you like?"], "thank you which sh") == [
        "Thank you.",
        "Which shift",
    ]
    assert heard_of(["Thank you.", "Which shift?"], "Thank you") == ["Thank you.", ""]


@pytest.mark.parametrize(
    ("keys", "item", "question", "value"),
    [
        ("1", Item.ANSWER, Question(id="q", kind=QuestionKind.YES_NO, text="?"), True),
        ("2", Item.ANSWER, Question(id="q", kind=QuestionKind.YES_NO, text="?"), False),
        ("3", Item.ANSWER, Question(id="q", kind=QuestionKind.YES_NO, text="?"), None),
        ("2", Item.ANSWER, SHIFT, "Night"),
        ("9", Item.ANSWER, SHIFT, None),
        ("12", Item.ANSWER, YEARS, 12),
        ("1", Item.ANSWER, STORY, None),
        ("1", Item.CONFIRMATION, None, True),
        ("3", Item.PICK, None, 3),
        ("1", Item.NOTHING, None, None),
    ],
)
def test_keys_answer_what_is_open(keys: str, item: Item, question: Question | None, value: object) -> None:
    assert keypad.value_of(keys, item, question) == value


def test_a_short_code_is_typed_by_its_letters() -> None:
    assert keypad.keys_of("ADK4") == "2354"
