"""How a command speaks: results on stdout (as JSON where asked), faults as sentences on stderr, exit status 0 or 1."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from typing import Annotated, Any, TypeVar

import typer

from milo_app import bootstrap, config
from milo_app.domain.actors import Actor
from milo_app.domain.errors import Invalid, MiloError
from milo_app.services.transactions import writes

R = TypeVar("R")

#: The option that every command has.
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Workspace = Annotated[
    str, typer.Option("--workspace", help="The workspace's slug; the first one where left out.")
]


def tell(result: Any, as_json: bool, words: str) -> None:
    """Print *result* as JSON, or *words* for a person."""
    print(json.dumps(result, indent=2, ensure_ascii=False) if as_json else words)


@contextlib.contextmanager
def faults_told() -> Iterator[None]:
    """Turn what can go wrong into sentences on stderr and exit status 1."""
    try:
        yield
    except Invalid as problem:
        told = [problem.message] + [
            f"  {at}: {why}" for at, why in problem.fields.items() if why != problem.message
        ]
        fail("\n".join(told))
    except (MiloError, config.Misconfigured) as problem:
        fail(str(problem))
    except OSError as problem:
        fail(f"{problem.strerror or problem}{f': {problem.filename}' if problem.filename else ''}")


def fail(sentence: str) -> None:
    """Say *sentence* on stderr and end with exit status 1."""
    print(sentence, file=sys.stderr)
    raise typer.Exit(1)


def run(service: Callable[..., R], actor: Actor, /, **arguments: Any) -> R:
    """Run *service* in one transaction of this instance, whose database is made where it is missing."""
    ready()
    uow = bootstrap.deps().uow
    with (uow.write if writes(service) else uow.read)(actor) as opened:
        return service(opened, actor, **arguments)


def ready() -> None:
    """See to a database that answers and fits this code: one that is not there yet is made, so that commands work
    before the first `make run`; any other ends the command with a sentence."""
    make_missing()
    reach()
    try:
        bootstrap.readiness(bootstrap.deps())["migrations"]()
    except RuntimeError as problem:
        fail(str(problem))


def reach() -> None:
    """End the command with a sentence where the database does not answer."""
    try:
        bootstrap.readiness(bootstrap.deps())["database"]()
    except Exception as problem:
        said = " ".join(str(problem).split("\n", 1)[0].split())[:200]
        fail(f"The database does not answer: {said or type(problem).__name__}.")


def make_missing() -> None:
    """Bring an embedded database that is not there yet into being."""
    settings = bootstrap.settings()
    file = settings.data / "milo.db"
    # A process that only looked leaves an empty file behind.
    if settings.sqlite and (not file.exists() or file.stat().st_size <= _EMPTY):
        bootstrap.migrate(settings)


_EMPTY = 4096
