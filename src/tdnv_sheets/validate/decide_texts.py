"""Texts: what was typed in an old encoding, cut by Excel, or changed by it from a number into a day."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

from tdnv_sheets.findings import shorten
from tdnv_sheets.messages.catalogue import LANGUAGES, say
from tdnv_sheets.sheetspec import Kind
from tdnv_sheets.text.dates import read_date
from tdnv_sheets.text.deadlines import DeadlineKind, parse_deadline
from tdnv_sheets.text.document_numbers import find_numbers
from tdnv_sheets.text.legacy import Encoding, decode, suspect
from tdnv_sheets.validate.cells import Unread, as_text, type_cell
from tdnv_sheets.validate.decision import Decision, Seen, refused, told

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tdnv_sheets.sheetspec import FieldSpec

LONGEST: Final = 32_767
"""So many characters a cell of Excel holds; it cuts off what is longer."""
EXACT: Final = 10**15
"""Excel keeps 15 digits of a number; the others become zeros."""
_FORMULA: Final = re.compile(r"=(?![>=])|@|[+-]\s*(?:\(|[^\W\d_]+[\d(|!:$\\])")
"""A dash with words behind it is a bullet, and an arrow is no formula."""
_CODES: Final = re.compile(r"[\u00A1-\u00FF\u0300-\u0323₫]")
_UNICODE: Final = re.compile(r"[ăĂđĐĩĨũŨơƠưƯ\u1EA0-\u1EF9]")
_NOTHING_SAID: Final = re.compile(r"x{3,}|[.…_]{2,}|…|\?{2,}", re.IGNORECASE)


def decide_encoding(spec: FieldSpec, cells: Sequence[Seen]) -> Iterator[Decision]:
    """Decode what fonts older than Unicode left behind, or say what it probably means."""
    places = [place for place, cell in enumerate(cells) if isinstance(cell.raw, str)]
    if not any(_may_be_coded(cells[place]) for place in places):
        return
    texts = [as_text(cells[place].raw) for place in places]
    suspicion = suspect(texts, [cells[place].font for place in places])
    for at, place in enumerate(places):
        decoded = suspicion.decoded.get(at) if suspicion else None
        sure = suspicion is not None and suspicion.sure
        if spec.kind is Kind.CHOICE and (choice := _choice(spec, cells[place], texts[at])):
            decoded, sure = choice, True  # that it is in the list is the proof
        if decoded is None:
            continue
        if sure:
            instead = Seen(decoded, type_cell(decoded, spec))
            yield Decision(place, "legacy-decoded", {"text": shorten(decoded)}, instead)
        else:
            yield refused(place, cells[place], "legacy-encoding", text=shorten(decoded))


def _may_be_coded(cell: Seen) -> bool:
    """Say whether a text may be in an old encoding: not when a letter that only Unicode has stands in it."""
    text = str(cell.raw)
    return cell.font is not None or (_CODES.search(text) is not None and _UNICODE.search(text) is None)


def _choice(spec: FieldSpec, cell: Seen, text: str) -> str | None:
    """Give what an unknown choice reads as in an old encoding, where that is in the list."""
    if not isinstance(cell.typed.value, Unread):
        return None
    readings = (decode(text, encoding) for encoding in Encoding)
    return next((read for read in readings if not isinstance(type_cell(read, spec).value, Unread)), None)


def decide_text(spec: FieldSpec, place: int, cell: Seen) -> Iterator[Decision]:
    """Say what a single text needs said; the text itself is never changed."""
    raw = cell.raw
    if isinstance(raw, str) and len(raw) >= LONGEST:
        yield refused(place, cell, "truncated", max=f"{LONGEST:,}".replace(",", "."))
        return
    # A text that was typed is clean already.
    text = cell.typed.value if isinstance(cell.typed.value, str) else as_text(raw)
    if isinstance(raw, (int, float)) and abs(raw) >= EXACT:
        yield told(place, "digits-lost")
    elif isinstance(raw, str) and _FORMULA.match(text):
        yield told(place, "looks-like-formula")
    elif _NOTHING_SAID.fullmatch(text):
        yield told(place, "placeholder")
    elif spec.format == "document_number":
        yield from _document_number(place, cell, text)


def _document_number(place: int, cell: Seen, text: str) -> Iterator[Decision]:
    if isinstance(cell.raw, (int, float, date)) and (day := read_date(cell.raw)):
        yield refused(place, cell, "number-became-date", day=f"{day:%d/%m/%Y}")
        return
    for number in find_numbers(text):
        reasons = {f"reason_{lang}": say(f"explain.number-{number.note}", lang) for lang in LANGUAGES if number.note}
        if number.note == "empty-number":
            yield told(place, "draft-number")
        elif number.suggestion:
            yield told(place, "document-number", number=shorten(number.text), suggestion=number.suggestion, **reasons)
        elif not number.valid:
            yield told(place, "no-document-number", number=shorten(number.text), **reasons)
        else:
            continue
        return


def decide_deadline(place: int, cell: Seen, assigned: date | None) -> Iterator[Decision]:
    """Say what the words of a deadline are read as; the words themselves are what goes on."""
    text = as_text(cell.raw)
    if not text:
        return
    deadline = parse_deadline(text, assigned=assigned)
    reasons = {f"reason_{lang}": say(f"takeover.deadline-{deadline.note}", lang) for lang in LANGUAGES if deadline.note}
    if deadline.kind is DeadlineKind.UNREADABLE:
        yield refused(place, cell, "deadline-unreadable", **reasons)
    elif deadline.day is None and deadline.note:
        yield told(place, "deadline-without-day", **reasons)
    elif deadline.day is not None and (deadline.assumed or read_date(text) != deadline.day):
        code = "deadline-assumed" if deadline.assumed else "deadline-read"
        yield told(place, code, day=f"{deadline.day:%d/%m/%Y}", **reasons)


def without_marks(cells: Sequence[Seen]) -> Iterator[tuple[int, Seen]]:
    """Give the filled cells of which nothing was refused yet."""
    return ((place, cell) for place, cell in enumerate(cells) if cell.raw is not None and not cell.typed.marked)
