"""The builder of one interviewer: what it says, what it asks, whether it is ready to go live."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app import ui
from milo_app.recruiter.frame import frame
from milo_app.recruiter.interviewer.fields import area, line
from milo_app.recruiter.interviewer.preview import preview
from milo_app.recruiter.interviewer.stage import stage
from milo_app.recruiter.interviewer.state import InterviewerState as S
from milo_app.recruiter.parts import copy_line

_F = S.facts


def page() -> rx.Component:
    """The draft in the wide column, what candidates see of it beside; going live at the end."""
    return frame(
        S,
        ui.page_header(
            _F["title"],
            ui.link("Candidates", "/app/candidates/?i=" + _F["id"].to(str), class_name="btn btn-secondary"),
            ui.link(
                "Take the preview",
                _F["preview_url"],
                outside=True,
                target="_blank",
                class_name="btn btn-secondary",
            ),
            above=rx.el.p("Interviewer", class_name="eyebrow"),
            below=rx.el.div(
                rx.match(
                    _F["state"].to(str),
                    ("active", ui.badge(rx.fragment("Live, version ", _F["version"]), kind="ok")),
                    ("archived", ui.badge("Archived")),
                    ui.badge("Draft", kind="warn"),
                ),
                rx.cond(
                    (_F["state"].to(str) == "active") & _F["changed"].to(bool),
                    ui.badge("Changes not published", kind="warn"),
                ),
                rx.el.span(
                    S.saved, role="status", class_name="muted text-sm", custom_attrs={"data-saved": S.saved}
                ),
                class_name="row",
            ),
        ),
        rx.cond(
            _F["drafted_by"].to(str) != "",
            rx.el.p(
                "This draft was made by rules, from your text. Read every line before you publish.",
                class_name="notice",
            ),
        ),
        ui.button(
            rx.cond(S.previewing, "Back to editing", "Show what candidates see"),
            kind="secondary",
            on_click=S.preview_toggled,
            aria_pressed=S.previewing,
            class_name="xl:hidden justify-self-start sticky top-2 z-20",
        ),
        rx.el.div(
            rx.el.div(
                _role(),
                rx.foreach(S.stages, stage),
                _add_stage(),
                rx.el.div(
                    _going_live(), _links(), _needs(), class_name="grid gap-6 items-start lg:grid-cols-2"
                ),
                class_name=rx.cond(S.previewing, "stack min-w-0 max-xl:hidden", "stack min-w-0"),
            ),
            rx.el.div(
                preview(),
                class_name=rx.cond(
                    S.previewing,
                    "xl:sticky xl:top-4 xl:max-h-[calc(100vh-2rem)] xl:overflow-y-auto",
                    "max-xl:hidden xl:sticky xl:top-4 xl:max-h-[calc(100vh-2rem)] xl:overflow-y-auto",
                ),
            ),
            class_name="grid gap-6 xl:grid-cols-[minmax(0,1fr)_25rem] items-start",
        ),
        title="Interviewer",
        heading=S.facts["title"].to(str),
    )


def _role() -> rx.Component:
    def top(name: str, label: str, **props: Any) -> rx.Component:
        return line(name, label, S.texts[name], error=S.errors[name], **props)

    return ui.card(
        top("title", "Title"),
        rx.el.div(
            top("location", "Place", optional=True),
            top("employment", "Kind of work", optional=True),
            top("pay", "Pay", optional=True),
            class_name="grid gap-4 md:grid-cols-3",
        ),
        area(
            "description",
            "About the role",
            S.texts["description"],
            help="Candidates read it before they start.",
            rows=6,
        ),
        area("welcome", "Welcome", S.texts["welcome"], help="The first words a candidate reads.", rows=3),
        area("thanks", "Thank-you", S.texts["thanks"], help="What happens next, and when.", rows=3),
        rx.el.details(
            rx.el.summary("Time, contact and language"),
            rx.el.div(
                top("deadline_days", "Open for, in days", input_mode="numeric", help="0 keeps it open."),
                top(
                    "due_days",
                    "Days for each candidate",
                    input_mode="numeric",
                    help="Counted from the invitation.",
                ),
                top("contact_email", "Contact for candidates", type="email", optional=True),
                _language(),
                top("interviewer_name", "The interviewer's name", help="It always says that it is an AI."),
                top("redirect_url", "Go to after the thank-you", type="url", optional=True),
                top(
                    "scheduling_url",
                    "Scheduling link",
                    type="url",
                    optional=True,
                    help="Sent to shortlisted candidates after ten minutes. Empty: the workspace's own, if it has one.",
                ),
                class_name="grid gap-4 pt-3 md:grid-cols-2",
            ),
        ),
        title="The role",
    )


def _language() -> rx.Component:
    return ui.field(
        "Language",
        ui.select(
            "language",
            [("en", "English"), ("es", "Spanish")],
            value=S.texts["language"],
            on_change=S.typed("language"),
            disabled=~S.can_edit,
        ),
        id="language",
    )


def _add_stage() -> rx.Component:
    return rx.cond(
        S.can_edit & (S.missing.length() > 0),
        rx.el.div(
            rx.el.span("Add a stage:", class_name="muted"),
            rx.foreach(
                S.missing,
                lambda one: ui.button(
                    one["name"],
                    kind="secondary",
                    icon="plus",
                    on_click=S.pressed("add_stage", "", one["kind"].to(str)),
                ),
            ),
            class_name="row",
        ),
    )


def _going_live() -> rx.Component:
    return ui.card(
        rx.el.ul(rx.foreach(S.checklist, _check), class_name="grid gap-2"),
        rx.cond(
            S.problems.length() > 0,
            rx.el.div(
                rx.el.p("Missing yet:", class_name="font-semibold"),
                rx.el.ul(
                    rx.foreach(S.problems, lambda p: rx.el.li(rx.el.strong(p["where"]), ": ", p["text"])),
                    class_name="needs text-sm",
                ),
                class_name="notice notice-warn stack-s",
                custom_attrs={"data-problems": ""},
            ),
        ),
        rx.cond(
            _F["candidates"].to(int) > 0,
            rx.el.p(
                _F["candidates"],
                " people have an application. Who has started keeps the version they started with.",
                class_name="help",
            ),
        ),
        rx.cond(
            S.can_edit,
            ui.button(
                rx.cond(_F["version"].to(int) > 0, "Publish the changes", "Publish"),
                on_click=S.published,
                disabled=~_F["changed"].to(bool) & (_F["state"].to(str) == "active"),
            ),
        ),
        title="Before it goes live",
    )


def _check(one: Any) -> rx.Component:
    return rx.el.li(
        rx.cond(
            one["done"].to(bool),
            rx.el.span(
                ui.icon("check", size=18),
                rx.el.span("Done: ", class_name="sr"),
                class_name="mt-0.5 text-(--ok)",
            ),
            rx.el.span(
                rx.el.span("Open: ", class_name="sr"),
                class_name="mt-1 size-4 rounded-full border border-(--line-strong)",
            ),
        ),
        rx.el.div(rx.el.span(one["label"]), rx.el.span(one["hint"], class_name="help block")),
        class_name="grid grid-cols-[1.5rem_minmax(0,1fr)] gap-2",
        custom_attrs={"data-check": one["id"]},
    )


def _links() -> rx.Component:
    return ui.card(
        rx.cond(
            _F["state"].to(str) == "active",
            copy_line("apply-url", "Apply link", _F["apply_url"].to(str), "Anyone who opens it can apply."),
            rx.el.p("The apply link works once it is published.", class_name="muted text-sm"),
        ),
        copy_line(
            "preview-url",
            "Preview link",
            _F["preview_url"].to(str),
            "The very same way as a candidate's; counted nowhere.",
        ),
        title="Links",
    )


def _needs() -> rx.Component:
    return rx.cond(
        S.needs.length() > 0,
        ui.card(
            rx.el.p("Made from the enforced dealbreakers; it stands in every invitation.", class_name="help"),
            rx.el.ul(rx.foreach(S.needs, lambda text: rx.el.li(text)), class_name="needs"),
            title="You need:",
        ),
    )
