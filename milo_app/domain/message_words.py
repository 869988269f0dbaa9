"""The words of messages to candidates: plain text with `{variables}`, filled in and laid out as blocks.

A text is paragraphs with an empty line between them. `# ` begins a title, `## ` a heading over what follows, `- ` a point
of a list, `> ` a note; a paragraph `[Label]({link})` is a button. A variable with several values makes a list where it
stands alone. A paragraph whose variable is empty is left out, so that nobody reads "Please start by .".

What is filled in is never read as syntax or as another variable, whatever somebody is called.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from milo_app.domain import keywords

#: What a variable may be filled with.
Value = str | Sequence[str]

_VARIABLE = re.compile(r"\{([a-z_]{1,30})\}")
_BRACES = re.compile(r"\{[^{}\n]{0,60}\}?|\}")
_BUTTON = re.compile(r"\[([^\[\]\n]{1,80})\]\(([^()\s]{1,500})\)")


@dataclass(frozen=True, kw_only=True)
class Variable:
    """What a variable stands for, and what it looks like in a preview without a candidate."""

    what: str
    sample: Value


VARIABLES: Mapping[str, Variable] = {
    "first_name": Variable(what="The candidate's first name", sample="Maria"),
    "name": Variable(what="The candidate's whole name", sample="Maria Lopez"),
    "company": Variable(what="Your company's name", sample="Northlight Health"),
    "role": Variable(what="The title of the role", sample="Registered nurse"),
    "location": Variable(what="Where the role is", sample="Portland, Oregon"),
    "pay": Variable(what="The pay, as the role says it", sample="$42 to $55 an hour"),
    "minutes": Variable(what="How many minutes it takes in all", sample="25"),
    "steps": Variable(
        what="The stages with their length, as a list",
        sample=("Resume: about 2 minutes", "Short form: about 4 minutes"),
    ),
    "needs": Variable(
        what="What is required, from every enforced dealbreaker",
        sample=("an active RN licence", "two years of practice"),
    ),
    "deadline": Variable(
        what="Until when, in the candidate's own time zone",
        sample="Monday, March 9, 2026 at 5:00 PM (Pacific Time)",
    ),
    "link": Variable(what="The candidate's own link", sample="https://milo.example/i/…"),
    "next_step": Variable(what="The stage that is open now", sample="Short form"),
    "ai_notice": Variable(
        what="That an AI asks and a person decides, as the law asks",
        sample="An AI interviewer asks the questions; a person decides.",
    ),
    "recording_notice": Variable(
        what="What is recorded, where something is", sample="The conversation is recorded only if you agree."
    ),
    "other_format": Variable(
        what="How to ask for another format, more time or no AI", sample="Ask for it on the page."
    ),
    "thanks": Variable(what="The role's own thank-you, where it has one", sample="We answer within a week."),
    "contact": Variable(what="Your contact address, where there is one", sample="jobs@northlight.example"),
    "code": Variable(what="The application's short code", sample="K7QD"),
    "scheduling_link": Variable(
        what="Where to choose a time to talk", sample="https://cal.example/northlight"
    ),
    "message": Variable(what="What a recruiter wrote", sample="Thank you for your time."),
}


# --- Filling in -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Block:
    """One piece of an email. `kind`: title, heading, text, items, note, button (with `url`)."""

    kind: str
    text: str = ""
    items: tuple[str, ...] = ()
    url: str = ""


def used(text: str) -> tuple[str, ...]:
    """The names of the variables in *text*, once each, in order."""
    return tuple(dict.fromkeys(_VARIABLE.findall(text)))


def line(text: str, values: Mapping[str, Value]) -> str:
    """*text* filled in as one running text (a subject, a text message). Empty variables leave no gap."""
    filled = _fill(text, values)
    return re.sub(r"[ \t]{2,}", " ", re.sub(r"[ \t]+([.,;:!?])", r"\1", filled)).strip()


def blocks(text: str, values: Mapping[str, Value]) -> list[Block]:
    """*text* filled in and laid out, in order."""
    out: list[Block] = []
    for paragraph in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").strip("\n")):
        if all(not _empty(values.get(name, "x")) for name in used(paragraph)):
            out += _laid_out(paragraph, values)
    return out


def _laid_out(paragraph: str, values: Mapping[str, Value]) -> Iterator[Block]:
    running: list[str] = []
    points: list[str] = []

    def flush() -> Iterator[Block]:
        if running:
            yield Block(kind="text", text="\n".join(running))
        if points:
            yield Block(kind="items", items=tuple(points))
        running.clear()
        points.clear()

    for raw in paragraph.split("\n"):
        row = raw.strip()
        several = _VARIABLE.fullmatch(row.removeprefix("- "))
        value = values.get(several[1]) if several else None
        if value is not None and not isinstance(value, str):
            yield from flush()
            yield Block(kind="items", items=tuple(value))
        elif row.startswith("- "):
            if running:
                yield from flush()
            points.append(_fill(row[2:], values))
        elif row.startswith(("# ", "## ", "> ")):
            yield from flush()
            mark, words = row.split(" ", 1)
            kind = {"#": "title", "##": "heading", ">": "note"}[mark]
            yield Block(kind=kind, text=_fill(words, values))
        elif (button := _BUTTON.fullmatch(row)) and (url := _address(button[2], values)):
            yield from flush()
            yield Block(kind="button", text=_fill(button[1], values), url=url)
        elif row:
            if points:
                yield from flush()
            running.append(_fill(row, values))
    yield from flush()


def _address(target: str, values: Mapping[str, Value]) -> str:
    """Where a button leads: only to a web address."""
    filled = _fill(target, values)
    return filled if filled.startswith(("https://", "http://")) else ""


def _fill(text: str, values: Mapping[str, Value]) -> str:
    def value(found: re.Match[str]) -> str:
        given = values.get(found[1])
        if given is None:
            return found[0]
        return given if isinstance(given, str) else ", ".join(given)

    return _VARIABLE.sub(value, text)


def _empty(value: Value) -> bool:
    return not value if not isinstance(value, str) else not value.strip()


def samples() -> dict[str, Value]:
    """Every variable with its sample."""
    return {name: variable.sample for name, variable in VARIABLES.items()}


# --- Kinds of messages, and what each must say ------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of message. `needs`: variables without which it is useless, by channel; `says`: variables that should
    not go unnoticed, with what is lost; `own`: variables that only this kind has."""

    title: str
    when: str
    channels: tuple[str, ...] = ("email", "sms")
    needs: tuple[str, ...] = ("link",)
    says: Mapping[str, str] | None = None
    own: tuple[str, ...] = ()
    stop_words: bool = False


