"""Add the looks of a drawn file to the office's table of looks; what is there already is used again.

Two looks are the same when they say the same, however it is written: names without prefixes, attributes in any order,
1 or true, 11 or 11.0, numbers of fonts and fills replaced by the fonts and fills themselves.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

from tdnv_sheets.graft.refuse import CannotGraft
from tdnv_sheets.graft.sheet import MAIN
from tdnv_sheets.graft.splice import alone, appended, attribute, spliced, tree, with_attributes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tdnv_sheets.graft.splice import Node

Said: TypeAlias = "tuple[object, ...]"
"""What an element says, in a form that can be compared."""
_ORDER: Final = (
    *("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles"),
    *("colors", "extLst"),
)
_TRUE: Final = {"true": "1", "on": "1", "false": "0", "off": "0"}
_FIRST_FREE_FORMAT: Final = 164
_WITHOUT_MEANING: Final = frozenset({"uid"})
_PAINT: Final = ("fillId", "fontId")
_LISTS: Final = {"fontId": "fonts", "fillId": "fills", "borderId": "borders"}
_APPLIES: Final = frozenset(
    f"apply{what}" for what in ("NumberFormat", "Font", "Fill", "Border", "Alignment", "Protection")
)
"""Whether a part of a cell's look counts; programs write them or leave them out, and Excel takes the look either way."""
_KNOWN_FORMATS: Final = {
    "0": "General",
    "1": "0",
    "2": "0.00",
    "3": "#,##0",
    "4": "#,##0.00",
    "9": "0%",
    "10": "0.00%",
    "11": "0.00E+00",
    "49": "@",
}
"""Number formats that have a number of their own and mean the same in every language (ISO/IEC 29500-1, 18.8.30)."""
_DEFAULTS: Final[dict[str, dict[str, str]]] = {
    "alignment": {
        **dict.fromkeys(("wrapText", "textRotation", "indent", "shrinkToFit", "justifyLastLine", "readingOrder"), "0"),
        "relativeIndent": "0",
        "horizontal": "general",
        "vertical": "bottom",
    },
    "protection": {"locked": "1", "hidden": "0"},
    "xf": {"quotePrefix": "0", "pivotButton": "0"},
    "border": {"diagonalUp": "0", "diagonalDown": "0", "outline": "1"},
    "b": {"val": "1"},
    "i": {"val": "1"},
    "u": {"val": "single"},
    "left": {"style": "none"},
    "right": {"style": "none"},
    "top": {"style": "none"},
    "bottom": {"style": "none"},
    "diagonal": {"style": "none"},
}
"""What stands there when nothing is written."""


def said(node: Node, leave: Iterable[str] = ()) -> Said:
    """Give what an element says."""
    defaults = _DEFAULTS.get(node.name, {})
    values = []
    for name, value in sorted(node.attributes.items()):
        local = name.rpartition("}")[2]
        if local in leave or local in _WITHOUT_MEANING:
            continue
        plain = _plain(value)
        if defaults.get(local) != plain:
            values.append((local, plain))
    children = [said(child) for child in node.children]
    if node.name == "font":
        children.sort(key=repr)
    children = [
        child for child in children if child[1:] != ((), ()) or child[0] not in _DEFAULTS or node.name == "font"
    ]
    if node.name == "patternFill" and not children and values == [("patternType", "none")]:
        values = []
    return node.name, tuple(values), tuple(children)


def _plain(value: str) -> str:
    value = _TRUE.get(value.lower(), value)
    try:
        number = float(value)
    except ValueError:
        return value.upper() if len(value) == 8 else value  # noqa: PLR2004 - the eight digits of a colour
    return f"{number:g}" if len(value) != 8 and number == number else value.upper()  # noqa: PLR2004, PLR0124 - see above; NaN


