"""Other people's programs are told what happens here: each event at least once, in order per application.

A sweep makes one delivery of every event that an endpoint wants; the oldest of a lane (endpoint and application) is
worked on, and the next begun when it has ended. What fails is tried again for three days; then the endpoint is off.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from milo_app.domain import records as r
from milo_app.domain.actors import Actor, MemberActor, SystemActor
from milo_app.domain.errors import Conflict, Forbidden, Invalid, NotFound
from milo_app.services import api_reads
from milo_app.services.ports import Deps, HookAnswer, Instance, UnitOfWork
from milo_app.services.transactions import command, query
from milo_app.services.work import Work

#: Every kind of event that can be asked for by name; any other kind of an application's events can be, too.
EVENTS = (
    "candidate_ingested",
    "invited",
    "interview_started",
    "stage_submitted",
    "stage_completed",
    "interview_completed",
    "report_available",
    "stage_report_available",
    "candidate_disqualified",
    "candidate_withdrawn",
    "candidate_expired",
    "candidate_reinstated",
    "candidate_rejoined",
    "candidate_extended",
    "retake_granted",
    "candidate_shortlisted",
    "candidate_dismissed",
    "decision_cleared",
    "resume_read",
    "score_overridden",
)
#: How long is waited before each further try, in seconds; the last is used until three days are over.
PAUSES = (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800)
GIVES_UP = timedelta(days=3)
#: The secret before a rotation counts this long.
OVERLAP = timedelta(days=1)
#: How long deliveries are kept to be looked at.
KEPT = timedelta(days=30)
_MOST = 20
#: Events may become visible after later ones: so much is read again each time.
_LATE = timedelta(seconds=30)
_BATCH = 1000


# --- Endpoints ------------------------------------------------------------------------------------------------------


@command
def add(
    uow: UnitOfWork,
    actor: MemberActor,
    *,
    url: str,
    events: Sequence[str] = (),
    posting_id: str | None = None,
) -> r.WebhookEndpoint:
    """Tell *url* of *events* (none named: of all) from now on, of one interviewer or of the whole workspace.

    Raises Forbidden for a viewer, NotFound, Invalid for an address or event that cannot be, Conflict for too many.
    """
    if not actor.can(r.Role.RECRUITER):
        raise Forbidden("Viewers cannot change this.")
    interviewer = uow.interviewers.get(posting_id) if posting_id else None
    _check(uow.instance, url, events)
    if uow.webhook_endpoints.count(interviewer_id=posting_id, active=True) >= _MOST:
        raise Conflict(f"There are {_MOST} webhooks already. Take one away first.")
    made = uow.webhook_endpoints.add(
        r.WebhookEndpoint(
            id=uow.new_id(),
            workspace_id=actor.workspace_id,
            url=url,
            created_at=uow.now,
            updated_at=uow.now,
            read_to=uow.now,
            interviewer_id=interviewer.id if interviewer else None,
            member_id=actor.member_id,
            events=tuple(dict.fromkeys(events)),
        )
    )
    _note(uow, made, "webhook_added")
    return made


@query
def listed(uow: UnitOfWork, actor: Actor) -> list[r.WebhookEndpoint]:
    """Every endpoint of the workspace, newest first, those switched off too."""
    return uow.webhook_endpoints.find(order="-id")


@query
def one(uow: UnitOfWork, actor: Actor, *, endpoint_id: str) -> r.WebhookEndpoint:
    """An endpoint. Raises NotFound."""
    return uow.webhook_endpoints.get(endpoint_id)


@query
def secret(uow: UnitOfWork, actor: MemberActor, *, endpoint_id: str) -> str:
    """What an endpoint's calls are signed with. Raises Forbidden for a viewer, NotFound."""
    if not actor.can(r.Role.RECRUITER):
        raise Forbidden("Viewers cannot see secrets.")
    endpoint = uow.webhook_endpoints.get(endpoint_id)
    return secret_of(uow.instance, endpoint.id, endpoint.secret_version)


@command
def rotate(uow: UnitOfWork, actor: MemberActor, *, endpoint_id: str) -> str:
    """A new secret; calls are signed with the old one besides for a day. Returns it. Raises Forbidden, NotFound."""
    endpoint = _changeable(uow, actor, endpoint_id)
    version = endpoint.secret_version + 1
    uow.webhook_endpoints.save(
        replace(endpoint, secret_version=version, rotated_at=uow.now, updated_at=uow.now)
    )
    _note(uow, endpoint, "webhook_secret_rotated")
    return secret_of(uow.instance, endpoint.id, version)


