"""Read a TOML file that an office wrote: what it says, and in which line each key stands, for messages that name it."""

from __future__ import annotations

import codecs
import re
import tomllib
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from tdnv_sheets.errors import BadOfficeFile, BrokenSurroundings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Place: TypeAlias = "tuple[str | int, ...]"
"""Where something stands: `("limit", 0, "case")` is the key `case` of the first `[[limit]]`."""

_PLACE: Final = re.compile(r"\(at line (\d+), column \d+\)$")
_TWICE: Final = ("Cannot overwrite", "Cannot declare", "Duplicate")
"""How tomllib says that something stands twice; it has no other way to tell."""
_HEADER: Final = re.compile(r"\s*(\[\[?)\s*([\w-]+)\s*\]")
_KEY: Final = re.compile(r"""\s*["']?([\w-]+)["']?\s*[=.]""")
_QUOTES: Final = ('"""', "'''", '"', "'")


def text_of(path: Path) -> str:
    """Read the file's text; raise `BadOfficeFile` when it is not saved in UTF-8, naming the line."""
    try:
        data = path.read_bytes()
    except OSError as problem:
        raise BrokenSurroundings("cannot-read", path=path, problem=problem) from problem
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise BadOfficeFile(path, "settings-utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        row = data.count(b"\n", 0, problem.start) + 1
        raise BadOfficeFile(path, "settings-not-utf-8", row=row) from problem


def parsed(path: Path, text: str) -> dict[str, Any]:
    """Understand *text*, which stands in *path*; raise `BadOfficeFile` naming the line that cannot be understood."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        lines = text.rstrip().splitlines()
        place = _PLACE.search(str(problem))
        row = int(place[1]) if place else max(len(lines), 1)
        line = lines[row - 1].strip() if row <= len(lines) else ""
        if str(problem).startswith(_TWICE):
            raise BadOfficeFile(path, "setting-twice", row=row, line=line) from problem
        raise BadOfficeFile(path, "settings-line", row=row, line=line) from problem


def key_lines(text: str) -> Mapping[Place, int]:
    """Give place → line, counted from 1, for tables and their keys; *text* has to be whole TOML.

    tomllib tells no lines. Keys inside a value (inline tables) are not looked at: their line is that of the value.
    """
    lines: dict[Place, int] = {}
    counts: dict[str, int] = {}
    table: Place = ()
    still_open: tuple[str, int] = ("", 0)
    for number, line in enumerate(text.split("\n"), 1):
        if still_open == ("", 0):
            header, key = _HEADER.match(line), _KEY.match(line)
            if header:
                name = header[2]
                table = (name,)
                lines.setdefault(table, number)
                if header[1] == "[[":
                    table = (name, counts.get(name, 0))
                    counts[name] = counts.get(name, 0) + 1
                    lines[table] = number
                continue
            if key:
                lines.setdefault((*table, key[1]), number)
        still_open = _left_open(line, *still_open)
    return lines


def _left_open(line: str, quote: str, depth: int) -> tuple[str, int]:
    """Say which quote and how many brackets are still open at the end of *line*."""
    at = 0
    while at < len(line):
        rest = line[at:]
        if quote:
            if quote[0] == '"' and rest[0] == "\\":
                at += 2
                continue
            closed = rest.startswith(quote)
            at += len(quote) if closed else 1
            quote = "" if closed else quote
            continue
        if rest[0] == "#":
            break
        quote = next((mark for mark in _QUOTES if rest.startswith(mark)), "")
        depth += (rest[0] in "[{") - (rest[0] in "]}")
        at += len(quote) or 1
    return (quote if len(quote) > 1 else "", depth)
