"""One turn of an interview by phone: from the caller's last word to the first of ours on the line, without providers."""

from __future__ import annotations

import time
from pathlib import Path

from benchmarks import seeding
from benchmarks.measuring import Figure, median, percentile
from milo_app.domain.actors import SystemActor
from milo_app.domain.records import Message
from milo_app.services import calls
from milo_app.services.ports import Deps
from tests.doubles.relay import Phone, TelephoneService
from tests.outside.instance import Instance, until

CALLS, QUESTIONS = 6, 15
_PLAN = {
    "title": "Calls at length",
    "stages": [
        {
            "kind": "voice",
            "phone": True,
            "minutes": 60,
            "questions": [
                {"id": f"q{n}", "kind": "long_text", "text": f"What about part {n} of the work?"}
                for n in range(QUESTIONS)
            ],
        }
    ],
}


def measure(data: Path) -> list[Figure]:
    instance = Instance(data)
    instance.start()
    try:
        instance.interviewer(_PLAN, "calls-at-length")
        with seeding.inside(instance) as deps:
            people = seeding.ready(deps, "calls-at-length", CALLS, texts=True)
            service = TelephoneService(instance.url, key=deps.phone.signing_key)
            ringing: list[str] = []
            for person in people:
                with deps.uow.write(SystemActor()) as uow:
                    application = uow.applications.lock(person.id)
                    ringing.append(calls.place_for(uow, application, source="web", key="for-the-figure").id)
            placed = [until(lambda id=id: _rings(deps, id), "the call to ring", 120) for id in ringing]
        url = f"{instance.url}/webhooks/twilio/voice?call="
        taken: list[float] = []
        for call in filter(None, placed):
            phone = service.answer(str(call.provider_id), url + call.id)
            phone.hears()
            phone.presses("1")
            phone.hears()
            taken += [_turn(phone, n) for n in range(QUESTIONS - 1)]
            phone.drops()
        service.close()
    finally:
        instance.stop()
    return [
        Figure(
            name=f"turn on the phone, own overhead, p95 (median {median(taken):.1f} ms)",
            figure=percentile(taken),
            unit="ms",
            budget=50,
        )
    ]


def _rings(deps: Deps, id: str) -> Message | None:
    """The call, once the server's own work has placed it."""
    with deps.uow.read(SystemActor()) as uow:
        call = uow.messages.get(id)
    return call if call.provider_id else None


def _turn(phone: Phone, n: int) -> float:
    """Milliseconds from the end of an answer to the first words that go out to be spoken."""
    begun = time.perf_counter()
    phone.repeats(
        f"Of part {n} I can say that I did it for three years, every day, and trained two others in it."
    )
    first = phone.next_frame()
    taken = (time.perf_counter() - begun) * 1000
    assert first is not None and first["type"] == "text", first
    if not first["last"]:
        phone.hears()
    return taken
