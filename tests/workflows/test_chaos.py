"""The short form of `make chaos`: a few candidates, a server killed under them, and a helper that stays dead."""

from pathlib import Path

from benchmarks.chaos import run


def test_nothing_is_lost_doubled_or_stuck_through_kills(tmp_path: Path) -> None:
    findings = run(tmp_path / "var", journeys=6, kills=3, seed=7)
    assert findings.clean, f"{findings}\n{findings.line}"
