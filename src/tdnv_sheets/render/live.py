"""The formulas that keep the register alive in Excel: status, deadline and days left follow what people type and the as-of cell.

They are defined names, each relative to its row: a cell only says `=_td_trang_thai`, however the table is sorted, and the file
stays small. Only functions of Excel 2016 that LibreOffice and WPS know too. They say what `rules/status.py` says of the same
cells; its last day of the unit's own update is a cell as well. LibreOffice puts names into each other until it has some thousand
signs, and then gives up: what is used often is kept short.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tdnv_sheets.grid import letters
from tdnv_sheets.render.book import Area
from tdnv_sheets.render.limits import quoted, sheet_ref
from tdnv_sheets.rules.judgement import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date

    from tdnv_sheets.regulation import Completion
    from tdnv_sheets.render.book import Book

CALENDAR_SHEET: Final = "_lich"
TODAY: Final = "_td_ngay"
"""The name of the as-of cell."""
CELLS: Final = {
    "effective_deadline": "_td_han",
    "status": "_td_trang_thai",
    "days_left": "_td_con",
    "working_days_left": "_td_con_lam_viec",
}
"""Computed field → the name that its cells hold."""
_OFF, _WORKED = "_td_nghi", "_td_bu"
_FAR: Final = 9_999_999
"""Beyond every day that Excel knows."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What makes tasks complete and in time that began on a day or later."""

    since: date
    completion: Completion
    asked: bool
    """Whether completion waits for the office's confirmation."""


@dataclass(frozen=True, slots=True)
class Live:
    """What the formulas need besides the cells."""

    rules: tuple[Rule, ...]
    """At least one, by day; the first holds for all that began earlier too."""
    off: tuple[date, ...]
    """Days off from Monday to Friday."""
    worked: tuple[date, ...]
    """Worked Saturdays and Sundays."""
    follows_clock: bool
    """Whether the as-of cell holds today's date, whenever the workbook is opened, instead of the day it was drawn for."""


def define(book: Book, live: Live, sheet: str, columns: Mapping[str, int], label: Callable[[str, str], str]) -> None:
    """Define the names for the rows of *sheet*; *columns*: field → 0-based column, *label*: field and code → the words shown."""
    _draw_calendar(book, live)
    formulas = _Formulas(live, sheet, columns, label)
    for name, formula in formulas.all():
        book.name_formula(name, formula)


def _draw_calendar(book: Book, live: Live) -> None:
    sheet = book.hidden(CALENDAR_SHEET)
    for column, (name, days) in enumerate(((_OFF, live.off), (_WORKED, live.worked))):
        book.put(sheet, 0, column, name)
        for row, day in enumerate(days, 1):
            book.put(sheet, row, column, day)
        area = Area(1, column, max(len(days), 1), column)
        book.name_formula(name, f"'{CALENDAR_SHEET}'!{area.absolute}")


