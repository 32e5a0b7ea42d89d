"""The report in sentences: every figure filled in from the summary, every judgement left to the office (Biểu 06)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.render.report_rules import article_in_full
from tdnv_sheets.render.report_view import count_text, days_overdue, percent_text
from tdnv_sheets.summary.returns import ReturnState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tdnv_sheets.periods import Period
    from tdnv_sheets.render.report_view import Paper
    from tdnv_sheets.summary.figures import AgeBand, Counts

NAMED_MOST: Final = 8
"""Units that one sentence names; the annex names all."""
_YEAR_BEHIND: Final = re.compile(r" \(\d{4}\)$")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the report: its heading, what the figures say, and what the office has still to write."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    ask: str = ""
    inner: tuple[Part, ...] = ()


def parts_of(paper: Paper) -> tuple[Part, ...]:
    """Give the parts of the report in their order."""
    inner = (
        Part(paper.tell("part_overall"), tuple(overall(paper))),
        Part(paper.tell("part_before"), tuple(_before(paper))),
        Part(paper.tell("part_units"), tuple(_units(paper))),
        Part(paper.tell("part_sources"), tuple(_sources(paper))),
    )
    asked = {"office": paper.office}
    return (
        Part(paper.tell("part_results"), inner=inner),
        Part(paper.tell("part_judgement"), ask=paper.tell("ask_judgement", **asked)),
        Part(paper.tell("part_shortcomings"), tuple(_overdue(paper)), paper.tell("ask_shortcomings", **asked)),
        Part(paper.tell("part_proposals"), ask=paper.tell("ask_proposals", **asked)),
    )


def bases_of(paper: Paper) -> tuple[str, ...]:
    """Give the lines on which the report rests, each with its article."""
    head = paper.head
    issued = ""
    if head.number:
        issued = paper.tell("basis_decision" if "/QĐ" in head.number else "basis_paper", number=head.number)
    title = _YEAR_BEHIND.sub("", head.regulation)
    lines = [paper.tell("basis_regulation", regulation=title, paper=issued)]
    if head.report_article:
        lines.append(paper.tell("basis_article", article=article_in_full(head.report_article, paper.lang)))
    return tuple(lines)


def opening_of(paper: Paper) -> str:
    """Give the sentence with which the report begins."""
    told = {"office": paper.office, "period": paper.period, "as_of": paper.as_of}
    if not paper.head.recipients:
        return paper.tell("opening", **told)
    return paper.tell("opening_to", recipients=", ".join(paper.head.recipients), **told)


def closing_of(paper: Paper) -> str:
    """Give the sentence with which it ends, `./.` behind it."""
    return paper.tell("closing", period=paper.period, office=paper.office)


def about(paper: Paper) -> str:
    """Give the report's subject (trích yếu)."""
    return paper.tell("about", period=paper.period)


def overall(paper: Paper, *, public: bool = False) -> Iterator[str]:
    """Say how things stand on the whole; what is *public* leaves out what is between the office and its units."""
    counts, distinct = paper.summary.total, paper.summary.distinct.total
    rates, number = paper.summary.rates, _numbers(paper)
    yield paper.tell(
        "overall_total",
        total=number(counts.total),
        carried=number(counts.carried),
        new=number(counts.new),
    )
    if distinct != counts.total:
        yield paper.tell("overall_distinct", distinct=number(distinct))
    yield paper.tell(
        "overall_done",
        done=number(counts.completed),
        total=number(counts.total),
        rate=percent_text(rates.get("ty_le_hoan_thanh_tren_giao"), paper.lang),
        on_time=number(counts.completed_on_time),
        late=number(counts.completed_late),
        undated=number(counts.completed_undated),
    )
    due = counts.completed_on_time + counts.completed_late + overdue_of(counts)
    rate = percent_text(rates.get("ty_le_dung_han_tren_den_han"), paper.lang)
    yield paper.tell("overall_due", due=number(due), rate=rate)
    yield paper.tell(
        "overall_open",
        open=number(counts.open),
        in_time=number(counts.open_in_time),
        overdue=number(overdue_of(counts)),
        rate=percent_text(rates.get("ty_le_qua_han_tren_giao"), paper.lang),
        undated=number(counts.open_undated),
        idle=number(counts.open_in_time_not_started + counts.open_overdue_not_started),
    )
    if counts.overdue_silent and not public:
        rate = percent_text(rates.get("ty_le_qua_han_khong_cap_nhat"), paper.lang)
        yield paper.tell("overall_silent", count=number(counts.overdue_silent), rate=rate)
    if counts.not_completed:
        yield paper.tell("overall_returned", count=number(counts.not_completed))
    if counts.withdrawn or counts.transferred:
        told = {"withdrawn": number(counts.withdrawn), "transferred": number(counts.transferred)}
        yield paper.tell("overall_stopped", **told)
    if counts.extended:
        yield paper.tell("overall_extended", count=number(counts.extended))
    if counts.awaiting and not public:
        yield paper.tell("overall_awaiting", count=number(counts.awaiting))
    yield paper.tell("rounding")


