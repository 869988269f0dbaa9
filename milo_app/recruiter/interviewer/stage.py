"""One stage in the builder: its settings, its questions or criteria."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app import ui
from milo_app.recruiter.interviewer.fields import area, line, order_buttons, tick
from milo_app.recruiter.interviewer.question import criterion, question
from milo_app.recruiter.interviewer.state import InterviewerState as S
from milo_app.recruiter.parts import items


def stage(one: Any) -> rx.Component:
    """A card with everything of the stage; what is rarely changed is folded away."""
    path = one["path"].to(str)
    questions, criteria = items(one["questions"]), items(one["criteria"])
    return rx.el.section(
        rx.el.div(
            rx.el.div(
                rx.el.h2(one["number"], ". ", one["name"]),
                ui.badge(rx.fragment("about ", one["minutes"], " min")),
                rx.cond(
                    one["dealbreakers"].to(int) > 0,
                    rx.cond(
                        one["enforce"].to(bool),
                        ui.badge(
                            rx.fragment(
                                one["dealbreakers"],
                                rx.cond(
                                    one["dealbreakers"].to(int) == 1,
                                    " enforced dealbreaker",
                                    " enforced dealbreakers",
                                ),
                            ),
                            kind="brand",
                        ),
                        ui.badge(
                            rx.fragment(
                                one["dealbreakers"],
                                rx.cond(
                                    one["dealbreakers"].to(int) == 1,
                                    " dealbreaker, not enforced",
                                    " dealbreakers, not enforced",
                                ),
                            ),
                            kind="warn",
                        ),
                    ),
                ),
                class_name="row",
            ),
            order_buttons(one, "stage"),
            class_name="spread",
        ),
        rx.cond(one["error"].to(str) != "", rx.el.p(one["error"], class_name="error")),
        tick(path + ".enforce", "Enforce dealbreakers: who misses one stops at this stage", one["enforce"]),
        rx.cond(
            one["is_voice"].to(bool),
            tick(path + ".video", "Video, not only voice (a candidate may still choose audio)", one["video"]),
        ),
        rx.cond(
            one["is_talk"].to(bool),
            rx.fragment(
                tick(
                    path + ".phone",
                    "May also be taken by phone: we call the candidate when they ask",
                    one["phone"],
                ),
                rx.cond(
                    one["phone"].to(bool),
                    tick(
                        path + ".record_calls",
                        "Record the sound of calls, once the candidate has agreed on the phone",
                        one["record_calls"],
                    ),
                ),
            ),
        ),
        rx.cond(
            one["is_resume"].to(bool),
            rx.fragment(
                rx.el.ol(rx.foreach(criteria, criterion), class_name="stack-s"),
                rx.cond(
                    S.can_edit,
                    rx.el.div(
                        _add("Add a requirement", "add_criterion", path, "eligibility"),
                        _add("Add a scored criterion", "add_criterion", path, "scored"),
                        class_name="row",
                    ),
                ),
            ),
            rx.fragment(
                rx.el.ol(
                    rx.foreach(questions, lambda q: question(q, one["kinds"].to(list[list[str]]))),
                    class_name="stack-s",
                ),
                rx.cond(S.can_edit, rx.el.div(_add("Add a question", "add_question", path, ""))),
            ),
        ),
        rx.el.details(
            rx.el.summary("Texts, time and score of this stage"),
            rx.el.div(
                area(path + ".intro", "Introduction", one["intro"], optional=True),
                area(
                    path + ".end_message",
                    "Message to who is stopped here",
                    one["end_message"],
                    optional=True,
                    help="Empty: a neutral ending. They keep all their rights either way.",
                ),
                rx.el.div(
                    line(
                        path + ".minutes",
                        "Minutes",
                        one["minutes"],
                        input_mode="numeric",
                        error=one["e_minutes"],
                    ),
                    line(
                        path + ".weight",
                        "Weight in the overall score",
                        one["weight"],
                        input_mode="numeric",
                        error=one["e_weight"],
                    ),
                    line(
                        path + ".min_score",
                        "Minimum score, %",
                        one["min_score"],
                        input_mode="numeric",
                        optional=True,
                        error=one["e_min_score"],
                    ),
                    class_name="grid gap-4 md:grid-cols-3",
                ),
                class_name="stack-s pt-3",
            ),
        ),
        class_name="card stack-s",
        key=one["kind"].to(str),
        id="stage-" + one["kind"].to(str),
        custom_attrs={"data-builder-stage": one["kind"]},
    )


def _add(label: str, action: str, path: Any, value: str) -> rx.Component:
    return ui.button(
        label, kind="secondary", small=True, icon="plus", on_click=S.pressed(action, path, value)
    )
