"""Drivers of the interview engine for the browser and for text messages: they move turns in and out and do no more.

One transaction a turn: the candidate's words, what the engine says to them, and the answers it read, committed under
the application's lock. `turn_seq` counts on with every turn, so a slower writer starts again from what is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from milo_app.domain import intents, interview, knowledge, parts, talk, values
from milo_app.domain import records as r
from milo_app.domain import stages as stage_types
from milo_app.domain.actors import CandidateActor, SystemActor
from milo_app.domain.errors import Conflict, Invalid, NotFound
from milo_app.domain.interview import Mode, Step
from milo_app.domain.plan import STRUCTURED, Plan, Question, StagePlan
from milo_app.domain.reading import has_words
from milo_app.domain.steps import Proposal
from milo_app.domain.wording import Medium
from milo_app.services import applications, invitations, text_fallback
from milo_app.services.ports import UnitOfWork
from milo_app.services.transactions import command, query

#: What a button stands for, in the words the engine understands on every channel.
SPOKEN = {
    "repeat": {"en": "Please repeat that", "es": "Repite, por favor"},
    "break": {"en": "I need a break", "es": "Necesito un descanso"},
    "human": {"en": "I want to talk to a human", "es": "Quiero hablar con una persona"},
    "skip": {"en": "skip", "es": "saltar"},
    "stop": {"en": "stop the interview", "es": "terminar la entrevista"},
    talk.Again.LAST: {"en": "I would like to answer that again", "es": "Quiero responder eso otra vez"},
}
#: Something happened, and nothing was said.
WORDLESS = frozenset({"silence", "tick", "done"})
AGAIN = frozenset(str(again) for again in talk.Again)
#: The most turns of one stage; far more than any interview has, and an end to any loop.
MOST_TURNS = 600


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """A talk as the browser shows it.

    `question` is what the next words belong to, `awaiting` what they will be taken for (answer, confirmation, pick,
    nothing), `closed` why it is over, `remaining_s` the seconds left (None: no limit). `take_again` and `last_again`
    say whether what is open, and the answer given last (to the question `last_question`), may be given once more.
    """

    turns: tuple[dict[str, Any], ...]
    question: dict[str, Any] | None
    awaiting: str
    closed: str | None
    remaining_s: int | None
    take_again: bool = False
    last_again: bool = False
    last_question: str = ""
    device: str = ""


# --- The browser ------------------------------------------------------------------------------------------------------


@query
def conversation(uow: UnitOfWork, actor: CandidateActor, *, stage: str) -> Conversation:
    """The talk so far. Raises NotFound where the interview has no such conversation."""
    application = uow.applications.get(actor.application_id)
    row = applications.stage_row(uow, application, stage)
    return _shown(uow, application, row, _stage_plan(applications.plan_of(uow, application), row))


@command
def begin(uow: UnitOfWork, actor: CandidateActor, *, stage: str, device: str = "") -> Conversation:
    """Open the talk with its first question, where that was not done yet. *device* leads it from now on, and another
    one that did so before sees that in `Conversation.device`."""
    application, row = applications.writable(uow, actor, stage)
    if device and row.data.get("device") != device:
        row = uow.stages.save(replace(row, data={**row.data, "device": device}))
    plan = applications.plan_of(uow, application)
    open_talk(uow, application, row, plan, channel="web")
    after = uow.applications.get(application.id)
    return _shown(uow, after, applications.stage_row(uow, after, stage), _stage_plan(plan, row))


@command
def take_turn(
    uow: UnitOfWork,
    actor: CandidateActor,
    *,
    stage: str,
    key: str,
    text: str = "",
    value: Any = None,
    question_id: str | None = None,
    recording_id: str | None = None,
    at_ms: int | None = None,
    end_ms: int | None = None,
    transcribed: bool = True,
    event: str = "",
    channel: str = "web",
) -> Conversation:
    """One thing the candidate said, typed, chose or did in the browser, and what the interview says to it.

    The same *key* changes nothing. *event* is a button (`repeat`, `break`, `human`, `skip`, `stop`), `silence`, or
    `tick` (time has passed), or a second try (`talk.Again`), which carries the take that is given up. Speech without words is `transcribed=False` with a recording and its place in it.
    *channel* is `room` where an interviewer in a call room passes it on.

    Raises:
        Conflict, Gone: the stage is not open (`applications.writable`).
        Invalid: nothing was said.
    """
    if uow.turns.first(application_id=actor.application_id, key=key) is not None:
        return _now(uow, actor, stage)
    application, row = applications.writable(uow, actor, stage)
    plan = applications.plan_of(uow, application)
    stage_plan = _stage_plan(plan, row)
    words = SPOKEN[event].get(plan.language, SPOKEN[event]["en"]) if event in SPOKEN else text.strip()
    if not words and value is None and transcribed and event not in WORDLESS | AGAIN:
        raise Invalid("Nothing was said yet.", fields={"text": "Type your answer, or record it."})
    if recording_id is not None and uow.recordings.get(recording_id).application_id != application.id:
        raise NotFound("This recording is not of this interview.")
    turns = _turns(uow, row)
    if question_id is not None and not _is_current(stage_plan, turns, question_id):
        return _now(uow, actor, stage)
    said: tuple[r.Turn, ...] = ()
    if event != "tick":
        said = (
            _candidate_turn(
                uow,
                application,
                row,
                stage_plan,
                turns,
                text=words,
                value=value,
                key=key,
                channel=channel,
                recording_id=recording_id,
                at_ms=at_ms,
                end_ms=end_ms,
                transcribed=transcribed,
                action=event if event in AGAIN else "say",
            ),
        )
    _go_on(uow, application, row, plan, Medium.WEB, said, channel)
    return _now(uow, actor, stage)


def _now(uow: UnitOfWork, actor: CandidateActor, stage: str) -> Conversation:
    return conversation(uow, actor, stage=stage)


def _is_current(stage: StagePlan, turns: Sequence[r.Turn], question_id: str) -> bool:
    """Whether words for *question_id* still meet an open question; late ones from another tab do not."""
    waiting = interview.waiting_for(stage, turns)
    return waiting is not None and waiting.id == question_id


# --- Text messages ----------------------------------------------------------------------------------------------------


def hear_text(
    uow: UnitOfWork,
    application: r.Application,
    row: r.ApplicationStage,
    plan: Plan,
    message: r.Message,
    text: str,
) -> bool:
    """Keep one inbound text as a turn; the message's id is its key, so that a repeat is not heard again (False)."""
    key = f"sms:{message.id}"
    if uow.turns.first(application_id=application.id, key=key) is not None:
        return False
    stage = _stage_plan(plan, row)
    _candidate_turn(
        uow,
        application,
        row,
        stage,
        _turns(uow, row),
        text=text.strip(),
        key=key,
        channel="sms",
        message_id=message.id,
    )
    return True


