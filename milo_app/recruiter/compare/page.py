"""Two to four candidates, criterion by criterion: what each said before what it scored."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app import ui
from milo_app.recruiter.compare.state import CompareState as S
from milo_app.recruiter.frame import frame
from milo_app.recruiter.parts import items, mark, texts

_FIRST = "sticky left-0 z-10 bg-(--surface) !whitespace-normal align-top min-w-[10rem] max-w-[16rem]"


def page() -> rx.Component:
    """One table; the criteria stay in sight while one scrolls to the side."""
    return frame(
        S,
        ui.page_header(
            "Compare",
            ui.button_link("All candidates", "/app/candidates/?i=" + S.interviewer),
            above=rx.el.p(S.role, class_name="eyebrow"),
        ),
        rx.el.div(
            rx.el.table(
                rx.el.caption("Candidates side by side", class_name="sr"),
                rx.el.thead(
                    rx.el.tr(
                        rx.el.th(rx.el.span("Criterion", class_name="sr"), scope="col", class_name=_FIRST),
                        rx.foreach(S.people, _person),
                    )
                ),
                rx.foreach(S.parts, _part),
                class_name="table",
            ),
            class_name="scroll-x",
            tab_index=0,
            role="region",
            aria_label="Candidates side by side",
        ),
        current="/app/candidates/",
        title="Compare",
        heading="Compare",
    )


def _person(one: Any) -> rx.Component:
    id = one["id"].to(str)
    decision = one["decision"].to(str)
    return rx.el.th(
        ui.link(one["name"], "/app/report/?a=" + id, class_name="text-(--text-m) font-semibold text-(--ink)"),
        rx.el.span(
            rx.cond(one["score"].to(str) != "", one["score"], "No score yet"),
            class_name="block text-2xl font-semibold tabular-nums text-(--ink)",
            custom_attrs={"data-score": "overall"},
        ),
        rx.el.span(one["covers"], class_name="block font-normal text-(--muted)"),
        rx.el.span(one["state_name"], class_name="block font-normal text-(--muted)"),
        rx.cond(one["decision_name"].to(str) != "", ui.badge(one["decision_name"], kind="brand")),
        rx.cond(
            S.can_edit,
            rx.cond(
                decision == "none",
                ui.button("Shortlist", kind="secondary", small=True, on_click=S.decided(id, "shortlisted")),
                ui.button("Clear decision", kind="quiet", small=True, on_click=S.decided(id, "none")),
            ),
        ),
        scope="col",
        class_name="align-top min-w-[13rem] !whitespace-normal",
        custom_attrs={"data-person": id},
    )


def _part(part: Any) -> rx.Component:
    return rx.el.tbody(
        rx.el.tr(
            rx.el.th(
                part["name"], scope="rowgroup", class_name=f"{_FIRST} !text-(--ink) text-(--text-m) !pt-6"
            ),
            rx.cond(
                texts(part["scores"]).length() > 0,
                rx.foreach(
                    texts(part["scores"]),
                    lambda score: rx.el.td(score, class_name="font-semibold tabular-nums !pt-6"),
                ),
                rx.foreach(S.people, lambda one: rx.el.td("", class_name="!pt-6")),
            ),
        ),
        rx.foreach(items(part["rows"]), _row),
    )


def _row(row: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            row["text"],
            rx.el.span(row["help"], class_name="block font-normal text-(--muted)"),
            scope="row",
            class_name=f"{_FIRST} border-b border-(--line) !text-(--ink) !p-3",
        ),
        rx.foreach(items(row["cells"]), _cell),
        custom_attrs={"data-criterion": row["id"]},
    )


def _cell(cell: Any) -> rx.Component:
    score = cell["score"].to(str)
    return rx.el.td(
        rx.cond(
            cell["quote"].to(str) != "",
            rx.el.blockquote(cell["quote"], class_name="text-(--text-s)"),
        ),
        rx.el.div(
            rx.cond(
                score != "",
                rx.cond(
                    cell["href"].to(str) != "",
                    ui.link(
                        rx.fragment(score, " of 5"),
                        cell["href"].to(str),
                        class_name="font-semibold tabular-nums",
                    ),
                ),
            ),
            rx.cond(
                cell["words"].to(str) != "",
                mark(cell["words"], cell["tone"].to(str)),
            ),
            class_name="row",
        ),
        class_name="align-top !whitespace-normal",
    )
