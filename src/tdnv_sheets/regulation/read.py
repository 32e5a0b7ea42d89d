"""Load a profile: one that comes with the program by its id, or one that an office wrote by its file."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar

from tdnv_sheets.errors import BadOfficeFile, WrongUsage
from tdnv_sheets.messages.catalogue import LANGUAGES
from tdnv_sheets.officetoml import key_lines, parsed, text_of
from tdnv_sheets.periods import PeriodKind
from tdnv_sheets.regulation.check import complaints, entries
from tdnv_sheets.regulation.keys import TABLES, UNSTATED, WEEKDAYS
from tdnv_sheets.regulation.model import Regulation
from tdnv_sheets.regulation.values import (
    Clause,
    ExplanationDuty,
    Inaction,
    Interval,
    ReportDay,
    SessionDuty,
    Switch,
    TimeLimit,
    WeeklyDuty,
)
from tdnv_sheets.shipped import packaged

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from tdnv_sheets.regulation.values import Provision

_P = TypeVar("_P", bound="Provision")
_OWN: Final = ".toml"
_BARE_DAY: Final = re.compile(r"^(\s*[\w-]+\s*=\s*)(\d{4}-\d{2}-\d{2})(?=\s*(?:#.*)?$)", re.MULTILINE)
_NO_NAMES: Final[Mapping[str, Iterable[str]]] = MappingProxyType({})
"""Clauses may name anything: for callers that know neither the schema nor the statuses."""


def available() -> tuple[str, ...]:
    """List the ids of the regulations that come with the program, sorted."""
    return tuple(sorted(path.stem for path in packaged("regulations").glob("*.toml")))


def is_own(name: str) -> bool:
    """Say whether *name* is a file that an office wrote, not an id."""
    return name.lower().endswith(_OWN)


def load(name: str, folder: Path | None = None, names: Mapping[str, Iterable[str]] = _NO_NAMES) -> Regulation:
    """Read a regulation: by its id, or, where *name* ends in `.toml`, from that file in *folder* (the workspace).

    *names* are the words that clauses of a topic may name. Raises `WrongUsage` when there is none of that name, `BadOfficeFile` naming every line and key that cannot be used.
    """
    if is_own(name) and folder is not None:
        if not (folder / name).is_file():
            raise WrongUsage("no-such-file", path=folder / name)
        return read(folder / name, names)
    known = available()
    if name not in known:
        raise WrongUsage("unknown-regulation", id=name, known=", ".join(known))
    return read(packaged("regulations", f"{name}.toml"), names)


def problems(path: Path, lang: str, names: Mapping[str, Iterable[str]] = _NO_NAMES) -> list[str]:
    """Say everything that is wrong with the profile in *path*, a sentence each with line and key, by line.

    Raises `BadOfficeFile` where the file is no TOML at all. *names* are the words that clauses of a topic may name.
    """
    text = text_of(path)
    raw = parsed(path, _with_impossible_days_quoted(text))
    lines = key_lines(text)
    found = sorted(complaints(raw, names), key=lambda complaint: complaint.line(lines))
    return [complaint.text(lines, lang) for complaint in found]


def read(path: Path, names: Mapping[str, Iterable[str]] = _NO_NAMES) -> Regulation:
    """Read the profile in *path*; its file name is its id. Raises `BadOfficeFile` with all that is wrong with it."""
    text = text_of(path)
    raw = parsed(path, _with_impossible_days_quoted(text))
    if complaints(raw, names):
        told = {
            f"problems_{lang}": "\n".join(f"- {each}" for each in problems(path, lang, names)) for lang in LANGUAGES
        }
        raise BadOfficeFile(path, "regulation-broken", **told)
    head = raw["regulation"]
    since: date = head["since"]
    switches = _all(raw, "switch", Switch, since)
    asked = {switch.name: str(switch.value) for switch in switches}
    return Regulation(
        id=path.stem,
        title=head["title"],
        issuer=head["issuer"],
        office=head["office"],
        number=head["number"],
        since=since,
        state=_words(head, "state_"),
        digest=hashlib.sha256(text.encode()).hexdigest(),
        limits=_all(raw, "limit", TimeLimit, since, result_trigger=asked.get("result_trigger", "")),
        reports=_all(raw, "report", ReportDay, since, before_day=asked.get("before_day", "")),
        sessions=_all(raw, "session", SessionDuty, since),
        weekly=_all(raw, "weekly", WeeklyDuty, since),
        stale=_all(raw, "stale", Interval, since),
        inactions=_all(raw, "inaction", Inaction, since, inaction_start=asked.get("inaction_start", "")),
        explanations=_all(raw, "explanation", ExplanationDuty, since),
        switches=switches,
        clauses=_all(raw, "clause", Clause, since),
    )


def _with_impossible_days_quoted(text: str) -> str:
    """Make `2026-02-30` a text, so that the check can name it beside everything else: TOML would stop at it."""

    def quoted(match: re.Match[str]) -> str:
        try:
            date.fromisoformat(match[2])
        except ValueError:
            return f'{match[1]}"{match[2]}"'
        return match[0]

    return _BARE_DAY.sub(quoted, text)


def _all(raw: dict[str, Any], table: str, maker: type[_P], since: date, **switches: str) -> tuple[_P, ...]:
    return tuple(maker(**_values(table, entry, since, switches)) for entry in entries(raw, table))


def _values(table: str, entry: dict[str, Any], since: date, switches: Mapping[str, str]) -> dict[str, Any]:
    """Give what the class of a table's entries is made of; the switches that a value depends on are worked in."""
    keys = TABLES[table]
    values = {
        name: entry.get(name, key.default) for name, key in keys.items() if name.removeprefix("note_") not in LANGUAGES
    }
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    values["since"] = entry.get("since", since)
    values["note"] = _words(entry, "note_")
    if "vi" in keys:
        values["text"] = _words(entry, "")
    if "kind" in values:
        values["kind"] = PeriodKind(values["kind"])
    if "weekday" in values:
        values["weekday"] = WEEKDAYS.index(values["weekday"])
    if values.get("trigger") == UNSTATED:
        values["trigger"] = switches["result_trigger"]
    if table == "report":
        values["exclusive"] = _exclusive(values["wording"], switches["before_day"])
    if table == "inaction":
        values["start"] = switches["inaction_start"]
    return values


def _exclusive(wording: str, policy: str) -> bool:
    """Say whether the day that a text names is already too late."""
    return wording in {"exclusive": ("before", "before-shared"), "named": ("before",)}.get(policy, ())


def _words(entry: Mapping[str, Any], prefix: str) -> Mapping[str, str]:
    """Give a text by language; a profile that has no English speaks Vietnamese in both."""
    vietnamese = entry.get(f"{prefix}vi", "")
    return MappingProxyType({"vi": vietnamese, "en": entry.get(f"{prefix}en") or vietnamese})
