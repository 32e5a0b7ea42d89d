"""Find the places of elements in the bytes of a part, and change these places only: everything else stays as it is written.

A tree that is parsed and written again loses what it does not know: prefixes that only attribute values name
(mc:Ignorable), their spelling, the order of attributes. Here a real parser (expat) says where each element begins and
ends, and the new bytes are put between.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from xml.parsers.expat import ExpatError, ParserCreate
from xml.sax.saxutils import escape as escape_text
from xml.sax.saxutils import quoteattr

from tdnv_sheets.graft.refuse import MAX_TREE, CannotGraft

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

XMLNS: Final = "http://www.w3.org/2000/xmlns/"
_TAG_END: Final = re.compile(rb"""(?:[^>"']++|"[^"]*+"|'[^']*+')*+>""")
_DECLARATION: Final = re.compile(r"^\s*<\?xml[^>]*?\?>")
_WIDE: Final = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
_MARK: Final = b"\xef\xbb\xbf"
_DOCTYPE: Final = (b"<!DOCTYPE", b"<!ENTITY")


@dataclass(slots=True)
class Node:
    """An element and its places in the bytes."""

    tag: str
    """As it is written, with its prefix."""
    space: str
    """Its namespace."""
    attributes: dict[str, str]
    """Names without prefix for those without one, `{namespace}name` for the others."""
    spaces: Mapping[str, str]
    """Prefix → namespace, as far as it is in force inside the element; the default one under an empty prefix."""
    start: int
    inside: int = 0
    """Where the start tag ends."""
    close: int = 0
    """Where the end tag begins; `inside` when it is empty."""
    end: int = 0
    children: list[Node] = field(default_factory=list)
    text: str = ""

    @property
    def name(self) -> str:
        """The name without prefix."""
        return self.tag.rpartition(":")[2]

    @property
    def empty(self) -> bool:
        """Whether it is written as one tag."""
        return self.close == self.inside and self.end == self.inside

    def child(self, name: str) -> Node | None:
        """Give the first child of that name."""
        return next((child for child in self.children if child.name == name), None)

    def all(self, name: str) -> list[Node]:
        """Give the children of that name."""
        return [child for child in self.children if child.name == name]

    def walk(self) -> Iterator[Node]:
        """Give it and everything below."""
        yield self
        for child in self.children:
            yield from child.walk()


def utf8(data: bytes) -> bytes:
    """Give a part in UTF-8 without a byte order mark; a DOCTYPE is refused, whatever the part is."""
    for start, encoding in _WIDE:
        if data.startswith(start):
            try:
                text = _DECLARATION.sub("", data.decode(encoding).lstrip("\ufeff"), count=1)
            except UnicodeDecodeError as problem:
                raise CannotGraft("damaged") from problem
            data = b'<?xml version="1.0" encoding="UTF-8"?>' + text.encode()
    if data[: len(_MARK)] == _MARK:  # a large part is a bytearray, whose removeprefix makes a copy of it in any case
        data = data[len(_MARK) :]
    if b"<!" in data and any(mark in data for mark in _DOCTYPE):
        raise CannotGraft("damaged", "DOCTYPE")
    return data


def parser() -> Any:  # noqa: ANN401 - pyexpat does not export its parser's type
    """Give an expat parser that knows no DOCTYPE."""
    made = ParserCreate(encoding=None)
    made.buffer_text = True

    def refuse(*_: object) -> None:
        raise CannotGraft("damaged", "DOCTYPE")

    made.StartDoctypeDeclHandler = refuse
    return made


def tree(xml: bytes, depth: int = 100) -> Node:
    """Parse a part, which is UTF-8, into nodes down to *depth* levels below the root; raises `CannotGraft`."""
    if len(xml) > MAX_TREE:
        raise CannotGraft("too-large")
    roots: list[Node] = []
    open_: list[Node] = []
    below = 0
    expat = parser()

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal below
        if len(open_) > depth:
            below += 1
            return
        place = expat.CurrentByteIndex
        node = _node(tag, attributes, open_[-1].spaces if open_ else {"": ""}, place)
        node.inside = tag_end(xml, place)
        (open_[-1].children if open_ else roots).append(node)
        open_.append(node)

    def end(_: str) -> None:
        nonlocal below
        if below:
            below -= 1
            return
        node = open_.pop()
        if xml[node.inside - 2 : node.inside] == b"/>":
            node.close = node.end = node.inside
        else:
            node.close = expat.CurrentByteIndex
            node.end = xml.index(b">", node.close) + 1

    def text(data: str) -> None:
        if open_ and not below:
            open_[-1].text += data

    expat.StartElementHandler, expat.EndElementHandler, expat.CharacterDataHandler = start, end, text
    try:
        expat.Parse(xml, True)  # noqa: FBT003 - expat's own argument
    except ExpatError as problem:
        raise CannotGraft("damaged", str(problem)) from problem
    return roots[0]


def tag_end(xml: bytes, start: int) -> int:
    """Say where the tag ends that begins at *start*."""
    found = _TAG_END.match(xml, start)
    if found is None:
        raise CannotGraft("damaged")
    return found.end()


def _node(tag: str, written: dict[str, str], spaces: Mapping[str, str], place: int) -> Node:
    declared = {name.partition(":")[2]: value for name, value in written.items() if _declares(name)}
    spaces = {**spaces, **declared} if declared else spaces
    attributes = {}
    for name, value in written.items():
        if _declares(name):
            continue
        prefix, colon, local = name.rpartition(":")
        attributes[f"{{{spaces.get(prefix, prefix)}}}{local}" if colon else name] = value
    return Node(tag, spaces.get(tag.rpartition(":")[0], ""), attributes, spaces, place)


def _declares(name: str) -> bool:
    return name == "xmlns" or name.startswith("xmlns:")


def spliced(xml: bytes, edits: Iterable[tuple[int, int, bytes]]) -> bytes:
    """Give *xml* with each (start, end, new bytes) put in place; what begins at the same place keeps its order."""
    out, at = [], 0
    for start, end, new in sorted(edits, key=lambda edit: edit[:2]):
        if start < at:
            message = f"edits overlap at {start}"
            raise ValueError(message)
        out += [xml[at:start], new]
        at = end
    out.append(xml[at:])
    return b"".join(out)


def appended(xml: bytes, node: Node, new: bytes) -> list[tuple[int, int, bytes]]:
    """Give the edits that put *new* at the end of a node, which may be written as one tag."""
    if not new:
        return []
    if not node.empty:
        return [(node.close, node.close, new)]
    opened = xml[node.start : node.inside - 2].rstrip()
    return [(node.start, node.end, opened + b">" + new + b"</" + node.tag.encode() + b">")]


def with_attributes(tag: bytes, values: Mapping[str, str | None]) -> bytes:
    """Give a start tag with attributes set, or taken away where the value is None; names as they are written."""
    for name, value in values.items():
        pattern = re.compile(rb"\s" + re.escape(name.encode()) + rb"""\s*=\s*(?:"[^"]*+"|'[^']*+')""")
        new = b"" if value is None else f" {name}={attribute(value)}".encode()
        found = pattern.search(tag)
        if found is not None:
            tag = tag[: found.start()] + new + tag[found.end() :]
        elif new:
            end = len(tag) - (2 if tag.endswith(b"/>") else 1)
            tag = tag[:end].rstrip() + new + tag[end:]
    return tag


def attribute(value: str) -> str:
    """Give a value as it stands after an equals sign, in double quotation marks."""
    quoted = quoteattr(value, {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})
    return quoted if quoted[0] == '"' else '"' + quoted[1:-1].replace('"', "&quot;") + '"'


def text(value: str) -> str:
    """Give a text as it stands between tags."""
    return escape_text(value)


def alone(xml: bytes, node: Node) -> bytes:
    """Give an element as a text of its own: with every prefix that it uses declared in its start tag."""
    body = xml[node.start : node.end]
    opened = xml[node.start : node.inside]
    missing = []
    for prefix, space in node.spaces.items():
        written = f"xmlns:{prefix}" if prefix else "xmlns"
        if not space or prefix == "xml" or re.search(rb"\s" + written.encode() + rb"\s*=", opened):
            continue
        # A prefix may also be named inside a value, as in Requires="x14"; one too many does no harm.
        if not prefix or re.search(rb"\b" + re.escape(prefix.encode()) + rb"\b", body):
            missing.append(f" {written}={attribute(space)}")
    end = len(node.tag.encode()) + 1
    return body[:end] + "".join(missing).encode() + body[end:]
