"""`demo`: the demo workspace, made once, made anew, or removed; and what the start of the server does for it."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from milo_app import bootstrap
from milo_app.cli.output import Json, fail, faults_told, ready, tell
from milo_app.config import Settings
from milo_app.services.ports import Deps


def demo(
    reset: Annotated[
        bool, typer.Option("--reset", help="Remove the demo workspace and make it anew.")
    ] = False,
    remove: Annotated[
        bool, typer.Option("--remove", help="Remove the demo workspace and all its made-up people.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make the demo workspace where it is missing and print its links; --reset makes it anew, --remove takes it away."""
    from milo_app.services import demo as demos

    with faults_told():
        settings, deps = bootstrap.settings(), bootstrap.deps()
        if not settings.local:
            fail("The demo workspace has a sign-in that is printed, so it exists only with MILO_ENV=local.")
        ready()
        if reset or remove:
            demos.remove(deps)
        if remove:
            (settings.data / "demo.json").unlink(missing_ok=True)
            tell({"removed": True}, as_json, "The demo workspace is gone.")
            return
        facts = make(deps, settings)
        tell(facts, as_json, words(facts))


def make(deps: Deps, settings: Settings, *, pid: int | None = None) -> dict[str, object]:
    """The demo's facts, after making what is missing; also written to MILO_DATA/demo.json."""
    from milo_app.services import demo as demos

    chosen = settings.demo_password.get_secret_value() if settings.demo_password else ""
    facts = demos.ensure_demo(deps, data=settings.data, password=chosen)
    return demos.write_demo_json(settings.data, facts, pid=pid)


def words(facts: dict[str, object]) -> str:
    """What a person at the terminal reads."""
    return (
        f"  Recruiter  {facts['sign_in_url']}\n"
        f"             {facts['email']}  password  {facts['password']}\n"
        f"  Candidate  {facts['candidate_url']}\n"
        f"  Preview    {facts['preview_url']}\n"
        f"  Apply      {facts['apply_url']}"
    )


def ensure(deps: Deps, settings: Settings, pid: int | None = None) -> str:
    """What the server's start prints besides its address: the demo's links, and the owner's first set-up link.

    demo.json is whole before this returns.
    """
    from milo_app.cli import startup

    return startup.prepare(deps, settings, pid=pid or os.getpid()).words
