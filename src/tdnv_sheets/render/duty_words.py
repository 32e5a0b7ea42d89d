"""The words for a duty, on sheets and on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.periods import parse_period
from tdnv_sheets.rules.duties import DutyKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tdnv_sheets.rules.duties import Duty

SHOWN: Final = 5
"""Bodies or tasks that a line names; of more it says how many."""
_ON_PERIODS: Final = frozenset({DutyKind.PERIODIC_REPORT, DutyKind.SEPARATE_REPORT, DutyKind.REGULATION_REPORT})
ON_TASKS: Final = frozenset({DutyKind.OFFICE_ENTRY, DutyKind.RESULT_UPDATE, DutyKind.UNIT_UPDATE})


def what_words(same: Sequence[Duty], lang: str) -> str:
    """Say what is owed by duties that are alike; of single tasks it names them all."""
    first = same[0]
    if first.kind not in ON_TASKS:
        return say(f"duties.{first.kind}", lang, about=about_words(first, lang))
    shown, more = _first([duty.about for duty in same])
    about = say("duties.and_more_tasks", lang, shown=shown, more=more) if more else shown
    return say(f"duties.{first.kind}", lang, about=about)


def who_words(same: Sequence[Duty], names: Callable[[str], str], lang: str) -> str:
    """Say who owes it; *names* gives a unit's name for its code."""
    if not same[0].unit:
        return say("duties.office", lang)
    shown, more = _first([names(duty.unit) for duty in same])
    return say("duties.and_more_units", lang, shown=shown, more=more) if more else shown


def about_words(duty: Duty, lang: str) -> str:
    """Say what a duty is on: a period, a day, or a task."""
    if duty.kind in _ON_PERIODS:
        return parse_period(duty.about).title(lang)
    if duty.kind in ON_TASKS:
        return duty.about
    year, month, day = duty.about.split("-")
    return f"{day}/{month}/{year}"


def state_words(duty: Duty, lang: str) -> str:
    """Say how a duty stands."""
    return say(f"duties.state_{duty.state}", lang)


def likeness(duty: Duty) -> tuple[str, ...]:
    """Give what duties share that are told in one line: what is owed, by units or the office, and how it stands."""
    about = "" if duty.kind in ON_TASKS else duty.about
    return duty.kind, about, "unit" if duty.unit else "", duty.state, duty.article


def _first(words: Sequence[str]) -> tuple[str, int]:
    """Give the first of *words* in one line, and how many more there are."""
    every = list(dict.fromkeys(words))
    return ", ".join(every[:SHOWN]), max(len(every) - SHOWN, 0)
