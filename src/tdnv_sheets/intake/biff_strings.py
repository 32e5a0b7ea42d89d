"""Read the texts of an .xls stream: wide or narrow, rich, and split over several records."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDE: Final = 0x01
_READING: Final = 0x04
_RICH: Final = 0x08
_CODECS: Final = {1200: "cp1252", 32769: "cp1252", 10000: "mac_roman", 32768: "mac_roman", 367: "cp1252"}


def codec(codepage: int) -> str:
    """Give Python's name for a code page of Excel 5; what it does not know was Windows' Western one."""
    name = _CODECS.get(codepage, f"cp{codepage}")
    try:
        "".encode(name)
    except LookupError:
        return "cp1252"
    return name


def wide_text(data: bytes, at: int, length: int) -> str:
    """Give *length* characters of a text whose flags stand at *at*: one byte each, or two."""
    if data[at] & _WIDE:
        return data[at + 1 : at + 1 + 2 * length].decode("utf-16-le", "replace")
    return data[at + 1 : at + 1 + length].decode("latin-1")


@dataclass(slots=True)
class Chain:
    """A record and the ones that continue it, read as one; a text that is split says its width anew."""

    chunks: Sequence[bytes]
    index: int = 0
    at: int = 0

    def take(self, length: int) -> bytes:
        """Give the next bytes, whatever record they stand in."""
        out = b""
        while len(out) < length:
            chunk = self.chunks[self.index]  # past the end: IndexError, the file is damaged
            part = chunk[self.at : self.at + length - len(out)]
            out += part
            self.at += len(part)
            if len(out) < length:
                self.index, self.at = self.index + 1, 0
        return out

    def skip(self, length: int) -> None:
        """Pass over the next bytes."""
        while length > 0:
            here = min(length, len(self.chunks[self.index]) - self.at)
            self.at += here
            length -= here
            if length:
                self.index, self.at = self.index + 1, 0

    def characters(self, length: int, *, wide: bool) -> str:
        """Give the next characters."""
        out = []
        while length > 0:
            chunk = self.chunks[self.index]
            if self.at >= len(chunk):
                self.index, self.at = self.index + 1, 1
                wide = bool(self.chunks[self.index][0] & _WIDE)
                continue
            size = 2 if wide else 1
            here = min(length, (len(chunk) - self.at) // size)
            if here == 0:
                message = "half a character at the end of a record"
                raise ValueError(message)
            part = chunk[self.at : self.at + here * size]
            out.append(part.decode("utf-16-le", "surrogatepass") if wide else part.decode("latin-1"))
            self.at += here * size
            length -= here
        return "".join(out)


@dataclass(slots=True)
class SharedStrings:
    """The texts that cells refer to by number, and for rich ones the fonts that their runs use."""

    texts: list[str] = field(default_factory=list)
    runs: dict[int, tuple[int, ...]] = field(default_factory=dict)


def shared_strings(chunks: Sequence[bytes]) -> SharedStrings:
    """Read the table of texts."""
    chain = Chain(chunks)
    (count,) = struct.unpack("<4xI", chain.take(8))
    out = SharedStrings()
    for number in range(count):
        if chain.index >= len(chunks) - 1 and chain.at >= len(chunks[-1]):
            break  # some programs state more texts than they write
        length, flags = struct.unpack("<HB", chain.take(3))
        runs = struct.unpack("<H", chain.take(2))[0] if flags & _RICH else 0
        extra = struct.unpack("<I", chain.take(4))[0] if flags & _READING else 0
        out.texts.append(chain.characters(length, wide=bool(flags & _WIDE)))
        if runs:
            numbers = chain.take(4 * runs)
            out.runs[number] = struct.unpack(f"<{2 * runs}H", numbers)[1::2]
        chain.skip(extra)
    return out
