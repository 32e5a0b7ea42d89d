"""Show regulations to a person, and check one that an office wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from tdnv_sheets import regulation as regulations
from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.regulation.keys import NAME_FIELDS
from tdnv_sheets.regulation.values import MONTHS
from tdnv_sheets.rules.judgement import Status
from tdnv_sheets.sheetspec import assignment_spec
from tdnv_sheets.summary.levels import LEVELS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from tdnv_sheets.regulation import (
        ExplanationDuty,
        Inaction,
        Interval,
        Provision,
        Regulation,
        ReportDay,
        SessionDuty,
        Switch,
        TimeLimit,
        WeeklyDuty,
    )

_TABLES: Final = ("limit", "report", "session", "weekly", "stale", "inaction", "explanation", "switch")
"""Tables that have a section of their own, in the order shown; clauses have one for each topic."""

Section: TypeAlias = "tuple[str, list[str]]"


def problems_of(path: Path, lang: str) -> list[str]:
    """Say everything that is wrong with the profile in *path*, by line; raises as `regulation.problems` does."""
    return regulations.problems(path, lang, known_names())


def open_regulation(name: str, folder: Path) -> Regulation:
    """Read the regulation of an office: an id, or a file in *folder*; raises as `regulation.load` does."""
    return regulations.load(name, folder, known_names())


def known_names() -> dict[str, tuple[str, ...]]:
    """Give topic → the words that its clauses may name: fields of an assignment, statuses, levels of assigners."""
    fields_known = tuple(assignment_spec().by_name)
    statuses = tuple(status.value for status in Status)
    return {**dict.fromkeys(NAME_FIELDS, fields_known), "status": statuses, "assigner": LEVELS}


def as_listed(ids: Iterable[str]) -> list[dict[str, str]]:
    """Give id, title, issuer, number and first day of regulations."""
    each = [regulations.load(regulation_id) for regulation_id in ids]
    return [
        {"id": r.id, "title": r.title, "issuer": r.issuer, "number": r.number, "since": r.since.isoformat()}
        for r in each
    ]


def as_json(rules: Regulation) -> dict[str, Any]:
    """Give a regulation in the stable shape of docs/json.md: its head, and every value with table, article and days."""
    return {
        "id": rules.id,
        "title": rules.title,
        "issuer": rules.issuer,
        "office": rules.office,
        "number": rules.number,
        "since": rules.since.isoformat(),
        "state": dict(rules.state),
        "values": [
            {"table": table, **{f.name: _plain(getattr(value, f.name)) for f in fields(value)}}
            for table, value in rules.provisions()
        ],
    }


def as_lines(rules: Regulation, lang: str) -> list[str]:
    """Give a regulation for reading: what it is, then section by section rule, value, article and note."""
    head = [
        rules.title,
        *(
            f"{say(f'regulation.head_{name}', lang)}: {value}"
            for name, value in (
                ("id", rules.id),
                ("issuer", rules.issuer),
                ("office", rules.office),
                ("number", rules.number or "–"),
                ("since", _day(rules.since)),
                ("state", rules.state[lang]),
            )
            if value
        ),
    ]
    lines = [*head]
    for title, inside in _sections(rules, lang):
        lines += ["", title, *inside]
    return lines


def _sections(rules: Regulation, lang: str) -> Iterator[Section]:
    topics = dict.fromkeys(clause.topic for clause in rules.clauses)
    for topic in topics:
        words = [_line(clause.text[lang], clause, lang, mark=_mark(clause.key)) for clause in rules.about(topic)]
        yield say(f"regulation.topic_{topic}", lang), [line for each in words for line in each]
    for table in _TABLES:
        values = [value for name, value in rules.provisions() if name == table]
        if values:
            told = [_line(_SAID[table](value, lang), value, lang) for value in values]
            yield say(f"regulation.table_{table}", lang), [line for each in told for line in each]


def _line(text: str, value: Provision, lang: str, mark: str = "") -> list[str]:
    """Give one value: what it says, its article, its days where they are its own, and its note below."""
    days = (
        "" if value.until is None else say("regulation.until", lang, since=_day(value.since), until=_day(value.until))
    )
    lines = [f"  {mark}{text.rstrip('.')} [{value.article}]{days}"]
    if value.note[lang]:
        lines.append(f"     {value.note[lang]}")
    return lines


def _mark(key: str) -> str:
    """Give the letter or number that an entry has in the text."""
    return f"{key}) " if len(key) == 1 or key.isdecimal() else "- "


def _limit(value: TimeLimit, lang: str) -> str:
    what = say(f"regulation.limit_{value.name}", lang)
    if value.name == "office-entry" or value.case != "ordinary":
        what += f", {say(f'regulation.case_{value.case}', lang)}"
    span = say("regulation.days", lang, count=value.working_days)
    if value.working_days == 0:
        span = say("regulation.same_day", lang)
    due = f"{span}, {say(f'regulation.trigger_{value.trigger}', lang)}"
    if value.trigger == "deadline" and value.working_days == 0:
        due = say("regulation.by_deadline", lang)
    text = f"{what}: {say(f'regulation.who_{value.who}', lang)}, {due}"
    return f"{text} → {value.to}" if value.to else text


def _report(value: ReportDay, lang: str) -> str:
    what = say(f"regulation.subject_{value.subject}", lang, kind=say(f"regulation.kind_of_{value.kind}", lang))
    return f"{say(f'regulation.who_{value.who}', lang)}, {what}: {_report_day(value, lang)} → {value.to}"


def _report_day(value: ReportDay, lang: str) -> str:
    if value.month is None or value.day is None:
        return say("regulation.no_day", lang)
    kind, month = value.kind.value, value.month
    if value.part is not None:  # of one half or quarter the month has a name
        kind, month = "year", (value.part - 1) * MONTHS[value.kind] + month
    wording = "on" if value.wording == "on" else "before"
    text = say(f"regulation.{wording}_{kind}", lang, day=value.day, month=month)
    return text + say("regulation.day_before", lang) if value.exclusive else text


def _session(value: SessionDuty, lang: str) -> str:
    who = say(f"regulation.who_{value.who}", lang)
    entry = "regulation.before_session" if value.working_days else "regulation.at_session"
    return f"{who}, {say(entry, lang, count=value.working_days)}: {value.text[lang]} → {value.to}"


def _weekly(value: WeeklyDuty, lang: str) -> str:
    weekday = say(f"explain.weekday_{value.weekday}", lang)
    return f"{say(f'regulation.who_{value.who}', lang)}, {weekday}: {value.text[lang]} → {value.to}"


def _stale(value: Interval, lang: str) -> str:
    return say(f"regulation.stale_{value.case}", lang, count=value.months)


def _inaction(value: Inaction, lang: str) -> str:
    start = say(f"regulation.trigger_{value.start}", lang)
    return f"{say('regulation.months', lang, count=value.months)}, {start}: {value.text[lang]}"


def _explanation(value: ExplanationDuty, lang: str) -> str:
    return f"{value.text[lang]} → {value.to}"


def _switch(value: Switch, lang: str) -> str:
    answer = str(value.value).lower() if isinstance(value.value, bool) else value.value
    return f"{value.name} = {answer}: {value.text[lang]}"


_SAID: Final[Mapping[str, Callable[[Any, str], str]]] = {
    "limit": _limit,
    "report": _report,
    "session": _session,
    "weekly": _weekly,
    "stale": _stale,
    "inaction": _inaction,
    "explanation": _explanation,
    "switch": _switch,
}


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple) else value


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"
