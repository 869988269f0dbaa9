"""One candidate's report: what they said before what it scored."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app import ui
from milo_app.recruiter.frame import frame
from milo_app.recruiter.parts import texts
from milo_app.recruiter.report.beside import beside
from milo_app.recruiter.report.integrity import integrity
from milo_app.recruiter.report.stage import stage
from milo_app.recruiter.report.state import ReportState as S

_H = S.head


def page() -> rx.Component:
    """The evidence in the wide column, people's words and decisions beside it."""
    return frame(
        S,
        _header(),
        rx.el.div(
            rx.el.div(
                _last_word(),
                _stopped(),
                _needs_review(),
                _overall(),
                _dealbreakers(),
                rx.foreach(S.stages, stage),
                integrity(S.integrity),
                class_name="stack min-w-0",
            ),
            beside(),
            class_name="grid gap-6 xl:grid-cols-[minmax(0,1fr)_24rem] items-start",
        ),
        _override(),
        ui.dialog(
            "Dismiss this candidate?",
            rx.el.form(
                rx.el.p("You can clear it later; nothing reaches them in the next ten minutes."),
                ui.field(
                    "Reason",
                    ui.text_area("dismiss-reason", name="reason", rows=3),
                    id="dismiss-reason",
                    optional=True,
                    help="For your team; candidates never see it.",
                ),
                ui.checkbox("Tell them by email, in ten minutes", name="tell", default_checked=True),
                rx.el.div(
                    ui.button("Dismiss", kind="danger", type="submit"),
                    ui.button("Go back", kind="secondary", on_click=S.dismiss_asked(False)),
                    class_name="actions",
                ),
                on_submit=S.dismissed,
                class_name="stack-s",
            ),
            open=S.dismissing,
            on_close=S.dismiss_asked(False),
            id="dismiss",
        ),
        current="/app/candidates/",
        title="Report",
        heading=S.head["name"].to(str),
        topic=S.application,
    )


def _header() -> rx.Component:
    beside = rx.el.nav(
        _go("k", "Previous", S.previous),
        _go("j", "Next", S.following),
        aria_label="Other candidates",
        class_name="row",
    )
    return rx.fragment(
        ui.page_header(
            _H["name"],
            beside,
            above=rx.el.p(
                ui.link(_H["role"], "/app/candidates/?i=" + _H["interviewer"].to(str)), class_name="eyebrow"
            ),
            below=rx.el.div(
                rx.el.span(
                    _H["state_name"], class_name="badge badge-info", custom_attrs={"data-state": _H["state"]}
                ),
                rx.cond(_H["decision_name"].to(str) != "", ui.badge(_H["decision_name"], kind="brand")),
                rx.cond(_H["preview"].to(bool), ui.badge("Preview, counted nowhere", kind="warn")),
                rx.cond(_H["duplicate"].to(bool), ui.badge("Possible duplicate", kind="warn")),
                rx.el.span(_H["email"], class_name="muted text-sm"),
                rx.el.span(_H["phone"], class_name="muted text-sm"),
                class_name="row",
            ),
        ),
    )


def _go(key: str, label: str, id: Any) -> rx.Component:
    return rx.cond(
        id != "",
        rx.el.a(
            label,
            href="/app/report/?a=" + id,
            class_name="btn btn-secondary btn-small",
            custom_attrs={"data-key": key},
        ),
        rx.el.span(label, class_name="btn btn-small", aria_disabled="true"),
    )


def _last_word() -> rx.Component:
    return rx.cond(
        _H["last_word"].to(str) != "",
        ui.card(
            rx.el.blockquote(_H["last_word"], class_name="whitespace-pre-line"),
            title="The candidate's last word",
            class_name="border-l-4 !border-l-(--brand)",
        ),
    )


