"""The interview in a call: consent at its beginning, then words and keys in, words out.

A driver of the same engine as everywhere. Whoever holds the line (`http/relay.py`) keeps nothing but what it has to
say; a line that breaks is taken up by another, at the same question.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from milo_app.domain import consent as notices
from milo_app.domain import keypad, keywords
from milo_app.domain import records as r
from milo_app.domain.actors import Actor, SystemActor
from milo_app.domain.consent import Notice
from milo_app.domain.errors import Forbidden, Gone, NotFound
from milo_app.domain.hearing import heard_of
from milo_app.domain.plan import Plan, StagePlan
from milo_app.domain.reading import ENOUGH, yes_or_no
from milo_app.domain.talk import Act, Item
from milo_app.domain.wording import Medium, say
from milo_app.services import answers, applications, calls, interviews, invitations, links, suppressions
from milo_app.services.ports import UnitOfWork
from milo_app.services.transactions import command
from milo_app.services.work import Work

#: What the link token of a call's line is for.
LINE = "call"
#: How often a line that is held says so; a call that is silent for minutes is taken to be over (`calls`).
_SIGN_OF_LIFE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Line:
    """A call's line as its holder knows it. `session` tells an old line from the one that took its place; `limit_s` is
    when it is cut. `untimed`: nobody is hurried in silence."""

    call_id: str
    workspace_id: str
    session: int
    language: str
    limit_s: int
    untimed: bool


@dataclass(frozen=True, kw_only=True)
class Said:
    """What is said now, one after the other, and what then. `turns` are the ids of what is said, where it is kept.

    `over` is why the call ends once all is said: finished, stopped, paused, refused, wrong_number, silent. `resting` waits long for
    the caller; `gathers`: keys make a number, ended by #.
    """

    words: tuple[str, ...] = ()
    turns: tuple[str, ...] = ()
    over: str = ""
    resting: bool = False
    gathers: bool = False


# --- The line ---------------------------------------------------------------------------------------------------------


def token(uow: UnitOfWork, call: r.Message) -> str:
    """What lets one line take part in *call*, once."""
    return links.token(uow.instance, LINE, call.id, int(call.variables["session"]))


@command
def join(uow: UnitOfWork, actor: Actor, *, proof: str, provider_id: str) -> tuple[Line, Said]:
    """A line comes to the call that *proof* (`token`) is for; from now on it is the only one.

    Raises:
        NotFound: the proof was never one of ours.
        Gone: it was used, or a newer one was handed out.
        Forbidden: it belongs to another call than *provider_id*.
    """
    id, _ = links.split(proof)
    found = uow.messages.maybe(id)
    if found is None or found.channel is not r.Channel.CALL:
        raise NotFound("There is no such call.")
    application = uow.applications.lock(str(found.application_id))
    call = uow.messages.get(id)
    session = int(call.variables["session"])
    if not hmac.compare_digest(links.token(uow.instance, LINE, id, session), proof):
        raise Gone("used", "A newer line has this call.")
    if int(call.variables["joined"]) >= session:
        raise Gone("used", "This line was taken before.")
    if call.provider_id != provider_id:
        raise Forbidden("This line belongs to another call.")
    call = _keep(uow, call, joined=session, call="in-progress")
    plan = applications.plan_of(uow, application)
    line = Line(
        call_id=call.id,
        workspace_id=call.workspace_id,
        session=session,
        language=plan.language,
        limit_s=int(call.variables.get("limit_s", 3600)),
        untimed=bool(application.accommodations.get("untimed")),
    )
    talk = calls.open_talk(uow, application)
    if talk is None:
        return line, _end(uow, call, plan, "call_over", "finished")
    row, stage, _ = talk
    if call.variables.get("consent") is True:
        return line, _go_on(uow, application, row, plan, call)
    return line, Said(words=(_greeting(uow, application, call, plan), _spoken(_notice(plan, stage))))


def _greeting(uow: UnitOfWork, application: r.Application, call: r.Message, plan: Plan) -> str:
    facts = {
        "interviewer": plan.interviewer_name,
        "company": uow.workspaces.get(application.workspace_id).name,
    }
    if call.direction == "in":
        # A number can be feigned, so whoever calls hears no name.
        return _say(plan, "call_welcome", **facts)
    first = invitations.first_name(uow.candidates.get(application.candidate_id).name)
    return _say(plan, "call_hello", name=f" {first}" if first else "", **facts)


def _notice(plan: Plan, stage: StagePlan) -> Notice:
    return notices.call(plan.language, recorded=stage.record_calls)


def _spoken(notice: Notice) -> str:
    return " ".join((notice.title, *notice.points, notice.agree))


# --- Taking part ------------------------------------------------------------------------------------------------------


@command
def hear(
    uow: UnitOfWork,
    actor: Actor,
    *,
    call_id: str,
    session: int,
    key: str,
    text: str = "",
    keys: str = "",
    event: str = "",
) -> Said:
    """Something was said, typed by *keys*, or happened: *event* is `silence` or `tick` (time has passed).

    The same *key* says nothing. Raises Gone where another line has taken this one's place.
    """
    application, call = _held(uow, call_id, session)
    if uow.now - call.updated_at > _SIGN_OF_LIFE:
        call = _keep(uow, call)
    plan = applications.plan_of(uow, application)
    talk = calls.open_talk(uow, application)
    if talk is None:
        return _end(uow, call, plan, "call_over", str(call.variables.get("over") or "finished"))
    row, stage, _ = talk
    if call.variables.get("consent") is not True:
        return _consent(uow, application, row, stage, plan, call, text=text, keys=keys, event=event)
    if event == "tick":
        return _take(uow, application, row, plan, call, key="")
    if not keys:
        return _take(uow, application, row, plan, call, key=key, text=text)
    standing = interviews.standing(uow, row, plan)
    if keys == keypad.REPEAT or (
        keys == keypad.PERSON and not keypad.takes_many(standing.item, standing.question)
    ):
        words = interviews.SPOKEN["repeat" if keys == keypad.REPEAT else "human"]
        return _take(uow, application, row, plan, call, key=key, text=words.get(plan.language, words["en"]))
    value = keypad.value_of(keys, standing.item, standing.question) if standing.waiting else None
    if value is None:
        return Said(
            words=(_say(plan, "call_no_key"),), gathers=keypad.takes_many(standing.item, standing.question)
        )
    return _take(uow, application, row, plan, call, key=key, value=value, text=keys)


def _take(
    uow: UnitOfWork,
    application: r.Application,
    row: r.ApplicationStage,
    plan: Plan,
    call: r.Message,
    *,
    key: str,
    text: str = "",
    value: object = None,
) -> Said:
    """Let the engine take it, and hand the stage in where the talk has come to its end."""
    step = interviews.take_spoken(
        uow, application, row, plan, call_id=call.id, key=key, text=text, value=value
    )
    kept = interviews.newest(uow, row, len(step.actions))
    if "web" in step.wants:
        _send_link(uow, application, call)
    over = step.closed if step.actions and step.closed else ""
    if over in ("finished", "time"):
        after = uow.applications.get(application.id)
        answers.hand_in(uow, after, applications.stage_row(uow, after, row.kind), plan)
        over = "finished"
    if over:
        _keep(uow, uow.messages.get(call.id), over=over)
    stage = plan.stage(row.kind)
    open_now = stage.question(step.waiting) if stage and step.waiting else None
    return Said(
        words=tuple(action.text for action in step.actions),
        turns=tuple(turn.id for turn in kept),
        over=over,
        resting=any(action.act is Act.PAUSE for action in step.actions),
        gathers=keypad.takes_many(Item.ANSWER, open_now),
    )


def _go_on(
    uow: UnitOfWork, application: r.Application, row: r.ApplicationStage, plan: Plan, call: r.Message
) -> Said:
    """Begin the talk, or put again what is open in one that was begun anywhere."""
    standing = interviews.standing(uow, row, plan)
    if not standing.waiting:
        return _take(uow, application, row, plan, call, key="")
    lead = _say(plan, "call_go_on")
    words = interviews.come_back(uow, application, row, plan, call_id=call.id, lead=lead)
    turns = tuple(turn.id for turn in interviews.newest(uow, row, 1))
    return Said(words=(words,), turns=turns, gathers=keypad.takes_many(standing.item, standing.question))


def _consent(
    uow: UnitOfWork,
    application: r.Application,
    row: r.ApplicationStage,
    stage: StagePlan,
    plan: Plan,
    call: r.Message,
    *,
    text: str,
    keys: str,
    event: str,
) -> Said:
    """Nothing is asked and nothing kept before the caller has said yes; asked twice, then taken for a no."""
    if event == "tick":
        return Said()
    if keywords.keyword(text) is keywords.Keyword.WRONG_NUMBER:
        suppressions.stop(
            uow, call.to if call.direction == "out" else call.sender, reason="wrong_number", source="call"
        )
        return _end(uow, call, plan, "call_wrong", "wrong_number")
    said = {"1": True, "2": False}.get(keys)
    if said is None and text:
        heard = yes_or_no(text)
        said = heard.value if heard.confidence >= ENOUGH else None
    if said is None and not call.variables.get("asked_again"):
        _keep(uow, call, asked_again=True)
        return Said(words=(_say(plan, "call_consent_again"),))
    if said is None and event == "silence":
        # Nobody there, or a machine: that is no answer, and none is noted.
        calls.offer_again(uow, SystemActor(workspace_id=call.workspace_id), call, "no_answer")
        return _end(uow, call, plan, "call_pause_over", "silent")
    notice = _notice(plan, stage)
    uow.consents.add(
        r.Consent(
            id=uow.new_id(),
            workspace_id=application.workspace_id,
            kind="call",
            given=said is True,
            at=uow.now,
            source="call",
            text_version=notice.version,
            text_hash=notice.hash,
            candidate_id=application.candidate_id,
            application_id=application.id,
            phone=call.to if call.direction == "out" else call.sender,
        )
    )
    if said is not True:
        return _end(uow, call, plan, "call_refused", "refused")
    call = _keep(uow, call, consent=True)
    row = uow.stages.save(replace(row, data={**row.data, "mode": "phone", "begun": True}))
    if stage.record_calls:
        uow.enqueue(Work.RECORD_CALL, call.id)
    return _go_on(uow, application, row, plan, call)


# --- What was heard of it ---------------------------------------------------------------------------------------------


@command
def broken_off(
    uow: UnitOfWork,
    actor: Actor,
    *,
    call_id: str,
    session: int,
    turns: Sequence[str],
    heard: str,
    earlier: Sequence[str] = (),
) -> bool:
    """The caller broke in when what was said had come to *heard*: what is kept of *turns* is cut to that. Returns
    whether anything of them was left unsaid.

    What they heard nothing of was never said, so it goes, and the talk stands as if it had not been; unless they have
    spoken since. Word of it that comes late is about *earlier* turns, and only cuts their text.
    """
    application, _ = _held(uow, call_id, session)
    ours = _kept(uow, turns)
    parts = heard_of([_whole(turn) for turn in ours], heard) if ours else None
    if parts is None and heard:
        before = _kept(uow, earlier)
        parts_before = heard_of([_whole(turn) for turn in before], heard) if before else None
        if parts_before is not None:
            _cut(uow, before, parts_before)
        elif ours:
            uow.turns.save(replace(ours[-1], value={**_value(ours[-1]), "interrupted": True}))
        return False
    if parts is None:
        return False
    newest = application.turn_seq == ours[-1].seq
    if newest and calls.open_talk(uow, application) is not None:
        for turn, part in zip(ours, parts, strict=True):
            if part == "":
                uow.turns.delete(turn.id)
        spoken = [(turn, part) for turn, part in zip(ours, parts, strict=True) if part]
        _cut(uow, [turn for turn, _ in spoken], [part for _, part in spoken])
    else:
        _cut(uow, ours, parts)
    return any(part != _whole(turn) for turn, part in zip(ours, parts, strict=True))


def _last_heard(uow: UnitOfWork, row: r.ApplicationStage) -> int:
    """The place of the candidate's newest turn."""
    here = applications.given_in(row)
    newest = uow.turns.first(order="-seq", speaker=r.Speaker.CANDIDATE, **here)
    return newest.seq if newest else 0


