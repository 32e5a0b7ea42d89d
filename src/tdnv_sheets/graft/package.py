"""An OPC package (ECMA-376 part 2): its parts, what each is related to, and of which content type it is."""

from __future__ import annotations

import io
import posixpath
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote
from zipfile import BadZipFile, ZipFile

from tdnv_sheets.graft.refuse import CannotGraft
from tdnv_sheets.graft.sheet import Relation, Side
from tdnv_sheets.graft.splice import appended, attribute, spliced, tree, utf8
from tdnv_sheets.graft.zipped import members

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tdnv_sheets.graft.zipped import Member

TYPES: Final = "[Content_Types].xml"
ROOT: Final = ""
"""The package itself, as the source of relations."""
_SPREADSHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml."
BOOK_TYPE: Final = f"{_SPREADSHEET}sheet.main+xml"
SHEET_TYPE: Final = f"{_SPREADSHEET}worksheet+xml"
CONTENT_TYPES: Final = {
    "comments": f"{_SPREADSHEET}comments+xml",
    "table": f"{_SPREADSHEET}table+xml",
    "printerSettings": f"{_SPREADSHEET}printerSettings",
    "sharedStrings": f"{_SPREADSHEET}sharedStrings+xml",
    "styles": f"{_SPREADSHEET}styles+xml",
    "worksheet": SHEET_TYPE,
    "threadedComment": "application/vnd.ms-excel.threadedcomments+xml",
    "vmlDrawing": "application/vnd.openxmlformats-officedocument.vmlDrawing",
    "drawing": "application/vnd.openxmlformats-officedocument.drawing+xml",
    "chart": "application/vnd.openxmlformats-officedocument.drawingml.chart+xml",
    "custom-properties": "application/vnd.openxmlformats-officedocument.custom-properties+xml",
}
"""The last word of a relation's type → the content type of new parts."""
RELATIONS_SPACE: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES_SPACE: Final = "http://schemas.openxmlformats.org/package/2006/content-types"


def key(name: str) -> str:
    """Give the form of a part's name by which names are compared: without a slash before it, in small letters."""
    return name.replace("\\", "/").lstrip("/").lower()


def rels_of(name: str) -> str:
    """Give the name of the part that holds the relations of *name*."""
    folder, _, last = name.rpartition("/")
    return f"{folder}/_rels/{last}.rels".lstrip("/")


class Package:
    """The parts of one file; nothing is inflated before it is asked for."""

    def __init__(self, data: bytes, side: Side) -> None:
        self.side = side
        if not data.startswith(b"PK"):
            raise CannotGraft("not-xlsx")
        try:
            with ZipFile(io.BytesIO(data)) as zipped:
                self.members: dict[str, Member] = {}
                for member in members(zipped, data):
                    if key(member.name) in self.members:
                        raise CannotGraft("damaged", member.name)
                    self.members[key(member.name)] = member
        except (BadZipFile, ValueError, OSError, NotImplementedError) as problem:
            raise CannotGraft("damaged") from problem
        self._relations: dict[str, dict[str, Relation]] = {}
        self._types: tuple[dict[str, str], dict[str, str]] | None = None

    def has(self, name: str) -> bool:
        """Say whether there is a part of that name."""
        return key(name) in self.members

    def xml(self, name: str) -> bytes:
        """Give a part in UTF-8; raises `CannotGraft` when it is not there."""
        member = self.members.get(key(name))
        if member is None:
            raise CannotGraft("damaged", name)
        return utf8(member.read())

    def relations(self, name: str) -> Mapping[str, Relation]:
        """Give the relations of a part by their ids; of the package itself for `ROOT`."""
        known = self._relations.get(key(name))
        if known is None:
            known = self._relations[key(name)] = self._read_relations(name)
        return known

    def _read_relations(self, name: str) -> dict[str, Relation]:
        place = rels_of(name)
        if not self.has(place):
            return {}
        found = {}
        for node in tree(self.xml(place)).children:
            target, kind = node.attributes.get("Target", ""), node.attributes.get("Type", "")
            external = node.attributes.get("TargetMode") == "External"
            if not external:
                target = self._resolved(name, target)
            found[node.attributes.get("Id", "")] = Relation(kind, target, external, self.side)
        return found

    def _resolved(self, source: str, target: str) -> str:
        """Give the part that a target means, as the package spells its name."""
        path = target.replace("\\", "/").partition("#")[0]
        full = path if path.startswith("/") else posixpath.join("/" + source.rpartition("/")[0], path)
        full = posixpath.normpath(full).lstrip("/")
        for name in (full, unquote(full)):
            if key(name) in self.members:
                return self.members[key(name)].name.replace("\\", "/").lstrip("/")
        return full

    def content_type(self, name: str) -> str:
        """Give the content type of a part."""
        if self._types is None:
            nodes = tree(self.xml(TYPES)).children
            whole = {
                key(unquote(node.attributes.get("PartName", ""))): node for node in nodes if node.name == "Override"
            }
            ends = {node.attributes.get("Extension", "").lower(): node for node in nodes if node.name == "Default"}
            self._types = (
                {name: node.attributes.get("ContentType", "") for name, node in whole.items()},
                {name: node.attributes.get("ContentType", "") for name, node in ends.items()},
            )
        whole_types, end_types = self._types
        return whole_types.get(key(name)) or end_types.get(key(name).rpartition(".")[2], "")

    def by_word(self, name: str, word: str) -> str:
        """Give the name of the part to which *name* has a relation of that kind, or nothing."""
        found = (item for item in self.relations(name).values() if item.word == word and not item.external)
        return next((item.target for item in found), "")

    def reached(self, starts: Iterable[str], without: Iterable[str] = ()) -> set[str]:
        """Give the keys of the parts that relations lead to from *starts*, these included; not through *without*."""
        shut = {key(name) for name in without}
        found: set[str] = set()
        waiting = [name for name in starts if key(name) not in shut]
        while waiting:
            name = waiting.pop()
            if key(name) in found:
                continue
            found.add(key(name))
            targets = (item.target for item in self.relations(name).values() if not item.external)
            waiting += [target for target in targets if key(target) not in shut and self.has(target)]
        return found


