"""Rooms on a LiveKit server: LiveKit Cloud, or one's own."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from livekit import api

#: How long a room without anybody stays: a page that is reloaded, or a phone that changes its network, comes back to it.
_EMPTY_SECONDS = 60
#: The candidate, the interviewer, and room for one of them that the server has not yet given up.
_MOST = 4


class LiveKitRooms:
    """*agent* is the name that our interviewers register under;
    *listens* and *speaks* say whether they have transcription and a voice."""

    name = "LiveKit"

    def __init__(
        self, url: str, key: str, secret: str, *, agent: str, listens: bool = False, speaks: bool = False
    ) -> None:
        self.url, self.agent, self.listens, self.speaks = url, agent, listens, speaks
        self._key, self._secret = key, secret

    def entry(self, *, room: str, identity: str, name: str, metadata: str, lasts: timedelta) -> str:
        """A token that lets *identity* into this one room with microphone and camera for *lasts* (for joining; who is in
        stays in), and that has an interviewer sent there with *metadata* when it opens the room."""
        grants = api.VideoGrants(
            room_join=True,
            room=room,
            can_publish=True,
            can_subscribe=True,
            can_publish_data=True,
            can_publish_sources=["camera", "microphone"],
            can_update_own_metadata=False,
        )
        opened_as = api.RoomConfiguration(
            empty_timeout=_EMPTY_SECONDS,
            departure_timeout=_EMPTY_SECONDS,
            max_participants=_MOST,
            agents=[api.RoomAgentDispatch(agent_name=self.agent, metadata=metadata)],
        )
        token = api.AccessToken(self._key, self._secret).with_identity(identity).with_name(name)
        return token.with_ttl(lasts).with_grants(grants).with_room_config(opened_as).to_jwt()

    def send(self, *, room: str, metadata: str) -> None:
        """Have an interviewer come into *room*, which is there already.

        Raises:
            OSError: the server cannot be reached or refuses; trying again may help.
        """
        asyncio.run(self._send(room, metadata))

    def check(self) -> str:
        """What the server answers to our key: how many rooms are open.

        Raises:
            OSError: it cannot be reached, or refuses the key.
        """
        return asyncio.run(self._check())

    async def _check(self) -> str:
        try:
            async with api.LiveKitAPI(self.url, self._key, self._secret) as server:
                open_now = await server.room.list_rooms(api.ListRoomsRequest())
        except api.TwirpError as refused:
            raise OSError(f"LiveKit: {refused.message}") from refused
        return f"{len(open_now.rooms)} rooms open"

    async def _send(self, room: str, metadata: str) -> None:
        asked = api.CreateAgentDispatchRequest(agent_name=self.agent, room=room, metadata=metadata)
        try:
            async with api.LiveKitAPI(self.url, self._key, self._secret) as server:
                await server.agent_dispatch.create_dispatch(asked)
        except api.TwirpError as refused:
            if refused.code == "not_found":
                return  # The room has closed meanwhile: who comes back opens it anew, with an interviewer.
            raise OSError(f"LiveKit: {refused.message}") from refused
