"""The first page after signing in."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app import ui
from milo_app.recruiter.frame import frame
from milo_app.recruiter.home.state import HomeState
from milo_app.recruiter.parts import items, when


def page() -> rx.Component:
    """Attention first, then the interviewers."""
    return frame(
        HomeState,
        ui.page_header(
            "Home",
            rx.cond(
                HomeState.can_edit,
                ui.button_link("New interviewer", "/app/interviewers/new/", kind="primary", icon="plus"),
            ),
        ),
        rx.el.div(
            rx.el.div(
                rx.cond(HomeState.interviewers.length() > 0, _interviewers(), _nothing()),
                class_name="stack min-w-0",
            ),
            rx.el.div(_attention(), _steps(), class_name="stack content-start"),
            class_name="grid gap-6 lg:grid-cols-[minmax(0,1fr)_22rem] items-start",
        ),
        current="/app/",
        title="Home",
    )


def _nothing() -> rx.Component:
    return ui.empty(
        "No interviewer yet",
        "Paste a job description: Milo drafts the stages, questions, criteria and dealbreakers, and you edit them.",
        ui.button_link("Describe a role", "/app/interviewers/new/", kind="primary"),
    )


def _attention() -> rx.Component:
    return ui.card(
        rx.cond(
            HomeState.attention.length() > 0,
            rx.el.ul(rx.foreach(HomeState.attention, _attention_item), class_name="grid"),
            rx.el.p("Nothing needs you right now.", class_name="muted"),
        ),
        title="Needs attention",
    )


def _attention_item(item: Any) -> rx.Component:
    return rx.el.li(
        ui.link(item["text"], item["url"], class_name="flex min-h-11 items-center"),
        custom_attrs={"data-attention": item["kind"]},
        class_name="border-t border-(--line) first:border-t-0",
    )


def _steps() -> rx.Component:
    """Getting started; gone once everything is done."""
    return rx.cond(
        HomeState.steps_left > 0,
        ui.card(rx.el.ol(rx.foreach(HomeState.steps, _step), class_name="grid"), title="Getting started"),
    )


def _step(step: Any) -> rx.Component:
    return rx.el.li(
        rx.cond(
            step["done"],
            rx.el.span(ui.icon("check", size=18), class_name="text-(--ok)"),
            rx.el.span("", class_name="size-[18px] rounded-full border border-(--line-strong)"),
        ),
        rx.cond(
            step["done"],
            rx.el.span(step["text"], rx.el.span(" (done)", class_name="sr"), class_name="muted"),
            ui.link(step["text"], step["url"]),
        ),
        class_name="flex min-h-11 items-center gap-3",
    )


def _interviewers() -> rx.Component:
    return rx.el.ul(rx.foreach(HomeState.interviewers, _interviewer), class_name="stack")


def _interviewer(one: Any) -> rx.Component:
    candidates = "/app/candidates/?i=" + one["id"].to(str)
    builder = "/app/interviewer/?i=" + one["id"].to(str)
    return rx.el.li(
        rx.el.div(
            rx.el.div(
                rx.el.h2(ui.link(one["title"], rx.cond(one["draft"], builder, candidates))),
                rx.cond(one["draft"], ui.badge("Draft", kind="warn")),
                rx.cond(
                    one["closes"].to(str) != "",
                    rx.el.span("Open until ", when(one["closes"], "day"), class_name="muted text-sm"),
                ),
                class_name="row",
            ),
            rx.el.div(
                ui.link("Candidates", candidates, class_name="btn btn-quiet btn-small"),
                rx.cond(HomeState.can_edit, ui.link("Edit", builder, class_name="btn btn-quiet btn-small")),
                class_name="row",
            ),
            class_name="spread",
        ),
        rx.el.dl(
            _count(one, "all", "Candidates", candidates),
            _count(one, "invited", "Invited", candidates + "&state=invited"),
            _count(one, "in_progress", "In progress", candidates + "&state=in_progress"),
            _count(one, "to_decide", "To decide", candidates + "&state=completed"),
            _count(one, "shortlisted", "Shortlisted", candidates + "&decision=shortlisted"),
            _count(one, "disqualified", "Stopped", candidates + "&state=disqualified"),
            class_name="grid grid-cols-3 gap-x-4 gap-y-3 sm:grid-cols-6",
        ),
        rx.el.ol(
            rx.foreach(items(one["stages"]), _stage),
            class_name="row text-sm",
            aria_label="Where candidates are now",
        ),
        class_name="card stack-s",
        custom_attrs={"data-interviewer": one["id"]},
    )


def _count(one: Any, name: str, label: str, href: Any) -> rx.Component:
    return rx.el.div(
        rx.el.dt(label, class_name="muted text-sm"),
        rx.el.dd(
            rx.cond(
                one[name].to(int) > 0,
                ui.link(
                    one[name],
                    href,
                    class_name="text-2xl font-semibold tabular-nums no-underline text-(--ink)",
                ),
                rx.el.span("0", class_name="muted text-2xl tabular-nums"),
            ),
            custom_attrs={"data-count": name},
        ),
        class_name="flex flex-col-reverse",
    )


def _stage(stage: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(stage["name"], class_name="muted"),
        rx.el.span(" ", stage["n"], class_name="font-semibold tabular-nums"),
        class_name="rounded-full bg-(--sunken) px-3 py-1",
    )
