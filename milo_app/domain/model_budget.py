"""How much of the language model a workspace may use in a month, and when a model that fails is left alone for a while."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from milo_app.domain.records import ModelUse

#: So many failures in a row, and the model is not asked for so long; then one question tries it again.
FAILURES, REST = 3, timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Budget:
    """The most a workspace may use in a calendar month (UTC): `tokens` read and written, and `cost` in US dollars as
    the settings price them. None: as much as it takes; 0: nothing."""

    tokens: int | None = 20_000_000
    cost: float | None = None

    @classmethod
    def of(cls, policy: Mapping[str, Any]) -> Budget:
        """The budget kept in `Workspace.policy` as `model: {tokens, cost}`; the default where nobody decided."""
        kept = policy.get("model")
        if not isinstance(kept, Mapping):
            return cls()
        tokens, cost = kept.get("tokens", cls.tokens), kept.get("cost")
        return cls(
            tokens=int(tokens) if isinstance(tokens, int | float) and tokens >= 0 else None,
            cost=float(cost) if isinstance(cost, int | float) and cost >= 0 else None,
        )

    def to_data(self) -> dict[str, Any]:
        """As `of` reads it."""
        return {"tokens": self.tokens, "cost": self.cost}


def month(at: datetime) -> str:
    """The month that *at* counts for, such as 2026-11."""
    return f"{at:%Y-%m}"


def why_not(budget: Budget, use: ModelUse | None, now: datetime) -> str:
    """Why the model may not be asked now: `budget`, `resting`, or nothing. *use* is this month's."""
    tokens, cost = (use.tokens, use.cost) if use else (0, 0.0)
    if (budget.tokens is not None and tokens >= budget.tokens) or (
        budget.cost is not None and cost >= budget.cost
    ):
        return "budget"
    if use and use.failures >= FAILURES and use.failed_at is not None and now < use.failed_at + REST:
        return "resting"
    return ""
