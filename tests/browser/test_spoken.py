"""The spoken interview in a browser: a second try, a network that goes away, another device; and what the report says."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenTab, Roles
from tests.browser.desk import Desk
from tests.browser.walking import CandidateWalk
from tests.outside import plans
from tests.outside.instance import Instance, until

pytestmark = pytest.mark.browser

_WAITING = """() => new Promise(done => { const asked = indexedDB.open('milo'); asked.onsuccess = () => {
    const all = asked.result.transaction('chunks').objectStore('chunks').count();
    all.onsuccess = () => { asked.result.close(); done(all.result); } } })"""


def test_a_second_try_a_lost_network_and_another_device(
    milo: Instance, tab: OpenTab, roles: Roles, desk: Desk
) -> None:
    made = plans.plan("voice")
    made["stages"][0]["video"] = True
    made["stages"][0]["questions"].reverse()  # the open question first
    link, _, _, _ = roles.invite(roles.make(made))
    walk = CandidateWalk(tab(), milo, made, spoken=frozenset({"mix_up"}))
    page = walk.page
    walk.begin(link)
    walk.to("devices")
    _practise(walk)
    walk.press("Continue")
    walk.wait_for("voice")

    # The place of the open question stands also while it is spoken.
    box = page.locator('[data-question="mix_up"][data-kind="long_text"]')
    expect(box).to_be_visible()
    expect(page.locator(".rec")).to_contain_text("video")
    walk.press("Start this answer again (once)")
    expect(page.locator("main h1")).to_contain_text("once more")
    assert not walk.has("Start this answer again (once)")

    # Recording goes on without a network, and nothing is asked twice when it is back.
    page.context.set_offline(True)
    expect(page.get_by_text("Recording goes on")).to_be_visible()
    waited = until(lambda: (n := page.evaluate(_WAITING)) >= 3 and n, "pieces that wait on this device", 40)
    page.context.set_offline(False)
    until(lambda: page.evaluate(_WAITING) <= 1, "the pieces to be sent", 30)
    expect(box).to_be_visible()

    # Another device goes on at the same question, and this one says so.
    other = CandidateWalk(tab(), milo, made)
    other.begin(link)
    other.to("devices")
    other.check_devices()
    expect(other.page.locator('[data-question="mix_up"]')).to_be_visible()
    expect(page.locator("main h1")).to_have_text("You went on on another device", timeout=20_000)

    assert other.finish() == "done", other.main.inner_text()
    until(milo.at_rest, "the report")
    shown = milo.application(other.application)
    said = [turn for turn in shown["turns"] if turn["speaker"] == "candidate"]
    assert [turn["question_id"] for turn in said] == ["mix_up", "mix_up", "lift"], said
    assert said[0]["recording_id"] and not said[0]["transcribed"], "the first take is kept"
    assert [turn["question_id"] for turn in shown["turns"] if turn["action"] == "ask"] == ["mix_up", "lift"]
    _recorded_throughout(milo, walk.application, waited)
    desk.report(other.application)
    expect(desk.page.locator("main")).to_contain_text("earlier take, kept")


def _recorded_throughout(milo: Instance, id: str, waited: int) -> None:
    """One recording without a gap, joined, and longer than what waited for the network."""
    places = milo.rows(
        "select c.segment, c.seq from recording_chunk c join recording r on r.id = c.recording_id"
        " where r.application_id = ? order by c.segment, c.seq",
        id,
    )
    assert [(row["segment"], row["seq"]) for row in places] == [(0, n) for n in range(len(places))]
    assert len(places) > waited
    (kept,) = milo.rows("select state, error, duration_ms from recording where application_id = ?", id)
    assert (kept["state"], kept["error"]) == ("joined", "")
    assert kept["duration_ms"] > waited * 1900  # a piece is two seconds, or several such


def _practise(walk: CandidateWalk) -> None:
    """Video needs a word about one's age; what is practised is heard and kept nowhere."""
    page = walk.page
    walk.press("Continue")
    expect(page.get_by_text("we use sound only")).to_be_visible()
    page.get_by_label("Video and sound").check()
    page.get_by_label("I am 18 or over").check()
    walk.press("Continue")
    expect(page.locator("main .meter")).to_be_visible()
    walk.press("Practise")
    walk.press("Stop and listen")
    expect(page.locator("main audio")).to_be_visible()


def test_what_happens_around_an_answer_is_a_fact_beside_the_scores(
    milo: Instance, tab: OpenTab, roles: Roles, desk: Desk
) -> None:
    made = plans.plan("form")
    link, _, _, _ = roles.invite(roles.make(made))
    walk = CandidateWalk(tab(), milo, made)
    walk.begin(link)
    walk.to("form")
    id = walk.page.locator("[data-question]").filter(visible=True).first.get_attribute("data-question")
    with walk.page.expect_response(lambda got: got.url.endswith("/integrity") and got.status == 204):
        walk.page.evaluate(
            "() => ['hidden', 'visible'].forEach(state => {"
            " Object.defineProperty(document, 'visibilityState', {value: state, configurable: true});"
            " document.dispatchEvent(new Event('visibilitychange')); })"
        )
    assert walk.finish() == "done", walk.main.inner_text()
    until(milo.at_rest, "the report")
    desk.report(walk.application)
    told = desk.page.locator(f'[data-integrity="{id}"]')
    expect(told).to_contain_text("Left the page once")
