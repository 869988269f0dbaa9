"""Interviews that are talked, on the page, by phone and in call rooms, while the server and the interviewer of the rooms
are killed; then each transcript is read against what its candidate was told.

The phone is a double of the telephone service (`tests/doubles/relay.py`) that outlives the server, as Twilio does; in the
rooms is a real LiveKit server with real interviewers, who hear what a double of transcription says.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.guests import Guest, Rooms
from benchmarks.killing import settled, through_kills
from benchmarks.ledger import Findings, check
from tests.doubles.relay import TelephoneService
from tests.outside import plans
from tests.outside.instance import Instance, finish
from tests.outside.talker import Talker
from tools import livekit_server

_SLUG = "talked"
#: Of every fifty so many talk in a room: each has an interviewer that is a process of its own.
_IN_ROOMS = 6


def plan() -> plans.Json:
    """Open questions and exact ones, by every way, without an end by the clock."""
    asked = [
        ("why", "long_text", "Why would you like this work?"),
        ("nights", "yes_no", "Can you work at night?"),
        ("mix_up", "long_text", "Tell me about an order that went wrong."),
        ("years", "number", "For how many years have you done this?"),
        ("team", "long_text", "What makes a good team?"),
    ]
    questions = [{"id": id, "kind": kind, "text": text} for id, kind, text in asked]
    for question in questions:
        if question["kind"] == "long_text":
            question["max_follow_ups"] = 0  # type: ignore[assignment]
    stage = {"kind": "voice", "minutes": 30, "video": False, "phone": True, "questions": questions}
    return {"title": "Picker who talks", "description": "Pick and pack at night.", "stages": [stage]}


def rooms_for(talkers: int) -> int:
    """How many of *talkers* talk in rooms: none where no LiveKit is."""
    lacking = (
        livekit_server.MISSING
        if livekit_server.found() is None
        else "the packages of requirements-agents.txt are not installed"
        if importlib.util.find_spec("livekit") is None or importlib.util.find_spec("livekit.agents") is None
        else ""
    )
    if lacking:
        print(f"nobody talks in a room: {lacking}", file=sys.stderr)
    return 0 if lacking else -(-talkers * _IN_ROOMS // 50)


def run(data: Path, *, talkers: int, kills: int, seed: int, rooms: int = 0) -> Findings:
    """Let *talkers* be interviewed, the first *rooms* of them in call rooms, through *kills* kills of the server and,
    where there are rooms, two of their interviewers; say what came of it."""
    chance = random.Random(seed)
    instance = Instance(data)
    with contextlib.ExitStack() as held:
        house = held.enter_context(Rooms(instance)) if rooms else None
        held.callback(instance.kill)
        instance.start()
        if house:
            house.worker.start()
        instance.interviewer(plan(), _SLUG)
        service = TelephoneService(instance.url, key=instance.deps.phone.signing_key)
        held.callback(service.close)
        phones = held.enter_context(ThreadPoolExecutor(talkers, thread_name_prefix="phone"))
        everyone = _invited(instance, service, phones, house, talkers, rooms, chance)
        begun = time.monotonic()
        coming: list[asyncio.Task[None]] = []

        async def before(kill: int) -> None:
            if house and kill in (kills // 3, 2 * kills // 3):
                coming.append(asyncio.create_task(_another(house, chance)))

        async def all_of_them() -> list[str]:
            failures = await through_kills(instance, everyone, kills, chance, before)
            await asyncio.gather(*coming)
            return failures

        failures = finish(all_of_them())
        settled(instance)
        found = check(instance, everyone)
        found.stuck += failures
        _transcripts(instance, everyone, found)
        ours = {talker.id for talker in everyone}
        said = instance.rows("select application_id, channel from turn where speaker = 'candidate'")
        ways = Counter(row["channel"] for row in said if row["application_id"] in ours)
        print(
            f"{talkers} talks, {rooms} of them in rooms, {kills} kills of the server and {len(coming)} of the"
            f" rooms' interviewers; kept {', '.join(f'{n} by {way}' for way, n in sorted(ways.items()))}"
            f" in {time.monotonic() - begun:.0f} s"
        )
    return found


async def _another(house: Rooms, chance: random.Random) -> None:
    """The interviewers die in the middle of it, and later others come."""
    await asyncio.sleep(chance.uniform(0, 2))
    await asyncio.to_thread(house.worker.kill)
    await asyncio.sleep(chance.uniform(0, 2))
    await asyncio.to_thread(house.worker.start)
    print("the rooms' interviewers were killed and others came", file=sys.stderr, flush=True)


def _invited(
    instance: Instance,
    service: TelephoneService,
    phones: ThreadPoolExecutor,
    house: Rooms | None,
    talkers: int,
    rooms: int,
    chance: random.Random,
) -> list[Talker]:
    people = [(f"Person {n}", f"talks{n}@example.com", f"+1415555{3000 + n}", True) for n in range(talkers)]
    made: list[Talker] = []
    for n, invited in enumerate(instance.invite(_SLUG, people)):
        own = random.Random(chance.random())
        facts = {
            "url": instance.url,
            "link": invited["candidate_url"],
            "plan": plan(),
            "phone": people[n][2],
            "patience": 120,
            "pause": lambda own=own: own.uniform(0.05, 0.6),
            "instance": instance,
            "service": service,
            "phones": phones,
            "chance": own,
        }
        made.append(Guest(**facts, house=house) if house and n < rooms else Talker(**facts))
    return made


def _transcripts(instance: Instance, everyone: Sequence[Talker], found: Findings) -> None:
    """Each question asked once and in its order, answered once, and with the words that were heard."""
    order = [question["id"] for question in plan()["stages"][0]["questions"]]
    for talker in everyone:
        rows = instance.rows("select * from turn where application_id = ? order by seq", talker.id)
        asked = [row["question_id"] for row in rows if row["action"] == "ask"]
        if asked != order:
            missing = [id for id in order if id not in asked]
            (found.lost if missing else found.doubled).append(f"{talker.id}: asked {asked} of {order}")
        theirs = [row for row in rows if row["speaker"] == "candidate" and row["text"]]
        given = Counter(row["question_id"] for row in theirs)
        found.lost += [f"{talker.id}: no answer to {id} is kept" for id in order if not given[id]]
        found.doubled += [f"{talker.id}: {n} answers to {id} are kept" for id, n in given.items() if n > 1]
        words = Counter((row["question_id"], row["text"]) for row in theirs)
        found.lost += [
            f"{talker.id}: {said} was heard and is not kept" for said in talker.aloud if not words[said]
        ]
