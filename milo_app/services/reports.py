"""The report on one application: evidence first, then the numbers made from it. One JSON-able view; changes nothing.

What is missing is said to be missing and never counts as zero. Candidates' requests for another format, for no AI or
for a person's review are not in here: they must not colour a judgement.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from milo_app.domain import dealbreakers, scoring, values
from milo_app.domain import records as r
from milo_app.domain import stages as stage_types
from milo_app.domain.actors import Actor, MemberActor
from milo_app.domain.plan import Criterion, Question, StagePlan
from milo_app.domain.stages.kinds import readings_of
from milo_app.services import integrity, links
from milo_app.services.labels import DECISIONS, SOURCES, STATES, percent, stage_name
from milo_app.services.ports import Deps
from milo_app.services.report_material import Material, gather, iso
from milo_app.services.report_stages import counting_last, stage_of


def report(deps: Deps, actor: MemberActor, *, application_id: str, attempt: int = 0) -> dict[str, Any]:
    """The whole report as data; *attempt* 0 is the present one. Raises NotFound for an unknown or foreign application."""
    m = _whole(deps, actor, application_id, attempt)
    own = actor.can(r.Role.RECRUITER) and not m.application.preview
    return {**view(m), "link": links.candidate_url(deps.instance, m.application) if own else ""}


def whole(deps: Deps, actor: Actor, *, application_id: str) -> dict[str, Any]:
    """The present report as data without any link, for those who hand it on. Raises NotFound."""
    return view(_whole(deps, actor, application_id, 0))


def _whole(deps: Deps, actor: Actor, application_id: str, attempt: int) -> Material:
    with deps.uow.read(actor) as uow:
        m = gather(uow, application_id, attempt)
    row = m.stages.get("resume")
    key = row.data.get("text_file_key") if row else None
    if key:
        with contextlib.suppress(FileNotFoundError):  # erased meanwhile: the rest of the report still stands
            m = replace(m, resume=b"".join(deps.files.read(str(key))).decode("utf-8", "replace")[:400_000])
    return m


def view(m: Material) -> dict[str, Any]:
    """The report made of *m*."""
    scores = {
        (str(stage.kind), criterion.id): counting_last(verdicts)[-1].score
        for stage, _, criterion in m.plan.scored_criteria()
        if (verdicts := m.evaluations.get(criterion.id))
    }
    labels = [stage_name(stage, stage.kind) for stage in m.plan.stages]
    by_stage, overall = scoring.of_plan(m.plan, scores, labels)
    stages = [stage_of(m, plan, by_stage[str(plan.kind)]) for plan in m.plan.stages]
    return {
        **_head(m),
        "overall": {
            "score": percent(overall.percent),
            "covers": _covers(overall, by_stage),
            "lines": list(overall.lines),
        },
        "stages": stages,
        "dealbreakers": [line for plan in m.plan.stages for line in _dealbreakers(m, plan)],
        "review": _review(stages),
        "integrity": _integrity(m),
        "comments": _comments(m),
    }


def _integrity(m: Material) -> list[dict[str, Any]]:
    """What happened around the answers, as facts beside the scores: nothing of it goes into one."""
    return [
        {**one, "stage": stage_name(plan, plan.kind)}
        for plan in m.plan.stages
        for one in integrity.facts(plan, m.stages[str(plan.kind)].data if str(plan.kind) in m.stages else {})
    ]


# --- Head -----------------------------------------------------------------------------------------------------------


def _head(m: Material) -> dict[str, Any]:
    application, candidate = m.application, m.candidate
    return {
        "id": application.id,
        "name": candidate.name or candidate.email or candidate.phone or "Erased",
        "email": candidate.email or "",
        "phone": candidate.phone or "",
        "role": m.interviewer.title,
        "interviewer": m.interviewer.id,
        "version": m.version,
        "preview": application.preview,
        "state": str(application.state),
        "state_name": STATES[application.state],
        "decision": str(application.decision),
        "decision_name": DECISIONS[application.decision],
        "decision_reason": application.decision_reason,
        "decided_by": m.members.get(application.decided_by or "", ""),
        "decided_at": iso(application.decided_at),
        "invited_at": iso(application.invited_at),
        "started_at": iso(application.started_at),
        "completed_at": iso(application.completed_at),
        "due_at": iso(application.due_at),
        "attempt": m.attempt,
        "attempts": list(range(1, application.attempt + 1)) if application.attempt > 1 else [],
        "can_rejoin": application.state is r.ApplicationState.WITHDRAWN,
        "source": SOURCES.get(application.source, application.source),
        "last_word": application.last_word,
        "stopped": _stopped(m),
        "can_reinstate": application.state is r.ApplicationState.DISQUALIFIED,
        "can_extend": application.state
        in (r.ApplicationState.INVITED, r.ApplicationState.IN_PROGRESS, r.ApplicationState.EXPIRED),
        "can_retake": application.state is r.ApplicationState.COMPLETED,
        "duplicate": candidate.possible_duplicate_of is not None,
    }


def _stopped(m: Material) -> dict[str, str]:
    """What stopped the candidate, in words; empty texts where nothing did."""
    by = m.application.stopped_by
    if not by or m.application.state is not r.ApplicationState.DISQUALIFIED:
        return {"stage": "", "question": "", "answer": "", "expected": "", "kind": ""}
    kind = str(by.get("stage", ""))
    return {
        "stage": stage_name(m.plan.stage(kind), kind) if kind else "",
        "question": str(by.get("question", "")),
        "answer": str(by.get("answer", "")),
        "expected": str(by.get("expected", "")),
        "kind": str(by.get("kind", "dealbreaker")),
    }


def _comments(m: Material) -> list[dict[str, Any]]:
    return [
        {
            "id": c.id,
            "who": m.members.get(c.member_id or "", c.author or "A former member"),
            "guest": c.share_id is not None or (c.member_id is None and c.author != ""),
            "text": c.text,
            "at": iso(c.at),
            "rating": c.rating or 0,
        }
        for c in m.comments
    ]


# --- Dealbreakers ---------------------------------------------------------------------------------------------------


def _dealbreakers(m: Material, plan: StagePlan) -> list[dict[str, Any]]:
    """Every dealbreaker of a stage with the answer given and whether it is met."""
    row = m.stages.get(str(plan.kind))
    things: list[Question | Criterion] = [x for x in (*plan.criteria, *plan.questions) if x.dealbreaker]
    if not things:
        return []
    current = m.current(str(plan.kind))
    verdict = stage_types.of(plan.kind).decide(plan, current, row.data if row else {}, m.language)
    reached = row is not None and row.state is not r.StageState.LOCKED
    by = m.application.stopped_by or {}
    stopped = m.application.state is r.ApplicationState.DISQUALIFIED
    out: list[dict[str, Any]] = []
    for thing in things:
        met = verdict.passed.get(thing.id) if reached else None
        given, expected = _given(m, plan, thing, current.get(thing.id))
        out.append(
            {
                "id": thing.id,
                "stage": stage_name(plan, plan.kind),
                "text": thing.text,
                "given": given if reached else "Not asked yet",
                "expected": expected,
                "met": {True: "yes", False: "no", None: "unknown"}[met],
                "words": _met_words(met, plan.enforce, reached),
                "decided": stopped and by.get("question_id") == thing.id,
                "enforced": plan.enforce,
            }
        )
    return out


def _met_words(met: bool | None, enforced: bool, reached: bool) -> str:
    if not reached:
        return "Not reached"
    if met is None:
        return "Not known yet"
    return "Met" if met else ("Not met" if enforced else "Not met, and not enforced at this stage")


def _given(
    m: Material, plan: StagePlan, thing: Question | Criterion, answer: r.Answer | None
) -> tuple[str, str]:
    """The answer and the one that passes, in words."""
    if isinstance(thing, Question):
        expected = dealbreakers.expected(thing.ideal, thing, m.language) if thing.ideal else ""
        return values.show(thing, answer.value if answer else None, m.language), expected
    if answer is not None and isinstance(answer.value, bool):
        return f"{'Yes' if answer.value else 'No'}, said by the candidate", "Yes"
    row = m.stages.get(str(plan.kind))
    reading = readings_of(row.data if row else {}).get(thing.id)
    if reading is None or not reading.quote:
        return "Not found in the resume", "Yes"
    return f"“{reading.quote}”", "Yes"


def _review(stages: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """What a person should look at, with a link to the place; the whole stage where no criterion of it is meant."""
    out: list[dict[str, str]] = []
    for stage in stages:
        found = [c for c in stage["criteria"] if c["review"] or c["status"].startswith("Not transcribed")]
        out += [
            {"text": f"{stage['name']}: {c['text']}", "why": c["status"], "href": f"#criterion-{c['id']}"}
            for c in found
        ]
        if stage["tone"] == "warn" and not found:
            why = "An answer could not be decided by rule"
            out.append({"text": stage["name"], "why": why, "href": f"#stage-{stage['kind']}"})
    return out


def _covers(overall: scoring.Overall, by_stage: Mapping[str, scoring.StageScore]) -> str:
    """What the overall score leaves out: stages, or single criteria where every stage has some score."""
    if overall.complete or overall.exact is None or overall.covered < overall.stages:
        return overall.coverage() if overall.exact is not None else ""
    scored, criteria = (
        sum(x) for x in zip(*((s.scored, s.criteria) for s in by_stage.values()), strict=True)
    )
    return f"partial, {scored} of {criteria} criteria"
