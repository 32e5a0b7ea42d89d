"""Read reports that were frozen: the paper as it went out, whatever became of office, units, rules and tasks since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdnv_sheets.ledger.frozen import read_frozen
from tdnv_sheets.render.report_view import Paper
from tdnv_sheets.summary.written import read

if TYPE_CHECKING:
    from tdnv_sheets.periods import Period
    from tdnv_sheets.pipeline.office import Office


def kept(office: Office, period: Period, scope: tuple[str, ...] = (), issue: int | None = None) -> Paper | None:
    """Give the newest frozen report on *period*, or the *issue* that is asked for; None where there is none.

    *scope* are the codes of the units that it is limited to, none for the whole office. Raises `BrokenSurroundings`
    where the ledger's copy was changed past the program.
    """
    found = read_frozen(office.ledger, period.name, scope, issue)
    return None if found is None else read(found.content, Paper)
