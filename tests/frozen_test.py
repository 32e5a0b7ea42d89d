"""A report that went out stays as it went out: corrected, renamed, amended, drawn again next year, issued again."""

from __future__ import annotations

import shutil
import sqlite3
import zlib
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from tdnv_sheets.inbox.workspace import find
from tdnv_sheets.ledger.commit import Entry, NewTask, commit
from tdnv_sheets.periods import parse_period
from tdnv_sheets.pipeline import freeze as freezing
from tdnv_sheets.pipeline import report as reporting
from tdnv_sheets.pipeline.freeze import freeze
from tdnv_sheets.pipeline.kept import kept
from tdnv_sheets.pipeline.moment import Moment
from tdnv_sheets.pipeline.office import open_office
from tdnv_sheets.pipeline.report import failed_checks, figures
from tdnv_sheets.records import Change, Key
from tdnv_sheets.shipped import packaged
from tdnv_sheets.summary.checks import run_checks
from tdnv_sheets.summary.figures import Check
from tdnv_sheets.summary.written import write
from tests.conftest import NOW, TODAY, SmallOffice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tdnv_sheets.pipeline.office import Office
    from tdnv_sheets.records import Value
    from tdnv_sheets.summary.figures import Summary

H1, AS_OF = "2026-H1", "2026-06-10"
LATE = Key("NV-2026-00002", "cctl")
"""Overdue on 10 June."""
NEXT_YEAR = date(2027, 6, 10)
FROZEN = ("summary", "--period", H1, "--as-of", AS_OF, "--freeze")


def freeze_it(office: SmallOffice, *more: str | Path) -> Any:  # noqa: ANN401 - what the command printed
    done = office.run(*FROZEN, "--format", "json", *more)
    assert done.code == 0, done.err
    return done.json


def correct(office: SmallOffice, key: Key, **fields: Value) -> None:
    """Write cells into the ledger as the office does that corrects them."""
    with open_office(office.space) as opened:
        now = opened.ledger.assignments([key])[key]
        changes = tuple(Change(key, name, now.get(name), value, "office") for name, value in fields.items())
        entry = Entry(NOW, TODAY, "Văn phòng", "office", opened.ledger.revision(), changes=changes)
        assert commit(opened.ledger, entry) is not None


def done_in_time(office: SmallOffice) -> None:
    """Learn after the report that a task was done in May."""
    done: dict[str, Value] = {"progress": "done", "completed_date": date(2026, 5, 14)}
    correct(office, LATE, **done, result_date=date(2026, 5, 14), decision="confirmed", decision_date=date(2026, 6, 12))


def rename(office: SmallOffice, code: str, name: str) -> None:
    book = load_workbook(office.space.units)
    for sheet in book:
        for row in sheet.iter_rows():
            if row[0].value == code:
                row[1].value = name
    book.save(office.space.units)


def amend(at: SmallOffice, **also: str) -> None:
    """Put a regulation of the office's own in the place of the one that held, and change settings."""
    text = packaged("regulations", "kon-tum-2022.toml").read_text(encoding="utf-8")
    text = text.replace("Quy định tạm thời", "Quy định chính thức").replace(
        'value = "office_day"', 'value = "period_end"'
    )
    (at.root / "quy-che-moi.toml").write_text(text, encoding="utf-8")
    path = at.root / "tdnv.toml"
    lines = path.read_text(encoding="utf-8").splitlines()
    wanted = {"regulation": "quy-che-moi.toml", **also}
    lines = [
        next((f'{key} = "{value}"' for key, value in wanted.items() if line.startswith(f"{key} =")), line)
        for line in lines
    ]
    path.write_text("\n".join(lines), encoding="utf-8")


def cells(path: Path) -> Mapping[tuple[str, str], object]:
    book = load_workbook(path)
    return {(sheet.title, cell.coordinate): cell.value for sheet in book for row in sheet.iter_rows() for cell in row}


def texts(path: Path) -> str:
    return "\n".join(str(value) for value in cells(path).values() if value is not None)


