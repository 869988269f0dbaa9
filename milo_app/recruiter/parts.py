"""Pieces that several desk pages share: what runs in the browser, marks, and dates."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app import ui
from milo_app.web import DESK


class Desk(rx.NoSSRComponent):
    """Leaves to a server page when `leave` is set; focus, dialogs and copy buttons. `topic` is what the page is about,
    `heading` the tab's name."""

    library = DESK
    tag = "Desk"
    leave: rx.Var[str]
    topic: rx.Var[str]
    heading: rx.Var[str]


class When(rx.Component):
    """A moment (ISO text) in the reader's own zone. `how`: time, day, clock or ago."""

    library = DESK
    tag = "When"
    at: rx.Var[str]
    how: rx.Var[str]


class Keys(rx.NoSSRComponent):
    """What single keys do on this page, shown by "?", with a box that turns them off. `keys` are (key, words) pairs: j, k
    and x go through the rows of a table where there is one; every other key presses what carries it as `data-key`."""

    library = DESK
    tag = "Keys"
    keys: rx.Var[list[list[str]]]


def _text(value: rx.Var[str]) -> tuple[rx.Var[str]]:
    return (value,)


class SendFile(rx.NoSSRComponent):
    """A labelled file field that sends what is chosen to `url` as a stream, with progress, and says what is wrong with it.
    `on_done` gets the id of the file as kept."""

    library = DESK
    tag = "SendFile"
    field: rx.Var[str]
    url: rx.Var[str]
    accept: rx.Var[str]
    largest: rx.Var[int]
    label: rx.Var[str]
    help: rx.Var[str]
    too_large: rx.Var[str]
    on_done: rx.EventHandler[_text]


class Player(rx.NoSSRComponent):
    """Plays a recording; whatever carries `data-seek` with its id jumps to a moment of it."""

    library = DESK
    tag = "Player"
    recording: rx.Var[str]
    url: rx.Var[str]
    video: rx.Var[bool]
    captions: rx.Var[list[dict[str, Any]]]
    name: rx.Var[str]


def when(at: Any, how: str = "time") -> rx.Component:
    """A moment as the reader's own clock has it."""
    return When.create(at=at, how=how)


def items(var: Any) -> Any:
    """A list within a dict, typed so that it can be gone through."""
    return var.to(list[dict[str, Any]])


def texts(var: Any) -> Any:
    """A list of texts within a dict, typed so that it can be gone through."""
    return var.to(list[str])


def mark(text: Any, tone: Any) -> rx.Component:
    """A state in a word, coloured by its tone: good, wait, warn, bad, none. The word says it all without the colour."""
    return rx.el.span(
        text,
        class_name=rx.match(
            tone,
            ("good", "badge badge-ok"),
            ("warn", "badge badge-warn"),
            ("bad", "badge badge-bad"),
            ("wait", "badge badge-info"),
            "badge",
        ),
    )


def copy_line(id: str, label: str, value: Any, help: str = "") -> rx.Component:
    """An address in a field that can be selected by hand, with a button that copies it."""
    return ui.field(
        label,
        rx.el.div(
            rx.el.input(
                id=id,
                value=value,
                read_only=True,
                class_name="input min-w-0 grow",
                aria_describedby=f"{id}-help",
            ),
            rx.el.button(
                "Copy", type="button", class_name="btn btn-secondary", custom_attrs={"data-copy": id}
            ),
            rx.el.span("", id=f"{id}-said", role="status", class_name="help"),
            class_name="flex flex-wrap items-center gap-2",
        ),
        id=id,
        help=help,
    )
