"""The workbook part: its sheets in order, its defined names, and the edits that put ours among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tdnv_sheets.graft.package import BOOK_TYPE, ROOT
from tdnv_sheets.graft.refuse import CannotGraft
from tdnv_sheets.graft.sheet import MAIN, RELATIONS
from tdnv_sheets.graft.splice import appended, attribute, spliced, text, tree, with_attributes
from tdnv_sheets.stamp import SHEET_MARK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tdnv_sheets.graft.package import Package
    from tdnv_sheets.graft.splice import Node

GRAFTED_NAME: Final = "_tdnv_grafted"
"""The name that says that a file is the office's, and our sheets were put into it."""
TOKEN_NAME: Final = "_tdnv_token"  # noqa: S105 - a name, no secret
OWN: Final = ("_td_", "_tdnv_")
"""Beginnings of the names that are ours, also where today's drawing has them no more."""
_LISTS: Final = ("ds_", "_danh_muc")
"""Beginning of the names of our lists, and the sheet where they lie."""
_BOOK_ORDER: Final = (
    *("fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets", "functionGroups"),
    *("externalReferences", "definedNames", "calcPr", "oleSize", "customWorkbookViews", "pivotCaches"),
    *("smartTagPr", "smartTagTypes", "webPublishing", "fileRecoveryPr", "webPublishObjects", "extLst"),
)
_ID: Final = f"{{{RELATIONS}}}id"


@dataclass(frozen=True, slots=True)
class Listed:
    """A sheet as the workbook lists it."""

    title: str
    relation: str
    part: str
    number: int
    """Its sheetId."""
    state: str
    kind: str
    """The last word of its relation: worksheet, chartsheet, dialogsheet, …"""


@dataclass(frozen=True, slots=True)
class Name:
    """A defined name."""

    name: str
    formula: str
    sheet: int | None
    """The place of the sheet whose own it is, counted from 0."""
    node: Node


@dataclass(frozen=True, slots=True)
class WorkBook:
    """The workbook part of a package, parsed."""

    part: str
    xml: bytes
    root: Node
    sheets: tuple[Listed, ...]
    names: tuple[Name, ...]

    def local(self, place: int) -> dict[str, str]:
        """Give the names of one sheet's own, with their formulas."""
        return {name.name: name.formula for name in self.names if name.sheet == place}

    def marks(self) -> dict[str, str]:
        """Give which of our sheets is which by the marks, id → title, as far as they lead to a sheet of the workbook.

        A copy of a sheet has marks of its own, which are local to it and say nothing.
        """
        titles = {sheet.title.casefold(): sheet.title for sheet in self.sheets}
        found: dict[str, str] = {}
        for name in self.names:
            if name.sheet is None and name.name.startswith(SHEET_MARK):
                title = titles.get(sheet_of(name.formula).casefold())
                if title is not None and title not in found.values():
                    found[name.name.removeprefix(SHEET_MARK)] = title
        return found

    @property
    def grafted(self) -> bool:
        """Whether our sheets were put into it."""
        return any(name.name == GRAFTED_NAME and name.sheet is None for name in self.names)

    @property
    def marked(self) -> frozenset[str]:
        """The ids of all marks, also of those that lead nowhere."""
        names = (name.name for name in self.names if name.sheet is None and name.name.startswith(SHEET_MARK))
        return frozenset(name.removeprefix(SHEET_MARK) for name in names)


def sheet_of(formula: str) -> str:
    """Give the title of the sheet to which a formula such as 'Nhiệm vụ'!$A:$C leads, or nothing."""
    title, sign, _ = formula.strip().removeprefix("=").rpartition("!")
    if not sign:
        return ""
    return title[1:-1].replace("''", "'") if title[:1] == "'" == title[-1:] else title