def test_next_year_the_papers_are_the_same_cell_for_cell_and_byte_for_byte(office: SmallOffice, tmp_path: Path) -> None:
    first, again, live = (
        {kind: tmp_path / f"{name}.{kind}" for kind in ("xlsx", "docx", "html")}
        for name in ("đã gửi", "vẽ lại", "đếm lại")
    )
    freeze_it(office, *to(first))
    before = office.run("summary", "--period", H1, "--format", "json").json

    done_in_time(office)
    rename(office, "cctl", "Chi cục Thủy lợi và Phòng, chống thiên tai")
    amend(office, office="Văn phòng mới", language="en")
    later = SmallOffice(find(office.root))
    drawn = later.run("summary", "--period", H1, *to(again), as_of=NEXT_YEAR)
    recounted = later.run("summary", "--period", H1, "--live", *to(live), as_of=NEXT_YEAR)

    assert (drawn.code, recounted.code) == (0, 0), drawn.err + recounted.err
    assert cells(again["xlsx"]) == cells(first["xlsx"])
    for kind, path in first.items():
        assert again[kind].read_bytes() == path.read_bytes(), kind
    after = later.run("summary", "--period", H1, "--format", "json", as_of=NEXT_YEAR).json
    assert {**after, "sending": None} == {**before, "sending": None}
    assert f"lần ghi {before['issued']['revision']}" in drawn.err
    assert f"lần ghi {before['issued']['revision']}" in texts(first["xlsx"])
    for then, now in (("Chi cục Thủy lợi", "và Phòng, chống thiên tai"), ("tạm thời", "chính thức"), ("Giao", "Newly")):
        assert now not in texts(first["xlsx"])
        assert then in texts(again["xlsx"])
        assert now in texts(live["xlsx"])


def to(paths: Mapping[str, Path]) -> list[str | Path]:
    return [word for path in paths.values() for word in ("-o", path)]


def test_counting_anew_says_what_was_corrected_and_leaves_what_went_out(office: SmallOffice) -> None:
    freeze_it(office)
    unchanged = office.run("summary", "--period", H1, "--live", "--format", "json")
    done_in_time(office)

    found = office.run("summary", "--period", H1, "--live", "--format", "json", as_of=NEXT_YEAR)

    assert "Không có số liệu nào khác" in unchanged.err
    assert unchanged.json["frozen"]["recount"] == {"figures": [], "tasks": []}
    recount = found.json["frozen"]["recount"]
    assert recount["tasks"] == [{**LATE._asdict(), "before": "open_overdue", "after": "completed_on_time"}]
    changed = {(one["unit"], one["figure"]): (one["before"], one["after"]) for one in recount["figures"]}
    for unit in ("cctl", None):
        assert changed[unit, "open_overdue"] == (1, 0)
        assert changed[unit, "completed_on_time"] == (0, 1)
    assert found.json["frozen"]["recount_at_its_revision"] == {"figures": [], "tasks": []}
    assert found.json["total"]["open_overdue"] == 0
    assert "NV-2026-00002 · Chi cục Thủy lợi: Chưa hoàn thành, quá hạn → Hoàn thành đúng hạn" in found.err
    assert office.run("summary", "--period", H1, "--format", "json").json["total"]["open_overdue"] == 1


def test_what_amended_rules_make_of_the_same_ledger_is_told_apart_from_corrections(office: SmallOffice) -> None:
    correct(office, LATE, progress="done", completed_date=date(2026, 5, 14), result_date=date(2026, 5, 20))
    freeze_it(office)
    amend(office)
    later = SmallOffice(find(office.root))
    same = later.run("summary", "--period", H1, "--live", "--format", "json")
    path = office.root / "quy-che-moi.toml"
    by_result = 'name = "completion_day"\nvalue = "result_document"'
    text = path.read_text(encoding="utf-8")
    assert by_result in text
    path.write_text(text.replace(by_result, by_result.replace("result_document", "completed")), encoding="utf-8")

    judged = SmallOffice(find(office.root)).run("summary", "--period", H1, "--live", "--format", "json")

    assert same.json["frozen"]["recount_at_its_revision"] == {"figures": [], "tasks": []}
    moved = {**LATE._asdict(), "before": "completed_late", "after": "completed_on_time"}
    assert judged.json["frozen"]["recount_at_its_revision"]["tasks"] == [moved]
    assert "do quy chế, lịch hoặc chương trình" in judged.err


