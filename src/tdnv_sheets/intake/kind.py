"""Tell what a file is from its bytes; its name is not believed."""

from __future__ import annotations

import re
from typing import Final

_MAGIC: Final[tuple[tuple[bytes, str, str], ...]] = (
    (b"PK\x03\x04", "zip", ""),
    (b"PK\x05\x06", "zip", ""),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole", ""),
    (b"%PDF", "document", "PDF"),
    (b"{\\rtf", "document", "RTF"),
    (b"\x89PNG", "picture", "PNG"),
    (b"GIF8", "picture", "GIF"),
    (b"\xff\xd8\xff", "picture", "JPEG"),
    (b"II*\0", "picture", "TIFF"),
    (b"MM\0*", "picture", "TIFF"),
    (b"BM", "picture", "BMP"),
    (b"RIFF", "picture", "WebP"),
    (b"\0\0\0\x18ftyphei", "picture", "HEIC"),
    (b"\0\0\0\x24ftyphei", "picture", "HEIC"),
    (b"\x1f\x8b", "archive", "GZIP"),
    (b"Rar!", "archive", "RAR"),
    (b"7z\xbc\xaf", "archive", "7-Zip"),
    (b"BZh", "archive", "BZIP2"),
    (b"\xfd7zXZ", "archive", "XZ"),
    (b"MZ", "program", ""),
    (b"\x7fELF", "program", ""),
    (b"SQLite format 3\0", "database", ""),
)
_OLD_EXCEL: Final = re.compile(rb"\x09[\x00\x02\x04\x08][\x04\x06\x08\x10]\x00[\x00-\x07]")
"""The first record of Excel 2 to 4, and of Excel 5 and later without the container around it."""
_LETTERS_AFTER: Final = frozenset((b"BM", b"MZ", b"BZh", b"RIFF", b"Rar!"))
"""Beginnings that a text may have too."""
_LOCK_SIZES: Final = frozenset((54, 55, 162, 165))
_LOCK_NAME: Final = 54
_LIBREOFFICE_LOCK: Final = re.compile(rb"[^\n;]*,[^\n;]*,[^\n;]*,\d\d\.\d\d\.\d{4} \d\d:\d\d,[^\n]*;\s*")


def kind_of(data: bytes) -> tuple[str, str]:
    """Give the kind in one word of ours, and the format's own name where the kind has several."""
    if not data.strip(b"\0"):
        return "empty", ""
    if _is_lock(data):
        return "lock", ""
    for magic, kind, name in _MAGIC:
        if data.startswith(magic) and not (magic in _LETTERS_AFTER and is_text(data)):
            return kind, name
    if _OLD_EXCEL.match(data):
        return "old_excel", ""
    return _kind_of_text(data[:4_000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()), ""


def is_text(data: bytes) -> bool:
    """Say whether the beginning holds no byte that a text would not hold."""
    return not re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", data[:2_000])


def _kind_of_text(head: bytes) -> str:
    if head.startswith((b"mime-version:", b"<html", b"<!doctype html", b"<table", b"<head", b"<meta", b"<style")):
        return "html"
    if head.startswith((b"<?xml", b"<workbook")) or b"urn:schemas-microsoft-com:office:spreadsheet" in head:
        if b"urn:schemas-microsoft-com:office:spreadsheet" in head:
            return "xml2003"
        return "html" if b"<html" in head else "xml"
    if head.startswith(b"id;p"):
        return "sylk"
    return "text"


def _is_lock(data: bytes) -> bool:
    """Know the owner file that lies beside an open workbook: a name padded with blanks, and no more."""
    if len(data) in _LOCK_SIZES and 0 < data[0] <= _LOCK_NAME:
        return not data[1 + data[0] : _LOCK_NAME].strip(b" \0")
    return len(data) < 1_000 and bool(_LIBREOFFICE_LOCK.fullmatch(data))  # noqa: PLR2004 - one line
