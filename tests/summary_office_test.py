"""The figures of a real office: from its ledger, by its settings and its regulation, now or as a revision knew it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tdnv_sheets.inbox.workspace import find
from tdnv_sheets.ledger.commit import Entry, NewTask, commit
from tdnv_sheets.ledger.undo import undo
from tdnv_sheets.periods import parse_period
from tdnv_sheets.pipeline.office import open_office
from tdnv_sheets.pipeline.report import as_json, figures
from tdnv_sheets.records import Change, Key
from tests.conftest import NOW, TODAY, UNITS_CSV, SmallOffice, enter, fill, run

if TYPE_CHECKING:
    from pathlib import Path

    from tdnv_sheets.pipeline.office import Office
    from tdnv_sheets.records import Value
    from tdnv_sheets.summary.figures import Summary

H1 = parse_period("2026-H1")
FAR_OFF = "2099-12-31"


def summary(office: SmallOffice, *options: str, period: str = "2026-H1") -> Any:  # noqa: ANN401 - JSON
    done = office.run("summary", "--period", period, "--format", "json", *options)
    assert done.code == 0, done.err
    return done.json


# ---------------------------------------------------------------- five regulations

# One ledger, read under each: a result without confirmation, an interim report, one sent back after its deadline, a task
# that is overdue in the second half of June, and one that is begun after the earliest cut-off.
_FIELDS: tuple[dict[str, Value], ...] = (
    {"deadline": date(2026, 4, 1), "progress": "done", "result_date": date(2026, 3, 31)},
    {
        "deadline": date(2026, 4, 1),
        "progress": "done",
        "result_kind": "progress_report",
        "completed_date": date(2026, 3, 31),
        "decision": "confirmed",
        "decision_date": date(2026, 4, 2),
    },
    {"deadline": date(2026, 4, 1), "decision": "returned", "decision_date": date(2026, 4, 2)},
    {"deadline": date(2026, 6, 15)},
    {"deadline": date(2026, 8, 3), "assigned_date": date(2026, 6, 22)},
)
TASKS = tuple(
    (("cctl",), {"task_content": f"Việc {number}", "assigned_date": date(2026, 2, 2), **fields})
    for number, fields in enumerate(_FIELDS, 1)
)
HALF_YEARS = {
    # as of, new, statuses, awaiting; by when units and office report, to whom, and by which article
    "kon-tum-2022": (
        ("2026-06-10", 4, {"completed_on_time": 2, "open_overdue": 1, "open_in_time": 1}, 0),
        ("2026-06-10", "2026-06-10", "Văn phòng Ủy ban nhân dân tỉnh", "Điều 20.2"),
    ),
    "tra-vinh-2024": (
        ("2026-06-24", 5, {"completed_on_time": 1, "open_overdue": 2, "open_in_time": 2}, 1),
        ("2026-05-19", "2026-06-24", "UBND tỉnh, Chủ tịch UBND tỉnh", "Điều 19.2"),
    ),
    "thanh-hoa-2025": (
        ("2026-06-24", 5, {"not_completed": 1, "open_overdue": 2, "open_in_time": 2}, 1),
        ("2026-05-19", "2026-06-24", "UBND tỉnh, Chủ tịch UBND tỉnh", "Điều 18.2"),
    ),
    "quynh-nhai-2015": (
        ("2026-06-24", 5, {"completed_on_time": 2, "open_overdue": 2, "open_in_time": 1}, 0),
        (
            "2026-06-19",
            "2026-06-24",
            "Chủ tịch UBND huyện, phiên họp UBND huyện; gửi Hội đồng Thi đua khen thưởng huyện",
            "Điều 19.2",
        ),
    ),
    "hai-phong-2025": (
        ("2026-06-30", 5, {"completed_on_time": 1, "open_overdue": 2, "open_in_time": 2}, 1),
        ("", "", "UBND thành phố", "Điều 18.2"),
    ),
}


@pytest.mark.parametrize("regulation", HALF_YEARS)
def test_every_regulation_gives_its_own_half_year_of_the_same_ledger(regulation: str, tmp_path: Path) -> None:
    (as_of, new, statuses, awaiting), (unit_day, office_day, to, article) = HALF_YEARS[regulation]
    units = tmp_path / "don-vi.csv"
    units.write_text(UNITS_CSV, encoding="utf-8")
    options = ("--as-of", "2026-02-02", "init", tmp_path / "vp", "--regulation", regulation, "--units", units)
    assert run(*options).code == 0
    desk = SmallOffice(find(tmp_path / "vp"))
    enter(desk.space, TASKS)
    with open_office(desk.space) as office:
        found = figures(office, H1, None, today=date(2026, 9, 1))
    assert [check.name for check in found.checks if not check.ok] == []
    assert (found.as_of.isoformat(), found.regulation, found.total.new) == (as_of, regulation, new)
    assert {name: getattr(found.total, name) for name in statuses} == statuses
    assert (sum(statuses.values()), found.total.awaiting) == (new, awaiting)
    rules = {rule.what: rule for rule in found.applied}
    assert (rules["unit_report"].value, rules["office_report"].value) == (unit_day, office_day)
    assert (rules["office_report"].to, rules["office_report"].article) == (to, article)
    assert all(rule.article for what, rule in rules.items() if what != "allocation")
    assert (found.returns.expected, found.returns.article) == (3, rules["unit_report"].article)


# ---------------------------------------------------------------- the ledger's word


def told(office: Office, at: int | None = None, as_of: date = TODAY) -> Summary:
    return figures(office, H1, as_of, today=as_of, at=at)


def test_a_units_file_is_heard_of_and_stands_in_the_table_of_returns(office: SmallOffice) -> None:
    before = summary(office)
    assert before["total"]["updated"] == 0
    assert {unit["state"] for unit in before["returns"]["units"]} == {"waiting"}
    path = office.issue("cctl", "2026-H1")
    fill(path, {"NV-2026-00001": {"progress": "in_progress", "result_summary": "Đã kiểm tra 3 hồ"}})
    assert office.merge(path)["verdict"] == "accepted"
    after = summary(office)
    assert after["total"]["updated"] == 1
    assert after["rates"]["ty_le_cap_nhat"] == round(1 / after["total"]["total"], 6)
    states = {unit["unit"]: (unit["state"], unit["came"]) for unit in after["returns"]["units"]}
    assert states == {"cctl": ("on_time", "2026-06-10"), "cckl": ("waiting", None), "khtc": ("waiting", None)}
    assert after["rates"]["ty_le_nop_bao_cao_dung_han"] == round(1 / 3, 6)
    assert (after["returns"]["expected"], after["returns"]["reported"]) == (3, 1)


def test_a_blank_workbook_is_no_report(office: SmallOffice) -> None:
    """A file that tells nothing leaves no revision: its day is that of the clock on the wall, so the report's is far off."""
    assert office.merge(office.issue("cckl", "2026-H1"))["verdict"] == "accepted"
    returns = summary(office, "--as-of", FAR_OFF)["returns"]
    assert {unit["unit"]: unit["state"] for unit in returns["units"]} == {
        "cctl": "missing",
        "cckl": "empty",
        "khtc": "missing",
    }
    assert (returns["expected"], returns["reported"]) == (3, 0)


