"""Makes ``.venv`` with the pinned packages; does nothing where it already fits. Runs on the bare machine.

``python3 tools/environment.py [dev|agents]`` needs nothing but Python 3.11 or newer. What was installed is remembered as
a hash of the requirement files, so a second call costs a few milliseconds; a lock lets two calls run at once.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
#: Which files hold the packages for what: serving, leading interviews in LiveKit rooms, developing.
WANTED = {
    "run": ["requirements.txt"],
    "agents": ["requirements.txt", "requirements-agents.txt"],
    "dev": ["requirements.txt", "requirements-agents.txt", "requirements-dev.txt"],
}


def main(wanted: str) -> None:
    """Bring ``.venv`` up to the packages that are ``wanted``: a key of ``WANTED``."""
    names = WANTED[wanted]
    digest = _digest(names)
    stamp = VENV / f".installed-{wanted}"
    if _fits(stamp, digest):
        return
    VENV.mkdir(exist_ok=True)
    with (VENV / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _fits(stamp, digest):
            return
        print("Installing Milo's Python packages into .venv …", flush=True)
        if not _has_pip():
            _create()
        pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        subprocess.run([*pip, *(part for name in names for part in ("-r", name))], cwd=ROOT, check=True)
        for other, others in WANTED.items():
            if set(others) <= set(names):
                (VENV / f".installed-{other}").write_text(_digest(others))


def _digest(names: list[str]) -> str:
    return hashlib.sha256("".join((ROOT / name).read_text() for name in names).encode()).hexdigest()


def _fits(stamp: Path, digest: str) -> bool:
    return stamp.exists() and stamp.read_text() == digest and os.access(PYTHON, os.X_OK)


def _has_pip() -> bool:
    return (
        PYTHON.exists()
        and subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True).returncode == 0
    )


def _create() -> None:
    """Create the environment; Debian's Python comes without the part that does it, which root can add."""
    if find_spec("ensurepip") is None:
        package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        if os.geteuid() != 0 or not shutil.which("apt-get"):
            sys.exit(
                f"This Python cannot make virtual environments: install the package {package} and try again."
            )
        print(f"Installing {package} …", flush=True)
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(["apt-get", "install", "-y", "-qq", package], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        return
    venv.create(VENV, with_pip=True, symlinks=True)


if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036 - this is what tells an older Python so
        sys.exit(f"Milo needs Python 3.11 or newer; {sys.executable} is {sys.version.split()[0]}.")
    try:
        main(sys.argv[1] if len(sys.argv) > 1 else "run")
    except subprocess.CalledProcessError as failure:
        sys.exit(f"This failed, see above: {' '.join(map(str, failure.cmd))}")
