"""Look at a file before any parser opens it: what it is, whether it is whole, and what in it could do harm.

Limits are absolute numbers (practice/workbooks.md E): a ratio raises false alarms on honest style parts.
"""

from __future__ import annotations

import io
import lzma
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from tdnv_sheets.findings import Finding, Level, Severity
from tdnv_sheets.intake.sheet_scan import SheetScan, scan_sheet
from tdnv_sheets.messages.catalogue import LANGUAGES, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_FILE: Final = 20 * 2**20
MAX_PARTS: Final = 2_000
MAX_PART: Final = 100 * 2**20
MAX_TOTAL: Final = 200 * 2**20

_CHUNK: Final = 2**20
_MAGIC: Final[tuple[tuple[bytes, str], ...]] = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"%PDF", "PDF"),
    (b"{\\rtf", "RTF"),
    (b"\x89PNG", "PNG"),
    (b"GIF8", "GIF"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x1f\x8b", "GZIP"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7-Zip"),
)
_WORDS_OF_KIND: Final = {
    **dict.fromkeys(("PDF", "RTF", "HTML", "XML"), "document"),
    **dict.fromkeys(("PNG", "GIF", "JPEG"), "picture"),
    **dict.fromkeys(("GZIP", "RAR", "7-Zip"), "archive"),
}
_ACTIVE: Final[tuple[tuple[str, str], ...]] = (
    (r"(^|/)vbaProject\.bin$", "macro"),
    (r"(^|/)(macrosheets|dialogsheets)/", "macro"),
    (r"(^|/)externalLinks/", "link"),
    (r"(^|/)connections\.xml$", "connection"),
    (r"(^|/)queryTables/", "connection"),
    (r"(^|/)embeddings/", "object"),
    (r"(^|/)activeX/", "control"),
)
"""Pattern of a part's name → entry `active_…` of messages/parts.toml."""
_DOCTYPE: Final = (b"<!DOCTYPE", "<!DOCTYPE".encode("utf-16-le"), "<!DOCTYPE".encode("utf-16-be"))
_NS: Final = {
    "m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "p": "http://schemas.openxmlformats.org/package/2006/relationships",
}
_STRICT: Final = (
    (b"http://purl.oclc.org/ooxml/spreadsheetml/main", _NS["m"].encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships", _NS["r"].encode()),
)


@dataclass(frozen=True, slots=True)
class Scan:
    """What a file is; any finding here means that it must not be opened further."""

    kind: str
    findings: tuple[Finding, ...] = ()
    sheets: Mapping[str, SheetScan] = field(default_factory=lambda: MappingProxyType({}))


class _Refused(Exception):
    """The file must not be opened: the finding's code, and the entry of messages/parts.toml that says what it is."""

    def __init__(self, code: str, entry: str = "", **values: str) -> None:
        super().__init__(code)
        self.finding = _finding(code, entry, **values)


_DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    LookupError,
    OSError,
    ValueError,
    ET.ParseError,
)
"""What zipfile and the XML parser raise on damaged or hostile bytes."""


def scan(data: bytes) -> Scan:
    """Scan the bytes of one file; keeps at most one part in memory, changes nothing."""
    kind = _kind(data)
    try:
        if kind == "zip":
            return Scan("xlsx", sheets=_scan_package(data))
        _refuse_kind(kind, data)
    except _Refused as refused:
        return Scan(kind, (refused.finding,))
    except _DAMAGED:
        code = "incomplete-file" if kind == "zip" and b"PK\x05\x06" not in data[-66_000:] else "unreadable"
        return Scan(kind, (_finding(code),))
    return Scan(kind)


def too_large(size: int) -> Finding | None:
    """Say that a file of *size* bytes is more than is taken; None when it is not."""
    if size <= MAX_FILE:
        return None
    return _finding("too-large", "limit_file", found=_megabytes(size), most=_megabytes(MAX_FILE))


def _finding(code: str, entry: str = "", **values: str) -> Finding:
    words = {f"what_{lang}": say(f"parts.{entry}", lang, **values) for lang in LANGUAGES} if entry else {}
    return Finding(code, Severity.ERROR, Level.FILE, values=words)


