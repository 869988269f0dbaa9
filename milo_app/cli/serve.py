"""Starts the server: everything that is missing is made, then one process serves everything."""

import contextlib
import importlib
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from starlette.types import ASGIApp

from milo_app.cli.frontend import ROOT, BuildFailed, ensure_build, reflex_environment
from milo_app.config import Misconfigured, Settings, load
from milo_app.services.ports import Deps

# How long work under way may go on after the server was told to stop.
_LAST_SECONDS = 3.0


def serve() -> None:
    """Serve on ``MILO_HOST:MILO_PORT`` until stopped; exits with 1 and one sentence where it cannot start."""
    if os.environ.get("MILO_DATA"):
        os.environ["MILO_DATA"] = str(Path(os.environ["MILO_DATA"]).absolute())
    os.chdir(ROOT)
    # Durable work shares this process: with Python's usual turns of 5 ms, requests would queue behind its threads.
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
    from milo_app.milo_app import site

    bootstrap.migrate(settings)
    deps = bootstrap.build(settings)
    bootstrap.install(settings, deps)
    # Ends like Ctrl-C: the server hands a signal on to whoever had it before.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with _work(deps, settings) as checks:
        _welcome(deps, settings)
        with contextlib.suppress(KeyboardInterrupt):
            _run(site(build, settings, deps, bootstrap.readiness(deps) | checks), settings, listener)
    # Threads that still wait for work would hold up the end; what they had not finished runs at the next start.
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
def _work(deps: Deps, settings: Settings) -> Iterator[dict[str, Callable[[], object]]]:
    """Durable work in this process, unless workers of their own do it; gives what readiness asks about it."""
    if settings.work != "inline":
        yield {}
        return
    from milo_app.workflows import runtime

    try:
        running = runtime.start(deps, settings)
    except runtime.CannotStart as problem:
        sys.exit(str(problem))
    try:
        yield {"queue": running.check}
    finally:
        ending = threading.Thread(target=running.stop, daemon=True)
        ending.start()
        ending.join(_LAST_SECONDS)


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
