"""The demo workspace: a made-up hospital, one interviewer with all four stages, and about forty made-up candidates.

Its people go the candidate's own way through the very services that candidates use, only with the clock set back and
without any work being started, so that nothing of it is sent or judged again. Their scores are written by hand and say so.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from milo_app.domain import plan_data
from milo_app.domain import records as r
from milo_app.domain.actors import Actor, MemberActor, SystemActor
from milo_app.domain.errors import Forbidden
from milo_app.services import api_keys, demo_people, demo_way, interviewers, invitations, links, previews
from milo_app.services.demo_people import PEOPLE
from milo_app.services.ports import Deps, UnitOfWork
from milo_app.services.work import Work

SLUG, INTERVIEWER_SLUG = "northlight", "registered-nurse"
EMAIL = "demo@milo.local"
SOURCE = "demo"
_NAME = "Northlight Health"
_BRAND = {
    "name": _NAME,
    "color": "#14532d",
    "accent": "#b45309",
    "support_email": "nursing-jobs@northlight.example",
    "privacy_url": "",
}
_GONE = "demo/removed"


# --- Making ---------------------------------------------------------------------------------------------------------


def wanted(deps: Deps) -> bool:
    """Whether the start may make the demo: not once somebody has removed it."""
    return not deps.files.list("demo")


def ensure_demo(deps: Deps, *, data: Path, password: str = "") -> dict[str, object]:
    """Make the demo workspace where it is missing, once, and return its facts (as in demo.json, without `pid`).

    *password* is the one that the settings name; without it a random one is made and kept in *data*, readable for the
    owner alone. Takes a few seconds the first time.
    """
    password = password or _kept_password(data)
    system = SystemActor()
    with deps.uow.read(system) as uow:
        workspace = uow.workspaces.first(slug=SLUG, is_demo=True)
        member = uow.members.first(email=EMAIL)
    if workspace is None:
        hashed = deps.passwords.hash(password)
        files: dict[str, bytes] = {}
        with deps.uow.write(system) as uow:
            workspace = _workspace(uow, hashed)
            _people(_Quiet(uow), workspace, files, deps)
        for key, content in files.items():
            deps.files.put(key, [content])
        for key in deps.files.list("demo"):
            deps.files.delete(key)
    elif member is not None and not deps.passwords.verify(password, member.password_hash):
        hashed = deps.passwords.hash(password)
        with deps.uow.write(system) as uow:
            uow.members.save(replace(member, password_hash=hashed))
    actor = SystemActor(workspace_id=workspace.id, name="demo")
    with deps.uow.write(actor) as uow:
        return _facts(uow, actor, workspace, password)


def _kept_password(data: Path) -> str:
    file = data / "demo-password"
    if file.exists():
        return file.read_text(encoding="utf-8").strip()
    made = "-".join(secrets.token_hex(3) for _ in range(3))
    data.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(made + "\n")
    return made


def _workspace(uow: UnitOfWork, password_hash: str) -> r.Workspace:
    """The workspace with its member and its published interviewer."""
    workspace = uow.workspaces.add(
        r.Workspace(
            id=uow.new_id(),
            slug=SLUG,
            name=_NAME,
            created_at=uow.now,
            brand=_BRAND,
            policy={"time_zone": "America/Los_Angeles"},
            is_demo=True,
        )
    )
    member = uow.members.add(
        r.Member(
            id=uow.new_id(),
            workspace_id=workspace.id,
            email=EMAIL,
            name="Dana Demo",
            role=r.Role.ADMIN,
            created_at=uow.now,
            password_hash=password_hash,
        )
    )
    actor = MemberActor(workspace_id=workspace.id, member_id=member.id, role=member.role, name=member.name)
    plan = replace(interviewers.template("registered_nurse"), contact_email=_BRAND["support_email"])
    interviewer = interviewers.create(uow, actor, plan=plan, slug=INTERVIEWER_SLUG)
    interviewers.publish(uow, actor, interviewer_id=interviewer.id)
    return workspace


def _people(uow: _Quiet, workspace: r.Workspace, files: dict[str, bytes], deps: Deps) -> None:
    """Everybody, in the order in which they were invited, so that their rows sort by time."""
    opened = cast(UnitOfWork, uow)
    interviewer = opened.interviewers.find(workspace_id=workspace.id, slug=INTERVIEWER_SLUG)[0]
    member = opened.members.find(workspace_id=workspace.id)[0]
    version = interviewers.newest_version(opened, interviewer)
    assert version is not None, "the demo interviewer was just published"
    scene = demo_way.Scene(
        workspace=workspace,
        interviewer=interviewer,
        member=member,
        plan=plan_data.from_data(version.plan),
        files=files,
        renderer=deps.renderer,
    )
    now = opened.now
    for number, person in sorted(enumerate(PEOPLE), key=lambda item: -item[1].days):
        uow.now = now - timedelta(days=person.days, hours=3 + number % 7, minutes=number * 7 % 60)
        demo_way.go(opened, scene, person, number, until=now)
    uow.now = now
    # Their stories are told whole: nobody made up is reminded, or told that their time is over.
    for application in opened.applications.find(interviewer_id=interviewer.id, preview=False):
        opened.applications.save(replace(application, look_at=None))


class _Quiet:
    """A unit of work whose clock can be set back and that starts no work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    @property
    def now(self) -> datetime:
        return self._uow.now

    @now.setter
    def now(self, at: datetime) -> None:
        self._uow.now = at

    def enqueue(self, work: Work, *ids: str, key: str | None = None) -> None:
        """Nothing is started: these people finished long ago, or never will."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._uow, name)


def _facts(uow: UnitOfWork, actor: Actor, workspace: r.Workspace, password: str) -> dict[str, object]:
    interviewer = uow.interviewers.first(slug=INTERVIEWER_SLUG) or uow.interviewers.find()[0]
    public = uow.instance.public_url
    return {
        "sign_in_url": f"{public}/sign-in",
        "email": EMAIL,
        "password": password,
        "apply_url": links.apply_url(uow.instance, workspace, interviewer),
        "candidate_url": links.candidate_url(uow.instance, _guest(uow, actor, interviewer)),
        "preview_url": links.preview_url(uow.instance, interviewer),
        "api_key": api_keys.add_derived(uow, actor, member_id=uow.members.find()[0].id, name="Demo"),
        "workspace_slug": workspace.slug,
        "interviewer_slug": interviewer.slug,
    }


def _guest(uow: UnitOfWork, actor: Actor, interviewer: r.Interviewer) -> r.Application:
    """The invited candidate for whoever tries the demo; a new one where the last one's time has run out."""
    people = [c for c in uow.candidates.find(order="-id", source=SOURCE) if c.name == demo_people.GUEST]
    for person in people:
        application = uow.applications.first(order="-id", candidate_id=person.id, preview=False)
        if application is None:
            continue
        waiting = application.state is r.ApplicationState.INVITED
        late = waiting and application.due_at is not None and application.due_at <= uow.now
        if not late and application.state is not r.ApplicationState.EXPIRED:
            return application
    number = len(people)
    person = uow.candidates.add(
        r.Candidate(
            id=uow.new_id(),
            workspace_id=interviewer.workspace_id,
            name=demo_people.GUEST,
            created_at=uow.now,
            email=f"alex.rivera{number or ''}@candidates.example",
            phone=f"+1503555{142 + number:04d}",
            sms_consent=True,
            time_zone="America/Los_Angeles",
            source=SOURCE,
        )
    )
    application = uow.applications.add(demo_way.application_of(uow, interviewer, person, "manual"))
    uow.emit("application", application.id, "candidate_ingested", source="manual")
    if interviewer.closes_at is not None and interviewer.closes_at <= uow.now:
        uow.interviewers.save(replace(interviewer, closes_at=uow.now + timedelta(days=30)))
    invitations.invite(uow, actor, application_id=application.id, now_ok=True)
    return uow.applications.get(application.id)


