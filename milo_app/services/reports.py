"""The report on one application: evidence first, then the numbers made from it. One JSON-able view; changes nothing.

What is missing is said to be missing and never counts as zero. Candidates' requests for another format, for no AI or
for a person's review are not in here: they must not colour a judgement.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from milo_app.domain import dealbreakers, scoring, values
from milo_app.domain import records as r
from milo_app.domain import stages as stage_types
from milo_app.domain.actors import MemberActor
from milo_app.domain.plan import Criterion, CriterionKind, Plan, Question, QuestionKind, StagePlan
from milo_app.domain.stages.kinds import readings_of
from milo_app.services import applications, links
from milo_app.services.desk import DECISIONS, STATES, percent, stage_mark, stage_name
from milo_app.services.ports import Deps, UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Material:
    """Everything read for one report, of the shown attempt only."""

    application: r.Application
    candidate: r.Candidate
    plan: Plan
    stages: Mapping[str, r.ApplicationStage]
    answers: Mapping[tuple[str, str], Sequence[r.Answer]]
    turns: Mapping[str, Sequence[r.Turn]]
    evaluations: Mapping[str, Sequence[r.Evaluation]]
    recordings: Mapping[str, r.Recording]
    files: Mapping[str, r.StoredFile]
    members: Mapping[str, str]
    comments: Sequence[r.Comment]
    interviewer: r.Interviewer
    version: int
    attempt: int
    resume: str = ""

    @property
    def language(self) -> str:
        return "en"

    def current(self, stage: str) -> dict[str, r.Answer]:
        """The newest version of each answer of a stage, by question id."""
        return {q: versions[-1] for (s, q), versions in self.answers.items() if s == stage}


def gather(uow: UnitOfWork, application_id: str, attempt: int = 0) -> Material:
    """Read what a report is made of. *attempt* 0 is the present one. Raises NotFound."""
    application = uow.applications.get(application_id)
    stages = uow.stages.find(
        application_id=application.id, attempt=attempt or application.attempt, order="position"
    )
    # A stage carried over into a retake keeps what was given in the attempt before.
    given = {s.kind: applications.given_in(s)["attempt"] for s in stages}

    def shown(x: r.Answer | r.Turn | r.Evaluation) -> bool:
        return x.attempt == given.get(x.stage)

    answers: dict[tuple[str, str], list[r.Answer]] = defaultdict(list)
    for answer in filter(shown, uow.answers.find(order="version", application_id=application.id)):
        answers[answer.stage, answer.question_id].append(answer)
    turns: dict[str, list[r.Turn]] = defaultdict(list)
    for turn in filter(shown, uow.turns.find(order="seq", application_id=application.id)):
        turns[turn.stage].append(turn)
    evaluations: dict[str, list[r.Evaluation]] = defaultdict(list)
    for evaluation in filter(shown, uow.evaluations.find(order="id", application_id=application.id)):
        evaluations[evaluation.criterion_id].append(evaluation)
    version = applications.version_of(uow, application)
    return Material(
        application=application,
        candidate=uow.candidates.get(application.candidate_id),
        plan=applications.plan_of(uow, application),
        stages={s.kind: s for s in stages},
        answers=answers,
        turns=turns,
        evaluations=evaluations,
        recordings={
            x.id: x
            for x in uow.recordings.find(order="started_at", application_id=application.id)
            if x.attempt == given.get(x.stage)
        },
        files={x.id: x for x in uow.files.find(application_id=application.id)},
        members={m.id: m.name for m in uow.members.find()},
        comments=uow.comments.find(application_id=application.id, order="at"),
        interviewer=uow.interviewers.get(application.interviewer_id),
        version=version.number if version else 0,
        attempt=attempt or application.attempt,
    )


def report(deps: Deps, actor: MemberActor, *, application_id: str, attempt: int = 0) -> dict[str, Any]:
    """The whole report as data; *attempt* 0 is the present one. Raises NotFound for an unknown or foreign application."""
    with deps.uow.read(actor) as uow:
        m = gather(uow, application_id, attempt)
    row = m.stages.get("resume")
    key = row.data.get("text_file_key") if row else None
    if key:
        with contextlib.suppress(FileNotFoundError):  # erased meanwhile: the rest of the report still stands
            m = replace(m, resume=b"".join(deps.files.read(str(key))).decode("utf-8", "replace")[:400_000])
    own = actor.can(r.Role.RECRUITER) and not m.application.preview
    return {**view(m), "link": links.candidate_url(deps.instance, m.application) if own else ""}


def view(m: Material) -> dict[str, Any]:
    """The report made of *m*."""
    scores = {
        (str(stage.kind), criterion.id): counting_last(verdicts)[-1].score
        for stage, _, criterion in m.plan.scored_criteria()
        if (verdicts := m.evaluations.get(criterion.id))
    }
    labels = [stage_name(stage, stage.kind) for stage in m.plan.stages]
    by_stage, overall = scoring.of_plan(m.plan, scores, labels)
    stages = [_stage(m, plan, by_stage[str(plan.kind)]) for plan in m.plan.stages]
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
        "comments": _comments(m),
    }


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
        "decided_at": _iso(application.decided_at),
        "invited_at": _iso(application.invited_at),
        "started_at": _iso(application.started_at),
        "completed_at": _iso(application.completed_at),
        "due_at": _iso(application.due_at),
        "attempt": m.attempt,
        "attempts": list(range(1, application.attempt + 1)) if application.attempt > 1 else [],
        "can_rejoin": application.state is r.ApplicationState.WITHDRAWN,
        "source": application.source,
        "last_word": application.last_word,
        "stopped": _stopped(m),
        "can_reinstate": application.state is r.ApplicationState.DISQUALIFIED,
        "can_extend": application.state
        in (r.ApplicationState.INVITED, r.ApplicationState.IN_PROGRESS, r.ApplicationState.EXPIRED),
        "can_retake": application.state is r.ApplicationState.COMPLETED,
        "duplicate": candidate.possible_duplicate_of is not None,
    }


def _iso(at: Any) -> str:
    return at.isoformat() if at else ""


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
            "who": m.members.get(c.member_id, "A former member"),
            "text": c.text,
            "at": _iso(c.at),
            "rating": c.rating or 0,
        }
        for c in m.comments
    ]


# --- Stages ---------------------------------------------------------------------------------------------------------


def _stage(m: Material, plan: StagePlan, score: scoring.StageScore) -> dict[str, Any]:
    kind = str(plan.kind)
    row = m.stages.get(kind)
    mark = stage_mark(row) if row else {"state": "locked", "words": "Not yet", "tone": "none"}
    return {
        "kind": kind,
        "name": stage_name(plan, kind),
        "state": mark["state"],
        "words": mark["words"],
        "tone": mark["tone"],
        "enforce": plan.enforce,
        "submitted_at": _iso(row.submitted_at if row else None),
        "score": percent(score.percent),
        "lines": list(score.lines),
        "covers": "" if score.complete else f"{score.scored} of {score.criteria} criteria scored",
        "criteria": [
            _criterion(m, plan, q, c) for s, q, c in m.plan.scored_criteria() if s.kind == plan.kind
        ],
        "answers": _answers(m, plan),
        "turns": _turns(m, kind),
        "recordings": _recordings(m, kind),
        "resume": _resume(m, row) if kind == "resume" else {},
    }


def _criterion(
    m: Material, plan: StagePlan, question: Question | None, criterion: Criterion
) -> dict[str, Any]:
    """A scored criterion with its newest verdict, and every earlier one as history."""
    verdicts = counting_last(m.evaluations.get(criterion.id, ()))
    newest = verdicts[-1] if verdicts else None
    by_person = newest is not None and newest.member_id is not None
    spoken = [t for t in m.turns.get(str(plan.kind), ()) if question and t.question_id == question.id]
    untranscribed = any(t.speaker is r.Speaker.CANDIDATE and not t.transcribed for t in spoken)
    return {
        "id": criterion.id,
        "text": criterion.text,
        "question": question.text if question else "",
        "question_id": question.id if question else "",
        "weight": criterion.weight,
        "one": criterion.one,
        "five": criterion.five,
        "evaluation": newest.id if newest else "",
        "score": _points(newest),
        "status": _status(newest, untranscribed),
        "review": newest is not None and newest.status == "needs_review",
        "reasons": list(newest.reasons) if newest else [],
        "confidence": ""
        if newest is None or by_person or newest.score is None
        else f"{newest.confidence:.0%} sure",
        "quotes": [_quote(m, str(plan.kind), q) for q in (newest.quotes if newest else ())],
        "evaluator": evaluator_name(newest, m) if newest else "",
        "by_person": by_person,
        "history": [_verdict(m, v) for v in reversed(verdicts[:-1])] if len(verdicts) > 1 else [],
    }


def counting_last(verdicts: Sequence[r.Evaluation]) -> list[r.Evaluation]:
    """Verdicts on one criterion with the one that counts at the end: a person's before a machine's, then the newest."""
    return sorted(verdicts, key=lambda v: v.member_id is not None)


def _points(verdict: r.Evaluation | None) -> str:
    return "" if verdict is None or verdict.score is None else f"{verdict.score:g}"


def _status(verdict: r.Evaluation | None, untranscribed: bool) -> str:
    if verdict is not None and verdict.score is not None:
        return ""
    if untranscribed:
        return "Not transcribed: listen to it, then type it out or score it"
    if verdict is not None and verdict.status == "needs_review":
        return (verdict.reasons[0] if verdict.reasons else "") or "A person needs to look at this"
    return "Not scored yet"


def _verdict(m: Material, verdict: r.Evaluation) -> dict[str, str]:
    return {
        "score": _points(verdict) or "no score",
        "who": evaluator_name(verdict, m),
        "at": _iso(verdict.at),
        "reason": " ".join(verdict.reasons),
    }


def evaluator_name(verdict: r.Evaluation, m: Material) -> str:
    """Who or what scored it, with version: "Built-in evaluator, lexical (lexical-1)", or the member's name."""
    if verdict.member_id:
        return m.members.get(verdict.member_id, "A former member")
    if verdict.evaluator.lower().replace("-", "").replace("_", "").startswith("builtin"):
        name = "Built-in evaluator, lexical"
    elif verdict.evaluator == "rules":
        name = "Exact rule"
    else:
        name = verdict.model or verdict.evaluator
    return f"{name} ({verdict.prompt_version})" if verdict.prompt_version else name


