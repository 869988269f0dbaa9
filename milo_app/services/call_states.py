"""What the telephone service asks and tells about calls: somebody answered, somebody rings us up, how a call ended.

It tells in any order, more than once, and sometimes before we know that it has the call at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from milo_app.domain import keypad
from milo_app.domain import records as r
from milo_app.domain.actors import Actor, SystemActor
from milo_app.domain.errors import Invalid
from milo_app.domain.plan import Plan
from milo_app.services import applications, call_talk, calls, candidates
from milo_app.services.ports import UnitOfWork
from milo_app.services.transactions import command

#: How far along each state is; a call only ever moves up, and what ended it stays.
_RANK = {"": 0, "queued": 1, "initiated": 1, "ringing": 2, "in-progress": 3}
_OVER = 9
#: The service's own word for what has one already.
_SAME = {"answered": "in-progress"}

_WHY: Mapping[str, tuple[str, str]] = {
    "busy": ("busy", "The line was busy."),
    "no-answer": ("no_answer", "Nobody answered."),
    "failed": ("failed", "The call could not be put through."),
    "canceled": ("failed", "The call was taken back before anybody answered."),
    "voicemail": ("voicemail", "Voicemail answered; nothing was left on it."),
}


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What to do with a call: `talk` (connect it to our line with `token`), `say` words and hang up, `code` (say words
    and wait for a short code by keys, the `tries`-th time), or `hang_up`."""

    do: str
    words: str = ""
    language: str = "en"
    call_id: str = ""
    token: str = ""
    hints: str = ""
    tries: int = 1


_WORDS: Mapping[str, str] = {
    "unknown": "Hello. This is an automatic line for job interviews. We do not know the number that you call from. "
    "Please use the link from your invitation, and have yourself called from there. Goodbye. "
    "Hola. No conocemos el número desde el que llamas. Usa el enlace de tu invitación. Adiós.",
    "nothing_open": "Hello. This is an automatic line for job interviews. Nothing of yours can be done by phone right "
    "now. Your link shows where you are and what comes next. Goodbye. "
    "Hola. Ahora no hay nada que hacer por teléfono. Tu enlace muestra qué sigue. Adiós.",
    "code": "Hello. This is an automatic line for job interviews, and more than one interview belongs to this number. "
    "Please type the four signs of your code on the keys. It stands on the page of your interview.",
    "code_again": "That code does not fit. Please type the four signs of your code once more.",
    "code_wrong": "That code does not fit either. Please use the link from your invitation. Goodbye.",
}


# --- Somebody is on the line ------------------------------------------------------------------------------------------


@command
def answered(
    uow: UnitOfWork, actor: Actor, *, call_id: str, provider: str, provider_id: str, answered_by: str = ""
) -> Reply:
    """A call that we placed was answered, by a person or a machine. Asking again hands out a new line."""
    found = uow.messages.maybe(call_id)
    if found is None or found.channel is not r.Channel.CALL or found.direction != "out":
        return Reply(do="hang_up")
    uow.applications.lock(str(found.application_id))
    call = uow.messages.get(call_id)
    if (call.provider_id and call.provider_id != provider_id) or call.variables.get("call") in calls.ENDED:
        return Reply(do="hang_up")
    call = replace(call, provider=provider, provider_id=provider_id, sent_at=call.sent_at or uow.now)
    if answered_by.startswith(("machine", "fax")):
        _ended(uow, actor, call, "voicemail")
        return Reply(do="hang_up")
    return _talk(uow, replace(call, state=r.MessageState.DELIVERED, error=""))


def _talk(uow: UnitOfWork, call: r.Message) -> Reply:
    """Hand out a line; an earlier one that nobody took is good for nothing from now on."""
    application = uow.applications.get(str(call.application_id))
    first = not call.variables.get("session")
    call = uow.messages.save(
        replace(
            call,
            variables={
                **call.variables,
                "call": "in-progress",
                "session": int(call.variables.get("session", 0)) + 1,
            },
            updated_at=uow.now,
        )
    )
    if first:
        applications.touch(uow, application)
        applications.note(
            uow, application, "call_answered", message=call.id, stage=str(call.variables["stage"])
        )
    plan = applications.plan_of(uow, application)
    return Reply(
        do="talk",
        language=plan.language,
        call_id=call.id,
        token=call_talk.token(uow, call),
        hints=_hints(plan, str(call.variables["stage"])),
    )


def _hints(plan: Plan, kind: str) -> str:
    """Words that the recogniser of speech should expect: the choices of the stage's questions."""
    stage = plan.stage(kind)
    options = [
        option.replace(",", " ")
        for question in (stage.questions if stage else ())
        for option in question.options
    ]
    return ",".join(dict.fromkeys(options))[:500]


