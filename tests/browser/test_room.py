"""An interview in a real LiveKit room: a candidate with a made-up voice, a real worker, stand-in speech servers."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import voices
from tests.browser.conftest import _WATCH, Problems
from tests.browser.walking import CandidateWalk
from tests.doubles.speech import SpeechDouble
from tests.livekit_server import KEY, SECRET, LiveKitServer, Worker
from tests.outside import plans
from tests.outside.instance import Instance, until
from tests.server import free_port
from tools import browser as browsers
from tools import livekit_server

NO_SERVER = pytest.mark.skipif(livekit_server.found() is None, reason=livekit_server.MISSING)
NO_AGENTS = pytest.mark.skipif(
    importlib.util.find_spec("livekit.agents") is None,
    reason="the packages of requirements-agents.txt are not installed",
)

QUESTIONS = {
    "nights": "Tell us about working nights.",
    "team": "What makes a good team?",
    "pace": "How do you keep the pace?",
    "why": "Why this role?",
}
PLAN: plans.Json = {
    "title": "Picker by call",
    "description": "Pick and pack.",
    "stages": [
        {
            "kind": "voice",
            "minutes": 15,
            "video": False,
            "questions": [
                {"id": id, "kind": "long_text", "text": text, "max_follow_ups": 0}
                for id, text in QUESTIONS.items()
            ],
        }
    ],
}


@pytest.fixture(scope="module")
def hearing() -> Iterator[SpeechDouble]:
    """The speech servers of the interviewers."""
    with SpeechDouble() as double:
        yield double


@pytest.fixture(scope="module")
def livekit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LiveKitServer, int]]:
    """The server, and the port of the Milo that it tells what happens."""
    port = free_port()
    webhook = f"http://127.0.0.1:{port}/webhooks/livekit"
    with LiveKitServer(tmp_path_factory.mktemp("livekit"), webhook=webhook) as running:
        yield running, port


@pytest.fixture(scope="module")
def milo(
    tmp_path_factory: pytest.TempPathFactory, livekit: tuple[LiveKitServer, int], hearing: SpeechDouble
) -> Iterator[Instance]:
    """A Milo with rooms. Its own transcription is nobody's: what the interviewers hear is theirs alone."""
    server, port = livekit
    speech = {
        "MILO_STT_MODEL": "whisper-1",
        "MILO_TTS_MODEL": "tts-1",
        "OPENAI_BASE_URL": "http://127.0.0.1:9/v1",
    }
    running = Instance(tmp_path_factory.mktemp("rooms") / "var", port=port, env=server.env | speech)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def worker(milo: Instance, hearing: SpeechDouble, tmp_path: Path) -> Iterator[Worker]:
    env = milo.env | {"MILO_DATA": str(milo.data), "OPENAI_BASE_URL": f"{hearing.url}/v1"}
    made = Worker(env, tmp_path / "worker.log")
    yield made
    made.kill()


@pytest.fixture
def speaker(chromium: Browser, tmp_path: Path, problems: Problems) -> Iterator[Page]:
    """A page whose microphone hears somebody say something every few seconds."""
    sound = voices.write(tmp_path / "voice.wav", voices.babble(before=0.5, after=5))
    browser = chromium.browser_type.launch(
        executable_path=browsers.found(),
        args=[
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-audio-capture={sound}",
            "--autoplay-policy=no-user-gesture-required",
        ],
    )
    context = browser.new_context(permissions=["microphone", "camera"])
    context.set_default_timeout(20_000)
    context.add_init_script(_WATCH)
    page = context.new_page()
    problems.watch(page)
    yield page
    browser.close()


