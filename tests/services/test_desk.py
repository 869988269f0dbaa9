"""Counts, what needs attention, the table, requests."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from milo_app.domain import records as r
from milo_app.domain.actors import MemberActor
from milo_app.domain.errors import Conflict, Forbidden, Invalid, NotFound
from milo_app.services import candidate_table, home, requests
from tests import builders

NURSE = json.loads(Path("milo_app/templates/interviewers/registered_nurse.json").read_text())


@pytest.fixture
def place(uow_write):
    """(actor, interviewer) of a workspace with one published role."""
    with uow_write() as uow:
        workspace = builders.create_workspace(uow)
        member = builders.create_member(uow, workspace)
        interviewer, _ = builders.create_interviewer(uow, workspace, NURSE)
    actor = MemberActor(workspace_id=workspace.id, member_id=member.id, role=r.Role.ADMIN, name="Robin")
    return actor, interviewer


def add(uow, interviewer, name="Casey", **fields):
    workspace = uow.workspaces.get(interviewer.workspace_id)
    return builders.create_application(
        uow, interviewer, builders.create_candidate(uow, workspace, name=name), **fields
    )


class TestHome:
    def test_counts(self, uow_write, place):
        """Each interviewer shows how many are where; previews count nowhere."""
        actor, interviewer = place
        with uow_write(actor) as uow:
            add(uow, interviewer)
            add(uow, interviewer, state=r.ApplicationState.IN_PROGRESS, stage="form")
            add(uow, interviewer, state=r.ApplicationState.COMPLETED)
            add(uow, interviewer, state=r.ApplicationState.COMPLETED, preview=True)
            [card] = home.home(uow, actor)["interviewers"]
        assert (card["all"], card["invited"], card["in_progress"], card["to_decide"]) == (3, 1, 1, 1)
        assert {s["kind"]: s["n"] for s in card["stages"]}["form"] == 1

    def test_attention(self, uow_write, place):
        """What failed, waits or was asked for is listed with a way to it; nothing else."""
        actor, interviewer = place
        with uow_write(actor) as uow:
            assert home.home(uow, actor)["attention"] == []
            old = uow.now - timedelta(days=11)
            waiting = add(uow, interviewer, state=r.ApplicationState.COMPLETED, completed_at=old)
            add(uow, interviewer, state=r.ApplicationState.COMPLETED, completed_at=uow.now, needs_review=True)
            uow.messages.add(
                r.Message(
                    id=uow.new_id(), workspace_id=actor.workspace_id, channel=r.Channel.EMAIL, direction="out",
                    state=r.MessageState.FAILED, created_at=uow.now, updated_at=uow.now, application_id=waiting.id,
                )
            )  # fmt: skip
            uow.requests.add(
                r.Request(
                    id=uow.new_id(), workspace_id=actor.workspace_id, application_id=waiting.id, kind="no_ai", text="",
                    at=uow.now, due_at=uow.now,
                )
            )  # fmt: skip
            found = {item["kind"]: item for item in home.home(uow, actor)["attention"]}
        assert set(found) == {"request", "failed", "review", "waiting"}
        assert found["failed"]["url"] == f"/app/report/?a={waiting.id}"
        assert found["request"]["text"] == "1 open request from candidates"

    def test_other_workspace_is_unseen(self, uow_write, place):
        _, interviewer = place
        with uow_write() as uow:
            other = builders.create_workspace(uow)
            member = builders.create_member(uow, other)
            add(uow, interviewer)
        stranger = MemberActor(workspace_id=other.id, member_id=member.id, role=r.Role.ADMIN)
        with uow_write(stranger) as uow:
            assert home.home(uow, stranger)["interviewers"] == []
            assert candidate_table.table(uow, stranger)["rows"] == []
            with pytest.raises(NotFound):
                candidate_table.table(uow, stranger, interviewer_id=interviewer.id)


class TestTable:
    def test_filters(self, uow_write, place):
        actor, interviewer = place
        with uow_write(actor) as uow:
            add(uow, interviewer, "Ana Ruiz", state=r.ApplicationState.COMPLETED, score=81.0)
            add(uow, interviewer, "Bo Li", needs_review=True, decision=r.Decision.SHORTLISTED)

            def names(**asked):
                return [row["name"] for row in candidate_table.table(uow, actor, **asked)["rows"]]

            assert names(search="ruiz") == ["Ana Ruiz"]
            assert names(state="completed") == ["Ana Ruiz"]
            assert names(review=True) == ["Bo Li"]
            assert names(decision="shortlisted") == ["Bo Li"]
            assert names(sort="name") == ["Ana Ruiz", "Bo Li"]
            assert set(names(state="no such", sort="; drop table")) == {"Ana Ruiz", "Bo Li"}

    @pytest.mark.parametrize("sort", candidate_table.SORTS)
    def test_pages_follow_each_other(self, uow_write, place, sort):
        """Every order can be paged through to the end, each row once."""
        actor, interviewer = place
        with uow_write(actor) as uow:
            ids = {add(uow, interviewer, f"P{n}", score=50.0 + n % 3 if n % 2 else None).id for n in range(7)}
            seen, after = [], []
            while True:
                page = candidate_table.table(uow, actor, sort=sort, after=after, limit=2)
                seen += [row["id"] for row in page["rows"]]
                after = page["next"]
                if not after:
                    break
        assert len(seen) == 7 and set(seen) == ids

    def test_stages(self, uow_write, place):
        """A row shows the present attempt's stages in order."""
        actor, interviewer = place
        with uow_write(actor) as uow:
            application = add(uow, interviewer, attempt=2)
            for attempt, kind, state in [(1, "form", "failed"), (2, "form", "done"), (2, "sms", "open")]:
                uow.stages.add(
                    r.ApplicationStage(
                        id=uow.new_id(), workspace_id=actor.workspace_id, application_id=application.id,
                        attempt=attempt, kind=kind, position=1 if kind == "form" else 2, state=r.StageState(state),
                    )
                )  # fmt: skip
            [row] = candidate_table.table(uow, actor)["rows"]
        assert [(s["kind"], s["words"]) for s in row["stages"]] == [("form", "Done"), ("sms", "Open")]

    def test_neighbours(self, uow_write, place):
        actor, interviewer = place
        with uow_write(actor) as uow:
            a, b, c = (add(uow, interviewer).id for _ in range(3))
            assert candidate_table.neighbours(uow, actor, application_id=b) == {"previous": c, "next": a}
            assert candidate_table.neighbours(uow, actor, application_id=c)["previous"] == ""


