"""Scores with their evidence: judged outside a transaction, checked, kept; corrected by people, never edited."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from milo_app.domain import evaluation as rules
from milo_app.domain import evidence, scoring, untrusted
from milo_app.domain import records as r
from milo_app.domain.actors import MemberActor, SystemActor
from milo_app.domain.errors import Conflict, Invalid
from milo_app.domain.plan import Plan
from milo_app.services import applications, material
from milo_app.services.material import Material
from milo_app.services.model_calls import Metered
from milo_app.services.model_judging import ModelEvaluator
from milo_app.services.ports import Deps, Evaluator, Judgement, ModelFailed, UnitOfWork
from milo_app.services.transactions import command
from milo_app.services.work import Work

#: Outcomes of a stage that put the case before a person instead of deciding it.
HELD = frozenset({"not scored", "below the minimum score"})
#: Why the built-in evaluator spoke although a model is set, as kept with what it said.
_INSTEAD = {"budget": "the model's budget is used up", "resting": "the model does not answer"}


def identity_of(person: r.Candidate) -> evidence.Identity:
    """What must never reach an evaluator."""
    return evidence.Identity(name=person.name, email=person.email or "", phone=person.phone or "")


def judge_all(
    deps: Deps, plan: Plan, row: r.ApplicationStage, person: r.Candidate, wanted: Sequence[Material]
) -> None:
    """Judge each criterion and keep it at once, so that work done again asks only for what is still missing."""
    actor = SystemActor(workspace_id=row.workspace_id)
    for what in wanted:
        seal = input_hash(what, deps)
        with deps.uow.read(actor) as uow:
            if _kept(uow, row, what, seal) is not None:
                continue
        fields = judged(deps, plan, row.workspace_id, person, what)
        with deps.uow.write(actor) as uow:
            uow.applications.lock(row.application_id)
            keep(uow, row, what, seal, fields)


def judged(deps: Deps, plan: Plan, workspace_id: str, person: r.Candidate, what: Material) -> dict[str, Any]:
    """One criterion judged by the language model where one is set and answers, else by the built-in evaluator, which
    is then named with the reason."""
    shown = (plan.description,)
    if not deps.model.model:
        return judge(deps.evaluator, what, person, plan.language, shown=shown)
    model = ModelEvaluator(Metered(deps, workspace_id))
    try:
        return judge(model, what, person, plan.language, shown=shown)
    except ModelFailed as failed:
        fields = judge(deps.evaluator, what, person, plan.language, shown=shown)
        why = _INSTEAD.get(failed.outcome, "the model did not answer")
        return {**fields, "evaluator": f"{deps.evaluator.name}, since {why}"}


def judge(
    evaluator: Evaluator, what: Material, person: r.Candidate, language: str, *, shown: Sequence[str] = ()
) -> dict[str, Any]:
    """One criterion judged: the fields of an Evaluation that the evaluator decides.

    What is no evidence (`domain.untrusted`) and the person's identity are taken out first; quotes are then found again,
    verbatim, in their own words. A judgement whose quote cannot be found is left to a person. *shown* is what the
    candidate could copy besides the question.

    Raises:
        ModelFailed: where a model was to judge and could not.
    """
    label = {
        "evaluator": evaluator.name,
        "model": evaluator.model,
        "prompt_version": evaluator.prompt_version,
    }
    if not what.text.strip():
        reason = "not transcribed" if what.untranscribed else "no answer"
        return {**label, "status": "needs_review", "reasons": (reason,)}
    question = what.question.text if what.question else ""
    clean = untrusted.clean(
        what.text, shown=(question, what.criterion.text, *shown), prose=what.question is not None
    )
    if not any(c.isalnum() for c in clean.left.text):
        reasons = tuple(filter(None, ("nothing of their own is left to judge", clean.told)))
        return {**label, "status": "needs_review", "reasons": reasons}
    blind = evidence.redact(clean.left.text, identity_of(person))
    verdict = evaluator.judge(question=question, criterion=what.criterion, text=blind.text, language=language)
    quotes = _places(what, clean.left, blind, verdict)
    told = (clean.told,) if clean.told and clean.told not in verdict.reasons else ()
    if verdict.score is not None and quotes and rules.verify(verdict, blind.text):
        reasons = (verdict.needs_review, *verdict.reasons) if verdict.needs_review else verdict.reasons
        return {
            **label,
            "score": float(verdict.score),
            "confidence": verdict.confidence,
            "reasons": (*reasons[: 3 - len(told)], *told),
            "quotes": quotes,
            "status": "needs_review" if verdict.needs_review else "scored",
        }
    why = verdict.needs_review or "no quote of the candidate's bears this out"
    reasons = (why, *verdict.reasons)[: 3 - len(told)]
    return {**label, "status": "needs_review", "reasons": (*reasons, *told), "quotes": quotes}


def _places(
    what: Material, clean: evidence.Redacted, blind: evidence.Redacted, verdict: Judgement
) -> tuple[dict[str, Any], ...]:
    """The verdict's quotes with their place in the candidate's own words; what cannot be found is left out."""
    found: list[dict[str, Any]] = []
    for quote in verdict.quotes:
        place = evidence.find(quote, blind.text)
        if place is not None:
            found.append(what.place(*clean.original(*blind.original(place.start, place.end))))
    return tuple(found)


def input_hash(what: Material, deps: Deps) -> str:
    """Names exactly what is judged and who is to judge it, so that nothing is judged twice and everything can be
    traced. Where the built-in evaluator stands in for the model, the model is still meant."""
    model = deps.model.model
    who = (
        (deps.model.name, model, deps.model.version("judge"))
        if model
        else (deps.evaluator.name, deps.evaluator.model, deps.evaluator.prompt_version)
    )
    return hashlib.sha256("\x1f".join((what.text, repr(what.criterion), *who)).encode()).hexdigest()


def rubric_version(what: Material) -> str:
    """Names the wording of the criterion that was used."""
    return hashlib.sha256(repr(what.criterion).encode()).hexdigest()[:12]


def _kept(uow: UnitOfWork, row: r.ApplicationStage, what: Material, seal: str) -> r.Evaluation | None:
    return uow.evaluations.first(
        order="-id",
        application_id=row.application_id,
        attempt=row.attempt,
        stage=str(row.kind),
        criterion_id=what.criterion.id,
        input_hash=seal,
    )


def keep(
    uow: UnitOfWork, row: r.ApplicationStage, what: Material, seal: str, fields: dict[str, Any]
) -> r.Evaluation:
    """Keep a judgement, once for the same input."""
    known = _kept(uow, row, what, seal)
    if known is not None:
        return known
    return uow.evaluations.add(
        r.Evaluation(
            id=uow.new_id(),
            workspace_id=row.workspace_id,
            attempt=row.attempt,
            question_id=what.question.id if what.question else None,
            at=uow.now,
            rubric_version=rubric_version(what),
            application_id=row.application_id,
            stage=str(row.kind),
            criterion_id=what.criterion.id,
            input_hash=seal,
            **fields,
        )
    )


def newest(uow: UnitOfWork, application: r.Application) -> dict[tuple[str, str], r.Evaluation]:
    """The evaluation that counts for each (stage, criterion): a person's before a machine's, then the newest."""
    found: dict[tuple[str, str], r.Evaluation] = {}
    for stage in applications.stages_of(uow, application):
        here = applications.given_in(stage)
        for evaluation in uow.evaluations.find(order="id", **here):
            key = (evaluation.stage, evaluation.criterion_id)
            known = found.get(key)
            if known is None or evaluation.member_id or not known.member_id:
                found[key] = evaluation
    return found


def stage_scores(
    plan: Plan, counting: Mapping[tuple[str, str], r.Evaluation]
) -> dict[str, scoring.StageScore]:
    """The score of every stage from the evaluations that count, by the stage's kind."""
    scores: dict[str, scoring.StageScore] = {}
    for stage in plan.stages:
        criteria = [c for s, _, c in plan.scored_criteria() if s.kind == stage.kind]
        found = [(c, counting.get((str(stage.kind), c.id))) for c in criteria]
        given = [scoring.Weighed(weight=c.weight, score=e.score) for c, e in found if e is not None]
        scores[str(stage.kind)] = scoring.stage_score(given, criteria=len(criteria))
    return scores


