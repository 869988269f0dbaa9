"""Form fields of the builder: kept when somebody pauses or leaves them, each with its problem below it.

They are uncontrolled, so that a reply of the server never overwrites what somebody is typing next.
"""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app import ui
from milo_app.recruiter.interviewer.state import InterviewerState as S

#: So many milliseconds without a key are a pause: what is typed is kept, and the preview shows it.
_PAUSE = 500


def line(
    path: Any,
    label: str,
    value: Any,
    *,
    error: Any = "",
    help: str = "",
    optional: bool = False,
    **props: Any,
) -> rx.Component:
    """One line of text at *path* of the plan."""
    return ui.field(
        label,
        ui.text_input(
            path,
            default_value=value,
            on_change=S.typed(path).debounce(_PAUSE),
            on_blur=S.typed(path),
            aria_invalid=(error != "") if isinstance(error, rx.Var) else False,
            disabled=~S.can_edit,
            **props,
        ),
        id=path,
        help=help,
        error=error,
        optional=optional,
    )


def area(
    path: Any,
    label: str,
    value: Any,
    *,
    error: Any = "",
    help: str = "",
    rows: int = 3,
    optional: bool = False,
) -> rx.Component:
    """Several lines of text at *path* of the plan."""
    return ui.field(
        label,
        ui.text_area(
            path,
            rows=rows,
            default_value=value,
            on_change=S.typed(path).debounce(_PAUSE),
            on_blur=S.typed(path),
            aria_invalid=(error != "") if isinstance(error, rx.Var) else False,
            disabled=~S.can_edit,
            class_name="!min-h-0",
        ),
        id=path,
        help=help,
        error=error,
        optional=optional,
    )


def tick(path: Any, label: Any, on: Any) -> rx.Component:
    """A yes or no at *path* of the plan."""
    return ui.checkbox(
        label,
        default_checked=on.to(bool),
        on_change=lambda value: S.ticked(path, value),
        disabled=~S.can_edit,
    )


def order_buttons(item: Any, what: str) -> rx.Component:
    """Up, down and remove for one item of a list."""
    path = item["path"].to(str)

    def press(action: str, icon: str, label: str, **props: Any) -> rx.Component:
        return ui.icon_button(f"{label} {what}", icon, on_click=S.pressed(action, path, ""), **props)

    return rx.cond(
        S.can_edit,
        rx.el.div(
            press("up", "up", "Move up", disabled=item["first"].to(bool)),
            press("down", "down", "Move down", disabled=item["last"].to(bool)),
            press("remove", "trash", "Remove"),
            class_name="flex",
        ),
    )
