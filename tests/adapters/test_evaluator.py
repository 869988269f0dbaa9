"""The built-in evaluator behind its port."""

from __future__ import annotations

from milo_app.adapters.evaluator import BuiltInEvaluator
from milo_app.domain.evaluation import verify
from milo_app.domain.plan import Criterion

CALM = Criterion(
    id="calm", text="Acts early", one="Waits", five="Calls for help early", key_points=("Calls for help",)
)


def test_judges_with_a_verbatim_quote() -> None:
    text = "Last night a patient fell. I called for help at once."
    verdict = BuiltInEvaluator().judge(question="What did you do?", criterion=CALM, text=text, language="en")
    assert verdict.score == 5
    assert verify(verdict, text)


def test_leaves_what_it_cannot_read_to_a_person() -> None:
    verdict = BuiltInEvaluator().judge(
        question="?", criterion=CALM, text="Вчера я сразу вызвала врача", language="en"
    )
    assert verdict.score is None
    assert verdict.needs_review


def test_is_labelled() -> None:
    assert (BuiltInEvaluator.name, BuiltInEvaluator.model) == ("built-in", "")
    assert BuiltInEvaluator.prompt_version == "lexical-2"
