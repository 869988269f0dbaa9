"""Opening a link is not starting: no page behind one changes a thing until somebody presses something."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenTab
from tests.browser.desk import Desk
from tests.outside import plans
from tests.outside.instance import Instance, changes, until

pytestmark = pytest.mark.browser


def test_looking_changes_nothing(milo: Instance, tab: OpenTab, roles) -> None:
    link, _, _, _ = roles.invite(milo.demo["interviewer_slug"])
    until(milo.at_rest, "the invitation")
    before = milo.dump()
    page = tab()
    for address in (
        milo.url + "/",
        link,
        link,
        link.replace("/i/", "/privacy/"),
        milo.demo["preview_url"],
        milo.demo["apply_url"],
        milo.demo["sign_in_url"],
    ):
        page.goto(address)
        page.locator("h1").first.wait_for()
        assert page.context.cookies() == [], address
    assert changes(before, milo.dump()) == []


def test_the_landing_is_whole_without_scripts(milo: Instance, tab: OpenTab, roles) -> None:
    link, _, _, _ = roles.invite(milo.demo["interviewer_slug"])
    page = tab(java_script_enabled=False)
    page.goto(link)
    expect(page.locator("main")).to_have_attribute("data-screen", "welcome")
    words = page.locator("main").inner_text()
    assert plans.nurse()["title"] in words
    assert "AI" in words
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()


def test_a_recruiter_who_opens_a_candidates_link_only_reads(milo: Instance, desk: Desk, roles) -> None:
    link, id, _, _ = roles.invite(milo.demo["interviewer_slug"])
    desk.page.goto(link)
    desk.page.locator("main").wait_for()
    assert desk.page.get_by_role("button", name="Start", exact=True).count() == 0
    assert milo.rows("select state from application where id = ?", id)[0]["state"] == "invited"


def test_the_secret_leaves_the_address_bar(milo: Instance, walk) -> None:
    going, link = walk(plans.plan("form"))
    going.begin(link)
    token = link.rsplit("/", 1)[1]
    assert token not in going.page.url
    cookies = going.page.context.cookies()
    assert len(cookies) == 1 and cookies[0]["httpOnly"] and cookies[0]["sameSite"] == "Lax"
    assert going.application in cookies[0]["name"]


def test_applying_by_the_public_link(milo: Instance, tab: OpenTab) -> None:
    page = tab()
    page.goto(milo.demo["apply_url"])
    page.locator("#name").fill("Public Person")
    page.locator("#email").fill("public.person@example.com")
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("main")).to_contain_text("public.person@example.com")
    mail = until(lambda: milo.mails("public.person@example.com"), "the link")[0]
    page.goto(next(link for link in mail["links"] if "/i/" in link))
    page.get_by_role("button", name="Start", exact=True).click()
    page.locator('main[data-screen="consent"]').wait_for()
