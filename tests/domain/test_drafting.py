"""The drafter: whatever is pasted, the plan is whole; what the text requires is asked exactly and said beforehand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milo_app.domain import job_text
from milo_app.domain.drafting import DRAFTED_BY, draft
from milo_app.domain.plan import CriterionKind, Plan, StageKind
from milo_app.domain.plan_data import from_data, problems_of, to_data

NURSE = """Registered Nurse (RN) - ICU
Location: Austin, TX
Full-time, 36 hours per week, nights and weekends
$38.50 - $52.00 per hour

Responsibilities:
- Assess patients and monitor vital signs
- Administer medications and IV therapy

Requirements:
- Active Texas RN license
- Current BLS required
- Minimum 2 years of ICU experience
- BSN preferred
- Ability to lift 50 lbs
- Must be authorized to work in the United States

Benefits:
- $5,000 sign-on bonus
"""

DRIVER = """We are looking for a CDL-A Truck Driver to join our team in Columbus, OH!
Pay: $1,400 - $1,800 per week
Home every weekend.
Requirements
• Valid Class A CDL
• 1+ year of verifiable tractor-trailer experience
• At least 21 years of age
• Clean MVR
What you'll do
• Operate a tractor-trailer safely on regional routes
"""

WAREHOUSE = """Warehouse Associate
2nd shift (3pm-11:30pm) | $19/hr | Reno, NV
Duties
Pick and pack orders with RF scanner
Qualifications
High school diploma or GED
6 months of warehouse experience preferred
Must be 18 years or older
No experience necessary, we will train you.
"""

CASHIER = (
    "Now hiring: Cashier at Joe's Market in Tampa, FL. Part-time, weekends required. $14 an hour. "
    "You greet customers and handle cash. Must be 18+."
)

SOFTWARE = """Senior Software Engineer
Remote (US)
$150k-$185k per year
What you will do:
- Design and build APIs in Python and PostgreSQL
- Review code and mentor engineers
What we're looking for:
- 5+ years of professional software development experience
- Bachelor's degree in computer science or equivalent experience
- We are unable to sponsor visas
"""


def eligibility(plan: Plan) -> dict[str, bool]:
    """Eligibility criteria of the resume stage, by id: whether they are dealbreakers."""
    stage = plan.stage(StageKind.RESUME)
    assert stage is not None
    return {c.id: c.dealbreaker for c in stage.criteria if c.kind is CriterionKind.ELIGIBILITY}


def questions(plan: Plan, kind: StageKind) -> dict[str, bool]:
    stage = plan.stage(kind)
    assert stage is not None
    return {q.id: q.dealbreaker for q in stage.questions}


@pytest.mark.parametrize(
    ("text", "title", "location", "pay"),
    [
        (NURSE, "Registered Nurse", "Austin, TX", "$38.50 - $52.00 per hour"),
        (DRIVER, "CDL-A Truck Driver", "Columbus, OH", "$1,400 - $1,800 per week"),
        (WAREHOUSE, "Warehouse Associate", "Reno, NV", "$19/hr"),
        (CASHIER, "Cashier", "Tampa, FL", "$14 an hour"),
        (SOFTWARE, "Senior Software Engineer", "Remote", "$150k-$185k per year"),
    ],
)
def test_reads_title_place_and_pay(text: str, title: str, location: str, pay: str) -> None:
    plan = draft(text)
    assert (plan.title, plan.location, plan.pay) == (title, location, pay)
    assert plan.drafted_by == DRAFTED_BY
    assert plan.kinds == (StageKind.RESUME, StageKind.FORM, StageKind.SMS, StageKind.VOICE)


def test_a_nurse_must_hold_what_the_text_requires_and_not_what_it_prefers() -> None:
    plan = draft(NURSE)
    assert eligibility(plan) == {"rn_license": True, "bls": True, "experience": True, "bachelors": False}
    assert questions(plan, StageKind.FORM)["work_authorization"]
    assert questions(plan, StageKind.VOICE)["physical_tasks"]
    assert "2 years or more of ICU experience" in plan.needs()
    assert not any("bachelor" in need for need in plan.needs())


def test_a_driver_is_asked_for_the_license_and_not_to_work_weekends_at_home() -> None:
    plan = draft(DRIVER)
    assert eligibility(plan) == {"cdl_a": True, "experience": True}
    assert {"adult_21", "clean_record"} <= questions(plan, StageKind.FORM).keys()
    assert "weekends" not in questions(plan, StageKind.SMS)


def test_an_age_is_not_a_length_of_experience_and_no_experience_requires_none() -> None:
    plan = draft(WAREHOUSE)
    assert questions(plan, StageKind.FORM)["adult"]
    assert not eligibility(plan).get("experience", False)
    assert eligibility(plan)["high_school"]


def test_shifts_of_a_paragraph_become_a_question_by_text() -> None:
    plan = draft(CASHIER)
    assert questions(plan, StageKind.SMS)["weekends"]
    assert plan.employment == "Part time"


def test_no_visa_sponsorship_means_authorization_is_needed() -> None:
    assert "authorization to work in the United States" in draft(SOFTWARE).needs()


@pytest.mark.parametrize("text", [NURSE, DRIVER, WAREHOUSE, CASHIER, SOFTWARE, "Gardener"])
def test_every_stage_is_full_and_every_scored_criterion_has_both_ends(text: str) -> None:
    plan = draft(text)
    resume, voice, sms = (plan.stage(k) for k in (StageKind.RESUME, StageKind.VOICE, StageKind.SMS))
    assert resume and voice and sms
    assert len([c for c in resume.criteria if c.kind is CriterionKind.SCORED]) == 5
    assert 4 <= len(voice.questions) <= 7
    assert 3 <= len(sms.questions) <= 5
    for _, _, criterion in plan.scored_criteria():
        assert criterion.one and criterion.five and criterion.key_points


def test_a_plan_survives_its_json_form() -> None:
    plan = draft(NURSE)
    assert from_data(to_data(plan)) == plan


_LINES = st.lists(
    st.one_of(
        st.text(max_size=120),
        st.sampled_from(
            [*NURSE.splitlines(), *DRIVER.splitlines(), *WAREHOUSE.splitlines(), *SOFTWARE.splitlines()]
        ),
        st.sampled_from(
            ["Requirements:", "- ", "Must be 18+", "0 years", "99 years of x", "<script>alert(1)</script>"]
        ),
    ),
    max_size=25,
).map("\n".join)


@settings(max_examples=150, deadline=None)
@given(_LINES)
def test_any_text_gives_a_plan_fit_to_publish(text: str) -> None:
    plan = draft(text)
    assert problems_of(plan) == {}
    assert from_data(to_data(plan)) == plan
    assert all(need.strip() for need in plan.needs())


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=2000))
def test_reading_keeps_no_control_characters(text: str) -> None:
    job = job_text.read(text)
    assert all(ch in "\n\t" or ch.isprintable() for ch in job.text)


def test_a_huge_paste_is_read_to_a_limit_quickly() -> None:
    plan = draft(NURSE + "word " * 200_000)
    assert problems_of(plan) == {}
