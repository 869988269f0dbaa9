from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milo_app.domain import resume_dates as dates
from milo_app.domain.dealbreakers import ReadingStatus
from milo_app.domain.plan import Criterion, CriterionKind
from milo_app.domain.resume import lines_of, profile_data, read_profile
from milo_app.domain.resume_criteria import read_criteria
from milo_app.domain.resume_dates import Span
from tests import resumes

NOW = datetime(2026, 7, 15, tzinfo=UTC)
SHOWN, NOT_SHOWN, UNSURE = ReadingStatus.SHOWN, ReadingStatus.NOT_SHOWN, ReadingStatus.UNSURE


def eligible(*terms: str, years: float | None = None, id: str = "c") -> Criterion:
    return Criterion(id=id, text="x", kind=CriterionKind.ELIGIBILITY, terms=terms, min_years=years)


RN = eligible("RN", "registered nurse")


def reading(text: str, criterion: Criterion = RN, *, language: str = "en", plan_language: str = "en"):
    profile = read_profile(text, now=NOW)
    found = read_criteria([criterion], text, profile, language, NOW, plan_language=plan_language)["c"]
    if found.quote:
        assert text[found.start : found.end] == found.quote
    else:
        assert found.start is None and found.end is None
    return found


# --- Profile -----------------------------------------------------------------------------------------------------------


def test_a_strong_nurse_is_read_whole():
    profile = profile_data(read_profile(resumes.STRONG, now=NOW))
    assert profile["name"] == "Maria Elena Lopez"
    assert profile["email"] == "maria.lopez@example.com"
    assert profile["phone"] == "(512) 555-0134"
    assert profile["location"] == "Austin, TX 78704"
    assert [(w["title"], w["employer"], w["from"], w["to"]) for w in profile["work"]] == [
        ("ICU Registered Nurse", "Mercy General Hospital", "2021-03", "present"),
        ("Staff Nurse", "St. David's Medical Center", "2017-06", "2021-02"),
        ("Certified Nursing Assistant", "Sunrise Care Home", "2015-07", "2017-06"),
    ]
    assert profile["work"][1]["months"] == 45
    assert profile["years"] == 11.1  # June 2017 is in two jobs and counts once.
    assert "IV therapy" in profile["skills"] and "Spanish (fluent)" in profile["skills"]


def test_a_spanish_resume_is_read_whole():
    profile = profile_data(read_profile(resumes.SPANISH, now=NOW))
    assert profile["name"] == "Lucía Hernández Ramos"
    assert profile["location"] == "San Antonio, TX 78205"
    assert profile["work"][0] == {
        "title": "Enfermera de cuidados intensivos",
        "employer": "Hospital Metodista",
        "from": "2020-01",
        "to": "present",
        "months": 79,
    }
    assert profile["work"][1]["months"] == 46
    assert "triaje" in profile["skills"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("RESUME\nJOHN Q. PUBLIC, RN\n12 Elm Street", "John Q. Public"),
        ("Curriculum Vitae\n\nAna María de la Cruz Pérez\nana@x.mx", "Ana María de la Cruz Pérez"),
        ("Name: Kim Nguyen\nPhone: 555 123 4567", "Kim Nguyen"),
        ("Seán O’Brien-Smith | Dublin, Ireland", "Seán O’Brien-Smith"),
        ("Page 1 of 3\n\nTaylor van der Berg RN BSN\nEXPERIENCE", "Taylor van der Berg"),
        ("Registered Nurse\nMercy Hospital\nAustin, TX", ""),
        ("kim@example.com\n555-123-4567", ""),
    ],
)
def test_names(text, name):
    assert read_profile(text, now=NOW).name == name


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("Tel: +52 55 1234 5678", "+52 55 1234 5678"),
        ("Cell 512.555.0134", "512.555.0134"),
        ("Mercy Hospital 2019 - 2021", ""),
        ("License No. 8123456789", ""),
        ("01/2019 - 12/2021", ""),
    ],
)
def test_phone_numbers_are_neither_dates_nor_licences(text, phone):
    assert read_profile(text, now=NOW).phone == phone


