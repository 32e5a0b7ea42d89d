"""Tell by a font's name how its text is encoded: the fonts of the years before Unicode showed other letters."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Mapping

_MENTIONED: Final = re.compile(rb"""val\s*=\s*["'](?:\.vn|vni-)""", re.IGNORECASE)
_RUN_FONT: Final = re.compile(rb"""<(?:\w++:)?+rFont\b[^<>]*?\bval\s*+=\s*+["']([^"'<>]++)""")
_ITEM: Final = re.compile(
    rb"<(?:\w++:)?+si(?:\s[^<>]*+)?>((?:[^<]++|<(?!/?+(?:\w++:)?+si[\s/>]))*+)|<(?:\w++:)?+si\s*+/>"
)


def legacy_encoding(font: str) -> str:
    """Give tcvn3, tcvn3-caps or vni for a font of that kind; empty for any other."""
    name = font.strip().lower()
    if name.startswith(".vn"):
        return "tcvn3-caps" if name.endswith("h") else "tcvn3"
    return "vni" if name.startswith("vni-") else ""


@dataclass(frozen=True, slots=True)
class Fonts:
    """Which cell styles and which shared strings of an .xlsx are in a legacy font."""

    styles: Mapping[int, str] = field(default_factory=dict)
    strings: Mapping[int, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.styles or self.strings)


def find_fonts(styles: bytes, strings: bytes) -> Fonts:
    """Look for legacy fonts in the two parts that name fonts; most files have none, and that is seen at once."""
    return Fonts(
        _styles(styles) if _MENTIONED.search(styles) else {},
        _strings(strings) if _MENTIONED.search(strings) else {},
    )


def _styles(data: bytes) -> dict[int, str]:
    root = ET.fromstring(data)  # noqa: S314 - the scan refused every DOCTYPE, so there are no entities
    encodings: list[str] = []
    for fonts in root.iterfind("{*}fonts"):
        for font in fonts.iterfind("{*}font"):
            name = font.find("{*}name")
            encodings.append(legacy_encoding(name.get("val", "")) if name is not None else "")
    out = {}
    for formats in root.iterfind("{*}cellXfs"):
        for number, style in enumerate(formats.iterfind("{*}xf")):
            font_id = style.get("fontId", "")
            if font_id.isdecimal() and int(font_id) < len(encodings) and encodings[int(font_id)]:
                out[number] = encodings[int(font_id)]
    return out


def _strings(data: bytes) -> dict[int, str]:
    out = {}
    for number, item in enumerate(_ITEM.finditer(data)):
        if item[1] and (run := run_font(item[1])):
            out[number] = run
    return out


def run_font(data: bytes) -> str:
    """Give the encoding of the first run of a rich text that is in a legacy font."""
    found = (legacy_encoding(name.decode("utf-8", "replace")) for name in _RUN_FONT.findall(data))
    return next((encoding for encoding in found if encoding), "")
