"""Open the container of an .xls, or of an encrypted workbook, and take out what is read."""

from __future__ import annotations

import io
import logging
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import olefile

from tdnv_sheets.grid import Note
from tdnv_sheets.intake.carriers import PROPERTY
from tdnv_sheets.intake.refuse import MAX_TOTAL, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEFAULT_PASSWORD: Final = "VelvetSweatshop"  # noqa: S105 - everybody's: Excel tries it before it asks (practice/workbooks.md I 43)
_SUMMARY: Final = "\x05SummaryInformation"
_MORE: Final = "\x05DocumentSummaryInformation"
_FILEPASS: Final = 0x2F
_OTHER_KINDS: Final = (
    ("worddocument", "not-a-workbook", "kind_word"),
    ("powerpoint document", "not-a-workbook", "kind_powerpoint"),
    ("visiodocument", "not-a-workbook", "kind_drawing"),
    ("__properties_version1.0", "not-a-workbook", "kind_mail"),
)
_BAD: Final = (
    AttributeError,
    TypeError,
    IndexError,
    KeyError,
    OSError,
    ValueError,
    OverflowError,
    RecursionError,
    struct.error,
)
"""What olefile and msoffcrypto raise on damaged containers, besides their own errors."""


@dataclass(frozen=True, slots=True)
class Container:
    """What an .xls file holds besides its sheets' stream."""

    stream: bytes
    """The records of the workbook."""
    encrypted: bool = False
    has_macro: bool = False
    has_object: bool = False
    carriers: tuple[tuple[str, str], ...] = ()
    notes: tuple[Note, ...] = ()


def open_container(data: bytes) -> Container:
    """Take the workbook's stream out; raises `Refused` when there is none or the container is damaged."""
    logging.getLogger("olefile").setLevel(logging.CRITICAL)
    try:
        ole = olefile.OleFileIO(io.BytesIO(data), raise_defects=olefile.DEFECT_INCORRECT)
        with ole:
            return _opened(ole)
    except Refused:
        raise
    except (*_BAD, MemoryError) as problem:
        raise Refused("unreadable") from problem


def _opened(ole: Any) -> Container:  # noqa: ANN401 - olefile has no types
    entries = {"/".join(path).lower(): path for path in ole.listdir(streams=True, storages=True)}
    if "encryptedpackage" in entries:
        return Container(b"", encrypted=True)
    path = entries.get("workbook") or entries.get("book")
    if path is None:
        for name, code, entry in _OTHER_KINDS:
            if name in entries:
                raise Refused(code, entry)
        raise Refused("not-a-workbook", "kind_unknown")
    if ole.get_size(path) > MAX_TOTAL:
        raise Refused("unreadable")
    with ole.openstream(path) as opened:
        stream: bytes = opened.read()
    if len(stream) < ole.get_size(path):
        raise Refused("unreadable")
    if _is_encrypted(stream):
        return Container(b"", encrypted=True)
    user = dict(_user_properties(ole))
    return Container(
        stream,
        has_macro=any(name.startswith("_vba_project_cur") for name in entries),
        has_object=any(name.startswith("mbd") for name in entries),
        carriers=tuple(("property", text) for name, text in user.items() if name == PROPERTY),
        notes=tuple(
            Note("", None, text)
            for text in (*_summary(ole), *(text for name, text in user.items() if name != PROPERTY))
        ),
    )


def _is_encrypted(stream: bytes) -> bool:
    """Look for the record that says so, which stands near the beginning."""
    at = 0
    for _ in range(20):
        kind = int.from_bytes(stream[at : at + 2], "little")
        if kind == _FILEPASS:
            return True
        at += 4 + int.from_bytes(stream[at + 2 : at + 4], "little")
    return False


def _summary(ole: Any) -> Iterator[str]:  # noqa: ANN401 - olefile has no types
    """Give title, subject, keywords and comments, and from the other stream the category."""
    for stream, wanted in ((_SUMMARY, (2, 3, 5, 6)), (_MORE, (2,))):
        if ole.exists(stream):
            found = _quietly(lambda name=stream: ole.getproperties(name)) or {}
            codepage = found.get(1, 1252)
            yield from (_text(found[key], codepage) for key in wanted if key in found)


def _user_properties(ole: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - olefile has no types
    if ole.exists(_MORE):
        for entry in _quietly(lambda: ole.get_userdefined_properties(_MORE)) or ():
            name = _text(entry.get("property_name", ""), 65001)
            yield name.rstrip("\0"), _text(entry.get("value", ""), 65001)


def _quietly(read: Any) -> Any:  # noqa: ANN401 - olefile has no types
    """Read properties; damage in them says nothing about the cells."""
    try:
        return read()
    except _BAD:
        return None


def _text(value: object, codepage: int) -> str:
    if isinstance(value, bytes):
        encoding = "utf-8" if codepage in {65001, -535} else f"cp{codepage}" if codepage > 0 else "cp1252"
        try:
            return value.decode(encoding, "replace").rstrip("\0")
        except LookupError:
            return value.decode("cp1252", "replace").rstrip("\0")
    return value.rstrip("\0") if isinstance(value, str) else ""


def decrypted(data: bytes) -> bytes:
    """Open an encrypted workbook with the password that Excel itself tries; any other is not ours to know."""
    import msoffcrypto  # noqa: PLC0415 - heavy, and few files need it

    library: Any = msoffcrypto
    out = io.BytesIO()
    try:
        document = library.OfficeFile(io.BytesIO(data))
        document.load_key(password=_DEFAULT_PASSWORD)
        document.decrypt(out)
    except Exception as problem:
        # The library words a wrong password, an unknown method and damage alike; a person must look in each case.
        raise Refused("password") from problem
    return out.getvalue()