def answer_texts(
    uow: UnitOfWork,
    application: r.Application,
    row: r.ApplicationStage,
    plan: Plan,
    proposal: Proposal | None = None,
) -> Step:
    """What is to be texted back to everything heard since we last spoke; it also opens a talk that has not begun.
    *proposal* is what a model makes of just that."""
    return _go_on(uow, application, row, plan, Medium.SMS, (), "sms", proposal=proposal)


def unanswered(uow: UnitOfWork, row: r.ApplicationStage) -> list[r.Turn]:
    """The candidate's turns since we last spoke, oldest first."""
    theirs: list[r.Turn] = []
    for turn in reversed(_turns(uow, row)):
        if turn.speaker is r.Speaker.INTERVIEWER:
            break
        theirs.insert(0, turn)
    return theirs


def rest_expected(uow: UnitOfWork, row: r.ApplicationStage, plan: Plan) -> timedelta:
    """How long to wait before what was texted counts as the whole answer: nothing, but for words on an open question."""
    question = interview.waiting_for(_stage_plan(plan, row), _turns(uow, row))
    texts = [turn.text for turn in unanswered(uow, row)]
    if question is None or question.kind in STRUCTURED or not texts:
        return timedelta()
    asked, rest = intents.own_question(texts[-1])
    if (
        len(texts[-1].strip()) < 2
        or not has_words(texts[-1])
        or intents.intent(texts[-1])
        or (asked and not rest)
    ):
        return timedelta()
    return parts.wait(texts)


def ask_for_call(uow: UnitOfWork, application: r.Application) -> None:
    """A wish for a call instead of texts, for a person to see to."""
    actor = CandidateActor(
        workspace_id=application.workspace_id,
        application_id=application.id,
        candidate_id=application.candidate_id,
    )
    applications.ask_person(uow, actor, kind="accommodation", text="Asked by text for a phone call.")


