"""What the candidates were told was saved, against what the database holds."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field

from tests.outside.candidate import Candidate
from tests.outside.instance import Instance

#: Facts that may stand once in an application's history, or once for each of its stages.
_ONCE = (
    "candidate_ingested",
    "invited",
    "interview_started",
    "consent_given",
    "interview_completed",
    "candidate_disqualified",
)
_ONCE_A_STAGE = ("stage_submitted", "stage_completed", "report_available")
_CONCLUDED = ("passed", "failed", "done")


@dataclass
class Findings:
    """One sentence for everything that is lost, doubled or stuck."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.stuck)

    @property
    def line(self) -> str:
        return f"lost {len(self.lost)}, doubled {len(self.doubled)}, stuck {len(self.stuck)}"

    def __add__(self, other: Findings) -> Findings:
        return Findings(self.lost + other.lost, self.doubled + other.doubled, self.stuck + other.stuck)

    def __str__(self) -> str:
        named = (("lost", self.lost), ("doubled", self.doubled), ("stuck", self.stuck))
        return "\n".join(f"{kind}: {what}" for kind, all_of_it in named for what in all_of_it)


def check(instance: Instance, candidates: list[Candidate]) -> Findings:
    """Compare what each candidate was told with the rows, and look for whatever stands there twice or not yet."""
    found = Findings()
    for candidate in candidates:
        _answers(instance, candidate, found)
        _turns(instance, candidate, found)
        _recordings(instance, candidate, found)
        _history(instance, candidate, found)
        _ending(instance, candidate, found)
    ours = {candidate.id for candidate in candidates}
    _verdicts(instance, ours, found)
    _messages(instance, ours, found)
    for work in instance.pending():
        found.stuck.append(f"work {work['workflow_uuid']} is {work['status']}")
    return found


def _answers(instance: Instance, candidate: Candidate, found: Findings) -> None:
    rows = instance.rows("select * from answer where application_id = ?", candidate.id)
    by_key = {row["key"]: row for row in rows}
    for question_id, sent in candidate.said.answers.items():
        row = by_key.get(sent["key"])
        if row is None or row["version"] != sent["version"] or json.loads(row["value"]) != sent["kept"]:
            found.lost.append(f"{candidate.id}: the answer to {question_id} was confirmed, and is {row}")
    versions = Counter((row["stage"], row["question_id"], row["version"]) for row in rows)
    found.doubled += [f"{candidate.id}: {name} stands {n} times" for name, n in versions.items() if n > 1]
    typed = [row for row in rows if row["stage"] in ("resume", "form") and row["source"] == "web"]
    times = Counter((row["stage"], row["question_id"]) for row in typed)
    found.doubled += [
        f"{candidate.id}: {name} was given once and kept {n} times" for name, n in times.items() if n > 1
    ]


def _turns(instance: Instance, candidate: Candidate, found: Findings) -> None:
    rows = instance.rows("select * from turn where application_id = ? order by seq", candidate.id)
    keys = Counter(row["key"] for row in rows if row["key"])
    found.lost += [
        f"{candidate.id}: the turn {key} was confirmed" for key in candidate.said.turns if key not in keys
    ]
    found.doubled += [f"{candidate.id}: turn {key} stands {n} times" for key, n in keys.items() if n > 1]
    asked = Counter((row["stage"], row["question_id"]) for row in rows if row["action"] == "ask")
    found.doubled += [f"{candidate.id}: {name} was asked {n} times" for name, n in asked.items() if n > 1]
    inbound = instance.rows(
        "select * from message where application_id = ? and channel = 'sms' and direction = 'in'",
        candidate.id,
    )
    kept = Counter(row["provider_id"] for row in inbound)
    found.lost += [
        f"{candidate.id}: the text {body!r} was taken"
        for id, body in candidate.said.texts.items()
        if not kept[id]
    ]
    found.doubled += [f"{candidate.id}: text {id} stands {n} times" for id, n in kept.items() if n > 1]
    spoken = [row for row in rows if row["speaker"] == "candidate" and row["channel"] == "sms"]
    if len(spoken) > len(candidate.said.texts):
        found.doubled.append(f"{candidate.id}: {len(candidate.said.texts)} texts made {len(spoken)} turns")