_NOTICES = {
    "ai_notice": "Candidates are not told that an AI asks and a person decides. Many places require it.",
    "needs": "Candidates do not read what is required before they begin.",
    "minutes": "Candidates do not read how long it takes.",
    "deadline": "Candidates do not read until when they can begin.",
    "other_format": "Candidates do not read how to ask for another format.",
}

KINDS: Mapping[str, Kind] = {
    "invitation": Kind(title="Invitation", when="When somebody is invited", says=_NOTICES, stop_words=True),
    "reminder": Kind(title="Reminder", when="When nothing happens for a while", stop_words=True),
    "deadline": Kind(
        title="Deadline reminder",
        when="Before the time is over",
        says={"deadline": "Candidates do not read when their time is over."},
        stop_words=True,
    ),
    "expired": Kind(title="Final notice", when="When the time is over"),
    "stage_ready": Kind(
        title="The way is open", when="When somebody was let in again, or given more time", own=("next_step",)
    ),
    "link": Kind(title="Link to continue", when="When somebody asks for their link"),
    "completed": Kind(title="Thank you", when="When everything has arrived", own=("thanks",)),
    "stopped": Kind(
        title="Ended early", when="When a requirement is not met, if you send one", channels=("email",)
    ),
    "shortlisted": Kind(title="Shortlisted", when="When you tell a decision to go on", channels=("email",)),
    "dismissed": Kind(title="Dismissed", when="When you tell a decision not to go on", channels=("email",)),
    "scheduling": Kind(
        title="Scheduling link",
        when="After shortlisting, where you have set a link",
        needs=("scheduling_link",),
        own=("scheduling_link",),
    ),
}
CHANNELS = {"email": "Email", "sms": "Text message"}
LANGUAGES = {"en": "English", "es": "Spanish"}

