"""The short form of `make chaos`: a few candidates, a server killed under them, and a helper that stays dead; then a
few invitations by providers that fail and lose answers, and a few who talk."""

from pathlib import Path

from benchmarks import messaging, talks
from benchmarks.chaos import run


def test_nothing_is_lost_doubled_or_stuck_through_kills(tmp_path: Path) -> None:
    findings = run(tmp_path / "var", journeys=6, kills=3, seed=7)
    assert findings.clean, f"{findings}\n{findings.line}"


def test_each_message_is_taken_once_or_nobody_can_tell(tmp_path: Path) -> None:
    findings = messaging.run(tmp_path / "var", people=12, kills=1, seed=11, hang=False)
    assert findings.clean, f"{findings}\n{findings.line}"


def test_no_turn_of_a_talk_is_lost_or_asked_twice(tmp_path: Path) -> None:
    """On the page and by phone; the whole form, with rooms, is `make chaos`."""
    findings = talks.run(tmp_path / "var", talkers=6, kills=2, seed=5)
    assert findings.clean, f"{findings}\n{findings.line}"
