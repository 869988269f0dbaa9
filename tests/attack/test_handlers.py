"""Every event handler is declared, and called by the wrong person it changes nothing and tells nothing."""

from __future__ import annotations

import inspect
import itertools
import typing
from collections.abc import Iterator
from typing import Any

import pytest
from reflex_base.registry import RegisteredEventHandler, RegistrationContext

import milo_app.milo_app as composed
from milo_app.access import guards
from tests.attack.conftest import MARK, Scene
from tests.outside.events import EventSocket
from tests.outside.instance import changes, finish

#: Of every State and public by nature: they move a tab's own page state and reach no service.
FRAMEWORK = "reflex"
ON_LOAD = "reflex___state____state.reflex___state____on_load_internal_state.on_load_internal"


def handlers() -> dict[str, RegisteredEventHandler]:
    assert composed.app is not None
    return dict(RegistrationContext.get().event_handlers)


def pages() -> list[str]:
    """Every page, as the route that it was added under."""
    return sorted("/" + route.strip("/") for route in composed.app._unevaluated_pages)


def is_own(found: RegisteredEventHandler) -> bool:
    return not found.handler.fn.__module__.split(".")[0].startswith(FRAMEWORK)


def test_every_handler_is_declared() -> None:
    undeclared = [
        name
        for name, found in handlers().items()
        if is_own(found)
        and not getattr(found.handler.fn, "__milo_guard__", "")
        and f"{found.handler.fn.__module__}.{found.handler.fn.__qualname__}" not in guards.DECLARED
    ]
    assert undeclared == []


def test_a_candidates_handler_names_the_application_first() -> None:
    for name, found in handlers().items():
        if getattr(found.handler.fn, "__milo_guard__", "") == "candidate":
            parameters = list(inspect.signature(found.handler.fn).parameters)
            assert parameters[1] == "application_id", (name, parameters)


def test_there_is_something_to_attack() -> None:
    own = [name for name, found in handlers().items() if is_own(found)]
    assert len(own) > 20, own


# --- Calling each ---


def calls(found: RegisteredEventHandler, ids: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Payloads for one handler: ids where its arguments' names ask for them, every id where they do not."""
    parameters = [
        p for p in inspect.signature(found.handler.fn).parameters.values() if p.name not in ("self", "actor")
    ]
    try:
        hints = typing.get_type_hints(found.handler.fn)
    except NameError:
        hints = {}
    choices = [
        list(_values(p.name, hints.get(p.name, str), ids))
        for p in parameters
        if p.kind is p.POSITIONAL_OR_KEYWORD
    ]
    width = max((len(choice) for choice in choices), default=1)
    for row in (
        itertools.islice(zip(*[itertools.cycle(choice) for choice in choices], strict=False), width)
        if choices
        else [()]
    ):
        yield dict(zip([p.name for p in parameters], row, strict=False))


def _values(name: str, hint: Any, ids: dict[str, str]) -> Iterator[Any]:
    plain = typing.get_origin(hint) or hint
    if plain is bool:
        yield True
    elif plain is int or plain is float:
        yield 1
    elif plain is list:
        yield list(ids.values())
    elif plain is dict:
        yield _form(ids)
    else:
        named = [
            id
            for table, id in ids.items()
            if name.removesuffix("s").removesuffix("_id") in (table, table.split("_")[-1])
        ]
        yield from named or [
            ids["application"],
            ids["interviewer"],
            ids["evaluation"],
            ids["member"],
            "voice",
        ]


def _form(ids: dict[str, str]) -> dict[str, Any]:
    words = {
        "name": "Eve",
        "email": "eve@example.com",
        "text": "owned",
        "reason": "owned",
        "title": "owned",
        "score": "1",
    }
    return (
        words | {f"{table}_id": id for table, id in ids.items()} | {"id": ids["application"], "slug": "owned"}
    )


def filled(route: str, ids: dict[str, str]) -> str:
    """A page's address with the victim's ids in its variable parts."""
    parts = []
    for part in route.split("/"):
        if part.startswith("["):
            name = part.strip("[]").removesuffix("_id")
            part = ids.get(name) or ids.get(name.split("_")[0]) or ids["application"]
        parts.append(part)
    return "/".join(parts)


def query(scene: Scene) -> dict[str, str]:
    """What the pages' addresses may name."""
    return {"a": scene.ids["application"], "i": scene.ids["interviewer"]}


async def attack(scene: Scene, cookie: str) -> str:
    """Open every page and call every handler as the holder of *cookie*; all that came back, in one text."""
    heard: list[str] = []
    for route in pages():
        async with EventSocket(scene.instance.url, cookie=cookie) as tab:
            await tab.send(ON_LOAD, path=filled(route, scene.ids), **query(scene))
            await tab.settle()
            heard += [f"{route}: {text}" for text in tab.seen]
    async with EventSocket(scene.instance.url, cookie=cookie) as tab:
        for name, found in handlers().items():
            start = len(tab.seen)
            for payload in calls(found, scene.ids):
                await tab.send(name, payload, path="/app", **query(scene))
            whole = await tab.settle()
            heard += [f"{name}: {text}" for text in [*tab.seen[start:], whole]]
    return "\n".join(heard)


@pytest.mark.parametrize("who", ["nobody", "a member of another workspace", "another candidate", "a forger"])
def test_the_wrong_person_learns_and_changes_nothing(scene: Scene, who: str) -> None:
    cookie = {
        "nobody": "",
        "a member of another workspace": scene.foreigner,
        "another candidate": scene.other_candidate,
        "a forger": scene.forged,
    }[who]
    before = scene.holdings()
    everything = scene.instance.dump(without=("attempted", "session"))
    heard = finish(attack(scene, cookie))
    leaks = [line[:200] for line in heard.splitlines() if MARK in line.lower()]
    assert leaks == []
    if who in ("nobody", "a forger"):
        assert changes(everything, scene.instance.dump(without=("attempted", "session"))) == []
    assert changes(before, scene.holdings()) == []


def test_the_right_person_does_learn_it(scene: Scene) -> None:
    """Else the test above would prove nothing: what it looks for is there, for who may see it."""

    async def look() -> str:
        heard: list[str] = []
        for route in pages():
            async with EventSocket(scene.instance.url, cookie=scene.owner) as tab:
                await tab.send(ON_LOAD, path=filled(route, scene.ids), **query(scene))
                await tab.settle()
                heard += tab.seen
        return "\n".join(heard).lower()

    assert MARK in finish(look())


def test_page_state_holds_no_secret_by_default() -> None:
    """What stands in a State before anyone signed in is baked into files that anyone can read."""
    for name, state in RegistrationContext.get().base_states.items():
        if state.__module__.startswith("milo_app"):
            for var, value in state.base_vars.items():
                default = getattr(value, "_js_expr", "")
                assert "secret" not in var and "token" not in var and "password" not in var, (
                    name,
                    var,
                    default,
                )
