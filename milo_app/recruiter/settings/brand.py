"""What candidates see of the company: its logo, name, colour, and whom they can ask."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app import ui
from milo_app.recruiter.parts import SendFile
from milo_app.recruiter.settings.state import SettingsState as S


def brand() -> rx.Component:
    """The card of the brand; administrators only."""
    return ui.card(_logo(), _form(), title="Brand")


def _logo() -> rx.Component:
    url = S.brand.get("logo_url", "")
    return rx.el.div(
        rx.cond(
            url != "",
            rx.el.div(
                rx.el.span(
                    rx.el.img(src=url, alt="Your logo", class_name="max-h-12 w-auto max-w-60"),
                    class_name="rounded-lg border border-(--line) bg-white p-3",
                    custom_attrs={"data-logo": url},
                ),
                ui.button("Remove the logo", kind="quiet", small=True, on_click=S.logo_removed),
                class_name="row",
            ),
        ),
        SendFile.create(
            field="logo-file",
            url="/api/desk/logo",
            accept="image/png,image/jpeg,image/webp",
            largest=1024 * 1024,
            label=rx.cond(url != "", "Replace the logo", "Logo"),
            help="PNG, JPEG or WebP of at most 1 MB. It stands on candidates' pages and in emails, on white where pages are dark.",
            too_large="This picture is too large: a logo has at most 1 MB.",
            on_done=S.logo_sent,
        ),
        class_name="stack-s max-w-xl",
    )


def _form() -> rx.Component:
    def field(id: str, label: str, help: str = "", **props: Any) -> rx.Component:
        control = ui.text_input(
            id, name=id, default_value=S.brand.get(id, ""), aria_invalid=S.errors.contains(id), **props
        )
        return ui.field(label, control, id=id, error=S.errors.get(id, ""), help=help)

    return rx.el.form(
        field("name", "Company name", "Candidates see it on every page and in every message.", max_length=60),
        rx.el.div(
            field(
                "color",
                "Colour",
                "Like #1f4d3f. Where text would be hard to read on it, Milo darkens it.",
                max_length=7,
            ),
            rx.el.span(
                class_name="size-11 rounded-lg border border-(--line-strong)",
                style={"background": S.brand.get("color", "")},
                aria_hidden="true",
            ),
            class_name="flex flex-wrap items-end gap-3",
        ),
        field("support_email", "Contact for candidates", type="email"),
        field("privacy_url", "Your privacy notice", "A link, shown before anything is asked.", type="url"),
        ui.button("Save", type="submit"),
        on_submit=S.brand_saved,
        class_name="stack-s max-w-xl",
    )
