"""Links that are over: each answers with a status that fits and a page with a way on, and nothing comes of them."""

from __future__ import annotations

import sqlite3

import httpx
import pytest

from tests.attack.conftest import Scene
from tests.outside import plans
from tests.outside.candidate import Candidate
from tests.outside.instance import Instance, changes, finish, until


def alter(instance: Instance, sql: str, *values: str) -> None:
    """What only time could do otherwise."""
    with sqlite3.connect(instance.data / "milo.db", timeout=30) as connection:
        connection.execute(sql, values)


def invited(instance: Instance, scene: Scene, name: str) -> tuple[str, str]:
    row = instance.invite("marked", [(name, f"{name.lower()}@example.com", "", False)])[0]
    until(instance.at_rest, "the invitation")
    return row["candidate_url"].removeprefix(instance.url), row["application_id"]


def test_a_link_whose_time_is_over(instance: Instance, scene: Scene, http: httpx.Client) -> None:
    path, id = invited(instance, scene, "Late")
    alter(instance, "update application set due_at = '2020-01-01 00:00:00.000000' where id = ?", id)
    before = instance.dump()
    for answer in (http.get(path), http.post(f"{path}/start", headers={"Origin": instance.url})):
        assert answer.status_code == 410, answer.status_code
        assert "set-cookie" not in answer.headers
        assert "lost-link" in answer.text or "mailto:" in answer.text, answer.text[-600:]
    assert changes(before, instance.dump()) == []


def test_a_link_that_was_replaced(instance: Instance, scene: Scene, http: httpx.Client) -> None:
    path, id = invited(instance, scene, "Replaced")
    alter(instance, "update application set link_version = link_version + 1 where id = ?", id)
    assert http.get(path).status_code in (404, 410)
    assert http.post(f"{path}/start", headers={"Origin": instance.url}).status_code in (404, 410)


def test_a_withdrawn_candidates_link_tells_so_and_takes_nothing(
    instance: Instance, scene: Scene, http: httpx.Client
) -> None:
    path, id = invited(instance, scene, "Withdrawn")
    candidate = Candidate(url=instance.url, link=instance.url + path, plan=scene.victim.plan)

    async def begin() -> None:
        await candidate.start()
        await candidate.agree()
        await candidate.close()

    finish(begin())
    alter(instance, "update application set state = 'withdrawn' where id = ?", id)
    before = instance.dump()
    form = plans.stage_of(scene.victim.plan, "form")["questions"][0]
    body = {"key": "k" * 16, "stage": "form", "question_id": form["id"], "value": True, "base_version": 0}
    saved = http.post(f"{candidate.base}/answers", json=body, headers={"Cookie": candidate.cookie})
    assert saved.status_code == 410, saved.text
    assert http.get(path).status_code in (200, 410)
    assert changes(before, instance.dump()) == []


@pytest.mark.parametrize("closed", ["archived"])
def test_a_closed_role(instance: Instance, scene: Scene, http: httpx.Client, closed: str) -> None:
    instance.interviewer(plans.plan("form"), f"role-{closed}", workspace=scene.slug)
    row = instance.invite(f"role-{closed}", [("Closed Out", "closed.out@example.com", "", False)])[0]
    until(instance.at_rest, "the invitation")
    alter(instance, "update interviewer set state = ? where slug = ?", closed, f"role-{closed}")
    assert http.get(row["candidate_url"].removeprefix(instance.url)).status_code == 410
    assert http.get(f"/{scene.slug}/role-{closed}").status_code in (404, 410)
    sent = {"name": "Too Late", "email": "too.late@example.com"}
    answer = http.post(f"/{scene.slug}/role-{closed}", data=sent, headers={"Origin": instance.url})
    assert answer.status_code in (404, 410)
    assert instance.rows("select id from candidate where email = 'too.late@example.com'") == []


def test_wrong_values_are_told_apart_and_change_nothing(
    instance: Instance, scene: Scene, http: httpx.Client
) -> None:
    path, _ = invited(instance, scene, "Wrong")
    candidate = Candidate(url=instance.url, link=instance.url + path, plan=scene.victim.plan)

    async def begin() -> None:
        await candidate.start()
        await candidate.agree()
        await candidate.give_resume()
        await candidate.close()

    finish(begin())
    until(instance.at_rest, "the resume")
    before = instance.dump()
    headers = {"Cookie": candidate.cookie}
    good = {"key": "k" * 16, "stage": "form", "question_id": "years", "value": 3, "base_version": 0}
    for wrong, statuses in (
        ({"question_id": "nothing_like_it"}, (404, 422)),
        ({"stage": "voice"}, (404, 409, 422)),
        ({"stage": "no-such-stage"}, (404, 422)),
        ({"value": "many"}, (422,)),
        ({"value": -1}, (422,)),
        ({"value": 10**400}, (422,)),
        ({"value": {"$ne": None}}, (422,)),
        ({"value": [[[]]]}, (422,)),
        ({"key": "short"}, (422,)),
        ({"key": "k" * 500}, (422,)),
        ({"base_version": "x"}, (422,)),
    ):
        answer = http.post(f"{candidate.base}/answers", json=good | wrong, headers=headers)
        assert answer.status_code in statuses, (wrong, answer.status_code, answer.text[:200])
        assert answer.json()["error"]["message"], wrong
    for raw in (b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"value": NaN}', b"[" * 50_000):
        answer = http.post(
            f"{candidate.base}/answers", content=raw, headers=headers | {"Content-Type": "application/json"}
        )
        assert answer.status_code in (400, 413, 422), (raw[:20], answer.status_code)
    assert changes(before, instance.dump()) == []
