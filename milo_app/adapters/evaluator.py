"""Who judges an answer against a criterion. The built-in evaluator needs no key and no model, and says so by name."""

from __future__ import annotations

from milo_app.domain import evaluation
from milo_app.domain.plan import Criterion
from milo_app.services.ports import Judgement


class BuiltInEvaluator:
    """Deterministic and lexical (`domain.evaluation`); its confidence is capped, and it never disqualifies anyone."""

    name = "built-in"
    model = ""
    prompt_version = evaluation.VERSION

    def judge(self, *, question: str, criterion: Criterion, text: str, language: str) -> Judgement:
        """Judge by words alone. What it cannot read comes back without a score and with the reason."""
        found = evaluation.judge(question=question, criterion=criterion, text=text, language=language)
        return Judgement(
            score=found.score,
            confidence=found.confidence,
            reasons=found.reasons,
            quotes=found.quotes,
            needs_review=found.needs_review,
        )
