"""What Milo texts back: plain letters, two segments at most, and nothing that a carrier would take for itself."""

from __future__ import annotations

import re

import pytest

from milo_app.domain.keywords import segments
from milo_app.domain.records import ApplicationState
from milo_app.domain.replies import _WORDS, WHERE, either, reply

LINK = "https://jobs.example-company.com/i/" + "x" * 43


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("name", list(_WORDS))
def test_short_plain_and_free_of_carrier_words(name: str, language: str) -> None:
    said = reply(
        name,
        language,
        company="St. Martin's Community Hospital",
        role="Registered Nurse, ICU nights",
        codes="K7QF, M3AP or 7XYZ",
    )
    assert not re.sub(r"\{link\}", "", said).count("{")
    cost = segments(said.replace("{link}", LINK))
    assert (cost.encoding, cost.count <= 2) == ("GSM-7", True), (cost, said)
    asked = re.findall(r"(?:reply|responde)\W+(\w+)", said.lower())
    assert not {"yes", "end", "cancel", "quit"} & set(asked)


def test_every_state_has_words() -> None:
    assert {WHERE[state] for state in ApplicationState} <= set(_WORDS)


def test_long_names_leave_room_for_the_rest() -> None:
    assert len(reply("who", company="A" * 300)) < 306


def test_codes() -> None:
    assert (either(["K7QF", "M3AP"], "en"), either(["A", "B", "C"], "es")) == ("K7QF or M3AP", "A, B o C")
