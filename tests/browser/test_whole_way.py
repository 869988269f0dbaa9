"""The main job, end to end, as a candidate and then a recruiter see it."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenTab, Roles
from tests.browser.desk import Desk
from tests.browser.walking import CandidateWalk
from tests.outside import plans
from tests.outside.instance import Instance, until

pytestmark = pytest.mark.browser


def test_from_the_invitation_to_the_report(
    milo: Instance, tab: OpenTab, roles: Roles, desk: Desk, resume_pdf: Path, tmp_path: Path
) -> None:
    """The demo's nurse, by the link in the email: a PDF, every kind of question, texts on the phone, then on camera
    with one answer typed; then the report, whose quotes stand in what was said and whose recording plays."""
    card = tmp_path / "card.pdf"
    card.write_bytes(resume_pdf.read_bytes())
    _, _, email, phone = roles.invite(milo.demo["interviewer_slug"], texts=True)
    mail = until(lambda: milo.mails(email), "the invitation")[0]
    link = next(link for link in mail["links"] if "/i/" in link)
    plan = plans.nurse()
    walk = CandidateWalk(
        tab(),
        milo,
        plan,
        phone=phone,
        resume=resume_pdf,
        files={"license_copy": card},
        by_handset=True,
        spoken=frozenset({"medication_safety", "difficult_family"}),
    )
    assert walk.begin(link) == "consent"
    assert walk.finish() == "done", walk.main.inner_text()
    expect(walk.main).to_contain_text(plan["thanks"].split(".")[0])
    until(milo.at_rest, "the report")

    shown = milo.application(walk.application)
    assert shown["state"] == "completed", shown["state"]
    desk.report(walk.application)
    for of in ("overall", "resume", "form", "sms", "voice"):
        expect(desk.score(of)).to_contain_text(re.compile(r"\d"))
    _quotes_are_verbatim(desk, shown)
    _recording_plays(desk)


def _quotes_are_verbatim(desk: Desk, shown: plans.Json) -> None:
    """Every quote of the report stands in the resume, an answer or a turn of the candidate's, word for word."""
    given = [
        plans.GOOD_RESUME,
        *(str(turn["text"]) for turn in shown["turns"] if turn["speaker"] == "candidate"),
    ]
    given += [str(answer["value"]) for answer in shown["answers"]]
    words = " ".join(" ".join(given).split())
    quotes = [" ".join(quote.strip('“”" \n').split()) for quote in desk.quotes()]
    assert len(quotes) >= 5, quotes
    for quote in quotes:
        assert quote.strip("“”… ") in words, quote


def _recording_plays(desk: Desk) -> None:
    """The recording has a length, plays, and starts where it is asked to."""
    page = desk.page
    media = page.locator("video, audio").first
    media.wait_for(state="attached", timeout=30_000)
    media.evaluate("m => { m.preload = 'auto'; m.muted = true; if (m.readyState < 1) m.load(); }")
    page.wait_for_function(
        "m => m.readyState >= 1 && isFinite(m.duration) && m.duration > 1", arg=media.element_handle()
    )
    length = media.evaluate("m => m.duration")
    media.evaluate("(m, to) => { m.currentTime = to; return m.play(); }", length / 2)
    page.wait_for_function(
        "([m, from]) => !m.seeking && m.currentTime > from && m.currentTime < from + 3",
        arg=[media.element_handle(), length / 2],
    )
    media.evaluate("m => m.pause()")
    source = media.evaluate("m => m.currentSrc")
    address = urlsplit(source)
    part = page.request.get(source, headers={"Range": "bytes=0-99"})
    assert part.status == 206 and len(part.body()) == 100, (address.path, part.status)


def test_a_quote_leads_to_its_place(milo: Instance, desk: Desk, walk) -> None:
    """A press on a quote brings the words that it was taken from into view."""
    going, link = walk(plans.plan("form", "voice"))
    going.begin(link)
    assert going.finish() == "done"
    until(milo.at_rest, "the report")
    desk.report(going.application)
    quote = desk.page.locator("[data-quote] a, a[data-quote], [data-quote] button, button[data-quote]").first
    quote.click()
    expect(desk.page.locator(":target, [data-target=true], mark").first).to_be_in_viewport()


def test_texts_and_page_are_one_talk(milo: Instance, walk) -> None:
    """One question by text message, the next on the page: the same talk, and nothing is asked twice."""
    made = plans.plan("sms")
    going, link = walk(made, texts=True)
    going.begin(link)
    going.to("sms")
    questions = plans.stage_of(made, "sms")["questions"]
    asked = until(
        lambda: [t for t in milo.texts(going.phone) if questions[0]["text"] in t["body"]],
        "the first question by text",
    )
    milo.text(going.phone, asked[-1]["from"], "yes i can")
    expect(going.main).to_contain_text(questions[1]["text"], timeout=15_000)
    assert going.finish() == "done"
    until(milo.at_rest, "the end")
    turns = milo.application(going.application)["turns"]
    asks = [turn["question_id"] for turn in turns if turn["action"] == "ask"]
    assert asks == ["early", "commute"], turns
