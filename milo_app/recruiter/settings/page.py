"""Brand, members and sessions."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app import ui
from milo_app.recruiter.frame import frame
from milo_app.recruiter.parts import when
from milo_app.recruiter.settings.brand import brand
from milo_app.recruiter.settings.state import SettingsState as S
from milo_app.recruiter.settings.tabs import settings_tabs

_ROLES = [("admin", "Admin"), ("recruiter", "Recruiter"), ("viewer", "Viewer")]


def page() -> rx.Component:
    """What is one's own is shown to everyone, the rest to admins."""
    return frame(
        S,
        ui.page_header("Settings"),
        settings_tabs("/app/settings/"),
        rx.cond(S.is_admin, rx.fragment(brand(), _members())),
        _sessions(),
        current="/app/settings/",
        title="Settings",
    )


def _members() -> rx.Component:
    return ui.card(
        ui.table(
            ["Name", "Email", "Role", "Signed in", "Access"], rx.foreach(S.people, _member), caption="Members"
        ),
        rx.el.details(
            rx.el.summary("Add a member"),
            rx.el.form(
                ui.field(
                    "Email",
                    ui.text_input(
                        "member-email", type="email", name="email", aria_invalid=S.errors.contains("email")
                    ),
                    id="member-email",
                    error=S.errors.get("email", ""),
                ),
                ui.field(
                    "Name", ui.text_input("member-name", name="member_name"), id="member-name", optional=True
                ),
                ui.field(
                    "Role",
                    ui.select(
                        "member-role",
                        [("recruiter", "Recruiter"), ("viewer", "Viewer"), ("admin", "Admin")],
                        name="role",
                    ),
                    id="member-role",
                    help="Viewers read. Recruiters also invite, decide and edit. Admins also manage members and the brand.",
                ),
                ui.button("Add and send an email", type="submit"),
                on_submit=S.member_added,
                key="member-" + S.form.to_string(),
                class_name="stack-s max-w-xl pt-3",
            ),
        ),
        title="Members",
    )


def _member(one: Any) -> rx.Component:
    role = rx.el.select(
        *[rx.el.option(label, value=value) for value, label in _ROLES],
        value=one["role"].to(str),
        on_change=lambda value: S.role_changed(one["id"].to(str), value),
        aria_label="Role of " + one["name"].to(str),
        class_name="input min-w-[8rem]",
    )
    access = rx.cond(
        one["disabled"].to(bool),
        ui.button(
            "Let in again", kind="secondary", small=True, on_click=S.access_changed(one["id"].to(str), False)
        ),
        ui.button("Shut out", kind="quiet", small=True, on_click=S.access_changed(one["id"].to(str), True)),
    )
    return rx.el.tr(
        rx.el.th(
            one["name"],
            rx.cond(one["own"].to(bool), rx.el.span(" (you)", class_name="muted font-normal")),
            scope="row",
            class_name="border-b border-(--line) !text-(--ink) !p-3",
        ),
        rx.el.td(one["email"]),
        rx.el.td(role),
        rx.el.td(
            rx.cond(
                one["disabled"].to(bool),
                ui.badge("Shut out", kind="bad"),
                rx.cond(
                    one["waiting"].to(bool),
                    ui.badge("No password yet", kind="warn"),
                    rx.fragment(one["sessions"], " open"),
                ),
            )
        ),
        rx.el.td(rx.cond(one["own"].to(bool), "", access)),
        key=one["id"].to(str),
    )


def _sessions() -> rx.Component:
    return ui.card(
        rx.el.ul(rx.foreach(S.sessions, _session), class_name="grid"),
        rx.cond(
            S.sessions.length() > 1,
            ui.button("End all others", kind="secondary", on_click=S.others_ended),
        ),
        title="Where you are signed in",
    )


def _session(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(one["browser"], class_name="font-semibold"),
            rx.cond(one["current"].to(bool), ui.badge("This one", kind="ok")),
            rx.el.span("since ", when(one["since"], "ago"), class_name="muted text-sm"),
            class_name="row",
        ),
        rx.cond(
            one["current"].to(bool),
            rx.fragment(),
            ui.button("End", kind="quiet", small=True, on_click=S.session_ended(one["id"].to(str))),
        ),
        class_name="spread border-t border-(--line) py-2 first:border-t-0",
    )
