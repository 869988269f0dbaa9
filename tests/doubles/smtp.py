"""A mail server of this machine that keeps what it takes, and refuses, stalls or hangs up as it is told."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
from email.message import EmailMessage
from typing import Any

from tests.doubles import Faults


class SmtpDouble:
    """A context manager; `url` is what SMTP_URL takes, `accepted` the messages taken, as they were sent.

    Faults: `503` (421 at the greeting), `429` (451 to the recipient), `422` (550 to the recipient), `500` (452 after the
    message), `cut_before` (hangs up before the message), `cut` (takes the message and hangs up), `hang` (takes it and
    never answers).
    """

    def __init__(self, *, faults: Faults | None = None, rcpt: str = "", data: str = "") -> None:
        """*rcpt* and *data* are what it always says there, such as `550 no such person`."""
        self.faults, self.rcpt, self.data = faults or Faults({}), rcpt, data
        self.raw: list[str] = []
        self.stopping = threading.Event()

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self._server = Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._server.server_address[1]}"

    @property
    def accepted(self) -> list[EmailMessage]:
        return [email.message_from_string(one, policy=email.policy.default) for one in self.raw]  # type: ignore[misc]

    def __enter__(self) -> SmtpDouble:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(double: SmtpDouble) -> type[socketserver.StreamRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            fault = double.faults.next()
            self._say("421 too busy" if fault == "503" else "220 double")
            while line := self.rfile.readline().decode().strip():
                verb = line.split(" ")[0].upper()
                if verb == "QUIT":
                    self._say("221 bye")
                    return
                if verb == "RCPT":
                    self._say(double.rcpt or {"429": "451 later", "422": "550 no"}.get(fault, "250 ok"))
                elif verb == "DATA":
                    if fault == "cut_before":
                        return
                    if not self._take(fault):
                        return
                else:
                    self._say("250 double")

        def _take(self, fault: str) -> bool:
            self._say("354 go on")
            lines: list[str] = []
            while (part := self.rfile.readline().decode()) != ".\r\n":
                lines.append(part.removeprefix(".") if part.startswith("..") else part)
            said = double.data or ("452 full" if fault == "500" else "250 kept")
            if said.startswith("2"):
                double.raw.append("".join(lines))
            if fault == "hang":
                double.stopping.wait(60)
            if fault in ("cut", "hang"):
                return False
            self._say(said)
            return True

        def _say(self, words: Any) -> None:
            self.wfile.write(f"{words}\r\n".encode())

    return Handler
