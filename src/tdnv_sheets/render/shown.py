"""What people see for a value of the ledger: names for unit codes, labels for code words, words for alerts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.records import EXTRA, Key, units_by_code
from tdnv_sheets.rules.judgement import Status
from tdnv_sheets.sheetspec import Kind, assignment_spec
from tdnv_sheets.validate.cells import as_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date

    from tdnv_sheets.records import Unit, Value
    from tdnv_sheets.render.view import RegisterView, Row
    from tdnv_sheets.rules.judgement import Alert, Judgement
    from tdnv_sheets.sheetspec import SheetSpec

COMPUTED: Final = frozenset(
    {"effective_deadline", "status", "days_left", "working_days_left", "alerts", "extension_count", "last_update"}
)


@dataclass(frozen=True, slots=True)
class Shown:
    """The words of one register: its language, the fields' captions and labels, the units' names."""

    lang: str
    spec: SheetSpec
    units: Mapping[str, Unit]
    alert_articles: Mapping[tuple[Key, Alert], str] = field(default_factory=dict)
    """On which article of the regulation an assignment's alert rests, where it rests on one."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """Sheet → its title, where the office calls it otherwise than the program does."""

    def sheet(self, name: str) -> str:
        """Give the title of one of the register's sheets."""
        return self.titles.get(name) or self.say(f"sheet_{name}")

    def say(self, entry: str, **values: object) -> str:
        """Give the words of an entry of messages/register.toml."""
        return say(f"register.{entry}", self.lang, **values)

    def unit(self, code: object) -> str:
        """Give a unit's name; the code itself when the unit list does not know it."""
        known = self.units.get(str(code))
        return known.name if known else str(code or "")

    def caption(self, name: str) -> str:
        """Give a field's caption; the header itself for the office's own columns."""
        if name.startswith(EXTRA):
            return name.removeprefix(EXTRA)
        spec = self.spec.by_name.get(name)
        return spec.header(self.lang) if spec else name

    def value(self, name: str, value: Value) -> Value:
        """Give a field's value as a cell shows it."""
        spec = self.spec.by_name.get(name)
        if spec is None or value is None:
            return value
        if spec.kind is Kind.UNIT:
            return self.unit(value)
        return spec.label(value, self.lang) if spec.kind is Kind.CHOICE else value

    def text(self, name: str, value: Value) -> str:
        """Give a field's value as a person reads it, also one of the office's own columns."""
        return as_text(self.value(name, value))

    def status(self, status: Status) -> str:
        """Give the words for a status."""
        return self.spec.by_name["status"].label(status.value, self.lang)

    def alerts(self, row: Row) -> str:
        """Give the words for a row's alerts on one line, each with its article."""
        told = []
        for alert in row.judgement.alerts:
            words, article = (
                say(f"alerts.{alert.value}", self.lang),
                self.alert_articles.get((row.assignment.key, alert)),
            )
            told.append(f"{words} ({article})" if article else words)
        return "; ".join(told)

    def reader(self, name: str) -> Callable[[Row], Value]:
        """Give what reads one column of the register off its rows."""
        if name in COMPUTED:
            return self._computed(name)
        if name in Key._fields:
            place = Key._fields.index(name)
            return lambda row: self.value(name, row.assignment.key[place])
        spec = self.spec.by_name.get(name)
        if spec and spec.kind in {Kind.UNIT, Kind.CHOICE}:
            told: dict[Value, Value] = {}  # few different ones in many rows

            def tell(row: Row) -> Value:
                code = row.assignment.fields.get(name)
                if code not in told:
                    told[code] = self.value(name, code)
                return told[code]

            return tell
        return lambda row: row.assignment.fields.get(name)

    def _computed(self, name: str) -> Callable[[Row], Value]:
        if name == "status":
            words = {status: self.status(status) for status in Status}
            return lambda row: words[row.judgement.status]
        if name == "alerts":
            return self.alerts
        if name == "extension_count":
            return lambda row: row.judgement.extension_count or None
        judged: Callable[[Judgement], Value] = attrgetter(name)
        return lambda row: judged(row.judgement)


def shown(view: RegisterView) -> Shown:
    """Give the words for one register."""
    return replace(words_for(view.units, view.lang), alert_articles=view.alert_articles, titles=view.titles)


def words_for(units: Iterable[Unit], lang: str) -> Shown:
    """Give the words for assignments of an office that has these units."""
    return Shown(lang, assignment_spec(), units_by_code(units))


def day_text(day: date) -> str:
    """Give a day the Vietnamese way."""
    return f"{day.day:02}/{day.month:02}/{day.year}"
