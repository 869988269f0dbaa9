"""A posting in the API's words as our plan, and back. Plans are JSON data here: a draft may be half done."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from milo_app.domain.errors import Invalid, NotFound
from milo_app.domain.plan import StageKind
from milo_app.domain.public_words import KINDS, STEPS
from milo_app.http.api_v2.asked import CreatePostingRequest

Data = dict[str, Any]

#: The three texts about a role, by what they are called among the things that a candidate may ask about.
_OVERVIEWS = {
    "company_overview": "About the company",
    "job_overview": "About the role",
    "interview_process_overview": "How it goes",
}
#: A posting's field and the plan's.
_PLAIN = {
    "title": "title",
    "description": "description",
    "interviewer_name": "interviewer_name",
    "redirect_url": "redirect_url",
    "scheduling_url": "scheduling_url",
    "max_retakes": "retakes",
}
#: A step's setting and the stage's, by kind; what has none here reads back as null.
_CONFIG: dict[StageKind, dict[str, str]] = {
    StageKind.RESUME: {"knockout_enabled": "enforce", "mandatory": "required"},
    StageKind.FORM: {"knockout_enabled": "enforce"},
    StageKind.SMS: {
        "knockout_enabled": "enforce",
        "intro_message": "intro",
        "disqualification_message": "end_message",
        "cooldown_period_hrs": "nudge_hours",
        "max_nudge_amount": "max_nudges",
    },
    StageKind.VOICE: {"video": "video", "phone_calls_enabled": "phone"},
}
_DEFAULTS = {
    "enforce": False, "required": True, "intro": "", "end_message": "", "nudge_hours": 24, "max_nudges": 2,
    "video": False, "phone": False,
}  # fmt: skip
_SCORED = (StageKind.RESUME, StageKind.VOICE)
_MODALITIES = {"voice": StageKind.VOICE, "sms": StageKind.SMS, "form": StageKind.FORM}
_ONE = "Does not answer it, or says nothing about it."
_FIVE = "Answers it whole, with a concrete example of their own."


# --- Postings -------------------------------------------------------------------------------------------------------


def plan_of(given: CreatePostingRequest, template: Mapping[str, Any] | None) -> Data:
    """The plan for a new posting: of *template* where one was named, else of its workflow.

    Raises Invalid for what cannot be said in a plan at all, by place.
    """
    plan: Data = dict(template or {"stages": []})
    told = given.model_dump(exclude_unset=True)
    told.setdefault("title", given.title)
    if template is None:
        told.setdefault("interviewer_name", given.interviewer_name)
    change(plan, told)
    for place, step in enumerate(given.workflow or ()):
        kind = KINDS[step.type]
        if any(stage["kind"] == kind for stage in plan["stages"]):
            raise Invalid(fields={f"workflow.{place}.type": "Each kind of step can be used once."})
        stage: Data = {"kind": str(kind)}
        configure(stage, step.config.model_dump(exclude_unset=True) if step.config else {})
        plan["stages"].append(stage)
        for question in step.questions or ():
            add_question(
                plan, question.model_dump(exclude_unset=True), new_id(), f"workflow.{place}.questions"
            )
    return plan


def change(plan: Data, told: Mapping[str, Any]) -> None:
    """Set on *plan* what a posting's fields say; null leaves a text empty, and everything else as it is."""
    for name, ours in _PLAIN.items():
        if name in told and (told[name] is not None or name in ("redirect_url", "scheduling_url")):
            plan[ours] = told[name] if told[name] is not None else ""
    if told.get("language"):
        plan["language"] = str(told["language"]).lower()[:2]
    for name, title in _OVERVIEWS.items():
        if name in told:
            rest = [k for k in plan.get("knowledge", []) if k.get("title") != title]
            plan["knowledge"] = rest + ([{"title": title, "text": told[name]}] if told[name] else [])


def posting_fields(plan: Mapping[str, Any]) -> Data:
    """The fields of a posting that its plan holds."""
    told = {str(k.get("title")): str(k.get("text", "")) for k in plan.get("knowledge") or ()}
    fields: Data = {name: told.get(title) for name, title in _OVERVIEWS.items()}
    # Milo answers from these texts when it is asked, and reads none of them out.
    fields |= {f"{name}_delivery_mode": "reference_only" if fields[name] else None for name in _OVERVIEWS}
    return fields | {
        "title": str(plan.get("title") or "Untitled role"),
        "description": str(plan.get("description") or ""),
        "language": str(plan.get("language") or "en"),
        "interviewer_name": str(plan.get("interviewer_name") or "Milo"),
        "redirect_url": plan.get("redirect_url") or None,
        "scheduling_url": plan.get("scheduling_url") or None,
        "max_retakes": plan.get("retakes", 0),
        "workflow": [
            {
                "id": stage["kind"],
                "type": STEPS[StageKind(stage["kind"])],
                "order": order,
                "config": config(stage),
            }
            for order, stage in enumerate(plan.get("stages") or (), 1)
        ],
    }


