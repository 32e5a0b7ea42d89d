"""A second, naive reading of the regulations: statuses and alerts from the bare TOML tables, day by day, without the program's rules.

`python -m tests.law_oracle` compares 2,000 assignments of a random office with the program, under each regulation.
"""

from __future__ import annotations

import random
import sys
import tomllib
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tdnv_sheets import calendar, regulation
from tdnv_sheets.records import Assignment, Key, Trail
from tdnv_sheets.rules.status import judge
from tdnv_sheets.shipped import packaged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tdnv_sheets.regulation import Regulation

CALENDAR: Final = calendar.load(None)
ONE_DAY: Final = timedelta(days=1)
OCCURRENCE: Final = "NV-2026-00004 · 2026-M03"
CLEAR_WORDS: Final = {"Sau khi Luật được sửa đổi": False, "Thường xuyên": True, "không quy định": True}
"""Words for a deadline → whether they rightly name no day."""
DUE_SOON: Final = 5


class Task(NamedTuple):
    fields: dict[str, Any]
    heard: date | None
    """The last update of the ledger's trail."""
    as_of: date


class Said(NamedTuple):
    status: str
    alerts: frozenset[str]


def tables(name: str) -> dict[str, Any]:
    """Read a profile as it is written."""
    return tomllib.loads(packaged("regulations", f"{name}.toml").read_text(encoding="utf-8"))


def random_office(count: int, seed: int) -> Iterator[Task]:
    """Invent assignments with every kind of day, paper and decision that the rules look at."""
    chance = random.Random(seed)  # noqa: S311 - the same office for the same seed
    first = date(2026, 1, 1)

    def day(share: float, around: date | None = None) -> date | None:
        if chance.random() > share:
            return None
        if around is not None and chance.random() < 0.7:
            return around + timedelta(days=chance.choice((0, 1, 1, 2, 3, 4, 7, 9, 10, 14, 15, 16)))
        return first + timedelta(days=chance.randint(0, 364))

    def one(*choices: str) -> str | None:
        return chance.choice((*choices, "")) or None

    for _ in range(count):
        issued, deadline, result = day(0.9), day(0.6), day(0.4)
        fields: dict[str, Any] = {
            "document_date": issued,
            "received_date": day(0.5, issued),
            "assigned_date": day(0.7, issued),
            "entered_date": day(0.8, issued),
            "transferred_on": day(0.1),
            "deadline": deadline,
            "extended_deadline": day(0.2, deadline),
            "deadline_text": one(*CLEAR_WORDS),
            "recurrence": one("Hằng tháng", "Thường xuyên", OCCURRENCE) if chance.random() < 0.2 else None,
            "urgency": one("normal", "urgent", "express", "very_urgent"),
            "coordinating_units": one("STC"),
            "progress": one("not_started", "in_progress", "blocked", "done", "done"),
            "result_kind": one("result", "progress_report", "extension_request"),
            "result_date": result,
            "completed_date": day(0.3, deadline),
            "reported_date": day(0.7, chance.choice((result, deadline))),
            "difficulty": one("Thiếu vốn") if chance.random() < 0.3 else None,
            "explanation": one("Đã báo cáo") if chance.random() < 0.2 else None,
            "extension_to": day(0.2, deadline),
            "return_reason": one("Không đúng chức năng") if chance.random() < 0.2 else None,
            "decision": one("confirmed", "confirmed", "returned", "withdrawn", "transferred")
            if chance.random() < 0.5
            else None,
            "decision_date": day(0.4, result),
        }
        kept = {name: value for name, value in fields.items() if value is not None}
        yield Task(kept, day(0.3, result), first + timedelta(days=chance.randint(60, 364)))


def programs_word(rules: Regulation, task: Task) -> Said:
    """Give what the program says."""
    row = Assignment(Key("NV-2026-00001", "SNV"), task.fields)
    judged = judge(
        row,
        task.as_of,
        regulation=rules,
        calendar=CALENDAR,
        due_soon_days=DUE_SOON,
        trail=Trail(last_update=task.heard),
    )
    return Said(judged.status.value, frozenset(alert.value for alert in judged.alerts))


