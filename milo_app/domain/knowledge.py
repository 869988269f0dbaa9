"""Answers to what a candidate asks, from what the recruiter wrote and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence

from milo_app.domain.plan import Knowledge, Plan
from milo_app.domain.words import stems, tokens

#: Words by which people ask for something, beside the words of its title.
_ALSO = {
    title: frozenset(words.split())
    for title, words in {
        "pay": "pay pays paid salary wage wages rate money compensation earn sueldo salario paga pagan pagar gana",
        "location": "location located where place address commute remote donde lugar ubicacion direccion remoto",
        "employment": "employment contract full part temporary permanent contrato completo parcial",
    }.items()
}


def of(plan: Plan) -> tuple[Knowledge, ...]:
    """Everything that may be answered from a plan: its knowledge, and the facts of the role."""
    facts = (("pay", plan.pay), ("location", plan.location), ("employment", plan.employment))
    return (*plan.knowledge, *(Knowledge(title=title, text=text) for title, text in facts if text.strip()))


def answer(asked: str, knowledge: Sequence[Knowledge]) -> str:
    """The text of the entry that the question is about, or "" where none clearly is.

    An entry is meant when the question names its title (or a word for it), or shares two words with its text.
    """
    wanted, plain = set(stems(asked)), set(tokens(asked))
    best, score = "", 0
    for entry in knowledge:
        titled = wanted & set(stems(entry.title)) or plain & _ALSO.get(
            entry.title.strip().lower(), frozenset()
        )
        told = wanted & set(stems(entry.text))
        points = 3 * len(titled) + len(told)
        if (titled or len(told) >= 2) and points > score:
            best, score = entry.text.strip(), points
    return best
