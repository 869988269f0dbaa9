"""After the last stage: thanks, what happens next, a copy of everything given, and the last word."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app import ui
from milo_app.candidate import parts
from milo_app.candidate.state import CandidateState
from milo_app.candidate.words import VIEW, w


def page() -> rx.Component:
    """Thanks and everything that may follow."""
    return parts.screen(
        "done",
        parts.title(
            rx.cond(VIEW["first_name"], w("done.title", name=VIEW["first_name"]), w("done.title_plain"))
        ),
        rx.el.p(VIEW["text"], class_name="whitespace-pre-line"),
        rx.el.section(
            rx.el.h2(w("done.next")),
            rx.el.ol(
                rx.el.li(w("done.next_1", company=VIEW["workspace"])),
                rx.el.li(w("done.next_2", company=VIEW["workspace"])),
                rx.el.li(w("done.next_3")),
                class_name="needs list-decimal",
            ),
            class_name="card stack-s",
        ),
        rx.cond(
            VIEW["redirect_url"] != "",
            rx.el.div(
                ui.button_link(w("done.go_on"), VIEW["redirect_url"], outside=True), class_name="actions"
            ),
        ),
        copy_of_answers(),
        _last_word(),
        _feedback(),
    )


def copy_of_answers() -> rx.Component:
    """Everything that was given, as it was kept."""
    return rx.cond(
        VIEW["given"].length() > 0,
        rx.el.details(
            rx.el.summary(w("done.copy")),
            rx.el.dl(rx.foreach(VIEW["given"], _given), class_name="stack-s py-3"),
        ),
    )


def _given(item: Any) -> rx.Component:
    return rx.el.div(
        rx.el.dt(rx.el.span(item["stage"], class_name="badge"), " ", item["question"], class_name="label"),
        rx.el.dd(item["answer"], class_name="whitespace-pre-line"),
    )


def _last_word() -> rx.Component:
    return rx.el.form(
        rx.el.label(w("done.last_word"), html_for="last-word", class_name="label"),
        rx.el.p(w("done.last_word_help"), id="last-word-help", class_name="help"),
        rx.el.textarea(
            id="last-word",
            name="text",
            rows="4",
            max_length=2000,
            default_value=VIEW["last_word"],
            aria_describedby="last-word-help",
            class_name="input",
        ),
        rx.el.div(ui.button(w("done.last_word_save"), kind="secondary", type="submit"), class_name="actions"),
        on_submit=lambda form: CandidateState.save_last_word(parts.APPLICATION, form),
        class_name="card stack-s",
    )


def _feedback() -> rx.Component:
    return rx.cond(
        VIEW["feedback"] > 0,
        rx.el.p(w("told.thanks"), class_name="help"),
        rx.el.form(
            rx.el.fieldset(
                rx.el.legend(w("done.feedback"), class_name="label"),
                rx.el.div(
                    *[
                        rx.el.label(
                            rx.el.input(type="radio", name="rating", value=str(n), required=True),
                            rx.el.span(str(n)),
                            class_name="check",
                        )
                        for n in range(1, 6)
                    ],
                    class_name="row",
                ),
            ),
            rx.el.div(
                rx.el.label(w("done.feedback_text"), html_for="feedback-text", class_name="label"),
                rx.el.textarea(
                    id="feedback-text", name="text", rows="2", max_length=2000, class_name="input"
                ),
                class_name="field",
            ),
            rx.el.div(
                ui.button(w("done.feedback_send"), kind="secondary", type="submit"), class_name="actions"
            ),
            on_submit=lambda form: CandidateState.save_feedback(parts.APPLICATION, form),
            class_name="card stack-s",
        ),
    )
