"""Checking an evaluator on graded answers from a file: how far it agrees with the people who graded them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from milo_app.domain import agreement, grading, untrusted
from milo_app.domain.errors import Invalid
from milo_app.domain.plan import Criterion
from milo_app.services.model_judging import ModelEvaluator
from milo_app.services.ports import LanguageModel, ModelFailed

#: The least and the most that a criterion's score is.
_LOW, _HIGH = 1, 5


@dataclass(frozen=True, kw_only=True)
class Example:
    """One graded answer: a `label`, or a `score` on any scale."""

    question: str
    references: tuple[str, ...]
    answer: str
    label: str | None = None
    score: float | None = None


def read(lines: Iterable[str]) -> list[Example]:
    """The examples of a file of JSON lines {question, reference (text or list), answer, label or score}.

    Raises:
        Invalid: with the first line that cannot be used, or where labels and scores are mixed.
    """
    found = [_example(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    if not found:
        raise Invalid("The file holds no examples.")
    if len({one.score is None for one in found}) > 1:
        raise Invalid("Either every example has a label, or every one has a score.")
    return found


def _example(number: int, line: str) -> Example:
    try:
        data = json.loads(line)
    except ValueError:
        raise Invalid(f"Line {number} is not JSON.") from None
    if not isinstance(data, Mapping):
        raise Invalid(f"Line {number} is not a JSON object.")
    reference = data.get("reference", "")
    references = tuple(str(one) for one in (reference if isinstance(reference, list) else [reference]))
    label, score = data.get("label"), data.get("score")
    if "answer" not in data or not any(one.strip() for one in references):
        raise Invalid(f"Line {number} needs question, reference and answer.")
    if score is not None and not isinstance(score, bool) and isinstance(score, int | float):
        return _made(data, references, score=float(score))
    if label is None:
        raise Invalid(f"Line {number} needs a label or a score.")
    return _made(data, references, label=str(label))


def _made(data: Mapping[str, Any], references: tuple[str, ...], **gold: Any) -> Example:
    question, answer = str(data.get("question") or ""), str(data["answer"] or "")
    return Example(question=question, references=references, answer=answer, **gold)


def check(
    examples: Sequence[Example],
    model: LanguageModel,
    *,
    built_in_version: str,
    told: Callable[[int], None] = lambda done: None,
) -> dict[str, Any]:
    """Have every example judged, by *model* where one is set and else by the built-in rules, and say how far that agrees
    with what people gave, with 95 % bootstrap intervals. *told* hears how many are done. No candidate, no database.

    An answer that the model cannot judge counts as the lowest there is (`unjudged` says how many): leaving it out would
    flatter.
    """
    by_label = examples[0].label is not None
    judge = _Judge(examples, model)
    pairs: list[tuple[Any, Any]] = []
    for done, example in enumerate(examples, start=1):
        pairs.append(judge.label(example) if by_label else judge.score(example))
        told(done)
    evaluator = (
        {"name": model.name, "model": model.model, "version": model.version("label" if by_label else "judge")}
        if model.model
        else {"name": "built-in", "model": "", "version": built_in_version}
    )
    measures: dict[str, tuple[Callable[..., float], list[tuple[Any, Any]]]]
    if by_label:
        measures = {"macro_f1": (agreement.macro_f1, pairs), "accuracy": (agreement.accuracy, pairs)}
    else:
        stepped = [(gold, judge.step(guess)) for gold, guess in pairs]
        measures = {"qwk": (agreement.qwk, stepped), "pearson": (agreement.pearson, pairs)}
    return {
        "n": len(examples),
        "task": "label" if by_label else "score",
        **{name: round(measure(found), 4) for name, (measure, found) in measures.items()},
        "intervals": {
            name: [round(end, 4) for end in agreement.interval(measure, found)]
            for name, (measure, found) in measures.items()
        },
        "unjudged": judge.unjudged,
        "evaluator": evaluator,
    }


class _Judge:
    """One evaluator on one set of examples, whose labels or scale it knows."""

    def __init__(self, examples: Sequence[Example], model: LanguageModel) -> None:
        self._model = model if model.model else None
        self._labels = sorted({one.label for one in examples if one.label is not None})
        scores = sorted({one.score for one in examples if one.score is not None}) or [0.0, 1.0]
        self._low, self._high = scores[0], scores[-1]
        # Half points where people gave them, else whole ones.
        halves = any(score % 1 for score in scores)
        self._step = 0.5 if halves else 1.0
        self.unjudged = 0

    def label(self, example: Example) -> tuple[str, str]:
        """(given, predicted)."""
        said = _evidence(example)
        guess = ""
        if self._model is not None:
            given = {
                "question": example.question,
                "reference": list(example.references),
                "labels": self._labels,
                "answer": said,
            }
            try:
                guess = str(self._model.ask("label", given).data["label"])
            except ModelFailed:
                guess = ""
            if guess not in self._labels:
                self.unjudged += 1
                guess = grading.label_of(grading.Graded(right=0.0), self._labels)
        else:
            graded = grading.grade(example.question, example.references, said)
            guess = grading.label_of(graded, self._labels)
        return str(example.label), guess

    def score(self, example: Example) -> tuple[float, float]:
        """(given, predicted), the latter anywhere on the scale."""
        said = _evidence(example)
        if self._model is None:
            right = grading.grade(example.question, example.references, said).right
        else:
            right = self._share(example, said, self._model)
        return float(example.score or 0), self._low + right * (self._high - self._low)

    def step(self, score: float) -> float:
        """The nearest score that people give."""
        return min(self._high, self._low + round((score - self._low) / self._step) * self._step)

    def _share(self, example: Example, said: str, model: LanguageModel) -> float:
        criterion = Criterion(
            id="reference",
            text="How right and complete the answer is",
            one="Wrong, or says nothing",
            five="Says all that the reference says: " + " ".join(example.references),
            key_points=example.references,
        )
        try:
            verdict = ModelEvaluator(model).judge(
                question=example.question, criterion=criterion, text=said, language="en"
            )
        except ModelFailed:
            verdict = None
        if verdict is None or verdict.score is None:
            self.unjudged += 1
            return 0.0
        return (verdict.score - _LOW) / (_HIGH - _LOW)


def _evidence(example: Example) -> str:
    return untrusted.clean(example.answer).left.text