@command
def set_active(uow: UnitOfWork, actor: MemberActor, *, endpoint_id: str, active: bool) -> r.WebhookEndpoint:
    """Switch an endpoint off, or on again: it is then told of what happens from now on. Raises Forbidden, NotFound."""
    endpoint = _changeable(uow, actor, endpoint_id)
    if endpoint.active is active:
        return endpoint
    if not active:
        return _switch_off(uow, endpoint, "Switched off by hand.")
    _note(uow, endpoint, "webhook_switched_on")
    fresh = replace(
        endpoint, active=True, why_off="", failing_since=None, read_to=uow.now, updated_at=uow.now
    )
    return uow.webhook_endpoints.save(fresh)


@query
def deliveries(
    uow: UnitOfWork, actor: Actor, *, endpoint_id: str, limit: int = 100
) -> list[r.WebhookDelivery]:
    """What an endpoint was told and what it answered, newest first. Raises NotFound."""
    endpoint = uow.webhook_endpoints.get(endpoint_id)
    return uow.webhook_deliveries.find(endpoint_id=endpoint.id, order="-id", limit=limit)


@command
def replay(uow: UnitOfWork, actor: MemberActor, *, delivery_id: str) -> r.WebhookDelivery:
    """Tell it once more, now and outside its order. Raises Forbidden, NotFound, Conflict where the endpoint is off."""
    before = uow.webhook_deliveries.get(delivery_id)
    endpoint = _changeable(uow, actor, before.endpoint_id)
    if not endpoint.active:
        raise Conflict("This webhook is switched off. Switch it on first.")
    times = uow.webhook_deliveries.count(endpoint_id=endpoint.id, event_id=before.event_id)
    id = uow.new_id()
    again = uow.webhook_deliveries.add(
        r.WebhookDelivery(
            id=id,
            workspace_id=endpoint.workspace_id,
            endpoint_id=endpoint.id,
            event_id=before.event_id,
            subject_id=id,
            kind=before.kind,
            created_at=uow.now,
            replay=times,
        )
    )
    uow.enqueue(Work.DELIVER_WEBHOOK, again.id, "0")
    return again


def secret_of(instance: Instance, endpoint_id: str, version: int) -> str:
    """An endpoint's secret as Standard Webhooks writes it; derived, and kept nowhere."""
    said = f"webhook|{endpoint_id}|{version}".encode()
    return "whsec_" + base64.b64encode(hmac.new(instance.key, said, hashlib.sha256).digest()).decode()


def _check(instance: Instance, url: str, events: Sequence[str]) -> None:
    wrong: dict[str, str] = {}
    if (why := _wrong_with(instance, url)) is not None:
        wrong["webhook_url"] = why
    if unknown := [e for e in events if e not in EVENTS]:
        wrong["event_type"] = f"There is no event {unknown[0][:80]!r}. Choose from {', '.join(EVENTS)}."
    if wrong:
        raise Invalid(fields=wrong)


def _wrong_with(instance: Instance, url: str) -> str | None:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
        host.encode("idna")
    except ValueError:
        return "This is no address."
    if (
        parts.scheme not in ("http", "https")
        or not host
        or len(url) > 2000
        or not url.isprintable()
        or " " in url
    ):
        return "Give a whole address that begins with https://."
    if parts.username or parts.password:
        return "An address must not hold a password."
    if instance.private_hooks:
        return None
    if parts.scheme != "https":
        return "Only https:// addresses are told."
    try:
        public = ipaddress.ip_address(host).is_global
    except ValueError:
        public = host != "localhost" and "." in host
    return None if public else "Addresses inside a private network are told nothing."


def _changeable(uow: UnitOfWork, actor: MemberActor, endpoint_id: str) -> r.WebhookEndpoint:
    if not actor.can(r.Role.RECRUITER):
        raise Forbidden("Viewers cannot change this.")
    return uow.webhook_endpoints.get(endpoint_id)


def _note(uow: UnitOfWork, endpoint: r.WebhookEndpoint, kind: str, **facts: str) -> None:
    uow.emit(
        "workspace",
        endpoint.workspace_id,
        kind,
        workspace_id=endpoint.workspace_id,
        endpoint_id=endpoint.id,
        **facts,
    )


# --- From events to deliveries --------------------------------------------------------------------------------------


def sweep(deps: Deps) -> int:
    """Make the deliveries of what has happened since the last look; returns how many."""
    system = SystemActor(name="webhooks")
    with deps.uow.read(system) as uow:
        endpoints = uow.webhook_endpoints.find(active=True)
    made = 0
    for endpoint in endpoints:
        actor = SystemActor(workspace_id=endpoint.workspace_id, name="webhooks")
        with deps.uow.read(actor) as uow:
            waiting = _unread(uow, endpoint)
        if waiting:
            with deps.uow.write(actor) as uow:
                made += _take(uow, endpoint.id)
    return made


