"""Files that answer a question of the form, and finding a file to hand it out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from milo_app.domain import file_types
from milo_app.domain import records as r
from milo_app.domain.actors import Actor, CandidateActor, MemberActor
from milo_app.domain.errors import Invalid, NotFound, Throttled
from milo_app.domain.plan import Question, QuestionKind, StagePlan
from milo_app.services import applications
from milo_app.services.incoming import Incoming, keep
from milo_app.services.ports import Deps, UnitOfWork
from milo_app.services.transactions import query

#: Largest file that answers a question, in bytes.
LARGEST = 10 * 1024 * 1024
#: Files that may be sent for one question, replaced ones included.
MOST_FILES = 30
#: What may be sent where the recruiter named no endings.
USUAL = (
    "pdf",
    "docx",
    "doc",
    "txt",
    "rtf",
    "odt",
    "png",
    "jpg",
    "jpeg",
    "webp",
    "heic",
    "xlsx",
    "pptx",
    "mp3",
    "mp4",
)


def accept_file_answer(
    deps: Deps, actor: CandidateActor, *, question_id: str, name: str, chunks: Iterable[bytes]
) -> dict[str, Any]:
    """Take a file for a question of kind `file`. The browser then saves the returned value as (part of) the answer.

    Returns `{file_id, name, size}`; the same bytes for the same question again are the same file.

    Raises:
        NotFound: there is no such question, or it asks for no file.
        Invalid: an ending that is not taken, an empty file, or content that is not what the ending says.
        TooLarge: beyond 10 MB.
        Conflict, Gone: the stage is not open.
    """
    name = file_types.safe_name(name)
    with deps.uow.read(actor) as uow:
        _, question = _question(uow, uow.applications.get(actor.application_id), question_id)
    _check_name(question, name)
    incoming = Incoming(chunks, limit=LARGEST, too_large="This file is too large: at most 10 MB can be sent.")

    def take(key: str, size: int, sha256: str) -> tuple[dict[str, Any], bool]:
        _check_content(question, name, incoming.media_type)
        with deps.uow.write(actor) as uow:
            return _take(uow, actor, question_id, name, key, size, sha256, incoming.media_type)

    folder = f"answers/{actor.application_id}"
    return keep(
        deps, folder, incoming, take, empty="This file is empty. Please check that it is the right one."
    )


def _take(
    uow: UnitOfWork,
    actor: CandidateActor,
    question_id: str,
    name: str,
    key: str,
    size: int,
    sha256: str,
    media_type: str,
) -> tuple[dict[str, Any], bool]:
    stage, _ = _question(uow, uow.applications.get(actor.application_id), question_id)
    application, _ = applications.writable(uow, actor, str(stage.kind))
    mine = uow.files.find(application_id=application.id, purpose="answer", question_id=question_id)
    known = next((file for file in mine if file.sha256 == sha256 and file.name == name), None)
    if known is not None:
        return _value(known), False
    if len(mine) >= MOST_FILES:
        raise Throttled(3600, "You have sent many files for this question already.")
    file = uow.files.add(
        r.StoredFile(
            id=uow.new_id(),
            workspace_id=application.workspace_id,
            purpose="answer",
            key=key,
            name=name,
            media_type=media_type,
            size=size,
            sha256=sha256,
            created_at=uow.now,
            application_id=application.id,
            stage=str(stage.kind),
            question_id=question_id,
        )
    )
    return _value(file), True


def _value(file: r.StoredFile) -> dict[str, Any]:
    return {"file_id": file.id, "name": file.name, "size": file.size}


def _question(uow: UnitOfWork, application: r.Application, question_id: str) -> tuple[StagePlan, Question]:
    for stage in applications.plan_of(uow, application).stages:
        question = stage.question(question_id)
        if question is not None and question.kind is QuestionKind.FILE:
            return stage, question
    raise NotFound("This interview has no such question.")


def _endings(question: Question) -> tuple[str, ...]:
    return tuple(e.strip().lower().lstrip(".") for e in question.extensions if e.strip()) or USUAL


def _check_name(question: Question, name: str) -> None:
    endings = _endings(question)
    if file_types.ending(name) not in endings:
        told = ", ".join(f".{ending}" for ending in endings)
        raise Invalid(
            fields={question.id: f"This kind of file cannot be taken here. Please send one of: {told}."}
        )


def _check_content(question: Question, name: str, media_type: str) -> None:
    """What the bytes are must be something that the ending may stand for; endings that we do not know pass, unless the
    bytes are a program or a page."""
    known = any(file_types.ending(name) in endings for endings in file_types.ENDINGS.values())
    active = media_type in (
        "application/x-msdownload",
        "application/x-executable",
        "text/x-script",
        "text/html",
    )
    # Office files keep their parts in any order, so that their beginning may look like any ZIP.
    zipped = media_type == "application/zip" and file_types.ending(name) in (
        "docx",
        "xlsx",
        "pptx",
        "odt",
        "zip",
    )
    if active or (known and not zipped and not file_types.fits(media_type, name)):
        message = f"This file is not what its name says: a .{file_types.ending(name)} looks different inside."
        raise Invalid(fields={question.id: message})


# --- Handing out -----------------------------------------------------------------------------------------------------


@query
def find(uow: UnitOfWork, actor: Actor, *, file_id: str) -> r.StoredFile:
    """The file, where the actor may have it: a member any of their workspace, a candidate those of their application.

    Anybody may have a logo: it stands on public pages.

    Raises:
        NotFound: unknown, or not theirs; the two are never told apart.
    """
    missing = NotFound("We could not find that file.")
    if len(file_id) != 32:
        raise missing
    file = uow.files.maybe(file_id)
    if file is None:
        raise missing
    if file.purpose == "logo":
        return file
    if isinstance(actor, MemberActor) and file.workspace_id == actor.workspace_id:
        return file
    if isinstance(actor, CandidateActor) and file.application_id == actor.application_id:
        return file
    raise missing


def check_answer_files(
    uow: UnitOfWork, stage: StagePlan | None, application_id: str, question_id: str, value: Any
) -> None:
    """Whether every file that an answer names was sent for that question of that application; ids from a browser are
    claims. Answers to other kinds of question pass.

    Raises:
        Invalid: it names another file.
    """
    question = stage.question(question_id) if stage else None
    if question is None or question.kind is not QuestionKind.FILE:
        return
    for item in value or []:
        file = uow.files.maybe(str(item["file_id"]))
        if file is None or file.application_id != application_id or file.question_id != question_id:
            raise Invalid(fields={question_id: "This file is not here any more. Please choose it again."})
