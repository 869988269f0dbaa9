"""What every candidate screen stands in: the head with progress and the saved sign, the rights menu, a preview's bar."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app import ui
from milo_app.candidate.state import CandidateState
from milo_app.candidate.words import VIEW, w

APPLICATION = VIEW["application"]


def screen(name: str, *children: Any, stage: Any = None, **props: Any) -> rx.Component:
    """The one `<main>` of a screen. `stage` is the open stage by default."""
    return rx.el.main(
        *children,
        id="main",
        key=name,
        tab_index=-1,
        class_name="page-main stack",
        custom_attrs={
            "data-screen": name,
            "data-kind": name,
            "data-stage": VIEW["stage"] if stage is None else stage,
            "data-application": APPLICATION,
        },
        **props,
    )


def title(text: Any, below: Any = "") -> rx.Component:
    """The screen's heading, which takes the focus when the screen opens."""
    return rx.el.div(
        rx.el.h1(text, tab_index=-1),
        rx.el.p(below, class_name="muted") if isinstance(below, rx.Var) or below else rx.fragment(),
        class_name="stack-s",
    )


def intro() -> rx.Component:
    """The recruiter's own words at the head of a stage."""
    return rx.cond(VIEW["intro"], rx.el.p(VIEW["intro"], class_name="muted whitespace-pre-line"))


def problem_line() -> rx.Component:
    """Where the browser's modules say what went wrong with the whole page."""
    return rx.el.div(id="page-problem", role="alert", class_name="notice notice-bad")


def head() -> rx.Component:
    """Whose page this is, how far one is, and whether everything is saved."""
    return rx.fragment(
        rx.el.span(
            rx.cond(
                VIEW["logo_url"],
                rx.el.img(src=VIEW["logo_url"], alt=VIEW["workspace"], height="32"),
                rx.fragment(
                    rx.el.span(
                        rx.cond(VIEW["workspace"], VIEW["workspace"][0], "M"),
                        class_name="mark",
                        aria_hidden="true",
                    ),
                    rx.cond(VIEW["workspace"], VIEW["workspace"], "Milo"),
                ),
            ),
            class_name="logo",
        ),
        rx.el.p(
            id="save-state",
            role="status",
            aria_live="polite",
            class_name="eyebrow ml-auto",
            # Written by web/Outbox.jsx, so that a new render says nothing of its own.
        ),
        rx.cond(VIEW["step"] > 0, _progress()),
    )


def _progress() -> rx.Component:
    count = VIEW["steps"].length()
    return rx.el.div(
        rx.el.p(
            w("progress", step=VIEW["step"], count=count),
            rx.foreach(VIEW["steps"], lambda s: rx.cond(s["now"], rx.el.span(": ", s["label"]))),
            class_name="eyebrow",
        ),
        rx.el.div(
            rx.foreach(
                VIEW["steps"],
                lambda s: rx.el.span(
                    class_name=rx.cond(
                        s["done"],
                        "h-1.5 flex-1 rounded-full bg-(--brand)",
                        rx.cond(
                            s["now"],
                            "h-1.5 flex-1 rounded-full border border-(--brand-ink) bg-(--brand-soft)",
                            "h-1.5 flex-1 rounded-full bg-(--line)",
                        ),
                    )
                ),
            ),
            aria_hidden="true",
            class_name="flex gap-1",
        ),
        class_name="grid basis-full gap-1",
    )


def told() -> rx.Component:
    """The last thing that happened, in words, at the lower edge: a request taken, a refusal."""
    done = rx.match(
        CandidateState.notice,
        ("saved", w("told.saved")),
        ("asked", w("told.asked")),
        ("thanks", w("told.thanks")),
        ("filling", w("told.filling")),
        "",
    )
    bad = CandidateState.notice_kind == "problem"
    return rx.el.div(
        rx.cond(
            (CandidateState.notice != "") & ~CandidateState.refused,
            rx.el.div(
                rx.el.p(rx.cond(bad, CandidateState.notice, done), class_name="grow"),
                rx.el.button(
                    w("close"),
                    type="button",
                    class_name="btn btn-quiet btn-small",
                    on_click=CandidateState.dismiss,
                ),
                class_name=rx.cond(bad, "notice notice-bad items-center", "notice notice-ok items-center"),
            ),
        ),
        role="status",
        aria_live="polite",
        class_name="sticky bottom-2 z-30 mx-auto w-full max-w-(--measure) px-4",
    )


def foot() -> rx.Component:
    """ "Need something else?": at the same place on every screen."""
    return rx.el.div(
        rx.el.details(
            rx.el.summary(w("rights.title")),
            rx.el.div(
                rx.cond(_ongoing() & (VIEW["screen"] != "consent"), pace()),
                _ask(),
                rx.el.div(
                    ui.link(w("rights.data"), VIEW["privacy_url"], outside=True),
                    rx.cond(
                        VIEW["contact"] != "",
                        ui.link(w("rights.contact"), "mailto:" + VIEW["contact"], outside=True),
                    ),
                    class_name="row",
                ),
                rx.cond(_ongoing(), _withdraw()),
                rx.cond(VIEW["name"], _not_you()),
                class_name="stack py-4 text-(--ink)",
            ),
            class_name="w-full",
        ),
        rx.el.p(VIEW["workspace"], class_name="mt-2"),
        class_name="w-full",
    )


