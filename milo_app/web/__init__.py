"""What runs in the candidate's browser, and the components that place it on a page."""

import reflex as rx

_FILES = (
    "AnswerBox.jsx",
    "CallMe.jsx",
    "Desk.jsx",
    "DeviceCheck.jsx",
    "Elsewhere.jsx",
    "InterviewRoom.jsx",
    "LiveKitRoom.jsx",
    "Meter.jsx",
    "Outbox.jsx",
    "Practice.jsx",
    "ResumeDrop.jsx",
    "TalkParts.jsx",
    "TextTalk.jsx",
    "form.js",
    "integrity.js",
    "media.js",
    "outbox.js",
    "recorder.js",
    "recording.js",
    "speech.js",
    "store.js",
    "talk.js",
)
_PATHS = {name: rx.asset(name, shared=True) for name in _FILES}


def _library(name: str) -> str:
    return _PATHS[name].importable_path


#: Where the desk's components (milo_app/recruiter/parts.py) find their code.
DESK = _library("Desk.jsx")


def _application(application: rx.Var[str]) -> tuple[rx.Var[str]]:
    return (application,)


class Outbox(rx.NoSSRComponent):
    """Saves what is typed, hands in stages, moves the focus. Draws nothing; stands once on the candidate's page."""

    library = _library("Outbox.jsx")
    tag = "Outbox"
    loaded: rx.Var[bool]
    application: rx.Var[str]
    screen: rx.Var[str]
    stage: rx.Var[str]
    stamp: rx.Var[str]
    poll: rx.Var[bool]
    fast: rx.Var[bool]
    watched: rx.Var[bool]
    leave: rx.Var[str]
    words: rx.Var[dict[str, str]]
    on_ready: rx.EventHandler[_application]


class ResumeDrop(rx.NoSSRComponent):
    """Drop, pick or paste a resume."""

    library = _library("ResumeDrop.jsx")
    tag = "ResumeDrop"
    application: rx.Var[str]
    words: rx.Var[dict[str, str]]
    again: rx.Var[bool]
    on_changed: rx.EventHandler[_application]


class TextTalk(rx.NoSSRComponent):
    """The text-message conversation on the page."""

    library = _library("TextTalk.jsx")
    tag = "TextTalk"
    application: rx.Var[str]
    stage: rx.Var[str]
    words: rx.Var[dict[str, str]]
    by_text: rx.Var[bool]
    on_changed: rx.EventHandler[_application]


class CallMe(rx.NoSSRComponent):
    """Asking to be called, and what becomes of the call; draws nothing where no call is offered."""

    library = _library("CallMe.jsx")
    tag = "CallMe"
    application: rx.Var[str]
    words: rx.Var[dict[str, str]]
    on_changed: rx.EventHandler[_application]


class InterviewRoom(rx.NoSSRComponent):
    """Device check and spoken interview."""

    library = _library("InterviewRoom.jsx")
    # For LiveKitRoom.jsx, which the browser loads only where it is needed.
    lib_dependencies: list[str] = ["livekit-client@2.23.0"]
    tag = "InterviewRoom"
    room: rx.Var[bool]
    application: rx.Var[str]
    stage: rx.Var[str]
    words: rx.Var[dict[str, str]]
    video: rx.Var[bool]
    minors: rx.Var[bool]
    minutes: rx.Var[int]
    qr: rx.Var[str]
    link: rx.Var[str]
    typed: rx.Var[bool]
    untimed: rx.Var[bool]
    speech_off: rx.Var[bool]
    speaks: rx.Var[bool]
    on_changed: rx.EventHandler[_application]
