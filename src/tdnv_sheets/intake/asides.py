"""Find marks of secrecy where no reader of cells looks: attributes, formulas, objects, files not read.

Nothing is parsed here: a file that must not be parsed is looked through all the same.
"""

from __future__ import annotations

import html
import io
import lzma
import re
import zipfile
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tdnv_sheets.intake.refuse import MAX_PART, MAX_PARTS
from tdnv_sheets.validate.secrecy import Secrecy, perhaps_marked, secrecy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_MARKUP: Final = (".xml", ".vml", ".rels", ".html", ".htm")
_BETWEEN: Final = re.compile(r"""[<>"'\x00-\x08\x0b\x0c\x0e-\x1f\ufffd]+""")
"""What stands between the words of a part: brackets and quotation marks of its markup, and bytes that are no letters."""
_CUT: Final = bytes.maketrans(b"<>\"'", b"<<<<")
_MAY_COMPUTE: Final = re.compile(rb"f[\s>]")
"""The end of a formula's tag, behind «<» or «:»; with one of two signs before it, it is found twenty times slower."""
_FORMULA: Final = re.compile(rb"<(?:\w++:)?+f(?:\s[^<>]*+)?>([^<]++)<")
_BY_NUMBER: Final = re.compile(r"&#(?!38;)\d{1,7};")
"""A letter by its number, as some programs write all that are not English; not «&», which begins the next one."""
_SMALL: Final = 2**15
"""Markup up to this size is looked through once and remembered: of one program's files, most parts are the same."""
_SHARED: Final = "xl/sharedstrings.xml"
"""The texts of the cells, which their reader puts together."""
_ENDS: Final = re.compile(r"</(?:\w++:)?+(?:p|si|c|tr|td|text)>")
_TAG: Final = re.compile(r"<[^<>]*+>")
_ZIP: Final = b"PK\x03\x04"
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
)


def asides(parts: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Give (part, words) for every mark in the parts of an .xlsx, by name in small letters, that no cell shows."""
    for name, data in parts.items():
        for piece in _of_part(name, data):
            yield name, piece


def _of_part(name: str, data: bytes) -> Iterator[str]:
    if name.startswith("xl/worksheets/") and name.endswith(".xml"):
        yield from _of_sheet(data)
    elif "embeddings/" in name:
        yield from _of_object(data)
    elif name.endswith(_MARKUP) and name != _SHARED:
        yield from _marks(data)


def _each_once(data: bytes) -> str:
    """Give the pieces of markup, each once: it says the same few words thousands of times."""
    return b"<".join(dict.fromkeys(data.translate(_CUT).split(b"<"))).decode("utf-8", "replace")


def _marks(markup: bytes) -> Iterable[str]:
    """Give the pieces of markup that bear a mark."""
    return _marks_once(markup) if len(markup) <= _SMALL else words_in(_each_once(markup))


@lru_cache(256)
def _marks_once(markup: bytes) -> tuple[str, ...]:
    return tuple(words_in(_each_once(markup)))


def words_in(text: str) -> Iterator[str]:
    """Give the pieces of a text or of markup that bear a mark."""
    if "&" in text:
        text = html.unescape(_BY_NUMBER.sub(_letter, text))
    if perhaps_marked(text):
        pieces = dict.fromkeys(_BETWEEN.split(text))
        # A letter is looked for many times faster than a sign.
        yield from (piece for piece in pieces if ("m" in piece or "M" in piece) and secrecy(piece) is Secrecy.REFUSE)


def _letter(number: re.Match[str]) -> str:
    return _letters(number[0])


@lru_cache(1024)
def _letters(number: str) -> str:
    return html.unescape(number)


def bears_mark(data: bytes) -> bool:
    """Say whether a file that is not read bears a mark of secrecy, as far as its bytes show words."""
    return any(True for _ in _of_object(data))


def _of_sheet(data: bytes) -> Iterator[str]:
    """Leave the cells to their reader; what they compute is looked at."""
    start, end = data.find(b"sheetData"), data.rfind(b"sheetData")
    yield from _marks(data[:start] + b"<" + data[end:]) if start >= 0 else ()
    signs = _MAY_COMPUTE.finditer(data, max(start, 0), max(end, 0))
    if any(data[sign.start() - 1 : sign.start()] in {b"<", b":"} for sign in signs):
        yield from words_in("<".join(text.decode("utf-8", "replace") for text in _FORMULA.findall(data)))


def _of_object(data: bytes) -> Iterator[str]:
    """Look into a package, or at bytes as the texts that they may be."""
    if data.startswith(_ZIP):
        for part in _members(data):
            # One word may be in several runs, each between tags of its own.
            lines = _ENDS.sub("\n", part.decode("utf-8", "replace"))
            yield from words_in(_TAG.sub("", lines))
        return
    yield from words_in(data.decode("utf-8", "replace"))
    if b"\0" in data:
        for start in (0, 1):
            yield from words_in(data[start:].decode("utf-16-le", "replace"))


def _members(data: bytes) -> Iterator[bytes]:
    """Inflate the parts of a package that hold markup, as far as it goes and no more than one part may hold."""
    left = MAX_PART
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            for member in package.infolist()[:MAX_PARTS]:
                if member.filename.lower().endswith(_MARKUP) and left > 0:
                    with package.open(member) as opened:
                        part = opened.read(left)
                    left -= len(part)
                    yield part
    except _BROKEN:
        return