class _Table:
    """One styles part while looks are looked up in it and added."""

    def __init__(self, xml: bytes) -> None:
        self.xml = xml
        self.root = tree(xml)
        self._said: dict[tuple[str, int], Said] = {}
        self.formats = {
            node.attributes.get("numFmtId", ""): node.attributes.get("formatCode", "") for node in self.items("numFmts")
        }

    def items(self, name: str) -> Sequence[Node]:
        holder = self.root.child(name)
        return holder.children if holder else ()

    def look(self, node: Node, style: str, parts: Sequence[Said] | None = None) -> Said:
        """Give what a cell's look says, with everything that it names by number in full."""
        if parts is None:
            parts = [self._part(node, name) for name in _LISTS]
        return (style, self.format(node), *parts, said(node, {*_LISTS, "numFmtId", "xfId", *_APPLIES}))

    def _part(self, node: Node, name: str) -> Said:
        items, number = self.items(_LISTS[name]), int(node.attributes.get(name, "0"))
        if number >= len(items):
            return ()
        if (name, number) not in self._said:
            self._said[name, number] = said(items[number])
        return self._said[name, number]

    def format(self, node: Node) -> str:
        number = node.attributes.get("numFmtId", "0")
        return self.formats.get(number) or _KNOWN_FORMATS.get(number) or f"#{number}"

    def style_names(self) -> dict[int, str]:
        """Give the name of the named style of each cell style look; the built-in ones by their number."""
        names: dict[int, str] = {}
        for node in self.items("cellStyles"):
            builtin = node.attributes.get("builtinId")
            name = f"#{builtin}" if builtin is not None else node.attributes.get("name", "")
            names.setdefault(int(node.attributes.get("xfId", "0")), name)
        return names


class Looks:
    """The office's table of looks while ours are found in it or added."""

    def __init__(self, office: bytes) -> None:
        self._table = table = _Table(office)
        self._new: dict[str, list[bytes]] = {
            name: [] for name in ("numFmts", "fonts", "fills", "borders", "cellXfs", "dxfs")
        }
        self._lists = {name: _List(table, name, self._new[name]) for name in ("fonts", "fills", "borders", "dxfs")}
        self._formats = _Formats(table, self._new["numFmts"])
        names = table.style_names()
        self._named = {name: number for number, name in reversed(names.items())}
        self._known: dict[Said, int] = {}
        for number, node in enumerate(table.items("cellXfs")):
            self._known.setdefault(table.look(node, names.get(int(node.attributes.get("xfId", "0")), "#0")), number)

    @property
    def added(self) -> int:
        """How many looks came in."""
        return len(self._new["cellXfs"]) + len(self._new["dxfs"])

    def add(self, drawn: bytes) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Find or add all looks of another table.

        Gives the office's number of each of its cells' looks, and of each look of conditional formats and tables (dxf).
        """
        ours = _Table(drawn)
        names = ours.style_names()
        cells = []
        for node in ours.items("cellXfs"):
            style = names.get(int(node.attributes.get("xfId", "0")), "#0")
            style = style if style in self._named else "#0"
            look = ours.look(node, style)
            if look not in self._known:
                values = {name: str(self._lists[place].number(ours, node, name)) for name, place in _LISTS.items()}
                values |= {"numFmtId": self._formats.number(ours.format(node)), "xfId": str(self._named.get(style, 0))}
                self._known[look] = self._append(ours.xml, node, values)
            cells.append(self._known[look])
        return tuple(cells), tuple(self._lists["dxfs"].place(ours, node) for node in ours.items("dxfs"))

    def look(self, number: int) -> tuple[Said, Said]:
        """Give what fill and font of a cell's look say."""
        _, node = self._node(number)
        fill, font = (self._lists[_LISTS[name]].said(node, name) for name in _PAINT)
        return fill, font

    def repaint(self, number: int, donor: int) -> int:
        """Give the look that is as *number*, with fill and font of *donor*; added where there is none."""
        (xml, node), (_, other) = self._node(number), self._node(donor)
        values = {name: other.attributes.get(name, "0") for name in _PAINT}
        painted = replace(node, attributes={**node.attributes, **values})
        style = self._table.style_names().get(int(node.attributes.get("xfId", "0")), "#0")
        parts = [self._lists[place].said(painted, name) for name, place in _LISTS.items()]
        look = self._table.look(painted, style, parts)
        if look not in self._known:
            self._known[look] = self._append(xml, node, {**values, "applyFill": "1", "applyFont": "1"})
        return self._known[look]

    def xml(self) -> bytes:
        """Give the table as it is now."""
        return _written(self._table, self._new)

    def _node(self, number: int) -> tuple[bytes, Node]:
        known, new = self._table.items("cellXfs"), self._new["cellXfs"]
        if number < len(known):
            return self._table.xml, known[number]
        if number >= len(known) + len(new):
            raise CannotGraft("damaged", f"style {number}")
        xml = new[number - len(known)]
        return xml, tree(xml)

    def _append(self, xml: bytes, node: Node, values: Mapping[str, str]) -> int:
        body = alone(xml, node)
        opened = body.index(b">") + 1
        self._new["cellXfs"].append(with_attributes(body[:opened], values) + body[opened:])
        return len(self._table.items("cellXfs")) + len(self._new["cellXfs"]) - 1


