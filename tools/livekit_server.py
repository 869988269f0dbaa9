"""Finds a LiveKit server for the tests, building one with Go where there is Go; prints its path.

``MILO_LIVEKIT_SERVER``, else the one built before into the user's cache folder, else one on PATH. ``python
tools/livekit_server.py`` builds it where none of these is there and Go is: two minutes of two idle cores, once.
``MILO_LIVEKIT_SERVER=none`` spares that, and with it the tests that need one.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

VERSION = "v1.13.5"
_PATIENCE = 600
MISSING = "no LiveKit server: set MILO_LIVEKIT_SERVER to one, or have Go 1.26 and run python tools/livekit_server.py"


def home() -> Path:
    """Where the built server is kept, outside the sources."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache, "milo", f"livekit-{VERSION}")


def found() -> str | None:
    """Path of a LiveKit server that is already on this machine."""
    named = os.environ.get("MILO_LIVEKIT_SERVER")
    if named:
        return shutil.which(named)
    built = home() / "server"
    return str(built) if os.access(built, os.X_OK) else shutil.which("livekit-server")


def installed() -> str | None:
    """Path of a LiveKit server, built now where none was found; None where there is no Go, or it does not build."""
    path = found()
    go = shutil.which("go") or shutil.which("go", path="/usr/local/go/bin")
    if path or not go or os.environ.get("MILO_LIVEKIT_SERVER"):
        return path
    print(f"Building LiveKit's server {VERSION} with Go, once …", file=sys.stderr, flush=True)
    home().mkdir(parents=True, exist_ok=True)
    command = [go, "install", f"github.com/livekit/livekit-server/cmd/server@{VERSION}"]
    env = os.environ | {"GOBIN": str(home())}
    try:
        built = subprocess.run(command, env=env, capture_output=True, text=True, timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        print(f"It was not built in {_PATIENCE} s; the tests of call rooms are skipped.", file=sys.stderr)
        return None
    if built.returncode:
        print(built.stderr[-500:], file=sys.stderr)
    return found()


if __name__ == "__main__":
    print(installed() or MISSING)
