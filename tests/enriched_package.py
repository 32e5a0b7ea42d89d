"""A workbook's package that can be added to, as Excel adds to it: parts, relations, content types, sheets and names."""

from __future__ import annotations

import io
import re
import zipfile
from posixpath import basename, dirname, join, normpath, relpath
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Iterator

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
R: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
MS: Final = "http://schemas.microsoft.com/office/"
SML: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml."
HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES: Final = "[Content_Types].xml"
_AT: Final = (2026, 6, 19, 8, 0, 0)


class Package:
    """The parts of a workbook by name."""

    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            self.parts = {item.filename: file.read(item) for item in file.infolist()}

    def text(self, name: str) -> str:
        return self.parts[name].decode()

    def change(self, name: str, old: str, new: str) -> None:
        """Put *new* in the place of *old*, which must be there once."""
        text = self.text(name)
        assert text.count(old) == 1, (name, old, text.count(old))
        self.parts[name] = text.replace(old, new).encode()

    def before(self, name: str, marks: tuple[str, ...], new: str) -> None:
        """Put *new* in front of the first of *marks* that the part has."""
        text = self.text(name)
        mark = next(item for item in marks if item in text)
        at = text.rindex(mark)
        self.parts[name] = (text[:at] + new + text[at:]).encode()

    def add(self, name: str, content: str | bytes, kind: str) -> str:
        """Add a part; *kind* is its content type."""
        assert name not in self.parts, name
        self.parts[name] = content if isinstance(content, bytes) else (HEAD + content).encode()
        self.before(_TYPES, ("</Types>",), f'<Override PartName="/{name}" ContentType="{kind}"/>')
        return name

    def default(self, suffix: str, kind: str) -> None:
        """Name the content type of all parts with a suffix."""
        if f'Extension="{suffix}"' not in self.text(_TYPES):
            start = self.text(_TYPES).index("<Override")
            text = self.text(_TYPES)
            new = f'{text[:start]}<Default Extension="{suffix}" ContentType="{kind}"/>{text[start:]}'
            self.parts[_TYPES] = new.encode()

    def relate(self, source: str, kind: str, target: str, *, mode: str = "") -> str:
        """Relate a part to another, or with a mode to what lies outside; gives the relation's id."""
        name = f"{dirname(source)}/_rels/{basename(source)}.rels".lstrip("/")
        empty = f'{HEAD}<Relationships xmlns="{_PACKAGE}"></Relationships>'.encode()
        text = self.parts.setdefault(name, empty).decode()
        if text.rstrip().endswith("/>") and "</Relationships>" not in text:
            text = f'{HEAD}<Relationships xmlns="{_PACKAGE}"></Relationships>'
        free = max((int(found) for found in re.findall(r'Id="rId(\d+)"', text)), default=0) + 1
        place = target if mode else relpath(target, dirname(source) or ".")
        outside = f' TargetMode="{mode}"' if mode else ""
        line = f'<Relationship Id="rId{free}" Type="{kind}" Target="{place}"{outside}/>'
        self.parts[name] = text.replace("</Relationships>", f"{line}</Relationships>").encode()
        return f"rId{free}"

    def add_sheet(self, title: str, body: str, *, state: str = "") -> str:
        """Add a sheet at the end; *body* stands inside <worksheet>. Gives its part."""
        number = 1 + max(int(n) for n in re.findall(r"xl/worksheets/sheet(\d+)\.xml", " ".join(self.parts)))
        name = f"xl/worksheets/sheet{number}.xml"
        self.add(name, worksheet(body), f"{SML}worksheet+xml")
        relation = self.relate("xl/workbook.xml", f"{OFFICE}worksheet", name)
        ids = [int(found) for found in re.findall(r'sheetId="(\d+)"', self.text("xl/workbook.xml"))]
        hidden = f' state="{state}"' if state else ""
        entry = f'<sheet name="{title}" sheetId="{max(ids) + 1}"{hidden} xmlns:r="{R}" r:id="{relation}"/>'
        self.before("xl/workbook.xml", ("</sheets>",), entry)
        return name

    def sheet(self, title: str) -> str:
        """Give the part of a sheet."""
        found = re.search(rf'<sheet [^>]*name="{re.escape(title)}"[^>]*r:id="(\w+)"', self.text("xl/workbook.xml"))
        assert found is not None, title
        return next(target for id_, _, target in self.relations("xl/workbook.xml") if id_ == found[1])

    def relations(self, source: str) -> Iterator[tuple[str, str, str]]:
        """Give id, kind and target of a part's relations."""
        rels = self.parts.get(f"{dirname(source)}/_rels/{basename(source)}.rels", b"<none/>")
        for node in ET.fromstring(rels):  # noqa: S314 - ours
            target = node.attrib["Target"]
            place = target if target.startswith("/") else normpath(join(dirname(source), target))
            yield node.attrib["Id"], node.attrib["Type"], place.lstrip("/")

    def target(self, source: str, kind: str) -> str:
        """Give the part to which another is related in some way, empty when there is none."""
        return next((target for _, word, target in self.relations(source) if word.endswith(f"/{kind}")), "")

    def name(self, name: str, formula: str, *, hidden: bool = False) -> None:
        """Define a name; names stand in their order."""
        text = self.text("xl/workbook.xml")
        new = f'<definedName name="{name}"{" hidden=" + chr(34) + "1" + chr(34) if hidden else ""}>{formula}</definedName>'
        self.parts["xl/workbook.xml"] = text.replace("</definedNames>", f"{new}</definedNames>").encode()

    def pack(self) -> bytes:
        """Give the workbook's bytes."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as file:
            for name, data in self.parts.items():
                file.writestr(zipfile.ZipInfo(name, _AT), data, zipfile.ZIP_DEFLATED)
        return out.getvalue()


def worksheet(body: str) -> str:
    """Give a sheet's XML as today's Excel begins it."""
    spaces = (
        f'xmlns="{MAIN}" xmlns:r="{R}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        f'mc:Ignorable="x14ac xr" xmlns:x14ac="{MS}spreadsheetml/2009/9/ac" xmlns:xr="{MS}spreadsheetml/2014/revision"'
    )
    return f"<worksheet {spaces}>{body}</worksheet>"


def cells(*rows: tuple[str, ...]) -> str:
    """Give rows of cells: texts, numbers, and formulas that begin with an equals sign."""
    out = []
    for number, row in enumerate(rows, 1):
        inner = "".join(_cell(f"{'ABCDEFGHIJ'[index]}{number}", value) for index, value in enumerate(row))
        out.append(f'<row r="{number}">{inner}</row>')
    return f"<sheetData>{''.join(out)}</sheetData>"


def _cell(place: str, value: str) -> str:
    if value.startswith("="):
        return f'<c r="{place}"><f>{value[1:]}</f></c>'
    if value.replace(".", "").isdigit():
        return f'<c r="{place}"><v>{value}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>' if value else f'<c r="{place}"/>'
