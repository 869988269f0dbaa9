"""Editing an interviewer's draft from the builder page: one small edit, kept at once, and the page's view of the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from milo_app.domain import plan_edits as edits
from milo_app.domain import stages as stage_types
from milo_app.domain.actors import MemberActor
from milo_app.domain.errors import Invalid
from milo_app.domain.plan import CriterionKind, QuestionKind, StageKind
from milo_app.services import interviewers, plan_preview
from milo_app.services.ports import UnitOfWork
from milo_app.services.transactions import command, query

KINDS = {
    QuestionKind.SHORT_TEXT: "Short text",
    QuestionKind.LONG_TEXT: "Open question",
    QuestionKind.YES_NO: "Yes or no",
    QuestionKind.SINGLE_CHOICE: "One choice",
    QuestionKind.MULTIPLE_CHOICE: "Several choices",
    QuestionKind.NUMBER: "Number",
    QuestionKind.SLIDER: "Slider",
    QuestionKind.DATE: "Date",
    QuestionKind.FILE: "File",
}
_OPERATORS = {
    "eq": "is",
    "neq": "is anything but",
    "gt": "is more than",
    "gte": "is at least",
    "lt": "is less than",
    "lte": "is at most",
    "between": "is between",
    "one_of": "is one of",
    "includes": "includes all of",
}
_TEXTS = (
    "title language description location employment pay welcome thanks contact_email redirect_url scheduling_url "
    "interviewer_name deadline_days due_days"
).split()
_DEFAULTS = {"language": "en", "interviewer_name": "Milo", "deadline_days": "30", "due_days": "7"}

Edit = Callable[[Mapping[str, Any], str], dict[str, Any]]


@query
def opened(uow: UnitOfWork, actor: MemberActor, *, interviewer_id: str) -> dict[str, Any]:
    """Everything the builder shows of one interviewer. Raises NotFound."""
    return _view(uow, actor, interviewer_id)


@command
def edit(
    uow: UnitOfWork, actor: MemberActor, *, interviewer_id: str, action: str, path: str, value: Any = None
) -> dict[str, Any]:
    """Do one edit, keep the draft, and return the builder's view.

    *action*: put, scored, add_stage, add_question, add_criterion, remove, up, down. Raises NotFound, Forbidden, Invalid.
    """
    draft = uow.interviewers.get(interviewer_id).draft
    fresh = f"{'c' if action in ('scored', 'add_criterion') else 'q'}_{uow.new_id()[-10:]}"
    doings: dict[str, Callable[[], dict[str, Any]]] = {
        "put": lambda: edits.put(draft, path, value),
        "scored": lambda: edits.switch_scored(draft, path, bool(value), fresh),
        "add_stage": lambda: edits.add_stage(draft, str(value)),
        "add_question": lambda: edits.add_question(draft, path, fresh),
        "add_criterion": lambda: edits.add_criterion(draft, path, str(value), fresh),
        "remove": lambda: edits.remove(draft, path),
        "up": lambda: edits.move(draft, path, -1),
        "down": lambda: edits.move(draft, path, 1),
    }
    if action not in doings:
        raise Invalid("That is no edit.")
    try:
        changed = doings[action]()
    except ValueError:
        raise Invalid("That is no edit.") from None
    interviewers.save_draft(uow, actor, interviewer_id=interviewer_id, plan=changed)
    return {**_view(uow, actor, interviewer_id), "added": fresh if action.startswith("add_") else ""}


# --- The builder's view ---------------------------------------------------------------------------------------------


def _view(uow: UnitOfWork, actor: MemberActor, interviewer_id: str) -> dict[str, Any]:
    shown = interviewers.show(uow, actor, interviewer_id=interviewer_id)
    draft, problems = cast(dict[str, Any], shown["plan"]), cast(dict[str, str], shown["problems"])
    started = uow.applications.count(interviewer_id=interviewer_id, preview=False)
    stages = [s for s in draft.get("stages") or [] if isinstance(s, dict)]
    kinds = [s.get("kind") for s in stages]
    return {
        "id": shown["id"],
        "slug": shown["slug"],
        "title": str(draft.get("title") or shown["title"]),
        "state": shown["state"],
        "version": shown["version"],
        "apply_url": shown["apply_url"],
        "preview_url": shown["preview_url"],
        "changed": shown["published"] is None or shown["published"] != _as_published(draft),
        "candidates": started,
        "needs": shown["needs"],
        "checklist": shown["checklist"],
        "problems": [{"where": _where(place, stages), "text": text} for place, text in problems.items()],
        "drafted_by": str(draft.get("drafted_by", "")),
        "seen": plan_preview.of_draft(draft, uow.workspaces.get(actor.workspace_id), list(shown["needs"])),
        "texts": {k: str(draft.get(k, _DEFAULTS.get(k, ""))) for k in _TEXTS},
        "errors": {k: problems.get(k, "") for k in _TEXTS},
        "stages": [_stage(s, i, len(stages), problems) for i, s in enumerate(stages)],
        "missing": [
            {"kind": str(k), "name": stage_types.of(k).label()} for k in StageKind if str(k) not in kinds
        ],
    }


def _as_published(draft: Mapping[str, Any]) -> Any:
    """The draft as it would be published, or nothing comparable while it is not whole."""
    from milo_app.domain.plan_data import to_data

    plan, _ = interviewers.read_draft(draft)
    return to_data(plan) if plan else None


def _where(place: str, stages: list[Any]) -> str:
    """A place in the plan in a person's words: "Form, question 2"."""
    if not place.startswith("stages["):
        return place.replace("_", " ").capitalize()
    index, _, rest = place.removeprefix("stages[").partition("]")
    kind = stages[int(index)].get("kind", "") if index.isdigit() and int(index) < len(stages) else ""
    name = stage_types.of(kind).label() if kind in set(StageKind) else "Stage"
    item, _, number = rest.lstrip(".").partition("[")
    if not number or not number.split("]")[0].isdigit():
        return name
    return f"{name}, {'question' if item == 'questions' else 'criterion'} {int(number.split(']')[0]) + 1}"


