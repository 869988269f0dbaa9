"""Interviewers for tests, and the answers that fit any of them."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
Json = dict[str, Any]


def nurse() -> Json:
    """The template that Milo ships: every stage, every kind of question."""
    return json.loads((ROOT / "milo_app/templates/interviewers/registered_nurse.json").read_text())


STAGES: dict[str, Json] = {
    "resume": {
        "kind": "resume",
        "minutes": 2,
        "criteria": [
            {
                "id": "forklift",
                "text": "Holds a forklift licence",
                "kind": "eligibility",
                "terms": ["forklift licence"],
                "question": "Do you hold a forklift licence?",
                "need": "a forklift licence",
            },
            {
                "id": "warehouse",
                "text": "Experience in a warehouse",
                "kind": "scored",
                "one": "None named.",
                "five": "Several years, with stock counts and picking described.",
                "key_points": ["stock counts", "picking", "scanner"],
            },
        ],
    },
    "form": {
        "kind": "form",
        "minutes": 2,
        "questions": [
            {
                "id": "may_work",
                "kind": "yes_no",
                "text": "May you work in this country?",
                "ideal": {"operator": "eq", "value": True},
                "need": "permission to work here",
            },
            {
                "id": "years",
                "kind": "number",
                "text": "How many years in warehouses?",
                "minimum": 0,
                "maximum": 60,
            },
        ],
    },
    "sms": {
        "kind": "sms",
        "minutes": 2,
        "questions": [
            {
                "id": "early",
                "kind": "yes_no",
                "text": "Can you start at 5 in the morning?",
                "ideal": {"operator": "eq", "value": True},
                "need": "to be able to start at 5 in the morning",
            },
            {
                "id": "commute",
                "kind": "number",
                "text": "How many minutes is your way here?",
                "unit": "minutes",
            },
        ],
    },
    "voice": {
        "kind": "voice",
        "minutes": 5,
        "video": False,
        "questions": [
            {
                "id": "lift",
                "kind": "yes_no",
                "text": "Can you lift 20 kilograms, with or without an adjustment?",
                "ideal": {"operator": "eq", "value": True},
                "need": "to be able to lift 20 kilograms",
            },
            {
                "id": "mix_up",
                "kind": "long_text",
                "text": "Tell me about an order that went wrong. What did you do?",
                "criterion": {
                    "id": "care",
                    "text": "Takes care of mistakes",
                    "one": "Blames others.",
                    "five": "Checks, tells the customer and mends it.",
                    "key_points": ["checked the order", "told the customer", "mended it"],
                },
            },
        ],
    },
}

#: The one thing of each stage above that a dealbreaker may hang on.
DECIDING = {"resume": "forklift", "form": "may_work", "sms": "early", "voice": "lift"}
ORDER = ("resume", "form", "sms", "voice")


def plan(*kinds: str, title: str = "Warehouse associate", **more: Any) -> Json:
    """A short plan of these stages, without any dealbreaker."""
    return {
        "title": title,
        "description": "Pick, pack and count in a quiet warehouse.",
        "stages": [copy.deepcopy(STAGES[kind]) for kind in kinds or ORDER],
        **more,
    }


def with_dealbreaker(made: Json, kind: str, *, flag: bool = True, enforce: bool = True) -> Json:
    """The plan with the deciding question of one stage flagged and/or that stage enforcing."""
    for stage in made["stages"]:
        if stage["kind"] == kind:
            stage["enforce"] = enforce
            for thing in [*stage.get("questions", []), *stage.get("criteria", [])]:
                if thing["id"] == DECIDING[kind]:
                    thing["dealbreaker"] = flag
    return made


def questions(made: Json) -> dict[str, Json]:
    """Every question and every resume criterion that may be asked as one, by id."""
    found: dict[str, Json] = {}
    for stage in made["stages"]:
        for question in stage.get("questions", []):
            found[question["id"]] = question
        for criterion in stage.get("criteria", []):
            if criterion.get("kind") == "eligibility":
                found[criterion["id"]] = {
                    **criterion,
                    "kind": "yes_no",
                    "ideal": {"operator": "eq", "value": True},
                }
    return found


def stage_of(made: Json, kind: str) -> Json:
    return next(stage for stage in made["stages"] if stage["kind"] == kind)


WORDS = (
    "I check the least stable patient first, airway and breathing, then I delegate and tell the others when I will "
    "be back. I called the rapid response team, stayed with the patient and reported what happened afterwards."
)


def good(question: Json) -> Any:
    """An answer that any ideal of the question is content with."""
    ideal = question.get("ideal") or {}
    operator, value = ideal.get("operator"), ideal.get("value")
    match question["kind"]:
        case "yes_no":
            return value if operator == "eq" else True
        case "number" | "slider":
            low = question.get("minimum") or 0
            match operator:
                case "gte" | "eq" | "lte":
                    return value
                case "gt":
                    return value + (question.get("step") or 1)
                case "lt":
                    return value - (question.get("step") or 1)
                case "between" | "one_of":
                    return value[0]
            return low + (question.get("step") or 1) * 3
        case "single_choice":
            options = question["options"]
            return value[0] if operator == "one_of" else value if operator == "eq" else options[0]
        case "multiple_choice":
            return list(value) if operator in ("includes", "one_of") else question["options"][:1]
        case "date":
            return "2027-03-01"
        case "short_text":
            return "Epic, mostly"
        case "long_text":
            return WORDS
        case "file":
            return None
    raise AssertionError(f"No answer is known for {question['kind']}")


def bad(question: Json) -> Any:
    """An answer that misses the ideal of the question."""
    value = question["ideal"]["value"]
    match question["kind"]:
        case "yes_no":
            return not value
        case "number" | "slider":
            return 0 if question["ideal"]["operator"] in ("gte", "gt") else value + 100
    raise AssertionError(f"No wrong answer is known for {question['kind']}")


def texted(question: Json, value: Any) -> str:
    """The value as somebody would write it in a text message."""
    if isinstance(value, bool):
        return "Yes, I can" if value else "No, I cannot"
    if question["kind"] == "single_choice":
        return str(question["options"].index(value) + 1)
    return str(value)


GOOD_RESUME = """Maria Alvarez
maria.alvarez@example.com | (415) 555-0132 | Portland, Oregon

Registered nurse (RN, BSN), Oregon State Board of Nursing, active RN license 201712345RN
Basic Life Support (BLS) current, ACLS current. Forklift licence since 2019.

Experience
Staff Nurse, Medical-Surgical and Telemetry Unit, Northlight Hospital, January 2018 - Present
- Cared for five post-operative patients a shift with continuous cardiac monitoring and telemetry
- IV insertion, central line and PICC care, wound care, blood transfusion, medication reconciliation
- Led a falls project that reduced falls by 30 percent in one year; sepsis handoff audits
- Preceptor of six new nurses and charge nurse twice a month
- Epic super user, barcode medication administration

Warehouse associate, Harbor Stores, June 2014 - December 2017
- Picking with a scanner, weekly stock counts, returns

Education
Bachelor of Science in Nursing, Oregon State, 2017

Skills
Telemetry, wound care, Epic, picking, stock counts
"""

#: Shows neither a licence nor anything else that the plans above ask for.
BARE_RESUME = """Sam Taylor
sam.taylor@example.com

Experience
Shop assistant, Corner Books, March 2020 - Present
- Helped customers, kept the till, ordered new books

Education
High school diploma, 2019
"""