class _List:
    """One of the lists, where items of another table are found again or added."""

    def __init__(self, office: _Table, name: str, new: list[bytes]) -> None:
        self._name, self._new = name, new
        self._items = [said(node) for node in office.items(name)]
        self._known: dict[Said, int] = {}
        for number, what in enumerate(self._items):
            self._known.setdefault(what, number)

    def said(self, node: Node, name: str) -> Said:
        """Give what the item says that an attribute of *node* calls."""
        number = int(node.attributes.get(name, "0"))
        return self._items[number] if number < len(self._items) else ()

    def number(self, table: _Table, node: Node, name: str) -> int:
        """Give the number of the item of another table that an attribute of *node* calls."""
        return self.place(table, table.items(self._name)[int(node.attributes.get(name, "0"))])

    def place(self, table: _Table, item: Node) -> int:
        """Give the number of an item of another table, which is added where it is new."""
        what = said(item)
        if what not in self._known:
            self._known[what] = len(self._items)
            self._items.append(what)
            self._new.append(alone(table.xml, item))
        return self._known[what]


class _Formats:
    """The number formats, which are called by numbers of their own."""

    def __init__(self, office: _Table, new: list[bytes]) -> None:
        self._known = {code: number for number, code in reversed(office.formats.items())}
        self._known |= {code: number for number, code in _KNOWN_FORMATS.items() if number not in office.formats}
        self._new = new
        self._next = max((int(number) for number in office.formats if number.isdecimal()), default=0) + 1

    def number(self, code: str) -> str:
        if code.startswith("#") and code[1:].isdecimal():
            return code[1:]  # one that every program knows by its number only
        if code not in self._known:
            number = str(max(self._next, _FIRST_FREE_FORMAT))
            self._next = int(number) + 1
            self._known[code] = number
            self._new.append(f'<numFmt xmlns="{MAIN}" numFmtId="{number}" formatCode={attribute(code)}/>'.encode())
        return self._known[code]


def _written(table: _Table, new: dict[str, list[bytes]]) -> bytes:
    edits = []
    plain = table.root.tag == "styleSheet"
    for name, items in new.items():
        if not items:
            continue
        xml = b"".join(items)
        if plain:  # the elements are in that namespace already
            xml = xml.replace(f' xmlns="{MAIN}"'.encode(), b"")
        holder = table.root.child(name)
        if holder is None:
            space = b"" if plain else f' xmlns="{MAIN}"'.encode()
            whole = f"<{name}".encode() + space + f' count="{len(items)}">'.encode() + xml + f"</{name}>".encode()
            edits.append((place := _place(table, name), place, whole))
            continue
        opened = table.xml[holder.start : holder.inside]
        if "count" in holder.attributes:
            opened = with_attributes(opened, {"count": str(len(holder.children) + len(items))})
        if holder.empty:
            whole = opened[:-2].rstrip() + b">" + xml + b"</" + holder.tag.encode() + b">"
            edits.append((holder.start, holder.end, whole))
        else:
            edits.append((holder.start, holder.inside, opened))
            edits += appended(table.xml, holder, xml)
    return spliced(table.xml, edits) if edits else table.xml


def _place(table: _Table, name: str) -> int:
    """Say where a list that is not there yet belongs."""
    later = _ORDER[_ORDER.index(name) + 1 :]
    return next((node.start for node in table.root.children if node.name in later), table.root.close)
