"""An application's way through its stages: the only place that decides what follows what.

    application   invited → in_progress → evaluating → completed
                  exits: disqualified, withdrawn, expired; ways back: reinstate, rejoin, extend
    stage         locked → open → submitted → evaluating → passed | failed | done

Every function takes the records as they are and returns a `Journey` with the changed records and the kinds of events
to append. A repeat of what has happened already changes nothing and makes no event. What the state does not allow
raises `Conflict`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from milo_app.domain import stages as stage_types
from milo_app.domain.errors import Conflict, Gone, Invalid
from milo_app.domain.plan import Plan, StageKind
from milo_app.domain.records import Application, ApplicationStage, ApplicationState, Decision, StageState
from milo_app.domain.screens import Screen

#: What has begun may be finished this long after the due date.
GRACE = timedelta(hours=24)
#: Nobody is given less time than this, unless the role itself closes before.
SHORTEST = timedelta(hours=72)
#: A talk in which something was said this recently is not cut off.
STILL_TALKING = timedelta(minutes=30)

_CONCLUDED = frozenset({StageState.PASSED, StageState.FAILED, StageState.DONE})
_GIVEN = frozenset({StageState.SUBMITTED, StageState.EVALUATING}) | _CONCLUDED
_OVER = frozenset({ApplicationState.DISQUALIFIED, ApplicationState.WITHDRAWN, ApplicationState.EXPIRED})

Stages = Sequence[ApplicationStage]


@dataclass(frozen=True, kw_only=True)
class Journey:
    """The outcome of a move: the records as they are now, and the kinds of events that happened."""

    application: Application
    stages: tuple[ApplicationStage, ...]
    events: tuple[str, ...] = ()

    def changed(self, before: Stages) -> tuple[ApplicationStage, ...]:
        """The stages that differ from *before*, for saving only those."""
        known = {stage.id: stage for stage in before}
        return tuple(stage for stage in self.stages if known.get(stage.id) != stage)


def lay_out(application: Application, plan: Plan, ids: Sequence[str]) -> tuple[ApplicationStage, ...]:
    """The locked stages of a new application; *ids* has one fresh id per stage of the plan."""
    return tuple(
        ApplicationStage(
            id=id,
            workspace_id=application.workspace_id,
            application_id=application.id,
            attempt=application.attempt,
            kind=stage.kind,
            position=position,
            state=StageState.LOCKED,
        )
        for position, (id, stage) in enumerate(zip(ids, plan.stages, strict=True))
    )


# --- The candidate's way --------------------------------------------------------------------------------------------


def start(app: Application, stages: Stages, now: datetime) -> Journey:
    """The candidate's press of Start: opens the first stage. Whoever has started goes on where they are.

    Raises:
        Gone: when the due date has passed (`reason` expired).
        Conflict: when the application has ended.
    """
    if app.state in (ApplicationState.IN_PROGRESS, ApplicationState.EVALUATING, ApplicationState.COMPLETED):
        return _unchanged(app, stages)
    if app.state is ApplicationState.EXPIRED or (
        app.state is ApplicationState.INVITED and not may_start(app, now)
    ):
        raise Gone("expired", "The time to start has passed. You can ask for more time.")
    _need(app, ApplicationState.INVITED)
    app = replace(app, state=ApplicationState.IN_PROGRESS, started_at=now, updated_at=now)
    return _settle(app, stages, now, ("application_started",))


def submit_stage(
    app: Application, stages: Stages, kind: StageKind | str, now: datetime, *, gated: bool = False
) -> Journey:
    """Hand a stage in. The next one opens at once, unless *gated*: then `conclude_stage` opens it.

    Raises:
        Conflict: when the stage is not open, or the application is not in progress.
    """
    stage = _stage(stages, kind)
    if stage.state in _GIVEN:
        return _unchanged(app, stages)
    _need(app, ApplicationState.IN_PROGRESS)
    if stage.state is not StageState.OPEN:
        raise Conflict("This step is not open yet.")
    data = {**stage.data, "gated": True} if gated else stage.data
    stage = replace(stage, state=StageState.SUBMITTED, submitted_at=now, data=data)
    return _settle(app, _with(stages, stage), now, ("stage_submitted",))


def evaluate_stage(app: Application, stages: Stages, kind: StageKind | str, now: datetime) -> Journey:
    """Mark that a submitted stage is being evaluated."""
    stage = _stage(stages, kind)
    if stage.state is StageState.EVALUATING or stage.state in _CONCLUDED:
        return _unchanged(app, stages)
    if stage.state is not StageState.SUBMITTED:
        raise Conflict("This step has not been submitted.")
    return Journey(
        application=app,
        stages=_with(stages, replace(stage, state=StageState.EVALUATING)),
        events=("stage_evaluating",),
    )


def conclude_stage(
    app: Application,
    stages: Stages,
    kind: StageKind | str,
    outcome: StageState | str,
    now: datetime,
    *,
    score: float | None = None,
    needs_review: bool = False,
    reason: str = "",
    stopped_by: Mapping[str, Any] | None = None,
) -> Journey:
    """Conclude a submitted stage as passed, failed or done (nothing in it could be failed).

    `failed` stops the application there, with *stopped_by* (question id, answer, rule) as the reason; otherwise the
    next stage opens, and after the last one the application is completed. *reason* is kept as the stage's outcome.

    An application that was withdrawn or has expired meanwhile keeps that state; only the stage is concluded.
    """
    outcome = StageState(outcome)
    if outcome not in _CONCLUDED:
        raise Conflict("A step is concluded as passed, failed or done.")
    stage = _stage(stages, kind)
    if stage.state in _CONCLUDED:
        return _unchanged(app, stages)
    if stage.state not in _GIVEN:
        raise Conflict("This step has not been submitted.")
    stage = replace(
        stage,
        state=outcome,
        finished_at=now,
        score=score,
        needs_review=needs_review,
        outcome=reason,
        data={**stage.data, "stopped_by": dict(stopped_by)} if stopped_by else stage.data,
    )
    stages = _with(stages, stage)
    events = (f"stage_{outcome}",)
    if outcome is StageState.FAILED and app.state not in _OVER:
        return _disqualify(app, stages, now, events, stopped_by)
    return _settle(app, stages, now, events)


def skip_stage(app: Application, stages: Stages, kind: StageKind | str, now: datetime) -> Journey:
    """Pass over an open stage that the plan does not require (the caller knows the plan)."""
    stage = _stage(stages, kind)
    if stage.state is StageState.DONE and stage.outcome == "skipped":
        return _unchanged(app, stages)
    _need(app, ApplicationState.IN_PROGRESS)
    if stage.state is not StageState.OPEN:
        raise Conflict("This step is not open.")
    stage = replace(stage, state=StageState.DONE, finished_at=now, outcome="skipped")
    return _settle(app, _with(stages, stage), now, ("stage_skipped",))


def next_stage(stages: Stages) -> ApplicationStage | None:
    """The first stage that is neither open nor given in, or None when there is none left."""
    return next((s for s in _ordered(stages) if s.state is StageState.LOCKED), None)


def withdraw(app: Application, stages: Stages, now: datetime) -> Journey:
    """The candidate leaves, at any time before the end they choose. Their stages stay as they are."""
    if app.state is ApplicationState.WITHDRAWN:
        return _unchanged(app, stages)
    if app.state in _OVER:
        raise Conflict("This application has already ended.")
    app = replace(app, state=ApplicationState.WITHDRAWN, updated_at=now)
    return Journey(application=app, stages=tuple(stages), events=("application_withdrawn",))


def expire(app: Application, stages: Stages, now: datetime, last_activity: datetime | None = None) -> Journey:
    """End an application whose time has run out (`is_overdue`); anything else is a Conflict, so that a due date moved
    at the same moment wins."""
    if app.state is ApplicationState.EXPIRED:
        return _unchanged(app, stages)
    if not is_overdue(app, now, last_activity):
        raise Conflict("This application's time has not run out.")
    app = replace(app, state=ApplicationState.EXPIRED, updated_at=now)
    return Journey(application=app, stages=tuple(stages), events=("application_expired",))


# --- The ways back, by a member -------------------------------------------------------------------------------------


def reinstate(app: Application, stages: Stages, now: datetime, due_at: datetime | None) -> Journey:
    """Undo a disqualification: the failed stage counts as passed, and the next one opens.

    What had stopped the candidate stays in that stage's data. Repeating it changes nothing.
    """
    if any(stage.outcome == "reinstated" for stage in stages) and app.state not in _OVER:
        return _unchanged(app, stages)
    _need(app, ApplicationState.DISQUALIFIED)
    lifted = tuple(
        replace(s, state=StageState.PASSED, outcome="reinstated") if s.state is StageState.FAILED else s
        for s in stages
    )
    return _resume(replace(app, stopped_by=None), lifted, now, due_at, "application_reinstated")


def rejoin(app: Application, stages: Stages, now: datetime, due_at: datetime | None) -> Journey:
    """Undo a withdrawal; the candidate goes on where they were."""
    if app.state not in _OVER:
        return _unchanged(app, stages)
    _need(app, ApplicationState.WITHDRAWN)
    return _resume(app, stages, now, due_at, "application_rejoined")


def extend(app: Application, stages: Stages, now: datetime, due_at: datetime) -> Journey:
    """Give more time, before or after it ran out.

    Raises:
        Invalid: when *due_at* is not in the future.
        Conflict: when nothing is left to do, or the application ended in another way.
    """
    if due_at <= now:
        raise Invalid(fields={"due_at": "The new date is already past."})
    if app.state is ApplicationState.EXPIRED:
        return _resume(app, stages, now, due_at, "application_extended")
    if app.state not in (ApplicationState.INVITED, ApplicationState.IN_PROGRESS):
        raise Conflict("There is nothing left to do that needs more time.")
    if app.due_at == due_at:
        return _unchanged(app, stages)
    app = replace(app, due_at=due_at, updated_at=now)
    return Journey(application=app, stages=tuple(stages), events=("application_extended",))


def retake(
    app: Application,
    stages: Stages,
    kind: StageKind | str,
    ids: Sequence[str],
    now: datetime,
    due_at: datetime | None,
) -> Journey:
    """Grant a second try at one stage: a new attempt in which only that stage is open again.

    The other stages are carried over with the number of the attempt that holds their answers (`carried_from`); both
    attempts are kept. *ids* has one fresh id per stage. `Journey.stages` are the new attempt's.

    Raises:
        Conflict: when that stage was not handed in, another is being evaluated or was failed, or the candidate left.
    """
    others = [stage for stage in stages if stage.kind != kind]
    if _stage(stages, kind).state not in _GIVEN:
        raise Conflict("This step has not been taken yet.")
    if any(stage.state in (StageState.SUBMITTED, StageState.EVALUATING) for stage in others):
        raise Conflict("Another step is being evaluated. Please try again in a moment.")
    if any(stage.state is StageState.FAILED for stage in others):
        raise Conflict("Another step stopped this candidate. Reinstate them first.")
    if app.state in (ApplicationState.WITHDRAWN, ApplicationState.EXPIRED):
        raise Conflict("This application has ended. Bring the candidate back first.")
    attempt = app.attempt + 1
    fresh: list[ApplicationStage] = []
    for id, stage in zip(ids, _ordered(stages), strict=True):
        if stage.kind == StageKind(kind):
            fresh.append(
                ApplicationStage(
                    id=id,
                    workspace_id=stage.workspace_id,
                    application_id=stage.application_id,
                    attempt=attempt,
                    kind=stage.kind,
                    position=stage.position,
                    state=StageState.LOCKED,
                )
            )
        else:
            state = StageState.LOCKED if stage.state is StageState.OPEN else stage.state
            data = {"carried_from": stage.attempt, **stage.data}
            fresh.append(replace(stage, id=id, attempt=attempt, state=state, data=data))
    app = replace(app, attempt=attempt, completed_at=None, stopped_by=None)
    return _resume(app, fresh, now, due_at, "application_retake")


# --- Time -----------------------------------------------------------------------------------------------------------


def due(now: datetime, plan: Plan, closes_at: datetime | None = None) -> datetime:
    """When someone invited *now* has to have begun: the plan's days, at least 72 hours, at most until the closing."""
    at = now + max(timedelta(days=plan.due_days), SHORTEST)
    return min(at, closes_at) if closes_at else at


