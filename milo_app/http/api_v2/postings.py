"""Postings and their questions: our interviewers, in the API's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from milo_app.access.running import run
from milo_app.domain import plan_data
from milo_app.domain.errors import Invalid
from milo_app.http.api_v2 import asked, plans, shown
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
from milo_app.services import api_reads, interviewers, postings
from milo_app.services.api_keys import Caller

router = APIRouter(prefix="/api/v2/postings", route_class=Repeatable, responses=REFUSALS)

Limit = Annotated[int, Query(ge=1, le=100)]


def posting_view(kept: Mapping[str, Any]) -> dict[str, Any]:
    """A posting as the API shows it, of `api_reads.posting`."""
    rest = {k: v for k, v in kept.items() if k != "draft"}
    return {**plans.posting_fields(kept["draft"]), **rest}


def _options(told: Mapping[str, Any]) -> dict[str, Any]:
    """What of a posting's fields is no part of its plan."""
    deadline: datetime | date | None = told.get("deadline")
    if deadline is not None and not isinstance(deadline, datetime):
        deadline = datetime.combine(deadline, time(23, 59, 59), UTC)
    if deadline is not None and deadline.tzinfo is None:
        deadline = deadline.replace(tzinfo=UTC)
    return {
        "closes_at": deadline,
        "allow_sms": told.get("allow_sms_comms"),
        "labels": told.get("metadata"),
        "name": told.get("name"),
    }


async def _shown(caller: Caller, posting_id: str) -> dict[str, Any]:
    return posting_view(await run(api_reads.posting, caller.actor, posting_id=posting_id))


async def _edited(
    caller: Caller, posting_id: str, change: Callable[[dict[str, Any]], object] | None = None, **options: Any
) -> dict[str, Any]:
    await run(postings.edit, caller.actor, posting_id=posting_id, change=change, options=options)
    return await _shown(caller, posting_id)


# --- Postings -------------------------------------------------------------------------------------------------------


@router.post("", operation_id="createPosting", tags=["Interviewers"], status_code=201)
async def create_posting(
    caller: By, given: asked.CreatePostingRequest
) -> SingleResponse[shown.CreatePostingResponse]:
    """Make a posting. It is live at once where nothing is missing; otherwise it is a draft, and `meta.problems` says
    what is."""
    return await _made(caller, given)


async def _made(caller: Caller, given: asked.CreatePostingRequest) -> Any:
    template = None
    if given.interview_template_id is not None:
        template = plan_data.to_data(interviewers.template(given.interview_template_id))
        if given.workflow is not None:
            raise Invalid(fields={"workflow": "Give a workflow or a template, not both."})
    plan = plans.plan_of(given, template)
    options = _options(given.model_dump())
    made, problems = await run(postings.create, caller.actor, plan=plan, options=options)
    return _created(await _shown(caller, made.id), {"problems": problems} if problems else None)


def _created(view: dict[str, Any], meta: dict[str, Any] | None = None) -> dict[str, Any]:
    told = {name: view[name] for name in ("id", "status", "urls", "created_at")}
    return {"data": {**told, "posting": view}, "meta": meta}


@router.get("", operation_id="listPostings", tags=["Interviewers"])
async def list_postings(
    request: Request,
    caller: By,
    limit: Limit = 20,
    starting_after: str | None = None,
    search: str | None = None,
) -> ListResponse[shown.PostingResponse]:
    """Postings, newest first."""
    rows, more, total = await run(
        api_reads.postings, caller.actor, limit=limit, after=starting_after, search=search or ""
    )
    views = [posting_view(row) for row in rows]
    return page_of(request, views, more, total, views[-1]["id"] if views else None)  # type: ignore[return-value]


