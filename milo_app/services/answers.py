"""Keeping what a candidate gives, and handing a stage in.

Every save is a new version; nothing is overwritten. A stage is decided by exact rules in the very transaction that
hands it in, so that the next screen is known before the browser hears back.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from milo_app.domain import journey, values
from milo_app.domain import records as r
from milo_app.domain import stages as stage_types
from milo_app.domain.actors import CandidateActor
from milo_app.domain.dealbreakers import StageVerdict
from milo_app.domain.errors import Conflict, Invalid, NotFound
from milo_app.domain.plan import Plan, Question, QuestionKind, StagePlan
from milo_app.services import applications, interviews, uploads
from milo_app.services.ports import UnitOfWork
from milo_app.services.transactions import command, query
from milo_app.services.work import Work

#: The answer under which a candidate's corrections of what was read from their resume are kept.
PROFILE = "profile"
#: The largest corrected profile, in characters of its parts together.
_PROFILE_LIMIT = 20_000
#: Versions of one answer that are kept apart; further typing joins the last, so that nobody can fill the disk.
_MOST_VERSIONS = 500


@dataclass(frozen=True, kw_only=True)
class Saved:
    """What became of a save. `other` is the value this one was not based on, where `conflict` is true."""

    version: int
    value: Any
    saved_at: str
    conflict: bool = False
    other: Any = None


def current(uow: UnitOfWork, stage: r.ApplicationStage) -> dict[str, r.Answer]:
    """The newest answer to each question of a stage, by question id."""
    found = uow.answers.find(order="version", **applications.given_in(stage))
    return {answer.question_id: answer for answer in found}


@command
def record(
    uow: UnitOfWork,
    actor: CandidateActor,
    *,
    stage: str,
    question_id: str,
    value: Any,
    key: str,
    base_version: int = 0,
    source: str = "web",
) -> Saved:
    """Keep one answer as a new version. The same *key* gives the same reply, however often it arrives.

    A save not based on the newest version is kept all the same: the latest arrival counts, and the reply says
    `conflict` with the other value.

    Raises:
        Invalid: the value cannot be an answer to this question.
        Conflict, Gone: the stage is not open for answers now (`applications.writable`).
        NotFound: the stage has no such question.
    """
    again = uow.answers.first(application_id=actor.application_id, key=key)
    if again is not None:
        return _saved(again, None)
    application, row = applications.writable(uow, actor, stage)
    plan = applications.plan_of(uow, application)
    checked = _checked(plan, row, question_id, value)
    uploads.check_answer_files(uow, plan.stage(row.kind), application.id, question_id, checked)
    newest = uow.answers.first(order="-version", question_id=question_id, **applications.given_in(row))
    if newest is not None and newest.value == checked:
        return _saved(newest, None)
    if newest is not None and newest.version >= _MOST_VERSIONS:
        raise Conflict("This answer was changed too often. Please continue with what is saved.")
    stale = newest is not None and base_version < newest.version and newest.source == source
    answer = uow.answers.add(
        r.Answer(
            id=uow.new_id(),
            workspace_id=application.workspace_id,
            question_id=question_id,
            version=newest.version + 1 if newest else 1,
            value=checked,
            key=key,
            at=uow.now,
            base_version=base_version,
            conflict=stale,
            source=source,
            confirmed=True,
            **applications.given_in(row),
        )
    )
    applications.touch(uow, application)
    return _saved(answer, newest)


def _saved(answer: r.Answer, newest: r.Answer | None) -> Saved:
    other = newest.value if answer.conflict and newest else None
    return Saved(
        version=answer.version,
        value=answer.value,
        saved_at=_stamp(answer.at),
        conflict=answer.conflict,
        other=other,
    )


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")


def _checked(plan: Plan, row: r.ApplicationStage, question_id: str, value: Any) -> Any:
    """The value as it is kept. Raises Invalid with the question's id as the field."""
    stage = plan.stage(row.kind)
    if stage is None:
        raise NotFound("This interview has no such stage.")
    if question_id == PROFILE and stage.criteria:
        return _profile(value)
    try:
        return values.check(_question(stage, question_id), value, plan.language)
    except Invalid as problem:
        raise Invalid(problem.message, fields={question_id: problem.message}) from None


def _question(stage: StagePlan, question_id: str) -> Question:
    """The question of that id; an eligibility criterion is a yes/no question under its own id."""
    question = stage.question(question_id)
    if question is not None:
        return question
    criterion = next((c for c in stage.criteria if c.id == question_id), None)
    if criterion is None:
        raise NotFound("This interview has no such question.")
    return Question(id=criterion.id, kind=QuestionKind.YES_NO, text=criterion.question or criterion.text)


def _profile(value: Any) -> dict[str, Any]:
    """Corrected resume fields: texts, and lists of texts or of flat objects. Raises Invalid for anything else."""
    wrong = Invalid(
        "This could not be read. Please type it again.", fields={PROFILE: "Please check these fields."}
    )
    if not isinstance(value, Mapping) or len(str(value)) > _PROFILE_LIMIT:  # pyright: ignore[reportUnknownArgumentType]
        raise wrong
    kept: dict[str, Any] = {}
    for name, item in value.items():  # pyright: ignore[reportUnknownVariableType]
        if not isinstance(name, str) or len(name) > 40:
            raise wrong
        kept[name] = item
    return kept


