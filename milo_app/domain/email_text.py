"""What somebody wrote in an email: their own words without what they quote, and whether a machine wrote it."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

#: Lines after which mail programs put what is answered, in English and Spanish.
_QUOTED_FROM_HERE = re.compile(
    r"^\s*(?:"
    r"on\b.{0,200}\bwrote:\s*$|el\b.{0,200}\bescribi[oó]:\s*$|"
    r"-{2,}\s*(?:original message|mensaje original|forwarded message)\s*-{2,}|"
    r"_{10,}|"
    r"(?:from|de):\s.{0,200}@"
    r")",
    re.IGNORECASE,
)
#: Some programs break "On … wrote:" in two.
_BROKEN = re.compile(r"^\s*(?:on|el)\b.{0,200}$", re.IGNORECASE)
_ENDS = re.compile(r"\b(?:wrote|escribi[oó]):\s*$", re.IGNORECASE)
_BREAKS = re.compile(r"<\s*(?:br|/p|/div|/li|/h[1-6]|/tr)\b[^>]*>", re.IGNORECASE)
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")

_SUBJECTS = re.compile(
    r"^\s*(?:automatic reply|auto(?:matic)?[ -]?reply|out of (?:the )?office|undeliver|delivery status|"
    r"mail delivery failed|respuesta autom[aá]tica|fuera de (?:la )?oficina)",
    re.IGNORECASE,
)
_MACHINES = re.compile(r"^(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply)@", re.IGNORECASE)
_HEADERS = ("x-autoreply", "x-autorespond", "x-auto-reply-from", "x-failed-recipients")


def own_words(text: str) -> str:
    """*text* up to what it quotes of an earlier email; all of it where nothing else would be left."""
    lines = text.split("\n")
    for at, line in enumerate(lines):
        broken = _BROKEN.match(line) and at + 1 < len(lines) and _ENDS.search(lines[at + 1])
        if _QUOTED_FROM_HERE.match(line) or broken:
            lines = lines[:at]
            break
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith(">")):
        lines.pop()
    return "\n".join(lines).strip() or text.strip()


def with_line_ends(markup: str) -> str:
    """HTML with a line end where a reader sees one, so that they outlive the tags."""
    return _BREAKS.sub(lambda tag: f"{tag[0]}\n", markup)


def unescaped(text: str) -> str:
    """Text that was left of HTML, with its letters back."""
    return re.sub(r"\n{3,}", "\n\n", html.unescape(text)).strip()


def seen(text: str) -> str:
    """*text* without characters that nobody sees, among them those that turn the order of letters round."""
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def is_automatic(headers: Mapping[str, str], *, sender: str, subject: str) -> bool:
    """Whether a machine wrote it: an absence note, a receipt, a failed delivery. *headers* have lower-case names."""
    if headers.get("auto-submitted", "no").split(";")[0].strip().lower() not in ("", "no"):
        return True
    if any(name in headers for name in _HEADERS) or headers.get("return-path", "").strip() == "<>":
        return True
    if headers.get("precedence", "").strip().lower() in ("auto_reply", "bulk", "junk", "list"):
        return True
    report = headers.get("content-type", "").strip().lower().startswith("multipart/report")
    return report or bool(_MACHINES.match(sender)) or bool(_SUBJECTS.match(subject))
