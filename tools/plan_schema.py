"""Writes docs/plan.schema.json from the plan's own types, so that the two cannot drift apart.

python -m tools.plan_schema            writes it
python -m tools.plan_schema --check    exits with 1 where it is not up to date
"""

from __future__ import annotations

import dataclasses
import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Any

from milo_app.domain import plan as plans
from milo_app.domain import plan_data

FILE = Path(__file__).resolve().parents[1] / "docs" / "plan.schema.json"

#: What a field means to whoever writes a plan by hand; every field has a line here.
_MEANINGS: dict[str, dict[str, str]] = {
    "Plan": {
        "title": "The role's name, 3 to 200 characters.",
        "language": "Language of the interview, ISO 639-1. English (en) and Spanish (es) are complete.",
        "description": "What candidates read about the role.",
        "location": "Where the work is.",
        "employment": "Full time, part time, hours.",
        "pay": "What is paid, in words.",
        "welcome": "The first words on the candidate's page.",
        "thanks": "The last words, after the last stage.",
        "stages": "Resume, form, sms, voice: each at most once, in the order in which they are taken.",
        "knowledge": "What candidates may ask about; the interview answers from here and nowhere else.",
        "interviewer_name": "What the interviewer calls itself.",
        "contact_email": "Where candidates reach a person.",
        "deadline_days": "The role closes so many days after publishing; 0 keeps it open.",
        "due_days": "Days from the invitation to the start; never less than three.",
        "retakes": "How often a stage may be taken again; a person can always grant one.",
        "redirect_url": "Where candidates are sent at the end; empty for nowhere.",
        "scheduling_url": "Where shortlisted candidates choose a time to talk (https); empty for the workspace's own.",
        "drafted_by": "What drafted this plan, where it was not a person.",
    },
    "StagePlan": {
        "kind": "Which stage this is.",
        "enforce": "The master switch that lets this stage's dealbreakers stop a candidate.",
        "required": "Whether the stage has to be taken.",
        "min_score": "Gate on the stage's score in percent; null for none.",
        "weight": "Share in the overall score, 1 to 10.",
        "minutes": "Time budget of a voice stage; told length of the others.",
        "intro": "Said or shown first.",
        "outro": "Said or shown last.",
        "end_message": "What a stopped candidate reads; empty for the neutral ending.",
        "video": "Whether a voice stage may use the camera.",
        "phone": "Whether a sms or voice stage may also be taken in a telephone call.",
        "record_calls": "Whether the sound of such a call is recorded, after the caller has agreed.",
        "questions": "Questions of a form, sms or voice stage.",
        "criteria": "What a resume is judged against; only in the resume stage.",
        "nudge_hours": "Hours before a silent candidate is reminded (sms).",
        "max_nudges": "How many reminders at most (sms).",
        "re_records": "How often one spoken answer may be recorded again before it is handed in.",
    },
    "Question": {
        "id": "Own id within the stage: lower-case letters, digits, - and _.",
        "kind": "How it is answered. In sms and voice: short_text, long_text, yes_no, single_choice or number.",
        "text": "The question.",
        "help": "A hint below it.",
        "required": "Whether it has to be answered.",
        "options": "The options of a choice, at least two different ones.",
        "minimum": "Smallest number.",
        "maximum": "Largest number.",
        "step": "Step of a number or slider.",
        "unit": "Unit of a number: years, minutes, miles.",
        "extensions": "File endings that are taken, without the dot.",
        "max_files": "How many files at most.",
        "ideal": "The answer hoped for.",
        "dealbreaker": "With the stage's `enforce`, another answer than the ideal stops the candidate here.",
        "need": "How it reads after 'You need: …'; the question itself where empty.",
        "need_hidden": "Leave it out of 'You need: …'.",
        "criterion": "Makes an open question scored 1 to 5.",
        "follow_ups": "The recruiter's own follow-up questions (sms, voice).",
        "min_follow_ups": "How many are asked at least.",
        "max_follow_ups": "How many are asked at most, up to 5.",
    },
    "Ideal": {
        "operator": "How the answer is compared; dates compare as ISO days.",
        "value": "What it is compared with: true or false, a number, an option, an ISO day; a list for between (two), "
        "one_of and includes.",
    },
    "Criterion": {
        "id": "Own id within the stage: lower-case letters, digits, - and _.",
        "text": "What is judged.",
        "kind": "eligibility: passed or not. scored: 1 to 5.",
        "one": "What a 1 looks like (scored).",
        "five": "What a 5 looks like (scored).",
        "key_points": "What a full answer covers (scored).",
        "weight": "Share in the stage's score, 1 to 10.",
        "terms": "Words that show it in a resume (eligibility).",
        "min_years": "Length of experience in years (eligibility).",
        "question": "The exact yes/no question asked when the resume does not show it (eligibility).",
        "dealbreaker": "With the stage's `enforce`, missing it stops the candidate here (eligibility).",
        "need": "How it reads after 'You need: …'; the criterion's text where empty.",
        "need_hidden": "Leave it out of 'You need: …'.",
    },
    "Knowledge": {"title": "What it is about.", "text": "The answer."},
}

