"""A few line icons, drawn in the text's own colour. An icon says nothing by itself: words always stand
beside it.
"""

import reflex as rx

_PATHS = {
    "check": "M5 12.5l4.5 4.5L19 7.5",
    "cross": "M6 6l12 12M18 6L6 18",
    "left": "M15 5l-7 7 7 7",
    "right": "M9 5l7 7-7 7",
    "down": "M5 9l7 7 7-7",
    "up": "M5 15l7-7 7 7",
    "search": "M11 18a7 7 0 100-14 7 7 0 000 14zM21 21l-5-5",
    "plus": "M12 5v14M5 12h14",
    "mail": "M4 6h16v12H4zM4 7l8 6 8-6",
    "phone": "M7 3h10v18H7zM11 18h2",
    "mic": "M12 3a3 3 0 013 3v6a3 3 0 01-6 0V6a3 3 0 013-3zM6 11a6 6 0 0012 0M12 17v4",
    "camera": "M3 7h12v10H3zM15 11l6-3v8l-6-3",
    "keyboard": "M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M7 14h10",
    "file": "M6 3h8l4 4v14H6zM14 3v4h4",
    "play": "M8 5l11 7-11 7z",
    "pause": "M8 5v14M16 5v14",
    "clock": "M12 3a9 9 0 100 18 9 9 0 000-18zM12 7v5l3 2",
    "person": "M12 12a4 4 0 100-8 4 4 0 000 8zM5 21a7 7 0 0114 0",
    "people": "M9 11a3.5 3.5 0 100-7 3.5 3.5 0 000 7zM3 20a6 6 0 0112 0M16 5a3.5 3.5 0 010 6M18 20a6 6 0 00-2-4.5",
    "warning": "M12 4l9 16H3zM12 10v4M12 17h.01",
    "info": "M12 3a9 9 0 100 18 9 9 0 000-18zM12 11v6M12 7.5h.01",
    "home": "M4 11l8-7 8 7v9H4zM10 20v-6h4v6",
    "link": "M10 14a4 4 0 006 0l3-3a4 4 0 00-6-6l-1 1M14 10a4 4 0 00-6 0l-3 3a4 4 0 006 6l1-1",
    "copy": "M9 9h11v11H9zM15 9V4H4v11h5",
    "star": "M12 4l2.5 5.2 5.7.7-4.2 3.9 1.1 5.7L12 16.7 6.9 19.5 8 13.8 3.8 9.9l5.7-.7z",
    "flag": "M6 21V4h12l-3 4 3 4H6",
    "chat": "M4 5h16v11H9l-5 4z",
    "edit": "M4 20l1-4L16 5l3 3L8 19z",
    "trash": "M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13",
    "download": "M12 4v11M7 11l5 5 5-5M5 20h14",
    "upload": "M12 20V9M7 13l5-5 5 5M5 4h14",
    "refresh": "M4 12a8 8 0 0114-5l2 2M20 4v5h-5M20 12a8 8 0 01-14 5l-2-2M4 20v-5h5",
    "settings": "M4 7h10M18 7h2M4 17h2M10 17h10M16 9a2 2 0 100-4 2 2 0 000 4zM8 19a2 2 0 100-4 2 2 0 000 4z",
    "sound": "M4 9v6h4l5 4V5L8 9zM17 9a4 4 0 010 6",
}


def icon(name: str, *, size: int = 20) -> rx.Component:
    """The icon of that name, hidden from assistive technology. Raises KeyError for an unknown name."""
    return rx.el.svg(
        rx.el.path(d=_PATHS[name]),
        view_box="0 0 24 24",
        width=str(size),
        height=str(size),
        fill="none",
        stroke="currentColor",
        stroke_width="1.8",
        stroke_linecap="round",
        stroke_linejoin="round",
        class_name="shrink-0",
        custom_attrs={"aria-hidden": "true", "focusable": "false"},
    )
