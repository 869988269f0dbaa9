"""One interview by three ways: begun in the browser, where it is recorded, taken on by phone, on the local telephone,
and brought to its end in the browser; the report tells it as one."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenTab
from tests.browser.desk import Desk
from tests.browser.walking import CandidateWalk
from tests.outside import plans
from tests.outside.instance import Instance, until

pytestmark = pytest.mark.browser

PLAN: plans.Json = {
    "title": "Night clerk",
    "stages": [
        {
            "kind": "voice",
            "phone": True,
            "video": False,
            "minutes": 10,
            "questions": [
                {
                    "id": "why",
                    "kind": "long_text",
                    "text": "Why this role?",
                    "max_follow_ups": 0,
                    "criterion": {
                        "id": "calm",
                        "text": "Likes to work at night",
                        "one": "Gives no reason.",
                        "five": "Says what they like about the night.",
                        "key_points": ["helping people at night", "calm"],
                    },
                },
                {"id": "nights", "kind": "yes_no", "text": "Can you work nights?"},
                {"id": "team", "kind": "long_text", "text": "What makes a good team?", "max_follow_ups": 0},
            ],
        }
    ],
}


def test_begun_in_the_browser_continued_by_phone_and_finished_there(
    milo: Instance, tab: OpenTab, desk: Desk, walk: Callable[..., tuple[CandidateWalk, str]]
) -> None:
    words = "I like helping people at night, when it is calm."
    going, link = walk(PLAN, texts=True, spoken=frozenset({"why"}))
    page = going.page
    going.begin(link)
    assert going.to("devices") == "devices"
    going.check_devices()
    going.wait_for("voice")
    until(lambda: going._talk_ready("voice"), "the first question")
    expect(page.locator(".rec")).to_be_visible()
    page.wait_for_timeout(2_000)  # what is recorded takes its time
    going.press("Type instead")
    page.locator('[data-question="why"] textarea').fill(words)
    going._sent("Send", lambda: None)
    expect(page.locator('[data-question="nights"]')).to_be_visible()

    # The telephone goes on where the page was, also after its line broke.
    page.get_by_text("Have us call you instead").click()
    page.get_by_role("button", name="Call me now").click()
    phone = tab(viewport={"width": 360, "height": 900})
    phone.goto(f"{milo.url}/dev/phone?number={quote(going.phone)}")
    phone.get_by_role("button", name="Answer").click(timeout=30_000)
    spoken = phone.get_by_role("list", name="What is said, oldest first")
    # What is kept and asked is said whole before anything else.
    expect(spoken).to_contain_text("say no or press 2.", timeout=20_000)
    one = phone.get_by_role("group", name="Keys").get_by_role("button", name="1", exact=True)
    one.click()
    go_on = "Let us go on where we were. Can you work nights?"
    expect(spoken).to_contain_text(go_on, timeout=20_000)
    expect(page.get_by_text("You are on the phone.")).to_be_visible(timeout=20_000)
    phone.get_by_role("button", name="Break the line").click()
    again = re.compile(f"{re.escape(go_on)}.*{re.escape(go_on)}", re.DOTALL)
    expect(spoken).to_contain_text(again, timeout=20_000)
    one.click()
    expect(spoken).to_contain_text("What makes a good team?", timeout=20_000)
    phone.get_by_role("button", name="Hang up").click()
    expect(phone.get_by_text("You hung up.")).to_be_visible()

    # The page has heard what was said, and goes on from there.
    expect(page.locator('[data-question="team"]')).to_be_visible(timeout=20_000)
    assert going.finish() in ("waiting", "done")
    until(milo.at_rest, "the report")
    shown = milo.application(going.application)
    turns = [turn for turn in shown["turns"] if turn["speaker"] == "candidate"]
    assert [(t["question_id"], t["channel"]) for t in turns] == [
        ("why", "web"),
        ("nights", "phone"),
        ("team", "web"),
    ]
    asked = [turn["question_id"] for turn in shown["turns"] if turn["action"] == "ask"]
    assert asked == ["why", "nights", "team"]
    assert [m["channel"] for m in shown["messages"] if m["kind"] == "call"] == ["call"]
    _one_report(desk, going.application, turns, words)


def _one_report(desk: Desk, application: str, turns: list[plans.Json], words: str) -> None:
    """One transcript, with captions, and a quote that leads into the recording."""
    desk.report(application)
    page = desk.page
    expect(page.locator(f"#turn-{turns[1]['id']}")).to_contain_text("by phone")
    expect(page.locator(f"#turn-{turns[2]['id']}").get_by_role("button", name="Play from")).to_be_visible()
    quoted = page.locator(f'[data-quote][data-seek="{turns[0]["recording_id"]}"]').first
    assert quoted.inner_text().strip("“”… ") in words
    player = page.locator(f'[data-player="{turns[0]["recording_id"]}"]')
    media = player.locator("video, audio")
    media.evaluate("m => { m.muted = true; }")
    quoted.click()
    page.wait_for_function(
        "([m, ms]) => m.readyState >= 1 && !m.seeking && m.currentTime >= ms / 1000 && m.currentTime < ms / 1000 + 5",
        arg=[media.element_handle(), turns[0]["at_ms"]],
    )
    expect(player).to_contain_text(words)
