"""The text-message channel: what arrives is kept and enqueued, then answered by the interview engine.

Twilio's webhook and the local handset call the very same `receive`; nothing here knows which it was.
"""

from __future__ import annotations

from milo_app.domain import keywords, replies, values
from milo_app.domain import records as r
from milo_app.domain import stages as stage_types
from milo_app.domain.actors import Actor, SystemActor
from milo_app.domain.errors import Invalid
from milo_app.domain.keywords import Keyword
from milo_app.domain.plan import Plan
from milo_app.services import (
    answers,
    applications,
    candidates,
    interviews,
    invitations,
    links,
    suppressions,
    text_fallback,
)
from milo_app.services.ports import Deps, UnitOfWork
from milo_app.services.transactions import command
from milo_app.services.work import Work

#: States in which texting still leads somewhere.
_LIVE = (r.ApplicationState.IN_PROGRESS, r.ApplicationState.INVITED, r.ApplicationState.EVALUATING)

#: What Twilio's `OptOutType` says, in our words.
_OPT_OUT = frozenset({Keyword.STOP, Keyword.START, Keyword.HELP})


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
    says that the provider has already confirmed a STOP, START or HELP. Returns None for a number that nobody here
    knows: there is no one to answer for, and nothing to keep.
    """
    known = uow.messages.first(
        channel=r.Channel.SMS, direction="in", provider=provider, provider_id=provider_id
    )
    if known is not None:
        return known
    number = _number(sender)
    application = application_for(uow, number, body)
    if application is None:
        return None
    message = uow.messages.add(
        r.Message(
            id=uow.new_id(),
            workspace_id=application.workspace_id,
            channel=r.Channel.SMS,
            direction="in",
            state=r.MessageState.RECEIVED,
            created_at=uow.now,
            updated_at=uow.now,
            application_id=application.id,
            candidate_id=application.candidate_id,
            to=to,
            sender=number,
            body=values.plain(body)[:4000],
            kind="interview",
            variables={"opt_out": opt_out, "media": media, "replied": replied},
            provider=provider,
            provider_id=provider_id,
        )
    )
    meaning = meant(message)
    if meaning is Keyword.STOP or meaning is Keyword.WRONG_NUMBER:
        _stop(uow, number, meaning)
    applications.note(uow, application, "message_received", message=message.id)
    applications.touch(uow, application)
    uow.enqueue(Work.HANDLE_INBOUND_TEXT, application.id, message.id)
    return message


def meant(message: r.Message) -> Keyword | None:
    """The keyword of an inbound text: what the provider took it for, else what its words say."""
    named = str(message.variables.get("opt_out") or "").lower()
    return Keyword(named) if named in _OPT_OUT else keywords.keyword(message.body)


def _number(sender: str) -> str:
    """*sender* in E.164, or as it came: a short code or a withheld number cannot be dialled."""
    try:
        return candidates.clean_phone(sender) or sender
    except Invalid:
        return sender[:40]


def application_for(uow: UnitOfWork, number: str, body: str) -> r.Application | None:
    """Whose text this is: the application whose short code it names, else the one in conversation by text, else the
    newest that is still going on, else the newest."""
    found = [application for application, _ in uow.applications.by_phone(number) if not application.preview]
    words = {word.strip(".,!#").upper() for word in body.split()}
    named = [a for a in found if a.short_code and a.short_code in words]
    talking = [a for a in found if a.state is r.ApplicationState.IN_PROGRESS and a.stage == "sms"]
    live = [a for a in found if a.state in _LIVE]
    return next(iter([*named, *talking, *live, *found]), None)


def _stop(uow: UnitOfWork, number: str, meaning: Keyword) -> None:
    """Write to this number no more. A wish not to be texted is never a withdrawal: what was being asked by text goes
    on on the web."""
    suppressions.stop(uow, number, reason="wrong_number" if meaning is Keyword.WRONG_NUMBER else "stop")
    if meaning is Keyword.STOP:
        text_fallback.everyone_to_web(uow, number)


# --- Answering --------------------------------------------------------------------------------------------------------


def handle(deps: Deps, application_id: str, message_id: str) -> None:
    """Answer one inbound text. Repeating it changes nothing: the turn carries the message's id as its key, and every
    reply is unique to it."""
    with deps.uow.read(SystemActor()) as uow:
        workspace_id = uow.messages.get(message_id).workspace_id
    system = SystemActor(workspace_id=workspace_id)
    with deps.uow.write(system) as uow:
        application = uow.applications.lock(application_id)
        message = uow.messages.get(message_id)
        _answer(uow, system, application, message)


def _answer(uow: UnitOfWork, system: SystemActor, application: r.Application, message: r.Message) -> None:
    plan = applications.plan_of(uow, application)
    language = uow.candidates.get(application.candidate_id).language or plan.language
    link = links.candidate_url(uow.instance, application)
    suppressions.wrote(uow, message.sender)
    match meant(message):
        case Keyword.STOP | Keyword.HELP if message.variables.get("replied"):
            pass  # The provider has said so already, and lets nothing of ours through after a STOP.
        case Keyword.STOP:
            _reply(
                uow, application, message, replies.reply("stopped", language, link=link), despite_stop=True
            )
        case Keyword.WRONG_NUMBER:
            _reply(uow, application, message, replies.reply("wrong_number", language), despite_stop=True)
        case Keyword.HELP:
            company = uow.workspaces.get(application.workspace_id).name
            text = replies.reply("help", language, company=company, link=link)
            _reply(uow, application, message, text, despite_stop=True)
        case Keyword.START:
            suppressions.lift(uow, message.sender)
            _lead_on(uow, application, plan, message, language, link)
        case Keyword.WHO_IS_THIS:
            company = uow.workspaces.get(application.workspace_id).name
            text = replies.reply("who", language, company=company, role=plan.title, link=link)
            _reply(uow, application, message, text)
        case _:
            _lead_on(uow, application, plan, message, language, link)


def _lead_on(
    uow: UnitOfWork, application: r.Application, plan: Plan, message: r.Message, language: str, link: str
) -> None:
    """Take the text as an answer where a conversation by text is open; else say truthfully where things stand."""
    row = next((s for s in applications.stages_of(uow, application) if s.state is r.StageState.OPEN), None)
    talks = row is not None and application.consented_at is not None and row.kind == "sms"
    if row is None or not talks or not stage_types.of(row.kind).conversational:
        where = "continue" if application.state in _LIVE else "over"
        _reply(uow, application, message, replies.reply(where, language, role=plan.title, link=link))
        return
    if meant(message) is Keyword.START:
        said = " ".join(turn.text for turn in interviews.last_words(uow, row))
    else:
        said = interviews.take_text(uow, application, row, plan, message)
    if said:
        _reply(uow, application, message, said)
    after = uow.applications.get(application.id)
    ready = applications.stage_row(uow, after, row.kind)
    if ready.state is r.StageState.OPEN and interviews.finished(uow, ready):
        answers.hand_in(uow, after, ready, plan)


def _reply(
    uow: UnitOfWork, application: r.Application, message: r.Message, text: str, *, despite_stop: bool = False
) -> None:
    """One text back, at once: they have just written, so no quiet hour applies."""
    invitations.queue(
        uow,
        SystemActor(workspace_id=application.workspace_id),
        application=application,
        kind="interview",
        template="interview",
        variables={"text": text},
        channels=["sms"],
        dedupe=f"reply:{message.id}",
        now_ok=True,
        despite_stop=despite_stop,
    )
