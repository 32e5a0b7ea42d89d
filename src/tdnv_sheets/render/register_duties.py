"""Draw «Báo cáo định kỳ», who has reported on which period, and «Việc đến hạn», what units and the office owe next."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from tdnv_sheets.render.duty_words import about_words, likeness, state_words, what_words, who_words
from tdnv_sheets.render.register_lists import Col, Listing, draw_list
from tdnv_sheets.rules.duties import DutyKind, DutyState
from tdnv_sheets.sheetspec import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tdnv_sheets.render.canvas import Canvas
    from tdnv_sheets.render.rows import Content
    from tdnv_sheets.rules.duties import Duty

AHEAD: Final = timedelta(weeks=4)
"""How far the register looks ahead."""
_TO_DO: Final = frozenset({DutyState.OPEN, DutyState.LATE})


def draw_reports(canvas: Canvas) -> None:
    """Draw «Báo cáo định kỳ»: one line for each unit and period, the latest period first."""
    words = canvas.words
    columns = [
        Col(words.say("number"), 5, Kind.INTEGER),
        Col(words.say("duty_period"), 24),
        Col(words.say("duty_unit"), 34),
        Col(words.say("duty_due"), 14, Kind.DATE),
        Col(words.say("duty_send_by"), 14, Kind.DATE),
        Col(words.say("duty_done"), 14, Kind.DATE),
        Col(words.say("duty_state"), 34),
        Col(words.say("duty_article"), 14),
    ]
    found = [duty for duty in canvas.view.duties if _is_followed(duty)]
    found.sort(key=lambda duty: duty.due or date.max, reverse=True)
    rows = [_report(canvas, number, duty) for number, duty in enumerate(found, 1)]
    title, how = words.say("title_reports"), words.say("reports_how")
    draw_list(canvas, Listing(title, how, words.say("no_reports"), columns, rows))


def _is_followed(duty: Duty) -> bool:
    """Say whether it is a unit's report of which the ledger can tell whether it came."""
    return duty.kind is DutyKind.PERIODIC_REPORT and bool(duty.unit) and duty.state is not DutyState.UNRECORDED


def _report(canvas: Canvas, number: int, duty: Duty) -> list[Content]:
    lang, words = canvas.view.lang, canvas.words
    state = state_words(duty, lang)
    if duty.empty:
        state = words.say("report_empty", state=state)
    period, unit = about_words(duty, lang), words.unit(duty.unit)
    return [number, period, unit, duty.due, duty.send_by, duty.done, state, duty.article]


def draw_due(canvas: Canvas) -> None:
    """Draw «Việc đến hạn»: what is late and what falls due in the next weeks, bodies that owe the same in one line."""
    words = canvas.words
    columns = [
        Col(words.say("number"), 5, Kind.INTEGER),
        Col(words.say("duty_due"), 14, Kind.DATE),
        Col(words.say("duty_send_by"), 14, Kind.DATE),
        Col(words.say("duty_what"), 46),
        Col(words.say("duty_who"), 40),
        Col(words.say("duty_to"), 34),
        Col(words.say("duty_state"), 20),
        Col(words.say("duty_article"), 14),
    ]
    alike: dict[tuple[date | None, tuple[str, ...]], list[Duty]] = {}
    for duty in canvas.view.duties:
        if duty.state in _TO_DO:
            alike.setdefault((duty.due, likeness(duty)), []).append(duty)
    rows = [_owed(canvas, number, same) for number, same in enumerate(alike.values(), 1)]
    weeks = AHEAD.days // 7
    title, how = words.say("title_due"), words.say("due_how", weeks=weeks)
    draw_list(canvas, Listing(title, how, words.say("no_due"), columns, rows))


def _owed(canvas: Canvas, number: int, same: Sequence[Duty]) -> list[Content]:
    lang, first = canvas.view.lang, same[0]
    what, who = what_words(same, lang), who_words(same, canvas.words.unit, lang)
    return [number, first.due, first.send_by, what, who, first.to, state_words(first, lang), first.article]
