"""A Chromium and a Milo for every browser test, with a camera and a microphone that are made up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.browser.desk import Desk
from tests.browser.walking import CandidateWalk
from tests.outside import plans
from tests.outside.instance import Instance
from tests.server import Server
from tools.browser import MISSING, found

#: What a browser writes on its console about answers and connections, which a test judges by itself.
_NO_FAULT = ("Failed to load resource", "net::ERR_", "WebSocket connection to", "ERR_INTERNET_DISCONNECTED")
#: Reports of a breach of the policy come as console errors too, but only this names them surely.
_WATCH = (
    "document.addEventListener('securitypolicyviolation', e =>"
    " console.error('CSP', e.violatedDirective, e.blockedURI, e.sourceFile))"
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = found()
    if path is None:
        pytest.fail(MISSING, pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                "--autoplay-policy=no-user-gesture-required",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context()
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Milo of its own for each test module."""
    running = Server(tmp_path_factory.mktemp("milo")).start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def milo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """The Milo that all walks share; each makes its own interviewer or its own candidate."""
    running = Instance(tmp_path_factory.mktemp("walked") / "var")
    running.start()
    yield running
    running.stop()


class Problems:
    """What went wrong in the tabs of one test: errors on the console, breaches of the policy, uncaught exceptions."""

    def __init__(self) -> None:
        self.all: list[str] = []

    def watch(self, page: Page) -> None:
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.all.append(f"{page.url}: {error}"))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(text in message.text for text in _NO_FAULT):
            self.all.append(message.text)


@pytest.fixture
def problems() -> Iterator[Problems]:
    seen = Problems()
    yield seen
    assert seen.all == []


OpenTab = Callable[..., Page]


@pytest.fixture
def tab(chromium: Browser, problems: Problems) -> Iterator[OpenTab]:
    """`tab(**options)` opens a browser of its own with one page; any problem on its console fails the test."""
    opened: list[BrowserContext] = []

    def open_(**options: Any) -> Page:
        context = chromium.new_context(**({"permissions": ["camera", "microphone"]} | options))
        context.set_default_timeout(15_000)
        context.add_init_script(_WATCH)
        opened.append(context)
        page = context.new_page()
        problems.watch(page)
        return page

    yield open_
    for context in opened:
        context.close()


_numbers = count(1)


class Roles:
    """Interviewers of the running Milo and candidates invited to them."""

    def __init__(self, milo: Instance) -> None:
        self.milo = milo

    def invite(self, slug: str, *, texts: bool = False) -> tuple[str, str, str, str]:
        """A new person: link, application id, email address, phone number."""
        n = next(_numbers)
        email, phone = f"walker{n}.{slug}@example.com", f"+1415555{2000 + n}" if texts else ""
        made = self.milo.invite(slug, [(f"Walker {n}", email, phone, texts)])[0]
        return made["candidate_url"], made["application_id"], email, phone

    def make(self, plan: plans.Json) -> str:
        """Publish an interviewer; its slug."""
        slug = f"role-{next(_numbers)}"
        self.milo.interviewer(plan, slug)
        return slug


@pytest.fixture(scope="session")
def roles(milo: Instance) -> Roles:
    return Roles(milo)


@pytest.fixture
def walk(milo: Instance, tab: OpenTab, roles: Roles) -> Callable[..., tuple[CandidateWalk, str]]:
    """`walk(plan, **options)` invites somebody to a new interviewer: their walk, not yet begun, and their link."""

    def start(plan: plans.Json, *, page: Page | None = None, texts: bool = False, **options: Any) -> Any:
        slug = roles.make(plan)
        link, id, _, phone = roles.invite(slug, texts=texts)
        going = CandidateWalk(page or tab(), milo, plan, phone=phone, **options)
        going.application = id
        return going, link

    return start


@pytest.fixture
def desk(milo: Instance, tab: OpenTab) -> Desk:
    """The demo's recruiter, signed in."""
    opened = Desk(tab(), milo)
    opened.sign_in()
    return opened


@pytest.fixture(scope="session")
def resume_pdf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real resume of one page."""
    from reportlab.lib.pagesizes import LETTER
    from reportlab.pdfgen.canvas import Canvas

    path = tmp_path_factory.mktemp("files") / "maria-alvarez.pdf"
    canvas = Canvas(str(path), pagesize=LETTER)
    text = canvas.beginText(54, 740)
    text.setFont("Helvetica", 10)
    for line in plans.GOOD_RESUME.splitlines():
        text.textLine(line)
    canvas.drawText(text)
    canvas.save()
    return path
