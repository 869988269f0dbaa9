"""The device check before the talk. Its controls are drawn by `web/InterviewRoom.jsx`, which goes on to the talk in
the same page, since a granted microphone does not survive a new one."""

import reflex as rx

from milo_app.candidate import parts
from milo_app.candidate.voice.page import by_phone, room


def page() -> rx.Component:
    """Device check, then the talk; a phone can take over by the code."""
    return parts.screen("devices", parts.problem_line(), room(), by_phone())