def open_by_text(uow: UnitOfWork, application: r.Application, row: r.ApplicationStage, plan: Plan) -> str:
    """What is open now, once more in the words of a text message; empty where nothing is."""
    mode = _mode(uow, application, plan, Medium.SMS)
    return interview.open_words(_stage_plan(plan, row), _turns(uow, row), mode)


def finished(uow: UnitOfWork, row: r.ApplicationStage) -> bool:
    """Whether a conversation has come to its end, so that its stage can be handed in."""
    state = talk.fold(
        _stage_plan(applications.plan_of(uow, uow.applications.get(row.application_id)), row),
        _turns(uow, row),
    )
    return state.over


def greet(uow: UnitOfWork, application: r.Application, plan: Plan) -> None:
    """Where a conversation by text message has just opened: ask its first question and text it, where we may."""
    row = next((s for s in applications.stages_of(uow, application) if s.state is r.StageState.OPEN), None)
    if row is None or row.kind != "sms" or application.consented_at is None:
        return
    said = open_talk(uow, application, row, plan, channel="sms")
    if not said or application.preview:
        return
    code = _code_among_several(uow, application)
    queued = invitations.queue(
        uow,
        SystemActor(workspace_id=application.workspace_id),
        application=application,
        kind="interview",
        template="interview",
        variables={"text": f"{said}\n({code})" if code else said},
        channels=["sms"],
        dedupe=f"greet:{row.id}",
    )
    # Whoever is on the page has the questions before them.
    if not isinstance(uow.actor, CandidateActor) and not any(
        message.state is not r.MessageState.SUPPRESSED for message in queued
    ):
        text_fallback.to_web(uow, application)


def _code_among_several(uow: UnitOfWork, application: r.Application) -> str:
    """The application's short code where its number is in more than one interview by text, else nothing."""
    phone = uow.candidates.get(application.candidate_id).phone
    others = uow.applications.by_phone(phone) if phone else []
    several = [a for a, _ in others if not a.preview and a.state is r.ApplicationState.IN_PROGRESS]
    return application.short_code if len(several) > 1 else ""


# --- The phone --------------------------------------------------------------------------------------------------------


def take_spoken(
    uow: UnitOfWork,
    application: r.Application,
    row: r.ApplicationStage,
    plan: Plan,
    *,
    call_id: str,
    key: str = "",
    text: str = "",
    value: Any = None,
) -> Step:
    """One thing said (or typed by key, as *value*) in a call, and what is said to it. Nothing at all is a silence.

    Without a *key* nothing was said: the talk goes on where it may, which also opens it and ends it by the clock. The
    same key says nothing. The caller holds the application's lock and has asked whether the stage is open.
    """
    said: tuple[r.Turn, ...] = ()
    if key:
        if uow.turns.first(application_id=application.id, key=key) is not None:
            return Step()
        stage = _stage_plan(plan, row)
        said = (
            _candidate_turn(
                uow,
                application,
                row,
                stage,
                _turns(uow, row),
                text=text.strip(),
                key=key,
                channel="phone",
                value=value,
                message_id=call_id,
            ),
        )
    return _go_on(uow, application, row, plan, Medium.PHONE, said, "phone", message_id=call_id)


def come_back(
    uow: UnitOfWork,
    application: r.Application,
    row: r.ApplicationStage,
    plan: Plan,
    *,
    call_id: str,
    lead: str,
) -> str:
    """Put what is open once more, after *lead*, to someone who comes back by phone; "" where nothing is open.

    It begins a new sitting: the time away was nobody's time.
    """
    stage = _stage_plan(plan, row)
    turns = _turns(uow, row)
    words = interview.open_words(stage, turns, _mode(uow, application, plan, Medium.PHONE))
    if not words:
        return ""
    waiting = interview.waiting_for(stage, turns)
    seq = uow.applications.get(application.id).turn_seq + 1
    turn = uow.turns.add(
        r.Turn(
            id=uow.new_id(),
            workspace_id=application.workspace_id,
            seq=seq,
            speaker=r.Speaker.INTERVIEWER,
            text=f"{lead} {words}".strip(),
            at=uow.now,
            action=str(talk.Act.REPEAT),
            question_id=waiting.id if waiting else None,
            channel="phone",
            value={"sitting": True},
            message_id=call_id,
            **applications.given_in(row),
        )
    )
    applications.touch(uow, uow.applications.get(application.id), turn_seq=seq)
    return turn.text


