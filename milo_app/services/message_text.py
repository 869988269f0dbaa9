"""What a message says: made at sending from its template and variables, the same at every try.

What is kept of it opens nothing: personal links are shortened there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from milo_app.domain import records as r
from milo_app.services import links, templates
from milo_app.services.ports import Renderer, UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Written:
    """A message in words. Of a text only `text` is there; `kept` is the same with its links shortened."""

    text: str
    subject: str = ""
    html: str = ""
    kept: tuple[str, str, str] = ("", "", "")


def variables_of(uow: UnitOfWork, message: r.Message) -> dict[str, Any]:
    """All that a message's template may name: what was kept with it, and its links, made anew."""
    variables = dict(message.variables)
    if message.application_id:
        variables |= _links(uow, uow.applications.get(message.application_id))
    return variables | templates.own_words(uow, message)


def write(renderer: Renderer, message: r.Message, variables: Mapping[str, Any]) -> Written:
    """The message's words. Raises LookupError for a template that does not exist."""
    whole, hidden = dict(variables), _without_links(variables)
    if message.channel is r.Channel.EMAIL:
        subject, html, text = renderer.email(message.template, whole)
        return Written(subject=subject, html=html, text=text, kept=renderer.email(message.template, hidden))
    text = renderer.sms(message.template, whole)
    return Written(text=text, kept=("", "", renderer.sms(message.template, hidden)))


def _links(uow: UnitOfWork, application: r.Application) -> dict[str, str]:
    urls = {
        "link": links.candidate_url(uow.instance, application),
        "privacy_link": links.privacy_url(uow.instance, application),
        "report_link": f"{uow.instance.public_url}/app/report/?a={application.id}",
    }
    if application.preview:
        interviewer = uow.interviewers.get(application.interviewer_id)
        urls["link"] = links.preview_url(uow.instance, interviewer)
    return urls


def _without_links(variables: Mapping[str, Any]) -> dict[str, Any]:
    hidden = dict(variables)
    for name in ("link", "url", "privacy_link"):
        url = str(hidden.get(name, ""))
        if url:
            hidden[name] = f"{url.rsplit('/', 1)[0]}/…"
    return hidden
