"""The public API as one app, and its description with examples."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.security import APIKeyHeader
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from milo_app.http.api_v2 import calling, candidates, hooks, library, postings

_ABOUT = """Everything that recruiters do at their desk, for programs. Postings are Milo's interviewers, interviews its
applications. Times are Unix seconds in answers; scores are percent. Send your key as `X-API-KEY`."""

#: A body to try, by operation.
EXAMPLES: dict[str, Any] = {
    "createPosting": {
        "title": "Registered nurse",
        "description": "Care for four to five adults on a medical-surgical unit.",
        "workflow": [
            {
                "type": "form",
                "config": {"knockout_enabled": True},
                "questions": [
                    {
                        "modality": "form",
                        "text": "Do you hold an active RN license?",
                        "question_type": "yes_no",
                        "answer": True,
                        "is_knockout": True,
                    }
                ],
            },
            {
                "type": "web_interview",
                "questions": [
                    {
                        "modality": "voice",
                        "text": "Tell us about a patient whose condition changed.",
                        "evaluation_criteria": "Notices early, acts, and tells the team",
                        "score_of_1": "Did not notice, or did nothing.",
                        "score_of_5": "Noticed early, acted, told the team, and says what came of it.",
                    }
                ],
            },
        ],
    },
    "ingestCandidate": {
        "name": "Alex Rivera",
        "email": "alex@example.com",
        "phone_number": "+15035550142",
        "metadata": {"ats_id": "4711"},
    },
    "ingestCandidatesBulk": {"data": [{"name": "Alex Rivera", "email": "alex@example.com"}]},
    "createWebhook": {
        "posting_id": "01a1f0c2d3e4f5061728394a5b6c7d8e",
        "webhook_url": "https://example.com/milo",
        "event_type": "interview_completed",
    },
    "setInterviewMetadata": {"metadata": {"ats_id": "4711"}},
    "shortlistCandidate": {"reason": "Strong in the second question"},
}


def build(per_minute: int = 300) -> FastAPI:
    """The app with all its routes; a key may make *per_minute* calls."""
    app = FastAPI(
        title="Milo API",
        version="2.0.0",
        description=_ABOUT,
        openapi_url="/api/v2/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.pace = calling.Pace(per_minute)
    calling.install(app)
    routers: tuple[APIRouter, ...] = (
        library.open_router,
        postings.router,
        candidates.router,
        hooks.router,
        library.router,
    )
    for router in routers:
        app.include_router(router)
    plain = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _complete(plain())
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]
    return app


def _complete(description: dict[str, Any]) -> dict[str, Any]:
    """*description* with the key, the name of a call, and examples."""
    scheme = APIKeyHeader(name="X-API-KEY").model.model_dump(by_alias=True, exclude_none=True, mode="json")
    description.setdefault("components", {})["securitySchemes"] = {"ApiKeyAuth": scheme}
    description["security"] = [{"ApiKeyAuth": []}]
    named = {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
        "description": "The same key and body give the same answer for a day; another body is refused with 409.",
    }
    for path in description["paths"].values():
        for method, operation in path.items():
            # The key is said once, by the scheme; the two other headers stay as they are.
            told = operation.get("parameters", [])
            if not any(p["name"].lower() == "x-api-key" for p in told):
                operation["security"] = []
            told = [p for p in told if p["name"].lower() not in ("x-api-key", "authorization")]
            if method == "post":
                told.append(named)
            operation["parameters"] = told
            if operation["operationId"] in EXAMPLES:
                body = operation["requestBody"]["content"]["application/json"]
                body["example"] = EXAMPLES[operation["operationId"]]
    return description


class _Whole:
    """Hands a mounted app the whole path, since its routes and its description name it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app({**scope, "root_path": scope.get("app_root_path", "")}, receive, send)


def mount(per_minute: int) -> list[BaseRoute]:
    """The routes by which the API is reached beside the others."""
    return [Mount("/api/v2", app=_Whole(build(per_minute))), *library.open_router.routes]
