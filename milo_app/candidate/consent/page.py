"""What is recorded, what the AI does, who decides: agreed to before anything is asked."""

import reflex as rx

from milo_app import ui
from milo_app.candidate import parts
from milo_app.candidate.state import CandidateState
from milo_app.candidate.words import VIEW, w


def page() -> rx.Component:
    """The notice, the separate yes to texts where it makes sense, and the button that agrees."""
    notice, sms = VIEW["notice"], VIEW["sms_notice"]
    return parts.screen(
        "consent",
        parts.title(notice["title"], VIEW["title"]),
        rx.el.ul(rx.foreach(notice["points"], lambda point: rx.el.li(point)), class_name="needs"),
        rx.el.p(rx.el.strong(notice["agree"])),
        rx.el.form(
            rx.el.input(type="hidden", name="version", value=notice["version"], read_only=True),
            rx.cond(
                VIEW["offer_sms"],
                rx.el.div(
                    ui.checkbox(sms["agree"], name="sms", aria_describedby="sms-points"),
                    rx.el.ul(
                        rx.foreach(sms["points"], lambda point: rx.el.li(point)),
                        id="sms-points",
                        class_name="needs help",
                    ),
                    class_name="card stack-s mb-4",
                ),
            ),
            rx.el.div(ui.button(w("agree"), type="submit"), class_name="actions"),
            on_submit=lambda form: CandidateState.agree(parts.APPLICATION, form),
        ),
        rx.el.p(w("consent.refuse"), class_name="help"),
        rx.el.details(
            rx.el.summary(w("consent.pace")),
            rx.el.div(
                rx.el.p(w("consent.pace_text"), class_name="help"), parts.pace(), class_name="stack-s pt-2"
            ),
        ),
    )
