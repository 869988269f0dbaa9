"""The recruiter's desk in a browser."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.outside.instance import Instance


class Desk:
    """One signed-in recruiter in one tab."""

    def __init__(self, page: Page, instance: Instance) -> None:
        self.page, self.instance = page, instance

    def sign_in(self, email: str = "", password: str = "") -> None:
        demo = self.instance.demo
        self.page.goto(demo["sign_in_url"])
        self.page.get_by_label("Email", exact=False).first.fill(email or demo["email"])
        self.page.get_by_label("Password", exact=False).first.fill(password or demo["password"])
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        self.page.wait_for_url(re.compile(r"/app/?"))
        self.page.locator("h1").first.wait_for()

    def report(self, application: str) -> None:
        """Open one candidate's report."""
        self.page.goto(f"{self.instance.url}/app/report/?a={application}")
        self.page.locator("h1").first.wait_for()

    def candidates(self) -> None:
        self.page.goto(f"{self.instance.url}/app/candidates/")
        self.page.locator("tr[data-application]").first.wait_for(timeout=20_000)

    def row(self, application: str) -> Locator:
        return self.page.locator(f'tr[data-application="{application}"]')

    def score(self, of: str) -> Locator:
        return self.page.locator(f'[data-score="{of}"]').first

    def quotes(self) -> list[str]:
        expect(self.page.locator("[data-quote]").first).to_be_attached(timeout=20_000)
        return [quote.inner_text() for quote in self.page.locator("[data-quote]").all()]