def by_built_in(evaluation: r.Evaluation) -> bool:
    """Whether the built-in evaluator said so, of itself or in a model's place."""
    return evaluation.member_id is None and evaluation.evaluator.startswith("built-in")


def rescore(uow: UnitOfWork, application: r.Application, plan: Plan) -> r.Application:
    """Work out stage scores and the overall score again from the evaluations that count, and whether anything still
    waits for a person."""
    counting = newest(uow, application)
    scores = stage_scores(plan, counting)
    waiting = False
    for row in applications.stages_of(uow, application):
        open_verdicts = (e for (kind, _), e in counting.items() if kind == row.kind)
        review = row.outcome in HELD or any(e.status == "needs_review" for e in open_verdicts)
        score = scores[str(row.kind)].percent
        if (row.score, row.needs_review) != (score, review):
            uow.stages.save(replace(row, score=score, needs_review=review))
        waiting = waiting or review
    overall = scoring.overall([(s.weight, scores[str(s.kind)]) for s in plan.stages])
    return applications.touch(
        uow, application, score=overall.percent, covered=overall.covered, needs_review=waiting
    )


# --- People -----------------------------------------------------------------------------------------------------------


@command
def override(
    uow: UnitOfWork,
    actor: MemberActor,
    *,
    evaluation_id: str,
    reason: str,
    score: float | None = None,
    passed: bool | None = None,
) -> r.Evaluation:
    """A person's own verdict with a reason. The earlier one stays, and the newer counts.

    Raises:
        Invalid: no reason, or a score outside 1 to 5.
    """
    earlier = uow.evaluations.get(evaluation_id)
    if not reason.strip():
        raise Invalid(fields={"reason": "Say why, in a few words."})
    if passed is None and (score is None or score not in (1, 2, 3, 4, 5)):
        raise Invalid(fields={"score": "A score is 1 to 5."})
    application = uow.applications.lock(earlier.application_id)
    mine = uow.evaluations.add(
        replace(
            earlier,
            id=uow.new_id(),
            at=uow.now,
            evaluator=f"{actor.name or actor.email}",
            score=float(score) if score is not None else None,
            passed=passed,
            confidence=1.0,
            reasons=(reason.strip()[:1000],),
            status="scored",
            model="",
            prompt_version="",
            member_id=actor.member_id,
            supersedes_id=earlier.id,
        )
    )
    applications.note(uow, application, "score_overridden", evaluation=mine.id, stage=mine.stage)
    rescore(uow, application, applications.plan_of(uow, application))
    return mine


