"""Password hashing with Argon2id."""

from __future__ import annotations

import functools

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

#: Longer ones are refused before they cost time; nobody types them.
MAX_LENGTH = 1024


class Argon2Passwords:
    """Implements `ports.Passwords`."""

    def __init__(self) -> None:
        self._hasher = PasswordHash((Argon2Hasher(),))

    def hash(self, password: str) -> str:
        """A salted hash that names its own parameters. Raises ValueError when longer than 1,024 characters."""
        if len(password) > MAX_LENGTH:
            raise ValueError("The password is too long.")
        return self._hasher.hash(password)

    def verify(self, password: str, hashed: str | None) -> bool:
        """Whether *password* is the one that was hashed; takes as long for an unknown person (None)."""
        if len(password) > MAX_LENGTH:
            return False
        try:
            matches = self._hasher.verify(password, hashed or self._nobodys)
        except UnknownHashError:
            matches = self._hasher.verify(password, self._nobodys)
        return matches and hashed is not None

    @functools.cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash("nobody has this password")
