"""The text-message channel: what arrives is kept and enqueued, then answered by the interview engine.

Twilio's webhook and the local handset call the very same `receive`; nothing here knows which it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from milo_app.domain import journey, keywords, replies, values
from milo_app.domain import records as r
from milo_app.domain.actors import Actor, SystemActor
from milo_app.domain.errors import Invalid
from milo_app.domain.keywords import Keyword
from milo_app.domain.plan import Plan
from milo_app.domain.steps import Proposal
from milo_app.domain.talk import Act
from milo_app.services import (
    answers,
    applications,
    calls,
    candidates,
    interviews,
    links,
    numbers,
    proposals,
    suppressions,
    text_fallback,
    text_replies,
)
from milo_app.services.ports import Deps, UnitOfWork
from milo_app.services.transactions import command
from milo_app.services.work import Work

#: What Twilio's `OptOutType` says, in our words.
_OPT_OUT = frozenset({Keyword.STOP, Keyword.START, Keyword.HELP})
#: What a picture without words is kept as.
PICTURE = "[picture]"


@command
def receive(
    uow: UnitOfWork,
    actor: Actor,
    *,
    provider: str,
    provider_id: str,
    sender: str,
    to: str,
    body: str,
    opt_out: str = "",
    media: int = 0,
    replied: bool = False,
) -> r.Message | None:
    """Keep an inbound text, once per provider id, and enqueue its handling in the same transaction.

    A wish to stop counts from this moment, before anything else is looked at. *opt_out* is what the provider itself
    took the text for (STOP, START, HELP) and wins over the words; *media* counts pictures and the like; *replied*
    says that the provider has already confirmed a STOP, START or HELP. A text that is nobody's is kept under
    `numbers.STRANGER`; returns None where there is no workspace to answer for it.
    """
    known = uow.messages.first(
        channel=r.Channel.SMS, direction="in", provider=provider, provider_id=provider_id
    )
    if known is not None:
        return known
    number = _number(sender)
    keyword = _keyword(opt_out, body)
    lifted = _heed(uow, number, keyword)
    about = numbers.addressee(uow, number, body)
    # A keyword is the sender's, whichever interview they mean.
    application = about.application or (about.between[0] if about.between and keyword else None)
    hosting = application or next(iter(about.between), None)
    workspace_id = hosting.workspace_id if hosting else getattr(numbers.host(uow), "id", None)
    if workspace_id is None:
        return None
    kind = numbers.INTERVIEW if application else numbers.PARKED if about.between else numbers.STRANGER
    if application is not None and keyword:
        kind = numbers.KEYWORD
    if application is not None and about.named:
        numbers.claim_parked(uow, number, application)
    message = uow.messages.add(
        r.Message(
            id=uow.new_id(),
            workspace_id=workspace_id,
            channel=r.Channel.SMS,
            direction="in",
            state=r.MessageState.RECEIVED,
            created_at=uow.now,
            updated_at=uow.now,
            application_id=application.id if application else None,
            candidate_id=application.candidate_id if application else None,
            to=to,
            sender=number,
            body=values.plain(body)[:4000],
            kind=kind,
            variables={
                "opt_out": opt_out,
                "media": media,
                "replied": replied,
                "lifted": lifted,
                **_asking(uow, about.between),
            },
            provider=provider,
            provider_id=provider_id,
        )
    )
    if application is not None:
        applications.note(uow, application, "message_received", message=message.id)
        applications.touch(uow, application)
    uow.enqueue(Work.HANDLE_INBOUND_TEXT, application.id if application else message.id, message.id)
    return message


def _asking(uow: UnitOfWork, between: Sequence[r.Application]) -> dict[str, object]:
    """What is needed to ask which of several interviews a text is for."""
    if not between:
        return {}
    language = uow.candidates.get(between[0].candidate_id).language
    return {"codes": [one.short_code for one in between], "language": language}


def meant(message: r.Message) -> Keyword | None:
    """The keyword of an inbound text: what the provider took it for, else what its words say."""
    return _keyword(str(message.variables.get("opt_out") or ""), message.body)


def _keyword(opt_out: str, body: str) -> Keyword | None:
    named = opt_out.lower()
    return Keyword(named) if named in _OPT_OUT else keywords.keyword(body)


def _number(sender: str) -> str:
    """*sender* in E.164, or as it came: a short code or a withheld number cannot be dialled."""
    try:
        return candidates.clean_phone(sender) or sender
    except Invalid:
        return sender[:40]


def _heed(uow: UnitOfWork, number: str, keyword: Keyword | None) -> bool:
    """Do at once what STOP, START or "wrong number" asks for. True where a START ended an earlier STOP.

    A wish not to be texted is never a withdrawal: what was being asked by text goes on on the web.
    """
    if keyword is Keyword.STOP:
        suppressions.stop(uow, number)
        text_fallback.everyone_to_web(uow, number)
    elif keyword is Keyword.WRONG_NUMBER:
        suppressions.stop(uow, number, reason="wrong_number")
    elif keyword is Keyword.START:
        return suppressions.allow(uow, number)
    return False


# --- Answering --------------------------------------------------------------------------------------------------------


def handle(deps: Deps, application_id: str, message_id: str) -> None:
    """Answer one inbound text. Repeating it changes nothing: the turn carries the message's id as its key, and every
    reply is unique to it. A text about no application comes with its own id as *application_id*."""
    with deps.uow.read(SystemActor()) as uow:
        workspace_id = uow.messages.get(message_id).workspace_id
    with deps.uow.write(SystemActor(workspace_id=workspace_id)) as uow:
        message = uow.messages.get(message_id)
        if message.application_id is None:
            _answer_nobody(uow, message)
        else:
            _answer(uow, uow.applications.lock(message.application_id), message)


def settle(deps: Deps, application_id: str, message_id: str) -> None:
    """Answer words that may have been a part, now that nothing more has come. Nothing, where they were answered since,
    or more came: then whatever came last settles it."""
    with deps.uow.read(SystemActor()) as uow:
        workspace_id = uow.messages.get(message_id).workspace_id
        talking = _talk_row(uow, uow.applications.get(application_id))
    proposal = proposals.follow_up(deps, application_id, str(talking.kind)) if talking else None
    with deps.uow.write(SystemActor(workspace_id=workspace_id)) as uow:
        application, message = uow.applications.lock(application_id), uow.messages.get(message_id)
        row = _talk_row(uow, application)
        if row is None or _time_is_over(uow, application):
            return
        unanswered = interviews.unanswered(uow, row)
        newest = uow.messages.first(
            channel=r.Channel.SMS, direction="in", application_id=application.id, order="-id"
        )
        coming = newest is not None and newest.id > message.id and not (meant(newest) or _heard(uow, newest))
        if unanswered and unanswered[-1].message_id == message.id and not coming:
            _go_on(uow, application, row, applications.plan_of(uow, application), message, proposal)


def _heard(uow: UnitOfWork, message: r.Message) -> bool:
    return uow.turns.first(application_id=message.application_id, key=f"sms:{message.id}") is not None


def _answer_nobody(uow: UnitOfWork, message: r.Message) -> None:
    """A text that could be about several interviews, or about none."""
    keyword = meant(message)
    if message.variables.get("replied") and keyword in (Keyword.STOP, Keyword.HELP):
        return
    if message.kind == numbers.PARKED:
        language = str(message.variables.get("language") or "en")
        codes = replies.either([str(code) for code in message.variables.get("codes", [])], language)
        text_replies.send(uow, message, replies.reply("which", language, codes=codes))
        return
    language = "es" if keywords.in_spanish(message.body) else "en"
    name = {Keyword.STOP: "stopped_stranger", Keyword.WRONG_NUMBER: "wrong_number"}.get(keyword, "stranger")  # pyright: ignore[reportArgumentType, reportCallIssue]
    once = uow.suppressions.first(channel="sms", address=message.sender, lifted_at=None)
    text_replies.send(
        uow,
        message,
        replies.reply(name, language),
        once=f"stopped:{once.id}" if once and keyword in (Keyword.STOP, Keyword.WRONG_NUMBER) else "",
        despite_stop=keyword in (Keyword.STOP, Keyword.WRONG_NUMBER, Keyword.HELP),
        to_nobody=True,
    )


def _answer(uow: UnitOfWork, application: r.Application, message: r.Message) -> None:
    plan = applications.plan_of(uow, application)
    keyword = meant(message)
    language = _language(uow, application, plan, message)
    company = str(links.brand_of(uow.workspaces.get(application.workspace_id))["name"])
    suppressions.wrote(uow, message.sender)
    stopped = uow.suppressions.first(channel="sms", address=message.sender, lifted_at=None)
    match keyword:
        case Keyword.STOP | Keyword.HELP if message.variables.get("replied"):
            pass  # The provider has said so already, and lets nothing of ours through after a STOP.
        case Keyword.STOP | Keyword.WRONG_NUMBER:
            name = "stopped" if keyword is Keyword.STOP else "wrong_number"
            if keyword is Keyword.WRONG_NUMBER:
                _report_wrong_number(uow, application, message.sender)
            # One confirmation for each time that texts end, however often it is said.
            once = f"stopped:{stopped.id if stopped else message.id}"
            text_replies.send(uow, message, replies.reply(name, language), once=once, despite_stop=True)
        case Keyword.HELP:
            text = replies.reply("help", language, company=company)
            text_replies.send(uow, message, text, despite_stop=True)
        case Keyword.WHO_IS_THIS:
            text = replies.reply("who", language, company=company)
            text_replies.send(uow, message, text)
        case Keyword.START if stopped is not None and stopped.reason == "wrong_number":
            text_replies.send(uow, message, replies.reply("stranger", language), despite_stop=True)
        case _:
            _lead_on(uow, application, plan, message, language)


def _lead_on(
    uow: UnitOfWork, application: r.Application, plan: Plan, message: r.Message, language: str
) -> None:
    """Take the text as an answer where a conversation by text is open; else say truthfully where things stand."""
    if said := calls.by_word(uow, application, message):
        text_replies.send(uow, message, said)
        return
    row = _talk_row(uow, application)
    over = _time_is_over(uow, application)
    if row is None or over:
        name = "closed" if over else replies.WHERE[application.state]
        text_replies.send(
            uow, message, _started(message, language, replies.reply(name, language, role=plan.title))
        )
        return
    heard = False
    for text in [*numbers.parked(uow, message.sender, application.id), message]:
        if text.id != message.id:
            text_replies.unpark(uow, text)
        said = _words(text, application)
        # After a START or a bare code, what is open is put once more.
        if meant(text) is not Keyword.START and (
            said or not text.body.strip() or not _is_code(text, application)
        ):
            heard |= interviews.hear_text(uow, application, row, plan, text, said)
    if heard:
        if wait := interviews.rest_expected(uow, row, plan):
            _settle_later(uow, application, message, wait)
        else:
            _go_on(uow, application, row, plan, message)
    elif not _heard(uow, message):
        said = interviews.open_by_text(uow, application, row, plan)
        said = said or interviews.answer_texts(uow, application, row, plan).text
        said = said or replies.reply("continue", language, role=plan.title)
        text_replies.send(uow, message, _started(message, language, said))


def _started(message: r.Message, language: str, text: str) -> str:
    """*text* after the confirmation of a START that ended a STOP."""
    return f"{replies.reply('started', language)}\n\n{text}" if message.variables.get("lifted") else text


def _words(message: r.Message, application: r.Application) -> str:
    """What a text says: without the short code, and nothing for a picture or for the echo of a reaction ("Liked …")."""
    if message.body == PICTURE or keywords.is_reaction(message.body):
        return ""
    bare = numbers.without_code(message.body, application.short_code)
    return message.body if bare is None else bare


def _is_code(message: r.Message, application: r.Application) -> bool:
    return numbers.without_code(message.body, application.short_code) == ""


def _settle_later(uow: UnitOfWork, application: r.Application, message: r.Message, wait: timedelta) -> None:
    uow.later.add(
        r.Later(
            id=uow.new_id(),
            workspace_id=application.workspace_id,
            work=str(Work.SETTLE_TEXTS),
            args=(application.id, message.id),
            due_at=uow.now + wait,
        )
    )


def _go_on(
    uow: UnitOfWork,
    application: r.Application,
    row: r.ApplicationStage,
    plan: Plan,
    message: r.Message,
    proposal: Proposal | None = None,
) -> None:
    """Let the engine answer what was heard, text it, and hand the stage in at its end."""
    step = interviews.answer_texts(uow, application, row, plan, proposal)
    lines = [action.text for action in step.actions]
    if "web" in step.wants or step.closed == "stopped":
        # What was just said of the link is followed by it; the question comes after.
        at = max(
            (n for n, action in enumerate(step.actions) if action.act in (Act.SAY, Act.CLOSE)), default=0
        )
        lines[at : at + 1] = [f"{line}\n{{link}}" for line in lines[at : at + 1]]
    said = "\n\n".join(lines)
    if "call" in step.wants:
        interviews.ask_for_call(uow, application)
    after = uow.applications.get(application.id)
    ready = applications.stage_row(uow, after, row.kind)
    if ready.state is r.StageState.OPEN and interviews.finished(uow, ready):
        after = answers.hand_in(uow, after, ready, plan)
        if after.state is r.ApplicationState.IN_PROGRESS and after.stage:
            said = f"{said}\n{replies.reply('next', plan.language)}"
    if said:
        text_replies.send(uow, message, said)


def _talk_row(uow: UnitOfWork, application: r.Application) -> r.ApplicationStage | None:
    """The stage that is being led by text, if one is."""
    if application.state is not r.ApplicationState.IN_PROGRESS or application.consented_at is None:
        return None
    row = next((s for s in applications.stages_of(uow, application) if s.state is r.StageState.OPEN), None)
    return row if row is not None and (row.kind == "sms" or row.data.get("mode") == "sms") else None


def _time_is_over(uow: UnitOfWork, application: r.Application) -> bool:
    """Whether nothing can be answered any more: the role is closed, or the candidate's time has passed."""
    if application.state is r.ApplicationState.INVITED:
        interviewer = uow.interviewers.get(application.interviewer_id)
        archived = interviewer.state is r.InterviewerState.ARCHIVED
        return archived or not journey.may_start(application, uow.now)
    return application.state is r.ApplicationState.IN_PROGRESS and not journey.may_continue(
        application, uow.now
    )


def _language(uow: UnitOfWork, application: r.Application, plan: Plan, message: r.Message) -> str:
    """Spanish to whoever writes a keyword in it; else the candidate's language, or that of their interview."""
    if meant(message) and keywords.in_spanish(message.body):
        return "es"
    own = uow.candidates.get(application.candidate_id).language
    return own if own not in ("", "en") else plan.language


def _report_wrong_number(uow: UnitOfWork, application: r.Application, number: str) -> None:
    """Tell the recruiter, as something to be done: find the right number, or another way."""
    if uow.requests.first(application_id=application.id, kind="wrong_number", state="open") is not None:
        return
    request = uow.requests.add(
        r.Request(
            id=uow.new_id(),
            workspace_id=application.workspace_id,
            application_id=application.id,
            kind="wrong_number",
            text=f"Whoever answers at {number} says it is the wrong number. Nothing more is texted to it.",
            at=uow.now,
            due_at=uow.now + applications.REQUEST_DUE,
        )
    )
    applications.note(uow, application, "request_opened", request=request.id, request_kind="wrong_number")
