"""Form controls with their label, help and error. Controls are uncontrolled by default: give
`default_value`, so that a
new render never overwrites what somebody is typing."""

from typing import Any

import reflex as rx


def field(
    label: Any, control: rx.Component, *, id: Any, help: Any = "", error: Any = "", optional: bool = False
) -> rx.Component:
    """A label, the control with that `id`, help above it and the error below.

    The control should carry `aria_describedby=described_by(id)` and, with an error, `aria_invalid`.
    """
    return rx.el.div(
        rx.el.label(
            label,
            rx.el.span(" (optional)", class_name="optional") if optional else "",
            html_for=id,
            class_name="label",
        ),
        _words(help, _suffix(id, "help"), "help"),
        control,
        rx.el.p(error, id=_suffix(id, "error"), class_name="error"),
        class_name="field",
    )


def described_by(id: Any) -> Any:
    """Ids of the help and error of the field with that id."""
    return _suffix(id, "help") + " " + _suffix(id, "error")


def text_input(id: Any, *, type: str = "text", **props: Any) -> rx.Component:
    """A one-line input."""
    props.setdefault("aria_describedby", described_by(id))
    return rx.el.input(id=id, type=type, **_with_class(props, "input"))


def text_area(id: Any, *, rows: int = 5, **props: Any) -> rx.Component:
    """A box for longer text."""
    props.setdefault("aria_describedby", described_by(id))
    return rx.el.textarea(id=id, rows=str(rows), **_with_class(props, "input"))


def select(id: Any, options: list[tuple[str, str]] | rx.Var, **props: Any) -> rx.Component:
    """A native select. `options` are (value, label) pairs, or a Var holding a list of such pairs."""
    if isinstance(options, rx.Var):
        shown: Any = rx.foreach(options, lambda pair: rx.el.option(pair[1], value=pair[0]))
        children = [shown]
    else:
        children = [rx.el.option(text, value=value) for value, text in options]
    return rx.el.select(*children, id=id, **_with_class(props, "input"))


def checkbox(label: Any, **props: Any) -> rx.Component:
    """A checkbox with its words beside it; the whole line is the target."""
    return rx.el.label(rx.el.input(type="checkbox", **props), rx.el.span(label), class_name="check")


def radio(name: Any, value: Any, label: Any, **props: Any) -> rx.Component:
    """One choice of a radio group; put several into `group`."""
    return rx.el.label(
        rx.el.input(type="radio", name=name, value=value, **props), rx.el.span(label), class_name="choice"
    )


def group(legend: Any, *choices: Any, help: Any = "", error: Any = "", id: Any = "") -> rx.Component:
    """A fieldset around choices that belong together."""
    return rx.el.fieldset(
        rx.el.legend(legend, class_name="label mb-2"),
        _words(help, _suffix(id, "help"), "help mb-2"),
        rx.el.div(*choices, class_name="stack-s"),
        rx.el.p(error, id=_suffix(id, "error"), class_name="error"),
    )


def _suffix(id: Any, part: str) -> Any:
    return id + f"-{part}"


def _words(text: Any, id: Any, classes: str) -> Any:
    if isinstance(text, str):
        return rx.el.p(text, id=id, class_name=classes) if text else rx.fragment()
    return rx.cond(text, rx.el.p(text, id=id, class_name=classes))


def _with_class(props: dict[str, Any], classes: str) -> dict[str, Any]:
    extra = props.pop("class_name", "")
    return {**props, "class_name": f"{classes} {extra}".strip()}
