"""The prompts of `milo_app/prompts`: one file for each version, and the shape in which it is to be answered.

A prompt whose words change gets the next number; the older file stays, since reports name the version that they rest on.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

_FOLDER = Path(__file__).parents[2] / "prompts"


class Shape(BaseModel):
    """Root of all shapes: nothing missing, nothing besides, nothing converted. Ranges are checked by who asked, since
    not every server holds a model to them."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Judged(Shape):
    """One reading of an answer against a criterion."""

    quotes: list[str]
    reasons: list[str]
    score: int
    confidence: float
    addressed_to_judge: bool


class Labelled(Shape):
    """Which of the given labels fits an answer."""

    label: str
    confidence: float


class FollowUp(Shape):
    """One more question, or none (empty)."""

    question: str


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """`version` as kept in reports; `schema` is strict: every key required, none besides."""

    version: str
    text: str
    shape: type[Shape]
    most_tokens: int

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON schema of the answer, without what some servers do not know."""
        found = self.shape.model_json_schema()
        return {
            "type": "object",
            "properties": {
                name: {key: value for key, value in one.items() if key in ("type", "items")}
                for name, one in found["properties"].items()
            },
            "required": list(found["properties"]),
            "additionalProperties": False,
        }


#: The version in use of each prompt, its shape, and the most tokens that its answer may take.
_IN_USE: dict[str, tuple[int, type[Shape], int]] = {
    "judge": (1, Judged, 900),
    "label": (1, Labelled, 100),
    "follow_up": (1, FollowUp, 150),
}


@cache
def prompt(name: str) -> Prompt:
    """The version in use of the prompt called *name*."""
    number, shape, most_tokens = _IN_USE[name]
    version = f"{name}-{number}"
    text = (_FOLDER / f"{version}.md").read_text(encoding="utf-8")
    return Prompt(version=version, text=text, shape=shape, most_tokens=most_tokens)
