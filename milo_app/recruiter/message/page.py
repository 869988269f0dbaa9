"""Writing one message to many candidates, and what became of it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app import ui
from milo_app.recruiter.frame import frame
from milo_app.recruiter.message.state import MessageState as S
from milo_app.recruiter.message_view import email_view, text_view
from milo_app.recruiter.parts import when

_H = S.head
_STATES = [
    ("", "Everyone"),
    ("invited", "Invited, not begun"),
    ("in_progress", "In progress"),
    ("completed", "Completed"),
    ("disqualified", "Stopped"),
    ("expired", "Expired"),
    ("withdrawn", "Withdrawn"),
]
_DECISIONS = [
    ("", "Any decision"),
    ("none", "To decide"),
    ("shortlisted", "Shortlisted"),
    ("dismissed", "Dismissed"),
]


def page() -> rx.Component:
    """Without a message in the address, whom to write to; a draft is edited; one that was sent is followed."""
    draft = _H["state"].to(str) == "draft"
    return frame(
        S,
        ui.page_header(
            rx.cond(S.blast, rx.cond(draft, "Message to many", "Message"), "Messages to many"),
            above=rx.cond(S.blast, ui.link("All messages", "/app/message/")),
        ),
        rx.cond(S.blast, rx.cond(draft, _draft(), _sent()), rx.fragment(_begin(), _earlier())),
        ui.dialog(
            "Send to " + _H["gets"].to_string() + "?",
            _asking(),
            open=S.asking,
            on_close=S.send_asked(False),
            id="send",
        ),
        current="/app/candidates/",
        title="Message",
        topic=S.blast,
    )


def _begin() -> rx.Component:
    def choice(name: str, label: str, options: Any) -> rx.Component:
        return ui.field(label, ui.select(name, options, name=name), id=name)

    return rx.cond(
        S.can_edit,
        ui.card(
            rx.el.form(
                ui.field(
                    "Role",
                    rx.el.select(
                        rx.el.option("Every role", value=""),
                        rx.foreach(S.roles, lambda one: rx.el.option(one[1], value=one[0])),
                        id="interviewer_id",
                        name="interviewer_id",
                        class_name="input",
                    ),
                    id="interviewer_id",
                ),
                choice("state", "Candidates who are", _STATES),
                choice("decision", "Decision", _DECISIONS),
                ui.button("Write the message", type="submit"),
                on_submit=S.begun,
                class_name="stack-s max-w-xl",
            ),
            rx.el.p(
                "For single candidates, tick them in the ",
                ui.link("table", "/app/candidates/"),
                " and choose Message.",
                class_name="muted text-sm",
            ),
            title="Write to candidates",
        ),
    )


def _earlier() -> rx.Component:
    def one(row: Any) -> rx.Component:
        return rx.el.li(
            rx.el.div(
                ui.link(row["subject"].to(str), "/app/message/?b=" + row["id"].to(str)),
                rx.el.p(
                    row["channel"],
                    " to ",
                    row["n"],
                    ", by ",
                    row["by"],
                    ", ",
                    when(row["at"]),
                    class_name="muted text-sm",
                ),
                class_name="grid min-w-0 break-words",
            ),
            _state(row["state"].to(str)),
            class_name="spread border-t border-(--line) py-3 first:border-t-0",
        )

    return rx.cond(
        S.earlier.length() > 0,
        ui.card(rx.el.ul(rx.foreach(S.earlier, one), class_name="grid"), title="Written before"),
    )


def _state(state: Any) -> rx.Component:
    return rx.match(
        state,
        ("sending", ui.badge("Going out", kind="info")),
        ("sent", ui.badge("Sent", kind="ok")),
        ("cancelled", ui.badge("Called off", kind="warn")),
        ui.badge("Draft"),
    )


# --- A draft ----------------------------------------------------------------------------------------------------------


def _draft() -> rx.Component:
    return rx.fragment(
        rx.cond(
            _H["off"].to(bool),
            ui.notice("All messages to candidates are stopped in this workspace.", kind="warn", live=False),
        ),
        rx.el.div(
            _words(),
            rx.el.div(_who(), _preview(), class_name="stack min-w-0"),
            class_name="grid gap-6 lg:grid-cols-2 items-start",
        ),
    )


def _words() -> rx.Component:
    return ui.card(
        rx.el.form(
            ui.field(
                "Send it by",
                ui.select(
                    "channel",
                    [("email", "Email"), ("sms", "Text message")],
                    name="channel",
                    value=S.channel,
                    on_change=S.channel_chosen,
                ),
                id="channel",
                error=S.errors.get("channel", ""),
            ),
            rx.cond(
                S.channel == "email",
                ui.field(
                    "Subject",
                    ui.text_input(
                        "subject",
                        name="subject",
                        default_value=_H["subject"].to(str),
                        max_length=200,
                        aria_invalid=S.errors.contains("subject"),
                    ),
                    id="subject",
                    error=S.errors.get("subject", ""),
                ),
            ),
            ui.field(
                "Words",
                ui.text_area(
                    "text",
                    rows=12,
                    name="text",
                    default_value=_H["text"].to(str),
                    aria_invalid=S.errors.contains("text"),
                ),
                id="text",
                help="You can use {first_name}, {role}, {company}, {deadline} and {link}. In an email, "
                "[Words]({link}) is a button. A text says how to end texts by itself.",
                error=S.errors.get("text", ""),
            ),
            ui.checkbox(
                "Only those who have not finished",
                name="unfinished",
                default_checked=_H["unfinished"].to(bool),
            ),
            ui.button("Check who gets it", kind="secondary", type="submit"),
            on_submit=S.written,
            key="blast-" + S.form.to_string(),
            class_name="stack-s",
        ),
        title="Message",
    )


def _who() -> rx.Component:
    gets = _H["gets"].to(int)
    return ui.card(
        rx.el.p(
            rx.el.strong(gets),
            " of ",
            _H["chosen"],
            " chosen get it.",
            custom_attrs={"data-gets": gets.to_string()},
        ),
        rx.cond(
            S.skipped_list.length() > 0,
            rx.el.div(
                rx.el.h3("Skipped", class_name="font-semibold"),
                rx.el.ul(
                    rx.foreach(
                        S.skipped_list,
                        lambda one: rx.el.li(
                            rx.el.span(one["n"], ": ", one["reason"]),
                            rx.el.span(" ", one["names"], class_name="muted text-sm"),
                            class_name="border-t border-(--line) py-2 first:border-t-0 break-words",
                        ),
                    ),
                    class_name="grid",
                ),
            ),
        ),
        rx.cond(
            gets > 0,
            rx.el.details(
                rx.el.summary("Who gets it"),
                rx.el.ul(
                    rx.foreach(
                        S.people,
                        lambda one: rx.el.li(one["name"], rx.el.span(", ", one["state"], class_name="muted")),
                    )
                ),
            ),
        ),
        rx.cond(
            S.checked,
            rx.cond(
                (gets > 0) & ~_H["off"].to(bool),
                ui.button("Send to " + gets.to_string() + "…", on_click=S.send_asked(True)),
                rx.el.p("Nobody would get this message.", class_name="muted"),
            ),
            rx.el.p("Write the message, then check who gets it.", class_name="muted"),
        ),
        title="Who gets it",
    )


def _asking() -> rx.Component:
    return rx.el.div(
        rx.el.p(
            "The message goes out now, ",
            rx.cond(S.channel == "sms", "as a text. Quiet hours are kept.", "by email."),
            rx.cond(_H["skipped"].to(int) > 0, rx.fragment(" ", _H["skipped"], " are skipped."), ""),
        ),
        rx.el.div(
            ui.button("Send to " + _H["gets"].to_string(), on_click=S.confirmed),
            ui.button("Not yet", kind="secondary", on_click=S.send_asked(False)),
            class_name="actions",
        ),
        class_name="stack-s",
    )


def _preview() -> rx.Component:
    return ui.card(
        rx.cond(
            S.channel == "email",
            email_view(S.preview["subject"], S.blocks),
            text_view(S.preview["text"], S.preview["parts"].to(int), S.preview["signs"]),
        ),
        rx.foreach(S.hints, lambda hint: rx.el.p(hint, class_name="help")),
        rx.cond(S.checked, _trial()),
        title="What the first one reads",
    )


def _trial() -> rx.Component:
    return rx.el.form(
        rx.cond(
            S.channel == "sms",
            ui.field(
                "My own number",
                ui.text_input("number", type="tel", name="number", auto_complete="tel"),
                id="number",
                error=S.errors.get("number", ""),
            ),
        ),
        ui.button("Send it to me first", kind="quiet", type="submit"),
        on_submit=S.tried,
        class_name="stack-s",
    )


# --- One that was sent ------------------------------------------------------------------------------------------------


def _sent() -> rx.Component:
    return rx.fragment(
        ui.card(
            rx.el.div(_state(_H["state"].to(str)), when(_H["started"].to(str)), class_name="row"),
            ui.progress(_H["done"].to(int), _H["total"].to(int), "Written so far"),
            ui.facts(
                ("Written", _H["queued"]),
                ("Waiting", _H["waiting"]),
                ("Skipped", _H["skipped"]),
                ("Called off", _H["cancelled"]),
            ),
            rx.cond(
                S.can_edit & (_H["state"].to(str) == "sending"),
                ui.button("Call off the rest", kind="danger", on_click=S.called_off),
            ),
            title="Progress",
            custom_attrs={"data-blast-state": _H["state"]},
        ),
        ui.card(
            rx.cond(
                S.channel == "email",
                email_view(S.preview["subject"], S.blocks),
                text_view(S.preview["text"], S.preview["parts"].to(int), S.preview["signs"]),
            ),
            title="What was written",
        ),
        ui.card(
            ui.table(
                ["Candidate", "Result", "Why"], rx.foreach(S.recipients, _recipient), caption="Recipients"
            ),
            rx.cond(
                _H["total"].to(int) > S.recipients.length(),
                rx.el.p("The first ", S.recipients.length(), " are shown.", class_name="muted text-sm"),
            ),
            title="Recipients",
        ),
    )


def _recipient(row: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            ui.link(row["name"].to(str), "/app/report/?a=" + row["id"].to(str)),
            scope="row",
            class_name="border-b border-(--line) !text-(--ink)",
        ),
        rx.el.td(row["result"]),
        rx.el.td(row["reason"]),
        key=row["id"].to(str),
    )
