"""The pages that the server draws itself: quick, branded at first paint, and whole without JavaScript.

`render(name, status, **facts)` draws `templates/pages/<name>.html`; each template says at its top which facts it needs.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, get_timezone_name
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, select_autoescape

from milo_app import bootstrap
from milo_app.domain import brand as brands
from milo_app.services import words

_ROOT = Path(__file__).resolve().parents[2]
_PAGES = Path(__file__).resolve().parents[1] / "templates" / "pages"
#: Tells moments in the reader's own time zone (assets/when.js); the pages are whole without it.
_WHEN = "/when.js"


def render(page: str, status: int = 200, /, **facts: Any) -> HTMLResponse:
    """The *page* as a response, with a content security policy that allows its own style and nothing else.

    `language` and `brand` among the facts choose the words and the look; without them English and the house's own.
    """
    instance = bootstrap.deps().instance
    language = str(facts.pop("language", "") or words.DEFAULT).split("-")[0]
    css = _house_css() + brands.css(facts.get("brand") or {})
    shown: dict[str, Any] = {
        "language": language if language in words.languages() else words.DEFAULT,
        "status": status,
        "css": css,
        "t": functools.partial(words.say, language),
        "origin": instance.public_url.rstrip("/"),
        "local": instance.local,
        "zone": "UTC",
        "typed": {},
        "problems": {},
        **facts,
    }
    if page == "apply":
        shown["job_posting"] = job_posting(shown)
        shown["sms_words"] = _plain(shown.get("sms_notice"))
    body = _environment().get_template(f"{page}.html").render(shown)
    policy = _policy(css, scripts=f'src="{_WHEN}"' in body)
    return HTMLResponse(
        body, status, headers={"Content-Security-Policy": policy, "Cache-Control": "no-cache"}
    )


def job_posting(facts: dict[str, Any]) -> str:
    """schema.org JobPosting of a public role as JSON that is safe inside a script element."""
    plan = facts["plan"]
    posting: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": facts["title"],
        "description": "".join(
            f"<p>{_escape(part)}</p>" for part in _paragraphs(plan.description or facts["title"])
        ),
        "hiringOrganization": {"@type": "Organization", "name": facts["workspace"]},
        "directApply": True,
        "url": facts["apply_url"],
    }
    if facts.get("posted_at"):
        posting["datePosted"] = facts["posted_at"].date().isoformat()
    if facts.get("closes_at"):
        posting["validThrough"] = facts["closes_at"].isoformat()
    if plan.location:
        posting["jobLocation"] = {
            "@type": "Place",
            "address": {"@type": "PostalAddress", "addressLocality": plan.location},
        }
    if kind := _employment(plan.employment):
        posting["employmentType"] = kind
    return json.dumps(posting, ensure_ascii=False).replace("<", "\\u003c").replace("&", "\\u0026")


def _employment(words_of_plan: str) -> str:
    text = words_of_plan.lower()
    found = {
        "full": "FULL_TIME",
        "part": "PART_TIME",
        "contract": "CONTRACTOR",
        "temp": "TEMPORARY",
        "intern": "INTERN",
    }
    return next((kind for word, kind in found.items() if word in text), "")


@functools.cache
def _house_css() -> str:
    css = (_ROOT / "assets" / "milo.css").read_text(encoding="utf-8")
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", css)).strip()


@functools.lru_cache(maxsize=256)
def _policy(css: str, *, scripts: bool = False) -> str:
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    own = "script-src 'self'; " if scripts else ""
    return (
        f"default-src 'none'; {own}style-src 'sha256-{digest}'; img-src 'self' data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_PAGES),
        autoescape=select_autoescape(default=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Any] = {
        "paragraphs": _paragraphs,
        "first_name": _first_name,
        "first_upper": _first_upper,
        "day": _day,
        "clip": _clip,
    }
    environment.filters.update(filters)
    return environment


def _first_name(name: str) -> str:
    return name.strip().split(" ")[0]


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _clip(text: str, size: int) -> str:
    return text if len(text) <= size else text[: size - 1].rsplit(" ", 1)[0] + "…"


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"\n\s*\n", text or "") if part.strip()]


def _day(at: datetime, language: str, zone: str) -> str:
    """A moment in words with its time zone named, since a deadline without one misleads."""
    shape = "EEEE d 'de' MMMM 'de' y, HH:mm" if language == "es" else "EEEE, MMMM d, y, HH:mm"
    local = at.astimezone(ZoneInfo(zone))
    named = zone if zone == "UTC" else get_timezone_name(local, locale=language)
    return f"{format_datetime(local, shape, locale=language)} {named}"


def _plain(notice: Any) -> str:
    """The whole of a consent notice beside its box: what is agreed to, then its points."""
    return " ".join((notice.agree, *notice.points)) if notice is not None else ""


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