def _kept(uow: UnitOfWork, ids: Sequence[str]) -> list[r.Turn]:
    found = [turn for id in ids if (turn := uow.turns.maybe(id)) is not None]
    return sorted(found, key=lambda turn: turn.seq)


def _cut(uow: UnitOfWork, turns: Sequence[r.Turn], parts: Sequence[str]) -> None:
    for turn, part in zip(turns, parts, strict=True):
        if part != _whole(turn):
            uow.turns.save(replace(turn, text=part, value={**_value(turn), "whole": _whole(turn)}))


@command
def say_anew(uow: UnitOfWork, actor: Actor, *, call_id: str, session: int, turns: Sequence[str]) -> Said:
    """The caller broke in and then said nothing: what they cut off is said from its beginning."""
    application, call = _held(uow, call_id, session)
    talk = calls.open_talk(uow, application)
    if talk is None or call.variables.get("consent") is not True:
        return Said()
    row, _, plan = talk
    for turn in _kept(uow, turns):
        # They may have spoken since; then what was cut off is history.
        if "whole" in _value(turn) and turn.seq > _last_heard(uow, row):
            uow.turns.delete(turn.id)
    said = _take(uow, application, row, plan, call, key="")
    return said if said.words else _go_on(uow, application, row, plan, call)


def _whole(turn: r.Turn) -> str:
    return str(_value(turn).get("whole") or turn.text)


