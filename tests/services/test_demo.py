"""The demo workspace: whole, marked, made once, removed in one click."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from milo_app.domain import records as r
from milo_app.domain.actors import MemberActor, SystemActor
from milo_app.domain.errors import Forbidden
from milo_app.services import demo, demo_people
from milo_app.services.ports import Deps

SYSTEM = SystemActor()


@pytest.fixture
def facts(deps: Deps, tmp_path: Path) -> dict[str, object]:
    return demo.ensure_demo(deps, data=tmp_path, password="a long enough one")


def test_everyone_is_there_in_every_state(deps: Deps, facts: dict[str, object]) -> None:
    with deps.uow.read(SYSTEM) as uow:
        states = {a.state for a in uow.applications.find()}
        decisions = {a.decision for a in uow.applications.find()}
        stopped = {a.stopped_by["stage"] for a in uow.applications.find() if a.stopped_by}
        people = uow.candidates.find()
        unsent = [
            m for m in uow.messages.find(state=r.MessageState.QUEUED) if m.to.startswith("alex") is False
        ]
        assert uow.workspaces.find()[0].is_demo
    assert len(people) == len(demo_people.PEOPLE) + 1
    assert states == set(r.ApplicationState)
    assert decisions == set(r.Decision)
    assert stopped == {"resume", "form", "sms", "voice"}
    assert all(p.source == "demo" and (p.email or "x.example").endswith(".example") for p in people)
    assert [m for m in unsent if m.channel is r.Channel.EMAIL] == []


def test_every_quote_stands_in_the_candidates_own_words(deps: Deps, facts: dict[str, object]) -> None:
    quoted = 0
    with deps.uow.read(SYSTEM) as uow:
        turns = {t.id: t.text for t in uow.turns.find()}
        answers = {a.id: str(a.value) for a in uow.answers.find()}
        resumes = {
            s.application_id: b"".join(deps.files.read(str(s.data["text_file_key"]))).decode()
            for s in uow.stages.find(kind="resume")
            if s.data.get("text_file_key")
        }
        for evaluation in uow.evaluations.find():
            if evaluation.score is None:
                continue
            for quote in evaluation.quotes:
                texts = {"turn": turns, "answer": answers}.get(str(quote["source"]))
                text = (
                    texts[quote["turn_id"] or quote["answer_id"]]
                    if texts
                    else resumes[evaluation.application_id]
                )
                assert text[quote["start"] : quote["end"]] == quote["text"]
                quoted += 1
    assert quoted > 150


def test_scores_are_worked_out_and_written_by_hand(deps: Deps, facts: dict[str, object]) -> None:
    with deps.uow.read(SYSTEM) as uow:
        done = uow.applications.find(state=r.ApplicationState.COMPLETED)
        named = {e.evaluator for e in uow.evaluations.find() if e.score is not None and not e.member_id}
    assert named == {"written by hand for the demo"}
    assert len({a.score for a in done}) >= 6
    assert all(a.score is not None and 0 <= a.score <= 100 for a in done)


def test_it_is_made_once_and_its_links_stay(deps: Deps, facts: dict[str, object], tmp_path: Path) -> None:
    again = demo.ensure_demo(deps, data=tmp_path, password="a long enough one")
    assert again == facts
    with deps.uow.read(SYSTEM) as uow:
        assert uow.workspaces.count() == 1 and uow.candidates.count() == len(demo_people.PEOPLE) + 1


def test_a_password_is_made_kept_and_can_be_set(deps: Deps, tmp_path: Path) -> None:
    made = demo.ensure_demo(deps, data=tmp_path)
    kept = tmp_path / "demo-password"
    assert kept.read_text().strip() == made["password"]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    changed = demo.ensure_demo(deps, data=tmp_path, password="set by the settings")
    with deps.uow.read(SYSTEM) as uow:
        member = uow.members.first(email="demo@milo.local")
    assert member is not None and deps.passwords.verify("set by the settings", member.password_hash)
    assert changed["password"] == "set by the settings"


def test_demo_json_holds_what_others_rely_on(facts: dict[str, object], tmp_path: Path) -> None:
    demo.write_demo_json(tmp_path, facts, pid=4711)
    demo.write_demo_json(tmp_path, facts)
    held = json.loads((tmp_path / "demo.json").read_text())
    assert held.keys() == {
        *("sign_in_url", "email", "password", "apply_url", "candidate_url", "preview_url", "api_key"),
        *("workspace_slug", "interviewer_slug", "pid"),
    }
    assert held["pid"] == 4711
    assert stat.S_IMODE((tmp_path / "demo.json").stat().st_mode) == 0o600
    assert not list(tmp_path.glob(".demo*"))


def test_the_people_go_in_one_click_and_the_rest_stays(deps: Deps, facts: dict[str, object]) -> None:
    with deps.uow.read(SYSTEM) as uow:
        member = uow.members.find()[0]
    admin = MemberActor(workspace_id=member.workspace_id, member_id=member.id, role=r.Role.ADMIN)
    recruiter = MemberActor(workspace_id=member.workspace_id, member_id=member.id, role=r.Role.RECRUITER)
    with pytest.raises(Forbidden):
        demo.remove_people(deps, recruiter)
    assert demo.remove_people(deps, admin) == len(demo_people.PEOPLE) + 1
    assert demo.remove_people(deps, admin) == 0
    with deps.uow.read(SYSTEM) as uow:
        assert (uow.applications.count(), uow.answers.count(), uow.interviewers.count()) == (0, 0, 1)
    assert deps.files.list("resumes") == []


def test_the_whole_workspace_goes_and_no_start_brings_it_back(
    deps: Deps, facts: dict[str, object], tmp_path: Path
) -> None:
    assert demo.wanted(deps)
    demo.remove(deps)
    with deps.uow.read(SYSTEM) as uow:
        tables = (uow.workspaces, uow.members, uow.interviewers, uow.candidates, uow.messages, uow.events)
        assert [table.count() for table in tables] == [0] * len(tables)
    assert not demo.wanted(deps)
    demo.ensure_demo(deps, data=tmp_path)
    assert demo.wanted(deps)
