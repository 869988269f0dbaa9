"""docs/plan.schema.json says what a plan file may hold: what the one refuses, the reader refuses too."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from milo_app.domain import plan as plans
from milo_app.domain import plan_data
from milo_app.domain.drafting import draft
from milo_app.domain.errors import Invalid
from milo_app.services import interviewers
from tools import plan_schema

SCHEMA = Draft202012Validator(json.loads(plan_schema.FILE.read_text(encoding="utf-8")))
TEMPLATES = sorted((Path(interviewers.__file__).parents[1] / "templates" / "interviewers").glob("*.json"))

#: A plan in which everything that can be said is said once.
CRITERION = {
    "id": "calm",
    "text": "Stays calm",
    "one": "Panics",
    "five": "Leads",
    "key_points": ["asks"],
    "weight": 3,
}
IDEAL = {"operator": "eq", "value": True}
WHOLE: dict[str, Any] = {
    "title": "Registered nurse",
    "stages": [
        {
            "kind": "resume",
            "min_score": 40,
            "criteria": [
                {
                    "id": "rn",
                    "text": "Holds a licence",
                    "kind": "eligibility",
                    "terms": ["RN"],
                    "min_years": 1.5,
                },
                CRITERION,
            ],
        },
        {
            "kind": "form",
            "enforce": True,
            "questions": [
                {"id": "licence", "kind": "yes_no", "text": "Licensed?", "ideal": IDEAL, "dealbreaker": True},
                {"id": "shift", "kind": "single_choice", "text": "Which shift?", "options": ["Day", "Night"]},
                {"id": "miles", "kind": "slider", "text": "How far?", "minimum": 0, "maximum": 50, "step": 5},
                {
                    "id": "proof",
                    "kind": "file",
                    "text": "Your licence",
                    "extensions": ["pdf"],
                    "max_files": 2,
                },
            ],
        },
        {
            "kind": "voice",
            "questions": [
                {
                    "id": "hard",
                    "kind": "long_text",
                    "text": "Tell of a hard night.",
                    "criterion": CRITERION,
                    "follow_ups": ["And then?"],
                    "min_follow_ups": 1,
                    "max_follow_ups": 2,
                }
            ],
        },
    ],
    "knowledge": [{"title": "Pay", "text": "Weekly"}],
}


def reads(data: Any) -> bool:
    try:
        plan_data.from_data(data)
    except Invalid:
        return False
    return True


def test_the_committed_file_is_what_the_tool_writes() -> None:
    written = plan_schema.FILE.read_text(encoding="utf-8")
    assert written == plan_schema.text(), "run: python -m tools.plan_schema"
    done = subprocess.run(
        [sys.executable, "-m", "tools.plan_schema", "--check"], cwd=plan_schema.FILE.parents[1]
    )
    assert done.returncode == 0


def test_it_is_a_schema_that_describes_every_field() -> None:
    Draft202012Validator.check_schema(SCHEMA.schema)
    parts = {"Plan": SCHEMA.schema} | SCHEMA.schema["$defs"]
    bare = [
        f"{part}.{name}"
        for part, rule in parts.items()
        for name, about in rule["properties"].items()
        if not about["description"].strip()
    ]
    assert bare == []


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.stem)
def test_our_own_templates_fit(file: Path) -> None:
    data = json.loads(file.read_text(encoding="utf-8"))
    assert [error.json_path for error in SCHEMA.iter_errors(data)] == []
    assert SCHEMA.is_valid(plan_data.to_data(plan_data.from_data(data)))


def test_a_plan_that_says_everything_fits() -> None:
    assert [error.message for error in SCHEMA.iter_errors(WHOLE)] == []
    assert reads(WHOLE)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=300))
def test_every_drafted_plan_fits(text: str) -> None:
    assert SCHEMA.is_valid(plan_data.to_data(draft(text)))


Place = tuple[str | int, ...]


def _places(value: Any, at: Place = ()) -> list[Place]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for key, item in items for place in _places(item, (*at, key)))]


def _changed(place: Place, value: Any) -> Any:
    if not place:
        return value
    data = copy.deepcopy(WHOLE)
    holder: Any = data
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value
    return data


#: Each shape of value once; the long text is made short in what a failure prints.
_LONG = "x" * (plan_data.LONGEST_TEXT + 1)
_VALUES: list[Any] = [
    *(None, True, 0, 7, -1, 300, 1.5, 2.0, "", "  ", "x", "form", "voice", "yes_no", "long_text", _LONG),
    *([], ["a"], ["a", "a"], [1, 2], [[]], [_LONG], {}, {"kind": "form"}, {"surprise": 1}),
]


def test_what_the_schema_refuses_the_reader_refuses_too() -> None:
    """Every value in a plan is replaced by every kind of value, one at a time; both say the same.

    Comparing two values with each other is beyond a schema: those replacements only the reader refuses.
    """
    compared = {"minimum", "maximum", "min_follow_ups", "max_follow_ups", "id"}
    differ: list[str] = []
    for place in _places(WHOLE):
        for value in _VALUES:
            data = _changed(place, value)
            fits, read = SCHEMA.is_valid(data), reads(data)
            if fits != read and (fits is False or place[-1] not in compared):
                differ.append(
                    f"{'.'.join(map(str, place))} = {str(value)[:30]!r}: schema {fits}, reader {read}"
                )
    assert differ == []


@pytest.mark.parametrize("place", [p for p in _places(WHOLE) if p and isinstance(p[-1], str)], ids=str)
def test_a_field_left_out_is_missed_by_both_or_by_neither(place: Place) -> None:
    data = copy.deepcopy(WHOLE)
    holder: Any = data
    for key in place[:-1]:
        holder = holder[key]
    del holder[place[-1]]
    assert SCHEMA.is_valid(data) == reads(data)


@pytest.mark.parametrize(
    "where",
    [(), ("stages", 0), ("stages", 1, "questions", 0), ("stages", 0, "criteria", 0), ("knowledge", 0)],
    ids=str,
)
def test_an_unknown_field_is_refused_by_both(where: Place) -> None:
    data = copy.deepcopy(WHOLE)
    holder: Any = data
    for key in where:
        holder = holder[key]
    holder["surprise"] = 1
    assert not SCHEMA.is_valid(data) and not reads(data)


@pytest.mark.parametrize("kind", plans.QuestionKind)
@pytest.mark.parametrize("stage", plans.StageKind)
def test_both_know_which_kind_can_be_asked_where(stage: str, kind: str) -> None:
    more = (
        {"options": ["a", "b"]}
        if "choice" in kind
        else {"minimum": 1, "maximum": 2}
        if kind == "slider"
        else {}
    )
    question = {"id": "q", "kind": str(kind), "text": "Why?"} | more
    data = {"title": "Cook", "stages": [{"kind": str(stage), "questions": [question]}]}
    assert SCHEMA.is_valid(data) == reads(data)
