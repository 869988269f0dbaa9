"""Emails and texts from templates in `milo_app/templates/`: brand, language, HTML with inlined styles and plain text.

What candidates get is plain words with `{variables}` (`domain/message_words.py`), given in `variables["own"]` as
`{subject, text}`. What members get, and what an interview says by text, are files here, whose names carry a version
(`sign_in.1.jinja`). One email template makes both forms: `ui` in it is a set of macros that writes HTML or plain text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import css_inline
from jinja2 import Environment, FileSystemLoader, Template, TemplateNotFound, TemplatesNotFound

from milo_app.domain import message_values, message_words

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_DEFAULT_COLOR = "#1f4d3f"

#: Words of the frame around every email.
_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "sent_for": "Sent by Milo for",
        "copy_link": "If the button does not work, copy this address:",
        "preview": "This is a preview. Only you received it, and nothing of it counts.",
        "demo": "Demo: made-up company and people. Nothing here is a real job.",
        "privacy": "See, download or erase what is kept about you",
        "contact": "Questions? Write to",
    },
    "es": {
        "sent_for": "Enviado por Milo para",
        "copy_link": "Si el botón no funciona, copie esta dirección:",
        "preview": "Esto es una vista previa. Solo usted la recibió y nada de ella cuenta.",
        "demo": "Demostración: empresa y personas inventadas. Aquí no hay ningún empleo real.",
        "privacy": "Ver, descargar o borrar lo que guardamos sobre usted",
        "contact": "¿Preguntas? Escriba a",
    },
}

#: The characters of a plain text message; one other character makes every part hold 70 instead of 160.
_GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€"
)
_PLAINER = str.maketrans(
    {
        "‘": "'",
        "’": "'",
        "“": '"',
        "”": '"',
        "–": "-",
        "—": "-",
        "…": "...",
        "\u00a0": " ",
        "\u202f": " ",
        "•": "-",
    }
)


class TemplateRenderer:
    """Renders the project's own templates; a part of `services.ports.Deps`."""

    def __init__(self, folder: Path = TEMPLATES) -> None:
        """*folder* holds `email/` and `sms/`."""
        emails = FileSystemLoader(folder / "email")
        self._html = Environment(loader=emails, autoescape=True, trim_blocks=True, lstrip_blocks=True)
        self._text = Environment(loader=emails, autoescape=False, trim_blocks=True, lstrip_blocks=True)  # noqa: S701  plain text, no HTML
        texts = FileSystemLoader(folder / "sms")
        self._sms = Environment(loader=texts, autoescape=False, trim_blocks=True, lstrip_blocks=True)  # noqa: S701  plain text, no HTML
        self._inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=True)

    def email(self, template: str, variables: dict[str, Any]) -> tuple[str, str, str]:
        """(subject on one line, HTML with inlined styles, plain text) of *template* (`invitation.1`).

        The same variables give the same bytes. Raises LookupError for a template that does not exist.
        """
        shared = _shared(variables)
        language = str(shared["language"])
        own = _own(variables)
        if own is not None:
            template = "own"
            values = message_values.values(shared, "email")
            shared["blocks"] = message_words.blocks(own[1], values)
            shared["own_subject"] = message_words.line(own[0], values)
        html = _pick(self._html, template, language)
        text = _pick(self._text, template, language)
        plain = {
            **shared,
            "layout": "_layout.txt.jinja",
            "ui": self._text.get_template("_parts.txt.jinja").module,
        }
        rich = {
            **shared,
            "layout": "_layout.html.jinja",
            "ui": self._html.get_template("_parts.html.jinja").module,
        }
        subject = " ".join("".join(text.blocks["subject"](text.new_context(plain))).split())
        prefix = "[Preview] " if variables.get("preview") else ""
        rich["subject"] = plain["subject"] = prefix + subject
        return prefix + subject[:180], self._inliner.inline(html.render(rich)), _tidy(text.render(plain))

    def sms(self, template: str, variables: dict[str, Any]) -> str:
        """The text of *template*, in the plain alphabet of text messages where the words allow it.

        Raises LookupError for a template that does not exist.
        """
        shared = _shared(variables)
        own = _own(variables)
        if own is not None:
            return plain_alphabet(message_words.line(own[1], message_values.values(shared, "sms")))
        said = " ".join(_pick(self._sms, template, str(shared["language"])).render(shared).split(" ")).strip()
        said = re.sub(r"[ \t]*\n[ \t]*", "\n", re.sub(r"[ \t]{2,}", " ", said))
        return plain_alphabet(said)


def plain_alphabet(text: str) -> str:
    """*text* without curly quotes, long dashes and, where that is enough, accents that would triple its price.

    A text that needs other letters anyway (another script, an emoji) keeps all of its own.
    """
    text = text.translate(_PLAINER)
    if all(ch in _GSM7 for ch in text):
        return text
    bare = "".join(ch if ch in _GSM7 else _unaccented(ch) for ch in text)
    return bare if all(ch in _GSM7 for ch in bare) else text


def _unaccented(ch: str) -> str:
    return "".join(part for part in unicodedata.normalize("NFKD", ch) if not unicodedata.combining(part))


def _shared(variables: Mapping[str, Any]) -> dict[str, Any]:
    """The variables with what every template needs: language, words of the frame, colours that can be read."""
    language = "es" if str(variables.get("language") or "en").lower().startswith("es") else "en"
    brand = dict(variables.get("brand") or {})
    color = str(brand.get("color") or "")
    color = color if _COLOR.fullmatch(color) else _DEFAULT_COLOR
    company = str(variables.get("company") or variables.get("workspace") or brand.get("name") or "Milo")
    return {
        **variables,
        "language": language,
        "words": _WORDS[language],
        "brand": brand,
        "company": company,
        "color": color,
        "ink": _ink_on(color),
    }


def _ink_on(color: str) -> str:
    """Black or white, whichever is read more easily on *color* (WCAG contrast)."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#ffffff" if 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 else "#111111"


def _own(variables: Mapping[str, Any]) -> tuple[str, str] | None:
    """(subject, text) of words that come with the message, or None where it is a file's."""
    own = variables.get("own")
    return (str(own.get("subject", "")), str(own.get("text", ""))) if isinstance(own, Mapping) else None


def _pick(environment: Environment, template: str, language: str) -> Template:
    """The template's file in *language*, else in English."""
    name = template if template == "own" or re.search(r"\.\d+$", template) else f"{template}.1"
    if name != "own" and not re.fullmatch(r"[a-z_]+\.\d+", name):
        raise LookupError(f"There is no template called {template!r}.")
    try:
        return environment.select_template([f"{name}.{language}.jinja", f"{name}.jinja"])
    except (TemplatesNotFound, TemplateNotFound):
        raise LookupError(f"There is no template called {template!r}.") from None


def _tidy(text: str) -> str:
    """Plain text without trailing blanks and with at most one empty line in a row."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"
