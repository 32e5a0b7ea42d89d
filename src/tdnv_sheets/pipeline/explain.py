"""Say what the program understands of a typed deadline, document number or unit, and how it came to that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from tdnv_sheets.intake.worker import Readers
from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.pipeline.days import roll_words, weekday_and_day
from tdnv_sheets.pipeline.units import known_units
from tdnv_sheets.text.deadlines import DeadlineKind, parse_deadline
from tdnv_sheets.text.document_numbers import parse_number, type_words
from tdnv_sheets.text.unicode import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from tdnv_sheets.calendar import Calendar
    from tdnv_sheets.inbox.workspace import Workspace
    from tdnv_sheets.records import Unit
    from tdnv_sheets.text.deadlines import Deadline
    from tdnv_sheets.text.document_numbers import DocumentNumber
    from tdnv_sheets.text.units import UnitIndex, UnitMatch


@dataclass(frozen=True, slots=True)
class Explanation:
    """What one text was taken for."""

    data: Mapping[str, Any]
    """In the stable shape of design §10."""
    lines: tuple[str, ...]
    """The reasoning for a person: the text, then a line for each step."""
    understood: bool
    """Whether nobody has to be asked what the text means."""


_TO_BE_ASKED: Final = frozenset({"no-year", "part-of"})
_ROMAN: Final = ("I", "II", "III", "IV")
_HALF: Final = 6


def explain_deadline(text: str, *, calendar: Calendar, assigned: date | None = None, lang: str = "vi") -> Explanation:
    """Explain a deadline; a missing year is that of *assigned*, the day of assignment, days off are *calendar*'s."""
    found = parse_deadline(text, assigned=assigned)
    data = {
        "text": text,
        "kind": found.kind.value,
        "date": found.day and found.day.isoformat(),
        "assumed": found.assumed,
        "note": found.note,
    }
    steps = [("taken_for", say(f"explain.kind_{found.kind}", lang))]
    if found.day is not None:
        due = calendar.due(found.day)
        steps += [
            ("last_day", weekday_and_day(found.day, lang)),
            ("rule", _rule(found, found.day, lang)),
            *([("day_off", words)] if (words := roll_words(calendar, due, lang)) else []),
            *([("provisional", say("explain.provisional", lang))] if due.provisional else []),
            ("confirm", say("explain.yes" if found.assumed else "explain.no", lang)),
        ]
    elif found.kind is not DeadlineKind.NONE:
        steps.append(("last_day", say("explain.no_day", lang)))
    if found.note and (found.note != found.kind or found.kind is DeadlineKind.UNREADABLE):  # others say the kind again
        steps.append(("why", say(f"takeover.deadline-{found.note}", lang)))
    understood = found.kind is not DeadlineKind.UNREADABLE and found.note not in _TO_BE_ASKED
    return Explanation(data, _lines(text, steps, lang), understood)


def explain_number(text: str, *, lang: str = "vi") -> Explanation:
    """Explain the number of a document."""
    found = parse_number(text)
    data = {
        "text": text,
        "valid": found.valid,
        "number": found.number,
        "year": found.year,
        "type": found.type,
        "issuer": found.issuer,
    }
    steps = [("taken_for", say(f"explain.number_{found.kind or 'invalid'}", lang))]
    if found.valid:
        steps += [
            (part, str(value))
            for part, value in (
                ("number", found.number),
                ("year", found.year),
                ("type", _type(found, lang)),
                ("issuer", found.issuer),
                ("drafter", found.drafter),
            )
            if value is not None
        ]
    if found.note:
        steps.append(("why", say(f"explain.number-{found.note}", lang)))
    if found.suggestion:
        steps.append(("perhaps", found.suggestion))
    return Explanation(data, _lines(text, steps, lang), found.valid)


def explain_unit(text: str, index: UnitIndex, units: Sequence[Unit], *, day: date, lang: str = "vi") -> Explanation:
    """Explain a unit's name by the office's list; *index* is built of *units*, and *day* is when it has to exist."""
    found = index.match(text)
    data = {"text": text, "unit": found.code, "how": found.how, "candidates": list(found.candidates)}
    by_code = {unit.code: unit for unit in units}
    steps = [("taken_for", say("explain.unit_none", lang))]
    if found.code is not None:
        steps = [("taken_for", _named(by_code[found.code]))]
    steps.append(("how", _how(found, by_code, lang)))
    others = [by_code[code] for code in found.candidates if code != found.code]
    if others and found.code is None:
        steps.append(("perhaps", "; ".join(map(_named, others))))
    if found.code is not None and not by_code[found.code].valid_on(day):
        steps.append(("why", _ended(by_code[found.code], by_code, day, lang)))
    return Explanation(data, _lines(text, steps, lang), found.code is not None)


def unit_list(space: Workspace) -> tuple[Unit, ...]:
    """Give the units of a workspace; raises what `known_units` raises."""
    with Readers() as readers:
        return known_units(space, readers)


def _lines(text: str, steps: Sequence[tuple[str, str]], lang: str) -> tuple[str, ...]:
    head = f"«{' '.join(text.split())}»"
    return (head, *(f"  {say(f'explain.label_{label}', lang)}: {words}" for label, words in steps))


def _shown(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _rule(found: Deadline, day: date, lang: str) -> str:
    """Say how the day follows from what the text names."""
    named = day + timedelta(days=1) if found.before else day
    entry = "before" if found.before else found.kind.value
    if entry == DeadlineKind.MONTH and (day + timedelta(days=1)).month == day.month:
        entry = "middle"
    elif entry == DeadlineKind.HALF:
        entry = "half_first" if named.month <= _HALF else "half_second"
    quarter = _ROMAN[(named.month - 1) // 3]
    return say(f"explain.rule_{entry}", lang, named=_shown(named), month=named.month, quarter=quarter, year=named.year)


def _type(found: DocumentNumber, lang: str) -> str:
    if found.type is None:
        return say("explain.type_unsaid" if found.kind == "normative" else "explain.type_letter", lang)
    words = type_words(found.type)
    return found.type if words is None else say("explain.type", lang, words=words, short=found.type)


def _named(unit: Unit) -> str:
    return f"{unit.name} ({unit.code})"


def _how(found: UnitMatch, by_code: Mapping[str, Unit], lang: str) -> str:
    """Say which step found it; a name that stands beside the unit's own is called so."""
    if found.how == "exact" and found.code is not None:
        unit = by_code[found.code]
        alias = next((alias for alias in unit.aliases if fold(alias) == fold(found.text)), None)
        if alias is not None and fold(unit.name) != fold(found.text):
            return say("explain.how_alias", lang, alias=alias)
    if found.how == "none" and found.candidates:
        return say("explain.how_far", lang)
    return say(f"explain.how_{found.how}", lang)


def _ended(unit: Unit, by_code: Mapping[str, Unit], day: date, lang: str) -> str:
    if unit.valid_to is None or day <= unit.valid_to:
        return say("explain.unit_not_yet", lang, day=_shown(unit.valid_from or day))
    successor = by_code.get(unit.successor)
    if successor is None:
        return say("explain.unit_ended", lang, day=_shown(unit.valid_to))
    return say("explain.unit_succeeded", lang, day=_shown(unit.valid_to), unit=_named(successor))