@dataclass(frozen=True, slots=True)
class _Formulas:
    live: Live
    sheet: str
    columns: Mapping[str, int]
    label: Callable[[str, str], str]

    def all(self) -> Iterator[tuple[str, str]]:
        """Give name → formula, relative to row 1."""
        yield "_td_bat_dau", self._first_day(("assigned_date", "document_date", "received_date", "entered_date"), TODAY)
        yield "_td_goc", self._first_day(("extended_deadline", "deadline"), '""')
        rolled = self._by_rule(lambda rule: _ROLLED[rule.completion.deadline_roll])
        yield CELLS["effective_deadline"], f'IF(_td_goc="","",{rolled})'
        yield from self._decision()
        yield from self._completion()
        yield from self._outcome()
        yield CELLS["status"], self._status()
        yield from self._left()

    def _cell(self, field: str) -> str:
        return f"{sheet_ref(self.sheet)}!${letters(self.columns[field] + 1)}1"

    def _words(self, field: str, code: str) -> str:
        return quoted(self.label(field, code))

    def _is(self, field: str, code: str) -> str:
        return f"{self._cell(field)}={self._words(field, code)}"

    def _first_day(self, fields: Sequence[str], otherwise: str) -> str:
        """Give the first of some cells that holds a day."""
        formula = otherwise
        for field in reversed(fields):
            formula = f"IF(ISNUMBER({self._cell(field)}),{self._cell(field)},{formula})"
        return formula

    def _by_rule(self, part: Callable[[Rule], str]) -> str:
        """Choose what differs between versions of the regulation by the day on which the task began."""
        first, *later = self.live.rules
        formula = part(first)
        for rule in later:
            new = part(rule)
            if new != formula:
                formula = (
                    f"IF(_td_bat_dau>=DATE({rule.since.year},{rule.since.month},{rule.since.day}),{new},{formula})"
                )
        return formula

    def _flag(self, holds: Callable[[Rule], bool]) -> str:
        return self._by_rule(lambda rule: "TRUE" if holds(rule) else "FALSE")

    def _decision(self) -> Iterator[tuple[str, str]]:
        """Give the office's decision and its day; what is dated after the as-of day has not happened yet."""
        word, day = self._cell("decision"), self._cell("decision_date")
        yield "_td_quyet_dinh", f'IF(AND(ISNUMBER({day}),{day}>{TODAY}),"",{word}&"")'
        yield "_td_ngay_qd", f'IF(ISNUMBER({day}),IF({day}<={TODAY},{day},""),"")'

    def _completion(self) -> Iterator[tuple[str, str]]:
        """Give the day of completion: by the paper or as reported, else the report, the unit's last update, the confirmation."""
        interim = f"OR({self._is('result_kind', 'progress_report')},{self._is('result_kind', 'extension_request')})"
        yield "_td_van_ban", f'IF({interim},"",{self._first_day(("result_date",), chr(34) * 2)})'
        by_paper = f'IF(_td_van_ban<>"",_td_van_ban,{self._first_day(("completed_date",), chr(34) * 2)})'
        as_told = self._first_day(("completed_date",), "_td_van_ban")
        named = self._by_rule(lambda rule: as_told if rule.completion.completion_day == "completed" else by_paper)
        told = self._first_day(("reported_date", "last_update"), '""')
        yield "_td_bao_xong", f'IF({named}<>"",{named},IF({self._is("progress", "done")},{told},""))'
        confirmed = f"_td_quyet_dinh={self._words('decision', 'confirmed')}"
        yield "_td_xong", f'IF(_td_bao_xong<>"",_td_bao_xong,IF({confirmed},_td_ngay_qd,""))'
        done = f'OR({self._is("progress", "done")},AND({confirmed},_td_xong<>""))'
        barred = f"AND({self._flag(lambda rule: rule.completion.final_document)},{interim})"
        yield "_td_da_xong", f'AND({done},NOT({barred}),IF(_td_xong="",TRUE,_td_xong<={TODAY}))'

    def _outcome(self) -> Iterator[tuple[str, str]]:
        """Give what became of the work: 1 withdrawn, 2 transferred, 3 complete, 4 awaits confirmation, 5 returned, 6 still to be done."""
        asked = self._flag(lambda rule: rule.asked)
        heard = self._cell("last_update")
        redone = 'IF(OR(_td_xong="",_td_ngay_qd=""),FALSE,_td_xong>_td_ngay_qd)'
        again = f'IF(OR(_td_ngay_qd="",NOT(ISNUMBER({heard}))),FALSE,AND({asked},{heard}<={TODAY},{heard}>_td_ngay_qd))'
        yield "_td_lam_lai", f"AND(_td_da_xong,OR({redone},{again}))"

        def decided(code: str) -> str:
            return f"_td_quyet_dinh={self._words('decision', code)}"

        waits = f"IF(AND({asked},NOT({decided('confirmed')})),4,3)"
        open_or_done = f"IF(AND({decided('returned')},NOT(_td_lam_lai)),5,IF(_td_da_xong,{waits},6))"
        yield "_td_ket_qua", f"IF({decided('withdrawn')},1,IF({decided('transferred')},2,{open_or_done}))"

    def _status(self) -> str:
        deadline = self._cell("effective_deadline")

        def judged(day: str, undated: Status, late: Status, in_time: Status) -> str:
            words = [self._words("status", status.value) for status in (undated, late, in_time)]
            is_late = f'IF({day}="",FALSE,{day}>{deadline})'
            return f'IF({deadline}="",{words[0]},IF({is_late},{words[1]},{words[2]}))'

        def still(day: str, late: Status = Status.OPEN_OVERDUE) -> str:
            return judged(day, Status.OPEN_UNDATED, late, Status.OPEN_IN_TIME)

        done = judged("_td_xong", Status.COMPLETED_UNDATED, Status.COMPLETED_LATE, Status.COMPLETED_ON_TIME)
        failed, again = still(TODAY, Status.NOT_COMPLETED), still(TODAY)
        returned = self._by_rule(lambda rule: failed if rule.completion.returned_overdue else again)
        closed = [self._words("status", status.value) for status in (Status.WITHDRAWN, Status.TRANSFERRED)]
        return f"CHOOSE(_td_ket_qua,{closed[0]},{closed[1]},{done},{still('_td_xong')},{returned},{still(TODAY)})"

    def _left(self) -> Iterator[tuple[str, str]]:
        """Give the days to the deadline, for what is still to be done or awaits confirmation."""
        deadline = self._cell("effective_deadline")

        def left(count: Callable[[str], str]) -> str:
            awaited = f'IF(OR({deadline}="",_td_xong=""),"",{count("_td_xong")})'
            still = f'IF({deadline}="","",{count(TODAY)})'
            return f'CHOOSE(_td_ket_qua,"","","",{awaited},{still},{still})'

        def working(day: str) -> str:
            ahead = f'NETWORKDAYS({day}+1,{deadline},{_OFF})+COUNTIFS({_WORKED},">"&{day},{_WORKED},"<="&{deadline})'
            behind = f'NETWORKDAYS({deadline},{day}-1,{_OFF})+COUNTIFS({_WORKED},">="&{deadline},{_WORKED},"<"&{day})'
            return f"IF({deadline}={day},0,IF({deadline}>{day},{ahead},-({behind})))"

        yield CELLS["days_left"], left(lambda day: f"{deadline}-{day}")
        yield CELLS["working_days_left"], left(working)


_ROLLED: Final = {
    "next": (f'MIN(WORKDAY(_td_goc-1,1,{_OFF}),IFERROR(SMALL({_WORKED},COUNTIF({_WORKED},"<"&_td_goc)+1),{_FAR}))'),
    "previous": (f'MAX(WORKDAY(_td_goc+1,-1,{_OFF}),IFERROR(LARGE({_WORKED},COUNTIF({_WORKED},">"&_td_goc)+1),0))'),
    "none": "_td_goc",
}
"""What each policy makes of a deadline on a day off."""
