"""What tells a person where things stand: notices, badges, empty states, placeholders, progress."""

from typing import Any

import reflex as rx


def notice(
    text: Any, *, kind: str = "info", live: bool = True, action: rx.Component | None = None
) -> rx.Component:
    """A line that says what happened; announced politely. `kind`: info, ok, warn, bad.

    Give a Var of state: while it is empty nothing is shown, but the live region stands, so that what comes
    is announced.
    """
    box = {
        "info": "notice",
        "ok": "notice notice-ok",
        "warn": "notice notice-warn",
        "bad": "notice notice-bad",
    }[kind]
    inside = rx.el.div(rx.el.p(text, class_name="grow"), action or rx.fragment(), class_name=box)
    shown = inside if isinstance(text, str) else rx.cond(text, inside)
    return rx.el.div(shown, role="status", aria_live="polite") if live else inside


def alert(text: Any) -> rx.Component:
    """An error that must be heard at once (a refused save); empty text shows nothing."""
    return rx.el.div(rx.cond(text, rx.el.div(rx.el.p(text), class_name="notice notice-bad")), role="alert")


def badge(text: Any, *, kind: Any = "plain") -> rx.Component:
    """A short state in a word or two. `kind`: plain, ok, warn, bad, info, brand; may be a Var."""
    if isinstance(kind, str):
        return rx.el.span(text, class_name="badge" if kind == "plain" else _BADGES[kind])
    return rx.el.span(text, class_name=rx.match(kind, *_BADGES.items(), "badge"))


_BADGES = {
    "ok": "badge badge-ok",
    "warn": "badge badge-warn",
    "bad": "badge badge-bad",
    "info": "badge badge-info",
    "brand": "badge badge-brand",
}


def empty(title: Any, text: Any = "", *actions: rx.Component) -> rx.Component:
    """Nothing here yet: what would be here, and the way to it."""
    return rx.el.div(
        rx.el.h2(title),
        rx.el.p(text, class_name="muted max-w-prose"),
        rx.el.div(*actions, class_name="actions justify-center") if actions else rx.fragment(),
        class_name="card grid justify-items-center gap-3 py-12 text-center",
    )


def skeleton(lines: int = 3) -> rx.Component:
    """Grey lines while something is on its way; announced once as busy."""
    widths = ("w-11/12", "w-3/4", "w-5/6", "w-2/3")
    return rx.el.div(
        rx.el.span("Loading", class_name="sr"),
        *[rx.el.div(class_name=f"skeleton {widths[i % 4]}") for i in range(lines)],
        role="status",
        class_name="stack-s",
    )


def progress(value: Any, of: Any, label: Any) -> rx.Component:
    """A bar from 0 to `of`, with words for those who do not see it. `value` and `of` are numbers or Vars."""
    return rx.el.div(
        rx.el.span(style={"width": rx.cond(of > 0, (value * 100 / of).to_string() + "%", "0%")})
        if isinstance(value, rx.Var)
        else rx.el.span(style={"width": f"{100 * value / of if of else 0:.0f}%"}),
        role="progressbar",
        aria_valuemin=0,
        aria_valuemax=of,
        aria_valuenow=value,
        aria_label=label,
        class_name="bar",
    )
