"""When «Nhật ký tiếp nhận» is drawn: a while after files came in; somebody who has it open keeps nothing else waiting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tdnv_sheets.pipeline.journal import refresh_journal
from tdnv_sheets.pipeline.watch.register import AT_LAST, SOON
from tdnv_sheets.pipeline.watch.said import Said, Standing, Weight

if TYPE_CHECKING:
    from tdnv_sheets.errors import TdnvError
    from tdnv_sheets.pipeline.moment import Moment
    from tdnv_sheets.pipeline.office import Office

_AGAIN: Final = 10.0
_JOURNAL: Final = "journal"


@dataclass(slots=True)
class JournalDuty:
    """What is to be done with the list of received files, and when."""

    standing: Standing
    at: float | None = None
    """When it is to be drawn; None while it shows everything."""
    at_last: float = 0.0

    def came_in(self, clock: float) -> None:
        """Remember that something came in which it does not show."""
        self.at_last = clock + AT_LAST if self.at is None else self.at_last
        self.at = min(clock + SOON, self.at_last)

    def is_due(self, clock: float, *, at_once: bool = False) -> bool:
        """Say whether it is to be drawn now; *at_once*: whether it is as soon as it does not show everything."""
        return self.at is not None and (at_once or clock >= self.at)

    def handle(self, office: Office, moment: Moment, clock: float, *, at: str) -> None:
        """Draw it."""
        self.done(refresh_journal(office, moment), clock, at=at)

    def done(self, problem: TdnvError | None, clock: float, *, at: str) -> None:
        """Remember that it was drawn, or why it has to wait."""
        self.at = None if problem is None else clock + _AGAIN
        self.at_last = clock + AT_LAST
        if problem is None:
            self.standing.is_well(_JOURNAL)
        else:
            self.standing.is_wrong(_JOURNAL, Said("journal-waits", Weight.WARNING, {"problem": problem}), at)
