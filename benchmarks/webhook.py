"""An inbound text from Twilio, against a bare route that writes the same rows; then how long the answers take.

On SQLite at fifty texts a second, and on PostgreSQL at three hundred.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
from twilio.request_validator import RequestValidator

from benchmarks import seeding
from benchmarks.measuring import Figure, at_rate, percentile
from tests.outside import plans
from tests.outside.instance import Instance, finish, until
from tests.postgres import postgres
from tests.server import ROOT, free_port

A_SECOND = 50
MANY_A_SECOND = 300
SECONDS = 10
_SID, _TOKEN, _NUMBER = "AC" + "0" * 32, "a" * 32, "+15005550006"


class _Twilio(BaseHTTPRequestHandler):
    """Takes every text and gives it a number, as Twilio would."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._say(201, f'{{"sid": "SM{uuid.uuid4().hex}", "status": "queued"}}')

    def do_GET(self) -> None:
        self._say(200, '{"messages": [], "page": 0, "next_page_uri": null}')

    def _say(self, status: int, body: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def _twilio() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Twilio)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def measure(data: Path) -> list[Figure]:
    """On SQLite: how long a text takes compared with the bare route, and what became of all."""
    with _running(data) as instance:
        people = _people(instance, A_SECOND * SECONDS // 2)
        texts = _texts(people, A_SECOND * SECONDS)
        with _bare(instance) as url:
            bare = finish(_send(url, url, texts, A_SECOND))
        ours = finish(_send(instance.url, instance.url, texts, A_SECOND))
        return [
            Figure(
                name=f"inbound text at {A_SECOND}/s, p95 (bare route: {percentile(bare):.1f} ms)",
                figure=percentile(ours),
                unit="ms",
                budget=2 * percentile(bare),
                ratio=percentile(ours) / percentile(bare),
            ),
            *_kept(instance, texts, "SQLite"),
        ]


def measure_postgres(data: Path) -> list[Figure]:
    """On PostgreSQL: how many a second are taken when three hundred come, and what became of all."""
    with postgres() as database, _running(data, MILO_DATABASE_URL=database) as instance:
        people = _people(instance, MANY_A_SECOND * SECONDS // 4)
        texts = _texts(people, MANY_A_SECOND * SECONDS // 2)
        begun = time.monotonic()
        taken = finish(_send(instance.url, instance.url, texts, MANY_A_SECOND))
        rate = len(texts) / (time.monotonic() - begun)
        return [
            Figure(
                name=f"inbound texts taken a second on PostgreSQL of {MANY_A_SECOND}/s (p95 {percentile(taken):.0f} ms)",
                figure=rate,
                unit="1/s",
                budget=0.95 * MANY_A_SECOND,
                at_least=True,
            ),
            *_kept(instance, texts, "PostgreSQL"),
        ]


@contextmanager
def _running(data: Path, **more: str) -> Iterator[Instance]:
    with _twilio() as api:
        env = {
            "TWILIO_ACCOUNT_SID": _SID,
            "TWILIO_AUTH_TOKEN": _TOKEN,
            "TWILIO_FROM_NUMBER": _NUMBER,
            "TWILIO_API_BASE_URL": api,
        }
        instance = Instance(data, env=env | more)
        instance.start()
        try:
            yield instance
        finally:
            instance.stop()


def _people(instance: Instance, many: int) -> list[seeding.Ready]:
    """So many candidates who were asked the first question by text."""
    made = plans.plan("sms")
    made["stages"][0]["questions"].append({"id": "more", "kind": "long_text", "text": "Anything else?"})
    instance.interviewer(made, "busy-texts")
    with seeding.inside(instance) as deps:
        people = seeding.ready(deps, "busy-texts", many, texts=True)
    until(instance.at_rest, "the first questions", 120)
    return people


def _texts(people: list[seeding.Ready], many: int) -> list[tuple[str, str]]:
    return [(people[n % len(people)].phone, f"SM{uuid.uuid4().hex}") for n in range(many)]


def _kept(instance: Instance, texts: list[tuple[str, str]], where: str) -> list[Figure]:
    ended = time.monotonic()
    until(instance.at_rest, "the answers", 600)
    drained = time.monotonic() - ended
    inbound = instance.rows("select provider_id from message where provider = 'twilio' and direction = 'in'")
    kept = len({row["provider_id"] for row in inbound} & {sid for _, sid in texts})
    return [
        Figure(
            name=f"inbound texts kept of those sent, {where}",
            figure=kept / len(texts),
            unit="share",
            budget=1,
            at_least=True,
        ),
        Figure(name=f"all {len(texts)} texts answered after the last one, {where}", figure=drained, unit="s"),
    ]


async def _send(url: str, signed_for: str, texts: list[tuple[str, str]], a_second: int) -> list[float]:
    validator = RequestValidator(_TOKEN)
    limits = httpx.Limits(max_connections=100, max_keepalive_connections=100)
    async with httpx.AsyncClient(timeout=60, limits=limits) as http:

        def one(phone: str, sid: str):
            form = {
                "MessageSid": sid,
                "AccountSid": _SID,
                "From": phone,
                "To": _NUMBER,
                "Body": "yes",
                "NumMedia": "0",
            }
            address = f"{signed_for}/webhooks/twilio/sms"
            headers = {"X-Twilio-Signature": validator.compute_signature(address, form)}

            async def send() -> None:
                answer = await http.post(f"{url}/webhooks/twilio/sms", data=form, headers=headers)
                assert answer.status_code == 200, answer.text[:300]

            return send

        # A first few make the connections and fill the caches of both; they are not counted.
        warm = [one(phone, f"SM{uuid.uuid4().hex}") for phone, _ in texts[:20]]
        await at_rate(warm, 20)
        return await at_rate([one(*text) for text in texts], a_second)


@contextmanager
def _bare(instance: Instance) -> Iterator[str]:
    """A Starlette app that checks nothing and inserts the same rows in one transaction, on a copy of the database."""
    folder = instance.data.parent / "bare"
    folder.mkdir(exist_ok=True)
    copy = folder / "milo.db"
    with sqlite3.connect(instance.data / "milo.db") as source, sqlite3.connect(copy) as target:
        source.backup(target)
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.bare", str(copy), str(port)], cwd=ROOT)
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _answers(url), "the bare route")
        yield url
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/").status_code == 200
    except httpx.HTTPError:
        return False
