"""Take the figures of earlier periods from their frozen reports, and say what was corrected there since."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tdnv_sheets.summary.checks import run_checks
from tdnv_sheets.summary.compare import changes
from tdnv_sheets.summary.figures import Counts, UnitLine
from tdnv_sheets.summary.issued import Corrections
from tdnv_sheets.summary.ranking import rank
from tdnv_sheets.summary.rates import rates

if TYPE_CHECKING:
    from tdnv_sheets.summary.figures import Summary
    from tdnv_sheets.summary.issued import Issued

_NOTHING = Counts()


def after_frozen(summary: Summary, frozen: Summary, issued: Issued, recount: Summary) -> Summary:
    """Let *summary* follow the *frozen* report of the period before; *recount* is that report as it would be today.

    Its own figures stay those of the ledger; `between` leads from what the frozen report left open to what is carried
    over, by way of the corrections, and the checks are run again.
    """
    corrected = summary.between.open_then - frozen.total.open
    listed = _with_lines(summary, frozen)
    then = {line.unit: line.counts for line in frozen.units}
    found = replace(
        listed,
        units=tuple(replace(line, previous=then.get(line.unit, _NOTHING)) for line in listed.units),
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


def as_last_year(summary: Summary, frozen: Summary) -> Summary:
    """Let the figures of last year's period be those of its *frozen* report."""
    listed = _with_lines(summary, frozen)
    then = {line.unit: line.counts for line in frozen.units}
    found = replace(
        listed,
        units=tuple(replace(line, last_year=then.get(line.unit, _NOTHING)) for line in listed.units),
        last_year_total=frozen.total,
        last_year_distinct=frozen.distinct,
        last_year_as_of=frozen.as_of,
    )
    return replace(found, checks=run_checks(found))


def _with_lines(summary: Summary, frozen: Summary) -> Summary:
    """Add a line for each unit that only the *frozen* report has: it has no assignment any more, and had some then."""
    known = {line.unit for line in summary.units}
    gone = (UnitLine(line.unit, _NOTHING, _NOTHING, rates(_NOTHING)) for line in frozen.units if line.unit not in known)
    units = (*summary.units, *gone)
    ranking = summary.ranking
    return replace(summary, units=units, ranking=None if ranking is None else rank(units, ranking.rule))
