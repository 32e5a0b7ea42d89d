"""Mutators of the first two layers: raw bytes, and the members of a package. Each takes chance and a file, gives a file."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

Mutator: TypeAlias = "Callable[[Random, bytes], bytes]"
Members: TypeAlias = list[tuple[str, bytes]]

MAGIC: Final = (
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"%PDF-1.7",
    b"<?xml ",
    b"\xff\xfe",
    b"",
    b"MZ",
    b"\x1f\x8b",
)
NAMES: Final = (
    "xl/vbaProject.bin",
    "xl/externalLinks/externalLink1.xml",
    "../../tdnv.toml",
    "/etc/passwd",
    "xl\\worksheets\\sheet1.xml",
    "XL/WORKBOOK.XML",
    "xl/worksheets/sheet1.xml",
    "[Content_Types].xml",
    "mimetype",
    "content.xml",
    "EncryptedPackage",
    "xl/macrosheets/sheet1.xml",
    "xl/embeddings/oleObject1.bin",
    "a" * 300,
    "tên có dấu ệ.xml",
)
_DIRECTORY: Final = b"PK\x01\x02"
_LOCAL: Final = b"PK\x03\x04"
_SIZES: Final = {_DIRECTORY: 20, _LOCAL: 18}
"""Where compressed and real size stand behind each signature."""
_LIES: Final = (0, 1, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)
_MOST: Final = 8


def _flip(r: Random, data: bytes) -> bytes:
    out = bytearray(data)
    for _ in range(r.randint(1, _MOST)):
        out[r.randrange(len(out))] ^= 1 << r.randrange(8)
    return bytes(out)


def _overwrite(r: Random, data: bytes) -> bytes:
    start = r.randrange(len(data))
    block = r.choice((r.randbytes(r.randint(1, 400)), b"\0" * r.randint(1, 4000), b"\xff" * r.randint(1, 400)))
    return data[:start] + block + data[start + len(block) :]


def _cut_off(r: Random, data: bytes) -> bytes:
    return data[: r.randrange(len(data))]


def _cut_out(r: Random, data: bytes) -> bytes:
    start = r.randrange(len(data))
    return data[:start] + data[start + r.randint(1, max(len(data) // 4, 1)) :]


def _insert(r: Random, data: bytes) -> bytes:
    start = r.randrange(len(data) + 1)
    return data[:start] + r.randbytes(r.randint(1, 2000)) + data[start:]


def _duplicate_block(r: Random, data: bytes) -> bytes:
    start = r.randrange(len(data))
    block = data[start : start + r.randint(1, max(len(data) // 3, 1))]
    place = r.randrange(len(data) + 1)
    return data[:place] + block * r.randint(1, 3) + data[place:]


def _append(r: Random, data: bytes) -> bytes:
    return data + r.choice((r.randbytes(r.randint(1, 3000)), data, b"\0" * 70_000))


def _prepend(r: Random, data: bytes) -> bytes:
    return r.choice((r.randbytes(r.randint(1, 40)), b"\0" * 512, b"#!/bin/sh\n", data)) + data


def _other_magic(r: Random, data: bytes) -> bytes:
    magic = r.choice(MAGIC)
    return magic + data[len(magic) or 4 :]


BYTES: Final[tuple[Mutator, ...]] = (
    _flip,
    _flip,
    _overwrite,
    _cut_off,
    _cut_out,
    _insert,
    _duplicate_block,
    _append,
    _prepend,
    _other_magic,
)

# ------------------------------------------------------------------ members of a package


def unpack(data: bytes) -> Members:
    """Give a package's members in their order."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return [(member.filename, package.read(member)) for member in package.infolist()]