def _unread(uow: UnitOfWork, endpoint: r.WebhookEndpoint) -> bool:
    """Whether anything happened that this endpoint was not looked at for."""
    return bool(_new(uow, endpoint)[0])


def _new(uow: UnitOfWork, endpoint: r.WebhookEndpoint) -> tuple[list[tuple[r.Event, str]], r.Event | None]:
    """(events that the endpoint wants and was not told of, with their names; the last event looked at)."""
    limit = _BATCH
    while True:
        events = uow.events.since(max(endpoint.read_to - _LATE, endpoint.created_at), limit=limit)
        # As many as that within the time that is read again: look further, or the same ones come for ever.
        if len(events) < limit or events[-1].at > endpoint.read_to:
            break
        limit *= 2
    named = [(e, kind) for e in events if (kind := _kind_for(uow, endpoint, e))]
    told: set[str] = set()
    for start in range(0, len(named), 500):
        ids = [e.id for e, _ in named[start : start + 500]]
        found = uow.webhook_deliveries.find(endpoint_id=endpoint.id, event_id=ids, replay=0)
        told |= {d.event_id for d in found}
    return [(e, kind) for e, kind in named if e.id not in told], events[-1] if events else None


def _kind_for(uow: UnitOfWork, endpoint: r.WebhookEndpoint, event: r.Event) -> str:
    """What *event* is called for this endpoint; empty where it is not told of it."""
    if event.subject_kind != "application" or event.data.get("preview"):
        return ""
    kind = event.kind
    if kind == "report_available" and not _is_whole(uow, event):
        kind = "stage_report_available"
    if endpoint.events and kind not in endpoint.events:
        return ""
    application = uow.applications.maybe(event.subject_id)
    if application is None or application.preview:
        return ""
    return kind if endpoint.interviewer_id in (None, application.interviewer_id) else ""


def _is_whole(uow: UnitOfWork, event: r.Event) -> bool:
    """Whether the report was whole by then; before, it was only one stage's."""
    over = uow.events.find(
        subject_kind="application",
        subject_id=event.subject_id,
        kind=["interview_completed", "candidate_disqualified"],
    )
    return any(e.seq < event.seq for e in over)


def _take(uow: UnitOfWork, endpoint_id: str) -> int:
    uow.hold(f"webhook:{endpoint_id}")
    endpoint = uow.webhook_endpoints.maybe(endpoint_id)
    if endpoint is None or not endpoint.active:
        return 0
    fresh, last = _new(uow, endpoint)
    for event, kind in fresh:
        alone = not uow.webhook_deliveries.count(
            endpoint_id=endpoint.id, subject_id=event.subject_id, state="waiting"
        )
        delivery = uow.webhook_deliveries.add(
            r.WebhookDelivery(
                id=uow.new_id(),
                workspace_id=endpoint.workspace_id,
                endpoint_id=endpoint.id,
                event_id=event.id,
                subject_id=event.subject_id,
                kind=kind,
                created_at=uow.now,
            )
        )
        if alone:
            uow.enqueue(Work.DELIVER_WEBHOOK, delivery.id, "0")
    if last is not None and last.at > endpoint.read_to:
        uow.webhook_endpoints.save(replace(endpoint, read_to=last.at))
    return len(fresh)


# --- Delivering -----------------------------------------------------------------------------------------------------


def deliver(deps: Deps, delivery_id: str, tries: str) -> None:
    """Tell one delivery, the *tries*-th time from 0. A repeat of a try that ended does nothing.

    Raises:
        NotFound: the delivery is no more.
    """
    with deps.uow.read(SystemActor(name="webhooks")) as uow:
        workspace_id = uow.webhook_deliveries.get(delivery_id).workspace_id
    actor = SystemActor(workspace_id=workspace_id, name="webhooks")
    with deps.uow.read(actor) as uow:
        delivery = uow.webhook_deliveries.get(delivery_id)
        endpoint = uow.webhook_endpoints.get(delivery.endpoint_id)
        if delivery.state != "waiting" or delivery.tries != int(tries):
            return
        try:
            body = json.dumps(payload(uow, actor, delivery), ensure_ascii=False, separators=(",", ":"))
        except NotFound:  # erased meanwhile: nothing is told of it any more
            body = ""
        secrets = [secret_of(uow.instance, endpoint.id, endpoint.secret_version)]
        if endpoint.rotated_at is not None and uow.now - endpoint.rotated_at < OVERLAP:
            secrets.append(secret_of(uow.instance, endpoint.id, endpoint.secret_version - 1))
        at = uow.now
    headers: Mapping[str, str] = {}
    answer: HookAnswer | None = None
    if body and endpoint.active:
        headers, answer = deps.hooks.post(
            endpoint.url, id=delivery.event_id, at=at, body=body, secrets=secrets
        )
    with deps.uow.write(actor) as uow:
        _settle(uow, delivery, int(tries), body, headers, answer)


