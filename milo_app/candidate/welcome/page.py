"""Before the start: a person holds the link but has not pressed Start yet."""

import reflex as rx

from milo_app import ui
from milo_app.candidate import parts
from milo_app.candidate.words import VIEW, w


def page() -> rx.Component:
    """The role, the words of welcome, and Start."""
    return parts.screen(
        "welcome",
        parts.title(VIEW["title"]),
        rx.el.p(VIEW["welcome"], class_name="whitespace-pre-line"),
        rx.el.div(
            rx.el.form(
                ui.button(w("start"), type="submit"),
                action=VIEW["link"] + "/start",
                method="post",
            ),
            class_name="actions",
        ),
    )
