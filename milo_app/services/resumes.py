"""Resumes: taken as a file or as text, read, and shown back for correction.

What became of a resume stands in the resume stage's `data`:

- `reading`: "" none yet, `reading`, `read`, `problem`; `pending_file_id` while it is being read
- `file_id`, `name`, `text_file_key`, `language`, `pages`, `pages_read`, `profile`, `readings`, `confirm`: the last one
  that could be read. A file that cannot be read never takes its place.
- `problem`, `message`, `problem_name`: why the newest file could not be read, as a word, as a sentence, and its name.
  Where an earlier one counts, `reading` stays `read` and the sentence stands in `note`, so that the way goes on.
- `note`: what to know about a resume that was read (misleading name, pages left out, another language)
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from milo_app.domain import dealbreakers, file_types, resume, resume_criteria, resume_problems, values
from milo_app.domain import records as r
from milo_app.domain.actors import CandidateActor, SystemActor
from milo_app.domain.errors import Invalid, Throttled, TooLarge
from milo_app.domain.plan import StageKind, StagePlan
from milo_app.services import applications
from milo_app.services.incoming import Incoming, keep
from milo_app.services.ports import Deps, ExtractedText, UnitOfWork
from milo_app.services.work import Work

#: Largest file, in bytes, and longest pasted text, in characters.
LARGEST = 10 * 1024 * 1024
LONGEST_TEXT = 100_000
#: Files that one application may bring in all.
MOST_FILES = 30
PASTED = "Pasted text.txt"


def accept(deps: Deps, actor: CandidateActor, *, name: str, chunks: Iterable[bytes]) -> dict[str, Any]:
    """Take a resume file and have it read. The same bytes again are the same file.

    Returns `{file_id, name, size, reading}`. What is read appears in the stage's `data` within seconds.

    Raises:
        TooLarge: beyond 10 MB.
        Invalid: an empty file.
        Conflict, Gone: the resume stage is not open (`applications.writable`).
    """
    name = file_types.safe_name(name, "resume")
    incoming = Incoming(chunks, limit=LARGEST, too_large=resume_problems.problem_message("too_large"))

    def take(key: str, size: int, sha256: str) -> tuple[dict[str, Any], bool]:
        with deps.uow.write(actor) as uow:
            return _take(uow, actor, name, key, size, sha256, incoming.media_type)

    return keep(
        deps,
        f"resumes/{actor.application_id}",
        incoming,
        take,
        empty="This file is empty. Please check that it is the right one, or paste the text.",
    )


def accept_text(deps: Deps, actor: CandidateActor, *, text: str) -> dict[str, Any]:
    """Take a resume pasted as text; the same as `accept` with a text file.

    Raises:
        Invalid: fewer than 30 letters.
        TooLarge: beyond 100,000 characters.
    """
    if len(text) > LONGEST_TEXT:
        raise TooLarge(
            "This text is too long. Please paste your resume only.",
            fields={"text": "At most 100,000 characters."},
        )
    if sum(c.isalpha() for c in text) < 30:
        raise Invalid(fields={"text": "Please paste the text of your resume: this is too short to be one."})
    # What is copied out of a PDF may hold control characters, which no text file has.
    plain = values.plain(text)
    return accept(deps, actor, name=PASTED, chunks=[plain.encode("utf-8", "replace")])


def _take(
    uow: UnitOfWork, actor: CandidateActor, name: str, key: str, size: int, sha256: str, media_type: str
) -> tuple[dict[str, Any], bool]:
    application, stage = applications.writable(uow, actor, StageKind.RESUME)
    data = dict(stage.data)
    known = uow.files.first(application_id=application.id, purpose="resume", sha256=sha256)
    file = known
    if known is not None:
        shown = data.get("pending_file_id") if data.get("reading") == "reading" else data.get("file_id")
        settled = data.get("reading") in ("reading", "read") and not data.get("problem")
        if known.id == shown and settled:
            return _accepted(known, str(data["reading"])), False
        file = uow.files.save(replace(known, name=name)) if known.name != name else known
    elif uow.files.count(application_id=application.id, purpose="resume") >= MOST_FILES:
        raise Throttled(3600, "You have uploaded many files already. Please continue with the one we have.")
    if file is None:
        file = uow.files.add(
            r.StoredFile(
                id=uow.new_id(),
                workspace_id=application.workspace_id,
                purpose="resume",
                key=key,
                name=name,
                media_type=media_type,
                size=size,
                sha256=sha256,
                created_at=uow.now,
                application_id=application.id,
                stage=str(StageKind.RESUME),
            )
        )
    reads = int(data.get("reads", 0)) + 1
    data |= {"reading": "reading", "pending_file_id": file.id, "reads": reads, "problem": "", "message": ""}
    uow.stages.save(replace(stage, data=data))
    applications.touch(uow, application)
    uow.enqueue(Work.READ_RESUME, file.id, key=f"{file.id}:{stage.attempt}:{reads}")
    return _accepted(file, "reading"), known is None


def _accepted(file: r.StoredFile, reading: str) -> dict[str, Any]:
    return {"file_id": file.id, "name": file.name, "size": file.size, "reading": reading}


# --- Reading ---------------------------------------------------------------------------------------------------------


def read(deps: Deps, file_id: str) -> str:
    """Read a resume that was taken (durable work). Returns `read`, the problem's word, or `superseded`.

    A repeat reads again and comes to the same; a file that was replaced meanwhile changes nothing.
    """
    with deps.uow.read(SystemActor()) as uow:
        file = uow.files.maybe(file_id)
        if file is None or not _is_pending(uow, file):
            return "superseded"
    found = _extract(deps, file)
    text_key = f"resumes/{file.application_id}/{file.id}.txt"
    if not found.problem:
        deps.files.put(text_key, [found.text.encode()])
    with deps.uow.write(SystemActor(workspace_id=file.workspace_id)) as uow:
        application = uow.applications.lock(str(file.application_id))
        if not _is_pending(uow, file):
            return "superseded"
        stage = applications.stage_row(uow, application, StageKind.RESUME)
        if found.problem:
            uow.stages.save(replace(stage, data=_failed(uow, application, stage.data, file, found)))
        else:
            _keep_reading(uow, application, stage, file, found, text_key)
        facts = {"pages": found.pages, "language": found.language, "problem": found.problem}
        uow.files.save(
            replace(file, media_type=found.media_type or file.media_type, data={**file.data, **facts})
        )
        applications.touch(uow, application)
        applications.note(uow, application, "resume_read", file=file.id, problem=found.problem or None)
    return found.problem or "read"


def _is_pending(uow: UnitOfWork, file: r.StoredFile) -> bool:
    application = uow.applications.maybe(file.application_id)
    if application is None:
        return False
    stage = uow.stages.first(
        application_id=application.id, attempt=application.attempt, kind=StageKind.RESUME
    )
    return stage is not None and stage.data.get("pending_file_id") == file.id


def _extract(deps: Deps, file: r.StoredFile) -> ExtractedText:
    try:
        with deps.files.local(file.key) as path:
            return deps.documents.extract(path, name=file.name)
    except FileNotFoundError:
        return ExtractedText(text="", problem="corrupt")


def _failed(
    uow: UnitOfWork,
    application: r.Application,
    data: Mapping[str, Any],
    file: r.StoredFile,
    found: ExtractedText,
) -> dict[str, Any]:
    language = uow.candidates.get(application.candidate_id).language
    kept = str(data.get("name", "")) if data.get("file_id") else ""
    message = resume_problems.problem_message(found.problem, language, kept=kept)
    return {
        **data,
        "reading": "read" if kept else "problem",
        "pending_file_id": None,
        "problem": found.problem,
        "problem_name": file.name,
        "message": message,
        "note": message if kept else "",
    }


def _keep_reading(
    uow: UnitOfWork,
    application: r.Application,
    stage: r.ApplicationStage,
    file: r.StoredFile,
    found: ExtractedText,
    text_key: str,
) -> None:
    plan = applications.plan_of(uow, application)
    stage_plan = plan.stage(StageKind.RESUME) or StagePlan(kind=StageKind.RESUME)
    person = uow.candidates.get(application.candidate_id)
    profile = resume.read_profile(found.text, now=uow.now)
    readings = resume_criteria.read_criteria(
        stage_plan.criteria, found.text, profile, found.language, uow.now, plan_language=plan.language
    )
    foreign = bool(found.language) and found.language != plan.language
    note = resume_problems.notes(
        name=file.name,
        media_type=found.media_type,
        pages=found.pages,
        pages_read=found.pages_read,
        language=found.language,
        plan_language=plan.language,
        shown_in=person.language,
    )
    data = {
        **stage.data,
        "file_id": file.id,
        "pending_file_id": None,
        "name": file.name,
        "reading": "read",
        "problem": "",
        "message": "",
        "note": note,
        "language": found.language,
        "pages": found.pages,
        "pages_read": found.pages_read,
        "text_file_key": text_key,
        "text_sha256": hashlib.sha256(found.text.encode()).hexdigest(),
        "profile": resume.profile_data(profile),
        "readings": {id: dataclasses.asdict(reading) for id, reading in readings.items()},
        "confirm": list(dealbreakers.decide_resume(stage_plan, readings, {}).to_confirm),
        "foreign": foreign,
    }
    uow.stages.save(replace(stage, data=data, needs_review=stage.needs_review or foreign))


def check_criteria(
    stage: StagePlan, text: str, language: str, *, now: datetime, plan_language: str = "en"
) -> dict[str, dict[str, Any]]:
    """Read *stage*'s eligibility criteria in a resume's *text*, without keeping anything: `{criterion id: reading}`."""
    profile = resume.read_profile(text, now=now)
    found = resume_criteria.read_criteria(
        stage.criteria, text, profile, language, now, plan_language=plan_language
    )
    return {id: dataclasses.asdict(reading) for id, reading in found.items()}
