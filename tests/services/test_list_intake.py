"""A list chosen on the page: looked at first, then everyone invited once, however often the work is cut off."""

from __future__ import annotations

import pytest

from milo_app.domain import plan_data
from milo_app.domain import records as r
from milo_app.domain.actors import MemberActor
from milo_app.domain.errors import Conflict, Invalid, NotFound
from milo_app.services import interviewers, list_intake
from tests import builders

ROWS = (
    "name,email\n"
    + "".join(f"P {n},p{n}@example.com\n" for n in range(120))
    + "Bad,nope\nP 1,p1@example.com\n"
)


@pytest.fixture
def place(uow_write):
    with uow_write() as uow:
        workspace = builders.create_workspace(uow)
        member = builders.create_member(uow, workspace)
        plan = plan_data.to_data(interviewers.template("registered_nurse"))
        interviewer, _ = builders.create_interviewer(uow, workspace, plan=plan)
        known = builders.create_candidate(uow, workspace, name="P 2", email="p2@example.com")
        builders.create_application(uow, interviewer, known)
    return MemberActor(workspace_id=workspace.id, member_id=member.id, role=r.Role.RECRUITER), interviewer


def _kept(deps, actor, interviewer, raw=b""):
    return list_intake.accept(
        deps, actor, interviewer_id=interviewer.id, name="people.csv", chunks=[raw or ROWS.encode()]
    )["file_id"]


def test_nobody_is_invited_before_the_list_is_confirmed_and_everybody_once_after(deps, place):
    actor, interviewer = place
    file = _kept(deps, actor, interviewer)
    shown = list_intake.review(deps, actor, file_id=file)
    assert (shown["total"], shown["new"], shown["already"], shown["invalid"], shown["pages"]) == (
        122,
        119,
        2,
        1,
        3,
    )
    assert [x["name"] for x in list_intake.review(deps, actor, file_id=file, outcome="invalid")["rows"]] == [
        "Bad"
    ]
    with deps.uow.write(actor) as uow:
        assert uow.applications.count() == 1
        list_intake.confirm(uow, actor, file_id=file)
        with pytest.raises(Conflict):
            list_intake.confirm(uow, actor, file_id=file)
        assert list_intake.progress(uow, actor)["running"]
        key = uow.files.get(file).key
    for _ in range(2):
        list_intake.ingest_list(deps, file, actor.member_id)
    with deps.uow.read(actor) as uow:
        assert uow.applications.count() == 120 and uow.messages.count(kind="invitation") == 119
        assert list_intake.progress(uow, actor)["text"].startswith("Invited 119 of 122 from people.csv.")
    with pytest.raises(FileNotFoundError):
        b"".join(deps.files.read(key))


def test_a_list_is_whoever_chose_its_and_can_be_discarded(deps, place, uow_write):
    actor, interviewer = place
    file = _kept(deps, actor, interviewer, ROWS.encode("utf-16"))
    with uow_write() as uow:
        colleague = builders.create_member(uow, uow.workspaces.get(actor.workspace_id), email="c@example.com")
    other = MemberActor(workspace_id=actor.workspace_id, member_id=colleague.id, role=r.Role.ADMIN)
    with pytest.raises(NotFound):
        list_intake.review(deps, other, file_id=file)
    list_intake.discard(deps, actor, file_id=file)
    with pytest.raises(NotFound):
        list_intake.review(deps, actor, file_id=file)
    with pytest.raises(Invalid):
        _kept(deps, actor, interviewer, b"\x00\x01\x02")
