"""Agreeing to the notice without a browser: the one step of a candidate's way that goes over the live connection."""

from __future__ import annotations

from milo_app.domain import consent
from tests.outside.events import EventSocket

#: The handler behind "I agree" on the candidate's page.
HANDLER = "reflex___state____state.milo_app___candidate___state____candidate_state.agree"


async def agree(url: str, application_id: str, cookie: str, *, video: bool = False) -> None:
    """Agree to the notice as the page behind Start does."""
    form = {"version": consent.interview("en", video=video).version}
    async with EventSocket(url, cookie=cookie, path="/apply") as socket:
        await socket.send(HANDLER, {"application_id": application_id, "form": form}, a=application_id)
        await socket.settle()
