"""The first page behind a link tells its deadline in the candidate's own time zone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from milo_app.domain import records as r
from milo_app.domain.actors import SystemActor
from milo_app.http import server_pages
from milo_app.services import landing, links
from milo_app.services.ports import Deps
from tests import builders
from tests.services.begun import FORM_STAGE

PLAN = {"title": "Ward clerk", "stages": [FORM_STAGE]}


@pytest.fixture
def token(deps: Deps) -> str:
    with deps.uow.write(SystemActor()) as uow:
        workspace = builders.create_workspace(uow, policy={"time_zone": "America/Chicago"})
        interviewer, _ = builders.create_interviewer(uow, workspace, PLAN)
        person = builders.create_candidate(uow, workspace, phone=None)
        application = builders.create_application(uow, interviewer, person)
        return links.candidate_url(uow.instance, application).rsplit("/", 1)[1]


def zone(deps: Deps, token: str) -> str:
    with deps.uow.read(SystemActor()) as uow:
        return landing.for_link(uow, SystemActor(), token=token)["zone"]


def press_start(deps: Deps, token: str, zone: str) -> r.Candidate:
    with deps.uow.write(SystemActor()) as uow:
        application = landing.enter(uow, SystemActor(), token=token, zone=zone)
        return uow.candidates.get(application.candidate_id)


def test_the_workspaces_until_the_device_tells_its_own(deps: Deps, token: str) -> None:
    assert zone(deps, token) == "America/Chicago"
    assert press_start(deps, token, "Europe/Madrid").time_zone == "Europe/Madrid"
    assert zone(deps, token) == "Europe/Madrid"
    assert press_start(deps, token, "Asia/Tokyo").time_zone == "Europe/Madrid", "what is known stays"


@pytest.mark.parametrize("told", ["", "Mars/Olympus", "../../etc/passwd", "localtime", "x" * 64])
def test_what_is_no_zone_is_passed_over(deps: Deps, token: str, told: str) -> None:
    assert press_start(deps, token, told).time_zone == ""


def test_the_zone_is_named_in_words(deps: Deps, token: str) -> None:
    with deps.uow.read(SystemActor()) as uow:
        facts = landing.for_link(uow, SystemActor(), token=token)
    facts["due_at"] = datetime(2026, 7, 1, 22, 0, tzinfo=UTC)
    response = server_pages.render("landing", token=token, read_only=False, **facts)
    html = bytes(response.body).decode()
    assert "Wednesday, July 1, 2026, 17:00 Central Daylight Time" in html
    assert 'datetime="2026-07-01T22:00:00+00:00"' in html
    assert "script-src 'self';" in response.headers["content-security-policy"]