def test_two_jobs_at_once_count_once():
    text = (
        "Experience\nNurse, A Hospital, Jan 2018 - Dec 2021\nNurse, B Clinic, Jan 2020 - Dec 2022\n"
        "Nurse, C Clinic, Jan 2020 - Jun 2020\n"
    )
    profile = read_profile(text, now=NOW)
    assert [w.months for w in profile.work] == [48, 36, 6]
    assert profile.years == 5.0


def test_school_certificates_volunteering_and_references_are_no_work():
    text = (
        "EXPERIENCE\nCashier, Corner Store, 2019 - 2021\nEDUCATION\nUniversity of Texas, 2010 - 2018\n"
        "CERTIFICATIONS\nBLS, 2015 - 2025\nVOLUNTEER EXPERIENCE\nShelter helper, 2000 - 2024\n"
        "REFERENCES\nDr. X, supervisor 2010 - 2020, x@example.org\n"
    )
    profile = read_profile(text, now=NOW)
    assert [w.title for w in profile.work] == ["Cashier"]
    assert profile.years == 2.0
    assert profile.email == ""


def test_without_headings_dated_lines_of_work_are_found_and_school_is_not():
    text = "Kim Nguyen\nTarget  Cashier   2019 - 2021\nUT Austin, BA English, 2015 - 2019\nRegistered nurse since 2022\n"
    profile = read_profile(text, now=NOW)
    assert profile.work[0].title == "Cashier"
    assert all("BA" not in w.title for w in profile.work)


def test_page_numbers_and_running_heads_are_no_content():
    text = "Maria Lopez\nEXPERIENCE\nNurse\nPage 1 of 2\nMaria Lopez | Page 2 of 2\n- 2 -\n2/2\nMercy Hospital\nMay 2019 - May 2020\n"
    (job,) = read_profile(text, now=NOW).work
    assert (job.title, job.employer, job.months) == ("Nurse", "Mercy Hospital", 13)


def test_a_table_row_is_one_job():
    text = "Experience\nRegistered Nurse\tMercy General Hospital\t2019 – 2021\nBarista\tCorner Coffee\t2017 – 2019\n"
    jobs = read_profile(text, now=NOW).work
    assert [(w.title, w.employer) for w in jobs] == [
        ("Registered Nurse", "Mercy General Hospital"),
        ("Barista", "Corner Coffee"),
    ]


# --- Dates -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("Jan 2019 – Mar 2020", 15),
        ("January, 2019 to March, 2020", 15),
        ("01/2019 - 03/2020", 15),
        ("2019-01 – 2020-03", 15),
        ("05/14/2019 - 06/01/2020", 14),
        ("14.05.2019–01.06.2020", 14),
        ("14/05/2019 - 01/06/2020", 14),
        ("Sept '18 to Oct '19", 14),
        ("2019 - 2021", 24),
        ("2019–21", 24),
        ("2019 - 2019", 1),
        ("May 2026 - Present", 3),
        ("Mayo de 2026 - actualidad", 3),
        ("desde mayo de 2026", 3),
        ("since May 2026", 3),
        ("enero de 2018 hasta marzo de 2020", 27),
        ("Ene. 2018 a la fecha", 103),
        ("May 2026 - Dec 2030", 3),
    ],
)
def test_stretches_of_time(text, months):
    (span,) = dates.spans(f"Nurse, Mercy Hospital ({text})", NOW)
    assert span.months == months


@pytest.mark.parametrize(
    "text", ["Mar 2030 - Present", "Dec 2021 - Aug 2020", "Room 2019", "555-2019-2021", "1 - 2"]
)
def test_what_is_no_stretch_of_time(text):
    assert dates.spans(text, NOW) == []


SPANS = st.lists(
    st.builds(
        lambda start, length: Span(start=start, end=start + length, at=0, to=0),
        st.integers(23_000, 24_300),
        st.integers(0, 400),
    ),
    max_size=12,
)


