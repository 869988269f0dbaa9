"""An interview that begins in the browser is taken by phone, on the local telephone, and ends there."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenTab
from tests.browser.walking import CandidateWalk
from tests.outside import plans
from tests.outside.instance import Instance

pytestmark = pytest.mark.browser

PLAN: plans.Json = {
    "title": "Night clerk",
    "stages": [
        {
            "kind": "voice",
            "phone": True,
            "minutes": 10,
            "questions": [
                {"id": "why", "kind": "long_text", "text": "Why this role?"},
                {"id": "nights", "kind": "yes_no", "text": "Can you work nights?"},
            ],
        }
    ],
}


def test_a_candidate_is_called_breaks_in_is_cut_off_and_finishes(
    milo: Instance, tab: OpenTab, walk: Callable[..., tuple[CandidateWalk, str]]
) -> None:
    going, link = walk(PLAN, texts=True)
    going.begin(link)
    assert going.to("devices") == "devices"
    page = going.page
    page.get_by_text("Have us call you instead").click()
    page.get_by_role("button", name="Call me now").click()
    phone = tab(viewport={"width": 360, "height": 900})
    phone.goto(f"{milo.url}/dev/phone?number={quote(going.phone)}")
    phone.get_by_role("button", name="Answer").click(timeout=30_000)
    spoken = phone.get_by_role("list", name="What is said, oldest first")
    # What is kept and asked is said whole before anything else.
    expect(spoken).to_contain_text("say no or press 2.", timeout=20_000)
    phone.get_by_role("group", name="Keys").get_by_role("button", name="1", exact=True).click()
    expect(spoken).to_contain_text("Why this role?", timeout=20_000)
    expect(page.get_by_text("You are on the phone.")).to_be_visible(timeout=20_000)
    phone.get_by_role("button", name="Break the line").click()
    expect(spoken).to_contain_text("Let us go on where we were. Why this role?", timeout=20_000)
    phone.get_by_label("Say", exact=True).fill("I like helping people at night, when it is calm.")
    phone.get_by_label("Say", exact=True).press("Enter")
    expect(spoken).to_contain_text("Can you work nights?", timeout=20_000)
    phone.get_by_role("group", name="Keys").get_by_role("button", name="1", exact=True).click()
    expect(phone.get_by_text("The call is over.")).to_be_visible(timeout=30_000)
    assert going.wait_for("waiting", "done") in ("waiting", "done")
    shown = milo.application(going.application)
    turns = [turn for turn in shown["turns"] if turn["speaker"] == "candidate"]
    assert [turn["channel"] for turn in turns] == ["phone", "phone"]
    assert [m["channel"] for m in shown["messages"] if m["kind"] == "call"] == ["call"]
