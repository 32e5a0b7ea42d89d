"""Look through an .xlsx package before any parser sees it, and give the parser only what was looked at."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from tdnv_sheets.intake.refuse import MAX_PART, MAX_PARTS, MAX_TOTAL, Refused, left_out, megabytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tdnv_sheets.findings import Finding

_CHUNK: Final = 2**20
_SMALL: Final = 2**15
"""Parts up to this size, which are much the same in all files of one program, are parsed once and remembered."""
_DATA: Final = "connection"
_ACTIVE: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (re.compile(r"(?:^|/)(?:intl)?macrosheets/|(?:^|/)dialogsheets/"), "xlm"),
    (re.compile(r"(?:^|/)connections\.xml$|(?:^|/)querytables/"), _DATA),
    (re.compile(r"(?:^|/)activex/"), "control"),
    (re.compile(r"(?:^|/)webextensions/"), "extension"),
)
"""Pattern of a part's name → entry `active_…` of messages/parts.toml."""
_IGNORED: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (re.compile(r"(?:^|/)vbaproject\.bin$"), "macro-ignored"),
    (re.compile(r"(?:^|/)embeddings/"), "object-ignored"),
    (re.compile(r"(?:^|/)externallinks/[^/]+$"), "external-link"),
)
"""What is left out while the cells are read."""
_LINK: Final = re.compile(r"(?:^|/)externallinks/[^/]+$")
_MACRO_TYPES: Final = (b"ms-excel.macrosheet+xml", b"ms-excel.intlmacrosheet+xml")
_STARTS_PROGRAM: Final = re.compile(rb"<(?:\w++:)?+(?:ddeLink|oleLink)\b")
_DATA_MASHUP: Final = "http://schemas.microsoft.com/DataMashup"
_DOCTYPE: Final = tuple(
    word.encode(code) for word in ("<!DOCTYPE", "<!ENTITY") for code in ("ascii", "utf-16-le", "utf-16-be")
)
_HARMLESS_LINKS: Final = frozenset(("hyperlink",))
_CACHED_LINKS: Final = re.compile(
    r"externallink(?:path|longpath)?|xl(?:pathmissing|library|startup|alternatestartup)|image|audio|video|media"
)
_NS: Final = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
_STRICT: Final = (b"http://purl.oclc.org/ooxml/spreadsheetml/main", _NS["m"].encode())
_ENCODING: Final = re.compile(r"""^\s*<\?xml[^>]*?\?>""")
_WIDE: Final = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))


@dataclass(frozen=True, slots=True)
class Package:
    """The parts of a package, XML in UTF-8, under the names that programs use: «/» between folders, in small letters."""

    parts: Mapping[str, bytes]
    names: Mapping[str, str]
    """Name in small letters → as the package spells it."""
    warnings: tuple[Finding, ...]

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Give id → (last word of the type, name of the part)."""
        folder, _, name = part.rpartition("/")
        data = self.parts.get(f"{folder}/_rels/{name}.rels".lstrip("/"))
        out = {}
        for relation in parsed(data) if data else ():
            target = relation.get("Target", "").replace("\\", "/")
            full = target.lstrip("/") if target.startswith("/") else _joined(folder, target)
            kind = relation.get("Type", "").rsplit("/", 1)[-1]
            out[relation.get("Id", "")] = kind, full.lower()
        return out

    def workbook(self) -> ET.Element:
        """Give the part that lists the sheets, in the usual namespace."""
        return parsed(self.parts["xl/workbook.xml"].replace(*_STRICT))

    def counts_from_1904(self) -> bool:
        """Say whether the days of the file are counted from 1904."""
        settings = self.workbook().find("m:workbookPr", _NS)
        return settings is not None and settings.get("date1904", "0").lower() in {"1", "true", "on"}

    def sheets(self) -> Iterator[tuple[str, str, bool]]:
        """Give (title, part, hidden) of each worksheet."""
        relations = self.relations("xl/workbook.xml")
        for sheet in self.workbook().iterfind("m:sheets/m:sheet", _NS):
            number = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")
            kind, part = relations.get(number, ("", ""))
            if kind == "worksheet" and part in self.parts:
                yield sheet.get("name", ""), part, sheet.get("state", "visible") != "visible"


def parsed(data: bytes) -> ET.Element:
    """Parse a part of which every DOCTYPE was refused; nobody may change what this gives."""
    return _parsed_once(data) if len(data) <= _SMALL else ET.fromstring(data)  # noqa: S314 - see above


@lru_cache(64)
def _parsed_once(data: bytes) -> ET.Element:
    return ET.fromstring(data)  # noqa: S314 - see above


def _joined(folder: str, target: str) -> str:
    parts: list[str] = []
    for part in PurePosixPath(folder, target).parts:
        if part == "..":
            del parts[-1:]
        else:
            parts.append(part)
    return "/".join(parts)


def open_package(data: bytes, *, own: bool = False) -> Package:
    """Inflate and check every part; raises `Refused`, or what zipfile raises on damage.

    *own*: it is the office's register, where links to data are its own business; what acts by itself is refused there too.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        members = [member for member in package.infolist() if not member.filename.endswith(("/", "\\"))]
        check_members(members)
        names = {_plain_name(member).lower(): _plain_name(member) for member in members}
        _check_kind(package, names)
        warnings = _look_at_names(names, own=own)
        left = MAX_TOTAL
        parts: dict[str, bytes] = {}
        for member in members:
            part, left = inflate(package, member, left)
            parts[_plain_name(member).lower()] = _checked(part)
    for name, part in parts.items():
        warnings |= _look_inside(name, part, own=own)
    if any(kind in parts["[content_types].xml"] for kind in _MACRO_TYPES):
        raise Refused("active-content", "active_xlm")
    return Package(parts, names, left_out(warnings))


