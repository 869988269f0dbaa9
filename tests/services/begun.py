"""A candidate who has pressed Start and agreed, for tests of what they send."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from milo_app.domain import records as r
from milo_app.domain.actors import CandidateActor, SystemActor
from milo_app.services import applications
from milo_app.services.ports import Deps
from tests import builders

RESUME_STAGE: dict[str, Any] = {
    "kind": "resume",
    "enforce": True,
    "criteria": [
        {"id": "rn", "text": "RN licence", "kind": "eligibility", "terms": ["RN", "registered nurse"], "dealbreaker": True},
        {"id": "icu", "text": "Two years in intensive care", "kind": "eligibility", "terms": ["ICU"], "min_years": 2},
        {"id": "pals", "text": "PALS", "kind": "eligibility", "terms": ["PALS"]},
    ],
}  # fmt: skip
FORM_STAGE: dict[str, Any] = {
    "kind": "form",
    "questions": [
        {"id": "paper", "kind": "file", "text": "Your certificate", "extensions": ["pdf", ".png"]},
        {"id": "any", "kind": "file", "text": "Anything else", "required": False},
        {"id": "note", "kind": "long_text", "text": "A note", "required": False},
    ],
}
VOICE_STAGE: dict[str, Any] = {
    "kind": "voice",
    "questions": [{"id": "why", "kind": "long_text", "text": "Why this role?"}],
}


def begin(deps: Deps, *stages: dict[str, Any], language: str = "en", person: str = "en") -> CandidateActor:
    """Start an interview of *stages* in *language* as a new candidate, who reads *person*'s language."""
    plan = {"title": "Registered nurse", "language": language, "stages": list(stages)}
    with deps.uow.write(SystemActor()) as uow:
        workspace = builders.create_workspace(uow)
        interviewer, _ = builders.create_interviewer(uow, workspace, plan)
        candidate = builders.create_candidate(uow, workspace, language=person)
        application = builders.create_application(uow, interviewer, candidate)
        started = applications.start(uow, SystemActor(), application_id=application.id)
        uow.applications.save(replace(started, consented_at=uow.now))
    return CandidateActor(
        workspace_id=workspace.id, application_id=application.id, candidate_id=application.candidate_id
    )


def stage(deps: Deps, actor: CandidateActor, kind: str) -> r.ApplicationStage:
    with deps.uow.read(actor) as uow:
        found = uow.stages.first(application_id=actor.application_id, kind=kind)
    assert found is not None
    return found


def close(deps: Deps, actor: CandidateActor, kind: str) -> None:
    """End a stage behind the candidate's back."""
    with deps.uow.write(actor) as uow:
        row = uow.stages.first(application_id=actor.application_id, kind=kind)
        assert row is not None
        uow.stages.save(replace(row, state=r.StageState.DONE))


def pieces(data: bytes, size: int = 700):
    yield from (data[i : i + size] for i in range(0, len(data), size))
