"""An installation keeps its id and its key."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor

from milo_app.adapters import identity


def test_it_is_made_once_and_for_the_owner_only(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: identity.load(tmp_path / "var"), range(16)))
    assert len(found) == 1 and found == {identity.load(tmp_path / "var")}
    assert len(next(iter(found)).key) == 32
    key = tmp_path / "var" / "instance-key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert sorted(path.name for path in key.parent.iterdir()) == ["instance-id", "instance-key"]
