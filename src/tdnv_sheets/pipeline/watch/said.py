"""What a watcher says while it works: each thing once when it comes, and once when it is over."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import PurePath
from typing import TYPE_CHECKING, Final, TypeAlias

from tdnv_sheets.errors import TdnvError
from tdnv_sheets.findings import Severity
from tdnv_sheets.messages.catalogue import LANGUAGES, finding_text, say
from tdnv_sheets.pipeline.arrived import is_secret
from tdnv_sheets.pipeline.receive import shown_name
from tdnv_sheets.validate.checked import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tdnv_sheets.pipeline.receive import Received


class Weight(IntEnum):
    """How much it weighs; the numbers are those of `logging`."""

    INFO = 20
    WARNING = 30
    ERROR = 40


@dataclass(frozen=True, slots=True)
class Said:
    """One thing to say; `code` names its words in messages/watch.toml."""

    code: str
    weight: Weight = Weight.INFO
    values: Mapping[str, object] = field(default_factory=dict)
    """What the words ask for; a reason to stop among them is put into words when the language is known."""


Tell: TypeAlias = "Callable[[Said], None]"

_SPEAKING: Final = frozenset((Verdict.WAITING, Verdict.QUARANTINED, Verdict.DUPLICATE))
_BAD: Final = frozenset((Verdict.PARTLY, Verdict.RETURNED, Verdict.QUARANTINED))


def said_of(received: Received) -> Said:
    """Say what became of a file; nothing of what is written in it."""
    first = min(received.abouts, key=lambda about: list(Severity).index(about.finding.severity), default=None)
    # A finding that quotes a cell is for the marked copy and the receipt, not for terminals and logs.
    speaks = first is not None and not first.finding.value and received.verdict in _SPEAKING
    words = {f"what_{lang}": say(f"pipeline.verdict_{received.verdict}", lang) for lang in LANGUAGES}
    for lang in LANGUAGES:
        if speaks and first is not None:
            words[f"what_{lang}"] += f": {finding_text(first.finding, lang)}"
        else:
            counts = {"accepted": received.accepted, "total": received.total, "changes": len(received.changes)}
            words[f"what_{lang}"] += f" {say('watch.counts', lang, **counts, conflicts=len(received.conflicts))}"
        if received.marked_at is not None:
            words[f"what_{lang}"] += f" {say('watch.marked', lang, path=received.marked_at.name)}"
    values = {
        "file": f"***{PurePath(received.file).suffix}" if is_secret(received) else shown_name(received.file),
        "verdict": received.verdict.value,
        "unit": received.unit,
        "period": received.period,
        "total": received.total,
        "held": received.held,
        "changes": len(received.changes),
        "conflicts": len(received.conflicts),
        "revision": received.revision,
        "findings": sorted({about.finding.code for about in received.abouts}),
        **words,
    }
    waits = received.verdict is Verdict.WAITING or received.conflicts
    return Said("received", Weight.WARNING if waits or received.verdict in _BAD else Weight.INFO, values)


@dataclass(slots=True)
class Standing:
    """What is wrong at present, so that it is said when it comes and when it is over, and not in between."""

    tell: Tell
    wrong: dict[str, str] = field(default_factory=dict)
    """What of → the code of what is wrong with it."""
    since: dict[str, str] = field(default_factory=dict)

    def is_wrong(self, what: str, said: Said, at: str) -> None:
        """Say it unless it was said already."""
        sign = f"{said.code} {_sign(said.values)}"
        if self.wrong.get(what) != sign:
            self.wrong[what] = sign
            self.since[what] = at
            self.tell(said)

    def is_well(self, what: str, said: Said | None = None) -> None:
        """Say that it is over, if it was wrong."""
        if self.wrong.pop(what, None) is not None:
            self.since.pop(what, None)
            if said is not None:
                self.tell(said)


def _sign(values: Mapping[str, object]) -> str:
    """Give what tells one trouble from another."""
    parts = (value.code if isinstance(value, TdnvError) else str(value) for value in values.values())
    return " ".join(parts)
