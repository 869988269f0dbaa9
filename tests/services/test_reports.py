"""The report: evidence with its place, numbers with their arithmetic, what is missing said to be missing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from milo_app.domain import records as r
from milo_app.domain.actors import MemberActor
from milo_app.domain.errors import Conflict, Forbidden, NotFound
from milo_app.services import reports, timeline
from tests import builders

PLAN = {
    "title": "Nurse",
    "stages": [
        {
            "kind": "resume",
            "enforce": True,
            "weight": 1,
            "criteria": [
                {"id": "rn", "text": "RN license", "kind": "eligibility", "dealbreaker": True},
                {"id": "years", "text": "Experience", "one": "None", "five": "Lots", "weight": 3},
                {"id": "teaching", "text": "Teaching", "one": "None", "five": "Lots", "weight": 1},
            ],
        },
        {
            "kind": "form",
            "enforce": False,
            "questions": [
                {
                    "id": "nights",
                    "kind": "yes_no",
                    "text": "Nights?",
                    "dealbreaker": True,
                    "ideal": {"operator": "eq", "value": True},
                },
                {"id": "card", "kind": "file", "text": "License", "required": False},
            ],
        },
        {
            "kind": "voice",
            "weight": 1,
            "questions": [
                {
                    "id": "worse",
                    "kind": "long_text",
                    "text": "A patient got worse?",
                    "criterion": {"id": "acts", "text": "Acts", "one": "Waits", "five": "Acts", "weight": 5},
                }
            ],
        },
    ],
}
RESUME = "Ana Ruiz\nRegistered nurse\nCared for five adults a shift"


class Made:
    """One application with something in each stage."""

    def __init__(self, deps, uow) -> None:
        self.uow = uow
        workspace = builders.create_workspace(uow)
        member = builders.create_member(uow, workspace, name="Robin")
        self.interviewer, version = builders.create_interviewer(uow, workspace, PLAN)
        self.actor = MemberActor(
            workspace_id=workspace.id, member_id=member.id, role=r.Role.ADMIN, name="Robin"
        )
        candidate = builders.create_candidate(uow, workspace, name="Ana Ruiz")
        self.app = builders.create_application(
            uow, self.interviewer, candidate, state=r.ApplicationState.IN_PROGRESS, version_id=version.id
        )
        self.here = {"workspace_id": workspace.id, "application_id": self.app.id, "attempt": 1}
        deps.files.put(f"texts/{self.app.id}", [RESUME.encode()])
        self.stage("resume", 0, "done", data={"text_file_key": f"texts/{self.app.id}"})
        self.stage("form", 1, "done")
        self.stage("voice", 2, "open")

    def stage(self, kind, position, state, **fields):
        return self.uow.stages.add(
            r.ApplicationStage(
                id=self.uow.new_id(),
                kind=kind,
                position=position,
                state=r.StageState(state),
                **self.here,
                **fields,
            )
        )

    def score(self, stage, criterion, score, **fields):
        made = {"evaluator": "builtin", "prompt_version": "lexical-1", "question_id": None, **fields}
        return self.uow.evaluations.add(
            r.Evaluation(
                id=self.uow.new_id(),
                stage=stage,
                criterion_id=criterion,
                score=score,
                at=self.uow.now,
                **self.here,
                **made,
            )
        )

    def answer(self, question, value, version=1):
        return self.uow.answers.add(
            r.Answer(
                id=self.uow.new_id(), stage="form", question_id=question, version=version, value=value,
                key=f"{question}{version}", at=self.uow.now, **self.here,
            )
        )  # fmt: skip

    def turn(self, seq, **fields):
        made = {"speaker": r.Speaker.CANDIDATE, "text": "I called the team", "question_id": "worse", **fields}
        return self.uow.turns.add(
            r.Turn(id=self.uow.new_id(), stage="voice", seq=seq, at=self.uow.now, **self.here, **made)
        )


@pytest.fixture
def make(deps, uow_write):
    """`make(fill)` fills an application within a transaction and gives its report and actor."""

    def build(fill):
        with uow_write() as uow:
            made = Made(deps, uow)
            fill(made)
        return reports.report(deps, made.actor, application_id=made.app.id), made

    return build


def stage_of(report, kind):
    return next(s for s in report["stages"] if s["kind"] == kind)


def test_arithmetic(make):
    """Scores and what they cover: missing ones are left out and said to be missing."""

    def fill(m):
        m.score("resume", "years", 5)
        m.score("resume", "teaching", 1)

    report, _ = make(fill)
    assert report["overall"]["score"] == "75%"
    assert report["overall"]["covers"] == "partial, 1 of 2 stages"
    resume = stage_of(report, "resume")
    assert resume["score"] == "75%" and "(3 × 100 + 1 × 0) ÷ (3 + 1) = 75%" in resume["lines"]
    assert stage_of(report, "voice")["score"] == ""


def test_quote_in_the_resume(make):
    """A quote leads to its line."""
    quote = {"text": "Cared for five adults", "source": "resume", "start": RESUME.index("Cared"), "end": 48}
    report, _ = make(
        lambda m: m.score("resume", "years", 4, quotes=(quote,), reasons=("Names the load",), confidence=0.5)
    )
    resume = stage_of(report, "resume")
    [shown] = resume["criteria"][0]["quotes"]
    assert (shown["href"], shown["place"]) == ("#line-3", "line 3 of the resume")
    assert resume["resume"]["lines"][2]["text"] == "Cared for five adults a shift"
    assert resume["criteria"][0]["confidence"] == "50% sure"
    assert resume["criteria"][0]["evaluator"] == "Built-in evaluator, lexical (lexical-1)"


def test_quote_in_the_recording(make):
    """A quote of a spoken answer leads to its turn and its moment."""

    def fill(m):
        recording = m.uow.recordings.add(
            r.Recording(
                id=m.uow.new_id(),
                stage="voice",
                state="joined",
                media_type="video/webm",
                started_at=m.uow.now,
                file_id=None,
                **m.here,
            )
        )
        turn = m.turn(1, recording_id=recording.id, at_ms=65_000, end_ms=70_000)
        m.score(
            "voice",
            "acts",
            5,
            question_id="worse",
            quotes=({"text": "called the team", "turn_id": turn.id, "at_ms": 65_000},),
        )
        m.turn_id, m.recording_id = turn.id, recording.id

    report, made = make(fill)
    voice = stage_of(report, "voice")
    [shown] = voice["criteria"][0]["quotes"]
    assert shown["href"] == f"#turn-{made.turn_id}" and shown["place"] == "at 1:05 in the recording"
    assert (shown["recording"], shown["ms"]) == (made.recording_id, 65_000)
    assert voice["turns"][0]["place"] == "1:05"
    assert voice["recordings"][0]["captions"] == [{"ms": 65_000, "end": 70_000, "text": "I called the team"}]


def test_a_persons_score_counts(make):
    """A person's score stands before a later one of a machine's; the others stay as history."""

    def fill(m):
        first = m.score("resume", "years", 2)
        m.score(
            "resume",
            "years",
            4,
            member_id=m.actor.member_id,
            supersedes_id=first.id,
            reasons=("I know the ward",),
        )
        m.score("resume", "years", 1)

    report, _ = make(fill)
    shown = stage_of(report, "resume")["criteria"][0]
    assert (shown["score"], shown["by_person"], shown["evaluator"]) == ("4", True, "Robin")
    assert [v["score"] for v in shown["history"]] == ["1", "2"]


def test_not_transcribed(make):
    """A spoken answer without words is asked for, never counted as nothing."""

    def fill(m):
        m.turn(1, speaker=r.Speaker.INTERVIEWER, text="A patient gets worse. What do you do?", action="ask")
        m.turn(2, text="", transcribed=False)
        taken = {"heard": {"as": "answer", "question_id": "worse"}}
        m.turn(3, speaker=r.Speaker.INTERVIEWER, text="Thank you.", action="close", value=taken)
        m.score(
            "voice", "acts", None, question_id="worse", status="needs_review", reasons=("not transcribed",)
        )

    report, _ = make(fill)
    shown = stage_of(report, "voice")["criteria"][0]
    assert shown["status"].startswith("Not transcribed") and shown["score"] == ""
    assert report["review"][0]["href"] == "#criterion-acts"
    assert report["overall"]["score"] == ""


def test_dealbreakers(make):
    """Each with its answer and whether it is met; a flag without enforcement is said to be just that."""
    report, _ = make(lambda m: (m.answer("nights", True), m.answer("nights", False, version=2)))
    found = {d["id"]: d for d in report["dealbreakers"]}
    assert found["nights"]["met"] == "no" and "not enforced" in found["nights"]["words"]
    assert (found["nights"]["given"], found["nights"]["expected"]) == ("No", "Yes")
    assert found["rn"]["met"] == "unknown" and found["rn"]["given"] == "Not found in the resume"
    answer = stage_of(report, "form")["answers"][0]
    assert answer["value"] == "No" and [v["value"] for v in answer["versions"]] == ["Yes"]


def test_stopped(make):
    """The answer that decided stands at the top."""

    def fill(m):
        m.answer("nights", False)
        by = {
            "stage": "form",
            "question_id": "nights",
            "question": "Nights?",
            "answer": "No",
            "expected": "Yes",
            "kind": "dealbreaker",
        }
        m.uow.applications.save(replace(m.app, state=r.ApplicationState.DISQUALIFIED, stopped_by=by))

    report, _ = make(fill)
    assert report["can_reinstate"] and report["stopped"]["answer"] == "No"
    assert [d["id"] for d in report["dealbreakers"] if d["decided"]] == ["nights"]


def test_earlier_attempt(make, deps):
    """Answers of an earlier attempt are not mixed into the present one."""

    def fill(m):
        m.score("resume", "years", 5)
        m.uow.applications.save(replace(m.app, attempt=2))
        m.uow.stages.add(
            r.ApplicationStage(
                id=m.uow.new_id(),
                kind="resume",
                position=0,
                state=r.StageState.OPEN,
                **{**m.here, "attempt": 2},
            )
        )

    report, made = make(fill)
    assert report["overall"]["score"] == ""
    earlier = reports.report(deps, made.actor, application_id=made.app.id, attempt=1)
    assert stage_of(earlier, "resume")["criteria"][0]["score"] == "5"


def test_stranger(make, deps, uow_write):
    _, made = make(lambda m: None)
    with uow_write() as uow:
        other = builders.create_workspace(uow)
        member = builders.create_member(uow, other)
    stranger = MemberActor(workspace_id=other.id, member_id=member.id, role=r.Role.ADMIN)
    with pytest.raises(NotFound):
        reports.report(deps, stranger, application_id=made.app.id)


def test_requests_stay_out(make):
    """What a candidate asked of a person is in no report."""

    def fill(m):
        m.uow.requests.add(
            r.Request(
                id=m.uow.new_id(), workspace_id=m.app.workspace_id, application_id=m.app.id, kind="accommodation",
                text="I am hard of hearing", at=m.uow.now, due_at=m.uow.now,
            )
        )  # fmt: skip

    report, _ = make(fill)
    assert "hearing" not in str(report) and "accommodation" not in str(report)


class TestTimeline:
    def message(self, m, **fields):
        made = {
            "channel": r.Channel.EMAIL, "direction": "out", "state": r.MessageState.FAILED, "created_at": m.uow.now,
            "updated_at": m.uow.now, "kind": "invitation", "to": "ana@example.com", "error": "mailbox full", **fields,
        }  # fmt: skip
        return m.uow.messages.add(
            r.Message(id=m.uow.new_id(), workspace_id=m.app.workspace_id, application_id=m.app.id, **made)
        )

    def test_words_and_again(self, deps, uow_write):
        """A failure reads in plain words with the provider's own, and can be sent again, once, by a recruiter."""
        with uow_write() as uow:
            m = Made(deps, uow)
            failed = self.message(m)
            self.message(m, state=r.MessageState.RECEIVED, direction="in", sender="+1415", body="Yes")
        with uow_write(m.actor) as uow:
            shown = timeline.of_application(uow, m.actor, application_id=m.app.id)
            bad = next(x for x in shown if x["id"] == failed.id)
            assert (bad["words"], bad["error"], bad["can_resend"]) == ("Not delivered", "mailbox full", True)
            with pytest.raises(Forbidden):
                viewer = replace(m.actor, role=r.Role.VIEWER)
                timeline.resend(uow, viewer, message_id=failed.id)
            again = timeline.resend(uow, m.actor, message_id=failed.id)
            assert again.state is r.MessageState.QUEUED
            with pytest.raises(Conflict):
                timeline.resend(uow, m.actor, message_id=again.id)
