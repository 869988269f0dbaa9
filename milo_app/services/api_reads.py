"""What the public API shows, in its own words: times as Unix seconds, scores as percent. Changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from milo_app.domain import public_words, stages, values
from milo_app.domain import records as r
from milo_app.domain.actors import Actor
from milo_app.domain.errors import NotFound
from milo_app.domain.plan import CriterionKind, Plan, StageKind
from milo_app.services import applications, attachments, links
from milo_app.services.ports import Filter, Instance, UnitOfWork
from milo_app.services.report_material import Material, gather
from milo_app.services.report_stages import clock, counting_last
from milo_app.services.transactions import query

_OVER = (r.StageState.PASSED, r.StageState.DONE, r.StageState.FAILED)


def unix(at: datetime | None) -> float | None:
    """A moment in Unix seconds."""
    return at.timestamp() if at else None


def file_url(instance: Instance, file_id: str | None) -> str | None:
    """Where a program fetches a file with its key."""
    return f"{instance.public_url}/api/v2/files/{file_id}" if file_id else None


# --- Postings -------------------------------------------------------------------------------------------------------


@query
def posting(uow: UnitOfWork, actor: Actor, *, posting_id: str) -> dict[str, Any]:
    """One posting: its own columns, and its `draft`. Raises NotFound."""
    interviewer = uow.interviewers.get(posting_id)
    return _posting(
        uow, interviewer, attachments.of(uow, "interviewer", [interviewer.id]).get(interviewer.id)
    )


@query
def postings(
    uow: UnitOfWork, actor: Actor, *, limit: int, after: str | None = None, search: str = ""
) -> tuple[list[dict[str, Any]], bool, int]:
    """(one page of postings, newest first; whether there are more; how many in all). Raises NotFound for *after*."""
    found = uow.interviewers.find(order="-id")
    wanted = search.strip().casefold()
    found = [i for i in found if not wanted or wanted in i.title.casefold()]
    total = len(found)
    if after is not None:
        last = uow.interviewers.get(after)
        found = [i for i in found if i.id < last.id]
    page = found[:limit]
    known = attachments.of(uow, "interviewer", [i.id for i in page])
    return [_posting(uow, i, known.get(i.id)) for i in page], len(found) > limit, total


def _posting(uow: UnitOfWork, interviewer: r.Interviewer, kept: r.Attached | None) -> dict[str, Any]:
    workspace = uow.workspaces.get(interviewer.workspace_id)
    status = public_words.posting_status(interviewer, uow.now)
    return {
        "id": interviewer.id,
        "company_id": interviewer.workspace_id,
        "name": kept.data.get("name") if kept else None,
        "status": status,
        "finalized": interviewer.version > 0,
        "archived": interviewer.state is r.InterviewerState.ARCHIVED,
        "test_posting": False,
        "urls": {
            "candidate_url": links.apply_url(uow.instance, workspace, interviewer),
            "ingestion_url_key": interviewer.slug,
            "review_url": f"{uow.instance.public_url}/app/interviewers/{interviewer.id}",
        },
        "deadline": unix(interviewer.closes_at),
        "allow_sms_comms": interviewer.allow_sms,
        "email_report_to_candidate": False,
        "metadata": dict(kept.labels) if kept else {},
        "created_at": unix(interviewer.created_at),
        "updated_at": unix(interviewer.updated_at),
        "draft": dict(interviewer.draft),
    }


@query
def stats(uow: UnitOfWork, actor: Actor, *, posting_id: str) -> dict[str, Any]:
    """How many candidates a posting has, how many are through, and their mean scores. Raises NotFound."""
    interviewer = uow.interviewers.get(posting_id)
    total = sum(n for *_, n in uow.applications.counts(interviewer.id))
    done = uow.applications.find(
        interviewer_id=interviewer.id, preview=False, state=r.ApplicationState.COMPLETED
    )
    resumes: list[float] = []
    for start in range(0, len(done), 500):
        some = {a.id: a.attempt for a in done[start : start + 500]}
        rows = uow.stages.find(kind=str(StageKind.RESUME), application_id=list(some))
        resumes += [s.score for s in rows if s.score is not None and s.attempt == some[s.application_id]]
    kept = attachments.of(uow, "interviewer", [interviewer.id]).get(interviewer.id)
    return {
        "posting_id": interviewer.id,
        "title": interviewer.title,
        "name": kept.data.get("name") if kept else None,
        "total_candidates": total,
        "completed_interviews": len(done),
        "average_interview_score": _mean([a.score for a in done if a.score is not None]),
        "average_resume_score": _mean(resumes),
    }


def _mean(scores: Sequence[float]) -> float | None:
    return round(sum(scores) / len(scores), 2) if scores else None


# --- Candidates -----------------------------------------------------------------------------------------------------


@query
def candidates(
    uow: UnitOfWork,
    actor: Actor,
    *,
    posting_id: str,
    limit: int,
    after: str | None = None,
    created_after: datetime | None = None,
    created_before: datetime | None = None,
) -> tuple[list[dict[str, Any]], bool, int]:
    """(one page of a posting's candidates, newest first; whether there are more; how many in all, dates left aside).

    Raises NotFound for an unknown posting or *after*.
    """
    interviewer = uow.interviewers.get(posting_id)
    place: tuple[Any, str] | None = None
    if created_before is not None:
        place = (created_before, "")
    if after is not None:
        last = uow.applications.get(after)
        place = min(place, (last.created_at, last.id)) if place else (last.created_at, last.id)
    wanted = Filter(interviewer_id=interviewer.id)
    rows = uow.applications.table(wanted, sort="-created_at", after=place, limit=limit + 1)
    if created_after is not None:
        rows = [row for row in rows if row[0].created_at > created_after]
    total = sum(n for *_, n in uow.applications.counts(interviewer.id))
    return people(uow, rows[:limit]), len(rows) > limit, total


@query
def candidate(uow: UnitOfWork, actor: Actor, *, application_id: str) -> dict[str, Any]:
    """One candidate by the id of their interview. Raises NotFound, also for a preview."""
    application = uow.applications.get(application_id)
    if application.preview:
        raise NotFound
    return people(uow, [(application, uow.candidates.get(application.candidate_id))])[0]


@query
def applications_of(uow: UnitOfWork, actor: Actor, *, candidate_id: str) -> list[dict[str, Any]]:
    """Every interview of one person, newest first. Raises NotFound."""
    person = uow.candidates.get(candidate_id)
    found = uow.applications.find(candidate_id=person.id, preview=False, order="-id")
    return people(uow, [(one, person) for one in found])


def people(uow: UnitOfWork, rows: Sequence[tuple[r.Application, r.Candidate]]) -> list[dict[str, Any]]:
    """Candidates as listed, with where they stand in every step."""
    ids = [application.id for application, _ in rows]
    kept = attachments.of(uow, "application", ids)
    by_application: dict[str, list[r.ApplicationStage]] = {id: [] for id in ids}
    for stage in uow.stages.find(application_id=ids, order="position") if ids else ():
        by_application[stage.application_id].append(stage)
    out: list[dict[str, Any]] = []
    for application, person in rows:
        rows_now = [s for s in by_application[application.id] if s.attempt == application.attempt]
        plan = applications.plan_of(uow, application)
        more = kept.get(application.id)
        out.append(
            {
                **_head(application, person, plan, rows_now, more),
                "interview_url": links.candidate_url(uow.instance, application),
                "agent_summary": _summary(uow.instance, plan, rows_now),
                "shortlisted": application.decision is r.Decision.SHORTLISTED,
                "dismissed": application.decision is r.Decision.DISMISSED,
                "interviewed_at": unix(application.started_at),
                "created_at": unix(application.created_at),
            }
        )
    return out


def _head(
    application: r.Application,
    person: r.Candidate,
    plan: Plan,
    rows: Sequence[r.ApplicationStage],
    kept: r.Attached | None,
) -> dict[str, Any]:
    by_kind = {s.kind: s for s in rows}
    steps: list[dict[str, Any]] = []
    for order, stage in enumerate(plan.stages, 1):
        row = by_kind.get(str(stage.kind))
        status = public_words.step_status(row.state if row else None)
        moments = [m for m in (row.finished_at, row.submitted_at, row.opened_at) if m] if row else []
        steps.append(
            {
                "step_id": str(stage.kind),
                "order": order,
                "status": status,
                "started": status != "not_started",
                "completed": status == "completed",
                "knocked_out": status == "knocked_out",
                "last_updated_at": unix(moments[0]) if moments else None,
            }
        )
    return {
        "interview_id": application.id,
        "candidate_id": person.id,
        "posting_id": application.interviewer_id,
        "name": person.name,
        "email": person.email or "",
        "score": application.score,
        "status": public_words.candidate_status(application),
        "workflow": {
            "steps": steps,
            "all_complete": bool(steps) and all(s["completed"] for s in steps),
            "last_activity_at": unix(application.updated_at),
        },
        "metadata": dict(kept.labels) if kept else {},
        "data": dict(kept.data) if kept else {},
    }


def _eligible(row: r.ApplicationStage | None) -> bool | None:
    """Whether a step was passed; None until that is decided."""
    return None if row is None or row.state not in _OVER else row.state is not r.StageState.FAILED


def _summary(instance: Instance, plan: Plan, rows: Sequence[r.ApplicationStage]) -> dict[str, Any]:
    by_kind = {s.kind: s for s in rows}
    resume, form, sms, voice = (by_kind.get(str(k)) for k in public_words.STEPS)
    questions = plan.stage(StageKind.FORM)
    return {
        "resume": resume
        and {
            "resume_score": resume.score,
            "is_eligible": _eligible(resume),
            "resume_link": file_url(instance, resume.data.get("file_id")),
        },
        "form": form
        and {
            "is_complete": form.submitted_at is not None,
            "is_eligible": _eligible(form),
            "total_questions": len(questions.questions) if questions else None,
        },
        "sms": sms and {"is_eligible": _eligible(sms)},
        "web_interview": voice and {"score": voice.score},
    }


# --- One interview whole --------------------------------------------------------------------------------------------


@query
def interview(uow: UnitOfWork, actor: Actor, *, application_id: str) -> dict[str, Any]:
    """Everything of one interview; `status` is not_ready until it is over. Raises NotFound."""
    m = gather(uow, application_id)
    if m.application.preview:
        raise NotFound
    kept = attachments.of(uow, "application", [application_id]).get(application_id)
    head = _head(m.application, m.candidate, m.plan, list(m.stages.values()), kept)
    ready = m.application.completed_at is not None or m.application.state is r.ApplicationState.DISQUALIFIED
    if not ready:
        return head | {"status": "not_ready"}
    makers = {
        StageKind.RESUME: ("resume", _resume),
        StageKind.FORM: ("form", _form),
        StageKind.SMS: ("sms", _sms),
        StageKind.VOICE: ("web_interview", _voice),
    }
    for stage in m.plan.stages:
        row = m.stages.get(str(stage.kind))
        if row is not None and row.state is not r.StageState.LOCKED:
            name, make = makers[stage.kind]
            head[name] = {"interview_id": application_id, **make(uow, m, row)}
    return head


def _verdicts(m: Material, kind: StageKind) -> dict[str, bool | None]:
    stage, row = m.plan.stage(kind), m.stages.get(str(kind))
    if stage is None:
        return {}
    decided = stages.of(kind).decide(stage, m.current(str(kind)), row.data if row else {}, m.language)
    return dict(decided.passed)


def _newest(m: Material, criterion_id: str) -> r.Evaluation | None:
    found = counting_last(m.evaluations.get(criterion_id, ()))
    return found[-1] if found else None


def _resume(uow: UnitOfWork, m: Material, row: r.ApplicationStage) -> dict[str, Any]:
    stage, met = m.plan.stage(StageKind.RESUME), _verdicts(m, StageKind.RESUME)
    scored: list[dict[str, Any]] = []
    eligible: list[dict[str, Any]] = []
    for criterion in stage.criteria if stage else ():
        named = {"criteria_id": criterion.id, "criteria_text": criterion.text}
        if criterion.kind is CriterionKind.ELIGIBILITY:
            passed = met.get(criterion.id)
            if passed is not None:  # what is not known yet is no "no", and is left out
                eligible.append({**named, "passed": passed, "confidence": 1.0, "reasons": []})
        elif (verdict := _newest(m, criterion.id)) is not None and verdict.score is not None:
            told = {
                "score": verdict.score,
                "confidence": verdict.confidence,
                "reasons": list(verdict.reasons),
            }
            scored.append({**named, **told})
    return {
        "overall_score": row.score,
        "is_eligible": _eligible(row),
        "score_criteria": scored,
        "eligibility_criteria": eligible,
        "resume_url": file_url(uow.instance, row.data.get("file_id")),
    }


def _form(uow: UnitOfWork, m: Material, row: r.ApplicationStage) -> dict[str, Any]:
    stage, met = m.plan.stage(StageKind.FORM), _verdicts(m, StageKind.FORM)
    answers = m.current(StageKind.FORM)
    shown: list[dict[str, Any]] = []
    for question in stage.questions if stage else ():
        answer = answers.get(question.id)
        shown.append(
            {
                "question_id": question.id,
                "question_text": question.text,
                "question_type": str(question.kind),
                "is_knockout": question.dealbreaker,
                "passed": met.get(question.id) is not False,
                "candidate_answer": values.show(question, answer.value, m.language) if answer else None,
                "expected_answer": str(question.ideal.value) if question.ideal else None,
            }
        )
    eligible = _eligible(row)
    status = "pending" if eligible is None else ("passed" if eligible else "failed")
    return {"overall_status": status, "questions": shown}


def _sms(uow: UnitOfWork, m: Material, row: r.ApplicationStage) -> dict[str, Any]:
    stage, met = m.plan.stage(StageKind.SMS), _verdicts(m, StageKind.SMS)
    criteria: list[dict[str, Any]] = [
        {
            "criteria_id": q.id,
            "criteria_text": q.text,
            "passed": bool(met[q.id]),
            "confidence": 1.0,
            "is_dealbreaker": q.dealbreaker,
            "reasons": [],
        }
        for q in (stage.questions if stage else ())
        if met.get(q.id) is not None
    ]
    turns = m.turns.get(str(StageKind.SMS), ())
    mine = sum(t.speaker is r.Speaker.CANDIDATE for t in turns)
    return {
        "is_eligible": row.state is not r.StageState.FAILED,
        "confidence": 1.0 if all(met.get(c["criteria_id"]) is not None for c in criteria) else 0.0,
        "criteria": criteria,
        "transcript": [
            {"role": "candidate" if t.speaker is r.Speaker.CANDIDATE else "assistant", "text": t.text,
             "timestamp": unix(t.at)}
            for t in turns
        ],
        "messages_sent": len(turns) - mine,
        "messages_received": mine,
    }  # fmt: skip


def _entry(m: Material, turn: r.Turn) -> dict[str, Any]:
    mine = turn.speaker is r.Speaker.CANDIDATE
    seconds = (turn.at_ms or 0) / 1000
    return {
        "speaker": "candidate" if mine else "interviewer",
        "text": turn.text,
        "timestamp": seconds,
        "timestamp_str": clock(turn.at_ms),
    }


def _voice(uow: UnitOfWork, m: Material, row: r.ApplicationStage) -> dict[str, Any]:
    stage = m.plan.stage(StageKind.VOICE)
    turns = m.turns.get(str(StageKind.VOICE), ())
    card: list[dict[str, Any]] = []
    high: list[str] = []
    low: list[str] = []
    for rank, question in enumerate(stage.questions if stage else (), 1):
        criterion = question.criterion
        verdict = _newest(m, criterion.id) if criterion else None
        if criterion is None or verdict is None or verdict.score is None:
            continue
        said = " ".join(verdict.reasons)
        card.append(
            {
                "question_id": question.id,
                "question_text": question.text,
                "score": round(verdict.score),
                "score_weight": criterion.weight,
                "evaluation_summary": said,
                "evaluation_criteria": criterion.text,
                "score_1_description": criterion.one or None,
                "score_5_description": criterion.five or None,
                "rank": rank,
                "transcript": [_entry(m, t) for t in turns if t.question_id == question.id],
            }
        )
        (high if verdict.score >= 4 else low if verdict.score <= 2 else []).extend(verdict.reasons)
    sound = next((x for x in m.recordings.values() if x.stage == StageKind.VOICE and x.file_id), None)
    url = file_url(uow.instance, sound.file_id) if sound else None
    video = bool(sound and sound.media_type.startswith("video"))
    return {
        "match_score": round(row.score or 0),
        "highlights": high,
        "lowlights": low,
        "scorecard": card,
        "transcript": [_entry(m, t) for t in turns],
        "audio_recording_url": None if video else url,
        "video_recording_url": url if video else None,
        "tags": [],
    }
