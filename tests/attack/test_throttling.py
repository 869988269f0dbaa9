"""Who tries too often is told to wait, and a candidate who types fast is not. A server of its own: waits are shared."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.outside.instance import Instance


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    running = Instance(tmp_path_factory.mktemp("throttled") / "var")
    running.start()
    yield running
    running.stop()


def tries(own: Instance, path: str, form: dict[str, str], times: int = 60) -> list[httpx.Response]:
    with httpx.Client(base_url=own.url, timeout=20, headers={"Origin": own.url}) as http:
        answers: list[httpx.Response] = []
        for n in range(times):
            answers.append(
                http.post(path, data={key: value.replace("{n}", str(n)) for key, value in form.items()})
            )
            if answers[-1].status_code == 429:
                break
        return answers


def test_guessing_a_password_is_slowed_down(own: Instance) -> None:
    answers = tries(own, "/sign-in", {"email": own.demo["email"], "password": "wrong {n}"})
    assert answers[0].status_code == 422
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0
    # Not even the right one gets in now, else guessing would only need patience.
    right = {"email": own.demo["email"], "password": own.demo["password"]}
    assert tries(own, "/sign-in", right, 1)[0].status_code == 429


@pytest.mark.parametrize("where", ["/lost-link", "apply"])
def test_writing_to_people_in_bulk_is_slowed_down(own: Instance, where: str) -> None:
    path = own.demo["apply_url"].removeprefix(own.url) if where == "apply" else where
    answers = tries(own, path, {"email": "flood{n}@example.com", "name": "Flood {n}"}, 120)
    assert answers[0].status_code == 200
    assert answers[-1].status_code == 429, [answer.status_code for answer in answers]
    assert "wait" in answers[-1].text.lower() or "later" in answers[-1].text.lower()
