"""XML of a workbook's parts as a small tree that keeps every prefix as it stands.

Prefixes are not translated: Office names them in attribute values too (`mc:Ignorable`, `Requires`). Only the prefix of
the spreadsheet's own names is taken off, so that `x:col` is `col` whoever wrote the file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from xml.parsers.expat import ExpatError, ParserCreate
from xml.sax.saxutils import escape, quoteattr

from tdnv_sheets.graft.sheet import Piece

if TYPE_CHECKING:
    from collections.abc import Iterator

DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
_ATTRIBUTE: Final = {"\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
_TEXT: Final = {"\r": "&#13;"}
_DEPTH: Final = 64
"""No part of a workbook is nested as deeply; what is, was made to harm."""


class NotXml(Exception):
    """The part cannot be read as XML."""


@dataclass(slots=True)
class Node:
    """One element; `tag` and the names of attributes are as in the file."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)
    text: str = ""
    tail: str = ""

    def child(self, tag: str) -> Node | None:
        """Give the first child of that tag."""
        return next((node for node in self.children if node.tag == tag), None)

    def all(self, tag: str) -> list[Node]:
        """Give the children of that tag."""
        return [node for node in self.children if node.tag == tag]

    def walk(self) -> Iterator[Node]:
        """Give the element and all below it."""
        yield self
        for node in self.children:
            yield from node.walk()

    def flag(self, name: str) -> bool:
        """Say whether an attribute of two values is set."""
        return self.attributes.get(name, "") in {"1", "true", "on"}

    def number(self, name: str, otherwise: int = 0) -> int:
        """Give a whole number that an attribute holds."""
        text = self.attributes.get(name, "").strip()
        return int(text) if text.isdecimal() else otherwise

    def copy(self) -> Node:
        """Give the same element again."""
        return Node(self.tag, dict(self.attributes), [node.copy() for node in self.children], self.text, self.tail)


def parse(data: bytes, *, plain: bool = True) -> Node:
    """Read one part; *plain* takes the prefix of the spreadsheet's own names off. Raises `NotXml`."""
    building = _Builder(plain=plain)
    parser = ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = building.start
    parser.EndElementHandler = building.end
    parser.CharacterDataHandler = building.text
    parser.StartDoctypeDeclHandler = building.doctype
    try:
        parser.Parse(data, True)  # noqa: FBT003 - expat's own way to say that this is all
    except ExpatError as problem:
        raise NotXml(str(problem)) from problem
    if building.root is None:
        raise NotXml("no element")
    return building.root


class _Builder:
    def __init__(self, *, plain: bool) -> None:
        self.root: Node | None = None
        self.open: list[Node] = []
        self.plain = plain
        self.prefix = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self.root is None and self.plain:
            names = (name.partition(":")[2] for name, uri in attributes.items() if uri in _MAIN and ":" in name)
            self.prefix = next((f"{name}:" for name in names if tag.startswith(f"{name}:")), "")
            if self.prefix:
                del attributes[f"xmlns:{self.prefix[:-1]}"]
                attributes = {"xmlns": _MAIN[0], **attributes}
        node = Node(tag.removeprefix(self.prefix), attributes)
        if len(self.open) > _DEPTH:
            raise NotXml("too deep")
        if self.open:
            self.open[-1].children.append(node)
        else:
            self.root = node
        self.open.append(node)

    def end(self, _tag: str) -> None:
        self.open.pop()

    def text(self, text: str) -> None:
        above = self.open[-1]
        if above.children:
            above.children[-1].tail += text
        else:
            above.text += text

    def doctype(self, *_: object) -> None:
        raise NotXml("a document type")


def write(root: Node) -> bytes:
    """Give the part's bytes."""
    out = [DECLARATION]
    _write(root, out)
    return "".join(out).encode()


def inner(node: Node) -> str:
    """Give one element as text."""
    out: list[str] = []
    _write(node, out)
    return "".join(out)


def _write(node: Node, out: list[str]) -> None:
    attributes = "".join(f" {name}={quoteattr(value, _ATTRIBUTE)}" for name, value in node.attributes.items())
    if node.children or node.text:
        out.append(f"<{node.tag}{attributes}>{escape(node.text, _TEXT)}")
        for child in node.children:
            _write(child, out)
            if child.tail:
                out.append(escape(child.tail, _TEXT))
        out.append(f"</{node.tag}>")
    else:
        out.append(f"<{node.tag}{attributes}/>")


def column_number(name: str) -> int:
    """Give the 1-based number of a column: A → 1, AB → 28."""
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - 64
    return number


def local(name: str) -> str:
    """Give a name without its prefix."""
    return name.rpartition(":")[2]


def piece(node: Node, name: str | None = None) -> Piece:
    """Give an element as a piece of a sheet; it declares what it uses, as it was read."""
    node.attributes.setdefault("xmlns", _MAIN[0])
    return Piece(name or node.tag, inner(node).encode())