def relations_xml(relations: Mapping[str, Relation], source: str) -> bytes:
    """Write the relations of the part *source*; targets are relative to its folder."""
    lines = []
    for number, relation in relations.items():
        target, mode = relation.target, ' TargetMode="External"' if relation.external else ""
        if not relation.external:
            target = quote(posixpath.relpath(target, source.rpartition("/")[0] or "."))
        values = f"Id={attribute(number)} Type={attribute(relation.kind)} Target={attribute(target)}{mode}"
        lines.append(f"<Relationship {values}/>")
    head = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns="{RELATIONS_SPACE}">'
    return f"{head}{''.join(lines)}</Relationships>".encode()


def changed_relations(xml: bytes, added: Mapping[str, Relation], gone: Iterable[str], source: str) -> bytes:
    """Give a part of relations with some added and some taken away; the others stay as they are written."""
    root, gone = tree(xml), set(gone)
    edits = [(node.start, node.end, b"") for node in root.children if node.attributes.get("Id") in gone]
    new = relations_xml(added, source)
    inner = tree(new)
    lines = new[inner.inside : inner.close].replace(
        b"<Relationship ",
        f'<Relationship xmlns="{RELATIONS_SPACE}" '.encode() if ":" in root.tag else b"<Relationship ",
    )
    return spliced(xml, [*edits, *appended(xml, root, lines)])


def changed_types(xml: bytes, added: Mapping[str, str], gone: Iterable[str], known: Mapping[str, str]) -> bytes:
    """Give the list of content types with parts added (name → type) and taken away.

    *known* are the types of the extensions that need a default, such as `vml`.
    """
    root = tree(xml)
    out, new = {key(name) for name in gone}, {key(name): name for name in added}
    edits = []
    for node in root.children:
        part = key(unquote(node.attributes.get("PartName", ""))) if node.name == "Override" else ""
        if part in new and node.attributes.get("ContentType") == added[new[part]]:
            del new[part]  # one of ours has the name that another of ours had before
        elif part and (part in out or part in new):
            edits.append((node.start, node.end, b""))
    ends = {node.attributes.get("Extension", "").lower() for node in root.children if node.name == "Default"}
    space = f' xmlns="{_TYPES_SPACE}"' if ":" in root.tag else ""
    lines = [
        f"<Default{space} Extension={attribute(end)} ContentType={attribute(kind)}/>"
        for end, kind in known.items()
        if end not in ends
    ]
    lines += [
        f"<Override{space} PartName={attribute('/' + quote(name))} ContentType={attribute(kind)}/>"
        for name, kind in added.items()
        if key(name) in new
    ]
    return spliced(xml, [*edits, *appended(xml, root, "".join(lines).encode())])
