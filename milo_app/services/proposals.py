"""What the language model proposes while an interview is led: the wording of a follow-up. The engine decides whether one
is asked at all; without a model, or where it fails, the recruiter's own and the built-in wordings are used."""

from __future__ import annotations

import re

from milo_app.domain import evidence, interview, talk, untrusted
from milo_app.domain import records as r
from milo_app.domain.actors import SystemActor
from milo_app.domain.plan import STRUCTURED
from milo_app.domain.steps import Proposal
from milo_app.services import applications
from milo_app.services.evaluations import identity_of
from milo_app.services.model_calls import Metered
from milo_app.services.ports import Deps, ModelFailed

_MOST_SIGNS = 220
#: What no question of an interview may be about, whoever words it.
_NEVER = re.compile(
    r"\b(?:age|old are you|born|birth|married|marital|spouse|husband|wife|pregnan\w*|children|kids|child ?care|religio\w*|church"
    r"|nationality|citizen\w*|ethnic\w*|race|accent|native language|disab\w*|illness|health condition|diagnos\w*|gender|sexual\w*"
    r"|union|political|salary history|arrest\w*|edad|casad[oa]|embaraz\w*|hijos|religi\w*|nacionalidad|discapacidad)\b",
    re.IGNORECASE,
)


def follow_up(deps: Deps, application_id: str, stage: str) -> Proposal | None:
    """What to ask besides about the open answer that was just given in *stage*; None where the model is not asked or
    does not help, so that the engine goes by its own rules. Asks outside any transaction."""
    if not deps.model.model:
        return None
    with deps.uow.read(SystemActor()) as uow:
        application = uow.applications.get(application_id)
        plan = applications.plan_of(uow, application)
        row = applications.stage_row(uow, application, stage)
        stage_plan = plan.stage(stage)
        turns = uow.turns.find(order="seq", **applications.given_in(row))
        person = uow.candidates.get(application.candidate_id)
    question = interview.waiting_for(stage_plan, turns) if stage_plan else None
    if stage_plan is None or question is None or question.kind in STRUCTURED:
        return None
    asked = [t.text for t in turns if t.action == talk.Act.FOLLOW_UP and t.question_id == question.id]
    # The recruiter's own wordings come first.
    if not len(question.follow_ups) <= len(asked) < question.max_follow_ups:
        return None
    said = "\n".join(
        t.text for t in turns if t.speaker is r.Speaker.CANDIDATE and t.question_id == question.id and t.text
    )
    clean = untrusted.clean(said, shown=(question.text,)).left.text
    criterion = question.criterion
    given = {
        "question": question.text,
        "wanted": [criterion.text, *criterion.key_points] if criterion else [],
        "said": evidence.redact(clean, identity_of(person)).text,
        "asked": asked,
        "language": plan.language,
    }
    try:
        answer = Metered(deps, application.workspace_id).ask("follow_up", given)
    except ModelFailed:
        return None
    return _checked(str(answer.data["question"]))


def _checked(proposed: str) -> Proposal | None:
    """The proposal, where it is one plain question that may be asked; none where the model wants nothing more."""
    text = " ".join(proposed.split())
    if not text:
        return Proposal()
    fits = len(text) <= _MOST_SIGNS and text.endswith("?") and text.count("?") == 1
    if not fits or _NEVER.search(text) or re.search(r"https?:|www\.|@|[<>{}\[\]]", text):
        return None
    return Proposal(follow_up=text)
