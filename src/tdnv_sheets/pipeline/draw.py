"""Gather what the register shows from the ledger, and draw it to a file of its own."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from tdnv_sheets.calendar import SATURDAY
from tdnv_sheets.errors import WrongUsage
from tdnv_sheets.inbox.workspace import put_in_place
from tdnv_sheets.ledger.arrivals import last_round, round_of, to_correct
from tdnv_sheets.ledger.conflicts import read_disputes
from tdnv_sheets.ledger.log import read_undone
from tdnv_sheets.ledger.values import fingerprint
from tdnv_sheets.periods import parse_period
from tdnv_sheets.pipeline.duties import shown_duties
from tdnv_sheets.pipeline.office import Office, judged
from tdnv_sheets.pipeline.parallel import parallel_rows
from tdnv_sheets.records import EXTRA
from tdnv_sheets.render.live import Live, Rule
from tdnv_sheets.render.register import draw_register
from tdnv_sheets.render.view import ConflictRow, LogRow, RegisterView, Round, Row, SettledRow
from tdnv_sheets.rules.alert_articles import article_of
from tdnv_sheets.rules.alerts import situation
from tdnv_sheets.rules.judgement import OPEN
from tdnv_sheets.stamp import TEMPLATE_VERSION, Stamp, content_digest, encode

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping
    from datetime import date
    from pathlib import Path

    from tdnv_sheets.ledger.conflicts import Dispute
    from tdnv_sheets.records import Assignment, Key, Value
    from tdnv_sheets.rules.judgement import Alert

_MARGIN: Final = timedelta(days=31)
"""A deadline at the turn of a year may roll over it."""
LOG_LINES: Final = 500
"""Changed cells that «Nhật ký» shows; `tdnv history` has them all."""
SETTLED_LINES: Final = 500
"""Settled conflicts that the register shows; `tdnv conflicts --all` has them all."""


def draw_elsewhere(office: Office, path: Path, *, as_of: date) -> Path:
    """Draw the register of a day to another .xlsx file; the master register stays as it is."""
    if path.suffix.lower() != ".xlsx":
        raise WrongUsage("unknown-kind-of-report", suffix=path.suffix or str(path))
    view = register_view(office, as_of)
    put_in_place(lambda temporary: draw_register(view, temporary), path)
    return path


def file_digest(path: Path) -> str:
    """Give the SHA-256 of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def register_view(office: Office, as_of: date) -> RegisterView:
    """Gather what the register shows as of a day."""
    settings = office.space.settings
    names = {unit.code: unit.name for unit in office.units}
    conflicts = tuple(conflict_row(item, names) for item in read_disputes(office.ledger))
    everything = judged(office, office.ledger.assignments().values(), as_of)
    rows = _kept(everything, as_of, settings.keep_closed, {item.key for item in conflicts})
    revision = office.ledger.revision()
    keys = [row.assignment.key for row in rows]
    content = content_digest(["task_id", "unit"], ((key.task_id, [key.unit]) for key in keys))
    # In a register's stamp the place of the issue holds the number of rows, that of the period the as-of day.
    stamp = Stamp(
        "register",
        TEMPLATE_VERSION,
        office.ledger.identity(),
        str(len(rows)),
        "",
        as_of.isoformat(),
        revision,
        content,
    )
    return RegisterView(
        office=settings.office,
        regulation_title=office.regulation.title,
        assigners=office.regulation.assigners(as_of),
        articles=office.regulation.articles_of_fields(as_of),
        lang=settings.language,
        as_of=as_of,
        revision=revision,
        token=encode(stamp, office.space.key()),
        rows=tuple(rows),
        counted=tuple(_kept(everything, as_of, "year", frozenset())),
        extra_headers=own_headers(office.ledger.own_columns().headers, (row.assignment.fields for row in everything)),
        units=office.units,
        conflicts=conflicts,
        log=tuple(_log_rows(office, names)),
        proposals=office.ledger.open_proposals(),
        due_soon_days=settings.due_soon_days,
        spare_rows=settings.spare_rows,
        colours=settings.colours,
        settled=tuple(_settled_rows(office, names)),
        alert_articles=_alert_articles(office, rows, as_of),
        live=_live(office, rows, as_of),
        round=_round(office),
        duties=shown_duties(office, as_of),
        parallel=parallel_rows(office),
    )


def _round(office: Office) -> Round | None:
    """Say who is still to be heard in the round that was sent out last."""
    period = last_round(office.ledger)
    if not period:
        return None
    _, silent = round_of(office.ledger, period)
    corrected = to_correct(office.ledger, period)
    return Round(parse_period(period).title(office.lang), silent, corrected, office.space.settings.folders.journal)


