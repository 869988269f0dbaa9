"""The call room: one candidate is let into one room, an interviewer is sent, and LiveKit's word is believed by its signature."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import jwt
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from milo_app import bootstrap
from milo_app.adapters.clock import FixedClock
from milo_app.adapters.rooms.livekit import LiveKitRooms
from milo_app.config import Misconfigured, Settings, load
from milo_app.domain.actors import CandidateActor, SystemActor
from milo_app.http import candidate_api, errors, webhooks
from milo_app.services import rooms
from milo_app.services.ports import Deps
from tests.doubles.livekit import KEY, SECRET, LiveKitDouble, webhook
from tests.http.test_uploads import base, cookie_of
from tests.services.begun import VOICE_STAGE, begin, close


@pytest.fixture
def livekit() -> Iterator[LiveKitDouble]:
    with LiveKitDouble() as double:
        yield double


@pytest.fixture
def deps(settings: Settings, clock: FixedClock, livekit: LiveKitDouble) -> Iterator[Deps]:
    """An instance that has LiveKit."""
    chosen = settings.model_copy(
        update={
            "livekit_url": livekit.url,
            "livekit_api_key": KEY,
            "livekit_api_secret": load(LIVEKIT_API_SECRET=SECRET, livekit_url="ws://x", livekit_api_key=KEY).livekit_api_secret,
        }
    )  # fmt: skip
    made = bootstrap.build(chosen, clock=clock)
    bootstrap.install(chosen, made)
    yield made
    bootstrap.install(None, None)
    bootstrap.database(made).dispose()


@pytest.fixture
def client(deps: Deps) -> Iterator[TestClient]:
    app = FastAPI()
    errors.install(app)
    app.include_router(candidate_api.router)
    app.include_router(webhooks.router)
    with TestClient(app, base_url="http://127.0.0.1:3000", raise_server_exceptions=False) as client:
        yield client


def room_of(deps: Deps, actor: CandidateActor) -> str:
    return rooms.room_name(deps.instance, actor.application_id, 1)


def queued(deps: Deps) -> list[str]:
    """Ids of the work that waits to send an interviewer."""
    with bootstrap.database(deps).reader.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT workflow_uuid FROM workflow_status WHERE name = 'send_interviewer'"
        )
        return [row[0] for row in rows]


def told(deps: Deps, actor: CandidateActor) -> list[tuple[str, str | None]]:
    with deps.uow.read(SystemActor()) as uow:
        events = uow.events.find(order="seq", subject_kind="application", subject_id=actor.application_id)
    return [(e.kind, e.data.get("who")) for e in events if e.kind.startswith("room_")]


class TestEntering:
    def test_a_token_for_this_candidate_and_this_room_alone(
        self, deps: Deps, client: TestClient, livekit: LiveKitDouble
    ) -> None:
        actor = begin(deps, VOICE_STAGE)
        reply = client.post(f"{base(actor)}/room", headers=cookie_of(deps, actor))
        assert reply.status_code == 200
        entry = reply.json()
        claims = jwt.decode(entry["token"], SECRET, algorithms=["HS256"])
        assert claims["sub"] == actor.application_id
        assert claims["exp"] - claims["nbf"] <= rooms.TOKEN_LASTS.total_seconds()
        assert claims["video"] == {
            "roomJoin": True,
            "room": room_of(deps, actor),
            "canPublish": True,
            "canSubscribe": True,
            "canPublishData": True,
            "canPublishSources": ["camera", "microphone"],
            "canUpdateOwnMetadata": False,
        }
        sent = claims["roomConfig"]["agents"]
        assert [(a["agentName"], json.loads(a["metadata"])) for a in sent] == [
            (f"milo-{deps.instance.id}", {"application": actor.application_id})
        ]
        assert (entry["url"], entry["listens"], entry["speaks"]) == (livekit.url, False, False)

    def test_only_while_the_stage_is_theirs_and_open(self, deps: Deps, client: TestClient) -> None:
        actor, other = begin(deps, VOICE_STAGE), begin(deps, VOICE_STAGE)
        assert client.post(f"{base(actor)}/room").status_code == 403
        assert client.post(f"{base(actor)}/room", headers=cookie_of(deps, other)).status_code == 403
        foreign = cookie_of(deps, actor) | {"Origin": "https://elsewhere.example"}
        assert client.post(f"{base(actor)}/room", headers=foreign).status_code == 403
        close(deps, actor, "voice")
        assert client.post(f"{base(actor)}/room", headers=cookie_of(deps, actor)).status_code == 409

    def test_without_livekit_there_is_no_room(self, settings: Settings, clock: FixedClock) -> None:
        plain = bootstrap.build(settings, clock=clock)
        assert plain.rooms.url == "" and not plain.instance.rooms
        bootstrap.database(plain).dispose()

    def test_half_a_configuration_is_refused(self) -> None:
        with pytest.raises(Misconfigured, match="together"):
            load(_env_file=None, livekit_url="wss://calls.example.com")


class TestSendingAnInterviewer:
    def test_asked_for_often_sent_once_in_a_while(
        self, deps: Deps, client: TestClient, clock: FixedClock
    ) -> None:
        actor = begin(deps, VOICE_STAGE)
        for _ in range(3):
            reply = client.post(f"{base(actor)}/room/interviewer", headers=cookie_of(deps, actor))
            assert reply.status_code == 202
        assert len(queued(deps)) == 1
        clock.move(timedelta(seconds=2 * rooms.BETWEEN_CALLS))
        client.post(f"{base(actor)}/room/interviewer", headers=cookie_of(deps, actor))
        assert len(queued(deps)) == 2

    def test_into_a_room_that_is_open_for_an_interview_that_is(
        self, deps: Deps, livekit: LiveKitDouble
    ) -> None:
        actor = begin(deps, VOICE_STAGE)
        room = room_of(deps, actor)
        rooms.send_interviewer(deps, actor.application_id, room)  # nobody is in it: nothing to do
        assert livekit.sent == []
        livekit.rooms.add(room)
        rooms.send_interviewer(deps, actor.application_id, room)
        assert [(s.room, s.agent_name, json.loads(s.metadata)["application"]) for s in livekit.sent] == [
            (room, f"milo-{deps.instance.id}", actor.application_id)
        ]
        close(deps, actor, "voice")
        rooms.send_interviewer(deps, actor.application_id, room)
        assert len(livekit.sent) == 1

    def test_a_server_that_fails_is_worth_another_try(self, deps: Deps, livekit: LiveKitDouble) -> None:
        actor = begin(deps, VOICE_STAGE)
        livekit.rooms.add(room_of(deps, actor))
        livekit.failing = 9
        with pytest.raises(OSError, match="unavailable"):
            rooms.send_interviewer(deps, actor.application_id, room_of(deps, actor))

    def test_the_doctor_asks_with_our_key(self, deps: Deps, livekit: LiveKitDouble) -> None:
        livekit.rooms.add("somebody's")
        assert deps.rooms.check() == "1 rooms open"
        with pytest.raises(OSError, match="unauthenticated"):
            LiveKitRooms(livekit.url, KEY, "another-secret-of-thirty-two-bytes", agent="milo").check()

    def test_what_an_interviewer_was_sent_for(self, deps: Deps) -> None:
        actor = begin(deps, VOICE_STAGE, language="es")
        with deps.uow.read(SystemActor()) as uow:
            led = rooms.session(
                uow, SystemActor(), metadata=json.dumps({"application": actor.application_id})
            )
        assert (led.actor, led.stage, led.language, led.untimed) == (actor, "voice", "es", False)


class TestWhatLiveKitTells:
    def tell(self, deps: Deps, client: TestClient, actor: CandidateActor, id: str, kind: str, who: str = "") -> int:  # fmt: skip
        event = {"id": id, "event": kind, "room": {"name": room_of(deps, actor)}}
        if who:
            event["participant"] = {"identity": who}
        body, headers = webhook(**event)
        return client.post("/webhooks/livekit", content=body, headers=headers).status_code

    def test_kept_once_however_often_told(self, deps: Deps, client: TestClient) -> None:
        actor = begin(deps, VOICE_STAGE)
        for _ in range(2):
            assert self.tell(deps, client, actor, "EV_1", "room_started") == 204
            assert self.tell(deps, client, actor, "EV_2", "participant_joined", actor.application_id) == 204
        assert told(deps, actor) == [("room_opened", None), ("room_joined", "candidate")]

    def test_who_leaves_is_noted_and_nobody_sent_for_it(self, deps: Deps, client: TestClient) -> None:
        """Whoever is replaced leaves too: sending somebody for them would never end."""
        actor = begin(deps, VOICE_STAGE)
        self.tell(deps, client, actor, "EV_1", "participant_left", rooms.INTERVIEWER)
        assert told(deps, actor) == [("room_left", "interviewer")] and queued(deps) == []

    def test_another_instance_s_room_is_none_of_ours(self, deps: Deps, client: TestClient) -> None:
        actor = begin(deps, VOICE_STAGE)
        event = {"id": "EV_1", "event": "room_started", "room": {"name": f"milo-00000000-{actor.application_id}-1"}}  # fmt: skip
        body, headers = webhook(**event)
        assert client.post("/webhooks/livekit", content=body, headers=headers).status_code == 204
        assert told(deps, actor) == []

    def test_a_forged_call_is_refused_and_leaves_nothing(self, deps: Deps, client: TestClient) -> None:
        actor = begin(deps, VOICE_STAGE)
        event = {"id": "EV_1", "event": "room_started", "room": {"name": room_of(deps, actor)}}
        body, headers = webhook(**event)
        wrong_key, foreign = webhook(secret="another-secret-of-thirty-two-bytes", **event)
        entry = rooms.enter(deps, actor).token  # ours, but it vouches for no body
        for sent, given in (
            (body, {}),
            (body + b" ", headers),
            (wrong_key, foreign),
            (body, {"Authorization": entry}),
            (b"\xff\xfe", headers),
        ):
            assert client.post("/webhooks/livekit", content=sent, headers=given).status_code == 403
        assert told(deps, actor) == []
