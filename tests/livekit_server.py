"""A real LiveKit server on this machine, for tests, and the interviewers that work for it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

from tests.server import ROOT, free_port
from tools.livekit_server import found

KEY, SECRET = "testkey", "a-secret-of-thirty-two-bytes-or-more"


class LiveKitServer:
    """Started with `with`; `url` is what browsers and interviewers connect to. *webhook* is told what happens."""

    def __init__(self, folder: Path, *, webhook: str = "") -> None:
        self.folder, self.webhook = folder, webhook
        self.port = free_port()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    @property
    def env(self) -> dict[str, str]:
        """The settings that point Milo at this server."""
        return {"LIVEKIT_URL": self.url, "LIVEKIT_API_KEY": KEY, "LIVEKIT_API_SECRET": SECRET}

    @property
    def log(self) -> str:
        return (self.folder / "livekit.log").read_text(errors="replace")

    def __enter__(self) -> LiveKitServer:
        path = found()
        assert path
        config = {
            "port": self.port,
            "bind_addresses": ["127.0.0.1"],
            "keys": {KEY: SECRET},
            "logging": {"level": "info"},
            "rtc": {
                "node_ip": "127.0.0.1",
                "use_external_ip": False,
                "enable_loopback_candidate": True,
                "interfaces": {"includes": ["lo"]},
                "ips": {"includes": ["127.0.0.1/32"]},
                "udp_port": free_port(),
                "tcp_port": free_port(),
            },
        }
        if self.webhook:
            config["webhook"] = {"api_key": KEY, "urls": [self.webhook]}
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "livekit.log").open("ab") as log:
            self.process = subprocess.Popen(
                [path, "--config-body", json.dumps(config)], stdout=log, stderr=log, cwd=self.folder
            )
        _wait(self.port, self.process, 30)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait(10)


class Worker:
    """`python -m milo_app worker --interviews` as a process group of its own."""

    def __init__(self, env: dict[str, str], log: Path) -> None:
        self.env, self.path = env, log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Worker:
        """Start and wait until LiveKit knows it."""
        env = {key: value for key, value in os.environ.items() if not key.startswith("MILO_")} | self.env
        seen = len(self.said)
        with self.path.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "milo_app", "worker", "--interviews"],
                cwd=ROOT,
                env=env,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + 150
        while "Leading interviews" not in self.said[seen:]:
            assert self.process.poll() is None and time.monotonic() < deadline, self.said[-3000:]
            time.sleep(0.2)
        return self

    @property
    def said(self) -> str:
        return self.path.read_text(errors="replace") if self.path.exists() else ""

    def kill(self) -> None:
        """Stop it and the interviews it leads, as a power cut does."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)


def _wait(port: int, process: subprocess.Popen[bytes], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert process.poll() is None, "The LiveKit server stopped at once."
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("The LiveKit server did not come up.")
