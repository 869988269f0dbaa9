"""What `rx.App` needs so that every page has Milo's look: the one stylesheet and the blocking link to the
brand's tokens.

The tokens themselves stand in `assets/milo.css`; utilities refer to them as `text-(--muted)` or
`bg-(--surface)`.
"""

import reflex as rx

#: For `rx.App(stylesheets=…)`.
STYLESHEETS = ["/milo.css"]


def head() -> list[rx.Component]:
    """For `rx.App(head_components=…)`: icons and the script that links the brand before the first paint."""
    return [
        rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
        rx.el.link(rel="icon", href="/favicon.ico", sizes="32x32"),
        rx.el.meta(name="format-detection", content="telephone=no"),
        rx.el.script(src="/brand.js"),
    ]