def pack(parts: Mapping[str, bytes]) -> bytes:
    """Make a package for the parser; nothing is compressed, since it never leaves the memory."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as package:
        for name, data in parts.items():
            package.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()


def check_members(members: list[zipfile.ZipInfo]) -> None:
    """Refuse too many or too large parts, encrypted ones, and two of one name."""
    if len(members) > MAX_PARTS:
        raise Refused("too-large", "limit_parts", found=str(len(members)), most=str(MAX_PARTS))
    total = sum(member.file_size for member in members)
    if total > MAX_TOTAL or any(member.file_size > MAX_PART for member in members):
        raise Refused("too-large", "limit_unpacked", most=megabytes(MAX_TOTAL if total > MAX_TOTAL else MAX_PART))
    if any(member.flag_bits & 1 for member in members):
        raise Refused("password")
    names = [_plain_name(member).lower() for member in members]
    if len(set(names)) != len(names):
        raise Refused("unreadable")


def inflate(package: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> tuple[bytes, int]:
    """Inflate one part against the real limits: the sizes in the directory may lie."""
    chunks: list[bytes] = []
    size = 0
    with package.open(member) as part:
        while chunk := part.read(_CHUNK):
            size += len(chunk)
            if size > MAX_PART or size > left:
                raise Refused("too-large", "limit_unpacked", most=megabytes(MAX_TOTAL if size > left else MAX_PART))
            chunks.append(chunk)
    return b"".join(chunks), left - size


def refuse_doctype(data: bytes) -> None:
    """Refuse a DOCTYPE in any part: which parts are XML is for the package to say, so its word is not taken."""
    # One letter is found many times faster than two, and most parts have no exclamation mark at all.
    if b"!" in data and (b"<!" in data or b"<\0!" in data) and any(mark in data for mark in _DOCTYPE):
        raise Refused("doctype")


def _checked(data: bytes) -> bytes:
    """Give a part in UTF-8; calamine reads no other encoding."""
    refuse_doctype(data)
    for start, encoding in _WIDE:
        if data.startswith(start):
            # Undecodable bytes raise UnicodeDecodeError, a ValueError: the file is damaged.
            text = _ENCODING.sub("", data.decode(encoding).lstrip("\ufeff"), count=1)
            return b'<?xml version="1.0" encoding="UTF-8"?>' + text.encode()
    return data


def _plain_name(member: zipfile.ZipInfo) -> str:
    return member.filename.replace("\\", "/").lstrip("/")


def _look_at_names(names: Mapping[str, str], *, own: bool) -> set[str]:
    """Refuse parts that act by themselves; give the codes for those that are left out."""
    for name in sorted(names):
        for pattern, what in _ACTIVE:
            if pattern.search(name) and not (own and what == _DATA):
                raise Refused("active-content", f"active_{what}")
    return {code for name in names for pattern, code in _IGNORED if pattern.search(name)}


def _look_inside(name: str, data: bytes, *, own: bool) -> set[str]:
    """Refuse links that start a program or fetch data; give the codes for links that are not followed."""
    if _LINK.search(name) and _STARTS_PROGRAM.search(data):
        raise Refused("active-content", "active_dde")
    fetches = not own and name.startswith("customxml/")
    if fetches and any(_DATA_MASHUP.encode(code) in data for code in ("ascii", "utf-16-le")):
        raise Refused("active-content", f"active_{_DATA}")
    if name.endswith(".rels"):
        return _look_at_relations(data)
    return set()


def _look_at_relations(data: bytes) -> set[str]:
    codes = set()
    if b"External" in data:
        for relation in parsed(data):
            kind = relation.get("Type", "").rsplit("/", 1)[-1].lower()
            if relation.get("TargetMode") != "External" or kind in _HARMLESS_LINKS:
                continue
            if kind == "oleobject":
                raise Refused("active-content", "active_dde")
            if not _CACHED_LINKS.fullmatch(kind):
                raise Refused("active-content", "active_link")
            codes.add("external-link")
    return codes


def _check_kind(package: zipfile.ZipFile, names: Mapping[str, str]) -> None:
    """Refuse a package that is something else than a workbook, and say what."""
    if "xl/workbook.xml" in names and "[content_types].xml" in names:
        return
    if "word/document.xml" in names:
        raise Refused("not-a-workbook", "kind_word")
    if any(name.startswith("ppt/") for name in names):
        raise Refused("not-a-workbook", "kind_powerpoint")
    if "xl/workbook.bin" in names:
        raise Refused("unsupported-kind", "kind_xlsb")
    if "mimetype" in names:
        with package.open(package.getinfo(names["mimetype"])) as part:
            kind = part.read(100)
        raise Refused("not-a-workbook", "kind_document", name="EPUB" if b"epub" in kind else "OpenDocument")
    if any(name.endswith(".iwa") or name == "index.zip" for name in names):
        raise Refused("unsupported-kind", "kind_numbers")
    if not names or "[content_types].xml" in names or any(name.startswith("xl/") for name in names):
        raise Refused("unreadable")
    raise Refused("not-a-workbook", "kind_archive", name="ZIP")
