"""The queue of what candidates asked of a person; kept apart from scores and reports."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app import ui
from milo_app.recruiter.frame import frame
from milo_app.recruiter.parts import when
from milo_app.recruiter.requests.state import RequestsState as S


def page() -> rx.Component:
    """Open requests, the most overdue first."""
    return frame(
        S,
        ui.page_header(
            "Requests",
            below=rx.el.p(
                "Candidates asked for these. They are never part of a score or a report.", class_name="muted"
            ),
        ),
        rx.el.div(
            _view("open", "Open", ~S.closed),
            _view("closed", "Closed", S.closed),
            class_name="row",
            role="group",
            aria_label="Show",
        ),
        rx.cond(
            S.requests.length() > 0,
            rx.el.ul(rx.foreach(S.requests, _request), class_name="stack"),
            ui.empty(
                "No requests",
                "When a candidate asks for another format, more time, a person instead of AI, or their data, it appears here.",
            ),
        ),
        current="/app/requests/",
        title="Requests",
    )


def _view(value: str, label: str, on: Any) -> rx.Component:
    return rx.el.button(
        label,
        type="button",
        aria_pressed=on,
        on_click=S.view_chosen(value),
        class_name=rx.cond(on, "btn btn-secondary btn-small", "btn btn-quiet btn-small"),
    )


def _request(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.h2(one["kind"]),
            rx.cond(
                one["open"].to(bool),
                rx.cond(
                    one["late"].to(bool),
                    ui.badge(rx.fragment("Overdue since ", when(one["due"], "day")), kind="bad"),
                    ui.badge(rx.fragment("Due ", when(one["due"], "day")), kind="info"),
                ),
            ),
            class_name="spread",
        ),
        rx.el.p(
            ui.link(one["name"], "/app/report/?a=" + one["application"].to(str)),
            " · ",
            when(one["at"], "ago"),
            rx.cond(one["owner"].to(str) != "", rx.fragment(" · with ", one["owner"])),
            class_name="muted text-sm",
        ),
        rx.cond(
            one["text"].to(str) != "",
            rx.el.blockquote(one["text"], class_name="whitespace-pre-line border-l-4 border-(--line) pl-4"),
        ),
        rx.cond(one["resolution"].to(str) != "", rx.el.p("Done: ", one["resolution"])),
        rx.cond(one["open"].to(bool) & S.can_edit, _answer(one)),
        class_name="card stack-s",
        key=one["id"].to(str),
        custom_attrs={"data-request": one["id"]},
    )


def _answer(one: Any) -> rx.Component:
    id = "resolution-" + one["id"].to(str)
    return rx.el.form(
        ui.field("What was done", ui.text_area(id, name="resolution", rows=2), id=id),
        rx.el.div(
            ui.button("Close request", type="submit"),
            rx.cond(
                one["owner"].to(str) == "",
                ui.button("Take it", kind="secondary", on_click=S.taken(one["id"].to(str))),
            ),
            class_name="actions",
        ),
        # The id goes with the form: its handler is made once, outside the loop.
        rx.el.input(type="hidden", name="request", value=one["id"].to(str)),
        on_submit=S.answered,
        class_name="stack-s",
    )
