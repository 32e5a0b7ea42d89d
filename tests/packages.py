"""Packages taken apart and put together again, as other programs lay them out."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Mapping

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES: Final = "[Content_Types].xml"


def parts(data: bytes) -> dict[str, bytes]:
    """Give the parts of a package by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def raw_parts(data: bytes) -> dict[str, bytes]:
    """Give the compressed bytes of each part, as they lie in the file."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for info in package.infolist():
            head = data[info.header_offset : info.header_offset + 30]
            start = (
                info.header_offset + 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
            )
            found[info.filename] = data[start : start + info.compress_size]
    return found


def packed(found: Mapping[str, bytes], *, stored: bool = False) -> bytes:
    """Put parts together."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as package:
        for name, data in found.items():
            package.writestr(name, data)
    return out.getvalue()


@dataclass(frozen=True)
class Layout:
    """How some program lays a workbook out."""

    prefixed: bool = False
    """Every element of the sheets, the workbook, the looks and the texts has a prefix."""
    absolute: bool = False
    """Targets of relations begin at the root of the package."""
    wide: bool = False
    """The workbook part is in UTF-16."""
    stored: bool = False
    upper: bool = False
    """Relations name the parts in capitals."""
    shift: int = 0
    """How much higher the sheets' parts are numbered."""
    turned: bool = False
    """The parts stand in the package the other way round."""
    looks_turned: bool = False
    """The looks of cells, behind the first one, stand the other way round."""
    texts_turned: bool = False


def relaid(data: bytes, layout: Layout) -> bytes:
    """Give the same workbook as another program would lay it out."""
    found = parts(data)
    if layout.looks_turned:
        _turn_looks(found)
    if layout.texts_turned:
        _turn_texts(found)
    if layout.shift:
        found = _renumbered(found, layout.shift)
    if layout.prefixed:
        for name in found:
            if name.endswith(".xml") and (b"%s" % MAIN.encode()) in found[name] and "/charts/" not in name:
                found[name] = _prefixed(found[name])
    for name in [name for name in found if name.endswith(".rels")]:
        found[name] = _relations(found[name], name, layout)
    if layout.wide:
        text = found["xl/workbook.xml"].decode()
        found["xl/workbook.xml"] = re.sub(r"^<\?xml[^>]*\?>", "", text).encode("utf-16")
    if layout.turned:
        found = dict(reversed(found.items()))
    return packed(found, stored=layout.stored)


def _prefixed(xml: bytes) -> bytes:
    ET.register_namespace("x", MAIN)
    ET.register_namespace("r", OFFICE)
    written: bytes = ET.tostring(ET.fromstring(xml), "utf-8", xml_declaration=True)  # noqa: S314 - our own
    return written


def _relations(xml: bytes, name: str, layout: Layout) -> bytes:
    folder = posixpath.dirname(posixpath.dirname(name))
    ET.register_namespace("", RELATIONS)
    root = ET.fromstring(xml)  # noqa: S314 - our own
    for relation in root:
        if relation.get("TargetMode") == "External":
            continue
        target = relation.get("Target", "")
        if layout.absolute and not target.startswith("/"):
            target = posixpath.normpath(posixpath.join("/" + folder, target))
        if layout.upper:
            target = target.upper()
        relation.set("Target", target)
    written: bytes = ET.tostring(root, "utf-8", xml_declaration=True)
    return written


def _renumbered(found: dict[str, bytes], shift: int) -> dict[str, bytes]:
    def higher(match: re.Match[str]) -> str:
        return f"{match[1]}{int(match[2]) + shift}{match[3]}"

    pattern = re.compile(r"((?:worksheets/|worksheets/_rels/|/worksheets/)sheet)(\d+)(\.xml)")
    out = {}
    for name, data in found.items():
        if name.endswith(".rels") or name == TYPES:
            data = pattern.sub(higher, data.decode()).encode()  # noqa: PLW2901 - the same part, elsewhere
        out[pattern.sub(higher, name)] = data
    return out


def _turn_looks(found: dict[str, bytes]) -> None:
    styles = found["xl/styles.xml"].decode()
    held = re.search(r"(<cellXfs[^>]*>)(.*)(</cellXfs>)", styles, re.DOTALL)
    assert held is not None
    looks = re.findall(r"<xf [^>]*?/>|<xf [^>]*?[^/]>.*?</xf>", held[2], re.DOTALL)
    last = len(looks)
    turned = [looks[0], *reversed(looks[1:])]
    found["xl/styles.xml"] = (styles[: held.start(2)] + "".join(turned) + styles[held.end(2) :]).encode()

    def other(match: re.Match[str]) -> str:
        number = int(match[2])
        return match[1] + str(number and last - number) + '"'

    for name, data in found.items():
        if name.startswith("xl/worksheets/sheet"):
            text = re.sub(r'(<(?:c|row) [^<>]*?\bs=")(\d+)"', other, data.decode())
            found[name] = re.sub(r'(<col [^<>]*?\bstyle=")(\d+)"', other, text).encode()


def _turn_texts(found: dict[str, bytes]) -> None:
    table = found.get("xl/sharedStrings.xml", b"").decode()
    texts = re.findall(r"<si>.*?</si>", table, re.DOTALL)
    if not texts:
        return
    found["xl/sharedStrings.xml"] = table.replace("".join(texts), "".join(reversed(texts))).encode()
    for name, data in found.items():
        if name.startswith("xl/worksheets/sheet"):
            found[name] = re.sub(
                r'( t="s"[^<>]*><v>)(\d+)', lambda m: m[1] + str(len(texts) - 1 - int(m[2])), data.decode()
            ).encode()


def taken_twice(data: bytes) -> dict[str, list[str]]:
    """Name the ids that stand twice in a part of relations or in the list of sheets: Excel calls such a file damaged."""
    found = {}
    for name, part in parts(data).items():
        wanted = (
            rb'\bId="([^"]+)"'
            if name.endswith(".rels")
            else rb'<sheet [^>]*sheetId="(\d+)"'
            if name == "xl/workbook.xml"
            else b""
        )
        ids = re.findall(wanted, part) if wanted else []
        if len(ids) != len(set(ids)):
            found[name] = sorted(id_.decode() for id_ in ids)
    return found
