"""One object per kind of stage, found with `of(kind)`: when it is complete, how it is decided, what is shown.

A new kind of stage is one more object here; no other module compares kinds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from milo_app.domain import values
from milo_app.domain.dealbreakers import (
    Given,
    Reading,
    ReadingSource,
    ReadingStatus,
    StageVerdict,
    decide_resume,
    decide_stage,
    exact_question,
)
from milo_app.domain.plan import CriterionKind, StageKind, StagePlan
from milo_app.domain.records import Answer, ApplicationStage, Turn
from milo_app.domain.screens import Screen

Answers = Mapping[str, Answer]
"""Current answers (highest version) by question id."""


@dataclass(frozen=True, kw_only=True)
class Missing:
    """Something the candidate still has to give; `text` tells them what."""

    question_id: str
    text: str


class StageType(Protocol):
    """What every kind of stage can tell. `data` is `ApplicationStage.data` of that stage."""

    kind: StageKind
    conversational: bool
    screens: tuple[Screen, ...]

    def label(self, language: str = "en") -> str: ...

    def told_length(self, stage: StagePlan, language: str = "en") -> str:
        """How long it takes, as the candidate is told before."""
        ...

    def screen(self, stage: ApplicationStage, accommodations: Mapping[str, Any]) -> Screen:
        """The screen to open while this stage is open."""
        ...

    def missing(
        self,
        stage: StagePlan,
        answers: Answers,
        turns: Sequence[Turn],
        data: Mapping[str, Any],
        language: str = "en",
    ) -> tuple[Missing, ...]:
        """What is still needed before the stage can be submitted; empty when it is complete."""
        ...

    def decide(
        self, stage: StagePlan, answers: Answers, data: Mapping[str, Any], language: str = "en"
    ) -> StageVerdict:
        """What the exact rules make of it (`dealbreakers`)."""
        ...


def of(kind: StageKind | str) -> StageType:
    """The object for a kind of stage.

    Raises:
        ValueError: for a kind that does not exist.
    """
    return _TYPES[StageKind(kind)]


def all_kinds() -> tuple[StageType, ...]:
    """Every kind, in the default order of stages."""
    return tuple(_TYPES.values())


class ResumeStage:
    """A document or pasted text, judged by criteria.

    `data`: `file_id` and/or `text` once given, `problem` while it cannot be read, `fields` as read, and `readings`,
    {criterion id: {status, quote, source, confidence}}. Answers to exact questions have the criterion's id.
    """

    kind: StageKind = StageKind.RESUME
    conversational: bool = False
    screens: tuple[Screen, ...] = (Screen.RESUME,)

    def label(self, language: str = "en") -> str:
        return "Currículum" if language == "es" else "Resume"

    def told_length(self, stage: StagePlan, language: str = "en") -> str:
        return _minutes(stage.minutes, language)

    def screen(self, stage: ApplicationStage, accommodations: Mapping[str, Any]) -> Screen:
        return Screen.RESUME

    def missing(
        self,
        stage: StagePlan,
        answers: Answers,
        turns: Sequence[Turn],
        data: Mapping[str, Any],
        language: str = "en",
    ) -> tuple[Missing, ...]:
        if not (data.get("file_id") or data.get("text")):
            spanish = language == "es"
            text = "Añade tu currículum o pega su texto." if spanish else "Add your resume or paste its text."
            return (Missing(question_id="resume", text=text),)
        open_ids = self.decide(stage, answers, data, language).to_confirm
        return tuple(
            Missing(question_id=c.id, text=exact_question(c, language))
            for c in stage.criteria
            if c.id in open_ids
        )

    def decide(
        self, stage: StagePlan, answers: Answers, data: Mapping[str, Any], language: str = "en"
    ) -> StageVerdict:
        confirmed = {
            c.id: answers[c.id].value if c.id in answers and isinstance(answers[c.id].value, bool) else None
            for c in stage.criteria
            if c.kind is CriterionKind.ELIGIBILITY
        }
        return decide_resume(stage, readings_of(data), confirmed, language)


class FormStage:
    """A questionnaire, reviewed and submitted as a whole: every answer in it was typed or chosen, so it is exact."""

    kind: StageKind = StageKind.FORM
    conversational: bool = False
    screens: tuple[Screen, ...] = (Screen.FORM, Screen.REVIEW)

    def label(self, language: str = "en") -> str:
        return "Formulario" if language == "es" else "Form"

    def told_length(self, stage: StagePlan, language: str = "en") -> str:
        return _minutes(stage.minutes, language)

    def screen(self, stage: ApplicationStage, accommodations: Mapping[str, Any]) -> Screen:
        return Screen.FORM

    def missing(
        self,
        stage: StagePlan,
        answers: Answers,
        turns: Sequence[Turn],
        data: Mapping[str, Any],
        language: str = "en",
    ) -> tuple[Missing, ...]:
        text = "Falta esta respuesta." if language == "es" else "Please answer this question."
        return tuple(
            Missing(question_id=q.id, text=text)
            for q in stage.questions
            if q.required and (q.id not in answers or values.is_empty(q, answers[q.id].value))
        )

    def decide(
        self, stage: StagePlan, answers: Answers, data: Mapping[str, Any], language: str = "en"
    ) -> StageVerdict:
        given = {key: Given(value=answer.value, exact=True) for key, answer in answers.items()}
        return decide_stage(stage, given, language)


class Conversation:
    """A talk that the interview engine leads. It is complete when the engine closed it; what was heard is exact only
    once the candidate confirmed it."""

    conversational: bool = True

    def __init__(
        self, kind: StageKind, screens: tuple[Screen, ...], english: str, spanish: str, pace: tuple[str, str]
    ) -> None:
        self.kind, self.screens = kind, screens
        self._labels = {"en": english, "es": spanish}
        self._pace = pace

    def label(self, language: str = "en") -> str:
        return self._labels.get(language, self._labels["en"])

    def told_length(self, stage: StagePlan, language: str = "en") -> str:
        return f"{_minutes(stage.minutes, language)}, {self._pace[language == 'es']}"

    def screen(self, stage: ApplicationStage, accommodations: Mapping[str, Any]) -> Screen:
        """The device check comes first, unless the talk has begun (`data["begun"]`) or will be typed."""
        ready = stage.data.get("begun") or accommodations.get("typed")
        return self.screens[-1] if ready else self.screens[0]

    def missing(
        self,
        stage: StagePlan,
        answers: Answers,
        turns: Sequence[Turn],
        data: Mapping[str, Any],
        language: str = "en",
    ) -> tuple[Missing, ...]:
        if any(turn.action == "close" and _is_final(turn) for turn in turns):
            return ()
        asked = {turn.question_id for turn in turns if turn.action == "ask"}
        left = [q for q in stage.questions if q.id not in asked] or list(stage.questions[-1:])
        return tuple(Missing(question_id=q.id, text=q.text) for q in left)

    def decide(
        self, stage: StagePlan, answers: Answers, data: Mapping[str, Any], language: str = "en"
    ) -> StageVerdict:
        given = {key: Given(value=answer.value, exact=answer.confirmed) for key, answer in answers.items()}
        return decide_stage(stage, given, language)


def readings_of(data: Mapping[str, Any]) -> dict[str, Reading]:
    """The readings kept in a resume stage's data, by criterion id."""
    kept: Mapping[str, Mapping[str, Any]] = data.get("readings") or {}
    return {
        criterion_id: Reading(
            status=ReadingStatus(reading["status"]),
            quote=str(reading.get("quote", "")),
            source=ReadingSource(reading.get("source", "builtin")),
            confidence=float(reading.get("confidence", 0.0)),
        )
        for criterion_id, reading in kept.items()
    }


def _is_final(turn: Turn) -> bool:
    """A talk that the candidate broke off can go on; one that was finished or ran out of time is over."""
    value: Any = turn.value
    return not isinstance(value, Mapping) or value.get("reason") in ("finished", "time")  # pyright: ignore


def _minutes(minutes: int, language: str) -> str:
    if minutes == 1:
        return "alrededor de 1 minuto" if language == "es" else "about 1 minute"
    return f"unos {minutes} minutos" if language == "es" else f"about {minutes} minutes"


_TYPES: Mapping[StageKind, StageType] = {
    StageKind.RESUME: ResumeStage(),
    StageKind.FORM: FormStage(),
    StageKind.SMS: Conversation(
        StageKind.SMS, (Screen.SMS,), "Text messages", "Mensajes de texto", ("at your own pace", "a tu ritmo")
    ),
    StageKind.VOICE: Conversation(
        StageKind.VOICE,
        (Screen.DEVICES, Screen.VOICE),
        "Interview",
        "Entrevista",
        ("in one sitting", "de una sola vez"),
    ),
}
