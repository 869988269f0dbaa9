"""The recruiter's desk: finding, deciding, scoring by hand, making an interviewer; keyboard, focus, contrast."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.browser.desk import Desk
from tests.outside.instance import Instance, until

pytestmark = pytest.mark.browser

JOB = """Warehouse Associate
Reno, Nevada. Full time. $21 an hour.
You pick, pack and load orders in our distribution center.
Requirements:
- Must be authorized to work in the United States
- At least 1 year of warehouse experience
- Forklift certification required
"""


def said(page: Page, text: str) -> None:
    expect(page.locator("main [role=status]").first).to_contain_text(text)


def completed(desk: Desk, milo: Instance) -> Page:
    """The best of the demo's completed candidates, opened."""
    desk.page.goto(f"{milo.url}/app/candidates/?state=completed&sort=-score")
    desk.page.locator("tr[data-application] a").first.click()
    desk.page.locator("[data-score=overall]").wait_for()
    return desk.page


def test_find_and_decide(milo: Instance, desk: Desk) -> None:
    """Search, filter, decide for two at once after a question that has the focus; another tab sees it."""
    page = desk.page
    other = page.context.new_page()
    other.goto(f"{milo.url}/app/candidates/?decision=dismissed")
    desk.candidates()
    page.get_by_label("Search").fill("no such person")
    expect(page.get_by_text("Nobody fits")).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    page.get_by_role("combobox", name="State").select_option("completed")
    page.get_by_role("combobox", name="Decision").select_option("none")
    expect(page.locator("tr[data-application]", has_text="Stopped")).to_have_count(0)
    rows = page.locator("tr[data-application]")
    ids = [rows.nth(n).get_attribute("data-application") for n in (0, 1)]
    for n in (0, 1):
        rows.nth(n).get_by_role("checkbox").check()
    page.get_by_role("button", name="Dismiss…").click()
    expect(page.get_by_role("dialog")).to_contain_text("Dismiss 2?")
    expect(page.get_by_role("textbox", name="Reason")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Dismiss…").click()
    page.get_by_role("button", name="Dismiss", exact=True).click()
    expect(page.locator("[data-action]")).to_contain_text("Dismissed 2")
    for id in ids:
        expect(other.locator(f'tr[data-application="{id}"]')).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-action]")).to_contain_text("Undone: 2")
    for id in ids:
        expect(other.locator(f'tr[data-application="{id}"]')).to_have_count(0, timeout=20_000)


def _steps_onto(page: Page, row: Locator) -> bool:
    page.keyboard.press("j")
    return row.locator("a").first.evaluate("link => link === document.activeElement")


def test_by_keyboard_compared_and_shared(milo: Instance, desk: Desk, tab) -> None:
    """Rows are gone through and ticked by keys; those of them compared; a guest reads one by a link and says something,
    until the link is taken back."""
    page = desk.page
    page.goto(f"{milo.url}/app/candidates/?state=completed&sort=-score")
    rows = page.locator("tr[data-application]")
    rows.first.wait_for()
    until(
        lambda: _steps_onto(page, rows.first), "the keys of the list"
    )  # they listen soon after the rows are there
    for n in (0, 1):  # each key after what the one before did is there to see, as a person's
        if n:
            page.keyboard.press("j")
        expect(rows.nth(n).locator("a").first).to_be_focused()
        page.keyboard.press("x")
        expect(page.locator("[data-selected]")).to_have_attribute("data-selected", str(n + 1))
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Tick or untick")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Compare").click()
    expect(page.locator("[data-person]")).to_have_count(2)
    expect(page.locator("[data-criterion]").first).to_be_visible()
    assert [v["id"] for v in Axe().run(page).response["violations"]] == []
    page.locator("[data-person] a").first.click()
    page.get_by_role("button", name="Share…").click()
    page.get_by_label("For whom").fill("Dr Lee")
    page.get_by_role("button", name="Make a link").click()
    address = page.locator("[data-share] input").input_value()
    guest = tab()
    guest.goto(address)
    guest.get_by_role("button", name="Open the report").click()
    expect(guest.locator("[data-screen=shared]")).to_contain_text("Overall")
    expect(guest.locator("body")).not_to_contain_text("@candidates.example")
    assert [v["id"] for v in Axe().run(guest).response["violations"]] == []
    guest.get_by_label("Your name").fill("Dr Lee")
    guest.get_by_label("Comment").fill("Ask about the night shift")
    guest.get_by_role("button", name="Add comment").click()
    expect(page.get_by_text("Ask about the night shift")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator("[data-share]")).to_have_count(0)
    guest.reload()
    expect(guest.locator("body")).to_contain_text("taken back")


