"""Time, as an object, so that a test can hold it still."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class SystemClock:
    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """Stands still at *at* until moved."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def move(self, by: timedelta) -> datetime:
        """Go forward by *by* (back where negative); returns the new time."""
        self.at += by
        return self.at
