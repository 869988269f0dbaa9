"""What a candidate reads when a resume could not be read, or not in full: what is wrong, and the way on."""

from __future__ import annotations

from milo_app.domain import file_types
from milo_app.domain.resume_words import LANGUAGE_NAMES

#: Problem (see `ports.ExtractedText`) → the sentence in English and in Spanish.
_PROBLEMS: dict[str, tuple[str, str]] = {
    "scanned": (
        "This looks like a scan or a photo: we can see the page, but there is no text in it that we can read. "
        "Please upload a version made by a word processor, or paste the text.",
        "Parece un documento escaneado o una foto: vemos la página, pero no hay texto que podamos leer. "
        "Sube una versión hecha con un procesador de textos o pega el texto.",
    ),
    "encrypted": (
        "This file is locked with a password. Please save it without one and upload it again, or paste the text.",
        "Este archivo está protegido con contraseña. Guárdalo sin contraseña y súbelo de nuevo, o pega el texto.",
    ),
    "empty": (
        "There is no text in this file. Please check that it is the right one, or paste the text.",
        "Este archivo no contiene texto. Comprueba que sea el correcto o pega el texto.",
    ),
    "corrupt": (
        "This file is damaged and cannot be opened. Please save it again as a PDF and upload that, or paste the text.",
        "Este archivo está dañado y no se puede abrir. Guárdalo otra vez como PDF y súbelo, o pega el texto.",
    ),
    "too_large": (
        "This file is too large: at most 10 MB can be read. Please upload a smaller version, or paste the text.",
        "Este archivo es demasiado grande: se pueden leer 10 MB como máximo. Sube una versión más pequeña o pega "
        "el texto.",
    ),
    "unsupported": (
        "This kind of file cannot be read. Please upload a PDF, a Word file (.docx) or a text file, or paste the text.",
        "Este tipo de archivo no se puede leer. Sube un PDF, un archivo de Word (.docx) o de texto, o pega el texto.",
    ),
    "timed_out": (
        "Reading this file took too long. Please upload a simpler version, or paste the text.",
        "La lectura de este archivo tardó demasiado. Sube una versión más sencilla o pega el texto.",
    ),
}

_KINDS: dict[str, tuple[str, str]] = {
    file_types.PDF: ("a PDF", "un PDF"),
    file_types.DOCX: ("a Word file", "un archivo de Word"),
    file_types.TEXT: ("a text file", "un archivo de texto"),
}


def problem_message(problem: str, language: str = "en", *, kept: str = "") -> str:
    """The sentence for *problem*. *kept* is the name of the earlier resume that still counts, where there is one."""
    english, spanish = _PROBLEMS.get(problem, _PROBLEMS["corrupt"])
    if language == "es":
        return spanish + (f" Mientras tanto cuenta {kept}." if kept else "")
    return english + (f" Until then {kept} counts." if kept else "")


def notes(
    *,
    name: str,
    media_type: str,
    pages: int,
    pages_read: int,
    language: str,
    plan_language: str,
    shown_in: str = "en",
) -> str:
    """What the candidate should know about a resume that was read: a misleading name, pages left out, a language
    that a person will look at. Empty where there is nothing to say."""
    spanish = shown_in == "es"
    said: list[str] = []
    if media_type in _KINDS and not file_types.fits(media_type, name):
        kind = _KINDS[media_type][spanish]
        said.append(
            f"El nombre termina en .{file_types.ending(name)}, pero es {kind}; lo leímos como tal."
            if spanish
            else f"Its name ends in .{file_types.ending(name)}, but it is {kind}; we read it as that."
        )
    if pages_read < pages:
        said.append(
            f"Leímos las primeras {pages_read} de {pages} páginas."
            if spanish
            else f"We read the first {pages_read} of {pages} pages."
        )
    if language and language != plan_language:
        english_name, spanish_name = LANGUAGE_NAMES.get(language, ("another language", "otro idioma"))
        said.append(
            f"Tu currículum está en {spanish_name}: una persona lo revisará. No cuenta en tu contra."
            if spanish
            else f"Your resume is in {english_name}: a person will look at it. It does not count against you."
        )
    return " ".join(said)
