"""Open the bytes of one file: look first, then the reader for its kind; runs in a worker process only."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET
from xml.parsers.expat import ExpatError

from tdnv_sheets.findings import Finding
from tdnv_sheets.intake.asides import bears_mark
from tdnv_sheets.intake.kind import kind_of
from tdnv_sheets.intake.refuse import Refused, refusal, refusal_of_secret

if TYPE_CHECKING:
    from tdnv_sheets.grid import Book

_DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    LookupError,
    OSError,
    ValueError,
    ET.ParseError,
    ExpatError,
)
"""What zipfile and the XML parser raise on damaged or hostile bytes."""
_AS_DOCUMENT: Final = ("html", "xml2003", "sylk", "old_excel")
"""Kinds that Excel itself opens, so that saving them anew helps."""
_DIRECTORY_END: Final = b"PK\x05\x06"
_TAIL: Final = 66_000


def open_bytes(data: bytes, suffix: str, *, own: bool = False) -> Book | Finding:
    """Give the workbook in *data*, or the one finding that forbids reading it; *own*: it is the office's register."""
    opened = _opened(data, suffix, own=own)
    if isinstance(opened, Finding) and opened.code != "too-large" and bears_mark(data):
        # Whatever else is wrong with it: what is secret must not be moved or copied.
        return refusal_of_secret()
    return opened


def _opened(data: bytes, suffix: str, *, own: bool) -> Book | Finding:
    kind, name = kind_of(data)
    try:
        if kind == "zip":
            return _open_zip(data, own=own)
        if kind == "ole":
            return _open_ole(data)
        return _open_text(data, suffix) if kind == "text" else _refusal(kind, name)
    except Refused as refused:
        return refused.finding
    except MemoryError:
        return refusal("too-large", "limit_memory")
    except _DAMAGED:
        cut_short = kind == "zip" and _DIRECTORY_END not in data[-_TAIL:]
        return refusal("incomplete-file" if cut_short else "unreadable")


def _refusal(kind: str, name: str) -> Finding:
    if kind == "empty":
        return refusal("incomplete-file")
    if kind in _AS_DOCUMENT:
        return refusal("unsupported-kind", f"kind_{kind}")
    if kind == "xml":
        return refusal("not-a-workbook", "kind_document", name="XML")
    return refusal("not-a-workbook", f"kind_{kind}", name=name)


def _open_text(data: bytes, suffix: str) -> Book:
    from tdnv_sheets.intake.csv_text import read_csv  # noqa: PLC0415 - each kind loads only its own reader

    return read_csv(data, suffix)


def _open_zip(data: bytes, *, own: bool = False) -> Book:
    opendocument = b""
    if b"mimetype" in data:  # names of parts are never compressed
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            opendocument = package.read("mimetype")[:100] if "mimetype" in package.namelist() else b""
    if b"opendocument.spreadsheet" in opendocument:
        from tdnv_sheets.intake.ods import read_ods  # noqa: PLC0415 - each kind loads only its own reader

        return read_ods(data)
    from tdnv_sheets.intake.read import read_package  # noqa: PLC0415 - each kind loads only its own reader

    return read_package(data, own=own)


def _open_ole(data: bytes) -> Book:
    from tdnv_sheets.intake.container import decrypted, open_container  # noqa: PLC0415 - each kind loads only its own reader

    container = open_container(data)
    if container.encrypted:
        inner = decrypted(data)
        if kind_of(inner)[0] == "zip":
            return _open_zip(inner)
        container = open_container(inner)
        if container.encrypted:
            raise Refused("password")
    from tdnv_sheets.intake.biff import read_biff  # noqa: PLC0415 - each kind loads only its own reader

    return read_biff(container)
