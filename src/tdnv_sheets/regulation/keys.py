"""What may stand in a profile: its tables, their keys, and what each key may say. Check and reader go by this list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from tdnv_sheets.periods import PeriodKind
from tdnv_sheets.regulation.values import OFFICE, UNIT

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Key:
    """What one key may say."""

    kind: type = str
    """`str`, `int`, `date`, or `list` of texts; `bool` beside `str` is for switches alone."""
    needed: bool = True
    choices: tuple[str, ...] = ()
    """For a text the words, for a list what its entries may be; empty for any."""
    lowest: int = 0
    highest: int = 0
    may_be_empty: bool = False
    default: object = None


KINDS: Final = tuple(kind.value for kind in PeriodKind if kind not in (PeriodKind.WEEK, PeriodKind.DAYS))
WHO: Final = (UNIT, OFFICE)
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LIMITS: Final = (
    "office-entry",
    "unit-entry",
    "unit-update",
    "result-update",
    "return",
    "feedback",
    "inspection-report",
)
CASES: Final = ("ordinary", "urgent", "many", "timed", "undated")
TRIGGERS: Final = (
    "received",
    "issued",
    "assigned",
    "deadline",
    "result",
    "inspection_end",
    "feedback",
    "unstated",
)
UNSTATED: Final = "unstated"
"""The text does not say from when; the switch `result_trigger` does."""
TOPICS: Final = (
    "scope",
    "effect",
    "addressee",
    "assigner",
    "source",
    "excluded",
    "higher",
    "class",
    "system",
    "channel",
    "tool",
    "field",
    "entered-by",
    "status",
    "return",
    "redo",
    "confirmation",
    "completion",
    "extension",
    "secrecy",
    "correction",
    "office",
    "focal-person",
    "monitoring-content",
    "monitoring-form",
    "inspection-content",
    "inspection-form",
    "inspection-body",
    "inspection-decision",
    "inspection-report",
    "inspection-dossier",
    "office-report",
    "unit-report",
    "feedback",
    "publication",
    "emulation",
)
"""What clauses are about, in the order in which `tdnv regulation show` lists them."""
NAME_FIELDS: Final = (
    "field",
    "source",
    "class",
    "return",
    "extension",
    "completion",
    "confirmation",
    "focal-person",
)
"""Topics whose clauses name fields of the assignment, the field list first."""
SWITCHES: Final[Mapping[str, tuple[bool | str, ...]]] = MappingProxyType(
    {
        "confirmation": (True, False),
        "final_document": (True, False),
        "returned_overdue": (True, False),
        "completion_day": ("result_document", "completed"),
        "deadline_roll": ("next", "previous", "none"),
        "report_roll": ("next", "previous", "none"),
        "cut_off": ("office_day", "unit_day", "period_end"),
        "before_day": ("exclusive", "named", "inclusive"),
        "very_urgent": ("urgent", "ordinary"),
        "result_trigger": ("result", "assigned"),
        "inaction_start": ("assigned", "deadline"),
    }
)
"""The questions that texts leave open, with the answers that the program knows."""
ALWAYS: Final = (
    "confirmation",
    "final_document",
    "returned_overdue",
    "completion_day",
    "deadline_roll",
    "report_roll",
    "cut_off",
)
"""The switches that every profile has to answer; the others only where one of its values asks."""

ONCE: Final = ("before_day", "result_trigger", "inaction_start")
"""The switches that are worked into other values when these are read: to change one, those values get a new version."""

_WORDS: Final = Key(needed=False, may_be_empty=True, default="")
_COMMON: Final = {
    "article": Key(),
    "since": Key(date, needed=False),
    "until": Key(date, needed=False),
    "note_vi": _WORDS,
    "note_en": _WORDS,
}
_TEXT: Final = {"vi": Key(), "en": Key(needed=False, default="")}
_OPTIONAL_TO: Final = {"to": Key(needed=False, default="")}
_LISTED: Final = {"names": Key(list, needed=False, default=())}

HEAD: Final[Mapping[str, Key]] = MappingProxyType(
    {
        "title": Key(),
        "issuer": Key(),
        "office": Key(),
        "number": Key(may_be_empty=True),
        "since": Key(date),
        "state_vi": _WORDS,
        "state_en": _WORDS,
    }
)
"""The keys of `[regulation]`."""
TABLES: Final[Mapping[str, Mapping[str, Key]]] = MappingProxyType(
    {
        "limit": {
            "name": Key(choices=LIMITS),
            "who": Key(choices=WHO),
            "case": Key(choices=CASES),
            "working_days": Key(int, lowest=0, highest=250),
            "trigger": Key(choices=TRIGGERS),
            **_OPTIONAL_TO,
            **_COMMON,
        },
        "report": {
            "who": Key(choices=WHO),
            "kind": Key(choices=KINDS),
            "subject": Key(needed=False, choices=("tasks", "secret", "regulation"), default="tasks"),
            "part": Key(int, needed=False, lowest=1, highest=4),
            "month": Key(int, needed=False, lowest=1, highest=12),
            "day": Key(int, needed=False, lowest=1, highest=31),
            "wording": Key(needed=False, choices=("on", "before", "before-shared"), default="on"),
            "to": Key(),
            **_COMMON,
        },
        "session": {
            "who": Key(choices=WHO),
            "kind": Key(choices=KINDS),
            "working_days": Key(int, lowest=0, highest=250),
            "to": Key(),
            **_TEXT,
            **_COMMON,
        },
        "weekly": {"who": Key(choices=WHO), "weekday": Key(choices=WEEKDAYS), "to": Key(), **_TEXT, **_COMMON},
        "stale": {
            "case": Key(needed=False, choices=("all", "undated"), default="all"),
            "months": Key(int, lowest=1, highest=120),
            **_COMMON,
        },
        "inaction": {"months": Key(int, lowest=1, highest=120), **_TEXT, **_COMMON},
        "explanation": {
            "when": Key(list, choices=("overdue", "undated", "substandard", "unable")),
            "reports": Key(list, needed=False, choices=KINDS, default=()),
            "fields": Key(list),
            "to": Key(),
            **_TEXT,
            **_COMMON,
        },
        "switch": {"name": Key(choices=tuple(SWITCHES)), "value": Key(bool), **_TEXT, **_COMMON},
        "clause": {"topic": Key(choices=TOPICS), "key": Key(), **_TEXT, **_LISTED, **_COMMON},
    }
)
"""Table → its keys; each table may stand any number of times."""