def read_book(package: Package) -> WorkBook:
    """Read the workbook part; what is no ordinary .xlsx is refused with `CannotGraft`."""
    part = package.by_word(ROOT, "officeDocument")
    if not part:
        raise CannotGraft("damaged", "officeDocument")
    kind = package.content_type(part)
    if kind != BOOK_TYPE or package.by_word(part, "vbaProject"):
        raise CannotGraft(
            "macros" if "macro" in kind.lower() or package.by_word(part, "vbaProject") else "not-xlsx", kind
        )
    if package.by_word(ROOT, "origin"):
        raise CannotGraft("signed")
    xml = package.xml(part)
    root = tree(xml)
    if root.space != MAIN:
        raise CannotGraft("strict" if "purl.oclc.org" in root.space else "not-xlsx", root.space)
    settings = root.child("workbookPr")
    if settings is not None and settings.attributes.get("date1904", "0").lower() in {"1", "true", "on"}:
        raise CannotGraft("date-1904")
    return WorkBook(part, xml, root, tuple(_sheets(package, part, root)), tuple(_names(root)))


def _sheets(package: Package, part: str, root: Node) -> Iterator[Listed]:
    relations = package.relations(part)
    holder = root.child("sheets")
    for node in holder.children if holder else ():
        relation = node.attributes.get(_ID, "")
        if relation not in relations:
            raise CannotGraft("damaged", node.attributes.get("name", ""))
        yield Listed(
            title=node.attributes.get("name", ""),
            relation=relation,
            part=relations[relation].target,
            number=int(node.attributes.get("sheetId", "0")),
            state=node.attributes.get("state", "visible"),
            kind=relations[relation].word,
        )


def _names(root: Node) -> Iterator[Name]:
    holder = root.child("definedNames")
    for node in holder.children if holder else ():
        place = node.attributes.get("localSheetId", "")
        yield Name(node.attributes.get("name", ""), node.text, int(place) if place else None, node)


@dataclass(frozen=True, slots=True)
class Slot:
    """A sheet in the order of the new workbook."""

    title: str
    before: int | None
    """Its place in the office's workbook; None when it is new."""
    relation: str = ""
    """Of a new one."""
    state: str = "visible"
    """Of a new one."""
    names: Mapping[str, str] | None = None
    """Its own names when it is one of ours; None leaves them as they are."""


def changed_book(
    book: WorkBook, slots: Sequence[Slot], names: Mapping[str, str], follow: Callable[[str], str] = str
) -> bytes:
    """Give the workbook part with its sheets in *slots*, our *names* instead of the old ones, and all to be recalculated.

    *follow* sends the formula of a name of the office's to where its cells went.
    """
    moved = {slot.before: place for place, slot in enumerate(slots) if slot.before is not None}
    edits = [*_listed(book, slots), *_named(book, slots, names, moved, follow), *_viewed(book, slots, moved)]
    calc = book.root.child("calcPr")
    if calc is None:
        place = _place(book.root, "calcPr")
        edits.append((place, place, _own_tag(book, "calcPr") + b' fullCalcOnLoad="1"/>'))
    else:
        opened = with_attributes(book.xml[calc.start : calc.inside], {"fullCalcOnLoad": "1"})
        edits.append((calc.start, calc.inside, opened))
    return spliced(book.xml, edits)


def _listed(book: WorkBook, slots: Sequence[Slot]) -> Iterator[tuple[int, int, bytes]]:
    holder = book.root.child("sheets")
    if holder is None:
        raise CannotGraft("damaged", "sheets")
    number = max(sheet.number for sheet in book.sheets)
    lines = []
    for slot in slots:
        if slot.before is not None:
            node = holder.children[slot.before]
            lines.append(book.xml[node.start : node.end])
            continue
        number += 1
        state = "" if slot.state == "visible" else f' state="{slot.state}"'
        values = f' name={attribute(slot.title)} sheetId="{number}"{state}'
        values += f' xmlns:r="{RELATIONS}" r:id={attribute(slot.relation)}/>'
        lines.append(_own_tag(book, "sheet") + values.encode())
    yield holder.inside, holder.close, b"".join(lines)