def pack(members: Sequence[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Write members as a package, twice the same name too."""
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", method) as package:
        warnings.simplefilter("ignore")  # a name given twice is what is wanted
        for name, part in members:
            package.writestr(zipfile.ZipInfo(name), part, method)  # without the clock: the same bytes each time
    return out.getvalue()


def _drop(r: Random, data: bytes) -> bytes:
    members = unpack(data)
    for _ in range(r.randint(1, 3)):
        del members[r.randrange(len(members))]
    return pack(members)


def _rename(r: Random, data: bytes) -> bytes:
    members = unpack(data)
    place = r.randrange(len(members))
    name, part = members[place]
    new = r.choice(
        (*NAMES, name.upper(), name + ".xml", f"/{name}", name.replace("/", "\\"), f"{name} ", r.choice(members)[0])
    )
    members[place] = new, part
    return pack(members)


def _double(r: Random, data: bytes) -> bytes:
    members = unpack(data)
    name, part = r.choice(members)
    copy = r.choice((part, b"", part[: len(part) // 2], r.choice(members)[1]))
    members.insert(r.randrange(len(members) + 1), (r.choice((name, name.lower(), name.swapcase())), copy))
    return pack(members)


def _swap(r: Random, data: bytes) -> bytes:
    members = unpack(data)
    one, other = r.randrange(len(members)), r.randrange(len(members))
    parts = members[one][1], members[other][1]
    members[one], members[other] = (members[one][0], parts[1]), (members[other][0], parts[0])
    return pack(members)


def _add(r: Random, data: bytes) -> bytes:
    extra = (r.randbytes(300), b"", data, b"<a/>", b"\0" * 3_000_000, b"application/vnd.oasis.opendocument.spreadsheet")
    members = unpack(data)
    members.insert(r.choice((0, len(members))), (r.choice(NAMES), r.choice(extra)))
    return pack(members)


def _store(r: Random, data: bytes) -> bytes:
    return pack(unpack(data), r.choice((zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)))


def _shuffle(r: Random, data: bytes) -> bytes:
    members = unpack(data)
    r.shuffle(members)
    return pack(members)


def _empty_member(r: Random, data: bytes) -> bytes:
    members = unpack(data)
    place = r.randrange(len(members))
    members[place] = members[place][0], r.choice((b"", b" ", b"\0", members[place][1][: r.randrange(200)]))
    return pack(members)


def _many_members(r: Random, data: bytes) -> bytes:
    return pack([*unpack(data), *((f"xl/extra/{n}.xml", b"<a/>") for n in range(r.choice((50, 2500))))])


def _nest(r: Random, data: bytes) -> bytes:
    return pack([(r.choice(("Book.xlsx", "xl/workbook.xml", "x/y/z.zip")), data)])


def _lie_about_sizes(r: Random, data: bytes) -> bytes:
    return _patched(r, data, {mark: (offset, "<II") for mark, offset in _SIZES.items()})


def _lie_in_header(r: Random, data: bytes) -> bytes:
    """Set flags, the method, the day or the checksum of a member to something else."""
    return _patched(r, data, {_DIRECTORY: (r.choice((8, 10, 12, 16)), "<H"), _LOCAL: (r.choice((6, 8, 10, 14)), "<H")})


def _patched(r: Random, data: bytes, places: dict[bytes, tuple[int, str]]) -> bytes:
    out = bytearray(data)
    mark = r.choice(list(places))
    offset, form = places[mark]
    found = [place for place in range(len(data)) if data.startswith(mark, place)]
    for place in r.sample(found, min(len(found), r.randint(1, 3))):
        size = struct.calcsize(form)
        if place + offset + size <= len(out):
            most = 256 ** struct.calcsize(form.replace("I", "", 1) if "II" in form else form) - 1
            struct.pack_into(form, out, place + offset, *(min(r.choice(_LIES), most) for _ in form[1:]))
    return bytes(out)


ZIP: Final[tuple[Mutator, ...]] = (
    _drop,
    _drop,
    _rename,
    _double,
    _swap,
    _add,
    _store,
    _shuffle,
    _empty_member,
    _many_members,
    _nest,
    _lie_about_sizes,
    _lie_in_header,
)