def test_a_report_is_issued_again_with_a_reason_and_the_list_of_what_changed(
    office: SmallOffice, tmp_path: Path
) -> None:
    first, second, old = (tmp_path / f"{name}.xlsx" for name in ("lần đầu", "lần sau", "lần đầu vẽ lại"))
    freeze_it(office, "-o", first)
    done_in_time(office)

    again = ("--freeze", "--reissue", "--reason", "Chi cục báo chậm kết quả tháng 5")
    kinds = {kind: second.with_suffix(f".{kind}") for kind in ("xlsx", "docx", "html")}
    done = office.run("summary", "--period", H1, *again, "--format", "json", *to(kinds), as_of=NEXT_YEAR)
    newest = office.run("summary", "--period", H1, "--format", "json").json
    former = office.run("summary", "--period", H1, "--issue", "1", "--format", "json", "-o", old).json

    assert done.code == 0, done.err
    issued = done.json["issued"]
    assert (issued["number"], issued["reason"]) == (2, "Chi cục báo chậm kết quả tháng 5")
    assert done.json["as_of"] == AS_OF, "as of the day of the issue before"
    moved = {**LATE._asdict(), "before": "open_overdue", "after": "completed_on_time"}
    assert issued["changes"]["tasks"] == [moved]
    assert {"unit": "cctl", "figure": "open_overdue", "before": 1, "after": 0} in issued["changes"]["figures"]
    assert "Phát hành lại lần 1 – Chi cục báo chậm kết quả tháng 5".upper() in texts(second).upper()
    assert "PHÁT HÀNH LẠI" not in texts(first)
    listed = list(load_workbook(second)["Thay đổi"].iter_rows(min_col=2, max_col=5, values_only=True))
    assert ("Chi cục Thủy lợi", "Chưa hoàn thành, quá hạn", 1, 0) in listed
    assert ("Chi cục Thủy lợi", LATE.task_id, "Chưa hoàn thành, quá hạn", "Hoàn thành đúng hạn") in listed
    assert "Thay đổi" not in load_workbook(first).sheetnames
    annex = Document(str(second.with_suffix(".docx"))).tables[-1]
    rows = [[cell.text for cell in row.cells][1:] for row in annex.rows]
    assert ["Chi cục Thủy lợi", LATE.task_id, "Chưa hoàn thành, quá hạn", "Hoàn thành đúng hạn"] in rows
    page = second.with_suffix(".html").read_text(encoding="utf-8")
    assert ("Phát hành lại lần 1" in page, "báo chậm" in page) == (True, False), "why is nobody's business outside"
    assert "Chi cục Thủy lợi · Chưa hoàn thành, quá hạn: 1 → 0" in done.err
    assert newest == done.json | {"sending": newest["sending"]}
    assert former["total"]["open_overdue"] == 1
    assert old.read_bytes() == first.read_bytes()


def test_each_issue_has_a_name_of_its_own_in_the_folder_of_reports(office: SmallOffice) -> None:
    freeze_it(office, "--formats", "xlsx")
    (first,) = office.space.reports.iterdir()
    before = first.read_bytes()
    done = office.run("summary", "--period", H1, "--freeze", "--reissue", "--reason", "Sửa", "--formats", "xlsx")
    live = office.run("summary", "--period", H1, "--live", "--formats", "xlsx")

    assert (done.code, live.code) == (0, 0)
    names = {path.name for path in office.space.reports.iterdir()}
    stem = f"Tổng hợp {H1} ({AS_OF})"
    assert names == {f"{stem}.xlsx", f"{stem} phát hành lại lần 1.xlsx", f"{stem} đếm lại.xlsx"}
    assert first.read_bytes() == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--freeze",), "--reissue"),
        (("--freeze", "--reissue"), "--reason"),
        (("--freeze", "--reason", "Sửa"), "--reissue"),
        (("--reissue", "--reason", "Sửa"), "--freeze"),
        (("--freeze", "--reissue", "--reason", "  "), "--reason"),
        (("--freeze", "--live"), "--live"),
        (("--issue", "2"), "số 2"),
    ],
)
def test_nothing_is_issued_again_by_accident(office: SmallOffice, words: tuple[str, ...], told: str) -> None:
    freeze_it(office)
    done = office.run("summary", "--period", H1, *words)

    assert (done.code, told in done.err) == (2, True), done.err
    with open_office(office.space) as opened:
        paper = kept(opened, parse_period(H1))
    assert paper is not None
    assert paper.summary.issued is not None
    assert paper.summary.issued.number == 1


def test_what_was_never_frozen_cannot_be_issued_again(office: SmallOffice) -> None:
    done = office.run("summary", "--period", H1, "--freeze", "--reissue", "--reason", "Sửa")
    assert (done.code, "chưa chốt lần nào" in done.err) == (2, True)


def test_a_reason_with_a_mark_of_secrecy_is_refused_and_kept_nowhere(office: SmallOffice) -> None:
    freeze_it(office)
    again = ("--freeze", "--reissue", "--reason", "Theo công văn TỐI MẬT số 5")
    done = office.run("summary", "--period", H1, *again)

    assert done.code == 2
    ledger = office.space.hidden / "ledger.db"
    stored = b"".join(path.read_bytes() for path in ledger.parent.glob("ledger.db*"))
    with open_office(office.space) as opened:
        paper = kept(opened, parse_period(H1))
    assert paper is not None
    assert "TỐI MẬT" not in write(paper)
    assert "TỐI MẬT".encode() not in stored


