"""The stamp in every workbook that we send out: whose it is, what it was drawn from, signed so that it can be trusted.

A stamp is one line of at most 250 characters (Excel's limit for a text property), so that it fits into three
carriers: a custom document property, a defined name and a cell of a hidden sheet. Editors lose one or two of
them (practice D.3); the reader takes the majority.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tdnv_sheets.records import Value

TEMPLATE_VERSION: Final = 1
"""Raised when a unit workbook can no longer be read as an older one was."""

CARRIERS: Final = ("property", "name", "sheet")
SHEET_MARK: Final = "_tdnv_sheet_"
"""The beginning of the defined names that say which sheet of a register is which, whatever people call it."""
OWN_OBJECT: Final = "tdnv "
"""The beginning of the names of the charts that are drawn on a register's sheets: any other shape there is the office's."""
OWN_TABLES: Final = frozenset({"tblNhiemVu", "tblXungDot", "tblXungDotDaXuLy"})
"""The names of the Excel tables that are drawn in a register, some of them only while they hold something."""
AUTHOR: Final = "tdnv"
"""The author of the notes that are drawn on a register's cells: every other note is the office's."""
_MAGIC: Final = "tdnv1"
_SEPARATOR: Final = "|"
_MAC_LENGTH: Final = 32
_LIMIT: Final = 250


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a workbook says about itself."""

    kind: str
    """`unit` or `register`."""
    version: int
    ledger: str
    issue: str
    unit: str
    period: str
    revision: int
    """The ledger's revision from which the workbook was drawn."""
    content: str
    """Digest of row ids, column ids and locked values as issued."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the carriers of a workbook say together."""

    stamp: Stamp | None
    text: str
    lost: tuple[str, ...]
    """Carriers that are gone."""
    disagree: bool
    """Whether carriers name different stamps and none has the majority."""


def encode(stamp: Stamp, key: bytes) -> str:
    """Write a stamp as its signed line."""
    parts = [_MAGIC, *(str(getattr(stamp, f.name)) for f in fields(Stamp))]
    if any(_SEPARATOR in part for part in parts):
        message = f"a part of the stamp holds {_SEPARATOR!r}: {parts}"
        raise ValueError(message)
    body = _SEPARATOR.join(parts)
    text = f"{body}{_SEPARATOR}{_mac(body, key)}"
    if len(text) > _LIMIT:
        message = f"the stamp is longer than {_LIMIT} characters: {text}"
        raise ValueError(message)
    return text


def decode(text: str) -> Stamp | None:
    """Read a stamp's line, without trusting it; None when it is none."""
    text = text.strip()
    if len(text) > _LIMIT:
        return None
    parts = text.split(_SEPARATOR)
    if len(parts) != len(fields(Stamp)) + 2 or parts[0] != _MAGIC:
        return None
    _, kind, version, ledger, issue, unit, period, revision, content, _ = parts
    if not (version.isdecimal() and revision.isdecimal()):
        return None
    return Stamp(kind, int(version), ledger, issue, unit, period, int(revision), content)


def is_genuine(text: str, key: bytes) -> bool:
    """Say whether the line was signed with *key* and not altered since."""
    body, _, mac = text.strip().rpartition(_SEPARATOR)
    return hmac.compare_digest(mac.encode(), _mac(body, key).encode())


def find(carriers: Iterable[tuple[str, str]]) -> Found:
    """Take the majority of the carriers; with a tie of different stamps there is none."""
    present = [(carrier, text.strip()) for carrier, text in carriers if decode(text) is not None]
    lost = tuple(name for name in CARRIERS if name not in {carrier for carrier, _ in present})
    ranked = Counter(text for _, text in present).most_common(2)
    if not ranked:
        return Found(None, "", lost, disagree=False)
    if len(ranked) > 1 and ranked[0][1] == ranked[1][1]:
        return Found(None, "", lost, disagree=True)
    text = ranked[0][0]
    return Found(decode(text), text, lost, disagree=False)


def content_digest(columns: Sequence[str], rows: Iterable[tuple[str, Sequence[Value]]]) -> str:
    """Digest what a workbook was issued with: column ids, and per row its id and locked values (32 hex digits)."""
    digest = hashlib.sha256("\x1f".join(columns).encode())
    for row_id, values in rows:
        line = "\x1f".join([row_id, *("" if value is None else str(value) for value in values)])
        digest.update(b"\x1e" + line.encode())
    return digest.hexdigest()[:32]


def _mac(body: str, key: bytes) -> str:
    return hmac.new(key, body.encode(), hashlib.sha256).hexdigest()[:_MAC_LENGTH]
