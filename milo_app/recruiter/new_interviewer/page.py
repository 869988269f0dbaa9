"""How does this interviewer begin?"""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app import ui
from milo_app.recruiter.frame import frame
from milo_app.recruiter.new_interviewer.state import NewInterviewerState as S
from milo_app.recruiter.parts import texts


def page() -> rx.Component:
    """Paste first, since that is what most have at hand; templates and an empty page beside it."""
    return frame(
        S,
        ui.page_header("New interviewer"),
        rx.el.div(
            ui.card(
                rx.el.form(
                    ui.field(
                        "Job description",
                        ui.text_area("text", name="text", rows=14, aria_invalid=S.errors.contains("text")),
                        id="text",
                        error=S.errors.get("text", ""),
                        help="Paste the posting as it is. Milo drafts stages, questions, criteria and dealbreakers from it by fixed "
                        "rules, on this machine. Nothing goes live before you publish.",
                    ),
                    ui.button("Draft an interviewer", type="submit"),
                    on_submit=S.described,
                    class_name="stack-s",
                ),
                title="Describe the role",
            ),
            rx.el.div(
                ui.card(
                    rx.el.ul(rx.foreach(S.templates, _template), class_name="stack-s"),
                    title="Start from a template",
                ),
                ui.card(
                    rx.el.p("Every stage and question by your own hand.", class_name="muted"),
                    ui.button("Start empty", kind="secondary", on_click=S.blank_chosen),
                    title="Start from nothing",
                ),
                class_name="stack content-start",
            ),
            class_name="grid gap-6 lg:grid-cols-[minmax(0,1fr)_22rem] items-start",
        ),
        title="New interviewer",
    )


def _template(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.span(one["title"], class_name="font-semibold"),
            rx.el.span(
                texts(one["stages"]).length(),
                " stages, about ",
                one["minutes"],
                " minutes",
                class_name="muted text-sm block",
            ),
            type="button",
            on_click=S.template_chosen(one["name"].to(str)),
            class_name="choice !block w-full text-left",
        )
    )
