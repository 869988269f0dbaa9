"""What a report is made of, read in one go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from milo_app.domain import records as r
from milo_app.domain.plan import Plan
from milo_app.services import applications
from milo_app.services.ports import UnitOfWork


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


def iso(at: Any) -> str:
    """A moment as ISO text; empty where there is none."""
    return at.isoformat() if at else ""
