"""What a posting is made with (templates, voices, numbers, senders), the workspace, the ATS, and the words of the API."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request

from milo_app import bootstrap
from milo_app.access.running import run
from milo_app.domain.errors import NotFound
from milo_app.domain.public_words import STEPS
from milo_app.http.api_v2 import asked, shown
from milo_app.http.api_v2.calling import (
    REFUSALS,
    BadRequest,
    By,
    ListResponse,
    SingleResponse,
    page_of,
    sliced,
)
from milo_app.http.api_v2.repeating import Repeatable
from milo_app.services import api_library

router = APIRouter(prefix="/api/v2", route_class=Repeatable, responses=REFUSALS)
open_router = APIRouter()

Limit = Annotated[int, Query(ge=1, le=100)]
After = str | None
Search = str | None


def _found(rows: list[dict[str, Any]], id: str) -> Any:
    for row in rows:
        if row["id"] == id:
            return {"data": row}
    raise NotFound("There is nothing with this id.")


def _like(rows: list[dict[str, Any]], search: str | None) -> list[dict[str, Any]]:
    wanted = (search or "").strip().casefold()
    return [row for row in rows if wanted in str(row.get("name", "")).casefold()]


@open_router.get("/health", operation_id="health_check_health_get", tags=["Health"])
async def health(
    x_health_detail: Annotated[str | None, Header(alias="X-Health-Detail")] = None,
) -> dict[str, Any]:
    """Whether this server is up. `/readyz` says more."""
    return {"status": "ok"}


# --- Templates ------------------------------------------------------------------------------------------------------


@router.get("/email-templates", operation_id="listEmailTemplates", tags=["Email Templates"])
async def list_email_templates(
    request: Request, caller: By, limit: Limit = 20, starting_after: After = None, search: Search = None
) -> ListResponse[shown.EmailTemplateResponse]:
    """The words of every email to candidates, by kind and language."""
    rows = _like(await run(api_library.email_templates, caller.actor), search)
    return sliced(request, rows, limit, starting_after)


@router.get("/email-templates/{template_id}", operation_id="getEmailTemplate", tags=["Email Templates"])
async def get_email_template(caller: By, template_id: str) -> SingleResponse[shown.EmailTemplateResponse]:
    """One email's words."""
    return _found(await run(api_library.email_templates, caller.actor), template_id)


@router.get("/email-template-groups", operation_id="listEmailTemplateGroups", tags=["Email Template Groups"])
async def list_email_groups(
    request: Request, caller: By, limit: Limit = 20, starting_after: After = None, search: Search = None
) -> ListResponse[shown.EmailTemplateGroupResponse]:
    """One group a language: the emails that go together."""
    rows = _like(await run(api_library.email_groups, caller.actor), search)
    return sliced(request, rows, limit, starting_after)


@router.get(
    "/email-template-groups/{group_id}", operation_id="getEmailTemplateGroup", tags=["Email Template Groups"]
)
async def get_email_group(caller: By, group_id: str) -> SingleResponse[shown.EmailTemplateGroupResponse]:
    """One group."""
    return _found(await run(api_library.email_groups, caller.actor), group_id)


@router.get("/design-templates", operation_id="listDesignTemplates", tags=["Design Templates"])
async def list_designs(
    request: Request, caller: By, limit: Limit = 20, starting_after: After = None, search: Search = None
) -> ListResponse[shown.DesignTemplateResponse]:
    """The workspace's brand, which all pages wear."""
    rows = _like(await run(api_library.designs, caller.actor), search)
    return sliced(request, rows, limit, starting_after)


@router.get("/design-templates/{template_id}", operation_id="getDesignTemplate", tags=["Design Templates"])
async def get_design(caller: By, template_id: str) -> SingleResponse[shown.DesignTemplateResponse]:
    """The brand."""
    return _found(await run(api_library.designs, caller.actor), template_id)