def stage_of(plan: Data, step: str) -> Data:
    """The stage that *step* (its type, id or 1-based order) names. Raises NotFound."""
    for order, stage in enumerate(plan.get("stages") or (), 1):
        if step in (str(order), stage["kind"], STEPS[StageKind(stage["kind"])]):
            return stage
    raise NotFound("This posting has no such step.")


def configure(stage: Data, told: Mapping[str, Any]) -> None:
    """Set on *stage* what a step's config says."""
    kind = StageKind(stage["kind"])
    for name, ours in _CONFIG[kind].items():
        if told.get(name) is not None:
            stage[ours] = told[name]
    if kind in _SCORED and "min_evaluation_score" in told:
        least = told["min_evaluation_score"]
        stage["min_score"] = None if least is None else round(least * 100, 4)


def config(stage: Mapping[str, Any]) -> Data:
    """A step's config: only the settings that mean something here."""
    kind = StageKind(stage["kind"])
    shown: Data = {name: stage.get(ours, _DEFAULTS[ours]) for name, ours in _CONFIG[kind].items()}
    if kind in _SCORED:
        least = stage.get("min_score")
        shown["min_evaluation_score"] = None if least is None else least / 100
    return shown


# --- Questions ------------------------------------------------------------------------------------------------------


def new_id() -> str:
    """An id for a question that came without one."""
    return f"q{secrets.token_hex(6)}"


def questions(plan: Mapping[str, Any], modality: str | None = None) -> Iterator[tuple[str, int, Data]]:
    """(modality, rank from 1, question or criterion) of every one, or of those of one modality, in order."""
    for stage in plan.get("stages") or ():
        if stage["kind"] == StageKind.RESUME:
            listed = [
                ("resume_eligibility" if c.get("kind") == "eligibility" else "resume_scoring", c)
                for c in stage.get("criteria") or ()
            ]
        else:
            name = next(m for m, kind in _MODALITIES.items() if kind == stage["kind"])
            listed = [(name, q) for q in stage.get("questions") or ()]
        ranks: dict[str, int] = {}
        for name, thing in listed:
            ranks[name] = ranks.get(name, 0) + 1
            if modality in (None, name):
                yield name, ranks[name], thing


def find_question(plan: Mapping[str, Any], id: str) -> tuple[str, int, Data]:
    """One of `questions` by its id. Raises NotFound."""
    for found in questions(plan):
        if found[2].get("id") == id:
            return found
    raise NotFound("This posting has no such question.")


def add_question(plan: Data, told: Mapping[str, Any], id: str, place: str = "modality") -> Data:
    """Put a question at the end of its step and return it. Raises Invalid."""
    modality = str(told["modality"])
    if modality == "voice_tags":
        raise Invalid(fields={place: "Milo does not label answers with tags."})
    if modality not in (*_MODALITIES, "resume_eligibility", "resume_scoring"):
        raise Invalid(fields={place: "This is no modality."})
    kind = _MODALITIES.get(modality, StageKind.RESUME)
    stage = next((s for s in plan.get("stages") or () if s["kind"] == kind), None)
    if stage is None:
        raise Invalid(fields={place: f"This posting has no {STEPS[kind]} step."})
    made: Data = _criterion(told, id, modality) if kind is StageKind.RESUME else _question(told, id, kind)
    stage.setdefault("criteria" if kind is StageKind.RESUME else "questions", []).append(made)
    return made


def change_question(plan: Data, id: str, told: Mapping[str, Any]) -> None:
    """Set what is told on a question, and leave the rest. Raises NotFound, Invalid."""
    modality, _, thing = find_question(plan, id)
    before = {k: v for k, v in shown_question(thing, modality).items() if v is not None}
    now = {**before, **told, "modality": modality}
    kind = _MODALITIES.get(modality, StageKind.RESUME)
    made = _criterion(now, id, modality) if kind is StageKind.RESUME else _question(now, id, kind)
    kept = {k: thing[k] for k in _OURS & thing.keys() if k not in made}
    thing.clear()
    thing.update(kept | made)


#: What the API has no word for and an edit by it must not lose.
_OURS = {"terms", "min_years", "need", "need_hidden", "follow_ups", "unit", "question"}


def remove_question(plan: Data, id: str) -> None:
    """Take a question out. Raises NotFound."""
    find_question(plan, id)
    for stage in plan["stages"]:
        for name in ("questions", "criteria"):
            if name in stage:
                stage[name] = [x for x in stage[name] if x.get("id") != id]