def may_start(app: Application, now: datetime) -> bool:
    """Whether the due date still lets this candidate begin."""
    return app.due_at is None or now <= app.due_at


def may_continue(app: Application, now: datetime) -> bool:
    """Whether what has begun may still be finished."""
    return app.due_at is None or now <= app.due_at + GRACE


def is_overdue(app: Application, now: datetime, last_activity: datetime | None = None) -> bool:
    """Whether the time of an unfinished application has run out. A talk that is going on is never cut."""
    if app.state is ApplicationState.INVITED:
        return not may_start(app, now)
    if app.state is not ApplicationState.IN_PROGRESS or may_continue(app, now):
        return False
    return last_activity is None or now - last_activity > STILL_TALKING


# --- What others see ------------------------------------------------------------------------------------------------


def screen(app: Application, stages: Stages, plan: Plan) -> Screen:
    """Where the candidate is. Review (within the form) is a position of the page and not told apart here."""
    if app.state in _OVER:
        return Screen.ENDED
    if app.state in (ApplicationState.EVALUATING, ApplicationState.COMPLETED):
        return Screen.DONE
    if app.state is ApplicationState.INVITED and app.opened_at is None and app.consented_at is None:
        return Screen.WELCOME
    if app.consented_at is None or app.state is ApplicationState.INVITED:
        return Screen.CONSENT
    at = next((s for s in _ordered(stages) if s.state is StageState.OPEN), None)
    if at is None:
        return Screen.WAITING if any(s.state in _GIVEN for s in stages) else Screen.PROBLEM
    if plan.stage(at.kind) is None:
        return Screen.PROBLEM
    return stage_types.of(at.kind).screen(at, app.accommodations)