def _text(item: Mapping[str, Any], name: str, default: str = "") -> str:
    value = item.get(name)
    if isinstance(value, list):
        return "\n".join(str(v) for v in cast(list[Any], value))
    return default if value is None else str(value)


def _stage(stage: Mapping[str, Any], index: int, count: int, problems: Mapping[str, str]) -> dict[str, Any]:
    at = f"stages[{index}]"
    kind = str(stage.get("kind", ""))
    questions = [q for q in stage.get("questions") or [] if isinstance(q, dict)]
    criteria = [c for c in stage.get("criteria") or [] if isinstance(c, dict)]
    return {
        "path": at,
        "kind": kind,
        "name": stage_types.of(kind).label() if kind in set(StageKind) else kind,
        "number": index + 1,
        "first": index == 0,
        "last": index == count - 1,
        "enforce": bool(stage.get("enforce", False)),
        "video": bool(stage.get("video", False)),
        "phone": bool(stage.get("phone", False)),
        "record_calls": bool(stage.get("record_calls", False)),
        "is_talk": kind in (StageKind.SMS, StageKind.VOICE),
        "minutes": _text(stage, "minutes", "5"),
        "weight": _text(stage, "weight", "1"),
        "min_score": _text(stage, "min_score"),
        "intro": _text(stage, "intro"),
        "outro": _text(stage, "outro"),
        "end_message": _text(stage, "end_message"),
        "is_resume": kind == StageKind.RESUME,
        "is_voice": kind == StageKind.VOICE,
        "kinds": [[str(k), KINDS[k]] for k in edits.question_kinds(kind)],
        "questions": [
            _question(q, f"{at}.questions[{i}]", i, len(questions), problems) for i, q in enumerate(questions)
        ],
        "criteria": [
            _criterion(c, f"{at}.criteria[{i}]", i, len(criteria), problems) for i, c in enumerate(criteria)
        ],
        "dealbreakers": sum(bool(x.get("dealbreaker")) for x in (*questions, *criteria)),
        "error": problems.get(at, "")
        or problems.get(f"{at}.questions", "")
        or problems.get(f"{at}.criteria", ""),
        "e_minutes": problems.get(f"{at}.minutes", ""),
        "e_weight": problems.get(f"{at}.weight", ""),
        "e_min_score": problems.get(f"{at}.min_score", ""),
    }