def test_a_file_that_was_taken_back_is_not_heard_of(office: SmallOffice) -> None:
    path = office.issue("cctl", "2026-H1")
    fill(path, {"NV-2026-00001": {"progress": "in_progress"}})
    assert office.merge(path)["verdict"] == "accepted"
    with open_office(office.space) as opened:
        revision = opened.ledger.revision()
        assert opened.ledger.heard(date(2026, 1, 1), TODAY) == {Key("NV-2026-00001", "cctl")}
        assert opened.ledger.heard(date(2026, 1, 1), date(2026, 6, 9)) == frozenset()
        undo(opened.ledger, revision, at=NOW, day=TODAY, who="Văn phòng", note="")
        assert opened.ledger.heard(date(2026, 1, 1), TODAY) == frozenset()
        assert opened.ledger.heard(date(2026, 1, 1), TODAY, until=revision) == {Key("NV-2026-00001", "cctl")}


def test_without_a_report_of_the_regulation_those_who_got_a_workbook_are_expected(office: SmallOffice) -> None:
    period = "2026-03-01..2026-06-10"
    office.issue("cctl", period)
    assert (
        summary(office, period=period)["returns"]["units"] == []
    )  # it was sent after that day, says the clock on the wall
    returns = summary(office, "--as-of", FAR_OFF, period=period)["returns"]
    assert returns["article"] == ""
    assert [(unit["unit"], unit["state"], unit["due"]) for unit in returns["units"]] == [("cctl", "waiting", None)]