@command
def type_out(uow: UnitOfWork, actor: MemberActor, *, turn_id: str, text: str) -> r.Turn:
    """A person puts a spoken answer into words, so that it can be quoted and scored.

    Raises:
        Invalid: nothing was typed.
        Conflict: the turn has words already.
    """
    turn = uow.turns.get(turn_id)
    if turn.transcribed and turn.text:
        raise Conflict("This answer has words already.")
    if not text.strip():
        raise Invalid(fields={"text": "Type what was said."})
    application = uow.applications.lock(turn.application_id)
    typed = uow.turns.save(replace(turn, text=text.strip()[:10_000], transcribed=True))
    applications.note(uow, application, "answer_typed_out", turn=turn.id, stage=turn.stage)
    plan = applications.plan_of(uow, application)
    for stage, question, criterion in plan.scored_criteria():
        if stage.kind == turn.stage and question is not None and question.id == turn.question_id:
            uow.enqueue(Work.EVALUATE_CRITERION, application.id, turn.stage, criterion.id, turn.id)
    return typed


def evaluate_again(deps: Deps, application_id: str, stage: str, criterion_id: str, nonce: str) -> None:
    """Judge one criterion anew after a person typed an answer out. Repeating it changes nothing."""
    with deps.uow.read(SystemActor()) as uow:
        application = uow.applications.get(application_id)
        plan = applications.plan_of(uow, application)
        row = applications.stage_row(uow, application, stage)
        person = uow.candidates.get(application.candidate_id)
        here = applications.given_in(row)
        what = next(
            material.of_question(uow, here, s, q, c)
            for s, q, c in plan.scored_criteria()
            if s.kind == stage and c.id == criterion_id and q is not None
        )
    judge_all(deps, plan, row, person, (what,))
    with deps.uow.write(SystemActor(workspace_id=application.workspace_id)) as uow:
        application = uow.applications.lock(application_id)
        rescore(uow, application, plan)
        applications.note(uow, application, "report_available", stage=stage)