@router.get(
    "/design-template-groups", operation_id="listDesignTemplateGroups", tags=["Design Template Groups"]
)
async def list_design_groups(
    request: Request, caller: By, limit: Limit = 20, starting_after: After = None, search: Search = None
) -> ListResponse[shown.DesignTemplateGroupResponse]:
    """The brand, for every page."""
    rows = _like(await run(api_library.design_groups, caller.actor), search)
    return sliced(request, rows, limit, starting_after)


@router.get(
    "/design-template-groups/{group_id}",
    operation_id="getDesignTemplateGroup",
    tags=["Design Template Groups"],
)
async def get_design_group(caller: By, group_id: str) -> SingleResponse[shown.DesignTemplateGroupResponse]:
    """The brand, for every page."""
    return _found(await run(api_library.design_groups, caller.actor), group_id)


@router.get("/interview-templates", operation_id="listInterviewTemplates", tags=["Interview Templates"])
async def list_interview_templates(
    request: Request, caller: By, limit: Limit = 20, starting_after: After = None, search: Search = None
) -> ListResponse[shown.InterviewTemplateResponse]:
    """Whole interviews to start from."""
    rows = _like(await run(api_library.interview_templates, caller.actor), search)
    return sliced(request, rows, limit, starting_after)


@router.get(
    "/interview-templates/{template_id}", operation_id="getInterviewTemplate", tags=["Interview Templates"]
)
async def get_interview_template(
    caller: By, template_id: str
) -> SingleResponse[shown.InterviewTemplateResponse]:
    """One of them."""
    return _found(await run(api_library.interview_templates, caller.actor), template_id)


# --- Addresses, numbers, voices -------------------------------------------------------------------------------------


@router.get("/domains", operation_id="listDomains", tags=["Domains"])
async def list_domains(
    request: Request, caller: By, limit: Limit = 20, starting_after: After = None
) -> ListResponse[shown.CustomDomainResponse]:
    """None: a Milo of one's own has one address, and no domains of workspaces."""
    return sliced(request, [], limit, starting_after)


@router.get("/domains/{config_id}", operation_id="getDomain", tags=["Domains"])
async def get_domain(caller: By, config_id: str) -> SingleResponse[shown.CustomDomainResponse]:
    """Not found."""
    return _found([], config_id)


@router.get("/voices", operation_id="listVoices", tags=["Voices"])
async def list_voices(
    request: Request, caller: By, limit: Limit = 20, starting_after: After = None, search: Search = None
) -> ListResponse[shown.VoiceResponse]:
    """The voice that this instance speaks with, where a speech server is set up."""
    return sliced(request, _like(_voices(), search), limit, starting_after)


def _voices() -> list[dict[str, Any]]:
    settings = bootstrap.settings()
    if not settings.tts_model:
        return []
    made = bootstrap.deps().clock.now().timestamp()
    voice = {
        "id": settings.tts_voice,
        "provider": "openai-compatible",
        "provider_voice_id": settings.tts_voice,
    }
    return [{**voice, "name": settings.tts_voice, "labels": {}, "created_at": made, "updated_at": made}]


@router.get("/voices/{voice_id}/preview", operation_id="getVoicePreview", tags=["Voices"])
async def voice_preview(caller: By, voice_id: str) -> Any:
    """Not found: no samples are kept."""
    raise NotFound("There is no sample of this voice.")


@router.get("/voices/{voice_id}", operation_id="getVoice", tags=["Voices"])
async def get_voice(caller: By, voice_id: str) -> SingleResponse[shown.VoiceResponse]:
    """One voice."""
    return _found(_voices(), voice_id)


@router.get("/phone-numbers", operation_id="listPhoneNumbers", tags=["Phone Numbers"])
async def list_numbers(
    request: Request, caller: By, limit: Limit = 20, starting_after: After = None
) -> ListResponse[shown.PhoneNumberResponse]:
    """The numbers that texts and calls come from."""
    return sliced(request, await run(api_library.numbers, caller.actor), limit, starting_after)


@router.get("/phone-numbers/{config_id}", operation_id="getPhoneNumber", tags=["Phone Numbers"])
async def get_number(caller: By, config_id: str) -> SingleResponse[shown.PhoneNumberResponse]:
    """One number."""
    return _found(await run(api_library.numbers, caller.actor), config_id)


