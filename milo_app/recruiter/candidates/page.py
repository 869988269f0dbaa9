"""Candidates of one role, or of all."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app import ui
from milo_app.recruiter.candidates.adding import adding
from milo_app.recruiter.candidates.state import CandidatesState as S
from milo_app.recruiter.frame import frame
from milo_app.recruiter.parts import items, mark, when

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
_SORTS = [
    ("-updated_at", "Latest activity"),
    ("-score", "Highest score"),
    ("score", "Lowest score"),
    ("name", "Name"),
    ("-created_at", "Newest first"),
    ("created_at", "Oldest first"),
]


def page() -> rx.Component:
    """Filters, the table, and what can be done with the ticked rows."""
    return frame(
        S,
        ui.page_header(
            rx.cond(S.title, S.title, "Candidates"),
            rx.cond(S.interviewer, _role_actions()),
            above=rx.cond(S.interviewer, rx.el.p("Candidates", class_name="eyebrow")),
        ),
        rx.cond(S.adding, adding()),
        _filters(),
        rx.cond(S.rows.length() > 0, _table(), _nothing()),
        rx.cond(S.selected.length() > 0, _bulk()),
        ui.dialog(
            "Dismiss " + S.selected.length().to_string() + "?",
            _dismissing(),
            open=S.dismissing,
            on_close=S.dismiss_asked(False),
            id="dismiss",
        ),
        current="/app/candidates/",
        title="Candidates",
        heading=S.title,
    )


def _role_actions() -> rx.Component:
    return rx.fragment(
        rx.cond(S.can_edit, ui.button_link("Edit interviewer", "/app/interviewer/?i=" + S.interviewer)),
        rx.cond(
            S.can_edit & S.published,
            ui.button("Add candidates", icon="plus", on_click=S.adding_toggled, aria_expanded=S.adding),
        ),
    )


def _filters() -> rx.Component:
    return rx.el.div(
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
        _select("stage", "Stage", _STAGES, S.stage),
        _select("sort", "Order", _SORTS, S.sort),
        ui.checkbox("Needs review", default_checked=S.review, on_change=S.review_changed),
        class_name="grid grid-cols-2 items-center gap-2 sm:flex sm:flex-wrap",
        role="search",
        aria_label="Filter candidates",
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


def _bulk() -> rx.Component:
    return rx.el.div(
        rx.el.p(S.selected.length(), " selected", class_name="font-semibold"),
        rx.cond(
            S.can_edit,
            rx.fragment(
                ui.button("Shortlist", kind="secondary", small=True, on_click=S.decided("shortlisted")),
                ui.button("Dismiss…", kind="secondary", small=True, on_click=S.dismiss_asked(True)),
                ui.button("Clear decision", kind="quiet", small=True, on_click=S.decided("none")),
            ),
        ),
        ui.button("Untick all", kind="quiet", small=True, on_click=S.all_ticked(False)),
        class_name="row sticky bottom-2 z-20 rounded-xl border border-(--line) bg-(--surface) px-4 py-2 shadow-lg",
        role="region",
        aria_label="Selected candidates",
    )


def _dismissing() -> rx.Component:
    return rx.el.form(
        rx.el.p("Nothing is sent to them by this, and you can clear it later."),
        ui.field("Reason", ui.text_area("reason", name="reason", rows=3), id="reason", optional=True),
        rx.el.div(
            ui.button("Dismiss", kind="danger", type="submit"),
            ui.button("Keep them", kind="secondary", on_click=S.dismiss_asked(False)),
            class_name="actions",
        ),
        on_submit=S.dismissed,
        class_name="stack-s",
    )


def _table() -> rx.Component:
    return rx.fragment(
        ui.table(
            [
                ui.column(
                    rx.el.input(
                        type="checkbox",
                        default_checked=S.all_on,
                        key="all-" + S.ticks.to_string() + S.all_on.to_string(),
                        on_change=S.all_ticked,
                        aria_label="Select all shown",
                        class_name="size-5 accent-(--brand)",
                    )
                ),
                "Candidate",
                "State",
                ui.column("Stages", class_name="max-md:hidden"),
                "Score",
                ui.column("Decision", class_name="max-sm:hidden"),
                ui.column("Last activity", class_name="max-sm:hidden"),
            ],
            rx.foreach(S.rows, _row),
            caption="Candidates",
        ),
        rx.el.div(
            rx.el.p(S.rows.length(), " of ", S.total, " shown", class_name="muted text-sm", role="status"),
            rx.cond(S.next.length() > 0, ui.button("Show more", kind="secondary", on_click=S.more_clicked)),
            class_name="spread",
        ),
    )


def _row(row: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.td(
            rx.el.input(
                type="checkbox",
                default_checked=S.selected.contains(row["id"].to(str)),
                on_change=lambda on: S.row_ticked(row["id"].to(str), on),
                aria_label="Select " + row["name"].to(str),
                class_name="size-5 accent-(--brand)",
                key="tick-" + S.ticks.to_string(),
            )
        ),
        rx.el.th(
            ui.link(
                row["name"],
                "/app/report/?a=" + row["id"].to(str),
                class_name="text-(--text-m) font-semibold text-(--ink)",
            ),
            rx.el.span(
                rx.cond(row["email"].to(str) != "", row["email"], row["phone"]),
                class_name="block font-normal text-(--muted)",
            ),
            rx.cond(
                S.interviewer == "",
                rx.el.span(row["role"], class_name="block max-sm:hidden font-normal text-(--muted)"),
            ),
            rx.cond(row["duplicate"].to(bool), ui.badge("Possible duplicate", kind="warn")),
            rx.cond(~row["reachable"].to(bool), ui.badge("Cannot be reached", kind="warn")),
            scope="row",
            class_name="!whitespace-normal align-top border-b border-(--line) text-(--text-s) !text-(--ink) !font-normal min-w-[11rem] md:min-w-[16rem] !p-3",
        ),
        rx.el.td(
            rx.el.span(row["state_name"], custom_attrs={"data-state": row["state"]}),
            rx.cond(
                row["review"].to(bool),
                rx.el.span(ui.badge("Needs review", kind="warn"), class_name="block mt-1"),
            ),
        ),
        rx.el.td(
            rx.el.ul(rx.foreach(items(row["stages"]), _stage), class_name="flex flex-wrap gap-1"),
            class_name="max-md:hidden",
        ),
        rx.el.td(
            rx.el.span(row["score"], class_name="font-semibold tabular-nums"),
            rx.el.span(row["covers"], class_name="block text-(--muted) text-xs"),
            class_name="whitespace-nowrap",
        ),
        rx.el.td(
            rx.match(
                row["decision"].to(str),
                ("shortlisted", ui.badge("Shortlisted", kind="ok")),
                ("dismissed", ui.badge("Dismissed")),
                rx.el.span("–", aria_hidden="true", class_name="muted"),
            ),
            class_name="max-sm:hidden",
        ),
        rx.el.td(when(row["updated"], "ago"), class_name="max-sm:hidden"),
        key=row["id"].to(str),
        custom_attrs={"data-application": row["id"]},
    )


def _stage(stage: Any) -> rx.Component:
    """A stage's mark: its name, what became of it for those who cannot see the colour, and its score."""
    return rx.el.li(
        mark(
            rx.fragment(
                stage["name"],
                rx.el.span(", ", stage["words"], class_name="sr"),
                rx.cond(stage["score"].to(str) != "", rx.fragment(" ", stage["score"])),
            ),
            stage["tone"].to(str),
        ),
        title=stage["words"].to(str),
        custom_attrs={"data-stage": stage["kind"], "data-stage-state": stage["state"]},
    )


def _nothing() -> rx.Component:
    filtered = (S.search != "") | (S.state != "") | (S.decision != "") | (S.stage != "") | S.review
    return rx.cond(
        filtered,
        ui.empty(
            "Nobody fits these filters",
            "Take a filter away to see more.",
            ui.button("Clear filters", kind="secondary", on_click=S.cleared),
        ),
        rx.cond(
            S.interviewer,
            rx.cond(
                S.published,
                ui.empty(
                    "No candidates yet",
                    "Add one by hand, paste a list, or share the apply link.",
                    ui.button("Add candidates", on_click=S.adding_toggled),
                ),
                ui.empty(
                    "This interviewer is not published",
                    "Publish it, and candidates can be invited.",
                    ui.button_link("Finish it", "/app/interviewer/?i=" + S.interviewer, kind="primary"),
                ),
            ),
            ui.empty(
                "No candidates yet",
                "Candidates appear here once they are invited or apply.",
                ui.button_link("Go to Home", "/app/"),
            ),
        ),
    )
