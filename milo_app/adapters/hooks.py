"""Tells other people's programs what happened: signed by Standard Webhooks, never to an address inside our own network.

A name is looked up once and the connection made to the very address that was checked, so that a name which changes its
mind in between gains nothing; redirections are not followed.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlsplit

import httpx
from standardwebhooks import Webhook

from milo_app.services.ports import HookAnswer

_SECONDS = 10.0
#: What of an answer is kept, in characters, and read, in bytes.
_KEPT, _READ = 2000, 16_384


class HttpHooks:
    """Posts over HTTP. Implements `ports.Hooks`. *private*: addresses of this machine and its network may be told."""

    def __init__(self, *, private: bool) -> None:
        self._private = private
        self._client = httpx.Client(timeout=_SECONDS, follow_redirects=False, trust_env=False)

    def post(
        self, url: str, *, id: str, at: datetime, body: str, secrets: Sequence[str]
    ) -> tuple[Mapping[str, str], HookAnswer]:
        """Post once. Returns (the headers sent, what came of it); a failure is an answer too, never raised."""
        signatures = " ".join(Webhook(secret).sign(id, at, body) for secret in secrets)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Milo-Webhooks/1",
            "webhook-id": id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": signatures,
        }
        began = time.monotonic()
        try:
            status, text = self._post(url, headers, body)
            problem = "" if 200 <= status < 300 else f"It answered {status}."
        except (OSError, ValueError, httpx.HTTPError, httpx.InvalidURL) as failed:
            status, text, problem = 0, "", str(failed) or type(failed).__name__
        taken = int((time.monotonic() - began) * 1000)
        return headers, HookAnswer(status=status, body=text, ms=taken, problem=problem)

    def _post(self, url: str, headers: Mapping[str, str], body: str) -> tuple[int, str]:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        address = self._address(host, port)
        placed = httpx.URL(url).copy_with(host=address)
        request = self._client.build_request(
            "POST",
            placed,
            content=body.encode(),
            headers={**headers, "Host": parts.netloc.rpartition("@")[2]},
            extensions={"sni_hostname": host},
        )
        end = time.monotonic() + _SECONDS * 2
        read = b""
        response = self._client.send(request, stream=True)
        try:
            for piece in response.iter_bytes():
                read += piece
                if len(read) >= _READ or time.monotonic() > end:
                    break
        finally:
            response.close()
        return response.status_code, read.decode("utf-8", "replace").replace("\x00", "")[:_KEPT]

    def _address(self, host: str, port: int) -> str:
        """The address to connect to. Raises OSError where there is none, or it must not be told."""
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        if not found:
            raise OSError("There is no such address.")
        if not self._private and not all(is_public(one) for one in found):
            raise OSError("This address is inside a private network, and is not told anything.")
        return found[0]


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, also where it is wrapped into another."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None and not is_public(str(inner)):
            return False
    return ip.is_global and not ip.is_multicast


_NAT64 = ipaddress.ip_network("64:ff9b::/96")
