"""What the drafter knows of kinds of work: their skills, and questions worth asking with what a weak and a strong
answer looks like. `general` fits everybody."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Ask:
    """An open question, its criterion, and one follow-up."""

    id: str
    text: str
    judges: str
    one: str
    five: str
    key_points: tuple[str, ...]
    follow_up: str = ""
    weight: int = 6


@dataclass(frozen=True, kw_only=True)
class Family:
    """One kind of work. `skills` is (what is judged, words that show it, weight)."""

    name: str
    words: re.Pattern[str]
    skills: tuple[tuple[str, tuple[str, ...], int], ...] = ()
    asks: tuple[Ask, ...] = ()
    text_ask: Ask | None = None
    experience: str = "similar work"


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(patterns) + r")\b", re.I)


NURSE = Family(
    name="nurse",
    words=_words(r"nurs(?:e|es|ing)", r"\bRN\b", r"LPN", r"LVN", r"CNA", r"midwife", r"patient care"),
    experience="nursing",
    skills=(
        (
            "Direct patient care and assessment",
            ("patient care", "assessment", "vital signs", "care plan", "triage"),
            8,
        ),
        (
            "Safe medication handling",
            ("medication administration", "IV", "infusion", "dosage", "injections"),
            7,
        ),
        (
            "Records and handover",
            ("Epic", "Cerner", "electronic health record", "charting", "SBAR", "handoff"),
            5,
        ),
        (
            "Patient safety and infection control",
            ("infection control", "falls", "sepsis", "isolation", "safety"),
            6,
        ),
        (
            "Teaching patients, families or colleagues",
            ("patient education", "preceptor", "charge nurse", "mentor"),
            4,
        ),
    ),
    asks=(
        Ask(
            id="deteriorating_patient",
            text=(
                "Tell me about a time one of your patients got worse. What did you notice, and what did you "
                "do?"
            ),
            judges="Notices deterioration and acts on it",
            one="No real example, or waited for others without assessing or calling for help.",
            five=(
                "Names the signs, assessed at once, escalated with a clear handover, stayed with the "
                "patient, and says how it ended."
            ),
            key_points=(
                "vital signs",
                "assessed the patient",
                "escalated or called for help",
                "clear handover",
                "outcome",
            ),
            follow_up="What would you do differently today?",
            weight=9,
        ),
        Ask(
            id="medication_safety",
            text="How do you make sure that a high-risk medication is safe before you give it?",
            judges="Safe handling of medication",
            one="Gives no checks, or relies on memory.",
            five=(
                "Names identity, drug, dose, route, time, allergies and an independent double check, and "
                "stops when in doubt."
            ),
            key_points=(
                "two identifiers",
                "dose and route",
                "allergies",
                "double check",
                "question the order",
            ),
            follow_up="And if the order looks wrong to you?",
            weight=8,
        ),
        Ask(
            id="upset_family",
            text="Describe a conversation with an upset patient or family member. How did you handle it?",
            judges="Calm, honest communication",
            one="Avoids the person, blames them, or gives no example.",
            five=(
                "Listens first, names the concern, explains in plain words, agrees on a next step and "
                "follows up."
            ),
            key_points=("listened", "acknowledged the concern", "plain words", "next step", "followed up"),
            follow_up="How did you know that they felt heard?",
            weight=7,
        ),
    ),
    text_ask=Ask(
        id="first_patient",
        text="In a few sentences: how do you decide whom to see first when three patients need you at once?",
        judges="Sets priorities by risk",
        one="Goes by order of calls or by who is loudest.",
        five="Sees the least stable patient first, delegates, and tells the others when they will be back.",
        key_points=("least stable first", "delegate", "ask for help", "tell patients"),
    ),
)

DRIVER = Family(
    name="driver",
    words=_words(
        r"drivers?", r"CDL", r"trucking", r"truck", r"courier", r"chauffeur", r"delivery (?:van|route)"
    ),
    experience="driving",
    skills=(
        (
            "Driving the kind of vehicle this job needs",
            ("CDL", "tractor-trailer", "box truck", "van", "commercial vehicle", "bus"),
            8,
        ),
        (
            "Safety record and vehicle inspections",
            ("pre-trip inspection", "DOT", "safe driving", "accident-free", "maintenance"),
            8,
        ),
        (
            "Logs, routes and paperwork",
            ("ELD", "log book", "GPS", "route planning", "bill of lading", "proof of delivery"),
            5,
        ),
        (
            "Loading and securing freight",
            ("loading", "unloading", "pallet jack", "liftgate", "securing", "straps"),
            5,
        ),
        ("Customer contact on deliveries", ("customer service", "deliveries", "on-time", "customers"), 4),
    ),
    asks=(
        Ask(
            id="bad_conditions",
            text=(
                "Tell me about a time the road, the weather or the traffic made a delivery risky. What did "
                "you do?"
            ),
            judges="Puts safety before the clock",
            one="Drove on regardless, or has no example.",
            five=(
                "Saw the risk early, slowed or stopped, told dispatch and the customer, and says how it "
                "ended."
            ),
            key_points=(
                "slowed down or stopped",
                "told dispatch",
                "safe place",
                "customer informed",
                "arrived safely",
            ),
            follow_up="How did dispatch take it?",
            weight=9,
        ),
        Ask(
            id="inspection",
            text="Walk me through what you check before you pull out in the morning.",
            judges="Inspects the vehicle thoroughly",
            one="Names one or two things, or does not check.",
            five=(
                "Goes round in order: tires, brakes, lights, fluids, coupling and load, mirrors, papers; "
                "writes defects down and reports them."
            ),
            key_points=("tires", "brakes", "lights", "fluids", "load secured", "defects reported"),
            follow_up="When did you last find something, and what happened then?",
            weight=8,
        ),
        Ask(
            id="angry_customer",
            text="Describe a delivery where the customer was unhappy. How did you handle it?",
            judges="Stays polite and finds a way",
            one="Argues, leaves, or gives no example.",
            five=(
                "Listens, explains plainly, offers what is possible, calls the office where needed, and "
                "notes it."
            ),
            key_points=("listened", "apologized or explained", "called dispatch", "solution", "noted it"),
            follow_up="What did the customer say in the end?",
            weight=5,
        ),
    ),
    text_ask=Ask(
        id="late_run",
        text="In a few sentences: you are running 40 minutes late with three stops left. What do you do?",
        judges="Handles delay safely and openly",
        one="Speeds up, skips rest, or tells nobody.",
        five="Tells dispatch and the customers, keeps to speed and rest rules, and re-plans the stops.",
        key_points=("call dispatch", "tell customers", "no speeding", "change the order of stops"),
    ),
)

WAREHOUSE = Family(
    name="warehouse",
    words=_words(
        r"warehouse",
        r"forklift",
        r"picker",
        r"packer",
        r"order picking",
        r"fulfil?lment",
        r"stocker",
        r"material handler",
        r"logistics associate",
    ),
    experience="warehouse work",
    skills=(
        (
            "Picking, packing and shipping orders",
            ("order picking", "picking", "packing", "shipping", "receiving", "fulfillment"),
            8,
        ),
        (
            "Forklifts and other equipment",
            ("forklift", "reach truck", "pallet jack", "cherry picker", "order picker"),
            7,
        ),
        ("Scanners and stock systems", ("RF scanner", "WMS", "inventory", "cycle count", "SAP"), 5),
        ("Working safely", ("OSHA", "safety", "PPE", "accident-free", "lockout"), 7),
        ("Accuracy and pace", ("accuracy", "rate", "units per hour", "quota", "error"), 5),
    ),
    asks=(
        Ask(
            id="unsafe_thing",
            text="Tell me about something unsafe that you saw at work. What did you do about it?",
            judges="Acts on what is unsafe",
            one="Ignored it, or has never noticed anything.",
            five="Stopped or made it safe, told the lead, reported it, and says what changed.",
            key_points=(
                "stopped the work",
                "made it safe",
                "told the supervisor",
                "reported it",
                "what changed",
            ),
            follow_up="What happened afterwards?",
            weight=8,
        ),
        Ask(
            id="accuracy",
            text="How do you keep your picks right when the pace is high?",
            judges="Keeps accuracy under pressure",
            one="Chooses speed over checking, or has no method.",
            five=(
                "Has a routine: scans and checks location, item and quantity, keeps the area in order, "
                "fixes errors at the source."
            ),
            key_points=("scan", "check the location", "count", "labels", "tidy area", "double check"),
            follow_up="What was your usual rate and error rate?",
            weight=7,
        ),
        Ask(
            id="busy_shift",
            text="Describe your busiest shift. How did you and the team get through it?",
            judges="Works as part of a team",
            one="Only speaks of others' faults, or gives no example.",
            five="Says what was at stake, who did what, how they helped others, and how the shift ended.",
            key_points=("helped others", "communication", "priorities", "break and pace", "result"),
            follow_up="What was your own part in it?",
            weight=6,
        ),
    ),
    text_ask=Ask(
        id="damaged_pallet",
        text=(
            "In a few sentences: you find a damaged pallet that is due to ship in ten minutes. What do you "
            "do?"
        ),
        judges="Handles damage correctly",
        one="Ships it anyway or hides it.",
        five=(
            "Sets it aside, tells the lead, records the damage, and looks for a replacement so that the "
            "order still goes."
        ),
        key_points=("set aside", "tell the lead", "record it", "replacement"),
    ),
)

CASHIER = Family(
    name="cashier",
    words=_words(
        r"cashiers?",
        r"retail",
        r"store associate",
        r"sales associate",
        r"shop assistant",
        r"checkout",
        r"barista",
        r"crew member",
        r"front desk",
    ),
    experience="working with customers",
    skills=(
        (
            "Serving customers face to face",
            ("customer service", "customers", "guests", "complaints", "greeting"),
            8,
        ),
        (
            "Handling cash and payments",
            ("cash handling", "POS", "register", "till", "balancing", "refunds"),
            8,
        ),
        ("Stock, shelves and displays", ("stocking", "inventory", "merchandising", "displays", "shelves"), 4),
        (
            "Opening, closing and reliability",
            ("opening", "closing", "key holder", "shift lead", "scheduling"),
            5,
        ),
        ("Selling and product knowledge", ("upselling", "product knowledge", "sales target", "recommend"), 4),
    ),
    asks=(
        Ask(
            id="difficult_customer",
            text="Tell me about a customer who was upset. What did you say and do?",
            judges="Calms and helps an upset customer",
            one="Argues, walks away, or gives no example.",
            five=(
                "Listens, stays calm, apologizes where fit, offers a solution within the rules, brings in a "
                "lead when needed, and says how it ended."
            ),
            key_points=("listened", "stayed calm", "apologized", "solution", "manager when needed"),
            follow_up="How did the customer leave?",
            weight=8,
        ),
        Ask(
            id="cash_difference",
            text="Your drawer is 20 dollars short at the end of a shift. What do you do?",
            judges="Honest and careful with money",
            one="Hides it, makes it up from own money, or blames others.",
            five=(
                "Counts again, checks receipts and voids, tells the lead at once, writes it down, and "
                "learns from it."
            ),
            key_points=("count again", "check receipts", "tell the manager", "write it down"),
            follow_up="What do you do so that it does not happen?",
            weight=8,
        ),
        Ask(
            id="long_line",
            text="The line is long, the phone rings and a colleague needs help. How do you handle it?",
            judges="Sets priorities when it is busy",
            one="Gets stuck on one thing or ignores customers.",
            five=(
                "Greets the waiting customers, keeps the line moving, asks for back-up, and comes back to "
                "the rest."
            ),
            key_points=("greet the line", "one at a time", "call for back-up", "call back"),
            follow_up="What would you let wait?",
            weight=6,
        ),
    ),
    text_ask=Ask(
        id="good_service",
        text="In a few sentences: describe good service that you gave or received.",
        judges="Knows what good service is",
        one="Says only 'be nice', without an example.",
        five="A concrete example with what was done, why it mattered to the customer, and how it ended.",
        key_points=("example", "customer's need", "went further", "result"),
    ),
)

SOFTWARE = Family(
    name="software",
    words=_words(
        r"software",
        r"developers?",
        r"programmers?",
        r"full[- ]stack",
        r"front[- ]?end",
        r"back[- ]?end",
        r"devops",
        r"data engineer",
        r"site reliability",
        r"machine learning engineer",
    ),
    experience="software development",
    skills=(
        (
            "Building and shipping software",
            ("shipped", "built", "production", "released", "designed", "implemented"),
            8,
        ),
        (
            "Testing and quality",
            ("unit tests", "testing", "CI/CD", "code review", "continuous integration", "pytest", "jest"),
            6,
        ),
        (
            "Running systems",
            ("AWS", "Docker", "Kubernetes", "monitoring", "on-call", "Azure", "GCP", "Terraform"),
            5,
        ),
        ("Data and interfaces", ("SQL", "PostgreSQL", "REST", "API", "GraphQL", "database", "schema"), 5),
        ("Working with others", ("mentored", "led", "code review", "agile", "product", "documentation"), 4),
    ),
    asks=(
        Ask(
            id="hard_problem",
            text="Tell me about the hardest technical problem you solved lately. How did you go about it?",
            judges="Solves hard problems methodically",
            one="No concrete problem, or only names technologies.",
            five=(
                "States the problem and its constraints, how causes were narrowed down, options weighed, "
                "what was built, and the measured result."
            ),
            key_points=(
                "constraints",
                "narrowed down the cause",
                "alternatives",
                "trade-off",
                "measured result",
            ),
            follow_up="Which alternative did you reject, and why?",
            weight=9,
        ),
        Ask(
            id="production_failure",
            text="Describe something that broke in production and that you were part of. What happened next?",
            judges="Handles failure and learns from it",
            one="Never saw one, blames others, or cannot say the cause.",
            five=(
                "Says how it was noticed, how users were protected first, the root cause, the fix, and what "
                "prevents it now."
            ),
            key_points=(
                "detected",
                "rolled back or mitigated",
                "root cause",
                "test or alert added",
                "told users",
            ),
            follow_up="What changed so that it cannot happen again?",
            weight=8,
        ),
        Ask(
            id="code_review",
            text="Tell me about a disagreement over a design or a code review. How was it settled?",
            judges="Works well with other engineers",
            one="Insists on being right, avoids the talk, or gives no example.",
            five=(
                "Understood the other view, brought facts or a prototype, agreed on a decision, and kept "
                "good relations."
            ),
            key_points=("listened", "facts or prototype", "compromise or decision", "respect", "result"),
            follow_up="Would you decide the same way now?",
            weight=6,
        ),
    ),
    text_ask=Ask(
        id="proud_of",
        text="In a few sentences: what have you built that you are proud of, and what was your own part?",
        judges="Has built something and knows their part",
        one="Names no project or no part of their own.",
        five="A concrete project, their own part, the reason for it, and what became of it.",
        key_points=("project", "own part", "users or purpose", "result"),
    ),
)

CARE = Family(
    name="care",
    words=_words(
        r"caregivers?",
        r"carers?",
        r"home health",
        r"personal care",
        r"nanny",
        r"child ?care",
        r"support worker",
        r"medical assistant",
    ),
    experience="care work",
    skills=(
        (
            "Caring for people day to day",
            ("personal care", "bathing", "feeding", "mobility", "companionship", "child care"),
            8,
        ),
        (
            "Safety and first aid",
            ("CPR", "first aid", "medication reminders", "safety", "infection control"),
            7,
        ),
        ("Notes and reporting changes", ("care plan", "notes", "reporting", "documentation"), 5),
        ("Patience and respect", ("dementia", "disabilities", "hospice", "families"), 6),
    ),
    asks=NURSE.asks[2:],
)

OFFICE = Family(
    name="office",
    words=_words(
        r"administrative",
        r"assistant",
        r"accountant",
        r"bookkeeper",
        r"analyst",
        r"coordinator",
        r"recruiter",
        r"customer (?:service|support)",
        r"call cent(?:er|re)",
    ),
    experience="office work",
    skills=(
        (
            "Organizing work and keeping deadlines",
            ("scheduling", "deadlines", "calendar", "coordination", "projects"),
            7,
        ),
        (
            "Office software and records",
            ("Excel", "Word", "Outlook", "CRM", "database", "QuickBooks", "SAP"),
            6,
        ),
        ("Writing and speaking clearly", ("correspondence", "reports", "presentations", "email", "phone"), 6),
        (
            "Accuracy with figures and details",
            ("accuracy", "reconciliation", "invoices", "audit", "data entry"),
            6,
        ),
    ),
)

GENERAL = Family(
    name="general",
    words=re.compile(r""),
    skills=(
        ("Experience in similar work", ("experience", "responsible for", "worked as"), 8),
        ("Results they can name", ("increased", "reduced", "improved", "achieved", "saved", "award"), 6),
        (
            "Working with colleagues and customers",
            ("team", "customers", "clients", "colleagues", "trained"),
            5,
        ),
        ("Taking responsibility", ("led", "managed", "supervised", "trained", "responsible"), 4),
        ("Learning and training", ("certificate", "certification", "training", "course", "degree"), 3),
    ),
    asks=(
        Ask(
            id="similar_work",
            text="Tell me about the work you have done that is most like this job. What was your own part?",
            judges="Has done similar work",
            one="No similar work, or only general words about it.",
            five="Concrete work close to this job: what it was, their own part, how long, and a result.",
            key_points=("similar tasks", "own part", "how long", "result"),
            follow_up="What was the hardest part of it?",
            weight=8,
        ),
        Ask(
            id="problem_solved",
            text="Describe a problem at work that you solved. How did you go about it?",
            judges="Solves problems step by step",
            one="No example, or waited for somebody else.",
            five="Says what was wrong, what they tried, whom they asked, what worked, and how they know.",
            key_points=("what was wrong", "what they tried", "asked for help", "result"),
            follow_up="What would you do differently?",
            weight=7,
        ),
        Ask(
            id="working_together",
            text="Tell me about a time working with somebody was difficult. What did you do?",
            judges="Works well with others",
            one="Blames the other person, or gives no example.",
            five=(
                "Saw the other side, spoke to them directly and calmly, found a way to work, and says how "
                "it ended."
            ),
            key_points=("listened", "talked directly", "other side", "agreement", "result"),
            follow_up="How do you get on now?",
            weight=6,
        ),
        Ask(
            id="why_this_job",
            text="Why this job, and why now?",
            judges="Reasons for wanting this job",
            one="No reason, or one that would fit any job.",
            five="Concrete reasons tied to this job's tasks, schedule or team, and to their own plans.",
            key_points=("tasks", "schedule or place", "own plans", "knows about the job"),
            follow_up="What would make you stay?",
            weight=4,
        ),
    ),
    text_ask=Ask(
        id="good_at",
        text="In a few sentences: what are you best at in this kind of work? Please give an example.",
        judges="Knows own strengths with an example",
        one="Only adjectives, without an example.",
        five="A strength that this job needs, with a concrete example and its result.",
        key_points=("strength", "example", "result"),
    ),
)

FAMILIES = (NURSE, DRIVER, WAREHOUSE, CASHIER, SOFTWARE, CARE, OFFICE)


def family_of(title: str, text: str) -> Family:
    """The kind of work that the title names, else the one the text speaks of most, else `general`."""
    for family in FAMILIES:
        if family.words.search(title):
            return family
    counted = [(len(family.words.findall(text)), -i, family) for i, family in enumerate(FAMILIES)]
    best = max(counted)
    return best[2] if best[0] >= 3 else GENERAL
