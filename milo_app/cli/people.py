"""`invite`, `application show`, `member add`, `workspace add`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from milo_app import bootstrap
from milo_app.cli.interviewer import within
from milo_app.cli.output import Json, Workspace, faults_told, run, tell
from milo_app.domain.actors import SystemActor
from milo_app.domain.errors import Invalid

application_app = typer.Typer(no_args_is_help=True, help="Look at one application.")
member_app = typer.Typer(no_args_is_help=True, help="People who sign in.")
workspace_app = typer.Typer(no_args_is_help=True, help="Companies on this instance.")


def invite(
    interviewer: Annotated[str, typer.Option("--interviewer", help="The interviewer's slug.")],
    csv: Annotated[Path, typer.Option("--csv", help="name,email,phone,sms_consent; - reads standard input.")],
    now: Annotated[bool, typer.Option("--now", help="Do not wait for quiet hours to pass.")] = False,
    workspace: Workspace = "",
    as_json: Json = False,
) -> None:
    """Add and invite everyone in a CSV file; who was invited before is not invited again."""
    from milo_app.services import csv_intake, interviewers

    with faults_told():
        actor = within(workspace, interviewer)
        chosen = run(interviewers.show, actor, slug=interviewer)
        text = _text(csv)
        if now and bootstrap.deps().instance.quiet_hours:
            print(
                "Quiet hours are ignored: texts go out at once, whatever the time is there.", file=sys.stderr
            )
        rows = csv_intake.ingest_all(
            bootstrap.deps(), actor, interviewer_id=chosen["id"], text=text, now_ok=now
        )
        counts: dict[str, int] = {}
        for row in rows:
            counts[row["outcome"]] = counts.get(row["outcome"], 0) + 1
        lines = [f"line {row['line']}: {row['outcome']}: {row['reason']}" for row in rows if row["reason"]]
        lines.append(", ".join(f"{n} {outcome}" for outcome, n in counts.items()))
        tell(rows, as_json, "\n".join(lines))


def _text(file: Path) -> str:
    raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    for encoding in ("utf-8-sig", "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid(f"{file} is not text. Save it as 'CSV UTF-8'.")


@application_app.command("show")
def show_application(application_id: str, as_json: Json = False) -> None:
    """Show everything kept of an application: stages, answers with versions, turns, evaluations, messages, events."""
    from milo_app.services import application_record

    with faults_told():
        shown = run(application_record.show, SystemActor(name="command line"), application_id=application_id)
        lines = [
            f"{shown['candidate']['name']} for {shown['interviewer']['title']}: {shown['state']}",
            f"Score    {shown['score'] if shown['score'] is not None else 'none yet'}",
            *(f"Stage    {s['kind']}: {s['state']}" for s in shown["stages"]),
            f"Kept     {len(shown['answers'])} answers, {len(shown['turns'])} turns, "
            f"{len(shown['evaluations'])} evaluations, {len(shown['messages'])} messages",
            f"Link     {shown['candidate_url']}",
        ]
        tell(shown, as_json, "\n".join(lines))


@member_app.command("add")
def add_member(
    email: Annotated[str, typer.Option("--email")],
    name: Annotated[str, typer.Option("--name")] = "",
    role: Annotated[str, typer.Option("--role", help="admin, recruiter or viewer.")] = "recruiter",
    send: Annotated[bool, typer.Option("--send/--no-send", help="Email them the link as well.")] = False,
    workspace: Workspace = "",
    as_json: Json = False,
) -> None:
    """Add somebody to a workspace and print the link with which they choose a password."""
    from milo_app.services import members

    with faults_told():
        actor = within(workspace)
        member = run(members.add_member, actor, email=email, name=name, role=role, send=send)
        url = run(members.set_up_url, actor, member_id=member.id)
        made = {"id": member.id, "email": member.email, "role": str(member.role), "set_up_url": url}
        tell(made, as_json, f"{member.email} ({member.role}) sets up their account at {url}")


@workspace_app.command("add")
def add_workspace(
    slug: Annotated[str, typer.Option("--slug", help="The first part of its public addresses.")],
    name: Annotated[str, typer.Option("--name", help="What candidates see.")],
    as_json: Json = False,
) -> None:
    """Make a workspace."""
    from milo_app.services import workspaces

    with faults_told():
        made = run(workspaces.add, SystemActor(name="command line"), slug=slug, name=name)
        tell({"id": made.id, "slug": made.slug, "name": made.name}, as_json, f"{made.name} ({made.slug})")