def reorder(plan: Data, modality: str, order: list[str]) -> None:
    """Put all questions of a modality into *order*. Raises Invalid unless it names each of them once."""
    present = {thing["id"]: thing for _, _, thing in questions(plan, modality)}
    if len(order) != len(set(order)) or set(order) != set(present):
        raise Invalid(fields={"order": "Name every question of this modality once."})
    kind = _MODALITIES.get(modality, StageKind.RESUME)
    for stage in plan.get("stages") or ():
        if stage["kind"] == kind:
            name = "criteria" if kind is StageKind.RESUME else "questions"
            wanted = iter(order)
            stage[name] = [present[next(wanted)] if x["id"] in present else x for x in stage.get(name, [])]


def _criterion(told: Mapping[str, Any], id: str, modality: str) -> Data:
    looked_for = [x.strip() for x in str(told.get("evaluation_criteria") or "").split("\n") if x.strip()]
    made: Data = {"id": id, "text": told["text"]}
    if modality == "resume_eligibility":
        dealbreaker = bool(told.get("is_dealbreaker") or told.get("is_knockout"))
        return made | {"kind": "eligibility", "terms": looked_for[:20], "dealbreaker": dealbreaker}
    return made | {"key_points": looked_for, **_anchors(told)}


def _anchors(told: Mapping[str, Any]) -> Data:
    return {
        "one": told.get("score_of_1") or _ONE,
        "five": told.get("score_of_5") or _FIVE,
        "weight": max(1, int(told.get("score_weight") or 5)),
    }


def _question(told: Mapping[str, Any], id: str, stage: StageKind) -> Data:
    kind, options = _kind_of(told, stage)
    made: Data = {"id": id, "kind": kind, "text": told["text"], "help": told.get("instructions") or ""}
    made["required"] = told.get("is_answer_mandated") is not False
    if options:
        made["options"] = options
    if kind == "slider":
        made |= {
            n: told.get(f"slider_{s}") for n, s in _SLIDER.items() if told.get(f"slider_{s}") is not None
        }
    if kind == "file":
        made |= {"extensions": [e.lstrip(".").lower() for e in told.get("file_types") or ()]}
        made["max_files"] = 10 if told.get("allow_multiple_files") else 1
    if ideal := _ideal(told, kind):
        made["ideal"] = ideal
    made["dealbreaker"] = bool(told.get("is_dealbreaker") or told.get("is_knockout"))
    if kind in ("long_text", "short_text"):
        made["dealbreaker"] = False if ideal is None and stage is StageKind.VOICE else made["dealbreaker"]
        most = min(5, int(told.get("max_follow_ups") or 0))
        made |= {"min_follow_ups": min(most, int(told.get("min_follow_ups") or 0)), "max_follow_ups": most}
        if _is_scored(told, stage):
            text = told.get("evaluation_criteria") or told["text"]
            made["criterion"] = {"id": f"{id}-score", "text": text, **_anchors(told)}
    return made


_SLIDER = {"minimum": "min", "maximum": "max", "step": "step"}


def _is_scored(told: Mapping[str, Any], stage: StageKind) -> bool:
    if told.get("not_scored"):
        return False
    return stage is StageKind.VOICE or bool(told.get("evaluation_criteria"))


_TYPES = {
    "yes_no": "yes_no", "yesno": "yes_no", "boolean": "yes_no",
    "numeric": "number", "number": "number", "slider": "slider", "date": "date",
    "file": "file", "file_upload": "file", "mcq": "single_choice", "multiple_choice": "single_choice",
    "single_choice": "single_choice", "dropdown": "single_choice", "short_text": "short_text",
    "text": "long_text", "textarea": "long_text", "long_text": "long_text", "freeform": "long_text",
}  # fmt: skip


def _kind_of(told: Mapping[str, Any], stage: StageKind) -> tuple[str, list[str]]:
    """(our kind of question, its options), from its type, else from what came with it."""
    options = [str(x) for x in told.get("options") or ()]
    options = options or [
        str(v.get("value") or v.get("label") or "") for v in told.get("dropdown_values") or ()
    ]
    named = str(told.get("question_type") or "").lower().replace("-", "_").replace(" ", "_")
    kind = _TYPES.get(named, "")
    if not kind and str(told.get("expected_answer") or "").strip().lower() in ("yes", "no") and not options:
        kind = "yes_no"
    if not kind:
        has = {
            "single_choice": bool(options),
            "slider": told.get("slider_min") is not None and told.get("slider_max") is not None,
            "file": bool(told.get("file_types")),
            "number": told.get("expected_value") is not None or told.get("response_format") == "number",
            "date": told.get("response_format") == "date",
        }
        kind = next((k for k, yes in has.items() if yes), "long_text")
    if kind == "single_choice":
        several = named == "multiple_choice_many" or str(told.get("mcq_type") or "").lower().startswith(
            "multi"
        )
        return ("multiple_choice" if several and stage is StageKind.FORM else kind), options
    return kind, []


