"""One stage of a report: its criteria with quotes that lead to their place, answers, transcript, recordings, resume."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from milo_app.domain import dealbreakers, scoring, talk, values
from milo_app.domain import records as r
from milo_app.domain.plan import Criterion, CriterionKind, Question, QuestionKind, StagePlan
from milo_app.services.labels import percent, stage_mark, stage_name
from milo_app.services.report_material import Material, iso


def stage_of(m: Material, plan: StagePlan, score: scoring.StageScore) -> dict[str, Any]:
    """Everything of one stage, with *score* as worked out for it."""
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
        "submitted_at": iso(row.submitted_at if row else None),
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
    given = talk.answering(plan, m.turns.get(str(plan.kind), ())) if question else {}
    untranscribed = any(not t.transcribed for t in given.get(question.id if question else "", ()))
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
        "at": iso(verdict.at),
        "reason": " ".join(verdict.reasons),
    }


def evaluator_name(verdict: r.Evaluation, m: Material) -> str:
    """Who or what scored it, with version: "Built-in evaluator, lexical (lexical-1)", or the member's name."""
    if verdict.member_id:
        return m.members.get(verdict.member_id, "A former member")
    if verdict.evaluator.lower().replace("-", "").replace("_", "").startswith("builtin"):
        instead = verdict.evaluator.partition(", since ")[2]
        name = "Built-in evaluator, lexical" + (f", since {instead}" if instead else "")
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
                "at": iso(newest.at if newest else None),
                "conflict": bool(newest and newest.conflict),
                "files": _attached(m, question, newest),
                "versions": [
                    {"value": values.show(question, v.value, m.language), "at": iso(v.at)}
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
    plan = m.plan.stage(kind)
    replaced = talk.fold(plan, m.turns.get(kind, ())).replaced if plan else set[str]()
    row = m.stages.get(kind)
    by: Mapping[str, str] = (row.data.get("transcribed_by") if row else None) or {}
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
                "at": iso(turn.at),
                "place": clock(turn.at_ms) if placed else "",
                "ms": turn.at_ms if placed else -1,
                "recording": turn.recording_id if placed else "",
                "channel": "earlier take, kept; the newer one is used"
                if turn.id in replaced
                else f"put into words by {by[turn.id]}"
                if turn.id in by
                else {"sms": "by text message", "phone": "by phone"}.get(turn.channel, ""),
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
