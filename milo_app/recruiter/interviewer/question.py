"""One question, and one criterion, in the builder."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app import ui
from milo_app.recruiter.interviewer.fields import area, line, order_buttons, tick
from milo_app.recruiter.interviewer.state import InterviewerState as S

_BOX = "rounded-xl border border-(--line) px-4 py-3 grid gap-2"


def question(q: Any, kinds: Any) -> rx.Component:
    """One line while closed; opened, everything of the question."""
    return _item(
        q,
        "question",
        rx.fragment(
            rx.el.span(q["kind_name"], class_name="muted text-sm"),
            rx.cond(q["dealbreaker"].to(bool), ui.badge("Dealbreaker", kind="bad")),
            rx.cond(q["scored"].to(bool), ui.badge("Scored 1–5", kind="info")),
        ),
        lambda: _question_form(q, kinds),
        custom_attrs={"data-builder-question": q["id"]},
    )


def _item(item: Any, what: str, marks: rx.Component, form: Any, **props: Any) -> rx.Component:
    """A question or criterion as a line that opens."""
    id = item["id"].to(str)
    is_open = S.open_item == id
    return rx.el.li(
        rx.el.div(
            rx.el.button(
                rx.el.span(item["number"], ".", class_name="muted tabular-nums"),
                rx.el.span(
                    rx.cond(item["text"].to(str) != "", item["text"], f"New {what}"),
                    class_name="font-semibold min-w-0",
                ),
                type="button",
                aria_expanded=is_open,
                on_click=S.item_pressed(id),
                class_name="flex min-h-11 min-w-0 grow gap-2 items-center text-left cursor-pointer",
            ),
            order_buttons(item, what),
            class_name="flex items-center justify-between gap-2",
        ),
        rx.el.div(
            marks,
            rx.cond(item["problem"].to(bool), ui.badge("Something is missing", kind="warn")),
            class_name="row empty:hidden",
        ),
        rx.cond(is_open, rx.el.div(form(), class_name="stack-s border-t border-(--line) pt-4")),
        class_name=_BOX,
        key=id,
        **props,
    )


def _question_form(q: Any, kinds: Any) -> rx.Component:
    path = q["path"].to(str)
    return rx.fragment(
        area(path + ".text", "Question", q["text"], error=q["e_text"], rows=2),
        rx.el.div(
            ui.field(
                "Answered by",
                ui.select(
                    path + ".kind",
                    kinds,
                    value=q["kind"].to(str),
                    on_change=S.typed(path + ".kind"),
                    disabled=~S.can_edit,
                ),
                id=path + ".kind",
                error=q["e_kind"],
            ),
            line(path + ".help", "Hint below it", q["help"], optional=True),
            class_name="grid gap-4 md:grid-cols-2",
        ),
        tick(path + ".required", "An answer is required", q["required"]),
        rx.cond(
            q["has_options"].to(bool),
            area(
                path + ".options", "Options", q["options"], error=q["e_options"], help="One a line.", rows=4
            ),
        ),
        rx.cond(q["has_range"].to(bool), _range(q, path)),
        rx.cond(
            q["is_file"].to(bool),
            line(
                path + ".extensions",
                "Kinds of file",
                q["extensions"],
                optional=True,
                help="Like pdf. Empty: any usual kind.",
            ),
        ),
        rx.cond(q["can_break"].to(bool), _dealbreaker(q, path)),
        rx.cond(q["is_open"].to(bool), _scoring(q, path)),
    )


def _range(q: Any, path: Any) -> rx.Component:
    return rx.el.div(
        line(
            path + ".minimum",
            "Smallest",
            q["minimum"],
            optional=True,
            error=q["e_range"],
            input_mode="decimal",
        ),
        line(path + ".maximum", "Largest", q["maximum"], optional=True, input_mode="decimal"),
        line(path + ".step", "Step", q["step"], optional=True, input_mode="decimal"),
        line(path + ".unit", "Unit", q["unit"], optional=True, help="Like years or $."),
        class_name="grid gap-4 sm:grid-cols-2 lg:grid-cols-4",
    )


def _dealbreaker(q: Any, path: Any) -> rx.Component:
    value = rx.cond(
        q["is_yes_no"].to(bool),
        ui.select(
            path + ".ideal.value",
            [("yes", "Yes"), ("no", "No")],
            value=q["ideal"].to(str),
            on_change=S.typed(path + ".ideal.value"),
            aria_label="Answer that passes",
            disabled=~S.can_edit,
        ),
        rx.el.textarea(
            id=path + ".ideal.value",
            default_value=q["ideal"].to(str),
            on_blur=S.typed(path + ".ideal.value"),
            aria_label="Answer that passes",
            rows="1",
            disabled=~S.can_edit,
            class_name="input !min-h-11 resize-none",
            key=path + q["operator"].to(str),
        ),
    )
    operator = rx.cond(
        q["is_yes_no"].to(bool),
        rx.el.span("is"),
        ui.select(
            path + ".ideal.operator",
            q["operators"].to(list[list[str]]),
            value=q["operator"].to(str),
            on_change=S.typed(path + ".ideal.operator"),
            aria_label="Comparison",
            disabled=~S.can_edit,
        ),
    )
    return rx.el.div(
        tick(
            path + ".dealbreaker",
            "Dealbreaker: another answer stops the candidate, where the stage enforces it",
            q["dealbreaker"],
        ),
        rx.cond(
            q["dealbreaker"].to(bool),
            rx.el.div(
                rx.el.div(
                    rx.el.span("Passes when the answer", class_name="label"),
                    operator,
                    value,
                    class_name="grid items-center gap-3 md:grid-cols-[auto_12rem_minmax(0,1fr)]",
                ),
                rx.cond(q["many"].to(bool), rx.el.p("One value a line.", class_name="help")),
                rx.el.p(q["e_ideal"], class_name="error"),
                _need(q, path),
                class_name="stack-s border-l-4 border-(--line) pl-4",
            ),
        ),
        class_name="stack-s",
    )


def _need(thing: Any, path: Any) -> rx.Component:
    """How a dealbreaker reads in "You need: …"."""
    return rx.fragment(
        line(
            path + ".need",
            "In “You need: …” it reads",
            thing["need"],
            optional=True,
            help="Empty: the question's own words.",
        ),
        tick(path + ".need_hidden", "Leave it out of “You need: …”", thing["need_hidden"]),
        rx.cond(
            thing["need_hidden"].to(bool),
            rx.el.p(
                "Candidates then learn of it only when they are stopped.", class_name="notice notice-warn"
            ),
        ),
    )


def _scoring(q: Any, path: Any) -> rx.Component:
    return rx.el.div(
        ui.checkbox(
            "Score the answer from 1 to 5",
            default_checked=q["scored"].to(bool),
            on_change=lambda on: S.scored(path, on),
            disabled=~S.can_edit,
        ),
        rx.cond(
            q["scored"].to(bool),
            rx.el.div(
                _anchors(q["criterion"].to(dict[str, Any])),
                area(
                    path + ".follow_ups",
                    "Follow-up questions",
                    q["follow_ups"],
                    optional=True,
                    help="One a line, in your own words.",
                ),
                rx.el.div(
                    line(path + ".min_follow_ups", "At least", q["min_follow_ups"], input_mode="numeric"),
                    line(
                        path + ".max_follow_ups",
                        "At most",
                        q["max_follow_ups"],
                        input_mode="numeric",
                        error=q["e_follow_ups"],
                    ),
                    class_name="grid gap-4 sm:grid-cols-2",
                ),
                class_name="stack-s border-l-4 border-(--line) pl-4",
            ),
        ),
        class_name="stack-s",
    )


def _anchors(c: Any) -> rx.Component:
    """What is judged, its two ends, and its weight."""
    path = c["path"].to(str)
    return rx.el.div(
        line(path + ".text", "What is judged", c["text"], error=c["e_text"]),
        rx.el.div(
            area(path + ".one", "A 1 is", c["one"], rows=3),
            area(path + ".five", "A 5 is", c["five"], error=c["e_five"], rows=3),
            class_name="grid gap-4 md:grid-cols-2",
        ),
        rx.el.div(
            area(
                path + ".key_points",
                "What a full answer covers",
                c["key_points"],
                optional=True,
                help="One a line.",
            ),
            line(path + ".weight", "Weight, 1 to 10", c["weight"], input_mode="numeric", error=c["e_weight"]),
            class_name="grid gap-4 md:grid-cols-[minmax(0,1fr)_10rem]",
        ),
        class_name="stack-s",
    )


def criterion(c: Any) -> rx.Component:
    """A criterion of the resume stage: a requirement, or something scored."""
    return _item(
        c,
        "criterion",
        rx.fragment(
            rx.el.span(
                rx.cond(c["eligibility"].to(bool), "Requirement", "Scored criterion"),
                class_name="muted text-sm",
            ),
            rx.cond(c["dealbreaker"].to(bool), ui.badge("Dealbreaker", kind="bad")),
        ),
        lambda: rx.cond(c["eligibility"].to(bool), _requirement(c), _anchors(c)),
        custom_attrs={"data-builder-criterion": c["id"]},
    )


def _requirement(c: Any) -> rx.Component:
    path = c["path"].to(str)
    return rx.fragment(
        line(path + ".text", "Requirement", c["text"], error=c["e_text"]),
        line(
            path + ".question",
            "Asked when the resume does not show it",
            c["question"],
            optional=True,
            help="A yes-or-no question. “Not found” is never taken for a no.",
        ),
        rx.el.div(
            area(path + ".terms", "Words that show it", c["terms"], optional=True, help="One a line."),
            line(
                path + ".min_years",
                "Years of it, at least",
                c["min_years"],
                optional=True,
                error=c["e_years"],
                input_mode="decimal",
            ),
            class_name="grid gap-4 md:grid-cols-[minmax(0,1fr)_12rem]",
        ),
        tick(
            path + ".dealbreaker",
            "Dealbreaker: who does not meet it stops here, where the stage enforces it",
            c["dealbreaker"],
        ),
        rx.cond(
            c["dealbreaker"].to(bool),
            rx.el.div(_need(c, path), class_name="stack-s border-l-4 border-(--line) pl-4"),
        ),
    )
