"""Small stand-ins for the far side of a provider, on a free port of this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

Answer = Callable[[dict[str, Any]], tuple[int, dict[str, Any]] | None]


@contextmanager
def http_double(answer: Answer) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yields its address and the requests it saw. *answer* gives status and JSON; None hangs up without a word."""
    seen: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            is_json = "json" in self.headers.get("content-type", "")
            form = {name: values[0] for name, values in parse_qs(body).items()}
            request = {
                "path": self.path,
                "headers": dict(self.headers),
                "body": json.loads(body) if is_json else form,
            }
            seen.append(request)
            said = answer(request)
            if said is None:
                self.close_connection = True
                return
            payload = json.dumps(said[1]).encode()
            self.send_response(said[0])
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *_: Any) -> None:
            pass

    with _serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        yield f"http://127.0.0.1:{port}", seen


@contextmanager
def _serving(server: Any) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
