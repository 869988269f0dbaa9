"""What the candidate will see of what is being edited, beside it and at once."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app import ui
from milo_app.recruiter.interviewer.state import InterviewerState as S
from milo_app.recruiter.parts import items, texts

_ONE = S.screen


def preview() -> rx.Component:
    """A phone-sized picture of the candidate's page. Its controls are for looking at: the preview link is for trying."""
    return rx.el.section(
        rx.el.h2("What candidates see"),
        rx.el.div(
            ui.icon_button("Previous screen", "left", on_click=S.screen_turned(-1)),
            rx.el.select(
                rx.foreach(
                    items(S.seen["tabs"]), lambda tab: rx.el.option(tab["name"], value=tab["tab"].to(str))
                ),
                value=_ONE["tab"].to(str),
                on_change=S.tab_chosen,
                aria_label="Part of the candidate's way",
                class_name="input min-w-0 grow",
            ),
            ui.icon_button("Next screen", "right", on_click=S.screen_turned(1)),
            class_name="flex items-center gap-1",
        ),
        rx.el.style(S.seen["css"].to(str)),
        rx.el.div(
            rx.el.div(_head(), class_name="border-b border-(--line) px-4 py-3"),
            rx.el.div(_body(), class_name="stack-s px-4 py-5"),
            class_name=(
                "seen-by-candidate mx-auto w-full max-w-[24rem] min-h-[30rem] overflow-hidden rounded-2xl "
                "border border-(--line-strong) bg-(--bg) shadow-(--shadow)"
            ),
            role="img",
            aria_label="Preview: " + _ONE["tab_name"].to(str) + ". " + _ONE["heading"].to(str),
            custom_attrs={"data-seen": _ONE["id"], "inert": "true"},
        ),
        class_name="card stack-s",
        aria_label="Candidate preview",
    )


def _head() -> rx.Component:
    name = S.seen["name"].to(str)
    return rx.el.span(
        rx.cond(
            S.seen["logo"].to(str) != "",
            rx.el.img(src=S.seen["logo"].to(str), alt="", height="32"),
            rx.fragment(rx.el.span(name[0], class_name="mark"), name),
        ),
        class_name="logo",
    )


def _body() -> rx.Component:
    """The screen; headings are plain text here, since the page has its own."""
    return rx.fragment(
        _some(_ONE["eyebrow"], "eyebrow"),
        _some(_ONE["heading"], "text-xl font-semibold leading-snug whitespace-pre-line"),
        rx.foreach(texts(_ONE["texts"]), lambda text: rx.el.p(text, class_name="whitespace-pre-line")),
        rx.cond(
            texts(_ONE["needs"]).length() > 0,
            rx.el.div(
                rx.el.p(_ONE["help"], class_name="font-semibold"),
                rx.el.ul(rx.foreach(texts(_ONE["needs"]), lambda x: rx.el.li(x)), class_name="needs"),
            ),
            rx.cond(_ONE["id"].to(str) != "welcome", _some(_ONE["help"], "help")),
        ),
        rx.cond(
            items(_ONE["steps"]).length() > 0,
            rx.el.ol(rx.foreach(items(_ONE["steps"]), _step), class_name="steps"),
        ),
        rx.el.div(rx.foreach(items(_ONE["bubbles"]), _bubble), class_name="grid gap-2 empty:hidden"),
        _control(),
        rx.el.div(
            rx.foreach(
                texts(_ONE["buttons"]),
                lambda label, n: rx.el.span(
                    label, class_name=rx.cond(n == 0, "btn btn-primary", "btn btn-secondary")
                ),
            ),
            class_name="actions empty:hidden",
        ),
    )


def _some(text: Any, class_name: str) -> rx.Component:
    return rx.cond(text.to(str) != "", rx.el.p(text, class_name=class_name))


def _step(step: Any, n: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(n + 1, class_name="badge badge-brand"),
        rx.el.span(step["name"], rx.el.span(step["minutes"], class_name="muted block")),
    )


def _bubble(one: Any) -> rx.Component:
    return rx.el.p(
        one["text"],
        class_name=rx.cond(
            one["mine"].to(bool),
            "justify-self-end rounded-2xl bg-(--brand) px-4 py-2 text-(--on-brand)",
            "mr-8 justify-self-start whitespace-pre-line rounded-2xl border border-(--line) bg-(--surface) px-4 py-2",
        ),
    )


def _control() -> rx.Component:
    options = texts(_ONE["options"])

    def box(words: Any = "", **props: Any) -> rx.Component:
        extra = props.pop("class_name", "")
        return rx.el.div(words, class_name=f"input flex items-center text-(--muted) {extra}")

    def choices(sign: str) -> rx.Component:
        return rx.el.div(
            rx.foreach(
                options,
                lambda text: rx.el.div(
                    rx.el.span(
                        class_name=f"size-5 shrink-0 border border-(--line-strong) bg-(--surface) {sign}"
                    ),
                    rx.el.span(text),
                    class_name="choice",
                ),
            ),
            class_name="stack-s",
        )

    return rx.match(
        _ONE["control"].to(str),
        ("yes_no", choices("rounded-full")),
        ("single_choice", choices("rounded-full")),
        ("multiple_choice", choices("rounded-[4px]")),
        ("short_text", box()),
        ("long_text", box(class_name="min-h-28")),
        ("number", box(class_name="max-w-48")),
        ("date", box("dd / mm / yyyy", class_name="max-w-48")),
        (
            "slider",
            rx.el.div(
                rx.el.div(
                    rx.el.div(class_name="size-6 rounded-full bg-(--brand)"),
                    class_name="flex h-2 items-center justify-center rounded-full bg-(--line-strong)",
                ),
                rx.el.div(
                    rx.foreach(options, lambda text: rx.el.span(text)),
                    class_name="flex justify-between muted pt-3",
                ),
                class_name="py-3",
            ),
        ),
        ("file", rx.el.div(ui.icon("upload"), class_name="drop text-(--muted)")),
        (
            "resume",
            rx.el.div(
                rx.foreach(
                    options,
                    lambda text, n: rx.el.p(text, class_name=rx.cond(n == 0, "font-semibold", "help")),
                ),
                class_name="drop",
            ),
        ),
        ("sms", box(class_name="rounded-full")),
        (
            "video",
            rx.el.div(
                ui.icon("camera", size=36),
                class_name="grid aspect-video place-items-center rounded-xl bg-black text-white",
            ),
        ),
        (
            "voice",
            rx.el.div(
                ui.icon("mic", size=36),
                class_name="grid place-items-center rounded-xl bg-(--sunken) py-8 text-(--brand-ink)",
            ),
        ),
        rx.fragment(),
    )
