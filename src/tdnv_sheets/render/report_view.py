"""What every form of a report needs, workbook, document or page: the figures, and who says them to whom in which language."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.summary.issued import PROVISIONAL
from tdnv_sheets.summary.rates import percent

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from tdnv_sheets.summary.figures import Listed, Summary

DASH: Final = "–"
"""Stands where a rate has no denominator."""


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who reports to whom, and on which words of the law; what the texts leave open is empty and stays to be written."""

    office: str
    regulation: str
    """The title of the regulation in force."""
    number: str = ""
    """Of the paper by which the regulation was issued."""
    authority: str = ""
    """The body above the office."""
    place: str = ""
    signer: str = ""
    """The post of who signs."""
    recipients: tuple[str, ...] = ()
    """Who gets the report, by `report_article`."""
    report_article: str = ""
    publication: str = ""
    """Where the regulation wants results published, by `publication_article`."""
    publication_article: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """One report to be drawn."""

    summary: Summary
    head: Letterhead
    lang: str
    unit_names: Mapping[str, str]
    colours: Mapping[str, str]
    unit_groups: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """The group of each unit's code; empty where the unit list has no groups."""

    @property
    def office(self) -> str:
        """Give the office's name."""
        return self.head.office

    def tell(self, entry: str, /, **values: object) -> str:
        """Give words of the catalogue of sentences."""
        return say(f"narrative.{entry}", self.lang, **values)

    def words(self, entry: str, /, **values: object) -> str:
        """Give words of the report's catalogue."""
        return say(f"report.{entry}", self.lang, **values)

    def unit(self, code: str) -> str:
        """Give a unit's name; the code itself when the unit list does not know it."""
        return self.unit_names.get(code, code)

    @property
    def signer(self) -> str:
        """Give the post of who signs, as it stands above the signature."""
        return (self.head.signer or self.words("sign_right")).upper()

    @property
    def place_line(self) -> str:
        """Give place and date; the day is left to be written, as the report's number is."""
        return self.words("place_line", place=self.head.place or self.words("place_blank"))

    @property
    def period(self) -> str:
        """Give the period in words."""
        return self.summary.period.title(self.lang)

    @property
    def as_of(self) -> str:
        """Give the report's day as people write it."""
        return f"{self.summary.as_of:%d/%m/%Y}"

    @property
    def marks(self) -> tuple[str, ...]:
        """Give the lines under the period: which units it is limited to, when it was frozen, that it was issued again."""
        summary, issued = self.summary, self.summary.issued
        marks = []
        if summary.scope:
            marks.append(say("issued.scope_line", self.lang, units="; ".join(map(self.unit, summary.scope))))
        if issued is not None:
            at = f"{issued.at:%d/%m/%Y %H:%M}"
            marks.append(say("issued.frozen_line", self.lang, at=at, revision=issued.revision))
            if issued.again:
                marks.append(say("issued.again_line", self.lang, number=issued.again, reason=issued.reason))
            if PROVISIONAL in issued.forced:
                marks.append(say("issued.early_line", self.lang))
        return tuple(marks)

    @property
    def public_marks(self) -> tuple[str, ...]:
        """Give what the public is told of the same: not the ledger's revision, and not why it was issued again."""
        issued, marks = self.summary.issued, list(self.marks[:1] if self.summary.scope else ())
        if issued is not None:
            entry = "issued.public_again" if issued.again else "issued.public_line"
            marks.append(say(entry, self.lang, number=issued.again, at=f"{issued.at:%d/%m/%Y}"))
        return tuple(marks)

    @property
    def failed(self) -> int:
        """Give the number of checks that do not agree."""
        return sum(not check.ok for check in self.summary.checks)


def days_overdue(summary: Summary, item: Listed) -> int:
    """Give the calendar days between the deadline that counts and the report's day."""
    if item.judgement.days_left is not None:
        return -item.judgement.days_left
    deadline = item.judgement.effective_deadline
    return (summary.as_of - deadline).days if deadline else 0


def distinct_change(summary: Summary) -> int | None:
    """Give by how many more distinct tasks there are than in the period before; None where those were not counted."""
    before = summary.previous_distinct.total
    return None if not before and summary.previous_total.total else summary.distinct.total - before


def count_text(count: int, lang: str) -> str:
    """Write a count with the thousands apart, by a point in Vietnamese and a comma in English."""
    text = f"{count:,}"
    return text.replace(",", ".") if lang == "vi" else text


def percent_text(rate: Fraction | None, lang: str) -> str:
    """Write a rate in percent, rounded half up to one decimal, with the language's comma or point; a dash for none."""
    return DASH if rate is None else f"{percent(rate, comma=lang == 'vi')}%"