def _recordings(instance: Instance, candidate: Candidate, found: Findings) -> None:
    chunks = {
        (row["recording_id"], row["segment"], row["seq"]): row["sha256"]
        for row in instance.rows(
            "select c.* from recording_chunk c join recording r on r.id = c.recording_id where r.application_id = ?",
            candidate.id,
        )
    }
    for place, digest in candidate.said.chunks.items():
        if chunks.get(place) != digest:
            found.lost.append(
                f"{candidate.id}: the recorded piece {place} was confirmed, and is {chunks.get(place)}"
            )
    rows = instance.rows("select * from recording where application_id = ?", candidate.id)
    used = {place[0] for place in candidate.said.chunks}
    for row in rows:
        if row["id"] in used and row["state"] != "joined":
            found.stuck.append(f"{candidate.id}: recording {row['id']} is {row['state']}: {row['error']}")
    if len(rows) > max(1, len(used)):
        found.doubled.append(f"{candidate.id}: {len(used)} recordings were begun, {len(rows)} stand there")


def _history(instance: Instance, candidate: Candidate, found: Findings) -> None:
    events = instance.rows(
        "select kind, data from event where subject_kind = 'application' and subject_id = ?", candidate.id
    )
    kinds = Counter(row["kind"] for row in events)
    found.doubled += [
        f"{candidate.id}: event {kind} stands {kinds[kind]} times" for kind in _ONCE if kinds[kind] > 1
    ]
    stages = len(instance.rows("select id from application_stage where application_id = ?", candidate.id))
    for kind in _ONCE_A_STAGE:
        if kinds[kind] > stages:
            found.doubled.append(f"{candidate.id}: {kinds[kind]} events {kind} of {stages} stages")


def _ending(instance: Instance, candidate: Candidate, found: Findings) -> None:
    application = instance.rows(
        "select state, score, stopped_by from application where id = ?", candidate.id
    )[0]
    expected = "disqualified" if candidate.stop else "completed"
    if application["state"] != expected:
        found.stuck.append(f"{candidate.id}: is {application['state']} and should be {expected}")
    stages = instance.rows(
        "select kind, state from application_stage where application_id = ? order by position", candidate.id
    )
    for stage in stages:
        given = stage["state"] not in ("locked", "open")
        if given and stage["state"] not in _CONCLUDED:
            found.stuck.append(f"{candidate.id}: stage {stage['kind']} is {stage['state']}")
    if expected == "completed" and any(stage["state"] not in _CONCLUDED for stage in stages):
        found.stuck.append(f"{candidate.id}: completed with {stages}")


def _verdicts(instance: Instance, ours: set[str], found: Findings) -> None:
    rows = instance.rows(
        "select application_id, attempt, stage, criterion_id, evaluator from evaluation"
        " where member_id is null and supersedes_id is null"
    )
    verdicts = Counter(tuple(row.values()) for row in rows if row["application_id"] in ours)
    found.doubled += [f"verdict {what} stands {n} times" for what, n in verdicts.items() if n > 1]


def _messages(instance: Instance, ours: set[str], found: Findings) -> None:
    messages = [row for row in instance.rows("select * from message") if row["application_id"] in ours]
    for row in messages:
        told = f"message {row['id']} ({row['kind']} by {row['channel']}) is {row['state']}: {row['error']}"
        if row["state"] in ("queued", "sending"):
            found.stuck.append(told)
        elif row["state"] in ("failed", "unknown"):
            found.lost.append(told)
    occasions = Counter((row["application_id"], row["dedupe"]) for row in messages if row["dedupe"])
    found.doubled += [f"message {what} stands {n} times" for what, n in occasions.items() if n > 1]
    for channel, arrived in (("sms", _handset(instance)), ("email", _mailbox(instance))):
        sent = Counter(
            row["to"]
            for row in messages
            if (row["channel"], row["direction"]) == (channel, "out")
            and row["state"] in ("sent", "delivered")
        )
        for address, n in sent.items():
            if arrived[address] > n:
                found.doubled.append(f"{channel} to {address}: {n} sent, {arrived[address]} arrived")
            if arrived[address] < n:
                found.lost.append(f"{channel} to {address}: {n} sent, {arrived[address]} arrived")


def _handset(instance: Instance) -> Counter[str]:
    return Counter(text["to"] for text in instance.get("/dev/phone.json") if text["direction"] == "out")


def _mailbox(instance: Instance) -> Counter[str]:
    return Counter(_address(mail["to"]) for mail in instance.get("/dev/mailbox.json"))


def _address(to: str) -> str:
    return to.rsplit("<", 1)[-1].rstrip(">").strip()
