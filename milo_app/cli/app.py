"""The command line: one Typer app; each command's work is in the module of its noun."""

import sys
from typing import Annotated

import typer

from milo_app.cli import demo, doctor, evaluate, interviewer, keys, model, people
from milo_app.cli.output import Json, faults_told, reach, tell

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.command()
def serve() -> None:
    """Build the pages where needed and serve everything in this process."""
    from milo_app.cli.serve import serve as run

    run()


@app.command()
def build() -> None:
    """Build the pages where needed and print the folder of the build."""
    from milo_app.cli.frontend import BuildFailed, ensure_build

    try:
        print(ensure_build())
    except BuildFailed as problem:
        sys.exit(str(problem))


@app.command()
def migrate(as_json: Json = False) -> None:
    """Bring the database to the form that this version needs."""
    from milo_app import bootstrap

    with faults_told():
        reach()
        bootstrap.migrate(bootstrap.settings())
        tell({"migrated": True}, as_json, "The database is up to date.")


@app.command()
def worker(
    interviews: Annotated[bool, typer.Option(help="Lead interviews in LiveKit rooms instead.")] = False,
) -> None:
    """Do durable work in a process of its own, until stopped (PostgreSQL only); or lead interviews in rooms."""
    from milo_app import bootstrap, config

    if interviews:
        _lead_interviews()
        return
    from milo_app.workflows import runtime

    try:
        runtime.work_forever(bootstrap.deps(), bootstrap.settings())
    except (config.Misconfigured, runtime.CannotStart) as problem:
        sys.exit(str(problem))


def _lead_interviews() -> None:
    from milo_app import bootstrap, config

    try:
        from milo_app.agents import worker as leading
    except ImportError as missing:
        sys.exit(
            f"Interviews in rooms need the packages of requirements-agents.txt ({missing.name} is missing): "
            "start with make interviews, which installs them."
        )
    try:
        leading.work_forever(bootstrap.settings())
    except (config.Misconfigured, leading.CannotStart) as problem:
        sys.exit(str(problem))


app.command("demo")(demo.demo)
app.command("doctor")(doctor.doctor)
app.command("evaluate")(evaluate.evaluate)
app.command("invite")(people.invite)
app.add_typer(model.app, name="model")
app.add_typer(interviewer.app, name="interviewer")
app.add_typer(people.application_app, name="application")
app.add_typer(people.member_app, name="member")
app.add_typer(people.workspace_app, name="workspace")
app.add_typer(keys.app, name="key")
