"""What a candidate's first pages cost on a phone, by Lighthouse; by transferred bytes where it cannot be had."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from benchmarks import seeding
from benchmarks.measuring import Figure, median
from milo_app.cli.frontend import build_dir, node_environment
from tests.outside import plans
from tests.outside.instance import Instance
from tools.browser import MISSING, found

LIGHTHOUSE = "12.8.2"
RUNS = 3


def measure(data: Path) -> list[Figure]:
    instance = Instance(data)
    instance.start()
    try:
        instance.interviewer(plans.plan("form", "voice"), "seen-role")
        with seeding.inside(instance) as deps:
            person = seeding.ready(deps, "seen-role", 1)[0]
        link = instance.invite("seen-role", [("Phone Person", "phone.person@example.com", "", False)])[0][
            "candidate_url"
        ]
        reflex = f"{instance.url}/apply/?a={person.id}"
        tool = _lighthouse()
        if tool is None:
            print(
                "Lighthouse cannot be installed here: bytes and paint by the browser instead.",
                file=sys.stderr,
            )
            return [
                *_by_browser("landing", link, "", 100, 1500),
                *_by_browser("form", reflex, person.cookie, 250, None),
            ]
        landing = {"performance": 98, "accessibility": 100, "best-practices": 100, "kib": 100, "lcp": 1500}
        form = {"performance": 90, "accessibility": 100, "kib": 250}
        return [
            *_by_lighthouse(tool, "landing", link, "", landing),
            *_by_lighthouse(tool, "form", reflex, person.cookie, form),
        ]
    finally:
        instance.stop()


def _lighthouse() -> Path | None:
    """Lighthouse's command, installed beside the builds by the packaged npm; None where the registry has none."""
    home = build_dir() / "lighthouse"
    command = home / "node_modules" / "lighthouse" / "cli" / "index.js"
    if not command.exists():
        home.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            ["npm", "install", "--no-save", "--prefix", str(home), f"lighthouse@{LIGHTHOUSE}"],
            env=node_environment(build_dir()) | {"PUPPETEER_SKIP_DOWNLOAD": "1"},
            capture_output=True,
            text=True,
            timeout=300,
        )
        if done.returncode:
            print(done.stderr[-500:], file=sys.stderr)
    return command if command.exists() else None


def _by_lighthouse(tool: Path, page: str, url: str, cookie: str, budgets: dict[str, float]) -> list[Figure]:
    """The medians of some runs of a phone on a slow network."""
    runs = [_run(tool, url, cookie) for _ in range(RUNS)]
    units = {"kib": "KiB", "lcp": "ms"}
    return [
        Figure(
            name=f"{page} page, {what}",
            figure=median([run[what] for run in runs]),
            unit=units.get(what, "of 100"),
            budget=budget,
            at_least=what not in units,
        )
        for what, budget in budgets.items()
    ]


def _run(tool: Path, url: str, cookie: str) -> dict[str, float]:
    browser = found()
    assert browser, MISSING
    headers = ["--extra-headers", json.dumps({"Cookie": cookie})] if cookie else []
    done = subprocess.run(
        [
            "node",
            str(tool),
            url,
            "--output=json",
            "--quiet",
            "--only-categories=performance,accessibility,best-practices",
            "--chrome-flags=--headless=new --no-sandbox --disable-dev-shm-usage",
            *headers,
        ],
        env=node_environment(build_dir()) | {"CHROME_PATH": browser},
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr[-1000:]
    report: dict[str, Any] = json.loads(done.stdout)
    scores = {name: 100 * (category["score"] or 0) for name, category in report["categories"].items()}
    audits = report["audits"]
    return scores | {
        "kib": audits["total-byte-weight"]["numericValue"] / 1024,
        "lcp": audits["largest-contentful-paint"]["numericValue"],
    }


def _by_browser(page: str, url: str, cookie: str, kib: float, lcp: float | None) -> list[Figure]:
    browser = found()
    assert browser, MISSING
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=browser, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        context = chromium.new_context(extra_http_headers={"Cookie": cookie} if cookie else {})
        tab = context.new_page()
        sizes: list[int] = []
        tab.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
        tab.goto(url)
        tab.wait_for_load_state("networkidle")
        painted = tab.evaluate(
            "() => new Promise(done => new PerformanceObserver(list => done(list.getEntries().at(-1).startTime))"
            ".observe({type: 'largest-contentful-paint', buffered: true}))"
        )
        chromium.close()
    return [
        Figure(name=f"{page} page, transferred", figure=sum(sizes) / 1024, unit="KiB", budget=kib),
        Figure(name=f"{page} page, largest paint here", figure=painted, unit="ms", budget=lcp),
    ]
