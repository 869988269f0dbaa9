"""One stage of a report: criteria with their quotes, answers, recordings, the conversation, the resume."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app import ui
from milo_app.recruiter.parts import Player, items, mark, texts, when
from milo_app.recruiter.report.state import ReportState as S

_PLACE = "rounded target:bg-(--warn-soft)"


def stage(one: Any) -> rx.Component:
    """A section of its own; the score stands after the words it was made from."""
    criteria, answers, turns = items(one["criteria"]), items(one["answers"]), items(one["turns"])
    return rx.el.section(
        rx.el.div(
            rx.el.h2(one["name"]),
            rx.el.div(
                mark(one["words"], one["tone"].to(str)),
                rx.cond(
                    one["score"].to(str) != "",
                    rx.el.span(
                        one["score"],
                        class_name="text-xl font-semibold tabular-nums",
                        custom_attrs={"data-score": one["kind"]},
                    ),
                ),
                rx.el.span(
                    rx.cond(one["score"].to(str) != "", one["covers"], ""), class_name="muted text-sm"
                ),
                class_name="row",
            ),
            class_name="spread",
        ),
        rx.cond(criteria.length() > 0, rx.el.ul(rx.foreach(criteria, _criterion), class_name="grid")),
        rx.cond(
            one["score"].to(str) != "",
            rx.el.details(
                rx.el.summary("How ", one["score"], " is worked out"),
                rx.el.ul(
                    rx.foreach(texts(one["lines"]), lambda x: rx.el.li(x)), class_name="text-sm tabular-nums"
                ),
            ),
        ),
        rx.cond(
            answers.length() > 0,
            rx.el.div(
                rx.el.h3("Answers"),
                rx.el.dl(rx.foreach(answers, _answer), class_name="grid"),
                class_name="stack-s",
            ),
        ),
        rx.foreach(items(one["recordings"]), _recording),
        rx.cond(
            turns.length() > 0,
            rx.el.details(
                rx.el.summary("Conversation, ", turns.length(), " turns"),
                rx.el.ol(rx.foreach(turns, _turn), class_name="grid gap-1"),
                open=True,
            ),
        ),
        rx.cond(one["kind"] == "resume", _resume(one["resume"].to(dict[str, Any]))),
        rx.cond(S.can_edit & S.head["can_retake"].to(bool), _retake(one)),
        id="stage-" + one["kind"].to(str),
        class_name="card stack scroll-mt-4",
        custom_attrs={"data-report-stage": one["kind"]},
    )


# --- Criteria -------------------------------------------------------------------------------------------------------


def _criterion(c: Any) -> rx.Component:
    quotes, reasons, history = items(c["quotes"]), texts(c["reasons"]), items(c["history"])
    return rx.el.li(
        rx.el.div(
            rx.el.h3(c["text"], class_name="!text-base"),
            rx.cond(
                c["question"].to(str) != "", rx.el.p("Asked: ", c["question"], class_name="muted text-sm")
            ),
            rx.foreach(quotes, _quote),
            rx.cond(c["status"].to(str) != "", rx.el.p(c["status"], class_name="notice notice-warn")),
            rx.cond(
                reasons.length() > 0,
                rx.el.ul(rx.foreach(reasons, lambda x: rx.el.li(x)), class_name="needs text-sm"),
            ),
            rx.el.p(
                rx.cond(c["evaluator"].to(str) != "", rx.fragment(c["evaluator"], " · ")),
                rx.cond(c["confidence"].to(str) != "", rx.fragment(c["confidence"], " · ")),
                "weight ",
                c["weight"],
                class_name="muted text-sm",
            ),
            rx.el.details(
                rx.el.summary("What 1 and 5 mean", class_name="!min-h-0 text-sm"),
                ui.facts(("1", c["one"]), ("5", c["five"])),
            ),
            rx.cond(
                history.length() > 0,
                rx.el.details(
                    rx.el.summary("Earlier scores", class_name="!min-h-0 text-sm"),
                    rx.el.ul(rx.foreach(history, _earlier), class_name="text-sm"),
                ),
            ),
            class_name="stack-s min-w-0",
        ),
        rx.el.div(
            rx.cond(
                c["score"].to(str) != "",
                rx.el.p(
                    rx.el.span(c["score"], class_name="text-2xl font-semibold tabular-nums"),
                    rx.el.span(" of 5", class_name="muted text-sm"),
                ),
            ),
            rx.cond(c["by_person"].to(bool), ui.badge("Scored by a person", kind="brand")),
            rx.cond(
                S.can_edit & (c["evaluation"].to(str) != ""),
                ui.button(
                    rx.fragment(
                        rx.cond(c["score"].to(str) != "", "Change", "Score it"),
                        rx.el.span(" by hand: ", c["text"], class_name="sr"),
                    ),
                    kind="secondary",
                    small=True,
                    on_click=S.override_asked(c.to(dict[str, Any])),
                ),
            ),
            class_name="grid content-start justify-items-end gap-2 max-sm:justify-items-start",
        ),
        id="criterion-" + c["id"].to(str),
        class_name=f"grid gap-4 sm:grid-cols-[minmax(0,1fr)_8rem] border-t border-(--line) py-4 first:border-t-0 {_PLACE}",
        custom_attrs={"data-criterion": c["id"], "data-value": c["score"]},
    )


def _quote(quote: Any) -> rx.Component:
    """The candidate's own words, and the way to the place where they stand."""
    return rx.el.blockquote(
        rx.el.p(
            "“",
            ui.link(
                quote["text"],
                quote["href"],
                outside=True,
                class_name="text-(--ink) decoration-(--line-strong)",
                custom_attrs={
                    "data-quote": quote["href"],
                    "data-seek": quote["recording"],
                    "data-ms": quote["ms"],
                },
            ),
            "”",
        ),
        rx.el.p(quote["place"], class_name="muted text-sm"),
        class_name="border-l-4 border-(--brand) pl-4",
    )