def _value(turn: r.Turn) -> dict[str, object]:
    return dict(turn.value) if isinstance(turn.value, dict) else {}  # pyright: ignore[reportUnknownArgumentType]


# --- Ending -----------------------------------------------------------------------------------------------------------


@command
def hang_up(uow: UnitOfWork, actor: Actor, *, call_id: str, session: int, why: str) -> Said:
    """The holder of the line ends the call: *why* is paused (a break that lasts) or time (the line's limit)."""
    application, call = _held(uow, call_id, session)
    plan = applications.plan_of(uow, application)
    said = _end(uow, call, plan, "call_pause_over", "paused")
    calls.offer_again(uow, actor, uow.messages.get(call.id), "paused" if why == "paused" else "dropped")
    return said


def _end(uow: UnitOfWork, call: r.Message, plan: Plan, words: str, over: str) -> Said:
    _keep(uow, call, over=over)
    return Said(words=(_say(plan, words),), over=over)


def _held(uow: UnitOfWork, call_id: str, session: int) -> tuple[r.Application, r.Message]:
    """The application, locked, and its call. Raises Gone where this line is no longer the one that has it."""
    application = uow.applications.lock(str(uow.messages.get(call_id).application_id))
    call = uow.messages.get(call_id)
    if int(call.variables["joined"]) != session:
        raise Gone("used", "Another line has taken this call over.")
    return application, call


def _keep(uow: UnitOfWork, message: r.Message, /, **facts: object) -> r.Message:
    return uow.messages.save(replace(message, variables={**message.variables, **facts}, updated_at=uow.now))


def _send_link(uow: UnitOfWork, application: r.Application, call: r.Message) -> None:
    invitations.queue(
        uow,
        SystemActor(workspace_id=application.workspace_id),
        application=application,
        kind="link",
        template="link",
        variables={},
        channels=["sms", "email"],
        dedupe=f"call-link:{call.id}",
        now_ok=True,
    )


def _say(plan: Plan, key: str, **facts: object) -> str:
    return say(key, plan.language, Medium.PHONE, **facts)
