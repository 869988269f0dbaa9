"""Between two stages, while something is worked out."""

import reflex as rx

from milo_app.candidate import parts
from milo_app.candidate.words import w


def page() -> rx.Component:
    """Says that the page goes on by itself, and that nobody has to stay."""
    return parts.screen(
        "waiting",
        parts.title(w("waiting.title")),
        rx.el.p(w("waiting.text")),
        rx.el.progress(aria_label=w("waiting.title")),
    )
