"""Candidates of one role, or of all."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app import ui
from milo_app.recruiter.candidates.acting import acting, progress_of
from milo_app.recruiter.candidates.adding import adding
from milo_app.recruiter.candidates.adding_state import AddingState as A
from milo_app.recruiter.candidates.filters import filters
from milo_app.recruiter.candidates.state import CandidatesState as S
from milo_app.recruiter.frame import frame
from milo_app.recruiter.parts import Keys, items, mark, when
from milo_app.services.saved_views import COLUMNS

_KEYS = [
    ["j", "Next row"],
    ["k", "Previous row"],
    ["x", "Tick or untick the row"],
    ["/", "Search"],
    ["n", "Next page"],
    ["p", "Previous page"],
    ["s", "Shortlist who is ticked"],
    ["d", "Dismiss who is ticked"],
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
        rx.cond(A.open & (S.interviewer != ""), adding()),
        progress_of(),
        filters(),
        rx.cond(S.rows.length() > 0, _table(), _nothing()),
        acting(),
        current="/app/candidates/",
        title="Candidates",
        heading=S.title,
    )


def _role_actions() -> rx.Component:
    return rx.fragment(
        rx.cond(S.can_edit, ui.button_link("Edit interviewer", "/app/interviewer/?i=" + S.interviewer)),
        rx.cond(
            S.can_edit & S.published,
            ui.button("Add candidates", icon="plus", on_click=A.toggled, aria_expanded=A.open),
        ),
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
                _heading("Candidate", "name"),
                *[
                    rx.cond(
                        S.columns.contains(name),
                        _heading(label, _SORTED.get(name, ""), _HIDDEN.get(name, "")),
                    )
                    for name, label in COLUMNS.items()
                ],
            ],
            rx.foreach(S.rows, _row),
            caption="Candidates",
        ),
        rx.el.div(
            rx.el.p(
                S.total,
                rx.cond(S.total == "1", " candidate", " candidates"),
                class_name="muted text-sm",
                role="status",
                custom_attrs={"data-total": S.total},
            ),
            rx.el.div(
                _turn("Previous page", "previous", "p", S.previous.length() == 0),
                _turn("Next page", "next", "n", S.next.length() == 0),
                class_name="row",
            ),
            rx.el.div(
                Keys.create(keys=_KEYS),
                ui.link("Export as CSV", S.export_url, outside=True, class_name="btn btn-quiet btn-small"),
                class_name="row",
            ),
            class_name="spread",
        ),
    )


def _turn(label: str, way: str, key: str, disabled: Any) -> rx.Component:
    return ui.button(
        label,
        kind="secondary",
        small=True,
        on_click=S.paged(way),
        disabled=disabled,
        custom_attrs={"data-key": key},
    )


#: What a column is sorted by, and where there is no room for it.
_SORTED = {"score": "score", "activity": "updated_at", "invited": "created_at"}
_HIDDEN = {
    name: "max-md:hidden" if name == "stages" else "max-sm:hidden"
    for name in ("stages", "decision", "source", "invited", "due", "activity")
}


def _heading(label: str, sort: str = "", hidden: str = "") -> rx.Component:
    if not sort:
        return ui.column(label, class_name=hidden)
    up, down = S.sort == sort, S.sort == f"-{sort}"
    arrow = rx.cond(up, " ↑", rx.cond(down, " ↓", ""))
    button = rx.el.button(
        label,
        rx.el.span(arrow, aria_hidden="true"),
        type="button",
        on_click=S.sorted_by(sort),
        class_name="cursor-pointer font-[inherit] text-inherit whitespace-nowrap hover:underline min-h-6",
    )
    return ui.column(
        button, sort=rx.cond(up, "ascending", rx.cond(down, "descending", "none")), class_name=hidden
    )


def _row(row: Any) -> rx.Component:
    cells = {
        "state": rx.el.td(
            rx.el.span(row["state_name"], custom_attrs={"data-state": row["state"]}),
            rx.cond(
                row["review"].to(bool),
                rx.el.span(ui.badge("Needs review", kind="warn"), class_name="block mt-1"),
            ),
        ),
        "stages": rx.el.td(
            rx.el.ul(rx.foreach(items(row["stages"]), _stage), class_name="flex flex-wrap gap-1"),
            class_name=_HIDDEN["stages"],
        ),
        "score": rx.el.td(
            rx.el.span(row["score"], class_name="font-semibold tabular-nums"),
            rx.el.span(row["covers"], class_name="block text-(--muted) text-xs"),
            class_name="whitespace-nowrap",
        ),
        "decision": rx.el.td(
            rx.match(
                row["decision"].to(str),
                ("shortlisted", ui.badge("Shortlisted", kind="ok")),
                ("dismissed", ui.badge("Dismissed")),
                rx.el.span("–", aria_hidden="true", class_name="muted"),
            ),
            class_name=_HIDDEN["decision"],
        ),
        "source": rx.el.td(row["source"], class_name=_HIDDEN["source"]),
        "invited": rx.el.td(when(row["invited"], "day"), class_name=_HIDDEN["invited"]),
        "due": rx.el.td(when(row["due"], "day"), class_name=_HIDDEN["due"]),
        "activity": rx.el.td(when(row["updated"], "ago"), class_name=_HIDDEN["activity"]),
    }
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
        *[rx.cond(S.columns.contains(name), cells[name]) for name in COLUMNS],
        key=row["id"].to(str),
        custom_attrs={"data-application": row["id"]},
        class_name="focus-within:bg-(--sunken)",
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
    filtered = S.review | (
        S.search + S.state + S.decision + S.stage + S.source + S.score_from + S.score_to != ""
    )
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
                    ui.button("Add candidates", on_click=A.toggled),
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
