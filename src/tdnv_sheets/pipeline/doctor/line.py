"""What one look at the surroundings found."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class State(IntEnum):
    """How it stands, from well to broken."""

    OK = 0
    NOTE = 1
    ATTENTION = 2
    """Something of the office's data needs a person."""
    BROKEN = 3
    """Something that the program needs does not do its work."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at."""

    part: str
    """What was looked at, such as `ledger`; stable, for programs that read the answer."""
    code: str
    """Names the words in messages/doctor.toml."""
    state: State
    values: Mapping[str, object] = field(default_factory=dict)
    """What the words ask for; a reason to stop among them is put into words when the language is known."""
