"""Take the figures of the period before from its frozen report, and say what was corrected there since."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tdnv_sheets.summary.checks import run_checks
from tdnv_sheets.summary.compare import changes
from tdnv_sheets.summary.figures import Counts, UnitLine
from tdnv_sheets.summary.issued import Corrections
from tdnv_sheets.summary.rates import rates

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tdnv_sheets.summary.figures import Summary
    from tdnv_sheets.summary.issued import Issued

_NOTHING = Counts()


def after_frozen(summary: Summary, frozen: Summary, issued: Issued, recount: Summary) -> Summary:
    """Let *summary* follow the *frozen* report of the period before; *recount* is that report as it would be today.

    Its own figures stay those of the ledger; `between` leads from what the frozen report left open to what is carried
    over, by way of the corrections, and the checks are run again.
    """
    corrected = summary.between.open_then - frozen.total.open
    found = replace(
        summary,
        units=tuple(_lines(summary, frozen)),
        previous_total=frozen.total,
        previous_distinct=frozen.distinct,
        previous_as_of=frozen.as_of,
        between=replace(summary.between, open_then=frozen.total.open, corrected=corrected),
        corrections=Corrections(
            issue=issued.number,
            at=issued.at,
            revision=issued.revision,
            as_of=frozen.as_of,
            open_then=frozen.total.open,
            open_now=recount.total.open,
            changes=changes(frozen, recount),
        ),
    )
    return replace(found, checks=run_checks(found))


def _lines(summary: Summary, frozen: Summary) -> Iterator[UnitLine]:
    before = {line.unit: line.counts for line in frozen.units}
    for line in summary.units:
        yield replace(line, previous=before.pop(line.unit, _NOTHING))
    for unit, counts in before.items():  # it has no assignment any more, and had some then
        yield UnitLine(unit, _NOTHING, counts, rates(_NOTHING))