def _named(
    book: WorkBook,
    slots: Sequence[Slot],
    names: Mapping[str, str],
    moved: Mapping[int, int],
    follow: Callable[[str], str],
) -> Iterator[tuple[int, int, bytes]]:
    """Take our old names out, put the new ones behind those of the office, and let local ones follow their sheets."""
    ours = {slot.before for slot in slots if slot.names is not None}
    new = {name.casefold() for name in names}
    lines = []
    for name in book.names:
        if name.sheet is not None:
            if name.sheet in ours or name.sheet not in moved:
                continue
        elif name.name.casefold() in new or is_ours(name):
            continue
        xml = _followed(book, name, follow)
        if name.sheet is not None and moved[name.sheet] != name.sheet:
            opened = name.node.inside - name.node.start
            xml = with_attributes(xml[:opened], {"localSheetId": str(moved[name.sheet])}) + xml[opened:]
        lines.append(xml)
    tag = book.root.tag.rpartition(":")[0]
    tag = f"{tag}:definedName" if tag else "definedName"
    for place, slot in enumerate(slots):
        for name_, formula in sorted((slot.names or {}).items()):
            hidden = ' hidden="1"' if name_ == "_xlnm._FilterDatabase" else ""
            head = f'<{tag} name={attribute(name_)} localSheetId="{place}"{hidden}>'
            lines.append(f"{head}{text(formula)}</{tag}>".encode())
    lines += [f"<{tag} name={attribute(name)}>{text(formula)}</{tag}>".encode() for name, formula in names.items()]
    holder = book.root.child("definedNames")
    if holder is None:
        place = _place(book.root, "definedNames")
        whole = tag.replace("definedName", "definedNames")
        yield place, place, f"<{whole}>".encode() + b"".join(lines) + f"</{whole}>".encode()
    elif holder.empty:
        yield from appended(book.xml, holder, b"".join(lines))
    else:
        yield holder.inside, holder.close, b"".join(lines)


def _followed(book: WorkBook, name: Name, follow: Callable[[str], str]) -> bytes:
    there, node = follow(name.formula), name.node
    if there == name.formula:
        return book.xml[node.start : node.end]
    return book.xml[node.start : node.inside] + text(there).encode() + book.xml[node.close : node.end]


def is_ours(name: Name) -> bool:
    """Say whether a name of the whole file is one that we draw, or drew once."""
    if name.name.startswith(OWN):
        return True
    return name.name.startswith(_LISTS[0]) and sheet_of(name.formula) == _LISTS[1]


def _viewed(book: WorkBook, slots: Sequence[Slot], moved: Mapping[int, int]) -> Iterator[tuple[int, int, bytes]]:
    """Let the windows show the sheets that they showed."""
    views = book.root.child("bookViews")
    for view in views.children if views else ():
        values: dict[str, str | None] = {}
        for name in ("activeTab", "firstSheet"):
            if name in view.attributes:
                place = moved.get(int(view.attributes[name]), first_visible(book, slots))
                values[name] = str(place)
        if values:
            yield view.start, view.inside, with_attributes(book.xml[view.start : view.inside], values)


def first_visible(book: WorkBook, slots: Sequence[Slot]) -> int:
    """Give the place of the first sheet that people see."""
    for place, slot in enumerate(slots):
        if (slot.state if slot.before is None else book.sheets[slot.before].state) == "visible":
            return place
    return 0


def active(book: WorkBook) -> int:
    """Give the place of the sheet that the first window shows."""
    views = book.root.child("bookViews")
    view = views.children[0] if views and views.children else None
    place = int(view.attributes.get("activeTab", "0")) if view is not None else 0
    return place if place < len(book.sheets) else 0


def _own_tag(book: WorkBook, name: str) -> bytes:
    prefix = book.root.tag.rpartition(":")[0]
    return f"<{prefix}:{name}".encode() if prefix else f"<{name}".encode()


def _place(root: Node, name: str) -> int:
    later = _BOOK_ORDER[_BOOK_ORDER.index(name) + 1 :]
    return next((node.start for node in root.children if node.name in later), root.close)
