"""Invitations by email and text while both providers fail and the server is killed; then everybody counts.

The providers are doubles that keep what they take (`tests/doubles/`), refuse, fail, hang and cut the line after taking.
What they took is held against our rows: each message was taken exactly once, or says that nobody can tell.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from benchmarks.ledger import Findings
from tests.doubles import Faults
from tests.doubles.resend import ResendDouble
from tests.doubles.twilio import TwilioDouble
from tests.outside import plans
from tests.outside.instance import Instance, until
from tests.outside.plans import Json

#: Three in ten calls fail, half of them after the provider took the message.
TEXTS_FAIL = {"429": 0.10, "cut_before": 0.03, "500": 0.02, "cut": 0.09, "500_after": 0.04, "hang": 0.02}
EMAILS_FAIL = {"429": 0.10, "cut_before": 0.04, "500": 0.06, "cut": 0.10}
_WORKSPACE, _SLUG = "acme", "many-invited"
#: One in so many texts back, and Twilio repeats the call.
_ANSWERS = 4


@dataclass(frozen=True)
class _Person:
    name: str
    email: str
    phone: str

    @property
    def row(self) -> tuple[str, str, str, bool]:
        return self.name, self.email, self.phone, True


def run(
    data: Path, *, people: int, kills: int, seed: int, hang: bool = True, database_url: str = ""
) -> Findings:
    """Invite *people* by both channels through *kills* kills of the server; say what came of it. Without *hang* no
    call is left without an answer for ten seconds. *database_url* is an empty database to use instead of SQLite."""
    chance = random.Random(seed)
    everyone = [
        _Person(f"Person {n}", f"person{n}@example.com", f"+1415555{1000 + n}") for n in range(people)
    ]
    instance = Instance(data)
    fails = TEXTS_FAIL if hang else {name: share for name, share in TEXTS_FAIL.items() if name != "hang"}
    twilio = TwilioDouble(webhook=instance.url, faults=Faults(fails, seed=seed), seed=seed)
    resend = ResendDouble(webhook=instance.url, faults=Faults(EMAILS_FAIL, seed=seed + 1), seed=seed)
    with twilio, resend:
        # Without the demo, whose made-up people would be written to as well.
        instance.env |= {"MILO_DEMO": "0"} | twilio.env | resend.env
        if database_url:
            instance.env["MILO_DATABASE_URL"] = database_url
        begun = time.monotonic()
        instance.start()
        try:
            instance.cli("workspace", "add", "--slug", _WORKSPACE, "--name", "Acme Care")
            instance.interviewer(plans.plan("form", "sms"), _SLUG, workspace=_WORKSPACE)
            texts = _through_kills(instance, twilio, everyone, kills, chance)
            _at_rest(instance, twilio, resend)
            found = reconcile(instance, everyone, texts, twilio, resend)
        finally:
            instance.kill()
    taken = len(twilio.accepted), len(resend.accepted)
    print(
        f"{people} people by text and email, {kills} kills: {taken[0]} texts and {taken[1]} emails taken "
        f"in {time.monotonic() - begun:.0f} s"
    )
    return found


def _through_kills(
    instance: Instance, twilio: TwilioDouble, everyone: list[_Person], kills: int, chance: random.Random
) -> dict[str, str]:
    """Invite a share of the people after each start, and the last share again; returns the texts they sent back,
    by Twilio's id."""
    texts: dict[str, str] = {}
    share = -(-len(everyone) // (kills + 1))
    for round in range(kills + 1):
        invited = everyone[round * share : (round + 1) * share]
        for _ in range(2):  # An import that is repeated invites nobody twice.
            if invited:
                instance.invite(_SLUG, [person.row for person in invited])
        for person in invited[::_ANSWERS]:
            id = f"SM{chance.getrandbits(128):032x}"
            if 200 in twilio.text(person.phone, "who is this?", id=id, times=2):
                texts[id] = person.phone
        if round < kills:
            time.sleep(chance.uniform(0.1, 2.5))
            instance.kill()
            instance.start()
            print(f"killed and started again ({round + 1} of {kills})", file=sys.stderr, flush=True)
    return texts


def _at_rest(instance: Instance, twilio: TwilioDouble, resend: ResendDouble) -> None:
    """Wait until nothing is on its way any more; what is by then is counted as stuck."""
    waiting = "select id from message where state in ('queued', 'sending')"
    try:
        until(instance.at_rest, "the durable work", 300)
        until(lambda: not instance.rows(waiting), "messages", 120)
        until(lambda: twilio.settled() and resend.settled(), "the providers' calls", 60)
        until(instance.at_rest, "the durable work", 60)
    except AssertionError as problem:
        print(problem, file=sys.stderr)


def reconcile(
    instance: Instance,
    everyone: list[_Person],
    texts: dict[str, str],
    twilio: TwilioDouble,
    resend: ResendDouble,
) -> Findings:
    """Hold our rows against what the providers took."""
    found = Findings()
    rows = instance.rows("select * from message where direction = 'out' and channel in ('sms', 'email')")
    taken = {
        "sms": [(one.key, one.id) for one in twilio.accepted],
        "email": [(one.key, one.id) for one in resend.accepted],
    }
    for channel, all_of_it in taken.items():
        ids: dict[str, list[str]] = {}
        for key, id in all_of_it:
            ids.setdefault(key, []).append(id)
        ours = [row for row in rows if row["channel"] == channel]
        for row in ours:
            _one(row, ids.get(row["id"], []), found)
        strange = ids.keys() - {row["id"] for row in ours}
        found.doubled += [f"{channel} {key} was taken and is no message of ours" for key in strange]
        unknown = [row for row in ours if row["state"] == "unknown"]
        went = sum(1 for row in unknown if row["id"] in ids)
        print(f"{channel}: {len(ours)} messages, {len(unknown)} unknown (of which {went} were taken)")
    _invitations(rows, everyone, found)
    _replies(instance, rows, texts, found)
    for work in instance.pending():
        found.stuck.append(f"work {work['workflow_uuid']} is {work['status']}")
    return found


def _one(row: Json, ids: list[str], found: Findings) -> None:
    told = f"{row['channel']} {row['id']} ({row['kind']}) is {row['state']}: {row['error']}"
    if len(ids) > 1:
        found.doubled.append(f"{told}; taken {len(ids)} times")
    if row["state"] in ("queued", "sending"):
        found.stuck.append(told)
    elif row["state"] in ("failed", "suppressed"):
        found.lost.append(told)
    elif row["state"] in ("sent", "delivered") and row["provider_id"] not in ids:
        found.lost.append(f"{told}; taken as {ids or 'nothing'}")


def _invitations(rows: list[Json], everyone: list[_Person], found: Findings) -> None:
    """Each person has one invitation a channel, however often they were imported."""
    invited = Counter((row["channel"], row["to"]) for row in rows if row["kind"] == "invitation")
    for person in everyone:
        for place in (("sms", person.phone), ("email", person.email)):
            if not invited[place]:
                found.lost.append(f"the invitation by {place}")
            elif invited[place] > 1:
                found.doubled.append(f"the invitation by {place}: {invited[place]} messages")


def _replies(instance: Instance, rows: list[Json], texts: dict[str, str], found: Findings) -> None:
    """Each text that we said we have is kept once and was answered by one text."""
    kept = Counter(
        row["provider_id"] for row in instance.rows("select provider_id from message where direction = 'in'")
    )
    for id, phone in texts.items():
        if kept[id] != 1:
            (found.lost if not kept[id] else found.doubled).append(f"text {id} is kept {kept[id]} times")
        answers = [r for r in rows if r["to"] == phone and r["channel"] == "sms" and r["kind"] == "interview"]
        if len(answers) != 1:
            (found.lost if not answers else found.doubled).append(f"text {id}: {len(answers)} answers")