class Oracle:
    """Answers from the tables of one profile."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.raw = raw

    def of(self, task: Task) -> Said:
        """Give status and alerts of one assignment."""
        return _Reading(self, task).said()

    def in_force(self, table: str, day: date, **wanted: str) -> dict[str, Any] | None:
        """Give the newest entry of a table that holds on a day and has the wanted values."""
        found = self.raw.get(table, [])
        best = None
        for entry in found if isinstance(found, list) else [found]:
            since, until = entry.get("since", self.raw["regulation"]["since"]), entry.get("until", date.max)
            if not since <= day <= until or any(entry.get(key, "all") != value for key, value in wanted.items()):
                continue
            if best is None or since > best[0]:
                best = (since, entry)
        return best and best[1]

    def answer(self, name: str, day: date) -> Any:  # noqa: ANN401 - a switch is a word or yes or no
        """Give a switch's answer; for what began before the regulation its first one."""
        entry = self.in_force("switch", max(day, self.raw["regulation"]["since"]), name=name)
        assert entry is not None
        return entry["value"]

    def has(self, name: str) -> bool:
        return any(entry["name"] == name for entry in self.raw["switch"])


def later(day: date, working: int) -> date:
    """Count working days on one by one."""
    while working:
        day += ONE_DAY
        working -= CALENDAR.is_working(day)
    return day


def months_on(day: date, months: int) -> date:
    """Go on by months, to the last of the month where it has no such day."""
    month, number = day.replace(day=1), day.day
    for _ in range(months):
        month = (month + timedelta(days=31)).replace(day=1)
    while True:
        try:
            return month.replace(day=number)
        except ValueError:
            number -= 1


