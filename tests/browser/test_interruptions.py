"""A server that is killed, a network that goes away, another device, two tabs: no answer is lost or doubled."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenTab, Roles
from tests.browser.walking import CandidateWalk
from tests.outside import plans
from tests.outside.instance import Instance, until

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A Milo that these tests may kill."""
    running = Instance(tmp_path_factory.mktemp("fragile") / "var")
    running.start()
    yield running
    running.stop()


def begun(milo: Instance, tab: OpenTab, made: plans.Json) -> tuple[CandidateWalk, str]:
    link, id, _, _ = (roles := Roles(milo)).invite(roles.make(made))
    going = CandidateWalk(tab(), milo, made)
    going.application = id
    going.begin(link)
    return going, link


def answers(milo: Instance, id: str, question: str) -> list[plans.Json]:
    return sorted(
        (a for a in milo.application(id)["answers"] if a["question_id"] == question),
        key=lambda a: a["version"],
    )


def test_a_server_killed_in_the_middle_of_an_answer(fragile: Instance, tab: OpenTab) -> None:
    made = plans.plan("form", "sms")
    going, _ = begun(fragile, tab, made)
    going.to("form")
    going.page.get_by_label("Yes", exact=True).check()
    going.saved()
    going.press("Continue")
    field = going.page.locator('[data-question="years"] input')
    field.wait_for()
    fragile.kill()
    field.fill("12")
    field.blur()
    expect(going.page.locator('[data-save="waiting"]').first).to_be_attached(timeout=20_000)
    # Nobody is told that it is saved while it is not.
    assert going.page.locator('[data-save="saved"]').count() == 0
    fragile.start()
    going.saved()
    assert [a["value"] for a in answers(fragile, going.application, "years")] == [12]
    assert going.finish() == "done", going.main.inner_text()
    until(fragile.at_rest, "the report")
    assert fragile.application(going.application)["state"] == "completed"


def test_a_server_killed_in_the_middle_of_a_talk(fragile: Instance, tab: OpenTab) -> None:
    made = plans.plan("voice")
    going, _ = begun(fragile, tab, made)
    going.to("devices")
    going.check_devices()
    going.wait_for("voice")
    until(lambda: going._talk_ready("voice"), "the first question")
    box = going.page.locator('[data-question="lift"]')
    box.get_by_label("Yes", exact=True).check()
    fragile.kill()
    going.press("Continue")
    expect(going.page.locator('[data-save="waiting"]').first).to_be_attached(timeout=20_000)
    fragile.start()
    going.saved()
    assert going.finish() == "done", going.main.inner_text()
    until(fragile.at_rest, "the report")
    said = [t for t in fragile.application(going.application)["turns"] if t["speaker"] == "candidate"]
    assert [t["question_id"] for t in said].count("lift") == 1, said


def test_a_tab_closed_before_the_server_came_back(fragile: Instance, tab: OpenTab) -> None:
    """What was typed into a page that could not send it is sent by the next page on the same device."""
    made = plans.plan("form", "sms")
    going, _ = begun(fragile, tab, made)
    going.to("form")
    going.page.get_by_label("Yes", exact=True).check()
    going.saved()
    going.press("Continue")
    field = going.page.locator('[data-question="years"] input')
    field.wait_for()
    fragile.kill()
    field.fill("8")
    field.blur()
    expect(going.page.locator('[data-save="waiting"]').first).to_be_attached(timeout=20_000)
    fragile.start()
    address = going.page.url
    again = going.page.context.new_page()
    going.page.close()
    again.goto(address)
    until(
        lambda: [a["value"] for a in answers(fragile, going.application, "years")] == [8], "the kept answer"
    )


def test_no_network_in_the_middle_of_an_answer(milo: Instance, tab: OpenTab) -> None:
    made = plans.plan("form", "sms")
    going, _ = begun(milo, tab, made)
    going.to("form")
    network = going.page.context
    network.set_offline(True)
    going.page.get_by_label("Yes", exact=True).check()
    expect(going.page.locator('[data-save="waiting"]').first).to_be_attached(timeout=20_000)
    going.press("Continue")
    field = going.page.locator('[data-question="years"] input')
    field.fill("4")
    field.blur()
    assert going.page.locator('[data-save="saved"]').count() == 0
    network.set_offline(False)
    going.saved()
    assert [a["value"] for a in answers(milo, going.application, "may_work")] == [True]
    assert [a["value"] for a in answers(milo, going.application, "years")] == [4]


def test_the_same_link_on_another_device_goes_on_where_it_was(milo: Instance, tab: OpenTab) -> None:
    made = plans.plan("form", "sms")
    going, link = begun(milo, tab, made)
    going.to("form")
    going.page.get_by_label("Yes", exact=True).check()
    going.saved()
    phone = CandidateWalk(
        tab(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True), milo, made
    )
    phone.application = going.application
    assert phone.begin(link) == "form"
    assert (
        phone.page.locator("[data-question]").filter(visible=True).first.get_attribute("data-question")
        == "years"
    )
    assert phone.finish() == "done"
    # The first device learns of it without being touched.
    assert going.wait_for("done", "waiting") in ("done", "waiting")


def test_two_tabs_that_answer_differently_are_told(milo: Instance, tab: OpenTab) -> None:
    made = plans.plan("form", "sms")
    going, link = begun(milo, tab, made)
    going.to("form")
    other = CandidateWalk(tab(), milo, made)
    other.application = going.application
    other.begin(link)
    going.page.get_by_label("Yes", exact=True).check()
    going.saved()
    other.page.get_by_label("No", exact=True).check()
    other.saved()
    expect(other.page.locator("[data-conflict]")).to_be_visible()
    kept = answers(milo, going.application, "may_work")
    assert [a["value"] for a in kept] == [True, False] and kept[-1]["conflict"]


def test_a_double_press_of_submit_hands_in_once(milo: Instance, tab: OpenTab) -> None:
    made = plans.plan("form", "sms")
    going, _ = begun(milo, tab, made)
    going.to("review")
    going.button("Submit").first.dblclick()
    assert going.wait_for("sms") == "sms"
    events = [e["kind"] for e in milo.application(going.application)["events"]]
    assert events.count("stage_submitted") == 1, events
