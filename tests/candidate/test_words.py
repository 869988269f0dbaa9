"""Every language says everything, in the same places, and every key that a page uses exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from milo_app.services import words

_APP = Path(words.__file__).resolve().parents[1]
_PLACE = re.compile(r"\{(\w+)\}")


def sources(*patterns: str) -> str:
    return "\n".join(
        path.read_text(encoding="utf-8") for pattern in patterns for path in sorted(_APP.glob(pattern))
    )


@pytest.mark.parametrize("language", words.languages()[1:])
def test_a_translation_is_complete(language: str) -> None:
    english, other = words.load(words.DEFAULT), words.load(language)
    same = {key for key in english if other[key] == english[key]}
    # What is the same in both languages: names, "No", and words that Spanish took over.
    assert len(same) < len(english) * 0.03, sorted(same)
    for key, text in english.items():
        assert sorted(_PLACE.findall(text)) == sorted(_PLACE.findall(other[key])), key


def test_every_key_on_a_page_exists() -> None:
    used = set(re.findall(r"""\bw\(\s*"([a-z_.0-9]+)\"""", sources("candidate/**/*.py")))
    used |= set(re.findall(r"""\bt\('([a-z_.0-9]+)'[,)]""", sources("templates/pages/*.html")))
    used |= {f"js.{key}" for key in re.findall(r"\bwords\.([a-z_]+)\b", sources("web/*.js", "web/*.jsx"))}
    shared = {
        "js.yes",
        "js.no",
        "js.continue",
        "js.send",
        "js.finish",
        "js.type_instead",
        "js.language",
        "js.title",
    }
    assert used - shared - set(words.load(words.DEFAULT)) == set()


def test_an_unknown_language_reads_english() -> None:
    assert words.say("xx", "start") == "Start"
    assert words.say("es-MX", "start") == "Empezar"


def test_places_are_filled() -> None:
    assert words.say("en", "p.hello", name="Maria") == "Hello Maria,"


def test_the_names_of_buttons_that_others_rely_on() -> None:
    names = {
        key: words.say("en", key)
        for key in ("start", "agree", "continue", "back", "review", "submit", "finish", "send")
    }
    assert list(names.values()) == [
        "Start",
        "I agree",
        "Continue",
        "Back",
        "Review",
        "Submit",
        "Finish",
        "Send",
    ]
    assert words.say("en", "type_instead") == "Type instead"
