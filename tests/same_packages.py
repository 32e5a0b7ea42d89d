"""Two workbooks compared as a person would see them, whatever numbers their texts and looks have: each part by what it says.

Nothing of the program is used here; looks and texts are looked up in the parts themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias
from xml.etree import ElementTree as ET

from tests.packages import MAIN, OFFICE, RELATIONS, TYPES, parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Said: TypeAlias = Any
"""What an element says: its tag, attributes and children, nested."""
_M: Final = f"{{{MAIN}}}"
_LISTS: Final = (("fontId", "fonts"), ("fillId", "fills"), ("borderId", "borders"))
_TABLES: Final = ("xl/sharedStrings.xml", "xl/styles.xml")
_SHEETS: Final = "xl/worksheets/sheet"


class _Book:
    """One package with its tables of texts and looks."""

    def __init__(self, data: bytes) -> None:
        self.parts = parts(data)
        self.texts = ["".join(node.itertext()) for node in self._root("xl/sharedStrings.xml")]
        styles = self._root("xl/styles.xml")
        self.lists = {name: list(styles.find(_M + name) or ()) for _, name in _LISTS}
        formats = {node.get("numFmtId"): node.get("formatCode") for node in styles.iter(_M + "numFmt")}
        self.looks = [self._look(node, formats) for node in styles.find(_M + "cellXfs") or ()]
        self.differences = [said(node) for node in styles.find(_M + "dxfs") or ()]

    def _root(self, name: str) -> ET.Element:
        return ET.fromstring(self.parts[name])  # noqa: S314 - a file of ours

    def _look(self, node: ET.Element, formats: dict[str | None, str | None]) -> Said:
        number = node.get("numFmtId", "0")
        named = [said(self.lists[name][int(node.get(attribute, "0"))]) for attribute, name in _LISTS]
        return (formats.get(number) or number, node.get("quotePrefix", "0"), named, [said(child) for child in node])

    def sheet(self, name: str) -> Said:
        """Give a sheet's part; cells hold their texts and looks themselves."""

        def change(node: ET.Element) -> Said | None:
            if node.tag == _M + "c":
                return self._cell(node)
            if node.tag == _M + "row" and "s" in node.attrib:
                rest = {name: value for name, value in node.attrib.items() if name != "s"}
                return (
                    node.tag,
                    sorted(rest.items()),
                    self.looks[int(node.attrib["s"])],
                    [said(c, change) for c in node],
                )
            if node.tag == _M + "cfRule" and "dxfId" in node.attrib:
                rest = {name: value for name, value in node.attrib.items() if name != "dxfId"}
                look = self.differences[int(node.attrib["dxfId"])]
                return (node.tag, sorted(rest.items()), look, [said(child) for child in node])
            return None

        return said(self._root(name), change)

    def _cell(self, node: ET.Element) -> Said:
        kind, value, formula = node.get("t", "n"), node.find(_M + "v"), node.find(_M + "f")
        text = None if value is None else value.text
        if kind == "s" and text is not None:
            kind, text = "text", self.texts[int(text)]
        elif kind == "inlineStr":
            kind, text = "text", "".join((node.find(_M + "is") or ET.Element("is")).itertext())
        rest = {name: value for name, value in node.attrib.items() if name not in {"r", "t", "s"}}
        told = None if formula is None else said(formula)
        return (node.get("r"), kind, text, told, self.looks[int(node.get("s", "0"))], sorted(rest.items()))

    def names(self) -> tuple[list[Said], list[Said]]:
        """Give the workbook's sheets in order, and its names."""
        root = self._root("xl/workbook.xml")
        sheets = [
            (node.get("name"), node.get("state"), node.get(f"{{{OFFICE}}}id")) for node in root.iter(_M + "sheet")
        ]
        names = [(sorted(node.attrib.items()), node.text) for node in root.iter(_M + "definedName")]
        return sheets, sorted(names, key=repr)

    def said(self) -> Iterator[tuple[str, Said]]:
        """Give what each part says."""
        for name, data in self.parts.items():
            if name in _TABLES:
                continue
            if name == "xl/workbook.xml":
                yield name, self.names()
            elif name.startswith(_SHEETS):
                yield name, self.sheet(name)
            elif name.endswith(".rels"):
                nodes = self._root(name).iter(f"{{{RELATIONS}}}Relationship")
                yield name, sorted(sorted(node.attrib.items()) for node in nodes)
            elif name in {TYPES, "docProps/custom.xml"} or name.startswith("xl/tables/"):
                yield name, sorted(repr(said(node)) for node in ET.fromstring(data))  # noqa: S314 - as above
            else:
                yield name, data


def said(node: ET.Element, change: Callable[[ET.Element], Said | None] | None = None) -> Said:
    """Give what an element says; *change* may say it otherwise."""
    told = change(node) if change is not None else None
    if told is not None:
        return told
    return (node.tag, sorted(node.attrib.items()), (node.text or "").strip(), [said(child, change) for child in node])


def differences(one: bytes, other: bytes) -> list[str]:
    """Name the parts of two packages that do not say the same, and where only one has a part."""
    first, second = dict(_Book(one).said()), dict(_Book(other).said())
    alone = sorted(first.keys() ^ second.keys())
    return alone + [name for name in first.keys() & second.keys() if first[name] != second[name]]


def first_difference(one: Said, other: Said, path: str = "") -> str:
    """Say where two tellings part, for a person who looks for the reason."""
    if isinstance(one, (tuple, list)) and isinstance(other, (tuple, list)) and len(one) == len(other):
        places = (
            first_difference(a, b, f"{path}/{at}") for at, (a, b) in enumerate(zip(one, other, strict=True)) if a != b
        )
        return next(places, path)
    return f"{path}: {str(one)[:200]} ≠ {str(other)[:200]}"


def told_difference(one: bytes, other: bytes) -> str:
    """Say what is the first difference between two packages; nothing where they say the same."""
    first, second = dict(_Book(one).said()), dict(_Book(other).said())
    for name in differences(one, other):
        return f"{name}{first_difference(first.get(name), second.get(name))}"
    return ""