class TestAdding:
    def test_twice_is_once(self, uow_write, place):
        """The same person added again is not invited again."""
        actor, interviewer = place
        given = {"interviewer_id": interviewer.id, "name": "Ana Ruiz", "email": "ana@example.com"}
        with uow_write(actor) as uow:
            first = candidate_table.add_candidate(uow, actor, **given)
            second = candidate_table.add_candidate(uow, actor, **given)
            assert (first["outcome"], second["outcome"]) == ("invited", "already")
            assert first["url"] == second["url"]
            assert uow.messages.count(kind="invitation", channel="email") == 1

    def test_refused(self, uow_write, place):
        actor, interviewer = place
        viewer = MemberActor(workspace_id=actor.workspace_id, member_id=actor.member_id, role=r.Role.VIEWER)
        with uow_write(actor) as uow:
            with pytest.raises(Forbidden):
                candidate_table.add_candidate(uow, viewer, interviewer_id=interviewer.id, name="Ana")
            with pytest.raises(Invalid):
                candidate_table.add_candidate(
                    uow, actor, interviewer_id=interviewer.id, name="Ana", email="nope"
                )


def test_requests(uow_write, place):
    """A request is taken by somebody and closed with words; a closed one stays closed."""
    actor, interviewer = place
    with uow_write(actor) as uow:
        application = add(uow, interviewer)
        made = uow.requests.add(
            r.Request(
                id=uow.new_id(), workspace_id=actor.workspace_id, application_id=application.id, kind="accommodation",
                text="Larger type", at=uow.now, due_at=uow.now - timedelta(days=1),
            )
        )  # fmt: skip
        requests.take(uow, actor, request_id=made.id)
        [shown] = requests.queue(uow, actor)
        assert shown["late"] and shown["owner"] == "Robin Recruiter"
        with pytest.raises(Invalid):
            requests.close(uow, actor, request_id=made.id, resolution=" ")
        requests.close(uow, actor, request_id=made.id, resolution="Sent a large-type form")
        assert requests.queue(uow, actor) == []
        with pytest.raises(Conflict):
            requests.take(uow, actor, request_id=made.id)
