"""What postings are made with, as the public API lists it: each of a few rows, known whole."""

from __future__ import annotations

from typing import Any

from milo_app.domain.actors import MemberActor
from milo_app.services import interviewers, links, senders, templates
from milo_app.services.ports import UnitOfWork
from milo_app.services.transactions import query

_LANGUAGES = {"en": "English", "es": "Spanish"}


def _since(uow: UnitOfWork, actor: MemberActor) -> float:
    return uow.workspaces.get(actor.workspace_id).created_at.timestamp()


@query
def email_templates(uow: UnitOfWork, actor: MemberActor) -> list[dict[str, Any]]:
    """The words of each email to candidates in each language; `id` is kind and language."""
    since = _since(uow, actor)
    out: list[dict[str, Any]] = []
    for kind in templates.overview(uow, actor):
        if not any(c["channel"] == "email" for c in kind["channels"]):
            continue
        for language, name in _LANGUAGES.items():
            words = templates.read(uow, actor, kind=kind["kind"], channel="email", language=language)
            own = templates.newest(uow, actor.workspace_id, kind["kind"], "email", language)
            out.append(
                {
                    "id": f"{kind['kind']}-{language}",
                    "template_key": kind["kind"],
                    "name": f"{kind['title']} ({name})",
                    "subject": words["subject"],
                    "content": words["text"],
                    "blackout_period": None,
                    "created_at": since,
                    "updated_at": own.created_at.timestamp() if own else since,
                }
            )
    return out


@query
def email_groups(uow: UnitOfWork, actor: MemberActor) -> list[dict[str, Any]]:
    """One group a language, which candidates are written to in."""
    since, every = _since(uow, actor), email_templates(uow, actor)
    return [
        {
            "id": language,
            "name": name,
            "template_mappings": {
                t["template_key"]: t["id"] for t in every if t["id"].endswith(f"-{language}")
            },
            "sender_email_id": "sender",
            "created_at": since,
            "updated_at": since,
        }
        for language, name in _LANGUAGES.items()
    ]


@query
def designs(uow: UnitOfWork, actor: MemberActor) -> list[dict[str, Any]]:
    """The workspace's brand."""
    brand = dict(links.brand_of(uow.workspaces.get(actor.workspace_id)))
    since = _since(uow, actor)
    return [
        {
            "id": "brand",
            "name": str(brand["name"]),
            "template_type": "brand",
            "design_config": brand,
            "created_at": since,
            "updated_at": since,
        }
    ]


@query
def design_groups(uow: UnitOfWork, actor: MemberActor) -> list[dict[str, Any]]:
    """The brand, for every page that candidates see."""
    (brand,) = designs(uow, actor)
    pages = ("welcome_page", "interview_page", "status_page", "interview_complete_page")
    mapped = dict.fromkeys(pages, "brand")
    times = {name: brand[name] for name in ("created_at", "updated_at")}
    return [{"id": "brand", "name": brand["name"], "template_mappings": mapped, "is_default": True, **times}]


@query
def interview_templates(uow: UnitOfWork, actor: MemberActor) -> list[dict[str, Any]]:
    """Whole interviews to start from; their id is a `interview_template_id`."""
    since = _since(uow, actor)
    return [
        {
            "id": one["name"],
            "template_code": one["name"],
            "name": one["title"],
            "description": interviewers.template(one["name"]).description or None,
            "posting_id": "",
            "is_default": False,
            "created_at": since,
            "updated_at": since,
        }
        for one in interviewers.templates()
    ]


@query
def numbers(uow: UnitOfWork, actor: MemberActor) -> list[dict[str, Any]]:
    """The numbers that texts and calls come from."""
    known = {"texts": uow.instance.sms_sender, "calls": uow.instance.phone_number}
    return [
        {"id": id, "phone_number": number, "country_code": None, "active": True, "date_provisioned": None}
        for id, number in known.items()
        if number
    ]


@query
def sender_emails(uow: UnitOfWork, actor: MemberActor) -> list[dict[str, Any]]:
    """The address that emails to candidates come from."""
    chosen = senders.read(uow, actor)
    full = chosen["address"] or chosen["instead"]["address"]
    prefix, _, domain = full.rpartition("@")
    named = {"email_prefix": prefix, "domain": domain, "full_email": full, "domain_id": domain}
    return [{"id": "sender", **named, "created_at": _since(uow, actor)}]


@query
def workspaces(uow: UnitOfWork, actor: MemberActor) -> list[dict[str, Any]]:
    """The actor's own workspace."""
    one = uow.workspaces.get(actor.workspace_id)
    return [{"object": "workspace", "id": one.id, "name": one.name, "slug": one.slug}]
