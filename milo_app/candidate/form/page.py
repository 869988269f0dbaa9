"""The form: one question at a time, then everything once more before it is submitted.

All steps are on the page; `web/form.js` shows one and writes it into the address, so that going on and back needs no
network. The step that is open when the page comes is chosen there too.
"""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app import ui
from milo_app.candidate import parts
from milo_app.candidate.questions import question
from milo_app.candidate.review.page import review
from milo_app.candidate.words import VIEW, w


def page() -> rx.Component:
    """All questions of the form as steps, and the review."""
    return parts.screen(
        "form",
        parts.problem_line(),
        rx.el.div(
            rx.foreach(VIEW["questions"], _step),
            review(),
            custom_attrs={"data-steps": ""},
        ),
    )


def _step(q: Any) -> rx.Component:
    count = VIEW["questions"].length()
    return rx.el.section(
        rx.cond(q["number"] == 1, parts.intro()),
        rx.el.p(w("form.progress", n=q["number"], count=count), class_name="eyebrow"),
        question(q),
        rx.el.div(
            rx.el.button(
                rx.cond(q["number"] == count, w("review"), w("continue")),
                type="button",
                class_name="btn btn-primary",
                custom_attrs={"data-go": "next"},
            ),
            rx.cond(
                q["number"] > 1,
                ui.button(w("back"), kind="secondary", custom_attrs={"data-go": "back"}),
            ),
            class_name="actions",
        ),
        hidden=True,
        class_name="stack",
        custom_attrs={"data-step": q["id"]},
    )
