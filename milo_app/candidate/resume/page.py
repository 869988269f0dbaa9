"""The resume: given, read, shown back for correction, and what it does not show asked in exact words."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app.candidate import parts
from milo_app.candidate.questions import question
from milo_app.candidate.state import CandidateState
from milo_app.candidate.words import VIEW, browser_words, w
from milo_app.web import ResumeDrop

RESUME = VIEW["resume"]


def page() -> rx.Component:
    """Upload, and what was read from it."""
    return parts.screen(
        "resume",
        parts.title(w("resume.title")),
        parts.intro(),
        parts.problem_line(),
        _standing(),
        rx.cond(
            RESUME["reading"] == "read",
            rx.fragment(
                _profile(),
                _confirm(),
                rx.el.div(
                    rx.el.button(
                        w("continue"),
                        type="button",
                        class_name="btn btn-primary",
                        custom_attrs={"data-submit": "resume"},
                    ),
                    class_name="actions",
                ),
                rx.el.details(rx.el.summary(w("resume.replace")), _drop(True)),
            ),
            rx.cond(RESUME["reading"] != "reading", _drop(False)),
        ),
    )


def _drop(again: bool) -> rx.Component:
    return ResumeDrop.create(
        application=parts.APPLICATION,
        words=browser_words(),
        again=again,
        on_changed=CandidateState.refresh,
    )


def _standing() -> rx.Component:
    given = rx.cond(
        RESUME["early"],
        w("resume.early", name=RESUME["file_name"]),
        w("resume.read", name=RESUME["file_name"]),
    )
    return rx.el.div(
        rx.match(
            RESUME["reading"],
            (
                "reading",
                rx.el.div(
                    rx.el.p(w("resume.reading", name=RESUME["file_name"])),
                    rx.el.progress(aria_label=w("resume.reading_label")),
                    class_name="card stack-s",
                ),
            ),
            ("read", rx.el.p(given, class_name="notice notice-ok")),
            ("problem", rx.el.p(RESUME["problem"], class_name="notice notice-bad")),
            rx.fragment(),
        ),
        rx.cond(RESUME["note"], rx.el.p(RESUME["note"], class_name="notice notice-warn mt-3")),
        role="status",
        aria_live="polite",
        custom_attrs={"data-reading": RESUME["reading"]},
    )


def _profile() -> rx.Component:
    return rx.el.section(
        rx.el.h2(w("resume.check")),
        rx.el.p(w("resume.check_text"), class_name="help"),
        rx.el.div(
            _part("name", w("resume.name"), RESUME["name"], "text", "name"),
            _part("email", w("resume.email"), RESUME["email"], "email", "email"),
            _part("phone", w("resume.phone"), RESUME["phone"], "tel", "tel"),
            rx.cond(
                RESUME["work"].length() > 0,
                rx.el.div(
                    rx.el.h3(w("resume.work")),
                    rx.foreach(RESUME["work"], _job),
                    class_name="stack-s",
                ),
            ),
            rx.el.div(
                rx.el.label(w("resume.skills"), html_for="profile-skills", class_name="label"),
                rx.el.textarea(
                    id="profile-skills",
                    default_value=RESUME["skills"],
                    rows="3",
                    class_name="input",
                    aria_describedby="profile-skills-help",
                    custom_attrs={"data-part": "skills"},
                ),
                rx.el.p(w("resume.skills_help"), id="profile-skills-help", class_name="help"),
                class_name="field",
            ),
            rx.el.p(class_name="error", role="alert"),
            class_name="stack-s",
            custom_attrs={
                "data-question": "profile",
                "data-kind": "profile",
                "data-version": RESUME["profile_version"],
                "data-required": "false",
            },
        ),
        class_name="card stack-s",
        key="profile-" + RESUME["file_name"],
    )


def _part(part: str, label: Any, value: Any, type: str, complete: str) -> rx.Component:
    return rx.el.div(
        rx.el.label(label, html_for=f"profile-{part}", class_name="label"),
        rx.el.input(
            id=f"profile-{part}",
            type=type,
            default_value=value,
            auto_complete=complete,
            class_name="input",
            custom_attrs={"data-part": part},
        ),
        class_name="field",
    )


def _job(job: Any, index: Any) -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(w("resume.job", n=index + 1), class_name="eyebrow"),
        rx.el.div(
            *[
                rx.el.div(
                    rx.el.label(
                        w(f"resume.{field}"),
                        html_for="job-" + index.to_string() + f"-{field}",
                        class_name="help",
                    ),
                    rx.el.input(
                        id="job-" + index.to_string() + f"-{field}",
                        default_value=job[key],
                        class_name="input",
                        custom_attrs={"data-part": f"work.{index}.{part}"},
                    ),
                    class_name="field",
                )
                for field, key, part in (
                    ("job_title", "title", "title"),
                    ("employer", "employer", "employer"),
                    ("from", "start", "from"),
                    ("to", "end", "to"),
                )
            ],
            class_name="grid grid-cols-1 gap-2 sm:grid-cols-2",
        ),
    )


def _confirm() -> rx.Component:
    return rx.cond(
        RESUME["confirm"].length() > 0,
        rx.el.section(
            rx.el.h2(w("resume.confirm")),
            rx.el.p(w("resume.confirm_text"), class_name="help"),
            rx.foreach(RESUME["confirm"], lambda q: question(q, heading=False)),
            class_name="stack",
        ),
    )
