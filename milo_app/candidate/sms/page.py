"""The text-message stage on the page: the same conversation as on the phone."""

import reflex as rx

from milo_app.candidate import parts
from milo_app.candidate.state import CandidateState
from milo_app.candidate.voice.page import by_phone
from milo_app.candidate.words import VIEW, browser_words, w
from milo_app.web import TextTalk

TALK = VIEW["talk"]


def page() -> rx.Component:
    """What is texted and to which number, and the conversation itself."""
    return parts.screen(
        "sms",
        parts.title(w("sms.title")),
        parts.problem_line(),
        rx.cond(
            TALK["by_text"],
            rx.el.p(w("sms.by_text", number=TALK["number"]), class_name="notice"),
            rx.el.p(w("sms.here"), class_name="muted"),
        ),
        TextTalk.create(
            application=parts.APPLICATION,
            stage=VIEW["stage"],
            words=browser_words(),
            by_text=TALK["by_text"],
            on_changed=CandidateState.refresh,
        ),
        by_phone(),
    )
