"""Passwords are checked, also against nobody."""

from __future__ import annotations

from milo_app.adapters.passwords import Argon2Passwords


def test_only_the_right_password_of_a_known_person_is_right():
    passwords = Argon2Passwords()
    hashed = passwords.hash("correct horse")
    assert hashed.startswith("$argon2id$")
    assert passwords.verify("correct horse", hashed)
    assert not passwords.verify("wrong", hashed)
    assert not passwords.verify("nobody has this password", None)
    assert not passwords.verify("x", "not a hash")
    assert not passwords.verify("x" * 5000, hashed)
