"""Words of the candidate's pages in the language of the view, for components and for the browser's modules."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app.candidate.state import CandidateState
from milo_app.services import words

VIEW = CandidateState.view
_BROWSER = "js."


def w(key: str, **facts: Any) -> rx.Var[str]:
    """The words under *key*; `{name}` places are filled with values or Vars. Raises KeyError for an unknown key."""
    others = [(language, _fill(words.load(language)[key], facts)) for language in words.languages()[1:]]
    return rx.match(VIEW["language"], *others, _fill(words.load(words.DEFAULT)[key], facts))


def _fill(text: str, facts: dict[str, Any]) -> rx.Var[str]:
    for name, value in facts.items():
        text = text.replace(f"{{{name}}}", f"{value}")
    return rx.Var.create(text)


def browser_words() -> rx.Var[dict[str, str]]:
    """What the modules in `web/` say, as one dict; `title` and `language` are the page's."""
    known = {language: _for_browser(language) for language in words.languages()}
    return rx.match(
        VIEW["language"],
        *[(language, rx.Var.create(known[language])) for language in words.languages()[1:]],
        rx.Var.create(known[words.DEFAULT]),
    )


def _for_browser(language: str) -> dict[str, str]:
    own = {
        key.removeprefix(_BROWSER): text
        for key, text in words.load(language).items()
        if key.startswith(_BROWSER)
    }
    for key in ("yes", "no", "continue", "send", "finish", "type_instead"):
        own[key] = words.say(language, key)
    return {**own, "language": language, "title": "Milo"}
