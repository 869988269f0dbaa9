"""What is made ready at the start of the server, after the migration and before it answers."""

from __future__ import annotations

from dataclasses import dataclass

from milo_app.config import Settings
from milo_app.domain.actors import SystemActor
from milo_app.services.ports import Deps


@dataclass(frozen=True, kw_only=True)
class StartupFacts:
    """What the terminal shows: `demo` as in demo.json (empty without one), `set_up_url` for an owner's first visit."""

    demo: dict[str, object]
    set_up_url: str | None
    words: str


def prepare(deps: Deps, settings: Settings, *, pid: int) -> StartupFacts:
    """Make the demo workspace where one is wanted, or the link with which the owner sets up a fresh instance."""
    from milo_app.cli import demo
    from milo_app.services import demo as demos
    from milo_app.services import signing_in

    facts: dict[str, object] = {}
    lines: list[str] = []
    if settings.local and settings.demo and demos.wanted(deps):
        facts = demo.make(deps, settings, pid=pid)
        lines += ["A demo workspace with made-up people is ready:", demo.words(facts)]
        lines.append(f"  Emails and texts stay here: {settings.public_url}/dev/mailbox and /dev/phone")
    else:
        (settings.data / "demo.json").unlink(missing_ok=True)
    set_up_url = None
    if not facts:
        with deps.uow.write(SystemActor()) as uow:
            set_up_url = signing_in.first_set_up_url(uow, SystemActor())
        if set_up_url:
            lines += ["Nobody has an account yet. Set up yours (this link works once):", f"  {set_up_url}"]
    return StartupFacts(demo=facts, set_up_url=set_up_url, words="\n".join(lines))
