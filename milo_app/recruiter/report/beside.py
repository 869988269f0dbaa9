"""Beside the evidence: the decision, colleagues' words, and every message."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app import ui
from milo_app.recruiter.parts import Keys, copy_line, mark, when
from milo_app.recruiter.report.state import ReportState as S

_H = S.head


def beside() -> rx.Component:
    """The narrow column; below the evidence on a small screen."""
    return rx.el.div(
        _decision(), _way(), _comments(), _messages(), Keys.create(), class_name="stack content-start"
    )


def _decision() -> rx.Component:
    none = _H["decision"].to(str) == "none"
    return ui.card(
        rx.cond(
            none,
            rx.el.p(
                "A person decides. Nothing is sent to the candidate by this.", class_name="muted text-sm"
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
                    ui.button("Shortlist", on_click=S.decided("shortlisted")),
                ),
                rx.cond(
                    _H["decision"].to(str) != "dismissed",
                    ui.button("Dismiss…", kind="secondary", on_click=S.dismiss_asked(True)),
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
                ui.field("Comment", ui.text_area("comment", name="text", rows=3), id="comment"),
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
            rx.cond(one["rating"].to(int) > 0, rx.el.span(" · ", one["rating"], " of 5")),
            rx.el.span(" · ", when(one["at"], "ago"), class_name="muted"),
            class_name="text-sm",
        ),
        rx.el.p(one["text"], class_name="whitespace-pre-line"),
        class_name="border-t border-(--line) pt-3 first:border-t-0",
    )


def _messages() -> rx.Component:
    return ui.card(
        rx.cond(
            S.messages.length() > 0,
            rx.el.ol(rx.foreach(S.messages, _message), class_name="stack-s"),
            rx.el.p("Nothing was sent or received yet.", class_name="muted text-sm"),
        ),
        title="Messages",
    )


def _message(m: Any) -> rx.Component:
    return rx.el.li(
        rx.el.p(
            rx.el.strong(m["kind"]),
            rx.el.span(
                " · ",
                m["channel"],
                rx.cond(m["inbound"].to(bool), " from ", " to "),
                m["who"],
                class_name="muted",
            ),
            class_name="text-sm",
        ),
        rx.el.p(
            mark(m["words"], m["tone"].to(str)),
            " ",
            rx.el.span(when(m["at"]), class_name="muted text-sm"),
            class_name="row",
        ),
        rx.cond(m["error"].to(str) != "", rx.el.p(m["error"], class_name="error")),
        rx.cond(
            m["body"].to(str) != "",
            rx.el.details(
                rx.el.summary(
                    rx.cond(m["subject"].to(str) != "", m["subject"], "Text"), class_name="!min-h-0 text-sm"
                ),
                rx.el.p(m["body"], class_name="whitespace-pre-line text-sm"),
            ),
        ),
        rx.cond(m["files"].to(str) != "", rx.el.p("With it came: ", m["files"], class_name="muted text-sm")),
        rx.cond(
            m["stopped"].to(str) != "",
            rx.el.p(
                m["stopped"],
                " ",
                rx.cond(
                    S.can_edit,
                    ui.button("Allow email again", kind="secondary", small=True, on_click=S.email_allowed),
                ),
                class_name="text-sm",
            ),
        ),
        rx.cond(
            m["can_resend"].to(bool) & S.can_edit,
            ui.button("Send again", kind="secondary", small=True, on_click=S.resent(m["id"].to(str))),
        ),
        class_name="border-t border-(--line) pt-3 first:border-t-0 grid gap-1",
        custom_attrs={"data-message": m["id"], "data-message-state": m["state"]},
    )
