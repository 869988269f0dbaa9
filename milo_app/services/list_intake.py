"""A list of candidates chosen on the page: kept, reviewed row by row, then confirmed or discarded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from milo_app.domain import records as r
from milo_app.domain.actors import MemberActor, SystemActor
from milo_app.domain.errors import Conflict, Forbidden, NotFound
from milo_app.services import csv_intake, invitations
from milo_app.services.incoming import Incoming, keep
from milo_app.services.ports import Deps, UnitOfWork
from milo_app.services.transactions import command, query
from milo_app.services.work import Work

#: Largest list, in bytes, and how many rows of it are shown at once.
LARGEST = 10_000_000
TOO_LARGE = "This list is larger than 10 MB. Please split it."
_SHOWN = 50
#: A list that nobody decided on is forgotten after this long, when the next one comes.
_FORGOTTEN = timedelta(days=1)
#: How long the outcome of a list stays on the page.
_NEWS = timedelta(minutes=10)
_BATCH = 50


def accept(
    deps: Deps, actor: MemberActor, *, interviewer_id: str, name: str, chunks: Iterable[bytes]
) -> dict[str, Any]:
    """Keep a list until it is confirmed or discarded; nobody is added yet. Returns `{file_id, name, rows}`.

    Raises:
        Forbidden: for a viewer. NotFound: no such interviewer. Conflict: it is not open.
        Invalid, TooLarge: the file cannot be used as a whole.
    """
    _need_recruiter(actor)
    with deps.uow.read(actor) as uow:
        invitations.check_open(uow, uow.interviewers.get(interviewer_id))
    incoming = Incoming(chunks, limit=LARGEST, too_large=TOO_LARGE)

    def take(key: str, size: int, sha256: str) -> tuple[dict[str, Any], bool]:
        rows = len(csv_intake.read(_text(b"".join(deps.files.read(key)))))
        with deps.uow.write(actor) as uow:
            file = uow.files.add(
                r.StoredFile(
                    id=uow.new_id(),
                    workspace_id=actor.workspace_id,
                    purpose="list",
                    key=key,
                    name=name[:200] or "list.csv",
                    media_type="text/csv",
                    size=size,
                    sha256=sha256,
                    created_at=uow.now,
                    data={
                        "interviewer_id": interviewer_id,
                        "member_id": actor.member_id,
                        "state": "review",
                        "rows": rows,
                    },
                )
            )
            return {"file_id": file.id, "name": file.name, "rows": rows}, True

    kept = keep(deps, f"lists/{actor.workspace_id}", incoming, take, empty="This file is empty.")
    _forget_old(deps, actor)
    return kept


def review(
    deps: Deps, actor: MemberActor, *, file_id: str, outcome: str = "", page: int = 0
) -> dict[str, Any]:
    """What a kept list would do: `{file_id, name, rows, total, new, already, invalid, outcome, page, pages}`, *rows* being
    one page of those with *outcome* (empty: all). Raises NotFound, Forbidden, Conflict where it was confirmed."""
    _need_recruiter(actor)
    with deps.uow.read(actor) as uow:
        file = _list(uow, actor, file_id)
        found = csv_intake.preview(
            uow, actor, interviewer_id=str(file.data["interviewer_id"]), text=_stored(deps, file)
        )
    counts = Counter(row["outcome"] for row in found)
    shown = [row for row in found if outcome in ("", row["outcome"])]
    pages = max(1, -(-len(shown) // _SHOWN))
    page = min(max(page, 0), pages - 1)
    return {
        "file_id": file.id,
        "name": file.name,
        "rows": shown[page * _SHOWN : (page + 1) * _SHOWN],
        "total": len(found),
        **{name: counts[name] for name in ("new", "already", "invalid")},
        "outcome": outcome,
        "page": page,
        "pages": pages,
    }


@command
def confirm(uow: UnitOfWork, actor: MemberActor, *, file_id: str) -> None:
    """Have everyone of a kept list added and invited by durable work. Raises NotFound, Forbidden, and Conflict where it was
    confirmed before or the role is not open."""
    _need_recruiter(actor)
    file = _list(uow, actor, file_id)
    invitations.check_open(uow, uow.interviewers.get(str(file.data["interviewer_id"])))
    started = {**file.data, "state": "inviting", "done": 0, "counts": {}}
    uow.files.save(replace(file, data=started))
    uow.enqueue(Work.INGEST_LIST, file.id, actor.member_id)


def discard(deps: Deps, actor: MemberActor, *, file_id: str) -> None:
    """Forget a kept list. Raises NotFound, Forbidden, Conflict where it was confirmed."""
    _need_recruiter(actor)
    with deps.uow.write(actor) as uow:
        file = _list(uow, actor, file_id)
        uow.files.delete(file.id)
    deps.files.delete(file.key)


def ingest_list(deps: Deps, file_id: str, member_id: str) -> None:
    """Durable work: add and invite everyone of a confirmed list, 50 rows a transaction. Cut off, it goes on from there; at
    the end the list itself is deleted and only its numbers stay."""
    with deps.uow.write(SystemActor(name="list")) as uow:
        file, member = uow.files.get(file_id), uow.members.get(member_id)
    actor = MemberActor(
        workspace_id=file.workspace_id,
        member_id=member.id,
        role=member.role if member.disabled_at is None else r.Role.VIEWER,
        name=member.name,
        email=member.email,
    )
    if file.data["state"] == "inviting":
        rows = csv_intake.read(_stored(deps, file))
        while not _ingest_next(deps, actor, file.id, rows):
            pass
    deps.files.delete(file.key)


def _ingest_next(deps: Deps, actor: MemberActor, file_id: str, rows: Sequence[csv_intake.Row]) -> bool:
    """One batch; True once nothing is left. What the whole list was refused for is kept as its end."""
    try:
        with deps.uow.write(actor) as uow:
            file = uow.files.get(file_id)
            start = int(file.data["done"])
            batch = list(rows[start : start + _BATCH])
            done = csv_intake.ingest_rows(uow, actor, str(file.data["interviewer_id"]), batch, now_ok=False)
            counts = Counter(file.data["counts"]) + Counter(row["outcome"] for row in done)
            last = start + len(batch) >= len(rows)
            data = {**file.data, "done": start + len(batch), "counts": dict(counts)}
            over = {"state": "done", "ended_at": uow.now.isoformat()} if last else {}
            uow.files.save(replace(file, data={**data, **over}))
            return last
    except (Conflict, Forbidden) as problem:
        with deps.uow.write(actor) as uow:
            file = uow.files.get(file_id)
            ended = {"state": "done", "ended_at": uow.now.isoformat(), "problem": problem.message}
            uow.files.save(replace(file, data={**file.data, **ended}))
        return True


@query
def progress(uow: UnitOfWork, actor: MemberActor) -> dict[str, Any]:
    """How far the reader's newest confirmed list is: `{running, done, total, text}`, an empty text where there is none to
    tell of."""
    found = [
        f
        for f in uow.files.find(purpose="list", order="-id", limit=20)
        if f.data.get("member_id") == actor.member_id and f.data.get("state") != "review"
    ]
    data = found[0].data if found else {}
    ended = str(data.get("ended_at") or "")
    if not data or (ended and ended < (uow.now - _NEWS).isoformat()):
        return {"running": False, "done": 0, "total": 0, "text": ""}
    done, total, counts = int(data["done"]), int(data["rows"]), Counter(data["counts"])
    if data["state"] == "inviting":
        return {
            "running": True,
            "done": done,
            "total": total,
            "text": f"Inviting {done:,} of {total:,} from {found[0].name}",
        }
    parts = [f"Invited {counts['invited']:,} of {total:,} from {found[0].name}."]
    parts += [f"{counts['already']:,} were there already."] if counts["already"] else []
    parts += [f"{counts['unreachable']:,} cannot be reached."] if counts["unreachable"] else []
    parts += [f"{counts['invalid']:,} could not be used."] if counts["invalid"] else []
    parts += [str(data["problem"])] if data.get("problem") else []
    return {"running": False, "done": done, "total": total, "text": " ".join(parts)}


def _need_recruiter(actor: MemberActor) -> None:
    if not actor.can(r.Role.RECRUITER):
        raise Forbidden("Viewers cannot invite candidates.")


def _list(uow: UnitOfWork, actor: MemberActor, file_id: str) -> r.StoredFile:
    """A list of the actor's own that nobody has confirmed. Raises NotFound, Conflict."""
    file = uow.files.get(file_id)
    if file.purpose != "list" or file.data.get("member_id") != actor.member_id:
        raise NotFound("We could not find that list.")
    if file.data.get("state") != "review":
        raise Conflict("This list was confirmed already.")
    return file


def _stored(deps: Deps, file: r.StoredFile) -> str:
    try:
        return _text(b"".join(deps.files.read(file.key)))
    except FileNotFoundError:
        raise NotFound("This list is not here any more. Choose it again.") from None


def _text(raw: bytes) -> str:
    """The bytes of a CSV as text: Unicode in any form, else as Windows writes it."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _forget_old(deps: Deps, actor: MemberActor) -> None:
    """Delete lists of the workspace that were never decided on."""
    with deps.uow.write(actor) as uow:
        old = [
            f
            for f in uow.files.find(purpose="list", order="id", limit=100)
            if f.data.get("state") == "review" and f.created_at < uow.now - _FORGOTTEN
        ]
        for file in old:
            uow.files.delete(file.id)
    for file in old:
        deps.files.delete(file.key)
