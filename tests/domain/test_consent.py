"""The words agreed to. A changed text with an old version would make every record of consent a lie."""

import pytest

from milo_app.domain import consent
from milo_app.domain.consent import Notice

SHOWN = [
    consent.interview("en", video=False),
    consent.interview("en", video=True),
    consent.interview("es", video=False),
    consent.interview("es", video=True),
    consent.sms("en"),
    consent.sms("es"),
]


def test_versions_tell_texts_apart() -> None:
    assert len({n.version for n in SHOWN}) == len({n.hash for n in SHOWN}) == len(SHOWN)


@pytest.mark.parametrize("notice", SHOWN, ids=lambda n: n.version)
def test_hash_belongs_to_its_version(notice: Notice) -> None:
    """When this fails: raise the version of the text you changed, then note its new hash here."""
    assert notice.hash[:12] == HASHES[notice.version]


def test_other_languages_read_english() -> None:
    assert consent.interview("fr") == consent.interview("en")
    assert consent.sms("fr") == consent.sms("en")


HASHES = {
    "interview-audio-2-en": "28522816e6ac",
    "interview-video-2-en": "0fd4faffcaa8",
    "interview-audio-2-es": "9ed5a1023acc",
    "interview-video-2-es": "f45aa56baedd",
    "sms-1-en": "14b102d61e72",
    "sms-1-es": "669724d44ba1",
}
