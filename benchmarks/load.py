"""A thousand candidates at once: each with an open page, each saving an answer every twenty seconds."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from pathlib import Path

import aiohttp

from benchmarks import seeding
from benchmarks.measuring import Figure, median, percentile
from benchmarks.seeding import Ready
from tests.outside import plans
from tests.outside.events import HYDRATE
from tests.outside.instance import Instance, finish

SESSIONS = 1_000
EVERY = 20.0
SECONDS = 30.0


def measure(data: Path) -> list[Figure]:
    instance = Instance(data)
    instance.start()
    try:
        instance.interviewer(plans.plan("form", "voice"), "busy-role")
        with seeding.inside(instance) as deps:
            people = seeding.ready(deps, "busy-role", SESSIONS)
        taken, open_pages = finish(_load(instance.url, people))
        assert instance.process is not None
        memory = _memory(instance.process.pid)
        turns = finish(_talk(instance.url, people[:20]))
        return [
            Figure(
                name="pages open at once", figure=open_pages, unit="pages", budget=SESSIONS, at_least=True
            ),
            Figure(
                name=f"saved answer with {SESSIONS} open pages, p95",
                figure=percentile(taken),
                unit="ms",
                budget=250,
            ),
            Figure(name=f"saved answer with {SESSIONS} open pages, median", figure=median(taken), unit="ms"),
            Figure(
                name=f"memory of the server with {SESSIONS} open pages",
                figure=memory,
                unit="MiB",
                budget=1536,
            ),
            Figure(name="one turn of a talk, p95", figure=percentile(turns), unit="ms", budget=50),
        ]
    finally:
        instance.stop()


async def _load(url: str, people: list[Ready]) -> tuple[list[float], int]:
    """Milliseconds of every saved answer, counted from when it was due; and how many pages stayed open to the end."""
    taken: list[float] = []
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=90)) as http:
        pages: list[asyncio.Task[None]] = []
        opened: list[asyncio.Event] = []
        for person in people:
            up = asyncio.Event()
            opened.append(up)
            pages.append(asyncio.create_task(_page(http, url, person, up)))
            await asyncio.sleep(0.01)
        await asyncio.wait_for(asyncio.gather(*(up.wait() for up in opened)), 60)
        begun = time.perf_counter()

        async def save(n: int, person: Ready) -> None:
            version, due = 0, begun + EVERY * n / len(people)
            while due < begun + SECONDS:
                await asyncio.sleep(max(0, due - time.perf_counter()))
                body = {"key": uuid.uuid4().hex, "stage": "form", "question_id": "years"}
                body |= {"value": version % 50, "base_version": version}
                address = f"{url}/api/candidate/applications/{person.id}/answers"
                async with http.post(address, json=body, headers={"Cookie": person.cookie}) as answer:
                    assert answer.status == 200, await answer.text()
                    version = (await answer.json())["version"]
                taken.append((time.perf_counter() - due) * 1000)
                due += EVERY

        await asyncio.gather(*(save(n, person) for n, person in enumerate(people)))
        still = sum(not page.done() for page in pages)
        for page in pages:
            page.cancel()
        await asyncio.gather(*pages, return_exceptions=True)
    return taken, still


async def _page(http: aiohttp.ClientSession, url: str, person: Ready, up: asyncio.Event) -> None:
    """Keep one candidate's page connected, as its browser does: open, ask for the state, answer pings."""
    token = str(uuid.uuid4())
    address = f"{url}/_event/?EIO=4&transport=websocket&token={token}"
    async with http.ws_connect(
        address, headers={"Cookie": person.cookie, "Origin": url}, max_msg_size=0
    ) as socket:
        await socket.receive_str()
        await socket.send_str("40/_event,")
        await socket.receive_str()
        place = {"pathname": "/apply", "asPath": f"/apply/?a={person.id}", "query": {"a": person.id}}
        refresh = "reflex___state____state.milo_app___candidate___state____candidate_state.refresh"
        for name, payload in ((HYDRATE, {}), (refresh, {"application_id": person.id})):
            event = {"token": token, "name": name, "payload": payload, "router_data": place}
            await socket.send_str("42/_event," + json.dumps(["event", event]))
        async for message in socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                break
            if message.data == "2":
                await socket.send_str("3")
            elif person.id in message.data:
                up.set()


async def _talk(url: str, people: list[Ready]) -> list[float]:
    """Milliseconds of each turn of some typed interviews, one after the other, without any provider."""
    taken: list[float] = []
    async with aiohttp.ClientSession() as http:
        for person in people:
            base = f"{url}/api/candidate/applications/{person.id}"

            async def post(path: str, body: dict[str, object], base: str = base, cookie: str = person.cookie):
                begun = time.perf_counter()
                sent = {"key": uuid.uuid4().hex} | body
                async with http.post(f"{base}{path}", json=sent, headers={"Cookie": cookie}) as answer:
                    got = await answer.json()
                    assert answer.status == 200, got
                return got, (time.perf_counter() - begun) * 1000

            await post("/answers", {"stage": "form", "question_id": "may_work", "value": True})
            await post("/stages/form/submit", {})
            talk, _ = await post("/conversation/voice/begin", {})
            while not talk["closed"]:
                question = talk["question"]
                said: dict[str, object] = {"stage": "voice", "question_id": question["id"]}
                exact = talk["awaiting"] == "confirmation" or question["kind"] == "yes_no"
                said |= {"value": True, "text": "Yes"} if exact else {"text": plans.WORDS}
                talk, ms = await post("/turns", said)
                taken.append(ms)
    return taken


def _memory(pid: int) -> float:
    """MiB that the process holds."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return float("inf")