@pytest.mark.timeout(420)
def test_without_the_call_server_the_page_leads_on_its_own(tmp_path: Path, speaker: Page) -> None:
    """A LiveKit that cannot be reached costs nobody their interview."""
    dead = {"LIVEKIT_URL": "ws://127.0.0.1:9", "LIVEKIT_API_KEY": KEY, "LIVEKIT_API_SECRET": SECRET}
    milo = Instance(tmp_path / "var", env=dead)
    milo.start()
    try:
        milo.interviewer(PLAN, "picker-by-call")
        person = milo.invite("picker-by-call", [("Alex Alone", "alex.alone@example.com", "", False)])[0]
        walk = CandidateWalk(speaker, milo, PLAN, spoken=frozenset({"nights"}))
        loaded: list[str] = []
        speaker.on("request", lambda request: loaded.append(request.url))
        walk.begin(person["candidate_url"])
        walk.to("devices")
        assert not [url for url in loaded if "LiveKit" in url]  # large, so only when somebody is called
        walk.check_devices()
        walk.wait_for("voice")
        expect(speaker.locator("[data-call]")).to_have_attribute("data-call", re.compile("alone|none"))
        walk.press("Type instead")
        speaker.locator('[data-question="nights"] textarea').fill("I have done it for three years.")
        walk.press("Send")
        expect(speaker.locator('[data-question="team"]').first).to_be_visible()
        assert walk.button("Type instead").count()  # still recorded, still spoken
    finally:
        milo.stop()


@NO_SERVER
@NO_AGENTS
@pytest.mark.timeout(420)
def test_in_a_room_from_the_first_question_to_the_last(
    milo: Instance, worker: Worker, hearing: SpeechDouble, speaker: Page
) -> None:
    """Spoken, typed, with the interviewer killed in the middle: each question once, nothing lost, heard to the end."""
    milo.interviewer(PLAN, "picker-by-call")
    person = milo.invite("picker-by-call", [("Riley Room", "riley.room@example.com", "", False)])[0]
    walk = CandidateWalk(speaker, milo, PLAN, spoken=frozenset(QUESTIONS))
    worker.start()
    walk.begin(person["candidate_url"])
    walk.to("devices")
    walk.check_devices()
    walk.wait_for("voice")

    def on_the_line(state: str, seconds: float = 40) -> None:
        expect(speaker.locator("[data-call]")).to_have_attribute("data-call", state, timeout=seconds * 1000)

    def asked(id: str) -> None:
        expect(speaker.locator(f'[data-question="{id}"]').first).to_be_visible(timeout=40_000)

    on_the_line("live")
    asked("nights")
    until(lambda: any(QUESTIONS["nights"] in said for said in hearing.spoken), "the question aloud")
    hearing.heard.append("I have worked nights for three years and I like the quiet.")
    asked("team")

    # Typed on the page, answered aloud in the room.
    walk.press("Type instead")
    speaker.locator('[data-question="team"] textarea').fill("People who tell each other what they see.")
    walk.press("Send")
    asked("pace")
    until(lambda: any(QUESTIONS["pace"] in said for said in hearing.spoken), "the next question aloud")

    # Nobody leads any more: the page goes on by itself, and then somebody else does.
    worker.kill()
    on_the_line("alone")
    walk.press("Type instead")
    speaker.locator('[data-question="pace"] textarea').fill("I count in my head and keep my feet moving.")
    walk.press("Send")
    asked("why")
    before = len(hearing.spoken)
    worker.start()
    on_the_line("live", 60)
    until(
        lambda: any(QUESTIONS["why"] in said for said in hearing.spoken[before:]),
        "where the last one stopped",
    )
    hearing.heard.append("Because the work suits me and the team is good.")
    expect(walk.button("Finish").first).to_be_visible(timeout=60_000)
    walk.press("Finish")
    assert walk.finish() == "done"

    shown = milo.application(person["application_id"])
    turns = shown["turns"]
    assert [t["question_id"] for t in turns if t["action"] == "ask"] == list(QUESTIONS)
    said = [(t["text"].split()[0], t["channel"]) for t in turns if t["speaker"] == "candidate"]
    assert said == [("I", "room"), ("People", "web"), ("I", "web"), ("Because", "room")]
    placed = [
        (t["recording_id"], t["at_ms"], t["end_ms"]) for t in turns if t["channel"] == "room" and t["key"]
    ]
    assert all(recording and at < end for recording, at, end in placed), placed
    until(
        lambda: (
            kinds
            if {"room_opened", "room_joined"}
            <= (kinds := {e["kind"] for e in milo.application(person["application_id"])["events"]})
            else None
        ),
        "what LiveKit tells",
    )
