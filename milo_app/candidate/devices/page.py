"""The device check before the talk. Its controls are drawn by `web/InterviewRoom.jsx`, which goes on to the talk in
the same page, since a granted microphone does not survive a new one."""

import reflex as rx

from milo_app.candidate import parts
from milo_app.candidate.voice.page import room
from milo_app.candidate.words import VIEW, w


def page() -> rx.Component:
    """Device check, then the talk; a phone can take over by the code."""
    return parts.screen("devices", parts.problem_line(), room(), _elsewhere())


def _elsewhere() -> rx.Component:
    return rx.el.details(
        rx.el.summary(w("devices.elsewhere")),
        rx.el.div(
            rx.el.p(w("devices.elsewhere_text")),
            rx.cond(VIEW["qr"], rx.el.img(src=VIEW["qr"], alt=w("devices.qr"), width="180", height="180")),
            class_name="stack-s",
        ),
    )
