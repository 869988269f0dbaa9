"""Starts the server: everything that is missing is made, then one process serves everything, with a companion for
durable work."""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.types import ASGIApp

from milo_app.cli.frontend import ROOT, BuildFailed, ensure_build, reflex_environment
from milo_app.config import Misconfigured, Settings, load
from milo_app.services.ports import Deps

if TYPE_CHECKING:
    from milo_app.workflows.companion import Companion

# How long work under way may go on after the server was told to stop.
_LAST_SECONDS = 3.0


def serve() -> None:
    """Serve on ``MILO_HOST:MILO_PORT`` until stopped; exits with 1 and one sentence where it cannot start."""
    if os.environ.get("MILO_DATA"):
        os.environ["MILO_DATA"] = str(Path(os.environ["MILO_DATA"]).absolute())
    os.chdir(ROOT)
    # With Python's usual turns of 5 ms, a request that only wants an instant waits behind one that computes.
    sys.setswitchinterval(0.0005)
    try:
        settings = load()
        listener = _listen(settings.host, settings.port)
        build = ensure_build()
    except (Misconfigured, BuildFailed) as problem:
        sys.exit(str(problem))
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("reflex_base.event.processor.event_processor").addFilter(_brief_on_unknown_events)
    _reflex_serves(build)

    from milo_app import bootstrap

    bootstrap.migrate(settings)
    deps = bootstrap.build(settings)
    bootstrap.install(settings, deps)
    # Ends like Ctrl-C: the server hands a signal on to whoever had it before.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with _work(settings) as companion, contextlib.suppress(KeyboardInterrupt):
        # The companion starts meanwhile, on a core of its own where there is one.
        from milo_app.milo_app import site

        checks = bootstrap.readiness(deps)
        if companion is not None:
            checks["queue"] = companion.check
        app = site(build, settings, deps, checks)
        if companion is not None:
            companion.await_ready()
        _welcome(deps, settings)
        _run(app, settings, listener)
    # Threads that still wait would hold up the end.
    sys.stdout.flush()
    os._exit(0)


def _brief_on_unknown_events(record: logging.LogRecord) -> bool:
    """One line for an event that does not exist: anyone can send such, and what it carries is no one's business."""
    if str(record.msg).startswith("Error processing event queue entry"):
        record.msg, record.args, record.exc_info = "A browser sent an event that does not exist", (), None
    return True


def _reflex_serves(build: Path) -> None:
    """Set what Reflex reads on import: pages are built, only their states and handlers are wanted."""
    os.environ.update(reflex_environment(build))
    os.environ["REFLEX_BACKEND_ONLY"] = "true"
    from reflex_base.environment import environment

    environment.REFLEX_SKIP_COMPILE.set(True)
    # Each of its files makes Reflex look through the whole call stack and every loaded module: quick while both are
    # small, more than a second later on.
    importlib.import_module("milo_app.web")


def _listen(host: str, port: int) -> socket.socket:
    """Take the port at once, so that one in use is told before anything is built."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host.strip("[]"), port))
        listener.listen(2048)
    except OSError as error:
        sys.exit(f"Milo cannot listen on {host}:{port} ({error.strerror}): set MILO_PORT to a free port.")
    return listener


@contextlib.contextmanager
def _work(settings: Settings) -> Iterator[Companion | None]:
    """Durable work beside this process, unless workers of their own do it."""
    if settings.work != "inline":
        yield None
        return
    from milo_app.workflows.companion import Companion
    from milo_app.workflows.runtime import CannotStart

    companion = Companion()
    companion.start()
    try:
        yield companion
    except CannotStart as problem:
        sys.exit(str(problem))
    finally:
        companion.stop(_LAST_SECONDS)


def _welcome(deps: Deps, settings: Settings) -> None:
    """Make the demo workspace where one is wanted and print the links that lead into it."""
    from milo_app.cli import startup

    ready = startup.prepare(deps, settings, pid=os.getpid())
    print(f"Milo is at {settings.public_url}\n{ready.words}", flush=True)


def _run(app: ASGIApp, settings: Settings, listener: socket.socket) -> None:
    import uvicorn

    behind_tls = settings.public_url.startswith("https://")
    config = uvicorn.Config(
        app,
        ws="websockets-sansio",
        # A small message gains nothing from it, and a thousand open pages would each hold a compressor.
        ws_per_message_deflate=False,
        # The caller's address as the proxy in front gives it (FORWARDED_ALLOW_IPS names others than this machine).
        proxy_headers=behind_tls,
        server_header=False,
        log_config=None,
        access_log=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=5,
    )
    uvicorn.Server(config).run(sockets=[listener])
