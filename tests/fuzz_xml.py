"""Mutators of the third layer: the XML of one part of a package."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from tests.fuzz_bytes import pack, unpack

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from tests.fuzz_bytes import Mutator

_ATTRIBUTE: Final = re.compile(rb'\s([\w:]+)="([^"]*)"')
_TEXT: Final = re.compile(rb">([^<>]+)<")
_TAG: Final = re.compile(rb"<[^<>!?]+>")
_OPEN: Final = re.compile(rb"<(\w[\w:]*)")
_ROOT: Final = re.compile(rb"(<\?xml[^>]*\?>\s*)?")
WILD_VALUES: Final = (
    b"",
    b"-1",
    b"0",
    b"1048577",
    b"4294967296",
    b"99999999999999999999",
    b"1e308",
    b"-1e400",
    b"NaN",
    b"A0",
    b"XFD1048576",
    b"ZZZZ9",
    b"a1",
    b"A1:XFD1048576",
    b"B2:A1",
    b"true",
    b"&amp;",
    b"&#0;",
    b"&#xD800;",
    b"\xff\xfe",
    b"\xe1\xbb",
    "Ệ\u202eẹ".encode(),
    b"x" * 5000,
)
CELL_KINDS: Final = (b"s", b"str", b"inlineStr", b"b", b"e", b"n", b"d", b"zz")
BOMBS: Final = (
    b'<!DOCTYPE a [<!ENTITY x "mat">]>',
    b'<!DOCTYPE a SYSTEM "file:///etc/hostname">',
    b'<!DOCTYPE a [<!ENTITY x SYSTEM "http://localhost/x">%x;]>',
    b"<!DOCTYPE html>",
)


def _of_part(change: Callable[[Random, bytes], bytes]) -> Mutator:
    """Apply a change to one XML part of a package, most often to a sheet."""

    def mutate(r: Random, data: bytes) -> bytes:
        members = unpack(data)
        xml = [place for place, (name, _) in enumerate(members) if name.endswith((".xml", ".rels"))]
        sheets = [place for place in xml if "sheet" in members[place][0].lower() or members[place][0] == "content.xml"]
        place = r.choice(sheets if sheets and r.random() < 0.6 else xml)
        name, part = members[place]
        members[place] = name, change(r, part)
        return pack(members)

    mutate.__name__ = change.__name__
    return mutate


def _in_tree(r: Random, part: bytes, change: Callable[[Random, ET.Element, ET.Element], None]) -> bytes:
    """Change a parent and a child of it; writing the tree again gives all names other prefixes."""
    root = ET.fromstring(part)  # noqa: S314 - our own file
    parents = [element for element in root.iter() if len(element)]
    for _ in range(r.randint(1, 3)):
        parent = r.choice(parents) if parents else root
        if len(parent):
            change(r, parent, r.choice(list(parent)))
    return _written(root)


def _written(root: ET.Element) -> bytes:
    out: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return out


def _drop_element(r: Random, part: bytes) -> bytes:
    return _in_tree(r, part, lambda _, parent, child: parent.remove(child))


def _double_element(r: Random, part: bytes) -> bytes:
    return _in_tree(r, part, lambda r, parent, child: parent.insert(r.randrange(len(parent) + 1), child))


def _move_element(r: Random, part: bytes) -> bytes:
    def move(r: Random, parent: ET.Element, child: ET.Element) -> None:
        parent.remove(child)
        (r.choice(list(parent)) if len(parent) else parent).append(child)

    return _in_tree(r, part, move)


def _many_elements(r: Random, part: bytes) -> bytes:
    """Repeat one element once only: copies of copies would grow beyond all files that there are."""
    root = ET.fromstring(part)  # noqa: S314 - our own file
    parents = [element for element in root.iter() if len(element)]
    parent = r.choice(parents) if parents else root
    child = r.choice(list(parent) or [ET.Element("a")])
    parent.extend([child] * min(r.choice((10, 3000)), 1 + 30_000 // sum(1 for _ in child.iter())))
    return _written(root)


def _rename_element(r: Random, part: bytes) -> bytes:
    names = sorted(set(_OPEN.findall(part)))
    old, new = r.choice(names), r.choice((*names, b"zz", b"x:y"))
    return re.sub(rb"(</?)" + re.escape(old) + rb"\b", rb"\1" + new, part)


def _change_attribute(r: Random, part: bytes) -> bytes:
    return _changed(r, part, _ATTRIBUTE, lambda r, name, _: b' %s="%s"' % (name, r.choice(WILD_VALUES)))


def _drop_attribute(r: Random, part: bytes) -> bytes:
    return _changed(r, part, _ATTRIBUTE, lambda *_: b"")


def _double_attribute(r: Random, part: bytes) -> bytes:
    return _changed(r, part, _ATTRIBUTE, lambda _, name, value: b' %s="%s" %s="%s"' % (name, value, name, value))


def _other_cell_kind(r: Random, part: bytes) -> bytes:
    cells = re.compile(rb'\s(t)="(\w+)"')
    return _changed(r, part, cells, lambda r, name, _: b' %s="%s"' % (name, r.choice(CELL_KINDS)), most=20)


def _other_place(r: Random, part: bytes) -> bytes:
    cells = re.compile(rb'\s(r|ref|s|spans|table:number-(?:rows|columns)-repeated)="([^"]+)"')
    return _changed(r, part, cells, lambda r, name, _: b' %s="%s"' % (name, r.choice(WILD_VALUES)), most=6)


def _change_text(r: Random, part: bytes) -> bytes:
    found = list(_TEXT.finditer(part))
    for match in sorted(r.sample(found, min(len(found), r.randint(1, 5))), key=lambda m: -m.start()):
        part = part[: match.start(1)] + r.choice(WILD_VALUES) + part[match.end(1) :]
    return part


def _nest_deeply(r: Random, part: bytes) -> bytes:
    depth, tag = r.choice((60, 5_000, 200_000)), r.choice((b"a", b"si", b"row", b"c", b"is"))
    return _at_a_tag(r, part, b"<%s>" % tag * depth + b"</%s>" % tag * depth)


def _swell(r: Random, part: bytes) -> bytes:
    return _at_a_tag(r, part, r.choice((b" " * 20_000_000, b"<a/>" * 50_000, b"<!-- -->" * 50_000, b" " * 9_000)))


def _unclosed(r: Random, part: bytes) -> bytes:
    return _at_a_tag(r, part, r.choice((b"<a>", b"</a>", b"<", b"<!--", b"<![CDATA[", b"]]>", b"&", b"&x;", b"<?a?>")))


def _bomb(r: Random, part: bytes) -> bytes:
    head = _ROOT.match(part)
    start = head.end() if head else 0
    wide = part[:start] + r.choice(BOMBS) + part[start:]
    return wide if r.random() < 0.7 else wide.decode("utf-8", "replace").replace("UTF-8", "UTF-16").encode("utf-16")


def _broken_letters(r: Random, part: bytes) -> bytes:
    out = bytearray(part)
    for _ in range(r.randint(1, 5)):
        place = r.randrange(len(out))
        out[place : place + 1] = r.choice((b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\x00", b"\x01", b"\xef\xbf\xbf"))
    return bytes(out)


def _other_encoding(r: Random, part: bytes) -> bytes:
    text = part.decode("utf-8", "replace")
    code = r.choice(("utf-16", "utf-16-le", "utf-8-sig", "latin-1", "cp1258", "utf-32"))
    stated = r.choice(("UTF-8", "UTF-16", code, "x-unknown"))
    return re.sub(r'encoding="[^"]*"', f'encoding="{stated}"', text).encode(code, "replace")


def _other_namespace(r: Random, part: bytes) -> bytes:
    ours = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return part.replace(ours, r.choice((b"http://purl.oclc.org/ooxml/spreadsheetml/main", b"", b"urn:x", ours + b"/")))


def _changed(
    r: Random,
    part: bytes,
    pattern: re.Pattern[bytes],
    to: Callable[[Random, bytes, bytes], bytes],
    most: int = 4,
) -> bytes:
    found = list(pattern.finditer(part))
    chosen = r.sample(found, min(len(found), r.randint(1, most)))
    for match in sorted(chosen, key=lambda one: -one.start()):
        part = part[: match.start()] + to(r, match[1], match[2]) + part[match.end() :]
    return part


def _at_a_tag(r: Random, part: bytes, words: bytes) -> bytes:
    tags = [match.end() for match in _TAG.finditer(part)]
    place = r.choice(tags) if tags else 0
    return part[:place] + words + part[place:]


XML: Final[tuple[Mutator, ...]] = tuple(
    _of_part(change)
    for change in (
        _drop_element,
        _double_element,
        _move_element,
        _many_elements,
        _rename_element,
        _change_attribute,
        _change_attribute,
        _drop_attribute,
        _double_attribute,
        _other_cell_kind,
        _other_place,
        _change_text,
        _nest_deeply,
        _swell,
        _unclosed,
        _bomb,
        _broken_letters,
        _other_encoding,
        _other_namespace,
    )
)
