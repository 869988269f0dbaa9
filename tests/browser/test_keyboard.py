"""The whole way with nothing but a keyboard, and the focus always where a new step begins."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.walking import CandidateWalk
from tests.outside import plans
from tests.outside.instance import Instance, until

pytestmark = pytest.mark.browser

_FOCUS = (
    "() => { const e = document.activeElement; const q = e.closest('[data-question]');"
    " return {tag: e.tagName, type: e.type || '', text: (e.innerText || e.value || '').trim(),"
    " label: [...(e.labels || [])].map(l => l.innerText.trim()).join(' '), value: e.value || '',"
    " checked: !!e.checked, question: q ? q.dataset.question : '', busy: e.getAttribute('aria-busy') === 'true'}; }"
)


class Keys(CandidateWalk):
    """The same walk without a mouse: what would be clicked is reached by Tab and pressed by Enter or Space."""

    def focused(self) -> plans.Json:
        return self.page.evaluate(_FOCUS)

    def tab_to(self, wanted, what: str) -> plans.Json:
        for _ in range(80):
            at = self.focused()
            if wanted(at):
                return at
            self.page.keyboard.press("Tab")
        raise AssertionError(
            f"{what} cannot be reached by keyboard on {self.screen}: {self.main.inner_text()[:500]}"
        )

    def press(self, name: str) -> None:
        self.button(name).first.wait_for()
        self.tab_to(lambda at: at["tag"] in ("BUTTON", "A") and at["text"] == name and not at["busy"], name)
        self.page.keyboard.press("Enter")

    def fill(self, box, kind: str, value) -> None:
        id = box.get_attribute("data-question")
        here = self.tab_to(
            lambda at: at["question"] == id and at["tag"] in ("INPUT", "TEXTAREA", "SELECT"),
            f"the question {id}",
        )
        if here["type"] in ("radio", "checkbox"):
            wanted = {True: "Yes", False: "No"}.get(value, value) if not isinstance(value, list) else value[0]
            for _ in range(12):
                if here["label"] == str(wanted):
                    if not here["checked"]:
                        self.page.keyboard.press("Space")
                    return
                self.page.keyboard.press("ArrowDown" if here["type"] == "radio" else "Tab")
                here = self.focused()
            raise AssertionError(f"{wanted} cannot be chosen by keyboard: {here}")
        if here["type"] == "range":
            for _ in range(60):
                if float(self.focused()["value"]) == float(value):
                    return
                self.page.keyboard.press(
                    "ArrowRight" if float(self.focused()["value"]) < float(value) else "ArrowLeft"
                )
        elif here["type"] == "date":
            year, month, day = str(value).split("-")
            self.page.keyboard.type(f"{month}{day}{year}")
            assert self.focused()["value"] == value, self.focused()
        else:
            self.page.keyboard.press("ControlOrMeta+a")
            self.page.keyboard.type(str(value))

    def _paste(self) -> None:
        self.press("Paste the text instead") if self.has("Paste the text instead") else self._tab_like(
            "paste"
        )
        self.page.locator("main textarea").first.wait_for()
        self.tab_to(lambda at: at["tag"] == "TEXTAREA", "the box for the text")
        self.page.keyboard.insert_text(self.pasted)
        self._tab_like("use this")

    def _tab_like(self, words: str) -> None:
        self.tab_to(lambda at: at["tag"] == "BUTTON" and words in at["text"].lower(), words)
        self.page.keyboard.press("Enter")

    def check_devices(self) -> None:
        self.tab_to(lambda at: at["type"] == "radio", "how to answer")
        for _ in range(4):
            if self.focused()["value"] == "typed":
                break
            self.page.keyboard.press("ArrowDown")
        self.press("Continue")

    def say(self, question: plans.Json, awaiting: str) -> None:
        box = self.page.locator(f'[data-question="{question["id"]}"]').filter(visible=True)
        value = True if awaiting == "confirmation" else self.value_of(question)
        asked = {"id": question["id"], "kind": "yes_no"} if awaiting == "confirmation" else question
        if box.locator("textarea").count():
            self.tab_to(lambda at: at["tag"] == "TEXTAREA", "the reply")
            self.page.keyboard.insert_text(plans.texted(asked, value))
            self._sent("Send", lambda: None)
        else:
            self._sent("Continue", lambda: self.fill(box, asked["kind"], value))


def focus_is_on_the_heading(page: Page) -> bool:
    return page.evaluate(
        "() => document.activeElement.matches('h1') || !!document.activeElement.closest('main')"
    )


def test_the_whole_way_by_keyboard_alone(milo: Instance, tab, roles) -> None:
    """Every stage and every kind of question that the shipped template has."""
    made = plans.nurse()
    made["stages"] = [stage for stage in made["stages"] if stage["kind"] != "voice"] + [plans.STAGES["voice"]]
    link, id, _, _ = roles.invite(roles.make(made))
    going = Keys(tab(), milo, made)
    going.application = id
    going.on_screen = lambda name: (
        until(lambda: focus_is_on_the_heading(going.page), f"the focus on {name}", 10)
        if name != "welcome"
        else None
    )
    going.begin(link)
    assert going.finish() == "done", going.main.inner_text()
    until(milo.at_rest, "the report")
    assert milo.application(id)["state"] == "completed"


def test_back_and_review_by_keyboard(milo: Instance, tab, roles) -> None:
    """Back leads to the question before, with its answer in it; Review shows what was given, and Submit hands it in."""
    made = plans.plan("form", "sms")
    link, id, _, _ = roles.invite(roles.make(made))
    going = Keys(tab(), milo, made)
    going.application = id
    going.begin(link)
    going.to("form")
    going.fill_form()
    going.wait_for("review")
    going.press("Back")
    going.wait_for("form")
    box = going.page.locator("[data-question]").filter(visible=True).first
    assert box.get_attribute("data-question") == "years"
    assert float(box.locator("input").input_value()) == plans.good(plans.questions(made)["years"])
    going.fill(box, "number", 7)
    going.saved()
    going.press("Review" if going.has("Review") else "Continue")
    going.wait_for("review")
    assert "7" in going.main.inner_text()
    going.press("Submit")
    assert going.wait_for("sms") == "sms"
    kept = [a for a in milo.application(id)["answers"] if a["question_id"] == "years"]
    assert max(kept, key=lambda a: a["version"])["value"] == 7
