"""The same POST again: answered as the first time, under the name that the caller gave it in `Idempotency-Key`."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from milo_app.access.running import run
from milo_app.domain import errors as e
from milo_app.domain.actors import SystemActor
from milo_app.http.api_v2 import calling
from milo_app.services import api_keys


class Repeatable(APIRoute):
    """A route whose POST is done once per key and name, and which tells the caller's pace on every answer."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def paced(request: Request) -> Response:
            try:
                response = await handle(request)
            except e.MiloError as problem:
                response = calling.answer_of(problem)
            response.headers.update(getattr(request.state, "rate", {}))
            return response

        async def once(request: Request) -> Response:
            name = request.headers.get("idempotency-key")
            if request.method != "POST" or name is None:
                return await paced(request)
            secret = request.headers.get("x-api-key") or request.headers.get("authorization", "")
            secret = secret.removeprefix("Bearer ").strip()
            caller, _ = (
                await run(api_keys.caller, SystemActor(name="api"), secret=secret) if secret else (None, 0)
            )
            if caller is None:
                return await paced(request)
            said = api_keys.request_hash(request.method, request.url.path, await request.body())
            try:
                id, status, answer = await run(
                    api_keys.begin_call, caller.actor, key_id=caller.key_id, name=name, request=said
                )
            except e.Conflict as busy:
                return calling.error(409, busy.message)
            except e.Invalid as other:
                if other.facts:
                    return calling.error(409, other.message, param="Idempotency-Key")
                return calling.invalid({"Idempotency-Key": other.message}, "header")
            if status:
                return JSONResponse(answer, status, headers={"Idempotency-Replayed": "true"})
            status, answer = 500, None
            try:
                response = await paced(request)
                status = response.status_code
                answer = json.loads(bytes(response.body)) if status < 500 else None
                return response
            finally:
                await run(api_keys.end_call, caller.actor, call_id=id, status=status, answer=answer)

        return once