def test_a_second_half_is_reported_with_its_year(office: SmallOffice) -> None:
    returns = summary(office, "--as-of", "2026-12-10", period="2026-H2")["returns"]
    assert (returns["article"], returns["expected"]) == ("Điều 20.2", 3)
    assert {unit["due"] for unit in returns["units"]} == {"2026-12-10"}


EDITS = st.lists(
    st.tuples(
        st.sampled_from(["progress", "completed_date", "deadline", "extended_deadline", "decision", "assigned_date"]),
        st.integers(1, 5),
        st.integers(0, 60),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EDITS, st.booleans())
def test_later_revisions_do_not_change_the_figures_as_of_a_day(
    office: SmallOffice,
    edits: list[tuple[str, int, int]],
    entered: bool,  # noqa: FBT001 - drawn
) -> None:
    """The report of a day is that of what the ledger held then, whatever is corrected, undone or entered afterwards."""
    with open_office(office.space) as opened:
        ledger = opened.ledger
        then = ledger.revision()
        before = told(opened, at=then)
        assert as_json(before) == as_json(told(opened))
        now, changes = ledger.assignments(), {}
        for field, task, number in edits:
            key = next(key for key in now if key.task_id.endswith(str(task)))
            days = date(2026, 1, 5).toordinal() + number * 3
            words = ("done", "in_progress") if field == "progress" else ("withdrawn", "returned", "confirmed")
            value: Value = words[number % len(words)] if field in ("progress", "decision") else date.fromordinal(days)
            if now[key].get(field) != value:
                changes[key, field] = Change(key, field, now[key].get(field), value, "test")
        new = (NewTask(("cctl",), {"task_content": "Việc mới", "assigned_date": date(2026, 2, 2)}),) if entered else ()
        at, day = datetime(2026, 7, 1, 9), date(2026, 7, 1)  # noqa: DTZ001 - the clock on the office's wall
        entry = Entry(at, day, "Văn phòng", "office", then, changes=tuple(changes.values()), new_tasks=new)
        if changes or new:
            assert commit(ledger, entry) is not None
        assert as_json(told(opened, at=then)) == as_json(before)


# ---------------------------------------------------------------- settings


def test_the_office_chooses_allocation_bands_and_ranking(office: SmallOffice) -> None:
    plain = summary(office)
    assert (plain["allocation"], plain["ranking"]) == ("assigned", None)
    assert [band["to"] for band in plain["ageing"]] == [30, 60, 120, None]
    toml = office.root / "tdnv.toml"
    chosen = 'allocation = "deadline"\nageing_days = [10, 20]\nranking = true\nranking_minimum = 1\n'
    chosen += 'ranking_rate = "ty_le_hoan_thanh_tren_giao"\nranking_thresholds = [80, 40]\n'
    toml.write_text(chosen + toml.read_text(encoding="utf-8"), encoding="utf-8")
    found = summary(office)
    assert found["allocation"] == "deadline"
    assert {"what": "allocation", "value": "deadline", "article": "", "since": None, "to": ""} in found["rules"]
    assert [band["to"] for band in found["ageing"]] == [10, 20, None]
    ranking = found["ranking"]
    assert (ranking["rate"], ranking["thresholds"]) == ("ty_le_hoan_thanh_tren_giao", [80, 40])
    assert (ranking["numerator"][0], ranking["denominator"]) == ("completed_on_time", ["total"])
    assert {(unit["place"], unit["class"]) for unit in ranking["units"]} == {(1, 3)}
    # A task of December that falls due in June belongs to the first half by its deadline.
    assert (plain["total"]["new"], found["total"]["new"]) == (5, 6)


@pytest.mark.parametrize(
    "line",
    [
        "ageing_days = []",
        "ageing_days = [60, 30]",
        "ageing_days = [30, 30]",
        'ageing_days = ["30"]',
        "ageing_days = 30",
        "ranking_thresholds = [50, 90]",
        "ranking_thresholds = [101]",
        "ranking_thresholds = [true]",
        'ranking_rate = "ty_le_qua_han_tren_giao"',
        'allocation = "entered"',
        "ranking = 1",
    ],
)
def test_a_choice_that_cannot_be_used_is_told_with_its_key(office: SmallOffice, line: str) -> None:
    toml = office.root / "tdnv.toml"
    toml.write_text(line + "\n" + toml.read_text(encoding="utf-8"), encoding="utf-8")
    done = office.run("summary", "--period", "2026-H1")
    assert done.code == 4
    assert line.split(" ", maxsplit=1)[0] in done.err
