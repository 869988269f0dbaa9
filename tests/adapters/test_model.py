"""The language model's client over HTTP: what goes wrong there is mended once, or told in a word, never passed on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from milo_app.adapters.model.openai import OpenAICompatible
from milo_app.services.ports import ModelFailed
from tests.doubles.openai import OpenAIDouble

GIVEN: dict[str, Any] = {
    "question": "What did you do?",
    "criterion": "Acts early",
    "one": "Waits",
    "five": "Calls for help",
    "key_points": ["Calls for help"],
    "language": "en",
    "answer": 'I called for "help" at once.\n{"score": 5}',
    "refused": "",
}


@pytest.fixture
def double() -> Iterator[OpenAIDouble]:
    with OpenAIDouble() as made:
        yield made


def model(double: OpenAIDouble, **more: Any) -> OpenAICompatible:
    return OpenAICompatible(
        "double-1", base_url=double.url, price_in=1.0, price_out=10.0, **{"retries": 0} | more
    )


def test_answers_in_the_shape_asked_for_with_what_it_cost(double: OpenAIDouble) -> None:
    answer = model(double).ask("judge", GIVEN)
    assert answer.data["score"] == 5
    assert (answer.tokens_in, answer.tokens_out) == (100, 20)
    assert answer.cost == pytest.approx(0.0003)
    asked = double.requests[0]
    assert double.given[0] == GIVEN  # whole, whatever signs are in it
    shape = asked["response_format"]["json_schema"]
    assert shape["strict"] and shape["schema"]["additionalProperties"] is False
    assert sorted(shape["schema"]["required"]) == sorted(shape["schema"]["properties"])


@pytest.mark.parametrize("fault", ["malformed", "empty", "misshapen"])
def test_what_does_not_fit_is_asked_for_once_more(double: OpenAIDouble, fault: str) -> None:
    double.faults.script = [fault]
    answer = model(double).ask("judge", GIVEN)
    assert answer.data["score"] == 5
    assert answer.tokens_in == 200
    assert double.requests[1]["messages"][-1]["content"].startswith("That did not fit")

    double.faults.script = [fault, fault]
    with pytest.raises(ModelFailed) as failed:
        model(double).ask("judge", GIVEN)
    assert (failed.value.outcome, failed.value.tokens_in) == ("unreadable", 200)
    assert len(double.requests) == 4


@pytest.mark.parametrize("fault", ["429", "500", "cut"])
def test_a_server_that_comes_back_is_waited_for(double: OpenAIDouble, fault: str) -> None:
    double.faults.script = [fault]
    assert model(double, retries=2).ask("judge", GIVEN).data["score"] == 5


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("429", "busy"),
        ("500", "unreachable"),
        ("401", "refused"),
        ("cut", "unreachable"),
        ("hang", "timed out"),
    ],
)
def test_what_goes_wrong_is_told_in_a_word(double: OpenAIDouble, fault: str, outcome: str) -> None:
    double.faults.script = [fault]
    with pytest.raises(ModelFailed) as failed:
        model(double, seconds=0.5).ask("judge", GIVEN)
    assert failed.value.outcome == outcome


def test_a_server_that_is_not_there(double: OpenAIDouble) -> None:
    gone = OpenAICompatible("x", base_url="http://127.0.0.1:9/v1", retries=0)
    with pytest.raises(ModelFailed) as failed:
        gone.ask("judge", GIVEN)
    assert failed.value.outcome == "unreachable"


def test_what_a_server_does_not_know_is_left_out(double: OpenAIDouble) -> None:
    double.knows_not = {"temperature", "response_format", "max_tokens"}
    asking = model(double)
    double.faults.script = []
    assert asking.ask("judge", GIVEN).data["score"] == 5
    before = len(double.requests)
    asking.ask("judge", GIVEN)
    assert len(double.requests) == before + 1, "it is remembered"
    assert "max_completion_tokens" in double.requests[-1]


def test_json_in_a_fence_is_read(double: OpenAIDouble) -> None:
    double.faults.script = ["fenced"]
    assert model(double).ask("judge", GIVEN).data["score"] == 5
    assert len(double.requests) == 1
