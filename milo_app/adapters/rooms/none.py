"""The local part: there is no call server, and the browser leads the interview by itself."""

from __future__ import annotations

from datetime import timedelta

from milo_app.domain.errors import NotFound


class NoRooms:
    """No rooms, and nobody to send."""

    name, url, agent = "none", "", ""
    listens = speaks = False

    def entry(self, *, room: str, identity: str, name: str, metadata: str, lasts: timedelta) -> str:
        """Raises NotFound."""
        raise NotFound("Interviews are not held in a call room here.")

    def send(self, *, room: str, metadata: str) -> None:
        """Raises NotFound."""
        raise NotFound("Interviews are not held in a call room here.")

    def check(self) -> str:
        """Nothing that could fail."""
        return ""
