"""A tab's live connection, spoken by hand: any handler by its name, with any arguments."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any
from urllib.parse import urlencode

import socketio

HYDRATE = "reflex___state____state.hydrate"


class EventSocket:
    """An open connection of one made-up tab. `seen` collects every answer as text."""

    def __init__(self, url: str, *, cookie: str = "", path: str = "/") -> None:
        self.url, self.cookie, self.path = url, cookie, path
        self.token = str(uuid.uuid4())
        self.seen: list[str] = []
        self._arrived = asyncio.Event()
        self._client = socketio.AsyncClient(reconnection=False)
        self._client.on("event", self._received, namespace="/_event")

    async def __aenter__(self) -> EventSocket:
        headers = {"Origin": self.url} | ({"Cookie": self.cookie} if self.cookie else {})
        await self._client.connect(
            f"{self.url}?token={self.token}",
            headers=headers,
            namespaces=["/_event"],
            socketio_path="/_event",
            transports=["websocket"],
            wait_timeout=20,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.disconnect()

    async def _received(self, update: Any) -> None:
        self.seen.append(update if isinstance(update, str) else json.dumps(update))
        self._arrived.set()

    async def send(
        self, name: str, payload: dict[str, Any] | None = None, *, path: str = "", **query: str
    ) -> None:
        """Call the handler of that full name; returns once it is sent."""
        where = path or self.path
        address = f"{where}?{urlencode(query)}" if query else where
        event = {
            "token": self.token,
            "name": name,
            "payload": payload or {},
            "router_data": {"pathname": where, "asPath": address, "query": query},
        }
        await self._client.emit("event", event, namespace="/_event")

    async def settle(self, seconds: float = 20) -> str:
        """Wait until everything sent before was handled, and return the whole state as this tab now sees it.

        Events of one tab are handled in order, so the answer to a last one, known by its address, comes last; a
        second time, because what the earlier ones called in turn was put behind the first.
        """
        await self._fence(seconds)
        return await self._fence(seconds)

    async def _fence(self, seconds: float) -> str:
        mark = uuid.uuid4().hex
        await self.send(HYDRATE, fence=mark)
        async with asyncio.timeout(seconds):
            while True:
                whole = next((text for text in self.seen if mark in text), None)
                if whole:
                    return whole
                self._arrived.clear()
                await self._arrived.wait()
