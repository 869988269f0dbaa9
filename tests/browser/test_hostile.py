"""Text that wants to be more than text stays text, wherever it is typed and whoever reads it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpenTab
from tests.browser.desk import Desk
from tests.outside import plans
from tests.outside.candidate import Candidate, Refused
from tests.outside.instance import Instance, finish, until

pytestmark = pytest.mark.browser

SCRIPT = '<img src=x onerror="window.owned=1"><script>window.owned=1</script>{{7*7}}${7*7}'
RIGHT_TO_LEFT = "\u202egnp.exe\u2066 invoice \u0000\u0008\ufeff"
FORMULA = '=HYPERLINK("http://evil.example","click")'
HOSTILE = f"{SCRIPT} {RIGHT_TO_LEFT} {FORMULA}"


def inert(page: Page, where: str) -> None:
    """Nothing of it ran, nothing of it became an element, and the reading direction is as it was."""
    assert page.evaluate("() => window.owned") is None, where
    assert page.locator("img[src='x'], img[onerror]").count() == 0, where
    text = page.evaluate("() => document.body.innerText")
    assert "\u202e" not in text and "\u0000" not in text, where


@pytest.fixture(scope="module")
def marked(milo: Instance, roles) -> tuple[str, str, str]:
    """An application in which everything that may be typed is hostile: its id, its link, its interviewer's slug."""
    made = plans.plan(
        "resume", "form", "sms", "voice", title=f"Role {SCRIPT}"[:190], welcome=HOSTILE.replace("\0", "")
    )
    made["stages"][1]["questions"] += [
        {"id": "free", "kind": "long_text", "text": f"Anything else? {SCRIPT}", "required": False},
        {"id": "short", "kind": "short_text", "text": "In short?", "required": False},
    ]
    slug = roles.make(made)
    file = milo.data / "hostile.csv"
    name = SCRIPT.replace('"', "'").replace(",", "")
    file.write_text(f'name,email,phone,sms_consent\n"{name}",hostile@example.com,,no\n')
    invited = milo.cli("invite", "--interviewer", slug, "--csv", str(file), "--now")[0]
    who = Candidate(
        url=milo.url, link=invited["candidate_url"], plan=made, resume=HOSTILE + "\n" + plans.GOOD_RESUME
    )

    async def go() -> None:
        await who.start()
        await who.agree()
        await who.give_resume()
        known = plans.questions(made)
        for id, text in (("free", HOSTILE), ("short", SCRIPT + RIGHT_TO_LEFT)):
            kept = await who.save("form", known[id], text)
            assert "\u202e" not in kept["value"] and "\0" not in kept["value"]
        for id, value in (
            ("free", "x" * 1_000_000),
            ("short", "y" * 5_000),
            ("years", "=1+1"),
            ("may_work", SCRIPT),
        ):
            try:
                await who.save("form", known[id], value)
                raise AssertionError(f"{id} took {str(value)[:40]}")
            except Refused as no:
                assert no.status in (413, 422), no
        await who.fill_form()
        await who.converse("sms")
        await who.converse("voice")
        await who.close()

    plans_good = plans.good

    def hostile_words(question):
        return HOSTILE if question["kind"] == "long_text" else plans_good(question)

    plans.good = hostile_words
    try:
        finish(go())
    finally:
        plans.good = plans_good
    until(milo.at_rest, "the hostile report")
    return who.id, invited["candidate_url"], slug


def test_a_recruiter_reads_it_as_text(milo: Instance, desk: Desk, marked: tuple[str, str, str]) -> None:
    id, _, _ = marked
    desk.candidates()
    inert(desk.page, "candidates")
    desk.report(id)
    desk.page.locator("[data-score=overall]").first.wait_for()
    inert(desk.page, "report")
    assert "<img src=x" in desk.page.locator("main").inner_text()


def test_a_candidate_and_the_public_read_it_as_text(
    milo: Instance, tab: OpenTab, marked: tuple[str, str, str]
) -> None:
    _, link, slug = marked
    page = tab()
    apply = milo.demo["apply_url"].rsplit("/", 1)[0] + f"/{slug}"
    mail = milo.mails("hostile@example.com")[0]
    for address in (
        link,
        apply,
        link.replace("/i/", "/privacy/"),
        f"{milo.url}/dev/mailbox",
        f"{milo.url}/dev/phone",
    ):
        page.goto(address)
        inert(page, address)
    page.set_content(mail["html"])
    inert(page, "mail")
    assert "\n" not in mail["subject"]


def test_hostile_words_on_the_public_page_stay_words(milo: Instance, tab: OpenTab) -> None:
    page = tab()
    page.goto(milo.demo["apply_url"])
    page.get_by_label("name", exact=False).first.fill(SCRIPT)
    page.locator("input[type=email]").fill("not-an-address")
    page.evaluate("() => document.querySelectorAll('form').forEach(f => { f.noValidate = true; })")
    page.locator("main form button[type=submit]").first.click()
    page.locator("[aria-invalid=true]").first.wait_for()
    inert(page, "apply")
    assert page.get_by_label("name", exact=False).first.input_value() == SCRIPT
