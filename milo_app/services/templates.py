"""The words of messages: Milo's own, and what a workspace made of them, in versions that are never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from milo_app.domain import message_values, message_words
from milo_app.domain import records as r
from milo_app.domain.actors import MemberActor
from milo_app.domain.errors import Forbidden, Invalid, NotFound
from milo_app.domain.message_words import CHANNELS, KINDS, LANGUAGES
from milo_app.services.ports import UnitOfWork
from milo_app.services.transactions import command, query

_FOLDER = Path(__file__).resolve().parents[1] / "templates" / "messages"

#: The version of Milo's own words that new messages use; a changed text is a new file with the next number.
VERSION = 2
#: A letter around what a person wrote themselves, and the bare word that there is news, where a kind has no words of its
#: own on a channel; no workspace changes these.
LETTER, NEWS = "letter", "news"
_FIXED = (LETTER, NEWS)


@dataclass(frozen=True, kw_only=True)
class Words:
    """A message's words before they are filled in. `subject` is empty for texts."""

    subject: str
    text: str

    def as_json(self) -> dict[str, str]:
        """As the renderer takes it, in `variables["own"]`."""
        return {"subject": self.subject, "text": self.text}


@cache
def builtin(kind: str, channel: str, language: str, version: int = VERSION) -> Words:
    """Milo's own words. Raises NotFound where there are none for this kind and channel."""
    if kind not in (*KINDS, *_FIXED) or channel not in CHANNELS or language not in LANGUAGES:
        raise NotFound("There is no such message.")
    path = _FOLDER / f"{kind}.{channel}.{version}.{language}.txt"
    if not path.exists():
        raise NotFound("There is no such message.")
    text = path.read_text(encoding="utf-8").strip()
    if not text.startswith("Subject: "):
        return Words(subject="", text=text)
    subject, _, rest = text.partition("\n")
    return Words(subject=subject.removeprefix("Subject: ").strip(), text=rest.strip())


def newest(
    uow: UnitOfWork, workspace_id: str, kind: str, channel: str, language: str
) -> r.MessageTemplate | None:
    """The workspace's own words that count now, or None where Milo's do."""
    found = uow.templates.first(
        workspace_id=workspace_id, kind=kind, channel=channel, language=language, order="-version"
    )
    return found if found is not None and found.text else None


def chosen(uow: UnitOfWork, workspace_id: str, kind: str, channel: str, language: str) -> str:
    """The `Message.template` of a new message of *kind*: the workspace's own version, or Milo's. A blast names itself
    (`blast:<id>`), and what is said in an interview has words of its own."""
    if kind.startswith("blast:"):
        return kind
    if kind == "decision" or (kind in KINDS and channel not in KINDS[kind].channels):
        kind = NEWS
    if kind not in (*KINDS, *_FIXED):
        return f"{kind}.1"
    own = newest(uow, workspace_id, kind, channel, language)
    return f"own:{own.id}" if own is not None else f"{kind}.{VERSION}"


def own_words(uow: UnitOfWork, message: r.Message) -> dict[str, Any]:
    """`{own: {subject, text}}` to be added to a message's variables for the renderer; nothing for Milo's fixed ones.

    Raises NotFound when the words are gone, as after an erasure.
    """
    name, _, id = message.template.partition(":")
    if name == "own":
        kept = uow.templates.get(id)
        return {"own": Words(subject=kept.subject, text=kept.text).as_json()}
    if name == "blast":
        blast = uow.blasts.get(id)
        return {"own": Words(subject=blast.subject, text=blast.text).as_json()}
    kind, _, version = message.template.partition(".")
    if kind not in (*KINDS, *_FIXED) or not version.isdigit():
        return {}
    language = message_values.language_of(message.variables)
    return {"own": builtin(kind, str(message.channel), language, int(version)).as_json()}


# --- Editing ----------------------------------------------------------------------------------------------------------


@query
def overview(uow: UnitOfWork, actor: MemberActor) -> list[dict[str, Any]]:
    """Every kind with its channels, `[{kind, title, when, channels: [{channel, name, own: [language, …]}]}]`."""
    own: dict[tuple[str, str], list[str]] = {}
    for kind, rule in KINDS.items():
        for channel in rule.channels:
            own[kind, channel] = [
                LANGUAGES[lang] for lang in LANGUAGES if newest(uow, actor.workspace_id, kind, channel, lang)
            ]
    return [
        {
            "kind": kind,
            "title": rule.title,
            "when": rule.when,
            "channels": [
                {"channel": c, "name": CHANNELS[c], "own": ", ".join(own[kind, c])} for c in rule.channels
            ],
        }
        for kind, rule in KINDS.items()
    ]


