"""``python -m milo_app``: the command line."""

from milo_app.cli.app import app

app(prog_name="python -m milo_app")
