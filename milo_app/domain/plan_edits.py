"""Small edits of a draft plan, as a form makes them: one field, one item added, moved or taken away.

A draft is JSON data that may be half done, so nothing here refuses a value for being wrong: what does not fit is kept
as typed, and `plan_data.from_data` says beside the field what is the matter. Places are written as `from_data` writes
them: `stages[0].questions[2].text`.
"""

from __future__ import annotations

import copy
import dataclasses
import re
from collections.abc import Mapping
from typing import Any, cast

from milo_app.domain.errors import Invalid
from milo_app.domain.plan import (
    CONVERSATIONAL,
    Criterion,
    CriterionKind,
    Ideal,
    Operator,
    Plan,
    Question,
    QuestionKind,
    StageKind,
    StagePlan,
)

Draft = dict[str, Any]

_STEP = re.compile(r"([a-z_]+)(?:\[(\d{1,4})\])?")
_TYPES: Mapping[str, type[Any]] = {
    "stages": StagePlan,
    "questions": Question,
    "criteria": Criterion,
    "criterion": Criterion,
    "ideal": Ideal,
}
_MINUTES = {StageKind.RESUME: 4, StageKind.FORM: 4, StageKind.SMS: 6, StageKind.VOICE: 15}
_ORDER = list(StageKind)
_MANY = (Operator.BETWEEN, Operator.ONE_OF, Operator.INCLUDES)


def put(draft: Mapping[str, Any], path: str, raw: Any) -> Draft:
    """*draft* with the field at *path* set to what was typed or ticked. Raises Invalid for a place that is none."""
    new = copy.deepcopy(dict(draft))
    holder, name, kind = _walk(new, path)
    if kind is Ideal:
        _put_ideal(new, holder, path, name, raw)
        return new
    field = next((f for f in dataclasses.fields(kind) if f.name == name), None)
    if field is None:
        raise Invalid("That field does not exist.")
    holder[name] = _read(str(field.type), raw)
    if kind is Question and name in ("kind", "dealbreaker"):
        _fit_question(holder)
    if holder[name] is None or (holder[name] == [] and name not in ("stages", "questions")):
        del holder[name]
    return new


def switch_scored(draft: Mapping[str, Any], path: str, on: bool, criterion_id: str) -> Draft:
    """Give the question at *path* a criterion to be scored by, or take it away."""
    new = copy.deepcopy(dict(draft))
    question = _item(new, path)
    if on:
        question.setdefault(
            "criterion",
            {"id": criterion_id, "text": str(question.get("text", ""))[:200], "one": "", "five": ""},
        )
    else:
        question.pop("criterion", None)
    return new


def add_stage(draft: Mapping[str, Any], kind: str) -> Draft:
    """*draft* with an empty stage of that kind at its usual place; unchanged where it has one."""
    new = copy.deepcopy(dict(draft))
    stages = _list(new, "stages")
    chosen = StageKind(kind)
    if any(s.get("kind") == chosen for s in stages):
        return new
    stage = {"kind": str(chosen), "minutes": _MINUTES[chosen], "enforce": True}
    later = [i for i, s in enumerate(stages) if _order(s) > _ORDER.index(chosen)]
    stages.insert(later[0] if later else len(stages), stage)
    return new


def add_question(draft: Mapping[str, Any], path: str, question_id: str) -> Draft:
    """*draft* with a question at the end of the stage at *path*; the kind that the stage asks most."""
    new = copy.deepcopy(dict(draft))
    stage = _item(new, path)
    kind = QuestionKind.LONG_TEXT if stage.get("kind") == StageKind.VOICE else QuestionKind.YES_NO
    _list(stage, "questions").append({"id": question_id, "kind": str(kind), "text": ""})
    return new


def add_criterion(draft: Mapping[str, Any], path: str, kind: str, criterion_id: str) -> Draft:
    """*draft* with a criterion of that kind at the end of the resume stage at *path*."""
    new = copy.deepcopy(dict(draft))
    _list(_item(new, path), "criteria").append(
        {"id": criterion_id, "text": "", "kind": str(CriterionKind(kind))}
    )
    return new


def remove(draft: Mapping[str, Any], path: str) -> Draft:
    """*draft* without the item at *path* (a stage, question or criterion)."""
    new = copy.deepcopy(dict(draft))
    items, index = _place(new, path)
    del items[index]
    return new


def move(draft: Mapping[str, Any], path: str, by: int) -> Draft:
    """*draft* with the item at *path* moved up (-1) or down (1) within its list; unchanged at the ends."""
    new = copy.deepcopy(dict(draft))
    items, index = _place(new, path)
    to = index + by
    if 0 <= to < len(items):
        items[index], items[to] = items[to], items[index]
    return new


def question_kinds(stage: str) -> tuple[QuestionKind, ...]:
    """The kinds of question that a kind of stage can ask."""
    in_talk = stage in (StageKind.SMS, StageKind.VOICE)
    return tuple(k for k in QuestionKind if k in CONVERSATIONAL or not in_talk)


def operators(kind: str) -> tuple[Operator, ...]:
    """The comparisons that make sense for a kind of question."""
    match kind:
        case QuestionKind.YES_NO:
            return (Operator.EQ,)
        case QuestionKind.SINGLE_CHOICE:
            return (Operator.EQ, Operator.NEQ, Operator.ONE_OF)
        case QuestionKind.MULTIPLE_CHOICE:
            return (Operator.INCLUDES, Operator.ONE_OF)
        case QuestionKind.NUMBER | QuestionKind.SLIDER | QuestionKind.DATE:
            return (Operator.GTE, Operator.GT, Operator.LTE, Operator.LT, Operator.EQ, Operator.BETWEEN)
        case _:
            return ()


