"""The part of LiveKit's server interface that Milo asks: dispatches into rooms, told over HTTP as protobuf."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import threading
from types import TracebackType

from aiohttp import web
from livekit import api
from livekit.protocol.agent_dispatch import AgentDispatch, CreateAgentDispatchRequest
from livekit.protocol.models import Room
from livekit.protocol.room import ListRoomsResponse

KEY, SECRET = "devkey", "a-secret-of-thirty-two-bytes-or-more"


class LiveKitDouble:
    """`rooms` are those that are open; `sent` are the dispatches taken. `failing` answers each next request with 503."""

    def __init__(self) -> None:
        self.rooms: set[str] = set()
        self.sent: list[CreateAgentDispatchRequest] = []
        self.failing = 0
        self.url = ""

    def __enter__(self) -> LiveKitDouble:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _start(self) -> None:
        app = web.Application()
        app.router.add_post("/twirp/livekit.AgentDispatchService/CreateDispatch", self._create)
        app.router.add_post("/twirp/livekit.RoomService/ListRooms", self._list)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def _list(self, request: web.Request) -> web.Response:
        try:
            api.TokenVerifier(KEY, SECRET).verify(request.headers["Authorization"].removeprefix("Bearer "))
        except Exception:
            return _error(401, "unauthenticated")
        listed = ListRoomsResponse(rooms=[Room(name=name) for name in self.rooms])
        return web.Response(body=listed.SerializeToString(), content_type="application/protobuf")

    async def _create(self, request: web.Request) -> web.Response:
        asked = CreateAgentDispatchRequest.FromString(await request.read())
        claims = api.TokenVerifier(KEY, SECRET).verify(
            request.headers["Authorization"].removeprefix("Bearer ")
        )
        if self.failing:
            self.failing -= 1
            return _error(503, "unavailable")
        if not (claims.video and claims.video.room_admin and claims.video.room == asked.room):
            return _error(403, "permission_denied")
        if asked.room not in self.rooms:
            return _error(404, "not_found")
        self.sent.append(asked)
        made = AgentDispatch(id=f"AD_{len(self.sent)}", agent_name=asked.agent_name, room=asked.room)
        return web.Response(body=made.SerializeToString(), content_type="application/protobuf")


def _error(status: int, code: str) -> web.Response:
    return web.json_response({"code": code, "msg": code.replace("_", " ")}, status=status)


def webhook(*, key: str = KEY, secret: str = SECRET, **event: object) -> tuple[bytes, dict[str, str]]:
    """A call as LiveKit signs it: body and headers."""
    body = json.dumps(event).encode()
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    token = api.AccessToken(key, secret).with_sha256(digest).to_jwt()
    return body, {"Authorization": token, "Content-Type": "application/webhook+json"}
