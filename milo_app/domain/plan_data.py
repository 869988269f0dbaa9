"""A plan as JSON and back: what `docs/plan.schema.json` describes, read with every problem named at its place."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from milo_app.domain import keywords
from milo_app.domain.errors import Invalid
from milo_app.domain.plan import (
    CONVERSATIONAL,
    STRUCTURED,
    Criterion,
    CriterionKind,
    Ideal,
    Knowledge,
    Operator,
    Plan,
    Question,
    QuestionKind,
    StageKind,
    StagePlan,
)


def to_data(plan: Plan) -> dict[str, Any]:
    """The plan as JSON data; defaults are left out so that a stored plan stays readable."""
    return _compact(plan)


def _compact(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        out: dict[str, Any] = {}
        for f in dataclasses.fields(value):
            item = getattr(value, f.name)
            if f.default is not dataclasses.MISSING and item == f.default:
                continue
            out[f.name] = _compact(item)
        return out
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, tuple | list):
        return [_compact(v) for v in value]  # pyright: ignore[reportUnknownVariableType]
    return value


def from_data(data: Mapping[str, Any]) -> Plan:
    """Read a plan from JSON data and check it whole.

    Raises:
        Invalid: with every problem found, keyed by the place in the data (`stages[1].questions[0].kind`).
    """
    problems: dict[str, str] = {}
    plan = _Reader(problems).plan(data)
    if plan is not None and not problems:
        problems.update(problems_of(plan))
    if problems or plan is None:
        raise Invalid("The plan cannot be used as it is.", fields=problems)
    return plan


_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


class _Reader:
    """Turns JSON into plan objects, collecting problems instead of stopping at the first."""

    def __init__(self, problems: dict[str, str]) -> None:
        self.problems = problems

    def plan(self, data: Any) -> Plan | None:
        if not isinstance(data, Mapping):
            self.problems["plan"] = "A plan is a JSON object."
            return None
        return self._build(
            Plan,
            data,  # pyright: ignore[reportUnknownArgumentType]
            "",
            stages=self._many(data.get("stages", []), "stages", self._stage),  # pyright: ignore
            knowledge=self._many(data.get("knowledge", []), "knowledge", self._knowledge),  # pyright: ignore
        )

    def _stage(self, data: Any, at: str) -> StagePlan | None:
        return self._build(
            StagePlan,
            data,
            at,
            kind=self._enum(StageKind, data, "kind", at),
            questions=self._many(data.get("questions", []), f"{at}.questions", self._question),
            criteria=self._many(data.get("criteria", []), f"{at}.criteria", self._criterion),
        )

    def _question(self, data: Any, at: str) -> Question | None:
        return self._build(
            Question,
            data,
            at,
            kind=self._enum(QuestionKind, data, "kind", at),
            criterion=self._one(data.get("criterion"), f"{at}.criterion", self._criterion),
            ideal=self._one(data.get("ideal"), f"{at}.ideal", self._ideal),
        )

    def _ideal(self, data: Any, at: str) -> Ideal | None:
        return self._build(Ideal, data, at, operator=self._enum(Operator, data, "operator", at))

    def _criterion(self, data: Any, at: str) -> Criterion | None:
        return self._build(
            Criterion, data, at, kind=self._enum(CriterionKind, data, "kind", at, CriterionKind.SCORED)
        )

    def _knowledge(self, data: Any, at: str) -> Knowledge | None:
        return self._build(Knowledge, data, at)

    def _enum(self, kind: type[StrEnum], data: Any, name: str, at: str, default: Any = None) -> Any:
        raw = data.get(name, default)
        try:
            return kind(raw)
        except ValueError:
            self.problems[f"{at}.{name}"] = f"One of {', '.join(kind)} is needed here."
            return None

    def _one(self, item: Any, at: str, read: Any) -> Any:
        """What *read* makes of an object that may be left out (null)."""
        if item is None:
            return None
        if not isinstance(item, Mapping):
            self.problems[at] = "An object is needed here."
            return None
        return read(item, at)

    def _many(self, items: Any, at: str, read: Any) -> tuple[Any, ...]:
        if not isinstance(items, list):
            self.problems[at] = "A list is needed here."
            return ()
        out: list[Any] = []
        for i, item in enumerate(items):  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
            place = f"{at}[{i}]"
            if not isinstance(item, Mapping):
                self.problems[place] = "An object is needed here."
                continue
            built = read(item, place)
            if built is not None:
                out.append(built)
        return tuple(out)

    def _build(self, kind: type[Any], data: Mapping[str, Any], at: str, /, **ready: Any) -> Any:
        values: dict[str, Any] = dict(ready)
        fields = {f.name: f for f in dataclasses.fields(kind)}
        for name, raw in data.items():
            place = f"{at}.{name}".strip(".")
            if name not in fields:
                self.problems[place] = "This setting is not known."
            elif name not in ready:
                ok, value = _fit(str(fields[name].type), raw)
                if ok:
                    values[name] = value
                else:
                    self.problems[place] = f"This should be {_wording(str(fields[name].type))}."
        for f in fields.values():
            needed = f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
            if needed and (f.name not in values or values[f.name] is None):
                self.problems.setdefault(f"{at}.{f.name}".strip("."), "This is needed.")
        if any(p == at or p.startswith(f"{at}.") for p in self.problems) and at:
            return None
        try:
            return kind(**values)
        except TypeError:
            return None


def _fit(annotation: str, raw: Any) -> tuple[bool, Any]:
    """Whether *raw* fits the field's annotation, and the value to keep."""
    if "| None" in annotation and raw is None:
        return True, None
    base = annotation.replace(" | None", "")
    if base == "Any":
        single = [raw] if not isinstance(raw, list) else raw
        fits = all(_is_text(x) or isinstance(x, bool) or _is_number(x) for x in single)
        return fits, tuple(raw) if isinstance(raw, list) else raw  # pyright: ignore[reportUnknownArgumentType]
    if base == "str":
        return _is_text(raw), raw
    if base == "bool":
        return isinstance(raw, bool), raw
    if base == "int":
        whole = _is_number(raw) and raw == int(raw)
        return whole, int(raw) if whole else raw
    if base == "float":
        return _is_number(raw), raw
    if base == "tuple[str, ...]":
        fits = isinstance(raw, list) and all(_is_text(x) for x in raw)
        return fits, tuple(raw) if fits else raw
    return False, raw