def _earlier(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(one["score"], class_name="font-semibold"),
        " · ",
        one["who"],
        " · ",
        when(one["at"]),
        " · ",
        one["reason"],
    )


# --- What was given -------------------------------------------------------------------------------------------------


def _answer(a: Any) -> rx.Component:
    files, versions = items(a["files"]), items(a["versions"])
    return rx.el.div(
        rx.el.dt(a["question"], class_name="muted text-sm"),
        rx.el.dd(
            rx.cond(
                files.length() > 0,
                rx.el.ul(rx.foreach(files, lambda f: rx.el.li(ui.link(f["name"], f["url"], outside=True)))),
                rx.el.span(
                    a["value"], class_name=rx.cond(a["given"].to(bool), "whitespace-pre-line", "muted")
                ),
            ),
            rx.cond(a["conflict"].to(bool), ui.badge("Answered on two devices", kind="warn")),
            rx.cond(
                versions.length() > 0,
                rx.el.details(
                    rx.el.summary("Changed ", versions.length(), " times", class_name="!min-h-0 text-sm"),
                    rx.el.ul(
                        rx.foreach(versions, lambda v: rx.el.li(v["value"], " · ", when(v["at"]))),
                        class_name="text-sm muted",
                    ),
                ),
            ),
        ),
        id="answer-" + a["id"].to(str),
        class_name=f"border-t border-(--line) py-3 first:border-t-0 {_PLACE}",
        custom_attrs={"data-answer": a["id"]},
    )


def _recording(one: Any) -> rx.Component:
    return rx.cond(
        one["url"].to(str) != "",
        rx.el.div(
            Player.create(
                recording=one["id"],
                url=one["url"],
                video=one["video"].to(bool),
                captions=items(one["captions"]),
                name="Recording",
            ),
            ui.link(
                "Download the recording",
                one["url"].to(str) + "?download=1",
                outside=True,
                class_name="text-sm",
            ),
            class_name="stack-s",
            custom_attrs={"data-recording": one["id"]},
        ),
        rx.el.p(one["words"], class_name="notice"),
    )


