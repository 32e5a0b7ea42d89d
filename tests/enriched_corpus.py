"""Sheets that Excel itself wrote, put into a register with all their parts; the files lie beside the project, in ../shared/corpus."""

from __future__ import annotations

import re
import zipfile
from html import escape
from posixpath import basename, dirname, join, normpath
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from tests.conftest import SHARED
from tests.enriched_package import OFFICE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.enriched_package import Package

CORPUS: Final = SHARED / "corpus"
SAMPLES: Final = (
    "02_FilterByCF.xlsx",
    "38_embedded-simple-2007.xlsx",
    "67_plthang-MoTa.xlsx",
)
"""Filters and colour rules, an embedded object with its picture, and a Vietnamese office's own tables."""


def transplant(pack: Package, source: Path, stem: str) -> None:
    """Put the first sheet of a workbook into *pack*, its parts under names of their own; its looks stay behind."""
    with zipfile.ZipFile(source) as file:
        parts = {item.filename: file.read(item) for item in file.infolist()}
    sheet = next(name for name in sorted(parts) if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name))
    names = {sheet: f"xl/worksheets/sheet_{stem}.xml"}
    todo = [sheet]
    while todo:
        for target in _targets(parts, todo.pop()):
            if target not in names and target in parts:
                names[target] = f"{dirname(target)}/{stem}_{basename(target)}"
                todo.append(target)
    types = _types(parts)
    for old, new in names.items():
        data = _plain(parts, parts[old]) if old == sheet else parts[old]
        if old in types:
            pack.add(new, data, types[old])
        else:
            pack.default(old.rpartition(".")[2], types["." + old.rpartition(".")[2]])
            pack.parts[new] = data
        rels = _rels(old)
        if rels in parts:
            pack.parts[_rels(new)] = _renamed(parts[rels], old, new, names)
    relation = pack.relate("xl/workbook.xml", f"{OFFICE}worksheet", names[sheet])
    ids = [int(found) for found in re.findall(r'sheetId="(\d+)"', pack.text("xl/workbook.xml"))]
    pack.before("xl/workbook.xml", ("</sheets>",), f'<sheet name="{stem}" sheetId="{max(ids) + 1}" r:id="{relation}"/>')


def _rels(name: str) -> str:
    return f"{dirname(name)}/_rels/{basename(name)}.rels"


def _place(source: str, target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else normpath(join(dirname(source), target))


def _targets(parts: dict[str, bytes], name: str) -> list[str]:
    root = ET.fromstring(parts.get(_rels(name), b"<none/>"))  # noqa: S314 - known files
    return [_place(name, node.attrib["Target"]) for node in root if node.get("TargetMode") != "External"]


def _types(parts: dict[str, bytes]) -> dict[str, str]:
    """Give content types by part, and by suffix with its point."""
    root = ET.fromstring(parts["[Content_Types].xml"])  # noqa: S314 - known files
    return {
        node.get("PartName", "").lstrip("/") or "." + node.attrib["Extension"]: node.attrib["ContentType"]
        for node in root
    }


def _renamed(rels: bytes, old: str, new: str, names: dict[str, str]) -> bytes:
    """Point relations to the new names, written from the root."""
    assert dirname(old) == dirname(new)

    def change(found: re.Match[str]) -> str:
        place = _place(old, found[1])
        return f'Target="/{names[place]}"' if place in names else found[0]

    return re.sub(r'Target="([^"]+)"', change, rels.decode()).encode()


def _plain(parts: dict[str, bytes], sheet: bytes) -> bytes:
    """Take the numbers of looks and shared texts out of a sheet: they are those of the file that it comes from."""
    shared = parts.get("xl/sharedStrings.xml", b"<none/>")
    texts = ["".join(node.itertext()) for node in ET.fromstring(shared)]  # noqa: S314 - known files
    text = re.sub(r'(<(?:c|row|col|cfRule)\b[^>]*?) (?:s|style|dxfId)="\d+"', r"\1", sheet.decode("utf-8-sig"))
    text = re.sub(r' customFormat="1"', "", text)

    def inline(found: re.Match[str]) -> str:
        return f'{found[1]} t="inlineStr"{found[2]}><is><t>{escape(texts[int(found[3])])}</t></is></c>'

    return re.sub(r'(<c\b[^>]*?) t="s"([^>]*)><v>(\d+)</v></c>', inline, text).encode()


def with_samples(pack: Package) -> None:
    """Put all samples into a register."""
    for number, name in enumerate(SAMPLES, 1):
        transplant(pack, CORPUS / name, f"mau{number}")
