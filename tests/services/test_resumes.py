"""Resumes on their way from the candidate's hand to what is shown back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from milo_app.domain.errors import Conflict, Invalid, TooLarge
from milo_app.services import answers, resumes
from milo_app.services.ports import Deps
from tests import resumes as samples
from tests.services.begun import FORM_STAGE, RESUME_STAGE, begin, close, pieces, stage


def send(deps: Deps, actor, data: bytes, name: str = "cv.pdf", *, read: bool = True):
    accepted = resumes.accept(deps, actor, name=name, chunks=pieces(data))
    outcome = resumes.read(deps, accepted["file_id"]) if read else ""
    return accepted, outcome, stage(deps, actor, "resume").data


def stored(deps: Deps, actor) -> list[str]:
    return deps.files.list(f"resumes/{actor.application_id}")


def queued(deps: Deps, work: str) -> list[str]:
    from sqlalchemy import text

    from milo_app import bootstrap

    with bootstrap.database(deps).reader.connect() as connection:
        rows = connection.execute(text("select workflow_uuid from workflow_status")).scalars()
        return [row for row in rows if row.startswith(work)]


def test_a_resume_is_read_and_shown_back(deps: Deps):
    actor = begin(deps, RESUME_STAGE, FORM_STAGE)
    accepted, outcome, data = send(deps, actor, samples.strong_pdf())
    assert outcome == "read"
    assert accepted["reading"] == "reading"
    assert (data["reading"], data["file_id"], data["problem"], data["note"]) == (
        "read",
        accepted["file_id"],
        "",
        "",
    )
    assert data["profile"]["name"] == "Maria Elena Lopez"
    assert data["readings"]["rn"]["status"] == "shown"
    assert data["readings"]["icu"]["status"] == "shown"
    assert data["confirm"] == ["pals"]
    text = b"".join(deps.files.read(data["text_file_key"])).decode()
    rn = data["readings"]["rn"]
    assert text[rn["start"] : rn["end"]] == rn["quote"]
    with deps.uow.read(actor) as uow:
        (event,) = uow.events.find(kind="resume_read")
        assert event.subject_id == actor.application_id
        assert "Lopez" not in str(event.data)


def test_the_work_is_queued_with_the_row(deps: Deps):
    actor = begin(deps, RESUME_STAGE)
    accepted, *_ = send(deps, actor, samples.strong_pdf(), read=False)
    assert queued(deps, "read_resume") == [f"read_resume:{accepted['file_id']}:1:1"]


def test_the_same_bytes_again_are_the_same_file(deps: Deps):
    actor = begin(deps, RESUME_STAGE)
    first, *_ = send(deps, actor, samples.STRONG.encode(), "cv.txt", read=False)
    again, *_ = send(deps, actor, samples.STRONG.encode(), "cv.txt", read=False)
    assert again["file_id"] == first["file_id"]
    assert len(stored(deps, actor)) == 1
    resumes.read(deps, first["file_id"])
    third, *_ = send(deps, actor, samples.STRONG.encode(), "cv.txt", read=False)
    assert (third["file_id"], third["reading"]) == (first["file_id"], "read")
    assert len(queued(deps, "read_resume")) == 1
    with deps.uow.read(actor) as uow:
        assert uow.files.count(purpose="resume") == 1


def test_reading_twice_comes_to_the_same(deps: Deps):
    actor = begin(deps, RESUME_STAGE)
    accepted, _, data = send(deps, actor, samples.STRONG.encode(), "cv.txt")
    assert resumes.read(deps, accepted["file_id"]) == "superseded"
    assert stage(deps, actor, "resume").data == data


def test_another_file_replaces_the_first_and_going_back_works(deps: Deps):
    actor = begin(deps, RESUME_STAGE)
    first, *_ = send(deps, actor, samples.STRONG.encode(), "strong.txt")
    second, _, data = send(deps, actor, samples.WEAK.encode(), "weak.txt")
    assert (data["file_id"], data["name"]) == (second["file_id"], "weak.txt")
    assert set(data["confirm"]) == {"rn", "icu", "pals"}
    back, outcome, data = send(deps, actor, samples.STRONG.encode(), "strong.txt")
    assert outcome == "read"
    assert back["file_id"] == first["file_id"] == data["file_id"]
    assert data["confirm"] == ["pals"]


def test_a_slow_first_reading_never_overtakes_the_second(deps: Deps):
    actor = begin(deps, RESUME_STAGE)
    first, *_ = send(deps, actor, samples.STRONG.encode(), "strong.txt", read=False)
    second, *_ = send(deps, actor, samples.WEAK.encode(), "weak.txt", read=False)
    assert resumes.read(deps, second["file_id"]) == "read"
    assert resumes.read(deps, first["file_id"]) == "superseded"
    assert stage(deps, actor, "resume").data["file_id"] == second["file_id"]


def test_a_file_that_cannot_be_read_keeps_the_earlier_one(deps: Deps):
    actor = begin(deps, RESUME_STAGE)
    good, *_ = send(deps, actor, samples.STRONG.encode(), "strong.txt")
    bad, outcome, data = send(deps, actor, samples.scanned_pdf(), "scan.pdf")
    assert outcome == "scanned"
    assert (data["reading"], data["problem"], data["problem_name"]) == ("read", "scanned", "scan.pdf")
    assert "scan or a photo" in data["message"] and "strong.txt counts" in data["message"]
    assert data["note"] == data["message"]
    assert (data["file_id"], data["profile"]["name"]) == (good["file_id"], "Maria Elena Lopez")
    with deps.uow.read(actor) as uow:
        assert uow.files.get(bad["file_id"]).purpose == "resume"  # Nothing that was sent is lost.
    again, outcome, data = send(deps, actor, samples.STRONG.encode(), "strong.txt")
    assert (again["file_id"], outcome) == (good["file_id"], "read")
    assert (data["problem"], data["message"], data["note"]) == ("", "", "")


def test_a_first_file_that_cannot_be_read_leaves_the_way_open(deps: Deps):
    actor = begin(deps, RESUME_STAGE, person="es")
    _, outcome, data = send(deps, actor, samples.as_pdf(samples.STRONG, password="secret"))
    assert outcome == "encrypted"
    assert "contraseña" in data["message"]
    assert data["reading"] == "problem"
    assert not data.get("file_id")
    pasted = resumes.accept_text(deps, actor, text=samples.STRONG)
    assert resumes.read(deps, pasted["file_id"]) == "read"
    data = stage(deps, actor, "resume").data
    assert (data["reading"], data["problem"], data["message"]) == ("read", "", "")


def test_notes_on_a_wrong_name_and_on_pages_left_out(deps: Deps):
    actor = begin(deps, RESUME_STAGE)
    _, _, data = send(deps, actor, samples.as_pdf(samples.STRONG, pages=70), "cv.docx")
    assert data["note"] == (
        "Its name ends in .docx, but it is a PDF; we read it as that. We read the first 30 of 70 pages."
    )


def test_a_spanish_resume_is_for_a_person_and_never_a_miss(deps: Deps):
    actor = begin(deps, RESUME_STAGE, FORM_STAGE)
    _, _, data = send(deps, actor, samples.spanish_pdf())
    assert {reading["status"] for reading in data["readings"].values()} == {"unsure"}
    assert data["confirm"] == ["rn", "icu", "pals"]
    assert "Spanish" in data["note"] and "does not count against you" in data["note"]
    assert stage(deps, actor, "resume").needs_review
    for question in data["confirm"]:
        with deps.uow.write(actor) as uow:
            answers.record(
                uow, actor, stage="resume", question_id=question, value=True, key=f"key-{question}"
            )
    with deps.uow.write(actor) as uow:
        assert answers.submit_stage(uow, actor, stage="resume")["stage"] == "form"


def test_a_stage_is_not_handed_in_while_its_resume_is_read(deps: Deps):
    actor = begin(deps, RESUME_STAGE)
    send(deps, actor, samples.STRONG.encode(), "cv.txt", read=False)
    with deps.uow.write(actor) as uow, pytest.raises(Invalid, match="still reading"):
        answers.submit_stage(uow, actor, stage="resume")


def test_what_is_no_resume_at_all_is_refused_at_the_door(deps: Deps):
    actor = begin(deps, RESUME_STAGE)
    with pytest.raises(Invalid, match="empty"):
        resumes.accept(deps, actor, name="cv.pdf", chunks=[])
    with pytest.raises(TooLarge, match="10 MB"):
        resumes.accept(deps, actor, name="cv.pdf", chunks=(b"x" * (1 << 20) for _ in range(11)))
    with pytest.raises(Invalid, match="too short"):
        resumes.accept_text(deps, actor, text="hi")
    with pytest.raises(TooLarge):
        resumes.accept_text(deps, actor, text="nurse " * 20_000)
    assert stored(deps, actor) == []
    assert stage(deps, actor, "resume").data.get("reading", "") == ""


def test_a_connection_that_breaks_leaves_nothing(deps: Deps):
    actor = begin(deps, RESUME_STAGE)

    def broken() -> Iterator[bytes]:
        yield b"half of"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        resumes.accept(deps, actor, name="cv.pdf", chunks=broken())
    assert stored(deps, actor) == []
    with deps.uow.read(actor) as uow:
        assert uow.files.count() == 0


def test_a_stage_that_is_over_takes_nothing_more(deps: Deps):
    actor = begin(deps, RESUME_STAGE, FORM_STAGE)
    close(deps, actor, "resume")
    with pytest.raises(Conflict):
        resumes.accept(deps, actor, name="cv.txt", chunks=[samples.STRONG.encode()])
    assert stored(deps, actor) == []


def test_a_name_is_only_a_name(deps: Deps):
    actor = begin(deps, RESUME_STAGE)
    accepted = resumes.accept(
        deps, actor, name="../../etc/\x00pa\nsswd\u202e.pdf", chunks=[samples.STRONG.encode()]
    )
    assert "/" not in accepted["name"] and "\n" not in accepted["name"]
    assert accepted["file_id"] not in stored(deps, actor)[0]
    assert all(key.startswith(f"resumes/{actor.application_id}/") for key in stored(deps, actor))
