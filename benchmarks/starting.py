"""How long a second start takes: everything is there already."""

from __future__ import annotations

import time
from pathlib import Path

from benchmarks.measuring import Figure
from tests.outside.instance import Instance


def measure(data: Path) -> list[Figure]:
    instance = Instance(data)
    instance.start()
    instance.stop()
    begun = time.monotonic()
    instance.start()
    taken = time.monotonic() - begun
    instance.stop()
    return [Figure(name="second start, until /readyz", figure=taken, unit="s", budget=10)]
