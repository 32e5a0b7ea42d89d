"""Know a formula that calls another program: «=program|topic!item», or the function DDE."""

from __future__ import annotations

import re
from typing import Final

_FUNCTION: Final = re.compile(r"\bDDE\s*+\(", re.IGNORECASE)
_PROGRAM: Final = re.compile(r"[\w.]['\"]?\|")
_ITEM: Final = re.compile(r"![\w$']")


def calls_program(formula: str) -> bool:
    """Say whether a formula calls another program; in time linear in its length."""
    if _FUNCTION.search(formula):
        return True
    program = _PROGRAM.search(formula)
    return program is not None and _ITEM.search(formula, program.end()) is not None
