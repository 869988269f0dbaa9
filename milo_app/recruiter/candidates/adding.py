"""Adding candidates: one by hand, many from a list, or by the link that anyone can apply with."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app import ui
from milo_app.recruiter.candidates.state import CandidatesState as S
from milo_app.recruiter.parts import copy_line


def adding() -> rx.Component:
    """The panel above the table."""
    return ui.card(
        rx.el.div(_by_hand(), _csv(), class_name="grid gap-8 md:grid-cols-2"),
        rx.cond(S.found.length() > 0, _review()),
        copy_line("apply-link", "Or share the apply link", S.apply_url, "Anyone who opens it can apply."),
        title="Add candidates",
        actions=ui.button("Close", kind="quiet", small=True, on_click=S.adding_toggled),
    )


def _by_hand() -> rx.Component:
    form = rx.el.form(
        ui.field("Name", _input("name", auto_complete="off"), id="name", error=S.errors.get("name", "")),
        ui.field(
            "Email",
            _input("email", type="text", input_mode="email"),
            id="email",
            error=S.errors.get("email", ""),
        ),
        ui.field(
            "Phone",
            _input("phone", type="tel"),
            id="phone",
            error=S.errors.get("phone", ""),
            optional=True,
            help="With the country code, like +1 415 555 0123.",
        ),
        ui.checkbox("They agreed to get text messages", name="sms_consent"),
        ui.button("Add and invite", type="submit"),
        on_submit=S.added_by_hand,
        key="hand-" + S.form.to_string(),
        class_name="stack-s content-start",
    )
    done = rx.el.div(rx.cond(S.added.contains("outcome"), _added()), role="status", aria_live="polite")
    return rx.el.div(rx.el.h3("One by hand"), form, done, class_name="stack-s content-start")


def _input(id: str, **props: Any) -> rx.Component:
    return ui.text_input(id, name=id, aria_invalid=S.errors.contains(id), **props)


def _added() -> rx.Component:
    words = rx.match(
        S.added["outcome"],
        ("invited", "is invited."),
        ("already", "was invited before; nothing was sent again."),
        "was added but cannot be reached. Hand over this link:",
    )
    return rx.el.div(
        rx.el.p(S.added["name"], " ", words),
        copy_line("own-link", "Their own link", S.added["url"]),
        class_name="notice notice-ok stack-s",
    )


def _csv() -> rx.Component:
    file = rx.el.div(
        rx.el.label("Choose a CSV file", html_for="csv-file", class_name="label"),
        rx.el.input(
            id="csv-file",
            type="file",
            accept=".csv,text/csv,text/plain",
            custom_attrs={"data-read-into": "csv"},
        ),
        rx.el.span("", id="csv-said", role="status", class_name="help"),
        class_name="field",
    )
    form = rx.el.form(
        ui.field(
            "Or paste rows",
            ui.text_area(
                "csv",
                name="csv",
                rows=6,
                placeholder="name,email,phone,sms_consent\nAna Ruiz,ana@example.com,+14155550123,yes",
            ),
            id="csv",
            error=S.errors.get("csv", ""),
        ),
        ui.button("Check the list", kind="secondary", type="submit"),
        on_submit=S.csv_checked,
        key="csv-" + S.form.to_string(),
        class_name="stack-s content-start",
    )
    return rx.el.div(rx.el.h3("Many from a list"), file, form, class_name="stack-s content-start")


def _review() -> rx.Component:
    """What the list would do, row by row, before anyone is invited."""
    return rx.el.div(
        ui.table(
            ["Line", "Name", "Email", "Phone", "What happens"],
            rx.foreach(S.found, _found),
            caption="The list as read",
        ),
        rx.el.div(ui.button("Invite everyone marked new", on_click=S.csv_confirmed), class_name="actions"),
        class_name="stack-s",
    )


def _found(row: Any) -> rx.Component:
    return ui.row(
        row["line"],
        row["name"],
        row["email"],
        row["phone"],
        rx.fragment(
            rx.match(
                row["outcome"].to(str),
                ("new", ui.badge("New", kind="ok")),
                ("already", ui.badge("Already there")),
                ui.badge("Cannot be used", kind="bad"),
            ),
            rx.el.span(" ", row["reason"], class_name="muted"),
        ),
    )