def _turn(turn: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(turn["who"], class_name="font-semibold"),
            rx.cond(
                turn["place"].to(str) != "",
                rx.el.button(
                    turn["place"],
                    type="button",
                    class_name="btn btn-quiet btn-small tabular-nums",
                    aria_label="Play from " + turn["place"].to(str),
                    custom_attrs={"data-seek": turn["recording"], "data-ms": turn["ms"]},
                ),
                when(turn["at"]),
            ),
            rx.el.span(turn["channel"], class_name="muted"),
            class_name="row text-sm",
        ),
        rx.el.p(
            turn["text"],
            class_name=rx.cond(turn["transcribed"].to(bool), "whitespace-pre-line", "muted italic"),
        ),
        rx.cond(~turn["transcribed"].to(bool) & turn["mine"].to(bool) & S.can_edit, _type_out(turn)),
        id="turn-" + turn["id"].to(str),
        class_name=rx.cond(
            turn["mine"].to(bool),
            "border-l-4 border-(--brand) px-4 py-2 target:bg-(--warn-soft)",
            "border-l-4 border-transparent px-4 py-2 text-(--muted) target:bg-(--warn-soft)",
        ),
        custom_attrs={"data-turn": turn["id"]},
    )


def _type_out(turn: Any) -> rx.Component:
    id = "typed-" + turn["id"].to(str)
    return rx.el.form(
        ui.field("What was said", ui.text_area(id, name="text", rows=3), id=id),
        ui.button("Save the words", kind="secondary", small=True, type="submit"),
        # The id goes with the form: its handler is made once, outside the loop.
        rx.el.input(type="hidden", name="turn", value=turn["id"].to(str)),
        on_submit=S.typed_out,
        class_name="stack-s",
    )


def _resume(resume: Any) -> rx.Component:
    lines, work = items(resume["lines"]), items(resume["work"])
    return rx.el.div(
        rx.el.div(
            rx.cond(
                resume["file"].to(dict[str, str])["url"] != "",
                ui.link(
                    resume["file"].to(dict[str, str])["name"],
                    resume["file"].to(dict[str, str])["url"],
                    outside=True,
                ),
            ),
            rx.cond(resume["corrected"].to(bool), ui.badge("Corrected by the candidate")),
            class_name="row",
        ),
        rx.cond(resume["problem"].to(str) != "", rx.el.p(resume["problem"], class_name="notice notice-warn")),
        rx.cond(
            work.length() > 0,
            rx.el.ul(
                rx.foreach(
                    work,
                    lambda w: rx.el.li(
                        rx.el.span(w["title"], class_name="font-semibold"),
                        " ",
                        w["employer"],
                        " ",
                        rx.el.span(w["from"], "–", w["to"], class_name="muted"),
                    ),
                ),
                class_name="text-sm",
            ),
        ),
        rx.cond(resume["skills"].to(str) != "", rx.el.p("Skills: ", resume["skills"], class_name="text-sm")),
        rx.cond(
            lines.length() > 0,
            rx.el.details(
                rx.el.summary("The resume as read"),
                rx.el.ol(
                    rx.foreach(
                        lines,
                        lambda x: rx.el.li(
                            rx.el.span(
                                x["n"],
                                class_name="muted select-none text-right tabular-nums",
                                aria_hidden="true",
                            ),
                            rx.el.span(x["text"], class_name="whitespace-pre-wrap"),
                            id="line-" + x["n"].to_string(),
                            class_name="grid grid-cols-[2.5rem_minmax(0,1fr)] gap-3 target:bg-(--warn-soft)",
                        ),
                    ),
                    class_name="max-h-[32rem] overflow-y-auto text-sm",
                    tab_index=0,
                    aria_label="The resume as read, line by line",
                ),
                open=True,
            ),
        ),
        class_name="stack-s",
    )


def _retake(one: Any) -> rx.Component:
    return rx.el.details(
        rx.el.summary("Grant a retake from here", class_name="!min-h-0 text-sm"),
        rx.el.p("They may do this stage and those after it again. This attempt is kept.", class_name="help"),
        ui.button(
            "Grant a retake", kind="secondary", small=True, on_click=S.retake_granted(one["kind"].to(str))
        ),
    )
