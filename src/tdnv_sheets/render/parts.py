"""The file behind a drawn workbook: XlsxWriter's parts, written straight into one zip with the same bytes each time.

XlsxWriter keeps every part as text until the end, three times over for a moment; a register of 100,000 rows would not
fit into memory so. Here each part goes through the compressor while it is written.
"""

from __future__ import annotations

import re
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any, Final
from zipfile import ZIP_DEFLATED, ZipFile

from xlsxwriter import Workbook
from xlsxwriter.packager import Packager

from tdnv_sheets.render.refusal import raising

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import IO

LEVEL: Final = 3
"""Of compression. Measured on a register of 10,000 rows, 17 MB of XML: level 6 takes 0.32 s for 2.1 MB, level 3 takes
0.15 s for 2.5 MB, and `isal` at its best 0.02 s for 2.8 MB, which does not pay for one more compiled dependency."""
HELD: Final = 1 << 18
"""Characters that are gathered before they are compressed."""
NOT_XML: Final = bytes(code for code in range(32) if code not in b"\t\n\r")
"""Signs that XML cannot hold. XlsxWriter escapes them in cells and notes, and nowhere else; nobody sees them."""
_ESCAPED: Final = re.compile("[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9a-fA-F]{4}_")
_XML: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


@raising("define_name", "set_custom_property")
class Parts(Workbook):
    """A workbook that packs its own parts; `packed` holds the file once it is closed."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        super().__init__(BytesIO(), dict(options))  # to which XlsxWriter writes an empty zip
        self.packed = b""

    def _get_packager(self) -> Packager:
        return _Packager(self)


class _Packager(Packager):
    """XlsxWriter's list of parts, each handed to the zip as it is made."""

    def __init__(self, book: Parts) -> None:
        super().__init__()
        self._book = book
        self._zip: ZipFile
        self._open: _Part | None = None

    def _create_package(self) -> list[object]:
        whole = BytesIO()
        with ZipFile(whole, "w", ZIP_DEFLATED, compresslevel=LEVEL) as self._zip:
            try:
                super()._create_package()  # type: ignore[no-untyped-call] # XlsxWriter says no types here
            finally:
                self._end_part()
        self._book.packed = whole.getvalue()
        return []  # nothing is left to be packed

    def _filename(self, xml_filename: str) -> StringIO:
        self._end_part()
        self._open = _Part(self._zip.open(xml_filename, "w"))
        return self._open

    def _end_part(self) -> None:
        if self._open is not None:
            self._open.close()

    def _write_shared_strings_file(self) -> None:
        table = self._book.str_table
        if table.count:
            part = self._filename("xl/sharedStrings.xml")
            for xml in shared_strings(table.string_array, table.count):
                part.write(xml)


class _Part(StringIO):
    """One part of the zip; XlsxWriter writes to anything that is a `StringIO`."""

    def __init__(self, member: IO[bytes]) -> None:
        super().__init__()
        self._member = member
        self._held: list[str] = []
        self._size = 0

    def write(self, text: str) -> int:
        self._held.append(text)
        self._size += len(text)
        if self._size >= HELD:
            self._pass_on()
        return len(text)

    def _pass_on(self) -> None:
        self._member.write("".join(self._held).encode(errors="replace").translate(None, NOT_XML))
        self._held.clear()
        self._size = 0

    def close(self) -> None:
        if not self.closed:  # it is closed once more when it is thrown away
            self._pass_on()
            self._member.close()
        super().close()


def shared_strings(texts: Iterable[str], count: int) -> Iterator[str]:
    """Write the part of the workbook's texts, of which cells ask *count* times.

    XlsxWriter takes a text between <r> and </r> for formatting of its own and writes it unescaped, whoever typed it.
    """
    listed = list(texts)
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    yield '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    yield f'<sst xmlns="{space}" count="{count}" uniqueCount="{len(listed)}">'
    for text in listed:
        kept = ' xml:space="preserve"' if text[:1].isspace() or text[-1:].isspace() else ""
        yield f"<si><t{kept}>{_ESCAPED.sub(_escape, text)}</t></si>"
    yield "</sst>"


def _escape(found: re.Match[str]) -> str:
    sign = found.group()
    if len(sign) > 1:  # a text that looks like an escape
        return f"_x005F{sign}"
    return _XML.get(sign) or f"_x{ord(sign):04X}_"


def escape(text: str) -> str:
    """Give *text* as it stands between two XML tags."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
