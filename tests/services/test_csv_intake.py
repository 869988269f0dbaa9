"""CSV files as spreadsheets write them: each row on its own, nobody invited twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milo_app.domain import plan_data
from milo_app.domain import records as r
from milo_app.domain.actors import MemberActor, SystemActor
from milo_app.domain.errors import Conflict, Forbidden, Invalid
from milo_app.services import csv_intake, interviewers
from milo_app.services.ports import Deps
from tests import builders


@pytest.fixture
def role(deps: Deps) -> r.Interviewer:
    with deps.uow.write(SystemActor()) as uow:
        plan = plan_data.to_data(interviewers.template("registered_nurse"))
        return builders.create_interviewer(uow, builders.create_workspace(uow), plan)[0]


@pytest.mark.parametrize(
    "text",
    [
        "name,email,phone,sms_consent\nAna Ruiz,ana@example.com,+1 415 555 0100,yes\n",
        "\ufeffName;E-Mail;Phone number;SMS consent\r\nAna Ruiz;ANA@example.com;(415) 555-0100;TRUE\r\n",
        "Phone\tEmail\tFirst name\tLast name\tOpt in\n415-555-0100\tana@example.com\tAna\tRuiz\tx\n",
        'sep=;\n"Candidate";"Email address";"Mobile";"Text consent"\n"Ana\nRuiz";"ana@example.com";"+14155550100";"1"\n',
        "Ana Ruiz,ana@example.com,+14155550100,yes",
        "Correo,Nombre,Teléfono,SMS\nana@example.com,Ana Ruiz,+14155550100,sí\n",
    ],
)
def test_the_same_person_in_many_spellings(text: str) -> None:
    rows = csv_intake.read(text)
    assert [(r.name, r.email, r.phone, r.sms_consent) for r in rows] == [
        ("Ana Ruiz", "ana@example.com", "+14155550100", True)
    ]


def test_a_bad_row_stops_no_other(deps: Deps, role: r.Interviewer) -> None:
    text = "name,email,phone\nAna,ana@example.com,\nBo,not-an-address,\n,,\nCy,,12\nDi,,+14155550111\n"
    actor = SystemActor(workspace_id=role.workspace_id)
    with deps.uow.write(actor) as uow:
        rows = csv_intake.ingest(uow, actor, interviewer_id=role.id, text=text)
    assert [(row["line"], row["outcome"]) for row in rows] == [
        (2, "invited"),
        (3, "invalid"),
        (5, "invalid"),
        (6, "unreachable"),
    ]
    assert "not-an-address" in rows[1]["reason"]
    assert rows[0]["candidate_url"].startswith("http")


def test_a_repeat_invites_nobody_again(deps: Deps, role: r.Interviewer) -> None:
    text = "name,email\n" + "".join(f"Person {n},p{n}@example.com\n" for n in range(120))
    actor = SystemActor(workspace_id=role.workspace_id)
    first = csv_intake.ingest_all(deps, actor, interviewer_id=role.id, text=text)
    again = csv_intake.ingest_all(
        deps, actor, interviewer_id=role.id, text=text + "Person 1,P1@example.com\n"
    )
    with deps.uow.read(actor) as uow:
        assert uow.messages.count() == 120
    assert {row["outcome"] for row in first} == {"invited"}
    assert {row["outcome"] for row in again} == {"already"}


def test_a_preview_changes_nothing(deps: Deps, role: r.Interviewer) -> None:
    text = "name,email\nAna,ana@example.com\nAna,ana@example.com\nBo,@\n"
    actor = SystemActor(workspace_id=role.workspace_id)
    with deps.uow.read(actor) as uow:
        rows = csv_intake.preview(uow, actor, interviewer_id=role.id, text=text)
        assert uow.candidates.count() == 0
    assert [row["outcome"] for row in rows] == ["new", "already", "invalid"]


def test_what_is_echoed_is_no_formula() -> None:
    for cell in ("=cmd()", "+1", "-x", "@SUM(A1)", "\tx"):
        assert csv_intake.safe_cell(cell).startswith("'")
    assert csv_intake.safe_cell("Ana") == "Ana"


@pytest.mark.parametrize("text", ["", "\ufeff\n", "name,email\n", "just,words\nmore,words\n"])
def test_a_file_without_candidates_is_refused_as_a_whole(text: str) -> None:
    with pytest.raises(Invalid):
        csv_intake.read(text)


def test_who_may_and_when(deps: Deps, role: r.Interviewer) -> None:
    viewer = MemberActor(workspace_id=role.workspace_id, member_id="0" * 32, role=r.Role.VIEWER)
    with deps.uow.write(viewer) as uow, pytest.raises(Forbidden):
        csv_intake.ingest(uow, viewer, interviewer_id=role.id, text="Ana,ana@example.com")
    actor = SystemActor(workspace_id=role.workspace_id)
    with deps.uow.write(actor) as uow:
        interviewers.archive(uow, actor, interviewer_id=role.id)
        with pytest.raises(Conflict):
            csv_intake.ingest(uow, actor, interviewer_id=role.id, text="Ana,ana@example.com")


@given(st.text(max_size=400))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    try:
        rows = csv_intake.read(text)
    except Invalid as refused:
        assert refused.fields["csv"]
    else:
        assert all(row.problem or row.name or row.email or row.phone for row in rows)
