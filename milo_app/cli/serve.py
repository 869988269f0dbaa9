"""Starts the server: pages built where they are not, then one process that serves everything."""

import os
import socket
import sys

from milo_app.cli.frontend import ROOT, BuildFailed, ensure_build, reflex_environment


def serve() -> None:
    """Serve on ``MILO_HOST:MILO_PORT`` until stopped; exits with 1 and one sentence where it cannot start."""
    if os.environ.get("MILO_DATA"):
        os.environ["MILO_DATA"] = os.path.abspath(os.environ["MILO_DATA"])
    os.chdir(ROOT)
    host, port = os.environ.get("MILO_HOST", "127.0.0.1"), int(os.environ.get("MILO_PORT", "3000"))
    listener = _listen(host, port)
    try:
        build = ensure_build()
    except BuildFailed as failure:
        sys.exit(str(failure))
    # Read by Reflex on import, so before the app is. Pages are built; only their states and handlers are wanted.
    os.environ.update(reflex_environment(build))
    os.environ["REFLEX_BACKEND_ONLY"] = "true"

    import uvicorn
    from reflex_base.environment import environment

    environment.REFLEX_SKIP_COMPILE.set(True)

    from milo_app.milo_app import site

    config = uvicorn.Config(
        site(build),
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        proxy_headers=False,
        server_header=False,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=5,
    )
    print(f"Milo is at http://{host}:{port}", flush=True)
    uvicorn.Server(config).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    """Take the port at once, so that one in use is told before anything is built."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        sys.exit(f"Milo cannot listen on {host}:{port}: {error.strerror}. Set MILO_PORT to a free port.")
    return listener