_SAID = {"pattern": r"\S"}


def _at_most_once(kind: plans.StageKind) -> dict[str, Any]:
    one = {"properties": {"kind": {"const": str(kind)}}, "required": ["kind"]}
    return {"contains": one, "minContains": 0, "maxContains": 1}


_LIMITS: dict[tuple[str, str], dict[str, Any]] = {
    ("Plan", "title"): {"minLength": 3, "maxLength": 200, "pattern": r"^\s*\S[\s\S]+\S\s*$"},
    ("Plan", "stages"): {"minItems": 1, "allOf": [_at_most_once(kind) for kind in plans.StageKind]},
    ("StagePlan", "weight"): {"minimum": 1, "maximum": 10},
    ("StagePlan", "min_score"): {"minimum": 0, "maximum": 100},
    ("StagePlan", "minutes"): {"minimum": 1, "maximum": 120},
    ("Question", "id"): {"pattern": "^[a-z0-9][a-z0-9_-]{0,59}$"},
    ("Question", "text"): _SAID,
    ("Question", "min_follow_ups"): {"minimum": 0, "maximum": 5},
    ("Question", "max_follow_ups"): {"minimum": 0, "maximum": 5},
    ("Criterion", "id"): {"pattern": "^[a-z0-9][a-z0-9_-]{0,59}$"},
    ("Criterion", "text"): _SAID,
    ("Criterion", "weight"): {"minimum": 1, "maximum": 10},
}

_PARTS = (plans.StagePlan, plans.Question, plans.Ideal, plans.Criterion, plans.Knowledge)
_SPOKEN = (plans.StageKind.SMS, plans.StageKind.VOICE)
_CHOICES = (plans.QuestionKind.SINGLE_CHOICE, plans.QuestionKind.MULTIPLE_CHOICE)
_LISTS = (plans.Operator.BETWEEN, plans.Operator.ONE_OF, plans.Operator.INCLUDES)
_WRITTEN = (plans.QuestionKind.SHORT_TEXT, plans.QuestionKind.LONG_TEXT)


def _given(field: str, *values: Any) -> dict[str, Any]:
    """True of an object whose *field* is given and one of *values*."""
    return {"properties": {field: {"enum": [_plain(v) for v in values]}}, "required": [field]}


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, StrEnum) else value


def _only(field: str, rule: dict[str, Any], *, needed: bool = False) -> dict[str, Any]:
    """*field*, where given, keeps to *rule*; with *needed* it is given."""
    return {"properties": {field: rule}} | ({"required": [field]} if needed else {})


_EMPTY: dict[str, Any] = {"maxItems": 0}
_SOME: dict[str, Any] = {"minItems": 1}

