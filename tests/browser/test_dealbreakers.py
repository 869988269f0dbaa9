"""A missed dealbreaker stops a candidate at its stage, on all four; half of one stops nobody."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.desk import Desk
from tests.outside import plans
from tests.outside.instance import Instance, until

pytestmark = pytest.mark.browser

#: A stage that follows, so that "does not advance" can be seen. Short ones, which take little of the tests' time.
AFTER = {
    "resume": ("resume", "form"),
    "form": ("form", "sms"),
    "sms": ("sms", "form"),
    "voice": ("voice", "form"),
}
STAGES = list(AFTER)


def role(stage: str, *, flag: bool, enforce: bool) -> plans.Json:
    return plans.with_dealbreaker(plans.plan(*AFTER[stage]), stage, flag=flag, enforce=enforce)


@pytest.mark.parametrize("stage", STAGES)
def test_a_missed_dealbreaker_stops_at_its_stage(milo: Instance, desk: Desk, walk, stage: str) -> None:
    made = role(stage, flag=True, enforce=True)
    plans.stage_of(made, stage)["end_message"] = "This role cannot do without it. Thank you all the same."
    going, link = walk(made, stop=frozenset({plans.DECIDING[stage]}), pasted=plans.BARE_RESUME)
    going.begin(link)
    assert going.finish() == "ended", going.main.inner_text()
    expect(going.main).to_contain_text("This role cannot do without it.")
    shown = milo.application(going.application)
    assert shown["state"] == "disqualified"
    states = {one["kind"]: one["state"] for one in shown["stages"]}
    assert states[stage] == "failed" and states[AFTER[stage][1]] == "locked", states

    # Their link tells the same truth, and opens nothing more.
    going.page.goto(link)
    expect(going.page.locator("main")).not_to_contain_text("under review")
    assert not going.has("Start")

    # The recruiter sees which answer decided.
    until(milo.at_rest, "the report")
    desk.report(going.application)
    deciding = plans.questions(made)[plans.DECIDING[stage]]
    words = deciding.get("question") or deciding["text"]
    expect(desk.page.locator("main")).to_contain_text(re.compile(re.escape(words)))
    expect(desk.page.get_by_text("Reinstate at the next stage")).to_be_visible()


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("only", ["flag", "enforcement"])
def test_half_a_dealbreaker_stops_nobody(milo: Instance, walk, stage: str, only: str) -> None:
    made = role(stage, flag=only == "flag", enforce=only == "enforcement")
    going, link = walk(made, stop=frozenset({plans.DECIDING[stage]}), pasted=plans.BARE_RESUME)
    going.begin(link)
    following = AFTER[stage][1]
    assert going.to(following) == following, going.main.inner_text()
    assert (
        milo.rows("select state from application where id = ?", going.application)[0]["state"]
        == "in_progress"
    )


def test_a_reinstated_candidate_goes_on_at_the_next_stage(milo: Instance, desk: Desk, walk) -> None:
    going, link = walk(role("form", flag=True, enforce=True), stop=frozenset({"may_work"}))
    going.begin(link)
    assert going.finish() == "ended"
    desk.report(going.application)
    desk.page.get_by_text("Reinstate at the next stage").click()
    reason = desk.page.get_by_label(re.compile("reason", re.I)).filter(visible=True).first
    reason.fill("They answered in error; their permit is attached.")
    desk.page.get_by_role("button", name="Reinstate", exact=True).click()
    state = "select state from application where id = ?"
    until(lambda: milo.rows(state, going.application)[0]["state"] == "in_progress", "the way back")
    going.begin(link)
    assert going.wait_for("sms") == "sms"


def test_you_need_is_said_in_the_invitation_and_on_the_page(milo: Instance, walk, roles) -> None:
    made = plans.with_dealbreaker(plans.plan("form", "sms"), "form")
    slug = roles.make(made)
    link, _, email, _ = roles.invite(slug)
    mail = until(lambda: milo.mails(email), "the invitation")[0]
    assert "permission to work here" in mail["text"] and "permission to work here" in mail["html"]
    assert "5 in the morning" not in mail["text"]
    assert link in mail["links"]
