"""Taking a report along, and showing it to somebody without an account."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app import ui
from milo_app.recruiter.parts import copy_line, when
from milo_app.recruiter.report.sharing_state import SharingState as L
from milo_app.recruiter.report.state import ReportState as S


def sharing() -> rx.Component:
    """Files of the report for everyone who reads it; links to it by whoever may decide."""
    file = "/api/desk/reports/" + S.application
    return ui.card(
        rx.el.div(
            rx.cond(
                S.can_edit & ~S.head["preview"].to(bool),
                ui.button("Share…", kind="secondary", small=True, on_click=L.toggled(S.application)),
            ),
            ui.link("JSON", file + ".json", outside=True, class_name="btn btn-quiet btn-small"),
            ui.link("CSV", file + ".csv", outside=True, class_name="btn btn-quiet btn-small"),
            class_name="row",
        ),
        rx.cond(L.open & (L.about == S.application) & S.can_edit, _links()),
        title="Take along or share",
    )


def _links() -> rx.Component:
    form = rx.el.form(
        ui.field(
            "For whom",
            ui.text_input("share-label", name="label", max_length=80),
            id="share-label",
            optional=True,
            help="So that you know whose link it is.",
        ),
        ui.field(
            "Works for",
            ui.select(
                "share-days",
                [("1", "1 day"), ("7", "7 days"), ("30", "30 days")],
                name="days",
                default_value="7",
            ),
            id="share-days",
        ),
        ui.checkbox("They may comment", name="may_comment", default_checked=True),
        ui.button("Make a link", small=True, type="submit"),
        on_submit=L.shared(S.application),
        key="share-" + L.form.to_string(),
        class_name="stack-s",
    )
    return rx.el.div(
        rx.el.p(
            "Whoever has the link reads this report without an account. Ways of contact, decisions, your team's comments "
            "and requests are not in it.",
            class_name="help",
        ),
        rx.cond(L.notice, rx.el.p(L.notice, role="alert", class_name="notice notice-bad")),
        rx.el.ul(rx.foreach(L.links, _link), class_name="stack-s"),
        form,
        class_name="stack-s",
    )


def _link(one: Any) -> rx.Component:
    id = one["id"].to(str)
    return rx.el.li(
        copy_line("share-" + id, one["label"].to(str), one["url"].to(str)),
        rx.el.div(
            rx.el.span(
                "until ",
                when(one["expires"], "day"),
                rx.cond(
                    one["opened"].to(int) > 0,
                    rx.fragment(", opened ", when(one["opened_at"], "ago")),
                    ", not opened yet",
                ),
                class_name="muted text-sm",
            ),
            ui.button("Take it back", kind="quiet", small=True, on_click=L.revoked(S.application, id)),
            class_name="spread",
        ),
        class_name="border-t border-(--line) pt-3 first:border-t-0",
        custom_attrs={"data-share": id},
    )
