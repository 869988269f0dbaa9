"""What somebody looks at changes by itself when something happens."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.desk import Desk
from tests.outside import plans
from tests.outside.candidate import Candidate
from tests.outside.instance import Instance, finish

pytestmark = pytest.mark.browser


def test_a_row_changes_while_one_looks(milo: Instance, desk: Desk, roles) -> None:
    made = plans.plan("form")
    link, id, _, _ = roles.invite(roles.make(made))
    desk.candidates()
    row = desk.row(id)
    expect(row).to_contain_text("Invited")
    desk.page.evaluate("() => { window.stayed = true; }")
    finish(Candidate(url=milo.url, link=link, plan=made).walk())
    expect(row).to_contain_text("Completed", timeout=15_000)
    assert desk.page.evaluate("() => window.stayed"), "the page was loaded anew"


def test_a_new_row_and_the_counts_on_home_come_by_themselves(milo: Instance, desk: Desk, roles) -> None:
    slug = roles.make(plans.plan("form", title="Live counts"))
    desk.page.goto(f"{milo.url}/app/")
    card = desk.page.locator("main").filter(has_text="Live counts")
    card.wait_for()
    before = card.inner_text()
    roles.invite(slug)
    desk.page.wait_for_function(
        "before => document.querySelector('main').innerText !== before", arg=before, timeout=15_000
    )


def test_a_report_fills_while_it_is_open(milo: Instance, desk: Desk, roles) -> None:
    made = plans.plan("form", "sms")
    link, id, _, _ = roles.invite(roles.make(made))
    desk.report(id)
    candidate = Candidate(url=milo.url, link=link, plan=made)

    async def the_form() -> None:
        await candidate.start()
        await candidate.agree()
        await candidate.fill_form()
        await candidate.close()

    finish(the_form())
    expect(desk.page.locator("main")).to_contain_text(
        made["stages"][0]["questions"][0]["text"], timeout=15_000
    )
