"""The slow part after a stage is handed in: judge its scored criteria, conclude it, open what follows, finish.

Runs in a durable workflow, so every step may run twice: a judgement is kept once for its input, and a concluded
stage is concluded.
"""

from __future__ import annotations

from milo_app.domain import journey, scoring
from milo_app.domain import records as r
from milo_app.domain.actors import SystemActor
from milo_app.domain.plan import Plan, StagePlan
from milo_app.services import applications, evaluations, interviews, invitations, material
from milo_app.services.ports import Deps, UnitOfWork


def advance(deps: Deps, application_id: str, stage: str, attempt: str | int) -> None:
    """Evaluate and conclude one handed-in stage of one attempt. Repeating it changes nothing.

    Raises:
        MiloError: when the application no longer exists; anything else is for the workflow to try again.
    """
    with deps.uow.read(SystemActor()) as uow:
        application = uow.applications.get(application_id)
        row = uow.stages.first(application_id=application_id, attempt=int(attempt), kind=stage)
        if row is None or application.attempt != int(attempt):
            return
        plan = applications.plan_of(uow, application)
        person = uow.candidates.get(application.candidate_id)
        resume_text = _resume_text(deps, row)
        wanted = material.of_stage(uow, plan, row, applications.given_in(row), resume_text)
    evaluations.judge_all(deps, plan, row, person, wanted)
    with deps.uow.write(SystemActor(workspace_id=application.workspace_id)) as uow:
        application = uow.applications.lock(application_id)
        application = evaluations.rescore(uow, application, plan)
        _conclude(uow, application, plan, stage)


def _resume_text(deps: Deps, row: r.ApplicationStage) -> str:
    """The resume as read, from the file store; empty where there is none."""
    key = row.data.get("text_file_key")
    return b"".join(deps.files.read(str(key))).decode("utf-8", "replace") if key else ""


def _conclude(uow: UnitOfWork, application: r.Application, plan: Plan, kind: str) -> None:
    """Conclude the stage by its score gate, and finish the application after the last one."""
    rows = applications.stages_of(uow, application)
    row = next(row for row in rows if row.kind == kind)
    stage = plan.stage(kind)
    if stage is None or row.state not in (r.StageState.SUBMITTED, r.StageState.EVALUATING):
        _announce(uow, application, kind)
        return
    outcome, reason, stopped_by = _gate(uow, application, plan, stage)
    held = reason in evaluations.HELD
    step = journey.conclude_stage(
        application,
        rows,
        kind,
        outcome,
        uow.now,
        score=row.score,
        needs_review=row.needs_review or held,
        reason=reason,
        stopped_by=stopped_by,
    )
    settled = applications.keep(uow, rows, step)
    if held:
        settled = applications.touch(uow, settled, needs_review=True)
    _announce(uow, settled, kind)
    interviews.greet(uow, settled, plan)
    if settled.state is r.ApplicationState.COMPLETED:
        _thank(uow, settled)


def _announce(uow: UnitOfWork, application: r.Application, kind: str) -> None:
    """Say once that a stage stands in the report, however often the work is done again after a crash."""
    said = uow.events.find(subject_kind="application", subject_id=application.id, kind="report_available")
    if not any(e.data.get("stage") == kind and e.data.get("attempt") == application.attempt for e in said):
        applications.note(uow, application, "report_available", stage=kind, attempt=application.attempt)


def _gate(
    uow: UnitOfWork, application: r.Application, plan: Plan, stage: StagePlan
) -> tuple[r.StageState, str, dict[str, object] | None]:
    """(outcome, reason, what stopped) by the stage's minimum score. What cannot be told, and what only the built-in
    evaluator says, stops nobody: it is put before a person (`evaluations.HELD`)."""
    if stage.min_score is None:
        return r.StageState.DONE, "ok", None
    newest = evaluations.newest(uow, application)
    score = evaluations.stage_scores(plan, newest)[str(stage.kind)]
    cleared = scoring.passes(stage, score)
    if cleared is None:
        return r.StageState.DONE, "not scored", None
    if cleared:
        return r.StageState.PASSED, "ok", None
    told = [
        verdict for (kind, _), verdict in newest.items() if kind == stage.kind and verdict.score is not None
    ]
    if not uow.instance.model_name or any(evaluations.by_built_in(verdict) for verdict in told):
        return r.StageState.DONE, "below the minimum score", None
    stopped_by: dict[str, object] = {
        "kind": "min_score",
        "stage": str(stage.kind),
        "answer": f"{score.percent:g} %",
        "expected": f"at least {stage.min_score:g} %",
    }
    return r.StageState.FAILED, "min_score", stopped_by


def _thank(uow: UnitOfWork, application: r.Application) -> None:
    """Tell the candidate that everything has arrived, once."""
    invitations.queue(
        uow,
        SystemActor(workspace_id=application.workspace_id),
        application=application,
        kind="completed",
        template="completed",
        variables={},
        channels=["email"],
        dedupe=f"completed:{application.id}:{application.attempt}",
    )
