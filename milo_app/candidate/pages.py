"""The candidate's page: one address, one screen at a time, chosen by where the application stands."""

from __future__ import annotations

import reflex as rx

from milo_app import ui
from milo_app.candidate import parts
from milo_app.candidate.consent.page import page as consent
from milo_app.candidate.devices.page import page as talk
from milo_app.candidate.done.page import page as done
from milo_app.candidate.ended.page import page as ended
from milo_app.candidate.form.page import page as form
from milo_app.candidate.problem.page import page as problem
from milo_app.candidate.resume.page import page as resume
from milo_app.candidate.sms.page import page as sms
from milo_app.candidate.state import CandidateState
from milo_app.candidate.waiting.page import page as waiting
from milo_app.candidate.welcome.page import page as welcome
from milo_app.candidate.words import VIEW, browser_words
from milo_app.services import words
from milo_app.web import Outbox

ROUTE = "/apply"


def page() -> rx.Component:
    """Every screen, of which the one that fits is drawn."""
    resume_reading = VIEW["resume"]["reading"] == "reading"
    return rx.fragment(
        ui.candidate_shell(
            rx.cond(
                CandidateState.refused,
                problem(),
                rx.match(
                    VIEW["screen"],
                    ("welcome", welcome()),
                    ("consent", consent()),
                    ("resume", resume()),
                    ("form", form()),
                    ("sms", sms()),
                    # One page for both: the talk must not be drawn anew when it begins.
                    ("devices", "voice", talk()),
                    ("waiting", waiting()),
                    ("done", done()),
                    ("ended", ended()),
                    ("problem", problem()),
                    _coming(),
                ),
            ),
            parts.told(),
            top=parts.preview_bar(),
            head=parts.head(),
            foot=rx.cond(CandidateState.loaded & ~CandidateState.refused, parts.foot()),
        ),
        Outbox.create(
            loaded=CandidateState.loaded,
            application=VIEW["application"],
            screen=rx.cond(CandidateState.refused, "problem", VIEW["screen"]),
            stage=VIEW["stage"],
            stamp=VIEW["stamp"],
            poll=(VIEW["screen"] == "waiting") | VIEW["preview"],
            fast=resume_reading,
            watched=~(VIEW["untimed"] | VIEW["typed"] | VIEW["speech_off"]),
            leave=CandidateState.leave,
            words=browser_words(),
            on_ready=CandidateState.refresh,
        ),
    )


def _coming() -> rx.Component:
    return rx.el.main(
        rx.el.noscript(rx.el.p(words.say(words.DEFAULT, "noscript"), class_name="notice notice-warn")),
        ui.skeleton(4),
        id="main",
        class_name="page-main stack",
        aria_busy="true",
        key="coming",
    )


def register(app: rx.App) -> None:
    """Add the candidate's page to *app*."""
    app.add_page(
        page,
        route=ROUTE,
        on_load=CandidateState.enter,
        title="Your interview · Milo",
        description="Continue your interview where you stopped.",
        image="/og.png",
        meta=[{"name": "robots", "content": "noindex"}],
    )