@given(SPANS, st.randoms())
def test_time_is_never_counted_twice(pieces, random):
    total = dates.total_months(pieces)
    assert total == len({month for piece in pieces for month in range(piece.start, piece.end)})
    shuffled = list(pieces)
    random.shuffle(shuffled)
    assert dates.total_months([*shuffled, *pieces]) == total


# --- Criteria ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Registered Nurse (RN), Texas, License No. 12345, active",
        "RN license no: TX-8812",
        "R.N., active and unencumbered, no restrictions",
        "Registered  nurse since 2015",
        "registered-nurse",
        "RN (compact) — valid through 12/31/2027",
        "RN License, exp. 03/2029",
        "Worked as registered\nnurse in Dallas",
        "Licensed RN. Not interested in nights.",
        "EXPERIENCE\nRegistered Nurse, Sunrise Assisted Living, Austin, 2019 - 2022",
        "EXPERIENCE\nRegistered Nurse, Mother-Baby Unit, Mercy Hospital, 2019 - 2022",
        "LICENSES\nRN, Texas\nEXPERIENCE\n• Precepted RN students on the unit",
    ],
)
def test_what_shows_a_licence(text):
    found = reading(text)
    assert found.status is SHOWN
    assert found.quote


@pytest.mark.parametrize(
    "text",
    [
        "RN license in progress",
        "Seeking an RN position",
        "I do not currently hold a valid and unrestricted\nRN license but hope to",
        "RN License: No",
        "RN license: none",
        "NCLEX-RN scheduled for June 2027",
        "RN license expired 2019",
        "RN License, exp. 03/2020",
        "EXPERIENCE\nRegistered Nurse, Mercy Hospital 2015 - 2020\nLICENSES\nRN license lapsed",
        "Assisted RNs with patient transfers",
        "Nursing student (RN program)",
        "Eligible for RN licensure by endorsement",
        "My mother is a registered nurse",
        "I have never been an RN.",
        "Worked under the supervision of a registered nurse",
        "Retired registered nurse",
        "LPN to RN bridge, expected 2027",
        "Busco empleo como RN",
        "Licencia RN en trámite",
        "Licencia RN vencida",
        "Am I an RN? Ask me!",
    ],
)
def test_what_is_not_not_yet_or_no_longer_held_is_unsure(text):
    found = reading(text)
    assert found.status is UNSURE
    assert found.quote


@pytest.mark.parametrize(
    "text", ["Learned to play or rn", "BORN IN TEXAS", "Turn left", "Register nurse", "x"]
)
def test_what_does_not_say_it_is_not_shown_and_has_no_quote(text):
    found = reading(text)
    assert (found.status, found.quote) == (NOT_SHOWN, "")


def test_references_say_nothing_about_the_candidate():
    assert reading("Maria Lopez\nREFERENCES\nPat Doe, RN, charge nurse").status is NOT_SHOWN


def test_accents_and_plurals_do_not_matter():
    criterion = eligible("ventilación mecánica", "clinical rotation")
    assert reading("Manejo de ventilacion mecanica", criterion).status is SHOWN
    assert reading("Clinical rotations in surgery", criterion).status is SHOWN


def test_a_criterion_without_terms_is_unsure():
    assert reading("Registered nurse", eligible()).status is UNSURE


@pytest.mark.parametrize(
    ("years", "status"), [(2, SHOWN), (5, SHOWN), (9, SHOWN), (9.3, UNSURE), (12, NOT_SHOWN)]
)
def test_years_are_added_up_from_dated_work(years, status):
    found = reading(resumes.STRONG, eligible("registered nurse", "staff nurse", years=years))
    assert found.status is status
    if status is SHOWN:
        assert "March 2021 – Present" in found.quote


