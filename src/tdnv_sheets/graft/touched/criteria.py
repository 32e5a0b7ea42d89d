"""The criteria of a filter: whether a row would be shown, as far as that can be told from the cells alone."""

from __future__ import annotations

import operator
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tdnv_sheets.graft.touched.markup import Node

Value: TypeAlias = str | float
"""What a cell holds: a text, or a number, which may stand for a day; an empty text for an empty cell."""
Test: TypeAlias = "Callable[[Value], bool]"
_DAY_ZERO: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel's days have no time zone
_LATEST: Final = 2_958_466
"""Behind the last day that Excel knows."""
_GROUPS: Final = ("year", "month", "day", "hour", "minute", "second")
_SIGNS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "equal": operator.eq,
    "notEqual": operator.ne,
    "greaterThan": operator.gt,
    "greaterThanOrEqual": operator.ge,
    "lessThan": operator.lt,
    "lessThanOrEqual": operator.le,
}


def test_of(column: Node) -> Test | None:
    """Give the test of one column's filter; None for those that ask for colours, ranks or today's date."""
    for kind, make in (("filters", _listed), ("customFilters", _custom)):
        node = column.child(kind)
        if node is not None:
            return make(node)
    return None if column.children else lambda _: True


def _listed(node: Node) -> Test:
    """Read a list of chosen values, among which there may be whole years, months or days."""
    wanted = {item.attributes.get("val", "").strip().casefold() for item in node.all("filter")}
    days = [_group(item) for item in node.all("dateGroupItem")]
    blank = node.flag("blank")

    def holds(value: Value) -> bool:
        text = shown(value).strip().casefold()
        if not text:
            return blank
        return text in wanted or (isinstance(value, float) and any(day == _parts(value)[: len(day)] for day in days))

    return holds


def _group(item: Node) -> tuple[int, ...]:
    depth = _GROUPS.index(grouping) + 1 if (grouping := item.attributes.get("dateTimeGrouping", "")) in _GROUPS else 1
    return tuple(item.number(name) for name in _GROUPS[:depth])


def _parts(value: float) -> tuple[int, ...]:
    if not 0 <= value < _LATEST:
        return ()
    moment = _DAY_ZERO + timedelta(days=value)
    return (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)


def _custom(node: Node) -> Test:
    tests = [
        _compared(item.attributes.get("operator", "equal"), item.attributes.get("val", "")) for item in node.children
    ]
    together = all if node.flag("and") else any
    return lambda value: together(test(value) for test in tests)


def _compared(sign: str, wanted: str) -> Test:
    """Read one comparison; equal and not equal know * and ?, and a blank stands for an empty cell."""
    number = _number(wanted)
    compare = _SIGNS.get(sign, _SIGNS["equal"])
    if sign in {"equal", "notEqual"} and number is None:
        pattern = _pattern(wanted.strip())
        return lambda value: (pattern.fullmatch(shown(value)) is not None) == (sign == "equal")

    def holds(value: Value) -> bool:
        if number is None:
            return isinstance(value, str) and bool(value) and compare(*_ranks(value, wanted))
        given = value if isinstance(value, float) else _number(value)
        return sign == "notEqual" if given is None else compare(given, number)

    return holds


def _ranks(first: str, second: str) -> tuple[float, float]:
    """Compare two texts as numbers that sort alike."""
    one, two = first.casefold(), second.casefold()
    return (0.0, 0.0) if one == two else ((0.0, 1.0) if one < two else (1.0, 0.0))


def _pattern(wanted: str) -> re.Pattern[str]:
    out, at = "", 0
    while at < len(wanted):
        sign = wanted[at]
        if sign == "~" and at + 1 < len(wanted):
            at += 1
            out += re.escape(wanted[at])
        else:
            out += {"*": ".*", "?": "."}.get(sign, re.escape(sign))
        at += 1
    return re.compile(out, re.IGNORECASE | re.DOTALL)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def shown(value: Value) -> str:
    """Give a cell as people read it; numbers as plain ones."""
    return value if isinstance(value, str) else f"{value:.15g}"
