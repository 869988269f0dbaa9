"""Rows in bulk: candidates who are ready to go on, and a full table of those who came before."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from milo_app import bootstrap, config
from milo_app.access import cookies
from milo_app.db.ids import new_id
from milo_app.domain import consent
from milo_app.domain.actors import CandidateActor, SystemActor
from milo_app.domain.plan import StageKind
from milo_app.services import applications, consents, links
from milo_app.services.ports import Deps
from tests.outside.instance import Instance

_FIRST = "Maria James Aisha Wei Olga Kofi Lena Tariq Noor Pedro Hana Ivan Chloe Amara Jonas Priya".split()
_LAST = "Alvarez Novak Okafor Chen Schmidt Haddad Silva Kim Rossi Dubois Larsen Patel Moreau Costa Berg Ito".split()


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A candidate who has agreed and stands at the first stage."""

    id: str
    cookie: str
    phone: str


@contextmanager
def inside(instance: Instance) -> Iterator[Deps]:
    """The parts of a running instance, in this process: its database, its keys."""
    settings = config.Settings(
        _env_file=None,
        data=Path(instance.data),
        port=instance.port,
        database_url=instance.database_url,
    )
    made = bootstrap.build(settings)
    bootstrap.install(settings, made)
    try:
        yield made
    finally:
        bootstrap.install(None, None)
        bootstrap.database(made).dispose()


def ready(deps: Deps, slug: str, people: int, *, texts: bool = False) -> list[Ready]:
    """So many new candidates of an interviewer, invited, started and agreed, without any email."""
    made: list[Ready] = []
    with deps.uow.read(SystemActor()) as uow:
        interviewer = uow.interviewers.first(slug=slug)
        assert interviewer is not None
    base = random.Random(slug).randrange(1000, 8000)
    for n in range(people):
        phone = (
            f"+1{212 + n // 10_000 % 500}{200 + n // 10_000 % 700:03}{(base + n) % 10_000:04}"
            if texts
            else None
        )
        with deps.uow.write(SystemActor(workspace_id=interviewer.workspace_id)) as uow:
            application, _ = applications.create(
                uow,
                uow.actor,
                interviewer=interviewer,
                name=f"{_FIRST[n % 16]} {_LAST[n // 16 % 16]} {n}",
                email=f"ready{n}.{slug}@example.com",
                phone=phone,
                sms_consent=texts,
                source="api",
            )
            application = applications.start(uow, uow.actor, application_id=application.id)
            actor = CandidateActor(
                workspace_id=application.workspace_id,
                application_id=application.id,
                candidate_id=application.candidate_id,
            )
            plan = applications.plan_of(uow, application)
            voice = plan.stage(StageKind.VOICE)
            notice = consent.interview(plan.language, video=bool(voice and voice.video))
            consents.agree(uow, actor, text_version=notice.version)
            proof = links.cookie_proof(uow.instance, application)
        name = cookies.candidate_cookie(deps.instance, application.id)
        made.append(Ready(id=application.id, cookie=f"{name}={proof}", phone=phone or ""))
    return made


_STATES = ("invited", "in_progress", "completed", "completed", "disqualified", "withdrawn", "expired")
_STAGES = ("resume", "form", "sms", "voice")


def fill(data: Path, slug: str, rows: int) -> None:
    """Add applications with their people and stages straight into the tables, as years of use would have."""
    connection = sqlite3.connect(data / "milo.db", timeout=60)
    connection.row_factory = sqlite3.Row
    try:
        interviewer = connection.execute("select * from interviewer where slug = ?", [slug]).fetchone()
        like = connection.execute(
            "select * from application where interviewer_id = ? limit 1", [interviewer["id"]]
        ).fetchone()
        person = connection.execute("select * from candidate where id = ?", [like["candidate_id"]]).fetchone()
        stages = connection.execute(
            "select * from application_stage where application_id = ?", [like["id"]]
        ).fetchall()
        chance = random.Random(rows)
        now = datetime.now(UTC)
        people: list[dict[str, Any]] = []
        applied: list[dict[str, Any]] = []
        stood: list[dict[str, Any]] = []
        for n in range(rows):
            at = _as(like["created_at"], now - timedelta(minutes=n * 5 + chance.random()))
            name = f"{chance.choice(_FIRST)} {chance.choice(_LAST)} {n}"
            one = dict(person) | {
                "id": new_id(),
                "name": name,
                "email": f"{name.replace(' ', '.').lower()}@past.example",
            }
            one |= {"phone": f"+1646{n % 10_000_000:07}", "created_at": at}
            state = _STATES[n % len(_STATES)]
            application = dict(like) | {
                "id": new_id(),
                "candidate_id": one["id"],
                "state": state,
                "stage": _STAGES[n % 4] if state == "in_progress" else None,
                "score": round(chance.uniform(10, 99), 1) if state == "completed" else None,
                "created_at": at,
                "updated_at": at,
                "decision": ("none", "shortlisted", "dismissed")[n % 3] if state == "completed" else "none",
                "needs_review": n % 17 == 0,
                "short_code": "",
                "due_at": _as(like["created_at"], now + timedelta(days=30)),
            }
            people.append(one)
            applied.append(application)
            stood += [dict(stage) | {"id": new_id(), "application_id": application["id"]} for stage in stages]
        with connection:
            for table, many in (
                ("candidate", people),
                ("application", applied),
                ("application_stage", stood),
            ):
                names = list(many[0]) if many else []
                marks = ", ".join("?" for _ in names)
                quoted = ", ".join(f'"{name}"' for name in names)
                connection.executemany(
                    f'insert into "{table}" ({quoted}) values ({marks})',
                    [[row[name] for name in names] for row in many],
                )
        connection.execute("analyze")
        connection.commit()
    finally:
        connection.close()


def _as(like: Any, at: datetime) -> Any:
    """A moment in the form in which the table keeps it."""
    if isinstance(like, int | float):
        return type(like)(at.timestamp() * (1 if like < 1e11 else 1_000_000))
    text = str(like)
    shown = at.isoformat(sep="T" if "T" in text else " ", timespec="microseconds")
    return shown if "+" in text or text.endswith("Z") else shown.removesuffix("+00:00")
