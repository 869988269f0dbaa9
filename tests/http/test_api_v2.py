"""The public API through the real app on a real database, by a client made of the interface's description alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from milo_app import bootstrap
from milo_app.adapters.clock import FixedClock
from milo_app.config import Settings
from milo_app.domain import public_words
from milo_app.domain import records as r
from milo_app.domain.actors import SystemActor
from milo_app.http.routes import build_http
from milo_app.services import api_keys, applications, demo, ingestions, webhooks_out
from milo_app.services.ports import Deps
from tests import builders
from tests.doubles.receiver import Receiver
from tests.http.api_client import Client, operations

WORKFLOW = [
    {
        "type": "resume",
        "config": {"knockout_enabled": True, "min_evaluation_score": 0.4, "mandatory": True},
        "questions": [
            {"modality": "resume_eligibility", "text": "Holds an RN license", "is_dealbreaker": True},
            {
                "modality": "resume_scoring",
                "text": "Ward experience",
                "score_of_1": "None",
                "score_of_5": "Years",
            },
        ],
    },
    {
        "type": "form",
        "questions": [
            {
                "modality": "form",
                "text": "Nights?",
                "question_type": "yes_no",
                "answer": True,
                "is_knockout": True,
            },
            {"modality": "form", "text": "Shift", "options": ["Day", "Night"], "mcq_type": "single"},
        ],
    },
    {
        "type": "conversational_sms",
        "config": {"knockout_enabled": True, "max_nudge_amount": 1},
        "questions": [
            {
                "modality": "sms",
                "text": "Can you lift 20 kg?",
                "expected_answer": "yes",
                "is_dealbreaker": True,
            },
            {"modality": "sms", "text": "Years on a ward?", "expected_value": 2, "operator": "gte"},
        ],
    },
    {
        "type": "web_interview",
        "config": {"video": True},
        "questions": [
            {"modality": "voice", "text": "Why us?", "evaluation_criteria": "Reasons of their own"}
        ],
    },
]


@pytest.fixture
def http(settings: Settings, deps: Deps) -> Iterator[TestClient]:
    app = build_http(deps, settings, [])
    with TestClient(app, base_url="http://127.0.0.1:3000", raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def admin(deps: Deps) -> r.Member:
    with deps.uow.write(SystemActor()) as uow:
        return builders.create_member(uow, builders.create_workspace(uow))


def key_of(deps: Deps, member: r.Member, *scopes: str, days: int | None = None) -> str:
    actor = SystemActor(workspace_id=member.workspace_id)
    with deps.uow.write(actor) as uow:
        given = scopes or ("read", "write")
        return api_keys.add(uow, actor, name="Test", scopes=given, days=days, email=member.email)[1]


@pytest.fixture
def client(http: TestClient, deps: Deps, admin: r.Member) -> Client:
    return Client(http, key_of(deps, admin))


def people(count: int) -> list[dict[str, Any]]:
    return [
        {"name": f"Person {n}", "email": f"person{n}@example.com", "metadata": {"row": str(n)}}
        for n in range(count)
    ]


def posting(client: Client, **more: Any) -> dict[str, Any]:
    return client.call("createPosting", {"title": "Ward nurse", "workflow": WORKFLOW, **more})["data"]


def pump(deps: Deps) -> int:
    """Make the deliveries that are due and do the work that is enqueued for them, each once, as durable work does."""
    done = 0
    webhooks_out.sweep(deps)
    while True:
        with bootstrap.database(deps).reader.connect() as connection:
            rows = connection.exec_driver_sql(
                "SELECT workflow_uuid FROM workflow_status WHERE name = 'deliver_webhook' ORDER BY created_at"
            )
            waiting = [row[0] for row in rows if row[0] not in _done]
        with deps.uow.write(SystemActor()) as uow:
            due = [x for x in uow.later.due(uow.now, limit=500) if x.work == "deliver_webhook"]
            for later in due:
                uow.later.save(replace(later, done_at=uow.now))
        if not waiting and not due:
            return done
        for uuid in waiting:
            _done.add(uuid)
            webhooks_out.deliver(deps, *uuid.split(":")[1:])
        for later in due:
            webhooks_out.deliver(deps, *later.args)
        done += len(waiting) + len(due)


_done: set[str] = set()


def test_every_call_of_the_interface_is_answered_in_its_shape(client: Client) -> None:
    """What needs no more than an id is called with one that is not there; lists are read."""
    for name, (method, path, operation) in operations().items():
        if method == "get" and "{" not in path:
            client.call(name)
        elif "requestBody" not in operation and name != "getAtsPushStatus":
            named = {p["name"]: "0" * 32 for p in operation["parameters"] if p["in"] == "path"}
            client.call(name, status=404, **named)


def test_a_posting_with_all_stages_takes_a_hundred_people_and_is_paged(client: Client, deps: Deps) -> None:
    made = posting(client, metadata={"req": "R-1"}, name="Ward 4", deadline="2026-09-01", max_retakes=1)
    assert made["status"] == "active", made
    view = client.call("getPosting", posting_id=made["id"])["data"]
    assert [s["type"] for s in view["workflow"]] == [s["type"] for s in WORKFLOW]
    assert view["workflow"][0]["config"] == WORKFLOW[0]["config"]
    assert (view["metadata"], view["name"], view["max_retakes"]) == ({"req": "R-1"}, "Ward 4", 1)
    given = people(100)
    told = client.call("ingestCandidatesBulk", {"data": given}, posting_id=made["id"])["data"]
    again = client.call("ingestCandidatesBulk", {"data": given}, posting_id=made["id"])["data"]
    assert [t["interview_id"] for t in told] == [t["interview_id"] for t in again]
    assert [t["metadata"]["row"] for t in told] == [str(n) for n in range(100)]
    rows = client.every("listCandidates", posting_id=made["id"], limit=30)
    assert len(rows) == 100 and {x["interview_id"] for x in rows} == {t["interview_id"] for t in told}
    assert {x["status"] for x in rows} == {"pending"}
    stats = client.call("getPostingStats", posting_id=made["id"])["data"]
    assert (stats["total_candidates"], stats["completed_interviews"]) == (100, 0)
    one = client.call("getInterviewData", interview_id=rows[0]["interview_id"])["data"]
    assert one["status"] == "not_ready"
    with deps.uow.read(SystemActor()) as uow:
        assert uow.messages.count(kind="invitation") == 100
    client.call("listCandidates", posting_id=made["id"], created_after="yesterday", status=400)
    assert not client.call("listCandidates", posting_id=made["id"], created_after="2030-01-01")["data"]


def test_questions_are_read_back_as_they_were_given_and_edited(client: Client) -> None:
    id = posting(client)["id"]
    listed = client.every("listQuestions", posting_id=id, limit=3)
    for step in WORKFLOW:
        for given in step["questions"]:
            (found,) = [q for q in listed if q["text"] == given["text"]]
            assert {k: found[k] for k in given} == given
    form = [q["id"] for q in client.call("listQuestions", posting_id=id, modality="form")["data"]]
    turned = client.call("reorderQuestions", {"modality": "form", "order": form[::-1]}, posting_id=id)
    assert [(q["id"], q["rank"]) for q in turned["data"]] == [(form[1], 1), (form[0], 2)]
    client.call("reorderQuestions", {"modality": "form", "order": form[:1]}, posting_id=id, status=422)
    fresh = client.call(
        "createQuestion", {"modality": "form", "text": "From when?", "response_format": "date"}, posting_id=id
    )
    assert fresh["data"]["question_type"] == "date"
    named = {"posting_id": id, "question_id": fresh["data"]["id"]}
    assert client.call("updateQuestion", {"text": "Since when?"}, **named)["data"]["text"] == "Since when?"
    client.call("deleteQuestion", **named)
    client.call("getQuestion", status=404, **named)
    step = {"posting_id": id, "step_id": "3"}
    changed = client.call("updateInterviewerWorkflowStep", {"config": {"max_nudge_amount": 0}}, **step)[
        "data"
    ]
    assert changed["workflow"][2]["config"]["max_nudge_amount"] == 0
    client.call("updateInterviewerWorkflowStep", {"config": {"colour": "red"}}, status=400, **step)


def test_a_posting_that_is_not_whole_stays_a_draft_and_says_why(client: Client) -> None:
    told = client.call("createPosting", {"title": "Later", "workflow": [{"type": "form"}]})
    assert told["data"]["status"] == "draft" and "question" in str(told["meta"]["problems"])
    id = told["data"]["id"]
    client.call("activatePosting", posting_id=id, status=422)
    client.call("ingestCandidate", people(1)[0], posting_id=id, status=422)
    client.call("createQuestion", {"modality": "form", "text": "Nights?"}, posting_id=id)
    assert client.call("activatePosting", posting_id=id)["data"]["status"] == "active"
    copy = client.call("clonePosting", posting_id=id)["data"]
    assert copy["status"] == "draft" and copy["id"] != id
    assert client.call("archivePosting", posting_id=id)["data"]["archived"]


def test_a_finished_interview_is_told_whole(http: TestClient, deps: Deps, settings: Settings) -> None:
    facts = demo.ensure_demo(deps, data=settings.data, password="a long enough one")
    client = Client(http, str(facts["api_key"]))
    (found,) = client.every("listPostings")
    rows = client.every("listCandidates", posting_id=found["id"])
    seen: set[str] = set()
    for row in rows:
        data = client.call("getInterviewData", interview_id=row["interview_id"])["data"]
        seen.add(row["status"])
        if row["status"] == "completed":
            assert data["resume"]["score_criteria"] and data["form"]["questions"]
            assert data["web_interview"]["scorecard"][0]["transcript"] and data["sms"]["transcript"]
            assert data["score"] == row["score"]
    assert seen >= {"pending", "in_progress", "completed", "knocked_out", "shortlisted", "dismissed"}
    stats = client.call("getPostingStats", posting_id=found["id"])["data"]
    assert stats["completed_interviews"] and 0 < stats["average_interview_score"] <= 100


def test_who_may_call_what(http: TestClient, deps: Deps, admin: r.Member, clock: FixedClock) -> None:
    reading, brief = key_of(deps, admin, "read"), key_of(deps, admin, days=1)
    Client(http, "milo_nobody").call("listPostings", status=401)
    Client(http, reading).call("listPostings")
    Client(http, reading).call("createPosting", {"title": "Nurse"}, status=403)
    Client(http, brief).call("listPostings")
    clock.move(timedelta(days=2))
    Client(http, brief).call("listPostings", status=401)
    with deps.uow.write(SystemActor()) as uow:
        assert not uow.api_keys.find(key_hash=reading)
        uow.members.save(replace(admin, disabled_at=uow.now))
    Client(http, reading).call("listPostings", status=401)
    with deps.uow.write(SystemActor()) as uow:
        stranger = builders.create_member(uow, builders.create_workspace(uow))
        mine, _ = builders.create_interviewer(uow, uow.workspaces.get(admin.workspace_id), {"title": "Nurse"})
    Client(http, key_of(deps, stranger)).call("getPosting", posting_id=mine.id, status=404)


def test_calls_are_counted_by_key(deps: Deps, settings: Settings, admin: r.Member) -> None:
    app = build_http(deps, settings.model_copy(update={"api_rate": 3}), [])
    with TestClient(app, base_url="http://127.0.0.1:3000") as http:
        client = Client(http, key_of(deps, admin))
        left = [http.get("/api/v2/postings", headers={"X-API-KEY": client.key}).headers for _ in range(3)]
        assert [h["x-ratelimit-remaining"] for h in left] == ["2", "1", "0"]
        client.call("listPostings", status=429)
        Client(http, key_of(deps, admin)).call("listPostings")


def test_a_named_call_is_done_once(client: Client, deps: Deps) -> None:
    id = posting(client)["id"]
    named = {"Idempotency-Key": "one"}
    given = {"title": "Porter", "workflow": WORKFLOW}
    first = client.call("createPosting", given, headers=named)
    assert client.call("createPosting", dict(reversed(given.items())), headers=named) == first
    client.call("createPosting", {**given, "title": "Cook"}, headers=named, status=409)
    client.call("archivePosting", posting_id=id, headers=named, status=409)
    assert len(client.every("listPostings")) == 2


def test_people_handed_over_for_later_are_told_one_by_one(client: Client, deps: Deps) -> None:
    id = posting(client)["id"]
    given = [*people(30), {"name": "Nobody", "email": "nowhere"}]
    kept = client.call("ingestCandidatesBulkAsync", {"data": given}, posting_id=id)["data"]
    ingestions.run(deps, kept["ingestion_id"])
    ingestions.run(deps, kept["ingestion_id"])
    headers = {"X-API-KEY": client.key}
    told = client.http.get(f"/api/v2/ingestions/{kept['ingestion_id']}", headers=headers).json()["data"]
    assert (told["status"], told["done"], told["failed"]) == ("done", 31, 1)
    assert "email" in told["results"][-1]["reason"]
    assert len(client.every("listCandidates", posting_id=id)) == 30


def test_decisions_and_labels(client: Client) -> None:
    id = posting(client)["id"]
    one = client.call("ingestCandidate", people(1)[0], posting_id=id)["data"]["interview_id"]
    headers = {"X-API-KEY": client.key}

    def post(verb: str, **more: Any) -> dict[str, Any]:
        return client.http.post(f"/api/v2/interviews/{one}/{verb}", headers=headers, **more).json()["data"]

    assert post("shortlist", json={"reason": "Good"})["status"] == "shortlisted"
    assert post("dismiss")["dismissed"] is True
    assert post("undecide")["status"] == "pending"
    assert post("nudge")["outcome"] in ("sent", "later", "skipped")
    labels = {"metadata": {"ats": "1"}}
    assert client.call("setInterviewMetadata", labels, interview_id=one)["data"]["metadata"] == {"ats": "1"}
    client.call("setInterviewMetadata", {"metadata": {"k": "v" * 501}}, interview_id=one, status=422)
    assert client.call("deleteInterviewMetadata", interview_id=one)["data"]["metadata"] == {}


@pytest.mark.parametrize("decision", list(r.Decision))
@pytest.mark.parametrize("state", list(r.ApplicationState))
def test_the_status_of_every_state(deps: Deps, state: r.ApplicationState, decision: r.Decision) -> None:
    table = {
        "invited": "pending",
        "in_progress": "in_progress",
        "evaluating": "evaluating",
        "completed": "completed",
        "disqualified": "knocked_out",
        "withdrawn": "withdrawn",
        "expired": "expired",
    }
    now = deps.clock.now()
    application = r.Application(
        id="a", workspace_id="w", interviewer_id="i", candidate_id="c", state=state, decision=decision,
        created_at=now, updated_at=now,
    )  # fmt: skip
    expected = table[state] if decision is r.Decision.NONE else str(decision)
    assert public_words.candidate_status(application) == expected


# --- Webhooks -------------------------------------------------------------------------------------------------------


def hooked(client: Client, receiver: Receiver, *kinds: str) -> tuple[str, str]:
    """(posting, webhook) with *receiver* told of *kinds*, or of everything."""
    id, headers = posting(client)["id"], {"X-API-KEY": client.key}
    if kinds:
        body = {"posting_id": id, "webhook_url": receiver.url, "event_type": kinds[0]}
        hook = client.call("createWebhook", body)["data"]["webhook_id"]
    else:
        body = {"webhook_url": receiver.url}
        made = client.http.post("/api/v2/workspace-webhooks", json=body, headers=headers)
        hook = made.json()["data"]["webhook_id"]
    told = client.http.get(f"/api/v2/webhooks/{hook}/secret", headers=headers)
    receiver.secret = told.json()["data"]["secret"]
    return id, hook


def deliveries(client: Client, hook: str) -> list[dict[str, Any]]:
    headers = {"X-API-KEY": client.key}
    return client.http.get(f"/api/v2/webhooks/{hook}/deliveries?limit=100", headers=headers).json()["data"]


def begin(deps: Deps, interview_id: str) -> None:
    with deps.uow.write(SystemActor()) as uow:
        applications.start(uow, SystemActor(), application_id=interview_id)


def test_events_arrive_signed_and_in_order_whatever_fails(
    client: Client, deps: Deps, clock: FixedClock
) -> None:
    with Receiver() as receiver:
        id, hook = hooked(client, receiver)
        receiver.faults.script = ["500", "cut", "429", "503", "hang"]
        ones = [client.call("ingestCandidate", p, posting_id=id)["data"]["interview_id"] for p in people(3)]
        pump(deps)
        for one in ones:
            begin(deps, one)
        for _ in range(8):
            pump(deps)
            clock.move(timedelta(minutes=11))
        for one in ones:
            kinds = [kind for kind in receiver.kinds(one) if not kind.startswith("message_")]
            assert kinds[:3] == ["candidate_ingested", "invited", "interview_started"]
            told = [x["sequence"] for x in receiver.taken if x["interview_id"] == one]
            assert told == sorted(told)
            assert len(receiver.kinds(one)) == len(
                {x["event_id"] for x in receiver.taken if x["interview_id"] == one}
            )
        assert receiver.forged == 0
        assert receiver.taken[-1]["data"]["interview_url"].startswith("http")
        log = deliveries(client, hook)
        assert {d["status"] for d in log} == {"delivered"} and max(d["tries"] for d in log) > 1
        assert json.loads(log[0]["request"]["body"])["event_id"] == log[0]["event_id"]
        again = client.http.post(
            f"/api/v2/webhook-deliveries/{log[0]['id']}/replay", headers={"X-API-KEY": client.key}
        )
        assert again.status_code == 202
        before = len(receiver.ids)
        pump(deps)
        assert receiver.ids[before:] == [log[0]["event_id"]]


def test_one_kind_of_one_posting_is_told_of_nothing_else(client: Client, deps: Deps) -> None:
    with Receiver() as receiver:
        id, hook = hooked(client, receiver, "interview_started")
        other = posting(client)["id"]
        one = client.call("ingestCandidate", people(1)[0], posting_id=id)["data"]["interview_id"]
        two = client.call("ingestCandidate", people(1)[0], posting_id=other)["data"]["interview_id"]
        begin(deps, one)
        begin(deps, two)
        pump(deps)
        assert [x["event_type"] for x in receiver.taken] == ["interview_started"]
        assert receiver.taken[0]["interview_id"] == one
        client.call("deleteWebhook", webhook_id=hook)
        assert client.call("getWebhook", webhook_id=hook)["data"]["is_active"] is False


def test_what_fails_for_three_days_is_switched_off(client: Client, deps: Deps, clock: FixedClock) -> None:
    with Receiver() as receiver:
        id, hook = hooked(client, receiver, "candidate_ingested")
        receiver.status = 302
        client.call("ingestCandidate", people(1)[0], posting_id=id)
        for _ in range(30):
            pump(deps)
            clock.move(timedelta(hours=8))
        (log,) = deliveries(client, hook)
        assert log["status"] == "failed" and log["tries"] > len(webhooks_out.PAUSES)
        assert client.call("getWebhook", webhook_id=hook)["data"]["is_active"] is False
        with deps.uow.read(SystemActor()) as uow:
            assert uow.events.first(kind="webhook_switched_off") is not None


def test_addresses_inside_our_own_network_are_told_nothing(
    client: Client, deps: Deps, settings: Settings
) -> None:
    from milo_app.adapters.hooks import HttpHooks, is_public

    inside = ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "0.0.0.0", "100.64.0.1", "224.0.0.1"]  # fmt: skip
    assert not any(is_public(one) for one in inside) and is_public("93.184.216.34")
    with Receiver() as receiver:
        _, answer = HttpHooks(private=False).post(
            receiver.url.replace("127.0.0.1", "localhost"),
            id="e",
            at=deps.clock.now(),
            body="{}",
            secrets=["whsec_AAAA"],
        )
        assert answer.status == 0 and "private" in answer.problem and not receiver.forged
    guarded = replace(deps.instance, private_hooks=False)
    for url in (
        "https://10.0.0.1/x",
        "https://localhost/x",
        "http://example.com/x",
        "https://u:p@example.com/",
        "x",
    ):
        assert webhooks_out._wrong_with(guarded, url) is not None  # pyright: ignore[reportPrivateUsage]
    assert webhooks_out._wrong_with(guarded, "https://example.com/x") is None  # pyright: ignore[reportPrivateUsage]
