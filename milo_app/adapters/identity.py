"""What makes this installation itself: an id and a signing key, made once and kept under MILO_DATA."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Identity:
    """`id` is short and public (it is part of cookie names); `key` is 32 secret bytes."""

    id: str
    key: bytes


def load(data: Path) -> Identity:
    """Read the identity under *data*, making what is missing. Two processes that start at once get the same one."""
    data.mkdir(parents=True, exist_ok=True)
    id = _once(data / "instance-id", secrets.token_hex(4)).strip()
    key = _once(data / "instance-key", secrets.token_hex(32)).strip()
    return Identity(id=id, key=bytes.fromhex(key))


def _once(path: Path, content: str) -> str:
    """The content of *path*; *content* is written first where there is none, whole or not at all, for the owner only."""
    if not path.exists():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # Unlike a rename, fails when another process was first.
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
