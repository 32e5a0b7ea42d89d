"""Read an .ods: look through the package, then stream its parts; no library survives the bombs that ours must."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET
from xml.parsers import expat

from tdnv_sheets.grid import Book, Note
from tdnv_sheets.intake.carriers import DEFINED_NAME, PROPERTY, stamp_cells
from tdnv_sheets.intake.cells import clean_notes
from tdnv_sheets.intake.ods_sheets import Sheets
from tdnv_sheets.intake.package import check_members, inflate, refuse_doctype
from tdnv_sheets.intake.refuse import MAX_TOTAL, Refused, left_out

if TYPE_CHECKING:
    from collections.abc import Iterator

_READ: Final = ("styles.xml", "content.xml", "meta.xml", "META-INF/manifest.xml")
_MACROS: Final = ("basic/", "scripts/")
_OBJECTS: Final = ("object ", "objectreplacements/")
_META: Final = frozenset(("title", "subject", "description", "keyword"))


def read_ods(data: bytes) -> Book:
    """Read all sheets; raises `Refused`, or what zipfile and expat raise on damage."""
    parts, codes = _parts(data)
    if b"encryption-data" in parts.get("META-INF/manifest.xml", b""):
        raise Refused("password")
    gathered = Sheets()
    for name in ("styles.xml", "content.xml"):
        if name in parts:
            _stream(parts[name], gathered)
        elif name == "content.xml":
            raise Refused("unreadable")
    sheets, notes = [], list(gathered.notes)
    for sheet, far in (entry.build() for entry in gathered.sheets):
        sheets.append(sheet)
        notes += far
    meta = list(_meta(parts.get("meta.xml", b"")))
    notes += [Note("", None, text) for name, text in (*meta, *gathered.names) if name not in {PROPERTY, DEFINED_NAME}]
    carriers = [
        *(("property", text) for name, text in meta if name == PROPERTY),
        *(("name", text) for name, text in gathered.names if name == DEFINED_NAME),
        *stamp_cells(sheets),
    ]
    codes |= gathered.warnings
    return Book(tuple(sheets), tuple(carriers), clean_notes(notes), left_out(codes))


def _parts(data: bytes) -> tuple[dict[str, bytes], set[str]]:
    """Inflate and check every part, keep those that are read; tell which kinds of parts are left out."""
    parts: dict[str, bytes] = {}
    codes = set()
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        members = [member for member in package.infolist() if not member.is_dir()]
        check_members(members)
        left = MAX_TOTAL
        for member in members:
            part, left = inflate(package, member, left)
            refuse_doctype(part)
            name = member.filename.lower()
            if name.startswith(_MACROS):
                codes.add("macro-ignored")
            elif name.startswith(_OBJECTS) and not name.startswith("objectreplacements/"):
                codes.add("object-ignored")
            if member.filename in _READ:
                parts[member.filename] = part
    return parts, codes


def _stream(data: bytes, gathered: Sheets) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = gathered.start
    parser.EndElementHandler = gathered.end
    parser.CharacterDataHandler = gathered.characters
    parser.Parse(data, True)  # noqa: FBT003 - expat's own signature


def _meta(data: bytes) -> Iterator[tuple[str, str]]:
    for entry in ET.fromstring(data).iter() if data else ():  # noqa: S314 - every DOCTYPE was refused
        word = entry.tag.rpartition("}")[2]
        if word == "user-defined":
            yield next((value for key, value in entry.attrib.items() if key.endswith("}name")), ""), entry.text or ""
        elif word in _META and entry.text:
            yield "", entry.text
