"""This browser may not see the application of its address, or there is none."""

import reflex as rx

from milo_app import ui
from milo_app.candidate import parts
from milo_app.candidate.state import CandidateState
from milo_app.candidate.words import w


def page() -> rx.Component:
    """What to do: open one's own link again, or have it sent."""
    return parts.screen(
        "problem",
        parts.title(w("problem.title")),
        rx.el.p(rx.cond(CandidateState.notice, CandidateState.notice, w("problem.text"))),
        rx.el.p(w("problem.kept"), class_name="muted"),
        rx.el.div(
            ui.button_link(w("p.lost"), "/lost-link", kind="primary", outside=True), class_name="actions"
        ),
    )
