"""Webhooks: which addresses are told what happens, and what was told."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from milo_app.access.running import run
from milo_app.domain import records as r
from milo_app.http.api_v2 import asked, shown
from milo_app.http.api_v2.calling import REFUSALS, By, ListResponse, SingleResponse, page_of, sliced
from milo_app.http.api_v2.repeating import Repeatable
from milo_app.services import webhooks_out
from milo_app.services.api_reads import unix

router = APIRouter(prefix="/api/v2", route_class=Repeatable, responses=REFUSALS)

Limit = Annotated[int, Query(ge=1, le=100)]


def _view(endpoint: r.WebhookEndpoint) -> dict[str, Any]:
    return {
        "id": endpoint.id,
        "webhook_id": endpoint.id,
        "posting_id": endpoint.interviewer_id or "",
        "webhook_url": endpoint.url,
        "event_type": ",".join(endpoint.events) or "*",
        "is_active": endpoint.active,
        "created_at": unix(endpoint.created_at),
        "updated_at": unix(endpoint.updated_at),
        "why_off": endpoint.why_off or None,
        "failing_since": unix(endpoint.failing_since),
    }


@router.post("/webhooks", operation_id="createWebhook", tags=["Webhooks"], status_code=201)
async def create_webhook(
    caller: By, given: asked.CreateWebhookRequest
) -> SingleResponse[shown.WebhookResponse]:
    """Have an address told of one kind of event of one posting. `/webhooks/{id}/secret` is what calls are signed with."""
    made = await run(
        webhooks_out.add,
        caller.actor,
        url=given.webhook_url,
        events=[given.event_type],
        posting_id=given.posting_id,
    )
    return {"data": _view(made)}  # type: ignore[return-value]


class WorkspaceWebhookRequest(asked.Given):
    """`event_types` left empty means every kind."""

    webhook_url: str
    event_types: Annotated[list[str], Field(max_length=50)] = []


@router.post("/workspace-webhooks", operation_id="createWorkspaceWebhook", tags=["Webhooks"], status_code=201)
async def create_workspace_webhook(
    caller: By, given: WorkspaceWebhookRequest
) -> SingleResponse[shown.WebhookResponse]:
    """Have an address told of what happens to every posting's candidates."""
    made = await run(webhooks_out.add, caller.actor, url=given.webhook_url, events=given.event_types)
    return {"data": _view(made)}  # type: ignore[return-value]


@router.get("/webhooks", operation_id="listWebhooks", tags=["Webhooks"])
async def list_webhooks(
    request: Request, caller: By, limit: Limit = 20, starting_after: str | None = None
) -> ListResponse[shown.WebhookResponse]:
    """Every webhook, newest first, those switched off too."""
    rows = [_view(one) for one in await run(webhooks_out.listed, caller.actor)]
    return sliced(request, rows, limit, starting_after)


@router.get("/webhooks/{webhook_id}", operation_id="getWebhook", tags=["Webhooks"])
async def get_webhook(caller: By, webhook_id: str) -> SingleResponse[shown.WebhookResponse]:
    """One webhook."""
    return {"data": _view(await run(webhooks_out.one, caller.actor, endpoint_id=webhook_id))}  # type: ignore[return-value]


@router.delete("/webhooks/{webhook_id}", operation_id="deleteWebhook", tags=["Webhooks"])
async def delete_webhook(caller: By, webhook_id: str) -> SingleResponse[shown.WebhookResponse]:
    """Tell it no more; its log is kept for 30 days."""
    return await _switch(caller, webhook_id, False)


async def _switch(caller: By, webhook_id: str, active: bool) -> Any:
    kept = await run(webhooks_out.set_active, caller.actor, endpoint_id=webhook_id, active=active)
    return {"data": _view(kept)}


@router.post("/webhooks/{webhook_id}/activate", operation_id="activateWebhook", tags=["Webhooks"])
async def activate_webhook(caller: By, webhook_id: str) -> SingleResponse[shown.WebhookResponse]:
    """Tell it again, of what happens from now on."""
    return await _switch(caller, webhook_id, True)


class WebhookSecret(BaseModel):
    object: Literal["webhook_secret"] = "webhook_secret"
    secret: str


@router.get("/webhooks/{webhook_id}/secret", operation_id="getWebhookSecret", tags=["Webhooks"])
async def webhook_secret(caller: By, webhook_id: str) -> SingleResponse[WebhookSecret]:
    """What calls are signed with (Standard Webhooks)."""
    return {"data": {"secret": await run(webhooks_out.secret, caller.actor, endpoint_id=webhook_id)}}  # type: ignore[return-value]


@router.patch("/webhooks/{webhook_id}/secret", operation_id="rotateWebhookSecret", tags=["Webhooks"])
async def rotate_secret(caller: By, webhook_id: str) -> SingleResponse[WebhookSecret]:
    """A new secret; calls are signed with the old one besides for a day."""
    return {"data": {"secret": await run(webhooks_out.rotate, caller.actor, endpoint_id=webhook_id)}}  # type: ignore[return-value]


class Delivery(BaseModel):
    object: Literal["delivery"] = "delivery"
    id: str
    event_id: str
    event_type: str
    status: str
    tries: int
    next_try_at: float | None
    created_at: float | None
    finished_at: float | None
    request: dict[str, Any]
    response: dict[str, Any]


def _delivery(one: r.WebhookDelivery) -> dict[str, Any]:
    return {
        "id": one.id,
        "event_id": one.event_id,
        "event_type": one.kind,
        "status": one.state,
        "tries": one.tries,
        "next_try_at": unix(one.due_at),
        "created_at": unix(one.created_at),
        "finished_at": unix(one.finished_at),
        "request": dict(one.request),
        "response": dict(one.response),
    }


@router.get("/webhooks/{webhook_id}/deliveries", operation_id="listWebhookDeliveries", tags=["Webhooks"])
async def list_deliveries(
    request: Request, caller: By, webhook_id: str, limit: Limit = 20
) -> ListResponse[Delivery]:
    """What it was told last and what it answered, newest first."""
    found = await run(webhooks_out.deliveries, caller.actor, endpoint_id=webhook_id, limit=limit)
    return page_of(request, [_delivery(one) for one in found], False, None, None)  # type: ignore[return-value]


@router.post(
    "/webhook-deliveries/{delivery_id}/replay",
    operation_id="replayWebhookDelivery",
    tags=["Webhooks"],
    status_code=202,
)
async def replay_delivery(caller: By, delivery_id: str) -> SingleResponse[Delivery]:
    """Tell it once more."""
    return {"data": _delivery(await run(webhooks_out.replay, caller.actor, delivery_id=delivery_id))}  # type: ignore[return-value]
