"""A recruiter takes the very same way before anyone else does, and it counts nowhere."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenTab
from tests.browser.desk import Desk
from tests.browser.walking import CandidateWalk
from tests.outside import plans
from tests.outside.instance import Instance, until

pytestmark = pytest.mark.browser


@pytest.fixture
def preview(milo: Instance, tab: OpenTab) -> CandidateWalk:
    """A fresh preview of the demo's interviewer, begun in a browser that signed in before."""
    desk = Desk(tab(), milo)
    desk.sign_in()
    going = CandidateWalk(desk.page, milo, plans.nurse())
    if going.begin(milo.demo["preview_url"]) != "consent":
        reset(going)
        assert going.begin(milo.demo["preview_url"]) == "consent"
    return going


def reset(going: CandidateWalk) -> None:
    going.page.get_by_role("button", name=re.compile("reset|start over|begin again", re.I)).first.click()
    going.page.wait_for_url(re.compile(r"/preview/"))


def counted(milo: Instance) -> plans.Json:
    return milo.rows("select count(*) as n from application where preview = 0")[0]


def test_a_preview_is_marked_and_taken_by_hand(preview: CandidateWalk, milo: Instance) -> None:
    before = counted(milo)
    expect(preview.page.get_by_text(re.compile("preview", re.I)).first).to_be_visible()
    assert preview.to("form") == "form"
    expect(preview.page.get_by_text(re.compile("preview", re.I)).first).to_be_visible()
    assert counted(milo) == before
    row = milo.rows("select * from application where id = ?", preview.application)[0]
    assert row["preview"] == 1


@pytest.mark.parametrize(("how", "ends"), [("strong", "done"), ("weak", "done"), ("stopped", "ended")])
def test_a_preview_fills_itself(preview: CandidateWalk, milo: Instance, how: str, ends: str) -> None:
    before = counted(milo)
    button = preview.page.get_by_role("button", name=re.compile(how, re.I)).first
    if not button.is_visible():
        preview.page.get_by_text(re.compile("fill", re.I)).first.click()
    button.click()
    assert preview.wait_for("done", "ended") == ends, preview.main.inner_text()
    until(milo.at_rest, "the report")
    row = milo.rows("select * from application where id = ?", preview.application)[0]
    assert row["state"] == ("disqualified" if how == "stopped" else "completed")
    if how != "stopped":
        assert row["score"] > 60 if how == "strong" else row["score"] < 60, row["score"]
    assert counted(milo) == before
    # Whatever was sent went to the recruiter.
    sent = milo.rows('select "to", member_id from message where application_id = ?', preview.application)
    assert all(message["to"] in ("", milo.demo["email"]) for message in sent), sent
    desk = Desk(preview.page, milo)
    desk.report(preview.application)
    if how != "stopped":
        expect(desk.score("overall")).to_contain_text(re.compile(r"\d"))
    desk.candidates()
    assert desk.row(preview.application).count() == 0


def test_a_preview_is_reset_in_one_press(preview: CandidateWalk, milo: Instance) -> None:
    preview.to("form")
    old = preview.application
    reset(preview)
    until(lambda: not milo.rows("select id from application where id = ?", old), "the old preview to be gone")
    assert milo.rows("select id from answer where application_id = ?", old) == []
    preview.begin(milo.demo["preview_url"])
    assert preview.application != old


def test_a_preview_jumps_to_a_stage(preview: CandidateWalk, milo: Instance) -> None:
    button = preview.page.locator("aside").get_by_role("button", name="Text messages", exact=True)
    if not button.is_visible():
        preview.page.locator("aside summary").first.click()
    button.click()
    assert preview.wait_for("sms") == "sms"
    stages = milo.rows(
        "select kind, state from application_stage where application_id = ? order by position",
        preview.application,
    )
    assert [stage["state"] == "open" for stage in stages] == [stage["kind"] == "sms" for stage in stages], (
        stages
    )
