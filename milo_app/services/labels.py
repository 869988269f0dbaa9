"""What states, decisions, stages and scores are called on the desk."""

from __future__ import annotations

from typing import Any

from milo_app.domain.plan import StageKind, StagePlan
from milo_app.domain.records import ApplicationStage, ApplicationState, Decision, StageState

STATES = {
    ApplicationState.INVITED: "Invited",
    ApplicationState.IN_PROGRESS: "In progress",
    ApplicationState.EVALUATING: "Being evaluated",
    ApplicationState.COMPLETED: "Completed",
    ApplicationState.DISQUALIFIED: "Stopped",
    ApplicationState.WITHDRAWN: "Withdrawn",
    ApplicationState.EXPIRED: "Expired",
}
DECISIONS = {Decision.NONE: "", Decision.SHORTLISTED: "Shortlisted", Decision.DISMISSED: "Dismissed"}
STAGES = {
    StageKind.RESUME: "Resume",
    StageKind.FORM: "Form",
    StageKind.SMS: "Text messages",
    StageKind.VOICE: "Interview",
}
SOURCES = {
    "manual": "Added by hand",
    "csv": "From a list",
    "apply_link": "Apply link",
    "file": "Resume files",
    "email": "By email",
    "ats": "From the ATS",
    "board": "Job board",
    "api": "API",
    "demo": "Example",
}
_STAGE_STATES = {
    StageState.LOCKED: "Not yet",
    StageState.OPEN: "Open",
    StageState.SUBMITTED: "Submitted",
    StageState.EVALUATING: "Evaluating",
    StageState.PASSED: "Passed",
    StageState.FAILED: "Stopped here",
    StageState.DONE: "Done",
}


def stage_name(stage: StagePlan | None, kind: str) -> str:
    """What a stage is called on the desk."""
    if kind == StageKind.VOICE and stage is not None:
        return "Video interview" if stage.video else "Voice interview"
    return STAGES[StageKind(kind)]


def percent(score: float | None) -> str:
    """A score for people, to one decimal where it has one; nothing where there is none yet."""
    return "" if score is None else f"{score:g}%"


def stage_mark(stage: ApplicationStage) -> dict[str, Any]:
    """A stage's status in a table cell: short name, words and tone."""
    tone = {StageState.FAILED: "bad", StageState.PASSED: "good", StageState.DONE: "good"}.get(
        stage.state, "wait"
    )
    if stage.state is StageState.LOCKED:
        tone = "none"
    if stage.needs_review:
        tone = "warn"
    words = "Needs review" if stage.needs_review else _STAGE_STATES[stage.state]
    return {
        "kind": stage.kind,
        "name": STAGES[StageKind(stage.kind)],
        "state": str(stage.state),
        "words": words,
        "tone": tone,
        "score": percent(stage.score),
    }
