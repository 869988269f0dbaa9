"""The command line: one Typer app; each command's work is in the module of its noun."""

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.command()
def serve() -> None:
    """Build the pages where needed and serve everything in this process."""
    from milo_app.cli.serve import serve as run

    run()


@app.command()
def build() -> None:
    """Build the pages where needed and print the folder of the build."""
    from milo_app.cli.frontend import ensure_build

    print(ensure_build())
