"""The pages of the settings, as links above each of them."""

from __future__ import annotations

import reflex as rx

from milo_app import ui

#: Address of each page of the settings and what it is called.
TABS = (
    ("/app/settings/", "Workspace"),
    ("/app/settings/messages/", "Messages"),
    ("/app/settings/templates/", "Templates"),
)


def settings_tabs(current: str) -> rx.Component:
    """The links, *current* being the address of the page they stand on."""
    return ui.tabs([(label, href, href == current) for href, label in TABS], label="Settings")
