"""What surrounds every page: the notice of a lost connection and the page shown when one fails to draw.

They stand in for Reflex's own, which bring a toast library and evaluate code, against the content security
policy.
"""

import reflex as rx
from reflex_base.vars.function import ArgsFunctionOperation
from reflex_components_core.base.error_boundary import ErrorBoundary
from reflex_components_core.core.banner import has_too_many_connection_errors
from reflex_components_core.el.elements.inline import A


def connection_notice(stateful: bool) -> rx.Component | None:
    """A quiet line while the live connection is away; what was answered is already kept in the browser."""
    if not stateful:
        return None
    # A wrap holds the rest of the page inside itself, so the line stands beside it in a fragment.
    return rx.fragment(
        rx.el.div(
            rx.cond(has_too_many_connection_errors, "Reconnecting. What you have entered is safe.", ""),
            role="status",
            aria_live="polite",
            class_name=(
                "fixed bottom-4 left-1/2 z-50 w-max max-w-[90vw] -translate-x-1/2 rounded-lg bg-(--ink) px-4 py-2 "
                "text-center text-sm text-(--bg) shadow-lg empty:hidden"
            ),
        )
    )


def error_boundary(stateful: bool) -> rx.Component:
    """Shows a plain page in place of one that failed to draw, and tells the server what happened."""
    fallback = rx.el.main(
        rx.el.h1("Something went wrong on this page"),
        rx.el.p("What you have entered is safe. Please load the page again.", class_name="mt-3"),
        A.create("Load again", href="", class_name="btn btn-primary mt-6"),
        role="alert",
        class_name="page-main",
        custom_attrs={"data-screen": "problem"},
    )
    return ErrorBoundary.create(
        fallback_render=ArgsFunctionOperation.create(("event_args",), rx.Var.create(fallback)),
        **({} if stateful else {"on_error": rx.noop()}),
    )


APP_WRAPS = {
    (55, "ErrorBoundary"): error_boundary,
    (5, "ConnectionNotice"): connection_notice,
}
