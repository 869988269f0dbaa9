"""The made-up people of the demo workspace and what they say: names, where each stands, and answers of three kinds.

`|` marks the part of an answer that is quoted as its evidence. None of these people exists; every address ends in
`.example` and every number is one that is never given to anybody.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Person:
    """A made-up candidate. `reached` is how many stages are done; `level` how good their answers are (s, m, w)."""

    name: str
    state: str
    reached: int = 0
    level: str = "m"
    source: str = "csv"
    days: int = 5
    decision: str = "none"
    stopped: str = ""
    note: str = ""


#: Everyone, those who came last first. `days` is how long ago they were invited.
PEOPLE = (
    Person(
        name="Maya Okafor",
        state="completed",
        reached=4,
        level="s",
        days=6,
        decision="shortlisted",
        source="apply_link",
    ),
    Person(name="Daniel Reyes", state="completed", reached=4, level="s", days=5, note="star"),
    Person(name="Priya Nair", state="completed", reached=4, level="s", days=8, decision="shortlisted"),
    Person(name="Grace Lindqvist", state="completed", reached=4, level="m", days=4, source="apply_link"),
    Person(name="Tomás Herrera", state="completed", reached=4, level="m", days=7),
    Person(name="Hannah Weiss", state="completed", reached=4, level="m", days=3),
    Person(name="Kwame Boateng", state="completed", reached=4, level="s", days=2, note="last_word"),
    Person(name="Linh Tran", state="completed", reached=4, level="m", days=9, decision="shortlisted"),
    Person(name="Olivia Brandt", state="completed", reached=4, level="w", days=6),
    Person(name="Samuel Adeyemi", state="completed", reached=4, level="m", days=5, note="untranscribed"),
    Person(name="Ruth Castellanos", state="completed", reached=4, level="w", days=10, decision="dismissed"),
    Person(name="Noor Haddad", state="completed", reached=4, level="m", days=3, note="override"),
    Person(name="Erik Johansson", state="completed", reached=4, level="w", days=8, decision="dismissed"),
    Person(name="Bea Santos", state="evaluating", reached=3, level="m", days=2),
    Person(name="Carmen Vidal", state="in_progress", reached=1, level="m", days=2, note="spanish"),
    Person(name="Jonah Fields", state="in_progress", reached=0, level="m", days=1),
    Person(name="Amara Diallo", state="in_progress", reached=0, level="m", days=2, source="apply_link"),
    Person(name="Peter Nowak", state="in_progress", reached=1, level="m", days=3),
    Person(name="Ines Ferreira", state="in_progress", reached=1, level="s", days=1),
    Person(name="Marcus Webb", state="in_progress", reached=2, level="m", days=4),
    Person(name="Sofia Rossi", state="in_progress", reached=2, level="s", days=2),
    Person(name="Yuki Tanaka", state="in_progress", reached=2, level="m", days=3, note="texting"),
    Person(name="Abigail Stone", state="in_progress", reached=3, level="s", days=4),
    Person(name="Dmitri Volkov", state="in_progress", reached=3, level="m", days=3),
    Person(name="Leila Farouk", state="in_progress", reached=3, level="m", days=5),
    Person(name="Gary Mitchell", state="disqualified", reached=0, level="w", days=4, stopped="rn_license"),
    Person(
        name="Tanya Brooks", state="disqualified", reached=0, level="w", days=6, stopped="acute_care_year"
    ),
    Person(
        name="Felix Morgan", state="disqualified", reached=1, level="m", days=5, stopped="work_authorization"
    ),
    Person(name="Joy Abara", state="disqualified", reached=2, level="m", days=3, stopped="nights_weekends"),
    Person(
        name="Victor Lang",
        state="disqualified",
        reached=3,
        level="m",
        days=7,
        stopped="physical_tasks",
        note="review",
    ),
    Person(name="Chloe Martin", state="withdrawn", reached=1, level="m", days=6),
    Person(name="Ahmed Siddiqui", state="withdrawn", reached=0, level="m", days=5),
    Person(name="Nina Petrova", state="expired", reached=0, level="m", days=12),
    Person(name="Robert Hale", state="expired", reached=2, level="m", days=14),
    Person(name="Esther Kim", state="invited", days=1),
    Person(name="Luca Moretti", state="invited", days=2, note="bounced"),
    Person(name="Fatima Zahra", state="invited", days=3),
    Person(name="Benjamin Clark", state="invited", days=4, note="nudged"),
    Person(name="Isabel Duarte", state="invited", days=1, source="apply_link"),
    Person(name="Paul Schneider", state="invited", days=0, note="unreachable"),
)

#: The person behind `candidate_url`: invited, and waiting for whoever tries the demo.
GUEST = "Alex Rivera"

SPANISH_RESUME = (
    "{name}\n{email}\n\nPerfil\nEnfermera titulada con cinco años de experiencia en medicina interna.\n\n"
    "Experiencia\nEnfermera, Hospital Clínico de Valencia, 2019 - 2024\n"
    "- Cuidado de pacientes adultos en planta de medicina interna\n- Administración de medicación y curas\n\n"
    "Formación\nGrado en Enfermería, Universidad de Valencia, 2019\n"
)

_HOSPITALS = (
    "Cascade General Hospital",
    "St. Brigid Medical Center",
    "Riverbend Hospital",
    "Lakeside Regional",
)


def resume(
    name: str, email: str, level: str, number: int, year: int, short_of: str = ""
) -> tuple[str, dict[str, str]]:
    """The resume of a made-up nurse, and the quote that bears out each scored criterion, by criterion id.

    *short_of* is what it does not show: `student` no license, `new` no year of work; so the candidate is asked.
    """
    place = _HOSPITALS[number % len(_HOSPITALS)]
    other = _HOSPITALS[(number + 1) % len(_HOSPITALS)]
    years = {"s": 7, "m": 3, "w": 1}[level] + number % 2
    duties = "\n".join(f"- {line}" for line in _RESUME_LINES[level])
    papers = "Registered nurse (RN), Oregon State Board of Nursing, active"
    work = f"Staff Nurse, Medical-Surgical, {place}, Jan {year - years} - Present"
    if short_of:
        work = f"Ward Assistant, {place}, Sep {year} - Present"
    if short_of == "student":
        papers = "Nursing student, final year"
    if level == "s":
        duties += f"\n\nRegistered Nurse, {other}, Jun {year - years - 2} - Dec {year - years - 1}"
    text = (
        f"{name}\n{email} | Portland, Oregon\n\nLicenses and certifications\n- {papers}\n"
        f"- {'BLS, current' if level == 'w' else 'BLS and ACLS, current'}\n\n"
        f"Experience\n{work}\n{duties}\n\nEducation\nBSN, Cascadia State University, {year - years - 3}\n"
    )
    return text, dict(_RESUME_QUOTES[level])


_RESUME_LINES = {
    "s": (
        "Cared for four to five adult patients a shift on a 30-bed medical-surgical and telemetry unit",
        "IV insertion, PICC and central line care, wound care, blood transfusion and medication administration",
        "Led the unit's falls project, which reduced falls by 38% in one year",
        "Preceptor for nine new graduates; relief charge nurse twice a month",
        "Epic super user for barcode medication administration",
    ),
    "m": (
        "Cared for five adult patients a shift on a medical-surgical unit",
        "Medication administration, IV insertion and wound care",
        "Took part in the sepsis screening rollout",
        "Mentor of student nurses in the spring term",
        "Charting in Epic",
    ),
    "w": (
        "Took care of patients on the ward",
        "Gave medication as ordered",
        "Friendly with the team",
    ),
}

_RESUME_QUOTES = {
    "s": {
        "med_surg_depth": "Cared for four to five adult patients a shift on a 30-bed medical-surgical and telemetry unit",
        "clinical_skills": "IV insertion, PICC and central line care, wound care, blood transfusion and medication administration",
        "safety_quality": "Led the unit's falls project, which reduced falls by 38% in one year",
        "team_teaching": "Preceptor for nine new graduates; relief charge nurse twice a month",
        "documentation": "Epic super user for barcode medication administration",
    },
    "m": {
        "med_surg_depth": "Cared for five adult patients a shift on a medical-surgical unit",
        "clinical_skills": "Medication administration, IV insertion and wound care",
        "safety_quality": "Took part in the sepsis screening rollout",
        "team_teaching": "Mentor of student nurses in the spring term",
        "documentation": "Charting in Epic",
    },
    "w": {
        "med_surg_depth": "Took care of patients on the ward",
        "clinical_skills": "Gave medication as ordered",
        "safety_quality": "Took care of patients on the ward",
        "team_teaching": "Friendly with the team",
        "documentation": "Took care of patients on the ward",
    },
}

#: Score by criterion and level; a weak resume with nothing on it is a 1.
SCORES = {
    "med_surg_depth": {"s": 5, "m": 4, "w": 2},
    "clinical_skills": {"s": 5, "m": 3, "w": 2},
    "safety_quality": {"s": 5, "m": 3, "w": 1},
    "team_teaching": {"s": 5, "m": 3, "w": 1},
    "documentation": {"s": 5, "m": 3, "w": 1},
    "motivation": {"s": 5, "m": 3, "w": 2},
    "prioritising": {"s": 5, "m": 4, "w": 2},
    "clinical_judgment": {"s": 5, "m": 4, "w": 2},
    "medication_safety_score": {"s": 5, "m": 3, "w": 2},
    "communication": {"s": 4, "m": 4, "w": 2},
    "safety_culture": {"s": 5, "m": 3, "w": 1},
}

REASONS = {
    "s": ("Names concrete steps and how it ended.", "Covers most of what a 5 describes."),
    "m": ("Gives a real example, but leaves out part of what a 5 describes.",),
    "w": ("Stays general; no example of the person's own.",),
}

#: Open answers by question id and level; `|…|` is quoted.
ANSWERS: dict[str, dict[str, str]] = {
    "why_here": {
        "s": "|On a medical-surgical unit I see the whole person and not one organ|, and no two shifts are alike. Last spring I looked after a man with three conditions at once and learned more in that week than in a course. I want to grow into the charge role here.",
        "m": "I like |the variety of patients and working as part of a team|, and I would like to learn telemetry properly.",
        "w": "|I am looking for a job closer to home| with regular hours.",
    },
    "busy_shift": {
        "s": "|I go to the least stable patient first: airway, breathing, then whoever changed since my last look|. I ask the aide to sit with the second one, call the charge nurse early, and tell the third when I will be back.",
        "m": "|I check who is the most unstable and start there|, and I ask a colleague for help with the others.",
        "w": "|I try to be quick and take them one after the other| so nobody waits too long.",
    },
    "deteriorating_patient": {
        "s": "A post-op patient told me he just felt wrong. His heart rate was 118 and he was cool and pale, though the pressure still looked fine. |I checked his vital signs again, looked at the drain, found it full of fresh blood, and called the rapid response team|. I gave them a structured handover, put in a second line and stayed with him until theatre. He went home nine days later.",
        "m": "One of my patients became short of breath after dinner. |I took his vital signs, sat him up, gave oxygen as ordered and called the provider|. He was moved to step-down care and did well.",
        "w": "It happened sometimes that somebody got worse. |I would tell the charge nurse| and she decided what to do.",
    },
    "medication_safety": {
        "s": "With heparin or insulin |I check two identifiers, the allergies, the last lab value, and then the dose and route with a second nurse independently|. I scan the barcode, and if the order looks wrong I stop and call the pharmacist before I give anything.",
        "m": "|I check the name and date of birth, the dose and the route, and scan the barcode|. For insulin we do a double check.",
        "w": "|The pharmacy checks the doses, so I follow what the screen says| and give it on time.",
    },
    "difficult_family": {
        "s": "A daughter was shouting because her mother had waited for pain medication. |I sat down, let her finish, said that I would be upset too, and told her in plain words what I would do in the next ten minutes|. I did it, came back, and asked if it was better. She thanked me at discharge.",
        "m": "A husband was angry about the wait. |I listened, explained what we were waiting for and promised to come back with news|, which I did.",
        "w": "Some families are difficult. |I stay polite and ask the charge nurse to talk to them|.",
    },
    "speaking_up": {
        "s": "I once hung the right antibiotic on the wrong patient's pump and saw it before it ran. |I made sure he was safe, told the provider and the patient, and reported it the same hour|. We changed how pumps are labelled at the bedside, and it has not happened again on our unit.",
        "m": "I saw a bed alarm that had been left off for a confused patient. |I switched it on, told the nurse and wrote a report|.",
        "w": "|I have never really seen an error| where I worked.",
    },
    "record_system": {"s": "Epic", "m": "Epic", "w": "Meditech"},
    "anything_else": {
        "s": "I hold my CMSRN exam date for March.",
        "m": "No, thank you.",
        "w": "No.",
    },
}

FOLLOW_UPS = {
    "s": "The drain and his colour told me before the numbers did. Today I would call even two minutes earlier.",
    "m": "He was restless before his oxygen fell. I would look at the trend more often.",
    "w": "I do not remember exactly.",
}

LAST_WORD = (
    "I mentioned my CMSRN exam: I passed the practice test with 88% last week. Thank you for reading this."
)
