"""Texts that ask something of the sender, and what a text costs."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milo_app.domain.keywords import Keyword, asked_for, gsm7, is_carrier_word, is_reaction, keyword, segments


class TestKeyword:
    @pytest.mark.parametrize(
        "text",
        [
            "STOP", "Stop.", " stopall ", "STOP ALL", "unsubscribe", "CANCEL", "end", "Quit!", "revoke", "opt-out",
            "OPTOUT", "Remove", "please stop texting me", "Stop messaging me!!", "don't text me again",
            "do not contact me", "no more texts", "take me off your list", "Por favor, dejen de escribirme",
            "no me manden más mensajes", "stop please", "Please stop", "I'm at work. Please stop texting me",
            "I got the job elsewhere, please stop", "Can you stop messaging me", "I don't want any more texts",
            "I no longer want to receive messages", "leave me alone!", "remove my number", "Never text me again ok",
            "ya no me escriban por favor", "no quiero recibir más mensajes", "Quítenme de su lista", "Baja", "dejen de molestar",
        ],
    )  # fmt: skip
    def test_stop(self, text: str) -> None:
        assert keyword(text) is Keyword.STOP

    @pytest.mark.parametrize(
        ("text", "meant"),
        [
            ("Start", Keyword.START),
            ("UNSTOP", Keyword.START),
            ("help", Keyword.HELP),
            ("Info?", Keyword.HELP),
            ("Ayuda", Keyword.HELP),
            ("You have the wrong number", Keyword.WRONG_NUMBER),
            ("wrong number, stop", Keyword.WRONG_NUMBER),
            ("Número equivocado", Keyword.WRONG_NUMBER),
            ("Sorry, I think you have the wrong person", Keyword.WRONG_NUMBER),
            ("No soy esa persona", Keyword.WRONG_NUMBER),
            ("nobody here by that name", Keyword.WRONG_NUMBER),
            ("text me again", Keyword.START),
            ("I need help", Keyword.HELP),
            ("who is this?", Keyword.WHO_IS_THIS),
            ("is this a scam", Keyword.WHO_IS_THIS),
            ("quién habla", Keyword.WHO_IS_THIS),
            ("Hi, who's this", Keyword.WHO_IS_THIS),
            ("¿Quién es?", Keyword.WHO_IS_THIS),
        ],
    )
    def test_other_keywords(self, text: str, meant: Keyword) -> None:
        assert keyword(text) is meant

    @pytest.mark.parametrize(
        "text",
        [
            "yes", "1", "no", "", "👍", "I stopped working there in 2019", "I quit my job in May",
            "At the end of the shift I hand over", "I had to cancel a surgery once", "I help patients",
            "I ask who is responsible and then call the doctor", "non stop",
            "I would stop it and call the nurse", "I would stop this at once and tell my lead", "No me contactaron nunca",
            "Once I gave meds to the wrong person and told my lead", "I called the wrong number", "I never text at work",
            "I tell people to please stop and then I explain",
            "I need help with lifting sometimes", "no mas de dos", "First look, stop, and check the chart",
            "My patient told me to stop, so I explained every step to her again and then we went on together",
        ],
    )  # fmt: skip
    def test_answers_are_left_alone(self, text: str) -> None:
        assert keyword(text) is None


class TestCarrierWords:
    @pytest.mark.parametrize(
        ("text", "word"),
        [
            ("Reply YES if you can work nights.", "YES"),
            ("Can you lift 20 kg? Answer with 'yes' or 'no'", "YES"),
            ("Responde STOP si no te interesa", "STOP"),
            ("text back quit to skip", "QUIT"),
            ("When did you end your last job?", ""),
            ("Would you answer calls at the end of a shift?", ""),
        ],
    )
    def test_asked_for(self, text: str, word: str) -> None:
        assert asked_for(text) == word

    def test_as_an_option(self) -> None:
        assert [is_carrier_word(x) for x in ("Stop", "yes", "Yes, always", "End of the month")] == [
            True,
            True,
            False,
            False,
        ]

    def test_echo_of_a_reaction(self) -> None:
        assert is_reaction("Liked “Can you work nights?”") and is_reaction('👍 to "Which shift?"')
        assert not is_reaction("Liked my last job") and not is_reaction('I said to "wait"')


class TestSegments:
    @pytest.mark.parametrize(
        ("text", "encoding", "count"),
        [
            ("", "GSM-7", 0),
            ("a" * 160, "GSM-7", 1),
            ("a" * 161, "GSM-7", 2),
            ("a" * 306, "GSM-7", 2),
            ("€" * 80, "GSM-7", 1),
            ("a" * 152 + "€" + "a" * 153, "GSM-7", 3),
            ("é" * 160, "GSM-7", 1),
            ("á" * 70, "UCS-2", 1),
            ("á" * 71, "UCS-2", 2),
            ("👍" * 35, "UCS-2", 1),
            ("👍" * 36, "UCS-2", 2),
        ],
    )
    def test_counts(self, text: str, encoding: str, count: int) -> None:
        assert (segments(text).encoding, segments(text).count) == (encoding, count)

    @given(text=st.text())
    def test_grows_with_the_text(self, text: str) -> None:
        cost = segments(text)
        part = 153 if cost.encoding == "GSM-7" else 67
        assert cost.count >= math.ceil(cost.units / part) - (cost.units <= (160 if part == 153 else 70))

    @given(text=st.text())
    def test_our_wording_fits_gsm7(self, text: str) -> None:
        assert segments(gsm7(text)).encoding == "GSM-7"

    def test_keeps_the_sense(self) -> None:
        assert gsm7("Sí — “años” número…") == 'Si - "años" numero...'
