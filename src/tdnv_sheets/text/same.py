"""When two values count as the same: spelling, blanks and line ends do not make a change (practice/workbooks.md C.2, rule 3)."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from tdnv_sheets.text.unicode import clean

if TYPE_CHECKING:
    from tdnv_sheets.records import Value

_BLANKS: Final = re.compile(r"[^\S\n]+")
_LINE_EDGES: Final = re.compile(r" ?\n ?")


def same(one: Value, other: Value) -> bool:
    """Say whether two values are the same once texts are NFC, trimmed and blanks single; an empty text is no value."""
    if one == other:
        return True
    if isinstance(one, str) and isinstance(other, str):
        return _text(one) == _text(other)
    # A text is the same as no value when it is blank, and never the same as a number or a day.
    words = other if one is None else one if other is None else None
    return isinstance(words, str) and _text(words) is None


def _text(value: Value) -> Value:
    if not isinstance(value, str):
        return value
    if value.isprintable() and "  " not in value and unicodedata.is_normalized("NFC", value):
        return value.strip() or None  # the only blank that is printable is the plain one
    return _LINE_EDGES.sub("\n", _BLANKS.sub(" ", clean(value))) or None
