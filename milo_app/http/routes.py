"""All HTTP routes as one app: errors mapped in one place, the public apply link registered last."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from fastapi import FastAPI
from starlette.routing import BaseRoute

from milo_app.config import Settings
from milo_app.http import (
    api_v2,
    apply,
    candidate_api,
    candidate_calls,
    desk_files,
    errors,
    files,
    links,
    privacy,
    relay,
    shares,
    sign_in,
    uploads,
    webhooks,
)
from milo_app.services.ports import Deps


def build_http(deps: Deps, settings: Settings, health: list[BaseRoute]) -> FastAPI:
    """Everything that is not a Reflex page. The local mailbox and handset exist only while the environment is local."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    errors.install(app)
    app.router.routes.extend(health)
    app.router.routes.extend(api_v2.mount(settings.api_rate))
    parts: list[ModuleType] = [webhooks, candidate_api, sign_in, links, privacy, candidate_calls]
    parts += [uploads, files, desk_files, shares, relay]
    if settings.env == "local":
        parts += [import_module("milo_app.http.dev"), import_module("milo_app.http.dev_calls")]
    for part in parts:
        app.include_router(part.router)
    app.include_router(apply.router)
    app.include_router(apply.last)
    return app
