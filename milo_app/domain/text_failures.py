"""Why a text did not arrive: Twilio's codes in plain words, and whether the number itself or only the moment is at fault.

Twilio says the code in its answer to a sending, or later in a status callback; both are read here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class AddressFault(StrEnum):
    """What is wrong with the number itself, so that nothing more is texted to it; empty where nothing is."""

    NONE = ""
    OPTED_OUT = "carrier_stop"
    LANDLINE = "landline"
    INVALID = "invalid_number"


@dataclass(frozen=True, kw_only=True)
class Failure:
    """One reason. `retry`: the same text may get through a little later, and Twilio has surely not taken it."""

    words: str
    about_address: AddressFault = AddressFault.NONE
    retry: bool = False


def explain(code: int | str | None, said: str = "") -> Failure:
    """The failure behind Twilio's *code*; *said* is Twilio's own sentence, kept beside ours and shown for an unknown
    code. The code ends the words, so that it can be looked up."""
    digits = str(code or "")
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0
    known = _KNOWN.get(number)
    if known is None:
        told = said.strip().rstrip(".") or "Twilio gave no reason"
        return Failure(words=f"{told[:300]} ({number})." if number else f"{told[:300]}.")
    return Failure(
        words=f"{known.words} (Twilio {number})", about_address=known.about_address, retry=known.retry
    )


def read(error: str) -> Failure:
    """The failure behind what a status callback says: a code, then perhaps Twilio's own words."""
    code, _, said = error.strip().partition(" ")
    return explain(code, said) if code.isascii() and code.isdigit() else explain("", error)


def _said(words: str) -> Failure:
    return Failure(words=words)


_OPTED_OUT = Failure(words="They opted out of texts from this sender.", about_address=AddressFault.OPTED_OUT)
_INVALID = Failure(words="This is not a number that can be texted.", about_address=AddressFault.INVALID)
_LANDLINE = Failure(
    words="This number cannot receive texts; it may be a landline.", about_address=AddressFault.LANDLINE
)
_LATER = Failure(words="Twilio is too busy to take more texts right now.", retry=True)
_SENDER = _said("The sending number or messaging service is not set up for texts at Twilio.")
_FILTERED = _said("The carrier took this text for unwanted and filtered it out.")

_KNOWN: Mapping[int, Failure] = {
    **dict.fromkeys((20429, 30001, 30022, 63038), _LATER),
    20003: _said("Twilio refused our account or its token. Check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN."),
    20404: _said("Twilio does not know our account. Check TWILIO_ACCOUNT_SID."),
    20005: _said("Our Twilio account is not active."),
    21610: _OPTED_OUT,
    **dict.fromkeys((21211, 21217, 21401, 21421, 30005), _INVALID),
    **dict.fromkeys((21614, 30006), _LANDLINE),
    **dict.fromkeys(
        (21408, 21215), _said("Texts to this country are not switched on in our Twilio account.")
    ),
    **dict.fromkeys((21603, 21606, 21212, 21659, 21660, 21661, 21701, 21703), _SENDER),
    21608: _said("A Twilio trial account may only text numbers that were verified there."),
    21609: _said("Twilio cannot call back at MILO_PUBLIC_URL."),
    21612: _said("There is no way to text this number from our sender."),
    21611: Failure(words="The sending number has too many texts waiting at Twilio.", retry=True),
    **dict.fromkeys((21617, 21605, 30019), _said("This text is too long.")),
    **dict.fromkeys((21602, 21619), _said("The text was empty.")),
    30002: _said("Our Twilio account is suspended."),
    30003: _said("The phone was off or out of reach."),
    30004: _said("The person or their carrier blocks texts from this sender."),
    30007: _FILTERED,
    30008: _said("The carrier did not deliver this text and gave no reason."),
    30010: _said("This text costs more than the limit that is set at Twilio."),
    30017: _said("The carrier's network was too busy."),
    30018: _said("The carrier wants this sender to be registered first."),
    **dict.fromkeys((30023, 30024, 30025), _said("The carrier's daily limit for this sender is used up.")),
    **dict.fromkeys(
        (30034, 30035),
        _said("Our sending number is not registered for texts in the United States (A2P 10DLC)."),
    ),
    30032: _said("Our toll-free sending number is not verified yet."),
    30410: _said("The carrier took too long to answer."),
    30450: _said("The carrier took this text for a repeat and did not deliver it."),
}
