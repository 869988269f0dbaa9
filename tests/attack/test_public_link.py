"""What a stranger can do from outside with an address they know, and what a machine does that follows links."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import httpx

from tests.attack.conftest import MARK, Scene
from tests.outside.instance import Instance, changes, until


def apply(http: httpx.Client, scene: Scene, **typed: str) -> httpx.Response:
    return http.post(f"/{scene.slug}/marked", data=typed, headers={"Origin": scene.instance.url})


def same(text: str, email: str) -> str:
    """The page without the address that was typed, which it may repeat."""
    return re.sub(re.escape(email), "…", text)


def test_typing_a_strangers_address_tells_and_changes_nothing(scene: Scene, http: httpx.Client) -> None:
    known, unknown = f"{MARK}@example.com", "somebody.else@example.com"
    before, mails = scene.holdings(), len(scene.instance.mails(known))
    told = apply(http, scene, name="Eve", email=known)
    told_too = apply(
        http, scene, name=f"{MARK} person", email=known.upper(), phone="+14155550199", sms_consent="yes"
    )
    after = scene.holdings()
    stranger = apply(http, scene, name="Eve", email=unknown)
    assert told.status_code == told_too.status_code == stranger.status_code
    assert same(told.text, known) == same(stranger.text, unknown)
    assert same(told_too.text, known.upper()) == same(stranger.text, unknown)
    assert not told.cookies and "set-cookie" not in told.headers
    # Nothing that was there is another now; the owner may have been written to, and a namesake been added.
    touched = [line for line in changes(before, after) if line.split(":")[0].strip() not in ADDED]
    assert touched == []
    victim = scene.instance.rows("select * from candidate where id = ?", scene.ids["candidate"])[0]
    assert (victim["name"], victim["phone"]) == (f"{MARK} person", "+14155550177")
    # And if a mail came, it went to the owner of the address and to nobody else.
    until(scene.instance.at_rest, "mails")
    assert len(scene.instance.mails(known)) >= mails
    assert scene.instance.mails("eve@example.com") == []


#: Tables in which a row may be new after somebody applied. Changed rows are named with their id and never match.
ADDED = {"message", "event", "candidate", "application", "consent", "attempted", "later"}


def test_asking_for_a_lost_link_says_the_same_to_everyone(scene: Scene, http: httpx.Client) -> None:
    headers = {"Origin": scene.instance.url}
    known = http.post("/lost-link", data={"email": f"{MARK}@example.com"}, headers=headers)
    unknown = http.post("/lost-link", data={"email": "nobody.here@example.com"}, headers=headers)
    assert known.status_code == unknown.status_code
    assert same(known.text, f"{MARK}@example.com") == same(unknown.text, "nobody.here@example.com")


def test_a_scanner_that_follows_every_link_changes_nothing(
    instance: Instance, scene: Scene, http: httpx.Client
) -> None:
    instance.invite("marked", [("Scanned Person", "scanned@example.com", "+14155550166", True)])
    mail = until(lambda: instance.mails("scanned@example.com"), "the invitation")[0]
    until(instance.at_rest, "the invitation")
    links = [link for link in mail["links"] if link.startswith(instance.url)]
    assert any("/i/" in link for link in links), mail["links"]
    before = instance.dump()
    for link in links:
        address = urlsplit(link)
        path = address.path + (f"?{address.query}" if address.query else "")
        for method in ("HEAD", "GET", "GET"):
            for agent in ("Mozilla/5.0 (compatible; MailScanner)", "", "curl/8"):
                answer = http.request(method, path, headers={"User-Agent": agent})
                assert answer.status_code in (200, 303), (method, link, answer.status_code)
                assert "set-cookie" not in answer.headers, link
    assert changes(before, instance.dump()) == []
    row = instance.rows(
        "select * from application where id = (select application_id from message where kind = 'invitation'"
        " and \"to\" = 'scanned@example.com' limit 1)"
    )[0]
    assert row["state"] == "invited" and row["opened_at"] is None and row["started_at"] is None