def write_demo_json(data: Path, facts: Mapping[str, object], *, pid: int | None = None) -> dict[str, object]:
    """Write MILO_DATA/demo.json whole or not at all, readable for the owner alone. Returns what it holds."""
    held = {**facts, "pid": pid}
    target = data / "demo.json"
    if pid is None and target.exists():
        # The command line made or looked at the demo; the server that runs it is still the one that was there.
        held["pid"] = json.loads(target.read_text(encoding="utf-8")).get("pid")
    draft = data / f".demo.json.{os.getpid()}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        json.dump(held, out, indent=2)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(target)
    return held


# --- Removing -------------------------------------------------------------------------------------------------------


def remove_people(deps: Deps, actor: Actor) -> int:
    """Erase every made-up candidate of the demo, at one click; what people made themselves stays. Returns how many.

    Raises Forbidden unless by an admin.
    """
    if isinstance(actor, MemberActor) and not actor.can(r.Role.ADMIN):
        raise Forbidden("Only an admin can remove the demo's candidates.")
    keys: list[str] = []
    count = 0
    with deps.uow.write(actor) as uow:
        for person in uow.candidates.find(source=SOURCE):
            for application in uow.applications.find(candidate_id=person.id):
                keys += previews.erase_rows(uow, application)
            if uow.candidates.maybe(person.id) is not None:
                uow.candidates.delete(person.id)
            count += 1
        uow.emit(
            "workspace",
            str(actor.workspace_id),
            "demo_removed",
            workspace_id=actor.workspace_id,
            people=count,
        )
    for key in keys:
        deps.files.delete(key)
    return count


def remove(deps: Deps) -> None:
    """Take the whole demo workspace away, with everything in it; a start does not make it again."""
    system = SystemActor()
    with deps.uow.read(system) as uow:
        workspace = uow.workspaces.first(slug=SLUG, is_demo=True)
    if workspace is not None:
        with deps.uow.write(SystemActor(workspace_id=workspace.id)) as uow:
            keys = _erase_workspace(uow, workspace)
        for key in keys:
            deps.files.delete(key)
    deps.files.put(_GONE, [b"removed by hand\n"])


def _erase_workspace(uow: UnitOfWork, workspace: r.Workspace) -> list[str]:
    keys = [file.key for file in uow.files.find()]
    for application in uow.applications.find():
        keys += previews.erase_rows(uow, application)
    for repository in _tables(uow):
        for row in repository.find(workspace_id=workspace.id):
            repository.delete(row.id)
    uow.workspaces.delete(workspace.id)
    return sorted(set(keys))


def _tables(uow: UnitOfWork) -> Iterator[Any]:
    """What still refers to the workspace once its applications are gone, in an order that references allow."""
    yield from (
        uow.webhook_deliveries,
        uow.webhook_endpoints,
        uow.idempotent_calls,
        uow.api_keys,
        uow.attached,
        uow.ingestions,
        uow.consents,
        uow.messages,
        uow.candidates,
        uow.files,
        uow.versions,
        uow.interviewers,
        uow.sessions,
        uow.one_time_links,
        uow.members,
        uow.suppressions,
        uow.later,
        uow.events,
    )
