"""Rows and records, one workspace at a time."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from sqlalchemy.exc import OperationalError

from milo_app.db.repositories import TABLES
from milo_app.domain import records as r
from milo_app.domain.actors import MemberActor, SystemActor
from milo_app.domain.errors import Conflict, NotFound
from tests import builders as b


def member_of(workspace: r.Workspace) -> MemberActor:
    return MemberActor(workspace_id=workspace.id, member_id="m", role=r.Role.ADMIN)


class TestTables:
    def test_every_record_has_a_table_with_the_same_fields(self):
        """A field added to one and forgotten in the other fails here."""
        records = [v for v in vars(r).values() if isinstance(v, type) and hasattr(v, "__dataclass_fields__")]
        assert set(records) == set(TABLES)
        for record in records:
            assert [c.name for c in TABLES[record].columns] == [f.name for f in fields(record)], record


class TestRepository:
    def test_a_record_comes_back_as_it_was_kept(self, uow_write):
        """Times, enums, tuples, JSON and None survive."""
        with uow_write() as uow:
            interviewer, _ = b.create_interviewer(uow, b.create_workspace(uow), {"title": "Nurse"})
            application = b.create_application(uow, interviewer, stopped_by=None, feedback={"stars": 4})
            evaluation = uow.evaluations.add(
                r.Evaluation(
                    id=uow.new_id(),
                    workspace_id=application.workspace_id,
                    application_id=application.id,
                    attempt=1,
                    stage="voice",
                    criterion_id="c",
                    question_id=None,
                    at=uow.now,
                    evaluator="built_in",
                    score=4.0,
                    reasons=("clear", "calm"),
                    quotes=({"text": "I led"},),
                )
            )
        with uow_write() as uow:
            assert uow.applications.get(application.id) == application
            assert uow.evaluations.get(evaluation.id) == evaluation
            assert uow.interviewers.get(interviewer.id) == interviewer

    @pytest.mark.parametrize("value", [3, "3", 1.0, 2**70, "", None, [1, {"a": "Zoë"}], True, "2026-01-01"])
    def test_an_answer_keeps_its_exact_value_and_type(self, uow_write, value):
        with uow_write() as uow:
            interviewer, _ = b.create_interviewer(uow, b.create_workspace(uow))
            application = b.create_application(uow, interviewer)
            answer = r.Answer(
                id=uow.new_id(),
                workspace_id=application.workspace_id,
                application_id=application.id,
                attempt=1,
                stage="form",
                question_id="q",
                version=1,
                value=value,
                key="k",
                at=uow.now,
            )
            kept = uow.answers.get(uow.answers.add(answer).id).value
            assert kept == value and type(kept) is type(value)

    def test_another_workspace_sees_nothing(self, uow_write):
        """Reading, saving, adding and deleting all stay within the actor's workspace."""
        with uow_write() as uow:
            ours, theirs = b.create_workspace(uow), b.create_workspace(uow)
            interviewer, _ = b.create_interviewer(uow, theirs)
        with uow_write(member_of(ours)) as uow:
            with pytest.raises(NotFound):
                uow.interviewers.get(interviewer.id)
            with pytest.raises(NotFound):
                uow.interviewers.save(replace(interviewer, title="Stolen"))
            with pytest.raises(NotFound):
                b.create_interviewer(uow, theirs)
            with pytest.raises(NotFound):
                uow.workspaces.get(theirs.id)
            uow.interviewers.delete(interviewer.id)
            assert uow.interviewers.find() == [] and uow.interviewers.count() == 0
            assert [w.id for w in uow.workspaces.find()] == [ours.id]
        with uow_write() as uow:
            assert uow.interviewers.get(interviewer.id).title == interviewer.title

    def test_a_taken_key_is_a_conflict_and_the_rest_stays(self, uow_write):
        """The transaction goes on after the conflict."""
        with uow_write() as uow:
            workspace = b.create_workspace(uow, slug="acme")
            with pytest.raises(Conflict):
                b.create_workspace(uow, slug="acme")
        with uow_write() as uow:
            assert [w.id for w in uow.workspaces.find()] == [workspace.id]

    def test_find_takes_lists_none_order_and_limit(self, uow_write):
        with uow_write() as uow:
            workspace = b.create_workspace(uow)
            for name in "abc":
                b.create_candidate(uow, workspace, name=name, phone=None if name == "b" else "+1")
            names = [c.name for c in uow.candidates.find(name=["a", "c"], order="-name")]
            assert names == ["c", "a"]
            assert [c.name for c in uow.candidates.find(phone=None)] == ["b"]
            assert uow.candidates.first(order="-id", workspace_id=workspace.id).name == "c"
            assert uow.candidates.count(phone="+1") == 2
            assert uow.candidates.maybe(None) is None

    def test_one_application_per_person_and_interviewer_but_any_number_of_previews(self, uow_write):
        with uow_write() as uow:
            interviewer, _ = b.create_interviewer(uow, b.create_workspace(uow))
            first = b.create_application(uow, interviewer)
            candidate = uow.candidates.get(first.candidate_id)
            with pytest.raises(Conflict):
                b.create_application(uow, interviewer, candidate)
            b.create_application(uow, interviewer, candidate, preview=True)
            b.create_application(uow, interviewer, candidate, preview=True)


class TestUnitOfWork:
    def test_an_error_rolls_everything_back(self, uow_write, uow_read):
        with pytest.raises(ZeroDivisionError), uow_write() as uow:
            b.create_workspace(uow)
            raise ZeroDivisionError
        with uow_read() as uow:
            assert uow.workspaces.count() == 0

    def test_a_read_cannot_write(self, uow_read):
        with pytest.raises(OperationalError), uow_read() as uow:
            b.create_workspace(uow)

    def test_events_count_per_subject(self, uow_write):
        with uow_write() as uow:
            workspace = b.create_workspace(uow)
        with uow_write(SystemActor(workspace_id=workspace.id)) as uow:
            for kind in ("invited", "opened"):
                uow.emit("application", "a1", kind, stage="form")
            uow.emit("application", "a2", "invited")
            events = uow.events.since(uow.now)
        assert [(e.subject_id, e.seq, e.kind) for e in events] == [
            ("a1", 1, "invited"),
            ("a1", 2, "opened"),
            ("a2", 1, "invited"),
        ]
        assert events[0].actor == "system" and events[0].data == {"stage": "form"}

    def test_throttle_counts_since(self, uow_write, clock):
        from datetime import timedelta

        with uow_write() as uow:
            uow.throttle.add("k", uow.now)
            uow.throttle.add("k", uow.now - timedelta(hours=1))
            assert uow.throttle.count("k", uow.now - timedelta(minutes=5)) == 1
            assert uow.throttle.count("other", uow.now - timedelta(days=1)) == 0
