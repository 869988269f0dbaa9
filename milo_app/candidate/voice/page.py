"""The talk itself, spoken or typed. It stands on the page of the device check (`devices/page.py`)."""

import reflex as rx

from milo_app.candidate import parts
from milo_app.candidate.state import CandidateState
from milo_app.candidate.words import VIEW, browser_words
from milo_app.web import CallMe, InterviewRoom

TALK = VIEW["talk"]


def by_phone() -> rx.Component:
    """Taking the talk by phone, from its beginning or from where it stands."""
    return CallMe.create(
        application=parts.APPLICATION, words=browser_words(), on_changed=CandidateState.refresh
    )


def room() -> rx.Component:
    """The component that leads through device check and talk."""
    return InterviewRoom.create(
        application=parts.APPLICATION,
        stage=VIEW["stage"],
        words=browser_words(),
        video=TALK["video"],
        room=TALK["room"],
        minors=TALK["minors"],
        qr=VIEW["qr"],
        link=VIEW["link"],
        minutes=TALK["minutes"],
        typed=VIEW["typed"],
        untimed=VIEW["untimed"],
        speech_off=VIEW["speech_off"],
        speaks=TALK["speaks"],
        on_changed=CandidateState.refresh,
    )