def _quote(m: Material, stage: str, quote: Mapping[str, Any]) -> dict[str, Any]:
    """A quote and where it stands: `href` leads there on the page, `place` says it in words."""
    turn = next((t for t in m.turns.get(stage, ()) if t.id == quote.get("turn_id")), None)
    at_ms = quote.get("at_ms") if quote.get("at_ms") is not None else (turn.at_ms if turn else None)
    recording = turn.recording_id if turn and turn.recording_id in m.recordings else ""
    if turn is not None:
        href = f"#turn-{turn.id}"
        place = (
            f"at {clock(at_ms)} in the recording"
            if at_ms is not None and recording
            else "in the conversation"
        )
    elif stage == "resume":
        line = line_of(m.resume, quote)
        href, place = f"#line-{line}", f"line {line} of the resume"
    else:
        href, place = f"#answer-{quote.get('question_id') or quote.get('answer_id') or ''}", "in the answer"
    return {
        "text": str(quote.get("text", "")),
        "href": href,
        "place": place,
        "recording": recording or "",
        "ms": at_ms if recording and at_ms is not None else -1,
    }


def line_of(text: str, quote: Mapping[str, Any]) -> int:
    """The line (from 1) of *text* where a quote begins: by its offset, else by its words."""
    start = quote.get("start")
    if not isinstance(start, int) or not 0 <= start <= len(text):
        start = max(text.find(str(quote.get("text", ""))), 0)
    return text.count("\n", 0, start) + 1