def _has_problem(at: str, problems: Mapping[str, str]) -> bool:
    return any(place == at or place.startswith(f"{at}.") for place in problems)


def _question(
    q: Mapping[str, Any], at: str, index: int, count: int, problems: Mapping[str, str]
) -> dict[str, Any]:
    kind = str(q.get("kind", ""))
    ideal = cast(dict[str, Any], q.get("ideal") if isinstance(q.get("ideal"), dict) else {})
    criterion = q.get("criterion")
    operators = edits.operators(kind)
    operator = str(ideal.get("operator", ""))
    return {
        "path": at,
        "id": str(q.get("id", at)),
        "number": index + 1,
        "first": index == 0,
        "last": index == count - 1,
        "kind": kind,
        "text": _text(q, "text"),
        "help": _text(q, "help"),
        "required": bool(q.get("required", True)),
        "options": _text(q, "options"),
        "has_options": kind in (QuestionKind.SINGLE_CHOICE, QuestionKind.MULTIPLE_CHOICE),
        "has_range": kind in (QuestionKind.NUMBER, QuestionKind.SLIDER),
        "is_file": kind == QuestionKind.FILE,
        "is_open": kind in (QuestionKind.LONG_TEXT, QuestionKind.SHORT_TEXT),
        "minimum": _text(q, "minimum"),
        "maximum": _text(q, "maximum"),
        "step": _text(q, "step"),
        "unit": _text(q, "unit"),
        "extensions": _text(q, "extensions"),
        "can_break": bool(operators),
        "dealbreaker": bool(q.get("dealbreaker", False)),
        "operator": operator,
        "operators": [[str(o), _OPERATORS[o]] for o in operators],
        "is_yes_no": kind == QuestionKind.YES_NO,
        "ideal": edits.ideal_text(ideal.get("value")),
        "many": operator in ("between", "one_of", "includes"),
        "need": _text(q, "need"),
        "need_hidden": bool(q.get("need_hidden", False)),
        "follow_ups": _text(q, "follow_ups"),
        "min_follow_ups": _text(q, "min_follow_ups", "0"),
        "max_follow_ups": _text(q, "max_follow_ups", "0"),
        "scored": isinstance(criterion, dict),
        "criterion": _criterion(
            cast(dict[str, Any], criterion) if isinstance(criterion, dict) else {},
            f"{at}.criterion",
            0,
            1,
            problems,
        ),
        "kind_name": KINDS[QuestionKind(kind)] if kind in set(QuestionKind) else kind,
        "problem": _has_problem(at, problems),
        "e_text": problems.get(f"{at}.text", "") or problems.get(at, ""),
        "e_kind": problems.get(f"{at}.kind", ""),
        "e_options": problems.get(f"{at}.options", ""),
        "e_range": problems.get(f"{at}.minimum", "")
        or problems.get(f"{at}.maximum", "")
        or problems.get(f"{at}.step", ""),
        "e_ideal": problems.get(f"{at}.ideal", "")
        or problems.get(f"{at}.dealbreaker", "")
        or problems.get(f"{at}.ideal.operator", ""),
        "e_follow_ups": problems.get(f"{at}.max_follow_ups", "") or problems.get(f"{at}.min_follow_ups", ""),
    }


def _criterion(
    c: Mapping[str, Any], at: str, index: int, count: int, problems: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "path": at,
        "id": str(c.get("id", at)),
        "number": index + 1,
        "first": index == 0,
        "last": index == count - 1,
        "text": _text(c, "text"),
        "eligibility": c.get("kind") == CriterionKind.ELIGIBILITY,
        "one": _text(c, "one"),
        "five": _text(c, "five"),
        "key_points": _text(c, "key_points"),
        "weight": _text(c, "weight", "5"),
        "terms": _text(c, "terms"),
        "min_years": _text(c, "min_years"),
        "question": _text(c, "question"),
        "dealbreaker": bool(c.get("dealbreaker", False)),
        "need": _text(c, "need"),
        "need_hidden": bool(c.get("need_hidden", False)),
        "problem": _has_problem(at, problems),
        "e_text": problems.get(f"{at}.text", ""),
        "e_five": problems.get(f"{at}.five", ""),
        "e_weight": problems.get(f"{at}.weight", ""),
        "e_years": problems.get(f"{at}.min_years", ""),
    }
