"""The recruiter's table with 100,000 rows, what ten times the rows cost, and how soon a change is seen."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page, sync_playwright

from benchmarks import seeding
from benchmarks.measuring import Figure, median, percentile, timed
from benchmarks.seeding import Ready
from milo_app.domain.actors import MemberActor, SystemActor
from milo_app.domain.records import Role
from milo_app.services import applications, candidate_table
from milo_app.services.ports import Deps
from tests.browser.desk import Desk
from tests.outside import plans
from tests.outside.instance import Instance
from tools.browser import MISSING, found

ROWS = 100_000
TIMES = 20


def measure(data: Path) -> list[Figure]:
    instance = Instance(data)
    instance.start()
    try:
        workspace = instance.demo["workspace_slug"]
        instance.interviewer(plans.plan("form", "sms"), "full-role", workspace=workspace)
        with seeding.inside(instance) as deps:
            people = seeding.ready(deps, "full-role", 40)
            seeding.fill(instance.data, "full-role", ROWS // 10)
            few = _costs(instance, deps, people[:20])
            seeding.fill(instance.data, "full-role", ROWS - ROWS // 10)
            many = _costs(instance, deps, people[20:])
            figures = [_worst(deps)]
            figures += [
                Figure(
                    name=f"{what}: {ROWS:,} rows against {ROWS // 10:,} ({few[what]:.1f} ms)",
                    figure=many[what],
                    unit="ms",
                    budget=1.2 * few[what],
                    ratio=many[what] / few[what],
                )
                for what in few
            ]
            figures += _in_browser(instance, deps)
            return figures
    finally:
        instance.stop()


def _member(deps: Deps) -> MemberActor:
    with deps.uow.read(SystemActor()) as uow:
        interviewer = uow.interviewers.first(slug="full-role")
        assert interviewer is not None
        member = uow.members.first(workspace_id=interviewer.workspace_id)
        assert member is not None
    return MemberActor(
        workspace_id=member.workspace_id,
        member_id=member.id,
        role=Role(member.role),
        name=member.name,
        email=member.email,
        session_id="",
    )


def _asks(deps: Deps) -> dict[str, Callable[[], Any]]:
    """Every way in which the table is looked at, by name."""
    actor = _member(deps)
    with deps.uow.read(SystemActor()) as uow:
        interviewer = uow.interviewers.first(slug="full-role")
        assert interviewer is not None

    def ask(**wanted: Any) -> Callable[[], Any]:
        def go() -> Any:
            with deps.uow.read(actor) as uow:
                return candidate_table.table(uow, actor, **wanted)

        return go

    tenth: list[Any] = []
    for _ in range(10):
        tenth = ask(after=tenth)()["next"]
    asks = {f"sorted by {sort}": ask(sort=sort) for sort in candidate_table.SORTS}
    asks |= {f"state {state}": ask(state=state) for state in ("invited", "completed", "disqualified")}
    asks |= {
        f"of the role, {sort}": ask(sort=sort, interviewer_id=interviewer.id)
        for sort in candidate_table.SORTS[:4]
    }
    asks |= {
        "tenth page": ask(after=tenth),
        "back from it": ask(before=tenth),
        "of a source that nobody came by": ask(source="board"),
        "of a source, highest score": ask(source="board", sort="-score"),
        "score from 95 to 97": ask(score_from="95", score_to="97"),
        "score from 95, by name": ask(score_from="95", sort="name"),
        "several filters": ask(review=True, decision="shortlisted", state="completed"),
        "stage": ask(stage="sms"),
        "shortlisted": ask(decision="shortlisted"),
        "needs review": ask(review=True),
        "search by first name": ask(search="Maria"),
        "search by last name": ask(search="Okafor"),
        "search by whole name": ask(search="Maria Okafor"),
        "search by address": ask(search="@past.example"),
        "search by phone": ask(search="646000"),
        "search that finds nobody": ask(search="xyzzy"),
        "search, filtered and sorted": ask(search="Chen", state="completed", sort="-score"),
    }
    return asks


def _worst(deps: Deps) -> Figure:
    asks = _asks(deps)
    taken = {name: percentile(timed(ask, TIMES)) for name, ask in asks.items()}
    slowest = max(taken, key=lambda name: taken[name])
    return Figure(
        name=f"table of {ROWS:,}: the slowest of {len(asks)} pages, filters and searches, p95 ({slowest})",
        figure=taken[slowest],
        unit="ms",
        budget=100,
    )


def _costs(instance: Instance, deps: Deps, people: list[Ready]) -> dict[str, float]:
    """Milliseconds of what is asked most, each as its users ask it. The lower quartile, since what else the machine
    does in one of the two halves would count as growth."""
    asks = _asks(deps)
    costs = {"first page of the table": percentile(timed(asks["sorted by -updated_at"], TIMES * 4), 0.25)}
    with httpx.Client(base_url=instance.url, timeout=30) as http:

        def save(person: Ready) -> None:
            body = {
                "key": uuid.uuid4().hex,
                "stage": "form",
                "question_id": "years",
                "value": 3,
                "base_version": 0,
            }
            address = f"/api/candidate/applications/{person.id}/answers"
            assert http.post(address, json=body, headers={"Cookie": person.cookie}).status_code == 200

        saves = iter(people * 5)
        costs["a saved answer"] = percentile(timed(lambda: save(next(saves)), len(people) * 5), 0.25)
        costs["the apply page"] = percentile(
            timed(lambda: http.get(instance.demo["apply_url"]), TIMES * 4), 0.25
        )
    return costs


def _in_browser(instance: Instance, deps: Deps) -> list[Figure]:
    path = found()
    assert path, MISSING
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        page = browser.new_page()
        opened = Desk(page, instance)
        opened.sign_in()
        first = [_first_rows(page, opened) for _ in range(5)]
        live = _live(page, deps)
        browser.close()
    return [
        Figure(
            name=f"first page of {ROWS:,} rows in the browser, median",
            figure=median(first),
            unit="ms",
            budget=1000,
        ),
        Figure(
            name="a change seen on the open table after its commit, p95",
            figure=percentile(live),
            unit="ms",
            budget=1000,
        ),
    ]


def _first_rows(page: Page, opened: Desk) -> float:
    opened.candidates()
    return page.evaluate("() => performance.now()")


def _live(page: Page, deps: Deps) -> list[float]:
    """Milliseconds from the commit of a decision to its word in the row, for some rows that are shown."""
    taken: list[float] = []
    shown = [
        row.get_attribute("data-application") or "" for row in page.locator("tr[data-application]").all()
    ]
    for id in shown[:10]:
        marked = "Shortlisted"
        with deps.uow.write(SystemActor()) as uow:
            application = uow.applications.get(id)
            marked = "Dismissed" if application.decision == "shortlisted" else "Shortlisted"
            applications.touch(uow, application, decision=marked.lower())
            applications.note(uow, application, f"candidate_{marked.lower()}")
        committed = time.perf_counter()
        page.wait_for_function(
            '([id, word]) => document.querySelector(`tr[data-application="${id}"]`)?.textContent.includes(word)',
            arg=[id, marked],
            timeout=10_000,
            polling=20,
        )
        taken.append((time.perf_counter() - committed) * 1000)
    return taken
