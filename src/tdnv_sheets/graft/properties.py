"""The identity that a file carries: read from the office's, written into it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tdnv_sheets.graft.book import TOKEN_NAME
from tdnv_sheets.graft.package import ROOT
from tdnv_sheets.graft.splice import appended, attribute, spliced, text, tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tdnv_sheets.graft.book import WorkBook
    from tdnv_sheets.graft.package import Package

PROPERTY: Final = "tdnv"
SHEET: Final = "_tdnv"
WORD: Final = "custom-properties"
"""The last word of the type of the relation that leads to the file's own properties."""
_VALUES: Final = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_FORMAT: Final = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"


def carried(package: Package, book: WorkBook) -> Iterator[tuple[str, str]]:
    """Give what the property and the defined name say; two of three carriers (see `stamp`) are enough here."""
    part = package.by_word(ROOT, WORD)
    if part and package.has(part):
        for node in tree(package.xml(part)).children:
            if node.attributes.get("name") == PROPERTY:
                yield "property", "".join(inner.text for inner in node.walk()).strip()
    for name in book.names:
        if name.name == TOKEN_NAME and name.sheet is None:
            yield "name", name.formula.strip().removeprefix("=").strip('"').replace('""', '"')


def changed_properties(xml: bytes, token: str) -> bytes:
    """Give the file's own properties with our identity among them."""
    root = tree(xml)
    number = 1 + max((int(node.attributes.get("pid", "1")) for node in root.children), default=1)
    edits = []
    for node in root.children:
        if node.attributes.get("name") == PROPERTY:
            number = int(node.attributes.get("pid", str(number)))
            edits.append((node.start, node.end, b""))
    space = f' xmlns="{root.space}"' if ":" in root.tag else ""
    values = f'fmtid="{_FORMAT}" pid="{max(number, 2)}" name={attribute(PROPERTY)}'
    line = f'<property{space} {values}><vt:lpwstr xmlns:vt="{_VALUES}">{text(token)}</vt:lpwstr></property>'
    return spliced(xml, [*edits, *appended(xml, root, line.encode())])
