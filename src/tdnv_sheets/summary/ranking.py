"""Order and classes of units by one named rate; off unless the office's settings ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tdnv_sheets.summary.rates import RATE_FORMULAS, basis

if TYPE_CHECKING:
    from collections.abc import Iterable
    from fractions import Fraction

    from tdnv_sheets.summary.figures import UnitLine
    from tdnv_sheets.summary.rates import RateFormula


@dataclass(frozen=True, slots=True)
class RankingRule:
    """How the office ranks."""

    rate: str
    """Key of the rate, of `RATE_FORMULAS`."""
    minimum: int
    """Units whose rate rests on fewer assignments (its denominator) are not ranked."""
    thresholds: tuple[int, ...]
    """Lowest percentages of the classes, falling: `(90, 75, 50)` makes four classes, 1 for 90 % and more."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """One unit's place."""

    unit: str
    rate: Fraction | None
    basis: int
    """How many assignments the rate rests on: its denominator."""
    place: int | None
    """1 is best; units with equal rates share a place. None where the basis is below the minimum."""
    band: int | None
    """1 is the class of the highest threshold, the last is below all of them; None where there is no place."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """All units, ranked first, in the order of their places; then those that are not ranked, in the order of Biểu 01."""

    rule: RankingRule
    formula: RateFormula
    """What is divided by what; its words stand in messages/rates.toml under `formula_<rule.rate>`."""
    lines: tuple[Ranked, ...]


def rank(lines: Iterable[UnitLine], rule: RankingRule) -> Ranking:
    """Rank the units of Biểu 01 by *rule*; units of one rate share a place, and the next one's counts them all."""
    formula = RATE_FORMULAS[rule.rate]
    judged = [(line.unit, line.rates[rule.rate], basis(formula, line.counts)) for line in lines]
    placed = [(unit, rate, n) for unit, rate, n in judged if rate is not None and n >= max(rule.minimum, 1)]
    placed.sort(key=lambda one: -one[1])
    ranked = []
    for unit, rate, n in placed:
        place = 1 + sum(1 for _unit, better, _n in placed if better > rate)
        band = 1 + sum(1 for threshold in rule.thresholds if rate * 100 < threshold)
        ranked.append(Ranked(unit, rate, n, place, band))
    there = {one.unit for one in ranked}
    rest = (Ranked(unit, rate, n, None, None) for unit, rate, n in judged if unit not in there)
    return Ranking(rule, formula, (*ranked, *rest))