def _stopped() -> rx.Component:
    """Which answer decided, and the way back."""
    by = _H["stopped"].to(dict[str, str])
    return rx.cond(
        _H["can_reinstate"].to(bool),
        ui.card(
            ui.facts(
                ("Stage", by["stage"]),
                ("Asked", by["question"]),
                ("Answer", by["answer"]),
                ("Needed", by["expected"]),
            ),
            rx.cond(
                S.can_edit,
                rx.el.details(
                    rx.el.summary("Reinstate at the next stage"),
                    rx.el.form(
                        ui.field(
                            "Reason",
                            ui.text_area("reinstate-reason", name="reason", rows=2),
                            id="reinstate-reason",
                        ),
                        ui.button("Reinstate", type="submit"),
                        on_submit=S.reinstated,
                        class_name="stack-s pt-2",
                    ),
                ),
            ),
            title="Stopped by this answer",
            class_name="border-l-4 !border-l-(--bad)",
            custom_attrs={"data-stopped": by["stage"]},
        ),
    )


def _needs_review() -> rx.Component:
    return rx.cond(
        S.review.length() > 0,
        ui.card(
            rx.el.ul(
                rx.foreach(
                    S.review,
                    lambda x: rx.el.li(
                        ui.link(x["text"], x["href"], outside=True),
                        rx.el.span(" ", x["why"], class_name="muted"),
                    ),
                ),
                class_name="needs",
            ),
            title="A person needs to look at",
            class_name="border-l-4 !border-l-(--warn)",
        ),
    )


def _overall() -> rx.Component:
    return ui.card(
        rx.el.div(
            rx.el.p(
                rx.cond(S.overall["score"].to(str) != "", S.overall["score"], "No score yet"),
                class_name="text-3xl font-semibold tabular-nums",
                custom_attrs={"data-score": "overall"},
            ),
            rx.el.p(S.overall["covers"], class_name="muted", custom_attrs={"data-covers": ""}),
            class_name="row",
        ),
        rx.el.details(
            rx.el.summary("How this is worked out"),
            rx.el.ul(
                rx.foreach(texts(S.overall["lines"]), lambda x: rx.el.li(x)),
                class_name="text-sm tabular-nums",
            ),
        ),
        title="Overall",
    )


def _dealbreakers() -> rx.Component:
    return rx.cond(
        S.dealbreakers.length() > 0,
        ui.card(
            ui.table(
                ["Dealbreaker", "Answer", "Needed", "Outcome"],
                rx.foreach(S.dealbreakers, _dealbreaker),
                caption="Dealbreakers",
            ),
            title="Dealbreakers",
        ),
    )


def _dealbreaker(one: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            one["text"],
            rx.el.span(one["stage"], class_name="block font-normal text-(--muted)"),
            scope="row",
            class_name="!whitespace-normal align-top border-b border-(--line) !text-(--ink) !p-3 min-w-[12rem]",
        ),
        rx.el.td(one["given"]),
        rx.el.td(one["expected"]),
        rx.el.td(
            rx.match(
                one["met"].to(str),
                ("yes", ui.badge(one["words"], kind="ok")),
                ("no", ui.badge(one["words"], kind="bad")),
                ui.badge(one["words"]),
            ),
            rx.cond(
                one["decided"].to(bool),
                rx.el.span("This one decided", class_name="block text-sm font-semibold mt-1"),
            ),
        ),
        custom_attrs={"data-dealbreaker": one["id"], "data-met": one["met"]},
    )


def _override() -> rx.Component:
    """A person's own score for one criterion."""
    return ui.dialog(
        "Your own score",
        rx.el.form(
            rx.el.p(S.overriding["text"], class_name="font-semibold"),
            ui.group(
                "Score",
                rx.el.div(
                    *[ui.radio("score", str(n), str(n), required=True) for n in range(1, 6)],
                    class_name="flex flex-wrap gap-2",
                ),
            ),
            ui.field(
                "Reason",
                ui.text_area("override-reason", name="reason", rows=3, required=True),
                id="override-reason",
                help="It stays with the score. The evaluator's score is kept beside yours.",
            ),
            rx.el.div(
                ui.button("Save my score", type="submit"),
                ui.button("Go back", kind="secondary", on_click=S.override_asked({})),
                class_name="actions",
            ),
            on_submit=S.overridden,
            class_name="stack-s",
        ),
        open=S.overriding.contains("evaluation"),
        on_close=S.override_asked({}),
        id="override",
    )