def test_years_in_other_work_do_not_count():
    text = (
        "EXPERIENCE\nBarista, Corner Coffee, 2010 - 2024\n• Served nurses every morning\n"
        "Registered Nurse, Mercy Hospital, Mar 2025 - Present\n"
    )
    assert reading(text, eligible("nurse", years=5)).status is NOT_SHOWN
    assert reading(text, eligible("nurse", years=1)).status is SHOWN
    assert reading(text, eligible(years=10)).status is SHOWN


def test_years_that_only_the_description_names_or_that_are_only_claimed_are_unsure():
    text = "EXPERIENCE\nRegistered Nurse, Mercy Hospital, 2018 - 2024\n• 24-bed ICU with ventilators\n"
    assert reading(text, eligible("ICU", years=2)).status is UNSURE
    claimed = reading("Nurse with over ten years of ICU experience", eligible("ICU", years=2))
    assert claimed.status is UNSURE
    assert "ten years" in claimed.quote


def test_overlapping_jobs_do_not_add_up_to_more_years():
    text = "EXPERIENCE\n" + "Registered Nurse, Mercy Hospital, Jan 2024 - Dec 2024\n" * 5
    assert reading(text, eligible("registered nurse", years=3)).status is NOT_SHOWN


def test_another_language_is_never_read_for_sure():
    for criterion in (eligible("RN"), eligible("enfermera", years=1), eligible("PALS")):
        found = reading(resumes.SPANISH, criterion, language="es")
        assert found.status is UNSURE
    assert (
        reading(resumes.SPANISH, eligible("enfermera", years=5), language="es", plan_language="es").status
        is SHOWN
    )


def test_no_reading_of_ours_ever_decides_against_anyone():
    for text in (resumes.STRONG, resumes.WEAK, resumes.SPANISH, ""):
        for criterion in (RN, eligible("PALS"), eligible("nurse", years=30)):
            assert not reading(text, criterion).decides_against


LINES = st.lists(
    st.one_of(
        st.text(max_size=80),
        st.sampled_from(
            [
                *resumes.STRONG.splitlines(),
                *resumes.WEAK.splitlines(),
                *resumes.SPANISH.splitlines(),
                "2019 - 2021",
            ]
        ),
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(LINES, st.sampled_from(["en", "es", ""]))
def test_any_text_is_read_and_every_quote_stands_in_it(lines, language):
    text = "\n".join(lines)
    profile = read_profile(text, now=NOW)
    data = profile_data(profile)
    assert data == profile_data(read_profile(text, now=NOW))
    for value in (profile.email, profile.phone, profile.location, *profile.skills):
        assert value in text
    assert 0 <= profile.years <= 80
    assert profile.years * 12 <= sum(w.months for w in profile.work) + 1
    for line in profile.lines:
        assert text[line.start : line.end] == line.text
    criteria = [
        eligible("RN", id="a"),
        eligible("registered nurse", years=2, id="b"),
        eligible(years=1, id="d"),
    ]
    found = read_criteria(criteria, text, profile, language, NOW)
    assert set(found) == {"a", "b", "d"}
    for one in found.values():
        assert one.quote == (text[one.start : one.end] if one.quote else "")
        assert one.status is not SHOWN or one.quote.strip()
        assert not (language == "es" and one.status is not UNSURE)


@pytest.mark.parametrize(
    "text",
    [
        "2019 - " * 20_000,
        "jan " * 40_000,
        "a" * 200_000,
        "RN " * 60_000,
        "RN, " * 50_000,
        "1/1/" * 50_000,
        "(" * 99_999,
    ],
)
@pytest.mark.timeout(20)
def test_hostile_text_is_read_before_anyone_loses_patience(text):
    reading(text)


def test_skills_on_one_line_are_skills():
    """A heading and its content on one line are read, and the section around it goes on."""
    text = "Ana Ruiz\nExperience\nNurse, City Hospital, Jan 2019 - Present\nSkills: IV insertion, telemetry\n- Led a team\n"
    profile = read_profile(text, now=datetime(2026, 3, 2, tzinfo=UTC))
    assert profile.skills == ("IV insertion", "telemetry")
    assert [line.section for line in lines_of(text)][-1] == "experience"