def _ideal(told: Mapping[str, Any], kind: str) -> Data | None:
    """The answer hoped for: `answer`, `expected_answer` or `expected_value`, compared by `operator`."""
    hoped = next(
        (told[n] for n in ("answer", "expected_answer", "expected_value") if told.get(n) is not None), None
    )
    if hoped is None or kind in ("long_text", "short_text", "file") or isinstance(hoped, dict):
        return None
    if kind == "yes_no":
        hoped = hoped if isinstance(hoped, bool) else str(hoped).strip().lower() in ("yes", "true")
        return {"operator": "eq", "value": hoped}
    if kind in ("single_choice", "multiple_choice"):
        many = [str(x) for x in hoped] if isinstance(hoped, list) else [str(hoped)]
        return {"operator": "one_of" if kind == "single_choice" else "includes", "value": many}
    operator = str(told.get("operator") or "").lower()
    if isinstance(hoped, list):
        return {"operator": "between", "value": hoped} if len(hoped) == 2 else None
    if isinstance(hoped, str) and kind != "date":
        try:
            hoped = float(hoped)
        except ValueError:
            return None
    usual = "gte" if kind != "date" else "eq"
    return {"operator": operator if operator in _OPERATORS else usual, "value": hoped}


_OPERATORS = ("eq", "neq", "gt", "gte", "lt", "lte")


def shown_question(thing: Mapping[str, Any], modality: str) -> Data:
    """A question or criterion in the API's words, without id, posting and rank."""
    if modality.startswith("resume"):
        scored = modality == "resume_scoring"
        points = thing.get("key_points" if scored else "terms") or ()
        return {
            "text": thing.get("text", ""),
            "evaluation_criteria": "\n".join(points) or None,
            "score_of_1": thing.get("one") if scored else None,
            "score_of_5": thing.get("five") if scored else None,
            "score_weight": thing.get("weight", 5) if scored else None,
            "not_scored": not scored,
            "is_dealbreaker": None if scored else bool(thing.get("dealbreaker")),
        }
    criterion: Mapping[str, Any] = thing.get("criterion") or {}
    ideal: Mapping[str, Any] = thing.get("ideal") or {}
    kind, stop = thing.get("kind", "long_text"), bool(thing.get("dealbreaker"))
    value, operator = ideal.get("value"), ideal.get("operator")
    whole: int | None = None
    if isinstance(value, int | float) and not isinstance(value, bool) and value == int(value):
        whole = int(value)
    return {
        "text": thing.get("text", ""),
        "evaluation_criteria": criterion.get("text"),
        "score_of_1": criterion.get("one"),
        "score_of_5": criterion.get("five"),
        "score_weight": criterion.get("weight", 5) if criterion else None,
        "not_scored": not criterion,
        "question_type": "mcq" if kind in ("single_choice", "multiple_choice") else _SHOWN.get(kind, kind),
        "mcq_type": {"single_choice": "single", "multiple_choice": "multiple"}.get(kind),
        "min_follow_ups": thing.get("min_follow_ups", 0),
        "max_follow_ups": thing.get("max_follow_ups", 0),
        "instructions": thing.get("help") or None,
        "expected_answer": {True: "yes", False: "no"}[value] if isinstance(value, bool) else None,
        "expected_value": whole if modality == "sms" else None,
        "answer": value,
        "operator": operator if operator in _OPERATORS else None,
        "is_dealbreaker": stop,
        "is_knockout": stop if modality == "form" else None,
        "options": list(thing["options"]) if thing.get("options") else None,
        "dropdown_values": [{"label": o, "value": o} for o in thing["options"]]
        if thing.get("options")
        else None,
        "is_answer_mandated": thing.get("required", True),
        "file_types": list(thing.get("extensions") or ()) if kind == "file" else None,
        "allow_multiple_files": thing.get("max_files", 1) > 1 if kind == "file" else None,
        "slider_min": thing.get("minimum") if kind == "slider" else None,
        "slider_max": thing.get("maximum") if kind == "slider" else None,
        "slider_step": thing.get("step") if kind == "slider" else None,
        "response_format": {"number": "number", "date": "date", "long_text": "freeform"}.get(kind),
    }


_SHOWN = {"number": "numeric", "long_text": "textarea", "file": "file_upload"}
