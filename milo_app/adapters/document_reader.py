"""The process that reads one document: `python -m milo_app.adapters.document_reader PATH PAGES MEMORY SECONDS`.

Prints one JSON object with the fields of `ports.ExtractedText`. What the file is, is told by its content.
"""

from __future__ import annotations

import re
import sys
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from milo_app.adapters import child_process
from milo_app.domain import file_types

#: The longest text kept, in characters.
LONGEST = 200_000
#: A DOCX may unpack to this much, in bytes, in this many parts.
UNPACKED = 80 * 1024 * 1024
PARTS = 3000
#: Letters on a page below which it counts as a picture of a page.
FEW_LETTERS = 25

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


class Unreadable(Exception):
    """The document cannot be read; the argument is the problem's word (see `ports.ExtractedText`)."""


def read(path: Path, pages: int) -> dict[str, Any]:
    """The document at *path* as the fields of `ExtractedText`; at most *pages* pages of a PDF are read."""
    with path.open("rb") as file:
        head = file.read(file_types.HEAD)
    media_type = file_types.sniff(head)
    found: dict[str, Any] = {"text": "", "media_type": media_type}
    try:
        if media_type == file_types.PDF:
            text, found["pages"], found["pages_read"] = _pdf(path, pages)
        elif media_type == file_types.DOCX or (media_type == "application/zip" and _is_docx(path)):
            found["media_type"] = file_types.DOCX
            text = _docx(path)
        elif media_type == file_types.TEXT:
            text = _text(path.read_bytes())
        else:
            raise Unreadable(_why_not(path, media_type))
        text = clean(text)
        if sum(c.isalnum() for c in text) < 10:
            raise Unreadable("empty")
    except Unreadable as problem:
        return {**found, "problem": str(problem)}
    return {**found, "text": text, "language": language_of(text)}


def clean(text: str) -> str:
    """*text* with plain spaces and line breaks, ligatures spelt out, and nothing that cannot be shown."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n").replace("\x0c", "\n")
    # PDFium marks a word broken at the line's end with U+FFFE (or \x02): the word is joined again.
    text = re.sub(r"[\ufffe\x02\u00ad]\s*\n?", "", text)
    text = text.translate(_SPELLED)
    text = "".join(
        c if c in "\n\t" else " " if unicodedata.category(c) == "Zs" else c
        for c in text
        if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs", "Cf", "Co", "Cn")
    )
    text = re.sub(r"[ \t]+\n", "\n", text)
    return re.sub(r"\n{4,}", "\n\n\n", text).strip()[:LONGEST]


_SPELLED = {
    ord(c): plain for c, plain in zip("ﬀﬁﬂﬃﬄﬅﬆ", ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True)
} | {0xF0B7: "•", 0xF0A7: "•", 0x2028: "\n", 0x2029: "\n", 0x2022: "•"}


# --- PDF -------------------------------------------------------------------------------------------------------


def _pdf(path: Path, limit: int) -> tuple[str, int, int]:
    """(text, pages, pages read)."""
    # PDFium comes without type stubs.
    import pypdfium2  # pyright: ignore[reportMissingTypeStubs]
    import pypdfium2.raw as pdfium  # pyright: ignore[reportMissingTypeStubs]

    try:
        document = pypdfium2.PdfDocument(path)
        count = len(document)
    except pypdfium2.PdfiumError as problem:
        code = getattr(problem, "err_code", None)
        locked = code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY)
        raise Unreadable("encrypted" if locked or "assword" in str(problem) else "corrupt") from None
    if count == 0:
        raise Unreadable("corrupt")
    texts: list[str] = []
    pictures = broken = 0
    for number in range(min(count, limit)):
        try:
            page: Any = document[number]
            text: str = page.get_textpage().get_text_bounded()
            if _letters(text) < FEW_LETTERS:
                pictures += any(
                    True for _ in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=4)
                )
        except pypdfium2.PdfiumError:
            broken += 1
            continue
        texts.append(text)
        if sum(map(len, texts)) > LONGEST:
            break
    whole = "\n".join(texts)
    if broken == min(count, limit):
        raise Unreadable("corrupt")
    if _letters(whole) < FEW_LETTERS:
        raise Unreadable(
            "scanned" if pictures or _letters(whole) != len(re.sub(r"\W", "", whole)) else "empty"
        )
    return whole, count, len(texts) + broken


def _letters(text: str) -> int:
    """Characters that a person can read; a font without a key to its letters gives none."""
    return sum(c.isalnum() and not "\ue000" <= c <= "\uf8ff" and c != "\ufffd" for c in text)


# --- DOCX ------------------------------------------------------------------------------------------------------


def _is_docx(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "word/document.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return False


def _docx(path: Path) -> str:
    _refuse_bomb(path)
    import docx
    from docx.opc.exceptions import OpcError

    try:
        document: Any = docx.Document(str(path))
        lines: list[str] = []
        for section in document.sections[:3]:
            if not section.header.is_linked_to_previous:
                lines += _blocks(section.header._element)
        lines += _blocks(document.element.body)
        if not any(line.strip() for line in lines) and document.inline_shapes:
            raise Unreadable("scanned")
    except Unreadable:
        raise
    except (
        OpcError,
        KeyError,
        ValueError,
        SyntaxError,
        zipfile.BadZipFile,
        OSError,
        AttributeError,
        EOFError,
    ):
        raise Unreadable("corrupt") from None
    return "\n".join(lines)


def _refuse_bomb(path: Path) -> None:
    """Count what the parts really unpack to: the sizes that an archive tells of itself can lie."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED:
                raise Unreadable("too_large")
            if any(part.flag_bits & 1 for part in parts):
                raise Unreadable("encrypted")
            total = 0
            for part in parts:
                with archive.open(part) as file:
                    while block := file.read(1 << 16):
                        total += len(block)
                        if total > UNPACKED:
                            raise Unreadable("too_large")
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise Unreadable("corrupt") from None


