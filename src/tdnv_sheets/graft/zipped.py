"""Zip members with their compressed bytes, and a zip written of such members and of new ones.

`zipfile` inflates every member that it hands over and cannot take one that is compressed already; the compressed bytes
of what is not ours have to stay as they are. Format: PKWARE APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Final, NamedTuple, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from tdnv_sheets.graft.refuse import MAX_PART, MAX_PARTS, MAX_TOTAL, CannotGraft

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import BinaryIO
    from zipfile import ZipInfo

LEVEL: Final = 3
"""Of compression; the same as in `render/parts.py`, measured there."""
QUICK: Final = 1
"""Level for a large sheet of which little changes. For 100,000 rows of 30 columns level 1 takes half the time of level 3,
which is most of the time of a patch, for a file that is a quarter larger; the next redraw compresses it as usual."""
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_UTF8: Final = 0x800
_ENCRYPTED: Final = 1
_FIRST_DAY: Final = (1 << 5) | 1
"""1 January 1980, the first day that zip knows; fixed so that bytes repeat."""
_NEEDS: Final = 20
_LIMIT: Final = 2**32 - 1
_STEP: Final = 2**15
"""Bytes that are inflated at once; they become 32 MB at most."""
_SMALL: Final = 2**24


class Member(NamedTuple):
    """A member of a zip as it lies there."""

    name: str
    method: int
    crc: int
    size: int
    """Inflated."""
    raw: memoryview
    time: int
    day: int

    def read(self) -> bytes:
        """Inflate it against the size that its directory states; raises `CannotGraft` when it is another."""
        data = bytes(self.raw) if self.method == ZIP_STORED else self._inflated()
        if len(data) != self.size or zlib.crc32(data) != self.crc:
            raise CannotGraft("damaged", self.name)
        return data

    def _inflated(self) -> bytes:
        """Inflate into one block of the stated size: zlib itself holds everything twice while it does not know it."""
        inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        whole, at = bytearray(self.size), 0
        try:
            for start in range(0, len(self.raw), _STEP):
                part = inflate.decompress(self.raw[start : start + _STEP])
                whole[at : at + len(part)] = part
                at += len(part)
                if at > self.size:
                    break
        except zlib.error as problem:
            raise CannotGraft("damaged", self.name) from problem
        # What is small is held as bytes; all that is done to it can be done to either.
        return bytes(whole) if self.size < _SMALL else cast("bytes", whole)


def members(zipped: ZipFile, data: bytes) -> list[Member]:
    """Give the members of *zipped*, which was opened on *data*, folders left out; too many or too large ones are refused."""
    listed = [info for info in zipped.infolist() if not info.filename.endswith(("/", "\\"))]
    if len(listed) > MAX_PARTS or sum(info.file_size for info in listed) > MAX_TOTAL:
        raise CannotGraft("too-large")
    return [_member(info, data) for info in listed]


def _member(info: ZipInfo, data: bytes) -> Member:
    if info.flag_bits & _ENCRYPTED or info.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        raise CannotGraft("damaged", info.filename)
    if info.file_size > MAX_PART:
        raise CannotGraft("too-large", info.filename)
    head = data[info.header_offset : info.header_offset + _LOCAL.size]
    if len(head) < _LOCAL.size or not head.startswith(b"PK\3\4"):
        raise CannotGraft("damaged", info.filename)
    *_, name, extra = _LOCAL.unpack(head)
    start = info.header_offset + _LOCAL.size + name + extra
    raw = memoryview(data)[start : start + info.compress_size]
    year, month, day, hour, minute, second = info.date_time
    return Member(
        info.filename,
        info.compress_type,
        info.CRC,
        info.file_size,
        raw,
        hour << 11 | minute << 5 | second // 2,
        (year - 1980) << 9 | month << 5 | day,
    )


class ZipOut:
    """A zip that is written member by member; the same members give the same bytes."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._at = 0
        self._directory: list[bytes] = []

    def keep(self, member: Member) -> None:
        """Write a member with its compressed bytes as they are."""
        start = self._at
        name = member.name.encode()
        size = len(member.raw)
        about = (member.method, member.time, member.day, member.crc, size, member.size)
        self._write(_LOCAL.pack(b"PK\3\4", _NEEDS, _UTF8, *about, len(name), 0) + name)
        self._write(member.raw)
        self._list(name, about, start)

    def add(self, name: str, chunks: Iterable[bytes | memoryview], *, level: int = LEVEL) -> None:
        """Compress a new member while its content is made."""
        start, encoded = self._at, name.encode()
        self._write(b"\0" * (_LOCAL.size + len(encoded)))
        deflate = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
        body, size, crc = self._at, 0, 0
        for chunk in chunks:
            size += len(chunk)
            crc = zlib.crc32(chunk, crc)
            self._write(deflate.compress(chunk))
        self._write(deflate.flush())
        about = (ZIP_DEFLATED, 0, _FIRST_DAY, crc, self._at - body, size)
        self._file.seek(start)
        self._file.write(_LOCAL.pack(b"PK\3\4", _NEEDS, _UTF8, *about, len(encoded), 0) + encoded)
        self._file.seek(self._at)
        self._list(encoded, about, start)

    def close(self) -> None:
        """Write the directory."""
        start = self._at
        for entry in self._directory:
            self._write(entry)
        if self._at > _LIMIT:
            raise CannotGraft("too-large")
        count = len(self._directory)
        self._write(_END.pack(b"PK\5\6", 0, 0, count, count, self._at - start, start, 0))

    def _list(self, name: bytes, about: tuple[int, ...], start: int) -> None:
        if max(*about[4:], self._at) > _LIMIT:
            raise CannotGraft("too-large", name.decode())
        head = _CENTRAL.pack(b"PK\1\2", _NEEDS, _NEEDS, _UTF8, *about, len(name), 0, 0, 0, 0, 0, start)
        self._directory.append(head + name)

    def _write(self, data: bytes | memoryview) -> None:
        self._file.write(data)
        self._at += len(data)
