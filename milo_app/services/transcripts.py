"""Spoken answers put into words by a transcription server, each in durable work of its own.

Words come after the fact and never decide anything by themselves: what is scored quotes them, a person can still listen,
and whatever somebody typed out meanwhile stays.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from milo_app.domain import records as r
from milo_app.domain import talk
from milo_app.domain.actors import SystemActor
from milo_app.domain.plan import Plan
from milo_app.services import applications
from milo_app.services.ports import Deps, SpeechFailed, UnitOfWork
from milo_app.services.work import Work

log = logging.getLogger(__name__)

#: An answer shorter than this is a press of the button, in ms.
_SHORTEST = 300


def enqueue(uow: UnitOfWork, recording: r.Recording) -> None:
    """Have every answer in *recording* that is not in words yet transcribed, where a server is set for it."""
    if not uow.instance.hears:
        return
    for turn in _untold(uow.turns.find(recording_id=recording.id, speaker=r.Speaker.CANDIDATE)):
        uow.enqueue(Work.TRANSCRIBE_ANSWER, turn.id)


def _untold(turns: Iterable[r.Turn]) -> list[r.Turn]:
    return [
        t
        for t in turns
        if not t.transcribed
        and t.at_ms is not None
        and t.end_ms is not None
        and t.end_ms - t.at_ms >= _SHORTEST
    ]


def transcribe(deps: Deps, turn_id: str) -> str:
    """Put one spoken answer into words (durable work). Returns `done`, `silent` or `nothing to do`.

    Raises:
        SpeechFailed: the server is busy or out of reach; trying again may help.
    """
    with deps.uow.read(SystemActor()) as uow:
        turn = uow.turns.maybe(turn_id)
        if turn is None or not _untold([turn]) or not deps.speech.hears:
            return "nothing to do"
        recording = uow.recordings.maybe(turn.recording_id)
        file = uow.files.maybe(recording.file_id) if recording and recording.file_id else None
        plan = applications.plan_of(uow, uow.applications.get(turn.application_id))
    if file is None:
        return "nothing to do"  # joining the recording enqueues this again
    with tempfile.TemporaryDirectory(prefix="milo-hear-") as folder, deps.files.local(file.key) as path:
        out = Path(folder) / "answer.wav"
        try:
            length = deps.media.clip(path, start_ms=turn.at_ms or 0, end_ms=turn.end_ms or 0, out=out)
        except ValueError as problem:
            give_up(deps, turn_id, str(problem))
            return "nothing to do"
        try:
            words = deps.speech.transcribe(out, language=plan.language) if length >= _SHORTEST else ""
        except SpeechFailed as problem:
            if problem.retryable:
                raise
            give_up(deps, turn_id, str(problem))
            return "nothing to do"
    if not words:
        return "silent"
    with deps.uow.write(SystemActor(workspace_id=turn.workspace_id)) as uow:
        _keep(uow, turn, words, plan, deps.speech.hears)
    return "done"


def _keep(uow: UnitOfWork, turn: r.Turn, words: str, plan: Plan, model: str) -> None:
    application = uow.applications.lock(turn.application_id)
    now = uow.turns.get(turn.id)
    if now.transcribed:
        return
    uow.turns.save(replace(now, text=words[:10_000], transcribed=True))
    row = uow.stages.first(application_id=application.id, attempt=turn.attempt, kind=turn.stage)
    if row is None:
        return
    row = _note(uow, row, turn, plan, model)
    applications.note(uow, application, "answer_transcribed", turn=turn.id, stage=turn.stage)
    applications.touch(uow, application)
    if row.state in (r.StageState.OPEN, r.StageState.LOCKED):
        return  # not handed in: scored with everything else then
    for stage, question, criterion in plan.scored_criteria():
        if stage.kind == turn.stage and question is not None and question.id == turn.question_id:
            uow.enqueue(Work.EVALUATE_CRITERION, application.id, turn.stage, criterion.id, turn.id)


def _note(
    uow: UnitOfWork, row: r.ApplicationStage, turn: r.Turn, plan: Plan, model: str
) -> r.ApplicationStage:
    """Who put it into words goes to the stage; once all of an answer is in words, that is no reason for review."""
    data = dict(row.data)
    data["transcribed_by"] = {**(data.get("transcribed_by") or {}), turn.id: model}
    stage, question_id = plan.stage(row.kind), turn.question_id or ""
    review = dict(data.get("review") or {})
    if stage is not None and review.get(question_id) == "not_transcribed":
        turns = uow.turns.find(order="seq", **applications.given_in(row))
        if all(t.transcribed for t in talk.answering(stage, turns).get(question_id, ())):
            del review[question_id]
            data["review"] = review
    return uow.stages.save(replace(row, data=data))


def give_up(deps: Deps, turn_id: str, reason: str) -> None:
    """The answer stays playable and `not transcribed`; the log says why."""
    log.warning("An answer was not transcribed: %s", reason, extra={"turn": turn_id})
