"""One question as a native control inside `[data-question]`; what is typed is saved by `web/form.js`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app.candidate.words import w


def question(q: Any, *, heading: bool = True) -> rx.Component:
    """The control of *q* (a QuestionView Var) with its label, help and error. Uncontrolled: a new render never
    overwrites what somebody types. `heading` makes the question the h1 of its step."""
    return rx.el.div(
        rx.match(
            q["kind"],
            ("yes_no", _choices(q, "radio", heading)),
            ("single_choice", _choices(q, "radio", heading)),
            ("multiple_choice", _choices(q, "checkbox", heading)),
            ("long_text", _labelled(q, heading, _long(q))),
            ("number", _labelled(q, heading, _number(q))),
            ("slider", _labelled(q, heading, _slider(q))),
            ("date", _labelled(q, heading, _input(q, "date"))),
            ("file", _labelled(q, heading, _file(q))),
            _labelled(q, heading, _input(q, "text", max_length=300)),
        ),
        rx.el.p(id=_id(q, "error"), class_name="error", role="alert"),
        class_name="field",
        custom_attrs={
            "data-question": q["id"],
            "data-kind": q["kind"],
            "data-version": q["version"],
            "data-required": rx.cond(q["required"], "true", "false"),
            "data-unit": q["unit"],
            "data-most": q["max_files"],
            "data-files": q["files"].to_string(),
        },
    )


def _id(q: Any, part: str = "") -> Any:
    return "q-" + q["id"] + (f"-{part}" if part else "")


def _described(q: Any) -> Any:
    return _id(q, "help") + " " + _id(q, "error")


def _words(q: Any) -> rx.Component:
    optional = rx.cond(q["required"], rx.fragment(), rx.el.span(" ", w("optional"), class_name="optional"))
    return rx.fragment(q["text"], optional)


def _help(q: Any) -> rx.Component:
    return rx.el.p(
        q["help"],
        rx.cond((q["unit"] != "") & (q["kind"] == "number"), rx.el.span(" (", q["unit"], ")")),
        id=_id(q, "help"),
        class_name="help empty:hidden",
    )


def _labelled(q: Any, heading: bool, control: rx.Component) -> rx.Component:
    label = rx.el.label(_words(q), html_for=_id(q))
    top = rx.el.h1(label, tab_index=-1) if heading else rx.el.div(label, class_name="label")
    return rx.fragment(top, _help(q), control)


def _choices(q: Any, type: str, heading: bool) -> rx.Component:
    legend = (
        rx.el.legend(rx.el.h1(_words(q), tab_index=-1))
        if heading
        else rx.el.legend(_words(q), class_name="label")
    )
    return rx.el.fieldset(
        legend,
        rx.el.div(
            _help(q),
            rx.foreach(
                q["options"],
                lambda o: rx.el.label(
                    rx.el.input(type=type, name=_id(q), value=o["value"], default_checked=o["chosen"]),
                    rx.el.span(o["label"]),
                    class_name="choice",
                ),
            ),
            class_name="stack-s mt-3",
        ),
        aria_describedby=_described(q),
    )


def _input(q: Any, type: str, **props: Any) -> rx.Component:
    return rx.el.input(
        id=_id(q),
        type=type,
        default_value=q["value"],
        required=q["required"],
        min=rx.cond(q["minimum"], q["minimum"], rx.Var("undefined")) if type == "date" else None,
        aria_describedby=_described(q),
        class_name="input",
        **props,
    )


def _number(q: Any) -> rx.Component:
    return rx.el.input(
        id=_id(q),
        type="number",
        default_value=q["value"],
        required=q["required"],
        min=q["minimum"],
        max=q["maximum"],
        step=q["step"],
        aria_describedby=_described(q),
        class_name="input max-w-48",
        custom_attrs={"inputMode": "decimal"},
    )


def _slider(q: Any) -> rx.Component:
    middle = rx.cond(q["value"], q["value"], q["minimum"])
    return rx.el.div(
        rx.el.input(
            id=_id(q),
            type="range",
            default_value=middle,
            min=q["minimum"],
            max=q["maximum"],
            step=q["step"],
            aria_describedby=_described(q),
        ),
        rx.el.div(
            rx.el.span(q["minimum"], class_name="help", aria_hidden="true"),
            rx.el.output(html_for=_id(q), class_name="text-(length:--text-xl) font-semibold"),
            rx.el.span(q["maximum"], class_name="help", aria_hidden="true"),
            class_name="spread",
        ),
    )


def _long(q: Any) -> rx.Component:
    return rx.el.textarea(
        id=_id(q),
        default_value=q["value"],
        rows="6",
        max_length=10_000,
        required=q["required"],
        aria_describedby=_described(q),
        class_name="input",
    )


def _file(q: Any) -> rx.Component:
    return rx.el.div(
        rx.el.input(
            id=_id(q),
            type="file",
            accept=q["accept"],
            multiple=q["max_files"] > 1,
            aria_describedby=_described(q),
        ),
        rx.el.progress(max="1", value="0", hidden=True, aria_label=w("uploading")),
        rx.el.ul(custom_attrs={"data-file-list": ""}, class_name="stack-s"),
        class_name="stack-s",
    )
