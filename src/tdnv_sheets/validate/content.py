"""Digest what people typed into a workbook, so that the same is known again whatever its bytes and its name."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from tdnv_sheets.validate.cells import Unread, as_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tdnv_sheets.records import Value
    from tdnv_sheets.validate.checked import Checked


def content_of(checked: Checked, issue: str) -> str:
    """Digest all that people typed into a workbook that was issued as *issue* (empty: unknown), good or not.

    The ledger keeps the digest: another one for the same content would let a file in a second time.
    """
    orders: dict[tuple[str, ...], list[str]] = {}  # most rows have the same cells filled
    lines = []
    for task, row in checked.rows:
        names = tuple(row.values)
        order = orders.get(names) or orders.setdefault(names, sorted(names))
        lines.append("\x1f".join((task, *_said(row.values, order))))
    lines.sort()
    loose = (*(cells for _, cells in checked.stray), *checked.missing_rows, checked.report)
    lines += sorted("\x1f".join(f"{name}={as_text(raw)}" for name, raw in sorted(cells.items())) for cells in loose)
    return hashlib.sha256("\x1e".join((issue, checked.unit, *lines)).encode()).hexdigest()


def _said(cells: Mapping[str, Value | Unread], order: Iterable[str]) -> list[str]:
    """Write each filled cell: what it means where it was understood, else what was typed."""
    return [
        f"{name}={value if type(value) is str else as_text(value.raw) if isinstance(value, Unread) else str(value)}"
        for name in order
        if (value := cells[name]) is not None
    ]
