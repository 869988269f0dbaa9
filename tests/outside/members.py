"""Recruiters of a running instance: made by the command line, signed in as everyone signs in."""

from __future__ import annotations

import httpx

from tests.outside.instance import Instance

PASSWORD = "correct horse battery staple 9"


def member(instance: Instance, workspace: str, email: str, role: str) -> str:
    """Add a member, take their set-up link, and return the cookie of their session."""
    made = instance.cli(
        "member", "add", "--workspace", workspace, "--email", email, "--role", role, "--name", "Somebody"
    )
    with httpx.Client(base_url=instance.url, timeout=20) as http:
        link = made["set_up_url"].removeprefix(instance.url)
        entered = http.post(
            link, data={"name": "Somebody", "password": PASSWORD}, headers={"Origin": instance.url}
        )
        assert entered.status_code == 303, entered.text[:500]
        return cookie_of(http)


def sign_in(instance: Instance, email: str, password: str = PASSWORD) -> str:
    """The cookie of a new session."""
    with httpx.Client(base_url=instance.url, timeout=20) as http:
        entered = http.post(
            "/sign-in", data={"email": email, "password": password}, headers={"Origin": instance.url}
        )
        assert entered.status_code == 303, entered.text[:500]
        return cookie_of(http)


def cookie_of(http: httpx.Client | httpx.AsyncClient) -> str:
    return "; ".join(f"{one.name}={one.value}" for one in http.cookies.jar)
