"""Keeping answers and handing stages in."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from milo_app.domain import consent as notices
from milo_app.domain import records as r
from milo_app.domain.actors import CandidateActor, SystemActor
from milo_app.domain.errors import Conflict, Invalid
from milo_app.services import answers, applications, consents
from milo_app.services.ports import Deps
from tests import builders

FORM = {
    "title": "Ward clerk",
    "stages": [
        {
            "kind": "form",
            "enforce": True,
            "questions": [
                {"id": "nights", "kind": "yes_no", "text": "Can you work nights?", "dealbreaker": True,
                 "ideal": {"operator": "eq", "value": True}, "need": "Night shifts"},
                {"id": "years", "kind": "number", "text": "Years of experience?", "minimum": 0, "maximum": 60},
                {"id": "note", "kind": "long_text", "text": "Anything else?", "required": False},
            ],
        },
        {"kind": "voice", "questions": [{"id": "why", "kind": "long_text", "text": "Why this role?"}]},
    ],
}  # fmt: skip


def plan(*, enforce: bool = True, flag: bool = True) -> dict[str, Any]:
    data = json.loads(json.dumps(FORM))
    data["stages"][0]["enforce"] = enforce
    data["stages"][0]["questions"][0]["dealbreaker"] = flag
    return data


def begin(deps: Deps, data: dict[str, Any]) -> CandidateActor:
    """A candidate who has started and agreed."""
    with deps.uow.write(SystemActor()) as uow:
        workspace = builders.create_workspace(uow)
        interviewer, _ = builders.create_interviewer(uow, workspace, data)
        application = builders.create_application(uow, interviewer)
        applications.start(uow, SystemActor(), application_id=application.id)
        actor = CandidateActor(
            workspace_id=workspace.id, application_id=application.id, candidate_id=application.candidate_id
        )
        video = any(stage.get("video") for stage in data["stages"])
        consents.agree(uow, actor, text_version=notices.interview("en", video=video).version)
    return actor


def give(deps: Deps, actor: CandidateActor, question_id: str, value: Any, **more: Any) -> answers.Saved:
    with deps.uow.write(actor) as uow:
        arguments = {"stage": "form", "key": f"key-{question_id}-{value}", **more}
        return answers.record(uow, actor, question_id=question_id, value=value, **arguments)


def submit(deps: Deps, actor: CandidateActor, stage: str = "form") -> dict[str, Any]:
    with deps.uow.write(actor) as uow:
        return answers.submit_stage(uow, actor, stage=stage)


class TestRecord:
    def test_the_same_key_gives_the_same_reply(self, deps: Deps) -> None:
        """A repeat of a save is one version, whatever it carries."""
        actor = begin(deps, plan())
        first = give(deps, actor, "years", 3, key="key-again")
        assert give(deps, actor, "years", 99, key="key-again") == first
        with deps.uow.read(actor) as uow:
            assert [a.value for a in uow.answers.find(question_id="years")] == [3]

    def test_a_stale_base_is_kept_and_said(self, deps: Deps) -> None:
        """Two tabs: the latest arrival counts, and the reply shows the other value."""
        actor = begin(deps, plan())
        give(deps, actor, "years", 3, key="tab-one-1")
        late = give(deps, actor, "years", 4, key="tab-two-1", base_version=0)
        assert (late.version, late.conflict, late.other) == (2, True, 3)
        newer = give(deps, actor, "years", 5, key="tab-two-2", base_version=2)
        assert (newer.version, newer.conflict) == (3, False)

    @pytest.mark.parametrize("value", ["three", float("nan"), 61, -1, True, [1], {"a": 1}])
    def test_what_cannot_be_an_answer_is_refused_at_its_question(self, deps: Deps, value: Any) -> None:
        actor = begin(deps, plan())
        with pytest.raises(Invalid) as problem:
            give(deps, actor, "years", value, key="bad-value-1")
        assert "years" in problem.value.fields

    def test_nothing_is_taken_without_consent(self, deps: Deps) -> None:
        actor = begin(deps, plan())
        with deps.uow.write(SystemActor()) as uow:
            application = uow.applications.get(actor.application_id)
            uow.applications.save(replace(application, consented_at=None))
        with pytest.raises(Conflict):
            give(deps, actor, "years", 3)

    def test_a_locked_stage_takes_nothing(self, deps: Deps) -> None:
        actor = begin(deps, plan())
        with pytest.raises(Conflict):
            give(deps, actor, "why", "Because", stage="voice")


class TestSubmit:
    def test_missing_answers_are_named(self, deps: Deps) -> None:
        actor = begin(deps, plan())
        give(deps, actor, "nights", True)
        with pytest.raises(Invalid) as problem:
            submit(deps, actor)
        assert list(problem.value.fields) == ["years"]

    def test_a_complete_stage_opens_the_next_at_once(self, deps: Deps) -> None:
        actor = begin(deps, plan())
        give(deps, actor, "nights", True)
        give(deps, actor, "years", 3)
        assert submit(deps, actor)["stage"] == "voice"
        assert submit(deps, actor)["stage"] == "voice"

    @pytest.mark.parametrize(
        ("enforce", "flag", "stopped"), [(True, True, True), (True, False, False), (False, True, False)]
    )
    def test_only_flag_and_enforcement_together_stop(
        self, deps: Deps, enforce: bool, flag: bool, stopped: bool
    ) -> None:
        """A dealbreaker stops the candidate at its stage, and nothing less does."""
        actor = begin(deps, plan(enforce=enforce, flag=flag))
        give(deps, actor, "nights", False)
        give(deps, actor, "years", 3)
        after = submit(deps, actor)
        with deps.uow.read(actor) as uow:
            application = uow.applications.get(actor.application_id)
            voice = uow.stages.first(kind="voice", application_id=application.id)
        assert (application.state is r.ApplicationState.DISQUALIFIED) is stopped
        assert voice is not None and (voice.state is r.StageState.LOCKED) is stopped
        assert after["screen"] == ("ended" if stopped else "devices")
        if stopped:
            assert application.stopped_by is not None and application.stopped_by["question_id"] == "nights"

    def test_a_member_can_reinstate(self, deps: Deps) -> None:
        actor = begin(deps, plan())
        give(deps, actor, "nights", False)
        give(deps, actor, "years", 3)
        submit(deps, actor)
        with deps.uow.write(SystemActor()) as uow:
            member = builders.create_member(uow, uow.workspaces.get(actor.workspace_id))
        from milo_app.domain.actors import MemberActor

        by = MemberActor(workspace_id=actor.workspace_id, member_id=member.id, role=member.role)
        with deps.uow.write(by) as uow:
            back = applications.reinstate(uow, by, application_id=actor.application_id, reason="Mistyped")
        assert (back.state, back.stage) == (r.ApplicationState.IN_PROGRESS, "voice")


class TestCreate:
    def test_the_same_person_twice_is_one_application(self, deps: Deps) -> None:
        with deps.uow.write(SystemActor()) as uow:
            workspace = builders.create_workspace(uow)
            interviewer, _ = builders.create_interviewer(uow, workspace, plan())
            arguments: dict[str, Any] = {
                "interviewer": interviewer,
                "name": "Ana Ruiz",
                "email": "Ana@Example.com ",
            }
            first, new = applications.create(uow, SystemActor(), **arguments)
            second, again = applications.create(
                uow, SystemActor(), **{**arguments, "email": "ana@example.com"}
            )
        assert (new, again) == (True, False) and first.id == second.id

    def test_a_shared_inbox_is_two_people(self, deps: Deps) -> None:
        """The same address under another name is a candidate of its own, marked for a person to look at."""
        with deps.uow.write(SystemActor()) as uow:
            workspace = builders.create_workspace(uow)
            interviewer, _ = builders.create_interviewer(uow, workspace, plan())
            first, _ = applications.create(
                uow, SystemActor(), interviewer=interviewer, name="Ana Ruiz", email="ruiz@example.com"
            )
            other, new = applications.create(
                uow, SystemActor(), interviewer=interviewer, name="Luis Ruiz", email="ruiz@example.com"
            )
            person = uow.candidates.get(other.candidate_id)
        assert new and person.possible_duplicate_of == first.candidate_id


def test_the_plan_file_of_the_template_is_valid() -> None:
    """The shipped template can be published as it is."""
    from milo_app.domain.plan_data import from_data

    path = Path(__file__).parents[2] / "milo_app/templates/interviewers/registered_nurse.json"
    assert [str(k) for k in from_data(json.loads(path.read_text())).kinds] == [
        "resume",
        "form",
        "sms",
        "voice",
    ]
