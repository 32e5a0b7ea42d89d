"""Say what a frozen report is and what changed since, for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.render.issued_words import figure_lines, task_lines
from tdnv_sheets.summary.issued import PROVISIONAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tdnv_sheets.render.report_view import Paper
    from tdnv_sheets.summary.issued import Changes, Corrections, Issued

_SHOWN: Final = 40
"""So many lines of changes are said on a terminal."""


def issued_words(paper: Paper, lang: str, *, now: bool = False) -> Iterator[str]:
    """Say which frozen report this is; *now*: that it has just been frozen. Nothing where it is not frozen."""
    issued, summary = paper.summary.issued, paper.summary
    if issued is None:
        return
    values = {
        "at": f"{issued.at:%d/%m/%Y %H:%M}",
        "as_of": f"{summary.as_of:%d/%m/%Y}",
        "period": summary.period.name,
        "revision": issued.revision,
        "number": issued.again,
        "reason": issued.reason,
    }
    entry = (
        ("frozen_again" if issued.again else "frozen_now") if now else f"drawn_{'again' if issued.again else 'frozen'}"
    )
    yield say(f"issued.{entry}", lang, **values)
    if issued.forced:
        yield say("issued.frozen_by_force", lang, forced="; ".join(_against(name, lang) for name in issued.forced))
    if issued.again and now:
        yield from changes_words(issued.changes, paper, lang)


def _against(name: str, lang: str) -> str:
    return say("issued.early", lang) if name == PROVISIONAL else say(f"checks.check_{name}", lang)


def changes_words(changes: Changes, paper: Paper, lang: str) -> Iterator[str]:
    """Say how two countings of one report differ; units by the names of *paper*."""
    if not changes:
        yield say("issued.changed_nothing", lang)
        return
    yield say("issued.changed_head", lang, figures=len(changes.figures), tasks=len(changes.tasks))
    lines = list(_lines(changes, paper, lang))
    yield from lines[:_SHOWN]
    if len(lines) > _SHOWN:
        yield say("issued.changed_more", lang, count=len(lines) - _SHOWN)


def corrections_words(paper: Paper, lang: str) -> Iterator[str]:
    """Say what was corrected in the period before since its report went out; nothing where nothing was."""
    found = paper.summary.corrections
    if found is None or not found.changes:
        return
    yield say("issued.corrected_head", lang, revision=found.revision, tasks=len(found.changes.tasks))
    yield from (line for _, line in zip(range(_SHOWN), _task_words(found.changes, paper, lang), strict=False))


def _lines(changes: Changes, paper: Paper, lang: str) -> Iterator[str]:
    for line in figure_lines(changes, paper, lang):
        values = {"unit": line.unit, "figure": line.what, "before": line.before, "after": line.after}
        yield say("issued.changed_figure", lang, **values)
    yield from _task_words(changes, paper, lang)


def _task_words(changes: Changes, paper: Paper, lang: str) -> Iterator[str]:
    for line in task_lines(changes, paper, lang):
        values = {"unit": line.unit, "task": line.what, "before": line.before, "after": line.after}
        yield say("issued.changed_task", lang, **values)


def issued_json(issued: Issued | None) -> dict[str, Any] | None:
    """Give the mark of a frozen report as data; null for one that is not frozen."""
    if issued is None:
        return None
    return {
        "number": issued.number,
        "at": issued.at.isoformat(),
        "revision": issued.revision,
        "regulation_digest": issued.regulation_digest,
        "reason": issued.reason or None,
        "forced": list(issued.forced),
        "changes": changes_json(issued.changes),
    }


def corrections_json(found: Corrections | None) -> dict[str, Any] | None:
    """Give what was corrected in the period before as data; null where its report is not frozen."""
    if found is None:
        return None
    return {
        "issue": found.issue,
        "at": found.at.isoformat(),
        "revision": found.revision,
        "as_of": found.as_of.isoformat(),
        "open_then": found.open_then,
        "open_now": found.open_now,
        "changes": changes_json(found.changes),
    }


def changes_json(changes: Changes) -> dict[str, Any]:
    """Give changes as data; `unit` is null for the sum over units, a status null where the task is not in the report."""
    return {
        "figures": [
            {"unit": each.unit or None, "figure": each.figure, "before": each.before, "after": each.after}
            for each in changes.figures
        ],
        "tasks": [
            {"task_id": each.task_id, "unit": each.unit, "before": each.before or None, "after": each.after or None}
            for each in changes.tasks
        ],
    }
