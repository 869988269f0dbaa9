"""Somebody's program that is told what happens here: it checks each signature, and can fail, hang or break off."""

from __future__ import annotations

import json
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook

from tests.doubles import Faults


class Receiver:
    """Takes webhooks at `url`. `taken` are the payloads it said yes to, in order; `forged` counts bad signatures."""

    def __init__(self) -> None:
        self.secret = ""
        self.faults = Faults({})
        self.taken: list[dict[str, Any]] = []
        self.ids: list[str] = []
        self.forged = 0
        self.status = 204
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/told"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Receiver:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def kinds(self, interview_id: str) -> list[str]:
        """What it was told of one interview, in order."""
        return [one["event_type"] for one in self.taken if one["interview_id"] == interview_id]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.answer(body, receiver.faults.next())

            def answer(self, body: bytes, fault: str) -> None:
                if fault in ("cut_before", "cut", "hang"):
                    if fault == "hang":
                        time.sleep(0.2)
                    self.connection.close()
                    return
                if fault:
                    self.say(int(fault) if fault.isdigit() else 500)
                    return
                # By hand, since a test's clock stands where it was put, and `verify` asks the real one.
                at = datetime.fromtimestamp(int(self.headers["webhook-timestamp"]), UTC)
                good = Webhook(receiver.secret).sign(self.headers["webhook-id"], at, body.decode())
                if good not in self.headers["webhook-signature"].split(" "):
                    receiver.forged += 1
                    self.say(401)
                    return
                if receiver.status < 300:
                    receiver.taken.append(json.loads(body))
                    receiver.ids.append(self.headers["webhook-id"])
                self.say(receiver.status)

            def say(self, status: int) -> None:
                self.send_response(status)
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler
