"""`interviewer create | show | publish | list`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from milo_app.cli.output import Json, Workspace, faults_told, run, tell
from milo_app.domain.actors import SystemActor
from milo_app.domain.errors import Invalid

app = typer.Typer(no_args_is_help=True, help="Make, show and publish interviewers.")


def within(workspace: str, interviewer: str = "") -> SystemActor:
    """The system acting in the workspace that is meant. Raises NotFound, Invalid."""
    from milo_app.services import workspaces

    found = run(workspaces.named, SystemActor(), slug=workspace, interviewer=interviewer)
    return SystemActor(workspace_id=found.id, name="command line")


def read_json(file: Path) -> Any:
    """What *file* (`-`: standard input) holds. Raises Invalid with the place where it is not JSON."""
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8-sig")
        return json.loads(text)
    except UnicodeDecodeError:
        raise Invalid(f"{file} is not UTF-8 text.") from None
    except json.JSONDecodeError as problem:
        raise Invalid(
            f"{file} is not JSON: {problem.msg} at line {problem.lineno}, column {problem.colno}."
        ) from None


@app.command()
def create(
    file: Annotated[
        Path, typer.Option("--file", help="A plan (docs/plan.schema.json); - reads standard input.")
    ],
    slug: Annotated[
        str, typer.Option("--slug", help="The address; made from the title where left out.")
    ] = "",
    publish: Annotated[
        bool, typer.Option("--publish/--draft", help="Publish at once (default), or keep a draft.")
    ] = True,
    workspace: Workspace = "",
    as_json: Json = False,
) -> None:
    """Make an interviewer from a plan, publish it, and print its links."""
    from milo_app.domain import plan_data
    from milo_app.services import interviewers

    with faults_told():
        data = read_json(file)
        actor = within(workspace)
        plan: Any = plan_data.from_data(data) if publish else data
        interviewer = run(interviewers.create, actor, plan=plan, slug=slug or None)
        if publish:
            run(interviewers.publish, actor, interviewer_id=interviewer.id)
        shown = run(interviewers.show, actor, interviewer_id=interviewer.id)
        made = {key: shown[key] for key in ("slug", "apply_url", "preview_url", "id", "state", "version")}
        tell(
            made,
            as_json,
            f"{made['slug']} ({made['state']})\nApply    {made['apply_url']}\nPreview  {made['preview_url']}",
        )


@app.command()
def show(slug: str, workspace: Workspace = "", as_json: Json = False) -> None:
    """Show an interviewer: its links, its draft, the published plan, and what is still missing."""
    from milo_app.services import interviewers

    with faults_told():
        shown = run(interviewers.show, within(workspace, slug), slug=slug)
        lines = [
            f"{shown['title']} ({shown['slug']}, {shown['state']}, version {shown['version']})",
            f"Apply    {shown['apply_url']}",
            f"Preview  {shown['preview_url']}",
            *(f"You need {need}" for need in shown["needs"]),
            *(f"Missing  {place}: {why}" for place, why in shown["problems"].items()),
        ]
        tell(shown, as_json, "\n".join(lines))


@app.command()
def publish(slug: str, workspace: Workspace = "", as_json: Json = False) -> None:
    """Publish an interviewer's draft: new candidates get it, those who started keep theirs."""
    from milo_app.services import interviewers

    with faults_told():
        actor = within(workspace, slug)
        interviewer = run(interviewers.show, actor, slug=slug)
        version = run(interviewers.publish, actor, interviewer_id=interviewer["id"])
        shown = run(interviewers.show, actor, slug=slug)
        told = {key: shown[key] for key in ("slug", "apply_url", "preview_url", "state", "version")}
        tell(told, as_json, f"{slug} is published as version {version.number}: {told['apply_url']}")


@app.command("list")
def list_all(workspace: Workspace = "", as_json: Json = False) -> None:
    """List a workspace's interviewers."""
    from milo_app.services import interviewers

    with faults_told():
        rows = run(interviewers.overview, within(workspace))
        tell(
            rows,
            as_json,
            "\n".join(f"{row['slug']}  {row['state']}  {row['title']}" for row in rows) or "None yet.",
        )
