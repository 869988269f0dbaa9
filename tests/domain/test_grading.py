"""Short answers: what says the same is right in other words, the contrary is told apart from what is beside the point."""

from __future__ import annotations

import pytest

from milo_app.domain import quantities
from milo_app.domain.evaluation import coverage
from milo_app.domain.grading import grade, label_of

THREE = ["correct", "contradictory", "incorrect"]


@pytest.mark.parametrize(
    ("reference", "answer", "label"),
    [
        ("The current decreases.", "There is less current, it drops.", "correct"),
        ("The current decreases.", "The current increases.", "contradictory"),
        ("The current decreases.", "The current does not decrease.", "contradictory"),
        ("The current decreases.", "The battery gets warm.", "incorrect"),
        ("The current decreases.", "I do not know.", "incorrect"),
        ("Within 24 hours.", "in one day", "correct"),
        ("Within 24 hours.", "Within three days.", "contradictory"),
    ],
)
def test_three_labels(reference: str, answer: str, label: str) -> None:
    assert label_of(grade("What happens?", [reference], answer), THREE) == label


def test_several_references_are_alternatives_or_points() -> None:
    same = ["The higher ramp makes it faster.", "It is faster on the higher ramp."]
    assert grade("Which?", same, "The higher ramp is faster.").right > 0.8
    points = ["Asks for the reason", "Documents the refusal", "Informs the nurse"]
    one, all_ = "I ask for the reason.", "I ask for the reason, document the refusal and inform the nurse."
    assert grade("And then?", points, one).right < 0.5 < grade("And then?", points, all_).right


@pytest.mark.parametrize(
    ("told", "met"),
    [
        ("in three minutes", True),
        ("after 2 hours", False),
        ("120 seconds", True),
        ("at once", None),
        ("5 min", True),
    ],
)
def test_durations_are_understood(told: str, met: bool | None) -> None:
    assert quantities.meets(quantities.find("within five minutes"), quantities.find(told)) is met


def test_a_rubric_may_name_other_words() -> None:
    points = ["Reports it to the foreman (gaffer)"]
    assert (
        coverage(points, "I report it to the gaffer.") == coverage(points, "I report it to the foreman.") == 1
    )
