"""Asking the language model for a workspace: within its budget, not while it keeps failing, every call logged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from milo_app.domain import model_budget
from milo_app.domain import records as r
from milo_app.domain.actors import MemberActor, SystemActor
from milo_app.domain.errors import Forbidden, Invalid
from milo_app.domain.model_budget import Budget
from milo_app.services.ports import Deps, ModelAnswer, ModelFailed, UnitOfWork
from milo_app.services.transactions import command, query

_WHY_NOT = {
    "budget": "This month's budget for the language model is used up.",
    "resting": "The language model failed several times and is left alone for a while.",
}


class Metered:
    """The instance's language model, as one workspace may use it. Implements `ports.LanguageModel`.

    Never to be asked within a transaction: it opens short ones of its own before and after the call.
    """

    def __init__(self, deps: Deps, workspace_id: str) -> None:
        self._deps, self._actor = deps, SystemActor(workspace_id=workspace_id)
        self._workspace_id = workspace_id
        self.name, self.model = deps.model.name, deps.model.model

    def version(self, prompt: str) -> str:
        """The prompt with its version."""
        return self._deps.model.version(prompt)

    def ask(self, prompt: str, given: Mapping[str, Any]) -> ModelAnswer:
        """Ask, and keep what it took. Raises ModelFailed, also where the workspace may not ask now."""
        if why := self._why_not():
            raise ModelFailed(why, _WHY_NOT[why])
        try:
            answer = self._deps.model.ask(prompt, given)
        except ModelFailed as failed:
            self._note(prompt, failed.outcome, failed)
            raise
        self._note(prompt, "ok", answer)
        return answer

    def _why_not(self) -> str:
        with self._deps.uow.read(self._actor) as uow:
            use = uow.model_use.first(workspace_id=self._workspace_id, month=model_budget.month(uow.now))
            budget = Budget.of(uow.workspaces.get(self._workspace_id).policy)
            return model_budget.why_not(budget, use, uow.now)

    def _note(self, prompt: str, outcome: str, took: ModelAnswer | ModelFailed) -> None:
        """Log one call and add it to the month's use: the tokens of a failed one count as well."""
        with self._deps.uow.write(self._actor) as uow:
            uow.hold(f"model-use:{self._workspace_id}")
            uow.model_calls.add(
                r.ModelCall(
                    id=uow.new_id(),
                    workspace_id=self._workspace_id,
                    at=uow.now,
                    purpose=prompt,
                    model=self.model,
                    prompt_version=self.version(prompt),
                    outcome=outcome,
                    tokens_in=took.tokens_in,
                    tokens_out=took.tokens_out,
                    cost=took.cost,
                    ms=took.ms,
                )
            )
            use = _use(uow, self._workspace_id)
            failed = outcome != "ok"
            uow.model_use.save(
                replace(
                    use,
                    calls=use.calls + 1,
                    tokens=use.tokens + took.tokens_in + took.tokens_out,
                    cost=use.cost + took.cost,
                    failures=use.failures + 1 if failed else 0,
                    failed_at=uow.now if failed else use.failed_at,
                )
            )


def _use(uow: UnitOfWork, workspace_id: str) -> r.ModelUse:
    month = model_budget.month(uow.now)
    found = uow.model_use.first(workspace_id=workspace_id, month=month)
    return found or uow.model_use.add(r.ModelUse(id=uow.new_id(), workspace_id=workspace_id, month=month))


@query
def standing(uow: UnitOfWork, actor: MemberActor | SystemActor) -> dict[str, Any]:
    """The workspace's budget and what it has used this month."""
    budget = Budget.of(uow.workspaces.get(actor.workspace_id or "").policy)
    month = model_budget.month(uow.now)
    use = uow.model_use.first(workspace_id=actor.workspace_id, month=month)
    return {
        "model": uow.instance.model_name,
        "month": month,
        "calls": use.calls if use else 0,
        "tokens": use.tokens if use else 0,
        "cost": round(use.cost, 4) if use else 0.0,
        "budget": budget.to_data(),
        "stopped": model_budget.why_not(budget, use, uow.now),
    }


@command
def set_budget(
    uow: UnitOfWork,
    actor: MemberActor | SystemActor,
    *,
    tokens: int | None = None,
    cost: float | None = None,
) -> dict[str, Any]:
    """Set what the workspace may use in a month; None is without a limit, 0 never asks the model.

    Raises:
        Forbidden: for all but administrators. Invalid: a number below 0.
    """
    if isinstance(actor, MemberActor) and not actor.can(r.Role.ADMIN):
        raise Forbidden("Only administrators set the budget of the language model.")
    if (tokens or 0) < 0 or (cost or 0) < 0:
        raise Invalid(fields={"tokens": "A budget is 0 or more."})
    workspace = uow.workspaces.get(actor.workspace_id or "")
    kept = Budget(tokens=tokens, cost=cost).to_data()
    uow.workspaces.save(replace(workspace, policy={**workspace.policy, "model": kept}))
    uow.emit("workspace", workspace.id, "model_budget_changed")
    return kept