@router.get("/list", operation_id="listPostingSummaries", tags=["Interviewers"])
async def list_summaries(
    request: Request,
    caller: By,
    limit: Limit = 20,
    starting_after: str | None = None,
    search: str | None = None,
) -> ListResponse[shown.PostingSummary]:
    """Postings with their titles alone."""
    rows, more, total = await run(
        api_reads.postings, caller.actor, limit=limit, after=starting_after, search=search or ""
    )
    views = [{n: posting_view(row)[n] for n in ("id", "title", "name")} for row in rows]
    return page_of(request, views, more, total, views[-1]["id"] if views else None)  # type: ignore[return-value]


@router.get("/{posting_id}", operation_id="getPosting", tags=["Interviewers"])
async def get_posting(caller: By, posting_id: str) -> SingleResponse[shown.PostingResponse]:
    """One posting."""
    return {"data": await _shown(caller, posting_id)}  # type: ignore[return-value]


@router.patch("/{posting_id}", operation_id="updatePosting", tags=["Interviewers"])
async def update_posting(
    caller: By, posting_id: str, given: asked.UpdatePostingRequest
) -> SingleResponse[shown.PostingResponse]:
    """Change what is given. Candidates who have begun keep what they began with."""
    told = given.model_dump(exclude_unset=True)
    view = await _edited(caller, posting_id, lambda plan: plans.change(plan, told), **_options(told))
    return {"data": view}  # type: ignore[return-value]


@router.get("/{posting_id}/stats", operation_id="getPostingStats", tags=["Interviewers"])
async def posting_stats(caller: By, posting_id: str) -> SingleResponse[shown.PostingStatsResponse]:
    """How many candidates there are, how many are through, and their mean scores in percent."""
    return {"data": await run(api_reads.stats, caller.actor, posting_id=posting_id)}  # type: ignore[return-value]


_CONFIGS: dict[str, type[asked.Given]] = {
    "resume": asked.ResumeConfig,
    "form": asked.FormConfig,
    "sms": asked.ConversationalSMSConfig,
    "voice": asked.WebInterviewConfig,
}


@router.patch(
    "/{posting_id}/workflow/{step_id}", operation_id="updateInterviewerWorkflowStep", tags=["Interviewers"]
)
async def update_step(
    caller: By, posting_id: str, step_id: str, given: asked.UpdateWorkflowStepRequest
) -> SingleResponse[shown.PostingResponse]:
    """Change a step, named by its type or its 1-based order. A setting that is not known is refused with 400."""

    def change(plan: dict[str, Any]) -> None:
        stage = plans.stage_of(plan, step_id)
        model = _CONFIGS[stage["kind"]]
        if unknown := [key for key in given.config if key not in model.model_fields]:
            raise BadRequest(f"This step has no setting {unknown[0][:80]!r}.")
        try:
            told = model.model_validate(given.config).model_dump(exclude_unset=True)
        except ValueError as wrong:
            raise Invalid(fields={"config": str(wrong).split("\n")[2].strip()}) from None
        plans.configure(stage, told)

    return {"data": await _edited(caller, posting_id, change)}  # type: ignore[return-value]


@router.post("/{posting_id}/archive", operation_id="archivePosting", tags=["Interviewers"])
async def archive_posting(caller: By, posting_id: str) -> SingleResponse[shown.PostingResponse]:
    """Close a posting. Nothing is erased."""
    await run(interviewers.archive, caller.actor, interviewer_id=posting_id)
    return {"data": await _shown(caller, posting_id)}  # type: ignore[return-value]


@router.post("/{posting_id}/activate", operation_id="activatePosting", tags=["Interviewers"])
async def activate_posting(caller: By, posting_id: str) -> SingleResponse[shown.PostingResponse]:
    """Bring a draft, or an archived posting, to life."""
    await run(postings.activate, caller.actor, posting_id=posting_id)
    return {"data": await _shown(caller, posting_id)}  # type: ignore[return-value]


@router.post("/{posting_id}/clone", operation_id="clonePosting", tags=["Interviewers"], status_code=201)
async def clone_posting(caller: By, posting_id: str) -> SingleResponse[shown.CreatePostingResponse]:
    """A full copy, as a draft."""
    copy = await run(interviewers.clone, caller.actor, interviewer_id=posting_id)
    return _created(await _shown(caller, copy.id))  # type: ignore[return-value]