# --- Handing in -------------------------------------------------------------------------------------------------------


@command
def submit_stage(uow: UnitOfWork, actor: CandidateActor, *, stage: str, key: str = "") -> dict[str, Any]:
    """Hand a stage in, decide what exact rules decide, open the next one, and enqueue the slow part.

    A repeat changes nothing. Returns what `standing` returns.

    Raises:
        Invalid: answers are missing; `fields` names each question.
    """
    application = uow.applications.lock(actor.application_id)
    row = applications.stage_row(uow, application, stage)
    if row.state not in (r.StageState.OPEN, r.StageState.LOCKED):
        return standing(uow, actor)
    application, row = applications.writable(uow, actor, stage)
    plan = applications.plan_of(uow, application)
    settled = hand_in(uow, application, row, plan)
    return _standing(uow, settled)


def hand_in(
    uow: UnitOfWork, application: r.Application, row: r.ApplicationStage, plan: Plan
) -> r.Application:
    """The one way in which a stage is handed in, on whatever channel. The caller holds the application's lock."""
    stage = plan.stage(row.kind)
    if stage is None:
        raise NotFound("This interview has no such stage.")
    rows = applications.stages_of(uow, application)
    given = current(uow, row)
    turns = uow.turns.find(order="seq", **applications.given_in(row))
    kind = stage_types.of(row.kind)
    if row.data.get("reading") == "reading":
        raise Invalid("We are still reading your resume. This takes a few seconds.")
    missing = kind.missing(stage, given, turns, row.data, plan.language)
    if missing and not stage.required and not given and not turns and not row.data.get("file_id"):
        return applications.keep(uow, rows, journey.skip_stage(application, rows, row.kind, uow.now))
    if missing:
        raise Invalid(fields={m.question_id: m.text for m in missing})
    verdict = kind.decide(stage, given, row.data, plan.language)
    _note_verdict(uow, application, row, verdict, given)
    step = journey.submit_stage(application, rows, row.kind, uow.now, gated=_gated(uow, stage))
    if verdict.stops:
        miss = verdict.missed[0]
        stopped_by = {
            "kind": "dealbreaker",
            "stage": str(row.kind),
            "question_id": miss.question_id,
            "question": miss.text,
            "answer": miss.given,
            "expected": miss.expected,
        }
        # The stage is decided here and now: nothing after it may open, not even for a moment.
        alone = journey.submit_stage(application, rows, row.kind, uow.now, gated=True)
        failed = journey.conclude_stage(
            alone.application,
            alone.stages,
            row.kind,
            r.StageState.FAILED,
            uow.now,
            reason="dealbreaker",
            stopped_by=stopped_by,
        )
        step = dataclasses.replace(failed, events=(*alone.events, *failed.events))
    settled = applications.keep(uow, rows, step)
    if verdict.needs_review:
        settled = applications.touch(uow, settled, needs_review=True)
    uow.enqueue(Work.ADVANCE_APPLICATION, application.id, str(row.kind), str(row.attempt))
    interviews.greet(uow, settled, plan)
    return settled


def _gated(uow: UnitOfWork, stage: StagePlan) -> bool:
    """Whether the next stage waits for this one's score. The built-in evaluator never stops anyone, so nobody is
    made to wait for it."""
    return stage.min_score is not None and bool(uow.instance.model_name)


def _note_verdict(
    uow: UnitOfWork,
    application: r.Application,
    row: r.ApplicationStage,
    verdict: StageVerdict,
    given: Mapping[str, r.Answer],
) -> None:
    """Keep what the rules found as evaluations, so that the report shows which answer decided."""
    review = set(verdict.needs_review)
    for question_id, passed in verdict.passed.items():
        answer = given.get(question_id)
        quotes = ({"text": str(answer.value), "source": "answer", "answer_id": answer.id},) if answer else ()
        uow.evaluations.add(
            r.Evaluation(
                id=uow.new_id(),
                workspace_id=application.workspace_id,
                application_id=application.id,
                attempt=row.attempt,
                stage=str(row.kind),
                criterion_id=question_id,
                question_id=question_id,
                at=uow.now,
                evaluator="exact rule",
                passed=passed,
                confidence=1.0 if passed is not None else 0.0,
                quotes=quotes,
                status="needs_review"
                if question_id in review
                else ("scored" if passed is not None else "open"),
            )
        )


# --- Standing ---------------------------------------------------------------------------------------------------------


@query
def standing(uow: UnitOfWork, actor: CandidateActor) -> dict[str, Any]:
    """{screen, stage, state, stamp}: where the candidate is, and a stamp that changes whenever anything does."""
    return _standing(uow, uow.applications.get(actor.application_id))


def _standing(uow: UnitOfWork, application: r.Application) -> dict[str, Any]:
    rows = applications.stages_of(uow, application)
    screen = journey.screen(application, rows, applications.plan_of(uow, application))
    opened = next((row for row in rows if row.state is r.StageState.OPEN), None)
    reading = opened.data.get("reading", "") if opened else ""
    stamp = f"{application.updated_at.timestamp():.3f}-{application.turn_seq}-{application.state}-{reading}"
    return {
        "screen": str(screen),
        "stage": str(opened.kind) if opened else None,
        "state": str(application.state),
        "stamp": stamp,
    }
