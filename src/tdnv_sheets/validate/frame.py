"""What pandera and the rules see of a reported row: its cells, the office's own beside them, and what was changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from tdnv_sheets.records import Value
    from tdnv_sheets.validate.table import TableRow

CONTEXT: Final = ("assigned_date", "document_date", "deadline", "extended_deadline")
"""The office's fields that rules compare with."""
TOUCHED: Final = "touched"
"""No field: the names of those that the sender changed in the row. What we drew ourselves is not complained about."""


def judged(
    row: TableRow, names: AbstractSet[str], then: Mapping[str, Value], changed: frozenset[str]
) -> dict[str, object]:
    """Give what is to be judged of a row: its cells of the fields *names*, and those of the office as they were *then*.

    Cells that are empty may be left out.
    """
    judged: dict[str, object] = {name: value for name, value in row.values.items() if name in names}
    for name in CONTEXT:
        judged[name] = then.get(name)
    judged[TOUCHED] = changed
    return judged