def newest(uow: UnitOfWork, row: r.ApplicationStage, count: int) -> list[r.Turn]:
    """The last *count* turns of a talk, in order."""
    return uow.turns.find(order="-seq", limit=count, **applications.given_in(row))[::-1] if count else []


def standing(uow: UnitOfWork, row: r.ApplicationStage, plan: Plan) -> talk.Talk:
    """Where a talk stands: what is open, and what the next words will be taken for."""
    return talk.fold(_stage_plan(plan, row), _turns(uow, row))


# --- Both -------------------------------------------------------------------------------------------------------------


def open_talk(
    uow: UnitOfWork, application: r.Application, row: r.ApplicationStage, plan: Plan, *, channel: str
) -> str:
    """Say the first words of a talk; empty where they were said before. The caller holds the application's lock."""
    if not row.data.get("begun") and channel == "web":
        row = uow.stages.save(replace(row, data={**row.data, "begun": True}))
    turns = _turns(uow, row)
    if any(turn.speaker is r.Speaker.INTERVIEWER for turn in turns):
        return ""
    medium = Medium.SMS if channel == "sms" else Medium.WEB
    return _go_on(uow, application, row, plan, medium, (), channel).text


def _go_on(
    uow: UnitOfWork,
    application: r.Application,
    row: r.ApplicationStage,
    plan: Plan,
    medium: Medium,
    said: tuple[r.Turn, ...],
    channel: str,
    message_id: str | None = None,
    proposal: Proposal | None = None,
) -> Step:
    """Let the engine decide, and keep everything it decided: its turns, the answers it read, what needs a person."""
    stage = _stage_plan(plan, row)
    turns = _turns(uow, row)
    if len(turns) > MOST_TURNS:
        raise Conflict("This conversation has become too long. Please finish it.")
    step = interview.next_step(stage, turns, proposal, uow.now, _mode(uow, application, plan, medium))
    seq = turns_seq = uow.applications.get(application.id).turn_seq
    for action in step.actions:
        seq += 1
        uow.turns.add(
            r.Turn(
                id=uow.new_id(),
                workspace_id=application.workspace_id,
                seq=seq,
                speaker=r.Speaker.INTERVIEWER,
                at=uow.now,
                channel=channel,
                message_id=message_id,
                **applications.given_in(row),
                **action.turn(),
            )
        )
    for read in step.answers:
        _keep_answer(uow, application, row, read, channel)
    _note(uow, application, row, step)
    if seq != turns_seq or said:
        applications.touch(uow, uow.applications.get(application.id), turn_seq=seq)
    return step


def _candidate_turn(
    uow: UnitOfWork,
    application: r.Application,
    row: r.ApplicationStage,
    stage: StagePlan,
    turns: Sequence[r.Turn],
    *,
    text: str,
    key: str,
    channel: str,
    action: str = "say",
    **more: Any,
) -> r.Turn:
    waiting = interview.waiting_for(stage, turns)
    seq = uow.applications.get(application.id).turn_seq + 1
    turn = uow.turns.add(
        r.Turn(
            id=uow.new_id(),
            workspace_id=application.workspace_id,
            seq=seq,
            speaker=r.Speaker.CANDIDATE,
            text=values.plain(text)[:10_000],
            at=uow.now,
            action=action,
            question_id=waiting.id if waiting else None,
            channel=channel,
            key=key,
            **applications.given_in(row),
            **more,
        )
    )
    applications.touch(uow, uow.applications.get(application.id), turn_seq=seq)
    return turn


def _keep_answer(
    uow: UnitOfWork,
    application: r.Application,
    row: r.ApplicationStage,
    read: interview.ReadAnswer,
    channel: str,
) -> None:
    """What the engine read, as a new version of that answer. Confirming a value again is a version too: from then on
    a rule may decide on it."""
    here = applications.given_in(row)
    newest = uow.answers.first(order="-version", question_id=read.question_id, **here)
    if newest is not None and (newest.value, newest.confirmed) == (read.value, read.confirmed):
        return
    version = newest.version + 1 if newest else 1
    uow.answers.add(
        r.Answer(
            id=uow.new_id(),
            workspace_id=application.workspace_id,
            question_id=read.question_id,
            version=version,
            base_version=version - 1,
            value=read.value,
            key=f"turn:{row.id[-12:]}:{read.turn_seq}:{read.question_id}:{version}",
            at=uow.now,
            source=channel,
            confirmed=read.confirmed,
            **here,
        )
    )