class _Reading:
    """One assignment, read question after question."""

    def __init__(self, law: Oracle, task: Task) -> None:
        self.law, self.cell, self.day, self.heard = law, task.fields.get, task.as_of, task.heard
        self.start = next(
            (self.cell(n) for n in ("assigned_date", "document_date", "received_date", "entered_date") if self.cell(n)),
            None,
        )
        self.held = max((d for d in (self.start, self.cell("transferred_on")) if d), default=None)
        self.told = self.cell("reported_date") or self.heard
        self.due = self._rolled(self.cell("extended_deadline") or self.cell("deadline"))
        self.status, self.awaiting = self._status()
        self.waits = self.status.startswith(("open", "not_")) and not self.awaiting
        self.overdue = self.status in ("open_overdue", "not_completed") and not self.awaiting

    def answer(self, name: str) -> Any:  # noqa: ANN401 - as above
        return self.law.answer(name, self.start or self.day)

    def _rolled(self, day: date | None) -> date | None:
        step = {"next": ONE_DAY, "previous": -ONE_DAY, "none": timedelta()}[self.answer("deadline_roll")]
        while day and step and not CALENDAR.is_working(day):
            day += step
        return day

    def _status(self) -> tuple[str, bool]:
        cell, decided, decision = self.cell, self.cell("decision_date"), self.cell("decision")
        if decided and decided > self.day:
            decided = decision = None
        if decision in ("withdrawn", "transferred"):
            return decision, False
        interim = cell("result_kind") in ("progress_report", "extension_request")
        proofs = [None if interim else cell("result_date"), cell("completed_date")]
        if self.answer("completion_day") == "completed":
            proofs.reverse()
        done = cell("progress") == "done"
        proofs += [cell("reported_date"), self.heard] if done else []
        proofs += [decided] if decision == "confirmed" else []
        finish = next((proof for proof in proofs if proof), None)
        done = done or (decision == "confirmed" and finish is not None)
        if (interim and self.answer("final_document")) or (finish and finish > self.day):
            done = False
        if decision == "returned":
            anew = done and decided and finish and finish > decided
            spoken = self.heard or cell("reported_date")
            heard = done and decided and spoken and decided < spoken <= self.day and self.answer("confirmation")
            if not anew and not heard:
                if self.due and self.day > self.due and self.answer("returned_overdue"):
                    return "not_completed", False
                done = False
        return self._timed(done=done, finish=finish, confirmed=decision == "confirmed")

    def _timed(self, *, done: bool, finish: date | None, confirmed: bool) -> tuple[str, bool]:
        awaiting = done and self.answer("confirmation") and not confirmed
        measured = (finish or date.min) if done else self.day
        if done and not awaiting:
            late, timely, never = "completed_late", "completed_on_time", "completed_undated"
        else:
            late, timely, never = "open_overdue", "open_in_time", "open_undated"
        return (never if self.due is None else late if measured > self.due else timely), awaiting

    def said(self) -> Said:
        cell, due, day = self.cell, self.due, self.day
        asked = cell("extension_to")
        words = cell("deadline_text")
        undated = self.status == "open_undated"
        held = {
            "due-soon": self.waits and due and 0 <= (due - day).days <= DUE_SOON,
            "awaiting-confirmation": self.awaiting,
            "extension-asked": self.waits and asked and due and asked > due,
            "return-asked": self.waits and cell("return_reason"),
            "stale": self.waits and cell("recurrence") != "Hằng tháng" and self._is_stale(),
            "deadline-unclear": undated and words and not cell("recurrence") and not CLEAR_WORDS[words],
            "entered-late": cell("recurrence") != OCCURRENCE and self._entered_late(),
            "explanation-missing": self.overdue and self._unexplained(),
            "updated-late": self._told_late(),
            "silent": self.waits and cell("recurrence") != "Hằng tháng" and self._is_silent(),
            "coordination-late": self.overdue
            and cell("coordinating_units")
            and self.law.in_force("weekly", day, who="unit"),
        }
        return Said(self.status, frozenset(name for name, holds in held.items() if holds))

    def _is_stale(self) -> bool:
        rule = self.law.in_force("stale", self.day, case="all")
        if self.due is None:
            rule = self.law.in_force("stale", self.day, case="undated") or rule
        last = self.heard or self.cell("reported_date") or self.held
        return bool(rule and last and self.day > months_on(last, rule["months"]))

    def _entered_late(self) -> bool:
        entered, issued = self.cell("entered_date"), self.cell("document_date")
        event = self.cell("received_date") or issued
        if not entered or not event:
            return False
        urgent = ["urgent", "express"]
        if self.law.has("very_urgent") and self.law.answer("very_urgent", event) == "urgent":
            urgent.append("very_urgent")
        cases = ["urgent"] if self.cell("urgency") in urgent else []
        cases += ["undated"] if self.due is None else []
        cases += ["many"] if self.cell("coordinating_units") else []
        rules = [self.law.in_force("limit", event, name="office-entry", case=case) for case in (*cases, "ordinary")]
        rule = next((rule for rule in rules if rule), None)
        if rule is None:
            return False
        start = issued or event if rule["trigger"] == "issued" else event
        return bool(entered > later(start, rule["working_days"]))

    def _unexplained(self) -> bool:
        rule = self.law.in_force("explanation", self.due or self.day)
        return bool(rule and "overdue" in rule["when"] and not any(self.cell(name) for name in rule["fields"]))

    def _told_late(self) -> bool:
        if not self.told or self.told > self.day or self.status in ("withdrawn", "transferred"):
            return False
        runs = []
        result = self.cell("result_date")
        rule = result and self.law.in_force("limit", result, name="result-update", case="ordinary")
        if result and rule:
            assigned = rule["trigger"] == "unstated" and self.law.answer("result_trigger", result) == "assigned"
            runs.append((self.cell("assigned_date") if assigned else result, rule))
        rule = self.due and self.law.in_force("limit", self.due, name="unit-update", case="timed")
        if rule and (self.awaiting or self.status.startswith("completed")):
            runs.append((self.due, rule))
        return any(event and self.told > later(event, rule["working_days"]) for event, rule in runs)

    def _is_silent(self) -> bool:
        rule = self.held and self.law.in_force("inaction", self.held)
        if (
            not self.held
            or not rule
            or any(self.cell(n) for n in ("difficulty", "explanation", "extension_reason", "return_reason"))
        ):
            return False
        start = self.due if self.law.answer("inaction_start", self.held) == "deadline" else self.held
        return bool(start and self.day > months_on(start, rule["months"]))


def differences(name: str, count: int, seed: int) -> list[tuple[Task, Said, Said]]:
    """Give the assignments of a random office of which program and oracle say different things."""
    rules, oracle = regulation.load(name), Oracle(tables(name))
    both = ((task, programs_word(rules, task), oracle.of(task)) for task in random_office(count, seed))
    return [each for each in both if each[1] != each[2]]


def main(count: int = 2000) -> int:
    """Compare a large office under every regulation; give the number of differences."""
    total = 0
    for name in regulation.available():
        found = differences(name, count, seed=1)
        total += len(found)
        sys.stdout.write(f"{name}: {count} assignments, {len(found)} differences\n")
        for task, program, oracle in found[:3]:
            sys.stdout.write(f"  {task}\n  program {program}\n  oracle  {oracle}\n")
    return total


if __name__ == "__main__":
    raise SystemExit(main() > 0)
