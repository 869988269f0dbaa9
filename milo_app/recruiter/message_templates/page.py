"""The words of messages to candidates: what there is, and one being edited beside what it will look like."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app import ui
from milo_app.recruiter.frame import frame
from milo_app.recruiter.message_templates.state import MessageTemplatesState as S
from milo_app.recruiter.message_view import email_view, text_view
from milo_app.recruiter.parts import items, when
from milo_app.recruiter.settings.tabs import settings_tabs

_HERE = "/app/settings/templates/"


def page() -> rx.Component:
    """The list, or the editor of the one that the address names."""
    return frame(
        S,
        ui.page_header(
            rx.cond(S.kind, S.title, "Templates"),
            above=rx.cond(S.kind, ui.link("All templates", _HERE)),
            below=rx.cond(S.kind, rx.el.p(S.when, class_name="muted")),
        ),
        settings_tabs(_HERE),
        rx.cond(S.kind, _editor(), _list()),
        current="/app/settings/",
        title="Templates",
        topic=S.kind,
    )


def _list() -> rx.Component:
    return ui.card(
        rx.el.ul(rx.foreach(S.kinds, _kind), class_name="grid"),
        title="What candidates read",
    )


def _kind(kind: Any) -> rx.Component:
    def channel(one: Any) -> rx.Component:
        return rx.el.li(
            ui.link(
                one["name"].to(str),
                _HERE + "?k=" + kind["kind"].to(str) + "&c=" + one["channel"].to(str),
                aria_label=kind["title"].to(str) + ", " + one["name"].to(str),
            ),
            rx.cond(one["own"].to(str) != "", ui.badge("Your words: " + one["own"].to(str), kind="info")),
            class_name="row",
        )

    return rx.el.li(
        rx.el.div(
            rx.el.strong(kind["title"]), rx.el.p(kind["when"], class_name="muted text-sm"), class_name="grid"
        ),
        rx.el.ul(rx.foreach(items(kind["channels"]), channel), class_name="row"),
        class_name="spread border-t border-(--line) py-3 first:border-t-0",
    )


def _editor() -> rx.Component:
    return rx.fragment(
        _which(),
        rx.el.div(
            rx.el.div(_words(), _variables(), class_name="stack min-w-0"),
            rx.el.div(_preview(), _trial(), _versions(), class_name="stack min-w-0"),
            class_name="grid gap-6 lg:grid-cols-2 items-start",
        ),
    )


def _which() -> rx.Component:
    def tab(label: str, language: str) -> tuple[Any, Any, Any]:
        href = _HERE + "?k=" + S.kind + "&c=" + S.channel + f"&l={language}"
        return label, href, S.language == language

    return ui.tabs([tab("English", "en"), tab("Spanish", "es")], label="Language")


def _words() -> rx.Component:
    return ui.card(
        rx.el.form(
            rx.cond(
                S.channel == "email",
                ui.field(
                    "Subject",
                    ui.text_input(
                        "subject",
                        name="subject",
                        default_value=S.subject,
                        max_length=200,
                        on_change=S.typed("subject").debounce(300),
                        aria_invalid=S.errors.contains("subject"),
                        read_only=~S.is_admin,
                    ),
                    id="subject",
                    error=S.errors.get("subject", ""),
                ),
            ),
            ui.field(
                "Words",
                ui.text_area(
                    "text",
                    rows=16,
                    name="text",
                    default_value=S.text,
                    on_change=S.typed("text").debounce(300),
                    aria_invalid=S.errors.contains("text"),
                    read_only=~S.is_admin,
                    class_name="font-mono text-sm",
                ),
                id="text",
                help=rx.cond(
                    S.channel == "email",
                    "An empty line ends a paragraph. # begins a title, ## a heading, - a point. [Words]({link}) is a "
                    "button. A paragraph whose variable is empty is left out.",
                    "One text. An empty variable is left out.",
                ),
                error=S.errors.get("text", ""),
            ),
            rx.foreach(S.hints, lambda hint: rx.el.p(hint, class_name="help")),
            rx.cond(S.losses.length() > 0, _losses()),
            rx.cond(
                S.is_admin,
                rx.el.div(
                    ui.button("Save", type="submit"),
                    rx.cond(S.own, ui.button("Use Milo's words", kind="secondary", on_click=S.taken_back)),
                    class_name="actions",
                ),
                rx.el.p("Administrators change these words.", class_name="muted"),
            ),
            on_submit=S.saved,
            key="words-" + S.kind + S.channel + S.language + S.form.to_string(),
            class_name="stack-s",
        ),
        title="Words",
    )


def _losses() -> rx.Component:
    return rx.el.div(
        rx.el.ul(rx.foreach(S.losses, rx.el.li), class_name="list-disc pl-5"),
        ui.checkbox("I know, and leave it out", name="agreed"),
        class_name="notice notice-warn grid gap-2",
    )


def _variables() -> rx.Component:
    return rx.el.details(
        rx.el.summary("Variables you can use"),
        rx.el.dl(
            rx.foreach(
                S.variables,
                lambda one: rx.fragment(
                    rx.el.dt(rx.el.code(one["name"].to(str))), rx.el.dd(one["what"].to(str))
                ),
            ),
            class_name="facts pt-3",
        ),
        class_name="card",
    )


def _preview() -> rx.Component:
    return ui.card(
        rx.cond(
            S.people.length() > 0,
            ui.field(
                "With the data of",
                rx.el.select(
                    rx.el.option("Made-up data", value=""),
                    rx.foreach(S.people, lambda one: rx.el.option(one[1], value=one[0])),
                    id="person",
                    value=S.person,
                    on_change=S.typed("person"),
                    class_name="input",
                ),
                id="person",
            ),
        ),
        rx.cond(
            S.channel == "email",
            email_view(S.preview["subject"], S.blocks),
            text_view(S.preview["text"], S.preview["parts"].to(int), S.preview["signs"]),
        ),
        title="What they read",
    )


def _trial() -> rx.Component:
    return rx.cond(
        S.can_edit,
        ui.card(
            rx.el.form(
                rx.cond(
                    S.channel == "sms",
                    ui.field(
                        "My own number",
                        ui.text_input("number", type="tel", name="number", auto_complete="tel"),
                        id="number",
                        error=S.errors.get("number", ""),
                    ),
                    rx.el.p(
                        "Goes to the address you sign in with. Its link opens nothing.", class_name="muted"
                    ),
                ),
                ui.button("Send it to me", kind="secondary", type="submit"),
                on_submit=S.tried,
                class_name="stack-s",
            ),
            title="Try it",
        ),
    )


def _versions() -> rx.Component:
    def version(one: Any) -> rx.Component:
        return rx.el.li(
            rx.el.p(
                rx.el.strong(one["name"]),
                rx.el.span(" by ", one["by"], ", ", when(one["at"]), class_name="muted text-sm"),
                rx.cond(one["current"].to(bool), ui.badge("Used now", kind="ok")),
                class_name="row",
            ),
            rx.cond(
                one["text"].to(str) != "",
                rx.el.details(
                    rx.el.summary("Read", class_name="!min-h-0 text-sm"),
                    rx.el.p(one["text"], class_name="whitespace-pre-line text-sm break-words"),
                ),
            ),
            class_name="border-t border-(--line) py-2 first:border-t-0",
        )

    return rx.cond(
        S.versions.length() > 0,
        ui.card(rx.el.ul(rx.foreach(S.versions, version), class_name="grid"), title="Versions"),
    )
