"""Every message to and from a candidate, with what became of it and the ways to mend what did not arrive."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app import ui
from milo_app.recruiter.parts import mark, when
from milo_app.recruiter.report.state import ReportState as S


def messages() -> rx.Component:
    """The card beside the evidence."""
    return ui.card(
        rx.cond(
            S.can_edit,
            rx.el.div(
                ui.button("Remind", kind="secondary", small=True, on_click=S.reminded),
                ui.button("Write…", kind="secondary", small=True, on_click=S.write_asked),
                class_name="row",
            ),
        ),
        rx.cond(
            S.messages.length() > 0,
            rx.el.ol(rx.foreach(S.messages, _message), class_name="stack-s"),
            rx.el.p("Nothing was sent or received yet.", class_name="muted text-sm"),
        ),
        title="Messages",
    )


def _message(m: Any) -> rx.Component:
    inbound = m["inbound"].to(bool)
    return rx.el.li(
        rx.el.p(
            rx.el.strong(m["kind"]),
            rx.el.span(" · ", m["channel"], class_name="muted"),
            rx.cond(
                m["who"].to(str) != "",
                rx.el.span(rx.cond(inbound, " from ", " to "), m["who"], class_name="muted break-words"),
            ),
            class_name="text-sm",
        ),
        rx.el.p(
            mark(m["words"], m["tone"].to(str)),
            " ",
            rx.el.span(when(m["at"]), class_name="muted text-sm"),
            class_name="row",
        ),
        rx.cond(
            m["waits"].to(str) != "",
            rx.el.p("Waits until ", when(m["waits"]), ", outside quiet hours.", class_name="muted text-sm"),
        ),
        rx.cond(m["error"].to(str) != "", rx.el.p(m["error"], class_name="error")),
        rx.cond(m["how"].to(str) != "", rx.el.p(m["how"], ".", class_name="muted text-sm")),
        rx.cond(m["body"].to(str) != "", _words(m, inbound)),
        rx.cond(m["files"].to(str) != "", rx.el.p("With it came: ", m["files"], class_name="muted text-sm")),
        rx.cond(m["stopped"].to(str) != "", _stopped(m)),
        rx.cond(S.can_edit, _mends(m)),
        class_name="border-t border-(--line) pt-3 first:border-t-0 grid gap-1",
        custom_attrs={"data-message": m["id"], "data-message-state": m["state"]},
    )


def _words(m: Any, inbound: Any) -> rx.Component:
    """What a candidate wrote stands open; what was written to them is folded away."""
    body = rx.el.p(m["body"], class_name="whitespace-pre-line break-words text-sm")
    folded = rx.el.details(
        rx.el.summary(
            rx.cond(m["subject"].to(str) != "", m["subject"], "Text"), class_name="!min-h-0 text-sm"
        ),
        body,
    )
    return rx.cond(inbound, body, folded)


def _stopped(m: Any) -> rx.Component:
    return rx.el.div(
        rx.el.p(m["stopped"], class_name="basis-full break-words min-w-0"),
        rx.cond(
            S.can_edit, ui.button("Allow email again", kind="secondary", small=True, on_click=S.email_allowed)
        ),
        class_name="notice flex-wrap",
    )


def _mends(m: Any) -> rx.Component:
    other = m["other"].to(str)
    return rx.cond(
        m["can_resend"].to(bool) | (other != ""),
        rx.el.div(
            rx.cond(
                m["can_resend"].to(bool),
                ui.button("Send again", kind="secondary", small=True, on_click=S.resent(m["id"].to(str), "")),
            ),
            rx.cond(
                other != "",
                ui.button(
                    rx.cond(other == "email", "Send by email instead", "Send as a text instead"),
                    kind="secondary",
                    small=True,
                    on_click=S.resent(m["id"].to(str), other),
                ),
            ),
            class_name="row",
        ),
    )
