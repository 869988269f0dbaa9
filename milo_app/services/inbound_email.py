"""Replies to our emails: each application has an address of its own, and what is written there stands in its timeline.

What arrives is kept and its reading enqueued in one transaction; the content is fetched later, in a durable step.
Nothing that comes in by email is ever answered by itself, so that no two machines can write to each other for ever.
"""

from __future__ import annotations

from dataclasses import replace
from email.utils import parseaddr
from typing import Any

import nh3

from milo_app.domain import email_text
from milo_app.domain import records as r
from milo_app.domain.actors import Actor, SystemActor
from milo_app.domain.errors import NotFound
from milo_app.services import applications, links
from milo_app.services.ports import Deps, InboundEmail, Inbox, UnitOfWork
from milo_app.services.transactions import command
from milo_app.services.work import Work

#: What is kept of one email, in characters, and of one application, in emails: a loop or a flood ends there.
LONGEST_TEXT, LONGEST_HTML, MOST_EMAILS = 20_000, 100_000, 300
_MOST_FILES = 20

_TAGS = {
    *("p br div span b strong i em u s ul ol li blockquote pre code h1 h2 h3 h4 hr a".split()),
    *("table thead tbody tr td th".split()),
}


@command
def receive(
    uow: UnitOfWork,
    actor: Actor,
    *,
    provider: str,
    provider_id: str,
    sender: str,
    recipients: list[str],
    subject: str,
) -> r.Message | None:
    """Keep an email that came in, once per provider id, and enqueue its reading in the same transaction.

    Returns None for one to an address that is nobody's: there is no one to keep it for.
    """
    ids: dict[str, Any] = {"channel": r.Channel.EMAIL, "direction": "in", "provider": provider}
    known = uow.messages.first(**ids, provider_id=provider_id)
    if known is not None:
        return known
    found = [one for one in (links.resolve_reply(uow, _address(to)) for to in recipients[:50]) if one]
    if not found or uow.candidates.get(found[0].candidate_id).erased_at is not None:
        return None
    application = found[0]
    count = uow.messages.count(application_id=application.id, channel=r.Channel.EMAIL, direction="in")
    if count >= MOST_EMAILS:
        return None
    message = uow.messages.add(
        r.Message(
            id=uow.new_id(),
            workspace_id=application.workspace_id,
            state=r.MessageState.RECEIVED,
            created_at=uow.now,
            updated_at=uow.now,
            application_id=application.id,
            candidate_id=application.candidate_id,
            to=uow.instance.inbound_domain,
            sender=_address(sender),
            subject=_line(subject),
            kind="reply",
            provider_id=provider_id,
            **ids,
        )
    )
    uow.enqueue(Work.READ_EMAIL, message.id)
    return message


def read(deps: Deps, message_id: str) -> None:
    """Fetch what was written and put it into the timeline; repeating it changes nothing.

    Raises:
        NotFound: the message was erased.
        FetchFailed: the provider cannot hand it over now; try again later.
    """
    with deps.uow.read(SystemActor()) as uow:
        message = uow.messages.get(message_id)
    if message.variables.get("read") or not isinstance(deps.email, Inbox):
        return
    try:
        came = deps.email.fetch(message.provider_id or "")
    except NotFound:
        came = None
    system = SystemActor(workspace_id=message.workspace_id)
    with deps.uow.write(system) as uow:
        message = uow.messages.get(message_id)
        application = uow.applications.lock(str(message.application_id))
        if came is None:
            lost = "The provider no longer has what was written."
            uow.messages.save(replace(message, error=lost, variables={"read": True}, updated_at=uow.now))
            return
        person = uow.candidates.get(application.candidate_id)
        filled = _filled(message, came, person.email or "")
        uow.messages.save(replace(filled, updated_at=uow.now))
        automatic = filled.kind == "auto_reply"
        applications.note(
            uow,
            application,
            "message_received",
            message=message.id,
            channel=str(message.channel),
            automatic=automatic,
        )
        if not automatic:
            applications.touch(uow, application)


def _filled(message: r.Message, came: InboundEmail, known_as: str) -> r.Message:
    sender = _address(came.sender) or message.sender
    subject = _line(came.subject) or message.subject
    text = came.text or email_text.unescaped(
        nh3.clean(email_text.with_line_ends(came.html[: LONGEST_HTML * 2]), tags=set(), attributes={})
    )
    markup = nh3.clean(
        came.html[: LONGEST_HTML * 2],
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    files = [
        {
            "name": _line(one.name)[:200] or "unnamed",
            "type": _line(one.media_type)[:100],
            "size": max(one.size, 0),
        }
        for one in came.attachments[:_MOST_FILES]
    ]
    automatic = email_text.is_automatic(came.headers, sender=sender, subject=subject)
    return replace(
        message,
        sender=sender,
        subject=subject,
        body=email_text.own_words(email_text.seen(text[: LONGEST_TEXT * 2]))[:LONGEST_TEXT],
        html=markup if len(markup) <= LONGEST_HTML else "",
        kind="auto_reply" if automatic else "reply",
        variables={"read": True, "files": files, "other_sender": sender.lower() != known_as.lower()},
    )


def _address(written: str) -> str:
    return parseaddr(email_text.seen(written))[1][:254]


def _line(text: str) -> str:
    return " ".join(email_text.seen(text).split())[:300]
