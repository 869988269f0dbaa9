"""Adding candidates: one by hand, many from a list, or by the link that anyone can apply with."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app import ui
from milo_app.recruiter.candidates.adding_state import AddingState as A
from milo_app.recruiter.candidates.state import CandidatesState as S
from milo_app.recruiter.parts import SendFile, copy_line, items

_FOUND = A.found


def adding() -> rx.Component:
    """The panel above the table."""
    return ui.card(
        rx.cond(
            A.notice,
            rx.el.p(A.notice, role="alert", class_name="notice notice-bad"),
        ),
        rx.cond(
            _FOUND["file_id"].to(str) != "",
            _review(),
            rx.fragment(
                rx.el.div(_by_hand(), _many(), class_name="grid gap-8 md:grid-cols-2"),
                copy_line(
                    "apply-link", "Or share the apply link", S.apply_url, "Anyone who opens it can apply."
                ),
            ),
        ),
        title="Add candidates",
        actions=ui.button("Close", kind="quiet", small=True, on_click=A.toggled),
    )


def _by_hand() -> rx.Component:
    form = rx.el.form(
        ui.field("Name", _input("name", auto_complete="off"), id="name", error=A.errors.get("name", "")),
        ui.field(
            "Email",
            _input("email", type="text", input_mode="email"),
            id="email",
            error=A.errors.get("email", ""),
        ),
        ui.field(
            "Phone",
            _input("phone", type="tel"),
            id="phone",
            error=A.errors.get("phone", ""),
            optional=True,
            help="With the country code, like +1 415 555 0123.",
        ),
        ui.checkbox("They agreed to get text messages", name="sms_consent"),
        ui.button("Add and invite", type="submit"),
        on_submit=A.added_by_hand(S.interviewer),
        key="hand-" + A.form.to_string(),
        class_name="stack-s content-start",
    )
    done = rx.el.div(rx.cond(A.added.contains("outcome"), _added()), role="status", aria_live="polite")
    return rx.el.div(rx.el.h3("One by hand"), form, done, class_name="stack-s content-start")


def _input(id: str, **props: Any) -> rx.Component:
    return ui.text_input(id, name=id, aria_invalid=A.errors.contains(id), **props)


def _added() -> rx.Component:
    words = rx.match(
        A.added["outcome"],
        ("invited", "is invited."),
        ("already", "was invited before; nothing was sent again."),
        "was added but cannot be reached. Hand over this link:",
    )
    return rx.el.div(
        rx.el.p(A.added["name"], " ", words),
        copy_line("own-link", "Their own link", A.added["url"]),
        class_name="notice notice-ok stack-s",
    )


def _many() -> rx.Component:
    file = SendFile.create(
        field="csv-file",
        url="/api/desk/lists?i=" + S.interviewer,
        accept=".csv,.txt,text/csv,text/plain",
        largest=10_000_000,
        label="Choose a CSV file",
        help="Up to 20,000 rows. You see every row before anyone is invited.",
        too_large="This list is larger than 10 MB. Please split it.",
        on_done=A.list_arrived,
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
            error=A.errors.get("csv", ""),
        ),
        ui.button("Check the list", kind="secondary", type="submit"),
        on_submit=A.rows_pasted(S.interviewer),
        key="csv-" + A.form.to_string(),
        class_name="stack-s content-start",
    )
    return rx.el.div(rx.el.h3("Many from a list"), file, form, class_name="stack-s content-start")


def _review() -> rx.Component:
    """What the list would do, row by row, before anyone is invited."""
    id = _FOUND["file_id"].to(str)
    new = _FOUND["new"].to(int)
    return rx.el.div(
        rx.el.h3("Look at it before anyone is invited: ", _FOUND["name"]),
        rx.el.div(
            _outcome("", "All", "total"),
            _outcome("new", "New", "new"),
            _outcome("already", "Already there", "already"),
            _outcome("invalid", "Cannot be used", "invalid"),
            role="group",
            aria_label="Rows shown",
            class_name="row",
        ),
        rx.cond(
            items(_FOUND["rows"]).length() > 0,
            ui.table(
                ["Line", "Name", "Email", "Phone", "What happens"],
                rx.foreach(items(_FOUND["rows"]), _row),
                caption="The list as read",
            ),
            rx.el.p("No rows of this kind.", class_name="muted"),
        ),
        rx.cond(
            _FOUND["pages"].to(int) > 1,
            rx.el.div(
                _turn("Previous rows", _FOUND["page"].to(int) - 1, _FOUND["page"].to(int) == 0),
                rx.el.span("Page ", _FOUND["page"].to(int) + 1, " of ", _FOUND["pages"], class_name="muted"),
                _turn(
                    "Next rows",
                    _FOUND["page"].to(int) + 1,
                    _FOUND["page"].to(int) + 1 == _FOUND["pages"].to(int),
                ),
                class_name="row",
            ),
        ),
        rx.el.div(
            rx.cond(
                new > 0,
                ui.button(
                    rx.cond(new == 1, "Invite the one marked new", "Invite everyone marked new"),
                    on_click=A.list_confirmed(id),
                ),
                rx.el.p("Nobody in this list is new.", class_name="muted"),
            ),
            ui.button("Discard the list", kind="secondary", on_click=A.list_discarded(id)),
            class_name="actions",
        ),
        class_name="stack-s",
        custom_attrs={"data-list": id},
    )


def _outcome(value: str, label: str, count: str) -> rx.Component:
    on = _FOUND["outcome"].to(str) == value
    return rx.el.button(
        label,
        rx.el.span(" ", _FOUND[count], class_name="tabular-nums muted"),
        type="button",
        aria_pressed=on,
        on_click=A.list_turned(_FOUND["file_id"].to(str), value, 0),
        class_name=rx.cond(on, "btn btn-secondary btn-small", "btn btn-quiet btn-small"),
    )


def _turn(label: str, page: Any, disabled: Any) -> rx.Component:
    turned = A.list_turned(_FOUND["file_id"].to(str), _FOUND["outcome"].to(str), page)
    return ui.button(label, kind="secondary", small=True, on_click=turned, disabled=disabled)


def _row(row: Any) -> rx.Component:
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
