"""Every page for everyone: no accessibility violation, light and dark, at 320 px, and without motion."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import OpenTab
from tests.browser.desk import Desk
from tests.browser.walking import CandidateWalk
from tests.outside import plans
from tests.outside.instance import Instance, until

pytestmark = pytest.mark.browser

_RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}
_COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
_WIDE = (
    "() => { const room = document.documentElement.clientWidth; const over = [...document.querySelectorAll('body *')]"
    ".filter(e => { const r = e.getBoundingClientRect(); return r.width && r.right > room + 1"
    " && !e.closest('.scroll-x, .sr, .skip, [hidden], pre, .table') && getComputedStyle(e).position !== 'fixed'; });"
    " return {wide: document.documentElement.scrollWidth - room, over: over.slice(0, 3).map(e => e.outerHTML.slice(0, 160))}; }"
)


class Look:
    """Collects what is wrong with each page looked at."""

    def __init__(self) -> None:
        self.axe = Axe()
        self.wrong: list[str] = []

    def at(self, page: Page, name: str) -> None:
        """Judge the page as it stands, in both colour schemes and at the narrowest width."""
        page.locator("h1").filter(visible=True).first.wait_for()
        # Only colours differ between the two schemes.
        for scheme, rules in (("light", _RULES), ("dark", _COLOURS)):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            until(
                lambda: page.evaluate("() => document.getAnimations().every(a => a.playState !== 'running')"),
                "rest",
                10,
            )
            found = self.axe.run(page, options=rules)
            for violation in found.response["violations"]:
                where = [node["html"][:160] for node in violation["nodes"][:3]]
                self.wrong.append(f"{name}, {scheme}: {violation['id']}: {violation['help']} {where}")
        size = page.viewport_size
        page.set_viewport_size({"width": 320, "height": 640})
        wide = page.evaluate(_WIDE)
        if wide["wide"] > 0:
            self.wrong.append(f"{name}: {wide['wide']} px wider than 320: {wide['over']}")
        if size:
            page.set_viewport_size(size)
        page.emulate_media(color_scheme="light", reduced_motion="reduce")


@pytest.fixture
def look() -> Look:
    return Look()


def test_pages_that_the_server_draws(milo: Instance, tab: OpenTab, roles, look: Look) -> None:
    link, _, _, _ = roles.invite(milo.demo["interviewer_slug"])
    page = tab()
    for name, address in {
        "product": milo.url + "/",
        "sign-in": milo.demo["sign_in_url"],
        "apply": milo.demo["apply_url"],
        "landing": link,
        "preview": milo.demo["preview_url"],
        "lost link": milo.url + "/lost-link",
        "privacy": link.replace("/i/", "/privacy/"),
        "unknown link": milo.url + "/i/" + "A" * 60,
        "not found": milo.url + "/nowhere",
        "mailbox": milo.url + "/dev/mailbox",
        "handset": milo.url + "/dev/phone",
    }.items():
        page.goto(address)
        look.at(page, name)
    assert not look.wrong, "\n".join(look.wrong)


def test_every_screen_of_the_way(milo: Instance, tab: OpenTab, roles, look: Look) -> None:
    made = plans.nurse()
    link, id, _, _ = roles.invite(roles.make(made))
    going = CandidateWalk(tab(reduced_motion="reduce"), milo, made)
    going.application = id
    seen: set[str] = set()

    def judge(name: str) -> None:
        if name not in seen and name not in ("welcome", "waiting"):
            seen.add(name)
            look.at(going.page, name)

    going.on_screen = judge
    answer = going.answer

    def answered(box, question) -> bool:
        if question["kind"] not in seen:
            seen.add(question["kind"])
            look.at(going.page, f"question {question['kind']}")
        return answer(box, question)

    going.answer = answered  # type: ignore[method-assign]
    going.begin(link)
    assert going.finish() == "done"
    assert {"consent", "resume", "form", "review", "sms", "devices", "voice", "done"} <= seen, seen
    assert not look.wrong, "\n".join(look.wrong)


def test_the_ended_page_and_one_without_a_cookie(milo: Instance, walk, tab: OpenTab, look: Look) -> None:
    made = plans.with_dealbreaker(plans.plan("form", "sms"), "form")
    going, link = walk(made, stop=frozenset({"may_work"}))
    going.begin(link)
    assert going.finish() == "ended"
    look.at(going.page, "ended")
    stranger = tab()
    stranger.goto(going.page.url)
    stranger.locator('main[data-screen="problem"]').wait_for()
    look.at(stranger, "problem")
    assert not look.wrong, "\n".join(look.wrong)


def test_every_page_of_the_desk(milo: Instance, desk: Desk, look: Look, tab: OpenTab) -> None:
    done = milo.rows(
        "select id, interviewer_id from application where state = 'completed' and preview = 0 limit 1"
    )[0]
    stopped = milo.rows("select id from application where state = 'disqualified' and preview = 0 limit 1")
    slug = milo.rows("select slug from interviewer where id = ?", done["interviewer_id"])[0]["slug"]
    addresses = desk_addresses(milo, done["id"], done["interviewer_id"], slug)
    if stopped:
        addresses["report of one who was stopped"] = addresses["report"].replace(done["id"], stopped[0]["id"])
    for name, address in addresses.items():
        answer = desk.page.goto(address)
        assert answer and answer.status == 200, (name, address)
        settle(desk.page)
        look.at(desk.page, name)
    assert not look.wrong, "\n".join(look.wrong)


def desk_addresses(milo: Instance, application: str, interviewer: str, slug: str) -> dict[str, str]:
    """Every page of the desk, with the ids that it is about."""
    from tests.browser.test_build import pages

    found: dict[str, str] = {}
    for path in pages():
        if path.startswith("/app/"):
            query = f"?a={application}&i={interviewer}"
            found[path.removeprefix("/app/").strip("/") or "home"] = milo.url + path + query
    found["report"] = next(address for name, address in found.items() if "report" in name)
    found["an email's words"] = f"{milo.url}/app/settings/templates/?k=invitation&c=email"
    found["a text's words"] = f"{milo.url}/app/settings/templates/?k=invitation&c=sms&l=es"
    return found


def settle(page: Page) -> None:
    """Wait until the page shows more than its frame."""
    page.locator("main h1").first.wait_for()
    page.wait_for_load_state("networkidle")
    page.wait_for_function("() => !document.querySelector('main .skeleton')")
