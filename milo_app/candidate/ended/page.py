"""The way is over before its end: neutral words, and every right open."""

import reflex as rx

from milo_app import ui
from milo_app.candidate import parts
from milo_app.candidate.done.page import copy_of_answers
from milo_app.candidate.state import CandidateState
from milo_app.candidate.words import VIEW, w


def page() -> rx.Component:
    """Why it ended in the company's words, a person's review, and a copy of what was given."""
    heading = rx.match(
        VIEW["state"],
        ("withdrawn", w("p.status.withdrawn")),
        ("expired", w("p.status.expired")),
        w("ended.title"),
    )
    return parts.screen(
        "ended",
        parts.title(heading),
        rx.el.p(VIEW["text"], class_name="whitespace-pre-line"),
        rx.cond(VIEW["can_review"], _review()),
        rx.cond(VIEW["state"] != "disqualified", rx.el.p(w("ended.ask_more"), class_name="muted")),
        copy_of_answers(),
    )


def _review() -> rx.Component:
    return rx.cond(
        VIEW["asked"].contains("human_review"),
        rx.el.p(w("ended.review_asked"), class_name="notice"),
        rx.el.form(
            rx.el.h2(w("ended.review")),
            rx.el.p(w("ended.review_text"), class_name="help", id="review-help"),
            rx.el.input(type="hidden", name="kind", value="human_review", read_only=True),
            rx.el.label(w("ended.review_words"), html_for="review-text", class_name="label"),
            rx.el.textarea(
                id="review-text",
                name="text",
                rows="3",
                max_length=2000,
                class_name="input",
                aria_describedby="review-help",
            ),
            rx.el.div(
                ui.button(w("ended.review_button"), kind="secondary", type="submit"), class_name="actions"
            ),
            on_submit=lambda form: CandidateState.ask(parts.APPLICATION, form),
            class_name="card stack-s",
        ),
    )
