"""The least that taking a text can cost: one Starlette route, one transaction, the same rows. Arguments: file, port."""

from __future__ import annotations

import json
import sqlite3
import sys
import threading
import time
import uuid

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

_file, _port = sys.argv[1], int(sys.argv[2])
_own = threading.local()


def _connection() -> sqlite3.Connection:
    """One for each thread, set up as Milo's own."""
    if not hasattr(_own, "connection"):
        made = sqlite3.connect(_file, timeout=30, isolation_level=None)
        made.execute("pragma journal_mode = wal")
        made.execute("pragma synchronous = full")
        made.execute("pragma foreign_keys = on")
        made.row_factory = sqlite3.Row
        _own.connection = made
    return _own.connection


def _insert(sender: str, sid: str, body: str) -> None:
    db = _connection()
    db.execute("begin immediate")
    application = db.execute(
        "select a.* from application a join candidate c on c.id = a.candidate_id where c.phone = ? limit 1",
        [sender],
    ).fetchone()
    like = db.execute("select * from message limit 1").fetchone()
    row = dict(like) | {
        "id": uuid.uuid4().hex,
        "channel": "sms",
        "direction": "in",
        "state": "received",
        "application_id": application["id"],
        "candidate_id": application["candidate_id"],
        "workspace_id": application["workspace_id"],
        "sender": sender,
        "body": body,
        "provider": "twilio",
        "provider_id": sid,
        "dedupe": None,
        "variables": json.dumps({}),
        "turn_seq": None,
    }
    _add(db, "message", row)
    event = dict(
        db.execute("select * from event where subject_id = ? limit 1", [application["id"]]).fetchone()
    )
    seq = db.execute(
        "select max(seq) from event where subject_kind = 'application' and subject_id = ?",
        [application["id"]],
    ).fetchone()[0]
    _add(db, "event", event | {"id": uuid.uuid4().hex, "seq": seq + 1, "kind": "message_received"})
    db.execute("update application set updated_at = updated_at where id = ?", [application["id"]])
    work = dict(db.execute("select * from workflow_status limit 1").fetchone())
    work |= {"workflow_uuid": f"handle_inbound_text:{row['id']}", "created_at": int(time.time() * 1000)}
    _add(db, "workflow_status", work)
    db.execute("commit")


def _add(db: sqlite3.Connection, table: str, row: dict[str, object]) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    db.execute(f'insert into "{table}" ({names}) values ({", ".join("?" for _ in row)})', list(row.values()))


async def take(request: Request) -> Response:
    form = await request.form()
    await run_in_threadpool(_insert, form["From"], form["MessageSid"], form["Body"])
    return Response('<?xml version="1.0" encoding="UTF-8"?><Response/>', media_type="text/xml")


async def home(request: Request) -> Response:
    return PlainTextResponse("ok")


app = Starlette(routes=[Route("/webhooks/twilio/sms", take, methods=["POST"]), Route("/", home)])

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=_port, log_level="error", access_log=False)
