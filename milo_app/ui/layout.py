"""The frames of pages and the larger pieces inside them."""

from collections.abc import Sequence
from typing import Any

import reflex as rx

from milo_app.ui.actions import link


def candidate_shell(*children: Any, top: Any = None, head: Any = None, foot: Any = None) -> rx.Component:
    """A candidate's page: one quiet column. `top` stands above everything (the preview bar), `head` in the
    top line,
    `foot` in the bottom line; `children` should bring the one `<main>` (class `page-main`)."""
    return rx.el.div(
        link("Skip to content", "#main", outside=True, class_name="skip"),
        top or rx.fragment(),
        rx.el.header(rx.el.div(head or rx.fragment()), class_name="page-head"),
        *children,
        rx.el.footer(rx.el.div(foot or rx.fragment()), class_name="page-foot"),
        class_name="page",
    )


def desk_shell(
    *children: Any,
    nav: Sequence[tuple[Any, Any, Any]] = (),
    workspace: Any = "Milo",
    account: Any = None,
    top: Any = None,
) -> rx.Component:
    """A recruiter's page: the bar with navigation, and `<main id="main">`.

    `nav` are (label, href, is_current) triples, where is_current is a bool or a Var; `account` stands at
    the end of
    the bar (name, sign out); `top` above the bar (a banner).
    """
    return rx.el.div(
        link("Skip to content", "#main", outside=True, class_name="skip"),
        top or rx.fragment(),
        rx.el.header(
            rx.el.div(
                rx.el.a(
                    rx.el.span("M", class_name="mark", aria_hidden="true"),
                    workspace,
                    href="/app/",
                    class_name="logo",
                ),
                rx.el.nav(*[_nav_link(*entry) for entry in nav], aria_label="Main"),
                rx.el.div(account or rx.fragment(), class_name="row ml-auto"),
            ),
            class_name="desk-bar",
        ),
        rx.el.main(*children, id="main", tab_index=-1, class_name="desk-main stack"),
        class_name="page",
    )


def _nav_link(label: Any, href: Any, current: Any) -> rx.Component:
    if isinstance(current, rx.Var):
        return rx.el.a(label, href=href, aria_current=rx.cond(current, "page", "false"))
    return rx.el.a(label, href=href, **({"aria_current": "page"} if current else {}))


def page_header(title: Any, *actions: Any, above: Any = None, below: Any = None) -> rx.Component:
    """The one h1 of a page with what can be done beside it. The h1 can take the focus."""
    return rx.el.div(
        rx.el.div(
            above or rx.fragment(),
            rx.el.h1(title, tab_index=-1),
            below or rx.fragment(),
            class_name="grid gap-1 min-w-0",
        ),
        rx.el.div(*actions, class_name="actions") if actions else rx.fragment(),
        class_name="spread",
    )


def card(*children: Any, title: Any = None, actions: Any = None, **props: Any) -> rx.Component:
    """A section of its own, with an h2 where it has a title."""
    extra = props.pop("class_name", "")
    head = (
        rx.el.div(rx.el.h2(title), actions or rx.fragment(), class_name="spread")
        if title is not None
        else rx.fragment()
    )
    return rx.el.section(head, *children, class_name=f"card stack-s {extra}".strip(), **props)


def table(head: Sequence[Any], *rows: Any, caption: Any = "", **props: Any) -> rx.Component:
    """A table that scrolls sideways by itself on a narrow screen. `head` are header texts or `column(...)`;
    `rows` are
    `row(...)` components or one `rx.foreach`. `caption` names it for assistive technology."""
    return rx.el.div(
        rx.el.table(
            rx.el.caption(caption, class_name="sr"),
            rx.el.thead(rx.el.tr(*[h if isinstance(h, rx.Component) else column(h) for h in head])),
            rx.el.tbody(*rows),
            class_name="table",
            **props,
        ),
        class_name="scroll-x",
        tab_index=0,
        role="region",
        aria_label=caption or "Table",
    )


def column(label: Any, *, sort: Any = None, **props: Any) -> rx.Component:
    """A column's head. `sort`: ascending, descending or none, where it can be sorted (the label is then a
    button).
    """
    if sort is not None:
        props["aria_sort"] = sort
    return rx.el.th(label, scope="col", **props)


def row(*cells: Any, **props: Any) -> rx.Component:
    """One row; each cell that is no `td` or `th` is put into one."""
    return rx.el.tr(*[c if _is_cell(c) else rx.el.td(c) for c in cells], **props)


def _is_cell(cell: Any) -> bool:
    return isinstance(cell, rx.Component) and cell.tag in ("td", "th")


def tabs(entries: Sequence[tuple[Any, Any, Any]], *, label: str = "Sections") -> rx.Component:
    """Tabs that are links: (label, href, is_current) triples."""
    return rx.el.nav(
        *[
            rx.el.a(
                text,
                href=href,
                class_name="tab",
                aria_current=rx.cond(current, "page", "false")
                if isinstance(current, rx.Var)
                else ("page" if current else "false"),
            )
            for text, href, current in entries
        ],
        aria_label=label,
        class_name="tabs",
    )


def tab_buttons(
    entries: Sequence[tuple[str, Any]], current: Any, on_select: Any, *, label: str = "View"
) -> rx.Component:
    """Tabs that change state: (value, label) pairs; `on_select(value)` is called on a press."""
    return rx.el.div(
        *[
            rx.el.button(
                text,
                type="button",
                class_name="tab",
                aria_selected=current == value,
                role="tab",
                on_click=on_select(value),
            )
            for value, text in entries
        ],
        role="tablist",
        aria_label=label,
        class_name="tabs",
    )


def facts(*pairs: tuple[Any, Any]) -> rx.Component:
    """A list of facts: (name, value) pairs."""
    return rx.el.dl(
        *[part for name, value in pairs for part in (rx.el.dt(name), rx.el.dd(value))], class_name="facts"
    )


def dialog(title: Any, *children: Any, open: Any, on_close: Any, id: str = "dialog") -> rx.Component:
    """A question over the page while `open` (a Var) is true; Escape and the close button call `on_close`."""
    return rx.cond(
        open,
        rx.el.div(
            rx.el.dialog(
                rx.el.div(
                    rx.el.h2(title, id=f"{id}-title"),
                    rx.el.button(
                        "Close", type="button", on_click=on_close, class_name="btn btn-quiet btn-small"
                    ),
                    class_name="spread mb-4",
                ),
                *children,
                open=True,
                id=id,
                custom_attrs={"aria-modal": "true", "aria-labelledby": f"{id}-title"},
                class_name="dialog",
            ),
            class_name="dialog-back",
        ),
    )
