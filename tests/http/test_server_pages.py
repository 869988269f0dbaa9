"""The pages that the server draws: whole, safe, and small."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from milo_app.domain import consent, plan_data
from milo_app.http import server_pages
from milo_app.services.ports import Deps

_NASTY = "</script><img src=x onerror=alert(1)>\"&'{{7*7}}"


def role(language: str = "en", **changes: Any) -> dict[str, Any]:
    plan = plan_data.from_data(
        {
            "title": f"Nurse {_NASTY}",
            "description": f"First part.\n\n{_NASTY}",
            "location": "Portland",
            "employment": "Full time",
            "stages": [{"kind": "voice", "questions": [{"id": "why", "kind": "long_text", "text": "Why?"}]}],
        }
    )
    return {
        "brand": {"name": "Acme", "color": "#fff7a8", "font": _NASTY},
        "workspace": f"Acme {_NASTY}",
        "is_demo": False,
        "plan": plan,
        "title": plan.title,
        "language": language,
        "needs": [_NASTY],
        "minutes": 5,
        "stages": [{"kind": "voice", "label": "Interview", "minutes": 5}],
        "contact": "jobs@acme.example",
        **changes,
    }


def apply_page(language: str = "en", **changes: Any) -> dict[str, Any]:
    now = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
    return role(
        language,
        closed=False,
        closes_at=now,
        posted_at=now,
        apply_url="http://127.0.0.1:3000/acme/nurse",
        sms_notice=consent.sms(language),
        allow_sms=True,
        **changes,
    )


def body(page: str, status: int = 200, /, **facts: Any) -> str:
    return bytes(server_pages.render(page, status, **facts).body).decode()


def test_the_policy_allows_exactly_the_style_that_is_there(deps: Deps) -> None:
    response = server_pages.render("apply", **apply_page())
    html = bytes(response.body).decode()
    style = re.search(r"<style>(.*?)</style>", html, re.S)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in response.headers["content-security-policy"]
    assert "script-src" not in response.headers["content-security-policy"]
    assert not re.search(r'\sstyle="', html)


@pytest.mark.parametrize("language", ["en", "es"])
def test_hostile_words_stay_words(deps: Deps, language: str) -> None:
    html = body("apply", **apply_page(language, typed={"name": _NASTY}, problems={"name": _NASTY}))
    assert "<img src=x" not in html
    assert html.count("<script") == 1 and "49" not in re.sub(r"<style>.*?</style>", "", html, flags=re.S)


def test_the_job_posting_can_be_read_by_machines(deps: Deps) -> None:
    html = body("apply", **apply_page())
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)
    assert found
    posting = json.loads(found[1])
    assert posting["@type"] == "JobPosting" and posting["employmentType"] == "FULL_TIME"
    assert posting["title"].startswith("Nurse") and posting["validThrough"].startswith("2026-03-02")


def test_the_whole_agreement_to_texts_stands_beside_a_box_that_nobody_ticked(deps: Deps) -> None:
    html = body("apply", **apply_page())
    box = re.search(r'<input type="checkbox" name="sms_consent"[^>]*>', html)
    assert box and "checked" not in box[0]
    assert all(point in html for point in consent.sms("en").points)


def test_a_closed_role_takes_no_applications(deps: Deps) -> None:
    html = body("apply", 410, **{**apply_page(), "closed": True})
    assert "<form" not in html and "ld+json" not in html


@pytest.mark.parametrize(
    ("status", "reason", "says"),
    [
        (404, "", "could not find"),
        (403, "", "not yours"),
        (410, "expired", "is over"),
        (410, "withdrawn", "no longer works"),
        (429, "", "One moment"),
        (500, "", "our side"),
        (413, "", "our side"),
    ],
)
def test_every_error_has_its_words_and_a_way_on(deps: Deps, status: int, reason: str, says: str) -> None:
    html = body("problem", status, message="A sentence.", reason=reason)
    assert says in html and "A sentence." in html and 'href="/"' in html
    assert ("/lost-link" in html) == (status in (403, 404, 410))


def test_first_pages_are_small(deps: Deps) -> None:
    assert len(body("apply", **apply_page())) < 40_000


def test_an_unknown_language_falls_back(deps: Deps) -> None:
    assert '<html lang="en">' in body("lost_link", language="xx")
    assert '<html lang="es">' in body("lost_link", language="es-MX")
