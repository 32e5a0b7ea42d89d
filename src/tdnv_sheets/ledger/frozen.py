"""Keep reports as they went out: each issue is written once, with a digest of all that it says, and never changed."""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import sqlalchemy as sa

from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.reading import last_revision

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from tdnv_sheets.ledger.store import Ledger

_FROZEN: Final = t.frozen.c
_OF: Final = (_FROZEN.period == sa.bindparam("of")) & (_FROZEN.scope == sa.bindparam("within"))
_LAST_ISSUE: Final = sa.select(sa.func.max(_FROZEN.issue)).where(_OF)
_NEWEST: Final = sa.select(t.frozen).where(_OF).order_by(_FROZEN.issue.desc()).limit(1)
_ONE: Final = sa.select(t.frozen).where(_OF & (_FROZEN.issue == sa.bindparam("number")))
_DAYS: Final = (
    sa.select(_FROZEN.period, sa.func.min(_FROZEN.at).label("at")).where(_FROZEN.scope == "").group_by(_FROZEN.period)
)


@dataclass(frozen=True, slots=True)
class FrozenReport:
    """One issue of the report on a period."""

    period: str
    scope: tuple[str, ...]
    """Codes of the units that it is limited to, sorted; none for the whole office."""
    issue: int
    """1 for the first, one more for each time it was issued again."""
    at: datetime
    who: str
    revision: int
    """The ledger's last one when it was counted; 0 before the first."""
    as_of: date
    regulation: str
    regulation_digest: str
    reason: str
    """Why it was issued again; empty for the first issue."""
    forced: tuple[str, ...]
    """Names of what spoke against it and was overruled."""
    content: str
    """All that its papers show, as `summary.written` writes it."""

    @property
    def digest(self) -> str:
        """Tell what it says, every part of it, from anything else."""
        said = [
            self.period,
            self.scope,
            self.issue,
            self.at.isoformat(),
            self.who,
            self.revision,
            self.as_of.isoformat(),
            self.regulation,
            self.regulation_digest,
            self.reason,
            self.forced,
            self.content,
        ]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


class Spoilt(NamedTuple):
    """A frozen report that no longer says what its digest was made of."""

    name: str
    stored: str
    computed: str


def write_frozen(ledger: Ledger, report: FrozenReport) -> bool:
    """Write one issue; False where the ledger moved on since it was counted, or that issue is there already."""
    row = {
        "period": report.period,
        "scope": _scope(report.scope),
        "issue": report.issue,
        "at": report.at,
        "who": report.who,
        "revision": report.revision or None,
        "as_of": report.as_of,
        "regulation": report.regulation,
        "regulation_digest": report.regulation_digest,
        "reason": report.reason,
        "forced": json.dumps(report.forced),
        "content": zlib.compress(report.content.encode()),
        "digest": report.digest,
    }
    with ledger.writing() as connection:
        last = connection.scalar(_LAST_ISSUE, {"of": report.period, "within": row["scope"]}) or 0
        if last_revision(connection) != report.revision or last + 1 != report.issue:
            return False
        connection.execute(sa.insert(t.frozen), row)
    return True


def read_frozen(
    ledger: Ledger, period: str, scope: tuple[str, ...] = (), issue: int | None = None
) -> FrozenReport | None:
    """Read the newest issue of a period's report, or the one that is asked for; None where there is none.

    Raises `BrokenSurroundings` where it was changed since: such figures are nobody's.
    """
    wanted: dict[str, Any] = {"of": period, "within": _scope(scope)}
    with ledger.reading() as connection:
        if issue is None:
            row = connection.execute(_NEWEST, wanted).one_or_none()
        else:
            row = connection.execute(_ONE, {**wanted, "number": issue}).one_or_none()
        if row is None:
            return None
        report = _report(row)
        if report.digest != row.digest:
            raise ValueError(report.period)
        return report


def first_frozen(ledger: Ledger) -> dict[str, date]:
    """Give period → the day on which the whole office's report on it was first frozen."""
    with ledger.reading() as connection:
        return {row.period: row.at.date() for row in connection.execute(_DAYS)}


def spoilt(connection: sa.Connection) -> Iterator[Spoilt]:
    """Find the reports that were changed past the program."""
    for row in connection.execute(sa.select(t.frozen).order_by(_FROZEN.number)):
        try:
            computed = _report(row).digest
        except (ValueError, TypeError):
            computed = ""
        if computed != row.digest:
            yield Spoilt(f"report {row.period} ({row.issue})", row.digest, computed)


def _scope(units: tuple[str, ...]) -> str:
    return json.dumps(sorted(units), ensure_ascii=False) if units else ""


def _unpacked(packed: bytes) -> str:
    try:
        return zlib.decompress(packed).decode()
    except (zlib.error, TypeError) as problem:  # SQLite lets any type stand anywhere
        raise ValueError(str(problem)) from problem


def _report(row: Any) -> FrozenReport:  # noqa: ANN401 - a row of SQLAlchemy
    return FrozenReport(
        period=row.period,
        scope=tuple(json.loads(row.scope)) if row.scope else (),
        issue=row.issue,
        at=row.at,
        who=row.who,
        revision=row.revision or 0,
        as_of=row.as_of,
        regulation=row.regulation,
        regulation_digest=row.regulation_digest,
        reason=row.reason,
        forced=tuple(json.loads(row.forced)),
        content=_unpacked(row.content),
    )
