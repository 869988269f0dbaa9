"""A message as its reader sees it: the blocks of an email, or the bubble of a text."""

from __future__ import annotations

from typing import Any

import reflex as rx


def email_view(subject: Any, blocks: Any) -> rx.Component:
    """An email's subject and blocks (a Var of `[{kind, text, items, url}]`)."""
    return rx.el.div(
        rx.el.p(rx.el.span("Subject: ", class_name="muted"), rx.el.strong(subject), class_name="break-words"),
        rx.el.div(rx.foreach(blocks, _block), class_name="stack-s border-t border-(--line) pt-4 break-words"),
        class_name="stack-s",
    )


def text_view(text: Any, parts: Any, signs: Any) -> rx.Component:
    """A text message and what it costs."""
    return rx.el.div(
        rx.el.p(text, class_name="notice whitespace-pre-line break-words"),
        rx.el.p(
            signs, " characters, ", parts, rx.cond(parts == 1, " part", " parts"), class_name="muted text-sm"
        ),
        class_name="stack-s",
    )


def _block(block: Any) -> rx.Component:
    text = block["text"].to(str)
    return rx.match(
        block["kind"].to(str),
        ("title", rx.el.p(text, class_name="text-xl font-semibold")),
        ("heading", rx.el.p(text, class_name="font-semibold")),
        ("note", rx.el.p(text, class_name="notice")),
        ("items", rx.el.ul(rx.foreach(block["items"].to(list[str]), rx.el.li), class_name="list-disc pl-5")),
        (
            "button",
            rx.el.p(
                rx.el.span(text, class_name="btn btn-primary", aria_hidden="true"),
                rx.el.span("Button: ", text, class_name="sr"),
            ),
        ),
        rx.el.p(text, class_name="whitespace-pre-line"),
    )
