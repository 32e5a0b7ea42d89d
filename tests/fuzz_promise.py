"""What is promised for any file whatever, looked at after it was taken in; each check gives what is not so."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from tdnv_sheets.findings import Severity
from tdnv_sheets.messages import catalogue
from tdnv_sheets.messages.catalogue import LANGUAGES, finding_fix, finding_text
from tdnv_sheets.pipeline.receive import finding_lines
from tdnv_sheets.sheetspec import Kind, assignment_spec
from tdnv_sheets.text.dates import read_date
from tdnv_sheets.text.unicode import fold
from tdnv_sheets.validate.cells import as_text
from tdnv_sheets.validate.checked import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tdnv_sheets.findings import Finding
    from tdnv_sheets.grid import Book
    from tdnv_sheets.pipeline.receive import Received
    from tdnv_sheets.records import Value

SECONDS: Final = 10.0
MEGABYTES: Final = 1024
TAKEN: Final = frozenset({Verdict.ACCEPTED, Verdict.PARTLY})


def verdict_and_words(received: Received) -> Iterator[str]:
    """There is a verdict, a file that is not taken says why, and all words fill in both languages."""
    if not isinstance(received.verdict, Verdict):
        yield f"no verdict: {received.verdict!r}"
    if received.verdict is not Verdict.ACCEPTED and not received.abouts:
        yield f"{received.verdict} without a reason"
    for lang in LANGUAGES:
        try:
            finding_lines(received.abouts, lang)
        except (KeyError, IndexError, ValueError) as problem:
            yield f"the receipt cannot be written in {lang}: {problem!r}"
        for about in received.abouts:
            yield from _words(about.finding, lang)


def _words(finding: Finding, lang: str) -> Iterator[str]:
    parts = {"text": finding_text, "fix": finding_fix, "hint": getattr(catalogue, "finding_hint", None)}
    for name, words in parts.items():
        try:
            said = words(finding, lang) if words is not None else "-"
        except (KeyError, IndexError, ValueError) as problem:
            yield f"{name} of {finding.code} cannot be filled in {lang}: {problem!r}"
            continue
        if not said.strip() and name != "hint":
            yield f"{name} of {finding.code} is empty in {lang}"


def only_what_the_file_holds(received: Received, book: Book | None) -> Iterator[str]:
    """No value goes into the ledger that does not stand in the file, and none from a row with an error."""
    if received.changes and (book is None or received.verdict not in TAKEN):
        yield f"{len(received.changes)} changes from a file that is {received.verdict}"
    wrong = {about.task for about in received.abouts if about.finding.severity is Severity.ERROR}
    held = Holding(book)
    for change in received.changes:
        if change.key.task_id in wrong:
            yield f"{change.key.task_id} {change.field} was taken from a row with an error"
        if not held.has(change.field, change.new):
            yield f"{change.key.task_id} {change.field} = {change.new!r} does not stand in the file"
        if change.key.unit != received.unit:
            yield f"{change.key} was changed by a file of {received.unit}"


class Holding:
    """All that a file's cells say, for asking whether a value is among it."""

    def __init__(self, book: Book | None) -> None:
        # A list, not a set: TRUE and 1 are equal to Python and two things to a clerk.
        cells = [cell for sheet in book.sheets for row in sheet.rows for cell in row] if book else []
        self._texts = {_plain(as_text(cell)) for cell in cells}
        self._days = {read_date(cell) for cell in cells}
        self._words = {fold(text) for text in self._texts}

    def has(self, field: str, value: Value) -> bool:
        """Say whether some cell says this."""
        if value is None:
            return True
        if isinstance(value, date):
            return value in self._days
        spec = assignment_spec().by_name[field]
        if spec.kind is Kind.CHOICE:
            choice = next((one for one in spec.choices if one.code == value), None)
            words = (choice.code, *choice.labels.values(), *choice.aliases) if choice else ()
            return any(fold(word) in self._words for word in words)
        return _plain(as_text(value)) in self._texts


def _plain(text: str) -> str:
    return " ".join(text.split())


def proposed(fields: Mapping[str, Value], book: Book | None) -> Iterator[str]:
    """A task that a file proposes is in its cells, word for word."""
    held = Holding(book)
    for name, value in fields.items():
        if not held.has(name, value):
            yield f"proposed {name} = {value!r} does not stand in the file"


def ledger_moved_only_so(
    before: Mapping[tuple[str, str], Mapping[str, Value]],
    after: Mapping[tuple[str, str], Mapping[str, Value]],
    received: list[Received],
) -> Iterator[str]:
    """The ledger holds what it held, but for the changes that were said."""
    said = {(c.key.unit, c.key.task_id, c.field, as_text(c.new)) for one in received for c in one.changes}
    for key in {*before, *after}:
        then, now = before.get(key, {}), after.get(key, {})
        for name in {*then, *now}:
            if then.get(name) != now.get(name) and (*key, name, as_text(now.get(name))) not in said:
                yield f"{key} {name} became {now.get(name)!r} and nobody said so"
