"""``python -m milo_app``: the command line. Ends with 0, or with 1 and a sentence on stderr."""

import sys

from milo_app.cli.app import app

try:
    app(prog_name="python -m milo_app")
except SystemExit as end:
    # A wrong option would end with 2; here there is one status for every failure.
    if isinstance(end.code, int) and end.code > 1:
        sys.exit(1)
    raise