def test_report(milo: Instance, desk: Desk) -> None:
    """A quote leads to its place; a score by hand counts, with the arithmetic; a comment is kept."""
    page = completed(desk, milo)
    quote = page.locator("[data-quote]").first
    quote.click()
    place = page.locator(quote.get_attribute("data-quote") or "none")
    expect(place).to_be_in_viewport()
    expect(place).to_contain_text(quote.inner_text())
    before = desk.score("overall").inner_text()
    criterion = page.locator("[data-criterion]").first
    criterion.get_by_role("button", name="by hand").click()
    page.get_by_role("dialog").get_by_label("1", exact=True).check()
    page.get_by_role("textbox", name="Reason").fill("The licence is older than it reads")
    page.get_by_role("button", name="Save my score").click()
    said(page, "Your score counts")
    expect(criterion).to_have_attribute("data-value", "1")
    expect(criterion).to_contain_text("Scored by a person")
    expect(desk.score("overall")).not_to_have_text(before)
    page.get_by_role("textbox", name="Comment").fill("Strong on safety")
    page.get_by_role("button", name="Add comment").click()
    expect(page.get_by_text("Strong on safety")).to_be_visible()
    expect(page.get_by_role("textbox", name="Comment")).to_have_value("")


def test_keys(milo: Instance, desk: Desk) -> None:
    """j and k go to the next and previous candidate, not while typing, and not when turned off."""
    page = completed(desk, milo)
    first = page.locator("h1").inner_text()
    page.get_by_role("textbox", name="Comment").press_sequentially("jk")
    expect(page.locator("h1")).to_have_text(first)
    page.get_by_role("textbox", name="Comment").blur()
    page.locator("body").press("j")
    expect(page.locator("h1")).not_to_have_text(first)
    page.locator("body").press("k")
    expect(page.locator("h1")).to_have_text(first)
    page.get_by_role("button", name="Keyboard shortcuts").click()
    page.get_by_label("Use these keys").uncheck()
    page.get_by_role("button", name="Close").click()
    page.locator("body").press("j")
    page.wait_for_timeout(300)
    expect(page.locator("h1")).to_have_text(first)


def test_reinstate(milo: Instance, desk: Desk) -> None:
    """A stopped candidate's report begins with the answer that decided, and there is a way back."""
    page = desk.page
    page.goto(f"{milo.url}/app/candidates/?state=disqualified")
    page.locator("tr[data-application] a").first.click()
    expect(page.locator("[data-stopped]")).to_contain_text("Needed")
    page.get_by_text("Reinstate at the next stage").click()
    page.get_by_role("textbox", name="Reason").fill("They hold it after all")
    page.get_by_role("button", name="Reinstate", exact=True).click()
    said(page, "Reinstated")
    expect(page.locator("[data-stopped]")).to_have_count(0)


def test_a_spoken_answer_is_typed_out(milo: Instance, desk: Desk) -> None:
    """What nobody transcribed is typed out by a person and then scored, with the words as evidence."""
    page = desk.page
    page.goto(f"{milo.url}/app/candidates/?q=samuel")
    page.locator("tr[data-application] a").first.click()
    expect(page.locator("[data-covers]")).to_contain_text("partial")
    answer = page.locator("li[data-turn]", has=page.get_by_label("What was said"))
    answer.get_by_label("What was said").fill(
        "I stopped her before she gave the wrong dose, and we filed a report."
    )
    answer.get_by_role("button", name="Save the words").click()
    said(page, "being scored")
    quote = page.locator("[data-quote]", has_text=re.compile("stopped her|filed a report"))
    expect(quote.first).to_be_visible(timeout=15_000)
    expect(page.locator("[data-covers]")).to_be_empty()


def test_requests(milo: Instance, desk: Desk) -> None:
    """What a candidate asked for is somebody's, and closed with what was done."""
    page = desk.page
    page.goto(f"{milo.url}/app/requests/")
    one = page.locator("[data-request]").first
    id = one.get_attribute("data-request")
    one.get_by_role("button", name="Take it").click()
    expect(one).to_contain_text("with Dana Demo")
    one.get_by_label("What was done").fill("Called them")
    one.get_by_role("button", name="Close request").click()
    said(page, "Closed")
    page.get_by_role("button", name="Closed", exact=True).click()
    expect(page.locator(f'[data-request="{id}"]')).to_contain_text("Done: Called them")


def test_an_added_viewer_only_reads(milo: Instance, desk: Desk, tab) -> None:
    """Somebody added by their address chooses a password by the link in the email, and sees no buttons that change."""
    page = desk.page
    page.goto(f"{milo.url}/app/settings/")
    page.get_by_text("Add a member").click()
    page.locator("#member-email").fill("viv@example.com")
    page.locator("#member-role").select_option("viewer")
    page.get_by_role("button", name="Add and send an email").click()
    said(page, "written to viv@example.com")
    url = f"{milo.url}/dev/mailbox.json?to=viv@example.com"
    found = until(
        lambda: [x for mail in page.request.get(url).json() for x in mail["links"] if "/set-up/" in x]
    )
    viewer = tab()
    viewer.goto(found[0])
    viewer.get_by_label("Your name").fill("Viv Viewer")
    viewer.get_by_label("Password").fill("a calm long sentence")
    viewer.get_by_role("button", name="Save and sign in").click()
    viewer.wait_for_url(re.compile("/app/$"))
    opened = completed(Desk(viewer, milo), milo)
    expect(opened.get_by_role("button", name=re.compile("Shortlist|Dismiss|by hand|comment"))).to_have_count(
        0
    )
    opened.goto(f"{milo.url}/app/interviewers/new/")
    expect(opened.get_by_role("heading", name="This page cannot be shown")).to_be_visible()


