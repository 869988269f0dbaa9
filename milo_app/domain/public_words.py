"""What states are called in the public API. Each is decided here and nowhere else."""

from __future__ import annotations

from datetime import datetime

from milo_app.domain.plan import StageKind
from milo_app.domain.records import (
    Application,
    ApplicationState,
    Decision,
    Interviewer,
    InterviewerState,
    StageState,
)

#: A kind of stage by the name of its workflow step, in our order.
STEPS = {
    StageKind.RESUME: "resume",
    StageKind.FORM: "form",
    StageKind.SMS: "conversational_sms",
    StageKind.VOICE: "web_interview",
}
KINDS = {step: kind for kind, step in STEPS.items()}

_DECIDED = {Decision.SHORTLISTED: "shortlisted", Decision.DISMISSED: "dismissed"}
_CANDIDATES = {
    ApplicationState.INVITED: "pending",
    ApplicationState.IN_PROGRESS: "in_progress",
    ApplicationState.EVALUATING: "evaluating",
    ApplicationState.COMPLETED: "completed",
    ApplicationState.DISQUALIFIED: "knocked_out",
    ApplicationState.WITHDRAWN: "withdrawn",
    ApplicationState.EXPIRED: "expired",
}
_STEPS = {
    StageState.LOCKED: "not_started",
    StageState.OPEN: "in_progress",
    StageState.SUBMITTED: "completed",
    StageState.EVALUATING: "completed",
    StageState.PASSED: "completed",
    StageState.DONE: "completed",
    StageState.FAILED: "knocked_out",
}


def candidate_status(application: Application) -> str:
    """pending, in_progress, evaluating, completed, knocked_out, withdrawn or expired; a person's decision outranks
    them all (shortlisted, dismissed)."""
    return _DECIDED.get(application.decision) or _CANDIDATES[application.state]


def step_status(state: StageState | None) -> str:
    """not_started (also before the candidate's Start), in_progress, completed or knocked_out."""
    return "not_started" if state is None else _STEPS[state]


def posting_status(interviewer: Interviewer, now: datetime) -> str:
    """draft, active, expired or archived."""
    closed = interviewer.closes_at is not None and interviewer.closes_at <= now
    if interviewer.state is InterviewerState.ACTIVE:
        return "expired" if closed else "active"
    return str(interviewer.state)
