"""The named rates of reports, each with its own denominator (practice: published reports use several in one sentence)."""

from __future__ import annotations

from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.summary.returns import ReturnState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tdnv_sheets.summary.figures import Counts
    from tdnv_sheets.summary.returns import Returns


class RateFormula(NamedTuple):
    """A rate as two sums of figures of `Counts`; its words stand in messages/rates.toml."""

    numerator: tuple[str, ...]
    denominator: tuple[str, ...]


_ASSIGNED: Final = ("total",)
_ON_TIME: Final = ("completed_on_time",)
_COMPLETED_DATED: Final = ("completed_on_time", "completed_late")
_COMPLETED: Final = (*_COMPLETED_DATED, "completed_undated")
_OVERDUE: Final = ("open_overdue", "not_completed")
"""Past the deadline and not completed, whether still open or already counted as not completed."""
_OPEN: Final = ("open_in_time", *_OVERDUE, "open_undated")
RETURNS_RATE: Final = "ty_le_nop_bao_cao_dung_han"
"""The only rate that is not over tasks but over units: those that reported on time of those expected to."""

RATE_FORMULAS: Final[Mapping[str, RateFormula]] = MappingProxyType(
    {
        "ty_le_hoan_thanh_tren_giao": RateFormula(_COMPLETED, _ASSIGNED),
        "ty_le_dung_han_tren_giao": RateFormula(_ON_TIME, _ASSIGNED),
        "ty_le_dung_han_tren_hoan_thanh": RateFormula(_ON_TIME, _COMPLETED),
        "ty_le_hoan_thanh_tren_den_han": RateFormula(_COMPLETED, (*_COMPLETED, *_OVERDUE)),
        "ty_le_dung_han_tren_den_han": RateFormula(_ON_TIME, (*_COMPLETED_DATED, *_OVERDUE)),
        "ty_le_qua_han_tren_giao": RateFormula(_OVERDUE, _ASSIGNED),
        "ty_le_qua_han_tren_co_han": RateFormula(_OVERDUE, (*_COMPLETED_DATED, "open_in_time", *_OVERDUE)),
        "ty_le_qua_han_khong_cap_nhat": RateFormula(("overdue_silent",), _ASSIGNED),
        "ty_le_cap_nhat": RateFormula(("updated",), _OPEN),
    }
)


def rates(counts: Counts) -> Mapping[str, Fraction | None]:
    """Give every rate of *counts* as an exact fraction from 0 to 1; None where its denominator is zero."""
    return MappingProxyType({key: _rate(formula, counts) for key, formula in RATE_FORMULAS.items()})


def rate_of_returns(returns: Returns) -> Fraction | None:
    """Give the share of units that reported on time; None where none was expected to."""
    return Fraction(returns.of(ReturnState.ON_TIME), returns.expected) if returns.lines else None


def basis(formula: RateFormula, counts: Counts) -> int:
    """Give the denominator."""
    return _sum(formula.denominator, counts)


def percent(rate: Fraction | None, digits: int = 1, *, comma: bool = True) -> str:
    """Write a rate as percent without the sign, rounded half up from the exact fraction; a dash for none."""
    if rate is None:
        return "–"
    whole = int(rate * 100 * 10**digits + Fraction(1, 2))
    text = f"{whole:0{digits + 1}}"
    return f"{text[:-digits]}{',' if comma else '.'}{text[-digits:]}" if digits else text


def _rate(formula: RateFormula, counts: Counts) -> Fraction | None:
    over = basis(formula, counts)
    return Fraction(_sum(formula.numerator, counts), over) if over else None


def _sum(names: tuple[str, ...], counts: Counts) -> int:
    return sum([getattr(counts, name) for name in names])
