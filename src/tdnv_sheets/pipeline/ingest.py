"""Take files in: claim → scan → read → check → merge → one ledger transaction → file away, with a receipt for each."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from tdnv_sheets.errors import TdnvError
from tdnv_sheets.inbox.scan import waiting
from tdnv_sheets.pipeline.check import check_together, existing, grounds_of
from tdnv_sheets.pipeline.dropped import Dropped, claim, put_back, taken_whole
from tdnv_sheets.pipeline.filing import claimed, lists_owed, recover
from tdnv_sheets.pipeline.not_taken import refresh_after, refresh_owed
from tdnv_sheets.pipeline.office import unit_named
from tdnv_sheets.pipeline.take import FileRead, Run, not_read, take

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from tdnv_sheets.pipeline.moment import Moment
    from tdnv_sheets.pipeline.office import Office
    from tdnv_sheets.pipeline.receive import Received
    from tdnv_sheets.validate.checked import Grounds


def ingest(
    office: Office,
    paths: Sequence[Path] | None,
    moment: Moment,
    *,
    dry_run: bool = False,
    unit: str | None = None,
    allow_clears: bool = False,
) -> list[Received]:
    """Take *paths* in, or all that waits in the inbox; a dry run decides the same and writes nothing.

    *allow_clears*: a person has looked at these files, and they may empty as many cells as they do (9).
    """
    if paths is None and dry_run:
        paths = sorted((*in_the_inbox(office), *claimed(office)), key=lambda path: path.name)
    if unit is not None:
        unit_named(office, unit)
    grounds = grounds_of(office, moment.as_of, unit)
    run = Run(moment, dry_run, allow_clears)
    if paths is not None and dry_run:
        return list(_take_in(office, existing(paths), grounds, run, []))
    with lists_owed(office) as owed:
        # Also before files that are named: a place that a dead command had planned is not given away.
        finished = recover(office, grounds_of(office, moment.as_of), moment)
        if paths is None:
            paths = in_the_inbox(office)
        received = [*finished, *_taken_in(office, existing(paths), grounds, run)]
        if owed:
            refresh_owed(office, moment)
        else:
            refresh_after(office, received, moment)
    return received


def in_the_inbox(office: Office) -> Sequence[Path]:
    """List the files that wait in the inbox."""
    return waiting(office.space.inbox, subfolders=office.space.settings.watch_subfolders)


def _taken_in(office: Office, paths: Iterable[Path], grounds: Grounds, run: Run) -> list[Received]:
    """Take files in; when something stops it, those that are not in lie where they were dropped."""
    begun: list[Dropped] = []
    try:
        return list(_take_in(office, paths, grounds, run, begun))
    except (TdnvError, OSError):
        put_back(office, begun)
        raise


def _take_in(
    office: Office, paths: Iterable[Path], grounds: Grounds, run: Run, begun: list[Dropped]
) -> Iterator[Received]:
    """Claim, check, merge and file away; while some are merged, the next are read already. *begun*: those claimed."""
    dropped: deque[Dropped] = deque()

    def to_read() -> Iterator[Path]:
        for path in paths:
            one = claim(office, path, dry_run=run.dry_run)
            begun.append(one)
            if one.here is not None:
                one = replace(one, known=taken_whole(office, one.here, grounds.unit))
            dropped.append(one)
            if one.here is not None and one.known is None:
                yield one.here

    for path, seen, checked in check_together(office.readers, to_read(), grounds):
        while dropped[0].here != path:
            yield not_read(office, dropped.popleft(), run)
        yield take(office, dropped.popleft(), FileRead(seen, checked), run)
    for one in dropped:
        yield not_read(office, one, run)
