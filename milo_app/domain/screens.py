"""The names of what a candidate sees, one at a time."""

from enum import StrEnum


class Screen(StrEnum):
    """A step of the candidate's way; also the `data-screen` of its page."""

    WELCOME = "welcome"
    CONSENT = "consent"
    RESUME = "resume"
    FORM = "form"
    REVIEW = "review"
    SMS = "sms"
    DEVICES = "devices"
    VOICE = "voice"
    WAITING = "waiting"
    DONE = "done"
    ENDED = "ended"
    PROBLEM = "problem"