def _megabytes(size: int) -> str:
    return str(-(-size // 2**20))


def _kind(data: bytes) -> str:
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    head = data[:2_000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not data:
        return "empty"
    if head.startswith((b"<html", b"<!doctype html", b"<table")):
        return "HTML"
    if head.startswith(b"<?xml"):
        return "XML"
    return "text" if b"\0" not in data[:2_000] else "?"


def _refuse_kind(kind: str, data: bytes) -> None:
    if kind == "empty":
        raise _Refused("incomplete-file")
    if kind == "ole":
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise _Refused("password")
        if "WordDocument".encode("utf-16-le") in data:
            raise _Refused("not-a-workbook", "kind_word")
        raise _Refused("unsupported-kind", "kind_xls")
    if kind == "text":
        raise _Refused("unsupported-kind", "kind_text")
    raise _Refused("not-a-workbook", f"kind_{_WORDS_OF_KIND.get(kind, 'unknown')}", name=kind)


def _scan_package(data: bytes) -> dict[str, SheetScan]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        members = package.infolist()
        _check_members(members)
        names = {member.filename.replace("\\", "/").lstrip("/") for member in members}
        _check_package_kind(package, names)
        for name in sorted(names):
            for pattern, what in _ACTIVE:
                if re.search(pattern, name, re.IGNORECASE):
                    raise _Refused("active-content", f"active_{what}")
        left = MAX_TOTAL
        sheets: dict[str, SheetScan] = {}
        titles = dict(_sheet_titles(package, members))
        for member in members:
            part, left = _inflate(package, member, left)
            name = member.filename.replace("\\", "/").lstrip("/")
            _check_doctype(part)
            if name.lower().endswith(".rels"):
                _check_relations(part)
            if name in titles:
                title, hidden = titles[name]
                sheets[title] = scan_sheet(part, hidden=hidden)
                if sheets[title].far:
                    raise _Refused("too-large", "limit_cell", cell=sheets[title].far)
    return sheets


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_PARTS:
        raise _Refused("too-large", "limit_parts", found=str(len(members)), most=str(MAX_PARTS))
    total = sum(member.file_size for member in members)
    if total > MAX_TOTAL or any(member.file_size > MAX_PART for member in members):
        raise _Refused("too-large", "limit_unpacked", most=_megabytes(MAX_TOTAL if total > MAX_TOTAL else MAX_PART))
    if any(member.flag_bits & 1 for member in members):
        raise _Refused("password")
    names = [member.filename.lower() for member in members]
    if len(set(names)) != len(names):
        raise _Refused("unreadable")


def _check_package_kind(package: zipfile.ZipFile, names: set[str]) -> None:
    lower = {name.lower() for name in names}
    if "xl/workbook.xml" in lower and "[content_types].xml" in lower:
        return
    if "word/document.xml" in lower:
        raise _Refused("not-a-workbook", "kind_word")
    if any(name.startswith("ppt/") for name in lower):
        raise _Refused("not-a-workbook", "kind_powerpoint")
    if "xl/workbook.bin" in lower:
        raise _Refused("unsupported-kind", "kind_xlsb")
    if "mimetype" in names:
        with package.open("mimetype") as part:
            kind = part.read(100)
        if b"spreadsheet" in kind:
            raise _Refused("unsupported-kind", "kind_opendocument")
        raise _Refused("not-a-workbook", "kind_document", name="OpenDocument")
    if any(name.endswith(".iwa") for name in lower):
        raise _Refused("unsupported-kind", "kind_numbers")
    raise _Refused("not-a-workbook", "kind_archive", name="ZIP")


def _inflate(package: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> tuple[bytes, int]:
    """Inflate one part against the real limits: the sizes in the directory may lie."""
    chunks: list[bytes] = []
    size = 0
    with package.open(member) as part:
        while chunk := part.read(_CHUNK):
            size += len(chunk)
            if size > MAX_PART or size > left:
                raise _Refused("too-large", "limit_unpacked", most=_megabytes(MAX_TOTAL if size > left else MAX_PART))
            chunks.append(chunk)
    return b"".join(chunks), left - size


def _check_doctype(data: bytes) -> None:
    """Refuse a DOCTYPE in any part: which parts are XML is for the package to say, so its word is not taken."""
    if any(mark in data for mark in _DOCTYPE):
        raise _Refused("doctype")


def _check_relations(data: bytes) -> None:
    for relation in ET.fromstring(data):  # noqa: S314 - a DOCTYPE was refused above, so there are no entities
        kind = relation.get("Type", "").rsplit("/", 1)[-1]
        if relation.get("TargetMode") == "External" and kind != "hyperlink":
            raise _Refused("active-content", "active_link")


def _sheet_titles(package: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> Iterator[tuple[str, tuple[str, bool]]]:
    """Give (part name, (title, hidden)) of each sheet, through the workbook's relations."""
    by_name = {member.filename.replace("\\", "/").lstrip("/").lower(): member for member in members}
    workbook = _parse_small(package, by_name["xl/workbook.xml"])
    relations = by_name.get("xl/_rels/workbook.xml.rels")
    targets = {}
    if relations is not None:
        for relation in _parse_small(package, relations):
            target = relation.get("Target", "").replace("\\", "/")
            full = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
            targets[relation.get("Id", "")] = full
    for sheet in workbook.iterfind("m:sheets/m:sheet", _NS):
        part = by_name.get(targets.get(sheet.get(f"{{{_NS['r']}}}id", ""), "").lower())
        if part is not None:
            hidden = sheet.get("state", "visible") != "visible"
            yield part.filename.replace("\\", "/").lstrip("/"), (sheet.get("name", ""), hidden)


def _parse_small(package: zipfile.ZipFile, member: zipfile.ZipInfo) -> ET.Element:
    data, _ = _inflate(package, member, MAX_PART)
    _check_doctype(data)
    for strict, usual in _STRICT:
        data = data.replace(strict, usual)
    return ET.fromstring(data)  # noqa: S314 - a DOCTYPE was refused just above
