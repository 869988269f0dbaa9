"""The form once more before it is submitted, each answer with the way back to it."""

from __future__ import annotations

import reflex as rx

from milo_app import ui
from milo_app.candidate.words import VIEW, w


def review() -> rx.Component:
    """The last step of the form; the answers shown are those in the controls, filled in by `web/form.js`."""
    return rx.el.section(
        rx.el.h1(w("form.review"), tab_index=-1),
        rx.el.p(w("form.review_text"), class_name="muted"),
        rx.el.dl(
            rx.foreach(
                VIEW["questions"],
                lambda q: rx.el.div(
                    rx.el.dt(q["text"], class_name="label"),
                    rx.el.dd(
                        rx.el.span(
                            q["shown"],
                            custom_attrs={"data-review": q["id"]},
                            class_name="whitespace-pre-line",
                        ),
                        rx.el.button(
                            w("form.edit"),
                            rx.el.span(": ", q["text"], class_name="sr"),
                            type="button",
                            class_name="btn btn-quiet btn-small",
                            custom_attrs={"data-go": q["id"]},
                        ),
                        class_name="grid grid-cols-[1fr_auto] items-start gap-3",
                    ),
                    class_name="border-t border-(--line) py-3",
                ),
            ),
        ),
        rx.el.div(
            rx.el.button(
                w("submit"),
                type="button",
                class_name="btn btn-primary",
                custom_attrs={"data-submit": VIEW["stage"]},
            ),
            ui.button(w("back"), kind="secondary", custom_attrs={"data-go": "back"}),
            class_name="actions",
        ),
        hidden=True,
        class_name="stack",
        custom_attrs={"data-step": "review"},
    )
