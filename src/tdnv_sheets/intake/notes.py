"""Find the texts of an .xlsx that stand in no cell: notes, text boxes, page headers, properties, names, readings."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final

from tdnv_sheets.grid import Note
from tdnv_sheets.intake.asides import asides
from tdnv_sheets.intake.carriers import DEFINED_NAME, PROPERTY, string_constant
from tdnv_sheets.intake.cells import page_text
from tdnv_sheets.intake.package import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tdnv_sheets.intake.package import Package

_TEXT: Final = re.compile(rb"<(?:\w++:)?+t(?:\s[^<>]*+)?>([^<]++)<")
_COMMENT: Final = re.compile(
    rb"""<(?:\w++:)?+(?:threadedComment|comment)\b[^<>]*?\bref=["']([A-Z]{1,3})(\d{1,7})["'][^<>]*+>"""
    rb"""((?:[^<]++|<(?!/(?:\w++:)?+(?:threadedComment|comment)>))*+)"""
)
_PARAGRAPH: Final = re.compile(rb"</(?:\w++:)?+p>")
_PLAIN: Final = re.compile(rb"<(?:\w++:)?+t(?:ext)?(?:\s[^<>]*+)?>([^<]++)<")
_PAGE: Final = re.compile(rb"<(?:\w++:)?+(?:odd|even|first)(?:Header|Footer)(?:\s[^<>]*+)?>([^<]++)<")
_READING: Final = re.compile(rb"<(?:\w++:)?+rPh\b((?:[^<]++|<(?!/(?:\w++:)?+rPh>))*+)")
_CORE: Final = frozenset(("title", "subject", "keywords", "description", "category"))
_DRAWN: Final = ("xl/drawings/", "xl/charts/", "xl/diagrams/")
_ON_SHEETS: Final = frozenset(("comments", "threadedComment", "drawing"))


def package_notes(package: Package) -> Iterator[Note]:
    """Give every text that a person may have left outside the cells, with its sheet and row where they are known.

    What only a program shows (names, prompts, caches, objects, …) is given where it is a mark of secrecy.
    """
    home = dict(_homes(package))
    notes = list(_seen(package, home))
    yield from notes
    given = "\n".join((*(note.text for note in notes), *(title for title, _, _ in package.sheets())))
    yield from (
        Note(home.get(part, ""), None, words) for part, words in asides(package.parts) if words.strip() not in given
    )


def _seen(package: Package, home: Mapping[str, str]) -> Iterator[Note]:
    for name, data in package.parts.items():
        sheet = home.get(name, "")
        if "comments" in name and name.endswith(".xml"):
            for comment in _COMMENT.finditer(data):
                yield Note(sheet, int(comment[2]), _joined(_PLAIN.findall(comment[3])))
        elif name.startswith(_DRAWN) and name.endswith(".xml") and b"t>" in data:
            paragraphs = (_joined(_TEXT.findall(paragraph)) for paragraph in _PARAGRAPH.split(data))
            yield Note(sheet, None, "\n".join(filter(None, paragraphs)))
        elif name.startswith("xl/worksheets/"):
            below = _PAGE.findall(data, max(data.rfind(b"sheetData"), 0))
            yield from (Note(sheet, None, page_text(_joined([text]))) for text in below)
        elif name == "xl/sharedstrings.xml" and b"rPh" in data:
            yield from (Note("", None, _joined(_TEXT.findall(text))) for text in _READING.findall(data))
    yield from _properties(package)
    yield from _names(package)


def _homes(package: Package) -> Iterator[tuple[str, str]]:
    """Give part → title of the sheet that it belongs to."""
    for title, part, _ in package.sheets():
        yield part, title
        for kind, target in package.relations(part).values():
            if kind in _ON_SHEETS:
                yield target, title
                for _, chart in package.relations(target).values():
                    yield chart, title


def _properties(package: Package) -> Iterator[Note]:
    if core := package.parts.get("docprops/core.xml"):
        for entry in parsed(core):
            if entry.tag.rpartition("}")[2] in _CORE and entry.text:
                yield Note("", None, entry.text)
    if custom := package.parts.get("docprops/custom.xml"):
        for entry in parsed(custom):
            if entry.get("name") != PROPERTY:
                yield Note("", None, "".join(entry.itertext()))


def _names(package: Package) -> Iterator[Note]:
    for element in package.workbook().iter():
        text = (element.text or "").strip() if element.tag.endswith("}definedName") else ""
        if text.startswith(('"', '="')) and element.get("name") != DEFINED_NAME:
            yield Note("", None, string_constant(text))


def _joined(texts: list[bytes], between: str = "") -> str:
    return html.unescape(between.join(text.decode("utf-8", "replace") for text in texts))
