"""What there is to say about a file: a code, a place and the values; the words come from the catalogue."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Severity(StrEnum):
    """How much a finding weighs: an error holds the row or the file back, `fixed` was repaired and is listed."""

    ERROR = "error"
    WARNING = "warning"
    FIXED = "fixed"
    INFO = "info"


class Level(StrEnum):
    """The structural level of a finding, from the most fundamental on; checking stops after a level with errors."""

    FILE = "file"
    WORKBOOK = "workbook"
    HEADER = "header"
    TABLE = "table"
    ROW = "row"
    CELL = "cell"
    CROSS = "cross"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to say about a file; `values` fill the placeholders of the catalogue's text."""

    code: str
    severity: Severity
    level: Level
    sheet: str = ""
    cell: str = ""
    row: int | None = None
    column: str = ""
    """The caption of the column, as people see it."""
    value: str = ""
    """What stands there, as typed and shortened; empty where it must not be repeated."""
    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


class About(NamedTuple):
    """A finding and the assignment's cell that it is about; both names are empty for the file as a whole."""

    finding: Finding
    task: str = ""
    field: str = ""


def has_error(abouts: Iterable[About]) -> bool:
    """Say whether anything among them holds something back."""
    return any(about.finding.severity is Severity.ERROR for about in abouts)


def shorten(value: object, length: int = 60) -> str:
    """Give *value* as one short line for a message."""
    text = " ".join(str("" if value is None else value).split())
    return text if len(text) <= length else text[: length - 1] + "…"
