"""Say what became of a file: verdict, counts, findings; as data, and as the text that lies beside the archived file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from tdnv_sheets.findings import About, Severity
from tdnv_sheets.inbox.shelf import readable
from tdnv_sheets.merge.rows import NOTHING
from tdnv_sheets.messages.catalogue import finding_fix, finding_hint, finding_text, say
from tdnv_sheets.messages.to_do import place_of, reading_order, to_do_line
from tdnv_sheets.periods import parse_period
from tdnv_sheets.validate.checked import Verdict
from tdnv_sheets.validate.secrecy import Secrecy, secrecy

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from tdnv_sheets.merge.rows import Counts
    from tdnv_sheets.records import Change, Conflict

_TO_DO: Final = (Severity.ERROR, Severity.WARNING)
_MANY: Final = 5
"""More alike than these stand in one line."""
_NAMED: Final = 10
"""So many places that line names."""


@dataclass(frozen=True, slots=True)
class Received:
    """One file and what became of it."""

    file: str
    verdict: Verdict
    abouts: tuple[About, ...] = ()
    unit: str = ""
    period: str = ""
    total: int = 0
    held: int = 0
    changes: tuple[Change, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    same: int = 0
    """Cells that the register and the file changed alike."""
    rows: Counts = NOTHING
    """What became of the rows of «Cập nhật», and as *new* the proposed tasks."""
    cells: Counts = NOTHING
    """What became of their cells."""
    revision: int | None = None
    kept_at: Path | None = None
    """Where the file as received lies now."""
    marked_at: Path | None = None
    """The marked copy to send back."""

    @property
    def accepted(self) -> int:
        """Rows that went on to the merge."""
        return self.total - self.held


def has_secret_name(name: str) -> bool:
    """Say whether a file's very name bears a mark of secrecy."""
    return secrecy(PurePath(name).stem) is Secrecy.REFUSE


def shown_name(name: str) -> str:
    """Give a file's name as it may be said and written; one with a mark of secrecy is never repeated."""
    return readable(f"***{PurePath(name).suffix}" if has_secret_name(name) else name)


def receipt(
    received: Received, unit_name: str, at: datetime, lang: str, *, revision: str | None = None, marked: str = ""
) -> str:
    """Write the text beside an archived or quarantined file: what became of it, how much, and what there is to do.

    *revision* stands for one that is not known yet; *marked* is where the copy to correct lies.
    """
    what = {
        "verdict": say(f"pipeline.verdict_{received.verdict}", lang),
        "file": received.file,
        "at": f"{at:%H:%M %d/%m/%Y}",
    }
    if unit_name or received.period:
        period = parse_period(received.period).title(lang) if received.period else "–"
        head = say("pipeline.receipt", lang, **what, unit=unit_name or "–", period=period)
    else:
        head = say("pipeline.receipt_unknown", lang, **what)
    parts = [head.lstrip("\n")]
    if received.total or any(received.rows):
        parts.append(_counts(received, lang, revision).lstrip("\n"))
    if received.verdict is Verdict.QUARANTINED:
        parts.append(say("pipeline.receipt_quarantined", lang) + "\n")
    if marked:
        parts.append(say("pipeline.receipt_marked", lang, marked=marked) + "\n")
    return "".join(parts) + "".join(f"\n{line}" for line in finding_lines(received.abouts, lang)) + "\n"


def _counts(received: Received, lang: str, revision: str | None) -> str:
    if revision is None:
        revision = "–" if received.revision is None else str(received.revision)
    return say(
        "pipeline.receipt_counts",
        lang,
        total=received.total,
        accepted=received.accepted,
        held=received.held,
        same=received.same,
        **{f"rows_{name}": count for name, count in received.rows._asdict().items()},
        **{f"cells_{name}": count for name, count in received.cells._asdict().items()},
        revision=revision,
    )


def finding_lines(abouts: Iterable[About], lang: str) -> list[str]:
    """Write findings: what there is to do in one sentence, then one by one, errors first.

    A finding is its place and what is, below it what to do, and a hint where it was not given before.
    """
    ordered = sorted(abouts, key=lambda about: reading_order(about.finding))
    many = sum(about.finding.severity in _TO_DO for about in ordered) > 1
    lines = [to_do_line([(about.finding, place_of(about.finding)) for about in ordered], lang)] if many else []
    hinted = {""}
    for alike in _folded(ordered):
        finding = alike[0].finding
        severity = say(f"pipeline.severity_{finding.severity}", lang)
        lines.append(f"{place(alike[0])}{severity}: {finding_text(finding, lang)}{_and_more(alike[1:], lang)}")
        if finding.severity in _TO_DO:
            lines.append(f"    → {finding_fix(finding, lang)}")
        if (hint := finding_hint(finding, lang)) not in hinted:
            hinted.add(hint)
            lines.append(f"    {say('pipeline.hint', lang, hint=hint)}")
    return lines


def _folded(abouts: Iterable[About]) -> list[list[About]]:
    """Put together what was repaired or is only told, where the same is said of many cells of a column."""
    groups: dict[object, list[About]] = {}
    for number, about in enumerate(abouts):
        finding = about.finding
        alone = finding.severity in _TO_DO
        groups.setdefault(number if alone else (finding.code, finding.sheet, finding.column), []).append(about)
    parts = ([group] if len(group) > _MANY else [[about] for about in group] for group in groups.values())
    return [part for group in parts for part in group]


def _and_more(abouts: Sequence[About], lang: str) -> str:
    if not abouts:
        return ""
    places = [f.cell or (say("pipeline.whole_row", lang, row=f.row) if f.row else task) for f, task, _ in abouts]
    if not all(places):
        return f" {say('pipeline.and_more_somewhere', lang, count=len(abouts))}"
    named = ", ".join(places[:_NAMED]) + (", …" if len(places) > _NAMED else "")
    return f" {say('pipeline.and_more', lang, count=len(abouts), places=named)}"


def place(about: About) -> str:
    """Write where a finding is, so that it can be pasted into Excel's name box; only its task where no sheet is known."""
    finding = about.finding
    if finding.sheet and finding.cell:
        return f"{finding.sheet}!{finding.cell}: "
    at = finding.sheet or about.task
    return f"{at}: " if at else ""