def payload(uow: UnitOfWork, actor: Actor, delivery: r.WebhookDelivery) -> dict[str, Any]:
    """What is told: the event, and the candidate as the API shows them now. Raises NotFound."""
    event = uow.events.get(delivery.event_id)
    candidate = api_reads.candidate(uow, actor, application_id=event.subject_id)
    return {
        "event_type": delivery.kind,
        "event_id": event.id,
        "posting_id": candidate["posting_id"],
        "interview_id": candidate["interview_id"],
        "candidate_id": candidate["candidate_id"],
        "type": delivery.kind,
        "timestamp": event.at.isoformat(),
        "created_at": event.at.timestamp(),
        "sequence": event.seq,
        "data": {**candidate, "event": dict(event.data)},
    }


def _settle(
    uow: UnitOfWork,
    told: r.WebhookDelivery,
    tries: int,
    body: str,
    headers: Mapping[str, str],
    answer: HookAnswer | None,
) -> None:
    uow.hold(f"webhook:{told.endpoint_id}")
    delivery = uow.webhook_deliveries.get(told.id)
    endpoint = uow.webhook_endpoints.get(delivery.endpoint_id)
    if delivery.state != "waiting" or delivery.tries != tries:
        return
    log: dict[str, Any] = {}
    if answer is not None:
        log = {
            "request": {"url": endpoint.url, "headers": dict(headers), "body": body},
            "response": vars(answer) | {"at": uow.now.isoformat()},
        }
    delivery = replace(delivery, tries=tries + 1, due_at=None, **log)
    if answer is None or 200 <= answer.status < 300:
        state = "cancelled" if answer is None else "delivered"
        uow.webhook_deliveries.save(replace(delivery, state=state, finished_at=uow.now))
        if answer is not None and endpoint.failing_since is not None:
            uow.webhook_endpoints.save(replace(endpoint, failing_since=None))
        _begin_next(uow, delivery)
        return
    since = endpoint.failing_since or uow.now
    endpoint = uow.webhook_endpoints.save(replace(endpoint, failing_since=since))
    if answer.status == 410 or uow.now - min(since, delivery.created_at) >= GIVES_UP:
        uow.webhook_deliveries.save(replace(delivery, state="failed", finished_at=uow.now))
        gone = "It said that it is gone (410)." if answer.status == 410 else "It failed for three days."
        if endpoint.active:
            _switch_off(uow, endpoint, f"{gone} The last try: {answer.problem}"[:500])
        return
    due = uow.now + timedelta(seconds=PAUSES[min(tries, len(PAUSES) - 1)])
    uow.webhook_deliveries.save(replace(delivery, due_at=due))
    uow.later.add(
        r.Later(
            id=uow.new_id(),
            workspace_id=delivery.workspace_id,
            work=str(Work.DELIVER_WEBHOOK),
            args=(delivery.id, str(tries + 1)),
            due_at=due,
        )
    )


def _begin_next(uow: UnitOfWork, delivery: r.WebhookDelivery) -> None:
    following = uow.webhook_deliveries.first(
        endpoint_id=delivery.endpoint_id, subject_id=delivery.subject_id, state="waiting"
    )
    if following is not None:
        uow.enqueue(Work.DELIVER_WEBHOOK, following.id, str(following.tries))


def _switch_off(uow: UnitOfWork, endpoint: r.WebhookEndpoint, why: str) -> r.WebhookEndpoint:
    for delivery in uow.webhook_deliveries.find(endpoint_id=endpoint.id, state="waiting"):
        uow.webhook_deliveries.save(replace(delivery, state="cancelled", finished_at=uow.now))
    _note(uow, endpoint, "webhook_switched_off")
    return uow.webhook_endpoints.save(replace(endpoint, active=False, why_off=why, updated_at=uow.now))


def forget(deps: Deps) -> None:
    """Delete deliveries, and answers to named calls, that have served their time."""
    with deps.uow.write(SystemActor(name="sweep")) as uow:
        for delivery in uow.webhook_deliveries.find(order="created_at", limit=2000):
            if uow.now - delivery.created_at < KEPT:
                break
            uow.webhook_deliveries.delete(delivery.id)
        for call in uow.idempotent_calls.find(order="at", limit=2000):
            if uow.now - call.at < timedelta(days=1):
                break
            uow.idempotent_calls.delete(call.id)
