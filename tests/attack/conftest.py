"""Two workspaces on one server: one holds marked data, the other one an attacker who is an admin there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from tests.outside import plans
from tests.outside.candidate import Candidate
from tests.outside.instance import Instance, finish, until
from tests.outside.members import member

#: Stands in everything that belongs to the workspace under attack, and nowhere else.
MARK = "zq7marker"


@dataclass
class Scene:
    """What an attacker is up against: ids of the victim's rows by table, and the cookies of everyone involved."""

    instance: Instance
    workspace_id: str
    slug: str
    ids: dict[str, str]
    owner: str
    foreigner: str
    other_candidate: str
    victim: Candidate
    forged: str

    def holdings(self) -> dict[str, dict[str, dict[str, object]]]:
        """Every row of the victim's workspace. When somebody was last seen, and tries that are counted, do not count."""
        everything = self.instance.dump(without=("attempted", "session"))
        return {
            table: {
                id: row
                for id, row in rows.items()
                if self.workspace_id in (row.get("workspace_id"), row.get("id"))
            }
            for table, rows in everything.items()
        }

    def leaks(self, text: str) -> bool:
        """Whether something of the victim's stands in what came back."""
        return MARK in text.lower()


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    running = Instance(tmp_path_factory.mktemp("attack") / "var")
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def scene(instance: Instance) -> Scene:
    """A victim's workspace with a finished application that has a recording, a file, messages and a comment."""
    slug = "victim-co"
    instance.cli("workspace", "add", "--slug", slug, "--name", f"{MARK} company")
    owner = member(instance, slug, f"owner-{MARK}@example.com", "admin")
    instance.cli("workspace", "add", "--slug", "attacker-co", "--name", "Attacker company")
    foreigner = member(instance, "attacker-co", "attacker@example.com", "admin")
    plan = plans.plan(title=f"{MARK} role", description=f"{MARK} description", welcome=f"{MARK} welcome")
    instance.interviewer(plan, "marked", workspace=slug)
    invited = instance.invite(
        "marked",
        [
            (f"{MARK} person", f"{MARK}@example.com", "+14155550177", True),
            ("Second", "second@example.com", "", False),
        ],
    )
    victim, other = (
        Candidate(
            url=instance.url,
            link=row["candidate_url"],
            plan=plan,
            phone="+14155550177" if n == 0 else "",
            resume=f"{MARK}\n{plans.GOOD_RESUME}",
        )
        for n, row in enumerate(invited)
    )

    async def go() -> None:
        await victim.walk()
        await victim.close()
        # The other candidate is on the way, so that their cookie is worth something.
        await other.start()
        await other.close()

    finish(go())
    until(instance.at_rest, "the victim's report")
    ids = _ids(instance, victim.id)
    return Scene(
        instance=instance,
        workspace_id=ids["workspace"],
        slug=slug,
        ids=ids,
        owner=owner,
        foreigner=foreigner,
        other_candidate=other.cookie,
        victim=victim,
        forged=_forged(victim.cookie, owner),
    )


def _ids(instance: Instance, application_id: str) -> dict[str, str]:
    application = instance.rows("select * from application where id = ?", application_id)[0]
    found = {
        "application": application_id,
        "workspace": application["workspace_id"],
        "interviewer": application["interviewer_id"],
        "candidate": application["candidate_id"],
        "version": application["version_id"],
    }
    for table in instance.tables():
        columns = {row["name"] for row in instance.rows(f'pragma table_info("{table}")')}
        if table in found or "id" not in columns:
            continue
        of = "application_id" if "application_id" in columns else "workspace_id"
        if of in columns:
            value = application_id if of == "application_id" else application["workspace_id"]
            rows = instance.rows(f'select id from "{table}" where "{of}" = ? order by id desc limit 1', value)
            if rows:
                found[table] = rows[0]["id"]
    return found


def _forged(candidate: str, member: str) -> str:
    """Cookies of the right names with values made up."""
    names = [part.split("=")[0] for part in f"{candidate}; {member}".split("; ")]
    return "; ".join(f"{name}={'A' * 43}" for name in names)


@pytest.fixture
def http(instance: Instance) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=instance.url, timeout=20, follow_redirects=False) as client:
        yield client
