"""In whose name a workspace's emails go out, and where answers to them go."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from email.utils import parseaddr
from typing import Any

from milo_app.domain import records as r
from milo_app.domain.actors import MemberActor
from milo_app.domain.errors import Forbidden, Invalid
from milo_app.services import links
from milo_app.services.candidates import clean_email
from milo_app.services.ports import Instance, OutgoingEmail, UnitOfWork
from milo_app.services.transactions import command, query

_LONGEST_NAME = 80
#: What would end the name in a header, or begin an address in it.
_NOT_IN_A_NAME = re.compile(r"[\x00-\x1f\x7f\"<>\\@]")


@query
def read(uow: UnitOfWork, actor: MemberActor) -> dict[str, Any]:
    """{name, address, reply_to} as chosen, `instead`: {name, address} where nothing is, `domains` an address may be of,
    and whether answers come into the timeline by themselves (`answers_here`)."""
    workspace = uow.workspaces.get(actor.workspace_id)
    chosen = _chosen(workspace)
    return {
        "name": str(chosen.get("name", "")),
        "address": str(chosen.get("address", "")),
        "reply_to": str(chosen.get("reply_to", "")),
        "instead": {
            "name": str(links.brand_of(workspace)["name"]),
            "address": parseaddr(uow.instance.email_sender)[1],
        },
        "domains": list(uow.instance.email_domains),
        "answers_here": bool(uow.instance.inbound_domain),
    }


@command
def save(uow: UnitOfWork, actor: MemberActor, *, name: str, address: str, reply_to: str) -> None:
    """Choose the name and address that emails to candidates come from, and where answers go; empty is the usual one.

    Raises:
        Forbidden: for all but administrators.
        Invalid: with a sentence for each field that does not fit; an address must be of a domain that this instance
            sends for, since any other is taken for forged.
    """
    if not actor.can(r.Role.ADMIN):
        raise Forbidden("Only administrators change how emails are sent.")
    wrong: dict[str, str] = {}
    name = " ".join(name.split())
    if len(name) > _LONGEST_NAME or _NOT_IN_A_NAME.search(name):
        wrong["name"] = f'A name has at most {_LONGEST_NAME} letters and none of " < > \\ @.'
    cleaned = {
        "address": _cleaned(address, "address", wrong),
        "reply_to": _cleaned(reply_to, "reply_to", wrong),
    }
    domain = cleaned["address"].rpartition("@")[2]
    if domain and domain not in uow.instance.email_domains:
        allowed = ", ".join(uow.instance.email_domains)
        wrong["address"] = f"This instance sends for {allowed} only. MILO_EMAIL_DOMAINS adds a domain."
    if wrong:
        raise Invalid(fields=wrong)
    workspace = uow.workspaces.get(actor.workspace_id)
    chosen = {key: value for key, value in {"name": name, **cleaned}.items() if value}
    if chosen != _chosen(workspace):
        uow.workspaces.save(replace(workspace, policy={**workspace.policy, "sender": chosen}))
        uow.emit("workspace", workspace.id, "sender_changed")


def sender(instance: Instance, workspace: r.Workspace) -> str:
    """`Name <address>` of an email to a candidate: people open mail from a company they applied to, not from a tool."""
    chosen = _chosen(workspace)
    usual_name, usual = parseaddr(instance.email_sender)
    address = str(chosen.get("address") or "")
    if address.rpartition("@")[2] not in instance.email_domains:  # the instance no longer sends for it
        address = usual
    name = str(chosen.get("name") or links.brand_of(workspace)["name"] or usual_name)
    name = " ".join(_NOT_IN_A_NAME.sub("", name).split())[:_LONGEST_NAME]
    return f'"{name}" <{address}>' if name else address


def reply_to(instance: Instance, workspace: r.Workspace, application: r.Application, contact: str) -> str:
    """Where an answer goes: where the workspace chose, else into the application's timeline, else to *contact*."""
    chosen = str(_chosen(workspace).get("reply_to") or "")
    if chosen:
        return chosen
    if instance.inbound_domain and not application.preview:
        return links.reply_address(instance, application)
    return contact


def outgoing(instance: Instance, message: r.Message, *, subject: str, html: str, text: str) -> OutgoingEmail:
    """An email with all its headers, from what `message` was queued with.

    Mail programs show all emails of one application as one thread, by a first message that never was.
    """
    headers = [
        ("X-Milo-Kind", message.kind),
        ("Auto-Submitted", "auto-generated"),
        # Else each absence note would come back as a reply.
        ("X-Auto-Response-Suppress", "OOF, AutoReply"),
    ]
    if message.application_id:
        host = parseaddr(instance.email_sender)[1].rpartition("@")[2] or "localhost"
        headers.append(("References", f"<application.{message.application_id}@{host}>"))
    tags = (("kind", message.kind), ("application", message.application_id or ""), ("message", message.id))
    variables = message.variables
    return OutgoingEmail(
        to=message.to,
        sender=message.sender or instance.email_sender,
        subject=subject,
        html=html,
        text=text,
        reply_to=str(variables.get("reply_to") or variables.get("contact_email") or ""),
        headers=tuple(headers),
        tags=tags,
    )


def _chosen(workspace: r.Workspace) -> Mapping[str, Any]:
    found = workspace.policy.get("sender")
    return found if isinstance(found, Mapping) else {}


def _cleaned(written: str, field: str, wrong: dict[str, str]) -> str:
    try:
        return clean_email(written) or ""
    except Invalid:
        wrong[field] = "This does not look like an email address."
        return ""
