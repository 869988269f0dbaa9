"""What happened around the answers: facts to read, apart from every score."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app import ui
from milo_app.recruiter.parts import texts


def integrity(found: Any) -> rx.Component:
    """One entry for each question with something to tell; nothing at all where there is none."""
    return rx.cond(
        found.length() > 0,
        ui.card(
            rx.el.p(
                "Facts as the candidate’s browser counted them. They never change a score, have many harmless reasons, "
                "and are not kept for candidates who asked for more time or another way to answer.",
                class_name="muted",
            ),
            rx.el.dl(
                rx.foreach(
                    found,
                    lambda one: rx.el.div(
                        rx.el.dt(one["stage"], ": ", one["question"], class_name="font-semibold"),
                        rx.foreach(texts(one["facts"]), lambda fact: rx.el.dd(fact)),
                        custom_attrs={"data-integrity": one["id"]},
                    ),
                ),
                class_name="stack-s",
            ),
            title="Around the answers",
        ),
    )
