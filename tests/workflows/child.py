"""A process that runs durable work whose only step writes to a file; tests start and kill it.

Arguments: database URL, MILO_DATA, executor name, seconds that the step takes.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from milo_app import bootstrap, config
from milo_app.services.ports import Deps
from milo_app.services.work import Work
from milo_app.workflows import registry, runtime

_url, _data, _executor, _seconds = (sys.argv + [""] * 5)[1:5]


def slow(deps: Deps, *ids: str) -> None:
    """Leaves a line when it begins and one when it ends."""
    _note(f"begin {_executor} {ids[0]}")
    time.sleep(float(_seconds))
    _note(f"end {_executor} {ids[0]}")


def _note(line: str) -> None:
    with (Path(_data) / "notes.txt").open("a") as file:
        file.write(line + "\n")


def main() -> None:
    settings = config.Settings(_env_file=None, data=Path(_data), database_url=_url)
    deps = bootstrap.build(settings)
    bootstrap.install(settings, deps)
    for work in Work:
        registry.PLANS[work] = registry.Plan("tests.workflows.child:slow")
    # The step is looked up by name in a module of its own, which must see the same arguments.
    sys.modules["tests.workflows.child"] = sys.modules["__main__"]
    runtime.REAP_EVERY = 1.0
    runtime.start(deps, settings, executor=_executor)
    _note(f"up {_executor}")
    time.sleep(300)


if __name__ == "__main__":
    main()