def _blocks(element: Any) -> Iterator[str]:
    """Lines of an element in order: paragraphs, tables row by row, and the text boxes that templates love."""
    for child in element:
        if child.tag == f"{_WORD}p":
            yield _paragraph(child)
            for box in child.iter(f"{_WORD}txbxContent"):
                if not any(ancestor.tag == _FALLBACK for ancestor in box.iterancestors()):
                    yield from _blocks(box)
        elif child.tag == f"{_WORD}tbl":
            yield from _table(child)
        elif child.tag not in (f"{_WORD}sectPr", _FALLBACK):
            yield from _blocks(child)


def _table(table: Any) -> Iterator[str]:
    """A row of one-line cells is one line; a cell of several lines is part of the page's layout and read by itself."""
    for row in table.iter(f"{_WORD}tr"):
        if next(row.iterancestors(f"{_WORD}tbl")) is not table:
            continue
        cells = [[line for line in _blocks(cell) if line.strip()] for cell in row if cell.tag == f"{_WORD}tc"]
        if all(len(cell) <= 1 for cell in cells):
            yield "\t".join(cell[0] for cell in cells if cell)
        else:
            for cell in cells:
                yield from cell


def _paragraph(paragraph: Any) -> str:
    parts: list[str] = []
    if paragraph.find(f"{_WORD}pPr/{_WORD}numPr") is not None:
        parts.append("• ")
    for node in paragraph.iter(
        f"{_WORD}t", f"{_WORD}tab", f"{_WORD}br", f"{_WORD}cr", f"{_WORD}noBreakHyphen"
    ):
        owner = next(node.iterancestors(f"{_WORD}p"), None)
        if owner is not paragraph or node.getparent().tag == f"{_WORD}tabs":
            continue
        name = node.tag.removeprefix(_WORD)
        parts.append(node.text or "" if name == "t" else {"tab": "\t", "noBreakHyphen": "-"}.get(name, "\n"))
    return "".join(parts)


# --- Text ------------------------------------------------------------------------------------------------------


def _text(data: bytes) -> str:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if b"\0" in data[:4096]:
        little = data[1:4096:2].count(0) >= data[0:4096:2].count(0)
        return data.decode("utf-16-le" if little else "utf-16-be", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        # Every byte means something in this one, the usual for old Western European and American files.
        return data.decode("cp1252", "replace")


def _why_not(path: Path, media_type: str) -> str:
    if media_type.startswith("image/") and media_type != "image/svg+xml":
        return "scanned"
    if media_type == file_types.OLE and "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
        return "encrypted"
    return "unsupported"


# --- Language --------------------------------------------------------------------------------------------------


def language_of(text: str) -> str:
    """ISO 639-1 code of the text's language, "" where it is too short or too mixed to tell."""
    sample = text[:8000]
    letters = [c for c in sample if c.isalpha()]
    if len(letters) < 60:
        return ""
    script = _other_script(letters)
    if script:
        return script
    from lingua import Language, LanguageDetectorBuilder

    known = (
        Language.ENGLISH,
        Language.SPANISH,
        Language.FRENCH,
        Language.GERMAN,
        Language.PORTUGUESE,
        Language.ITALIAN,
        Language.TAGALOG,
    )
    detector = LanguageDetectorBuilder.from_languages(*known).build()
    # Addresses and numbers are in no language.
    words = re.sub(r"\S*[@\d/]\S*", " ", sample)
    ranked = detector.compute_language_confidence_values(words)
    if not ranked or ranked[0].value < 0.5:
        return ""
    return ranked[0].language.iso_code_639_1.name.lower()


_SCRIPTS = (
    ("ru", 0x0400, 0x052F),
    ("el", 0x0370, 0x03FF),
    ("he", 0x0590, 0x05FF),
    ("ar", 0x0600, 0x06FF),
    ("hi", 0x0900, 0x097F),
    ("th", 0x0E00, 0x0E7F),
    ("ko", 0xAC00, 0xD7AF),
    ("ja", 0x3040, 0x30FF),
    ("zh", 0x4E00, 0x9FFF),
)


def _other_script(letters: list[str]) -> str:
    """The usual language of the script that most letters are in, "" for Latin."""
    for code, first, last in _SCRIPTS:
        share = sum(first <= ord(c) <= last for c in letters) / len(letters)
        if share > (0.15 if code == "ja" else 0.4):
            return code
    return ""


def main() -> None:
    """Read the document that the command line names and reply."""
    child_process.live_no_longer_than_parent()
    path, pages, memory, seconds = Path(sys.argv[1]), *map(int, sys.argv[2:5])
    child_process.limit(memory=memory, cpu_seconds=seconds, file_bytes=0)
    try:
        found = read(path, pages)
    except MemoryError:
        found = {"text": "", "problem": "too_large"}
    except RecursionError:
        found = {"text": "", "problem": "corrupt"}
    child_process.reply(found)


if __name__ == "__main__":
    main()
