"""Calls by Twilio Voice, with its official client.

Twilio knows no idempotency key. Every call carries our own id in the addresses that Twilio asks and tells, so a call
whose placing nobody saw the end of makes itself known as soon as it rings; until then Twilio is asked what it placed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from milo_app.adapters.sms.twilio import asked, http_client, may_call_back
from milo_app.services.ports import OutgoingCall, SendFailed, Sent

#: How far Twilio's clock may be behind ours.
_SKEW = timedelta(minutes=2)
#: How many of the newest calls to one number are looked through.
_LOOKED_THROUGH = 50
#: Rings for this many seconds: longer than most voicemails wait, so that "no answer" is told from them.
_RINGS_S = 40
#: Listens this many seconds to whether a person or a machine has answered.
_DETECTION_S = 12
_PIECE = 65_536


class TwilioPhone:
    """Places calls from one number. Implements `ports.Phone`."""

    name = "twilio"

    def __init__(
        self, account_sid: str, auth_token: str, *, number: str, base_url: str = "", timeout: float = 10
    ) -> None:
        """*number* is the E.164 number that calls come from; *timeout* is in seconds, of each wait."""
        from twilio.rest import Client  # pyright: ignore[reportMissingTypeStubs]

        self._client = Client(account_sid, auth_token, http_client=http_client(base_url, timeout))
        self._account, self._base_url, self._timeout = account_sid, base_url, timeout
        self.number, self.signing_key = number, auth_token

    def place(self, call: OutgoingCall) -> Sent:
        """Have the number called; the one who answers is told apart from a machine before our address is asked.

        Raises:
            SendFailed: in plain words. `unknown` when the answer was lost after the request may have arrived.
        """
        if not may_call_back(call.answer_url, self._base_url):
            raise SendFailed(
                "Twilio cannot reach this instance: set MILO_PUBLIC_URL to its address on the internet.",
                retryable=False,
            )
        placed = asked(
            lambda: self._client.calls.create(
                to=call.to,
                from_=call.sender,
                url=call.answer_url,
                status_callback=call.status_url,
                status_callback_event=["initiated", "ringing", "answered", "completed"],
                machine_detection="Enable",
                machine_detection_timeout=_DETECTION_S,
                timeout=_RINGS_S,
                time_limit=call.limit_s,
            )
        )
        if not placed.sid:
            raise SendFailed("Twilio answered without an id.", retryable=False, unknown=True)
        return Sent(provider=self.name, provider_id=str(placed.sid))

    def find(self, *, to: str, sender: str, since: datetime) -> list[Sent]:
        """The calls that Twilio placed from *sender* to *to* since then, oldest first. Raises SendFailed."""
        earliest = since.astimezone(UTC) - _SKEW
        listed: Any = asked(lambda: self._client.calls.list(to=to, from_=sender, limit=_LOOKED_THROUGH))
        return [
            Sent(provider=self.name, provider_id=str(one.sid))
            for one in reversed(listed)
            if one.date_created is None or one.date_created.astimezone(UTC) >= earliest
        ]

    def record(self, provider_id: str, *, status_url: str) -> None:
        """Record both sides of a call, unless that was begun before. Raises SendFailed."""
        recordings = self._client.calls(provider_id).recordings
        if asked(lambda: recordings.list(limit=1)):
            return
        asked(
            lambda: recordings.create(
                recording_channels="dual",
                recording_status_callback=status_url,
                recording_status_callback_event=["completed", "absent"],
            )
        )

    def recording(self, recording_id: str) -> Iterator[bytes]:
        """The sound of a recording as MP3, in pieces. Raises SendFailed."""
        import requests

        base = self._base_url.rstrip("/") or "https://api.twilio.com"
        # Made of the id alone: an address that came with a request is never fetched.
        url = f"{base}/2010-04-01/Accounts/{self._account}/Recordings/{recording_id}.mp3"
        try:
            with requests.get(
                url, auth=(self._account, self.signing_key), stream=True, timeout=self._timeout
            ) as answer:
                if answer.status_code != 200:
                    raise SendFailed(f"Twilio has no such recording ({answer.status_code}).", retryable=True)
                yield from answer.iter_content(_PIECE)
        except requests.RequestException as error:
            raise SendFailed("The recording could not be fetched from Twilio.", retryable=True) from error
