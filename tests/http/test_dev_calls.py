"""The local telephone: the same line, the same checks, and no telephone network."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from milo_app.domain import records as r
from tests.http.test_calls import Line, line, pace, settings, until  # noqa: F401

NUMBER = "+14155550123"


class Handset:
    """The page of the local telephone, without its picture."""

    def __init__(self, url: str, call: str) -> None:
        self.manager = connect(f"{url.replace('http', 'ws')}/dev/phone/line?call={call}", close_timeout=1)
        self.socket = self.manager.__enter__()
        self.heard = ""

    def sends(self, **frame: Any) -> None:
        self.socket.send(json.dumps(frame))

    def hears_until(self, words: str) -> None:
        self.heard = ""
        while words not in self.heard:
            frame = json.loads(self.socket.recv(timeout=20))
            self.heard += frame.get("token") or frame.get("text") or f"<{frame['type']}>"

    def hangs_up(self) -> None:
        self.manager.__exit__(None, None, None)


def test_a_call_rings_is_answered_breaks_and_is_hung_up(line: Line) -> None:  # noqa: F811
    call = line.asked()
    listed = httpx.get(f"{line.url}/dev/phone/calls.json", params={"number": NUMBER}).json()
    assert [(one["id"], one["state"]) for one in listed] == [(call.provider_id, "ringing")]
    assert "answer_url" not in listed[0]
    phone = Handset(line.url, str(call.provider_id))
    phone.hears_until("press 2.")
    phone.sends(type="dtmf", digit="1")
    phone.hears_until("Why this role?")
    phone.sends(type="prompt", voicePrompt="I like people.", last=True)
    phone.hears_until("Can you work nights?")
    phone.sends(type="drop")
    phone.hears_until("Let us go on where we were. Can you work nights?")
    phone.hangs_up()
    until(lambda: line.call(call.id).variables["call"] == "completed")
    assert [m.variables["why"] for m in line.messages(kind="call_again")] == ["dropped"]
    # It has ended, so nobody can take it up again.
    with pytest.raises(InvalidStatus):
        Handset(line.url, str(call.provider_id))


def test_the_handset_rings_milo_up(line: Line) -> None:  # noqa: F811
    made = httpx.post(f"{line.url}/dev/phone/calls.json", json={"from": NUMBER}).json()
    phone = Handset(line.url, made["id"])
    phone.hears_until("press 2.")
    phone.sends(type="prompt", voicePrompt="No.", last=True)
    phone.hears_until("<over>")
    assert "nothing is kept" in phone.heard
    assert [call.direction for call in line.calls()] == ["in"]


@pytest.mark.parametrize(
    ("how", "state"), [("busy", "busy"), ("no-answer", "no-answer"), ("voicemail", "voicemail")]
)
def test_a_call_may_be_left(line: Line, how: str, state: str) -> None:  # noqa: F811
    call = line.asked()
    for status in (200, 409):
        left = httpx.post(f"{line.url}/dev/phone/calls.json", json={"call": call.provider_id, "do": how})
        assert left.status_code == status
    kept = line.call(call.id)
    assert (kept.variables["call"], kept.state) == (state, r.MessageState.FAILED)
    assert len(line.messages(kind="call_again")) == 1


def test_no_foreign_page_reaches_the_telephone(line: Line) -> None:  # noqa: F811
    url = f"{line.url}/dev/phone/calls.json"
    assert httpx.get(url, headers={"Host": "evil.example"}).status_code == 403
    assert (
        httpx.post(url, json={"from": NUMBER}, headers={"Origin": "https://evil.example"}).status_code == 403
    )
    with pytest.raises(InvalidStatus):
        Handset(line.url, "CA-unknown")