def clock(ms: int | float | None) -> str:
    """Milliseconds as minutes and seconds: 2:05."""
    seconds = int((ms or 0) // 1000)
    return f"{seconds // 60}:{seconds % 60:02d}"


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


# --- What was given -------------------------------------------------------------------------------------------------


def _answers(m: Material, plan: StagePlan) -> list[dict[str, Any]]:
    """Answers to a stage's questions with every version, and the exact questions a resume left open."""
    kind = str(plan.kind)
    out: list[dict[str, Any]] = []
    exact = [
        Question(id=c.id, kind=QuestionKind.YES_NO, text=dealbreakers.exact_question(c, m.language))
        for c in plan.criteria
        if c.kind is CriterionKind.ELIGIBILITY and (kind, c.id) in m.answers
    ]
    for question in (*plan.questions, *exact):
        versions = m.answers.get((kind, question.id), ())
        if not versions and (question.kind is QuestionKind.LONG_TEXT or m.turns.get(kind)):
            continue
        newest = versions[-1] if versions else None
        out.append(
            {
                "id": question.id,
                "question": question.text,
                "value": values.show(question, newest.value if newest else None, m.language),
                "given": newest is not None and not values.is_empty(question, newest.value),
                "at": _iso(newest.at if newest else None),
                "conflict": bool(newest and newest.conflict),
                "files": _attached(m, question, newest),
                "versions": [
                    {"value": values.show(question, v.value, m.language), "at": _iso(v.at)}
                    for v in reversed(versions[:-1])
                ],
            }
        )
    return out


def _attached(m: Material, question: Question, answer: r.Answer | None) -> list[dict[str, str]]:
    if question.kind is not QuestionKind.FILE or answer is None or not isinstance(answer.value, list):
        return []
    named: list[Any] = [x for x in answer.value if isinstance(x, Mapping)]  # pyright: ignore[reportUnknownVariableType]
    return [
        {"name": str(x.get("name", "File")), "url": f"/files/{x['file_id']}?view=1"}
        for x in named
        if x.get("file_id") in m.files
    ]


def _turns(m: Material, kind: str) -> list[dict[str, Any]]:
    """The transcript, speaker and time beside each utterance; `ms` is its place in `recording`, -1 where there is none."""
    out: list[dict[str, Any]] = []
    for turn in m.turns.get(kind, ()):
        mine = turn.speaker is r.Speaker.CANDIDATE
        placed = turn.at_ms is not None and turn.recording_id in m.recordings
        out.append(
            {
                "id": turn.id,
                "who": (m.candidate.name or "Candidate") if mine else m.plan.interviewer_name,
                "mine": mine,
                "text": _said(m, kind, turn),
                "transcribed": turn.transcribed,
                "at": _iso(turn.at),
                "place": clock(turn.at_ms) if placed else "",
                "ms": turn.at_ms if placed else -1,
                "recording": turn.recording_id if placed else "",
                "channel": {"sms": "by text message", "phone": "by phone"}.get(turn.channel, ""),
            }
        )
    return out


def _said(m: Material, kind: str, turn: r.Turn) -> str:
    """An utterance in words; a pressed or chosen answer without any is shown as its value."""
    if not turn.transcribed:
        return "Spoken, not transcribed"
    plan = m.plan.stage(kind)
    question = plan.question(turn.question_id or "") if plan else None
    if turn.text or question is None or turn.value is None:
        return turn.text
    return values.show(question, turn.value, m.language)


def _recordings(m: Material, kind: str) -> list[dict[str, Any]]:
    """Recordings of a stage; `url` is empty until the pieces are joined. `captions` are [{ms, end, text}]."""
    words = {"open": "Being recorded", "finished": "Being prepared", "failed": "Could not be prepared"}
    out: list[dict[str, Any]] = []
    for recording in (x for x in m.recordings.values() if x.stage == kind):
        spoken = [t for t in m.turns.get(kind, ()) if t.recording_id == recording.id and t.at_ms is not None]
        out.append(
            {
                "id": recording.id,
                "url": f"/files/{recording.file_id}" if recording.file_id else "",
                "video": recording.media_type.startswith("video"),
                "length": clock(recording.duration_ms) if recording.duration_ms else "",
                "words": words.get(recording.state, ""),
                "captions": [{"ms": t.at_ms, "end": t.end_ms or 0, "text": t.text} for t in spoken if t.text],
            }
        )
    return out


def _resume(m: Material, row: r.ApplicationStage | None) -> dict[str, Any]:
    """The resume's file, its profile as read and corrected, and its lines numbered for quotes."""
    data: Mapping[str, Any] = row.data if row else {}
    file = m.files.get(str(data.get("file_id", "")))
    profile = dict(data.get("profile") or data.get("fields") or {})
    corrected = m.current("resume").get("profile")
    if corrected is not None and isinstance(corrected.value, Mapping):
        profile.update(corrected.value)
    work = [x for x in profile.get("work") or () if isinstance(x, Mapping)]
    return {
        "file": {"name": file.name, "url": f"/files/{file.id}?view=1"} if file else {"name": "", "url": ""},
        "problem": str(data.get("note") or data.get("problem") or ""),
        "skills": ", ".join(str(x) for x in profile.get("skills") or ()),
        "years": str(profile.get("years") or ""),
        "location": str(profile.get("location") or ""),
        "work": [
            {
                "title": str(x.get("title", "")),
                "employer": str(x.get("employer", "")),
                "from": str(x.get("from") or ""),
                "to": str(x.get("to") or "now"),
            }
            for x in work
        ],
        "lines": [{"n": i, "text": line} for i, line in enumerate(m.resume.split("\n"), 1)]
        if m.resume
        else [],
        "corrected": corrected is not None,
    }


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