def _not_you() -> rx.Component:
    """On a device that several people use: forget whose interview this is. What was saved stays, behind the link."""
    return rx.el.form(
        rx.el.p(w("rights.not_you", name=VIEW["name"]), class_name="help"),
        rx.el.div(ui.button(w("rights.leave"), kind="secondary", type="submit"), class_name="actions"),
        action="/api/candidate/applications/" + APPLICATION + "/leave",
        method="post",
        class_name="stack-s",
    )


def _ongoing() -> Any:
    return (VIEW["state"] == "invited") | (VIEW["state"] == "in_progress")


def pace() -> rx.Component:
    """More time, typing, no spoken questions: chosen by the candidate, given at once."""
    return rx.el.form(
        rx.el.h2(w("rights.pace")),
        ui.checkbox(w("rights.untimed"), name="untimed", default_checked=VIEW["untimed"]),
        ui.checkbox(w("rights.typed"), name="typed", default_checked=VIEW["typed"]),
        ui.checkbox(w("rights.speech_off"), name="speech_off", default_checked=VIEW["speech_off"]),
        rx.el.div(ui.button(w("rights.save"), kind="secondary", type="submit"), class_name="actions"),
        on_submit=lambda form: CandidateState.adjust(APPLICATION, form),
        class_name="stack-s",
        key=VIEW["application"] + "-pace",
    )


def _ask() -> rx.Component:
    kinds = ("accommodation", "no_ai", "human_review", "other")
    return rx.el.form(
        rx.el.fieldset(
            rx.el.legend(w("rights.ask"), class_name="label"),
            *[
                rx.el.label(
                    rx.el.input(type="radio", name="kind", value=kind, required=True),
                    rx.el.span(w(f"ask.{kind}")),
                    class_name="check",
                )
                for kind in kinds
            ],
        ),
        rx.el.div(
            rx.el.label(w("rights.text"), html_for="rights-text", class_name="label"),
            rx.el.textarea(id="rights-text", name="text", rows="3", max_length=2000, class_name="input"),
            class_name="field",
        ),
        rx.el.p(w("rights.never_counts"), class_name="help"),
        rx.el.div(ui.button(w("rights.ask_button"), kind="secondary", type="submit"), class_name="actions"),
        on_submit=lambda form: CandidateState.ask(APPLICATION, form),
        reset_on_submit=True,
        class_name="stack-s",
    )


def _withdraw() -> rx.Component:
    return rx.el.details(
        rx.el.summary(w("rights.withdraw")),
        rx.el.div(
            rx.el.p(w("rights.withdraw_text")),
            rx.el.div(
                ui.button(
                    w("rights.withdraw_button"), kind="danger", on_click=CandidateState.withdraw(APPLICATION)
                ),
                class_name="actions",
            ),
            class_name="stack-s",
        ),
    )


def preview_bar() -> rx.Component:
    """Says that this is a preview, and brings a recruiter quickly to any place of it."""
    over = ~_ongoing()
    return rx.cond(
        VIEW["preview"],
        rx.el.aside(
            rx.el.div(
                rx.el.p(
                    rx.el.strong(w("p.preview"), ". "),
                    rx.cond(over, w("preview.over"), w("preview.text")),
                    class_name="grow",
                ),
                ui.button(
                    w("preview.reset"),
                    kind="secondary",
                    small=True,
                    on_click=CandidateState.start_over(APPLICATION),
                ),
                rx.cond(over, rx.fragment(), _fill_tools()),
            ),
            aria_label=w("p.preview"),
            class_name="preview-bar",
        ),
    )


def _fill_tools() -> rx.Component:
    fills = [
        ui.button(
            w(f"preview.{how}"), kind="secondary", small=True, on_click=CandidateState.fill(APPLICATION, how)
        )
        for how in ("strong", "weak", "stopped")
    ]
    return rx.el.details(
        rx.el.summary(w("preview.tools")),
        rx.el.div(
            rx.el.div(rx.el.span(w("preview.fill"), class_name="help"), *fills, class_name="row"),
            rx.el.div(
                rx.el.span(w("preview.jump"), class_name="help"),
                rx.foreach(
                    VIEW["steps"],
                    lambda s: rx.el.button(
                        s["label"],
                        type="button",
                        on_click=CandidateState.jump(APPLICATION, s["kind"]),
                        class_name="btn btn-secondary btn-small",
                    ),
                ),
                class_name="row",
            ),
            class_name="stack-s pb-2",
        ),
        # Drawn anew, and so closed, on every other screen: what was pressed has happened.
        key="tools-" + VIEW["screen"] + "-" + VIEW["stage"],
        class_name="basis-full",
    )
