"""Finds a Chromium for the browser tests, installing one where none is there; prints its path.

In this order: ``MILO_CHROMIUM``, one on PATH, Debian's by apt where one is root, Playwright's own.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MISSING = (
    "No Chromium for the browser tests: install one (on Debian: apt-get install chromium) "
    "or set MILO_CHROMIUM to the path of one."
)


def found() -> str | None:
    """Path of a Chromium that is already on this machine."""
    named = os.environ.get("MILO_CHROMIUM")
    if named:
        return shutil.which(named)
    return next((path for name in _NAMES if (path := shutil.which(name))), None) or _playwrights()


def installed() -> str | None:
    """Path of a Chromium, installed now where none was found."""
    return found() or _from_debian() or _from_playwright()


def _playwrights() -> str | None:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _from_debian() -> str | None:
    if os.environ.get("MILO_CHROMIUM") or os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    print("Installing Chromium for the browser tests …", file=sys.stderr, flush=True)
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]):
        subprocess.run(
            command,
            check=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        )
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


def _from_playwright() -> str | None:
    if os.environ.get("MILO_CHROMIUM"):
        return None
    subprocess.run(
        [sys.executable, "-m", "playwright", "install", "chromium"], check=False, stdout=sys.stderr
    )
    return _playwrights()


if __name__ == "__main__":
    path = installed()
    print(path or MISSING, file=sys.stdout if path else sys.stderr)
