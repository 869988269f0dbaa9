"""The local mailbox: nothing is sent, everything can be read and replied to at `/dev/mailbox`."""

from __future__ import annotations

import email.policy
import html
import os
import re
import secrets
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr
from pathlib import Path

from milo_app.adapters.clock import SystemClock
from milo_app.adapters.email.mime import digest, from_mime, message_id, to_mime
from milo_app.domain.errors import NotFound
from milo_app.services.ports import Clock, InboundEmail, MailboxEntry, OutgoingEmail, Sent

_HREF = re.compile(r'href="(https?://[^"]+)"', re.IGNORECASE)
_URL = re.compile(r"https?://[^\s<>\"')\]]+")
_ID = re.compile(r"[0-9a-f]{32}")


class LocalEmail:
    """Keeps each message as an `.eml` file in *folder*, where `/dev/mailbox` shows it; nothing is sent.

    Implements `ports.Email`, `ports.Mailbox` and `ports.Inbox`.
    """

    name = "mailbox"
    idempotent = True

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        self._folder, self._clock = folder, clock or SystemClock()

    def send(self, email: OutgoingEmail, *, key: str) -> Sent:
        """Keep the message; the same *key* is kept once.

        Raises:
            SendFailed: when a header is not valid.
        """
        id, at = digest(key), self._clock.now()
        message = to_mime(email, message_id=message_id(email, key), at=at)
        message["X-Milo-At"] = at.isoformat()
        self._keep(self._folder / f"{id}.eml", message)
        return Sent(provider=self.name, provider_id=id)

    def entries(self, *, to: str = "", after: str = "") -> list[MailboxEntry]:
        """Messages, oldest first. *to* is an address; *after* an entry's `at` or id, which is left out itself."""
        found = [self._read(path) for path in self._folder.glob("*.eml")]
        found.sort(key=lambda entry: (entry["at"], entry["id"]))
        if _ID.fullmatch(after):
            ids = [entry["id"] for entry in found]
            found = found[ids.index(after) + 1 :] if after in ids else []
        elif after:
            # A plus sign in a query becomes a space on its way.
            since = datetime.fromisoformat(after.replace(" ", "+"))
            found = [entry for entry in found if datetime.fromisoformat(entry["at"]) > since]
        if to:
            found = [entry for entry in found if parseaddr(entry["to"])[1].lower() == to.strip().lower()]
        return found

    def raw(self, id: str) -> bytes | None:
        """The message as it would go over the wire, or None."""
        path = self._folder / f"{id}.eml"
        return path.read_bytes() if _ID.fullmatch(id) and path.exists() else None

    def reply(
        self, *, id: str, sender: str, to: str, subject: str, text: str, automatic: bool = False
    ) -> bool:
        """Keep an email that somebody wrote to us, as one that came in; False when *id* was kept before.

        Raises:
            SendFailed: when a header is not valid.
        """
        outgoing = OutgoingEmail(
            to=to,
            sender=sender,
            subject=subject,
            html="",
            text=text,
            headers=(("Auto-Submitted", "auto-replied"),) if automatic else (),
        )
        message = to_mime(outgoing, message_id=message_id(outgoing, id), at=self._clock.now())
        return self._keep(self._incoming(id), message)

    def fetch(self, id: str) -> InboundEmail:
        """An email that came in. Raises NotFound."""
        path = self._incoming(id)
        if not path.exists():
            raise NotFound("There is no such email.")
        return from_mime(path.read_bytes(), id=id)

    def _incoming(self, id: str) -> Path:
        return self._folder / "in" / f"{digest(id)}.eml"

    def _keep(self, path: Path, message: EmailMessage) -> bool:
        """Write the file whole, or leave the one that is there."""
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.parent / f".{secrets.token_hex(8)}.part"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(message.as_bytes())
        try:
            os.link(draft, path)
        except FileExistsError:
            return False
        finally:
            draft.unlink()
        return True

    def _read(self, path: Path) -> MailboxEntry:
        message = BytesParser(policy=email.policy.default).parsebytes(path.read_bytes())
        html_part, text_part = message.get_body(("html",)), message.get_body(("plain",))
        body = str(html_part.get_content()) if html_part else ""
        text = str(text_part.get_content()) if text_part else ""
        links = [html.unescape(link) for link in _HREF.findall(body)] + _URL.findall(text)
        return {
            "id": path.stem,
            "at": str(message["X-Milo-At"]),
            "from": str(message["From"]),
            "to": str(message["To"]),
            "subject": str(message["Subject"]),
            "text": text,
            "html": body,
            "headers": {name: str(value) for name, value in message.items()},
            "links": list(dict.fromkeys(links)),
        }