#: Variables that every kind may use.
_SHARED = tuple(
    name for name in VARIABLES if name not in ("message", "scheduling_link", "thanks", "next_step")
)
LONGEST = {"subject": 200, "email": 8000, "sms": 640}
#: More parts than this make a text dear and are often joined badly.
_MANY_PARTS = 3


def allowed(kind: str) -> tuple[str, ...]:
    """The variables that a message of *kind* may use."""
    return (*_SHARED, *KINDS[kind].own) if kind in KINDS else (*_SHARED, "message")


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What is wrong with a message's words. `errors` (by field: subject, text) forbid saving, `losses` must be agreed
    to, `hints` are only said. `parts` counts the parts of a text message with samples filled in."""

    errors: Mapping[str, str]
    losses: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    parts: int = 0
    signs: int = 0


def check(
    kind: str, channel: str, subject: str, text: str, values: Mapping[str, Value] | None = None
) -> Checked:
    """Look over the words of one message; *values* are what a text's length is counted with (samples by default)."""
    rule = KINDS.get(kind, Kind(title="", when="", needs=()))
    errors: dict[str, str] = {}
    losses: list[str] = []
    hints: list[str] = []
    for name, words in (("subject", subject if channel == "email" else ""), ("text", text)):
        wrong = _unknown(words, allowed(kind))
        most = LONGEST["subject" if name == "subject" else channel]
        if wrong:
            errors[name] = f"There is no variable {wrong} here."
        elif len(words) > most:
            errors[name] = f"At most {most:,} characters."
    if channel == "email" and not subject.strip():
        errors.setdefault("subject", "An email needs a subject.")
    if not text.strip():
        errors.setdefault("text", "Write the message.")
    for name in rule.needs:
        if name not in used(text):
            errors.setdefault("text", f"Put {{{name}}} in: without it they cannot go on.")
    if channel == "sms":
        parts = _check_text(rule, text, values or samples(), errors, hints)
    else:
        parts = keywords.segments("")
        hints += _buttons(text)
        losses += [loss for name, loss in (rule.says or {}).items() if name not in used(text)]
    if channel == "sms" and "ai_notice" in (rule.says or {}) and "ai_notice" not in used(text):
        losses.append(_NOTICES["ai_notice"])
    return Checked(
        errors=errors, losses=tuple(losses), hints=tuple(hints), parts=parts.count, signs=parts.units
    )


def _check_text(
    rule: Kind, text: str, values: Mapping[str, Value], errors: dict[str, str], hints: list[str]
) -> keywords.Segments:
    if "company" not in used(text):
        errors.setdefault("text", "Put {company} in: a text must say who it is from.")
    if rule.stop_words and not re.search(r"\bSTOP\b", text):
        errors.setdefault("text", "Say how to end texts: Reply STOP to opt out. The first text must, by law.")
    whole = keywords.plain(line(text, values))
    bare = keywords.gsm7(whole)
    # Accents are dropped where that is enough; a text that needs other signs keeps all of its own.
    parts = keywords.segments(bare if len(bare) == len(whole) else whole)
    if parts.count > _MANY_PARTS:
        hints.append(f"This is sent in {parts.count} parts, each paid for. Shorter is read more often.")
    if parts.encoding != "GSM-7":
        hints.append(
            "A sign that plain texts do not have makes every part hold 70 instead of 160 characters."
        )
    return parts


def _buttons(text: str) -> list[str]:
    found = [
        m for m in _BUTTON.finditer(text) if not m[2].startswith(("{link}", "{scheduling_link}", "https://"))
    ]
    return ["A button leads to {link} or to an address that begins with https://."] if found else []


def _unknown(text: str, known: Sequence[str]) -> str:
    """The first thing in braces that is no variable here, or a brace on its own; empty where all is well."""
    for found in _BRACES.finditer(text):
        name = _VARIABLE.fullmatch(found[0])
        if name is None or name[1] not in known:
            return found[0]
    return ""