@router.get("/sender-emails", operation_id="listSenderEmails", tags=["Sender Emails"])
async def list_senders(
    request: Request, caller: By, limit: Limit = 20, starting_after: After = None
) -> ListResponse[shown.SenderEmailResponse]:
    """The address that emails to candidates come from."""
    return sliced(request, await run(api_library.sender_emails, caller.actor), limit, starting_after)


@router.get("/sender-emails/{sender_email_id}", operation_id="getSenderEmail", tags=["Sender Emails"])
async def get_sender(caller: By, sender_email_id: str) -> SingleResponse[shown.SenderEmailResponse]:
    """One address."""
    return _found(await run(api_library.sender_emails, caller.actor), sender_email_id)


# --- Workspace, ATS, words ------------------------------------------------------------------------------------------


@router.get("/workspaces", operation_id="listWorkspaces", tags=["Workspaces"])
async def list_workspaces(request: Request, caller: By) -> ListResponse[Any]:
    """The key's own workspace."""
    rows = await run(api_library.workspaces, caller.actor)
    return page_of(request, rows, False, len(rows), None)  # type: ignore[return-value]


@router.post("/ats/candidates/resolve", operation_id="resolveAtsCandidate", tags=["ATS"])
async def resolve_ats(
    caller: By, given: asked.ResolveCandidateRequest
) -> SingleResponse[shown.ResolveCandidateResponse]:
    """Look a person up in a connected ATS."""
    told = {"email": given.email, "ats_candidate_id": given.ats_candidate_id}
    why = {"status": "not_connected", "error": f"No ATS called {given.ats_name[:80]!r} is connected."}
    return {"data": {"success": False, **why, **told}}  # type: ignore[return-value]


@router.post("/ats/candidates/push", operation_id="pushAtsCandidate", tags=["ATS"])
async def push_ats(
    caller: By, given: asked.PushCandidateRequest
) -> SingleResponse[shown.EnqueuePushResponse]:
    """Hand a person over to a connected ATS."""
    why = f"No ATS called {given.ats_name[:80]!r} is connected."
    return {"data": {"status": "not_connected", "error": why}}  # type: ignore[return-value]


@router.get("/ats/candidates/push/{item_id}", operation_id="getAtsPushStatus", tags=["ATS"])
async def push_status(caller: By, item_id: str) -> SingleResponse[shown.QueueItemStatus]:
    """What became of a person handed over."""
    raise BadRequest("Nothing was handed over under this id.")


@router.get("/ats/connections", operation_id="listAtsConnections", tags=["ATS"])
async def ats_connections(request: Request, caller: By) -> ListResponse[shown.AtsConnection]:
    """The ATS that are connected."""
    return page_of(request, [], False, 0, None)  # type: ignore[return-value]


@router.get(
    "/schemas/agents", operation_id="list_agent_types_api_v2_schemas_agents_get", tags=["Schema Discovery"]
)
async def agent_types() -> dict[str, Any]:
    """The steps that a workflow may have, with their settings."""
    models = (asked.ResumeConfig, asked.FormConfig, asked.ConversationalSMSConfig, asked.WebInterviewConfig)
    steps = zip(STEPS.values(), models, strict=True)
    return {"data": [{"type": step, "config": model.model_json_schema()} for step, model in steps]}


@router.get(
    "/schemas/question-types",
    operation_id="list_question_types_api_v2_schemas_question_types_get",
    tags=["Schema Discovery"],
)
async def question_types() -> dict[str, Any]:
    """The kinds of question by modality."""
    talk = ["textarea", "short_text", "yes_no", "numeric", "mcq"]
    form = [*talk, "slider", "date", "file_upload"]
    kinds = {"voice": talk, "sms": talk, "form": form, "resume_eligibility": [], "resume_scoring": []}
    return {"data": [{"modality": name, "question_types": types} for name, types in kinds.items()]}
