"""One running Milo and everything that may be done to it from outside."""

from __future__ import annotations

import asyncio
import contextvars
import json
import sqlite3
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
from psycopg.rows import dict_row
from typer.testing import CliRunner

from milo_app import config
from tests.outside.plans import Json
from tests.server import Server

Found = TypeVar("Found")


def finish(work: Coroutine[Any, Any, Found]) -> Found:
    """Run *work* to its end on a thread of its own: Playwright keeps a loop on the test's own."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(contextvars.copy_context().run, asyncio.run, work).result()


def until(find: Callable[[], Found], what: str = "it", seconds: float = 30) -> Found:
    """Ask again and again until *find* gives something; its last answer is told where it never does."""
    end = time.monotonic() + seconds
    last: Any = None
    while time.monotonic() < end:
        last = find()
        if last:
            return last
        time.sleep(0.1)
    raise AssertionError(f"Waited {seconds:g} s for {what}; the last answer was {last!r}")


@dataclass
class Instance(Server):
    """A server with its command line, mailbox, handset and database."""

    _parts: Any = None

    @property
    def database_url(self) -> str:
        return self.env.get("MILO_DATABASE_URL") or f"sqlite:///{self.data}/milo.db"

    @property
    def deps(self) -> Any:
        """The parts that the command line works with, in this process."""
        from milo_app import bootstrap

        if self._parts is None:
            settings = config.Settings(
                _env_file=None, data=self.data, port=self.port, database_url=self.database_url
            )
            self._parts = (settings, bootstrap.build(settings))
        return self._parts[1]

    # --- Command line ---

    def cli(self, *arguments: str) -> Any:
        """What a command prints as JSON. Raises AssertionError with its errors where it fails.

        The command runs in this process, which spares its start; `tests/cli` starts it as people do.
        """
        from milo_app import bootstrap
        from milo_app.cli.app import app

        assert self.deps
        bootstrap.install(*self._parts)
        try:
            done = CliRunner().invoke(app, [*arguments, "--json"])
        finally:
            bootstrap.install(None, None)
        assert done.exit_code == 0, f"{arguments}: {done.stderr or done.stdout} {done.exception}"
        return json.loads(done.stdout) if done.stdout.strip() else None

    def interviewer(self, plan: Json, slug: str, *, workspace: str = "") -> Json:
        """Create and publish: {slug, apply_url, preview_url}."""
        file = self.data / f"{slug}.plan.json"
        file.write_text(json.dumps(plan))
        where = ["--workspace", workspace] if workspace else []
        made = self.cli("interviewer", "create", "--file", str(file), "--slug", slug, "--publish", *where)
        assert made["slug"] == slug, made
        return made

    def invite(self, slug: str, people: list[tuple[str, str, str, bool]]) -> list[Json]:
        """Invite (name, email, phone, consent to texts): [{email, application_id, candidate_url, outcome}]."""
        file = self.data / f"{slug}-{time.monotonic_ns()}.csv"
        lines = [f"{name},{email},{phone},{'yes' if sms else 'no'}" for name, email, phone, sms in people]
        file.write_text("name,email,phone,sms_consent\n" + "\n".join(lines) + "\n")
        made = self.cli("invite", "--interviewer", slug, "--csv", str(file), "--now")
        assert len(made) == len(people), made
        return made

    def application(self, application_id: str) -> Json:
        """State, stages, answers with versions, turns, evaluations with quotes, messages, events."""
        return self.cli("application", "show", application_id)

    # --- Local mailbox and handset ---

    def get(self, path: str, **query: str) -> Any:
        url = f"{self.url}{path}" + (f"?{urllib.parse.urlencode(query)}" if query else "")
        with urllib.request.urlopen(url, timeout=20) as answer:
            return json.loads(answer.read())

    def mails(self, to: str) -> list[Json]:
        return self.get("/dev/mailbox.json", to=to)

    def texts(self, number: str) -> list[Json]:
        return self.get("/dev/phone.json", number=number)

    def text(self, sender: str, to: str, body: str, id: str = "") -> None:
        """Send a text message from *sender* as a candidate's phone would."""
        sent = {"from": sender, "to": to, "body": body} | ({"id": id} if id else {})
        request = urllib.request.Request(
            f"{self.url}/dev/phone.json",
            data=json.dumps(sent).encode(),
            headers={"Content-Type": "application/json"},
            method="POST",
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            assert answer.status < 300

    # --- Database, read only ---

    def rows(self, sql: str, *values: Any) -> list[Json]:
        if self.database_url.startswith("postgresql"):
            with psycopg.connect(self.database_url, row_factory=dict_row) as database:
                return database.execute(sql.replace("?", "%s"), values).fetchall()
        connection = sqlite3.connect(f"file:{self.data / 'milo.db'}?mode=ro", uri=True, timeout=30)
        connection.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in connection.execute(sql, values)]
        finally:
            connection.close()

    def tables(self) -> list[str]:
        """Milo's own tables, without those of the durable queue and of migrations."""
        named = self.rows("select name from sqlite_master where type = 'table'")
        skip = (
            "sqlite_",
            "dbos",
            "alembic",
            "workflow",
            "operation",
            "notifications",
            "streams",
            "event_dispatch",
        )
        return sorted(row["name"] for row in named if not row["name"].startswith(skip))

    def dump(self, *, without: tuple[str, ...] = ()) -> dict[str, dict[str, Json]]:
        """Every row of every table by its id: what "changed nothing" is measured against. When Milo looks at an
        application again by itself does not count."""
        return {
            table: {
                str(row.get("id", index)): {name: value for name, value in row.items() if name != "look_at"}
                for index, row in enumerate(self.rows(f'select * from "{table}"'))
            }
            for table in self.tables()
            if table not in without
        }

    def at_rest(self) -> bool:
        """Whether no durable work is waiting or under way."""
        return not self.pending()

    def pending(self) -> list[Json]:
        table = "workflow_status" if self.database_url.startswith("sqlite") else "dbos.workflow_status"
        return self.rows(
            f"select workflow_uuid, name, status from {table} where status in ('ENQUEUED', 'PENDING', 'DELAYED')"
        )


def changes(before: dict[str, dict[str, Json]], after: dict[str, dict[str, Json]]) -> list[str]:
    """What differs between two dumps, in words; empty where nothing does."""
    found: list[str] = []
    for table in sorted({*before, *after}):
        old, new = before.get(table, {}), after.get(table, {})
        found += [f"{table}: new {new[id]}" for id in new.keys() - old.keys()]
        found += [f"{table}: gone {old[id]}" for id in old.keys() - new.keys()]
        for id in old.keys() & new.keys():
            differ = {
                name: (old[id][name], new[id][name]) for name in old[id] if old[id][name] != new[id].get(name)
            }
            if differ:
                found.append(f"{table} {id}: {differ}")
    return found
