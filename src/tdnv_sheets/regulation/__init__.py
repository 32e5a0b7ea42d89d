"""The rules of one authority as dated data with articles, read from `regulations/ID.toml` or an office's own file."""

from __future__ import annotations

from tdnv_sheets.regulation.model import Regulation
from tdnv_sheets.regulation.read import available, is_own, load, problems, read
from tdnv_sheets.regulation.values import (
    OFFICE,
    UNIT,
    Clause,
    Completion,
    ExplanationDuty,
    Inaction,
    Inspection,
    Interval,
    Provision,
    ReportDay,
    SessionDuty,
    Switch,
    TimeLimit,
    WeeklyDuty,
)

__all__ = [
    "OFFICE",
    "UNIT",
    "Clause",
    "Completion",
    "ExplanationDuty",
    "Inaction",
    "Inspection",
    "Interval",
    "Provision",
    "Regulation",
    "ReportDay",
    "SessionDuty",
    "Switch",
    "TimeLimit",
    "WeeklyDuty",
    "available",
    "is_own",
    "load",
    "problems",
    "read",
]
