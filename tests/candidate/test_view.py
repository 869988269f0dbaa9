"""What a candidate's page shows at each place of the way."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from milo_app.services import answers, applications, candidate_view
from milo_app.services.candidate_view import View
from milo_app.services.ports import Deps
from tests.services.begun import FORM_STAGE, RESUME_STAGE, VOICE_STAGE, begin

_FORM: dict[str, Any] = {
    "kind": "form",
    "enforce": True,
    "end_message": "Sorry, this role needs a permit.",
    "questions": [
        {
            "id": "permit",
            "kind": "yes_no",
            "text": "Do you hold a permit?",
            "dealbreaker": True,
            "ideal": {"operator": "eq", "value": True},
        },
        {"id": "shift", "kind": "single_choice", "text": "Which shift?", "options": ["Days", "Nights"]},
        {"id": "years", "kind": "number", "text": "Years?", "minimum": 0, "maximum": 60, "unit": "years"},
        {"id": "ease", "kind": "slider", "text": "How sure?", "minimum": 1, "maximum": 10},
    ],
}


def shown(deps: Deps, actor: Any) -> View:
    with deps.uow.read(actor) as uow:
        return candidate_view.view(uow, actor)


def record(deps: Deps, actor: Any, question: str, value: Any, stage: str = "form") -> None:
    with deps.uow.write(actor) as uow:
        answers.record(
            uow,
            actor,
            stage=stage,
            question_id=question,
            value=value,
            key=f"{question}-{value}-key",
            base_version=0,
        )


def submit(deps: Deps, actor: Any, stage: str = "form") -> None:
    with deps.uow.write(actor) as uow:
        answers.submit_stage(uow, actor, stage=stage, key="submit-1")


def test_the_empty_view_has_every_part() -> None:
    assert set(candidate_view.empty()) == set(View.__annotations__)
    json.dumps(candidate_view.empty())


def test_a_form_as_its_controls_hold_it(deps: Deps) -> None:
    actor = begin(deps, _FORM)
    record(deps, actor, "permit", False)
    record(deps, actor, "shift", "Nights")
    record(deps, actor, "years", 4.0)
    view = shown(deps, actor)
    json.dumps(view)
    assert (view["screen"], view["stage"], view["step"]) == ("form", "form", 1)
    permit, shift, years, ease = view["questions"]
    assert [o["chosen"] for o in permit["options"]] == [False, True]
    assert permit["version"] == 1 and ease["version"] == 0
    assert [o["label"] for o in shift["options"] if o["chosen"]] == ["Nights"]
    assert years["value"] == "4" and years["shown"] == "4 years" and years["minimum"] == "0"
    assert ease["step"] == "1" and ease["value"] == ""


def test_nothing_that_judges_an_answer_reaches_the_page(deps: Deps) -> None:
    view = shown(deps, begin(deps, _FORM))
    text = json.dumps(view)
    assert "ideal" not in text and "dealbreaker" not in text and "Sorry, this role" not in text


def test_a_stopped_candidate_reads_the_companys_words_and_can_ask_for_a_person(deps: Deps) -> None:
    actor = begin(deps, _FORM)
    for question, value in {"permit": False, "shift": "Days", "years": 1, "ease": 5}.items():
        record(deps, actor, question, value)
    submit(deps, actor)
    view = shown(deps, actor)
    assert view["screen"] == "ended" and view["can_review"]
    assert view["text"] == "Sorry, this role needs a permit."
    assert {g["question"]: g["answer"] for g in view["given"]}["Which shift?"] == "Days"
    with deps.uow.write(actor) as uow:
        applications.ask_person(uow, actor, kind="human_review", text="I misread it")
    assert shown(deps, actor)["asked"] == ["human_review"]


def test_a_withdrawn_one_sees_that_and_no_offer_of_review(deps: Deps) -> None:
    actor = begin(deps, _FORM)
    with deps.uow.write(actor) as uow:
        applications.withdraw(uow, actor)
    view = shown(deps, actor)
    assert (view["screen"], view["state"], view["can_review"]) == ("ended", "withdrawn", False)
    assert "withdrawn" in view["text"]


def test_a_resume_shows_what_was_read_and_what_is_still_asked(deps: Deps) -> None:
    actor = begin(deps, RESUME_STAGE, FORM_STAGE)
    assert shown(deps, actor)["resume"]["reading"] == ""
    with deps.uow.write(actor) as uow:
        row = applications.stage_row(uow, uow.applications.get(actor.application_id), "resume")
        data = {
            "reading": "read",
            "file_id": "x" * 32,
            "profile": {
                "name": "Maria",
                "skills": ["IV", "Epic"],
                "work": [{"title": "Nurse", "from": "2019-03"}],
            },
            "readings": {},
            "confirm": ["rn"],
        }
        uow.stages.save(replace(row, data=data))
    record(deps, actor, "profile", {"name": "Maria Lopez"}, stage="resume")
    resume = shown(deps, actor)["resume"]
    assert (
        resume["name"] == "Maria Lopez" and resume["skills"] == "IV, Epic" and resume["profile_version"] == 1
    )
    assert resume["work"][0]["title"] == "Nurse" and resume["work"][0]["start"] == "2019-03"
    assert "rn" in [q["id"] for q in resume["confirm"]]
    record(deps, actor, "rn", True, stage="resume")
    kept = next(q for q in shown(deps, actor)["resume"]["confirm"] if q["id"] == "rn")
    assert [o["label"] for o in kept["options"] if o["chosen"]] == ["Yes"]


def test_a_talk_names_what_it_takes(deps: Deps) -> None:
    view = shown(deps, begin(deps, {**VOICE_STAGE, "video": True, "minutes": 12}))
    assert view["talk"]["video"] and view["talk"]["minutes"] == 12
    assert view["qr"].startswith("data:image/svg+xml;base64,")
    assert not view["talk"]["by_text"]


def test_spanish_where_the_interview_is_spanish(deps: Deps) -> None:
    view = shown(deps, begin(deps, _FORM, language="es", person="es"))
    assert view["language"] == "es"
    assert [o["label"] for o in view["questions"][0]["options"]] == ["Sí", "No"]
    assert view["notice"]["title"] == "Antes de empezar"


def test_a_preview_knows_its_way_back(deps: Deps) -> None:
    actor = begin(deps, _FORM)
    with deps.uow.write(actor) as uow:
        uow.applications.save(replace(uow.applications.get(actor.application_id), preview=True))
    view = shown(deps, actor)
    assert view["preview"] and "/preview/" in view["preview_url"]
