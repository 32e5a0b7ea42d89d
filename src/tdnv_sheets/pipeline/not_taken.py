"""Tell a unit what was not taken of its workbooks: what waits for a choice, what was chosen otherwise, what was refused."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.errors import WaitsForPerson, WrongUsage
from tdnv_sheets.findings import About, Severity
from tdnv_sheets.inbox.shelf import safe_name
from tdnv_sheets.inbox.workspace import put_in_place
from tdnv_sheets.ledger.conflicts import last_findings, read_disputes
from tdnv_sheets.messages.catalogue import finding_fix, finding_text, found, say
from tdnv_sheets.pipeline.draw import conflict_row
from tdnv_sheets.pipeline.issue import NAME_LENGTH
from tdnv_sheets.pipeline.parallel import parallel_rows
from tdnv_sheets.records import units_by_code
from tdnv_sheets.render.not_taken import NotTakenView, RefusedCell, draw_not_taken
from tdnv_sheets.render.view import SettledRow
from tdnv_sheets.validate.checked import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date
    from pathlib import Path
    from typing import Any

    from tdnv_sheets.findings import Finding
    from tdnv_sheets.ledger.conflicts import Dispute
    from tdnv_sheets.pipeline.moment import Moment
    from tdnv_sheets.pipeline.office import Office
    from tdnv_sheets.pipeline.receive import Received

NOT_TAKEN: Final = ("open", "ours", "other")
"""States of conflicts in which the unit's value is not the register's."""
_TAKEN: Final = (Verdict.ACCEPTED, Verdict.PARTLY)
_IN_THE_OTHER_LIST: Final = frozenset({"conflict", "unknown-base"})
_LEFT_OUT: Final = frozenset({"locked-cell-changed", "not-cleared"})
"""Findings that hold no row back and still say that a cell was not taken."""


class Drawn(NamedTuple):
    """A list that was drawn."""

    path: Path
    lines: int


def refresh(office: Office, units: Iterable[str], moment: Moment) -> tuple[Drawn, ...]:
    """Draw the lists of *units* into the folder for returns: where there is something to say, or was before.

    A list that somebody has open stays as it is until the next time.
    """
    drawn = []
    known, names = units_by_code(office.units), list_names(office)
    for code in sorted(set(units)):
        if code not in known:
            continue
        view = _view(office, code, moment.as_of)
        path = office.space.returned / names[code]
        if view.disputed or view.refused or path.exists():
            with suppress(WaitsForPerson):
                drawn.append(_put(view, path))
    return tuple(drawn)


def refresh_after(office: Office, received: Iterable[Received], moment: Moment) -> tuple[Drawn, ...]:
    """Draw the lists of those units whose files were just taken in and left something out, or did so before."""
    lists = {code: office.space.returned / name for code, name in list_names(office).items()}
    units = {
        one.unit
        for one in received
        if one.unit in lists and one.verdict in _TAKEN and (_leaves_out(one) or lists[one.unit].exists())
    }
    return refresh(office, units, moment)


def refresh_owed(office: Office, moment: Moment) -> tuple[Drawn, ...]:
    """Draw the lists that a command which died may owe: those that lie there, and those of units with open conflicts."""
    disputed = {one.conflict.key.unit for one in office.ledger.open_conflicts()}
    return refresh(office, disputed | _listed(office), moment)


def _leaves_out(received: Received) -> bool:
    """Say whether there is something to tell that no marked copy tells."""
    if received.marked_at is not None and not received.conflicts:
        return False
    return bool(received.conflicts) or any(about.task and _is_refused(about.finding) for about in received.abouts)


def _listed(office: Office) -> set[str]:
    """Give the units whose lists lie in the folder for returns."""
    return {code for code, name in list_names(office).items() if (office.space.returned / name).exists()}


def refresh_lists(office: Office, moment: Moment) -> tuple[Drawn, ...]:
    """Draw the lists anew that lie in the folder for returns."""
    return refresh(office, _listed(office), moment)


def draw_list_for(office: Office, code: str, moment: Moment, path: Path) -> Drawn:
    """Draw one unit's list to an .xlsx file; raise `WaitsForPerson` while somebody has it open."""
    if path.suffix.lower() != ".xlsx":
        raise WrongUsage("unknown-kind-of-report", suffix=path.suffix or str(path))
    return _put(_view(office, code, moment.as_of), path)