def _live(office: Office, rows: Iterable[Row], as_of: date) -> Live:
    """Gather what the formulas need: the versions of what makes a task complete, and the days off that deadlines may meet."""
    settings, found = office.space.settings, [as_of]
    for row in rows:
        found += filter(None, (row.assignment.day(name) for name in ("deadline", "extended_deadline")))
    first, last = min(found), max(found)
    special = office.calendar.special_days(
        first.replace(month=1, day=1) - _MARGIN, last.replace(month=12, day=31) + _MARGIN
    )
    wanted = settings.confirmation
    return Live(
        rules=tuple(
            Rule(since, rule, rule.confirmation if wanted == "regulation" else wanted == "yes")
            for since, rule in office.regulation.completions
        ),
        off=tuple(day.day for day in special if not day.works and day.day.weekday() < SATURDAY),
        worked=tuple(day.day for day in special if day.works and day.day.weekday() >= SATURDAY),
        follows_clock=settings.as_of_cell == "today",
    )


def _alert_articles(office: Office, rows: Iterable[Row], as_of: date) -> dict[tuple[Key, Alert], str]:
    """Say on which article each alert rests, where it rests on one."""
    found = {}
    for row in rows:
        if not row.judgement.alerts:
            continue
        now = situation(row.judgement, as_of, office.regulation, office.calendar, office.space.settings.due_soon_days)
        for alert in row.judgement.alerts:
            article = article_of(alert, row.assignment, now)
            if article:
                found[row.assignment.key, alert] = article
    return found


def shown_keys(office: Office, assignments: Iterable[Assignment], as_of: date) -> frozenset[Key]:
    """Say which of *assignments* the register of a day shows."""
    disputed = {item.conflict.key for item in office.ledger.open_conflicts()}
    rows = _kept(judged(office, assignments, as_of), as_of, office.space.settings.keep_closed, disputed)
    return frozenset(row.assignment.key for row in rows)


def _kept(rows: Iterable[Row], as_of: date, keep: str, disputed: Container[Key]) -> list[Row]:
    """Leave out what is closed, as *keep* says; a row with an open conflict always stays."""
    kept = []
    for row in rows:
        closed = None if row.judgement.status in OPEN else _closed_on(row)
        old = closed is not None and closed.year < as_of.year
        hidden = row.judgement.status not in OPEN and (keep == "none" or (keep == "year" and old))
        if not hidden or row.assignment.key in disputed:
            kept.append(row)
    return kept


def _closed_on(row: Row) -> date | None:
    return row.judgement.completion_day or row.assignment.day("decision_date")


def own_headers(listed: Iterable[str], rows: Iterable[Mapping[str, Value]]) -> tuple[str, ...]:
    """Give the headers of the office's own columns: those *listed*, and all others in which any of *rows* has a value."""
    filled = (name.removeprefix(EXTRA) for fields in rows for name in fields if name.startswith(EXTRA))
    return tuple(dict.fromkeys((*listed, *filled)))


def conflict_row(item: Dispute, names: Mapping[str, str]) -> ConflictRow:
    """Give a conflict as people see it; *names* are units' codes → names."""
    conflict, written = item.conflict, item.written
    return ConflictRow(
        number=item.number,
        key=conflict.key,
        field=conflict.field,
        base=conflict.base,
        ours=conflict.ours,
        theirs=conflict.theirs,
        file=item.file,
        at=item.at,
        fingerprint=fingerprint(conflict.ours),
        content=item.content,
        written_by="" if written is None else names.get(written.who, written.who),
        written_at=None if written is None else written.at,
        again=item.again,
        by_office=item.by_office,
    )


def _settled_rows(office: Office, names: Mapping[str, str]) -> Iterable[SettledRow]:
    for item in read_disputes(office.ledger, settled=True, limit=SETTLED_LINES):
        if item.settled is not None:
            who = names.get(item.settled.who, item.settled.who)
            yield SettledRow(
                conflict_row(item, names), item.state, item.taken, item.reason, who, item.settled.at, item.revoked
            )


def _log_rows(office: Office, names: Mapping[str, str]) -> Iterable[LogRow]:
    undone_by = read_undone(office.ledger)
    undoes = {by: undone for undone, by in undone_by.items()}
    for line in office.ledger.log(limit=LOG_LINES, without="takeover"):
        yield LogRow(
            revision=line.revision,
            at=line.at,
            who=names.get(line.who, line.who),
            file=line.file,
            key=line.key,
            field=line.field,
            old=line.old,
            new=line.new,
            undoes=undoes.get(line.revision),
            undone_by=undone_by.get(line.revision),
        )
