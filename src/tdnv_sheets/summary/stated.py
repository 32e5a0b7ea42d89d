"""Check figures that somebody states: whether the parts of a sentence or of a table add up to their wholes.

Published reports are off by one, or lose the tasks without a deadline: `tdnv explain figures` says where.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from tdnv_sheets.summary.figures import Check

if TYPE_CHECKING:
    from collections.abc import Mapping

_COMPLETED: Final = ("completed_on_time", "completed_late", "completed_undated")
_OPEN: Final = ("open_in_time", "open_overdue", "open_undated", "not_completed")
_ENDED: Final = ("withdrawn", "transferred")
WHOLES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "parts_total": ("total", ("completed", "open", *_ENDED)),
        "parts_statuses": ("total", (*_COMPLETED, *_OPEN, *_ENDED)),
        "parts_completed": ("completed", _COMPLETED),
        "parts_open": ("open", _OPEN),
        "parts_carried": ("total", ("carried", "new")),
    }
)
"""Name of the check → a whole and its parts; the words stand in messages/checks.toml under `check_<name>`."""
IN_GROUPS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "in_time": {"completed": "completed_on_time", "open": "open_in_time"},
        "overdue": {"completed": "completed_late", "open": "open_overdue"},
        "undated": {"completed": "completed_undated", "open": "open_undated"},
    }
)
"""What a sentence says of the group that it named last («chưa hoàn thành 2.414, trong đó quá hạn 348») → the part of each
group; the words stand in messages/explain.toml under `figures_<name>`."""
NAMES: Final = tuple(dict.fromkeys(name for whole, parts in WHOLES.values() for name in (whole, *parts)))
"""What may be stated."""
_NEEDED: Final = MappingProxyType(
    {
        "parts_total": ("completed", "open"),
        "parts_statuses": ("completed_on_time", "open_overdue"),
        "parts_completed": ("completed_on_time", "completed_late"),
        "parts_open": ("open_in_time", "open_overdue"),
        "parts_carried": ("carried", "new"),
    }
)
"""Parts without which a sum was not stated; the others count as none where nobody names them."""


def stated_checks(stated: Mapping[str, int]) -> tuple[Check, ...]:
    """Check every sum of which *stated* names the whole and the needed parts; the detail shows both sides and the gap.

    A part that is not stated counts as none: that the tasks without a deadline are left out is what such a gap shows.
    """
    checks = []
    for name, (whole, parts) in WHOLES.items():
        if whole not in stated or any(part not in stated for part in _NEEDED[name]):
            continue
        given = [stated[part] for part in parts if part in stated]
        left, right = sum(given), stated[whole]
        sides = f"{' + '.join(map(str, given))} = {left}"
        gap = "" if left == right else f" ≠ {right} ({right - left:+d})"
        checks.append(Check(name, ok=left == right, detail=sides + gap))
    return tuple(checks)