#: A text longer than this is no wording of a plan.
LONGEST_TEXT = 20_000


def _is_text(raw: Any) -> bool:
    return isinstance(raw, str) and len(raw) <= LONGEST_TEXT


def _is_number(raw: Any) -> bool:
    """Python's JSON also reads true as 1, and NaN, neither of which is a number in a plan."""
    return (isinstance(raw, int) and not isinstance(raw, bool)) or (
        isinstance(raw, float) and math.isfinite(raw)
    )


def _wording(annotation: str) -> str:
    names = {
        "str": f"text of at most {LONGEST_TEXT:,} characters",
        "bool": "true or false",
        "int": "a whole number",
        "float": "a number",
        "Any": "true or false, a number, a text, or a list of those",
    }
    return names.get(annotation.replace(" | None", ""), "a list of texts")


def problems_of_publishing(plan: Plan) -> dict[str, str]:
    """What stands in the way of publishing a whole *plan*, by place; a published one is used as it is."""
    return {
        place: problem
        for i, stage in enumerate(plan.stages)
        if stage.kind is StageKind.SMS
        for j, question in enumerate(stage.questions)
        for place, problem in _text_problems(question, f"stages[{i}].questions[{j}]").items()
    }


def problems_of(plan: Plan) -> dict[str, str]:
    """What stands in the way of using *plan*, by place; empty when it is fit to publish."""
    found: dict[str, str] = {}
    if len(plan.title.strip()) < 3 or len(plan.title) > 200:
        found["title"] = "A title has 3 to 200 characters."
    if not plan.stages:
        found["stages"] = "At least one stage is needed."
    if len(set(plan.kinds)) != len(plan.kinds):
        found["stages"] = "Each kind of stage can be used once."
    for i, stage in enumerate(plan.stages):
        found.update(_stage_problems(stage, f"stages[{i}]"))
    return found