@command
def rang_in(
    uow: UnitOfWork,
    actor: Actor,
    *,
    provider: str,
    provider_id: str,
    sender: str,
    to: str,
    digits: str = "",
    tries: int = 0,
) -> Reply:
    """Somebody calls us: whose interview it is, by the number they call from and, where that has several, by code,
    which was asked for *tries* times so far and is asked for twice."""
    known = uow.messages.first(
        channel=r.Channel.CALL, direction="in", provider=provider, provider_id=provider_id
    )
    if known is not None:
        over = known.variables.get("call") in calls.ENDED
        return Reply(do="hang_up") if over else _talk(uow, uow.messages.get(known.id))
    try:
        number = candidates.clean_phone(sender)
    except Invalid:
        number = None
    theirs = [application for application, _ in uow.applications.by_phone(number)] if number else []
    theirs = [
        a for a in theirs if not a.preview and not calls.is_wrong_number(uow, a.workspace_id, str(number))
    ]
    if not theirs:
        return Reply(do="say", words=_WORDS["unknown"])
    callable_ = [a for a in theirs if calls.open_talk(uow, a) is not None]
    if not callable_:
        return Reply(do="say", words=_WORDS["nothing_open"])
    if len(callable_) > 1:
        coded = [a for a in callable_ if a.short_code and keypad.keys_of(a.short_code) == digits]
        if len(coded) != 1:
            words = ("code", "code_again", "code_wrong")[min(tries, 2)]
            return Reply(do="code" if tries < 2 else "say", words=_WORDS[words], tries=tries + 1)
        callable_ = coded
    application = uow.applications.lock(callable_[0].id)
    talk = calls.open_talk(uow, application)
    if talk is None:
        return Reply(do="say", words=_WORDS["nothing_open"])
    row, stage, _ = talk
    call = uow.messages.add(
        r.Message(
            id=uow.new_id(),
            workspace_id=application.workspace_id,
            channel=r.Channel.CALL,
            direction="in",
            state=r.MessageState.RECEIVED,
            created_at=uow.now,
            updated_at=uow.now,
            application_id=application.id,
            candidate_id=application.candidate_id,
            to=to,
            sender=str(number),
            kind="call",
            provider=provider,
            provider_id=provider_id,
            variables=calls.new_call(application, row, stage),
        )
    )
    return _talk(uow, call)


# --- What became of it ------------------------------------------------------------------------------------------------


@command
def note_state(
    uow: UnitOfWork,
    actor: Actor,
    *,
    call_id: str,
    provider: str,
    provider_id: str,
    state: str,
    seconds: str = "",
    answered_by: str = "",
) -> str:
    """Keep what the service says of a call, upward only. Returns the call's state; "" for one not known here."""
    found = uow.messages.maybe(call_id) if call_id else None
    if found is None and provider_id:
        found = uow.messages.first(channel=r.Channel.CALL, provider=provider, provider_id=provider_id)
    if found is None or found.channel is not r.Channel.CALL:
        return ""
    uow.applications.lock(str(found.application_id))
    call = uow.messages.get(found.id)
    if call.provider_id and provider_id and call.provider_id != provider_id:
        return ""
    before, state = str(call.variables.get("call", "")), _SAME.get(state, state)
    rank = _RANK.get(state, _OVER if state in calls.ENDED else -1)
    if rank <= (_OVER if before in calls.ENDED else _RANK.get(before, 0)):
        return before
    call = replace(
        call, provider=call.provider or provider, provider_id=call.provider_id or provider_id or None
    )
    if state in calls.ENDED:
        if seconds.isdigit():
            call = replace(call, variables={**call.variables, "seconds": int(seconds)})
        if state == "completed" and answered_by.startswith(("machine", "fax")):
            state = "voicemail"
        _ended(uow, actor, call, state)
        return state
    waiting = call.state in (r.MessageState.QUEUED, r.MessageState.SENDING, r.MessageState.UNKNOWN)
    uow.messages.save(
        replace(
            call,
            state=r.MessageState.SENT if waiting else call.state,
            error="" if waiting else call.error,
            sent_at=call.sent_at or uow.now,
            variables={**call.variables, "call": state},
            updated_at=uow.now,
        )
    )
    return state


def _ended(uow: UnitOfWork, actor: Actor, call: r.Message, state: str) -> None:
    """The call is over: note how, and where the talk is not, offer to go on."""
    application = uow.applications.get(str(call.application_id))
    why, words = _WHY.get(state, ("dropped", ""))
    message_state = call.state
    if state != "completed" and call.direction == "out":
        message_state = r.MessageState.FAILED
    elif call.direction == "out":
        message_state = r.MessageState.DELIVERED
    said = _length(call.variables.get("seconds"))
    call = uow.messages.save(
        replace(
            call,
            state=message_state,
            error=words or call.error,
            body=said or call.body,
            variables={**call.variables, "call": state},
            updated_at=uow.now,
        )
    )
    applications.touch(uow, application)
    kind = "call_ended" if state == "completed" else "call_missed"
    applications.note(uow, application, kind, message=call.id, stage=str(call.variables["stage"]), call=state)
    if not call.variables.get("over") and calls.open_talk(uow, application) is not None:
        calls.offer_again(uow, SystemActor(workspace_id=call.workspace_id), call, why)


def _length(seconds: object) -> str:
    if not isinstance(seconds, int) or not seconds:
        return ""
    minutes, rest = divmod(seconds, 60)
    return f"Talked for {minutes} min {rest:02} s." if minutes else f"Talked for {rest} s."


@command
def line_ended(uow: UnitOfWork, actor: Actor, *, call_id: str, provider_id: str) -> Reply:
    """Our line to a call has ended while the call may go on: a new line where it broke, else the end of the call."""
    found = uow.messages.maybe(call_id)
    if found is None or found.channel is not r.Channel.CALL or found.provider_id != provider_id:
        return Reply(do="hang_up")
    application = uow.applications.lock(str(found.application_id))
    call = uow.messages.get(call_id)
    broke = not call.variables.get("over") and calls.open_talk(uow, application) is not None
    too_often = int(call.variables["session"]) >= 5
    if broke and not too_often and call.variables.get("call") == "in-progress":
        return _talk(uow, call)
    return Reply(do="hang_up")
