"""What is said besides answering."""

from __future__ import annotations

import pytest

from milo_app.domain.intents import Intent, intent, own_question


class TestIntent:
    @pytest.mark.parametrize(
        ("text", "meant"),
        [
            ("repeat that", Intent.REPEAT), ("Can you repeat the question, please?", Intent.REPEAT),
            ("what?", Intent.REPEAT), ("me puedes repetir la pregunta", Intent.REPEAT), ("otra vez", Intent.REPEAT),
            ("a human please", Intent.HUMAN), ("I want to talk to a person", Intent.HUMAN),
            ("¿Puedo hablar con una persona?", Intent.HUMAN), ("I need a break", Intent.BREAK),
            ("necesito una pausa", Intent.BREAK), ("one moment please", Intent.BREAK), ("skip", Intent.SKIP),
            ("next question", Intent.SKIP), ("prefiero no responder", Intent.SKIP), ("Stop", Intent.STOP),
            ("please stop the interview", Intent.STOP), ("quiero terminar la entrevista", Intent.STOP),
            ("I'm ready", Intent.RESUME), ("continuar", Intent.RESUME), ("send me the link", Intent.WEB),
            ("call me", Intent.CALL),
        ],
    )  # fmt: skip
    def test_understood(self, text: str, meant: Intent) -> None:
        assert intent(text) is meant

    @pytest.mark.parametrize(
        "text",
        [
            "", "yes", "no", "I stopped the bleeding", "repeat the dose", "I speak with a person about it",
            "I call the doctor", "I skip nothing", "I would wait for the doctor", "the next patient was a child",
        ],
    )  # fmt: skip
    def test_answers_are_left_alone(self, text: str) -> None:
        assert intent(text) is None


class TestOwnQuestion:
    @pytest.mark.parametrize(
        ("text", "asked", "rest"),
        [
            ("What is the pay?", "What is the pay?", ""),
            ("cuánto pagan", "cuánto pagan", ""),
            ("how much does it pay", "how much does it pay", ""),
            ("I have 5 years. What's the pay?", "What's the pay?", "I have 5 years."),
            ("yes?", "", "yes?"),
            ("When I was a nurse I did triage", "", "When I was a nurse I did triage"),
            ("", "", ""),
        ],
    )
    def test_splits(self, text: str, asked: str, rest: str) -> None:
        assert own_question(text) == (asked, rest)