def list_names(office: Office) -> dict[str, str]:
    """Name the units' lists, by unit; no two units share one."""
    names = {unit.code: safe_name(unit.name, NAME_LENGTH) for unit in office.units}
    often = Counter(map(str.casefold, names.values()))
    shown = {code: f"{name} ({code})" if often[name.casefold()] > 1 else name for code, name in names.items()}
    return {code: f"{name} - {say('not_taken.file', office.lang)}.xlsx" for code, name in shown.items()}


def _put(view: NotTakenView, path: Path) -> Drawn:
    put_in_place(partial(draw_not_taken, view), path)
    return Drawn(path, len(view.disputed) + len(view.refused))


def _view(office: Office, code: str, as_of: date) -> NotTakenView:
    settings = office.space.settings
    names = {unit.code: unit.name for unit in office.units}
    disputes = read_disputes(office.ledger, settled=None, unit=code, since=as_of.replace(month=1, day=1))
    file, findings = last_findings(office.ledger, code)
    return NotTakenView(
        office=settings.office,
        contact=settings.contact,
        lang=office.lang,
        as_of=as_of,
        unit=names[code],
        units=units_by_code(office.units),
        disputed=tuple(_lines(disputes, names)),
        refused=tuple(_refused(findings, office.lang)),
        file=file,
        parallel=parallel_rows(office, unit=code, since=as_of.replace(month=1, day=1)),
        colours=settings.colours,
    )


def _lines(disputes: Iterable[Dispute], names: dict[str, str]) -> Iterator[SettledRow]:
    """Give the open ones first, then those that the office decided otherwise this year, newest first."""
    chosen = [item for item in disputes if item.state in NOT_TAKEN and not (item.revoked or item.by_office)]
    for item in chosen:
        if item.state == "open":
            yield SettledRow(conflict_row(item, names), item.state, None, "", "", item.at)
    for item in reversed(chosen):
        if item.settled is not None:
            who = names.get(item.settled.who, item.settled.who)
            yield SettledRow(conflict_row(item, names), item.state, item.taken, item.reason, who, item.settled.at)


def _refused(findings: str, lang: str) -> Iterator[RefusedCell]:
    for stored in json.loads(findings):
        if not stored.get("task") or stored["code"] in _IN_THE_OTHER_LIST:
            continue
        finding = said_again(stored).finding
        if _is_refused(finding):
            words = finding_text(finding, lang), finding_fix(finding, lang)
            yield RefusedCell(stored["task"], finding.column, finding.value, *words)


def _is_refused(finding: Finding) -> bool:
    """Say whether what it is about was not taken."""
    return finding.severity is Severity.ERROR or finding.code in _LEFT_OUT


def said_again(stored: Mapping[str, Any]) -> About:
    """Give a finding that the ledger keeps."""
    places = {name: stored.get(name, "") for name in ("column", "value")}
    finding = found(stored["code"], stored["sheet"], stored["cell"], stored["row"], values=stored["values"], **places)
    return About(finding, stored["task"], stored["field"])


def stored_finding(about: About) -> dict[str, object]:
    """Give a finding as the ledger keeps it beside its file, so that it can be said again in either language."""
    finding = about.finding
    return {
        "code": finding.code,
        "sheet": finding.sheet,
        "cell": finding.cell,
        "row": finding.row,
        "column": finding.column,
        "value": finding.value,
        "values": dict(finding.values),
        "task": about.task,
        "field": about.field,
    }
