"""Files by key in a folder of this machine."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}")
_BLOCK = 1 << 20


class LocalFiles:
    """Keeps each file under *root* at the path that its key spells. Implements `ports.Files`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, key: str, chunks: Iterable[bytes]) -> tuple[int, str]:
        """Write whole or not at all; returns size in bytes and SHA-256 in hex.

        A file is there under its key only once it is on disk, even when the machine stops in between.

        Raises:
            ValueError: when *key* is no safe path.
        """
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{secrets.token_hex(8)}.part")
        size, digest = 0, hashlib.sha256()
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                for chunk in chunks:
                    file.write(chunk)
                    digest.update(chunk)
                    size += len(chunk)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
        return size, digest.hexdigest()

    def read(self, key: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """The bytes from *start* on, at most *length*, in blocks of up to 1 MiB.

        Raises:
            FileNotFoundError: at once, not at the first block.
        """
        file = self._path(key).open("rb")

        def blocks() -> Iterator[bytes]:
            with file:
                file.seek(start)
                left = length
                while left is None or left > 0:
                    block = file.read(_BLOCK if left is None else min(_BLOCK, left))
                    if not block:
                        return
                    if left is not None:
                        left -= len(block)
                    yield block

        return blocks()

    def size(self, key: str) -> int:
        """Size in bytes. Raises FileNotFoundError."""
        return self._path(key).stat().st_size

    @contextmanager
    def local(self, key: str) -> Generator[Path]:
        """The path of the file itself; only to be read. Raises FileNotFoundError."""
        path = self._path(key)
        if not path.is_file():
            raise FileNotFoundError(key)
        yield path

    def list(self, prefix: str) -> list[str]:
        """Keys in the folder *prefix* and below, sorted."""
        folder = self._path(prefix.rstrip("/")) if prefix else self._root
        found = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
        return sorted(path.relative_to(self._root).as_posix() for path in found)

    def delete(self, key: str) -> None:
        """Remove the file, and the folders that are empty without it; nothing happens when there is none."""
        path = self._path(key)
        path.unlink(missing_ok=True)
        for folder in path.parents:
            if folder == self._root:
                break
            try:
                folder.rmdir()
            except OSError:
                break

    def _path(self, key: str) -> Path:
        parts = key.split("/")
        if not all(_PART.fullmatch(part) for part in parts):
            raise ValueError(f"Not a file key: {key!r}")
        return self._root.joinpath(*parts)


def _sync_folder(folder: Path) -> None:
    """Make a rename in *folder* last."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