@query
def read(uow: UnitOfWork, actor: MemberActor, *, kind: str, channel: str, language: str) -> dict[str, Any]:
    """One message's words with its variables and earlier versions. Raises NotFound."""
    plain = _editable(kind, channel, language)
    own = newest(uow, actor.workspace_id, kind, channel, language)
    words = Words(subject=own.subject, text=own.text) if own else plain
    versions = uow.templates.find(kind=kind, channel=channel, language=language, order="-version", limit=20)
    names = {m.id: m.name or m.email for m in uow.members.find()}
    return {
        "title": KINDS[kind].title,
        "when": KINDS[kind].when,
        "subject": words.subject,
        "text": words.text,
        "own": own is not None,
        "version": own.version if own else 0,
        "variables": [
            {"name": f"{{{name}}}", "what": message_words.VARIABLES[name].what}
            for name in message_words.allowed(kind)
        ],
        "versions": [
            {
                "id": v.id,
                "name": f"Version {v.version}" if v.text else "Back to Milo's words",
                "by": names.get(v.member_id or "", ""),
                "at": v.created_at.isoformat(),
                "text": v.text,
                "current": bool(own and v.id == own.id),
            }
            for v in versions
        ],
    }


def _editable(kind: str, channel: str, language: str) -> Words:
    """Milo's words of a kind that a workspace may change. Raises NotFound."""
    if kind not in KINDS:
        raise NotFound("There is no such message.")
    return builtin(kind, channel, language)


def check(kind: str, channel: str, subject: str, text: str) -> message_words.Checked:
    """Look over the words of one message, a text's length counted with samples. Raises NotFound for no such message."""
    if kind not in KINDS or channel not in KINDS[kind].channels:
        raise NotFound("There is no such message.")
    return message_words.check(kind, channel, subject, text)


@command
def save(
    uow: UnitOfWork,
    actor: MemberActor,
    *,
    kind: str,
    channel: str,
    language: str,
    subject: str,
    text: str,
    agreed: bool = False,
) -> r.MessageTemplate:
    """Keep new words as the next version; messages written before keep theirs.

    Raises:
        Forbidden: for all but administrators. NotFound: no such message.
        Invalid: what is wrong, by field; `losses` where something the candidate should read is gone and *agreed* is
            not given.
    """
    _need_admin(actor)
    subject, text = subject.strip(), text.replace("\r\n", "\n").strip()
    _editable(kind, channel, language)
    checked = check(kind, channel, subject, text)
    if checked.errors:
        raise Invalid(fields=dict(checked.errors))
    if checked.losses and not agreed:
        raise Invalid(fields={"losses": " ".join(checked.losses)})
    return _add(uow, actor, kind, channel, language, subject if channel == "email" else "", text)


@command
def reset(uow: UnitOfWork, actor: MemberActor, *, kind: str, channel: str, language: str) -> None:
    """Back to Milo's own words; the workspace's versions are kept. Raises Forbidden, NotFound."""
    _need_admin(actor)
    _editable(kind, channel, language)
    if newest(uow, actor.workspace_id, kind, channel, language) is not None:
        _add(uow, actor, kind, channel, language, "", "")


def _add(
    uow: UnitOfWork, actor: MemberActor, kind: str, channel: str, language: str, subject: str, text: str
) -> r.MessageTemplate:
    last = uow.templates.first(kind=kind, channel=channel, language=language, order="-version")
    if last is not None and (last.subject, last.text) == (subject, text):
        return last
    kept = uow.templates.add(
        r.MessageTemplate(
            id=uow.new_id(),
            workspace_id=actor.workspace_id,
            kind=kind,
            channel=channel,
            language=language,
            version=(last.version if last else 0) + 1,
            created_at=uow.now,
            subject=subject,
            text=text,
            member_id=actor.member_id,
        )
    )
    uow.emit(
        "workspace",
        actor.workspace_id,
        "template_saved" if text else "template_reset",
        message_kind=kind,
        channel=channel,
        language=language,
        version=kept.version,
    )
    return kept


def _need_admin(actor: MemberActor) -> None:
    if not actor.can(r.Role.ADMIN):
        raise Forbidden("Only administrators change what candidates read.")


def sample_variables(variables: Mapping[str, Any], channel: str) -> dict[str, Any]:
    """Variables for a preview without a candidate, in the shape that messages have."""
    samples = message_words.samples()
    return {
        **{name: value for name, value in samples.items() if isinstance(value, str)},
        "needs": list(samples["needs"]),
        "stages": [{"name": "Resume", "minutes": 2}, {"name": "Short form", "minutes": 4}],
        "recorded": True,
        "minutes": 25,
        "link": "https://milo.example/i/…",
        "contact_email": samples["contact"],
        "stage_name": samples["next_step"],
        **variables,
    }
