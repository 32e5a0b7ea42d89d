"""The moment for which something is done: a module of its own, so that who only reads the clock loads no checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Moment:
    """The day that rules and messages count from, and the clock for what is written down."""

    as_of: date
    now: datetime