#: What one field says about another: (where this holds, this is so, otherwise that).
_RULES: dict[str, list[dict[str, Any]]] = {
    "StagePlan": [
        {
            "if": _given("kind", plans.StageKind.RESUME),
            "then": _only("questions", _EMPTY),
            "else": {
                "properties": {"questions": _SOME, "criteria": _EMPTY},
                "required": ["questions"],
            },
        },
        {
            "if": _given("kind", *_SPOKEN),
            "then": _only(
                "questions",
                {"items": _only("kind", {"enum": sorted(str(k) for k in plans.CONVERSATIONAL)})},
            ),
        },
    ],
    "Question": [
        {
            "if": _given("kind", *_CHOICES),
            "then": _only("options", {"minItems": 2, "uniqueItems": True}, needed=True),
        },
        {
            "if": _given("kind", plans.QuestionKind.SLIDER),
            "then": {
                "properties": {"minimum": {"type": "number"}, "maximum": {"type": "number"}},
                "required": ["minimum", "maximum"],
            },
        },
        {
            "if": _given("dealbreaker", True),
            "then": {
                "properties": {
                    "kind": {"enum": sorted(str(k) for k in plans.STRUCTURED)},
                    "ideal": {"type": "object"},
                },
                "required": ["ideal"],
            },
        },
        {
            "if": _only("criterion", {"type": "object"}, needed=True),
            "then": _only("kind", {"enum": [str(k) for k in _WRITTEN]}),
        },
        {
            "if": _only("min_follow_ups", {"minimum": 1}, needed=True),
            "then": {"required": ["max_follow_ups"]},
        },
    ],
    "Ideal": [
        {
            "if": _given("operator", *_LISTS),
            "then": _only("value", {"type": "array", "minItems": 1}),
            "else": _only("value", {"type": ["boolean", "number", "string"]}),
        },
        {
            "if": _given("operator", plans.Operator.BETWEEN),
            "then": _only("value", {"minItems": 2, "maxItems": 2}),
        },
    ],
    "Criterion": [
        {
            "if": _given("kind", plans.CriterionKind.ELIGIBILITY),
            "else": {"properties": {"one": _SAID, "five": _SAID}, "required": ["one", "five"]},
        },
    ],
}


def schema() -> dict[str, Any]:
    """The JSON Schema of a plan file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://milo.local/plan.schema.json",
        "title": "A plan: everything that an interviewer asks, says and judges by",
        "description": "Read by `python -m milo_app interviewer create --file PLAN.json`, which checks more than a "
        "schema can say and names each problem by its place.",
        **_object(plans.Plan),
        "$defs": {part.__name__: _object(part) for part in _PARTS},
    }


def _object(part: type[Any]) -> dict[str, Any]:
    fields = dataclasses.fields(part)
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [
            f.name
            for f in fields
            if f.default is dataclasses.MISSING or (part.__name__, f.name) == ("Plan", "stages")
        ],
        "properties": {f.name: _property(part, f) for f in fields},
    } | ({"allOf": _RULES[part.__name__]} if part.__name__ in _RULES else {})


def _property(part: type[Any], field: dataclasses.Field[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"description": _MEANINGS[part.__name__][field.name]}
    found |= _type(str(field.type)) | _LIMITS.get((part.__name__, field.name), {})
    if field.default is not dataclasses.MISSING and field.default not in (None, ()):
        found["default"] = field.default
    return found


def _type(annotation: str) -> dict[str, Any]:
    base = annotation.removesuffix(" | None")
    empty = base != annotation
    if base.startswith("tuple["):
        return {"type": "array", "items": _type(base.removeprefix("tuple[").removesuffix(", ...]"))}
    plain = {"bool": "boolean", "int": "integer", "float": "number"}
    if base == "str":
        return {"type": "string", "maxLength": plan_data.LONGEST_TEXT}
    if base in plain:
        return {"type": [plain[base], "null"]} if empty else {"type": plain[base]}
    if base == "Any":
        single: list[dict[str, Any]] = [{"type": "boolean"}, {"type": "number"}, _type("str")]
        return {"anyOf": [*single, {"type": "array", "items": {"anyOf": single}}]}
    named = getattr(plans, base)
    if dataclasses.is_dataclass(named):
        reference = {"$ref": f"#/$defs/{base}"}
        return {"anyOf": [reference, {"type": "null"}]} if empty else reference
    return {"enum": [str(one) for one in named]}


def text() -> str:
    """The schema as the file holds it."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write the file, or with ``--check`` say whether it is up to date."""
    if "--check" not in sys.argv:
        FILE.parent.mkdir(exist_ok=True)
        FILE.write_text(text(), encoding="utf-8")
        return 0
    if FILE.exists() and FILE.read_text(encoding="utf-8") == text():
        return 0
    print("docs/plan.schema.json is not up to date: run python -m tools.plan_schema")
    return 1


if __name__ == "__main__":
    sys.exit(main())
