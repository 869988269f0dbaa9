"""Texts by Twilio, with its official client.

Twilio knows no idempotency key. So a try whose end nobody saw is never repeated: Twilio is asked what it has taken,
and every text carries our own id in the address that Twilio calls back, which tells the rest.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from milo_app.config import is_loopback
from milo_app.domain import text_failures
from milo_app.services.ports import SendFailed, Sent

#: How far Twilio's clock may be behind ours.
_SKEW = timedelta(minutes=2)
#: How many of the newest texts to one number are looked through.
_LOOKED_THROUGH = 100


class TwilioSms:
    """Sends from a number or a messaging service, and can say afterwards what was taken.

    Implements `ports.Sms` and `ports.LooksUp`.
    """

    name = "twilio"
    idempotent = False

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        *,
        messaging_service_sid: str | None = None,
        base_url: str = "",
        status_callback: str = "",
        timeout: float = 10,
    ) -> None:
        """*status_callback* is where Twilio tells what became of a text; *timeout* is in seconds, of each connection
        and each wait for an answer."""
        from twilio.rest import Client  # pyright: ignore[reportMissingTypeStubs]

        self._client = Client(account_sid, auth_token, http_client=http_client(base_url, timeout))
        self._account, self._service = account_sid, messaging_service_sid
        self._status_callback = status_callback if may_call_back(status_callback, base_url) else ""

    def send(self, *, to: str, sender: str, body: str, key: str) -> Sent:
        """Hand the text over; *key* comes back as `m` in every status callback.

        Raises:
            SendFailed: in plain words. `unknown` when the answer was lost after the request may have arrived;
                `about_address` when the number itself is at fault.
        """
        parameters: dict[str, Any] = {"to": to, "body": body}
        if self._service or sender.startswith("MG"):
            parameters["messaging_service_sid"] = self._service or sender
        else:
            parameters["from_"] = sender
        if self._status_callback:
            parameters["status_callback"] = f"{self._status_callback}?{urlencode({'m': key})}"
        message = asked(lambda: self._client.messages.create(**parameters))
        if not message.sid:
            raise SendFailed("Twilio answered without an id.", retryable=False, unknown=True)
        return Sent(provider=self.name, provider_id=str(message.sid))

    def find(self, *, to: str, body: str, since: datetime) -> list[Sent]:
        """What Twilio took for *to* with this very *body* since then, oldest first.

        Raises:
            SendFailed: Twilio cannot be asked now.
        """
        # Not by `DateSent`: a text that still waits in Twilio's queue has none.
        listed = asked(lambda: self._client.messages.list(to=to, limit=_LOOKED_THROUGH))
        earliest = since.astimezone(UTC) - _SKEW
        wanted = _folded(body)
        return [
            Sent(provider=self.name, provider_id=str(one.sid))
            for one in reversed(listed)
            if str(one.direction or "").startswith("outbound")
            # A trial account writes a sentence of its own before ours.
            and _folded(one.body or "").endswith(wanted)
            and (one.date_created is None or one.date_created.astimezone(UTC) >= earliest)
        ]

    def answers(self) -> str:
        """Ask for our own account, which sends nothing. Raises SendFailed where Twilio is not there or refuses us."""
        account = asked(lambda: self._client.api.accounts(self._account).fetch())
        if account.status != "active":
            raise SendFailed(f"Twilio says that the account is {account.status}.", retryable=False)
        return "answers" if account.type == "Full" else "answers; a trial account texts verified numbers only"


def _folded(text: str) -> str:
    return " ".join(text.split())


def asked(call: Any) -> Any:
    """What *call*, one request to Twilio, gives; every way in which it can fail as SendFailed."""
    import requests
    from twilio.base.exceptions import (  # pyright: ignore[reportMissingTypeStubs]
        TwilioException,
        TwilioRestException,
        TwilioServiceException,
    )

    try:
        return call()
    except TwilioRestException as error:
        raise _refused(int(error.status), error.code, str(error.msg)) from error
    except TwilioServiceException as error:
        raise _refused(int(error.status), error.code, str(error.detail or error.title)) from error
    except requests.ConnectTimeout as error:
        raise SendFailed("Twilio cannot be reached.", retryable=True) from error
    except requests.ConnectionError as error:
        if _never_arrived(error):
            raise SendFailed("Twilio cannot be reached.", retryable=True) from error
        raise SendFailed(
            "The connection to Twilio was lost before it answered.", retryable=False, unknown=True
        ) from error
    except (requests.RequestException, TwilioException, ValueError) as error:
        # ValueError: an answer of success that cannot be read.
        raise SendFailed("Twilio gave no answer in time.", retryable=False, unknown=True) from error


def _refused(status: int, code: int | None, said: str) -> SendFailed:
    """Twilio's own no; from 500 on it may have taken the text all the same."""
    failure = text_failures.explain(code or status, said)
    if status >= 500 or status == 408:
        words = f"Twilio failed while it took the text ({code or status})."
        return SendFailed(words, retryable=False, unknown=True)
    # 429 alone says that nothing was taken; any other no stays a no.
    retry = status == 429 or failure.retry
    return SendFailed(failure.words, retryable=retry, about_address=str(failure.about_address))


def _never_arrived(error: BaseException) -> bool:
    """Whether no connection was made, so that the request cannot have arrived."""
    from urllib3.exceptions import NewConnectionError

    causes = tuple(_causes(error))
    return any(isinstance(cause, NewConnectionError | ssl.SSLCertVerificationError) for cause in causes)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """*error* and whatever stands behind it, in all the ways in which requests and urllib3 wrap."""
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        behind = (*one.args, getattr(one, "reason", None), one.__cause__, one.__context__)
        waiting += [other for other in behind if isinstance(other, BaseException)]


def may_call_back(url: str, base_url: str) -> bool:
    """Twilio refuses an address that it cannot reach; one on this machine is reached by what runs on it too."""
    if not url:
        return False
    api = urlsplit(base_url).hostname or ""
    return not is_loopback(urlsplit(url).hostname or "") or (bool(api) and is_loopback(api))


def http_client(base_url: str, timeout: float) -> Any:
    """Twilio's own HTTP client, sent to *base_url* instead where one is given (a proxy, a double in tests).

    Without a pool: a connection kept from before may be closed by the other side in the moment of sending, which looks
    exactly like a lost answer.
    """
    from twilio.http.http_client import TwilioHttpClient  # pyright: ignore[reportMissingTypeStubs]

    if not base_url:
        return TwilioHttpClient(pool_connections=False, timeout=timeout)
    base = urlsplit(base_url)

    class RebasedHttpClient(TwilioHttpClient):
        def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
            meant = urlsplit(url)
            # Says which of Twilio's hosts (api, messaging, lookups) was meant.
            kwargs["headers"] = {**(kwargs.get("headers") or {}), "X-Original-Host": meant.netloc}
            path = base.path.rstrip("/") + meant.path
            rebased = urlunsplit((base.scheme, base.netloc, path, meant.query, ""))
            return super().request(method, rebased, *args, **kwargs)

    return RebasedHttpClient(pool_connections=False, timeout=timeout)
