"""What is judged for one criterion: the candidate's own words, piece by piece, so that a quote finds its place again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from milo_app.domain import records as r
from milo_app.domain import talk
from milo_app.domain.plan import Criterion, Plan, Question, StagePlan
from milo_app.services.ports import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A run of the candidate's words and where it stands: a turn, an answer, or the resume. `at_ms` is its moment in
    `recording_id`, where it was spoken."""

    text: str
    source: str
    turn_id: str | None = None
    answer_id: str | None = None
    recording_id: str | None = None
    at_ms: int | None = None


@dataclass(frozen=True, kw_only=True)
class Material:
    """All pieces for one criterion. `untranscribed` counts spoken turns that nobody has put into words yet."""

    stage: str
    question: Question | None
    criterion: Criterion
    pieces: tuple[Piece, ...]
    untranscribed: int = 0

    @property
    def text(self) -> str:
        """The pieces as one text, joined by line breaks."""
        return "\n".join(piece.text for piece in self.pieces)

    def place(self, start: int, end: int) -> dict[str, Any]:
        """Where a quote at these offsets of `text` stands, as kept in an evaluation's quotes."""
        offset = 0
        for piece in self.pieces:
            if offset <= start <= offset + len(piece.text):
                return {
                    "text": self.text[start:end],
                    "source": piece.source,
                    "start": start - offset,
                    "end": end - offset,
                    "turn_id": piece.turn_id,
                    "answer_id": piece.answer_id,
                    "recording_id": piece.recording_id,
                    "at_ms": piece.at_ms,
                }
            offset += len(piece.text) + 1
        raise ValueError("the quote stands in no piece")


def of_question(
    uow: UnitOfWork, here: dict[str, Any], stage: StagePlan, question: Question, criterion: Criterion
) -> Material:
    """What a candidate gave to one question: written (the current answer) or said (the turns that answered it, not
    what they asked or wished meanwhile), oldest first. *here* are the keys of the stage's attempt."""
    turns = talk.answering(stage, uow.turns.find(order="seq", **here)).get(question.id, [])
    pieces = [
        Piece(text=t.text, source="turn", turn_id=t.id, recording_id=t.recording_id, at_ms=t.at_ms)
        for t in turns
        if t.transcribed and t.text.strip()
    ]
    answer = uow.answers.first(order="-version", question_id=question.id, **here)
    if not turns and answer is not None and isinstance(answer.value, str) and answer.value.strip():
        pieces.append(Piece(text=answer.value, source="answer", answer_id=answer.id))
    silent = sum(1 for t in turns if not t.transcribed)
    return Material(
        stage=str(stage.kind),
        question=question,
        criterion=criterion,
        pieces=tuple(pieces),
        untranscribed=silent,
    )


def of_stage(
    uow: UnitOfWork, plan: Plan, row: r.ApplicationStage, here: dict[str, Any], resume_text: str
) -> list[Material]:
    """The material of every scored criterion of one stage. *resume_text* is the resume as read."""
    kind = str(row.kind)
    found: list[Material] = []
    for stage, question, criterion in plan.scored_criteria():
        if stage.kind != kind:
            continue
        if question is None:
            pieces = (Piece(text=resume_text, source="resume"),) if resume_text.strip() else ()
            found.append(Material(stage=kind, question=None, criterion=criterion, pieces=pieces))
        else:
            found.append(of_question(uow, here, stage, question, criterion))
    return found
