"""Beside the evidence: the decision, colleagues' words, and every message."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app import ui
from milo_app.recruiter.parts import Keys, copy_line, when
from milo_app.recruiter.report.sharing import sharing
from milo_app.recruiter.report.state import ReportState as S
from milo_app.recruiter.report.timeline import messages

_H = S.head
_KEYS = [
    ["j", "Next candidate"],
    ["k", "Previous candidate"],
    ["s", "Shortlist"],
    ["d", "Dismiss"],
    ["c", "Comment"],
]


def beside() -> rx.Component:
    """The narrow column; below the evidence on a small screen."""
    return rx.el.div(
        _decision(),
        _way(),
        _comments(),
        messages(),
        sharing(),
        Keys.create(keys=_KEYS),
        class_name="stack content-start",
    )


def _decision() -> rx.Component:
    none = _H["decision"].to(str) == "none"
    return ui.card(
        rx.cond(
            none,
            rx.el.p(
                "A person decides. Shortlisting sends at most your scheduling link, ten minutes later.",
                class_name="muted text-sm",
            ),
            rx.el.p(
                rx.el.strong(_H["decision_name"]),
                " by ",
                _H["decided_by"],
                " ",
                when(_H["decided_at"], "ago"),
                rx.cond(_H["decision_reason"].to(str) != "", rx.fragment(": ", _H["decision_reason"])),
            ),
        ),
        rx.cond(
            S.can_edit,
            rx.el.div(
                rx.cond(
                    _H["decision"].to(str) != "shortlisted",
                    ui.button("Shortlist", on_click=S.decided("shortlisted"), custom_attrs={"data-key": "s"}),
                ),
                rx.cond(
                    _H["decision"].to(str) != "dismissed",
                    ui.button(
                        "Dismiss…",
                        kind="secondary",
                        on_click=S.dismiss_asked(True),
                        custom_attrs={"data-key": "d"},
                    ),
                ),
                rx.cond(~none, ui.button("Clear decision", kind="quiet", on_click=S.decided("none"))),
                class_name="actions",
            ),
        ),
        title="Decision",
    )


def _way() -> rx.Component:
    """When what happened, and more time."""

    def row(label: str, name: str) -> rx.Component:
        return rx.cond(_H[name].to(str) != "", rx.fragment(rx.el.dt(label), rx.el.dd(when(_H[name]))))

    return ui.card(
        rx.el.dl(
            row("Invited", "invited_at"),
            row("Started", "started_at"),
            row("Completed", "completed_at"),
            row("Due", "due_at"),
            rx.el.dt("Came by"),
            rx.el.dd(_H["source"]),
            rx.el.dt("Version"),
            rx.el.dd(_H["version"], ", attempt ", _H["attempt"]),
            class_name="facts !grid-cols-[6rem_minmax(0,1fr)]",
        ),
        rx.cond(
            S.can_edit & _H["can_extend"].to(bool),
            ui.button("Give seven more days", kind="secondary", small=True, on_click=S.extended),
        ),
        rx.cond(
            S.can_edit & _H["can_rejoin"].to(bool),
            ui.button("Let them come back", kind="secondary", small=True, on_click=S.rejoined),
        ),
        rx.cond(
            _H["attempts"].to(list[int]).length() > 0,
            rx.el.nav(
                rx.foreach(
                    _H["attempts"].to(list[int]),
                    lambda n: ui.link(
                        "Attempt " + n.to_string(),
                        "/app/report/?a=" + S.application + "&attempt=" + n.to_string(),
                        aria_current=rx.cond(_H["attempt"].to(int) == n, "page", "false"),
                    ),
                ),
                aria_label="Attempts",
                class_name="row text-sm",
            ),
        ),
        rx.cond(
            _H["link"].to(str) != "",
            rx.el.details(
                rx.el.summary("Hand over their own link", class_name="!min-h-0 text-sm"),
                copy_line(
                    "candidate-link", "Link", _H["link"].to(str), "Whoever has it can go on as this person."
                ),
            ),
        ),
        title="Dates",
    )


def _comments() -> rx.Component:
    return ui.card(
        rx.cond(
            S.comments.length() > 0,
            rx.el.ul(rx.foreach(S.comments, _comment), class_name="stack-s"),
            rx.el.p("Only members see comments.", class_name="muted text-sm"),
        ),
        rx.cond(
            S.can_edit,
            rx.el.form(
                ui.field(
                    "Comment",
                    ui.text_area("comment", name="text", rows=3, custom_attrs={"data-key": "c"}),
                    id="comment",
                ),
                ui.field(
                    "Rating",
                    ui.select(
                        "rating", [("", "None"), *[(str(n), f"{n} of 5") for n in range(1, 6)]], name="rating"
                    ),
                    id="rating",
                    optional=True,
                ),
                ui.button("Add comment", kind="secondary", type="submit"),
                on_submit=S.commented,
                key="comment-" + S.form.to_string(),
                class_name="stack-s",
            ),
        ),
        title="Comments",
    )


def _comment(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.p(
            rx.el.strong(one["who"]),
            rx.cond(one["guest"].to(bool), " (by a shared link)", ""),
            rx.cond(one["rating"].to(int) > 0, rx.el.span(" · ", one["rating"], " of 5")),
            rx.el.span(" · ", when(one["at"], "ago"), class_name="muted"),
            class_name="text-sm",
        ),
        rx.el.p(one["text"], class_name="whitespace-pre-line"),
        class_name="border-t border-(--line) pt-3 first:border-t-0",
    )