# --- Places ---------------------------------------------------------------------------------------------------------


def _steps(path: str) -> list[tuple[str, int | None]]:
    steps: list[tuple[str, int | None]] = []
    for part in path.split("."):
        found = _STEP.fullmatch(part)
        if found is None:
            raise Invalid("That field does not exist.")
        steps.append((found[1], int(found[2]) if found[2] is not None else None))
    return steps


def _walk(draft: Draft, path: str) -> tuple[Draft, str, type[Any]]:
    """(the object that holds the field, the field's name, the object's type). Makes an `ideal` that is not there yet."""
    *way, (name, last) = _steps(path)
    if last is not None:
        raise Invalid("That field does not exist.")
    here, kind = draft, cast(type[Any], Plan)
    for step, index in way:
        if step not in _TYPES:
            raise Invalid("That field does not exist.")
        if index is None:
            value = here.setdefault(step, {})
        else:
            items = _list(here, step)
            value = items[index] if index < len(items) else None
        if not isinstance(value, dict):
            raise Invalid("That field does not exist.")
        here, kind = cast(Draft, value), _TYPES[step]
    return here, name, kind


def _place(draft: Draft, path: str) -> tuple[list[Any], int]:
    """The list that holds the item at *path*, and its index."""
    before, _, tail = path.rpartition(".")
    found = _STEP.fullmatch(tail)
    if found is None or found[2] is None or found[1] not in _TYPES:
        raise Invalid("That item does not exist.")
    items = _list(_item(draft, before) if before else draft, found[1])
    index = int(found[2])
    if index >= len(items):
        raise Invalid("That item does not exist.")
    return items, index


def _item(draft: Draft, path: str) -> Draft:
    items, index = _place(draft, path)
    if not isinstance(items[index], dict):
        raise Invalid("That item does not exist.")
    return items[index]


def _list(holder: Draft, name: str) -> list[Any]:
    if not isinstance(holder.get(name), list):
        holder[name] = []
    return holder[name]


def _order(stage: Mapping[str, Any]) -> int:
    kind = stage.get("kind")
    return _ORDER.index(StageKind(kind)) if kind in set(StageKind) else len(_ORDER)


# --- Values ---------------------------------------------------------------------------------------------------------


def _read(annotation: str, raw: Any) -> Any:
    """What was typed, in the field's own type where it can be one; else as typed."""
    if annotation == "bool":
        return bool(raw)
    if annotation.startswith("tuple[str"):
        return [line.strip() for line in str(raw).splitlines() if line.strip()]
    text = str(raw).strip() if annotation != "str" else str(raw)[:20_000]
    if "None" in annotation and not text:
        return None
    base = annotation.replace(" | None", "")
    if base in ("int", "float"):
        number = _number(text)
        return int(number) if base == "int" and isinstance(number, float) and number.is_integer() else number
    return text


def _number(text: str) -> Any:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return text
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


def _fit_question(question: Draft) -> None:
    """After its kind or its dealbreaker flag changed: an ideal answer that fits, or none."""
    kind = str(question.get("kind"))
    allowed = operators(kind)
    if not question.get("dealbreaker") or not allowed:
        question.pop("ideal", None)
        if not allowed:
            question.pop("dealbreaker", None)
        return
    ideal = question.get("ideal")
    if (
        not isinstance(ideal, dict)
        or cast(Draft, ideal).get("operator") not in allowed
        or "kind" not in question
    ):
        question["ideal"] = {
            "operator": str(allowed[0]),
            "value": True if kind == QuestionKind.YES_NO else None,
        }
        return
    value = cast(Draft, ideal).get("value")
    if kind == QuestionKind.YES_NO and not isinstance(value, bool):
        question["ideal"] = {"operator": str(Operator.EQ), "value": True}
    elif kind != QuestionKind.YES_NO and isinstance(value, bool):
        question["ideal"] = {"operator": str(allowed[0]), "value": None}


def _put_ideal(draft: Draft, ideal: Draft, path: str, name: str, raw: Any) -> None:
    question, _, _ = _walk(draft, path.removesuffix(f".ideal.{name}") + ".ideal")
    kind = str(question.get("kind"))
    if name == "operator":
        ideal["operator"] = str(raw)
        ideal["value"] = _ideal_value(kind, str(raw), ideal_text(ideal.get("value")))
    elif name == "value":
        ideal["value"] = _ideal_value(kind, str(ideal.get("operator", "eq")), str(raw))
    else:
        raise Invalid("That field does not exist.")


def ideal_text(value: Any) -> str:
    """An ideal value as it is typed: one line each, `yes` and `no` for true and false."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return "\n".join(str(v) for v in value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return "" if value is None else str(value)


def _ideal_value(kind: str, operator: str, text: str) -> Any:
    """The ideal value from what was typed; several values stand on lines of their own (numbers also after commas)."""
    if kind == QuestionKind.YES_NO:
        return text.strip().lower() in ("yes", "true", "on")
    numeric = kind in (QuestionKind.NUMBER, QuestionKind.SLIDER)
    if operator in _MANY:
        parts = re.split(r"[\n,;]+" if numeric or kind == QuestionKind.DATE else r"\n+", text)
        items = [p.strip() for p in parts if p.strip()]
        return [_number(i) if numeric else i for i in items]
    first = text.strip().splitlines()[0].strip() if text.strip() else ""
    return (_number(first) if numeric else first) if first else None
