"""Many at the same moment, on SQLite; `tests/db/test_postgres.py` runs the same on PostgreSQL."""

from __future__ import annotations

import pytest

from milo_app.services.ports import Deps
from tests.services import rush


@pytest.mark.parametrize("what", [rush.imports, rush.texts, rush.words])
def test_at_once(deps: Deps, what) -> None:
    what(deps)
