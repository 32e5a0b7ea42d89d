"""Look at a file before any parser opens it: what it is, whether it is whole, and what in it could do harm.

Limits are absolute numbers (practice/workbooks.md E): a ratio raises false alarms on honest style parts.
The scan also notes what the fast reader cannot see: error cells, formulas without a cached value, merged
ranges, hidden sheets.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from tdnv_sheets.findings import Finding, Level, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

MAX_FILE: Final = 20 * 2**20
MAX_PARTS: Final = 2_000
MAX_PART: Final = 100 * 2**20
MAX_TOTAL: Final = 200 * 2**20
MAX_ROW: Final = 200_000
MAX_COLUMN: Final = 200

_CHUNK: Final = 2**20
_MAGIC: Final[tuple[tuple[bytes, str], ...]] = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x1f\x8b", "gzip"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7-Zip"),
)
_ACTIVE: Final[tuple[tuple[str, str], ...]] = (
    (r"(^|/)vbaProject\.bin$", "macro"),
    (r"(^|/)(macrosheets|dialogsheets)/", "macro Excel 4"),
    (r"(^|/)externalLinks/", "liên kết ngoài / external link"),
    (r"(^|/)connections\.xml$", "kết nối dữ liệu / data connection"),
    (r"(^|/)queryTables/", "truy vấn / query"),
    (r"(^|/)embeddings/", "đối tượng nhúng / embedded object"),
    (r"(^|/)activeX/", "ActiveX"),
)
_DOCTYPE: Final = re.compile(rb"<!DOCTYPE|<\0!\0D\0O\0C\0T\0Y\0P\0E", re.IGNORECASE)
_CELL: Final = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_REF: Final = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_MERGE: Final = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_ERROR: Final = re.compile(rb"<(?:\w+:)?v>([^<]*)<")
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
class SheetScan:
    """What the fast reader cannot see of one sheet; cells as (row, column), 1-based."""

    hidden: bool = False
    errors: Mapping[tuple[int, int], str] = field(default_factory=dict)
    uncached: frozenset[tuple[int, int]] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Scan:
    """What a file is; any finding here means that it must not be opened further."""

    digest: str
    """SHA-256 of the bytes, hex."""
    size: int
    kind: str
    findings: tuple[Finding, ...] = ()
    sheets: Mapping[str, SheetScan] = field(default_factory=lambda: MappingProxyType({}))


class _Refused(Exception):
    def __init__(self, code: str, **values: str) -> None:
        super().__init__(code)
        self.code, self.values = code, values


def scan(path: Path) -> Scan:
    """Scan one file; reads it at most twice, keeps at most one part in memory, changes nothing."""
    size = path.stat().st_size
    if size > MAX_FILE:
        return Scan("", size, "large", (_finding("too-large", what=f"{size // 2**20} MB > {MAX_FILE // 2**20} MB"),))
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    kind = _kind(data)
    try:
        if kind == "zip":
            return Scan(digest, size, "xlsx", sheets=_scan_package(path))
        _refuse_kind(kind, data)
    except _Refused as refused:
        return Scan(digest, size, kind, (_finding(refused.code, **refused.values),))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError, ET.ParseError):
        code = "incomplete-file" if kind == "zip" and b"PK\x05\x06" not in data[-66_000:] else "unreadable"
        return Scan(digest, size, kind, (_finding(code),))
    return Scan(digest, size, kind)


def _finding(code: str, **values: str) -> Finding:
    return Finding(code, Severity.ERROR, Level.FILE, values=values)


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
            raise _Refused("not-a-workbook", kind="Word (.doc)")
        raise _Refused("unsupported-kind", kind="Excel 97-2003 (.xls)")
    if kind == "text":
        raise _Refused("unsupported-kind", kind="văn bản / CSV")
    raise _Refused("not-a-workbook", kind="?" if kind == "?" else kind)


def _scan_package(path: Path) -> dict[str, SheetScan]:
    with zipfile.ZipFile(path) as package:
        members = package.infolist()
        _check_members(members)
        names = {member.filename.replace("\\", "/").lstrip("/") for member in members}
        _check_package_kind(package, names)
        for name in sorted(names):
            for pattern, what in _ACTIVE:
                if re.search(pattern, name, re.IGNORECASE):
                    raise _Refused("active-content", what=what)
        left = MAX_TOTAL
        sheets: dict[str, SheetScan] = {}
        titles = dict(_sheet_titles(package, members))
        for member in members:
            data, left = _inflate(package, member, left)
            name = member.filename.replace("\\", "/").lstrip("/")
            if name.endswith((".xml", ".rels", ".vml")) and _DOCTYPE.search(data[:_CHUNK]):
                raise _Refused("doctype")
            if name.endswith(".rels"):
                _check_relations(data)
            if name in titles:
                title, hidden = titles[name]
                sheets[title] = _scan_sheet(data, hidden=hidden)
    return sheets


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_PARTS:
        raise _Refused("too-large", what=f"{len(members)} > {MAX_PARTS}")
    total = sum(member.file_size for member in members)
    if total > MAX_TOTAL or any(member.file_size > MAX_PART for member in members):
        raise _Refused("too-large", what=f"{total // 2**20} MB > {MAX_TOTAL // 2**20} MB")
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
        raise _Refused("not-a-workbook", kind="Word (.docx)")
    if any(name.startswith("ppt/") for name in lower):
        raise _Refused("not-a-workbook", kind="PowerPoint (.pptx)")
    if "xl/workbook.bin" in lower:
        raise _Refused("unsupported-kind", kind="Excel nhị phân / binary (.xlsb)")
    if "mimetype" in lower:
        kind = package.read("mimetype")[:100].decode("ascii", "replace")
        raise _Refused("unsupported-kind", kind="OpenDocument (.ods)" if "spreadsheet" in kind else kind)
    if any(name.endswith(".iwa") for name in lower):
        raise _Refused("unsupported-kind", kind="Apple Numbers")
    raise _Refused("not-a-workbook", kind="ZIP")


def _inflate(package: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> tuple[bytes, int]:
    """Inflate one part against the real limits: the sizes in the directory may lie."""
    chunks: list[bytes] = []
    size = 0
    with package.open(member) as part:
        while chunk := part.read(_CHUNK):
            size += len(chunk)
            if size > MAX_PART or size > left:
                raise _Refused("too-large", what=f"> {MAX_PART // 2**20} MB")
            chunks.append(chunk)
    return b"".join(chunks), left - size


def _check_relations(data: bytes) -> None:
    for relation in ET.fromstring(data):  # noqa: S314 - a DOCTYPE was refused above, so there are no entities
        kind = relation.get("Type", "").rsplit("/", 1)[-1]
        if relation.get("TargetMode") == "External" and kind != "hyperlink":
            raise _Refused("active-content", what=f"liên kết ngoài / external link ({kind})")


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
    if _DOCTYPE.search(data):
        raise _Refused("doctype")
    for strict, usual in _STRICT:
        data = data.replace(strict, usual)
    return ET.fromstring(data)  # noqa: S314 - a DOCTYPE was refused just above


def _scan_sheet(data: bytes, *, hidden: bool) -> SheetScan:
    errors: dict[tuple[int, int], str] = {}
    uncached: set[tuple[int, int]] = set()
    for match in _CELL.finditer(data):
        attributes, body = match[1], match[3]
        if not body:
            continue
        ref = _REF.search(attributes)
        if ref is None:
            continue
        place = int(ref[2]), column_number(ref[1].decode())
        if place[0] > MAX_ROW or place[1] > MAX_COLUMN:
            raise _Refused("too-large", what=f"{ref[1].decode()}{ref[2].decode()}")
        if b't="e"' in attributes:
            value = _ERROR.search(body)
            errors[place] = value[1].decode("utf-8", "replace") if value else "#?"
        elif (
            (b"<f" in body or b":f" in body)
            and not re.search(rb"<(?:\w+:)?v>[^<]", body)
            and b't="str"' not in attributes
        ):
            uncached.add(place)
    merged = tuple(
        (int(m[2]), column_number(m[1].decode()), int(m[4]), column_number(m[3].decode()))
        for m in _MERGE.finditer(data)
    )
    return SheetScan(hidden, errors, frozenset(uncached), merged)


def column_number(letters: str) -> int:
    """Give the 1-based number of a column: A → 1, AB → 28."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
