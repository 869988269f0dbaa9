"""What the variables of a message are filled with, from what is known of an application, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from milo_app.domain.message_words import VARIABLES, Value

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "ai_notice": "An AI interviewer asks the questions and suggests scores, with the words they rest on. "
        "A person at {company} reads the result and makes the decision.",
        "ai_notice_sms": "An AI asks, a person decides.",
        "recording_notice": "The conversation is recorded only if you agree, and you can type instead of speaking.",
        "other_format": "Ask for it on your page{contact}.",
        "contact": ", or write to {address}",
        "step": "{name}: about {minutes} {unit}",
        "one": "minute",
        "many": "minutes",
    },
    "es": {
        "ai_notice": "Una entrevistadora de inteligencia artificial hace las preguntas y propone puntuaciones, con las "
        "palabras en que se basan. Una persona de {company} lee el resultado y toma la decisión.",
        "ai_notice_sms": "Pregunta una IA, decide una persona.",
        "recording_notice": "La conversación solo se graba si usted acepta, y puede escribir en lugar de hablar.",
        "other_format": "Pídalo en su página{contact}.",
        "contact": " o escriba a {address}",
        "step": "{name}: unos {minutes} {unit}",
        "one": "minuto",
        "many": "minutos",
    },
}


def language_of(variables: Mapping[str, Any]) -> str:
    """The language that a message with these *variables* is written in: `es`, else `en`."""
    return "es" if str(variables.get("language") or "en").lower().startswith("es") else "en"


def values(variables: Mapping[str, Any], channel: str) -> dict[str, Value]:
    """Every variable that templates know, from a message's own *variables*; empty where nothing is known."""
    words = _WORDS[language_of(variables)]
    company = str(variables.get("company") or "")
    contact = str(variables.get("contact_email") or "")
    minutes = variables.get("minutes")
    told: dict[str, Value] = {
        name: _text(variables.get(name))
        for name in (
            *("first_name", "name", "role", "location", "pay", "deadline", "link", "thanks", "message"),
            *("scheduling_link", "code"),
        )
    }
    return {
        **dict.fromkeys(VARIABLES, ""),
        **told,
        "company": company,
        "minutes": str(minutes) if minutes else "",
        "steps": tuple(_step(one, words) for one in variables.get("stages") or ()),
        "needs": _lines(variables.get("needs")),
        "next_step": _text(variables.get("stage_name")),
        "contact": contact,
        "ai_notice": words["ai_notice_sms"]
        if channel == "sms"
        else words["ai_notice"].replace("{company}", company),
        "recording_notice": words["recording_notice"] if variables.get("recorded") else "",
        "other_format": words["other_format"].replace(
            "{contact}", words["contact"].replace("{address}", contact) if contact else ""
        ),
    }


def _step(stage: Any, words: Mapping[str, str]) -> str:
    name, minutes = str(stage.get("name", "")), stage.get("minutes", 0)
    unit = words["one" if minutes == 1 else "many"]
    return words["step"].replace("{minutes}", str(minutes)).replace("{unit}", unit).replace("{name}", name)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _lines(value: Any) -> Sequence[str]:
    return tuple(str(one) for one in value or ())
