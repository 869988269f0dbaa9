"""What a file is, told by its first bytes: a name can say anything."""

from __future__ import annotations

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TEXT = "text/plain"
OLE = "application/x-ole-storage"
UNKNOWN = "application/octet-stream"

#: How many bytes `sniff` wants to see.
HEAD = 8192

_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (b"{\\rtf", "application/rtf"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"MZ", "application/x-msdownload"),
    (b"\x7fELF", "application/x-executable"),
    (b"#!", "text/x-script"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf'\x1c", "application/x-7z-compressed"),
    (b"Rar!", "application/vnd.rar"),
)

_ZIP_PARTS: tuple[tuple[bytes, str], ...] = (
    (b"word/", DOCX),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    (b"mimetypeapplication/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text"),
)

_HEIC_BRANDS = (b"heic", b"heix", b"mif1", b"hevc")

#: Endings that a file of each type may carry. Types that are not here are taken by nothing.
ENDINGS: dict[str, tuple[str, ...]] = {
    PDF: ("pdf",),
    DOCX: ("docx",),
    TEXT: ("txt", "text", "md", "csv"),
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg"),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
    "image/heic": ("heic", "heif"),
    "image/tiff": ("tif", "tiff"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("xlsx",),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ("pptx",),
    "application/vnd.oasis.opendocument.text": ("odt",),
    OLE: ("doc", "xls", "ppt"),
    "application/rtf": ("rtf",),
    "application/zip": ("zip",),
    "audio/mpeg": ("mp3",),
    "audio/wav": ("wav",),
    "audio/ogg": ("ogg", "oga", "opus"),
    "audio/flac": ("flac",),
    "video/webm": ("webm", "mkv"),
    "video/mp4": ("mp4", "m4v", "m4a", "mov"),
}


def sniff(head: bytes) -> str:
    """The media type of a file that begins with *head* (the first `HEAD` bytes); `UNKNOWN` where nothing fits."""
    for start, media_type in _STARTS:
        if head.startswith(start):
            return media_type
    if b"%PDF-" in head[:1024]:
        return PDF
    if head.startswith(b"PK\x03\x04"):
        return next((media_type for part, media_type in _ZIP_PARTS if part in head), "application/zip")
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12], UNKNOWN)
    if head[4:8] == b"ftyp":
        return "image/heic" if head[8:12] in _HEIC_BRANDS else "video/mp4"
    return _text_type(head)


def ending(name: str) -> str:
    """The ending of a file's name in lower case without the dot, or ""."""
    stem, dot, last = name.rpartition(".")
    return last.strip().lower() if dot and stem else ""


def fits(media_type: str, name: str) -> bool:
    """Whether the name's ending is one that files of *media_type* carry. A name without an ending fits."""
    return not ending(name) or ending(name) in ENDINGS.get(media_type, ())


def safe_name(name: str, fallback: str = "file") -> str:
    """*name* fit to be shown and offered for download: its last path part, no control characters, 120 at most."""
    last = name.replace("\\", "/").rpartition("/")[2]
    clean = " ".join("".join(c if c.isprintable() else " " for c in last).split()).strip(". ")
    if len(clean) > 120:
        tail = f".{ending(clean)}" if 0 < len(ending(clean)) <= 8 else ""
        clean = clean[: 120 - len(tail)] + tail
    return clean or fallback


def _text_type(head: bytes) -> str:
    if not head:
        return UNKNOWN
    lower = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:512].lower()
    if lower.startswith((b"<!doctype html", b"<html", b"<script", b"<body", b"<head")):
        return "text/html"
    if lower.startswith((b"<?xml", b"<svg")):
        return "image/svg+xml" if b"<svg" in lower else "application/xml"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return TEXT
    zeros = head.count(0)
    if zeros:  # UTF-16 without a mark has a zero in every other byte of Latin text; anything else with zeros is binary.
        odd, even = head[1::2].count(0), head[0::2].count(0)
        return TEXT if max(odd, even) > 0.4 * len(head) // 2 and min(odd, even) == 0 else UNKNOWN
    controls = sum(byte < 32 and byte not in (9, 10, 11, 12, 13, 27) for byte in head)
    return TEXT if controls <= len(head) // 50 else UNKNOWN