def _before(paper: Paper) -> Iterator[str]:
    """Hold this period against the one before and, where it is another one, against the same of last year."""
    summary = paper.summary
    before = summary.period.previous()
    yield _against(paper, before, summary.previous_total)
    last_year = summary.last_year_period
    if last_year is not None and last_year != before:
        yield _against(paper, last_year, summary.last_year_total)


def _against(paper: Paper, period: Period, then: Counts) -> str:
    now = paper.summary.total
    return paper.tell(
        "before",
        period=period.title(paper.lang),
        total=_change(paper, then.total, now.total),
        done=_change(paper, then.completed, now.completed),
        overdue=_change(paper, overdue_of(then), overdue_of(now)),
    )


def _change(paper: Paper, then: int, now: int) -> str:
    number = _numbers(paper)
    if now == then:
        return paper.tell("same", now=number(now))
    told = {"by": number(abs(now - then)), "then": number(then), "now": number(now)}
    return paper.tell("more" if now > then else "less", **told)


def _units(paper: Paper) -> Iterator[str]:
    lines, number = paper.summary.units, _numbers(paper)
    busy = [line for line in lines if line.counts.total]
    behind = sorted((line for line in busy if overdue_of(line.counts)), key=lambda line: -overdue_of(line.counts))
    if busy:
        yield paper.tell("units_some", units=number(len(busy)), clear=number(len(busy) - len(behind)))
    else:
        yield paper.tell("units_none")
    if behind:
        named = [
            paper.tell("unit_count", unit=paper.unit(line.unit), count=number(overdue_of(line.counts)))
            for line in behind
        ]
        yield paper.tell("units_behind", units=_listed(paper, named))
    idle = [paper.unit(line.unit) for line in lines if not line.counts.total]
    if busy and idle:
        yield paper.tell("units_idle", units=_listed(paper, idle))


def _listed(paper: Paper, names: Sequence[str]) -> str:
    text = "; ".join(names[:NAMED_MOST])
    more = len(names) - NAMED_MOST
    return paper.tell("and_others", units=text, count=_numbers(paper)(more)) if more > 0 else text


def _sources(paper: Paper) -> Iterator[str]:
    """Say who assigned the tasks, what is left from which year, and who has reported."""
    found, number = paper.summary.breakdowns, _numbers(paper)
    levels = [
        paper.tell(
            "level",
            level=say(f"summary.level_{line.code or 'unknown'}", paper.lang),
            total=number(line.counts.total),
            done=number(line.counts.completed),
            overdue=number(overdue_of(line.counts)),
        )
        for line in found.levels
        if line.counts.total
    ]
    if levels:
        yield paper.tell("levels", levels="; ".join(levels))
    years = [
        paper.tell(
            "year",
            year=line.code or say("summary.no_year", paper.lang),
            open=number(line.counts.open),
            overdue=number(overdue_of(line.counts)),
        )
        for line in found.years
        if line.counts.open
    ]
    if years:
        yield paper.tell("years", years="; ".join(years))
    if found.document_count:
        yield paper.words("document_count", count=number(found.document_count))
    returns = paper.summary.returns
    if returns.expected:
        yield paper.tell(
            "returns",
            reported=number(returns.reported),
            expected=number(returns.expected),
            on_time=number(returns.of(ReturnState.ON_TIME)),
            late=number(returns.of(ReturnState.LATE)),
            missing=number(returns.of(ReturnState.MISSING) + returns.of(ReturnState.EMPTY)),
        )


def _overdue(paper: Paper) -> Iterator[str]:
    listed = paper.summary.overdue
    if not listed:
        yield paper.tell("overdue_none", as_of=paper.as_of)
        return
    number = _numbers(paper)
    told = sum(bool(item.assignment.text("difficulty") or item.assignment.text("explanation")) for item in listed)
    yield paper.tell(
        "overdue",
        as_of=paper.as_of,
        count=number(len(listed)),
        days=number(max(days_overdue(paper.summary, item) for item in listed)),
        told=number(told),
        silent=number(len(listed) - told),
    )
    bands = [
        paper.tell("band", band=_in_sentence(band_words(paper, band)), count=number(band.count))
        for band in paper.summary.ageing
        if band.count
    ]
    if bands:
        yield paper.tell("bands", bands="; ".join(bands))


def _in_sentence(words: str) -> str:
    return words[:1].lower() + words[1:]


def band_words(paper: Paper, band: AgeBand) -> str:
    """Name a span of days overdue."""
    if band.last is None:
        return paper.words("age_beyond", first=band.first)
    return paper.words("age_between", first=band.first, last=band.last)


def overdue_of(counts: Counts) -> int:
    """Give what is open and overdue; what came back after its deadline is (Thanh Hóa, Điều 5.2b)."""
    return counts.open_overdue + counts.not_completed


def _numbers(paper: Paper) -> Callable[[int], str]:
    return partial(count_text, lang=paper.lang)
