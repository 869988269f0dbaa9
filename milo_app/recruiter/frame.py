"""The frame of every desk page: navigation, who is signed in, the notice, and what stands there while it loads."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app import ui
from milo_app.recruiter.parts import Desk

_NAV = (
    ("Home", "/app/"),
    ("Candidates", "/app/candidates/"),
    ("Requests", "/app/requests/"),
    ("Settings", "/app/settings/"),
)


def frame(
    state: Any, *children: Any, current: str = "", title: str = "", topic: Any = "", heading: Any = ""
) -> rx.Component:
    """A desk page over *state* (a `DeskState`); *children* are drawn once it is ready. A change of
    *topic* (whose report it is) moves the focus to the page's beginning."""
    return ui.desk_shell(
        Desk.create(leave=state.leave, topic=topic, heading=heading),
        rx.el.div(
            rx.cond(
                state.notice,
                rx.el.div(
                    rx.el.p(state.notice),
                    class_name=rx.match(
                        state.notice_kind,
                        ("problem", "notice notice-bad"),
                        ("done", "notice notice-ok"),
                        "notice",
                    ),
                ),
            ),
            role="status",
            aria_live="polite",
            class_name="empty:hidden sticky top-2 z-30",
        ),
        rx.cond(state.ready, rx.fragment(*children), _waiting(state, title)),
        nav=[(label, href, href == current) for label, href in _NAV],
        workspace=rx.cond(state.company, state.company, "Milo"),
        account=_account(state),
    )


def _waiting(state: Any, title: str) -> rx.Component:
    return rx.cond(
        state.notice,
        rx.el.div(
            rx.el.h1("This page cannot be shown"),
            rx.el.p("It may have been removed, or it belongs to another workspace.", class_name="muted"),
            rx.el.div(ui.button_link("Go to Home", "/app/"), class_name="actions"),
            class_name="card stack-s",
        ),
        rx.el.div(rx.el.h1(title, class_name="mb-6") if title else rx.fragment(), ui.skeleton(6)),
    )


def _account(state: Any) -> rx.Component:
    return rx.cond(
        state.me,
        rx.el.div(
            rx.el.span(state.me, class_name="muted text-sm max-lg:hidden"),
            ui.form_button("Sign out", "/sign-out", kind="quiet", small=True),
            class_name="row",
        ),
    )