def test_from_a_job_description_to_an_invitation(milo: Instance, desk: Desk) -> None:
    """Paste, edit, publish, add by hand and from a list: each kept at once, each problem beside its field."""
    page = desk.page
    page.get_by_role("link", name="New interviewer").click()
    page.get_by_role("button", name="Draft an interviewer").click()
    expect(page.locator("#text-error")).to_contain_text("Paste")
    page.get_by_label("Job description").fill(JOB)
    page.get_by_role("button", name="Draft an interviewer").click()
    expect(page.locator("h1")).to_have_text("Warehouse Associate")
    form = page.locator("[data-builder-stage=form]")
    before = form.locator("[data-builder-question]").count()
    form.get_by_role("button", name="Add a question").click()
    expect(form.locator("[data-builder-question]")).to_have_count(before + 1)
    expect(page.locator("[data-problems]")).to_contain_text("Write the question")
    question = form.locator("[data-builder-question]").last
    question.get_by_label("Question", exact=True).fill("Do you own steel-toe boots?")
    question.get_by_label("Question", exact=True).blur()
    expect(page.locator("[data-problems]")).to_have_count(0)
    question.get_by_label("Dealbreaker").check()
    expect(page.get_by_text("Do you own steel-toe boots?")).to_have_count(
        4
    )  # its line, its field, what candidates see, "You need: …"
    page.reload()
    expect(form).to_contain_text("Do you own steel-toe boots?")
    page.get_by_role("button", name="Publish").click()
    said(page, "Version 1 is live")
    assert page.request.get(page.locator("#apply-url").input_value()).status == 200
    page.get_by_role("link", name="Candidates", exact=True).last.click()
    page.get_by_role("button", name="Add candidates").first.click()
    page.get_by_label("Name", exact=True).fill("Zoe Hand")
    page.get_by_label("Email", exact=True).fill("nope")
    page.get_by_role("button", name="Add and invite").click()
    expect(page.locator("#email-error")).not_to_be_empty()
    page.get_by_label("Email", exact=True).fill("zoe.hand@example.com")
    page.get_by_role("button", name="Add and invite").click()
    expect(page.locator("#own-link")).to_have_value(re.compile("/i/"))
    page.get_by_label("Or paste rows").fill(
        "name,email\nAda One,ada.one@example.com\nZoe Hand,zoe.hand@example.com\nBad,x"
    )
    page.get_by_role("button", name="Check the list").click()
    expect(page.locator("[data-list] .badge", has_text="Cannot be used")).to_be_visible()
    page.get_by_role("button", name="Invite the one marked new").click()
    expect(page.locator("[data-list-progress]")).to_contain_text("Invited 1 of 3", timeout=20_000)
    expect(page.locator("tr[data-application]")).to_have_count(2)


def test_signed_out_elsewhere(milo: Instance, desk: Desk) -> None:
    """A tab whose session was ended shows nothing more and goes to the sign-in page, from there back again."""
    page = completed(desk, milo)
    other = page.context.new_page()
    other.goto(f"{milo.url}/app/")
    other.get_by_role("button", name="Sign out").click()
    other.wait_for_url(re.compile("/sign-in"))
    page.get_by_role("button", name="Shortlist").click()
    page.wait_for_url(re.compile("/sign-in\\?next="))
    page.get_by_label("Email").fill(milo.demo["email"])
    page.get_by_label("Password").fill(milo.demo["password"])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(re.compile("/app/report/"))


def test_a_strangers_report(milo: Instance, desk: Desk) -> None:
    """An id that is none shows a page with a way on."""
    desk.page.goto(f"{milo.url}/app/report/?a={'0' * 32}")
    expect(desk.page.get_by_role("heading", name="This page cannot be shown")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_no_barriers(milo: Instance, desk: Desk, width: int, scheme: str) -> None:
    """No axe violation and nothing beyond the edge on any page of the desk."""
    page = completed(desk, milo)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    report = page.url
    role = page.locator("main p.eyebrow a").first.get_attribute("href") or ""
    builder = role.replace("/app/candidates/", "/app/interviewer/")
    pages = ["/app/", role, builder, "/app/interviewers/new/", "/app/settings/", "/app/requests/"]
    for url in [report, *(milo.url + path for path in pages)]:
        page.goto(url)
        page.locator("main h1").first.wait_for()
        page.locator(".skeleton").first.wait_for(state="detached")
        found = Axe().run(page).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"]) for v in found] == [], url
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), url
