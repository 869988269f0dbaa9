"""What was promised is looked for after a server was killed again and again: fifty candidates on their way, two
hundred invited by providers that fail (`benchmarks/messaging.py`), and fifty who talk on the page, by phone and in call
rooms (`benchmarks/talks.py`).

Each candidate goes by plain HTTP and by text message and repeats every call until it is answered, with the same keys,
as the browser's outbox does. A second process that also does durable work is killed in the middle of some, and stays
dead. The last line counts what was lost, doubled or left stuck; the exit status is 1 where anything was.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import messaging, talks
from benchmarks.killing import settled, through_kills
from benchmarks.ledger import Findings, check
from benchmarks.recording import webm
from tests.outside import plans
from tests.outside.candidate import Candidate
from tests.outside.instance import Instance, finish, until
from tests.server import ROOT

#: Of every ten candidates these miss a dealbreaker, each at another stage.
_STOPS = {3: "form", 5: "sms", 7: "voice", 9: "resume"}


def chaos_plan() -> plans.Json:
    """All four stages, each with a dealbreaker that is enforced."""
    made = plans.plan(title="Night shift in the warehouse")
    for kind in plans.ORDER:
        plans.with_dealbreaker(made, kind)
    return made


def run(data: Path, *, journeys: int, kills: int, seed: int, helper: bool = True) -> Findings:
    """Let *journeys* candidates go their way through *kills* kills of the server; say what came of it."""
    chance = random.Random(seed)
    instance = Instance(data)
    instance.start()
    helping = _Helper(instance) if helper else None
    try:
        candidates = _invited(instance, journeys, chance)
        begun = time.monotonic()

        async def before(kill: int) -> None:
            if helping and kill == kills // 2:
                await asyncio.to_thread(helping.kill_at_work)

        failures = finish(through_kills(instance, candidates, kills, chance, before))
        settled(instance)
        repeats = sum(candidate.said.repeats for candidate in candidates)
        print(
            f"{journeys} journeys, {kills} kills, {repeats} repeated calls in {time.monotonic() - begun:.0f} s"
        )
        findings = check(instance, candidates)
        findings.stuck += failures
        return findings
    finally:
        if helping:
            helping.kill()
        instance.kill()


def _invited(instance: Instance, journeys: int, chance: random.Random) -> list[Candidate]:
    plan = chaos_plan()
    instance.interviewer(plan, "night-shift")
    people = [(f"Person {n}", f"person{n}@example.com", f"+1415555{1000 + n}", True) for n in range(journeys)]
    pieces = webm()
    made: list[Candidate] = []
    for n, invited in enumerate(instance.invite("night-shift", people)):
        stop = _STOPS.get(n % 10)
        made.append(
            Candidate(
                url=instance.url,
                link=invited["candidate_url"],
                plan=plan,
                phone=people[n][2],
                stop=frozenset({plans.DECIDING[stop]} if stop else ()),
                resume=plans.BARE_RESUME if stop == "resume" else plans.GOOD_RESUME,
                recording=pieces if n % 3 == 0 else (),
                patience=120,
                pause=lambda: chance.uniform(0.05, 0.6),
            )
        )
    return made


class _Helper:
    """A second process that does work of the same instance."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        env = {key: value for key, value in os.environ.items() if not key.startswith("MILO_")}
        env |= {"MILO_DATA": str(instance.data), "MILO_PORT": str(instance.port), **instance.env}
        with (instance.data / "helper.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.helper", "helper"],
                cwd=ROOT,
                env=env,
                stdout=log,
                stderr=log,
            )

    def kill_at_work(self) -> None:
        """Kill it in the moment in which it has some work under way, and leave it dead."""
        busy = "select 1 from workflow_status where status = 'PENDING' and executor_id = 'helper'"
        try:
            until(lambda: self.instance.rows(busy), "the helper to do something", 20)
        except AssertionError as problem:
            print(f"{problem} (killed all the same)", file=sys.stderr)
        self.kill()

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def _told(found: Findings, data: Path) -> Findings:
    """*found*, printed with the end of the server's log where anything is wrong."""
    if not found.clean:
        print(found)
        log = (data / "server.log").read_text(errors="replace").splitlines()
        print("\n".join(log[-60:]), file=sys.stderr)
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--journeys", type=int, default=50)
    options.add_argument("--kills", type=int, default=12)
    options.add_argument("--people", type=int, default=200, help="how many are invited by email and text")
    options.add_argument("--database", default="", help="an empty PostgreSQL database for the messages' part")
    options.add_argument("--talks", type=int, default=50, help="how many interviews are talked")
    options.add_argument("--part", choices=("journeys", "messages", "talks"), help="only this part")
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10_000))
    options.add_argument("--keep", type=Path, help="a folder to leave the instance's data in")
    given = options.parse_args()
    print(f"seed {given.seed}")
    with tempfile.TemporaryDirectory(prefix="milo-chaos-") as folder:
        data = (given.keep or Path(folder)).absolute()
        findings = Findings()
        if given.part in (None, "journeys"):
            found = run(data / "journeys", journeys=given.journeys, kills=given.kills, seed=given.seed)
            findings += _told(found, data / "journeys")
        if given.part in (None, "messages"):
            kills = max(1, given.kills // 2)
            found = messaging.run(
                data / "messages",
                people=given.people,
                kills=kills,
                seed=given.seed,
                database_url=given.database,
            )
            findings += _told(found, data / "messages")
        if given.part in (None, "talks"):
            rooms = talks.rooms_for(given.talks)
            found = talks.run(
                data / "talks", talkers=given.talks, kills=given.kills, seed=given.seed, rooms=rooms
            )
            findings += _told(found, data / "talks")
    print(findings.line)
    sys.exit(0 if findings.clean else 1)


if __name__ == "__main__":
    main()
