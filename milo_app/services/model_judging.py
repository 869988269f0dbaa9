"""A language model's judgement of an answer: read twice, checked each time, kept only where both readings agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from milo_app.domain import evidence, untrusted
from milo_app.domain.plan import Criterion
from milo_app.services.ports import Judgement, LanguageModel

#: How far two readings of the same answer may lie apart.
AGREE_WITHIN = 1
#: What is asked for once more when a reading cannot be kept.
TRIES = 2
#: A quote of fewer words shows nothing, where more was said.
_LEAST_WORDS = 3
_LONGEST_REASON = 240


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """One reading that can be kept; without a score it could not, and `problem` says why."""

    score: int = 0
    confidence: float = 0.0
    reasons: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    addressed: bool = False
    problem: str = ""


class ModelEvaluator:
    """Judges by a language model. Implements `ports.Evaluator`; whatever the model cannot do raises ModelFailed, so that
    another evaluator can take over."""

    def __init__(self, model: LanguageModel) -> None:
        self._ask = model.ask
        self.name, self.model, self.prompt_version = model.name, model.model, model.version("judge")

    def judge(self, *, question: str, criterion: Criterion, text: str, language: str) -> Judgement:
        """Judge *text* (identity and what is no evidence taken out). Raises ModelFailed."""
        given = {
            "question": question,
            "criterion": criterion.text,
            "one": criterion.one,
            "five": criterion.five,
            "key_points": list(criterion.key_points),
            "language": language,
            "answer": text,
            "refused": "",
        }
        # The second reading gets the same in another order: a score that hangs on the order is no score.
        turned = {key: given[key] for key in ("language", "answer", "question", "five", "one")}
        turned |= {"key_points": given["key_points"][::-1], "criterion": criterion.text, "refused": ""}
        first, second = self._read(given, text), self._read(turned, text)
        return _agreed(first, second)

    def _read(self, given: Mapping[str, Any], text: str) -> _Reading:
        reading = _Reading()
        for _ in range(TRIES):
            reading = _checked(self._ask("judge", {**given, "refused": reading.problem}).data, text)
            if not reading.problem:
                break
        return reading


def _checked(data: Mapping[str, Any], text: str) -> _Reading:
    """What the model said, once it is shown by the candidate's own words."""
    score, confidence = int(data["score"]), float(data["confidence"])
    reasons = tuple(str(one).strip()[:_LONGEST_REASON] for one in data["reasons"] if str(one).strip())[:3]
    quotes = tuple(str(one) for one in data["quotes"] if str(one).strip())[:3]
    problem = ""
    least = min(_LEAST_WORDS, len(text.split()))
    if not 1 <= score <= 5:
        problem = "the score was not a whole number from 1 to 5"
    elif not 0 <= confidence <= 1:
        problem = "the confidence was not between 0 and 1"
    elif not quotes:
        problem = "no quote of the candidate's bears this out"
    elif any(evidence.find(quote, text) is None for quote in quotes):
        problem = "a quote does not stand in the answer word for word"
    elif any(len(quote.split()) < least for quote in quotes):
        problem = f"a quote is shorter than {_LEAST_WORDS} words"
    elif not reasons:
        problem = "no reason was given"
    addressed = bool(data["addressed_to_judge"])
    if problem:
        kept = tuple(quote for quote in quotes if evidence.find(quote, text) is not None)
        return _Reading(problem=problem, quotes=kept, addressed=addressed)
    return _Reading(score=score, confidence=confidence, reasons=reasons, quotes=quotes, addressed=addressed)


def _agreed(first: _Reading, second: _Reading) -> Judgement:
    quotes = tuple(dict.fromkeys((*first.quotes, *second.quotes)))[:3]
    told = (untrusted.TOLD["instruction"],) if first.addressed or second.addressed else ()
    if first.problem or second.problem:
        return _to_a_person(first.problem or second.problem, told, quotes)
    if abs(first.score - second.score) > AGREE_WITHIN:
        why = f"two readings by the model differ: {first.score} and {second.score} of 5"
        return _to_a_person(why, (*first.reasons[:1], *second.reasons[:1]), quotes)
    kept = max(first, second, key=lambda reading: reading.confidence)
    same = first.score == second.score
    confidence = (first.confidence + second.confidence) / 2 * (1.0 if same else 0.8)
    return Judgement(
        score=kept.score,
        confidence=round(confidence, 2),
        reasons=(*kept.reasons[: 3 - len(told)], *told),
        quotes=kept.quotes,
    )


def _to_a_person(why: str, reasons: tuple[str, ...], quotes: tuple[str, ...]) -> Judgement:
    return Judgement(score=None, confidence=0.0, reasons=reasons, quotes=quotes, needs_review=why)
