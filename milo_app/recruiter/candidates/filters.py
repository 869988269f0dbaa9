"""What is shown of the table: search, filters, kept views, columns, order."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app import ui
from milo_app.recruiter.candidates.state import CandidatesState as S
from milo_app.services.labels import SOURCES
from milo_app.services.saved_views import COLUMNS

_STATES = [
    ("", "Every state"),
    ("invited", "Invited"),
    ("in_progress", "In progress"),
    ("evaluating", "Being evaluated"),
    ("completed", "Completed"),
    ("disqualified", "Stopped"),
    ("withdrawn", "Withdrawn"),
    ("expired", "Expired"),
]
_DECISIONS = [
    ("", "Any decision"),
    ("none", "To decide"),
    ("shortlisted", "Shortlisted"),
    ("dismissed", "Dismissed"),
]
_STAGES = [
    ("", "At any stage"),
    ("resume", "At resume"),
    ("form", "At form"),
    ("sms", "At texts"),
    ("voice", "At interview"),
]
_SOURCES = [("", "Came by any way"), *SOURCES.items()]
_SORTS = [
    ("-updated_at", "Latest activity"),
    ("updated_at", "Longest without activity"),
    ("-score", "Highest score"),
    ("score", "Lowest score"),
    ("name", "Name"),
    ("-name", "Name, Z to A"),
    ("-created_at", "Newest first"),
    ("created_at", "Oldest first"),
]


def filters() -> rx.Component:
    """What is asked for most in one line; the rest opens below it."""
    return rx.el.div(
        rx.el.div(
            rx.el.div(
                rx.el.label("Search", html_for="search", class_name="sr"),
                rx.el.input(
                    id="search",
                    type="search",
                    placeholder="Name, email or phone",
                    default_value=S.search,
                    on_change=S.filter_changed("search").debounce(250),
                    class_name="input",
                ),
                class_name="col-span-2 min-w-[14rem] grow",
                key="search-" + S.form.to_string(),
            ),
            _select("interviewer", "Role", S.roles, S.interviewer, first="Every role"),
            _select("state", "State", _STATES, S.state),
            _select("decision", "Decision", _DECISIONS, S.decision),
            _select("sort", "Order", _SORTS, S.sort),
            class_name="grid grid-cols-2 items-center gap-2 sm:flex sm:flex-wrap",
        ),
        rx.el.div(_views(), _more(), _columns(), class_name="flex flex-wrap items-start gap-x-6 gap-y-2"),
        role="search",
        aria_label="Filter candidates",
        class_name="stack-s",
    )


def _select(name: str, label: str, options: Any, value: Any, first: str = "") -> rx.Component:
    shown: list[Any] = [rx.el.option(first, value="")] if first else []
    if isinstance(options, rx.Var):
        shown.append(rx.foreach(options, lambda pair: rx.el.option(pair[1], value=pair[0])))
    else:
        shown += [rx.el.option(text, value=key) for key, text in options]
    return rx.el.div(
        rx.el.label(label, html_for=f"filter-{name}", class_name="sr"),
        rx.el.select(
            *shown,
            id=f"filter-{name}",
            value=value,
            on_change=S.filter_changed(name),
            class_name="input",
        ),
        class_name="sm:min-w-[9.5rem] sm:max-w-[16rem]",
    )


def _more() -> rx.Component:
    used = S.review | (S.stage + S.source + S.score_from + S.score_to != "")
    return rx.el.details(
        rx.el.summary("More filters", rx.cond(used, ui.badge("in use", kind="info"))),
        rx.el.div(
            _select("stage", "Stage", _STAGES, S.stage),
            _select("source", "Came by", _SOURCES, S.source),
            _percent("score_from", "Score from", S.score_from),
            _percent("score_to", "Score to", S.score_to),
            ui.checkbox(
                "Needs review",
                default_checked=S.review,
                on_change=S.review_changed,
                key="review-" + S.form.to_string(),
            ),
            class_name="flex flex-wrap items-end gap-2 pt-2",
        ),
        open=used,
    )


def _percent(name: str, label: str, value: Any) -> rx.Component:
    return rx.el.div(
        rx.el.label(label, html_for=f"filter-{name}", class_name="label"),
        rx.el.input(
            id=f"filter-{name}",
            input_mode="decimal",
            placeholder="%",
            default_value=value,
            on_change=S.filter_changed(name).debounce(300),
            class_name="input !w-24",
        ),
        key=f"{name}-" + S.form.to_string(),
    )


def _columns() -> rx.Component:
    return rx.el.details(
        rx.el.summary("Columns"),
        rx.el.fieldset(
            rx.el.legend("Columns shown", class_name="sr"),
            *[
                ui.checkbox(
                    label,
                    checked=S.columns.contains(name),
                    on_change=lambda on, name=name: S.column_ticked(name, on),
                )
                for name, label in COLUMNS.items()
            ],
            class_name="flex flex-wrap gap-x-4 pt-2",
        ),
    )


def _views() -> rx.Component:
    chooser = rx.el.div(
        rx.el.label("View", html_for="view-chosen", class_name="sr"),
        rx.el.select(
            rx.el.option("No view", value=""),
            rx.foreach(
                S.views,
                lambda view: rx.el.option(
                    view["name"], rx.cond(view["own"].to(bool), "", " (shared)"), value=view["id"].to(str)
                ),
            ),
            id="view-chosen",
            value=S.view,
            on_change=S.view_chosen,
            class_name="input sm:max-w-[16rem]",
        ),
    )
    form = rx.el.form(
        ui.field(
            "Name of the view",
            ui.text_input("view", name="view", max_length=40, auto_focus=True),
            id="view",
            error=S.errors.get("view", ""),
        ),
        rx.cond(S.can_edit, ui.checkbox("For everyone in the workspace", name="shared")),
        rx.el.div(
            ui.button("Keep the view", type="submit", small=True),
            ui.button("Cancel", kind="quiet", small=True, on_click=S.keep_asked(False)),
            class_name="row",
        ),
        on_submit=S.view_saved,
        class_name="stack-s",
    )
    return rx.el.div(
        rx.cond(S.views.length() > 0, chooser),
        rx.cond(
            S.keeping,
            form,
            rx.el.div(
                rx.cond(
                    S.view != "",
                    ui.button("Remove this view", kind="quiet", small=True, on_click=S.view_removed),
                    ui.button("Keep as a view…", kind="quiet", small=True, on_click=S.keep_asked(True)),
                ),
            ),
        ),
        class_name="flex flex-wrap items-center gap-2",
    )
