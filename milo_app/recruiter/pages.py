"""The desk's pages and their addresses. What an address names comes as a parameter, so that every page is prerendered."""

from __future__ import annotations

import reflex as rx

from milo_app.recruiter.home import page as home
from milo_app.recruiter.home.state import HomeState


def register(app: rx.App) -> None:
    """Add every page of the desk to *app*."""
    app.add_page(home.page, route="/app", title="Home · Milo", on_load=HomeState.opened)
