"""Stateless components and the theme, used by both sides.

Each function takes plain values or Vars and returns plain elements styled by `assets/milo.css`.
"""

from milo_app.ui.actions import button, button_link, form_button, icon_button, link
from milo_app.ui.feedback import alert, badge, empty, notice, progress, skeleton
from milo_app.ui.fields import checkbox, described_by, field, group, radio, select, text_area, text_input
from milo_app.ui.icons import icon
from milo_app.ui.layout import (
    candidate_shell,
    card,
    column,
    desk_shell,
    dialog,
    facts,
    page_header,
    row,
    tab_buttons,
    table,
    tabs,
)

__all__ = [
    "alert",
    "badge",
    "button",
    "button_link",
    "candidate_shell",
    "card",
    "checkbox",
    "column",
    "described_by",
    "desk_shell",
    "dialog",
    "empty",
    "facts",
    "field",
    "form_button",
    "group",
    "icon",
    "icon_button",
    "link",
    "notice",
    "page_header",
    "progress",
    "radio",
    "row",
    "select",
    "skeleton",
    "tab_buttons",
    "table",
    "tabs",
    "text_area",
    "text_input",
]