def _stage_problems(stage: StagePlan, at: str) -> dict[str, str]:
    found: dict[str, str] = {}
    ids: list[str] = [q.id for q in stage.questions] + [c.id for c in stage.criteria]
    ids += [q.criterion.id for q in stage.questions if q.criterion]
    if len(set(ids)) != len(ids):
        found[at] = "Every question and criterion of a stage needs an id of its own."
    for bad in (x for x in ids if not _ID.fullmatch(x)):
        found[f"{at}.{bad}"] = "Ids are lower-case letters, digits, - and _."
    if stage.kind is StageKind.RESUME and stage.questions:
        found[f"{at}.questions"] = "The resume stage is judged by criteria, not questions."
    if stage.kind is not StageKind.RESUME and stage.criteria:
        found[f"{at}.criteria"] = (
            "Criteria of their own belong to the resume stage; give each question its criterion."
        )
    if stage.kind is not StageKind.RESUME and not stage.questions:
        found[f"{at}.questions"] = "This stage needs at least one question."
    if not 1 <= stage.weight <= 10:
        found[f"{at}.weight"] = "A weight is 1 to 10."
    if stage.min_score is not None and not 0 <= stage.min_score <= 100:
        found[f"{at}.min_score"] = "A minimum score is 0 to 100."
    if not 1 <= stage.minutes <= 120:
        found[f"{at}.minutes"] = "A stage takes 1 to 120 minutes."
    for i, criterion in enumerate(stage.criteria):
        found.update(_criterion_problems(criterion, f"{at}.criteria[{i}]"))
    for i, question in enumerate(stage.questions):
        found.update(_question_problems(stage, question, f"{at}.questions[{i}]"))
    return found


def _criterion_problems(criterion: Criterion, at: str) -> dict[str, str]:
    found: dict[str, str] = {}
    if not criterion.text.strip():
        found[f"{at}.text"] = "Say what is judged."
    if criterion.kind is CriterionKind.SCORED and not (criterion.one.strip() and criterion.five.strip()):
        found[f"{at}.five"] = "Describe both a 1 and a 5."
    if not 1 <= criterion.weight <= 10:
        found[f"{at}.weight"] = "A weight is 1 to 10."
    return found


def _text_problems(question: Question, at: str) -> dict[str, str]:
    """Words that carriers act on must not be the answer to a text: a reply of STOP would end all texts."""
    found: dict[str, str] = {}
    if word := keywords.asked_for("\n".join((question.text, question.help, *question.follow_ups))):
        found[f"{at}.text"] = (
            f"Do not ask for the reply {word}: carriers act on this word. Answers are offered by number."
        )
    if taken := [option for option in question.options if keywords.is_carrier_word(option)]:
        found[f"{at}.options"] = f"Carriers act on the word {taken[0]}. Say this option in other words."
    return found


def _question_problems(stage: StagePlan, question: Question, at: str) -> dict[str, str]:
    found: dict[str, str] = {}
    if not question.text.strip():
        found[f"{at}.text"] = "Write the question."
    if stage.kind in (StageKind.SMS, StageKind.VOICE) and question.kind not in CONVERSATIONAL:
        found[f"{at}.kind"] = "This kind of question can only be asked in a form."
    choice = question.kind in (QuestionKind.SINGLE_CHOICE, QuestionKind.MULTIPLE_CHOICE)
    if choice and (len(question.options) < 2 or len(set(question.options)) != len(question.options)):
        found[f"{at}.options"] = "Give at least two different options."
    if question.kind is QuestionKind.SLIDER and (question.minimum is None or question.maximum is None):
        found[f"{at}.minimum"] = "A slider needs a minimum and a maximum."
    if question.minimum is not None and question.maximum is not None and question.minimum > question.maximum:
        found[f"{at}.maximum"] = "The maximum is below the minimum."
    if question.dealbreaker and question.ideal is None:
        found[f"{at}.ideal"] = "A dealbreaker needs the answer that passes."
    if question.dealbreaker and question.kind not in STRUCTURED:
        found[f"{at}.dealbreaker"] = (
            "Only an exact answer (yes/no, choice, number, date) can be a dealbreaker."
        )
    if question.ideal is not None and not _ideal_fits(question.ideal):
        found[f"{at}.ideal"] = "This comparison and its value do not fit together."
    if not 0 <= question.min_follow_ups <= question.max_follow_ups <= 5:
        found[f"{at}.max_follow_ups"] = "Follow-ups go from a minimum to a maximum of at most 5."
    if question.criterion is not None:
        found.update(_criterion_problems(question.criterion, f"{at}.criterion"))
        if question.kind not in (QuestionKind.LONG_TEXT, QuestionKind.SHORT_TEXT):
            found[f"{at}.criterion"] = "Only written or spoken text is scored 1 to 5."
    return found


def _ideal_fits(ideal: Ideal) -> bool:
    many = isinstance(ideal.value, Sequence) and not isinstance(ideal.value, str)
    if ideal.operator is Operator.BETWEEN:
        return many and len(ideal.value) == 2
    if ideal.operator in (Operator.ONE_OF, Operator.INCLUDES):
        return many and len(ideal.value) > 0
    return not many and ideal.value is not None
