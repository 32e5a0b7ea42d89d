"""A report with something in every table of it, made by hand."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from tdnv_sheets.periods import PeriodKind, containing, parse_period
from tdnv_sheets.records import Assignment, Key
from tdnv_sheets.render.report_view import Letterhead, Paper
from tdnv_sheets.rules.judgement import Judgement, Status, Timeliness
from tdnv_sheets.settings import DEFAULT_COLOURS
from tdnv_sheets.summary.checks import run_checks
from tdnv_sheets.summary.figures import (
    AgeBand,
    Applied,
    Between,
    Breakdowns,
    Counts,
    Flow,
    Line,
    Listed,
    MonthLine,
    Shared,
    Summary,
    UnitLine,
)
from tdnv_sheets.summary.issued import Changes, FigureChange, Issued, TaskChange
from tdnv_sheets.summary.ranking import Ranked, Ranking, RankingRule
from tdnv_sheets.summary.rates import RATE_FORMULAS, rates
from tdnv_sheets.summary.returns import Returns, ReturnState, UnitReturn

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMES = MappingProxyType(
    {
        "CCTL": "Chi cục Thủy lợi",
        "CCKL": "Chi cục Kiểm lâm",
        "TTKN": "Trung tâm Khuyến nông và Dịch vụ nông nghiệp tỉnh",
    }
)
IRRIGATION = Counts(
    carried=12,
    new=30,
    total=42,
    completed_on_time=19,
    completed_late=4,
    completed_undated=2,
    open_in_time=7,
    open_overdue=5,
    open_undated=2,
    not_completed=1,
    withdrawn=1,
    transferred=1,
    awaiting=3,
    extended=2,
    open_in_time_not_started=2,
    open_overdue_not_started=1,
    due_soon=1,
    undated_silent=1,
    overdue_silent=2,
)
FORESTRY = Counts(carried=3, new=9, total=12, completed_on_time=9, open_in_time=3, open_in_time_not_started=2)
NOTHING = Counts()


def added(*lines: Counts) -> Counts:
    return Counts(*(sum(getattr(line, f.name) for line in lines) for f in fields(Counts)))


def overdue(number: int, deadline: date, **more: object) -> Listed:
    task = {
        "document_number": f"{100 + number}/UBND-NNTN",
        "document_date": date(2026, 1, 5),
        "document_summary": "Về việc phòng, chống thiên tai",
        "task_content": "Rà soát, lập danh mục công trình thủy lợi hư hỏng",
        "coordinating_units": "Phòng Kế hoạch - Tài chính",
        "deadline": deadline,
        "result_summary": "Đã khảo sát 12/20 công trình",
        "difficulty": "Chưa bố trí kinh phí",
        "proposal": "=Đề nghị bố trí kinh phí",
        "monitor": "Phòng Tổng hợp",
        **more,
    }
    judged = Judgement(
        status=Status.OPEN_OVERDUE,
        timeliness=Timeliness.LATE,
        effective_deadline=deadline,
        days_left=(deadline - date(2026, 6, 10)).days,
        completion_day=None,
        awaiting=False,
        alerts=(),
        extension_count=1 if "extended_deadline" in more else 0,
        last_update=None,
    )
    return Listed(Assignment(Key(f"NV-2026-{number:05}", "CCTL"), MappingProxyType(task)), judged)  # type: ignore[arg-type]  # plain values


def summary() -> Summary:
    total = added(IRRIGATION, FORESTRY, NOTHING)
    previous = added(replace(NOTHING, carried=38, total=38, open_in_time=38), NOTHING)
    lines = (
        UnitLine("CCTL", IRRIGATION, previous, rates(IRRIGATION)),
        UnitLine("CCKL", FORESTRY, NOTHING, rates(FORESTRY), FORESTRY),
        UnitLine("TTKN", NOTHING, NOTHING, rates(NOTHING)),
    )
    late = [overdue(number, date(2026, 3, number)) for number in (9, 2, 5, 7, 4)]
    asked = {"extended_deadline": date(2026, 3, 20), "extension_to": date(2026, 7, 31), "reminder_count": 3}
    figures = Summary(
        period=parse_period("2026-H1"),
        as_of=date(2026, 6, 10),
        regulation="kon-tum-2022",
        units=lines,
        total=total,
        previous_total=previous,
        distinct=replace(total, total=52, new=37, completed_on_time=26),
        rates=rates(total),
        overdue=(*late, overdue(1, date(2026, 3, 1), **asked)),
        checks=(),
        between=Between(open_then=38, begun=2, closed=25),
        late=tuple(_completed(number, date(2026, 4, number)) for number in (11, 12, 13, 14)),
        due_soon=(_open(21, Status.OPEN_IN_TIME, date(2026, 6, 12)),),
        undated_silent=(_open(31, Status.OPEN_UNDATED, None),),
        breakdowns=_breakdowns(),
        ageing=(AgeBand(1, 30, 0), AgeBand(31, 120, 6), AgeBand(121, None, 0)),
        trend=tuple(_month(number) for number in range(1, 7)),
        previous_period=parse_period("2025-H2"),
        previous_as_of=date(2025, 12, 10),
        previous_distinct=replace(previous, total=36, open_in_time=36, carried=36),
        last_year_period=parse_period("2025-H1"),
        last_year_as_of=date(2025, 6, 10),
        last_year_total=FORESTRY,
        last_year_distinct=FORESTRY,
        shared=tuple(_shared(number) for number in (41, 42)),
        flow=Flow(15, 39, 28, 4, 2, 1, 1, 0, 18),
        returns=_returns(),
        applied=_applied(),
    )
    return replace(figures, checks=run_checks(figures))


def _completed(number: int, deadline: date) -> Listed:
    base = overdue(number, deadline, result_document="9/BC-CCTL")
    day = date(2026, 5, 4)
    judged = replace(base.judgement, status=Status.COMPLETED_LATE, completion_day=day, days_left=None)
    return Listed(base.assignment, judged)


def _open(number: int, status: Status, deadline: date | None) -> Listed:
    base = overdue(number, deadline or date(2026, 6, 12), assigned_date=date(2026, 2, 2))
    judged = replace(
        base.judgement,
        status=status,
        timeliness=Timeliness.IN_TIME,
        effective_deadline=deadline,
        days_left=2 if deadline else None,
        last_update=date(2025, 12, 20),
    )
    return Listed(base.assignment, judged)


def _breakdowns() -> Breakdowns:
    one, rest = FORESTRY, IRRIGATION
    return Breakdowns(
        assigners=(Line("UBND tỉnh", rest, 40), Line("Giám đốc Sở", one, 12), Line("", NOTHING, 0)),
        levels=(Line("central", one, 12), Line("province", rest, 40), Line("", NOTHING, 0)),
        documents=(
            Line("12/UBND-NNTN", one, 11, "Về việc phòng, chống thiên tai", date(2026, 1, 5)),
            Line("", rest, 41),
        ),
        years=(Line("2026", rest, 40), Line("2025", one, 12)),
    )


MONTHS: Final = (
    Flow(15, 7, 5, 1, 0, 0, 0, 0, 16),
    Flow(16, 7, 5, 1, 0, 0, 0, 0, 17),
    Flow(17, 7, 5, 1, 0, 0, 0, 0, 18),
    Flow(18, 6, 5, 1, 1, 0, 0, 0, 17),
    Flow(17, 6, 4, 0, 1, 1, 0, 0, 17),
    Flow(17, 6, 4, 0, 0, 0, 1, 0, 18),
)


def _month(number: int) -> MonthLine:
    period = containing(date(2026, number, 1), PeriodKind.MONTH)
    return MonthLine(period, min(period.end, date(2026, 6, 10)), MONTHS[number - 1], number)


def _shared(number: int) -> Shared:
    one = _open(number, Status.OPEN_IN_TIME, date(2026, 7, 1))
    other = replace(one, assignment=replace(one.assignment, key=Key(one.assignment.key.task_id, "CCKL")))
    return Shared(one.assignment.key.task_id, (other, one), moved=False)


def _returns() -> Returns:
    due = date(2026, 6, 19)
    return Returns(
        (
            UnitReturn("CCTL", ReturnState.ON_TIME, due, date(2026, 6, 8), to_correct=True),
            UnitReturn("CCKL", ReturnState.LATE, due, date(2026, 6, 9)),
            UnitReturn("TTKN", ReturnState.MISSING, due),
        ),
        "Điều 20.1",
    )


def _applied() -> tuple[Applied, ...]:
    since = date(2022, 1, 1)
    told = MappingProxyType(
        {"vi": "Số liệu chốt vào ngày Văn phòng phải báo cáo.", "en": "Cut off on the office's day."}
    )
    return (
        Applied("cut_off", "office_day", "Điều 20.2", since, text=told),
        Applied("allocation", "assigned", ""),
        Applied("office_report", "2026-06-10", "Điều 20.2", since, "Văn phòng Ủy ban nhân dân tỉnh"),
        Applied("confirmation", "yes", "Điều 5.1b", since),
        Applied("deadline_roll", "next", "Điều 6.2a", since),
    )


def ranked(figures: Summary) -> Summary:
    """Let the office rank its units."""
    lines = (
        Ranked("CCKL", figures.units[1].rates["ty_le_dung_han_tren_den_han"], 9, 1, 1),
        Ranked("CCTL", figures.units[0].rates["ty_le_dung_han_tren_den_han"], 29, 2, 3),
        Ranked("TTKN", None, 0, None, None),
    )
    rule = RankingRule("ty_le_dung_han_tren_den_han", 5, (90, 75, 50))
    return replace(figures, ranking=Ranking(rule, RATE_FORMULAS[rule.rate], lines))


def issued_again(figures: Summary) -> Summary:
    """Let it be the first re-issue of a frozen report, in which one task fared otherwise."""
    task = TaskChange("NV-2026-00009", "CCTL", "open_in_time", "open_overdue")
    changes = Changes((FigureChange("CCTL", "open_overdue", 5, 6),), (task,))
    at = datetime(2026, 7, 2, 8, 0)  # noqa: DTZ001 - office clocks
    return replace(figures, issued=Issued(2, at, 41, "", "Đơn vị gửi nhầm", (), changes))


HEAD: Final = Letterhead(
    office="Văn phòng Sở",
    regulation="Quy chế theo dõi, đôn đốc thực hiện nhiệm vụ (2022)",
    number="12/QĐ-SNN",
    authority="Sở Nông nghiệp và Môi trường",
    place="Kon Tum",
    recipients=("Văn phòng Ủy ban nhân dân tỉnh",),
    report_article="Điều 20.2",
    publication="Công khai kết quả trên Cổng Thông tin điện tử tỉnh",
    publication_article="Điều 17.3",
)


def paper(
    figures: Summary | None = None, lang: str = "vi", head: Letterhead = HEAD, names: Mapping[str, str] = NAMES
) -> Paper:
    """Give a report to be drawn."""
    return Paper(figures or summary(), head, lang, names, DEFAULT_COLOURS)
