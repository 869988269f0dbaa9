"""The local mailbox and handset hold every secret link: no page of another site may read or use them."""

from __future__ import annotations

import socket

import httpx
import pytest

from tests.outside.instance import Instance, changes

PATHS = ("/dev/mailbox", "/dev/mailbox.json", "/dev/phone", "/dev/phone.json")


def raw(instance: Instance, path: str, host: str) -> int:
    """The status of a request with any Host header, however odd."""
    with socket.create_connection(("127.0.0.1", instance.port), timeout=10) as link:
        link.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        return int(link.recv(64).split()[1])


@pytest.mark.parametrize("path", PATHS)
def test_another_host_name_is_refused(instance: Instance, path: str) -> None:
    assert raw(instance, path, f"127.0.0.1:{instance.port}") == 200
    assert raw(instance, path, f"localhost:{instance.port}") == 200
    for host in (
        "evil.example",
        f"evil.example:{instance.port}",
        f"127.0.0.1.evil.example:{instance.port}",
        f"localhost.evil.example:{instance.port}",
        f"evil.example@127.0.0.1:{instance.port}",
        "0.0.0.0",
        "",
    ):
        assert raw(instance, path, host) in (400, 403, 404, 421), host


def test_another_sites_page_can_neither_read_nor_text(instance: Instance, http: httpx.Client) -> None:
    before = instance.dump()
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        sent = {"from": "+14155550100", "to": "+15550100000", "body": "STOP"}
        assert http.post("/dev/phone.json", json=sent, headers=headers).status_code == 403
        answer = http.get("/dev/mailbox.json", headers=headers)
        assert "access-control-allow-origin" not in answer.headers
    assert changes(before, instance.dump()) == []


def test_a_mail_is_named_by_its_id_alone(instance: Instance, http: httpx.Client) -> None:
    for id in ("..%2f..%2finstance", "../../instance", "%00", "x" * 3000, "nothing"):
        assert http.get(f"/dev/mailbox/{id}.eml").status_code in (400, 404), id
