"""`model`: what a workspace may use of the language model in a month, and what it has used."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from milo_app.cli.interviewer import within
from milo_app.cli.output import Json, Workspace, faults_told, run, tell
from milo_app.services import model_calls

app = typer.Typer(no_args_is_help=True, help="The language model's budget and use.")


@app.command("use")
def use(workspace: Workspace = "", as_json: Json = False) -> None:
    """Show what was used this month, and whether the model may be asked now."""
    with faults_told():
        standing = run(model_calls.standing, within(workspace))
        tell(standing, as_json, _words(standing))


@app.command("budget")
def budget(
    tokens: Annotated[
        int | None, typer.Option("--tokens", help="The most tokens a month; 0 never asks the model.")
    ] = None,
    cost: Annotated[float | None, typer.Option("--cost", help="The most US dollars a month.")] = None,
    workspace: Workspace = "",
    as_json: Json = False,
) -> None:
    """Set the most that a month may take; what is left out is without a limit."""
    with faults_told():
        actor = within(workspace)
        run(model_calls.set_budget, actor, tokens=tokens, cost=cost)
        standing = run(model_calls.standing, actor)
        tell(standing, as_json, _words(standing))


def _words(standing: dict[str, Any]) -> str:
    most = standing["budget"]
    tokens = "no limit" if most["tokens"] is None else f"of {most['tokens']:,}"
    cost = "no limit" if most["cost"] is None else f"of ${most['cost']:,.2f}"
    lines = [
        f"Model   {standing['model'] or 'none: the built-in evaluator'}",
        f"Month   {standing['month']}, {standing['calls']} calls",
        f"Tokens  {standing['tokens']:,} ({tokens})",
        f"Cost    ${standing['cost']:,.2f} ({cost})",
    ]
    if standing["stopped"]:
        why = "the budget is used up" if standing["stopped"] == "budget" else "it failed several times"
        lines.append(f"The model is not asked now: {why}.")
    return "\n".join(lines)