def _note(uow: UnitOfWork, application: r.Application, row: r.ApplicationStage, step: Step) -> None:
    """What a person should look at goes to the stage; a wish for a person becomes a request."""
    data = dict(uow.stages.get(row.id).data)
    data["review"] = {review.question_id: review.reason for review in step.needs_review}
    if step.closed:
        data["closed"] = step.closed
    if step.deferred:
        data["deferred"] = [*data.get("deferred", []), step.deferred]
    if data != row.data:
        uow.stages.save(replace(uow.stages.get(row.id), data=data))
    if "human" in step.wants:
        actor = CandidateActor(
            workspace_id=application.workspace_id,
            application_id=application.id,
            candidate_id=application.candidate_id,
        )
        applications.ask_person(uow, actor, kind="no_ai", text="Asked for a person during the interview.")


def _mode(uow: UnitOfWork, application: r.Application, plan: Plan, medium: Medium) -> Mode:
    person = uow.candidates.get(application.candidate_id)
    workspace = uow.workspaces.get(application.workspace_id)
    return Mode(
        medium=medium,
        language=plan.language,
        # Questions by text are answered at one's own pace, also where they are answered on the web.
        untimed=bool(application.accommodations.get("untimed")) or application.stage == "sms",
        name=invitations.first_name(person.name),
        company=workspace.name,
        title=plan.title,
        interviewer=plan.interviewer_name,
        knowledge=knowledge.of(plan),
    )


def _turns(uow: UnitOfWork, row: r.ApplicationStage) -> list[r.Turn]:
    return uow.turns.find(order="seq", **applications.given_in(row))


def _stage_plan(plan: Plan, row: r.ApplicationStage) -> StagePlan:
    stage = plan.stage(row.kind)
    if stage is None or not stage_types.of(row.kind).conversational:
        raise NotFound("This interview has no such conversation.")
    return stage


# --- Shown ------------------------------------------------------------------------------------------------------------


def _shown(
    uow: UnitOfWork, application: r.Application, row: r.ApplicationStage, stage: StagePlan
) -> Conversation:
    turns = _turns(uow, row)
    state = talk.fold(stage, turns)
    untimed = bool(application.accommodations.get("untimed")) or row.kind == "sms"
    used = talk.time_used(turns, uow.now).total_seconds()
    question = state.question if state.waiting and state.item is talk.Item.ANSWER else None
    return Conversation(
        turns=tuple(_turn(turn) for turn in turns),
        question=_question(question) if question else None,
        awaiting=str(state.item) if state.waiting else "nothing",
        closed=state.closed,
        remaining_s=None if untimed else max(0, int(stage.minutes * 60 - used)),
        take_again=state.may_redo(talk.Again.TAKE),
        last_again=state.may_redo(talk.Again.LAST),
        last_question=_last_question(stage, state),
        device=str(row.data.get("device", "")),
    )


def _last_question(stage: StagePlan, state: talk.Talk) -> str:
    """What was answered last, in words."""
    last = state.last
    question = stage.question(last.question_id) if last else None
    return (last.follow_up if last and last.follow_up else question.text) if question else ""


def _turn(turn: r.Turn) -> dict[str, Any]:
    return {
        "id": turn.id,
        "seq": turn.seq,
        "speaker": str(turn.speaker),
        "text": turn.text,
        "at": turn.at.isoformat(),
        "question_id": turn.question_id,
        "action": turn.action,
        "channel": turn.channel,
        "transcribed": turn.transcribed,
        "value": turn.value if turn.speaker is r.Speaker.CANDIDATE else None,
    }


def _question(question: Question) -> dict[str, Any]:
    """What the browser needs to show a question's control, and nothing of how it is judged."""
    return {
        "id": question.id,
        "kind": str(question.kind),
        "text": question.text,
        "help": question.help,
        "options": list(question.options),
        "minimum": question.minimum,
        "maximum": question.maximum,
        "unit": question.unit,
        "exact": question.kind in STRUCTURED,
    }
