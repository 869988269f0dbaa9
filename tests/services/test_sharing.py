"""Reports for those without an account, side by side, and taken along."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from milo_app.domain import plan_data
from milo_app.domain import records as r
from milo_app.domain.actors import MemberActor, SystemActor
from milo_app.domain.errors import Forbidden, Gone, Invalid, NotFound
from milo_app.services import candidate_export, comparison, interviewers, report_files, saved_views, shares
from tests import builders

PLAN = plan_data.to_data(interviewers.template("registered_nurse"))


@pytest.fixture
def place(uow_write):
    with uow_write() as uow:
        workspace = builders.create_workspace(uow)
        member = builders.create_member(uow, workspace)
        interviewer, _ = builders.create_interviewer(uow, workspace, plan=PLAN)
        other, _ = builders.create_interviewer(uow, workspace, plan=PLAN)
        people = [
            builders.create_candidate(
                uow, workspace, name=name, email=f"{n}@example.com", phone=f"+1415555010{n}"
            )
            for n, name in enumerate(("=HYPERLINK(1)", "Bo", "Cy", "Di"))
        ]
        ids = [builders.create_application(uow, interviewer, person).id for person in people]
        elsewhere = builders.create_application(uow, other, people[0]).id
    return MemberActor(workspace_id=workspace.id, member_id=member.id, role=r.Role.RECRUITER), ids, elsewhere


def _stranger(uow):
    workspace = builders.create_workspace(uow)
    member = builders.create_member(uow, workspace, email="s@example.com")
    return MemberActor(workspace_id=workspace.id, member_id=member.id, role=r.Role.ADMIN)


class TestShares:
    def test_a_guest_reads_and_comments_until_it_is_taken_back(self, deps, clock, place):
        actor, ids, _ = place
        with deps.uow.write(actor) as uow:
            made = shares.share(uow, actor, application_id=ids[1], label="Dr Lee", days=7)
            uow.requests.add(
                r.Request(
                    id=uow.new_id(),
                    workspace_id=actor.workspace_id,
                    application_id=ids[1],
                    kind="accommodation",
                    text="a quiet room",
                    at=uow.now,
                    due_at=uow.now,
                )
            )
        token = made["url"].rsplit("/", 1)[1]
        guest = SystemActor(name="share")
        with deps.uow.write(guest) as uow:
            shares.look(uow, guest, token=token)
            assert uow.shares.get(made["id"]).opened == 0
            share, proof = shares.enter(uow, guest, token=token)
        seen = shares.read(deps, share_id=share.id, proof=proof)
        text = repr(seen)
        assert seen["report"]["name"] == "Bo" and seen["report"]["stages"]
        for hidden in ("1@example.com", "+14155550101", "quiet room", "/i/"):
            assert hidden not in text
        with deps.uow.write(guest) as uow:
            with pytest.raises(Invalid):
                shares.comment(uow, guest, share_id=share.id, proof=proof, author="", text="x")
            shares.comment(uow, guest, share_id=share.id, proof=proof, author="Lee", text="Yes", rating=5)
            assert uow.comments.first().member_id is None
        assert shares.read(deps, share_id=share.id, proof=proof)["comments"][0]["who"] == "Lee"
        with deps.uow.write(actor) as uow:
            shares.revoke(uow, actor, share_id=share.id)
            assert shares.of_application(uow, actor, application_id=ids[1]) == []
        with pytest.raises(Gone):
            shares.read(deps, share_id=share.id, proof=proof)

    def test_it_expires_and_belongs_to_one_report(self, deps, clock, place):
        actor, ids, _ = place
        with deps.uow.write(actor) as uow:
            made = shares.share(uow, actor, application_id=ids[0], days=1)
            other = shares.share(uow, actor, application_id=ids[1], days=30)
        guest = SystemActor(name="share")
        with deps.uow.write(guest) as uow:
            _, proof = shares.enter(uow, guest, token=made["url"].rsplit("/", 1)[1])
            with pytest.raises(Forbidden):
                shares.proven(uow, guest, share_id=other["id"], proof=proof)
            with pytest.raises(NotFound):
                shares.look(uow, guest, token=made["url"].rsplit("/", 1)[1][:-2] + "xx")
        clock.move(timedelta(days=2))
        with pytest.raises(Gone):
            shares.read(deps, share_id=made["id"], proof=proof)

    def test_only_whoever_may_decide_shares_and_only_their_own(self, deps, place, uow_write):
        actor, ids, _ = place
        viewer = MemberActor(workspace_id=actor.workspace_id, member_id=actor.member_id, role=r.Role.VIEWER)
        with uow_write() as uow:
            stranger = _stranger(uow)
        with deps.uow.write(actor) as uow:
            made = shares.share(uow, actor, application_id=ids[0])
            with pytest.raises(Forbidden):
                shares.share(uow, viewer, application_id=ids[0])
        with deps.uow.write(stranger) as uow:
            with pytest.raises(NotFound):
                shares.share(uow, stranger, application_id=ids[0])
            with pytest.raises(NotFound):
                shares.revoke(uow, stranger, share_id=made["id"])


def test_side_by_side(deps, place, uow_write):
    actor, ids, elsewhere = place
    with uow_write() as uow:
        stranger = _stranger(uow)
    with deps.uow.read(actor) as uow:
        found = comparison.compare(uow, actor, application_ids=[ids[1], ids[2], ids[1]])
        assert [p["name"] for p in found["people"]] == ["Bo", "Cy"]
        assert all(len(row["cells"]) == 2 for part in found["parts"] for row in part["rows"])
        for wrong in ([ids[0]], [*ids, elsewhere], [ids[0], elsewhere]):
            with pytest.raises(Invalid):
                comparison.compare(uow, actor, application_ids=wrong)
    with deps.uow.read(stranger) as uow, pytest.raises(NotFound):
        comparison.compare(uow, stranger, application_ids=ids[:2])


def test_files_hold_no_formula_and_everyone_who_fits(deps, place, uow_write, monkeypatch):
    actor, ids, _ = place
    monkeypatch.setattr(candidate_export, "_PAGE", 2)
    text = "".join(candidate_export.as_csv(deps, actor, wanted={}, sort="name"))
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert len(rows) == 5 and rows[0]["name"] == "'=HYPERLINK(1)"
    assert not any(cell[:1] in "=+-@" for row in rows for cell in row.values() if cell)
    assert (
        len(
            list(
                csv.reader(
                    io.StringIO("".join(candidate_export.as_csv(deps, actor, wanted={"search": "bo"})))
                )
            )
        )
        == 2
    )
    report = report_files.as_json(deps, actor, application_id=ids[0])
    lines = list(csv.DictReader(io.StringIO(report_files.lines_of(report))))
    assert lines[0]["value"] == "'=HYPERLINK(1)" and {"dealbreaker", "criterion"} <= {
        x["part"] for x in lines
    }
    with uow_write() as uow:
        stranger = _stranger(uow)
    assert len("".join(candidate_export.as_csv(deps, stranger, wanted={})).splitlines()) == 1
    with pytest.raises(NotFound):
        report_files.as_json(deps, stranger, application_id=ids[0])


def test_views_are_kept_per_member_and_shared(deps, place):
    actor, _, _ = place
    with deps.uow.write(actor) as uow:
        colleague = builders.create_member(uow, uow.workspaces.get(actor.workspace_id), email="c@example.com")
    other = MemberActor(workspace_id=actor.workspace_id, member_id=colleague.id, role=r.Role.RECRUITER)
    with deps.uow.write(actor) as uow:
        saved_views.save(uow, actor, name="Mine", filters={"state": "completed", "x": "y"}, columns=["score"])
        shown = saved_views.save(uow, actor, name="All's", filters={}, columns=["score"], shared=True)
        again = saved_views.save(
            uow, actor, name="mine", filters={"search": "a"}, columns=["due", "nonsense"]
        )
        assert saved_views.keep_columns(uow, actor, columns=["activity", "score"]) == ["score", "activity"]
        kept = saved_views.mine(uow, actor)
        assert [v["name"] for v in kept["views"]] == ["All's", "mine"] and kept["columns"] == [
            "score",
            "activity",
        ]
        assert next(v for v in kept["views"] if v["id"] == again)["columns"] == ["due"]
    with deps.uow.write(other) as uow:
        theirs = saved_views.mine(uow, other)
        assert [v["id"] for v in theirs["views"]] == [shown] and theirs["columns"] == list(saved_views.USUAL)
        with pytest.raises(Forbidden):
            saved_views.remove(uow, other, view_id=again)
