"""Buttons and links. What changes something is a button; what leads somewhere is a link."""

from typing import Any

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML
from reflex_components_core.el.elements.inline import A

from milo_app.ui.icons import icon as draw

_KINDS = {
    "primary": "btn btn-primary",
    "secondary": "btn btn-secondary",
    "quiet": "btn btn-quiet",
    "danger": "btn btn-danger",
}


def button(
    label: Any,
    *,
    kind: str = "primary",
    icon: str = "",
    small: bool = False,
    type: str = "button",
    **props: Any,
) -> rx.Component:
    """A button. `kind`: primary, secondary, quiet, danger. Everything else goes to the element (on_click,
    disabled…).
    """
    return rx.el.button(*_inside(label, icon), type=type, class_name=_classes(kind, small, props), **props)


def button_link(
    label: Any,
    href: Any,
    *,
    kind: str = "secondary",
    icon: str = "",
    small: bool = False,
    outside: bool = False,
    **props: Any,
) -> rx.Component:
    """A link that looks like a button. `outside`: the address is no Reflex page (a file, a server-rendered
    page).
    """
    return link(
        _inside_link(label, icon), href, outside=outside, class_name=_classes(kind, small, props), **props
    )


def link(label: Any, href: Any, *, outside: bool = False, **props: Any) -> rx.Component:
    """A plain link. `outside`: the address is no Reflex page, so that the browser itself must go there."""
    make = A.create if outside else rx.el.a
    return make(label, href=href, **props)


def icon_button(label: str, icon: str, **props: Any) -> rx.Component:
    """A button that shows only an icon; `label` is what assistive technology and the tooltip say."""
    return rx.el.button(
        draw(icon),
        type="button",
        aria_label=label,
        title=label,
        class_name=_classes("quiet", True, props),
        **props,
    )


class _PlainForm(BaseHTML):
    """A form that the browser itself posts; Reflex's own prevents that where no handler is given."""

    tag = "form"
    action: rx.Var[str]
    method: rx.Var[str]


def form_button(
    label: Any, action: Any, *, kind: str = "secondary", small: bool = False, **hidden: Any
) -> rx.Component:
    """A button that posts a plain HTML form to `action` (outside Reflex), with `hidden` as hidden fields."""
    return _PlainForm.create(
        *[rx.el.input(type="hidden", name=name, value=value) for name, value in hidden.items()],
        rx.el.button(label, type="submit", class_name=_classes(kind, small, {})),
        action=action,
        method="post",
    )


def _classes(kind: str, small: bool, props: dict[str, Any]) -> str:
    extra = props.pop("class_name", "")
    return f"{_KINDS[kind]}{' btn-small' if small else ''}{f' {extra}' if extra else ''}"


def _inside(label: Any, icon: str) -> list[Any]:
    return [draw(icon), rx.el.span(label)] if icon else [label]


def _inside_link(label: Any, icon: str) -> Any:
    return rx.fragment(*_inside(label, icon)) if icon else label
