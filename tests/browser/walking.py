"""Going a candidate's way in a browser, by nothing but what every plan's pages have: screens, questions, buttons."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, TimeoutError, expect

from tests.outside import plans
from tests.outside.instance import Instance, until
from tests.outside.plans import Json

_OVER = ("done", "ended", "problem")


@dataclass
class CandidateWalk:
    """One candidate in one tab.

    `stop` lists the questions they answer wrongly; `answers` overrides what they give to a question; `by_handset`
    answers the text messages on the phone, else on the page; `spoken` lists the questions that they speak to the
    camera, by id, and type the rest.
    """

    page: Page
    instance: Instance
    plan: Json
    phone: str = ""
    resume: Path | None = None
    pasted: str = plans.GOOD_RESUME
    stop: frozenset[str] = frozenset()
    answers: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)
    by_handset: bool = False
    spoken: frozenset[str] = frozenset()
    milo: str = "+15550100000"
    on_screen: Callable[[str], None] = lambda name: None
    application: str = ""

    # --- What the page says ---

    @property
    def main(self) -> Locator:
        return self.page.locator("main[data-screen]")

    @property
    def screen(self) -> str:
        return self.main.get_attribute("data-screen", timeout=20_000) or ""

    @property
    def stage(self) -> str:
        return self.main.get_attribute("data-stage") or ""

    def wait_for(self, *screens: str) -> str:
        """Wait until one of the screens is shown, and return its name."""
        wanted = ",".join(f'main[data-screen="{name}"]' for name in screens)
        self.page.locator(wanted).wait_for(timeout=30_000)
        self.application = self.main.get_attribute("data-application") or self.application
        return self.screen

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True).filter(visible=True)

    def press(self, name: str) -> None:
        """Press the button of that name; it must be there and must be enabled."""
        button = self.button(name).first
        expect(button).to_be_enabled(timeout=15_000)
        button.click()

    def has(self, name: str) -> bool:
        return self.button(name).count() > 0

    def saved(self) -> None:
        """Wait until the page says that everything typed is on the server's disk."""
        expect(self.page.locator('[data-save="saved"]').first).to_be_attached(timeout=20_000)

    # --- The way ---

    def open(self, link: str) -> None:
        self.page.goto(link)
        self.on_screen("welcome")

    def begin(self, link: str) -> str:
        """From the link to the first screen behind Start."""
        self.open(link)
        self.press("Start" if self.has("Start") else "Continue")
        self.page.wait_for_url(re.compile(r"/apply/?\?a="))
        # A tab that showed another application before may still show it for a moment.
        here = self.page.url.split("a=")[1].split("#")[0]
        self.page.locator(f'main[data-application="{here}"]').wait_for()
        return self.wait_for(
            "consent", "resume", "form", "review", "sms", "devices", "voice", "waiting", *_OVER
        )

    def to(self, *targets: str) -> str:
        """Go on until one of the screens is shown, or the way is over."""
        doing = {
            "consent": self.consent,
            "resume": self.give_resume,
            "form": self.fill_form,
            "review": lambda: self.press("Submit"),
            "sms": self.converse,
            "devices": self.check_devices,
            "voice": self.talk,
        }
        for _ in range(60):
            now = self.wait_for(
                "consent", "resume", "form", "review", "sms", "devices", "voice", "waiting", *_OVER
            )
            if now in targets or now in _OVER:
                return now
            self.on_screen(now)
            before = (now, self.stage)
            if now in doing:
                doing[now]()
            self._leave(*before)
        raise AssertionError(f"Never came to {targets}; stands at {self.screen}/{self.stage}")

    def finish(self) -> str:
        """Go on to the end: the screen that is shown there."""
        ended = self.to()
        self.on_screen(ended)
        return ended

    def _leave(self, screen: str, stage: str) -> None:
        """Wait until the page shows another screen or stage than this one."""
        self.page.wait_for_function(
            "([screen, stage]) => { const m = document.querySelector('main[data-screen]');"
            " return m && (m.dataset.screen !== screen || (m.dataset.stage || '') !== stage); }",
            arg=[screen, stage],
            timeout=45_000,
        )

    def consent(self) -> None:
        self.press("I agree")

    # --- Questions ---

    def value_of(self, question: Json) -> Any:
        if question["id"] in self.answers:
            return self.answers[question["id"]]
        return plans.bad(question) if question["id"] in self.stop else plans.good(question)

    def answer(self, box: Locator, question: Json) -> bool:
        """Give the answer to the question drawn in *box*; whether there was anything to give."""
        if question["kind"] == "file":
            if question["id"] not in self.files:
                return False
            box.locator("input[type=file]").set_input_files(self.files[question["id"]])
            return True
        value = self.value_of(question)
        if value is None:
            return False
        self.fill(box, question["kind"], value)
        return True

    def fill(self, box: Locator, kind: str, value: Any) -> None:
        """Put a value into a question's native control."""
        if kind in ("yes_no", "single_choice", "multiple_choice"):
            for one in value if isinstance(value, list) else [value]:
                name = {True: "Yes", False: "No"}[one] if isinstance(one, bool) else str(one)
                box.get_by_label(name, exact=True).check()
        else:
            control = box.locator("input, textarea").first
            control.fill(str(value))
            control.blur()

    # --- Stages ---

    def give_resume(self) -> None:
        """Upload or paste, wait for what was read, answer what it did not show, hand in."""
        before = ("resume", self.stage)
        if self.resume:
            self.page.locator("input[type=file]").first.set_input_files(self.resume)
        else:
            self._paste()
        known = plans.questions(self.plan)
        for _ in range(4):
            self.button("Continue").or_(self.button("Submit")).first.wait_for(timeout=45_000)
            for box in self.page.locator("[data-question]").filter(visible=True).all():
                question = known.get(box.get_attribute("data-question") or "")
                if question and question["kind"] == "yes_no" and not box.locator("input:checked").count():
                    self.answer(box, question)
                    self.saved()
            self.press("Submit" if self.has("Submit") else "Continue")
            try:
                self._leave(*before)
                return
            except TimeoutError as late:
                if not self.page.locator("[data-question] input:invalid, [aria-invalid=true]").count():
                    raise AssertionError("The resume is not handed in: " + self.main.inner_text()) from late

    def _paste(self) -> None:
        area = self.page.locator("textarea").filter(visible=True)
        if not area.count():
            self.page.get_by_role("button", name=re.compile("paste", re.I)).first.click()
        area.first.fill(self.pasted)
        self.page.get_by_role("button", name=re.compile("use this|read|continue|send", re.I)).first.click()

    def fill_form(self) -> None:
        """Answer what is on the screen, one thing at a time, up to the review."""
        known = plans.questions(self.plan)
        while self.screen == "form":
            box = self.page.locator("[data-question]").filter(visible=True).first
            box.wait_for()
            id = box.get_attribute("data-question") or ""
            if self.answer(box, known[id]):
                self.saved()
            self.press("Review" if self.has("Review") else "Continue")
            try:
                self.page.wait_for_function(
                    "id => document.querySelector('main').dataset.screen !== 'form' ||"
                    " ![...document.querySelectorAll('[data-question]')].some("
                    "q => q.dataset.question === id && q.checkVisibility())",
                    arg=id,
                )
            except TimeoutError as stays:
                raise AssertionError(f"The form stays at {id}: {self.main.inner_text()}") from stays

    def converse(self) -> None:
        """Answer the questions of the text messages, on the handset or on the page."""
        if self.by_handset:
            self._by_handset()
        else:
            self.talk_on_page()

    def conversation(self, stage: str) -> Json:
        """The talk as the server has it: what is asked, and what the next words will be taken for."""
        answer = self.page.request.get(
            f"{self.instance.url}/api/candidate/applications/{self.application}/conversation/{stage}"
        )
        return answer.json() if answer.ok else {}

    def _by_handset(self) -> None:
        """Read the newest text, answer it, until the page has left the stage."""
        known = plans.questions(self.plan)
        heard: set[str] = set()

        def look() -> Json | None:
            if self.screen != "sms":
                return {"left": True}
            self.page.wait_for_timeout(100)  # lets the page go on
            new = [
                t for t in self.instance.texts(self.phone) if t["direction"] == "out" and t["id"] not in heard
            ]
            talk = self.conversation("sms")
            said = [turn for turn in talk.get("turns", []) if turn["speaker"] == "interviewer"]
            arrived = said and any(said[-1]["text"] in text["body"] for text in new)
            return {"talk": talk, "texts": new} if arrived and talk["awaiting"] != "nothing" else None

        while True:
            seen = until(look, f"the next text to {self.phone}", 40)
            if "left" in seen:
                return
            heard.update(text["id"] for text in seen["texts"])
            talk = seen["talk"]
            question = known[talk["question"]["id"]] if talk["question"] else {"id": "reply"}
            body = (
                "1" if talk["awaiting"] == "confirmation" else plans.texted(question, self.value_of(question))
            )
            self.instance.text(self.phone, seen["texts"][-1]["from"], body)

    def talk_on_page(self) -> None:
        """Answer whatever is asked on this page until the talk is over, and hand it in."""
        stage = self.stage
        known = plans.questions(self.plan)
        self.page.locator("main h1, main [role=log]").first.wait_for()
        spoken: set[str] = set()
        for _ in range(60):
            talk = until(lambda: self._talk_ready(stage), f"the next question of {stage}", 40)
            if talk.get("left"):
                return
            if talk["closed"]:
                self.press("Finish" if self.has("Finish") else "Continue")
                return
            question = known[talk["question"]["id"]] if talk["question"] else {"id": "reply"}
            if (
                question["id"] in self.spoken
                and question["id"] not in spoken
                and talk["awaiting"] == "answer"
            ):
                spoken.add(question["id"])
                self.page.wait_for_timeout(2_000)  # what is said takes its time
                self._sent("Continue", lambda: None)
            else:
                self.say(question, talk["awaiting"])
        raise AssertionError(f"The talk does not end: {talk}")

    def _talk_ready(self, stage: str) -> Json | None:
        """The talk, once the page shows what the server last said; `{"left": True}` when it shows another stage."""
        if self.stage != stage:
            return {"left": True}
        self.page.wait_for_timeout(50)  # lets the page go on
        talk = self.conversation(stage)
        if not talk.get("turns") or self.page.locator("[aria-busy=true]").count():
            return None
        if talk["closed"]:
            return talk if self.has("Finish") or self.has("Continue") else None
        last = talk["turns"][-1]
        shown = " ".join(self.main.inner_text().split())
        return talk if " ".join(last["text"].split()) in shown else None

    def say(self, question: Json, awaiting: str) -> None:
        """Type or choose the answer to the question that is open, and send it."""
        box = self.page.locator(f'[data-question="{question["id"]}"]').filter(visible=True)
        box.wait_for()  # around the open question, also while the answer is spoken
        if self.has("Type instead"):
            self.press("Type instead")
        value = True if awaiting == "confirmation" else self.value_of(question)
        confirming = {"id": question["id"], "kind": "yes_no"} if awaiting == "confirmation" else question
        if box.locator("textarea").count():
            box.locator("textarea").fill(plans.texted(confirming, value))
            self._sent("Send", lambda: None)
        elif box.locator("input[type=radio]").count():
            self._sent("Continue", lambda: self.fill(box, confirming["kind"], value))
        else:
            self._sent("Continue", lambda: self.fill(box, "number", value))

    def _sent(self, name: str, fill: Callable[[], None]) -> None:
        fill()
        with self.page.expect_response(lambda got: got.url.endswith("/turns") and got.ok, timeout=30_000):
            self.press(name)

    def check_devices(self) -> None:
        """Choose how to answer, let the fake camera and microphone be checked, and go on."""
        if not self.spoken:
            self.page.locator("main input[type=radio][value=typed]").check()
            self.press("Continue")
            return
        adult = self.page.get_by_label("I am 18 or over").filter(visible=True)
        if adult.count():
            adult.check()
        self.press("Continue")
        expect(self.page.locator("main .meter").first).to_be_visible(timeout=15_000)
        self.press("Continue")

    def talk(self) -> None:
        self.talk_on_page()