def api_status(app: Application) -> str:
    """The public API's one word for an application. A person's decision outranks where the candidate is."""
    if app.decision is not Decision.NONE:
        return str(app.decision)
    return _API_STATUS.get(app.state) or ("pending" if app.started_at is None else "in_progress")


_API_STATUS: Mapping[ApplicationState, str] = {
    ApplicationState.INVITED: "pending",
    ApplicationState.IN_PROGRESS: "in_progress",
    ApplicationState.EVALUATING: "evaluating",
    ApplicationState.COMPLETED: "completed",
    ApplicationState.DISQUALIFIED: "knocked_out",
    ApplicationState.WITHDRAWN: "dismissed",
    # The public API has no word for expired: it stays what it was when the time ran out.
}


# --- Inside ---------------------------------------------------------------------------------------------------------


def _settle(app: Application, stages: Stages, now: datetime, events: tuple[str, ...]) -> Journey:
    """Open what may be opened and let the application's state follow from its stages."""
    if app.state is not ApplicationState.IN_PROGRESS and app.state is not ApplicationState.EVALUATING:
        return Journey(application=app, stages=tuple(stages), events=events)
    waiting = any(s.data.get("gated") and s.state not in _CONCLUDED for s in stages if s.state in _GIVEN)
    following = next_stage(stages)
    if following and not waiting and not any(s.state is StageState.OPEN for s in stages):
        stages = _with(stages, replace(following, state=StageState.OPEN, opened_at=now))
        events = (*events, "stage_opened")
    state = _state_from(stages)
    at = next((s.kind for s in _ordered(stages) if s.state is StageState.OPEN), None)
    if state is ApplicationState.COMPLETED:
        app = replace(app, completed_at=app.completed_at or now)
        events = (*events, "application_completed")
    elif state is ApplicationState.EVALUATING and app.state is ApplicationState.IN_PROGRESS:
        events = (*events, "application_evaluating")
    return Journey(
        application=replace(app, state=state, stage=at, updated_at=now), stages=tuple(stages), events=events
    )


