"""No language model: the built-in forms do everything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from milo_app.services.ports import ModelAnswer, ModelFailed


class NoLanguageModel:
    """Nothing is set. Implements `ports.LanguageModel`."""

    name = "none"
    model = ""

    def version(self, prompt: str) -> str:
        """No prompt is used."""
        return ""

    def ask(self, prompt: str, given: Mapping[str, Any]) -> ModelAnswer:
        """Raises ModelFailed."""
        raise ModelFailed("not set", "No language model is set.")