def test_figures_before_the_cut_off_are_frozen_only_by_force_and_say_so(office: SmallOffice, tmp_path: Path) -> None:
    early = ("summary", "--period", H1, "--as-of", "2026-05-20", "--freeze")
    refused = office.run(*early)
    path = tmp_path / "sớm.xlsx"
    forced = office.run(*early, "--force", "--format", "json", "-o", path)

    assert (refused.code, "10/06/2026" in refused.err) == (3, True)
    assert (forced.code, forced.json["issued"]["forced"]) == (0, ["provisional"])
    assert "trước ngày chốt" in texts(path)


def test_a_report_that_does_not_reconcile_is_frozen_only_by_force_and_shows_it(
    office: SmallOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def off_by_one(*args: Any, **options: Any) -> Summary:  # noqa: ANN401
        found = count(*args, **options)
        wrong = Check("distinct", ok=False, detail="2414 ≠ 2413")
        return replace(found, checks=(*found.checks[:-1], wrong))

    count = reporting.counted  # type: ignore[attr-defined]
    monkeypatch.setattr(reporting, "counted", off_by_one)
    refused = office.run(*FROZEN)
    path = tmp_path / "lệch.xlsx"
    forced = office.run(*FROZEN, "--force", "--format", "json", "-o", path)
    again = office.run("summary", "--period", H1, "-o", tmp_path / "vẽ lại.xlsx")

    assert (refused.code, "distinct" in refused.err) == (3, True)
    assert forced.json["issued"]["forced"] == ["distinct"]
    assert "1 phép đối chiếu không khớp" in texts(path)
    assert (again.code, "Vẫn chốt dù" in again.err) == (0, True), (
        "what went out can be drawn without being forced again"
    )


def test_a_file_taken_in_while_the_report_is_counted_makes_it_count_again(
    office: SmallOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    count, counted = freezing.figures, []  # type: ignore[attr-defined]

    def count_slowly(*args: Any, **options: Any) -> Summary:  # noqa: ANN401
        found = count(*args, **options)
        counted.append(found)
        if len(counted) == 1:
            done_in_time(office)
        return found

    monkeypatch.setattr(freezing, "figures", count_slowly)
    issued = freeze_it(office)

    assert len(counted) == 2
    assert issued["total"]["open_overdue"] == 0
    assert issued["issued"]["revision"] == office.revision()


def test_the_doctor_counts_what_was_frozen_and_names_what_was_changed_past_the_program(office: SmallOffice) -> None:
    freeze_it(office)
    whole = office.run("doctor", "--verify", "--format", "json")
    connection = sqlite3.connect(office.space.hidden / "ledger.db", isolation_level=None)
    connection.execute("drop trigger frozen_no_update")
    (packed,) = connection.execute("select content from frozen").fetchone()
    forged = zlib.compress(zlib.decompress(packed).replace("Thủy lợi".encode(), "Thủy sản".encode()))
    connection.execute("update frozen set content = ?", (forged,))
    connection.close()
    spoilt = office.run("doctor", "--verify", "--format", "json")
    drawn = office.run("summary", "--period", H1)

    assert {"frozen", "verified"} <= {line["code"] for line in whole.json}
    (line,) = [line for line in spoilt.json if line["code"] == "differs-inside"]
    assert "report 2026-H1 (1)" in line["message"]
    assert (drawn.code, list(office.space.reports.iterdir())) == (4, [])


# ------------------------------------------------------------------ the period after


def test_the_period_after_stands_on_what_went_out_and_lists_what_was_corrected_since(office: SmallOffice) -> None:
    went_out = freeze_it(office)
    plain = office.run("summary", "--period", "2026-H2", "--as-of", "2026-12-10", "--format", "json").json
    done_in_time(office)

    after = office.run("summary", "--period", "2026-H2", "--as-of", "2026-12-10", "--format", "json")

    found = after.json["corrections"]
    assert plain["corrections"]["changes"]["tasks"] == []
    assert found["changes"]["tasks"] == [{**LATE._asdict(), "before": "open_overdue", "after": "completed_on_time"}]
    open_then = sum(went_out["total"][name] for name in ("open_in_time", "open_overdue", "open_undated"))
    assert (found["open_then"], found["open_now"]) == (open_then, open_then - 1)
    assert all(check["ok"] for check in after.json["checks"])
    assert "corrected" in [check["name"] for check in after.json["checks"]]
    assert after.json["total"]["carried"] == plain["total"]["carried"] - 1
    assert "NV-2026-00002" in after.err
    with open_office(office.space) as opened:
        summary = figures(opened, parse_period("2026-H2"), date(2026, 12, 10), today=TODAY)
        frozen = kept(opened, parse_period(H1))
    assert frozen is not None
    assert summary.previous_total == frozen.summary.total
    assert summary.between.corrected == -1
    assert {line.unit: line.previous for line in summary.units} == {
        line.unit: line.counts for line in frozen.summary.units
    }


def test_an_undo_takes_nothing_back_from_what_went_out(office: SmallOffice) -> None:
    went_out = freeze_it(office)
    assert office.run("undo", "1").code == 0

    drawn = office.run("summary", "--period", H1, "--format", "json").json
    after = office.run("summary", "--period", "2026-H2", "--as-of", "2026-12-10", "--format", "json").json

    assert drawn == went_out
    assert after["total"]["total"] == 0
    found = after["corrections"]
    assert (found["open_then"], found["open_now"]) == (went_out["total"]["carried"] + went_out["total"]["new"], 0)
    assert {task["after"] for task in found["changes"]["tasks"]} == {None}
    assert [check["name"] for check in after["checks"] if not check["ok"]] == []
    assert [unit["unit"] for unit in after["units"]] == ["cctl", "cckl", "khtc"]


def test_the_same_period_of_next_year_is_held_against_what_went_out(office: SmallOffice) -> None:
    freeze_it(office)
    done_in_time(office)
    with open_office(office.space) as opened:
        summary = figures(opened, parse_period("2027-H1"), NEXT_YEAR, today=TODAY)
        frozen = kept(opened, parse_period(H1))
    assert frozen is not None
    assert frozen.summary.total.open_overdue == 1
    assert (summary.last_year_total, summary.last_year_as_of) == (frozen.summary.total, date(2026, 6, 10))
    assert failed_checks(summary) == ()


def test_a_correction_that_is_left_out_of_the_list_is_named_by_the_check(office: SmallOffice) -> None:
    freeze_it(office)
    done_in_time(office)
    with open_office(office.space) as opened:
        summary = figures(opened, parse_period("2026-H2"), date(2026, 12, 10), today=TODAY)
    assert summary.corrections is not None
    nothing = replace(summary.corrections.changes, tasks=())
    cut = replace(summary, corrections=replace(summary.corrections, changes=nothing))

    failed = {check.name: check.detail for check in run_checks(cut) if not check.ok}

    assert list(failed) == ["corrected"]
    assert "≠" in failed["corrected"]


# ------------------------------------------------------------------ whatever comes later


@pytest.fixture(scope="module")
def long_lived(office_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, Summary]]:
    """Give an office whose half-year is frozen, for many later revisions."""
    root = tmp_path_factory.mktemp("lâu") / "vp"
    shutil.copytree(office_template, root)
    with open_office(find(root)) as opened:
        paper = freeze(opened, parse_period(H1), date(2026, 6, 10), Moment(TODAY, NOW))
        yield opened, paper.summary


DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
LATER = st.fixed_dictionaries(
    {},
    optional={
        "progress": st.sampled_from(["done", "in_progress", "not_started"]),
        "completed_date": DAYS,
        "result_date": DAYS,
        "deadline": DAYS,
        "extended_deadline": DAYS,
        "assigned_date": DAYS,
        "decision": st.sampled_from(["confirmed", "returned", "withdrawn", "transferred"]),
        "decision_date": DAYS,
    },
)


@settings(max_examples=15)
@given(task=st.integers(1, 5), fields=LATER, new=st.integers(0, 1))
def test_the_ledger_of_the_frozen_revision_gives_the_frozen_figures_whatever_is_written_later(
    long_lived: tuple[Office, Summary], task: int, fields: dict[str, Value], new: int
) -> None:
    office, frozen = long_lived
    ledger = office.ledger
    key = next(key for key in ledger.assignments() if key.task_id.endswith(str(task)))
    now = ledger.assignments([key])[key]
    changes = tuple(
        Change(key, name, now.get(name), value, "5") for name, value in fields.items() if now.get(name) != value
    )
    tasks = (NewTask((key.unit,), {"task_content": f"Việc {ledger.revision()}", **fields}),) if new else ()
    entry = Entry(NOW, TODAY, "vp", "office", ledger.revision(), changes=changes, new_tasks=tasks)
    commit(ledger, entry)

    assert frozen.issued is not None
    again = figures(office, frozen.period, frozen.as_of, today=TODAY, at=frozen.issued.revision)
    assert replace(again, revision=frozen.revision, issued=frozen.issued) == frozen
    paper = kept(office, frozen.period)
    assert paper is not None
    assert paper.summary == frozen