def _state_from(stages: Stages) -> ApplicationState:
    """In progress while anything is left for the candidate; completed when every stage is concluded."""
    if any(s.state in (StageState.OPEN, StageState.LOCKED) for s in stages):
        return ApplicationState.IN_PROGRESS
    if all(s.state in _CONCLUDED for s in stages):
        return ApplicationState.COMPLETED
    return ApplicationState.EVALUATING


def _disqualify(
    app: Application,
    stages: Stages,
    now: datetime,
    events: tuple[str, ...],
    stopped_by: Mapping[str, Any] | None,
) -> Journey:
    """Stop here: what was open for the candidate is locked again, and nothing they gave is touched."""
    locked = tuple(
        replace(s, state=StageState.LOCKED, opened_at=None) if s.state is StageState.OPEN else s
        for s in stages
    )
    app = replace(app, state=ApplicationState.DISQUALIFIED, stage=None, stopped_by=stopped_by, updated_at=now)
    return Journey(application=app, stages=locked, events=(*events, "application_disqualified"))


def _resume(app: Application, stages: Stages, now: datetime, due_at: datetime | None, event: str) -> Journey:
    """Bring an ended application back to where its stages say it stands, with a fresh due date."""
    app = replace(app, due_at=due_at, updated_at=now)
    if app.started_at is None:
        app = replace(app, state=ApplicationState.INVITED)
        return Journey(application=app, stages=tuple(stages), events=(event,))
    return _settle(replace(app, state=ApplicationState.IN_PROGRESS), stages, now, (event,))


def _need(app: Application, state: ApplicationState) -> None:
    if app.state is not state:
        raise Conflict(_REFUSALS.get(app.state), state=app.state)


_REFUSALS: Mapping[ApplicationState, str] = {
    ApplicationState.DISQUALIFIED: "This application has ended.",
    ApplicationState.WITHDRAWN: "This application was withdrawn.",
    ApplicationState.EXPIRED: "The time for this application has passed.",
    ApplicationState.COMPLETED: "This application is complete.",
}


def _unchanged(app: Application, stages: Stages) -> Journey:
    return Journey(application=app, stages=tuple(stages))


def _ordered(stages: Stages) -> list[ApplicationStage]:
    return sorted(stages, key=lambda stage: stage.position)


def _stage(stages: Stages, kind: StageKind | str) -> ApplicationStage:
    found = next((stage for stage in stages if stage.kind == kind), None)
    if found is None:
        raise Conflict("This interview has no such step.")
    return found


def _with(stages: Stages, changed: ApplicationStage) -> tuple[ApplicationStage, ...]:
    return tuple(changed if stage.id == changed.id else stage for stage in stages)
