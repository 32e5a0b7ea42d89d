"""Old binary files made by hand: the container of .xls files, and the records of a small workbook in it."""

from __future__ import annotations

import struct

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
SMALLEST = 4096
"""Streams shorter than this would have to stand elsewhere; they are filled up with zeros."""


def compound(streams: dict[str, bytes]) -> bytes:
    """Put streams into a container, each in sectors that follow one another."""
    padded = {
        name: data.ljust(max(SMALLEST, -(-len(data) // SECTOR) * SECTOR), b"\0") for name, data in streams.items()
    }
    order = sorted(padded, key=lambda name: (len(name), name.upper()))
    starts: dict[str, int] = {}
    table: list[int] = []
    body = b""
    for name in order:
        starts[name] = len(table)
        count = len(padded[name]) // SECTOR
        table += [*range(len(table) + 1, len(table) + count), END]
        body += padded[name]
    entries = [entry("Root Entry", 5, (FREE, 1 if order else FREE), END, 0)]
    for number, name in enumerate(order, 1):
        right = number + 1 if number < len(order) else FREE
        entries.append(entry(name, 2, (right, FREE), starts[name], len(padded[name])))
    directory = b"".join(entries)
    directory = directory.ljust(-(-len(directory) // SECTOR) * SECTOR, b"\0")
    directory_start = len(table)
    count = len(directory) // SECTOR
    table += [*range(directory_start + 1, directory_start + count), END]
    fat_count = -(-(len(table) + 1) // (SECTOR // 4 - 1))
    fat_start = len(table)
    table += [FAT] * fat_count
    fat = struct.pack(f"<{len(table)}I", *table).ljust(fat_count * SECTOR, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack(
        "<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, fat_count, directory_start, 0, 4096, END, 0, END, 0
    )
    places = [*range(fat_start, fat_start + fat_count)]
    header += struct.pack("<109I", *places, *[FREE] * (109 - fat_count))
    return header + body + directory + fat


def entry(name: str, kind: int, links: tuple[int, int], start: int, size: int) -> bytes:
    wide = (name + "\0").encode("utf-16-le")
    head = wide.ljust(64, b"\0") + struct.pack("<HBBIII", len(wide), kind, 1, FREE, *links)
    return head.ljust(116, b"\0") + struct.pack("<IQ", start, size)


def record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def text(words: str) -> bytes:
    """Give a wide text with its length in front."""
    return struct.pack("<HB", len(words), 1) + words.encode("utf-16-le")


def label(row: int, column: int, words: str, style: int = 0) -> bytes:
    return record(0x204, struct.pack("<HHH", row, column, style) + text(words))


def xls(cells: bytes, *, globals_: bytes = b"", kind: int = 0, state: int = 0, name: str = "Trang 1") -> bytes:
    """Give an .xls of one sheet: *globals_* and *cells* are records."""
    start = record(0x809, struct.pack("<HHHHII", 0x600, 0x05, 0, 0, 0, 0))
    title = name.encode("utf-16-le")
    size = 4 + 8 + len(title)
    end = record(0x0A)
    at = len(start) + len(globals_) + size + len(end)
    bound = record(0x85, struct.pack("<IBBBB", at, state, kind, len(name), 1) + title)
    sheet = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0)) + cells + end
    return compound({"Workbook": start + globals_ + bound + end + sheet})
