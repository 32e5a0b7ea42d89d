"""Words for what changed in a report that went out: on its papers and on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tdnv_sheets.messages.catalogue import area, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tdnv_sheets.render.report_view import Paper
    from tdnv_sheets.summary.issued import Changes

CAPTIONS: Final = ("number", "unit", "what", "before", "after")
"""Of the columns of a list; the words stand in messages/issued.toml under `head_<name>`."""


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One thing that differs, in words."""

    unit: str
    what: str
    """A figure or a task."""
    before: str | int
    after: str | int


@dataclass(frozen=True, slots=True)
class ChangeList:
    """What differs between two countings of a report."""

    title: str
    figures: tuple[ChangeLine, ...]
    tasks: tuple[ChangeLine, ...]


def change_lists(paper: Paper) -> tuple[ChangeList, ...]:
    """Give the lists that go with a paper: since the issue before, and in the period before since that was frozen."""
    issued, corrections, lang = paper.summary.issued, paper.summary.corrections, paper.lang
    lists = []
    if issued is not None and issued.again:
        title = say("issued.title_again", lang, number=issued.again)
        lists.append(
            ChangeList(title, tuple(figure_lines(issued.changes, paper)), tuple(task_lines(issued.changes, paper)))
        )
    if corrections is not None and corrections.changes:
        title = say("issued.title_corrected", lang, at=f"{corrections.at:%d/%m/%Y}", revision=corrections.revision)
        found = corrections.changes
        lists.append(ChangeList(title, tuple(figure_lines(found, paper)), tuple(task_lines(found, paper))))
    return tuple(lists)


def figure_lines(changes: Changes, paper: Paper, lang: str = "") -> Iterator[ChangeLine]:
    """Say each figure that differs, in the paper's language or another."""
    lang = lang or paper.lang
    for each in changes.figures:
        unit = paper.unit(each.unit) if each.unit else say("issued.sum", lang)
        yield ChangeLine(unit, figure_words(each.figure, lang), each.before, each.after)


def task_lines(changes: Changes, paper: Paper, lang: str = "") -> Iterator[ChangeLine]:
    """Say each assignment that moved."""
    lang = lang or paper.lang
    for each in changes.tasks:
        before, after = status_words(each.before, lang), status_words(each.after, lang)
        yield ChangeLine(paper.unit(each.unit), each.task_id, before, after)


def figure_words(figure: str, lang: str) -> str:
    """Name a figure of `Counts`; one that has no words yet by its code."""
    entry = area("issued").get(f"figure_{figure}")
    return figure if entry is None else str(entry[lang])


def status_words(status: str, lang: str) -> str:
    """Name a status as a report counts it; empty stands for an assignment that is not in the report."""
    return figure_words(status, lang) if status else say("issued.not_there", lang)
