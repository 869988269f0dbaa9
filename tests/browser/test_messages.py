"""How candidates are written to: a policy that is kept, words that are checked and tried, one message to many."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.desk import Desk
from tests.outside.instance import Instance, until

pytestmark = pytest.mark.browser

NOTICE = "main [role=status] .notice"


def test_the_policy_is_checked_beside_its_fields_and_kept(milo: Instance, desk: Desk) -> None:
    page = desk.page
    page.goto(f"{milo.url}/app/settings/messages/")
    week = page.get_by_label("Messages a week")
    week.fill("99")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#per_week-error")).to_contain_text("Between 1 and 30")
    week.fill("9")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(NOTICE).first).to_contain_text("Saved")
    page.reload()
    expect(week).to_have_value("9")


def test_words_are_seen_tried_and_kept(milo: Instance, desk: Desk) -> None:
    page = desk.page
    page.goto(f"{milo.url}/app/settings/templates/?k=completed&c=email")
    words = page.get_by_role("textbox", name="Words")
    preview = page.locator("section", has=page.get_by_role("heading", name="What they read"))
    words.fill("Hello {first_nam}")
    expect(page.locator("#text-error")).to_contain_text("{first_nam}")
    words.fill("All of it came, {first_name}.\n\n[See it]({link})")
    page.get_by_label("With the data of").select_option("")
    expect(preview).to_contain_text("All of it came, Maria.")
    page.get_by_role("button", name="Send it to me").click()
    until(lambda: [m for m in milo.mails(milo.demo["email"]) if "All of it came" in m["text"]], "the test")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Used now")).to_be_visible()
    page.get_by_role("button", name="Use Milo's words").click()
    expect(words).to_have_value(re.compile("# Thank you: we have your interview"))


def test_one_message_to_many_is_shown_before_and_followed_after(milo: Instance, desk: Desk) -> None:
    page = desk.page
    page.goto(f"{milo.url}/app/message/")
    page.get_by_label("Candidates who are").select_option("withdrawn")
    page.get_by_role("button", name="Write the message").click()
    page.get_by_role("textbox", name="Words").fill("Hello {first_name}, thank you all the same.")
    page.get_by_role("button", name="Check who gets it").click()
    expect(page.get_by_text("They have withdrawn.")).to_be_visible()
    expect(page.get_by_text("Nobody would get this message.")).to_be_visible()
    page.goto(f"{milo.url}/app/message/")
    page.get_by_label("Candidates who are").select_option("completed")
    page.get_by_label("Decision").select_option("dismissed")
    page.get_by_role("button", name="Write the message").click()
    page.get_by_role("textbox", name="Words").fill("Hello {first_name}, a new ward opens: {link}")
    page.get_by_role("button", name="Check who gets it").click()
    page.get_by_role("button", name=re.compile(r"Send to \d+…")).click()
    dialog = page.get_by_role("dialog")
    number = int(re.search(r"Send to (\d+)\?", dialog.inner_text())[1])  # type: ignore[index]
    dialog.get_by_role("button", name=f"Send to {number}").click()
    expect(page.locator("[data-blast-state=sent]")).to_be_visible(timeout=30_000)
    names = page.locator("table tbody tr")
    expect(names).to_have_count(
        number + len(milo.rows("select id from blast_recipient where state = 'skipped'"))
    )
    sent = milo.rows("select id from message where kind = 'blast'")
    assert len(sent) == number
