"""The words of candidate pages, by language. A translation is one file in `locales/`; what it lacks is said in English."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).resolve().parents[1] / "locales"
DEFAULT = "en"


@cache
def languages() -> tuple[str, ...]:
    """Codes of the languages that have a file, English first."""
    return (DEFAULT, *sorted(path.stem for path in _FOLDER.glob("*.json") if path.stem != DEFAULT))


@cache
def load(language: str) -> Mapping[str, str]:
    """All words in *language*, by key; an unknown language gives English."""
    own: dict[str, str] = {}
    if language in languages():
        own = json.loads((_FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return own if language == DEFAULT else {**load(DEFAULT), **own}


def say(language: str, key: str, **facts: object) -> str:
    """The words under *key* with `{name}` places filled in. Raises KeyError for a key that English lacks."""
    text = load(language.split("-")[0])[key]
    for name, value in facts.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text