# --- Questions ------------------------------------------------------------------------------------------------------

Modality = Annotated[
    str | None, Query(pattern="^(voice|sms|form|resume_eligibility|resume_scoring|voice_tags)$")
]


def _question(posting_id: str, found: tuple[str, int, Mapping[str, Any]]) -> dict[str, Any]:
    modality, rank, thing = found
    view = plans.shown_question(thing, modality)
    return {"id": thing["id"], "posting_id": posting_id, "modality": modality, "rank": rank, **view}


async def _draft(caller: Caller, posting_id: str) -> dict[str, Any]:
    return (await run(api_reads.posting, caller.actor, posting_id=posting_id))["draft"]


@router.get("/{posting_id}/questions", operation_id="listQuestions", tags=["Questions"])
async def list_questions(
    request: Request,
    caller: By,
    posting_id: str,
    modality: Modality = None,
    limit: Limit = 20,
    starting_after: str | None = None,
) -> ListResponse[shown.QuestionResponse]:
    """A posting's questions and resume criteria, in the order of its steps."""
    draft = await _draft(caller, posting_id)
    rows = [_question(posting_id, found) for found in plans.questions(draft, modality)]
    return sliced(request, rows, limit, starting_after)


@router.post("/{posting_id}/questions", operation_id="createQuestion", tags=["Questions"], status_code=201)
async def create_question(
    caller: By, posting_id: str, given: asked.CreateQuestionRequest
) -> SingleResponse[shown.QuestionResponse]:
    """Ask one more thing, at the end of its step."""
    id, told = plans.new_id(), given.model_dump(exclude_unset=True)
    await _edited(caller, posting_id, lambda plan: plans.add_question(plan, told, id))
    return await _one_question(caller, posting_id, id)


async def _one_question(caller: Caller, posting_id: str, id: str) -> Any:
    return {"data": _question(posting_id, plans.find_question(await _draft(caller, posting_id), id))}


@router.get("/{posting_id}/questions/{question_id}", operation_id="getQuestion", tags=["Questions"])
async def get_question(
    caller: By, posting_id: str, question_id: str
) -> SingleResponse[shown.QuestionResponse]:
    """One question."""
    return await _one_question(caller, posting_id, question_id)


@router.patch("/{posting_id}/questions/{question_id}", operation_id="updateQuestion", tags=["Questions"])
async def update_question(
    caller: By, posting_id: str, question_id: str, given: asked.UpdateQuestionRequest
) -> SingleResponse[shown.QuestionResponse]:
    """Change what is given."""
    told = given.model_dump(exclude_unset=True)
    if "text" in told and told["text"] is None:
        del told["text"]
    await _edited(caller, posting_id, lambda plan: plans.change_question(plan, question_id, told))
    return await _one_question(caller, posting_id, question_id)


@router.delete("/{posting_id}/questions/{question_id}", operation_id="deleteQuestion", tags=["Questions"])
async def delete_question(
    caller: By, posting_id: str, question_id: str
) -> SingleResponse[shown.QuestionResponse]:
    """Ask it no more. Who has begun is still asked it, and answers given are kept."""
    before = await _one_question(caller, posting_id, question_id)
    await _edited(caller, posting_id, lambda plan: plans.remove_question(plan, question_id))
    return before


@router.post("/{posting_id}/questions/reorder", operation_id="reorderQuestions", tags=["Questions"])
async def reorder_questions(
    request: Request, caller: By, posting_id: str, given: asked.ReorderQuestionsRequest
) -> ListResponse[shown.QuestionResponse]:
    """Put all questions of one modality into this order."""
    await _edited(caller, posting_id, lambda plan: plans.reorder(plan, given.modality, given.order))
    draft = await _draft(caller, posting_id)
    rows = [_question(posting_id, found) for found in plans.questions(draft, given.modality)]
    return page_of(request, rows, False, len(rows), None)  # type: ignore[return-value]
