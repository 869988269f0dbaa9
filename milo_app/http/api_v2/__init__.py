"""The public API: an app of its own under /api/v2, with errors, pace and description of its own."""

from milo_app.http.api_v2.app import build, mount

__all__ = ["build", "mount"]
