"""What is done to everyone selected: asked by number, shown while it runs, undone while it can be."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app import ui
from milo_app.recruiter.candidates.state import CandidatesState as S
from milo_app.recruiter.parts import items, when

_ACTION = S.action
_ASKING = S.asking


def acting() -> rx.Component:
    """The bar below the table while somebody is selected, and the question before anything is done."""
    return rx.fragment(rx.cond(S.selected.length() > 0, _bar()), _question())


def _bar() -> rx.Component:
    count = rx.cond(S.whole, S.total, S.selected.length().to_string())
    return rx.el.div(
        rx.el.p(count, " selected", class_name="font-semibold", custom_attrs={"data-selected": count}),
        rx.cond(
            S.all_on & ~S.whole & ((S.next.length() > 0) | (S.previous.length() > 0)),
            ui.button(
                "Select all " + S.total + " that match", kind="quiet", small=True, on_click=S.whole_chosen
            ),
        ),
        rx.cond(
            S.can_edit,
            rx.fragment(
                _act("Shortlist…", "shortlist", "s"),
                _act("Dismiss…", "dismiss", "d"),
                _act("Clear decision…", "clear", kind="quiet"),
                _act("Remind…", "nudge", kind="quiet"),
                ui.button("Message…", kind="quiet", small=True, on_click=S.message_asked),
                rx.cond(S.state == "disqualified", _act("Reinstate…", "reinstate", kind="quiet")),
                rx.cond((S.state == "invited") | (S.state == ""), _act("Invite…", "invite", kind="quiet")),
            ),
        ),
        rx.cond(
            ~S.whole & (S.selected.length() > 1) & (S.selected.length() < 5),
            ui.button_link("Compare", "/app/compare/?a=" + S.selected.join(","), kind="quiet", small=True),
        ),
        ui.button("Untick all", kind="quiet", small=True, on_click=S.all_ticked(False)),
        class_name="row sticky bottom-2 z-20 rounded-xl border border-(--line) bg-(--surface) px-4 py-2 shadow-lg",
        role="region",
        aria_label="Selected candidates",
    )


def _act(label: str, action: str, key: str = "", kind: str = "secondary") -> rx.Component:
    attrs = {"data-key": key} if key else {}
    return ui.button(label, kind=kind, small=True, on_click=S.asked(action), custom_attrs=attrs)


_WORDS = {
    "shortlist": "Shortlist",
    "dismiss": "Dismiss",
    "clear": "Clear the decision",
    "invite": "Invite",
    "nudge": "Remind",
    "reinstate": "Reinstate",
}


def _question() -> rx.Component:
    kind = _ASKING["kind"].to(str)
    return ui.dialog(
        _ASKING["question"].to(str),
        rx.el.form(
            rx.cond(
                _ASKING["can_undo"].to(bool),
                rx.el.p("You can undo this for ten minutes. Nothing reaches them before that."),
                rx.cond(
                    kind == "reinstate",
                    rx.el.p("The next stage opens for them, with a fresh due date."),
                    rx.el.p(
                        "They are written to now; this cannot be undone. Who cannot be is skipped, and you see why."
                    ),
                ),
            ),
            rx.cond(
                _ASKING["needs_reason"].to(bool),
                ui.field(
                    "Reason",
                    ui.text_area("reason", name="reason", rows=3),
                    id="reason",
                    optional=False,
                    help=rx.cond(
                        kind == "reinstate", "Kept in the log.", "For your team; candidates never see it."
                    ),
                    error=S.errors.get("reason", ""),
                ),
            ),
            rx.cond(
                _ASKING["tells"].to(bool),
                ui.checkbox(
                    "Tell them by email, in ten minutes",
                    name="tell",
                    default_checked=kind == "dismiss",
                    key=kind,
                ),
            ),
            rx.el.div(
                rx.el.button(
                    rx.match(kind, *_WORDS.items(), "Do it"),
                    type="submit",
                    class_name=rx.cond(kind == "dismiss", "btn btn-danger", "btn btn-primary"),
                ),
                ui.button("Go back", kind="secondary", on_click=S.ask_closed),
                class_name="actions",
            ),
            on_submit=S.confirmed,
            class_name="stack-s",
        ),
        open=kind != "",
        on_close=S.ask_closed,
        id="bulk",
    )


def progress_of() -> rx.Component:
    """How far an action or a list is, and the way back."""
    return rx.el.div(
        rx.cond(
            _ACTION["text"].to(str) != "",
            rx.el.div(
                _running(_ACTION),
                rx.cond(
                    _ACTION["undo"].to(bool),
                    rx.el.div(
                        ui.button(
                            "Undo", kind="secondary", small=True, on_click=S.undone(_ACTION["id"].to(str))
                        ),
                        rx.el.span("until ", when(_ACTION["until"], "clock"), class_name="muted text-sm"),
                        class_name="row",
                    ),
                ),
                rx.cond(
                    items(_ACTION["skipped"]).length() > 0,
                    rx.el.ul(
                        rx.foreach(
                            items(_ACTION["skipped"]), lambda x: rx.el.li(x["n"], " skipped: ", x["why"])
                        ),
                        class_name="text-sm muted grow basis-full",
                    ),
                ),
                class_name="notice flex flex-wrap items-center gap-3",
                custom_attrs={"data-action": _ACTION["id"]},
            ),
        ),
        rx.cond(
            S.list_progress["text"].to(str) != "",
            rx.el.div(
                _running(S.list_progress), class_name="notice", custom_attrs={"data-list-progress": ""}
            ),
        ),
        role="status",
        aria_live="polite",
        class_name="stack-s empty:hidden",
    )


def _running(one: Any) -> rx.Component:
    return rx.fragment(
        rx.el.p(one["text"]),
        rx.cond(
            one["running"].to(bool),
            rx.el.progress(
                value=one["done"].to(int), max=one["total"].to(int), aria_label="Progress", class_name="w-48"
            ),
        ),
    )
