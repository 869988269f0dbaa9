"""A second process that does durable work of an instance, until somebody kills it. Argument: its executor's name."""

from __future__ import annotations

import sys
import threading

from milo_app import bootstrap
from milo_app.workflows import runtime


def main() -> None:
    runtime.REAP_EVERY = 1.0
    runtime.start(bootstrap.deps(), bootstrap.settings(), executor=sys.argv[1])
    print("up", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
