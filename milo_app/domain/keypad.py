"""What keys of a telephone mean: an answer to the question that is open, or a wish of the caller."""

from __future__ import annotations

from milo_app.domain.plan import Question, QuestionKind
from milo_app.domain.talk import Item

#: The keys at once for whoever calls: say it again, and a person please.
REPEAT, PERSON = "*", "0"
#: Ends a number that was typed.
DONE = "#"

_LETTERS = {
    **dict.fromkeys("ABC", "2"),
    **dict.fromkeys("DEF", "3"),
    **dict.fromkeys("GHI", "4"),
    **dict.fromkeys("JKL", "5"),
    **dict.fromkeys("MNO", "6"),
    **dict.fromkeys("PQRS", "7"),
    **dict.fromkeys("TUV", "8"),
    **dict.fromkeys("WXYZ", "9"),
}


def keys_of(code: str) -> str:
    """The keys that a short code of letters and digits is typed with: `ADK4` is 2354."""
    return "".join(_LETTERS.get(c, c) for c in code.upper() if c.isalnum())


def takes_many(item: Item, question: Question | None) -> bool:
    """Whether keys are gathered until `#` (a number), rather than meaning something each."""
    return item is Item.ANSWER and question is not None and question.kind is QuestionKind.NUMBER


def value_of(keys: str, item: Item, question: Question | None) -> bool | int | str | None:
    """The exact answer that *keys* give to what is open, or None where they mean nothing here.

    Yes is 1 and no is 2, a choice its place in the list from 1, a number itself.
    """
    if not keys.isdecimal():
        return None
    if item is Item.CONFIRMATION:
        return {"1": True, "2": False}.get(keys)
    if item is Item.PICK:
        return int(keys)
    if item is not Item.ANSWER or question is None:
        return None
    if question.kind is QuestionKind.YES_NO:
        return {"1": True, "2": False}.get(keys)
    if question.kind is QuestionKind.SINGLE_CHOICE:
        at = int(keys)
        return question.options[at - 1] if 1 <= at <= len(question.options) else None
    return int(keys) if question.kind is QuestionKind.NUMBER else None
