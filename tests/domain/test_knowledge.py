"""Answers to a candidate's own question: from what the recruiter wrote, or none."""

from __future__ import annotations

import pytest

from milo_app.domain import knowledge
from milo_app.domain.plan import Knowledge, Plan

PLAN = Plan(
    title="Registered nurse",
    pay="$40 to $46 an hour",
    location="Austin, Texas, on site",
    knowledge=(
        Knowledge(title="Schedule", text="Three 12-hour shifts a week, every other weekend."),
        Knowledge(title="Benefits", text="Health insurance from the first day, and a retirement plan."),
    ),
)


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("What is the pay?", "$40 to $46 an hour"),
        ("how much is the salary", "$40 to $46 an hour"),
        ("¿Cuál es el sueldo?", "$40 to $46 an hour"),
        ("Where is it located?", "Austin, Texas, on site"),
        ("What benefits do you offer?", "Health insurance from the first day, and a retirement plan."),
        ("Do you have health insurance?", "Health insurance from the first day, and a retirement plan."),
        ("How many shifts on the weekend?", "Three 12-hour shifts a week, every other weekend."),
        ("Can I bring my dog?", ""),
        ("", ""),
    ],
)
def test_answers_from_the_plan_only(asked: str, answer: str) -> None:
    assert knowledge.answer(asked, knowledge.of(PLAN)) == answer
