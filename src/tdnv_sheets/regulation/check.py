"""Say everything that is wrong with a profile at once, each with its line and key; nothing here raises for bad data."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.periods import PeriodKind
from tdnv_sheets.regulation.keys import ALWAYS, HEAD, ONCE, SWITCHES, TABLES, UNSTATED
from tdnv_sheets.regulation.values import MONTHS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tdnv_sheets.officetoml import Place
    from tdnv_sheets.regulation.keys import Key

Raw = dict[str, Any]
_SHORTEST_YEAR: Final = 2027
"""Any year without a 29 February: a day that only a leap year has is none to report on."""
_TYPES: Final = {str: "text", int: "number", date: "day", list: "list", bool: "yes-no"}
_NAMED: Final = {
    "limit": ("name", "who", "case"),
    "report": ("subject", "who", "kind", "part"),
    "session": ("who", "kind"),
    "weekly": ("who",),
    "stale": ("case",),
    "inaction": (),
    "explanation": (),
    "switch": ("name",),
    "clause": ("topic", "key"),
}
"""The keys that tell the entries of a table apart; the same once more needs another `since`."""


class Complaint(NamedTuple):
    """One thing that is wrong; `code` is an entry of messages/regulation.toml."""

    code: str
    place: Place
    values: Mapping[str, str]

    def text(self, lines: Mapping[Place, int], lang: str) -> str:
        """Say it, with the line."""
        return say(
            "regulation.at", lang, row=self.line(lines), problem=say(f"regulation.{self.code}", lang, **self.values)
        )

    def line(self, lines: Mapping[Place, int]) -> int:
        """Give the line of the key, else that of its table, else the first."""
        place = self.place
        while place and place not in lines:
            place = place[:-1]
        return lines.get(place, 1)


def complaints(raw: Raw, names: Mapping[str, Iterable[str]]) -> list[Complaint]:
    """List what is wrong with a profile, in the order of the file's tables.

    *names* are the words that clauses of a topic may name, such as `{"status": …}`; a topic without may name any.
    """
    found = [
        Complaint("unknown-table", (name,), {"table": name, "known": ", ".join(("regulation", *TABLES))})
        for name in raw
        if name not in {"regulation", *TABLES}
    ]
    head = raw.get("regulation")
    if not isinstance(head, dict):
        found.append(Complaint("head-missing", ("regulation",), {}))
        head = {}
    else:
        found += _entry(("regulation",), head, HEAD, "regulation")
    for table, keys in TABLES.items():
        for place, entry in _entries(raw, table, found):
            found += _entry(place, entry, keys, table)
            found += _together(place, entry, table, _day(head, "since"), names)
    return [*found, *_twice(raw, _day(head, "since")), *_answered_again(raw), *_lacking(raw)]


def entries(raw: Raw, table: str) -> list[Raw]:
    """Give the entries of a table: one `[table]` or many `[[table]]`."""
    value = raw.get(table, [])
    if isinstance(value, list):
        return [entry for entry in value if isinstance(entry, dict)]
    return [value] if isinstance(value, dict) else []


def _entries(raw: Raw, table: str, found: list[Complaint]) -> Iterator[tuple[Place, Raw]]:
    value = raw.get(table, [])
    if isinstance(value, dict):
        yield (table,), value
    elif isinstance(value, list) and all(isinstance(entry, dict) for entry in value):
        yield from (((table, number), entry) for number, entry in enumerate(value))
    else:
        found.append(Complaint("not-a-table", (table,), {"table": table}))


def _entry(place: Place, entry: Raw, keys: Mapping[str, Key], table: str) -> Iterator[Complaint]:
    """Say what is wrong with the keys of one table, each on its own."""
    for name in entry:
        if name not in keys:
            yield Complaint("unknown-key", (*place, name), {"key": name, "table": table, "known": ", ".join(keys)})
    for name, key in keys.items():
        if name in entry:
            yield from _value((*place, name), name, entry[name], key, entry)
        elif key.needed:
            yield Complaint(
                "missing-article" if name == "article" else "missing-key", place, {"key": name, "table": table}
            )


def _value(place: Place, name: str, value: object, key: Key, entry: Raw) -> Iterator[Complaint]:
    if key.kind is bool:
        yield from _answer(place, value, entry)
    elif key.kind is date and isinstance(value, str) and _looks_like_a_day(value):
        yield Complaint("no-such-day" if _no_day(value) else "day-in-quotes", place, {"key": name, "value": value})
    elif type(value) is not key.kind:
        right = f"kind_{_TYPES[key.kind]}"
        words = {f"right_{lang}": say(f"regulation.{right}", lang) for lang in ("vi", "en")}
        yield Complaint("wrong-type", place, {"key": name, "value": _shown(value), **words})
    elif isinstance(value, str) and not value.strip() and not key.may_be_empty:
        yield Complaint(
            "missing-article" if name == "article" else "empty", place, {"key": name, "table": str(place[0])}
        )
    elif isinstance(value, str) and key.choices and value not in key.choices:
        yield Complaint("unknown-choice", place, {"key": name, "value": value, "known": ", ".join(key.choices)})
    elif isinstance(value, int) and not key.lowest <= value <= key.highest:
        limits = {"lowest": str(key.lowest), "highest": str(key.highest)}
        yield Complaint("out-of-range", place, {"key": name, "value": str(value), **limits})
    elif isinstance(value, list):
        yield from _listed(place, name, value, key.choices)


def _listed(place: Place, name: str, value: Iterable[object], known: Iterable[str]) -> Iterator[Complaint]:
    known = tuple(known)
    for one in value:
        if not isinstance(one, str):
            words = {f"right_{lang}": say("regulation.kind_list", lang) for lang in ("vi", "en")}
            yield Complaint("wrong-type", place, {"key": name, "value": _shown(one), **words})
        elif known and one not in known:
            yield Complaint("unknown-choice", place, {"key": name, "value": one, "known": ", ".join(known)})


def _answer(place: Place, value: object, entry: Raw) -> Iterator[Complaint]:
    name = entry.get("name")
    allowed = SWITCHES.get(name) if isinstance(name, str) else None
    if allowed is not None and not any(type(value) is type(one) and value == one for one in allowed):
        values = {"key": "value", "value": _shown(value), "known": ", ".join(map(_shown, allowed))}
        yield Complaint("unknown-choice", place, values)


def _together(
    place: Place, entry: Raw, table: str, since: date | None, names: Mapping[str, Iterable[str]]
) -> Iterator[Complaint]:
    """Say what does not fit together inside one entry."""
    first, last = _day(entry, "since"), _day(entry, "until")
    if last is not None and (first or since) is not None and last < (first or since or last):
        values = {"since": f"{first or since}", "until": f"{last}"}
        yield Complaint("until-before-since", (*place, "until"), values)
    if first is not None and since is not None and first < since:
        yield Complaint("before-the-regulation", (*place, "since"), {"since": f"{first}", "regulation": f"{since}"})
    if table == "report":
        yield from _report_day(place, entry)
    if table == "clause":
        known = names.get(str(entry.get("topic")))
        listed = entry.get("names")
        if known is not None and isinstance(listed, list):
            yield from _listed((*place, "names"), "names", [one for one in listed if isinstance(one, str)], known)
    if table == "explanation" and isinstance(entry.get("fields"), list) and "field" in names:
        fields = [one for one in entry["fields"] if isinstance(one, str)]
        yield from _listed((*place, "fields"), "fields", fields, names["field"])


def _report_day(place: Place, entry: Raw) -> Iterator[Complaint]:
    """Say whether month and day stand together and name a day that every such period has."""
    kind, month, day, part = (entry.get(name) for name in ("kind", "month", "day", "part"))
    for one, other in (("month", "day"), ("day", "month")):
        if one in entry and other not in entry:
            yield Complaint("needs-other", (*place, one), {"key": one, "other": other})
    if not isinstance(kind, str) or kind not in MONTHS:
        return
    months = MONTHS[PeriodKind(kind)]
    if isinstance(part, int) and part > 12 // months:
        values = {"key": "part", "value": str(part), "lowest": "1", "highest": str(12 // months)}
        yield Complaint("out-of-range", (*place, "part"), values)
        return
    if not isinstance(month, int) or not isinstance(day, int):
        return
    if month > months:
        values = {"key": "month", "value": str(month), "lowest": "1", "highest": str(months)}
        yield Complaint("out-of-range", (*place, "month"), values)
    elif kind != PeriodKind.MONTH:  # of a month the last day stands for any that it lacks
        parts = [part] if isinstance(part, int) else range(1, 12 // months + 1)
        lacking = next((m for p in parts if not _exists(m := (p - 1) * months + month, day)), None)
        if lacking is not None:
            yield Complaint("no-such-day", (*place, "day"), {"key": "day", "value": f"{day}/{lacking}"})


def _twice(raw: Raw, since: date | None) -> Iterator[Complaint]:
    """Name what stands twice from the same day on: two versions of one value need two days."""
    for table, keys in _NAMED.items():
        seen: set[tuple[str, ...]] = set()
        for number, entry in enumerate(entries(raw, table)):
            known = TABLES[table]
            same = (*(str(entry.get(key, known[key].default)) for key in keys), str(entry.get("since", since)))
            if same in seen:
                what = " ".join(part for part in (table, *same[:-1]) if part != "None")
                yield Complaint("twice", (table, number), {"what": what, "since": same[-1]})
            seen.add(same)


def _answered_again(raw: Raw) -> Iterator[Complaint]:
    """Name second answers to questions whose answer is worked into other values."""
    first: set[str] = set()
    for number, entry in enumerate(entries(raw, "switch")):
        name = str(entry.get("name"))
        if name in first and name in ONCE:
            yield Complaint("answered-again", ("switch", number), {"name": name})
        first.add(name)


def _lacking(raw: Raw) -> Iterator[Complaint]:
    """Name what a profile has to answer and does not."""
    answered = {str(entry.get("name")) for entry in entries(raw, "switch")}
    asked = {
        "before_day": any(entry.get("wording", "on") != "on" for entry in entries(raw, "report")),
        "very_urgent": any(entry.get("case") == "urgent" for entry in entries(raw, "limit")),
        "result_trigger": any(entry.get("trigger") == UNSTATED for entry in entries(raw, "limit")),
        "inaction_start": bool(entries(raw, "inaction")),
    }
    for name in (*ALWAYS, *(name for name, needed in asked.items() if needed)):
        if name not in answered:
            known = ", ".join(map(_shown, SWITCHES[name]))
            yield Complaint("missing-switch", (), {"name": name, "known": known})
    if not any(entry.get("topic") == "assigner" for entry in entries(raw, "clause")):
        yield Complaint("missing-assigner", (), {})


def _day(entry: Raw, key: str) -> date | None:
    value = entry.get(key)
    return value if type(value) is date else None


def _looks_like_a_day(text: str) -> bool:
    parts = text.split("-")
    return len(parts) == 3 and all(part.isdecimal() for part in parts)  # noqa: PLR2004 - year, month, day


def _no_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return True
    return False


def _exists(month: int, day: int) -> bool:
    return not _no_day(f"{_SHORTEST_YEAR}-{month:02}-{day:02}")


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
